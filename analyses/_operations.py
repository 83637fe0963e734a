"""Japan's operations, and the yield around them, for the exhibits that read them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import econ
from analyses.specification import Specification
from econ import Dataset, Estimate, Unavailable
from econ.data import calendar, operations
from econ.data.operations import ERAS, Era
from econ.data.use import using
from econ.eventstudy import OperationResults, Operations
from econ.eventstudy.confounders import Confounders
from econ.infer import randomise_slope

UNITS = "1% of debt sold"
FEW = Unavailable("no operation of this kind")
Fits = dict[str, OperationResults]
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

    def within(self, era: Era) -> Record:
        """The operations of an era."""
        return Record(self.sold[(self.sold.index >= era.first) & (self.sold.index <= era.last)], self.daily)

    def since(self, date: str) -> Record:
        """Days and operations from a date on."""
        return Record(self.sold[self.sold.index >= date], self.daily.sample(date, None))

    def signed(self, sign: int) -> Record:
        """Sales (1) or purchases (-1) alone."""
        return Record(self.sold[np.sign(self.sold) == sign], self.daily)


def records(spec: Specification) -> dict[str, Record]:
    """All operations of the sample, and those outside the spell that is left out, by the heads of the table."""
    first, last = spec.operations.span
    with using() as files:
        table = operations(first, last, as_of=spec.as_of)
    sold = pd.Series(-table["percent_of_debt"].to_numpy(), index=pd.DatetimeIndex(table["date"]), name="sold")
    daily = _daily(spec)
    whole = Record(sold, replace(daily, vintages=(*daily.vintages, *files)))
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
    news: Confounders | None = None,
    around: int | None = None,
    summed: bool | None = None,
) -> OperationResults:
    """Responses at all days from ``first`` to ``last``; eras without an operation are left out.

    Days with one of the calendars ``news`` from the day to ``around`` days after it are left out: by default those of
    the specification, over the days that decide.
    """
    choices = spec.operations
    calendars = choices.clean if news is None else news
    study = Operations(
        record.daily,
        record.sold,
        response=response or spec.primary.maturity,
        units=UNITS,
        horizons=(first, choices.day if last is None else last),
        eras=_spells(record, spec),
        exclude=calendars or None,
        around=(0, choices.day if around is None else around),
        rule=closed or choices.closed,
        summed=choices.summed if summed is None else summed,
    )
    return study.fit(draws=choices.draws, rng=spec.rng)


def known_news(spec: Specification) -> Confounders:
    """The calendars of the specification, and the others from the day on which they begin."""
    choices = spec.operations
    later = {each: calendar(each, choices.also_since, as_of=spec.as_of)[["date"]] for each in choices.also}
    return {each: each for each in choices.clean} | later


def clean_operations(record: Record, around: int, spec: Specification) -> int:
    """Operations without the specification's news from their day to ``around`` days after it."""
    first, last = record.sold.index[0].date(), record.sold.index[-1].date() + pd.Timedelta(days=2 * around + 7)
    quoted = pd.DatetimeIndex(record.daily.frame[spec.primary.maturity].dropna().index)
    told = [calendar(each, first, last, as_of=spec.as_of)["date"] for each in spec.operations.clean]
    news = quoted.searchsorted(pd.DatetimeIndex(pd.concat(told))) if told else np.array([], dtype=int)
    at = quoted.searchsorted(pd.DatetimeIndex(record.sold.index))
    return int(sum(not ((news >= place) & (news <= place + around)).any() for place in at))


def _spells(record: Record, spec: Specification) -> dict[str, tuple[str, str]]:
    """Eras with operations, cut to the sample and to the days at hand."""
    first, last = spec.operations.span
    first = max(first, str(record.daily.frame.index[0].date()))
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
        columns = held_fixed(columns, fit, lags)
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


def held_fixed(columns: np.ndarray, fit: OperationResults, lags: int) -> np.ndarray:
    """Columns less what the last changes of the yield and the era explain of them."""
    study, window = fit.parent, fit.window
    level = 100.0 * study.data.frame[study.response].dropna().to_numpy(dtype=float)
    eras = (window.eras[:, None] == np.unique(window.eras)[None, :]).astype(float)
    past = [level[window.rows - k] - level[window.rows - k - 1] for k in range(1, lags + 1)]
    held = np.column_stack([*past, eras])
    left: np.ndarray = columns - held @ np.linalg.lstsq(held, columns, rcond=None)[0]
    return left


def days(at: int) -> str:
    """Head of a horizon."""
    return "Day 0" if at == 0 else f"Days 0–{at}"
