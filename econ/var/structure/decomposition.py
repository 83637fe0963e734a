"""Which shocks made the forecast errors, and which made history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.infer import bands
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.structure.structural import StructuralResults

BAND = ("point", "lower", "upper")
OTHER = "other"  # what shocks that a scheme leaves unidentified do
OVERLAP = 1e-6  # share of a variance that shocks may claim twice: rounding


def fevd(
    svar: StructuralResults,
    horizon: int,
    *,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    level: float | None = None,
    kind: str = "pointwise",
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Share of each shock in the variance of the forecast error.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    horizon : int
        Longest forecast, at least 1 step.
    bootstrap : MovingBlock or Residual, optional
        Draws for bands; results with draws of their own need ``level`` only.
    rng : int or SeedSequence
        Seed, needed with a bootstrap.
    level : float, optional
        Coverage of the bands, 0.90 if there is a bootstrap; None without one gives points only.
    kind : {"pointwise", "sup-t"}
        Each share by itself, or the shares of a shock in a variable at all steps together.
    n_jobs : int
        Threads.

    Returns
    -------
    DataFrame
        Index (``step`` 1, ..., horizon, ``variable``); columns = shocks, and ``other`` where the scheme identifies
        fewer shocks than variables. Rows add to one. With bands, columns (shock, ``point`` | ``lower`` |
        ``upper``).

    Raises
    ------
    SpecificationError
        If ``horizon`` is not a positive integer, ``kind`` is unknown, bands are asked for without draws, or the shocks
        overlap (``check_apart``).

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 2.3.3.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> svar = VAR(simulated_var(periods=200, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> fevd(svar, 2).loc[(1, "x")].tolist()
    [1.0, 0.0]
    """
    horizon = checks.count("horizon", horizon)
    _check_kind(kind, bands_asked=bootstrap is not None or level is not None)
    check_apart(svar)
    fit = svar.parent

    def read(draws: ReducedDraws, impact: Array) -> Array:
        shares = variance_shares(draws.lag_blocks, impact, draws.factor, horizon)
        if impact.shape[2] < impact.shape[1]:
            shares = np.concatenate([shares, 1.0 - shares.sum(axis=3, keepdims=True)], axis=3)
        return shares

    point = read(svar.model, svar.impact.to_numpy()[None])[0]
    names = _components(svar)
    index = pd.MultiIndex.from_product([range(1, horizon + 1), fit.variables], names=["step", "variable"])
    if bootstrap is None and level is None:
        return pd.DataFrame(point.reshape(len(index), -1), index=index, columns=names)
    values = _with_band(point, svar.read_draws(read, bootstrap, rng, n_jobs=n_jobs), level, kind)
    columns = pd.MultiIndex.from_product([names, BAND], names=["shock", "value"])
    return pd.DataFrame(values.reshape(len(index), -1), index=index, columns=columns)


def variance_shares(a: Array, impact: Array, factor: Array, horizon: int) -> Array:
    """Shares (B, horizon, n, s) from lag blocks, impact matrices and Cholesky factors of Σ_u."""
    explained = np.cumsum(kernels.responses(a, impact, horizon - 1) ** 2, axis=1)
    total = np.cumsum(kernels.responses(a, factor, horizon - 1) ** 2, axis=1).sum(axis=3, keepdims=True)
    shares: Array = explained / total
    return shares


def historical_decomposition(
    svar: StructuralResults,
    *,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    level: float | None = None,
    kind: str = "pointwise",
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Split the data into what each shock, the initial condition and the deterministic terms made of them.

    Every component is the path of the VAR driven by that part alone, through the whole moving average:
    a shock by B_j ε_jt from a zero start, ``initial`` by the first p observations, ``deterministic`` by D_t c
    (exogenous regressors included). Where there are more shocks than variables, ε_jt is what the residuals say of the
    shock, B_j' Σ_u⁻¹ u_t, its expectation if it is Gaussian.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    bootstrap : MovingBlock or Residual, optional
        Draws for bands: the observed data are decomposed by the parameters of every draw, so
        every draw adds to the data. Results with draws of their own need ``level`` only.
    rng : int or SeedSequence
        Seed, needed with a bootstrap.
    level : float, optional
        Coverage of the bands, 0.90 if there is a bootstrap; None without one gives points only.
    kind : {"pointwise", "sup-t"}
        Each period by itself, or the whole path of a component in a variable.
    n_jobs : int
        Threads.

    Returns
    -------
    DataFrame
        T rows. Columns (variable, component), units of the variables; components = shocks, ``other`` where the scheme
        identifies fewer shocks than variables, ``initial``, ``deterministic``. They add to the data exactly. With
        bands, columns (variable, component, ``point`` | ``lower`` | ``upper``).

    Raises
    ------
    SpecificationError
        If ``kind`` is unknown, bands are asked for without draws, or the shocks overlap (``check_apart``).

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> data = simulated_var(periods=200, rng=1)
    >>> parts = VAR(data, lags=1).fit().identify(Cholesky("x", "y")).historical_decomposition()
    >>> bool(abs(parts["x"].sum(axis=1) - data.frame["x"].iloc[1:]).max() < 1e-12)
    True
    """
    _check_kind(kind, bands_asked=bootstrap is not None or level is not None)
    check_apart(svar)
    fit = svar.parent
    point = components(svar.model, svar.impact.to_numpy()[None])[0]
    names = [fit.variables, [*_components(svar), "initial", "deterministic"]]
    if bootstrap is None and level is None:
        columns = pd.MultiIndex.from_product(names, names=["variable", "component"])
        return pd.DataFrame(point.reshape(fit.nobs, -1), index=fit.residuals.index, columns=columns)
    values = _with_band(point, svar.read_draws(components, bootstrap, rng, n_jobs=n_jobs), level, kind)
    columns = pd.MultiIndex.from_product([*names, BAND], names=["variable", "component", "value"])
    return pd.DataFrame(values.reshape(fit.nobs, -1), index=fit.residuals.index, columns=columns)


def components(draws: ReducedDraws, impact: Array) -> Array:
    """Decompose the data by every draw: (B, T, n, c), c = shocks, the rest if s < n, initial, deterministic."""
    fit = draws.fit
    terms = fit.parent.term_values(fit.lags)
    residuals = draws.observed_residuals
    shocks = residuals @ np.linalg.solve(draws.sigma, impact)
    pushes = impact[:, None] * shocks[:, :, None, :]
    if impact.shape[2] < impact.shape[1]:
        rest = residuals - pushes.sum(axis=3)
        pushes = np.concatenate([pushes, rest[..., None]], axis=3)
    expected = terms @ draws.coefficients[:, : terms.shape[1]]
    driving = np.concatenate([pushes, np.zeros((*residuals.shape, 1)), expected[..., None]], axis=3)
    start = np.zeros((len(draws), fit.lags, *driving.shape[2:]))
    start[..., -2] = fit.data.frame.to_numpy(dtype=float)[: fit.lags]
    return kernels.propagate(draws.lag_blocks, driving, start)


def check_apart(svar: StructuralResults) -> None:
    """Refuse shocks that claim the same part of a residual, so that their parts would not add to the whole.

    M = B' Σ_u⁻¹ B holds the products of the shocks as the data show them. Up to n shocks are uncorrelated with unit
    variance, M = I; more than n share the residuals out between them, B B' = Σ_u.

    Raises
    ------
    SpecificationError
        Otherwise: for shocks identified apart from one another, as by :class:`econ.offset.OwnShocks`.
    """
    b = np.linalg.solve(svar.model.factor[0], svar.impact.to_numpy())
    n, s = b.shape
    gap = float(np.abs(b.T @ b - np.eye(s) if s <= n else b @ b.T - np.eye(n)).max())
    if gap > OVERLAP:
        raise SpecificationError(
            f"{list(svar.shock_names)} are not uncorrelated shocks of unit variance that share out the residuals of "
            f"{n} variables: off by {gap:.3g}; identify them by one scheme, such as Cholesky or Proxy with all "
            "instruments, or read irf() only."
        )


def _components(svar: StructuralResults) -> list[str]:
    complete = len(svar.shock_names) >= len(svar.parent.variables)
    return [*svar.shock_names] if complete else [*svar.shock_names, OTHER]


def _check_kind(kind: str, *, bands_asked: bool) -> None:
    bands.check_kind(kind)
    if kind != "pointwise" and not bands_asked:
        raise SpecificationError(
            f"kind={kind!r} is that of bands, and none were asked for; give a bootstrap or level=."
        )


def _with_band(point: Array, blocks: list[Array] | None, level: float | None, kind: str) -> Array:
    """``point`` (T, n, c) with lower and upper ends of the draws along a new last axis."""
    if blocks is None:
        raise SpecificationError("bands need draws, and there are none; pass bootstrap=MovingBlock() and rng=.")
    lower, upper = bands.path_band(np.concatenate(blocks), level=0.90 if level is None else level, kind=kind)
    return np.stack([point, lower, upper], axis=-1)
