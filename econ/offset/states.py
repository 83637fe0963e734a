"""The quantity offset in two states of the world, and whether it is the same in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.data.dataset import Dataset, as_dataset
from econ.errors import NotIdentified
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer.working import approximate_df
from econ.offset._equality import anderson_rubin_row, wald_row
from econ.offset._ratio import Ratio, ratio_estimate
from econ.offset._responses import check_allies
from econ.offset.instrumented import with_sum
from econ.projection import LocalProjection, ProjectionResults
from econ.responses import Cell, Reading
from econ.tables.shown import Shown


@guarded
@dataclass(frozen=True, eq=False)
class StateOffset(Shown):
    """Quantity offsets by state.

    Parameters
    ----------
    low, high : Estimate
        Offset where the state is low and where it is high, each with its Fieller set.
    difference : Estimate
        High less low, delta method.
    tests : DataFrame
        Rows ``Wald`` (delta method; needs sales that respond in both states) and ``Anderson-Rubin`` (valid even if they
        do not); columns statistic, p_value, distribution, null.
    parent : object
        The projections.
    """

    low: Estimate
    high: Estimate
    difference: Estimate
    tests: pd.DataFrame = field(repr=False)
    parent: object = field(repr=False)


@checked
def state_offset(
    data: Dataset | pd.DataFrame,
    seller: str,
    ally: str | Sequence[str],
    *,
    instrument: str,
    state: str,
    state_lag: int = 1,
    transition: float | None = None,
    horizon: int = 6,
    controls: Sequence[str] = (),
    contemporaneous: Sequence[str] = (),
    lags: int = 3,
    cov: str = "hac",
    level: float = 0.90,
) -> StateOffset:
    """Share of a seller's cumulated sale that allies buy, in each of two states.

    Local projections of the allies' and of the seller's purchases, summed over t, ..., t + h, on the instrument at t,
    all regressors interacted with the state at t - ``state_lag``:

    ``sum_j q_{i,t+j} = s_t (b_i^high z_t + c_i^high' w_t) + (1 - s_t) (b_i^low z_t + c_i^low' w_t) + u_i``

    and rho in a state is ``-b_ally / b_seller`` there. With one instrument a state's Fieller set is its Anderson-Rubin
    set. Equality is tested through the delta method and, whatever the strength of the instrument in either state, by
    the smallest Anderson-Rubin statistic over one rho for both.

    Parameters
    ----------
    data : Dataset or DataFrame
        Purchases, instrument, state and controls.
    seller, ally : str, str or sequence of str
        Net purchases; several allies are added.
    instrument : str
        Moves the seller's purchases and nothing else; the purchases themselves make it a projection on the sale, which
        is recursive.
    state : str
        Dummy, or weight of the high state between 0 and 1.
    state_lag, transition, controls, contemporaneous, lags
        As in :class:`econ.projection.LocalProjection`.
    horizon : int, default 6
        Last period summed, included.
    cov : str, default "hac"
        Covariance; "hac" uses Bartlett lags = horizon, since sums overlap.
    level : float, default 0.90
        Coverage.

    Returns
    -------
    StateOffset

    Raises
    ------
    SpecificationError
        If seller and ally are the same, the horizon is no horizon, the state is no weight, or purchases are known to be
        in different units.
    SampleTooShort
        If a state has too few periods for its coefficients.
    NotIdentified
        If the seller's response is exactly zero in a state.

    References
    ----------
    Ramey, V. A. and S. Zubairy (2018), Government Spending Multipliers in Good Times and in Bad, Journal of Political
    Economy 126(2), for multipliers by state from summed projections.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((600, 3))
    >>> frame = pd.DataFrame({"news": draws[:, 0], "cn": draws[:, 0] + draws[:, 1], "war": np.arange(600) >= 300})
    >>> frame["war"] = frame["war"].astype(float)
    >>> frame["jp"] = -(0.2 + 0.6 * frame["war"]) * frame["cn"] + 0.5 * draws[:, 2]
    >>> found = state_offset(frame, "cn", "jp", instrument="news", state="war", horizon=0, lags=1)
    >>> round(found.low.value, 1), round(found.high.value, 1), bool(found.tests["p_value"].max() < 0.01)
    (0.2, 0.8, True)
    """
    level = checks.level(level)
    horizon = checks.horizon(horizon)
    allies = check_allies(seller, ally)
    table, bought = with_sum(as_dataset(data), seller, allies)
    model = LocalProjection(
        table, (bought, seller), instrument, controls=controls, contemporaneous=contemporaneous, lags=lags, state=state,
        state_lag=state_lag, transition=transition, cumulative=True, lag_augmented=False,
    )  # fmt: skip
    results = model.fit(horizon, cov)
    cells = [Cell(horizon, name, shock, summed=True) for shock in results.shocks for name in (bought, seller)]
    read = results.read(cells).turned(np.diag([-1.0, 1.0, -1.0, 1.0]))
    if not read.point[[1, 3]].all():
        raise NotIdentified(f"{seller!r} does not respond to {instrument!r} in one of the states; nothing to offset.")
    words = f"share of {seller} offset by {' and '.join(allies)} within {horizon} periods, {state}"
    low, high = (
        ratio_estimate(_part(read, place), method="fieller", level=level, label=f"{words} {which}")
        for place, which in ((0, "low"), (2, "high"))
    )
    difference = _difference(read, low, high, level=level)
    tests = _tests(results, read, difference, f"the offset does not depend on {state}")
    return StateOffset(low, high, difference, tests, results)


def _tests(results: ProjectionResults, read: Reading, difference: Estimate, null: str) -> pd.DataFrame:
    bandwidth = int(results.bandwidths[results.horizon]) if results.cov in ("hac", "ewc") else None
    columns = results.parent.design.columns
    df = np.inf if read.df is None else read.df
    df, factor = approximate_df(results.cov, df, bandwidth, size=read.nobs, columns=columns)
    order = [0, 2, 1, 3]
    covariance = read.covariance[np.ix_(order, order)]
    robust = anderson_rubin_row(
        read.point[[0, 2]], read.point[[1, 3]], covariance, nobs=read.nobs, null=null, df=df, factor=factor
    )
    rows = {"Wald": wald_row(difference, read.df, null), "Anderson-Rubin": robust}
    return pd.DataFrame.from_dict(rows, orient="index")


def _part(read: Reading, place: int) -> Reading:
    """The pair (bought, sold) of one state."""
    rows = slice(place, place + 2)
    return replace(read, point=read.point[rows], covariance=read.covariance[rows, rows])


def _difference(read: Reading, low: Ratio, high: Ratio, *, level: float) -> Estimate:
    """High less low; both ratios' gradients at once, as one ratio over 1."""
    slope = np.concatenate([-_gradient(low, read.point[:2]), _gradient(high, read.point[2:])])
    variance = float(slope @ read.covariance @ slope)
    pair = Reading(
        np.array([high.value - low.value, 1.0]), np.diag([variance, 0.0]), None, read.nobs, read.df, read.parent
    )
    return ratio_estimate(pair, method="delta", level=level, label="offset in the high state less that in the low")


def _gradient(ratio: Ratio, pair: Array) -> Array:
    slope: Array = np.array([1.0, -ratio.value]) / pair[1]
    return slope
