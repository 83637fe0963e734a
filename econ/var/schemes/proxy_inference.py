"""First stage of a proxy VAR, and sets of its responses that stay valid when the instruments are weak."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.estimate import ConfidenceSet
from econ.infer.form import ReducedForm
from econ.infer.strength import strength_of
from econ.infer.weak import anderson_rubin, reduced_form
from econ.responses import labels
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults
    from econ.var.schemes.proxy import Proxy


def first_stage(scheme: Proxy, fit: VARResults) -> pd.Series:
    """Strength of the instruments; see :attr:`econ.var.schemes.proxy.ProxyResults.first_stage`."""
    values, known = scheme.aligned(fit)
    values, u = values[known], fit.residuals[scheme.variable].to_numpy()[known]
    form = reduced_form(u, u, values, cov="hc1")
    m, nobs = len(form.first), len(u)
    design = np.column_stack([np.ones(nobs), values])
    coefficients, _ = kernels.least_squares(design, u[:, None])
    left = float(((u - design @ coefficients[:, 0]) ** 2).sum())
    total = float(((u - u.mean()) ** 2).sum())
    effective = strength_of(form)
    found = {
        "f": (total - left) / m / (left / (nobs - m - 1)) if left > 0.0 else math.inf,
        "robust_f": float(form.first @ np.linalg.solve(form.covariance[m:, m:], form.first)) / m,
        "effective_f": effective.statistic,
        "critical_value": effective.critical_value,
        "r2": 1.0 - left / total,
        "nobs": float(nobs),
    }
    return pd.Series(found, name="first stage")


def weak_iv_set(
    scheme: Proxy, fit: VARResults, *, response: str, horizon: int, level: float = 0.90, to: float | None = None
) -> pd.DataFrame:
    """Anderson-Rubin sets of the responses to the shock that raises ``normalise`` by one unit, or ``to``, on impact.

    With Γ_j = E[m_j u_t] the response of variable i at horizon h is e_i' C_h Γ_j / e_1' Γ_j. The set holds every value
    λ for which e_i' C_h Γ - λ e_1' Γ = 0 is not rejected (Wald test, chi-square with as many degrees of freedom as
    instruments). Its covariance is that of (Â, Γ̂), robust to heteroskedasticity, through the delta method; so the
    estimation of the VAR is accounted for, and nothing is divided by a first stage that may be zero. With one
    instrument the ends solve a quadratic equation: an interval, two half-lines or the whole line.

    Parameters
    ----------
    scheme : Proxy
        Instruments and normalisation.
    fit : VARResults
        The VAR.
    response : str
        Variable that responds.
    horizon : int
        Sets are given for 0, ..., horizon.
    level : float, default 0.90
        Coverage of each set.
    to : float, optional
        Change of ``normalise`` on impact, in its units, such as -1.0 for a fall; by default 1.0, of a flipped shock
        -1.0. Each set is that of one unit times ``to``: a negative size turns its ends round.

    Returns
    -------
    DataFrame
        Rows (response, shock), columns ``horizon``, ``lower``, ``upper``: one row an interval, units of ``response``
        for that size of the shock; ±inf where open. A horizon without a row has an empty set (several instruments that
        contradict each other).

    Raises
    ------
    SpecificationError
        For an unknown response (`UnknownName`), a negative horizon, a level outside (0, 1) or a size of 0.

    References
    ----------
    Montiel Olea, J. L., J. H. Stock and M. W. Watson (2021), Inference in Structural Vector Autoregressions identified
    with an external instrument, Journal of Econometrics 225(1), 74-87.
    """
    horizon = checks.horizon(horizon)
    level = checks.level(level)
    target, i = scheme.target(fit), checks.position("response", response, fit.variables)
    gamma, moments, nobs, influence = responses_to_instruments(scheme, fit, response, horizon)
    theta = kernels.responses(fit.lag_blocks[None], gamma[None], horizon)[0]
    sets: list[ConfidenceSet] = []
    for h, psi in enumerate(influence):
        if h == 0 and i == target:
            sets.append(ConfidenceSet(((1.0, 1.0),), level))  # what the normalisation says
            continue
        form = ReducedForm(theta[h, i], gamma[target], psi.T @ psi, moments, nobs)
        sets.append(anderson_rubin(form, level=level))
    return labels.intervals(sets, response=response, shock=scheme.shock, size=to)


def responses_to_instruments(
    scheme: Proxy, fit: VARResults, response: str, horizon: int
) -> tuple[Array, Array, int, list[Array]]:
    """Γ (n, m), S_mm, months, and per horizon the influence (T, 2 m) of each period on (e_i' C_h Γ, e_1' Γ).

    With x_t the regressors, A the coefficients and N months: dΓ_t = (m_t u_t - Γ) / N - dA_t' g, g = Σ x_t m_t / N,
    dA_t of ``VARResults.influence``; and d(C_h)Γ = Σ_{q<h} C_{h-1-q} [dA_1 ... dA_p] [C_q Γ; ...; C_{q-p+1} Γ].
    """
    n, p, i, target = len(fit.variables), fit.lags, fit.variables.index(response), scheme.target(fit)
    values, known = scheme.aligned(fit)
    nobs = int(known.sum())
    z = np.where(known[:, None], values - values[known].mean(axis=0), 0.0)
    u, x = fit.residuals.to_numpy(), fit.parent.design(p)
    gamma = u.T @ z / nobs
    moved_by = fit.influence
    by_period = (z[:, None, :] * u[:, :, None] - known[:, None, None] * gamma) / nobs
    by_period -= np.einsum("tkn,km->tnm", moved_by, x.T @ z / nobs)
    c = kernels.responses(fit.lag_blocks[None], np.eye(n)[None], horizon)[0]
    paths = np.concatenate([np.zeros((p, n, gamma.shape[1])), c @ gamma])
    lagged = [paths[q + 1 : q + p + 1][::-1].reshape(n * p, -1) for q in range(horizon)]
    through_lags = [np.einsum("tkn,km->tnm", moved_by[:, -n * p :], stacked) for stacked in lagged]
    influence = []
    for h in range(horizon + 1):
        moved = np.einsum("tnm,n->tm", by_period, c[h, i])
        for q in range(h):
            moved += np.einsum("tnm,n->tm", through_lags[q], c[h - 1 - q, i])
        influence.append(np.hstack([moved, by_period[:, target]]))
    return gamma, z.T @ z, nobs, influence
