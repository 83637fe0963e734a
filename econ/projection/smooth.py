"""Smooth local projections: responses on B-splines of the horizon, shrunk towards a polynomial."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import scipy

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.projection import _kernels as kernels
from econ.projection.results import ProjectionResults
from econ.responses.irf import IRF

DEGREE = 3
FOLDS = 5
PENALTIES = np.logspace(-4.0, 6.0, 41)
RIDGE = 1e-12  # there are two splines more than horizons, so the smallest penalties leave a null space


@guarded
@dataclass(frozen=True, eq=False)
class SmoothResults:
    """What a smooth projection was made from.

    Parameters
    ----------
    parent : ProjectionResults
        The projection before smoothing.
    penalties : tuple of float
        Penalty of each response, relative to the information in the data.
    polynomial : int
        Degree of the polynomial that an infinite penalty leaves.
    """

    parent: ProjectionResults = field(repr=False)
    penalties: tuple[float, ...]
    polynomial: int


@checked
def smooth(results: ProjectionResults, *, penalty: float | None = None, polynomial: int = 2) -> IRF:
    """Smooth a local projection over horizons.

    ``b_h = sum_k theta_k B_k(h)`` with cubic B-splines on unit knots; theta minimises the sum of squares of all
    horizons plus ``penalty`` times the squared differences of order ``polynomial + 1`` of theta. Controls keep
    coefficients of their own at every horizon. Standard errors account for sampling error, not for the bias of
    shrinkage.

    Parameters
    ----------
    results : ProjectionResults
        From :meth:`LocalProjection.fit`; one impulse.
    penalty : float, optional
        0 leaves the projection as it is; the unit is the mean information per spline coefficient. None picks it for
        each response by cross-validation over five stretches of time.
    polynomial : int, default 2
        Degree of the polynomial approached as the penalty grows.

    Returns
    -------
    IRF
        With standard errors; ``parent`` is a `SmoothResults`.

    Raises
    ------
    SpecificationError
        With several states, a negative penalty, or a horizon shorter than the polynomial needs.

    References
    ----------
    Barnichon, R. and C. Brownlees (2019), Impulse Response Estimation by Smooth Local Projections, Review of
    Economics and Statistics 101(3).

    Examples
    --------
    >>> import pandas as pd
    >>> from econ.projection import LocalProjection
    >>> generator = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"flow": generator.standard_normal(300), "yield": generator.standard_normal(300)})
    >>> results = LocalProjection(frame, response="yield", impulse="flow", lags=1).fit(12)
    >>> irf = smooth(results)
    >>> bool(np.abs(np.diff(irf.point, 2, axis=0)).sum() < np.abs(np.diff(results.point, 2, axis=0)).sum())
    True
    """
    _check(results)
    penalty = None if penalty is None else checks.real("penalty", penalty, least=0.0)
    polynomial = checks.count("polynomial", polynomial, least=0, most=results.horizon - 1, of="below the horizon")
    basis = spline_basis(results.horizon)
    fitted = _regressor(results)
    information = (fitted * results.impulse).sum(axis=1)[:, 0]
    moments = basis.T @ (fitted * results.outcome).sum(axis=1)
    gram = basis.T @ (information[:, None] * basis)
    roughness = _roughness(basis.shape[1], polynomial) * np.trace(gram) / basis.shape[1]
    chosen = [
        cross_validated(results, i, basis, roughness) if penalty is None else penalty
        for i in range(results.outcome.shape[2])
    ]
    point, errors = np.empty_like(results.point), np.empty_like(results.point)
    for i, each in enumerate(chosen):
        bread = basis @ np.linalg.pinv(gram + each * roughness, hermitian=True)
        point[:, i, 0] = bread @ moments[:, i]
        u = results.outcome[:, :, i] - results.impulse[:, :, 0] * point[:, i]
        psi = (fitted[:, :, 0] * u * _factor(results)).T @ basis @ bread.T
        rows = kernels.spread(psi, results.cov, int(results.bandwidths[-1]))
        errors[:, i, 0] = np.sqrt((rows * rows).sum(axis=0))
    return IRF(
        point=point,
        responses=results.responses,
        shocks=results.shocks,
        std_errors=errors,
        df=results.df,
        units=results.units,
        sizes=results.sizes,
        nobs=results.nobs,
        nobs_by_horizon=results.nobs_by_horizon,
        parent=SmoothResults(results, tuple(chosen), polynomial),
        cumulated=bool(results.parent.cumulative),
        multiplier=results.parent.cumulative == "multiplier",
    )


def spline_basis(horizon: int) -> Array:
    """Cubic B-splines with unit knots at the horizons 0..H: (H + 1, H + 3)."""
    knots = np.arange(-DEGREE, horizon + DEGREE + 1, dtype=float)
    columns = horizon + DEGREE
    values = scipy.interpolate.BSpline.design_matrix(
        np.arange(horizon + 1.0), knots, DEGREE, extrapolate=True
    ).toarray()
    return np.asarray(values[:, :columns])


def cross_validated(results: ProjectionResults, response: int, basis: Array, roughness: Array) -> float:
    """Penalty with the smallest squared prediction error over five left-out stretches of time."""
    d, y = _regressor(results)[:, :, 0], results.outcome[:, :, response]
    edges = np.linspace(0, results.nobs, FOLDS + 1).astype(int)
    stretches = [slice(left, right) for left, right in itertools.pairwise(edges)]
    dd = np.array([(d[:, part] ** 2).sum(axis=1) for part in stretches])
    dy = np.array([(d[:, part] * y[:, part]).sum(axis=1) for part in stretches])
    losses = np.zeros(len(PENALTIES))
    for fold in range(FOLDS):
        gram = basis.T @ ((dd.sum(axis=0) - dd[fold])[:, None] * basis)
        right = basis.T @ (dy.sum(axis=0) - dy[fold])
        for place, penalty in enumerate(PENALTIES):
            b = basis @ np.linalg.solve(gram + penalty * roughness + RIDGE * np.eye(len(gram)) * np.trace(gram), right)
            losses[place] += (b * b * dd[fold] - 2.0 * b * dy[fold]).sum()
    return float(PENALTIES[int(losses.argmin())])


def _roughness(columns: int, polynomial: int) -> Array:
    differences = np.diff(np.eye(columns), polynomial + 1, axis=0)
    result: Array = differences.T @ differences
    return result


def _regressor(results: ProjectionResults) -> Array:
    """Return the impulse, or its first stage when there are instruments, with controls partialled out."""
    if results.parent.instruments or results.parent.cumulative == "multiplier":
        return kernels.fitted_impulse(results.impulse, results.instrument)
    return results.impulse


def _factor(results: ProjectionResults) -> Array:
    rows = results.nobs - np.arange(results.horizon + 1.0)[:, None]
    factor = np.sqrt(rows / (rows - results.parent.design.columns)) if results.cov == "hc1" else np.ones_like(rows)
    return np.asarray(factor)


def _check(results: ProjectionResults) -> None:
    if results.point.shape[2] > 1:
        raise SpecificationError("smoothing is for one impulse; estimate the states one at a time.")
    if results.cov in ("hc2", "hc3"):
        raise SpecificationError(
            f"smooth projections have no leverages of their own; use hc1, hac or ewc, not {results.cov}."
        )
