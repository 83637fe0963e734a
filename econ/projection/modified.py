"""Responses that move with a continuous covariate: at a value of it, with errors and weak-instrument sets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet
from econ.infer.form import ReducedForm, critical_ar
from econ.infer.inversion import invert
from econ.infer.sandwich import joint_covariance
from econ.infer.working import working_moments
from econ.projection import _kernels as kernels
from econ.responses.irf import IRF

if TYPE_CHECKING:
    from econ.projection.results import ProjectionResults

EFFECTS, SLOPES = 201, 101
"""Values of the effect, and of the slope, at which the joint test is made at first."""


FAR = 100.0
"""Ranges of the modifier beyond which no response is given."""


def at_modifier(results: ProjectionResults, value: float) -> IRF:
    """Responses at a value of the modifier.

    ``b_0 + b_1 value``, with the standard errors of the covariance of the projection, each horizon with its bandwidth,
    and joint draws if it has any. The shock keeps the name of the impulse.

    Parameters
    ----------
    results : ProjectionResults
        Of ``LocalProjection(..., modifier=...)``.
    value : float
        Value of the modifier, in its units, ``modifier_lag`` periods before the impulse.

    Returns
    -------
    IRF

    Raises
    ------
    SpecificationError
        Without a modifier, or for a value that is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> from econ.projection import LocalProjection
    >>> generator = np.random.default_rng(1)
    >>> frame = pd.DataFrame(generator.standard_normal((400, 3)), columns=["flow", "stress", "yield"])
    >>> frame["yield"] += (1.0 + 0.5 * frame["stress"].shift(1, fill_value=0.0)) * frame["flow"]
    >>> fit = LocalProjection(frame, "yield", "flow", lags=1, modifier="stress").fit(horizon=2)
    >>> print(fit.at_modifier(2.0).at(0, response="yield"))
    1.99, s.e. 0.10
    """
    _check(results)
    weights = np.array([1.0, _check_value(results, value)])
    parent = results.parent
    errors = np.empty((*results.point.shape[:2], 1))
    rows = (results.influence * weights[:, None]).sum(axis=2)
    for h, bandwidth in enumerate(results.bandwidths):
        found = kernels.spread(rows[h, : results.nobs - h], results.cov, int(bandwidth))
        errors[h, :, 0] = np.sqrt((found * found).sum(axis=0))
    joint = (results.spread.reshape(-1, *results.point.shape) * weights).sum(axis=3, keepdims=True)
    return IRF(
        point=(results.point * weights).sum(axis=2, keepdims=True),
        responses=results.responses,
        shocks=(parent.impulse,),
        draws=None if results.draws is None else (results.draws * weights).sum(axis=3, keepdims=True),
        std_errors=errors,
        df=results.df,
        units=results.units,
        sizes=results.sizes,
        nobs=results.nobs,
        nobs_by_horizon=results.nobs_by_horizon,
        parent=results,
        origin=(results.origin, value),
        cumulated=bool(parent.cumulative),
        multiplier=parent.cumulative == "multiplier",
        spread=joint,
    )


def modified_set(
    results: ProjectionResults,
    response: int,
    horizon: int,
    *,
    value: float,
    level: float = 0.90,
    small_sample: bool | None = None,
) -> ConfidenceSet:
    """Set of the response at a value of the modifier that stays valid when the instruments are weak.

    With the modifier measured from ``value`` the coefficient of the impulse is the response wanted, and the slope is
    the other one. The set is the projection of the joint Anderson-Rubin set: what is in it for some
    slope, with the critical value of all instruments. It covers at least at its level, however
    weak they are, and more than that where they are strong: 90% sets
    cover in 98% of samples. Measured in :doc:`/coverage`.

    Parameters
    ----------
    results : ProjectionResults
        Of ``LocalProjection(..., modifier=..., instrument=...)``.
    response : int
        Position of the response.
    horizon : int
        Horizon.
    value : float
        Value of the modifier.
    level : float, default 0.90
        Coverage at least.
    small_sample : bool, optional
        As in :func:`econ.infer.anderson_rubin`.

    Raises
    ------
    SpecificationError
        Without a modifier or instruments.
    """
    _check(results)
    level, value = checks.level(level), _check_value(results, value)
    if not results.parent.instruments and results.parent.cumulative != "multiplier":
        raise SpecificationError("this projection has no instruments; at_modifier(value) gives its standard errors.")
    coefficients, covariance, moments, (df, factor, plain) = _joint(results, response, horizon, value)
    m = len(moments)
    form = ReducedForm(
        coefficients[:m],
        coefficients[m : 2 * m],
        covariance[: 2 * m, : 2 * m],
        moments,
        results.nobs - horizon,
        df,
        factor,
        plain,
    ).inflated(level, small_sample)
    covariance = covariance * (form.covariance[0, 0] / covariance[0, 0])
    estimate, error = at_modifier(results, value), float(results.std_errors[horizon, response, 1])
    centre = np.array([estimate.point[horizon, response, 0], results.point[horizon, response, 1]])
    scale = np.array([np.asarray(estimate.std_errors)[horizon, response, 0], error])
    turn = np.kron(np.array([[1.0, *-centre], [0.0, scale[0], 0.0], [0.0, 0.0, scale[1]]]), np.eye(m))
    joint = (turn @ coefficients).reshape(3, m), (turn @ covariance @ turn.T).reshape(3, m, 3, m)
    critical = critical_ar(level, m, math.inf)
    return invert(
        lambda angle: critical - _least(*joint, angle), float(centre[0]), float(scale[0]), level=level, grid=EFFECTS
    )


def _least(coefficients: Array, covariance: Array, angle: Array) -> Array:
    """Smallest Anderson-Rubin statistic over slopes, at effects tan(angle) in standard errors from the estimate."""
    slopes = np.linspace(-0.5 * np.pi, 0.5 * np.pi, SLOPES)[:, None]
    parts = (np.cos(slopes) * np.cos(angle), -np.cos(slopes) * np.sin(angle), -np.sin(slopes) + 0.0 * angle)
    weights = np.stack(parts, axis=-1)
    g = weights @ coefficients
    v = np.einsum("spa,aibj,spb->spij", weights, covariance, weights, optimize=True)
    statistic: Array = (g * np.linalg.solve(v, g[..., None])[..., 0]).sum(axis=-1).min(axis=0)
    return statistic


def _joint(
    results: ProjectionResults, response: int, horizon: int, value: float
) -> tuple[Array, Array, Array, tuple[float, float, float]]:
    """Outcome, impulse and product, the modifier from ``value``, on the instruments: coefficients and covariance."""
    rows = results.nobs - horizon
    z, d = results.instrument[horizon, :rows], results.impulse[horizon, :rows]
    columns = np.column_stack([results.outcome[horizon, :rows, response], d[:, 0], d[:, 1] - value * d[:, 0]])
    moments: Array = z.T @ z
    coefficients = np.linalg.solve(moments, z.T @ columns).astype(float)
    u, weights = columns - z @ coefficients, np.linalg.solve(moments, z.T).T
    psi = np.hstack([weights * u[:, j : j + 1] for j in range(3)])
    bandwidth = int(results.bandwidths[horizon]) if results.cov in ("hac", "ewc") else None
    used = results.parent.design.controls.shape[1] + z.shape[1]
    covariance, plain = joint_covariance(psi, cov=results.cov, bandwidth=bandwidth, columns=used)
    basis = np.column_stack([np.linalg.qr(results.parent.design.basis()[:rows])[0], np.linalg.qr(z)[0]])
    mean, df = working_moments(z, basis, cov=results.cov, bandwidth=bandwidth or 0)
    return coefficients.T.reshape(-1), covariance, moments, (df, 1.0 / mean, plain)


def _check_value(results: ProjectionResults, value: float) -> float:
    """A value of the modifier that the data say something about, in however straight a line."""
    value, seen = checks.real("value", value), results.parent.design.weights[:, 1]
    low, high = float(seen.min()), float(seen.max())
    room = FAR * (high - low)
    if not low - room <= value <= high + room:
        raise SpecificationError(
            f"value is {value:g}, more than {FAR:g} times the range of the modifier away from it; it runs from {low:g} "
            f"to {high:g}; ask for a value near it."
        )
    return value


def _check(results: ProjectionResults) -> None:
    if results.parent.modifier is None:
        raise SpecificationError(
            "this projection has no modifier; pass modifier= to LocalProjection for a response that moves with one."
        )
    if results.cov in ("hc2", "hc3") and results.parent.instruments:
        raise SpecificationError(f"{results.cov} is not defined for instruments; use hc1, hac or ewc.")
