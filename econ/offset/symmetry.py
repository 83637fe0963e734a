"""Whether a seller's sale and an ally's purchase of the same size cancel: equal price impacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Seed
from econ.border import checked
from econ.data.dataset import Dataset, as_dataset
from econ.errors import NotIdentified, SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer.sandwich import joint_covariance
from econ.infer.working import working_moments
from econ.offset._equality import anderson_rubin_row, wald_row
from econ.offset._responses import Source, check_allies, check_columns, check_unit, joint
from econ.projection import LocalProjection, ProjectionResults
from econ.responses import Bootstrap, Cell, Reading
from econ.tables.shown import Shown


@guarded
@dataclass(frozen=True, eq=False)
class Symmetry(Shown):
    """Price impacts of two holders' purchases and the tests that they are equal.

    Parameters
    ----------
    seller, ally : Estimate
        Response of the price to purchases of one unit by either, the other's purchases held fixed.
    difference : Estimate
        Seller's less ally's, delta method.
    tests : DataFrame
        Rows ``Wald`` (delta method; needs strong shocks) and ``Anderson-Rubin`` (valid however weak they are); columns
        statistic, p_value, distribution, null.
    parent : object
        The responses.
    """

    seller: Estimate
    ally: Estimate
    difference: Estimate
    tests: pd.DataFrame = field(repr=False)
    parent: object = field(repr=False)


@checked
def symmetry(
    source: Source,
    seller: str,
    ally: str,
    *,
    response: str = "yield_10y",
    horizon: int = 6,
    cumulative: bool = False,
    shocks: tuple[str, str] | None = None,
    level: float = 0.90,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> Symmetry:
    """Test that purchases of one unit by the seller and by the ally move the price alike.

    With C_j, A_j the seller's and ally's purchases summed to the horizon and Y_j the price's response, to shock j, the
    impacts solve ``Y_j = beta_C C_j + beta_A A_j`` for the two shocks: each is that of one holder, the other fixed.
    Wald tests beta_C - beta_A = 0. Under the null ``Y_j = beta (C_j + A_j)`` for one beta and both shocks;
    Anderson-Rubin takes the beta that fits best and compares its statistic with a chi-square of two degrees of freedom
    (a projection, so it never rejects too often).

    Parameters
    ----------
    source : JointResponses or StructuralResults
        Joint responses to both shocks, with draws (or ``bootstrap`` and ``rng``).
    seller, ally : str
        Net purchases, in one unit such as percent of debt.
    response : str
        The price.
    horizon : int, default 6
        Last period.
    cumulative : bool, default False
        Whether the price enters in changes, so that its responses are summed.
    shocks : (str, str), optional
        Their shocks; default those named like them.
    level : float, default 0.90
        Coverage.
    bootstrap, rng, n_jobs
        For an identified VAR.

    Returns
    -------
    Symmetry

    Raises
    ------
    SpecificationError
        If seller and ally, or the shocks, are the same, or purchases are known to be in different units.
    NotIdentified
        If both shocks move purchases in the same proportion, so that impacts cannot be told apart.

    Notes
    -----
    Sizes at a nominal 5% are 5-9% by Wald, 1-2.5% by Anderson-Rubin. Measured in :doc:`/coverage`.

    References
    ----------
    Anderson, T. W. and H. Rubin (1949), Annals of Mathematical Statistics 20(1).

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky, MovingBlock
    >>> impact = [[1.0, 0.0, 0.0], [-0.3, 0.5, 0.0], [-2.0 + 0.6, -1.0, 1.0]]
    >>> data = simulated_var(400, rng=2, lags=[0.2 * np.eye(3)], impact=impact, names=("cn", "jp", "y"))
    >>> svar = VAR(data, lags=1).fit().identify(Cholesky("cn", "jp", "y"))
    >>> found = symmetry(svar, "cn", "jp", response="y", horizon=0, bootstrap=MovingBlock(draws=199), rng=1)
    >>> bool(found.tests["p_value"].min() > 0.1)
    True
    """
    level, horizon = checks.level(level), checks.horizon(horizon)
    (ally,) = check_allies(seller, ally)
    first, second = (seller, ally) if shocks is None else checks.pair("shocks", shocks)
    if first == second:
        raise SpecificationError(f"two shocks are needed to tell two impacts apart; both are {first!r}.")
    check_unit(source, (seller, ally))
    wanted = [(response, cumulative), (seller, True), (ally, True)]
    cells = [Cell(horizon, name, shock, summed) for name, summed in wanted for shock in (first, second)]
    read = joint(source, horizon, bootstrap, rng, n_jobs=n_jobs).read(cells)
    return _tested(read, (seller, ally, response), horizon, level)


@checked
def instrumented_symmetry(
    data: Dataset | pd.DataFrame,
    seller: str,
    ally: str,
    *,
    response: str = "yield_10y",
    instruments: tuple[str, str],
    horizon: int = 6,
    cumulative: bool = False,
    controls: Sequence[str] = (),
    lags: int = 6,
    cov: str = "hac",
    level: float = 0.90,
) -> Symmetry:
    """Test by local projections with two instruments that seller and ally move the price alike.

    The reduced forms of the price and of both purchases on both instruments take the place of the responses in
    :func:`symmetry`; Wald is then that of two-stage least squares with two endogenous variables.

    Parameters
    ----------
    data : Dataset or DataFrame
        Purchases, price, instruments and controls.
    seller, ally, response, horizon, cumulative, level
        As in :func:`symmetry`; without ``cumulative`` the price is ``y_{t+h} - y_{t-1}``.
    instruments : (str, str)
        One should move the seller, the other the ally.
    controls, lags
        As in :class:`econ.projection.LocalProjection`; at least one lag of purchases, price and instruments enters.
    cov : str, default "hac"
        Covariance; "hac" uses Bartlett lags = horizon.

    Returns
    -------
    Symmetry
        ``parent`` is the `ProjectionResults` of the first instrument.

    Raises
    ------
    SpecificationError, NotIdentified
        As :func:`symmetry`.

    Notes
    -----
    With fewer than 200 months a rejection by Wald alone is no finding at 5%; one by Anderson-Rubin is. Measured in
    :doc:`/coverage`.
    """
    level, horizon = checks.level(level), checks.horizon(horizon)
    lags = checks.count("lags", lags)  # at least one, so that all regressions use the same rows
    (ally,) = check_allies(seller, ally)
    named = checks.names("instruments", instruments)
    if len(named) != 2:
        raise SpecificationError(f"name two instruments; found {list(named)}.")
    data = as_dataset(data)
    check_columns(data, (seller, ally))
    series = tuple(dict.fromkeys((*controls, seller, ally, response, *named)))
    fits: list[ProjectionResults] = []
    for names, summed in (((response,), cumulative), ((seller, ally), True)):
        for own, other in (named, named[::-1]):
            model = LocalProjection(
                data, names, own, controls=series, contemporaneous=(other,), lags=lags, cumulative=summed,
                difference=not summed, lag_augmented=False,
            )  # fmt: skip
            fits.append(model.fit(horizon, cov))
    read = _joined(fits, horizon)
    rows = read.nobs
    z = np.column_stack([fit.impulse[horizon, :rows, 0] for fit in fits[:2]])
    basis = np.linalg.qr(np.column_stack([fits[0].parent.design.basis()[:rows], z[:, 0]]))[0]
    mean, df = working_moments(z, basis, cov=cov, bandwidth=int(fits[0].bandwidths[horizon]))
    small = (df, 1.0 / mean)
    return _tested(read, (seller, ally, response), horizon, level, small=small)


def _joined(fits: Sequence[ProjectionResults], horizon: int) -> Reading:
    """Coefficients (Y_1, Y_2, C_1, C_2, A_1, A_2) of regressions on the same rows, with their joint covariance."""
    rows = fits[0].nobs - horizon
    price, flows = fits[:2], fits[2:]
    cells = [(fit, 0) for fit in price] + [(fit, i) for i in (0, 1) for fit in flows]
    point = np.array([fit.point[horizon, i, 0] for fit, i in cells])
    psi = np.column_stack([fit.influence[horizon, :rows, 0, i] for fit, i in cells])
    kind = fits[0].cov
    bandwidth = int(fits[0].bandwidths[horizon]) if kind in ("hac", "ewc") else None
    # the influence functions of hc1 carry its small-sample factor already
    covariance, df = joint_covariance(psi, cov=kind if bandwidth is not None else "hc0", bandwidth=bandwidth)
    return Reading(point, covariance, None, rows, None if np.isinf(df) else df, fits[0])


def _tested(
    read: Reading,
    names: tuple[str, str, str],
    horizon: int,
    level: float,
    *,
    small: tuple[float, float] = (np.inf, 1.0),
) -> Symmetry:
    y, bought = read.point[:2], np.column_stack([read.point[2:4], read.point[4:]])
    scale = np.abs(bought).max(axis=0)
    if not scale.all() or np.linalg.matrix_rank(bought / scale, tol=1e-10) < 2:
        raise NotIdentified(
            "both shocks move the purchases of seller and ally in the same proportion, so their impacts cannot be told "
            "apart; use shocks or instruments of their own."
        )
    inverse = np.linalg.inv(bought)
    beta = inverse @ y
    # d beta = M^-1 (dY - dM beta)
    slope = np.hstack([inverse, -inverse * beta[0], -inverse * beta[1]])
    covariance = slope @ read.covariance @ slope.T
    seller, ally, response = names
    words = f"{response} per unit bought by"
    three = [(beta[0], [1.0, 0.0], f"{words} {seller}"), (beta[1], [0.0, 1.0], f"{words} {ally}"),
             (beta[0] - beta[1], [1.0, -1.0], f"{words} {seller} less {ally}")]  # fmt: skip
    estimates = [
        _estimate(float(value), float(np.array(row) @ covariance @ np.array(row)), read, level, f"{label} ({horizon})")
        for value, row, label in three
    ]
    null = f"purchases by {seller} and {ally} move {response} alike"
    rows = {"Wald": wald_row(estimates[2], read.df, null), "Anderson-Rubin": _anderson_rubin(read, null, *small)}
    return Symmetry(estimates[0], estimates[1], estimates[2], pd.DataFrame.from_dict(rows, orient="index"), read.parent)


def _estimate(value: float, variance: float, read: Reading, level: float, label: str) -> Estimate:
    error = float(np.sqrt(max(variance, 0.0)))
    half = 0.5 + level / 2.0
    reach = error * float(scipy.special.ndtri(half) if read.df is None else scipy.special.stdtrit(read.df, half))
    return Estimate(value, error, value - reach, value + reach, level, "", label, read.nobs, parent=read.parent)


def _anderson_rubin(read: Reading, null: str, df: float, factor: float) -> dict[str, object]:
    """Under the null ``Y_j = beta (C_j + A_j)`` for both shocks."""
    turn = np.zeros((4, 6))
    turn[:2, :2] = np.eye(2)
    turn[2:, 2:4] = turn[2:, 4:] = np.eye(2)
    both, covariance = turn @ read.point, turn @ read.covariance @ turn.T
    return anderson_rubin_row(both[:2], both[2:], covariance, nobs=read.nobs, null=null, df=df, factor=factor)
