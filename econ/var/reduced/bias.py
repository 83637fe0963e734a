"""Small-sample bias of least-squares VAR coefficients and its removal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array, Seed
from econ.errors import SpecificationError, Unstable
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.reduced.results import VARResults

STEP = 0.01  # by which Kilian's guard shrinks the correction


def bias_corrected(fit: VARResults, bootstrap: Bootstrap | None = None, *, rng: Seed = None) -> VARResults:
    """Remove the small-sample bias of the lag coefficients, but never so much that the VAR turns unstable.

    A bootstrap of the corrected VAR is the bootstrap-after-bootstrap of Kilian (1998): samples are simulated from
    the corrected coefficients, and every re-estimated draw is corrected by the same bias, with the same guard.

    Parameters
    ----------
    fit : VARResults
        Least-squares estimates.
    bootstrap : MovingBlock or Residual, optional
        Estimate the bias by the mean of these draws; by default Pope's formula, for trend ``"c"`` or ``"n"``
        and no exclusions.
    rng : int or SeedSequence, optional
        Seed, needed with a bootstrap.

    Returns
    -------
    VARResults
        With ``params``, ``residuals`` and what follows from them corrected, and ``bias`` filled. Deterministic terms
        are estimated again given the lag coefficients. Standard errors stay those of least squares.

    Raises
    ------
    SpecificationError
        For Pope's formula with a trend, exogenous regressors or exclusions, or if the bias was removed already.
    Unstable
        If the least-squares estimate itself is unstable.

    Notes
    -----
    The guard (Kilian 1998, step 1b): while the corrected VAR has a root on or outside the unit circle, the bias is
    multiplied by δ, and δ, at first 1, falls by 0.01.

    References
    ----------
    Kilian, L. (1998), Small-Sample Confidence Intervals for Impulse Response Functions, Review of Economics and
    Statistics 80(2), 218-230.
    Pope, A. L. (1990), Biases of Estimators in Multivariate Non-Gaussian Autoregressions, Journal of Time Series
    Analysis 11(3), 249-258.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> fit = VAR(simulated_var(periods=100, rng=1), lags=1).fit()
    >>> bool(fit.bias_corrected().roots[0] > fit.roots[0])
    True
    """
    if fit.bias is not None:
        raise SpecificationError("the bias of this VAR was removed already; correct the least-squares fit once.")
    if not fit.is_stable:
        raise Unstable(
            f"the bias correction needs a stable VAR; the largest root is {fit.roots[0]:.4f}; difference or detrend."
        )
    return without_bias(fit, pope_bias(fit) if bootstrap is None else _mean_bias(fit, bootstrap, rng))


def without_bias(fit: VARResults, bias: Array) -> VARResults:
    """Take a known ``bias`` (n p, n) off the lag coefficients of a stable VAR, less where the guard says so."""
    estimates = fit.params.to_numpy()[None]
    share = guarded_share(estimates, bias, lambda c: _has_small_roots(c, fit.lags), stable=np.array([True]))
    x, y = fit.parent.design(fit.lags), fit.data.frame.to_numpy(dtype=float)[fit.lags :]
    m = len(fit.parent.terms)
    params = fit.params.to_numpy().copy()
    params[m:] -= share[0] * bias
    if m:
        params[:m] = _terms(fit, x[:, :m], y - x[:, m:] @ params[m:])
    labelled = fit.params.copy()
    labelled.loc[:, :] = params
    residuals = fit.residuals.copy()
    residuals.loc[:, :] = y - x @ params
    return replace(fit, params=labelled, residuals=residuals, bias=bias)


def _terms(fit: VARResults, terms: Array, left: Array) -> Array:
    """Coefficients (m, n) of the deterministic and exogenous terms, given what the lags leave over (T, n)."""
    if fit.free is None:
        return kernels.least_squares(terms, left)[0]
    found = np.zeros((terms.shape[1], left.shape[1]))
    for equation, rows in enumerate(fit.free[: terms.shape[1]].T):
        if rows.any():
            found[rows, equation] = kernels.least_squares(terms[:, rows], left[:, [equation]])[0][:, 0]
    return found


def guarded_share(
    coefficients: Array, bias: Array, is_stable: Callable[[Array], NDArray[np.bool_]], *, stable: NDArray[np.bool_]
) -> Array:
    """Share of ``bias`` (n p, n) that each draw of ``coefficients`` (B, k, n) can lose and stay stable: (B,)."""
    share = stable.astype(float)
    delta, lags = 1.0, len(bias)
    doubtful = np.flatnonzero(share)
    while len(doubtful):
        corrected = coefficients[doubtful]
        corrected[:, corrected.shape[1] - lags :] -= share[doubtful, None, None] * bias
        doubtful = doubtful[~is_stable(corrected)]
        share[doubtful] *= delta
        delta = max(delta - STEP, 0.0)
    return share


def pope_bias(fit: VARResults) -> Array:
    """First-order bias E[Â] - A of the lag coefficients, rows as in ``params``: (n p, n).

    With F the companion matrix, G the covariance of its errors and Γ that of its state, the bias of F̂ is
    -(G / T) [(I - F')⁻¹ + F' (I - F'²)⁻¹ + Σ_λ λ (I - λ F')⁻¹] Γ⁻¹, λ the eigenvalues of F (Pope 1990); without a
    constant the first term is absent.
    """
    from scipy.linalg import solve_discrete_lyapunov

    if fit.parent.trend not in ("n", "c") or len(fit.parent.terms) > 1 or fit.free is not None:
        raise SpecificationError(
            f"Pope's formula knows a constant or nothing, not trend={fit.parent.trend!r}, seasons, outliers, exogenous "
            "regressors or exclusions; pass a bootstrap to estimate the bias."
        )
    n = len(fit.variables)
    f = kernels.companion(fit.lag_blocks)
    eye = np.eye(len(f))
    g = np.zeros_like(f)
    g[:n, :n] = fit.sigma_u
    terms = f.T @ np.linalg.inv(eye - f.T @ f.T)
    if fit.parent.trend == "c":
        terms = terms + np.linalg.inv(eye - f.T)
    eigenvalues = np.linalg.eigvals(f)[:, None, None]
    terms = terms + (eigenvalues * np.linalg.inv(eye - eigenvalues * f.T)).sum(axis=0).real
    state = solve_discrete_lyapunov(f, g)
    bias: Array = -np.linalg.solve(state.T, (g[:n] @ terms).T) / fit.nobs
    return bias


def _mean_bias(fit: VARResults, bootstrap: Bootstrap, rng: Seed) -> Array:
    draws = fit.bootstrap(bootstrap, rng=rng)
    bias: Array = (draws.mean(axis=0) - fit.params.to_numpy())[len(fit.parent.terms) :]
    return bias


def _has_small_roots(coefficients: Array, lags: int) -> NDArray[np.bool_]:
    """Whether each draw is stable, by its eigenvalues."""
    return np.asarray(kernels.root_moduli(kernels.lag_blocks(coefficients, lags))[:, 0] < 1.0)
