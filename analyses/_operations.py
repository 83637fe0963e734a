"""Japan's operations, and the yield around them, for the exhibits that read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import econ
from analyses.specification import Specification
from econ import Dataset, Estimate, Unavailable
from econ.data import operations
from econ.data.operations import ERAS
from econ.eventstudy import OperationResults, Operations
from econ.infer import randomise_slope

UNITS = "1% of debt sold"
FEW = Unavailable("no operation of this kind")
BY_TURNS = Unavailable("the set comes from turns")


@dataclass(frozen=True)
class Record:
    """Operations of the sample: sales in percent of debt, positive when dollars are sold, and the yields."""

    sold: pd.Series
    daily: Dataset

    def without(self, first: str, last: str) -> Record:
        """The same record less the operations of a spell."""
        inside = (self.sold.index >= first) & (self.sold.index <= last)
        return Record(self.sold[~inside], self.daily)

    def signed(self, sign: int) -> Record:
        """Sales (1) or purchases (-1) alone."""
        return Record(self.sold[np.sign(self.sold) == sign], self.daily)


def records(spec: Specification) -> dict[str, Record]:
    """All operations of the sample, and those outside the spell that is left out, by the heads of the table."""
    first, last = spec.operations.span
    table = operations(first, last, as_of=spec.as_of)
    sold = pd.Series(-table["percent_of_debt"].to_numpy(), index=pd.DatetimeIndex(table["date"]), name="sold")
    whole = Record(sold, _daily(spec))
    return {"All": whole, _without(spec): whole.without(*spec.operations.without)}


def _without(spec: Specification) -> str:
    first, last = spec.operations.without
    return f"Without {first[:4]}" if first[:4] == last[:4] else f"Without {first[:4]} to {last[:4]}"


def _daily(spec: Specification) -> Dataset:
    """Daily yields from a month before the record to a quarter after it, so that every window is whole."""
    names = dict.fromkeys((spec.primary.maturity, *spec.operations.maturities))
    data = econ.load(*names, frequency="D", as_of=spec.as_of)
    first, last = (pd.Timestamp(each) for each in spec.operations.span)
    return data.sample(first - pd.Timedelta(days=60), last + pd.Timedelta(days=100))


def fitted(
    record: Record,
    spec: Specification,
    *,
    first: int = -1,
    last: int | None = None,
    response: str = "",
    closed: str = "",
    clean: bool = True,
    summed: bool | None = None,
) -> OperationResults:
    """Responses at all days from ``first`` to ``last``; eras without an operation are left out."""
    choices = spec.operations
    study = Operations(
        record.daily,
        record.sold,
        response=response or spec.primary.maturity,
        units=UNITS,
        horizons=(first, choices.day if last is None else last),
        eras=_spells(record, spec),
        exclude=choices.clean if clean and choices.clean else None,
        around=(0, choices.day),
        rule=closed or choices.closed,
        summed=choices.summed if summed is None else summed,
    )
    return study.fit(draws=choices.draws, rng=spec.rng)


def _spells(record: Record, spec: Specification) -> dict[str, tuple[str, str]]:
    """Eras with operations, cut to the sample; the spell left out is cut off where an era ends with it."""
    first, last = spec.operations.span
    spells = {}
    for era in ERAS:
        ends = max(era.first, first), min(era.last, last)
        inside = record.sold[(record.sold.index >= ends[0]) & (record.sold.index <= ends[1])]
        if len(inside):
            spells[era.label] = ends
    return spells


def primary(fit: OperationResults, spec: Specification) -> Estimate:
    """The response after the days that decide."""
    return fit.at(spec.operations.day, level=spec.level)


def spread(fit: OperationResults, spec: Specification) -> float:
    """Standard deviation of the estimate over the shifts, bp per 1% of debt."""
    return float(np.std(fit.tests[fit.horizons.index(spec.operations.day)].draws))


def turned(
    fit: OperationResults, horizon: int, spec: Specification, *, lags: int = 0, apart: int = 0
) -> Estimate | Unavailable:
    """One response by turns, after partialling out past changes, or by the amounts that open a campaign alone."""
    window, j = fit.window, fit.horizons.index(horizon)
    total = np.concatenate([[0.0], np.cumsum(np.abs(window.all_amounts))])
    quiet = total[window.rows] - total[np.maximum(window.rows - apart, 0)] == 0.0
    amounts = np.where(quiet, window.amounts, 0.0)
    if not amounts.any():
        return FEW
    exposure = window.exposure(window.all_amounts)[:, j] if fit.parent.summed else window.amounts
    columns = np.column_stack([window.outcome[:, j], amounts, exposure])
    if lags:
        columns = _held_fixed(columns, fit, lags)
    test = randomise_slope(
        columns[:, 0],
        columns[:, 1],
        exposure=columns[:, 2],
        eras=window.eras,
        draws=spec.operations.draws,
        rng=spec.rng,
    )[0]
    region = test.confidence_set(spec.level)
    return Estimate(
        test.statistic, BY_TURNS, region.lower, region.upper, spec.level, fit.units, nobs=len(amounts), region=region
    )


def _held_fixed(columns: np.ndarray, fit: OperationResults, lags: int) -> np.ndarray:
    """Columns less what the last changes of the yield and the era explain of them."""
    study, window = fit.parent, fit.window
    level = 100.0 * study.data.frame[study.response].dropna().to_numpy(dtype=float)
    past = np.column_stack([level[window.rows - k] - level[window.rows - k - 1] for k in range(1, lags + 1)])
    eras = (window.eras[:, None] == np.unique(window.eras)[None, :]).astype(float)
    held = np.column_stack([past, eras])
    left: np.ndarray = columns - held @ np.linalg.lstsq(held, columns, rcond=None)[0]
    return left
