"""Instruments as documented objects: interventions, reserve losses, custody changes.

Each says what it measures, what must be true for it to serve and how it fails, and goes through the same checks as a
granular instrument (:func:`econ.projection.credentials`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.dataset import complete_frame
from econ.data.dates import days, months
from econ.data.events import events
from econ.data.index import dates, plain_days
from econ.data.operations import RECORD
from econ.errors import FrequencyError, SchemaError, SpecificationError
from econ.estimate import Unavailable
from econ.infer.regression import Regression, regress
from econ.projection.instrument import Instrument, span, word

LARGEST = 10
APART = 2
CLOSE = "15:30"
SAFE = "State Administration of Foreign Exchange"


@checked
def intervention_instrument(
    index: pd.PeriodIndex | pd.DatetimeIndex,
    amounts: pd.Series | pd.DataFrame | None = None,
    *,
    units: str = "trillions of yen",
    scale: float = 1.0,
) -> Instrument:
    """Dollars that Japan sold in interventions, on the dates of ``index``; zero where there were none.

    Parameters
    ----------
    index : PeriodIndex or DatetimeIndex
        Months (amounts are added up) or trading days (an amount counts on the first of them whose close, 15:30 in New
        York, follows it).
    amounts : Series or DataFrame, optional
        Dated amounts, positive when dollars are sold: a Series on dates, or a table with columns ``date``, ``amount``
        and perhaps ``time`` (New York). Default: the sales of dollars in the event catalogue, all since 2022; the
        purchases and sales before it are not there, so give the table of `econ.data.operations` where ``index`` reaches
        further back: its ``yen_bn`` are taken as they are meant. Other official tables that count purchases of dollars
        need ``scale=-1``, and 1e-4 turns hundreds of millions of yen into trillions.
    units : str
        Units after scaling.
    scale : float, default 1.0
        Factor of the amounts.

    Returns
    -------
    Instrument
        Episodes are spells of intervention with at most two months (or 60 trading days) without any between them; the
        largest values when all is one spell.

    Raises
    ------
    SchemaError
        For amounts without dates or that are not finite.
    SpecificationError
        If no amount falls on ``index``, or it reaches beyond the days for which the table of `econ.data.operations` is
        complete: nobody knows what was done there.

    References
    ----------
    Bernanke, B. S., V. R. Reinhart and B. P. Sack (2004), Monetary Policy Alternatives at the Zero Bound, Brookings
    Papers on Economic Activity 2, for intervention as a shift in the demand for Treasuries.

    Examples
    --------
    >>> instrument = intervention_instrument(pd.period_range("2020-01", "2026-06", freq="M"))
    >>> list(instrument.episodes)
    ['2022-09 to 2022-10', '2024-04 to 2024-07', '2026-04']
    >>> from econ.data import operations
    >>> record = intervention_instrument(pd.period_range("2003-01", "2004-06", freq="M"), operations())
    >>> round(float(record.series["2004-01"]), 4)  # trillions of yen sold: dollars were bought
    -6.8215
    """
    days, scale, table = dates(index), checks.real("scale", scale), _amounts(amounts)
    if not isinstance(days, (pd.PeriodIndex, pd.DatetimeIndex)):
        raise FrequencyError(f"an instrument needs dates; found an index of {type(days).__name__}.")
    _check_record(days, amounts)
    if isinstance(days, pd.PeriodIndex):
        place = pd.PeriodIndex(table["date"], freq=days.freqstr)
        total = table["amount"].groupby(place.to_numpy()).sum()
        series = pd.Series(0.0, index=days).add(total.loc[total.index.isin(days)], fill_value=0.0).reindex(days)
        apart = APART
    else:
        after = table["date"].to_numpy() + (table["time"] > CLOSE).to_numpy() * np.timedelta64(1, "D")
        at = np.searchsorted(days.to_numpy(), after)
        inside = (after >= days.to_numpy()[0]) & (at < len(days))
        values = np.zeros(len(days))
        np.add.at(values, at[inside], table["amount"].to_numpy()[inside])
        series, apart = pd.Series(values, index=days), 30 * APART
    if not (series != 0.0).any():
        raise SpecificationError(f"no intervention falls between {span(days)}; choose another sample.")
    spells = _spells(series, apart)
    return Instrument(
        series=(scale * series).rename("intervention"),
        units=units,
        measures="dollars sold by Japan's Ministry of Finance",
        assumption="given yields and the yen before, day and amount are no answer to news on Treasury term premia, and "
        "the dollars come from sales of Treasuries",
        fails="the ministry answers to the rate differential (yields up, yen down, sell); deposits are drawn first; "
        "days clash with FOMC and CPI",
        source="Ministry of Finance Japan" if amounts is None or "yen_bn" in amounts else "given by the caller",
        episodes=spells if len(spells) > 1 else _largest(series),
        parent=table,
    )


@checked
def reserve_losses(
    reserves: pd.Series | pd.DataFrame,
    *,
    dollar: pd.Series | None = None,
    yields: pd.DataFrame | None = None,
    other_currencies: float = 0.0,
    duration: float = 0.0,
) -> Instrument:
    """Reserves lost net of valuation and orthogonal to the dollar and to yields, in percent of reserves.

    With R the reserves, D the dollar index and y the first of the yields (percent), the loss is
    ``-100 (R_t / R_{t-1} - 1) - 100 w ln(D_t / D_{t-1}) - m (y_t - y_{t-1})`` for a share w in other currencies, which
    lose value when the dollar rises, and a duration m of bonds; then its residual on a constant and the changes of
    dollar and yields, which takes out what w and m got wrong.

    Parameters
    ----------
    reserves : Series or DataFrame
        Stock at the end of the period, or the tidy table of ``econ.data.parse("safe", ...)``, whose foreign-currency
        reserves are taken.
    dollar : Series, optional
        Dollar index, up when the dollar rises.
    yields : DataFrame, optional
        Yields, percent.
    other_currencies : float
        Share w, from 0 to 1.
    duration : float
        Duration m, in years.

    Returns
    -------
    Instrument
        ``reaction`` is the last regression; `Unavailable` without dollar and yields.

    Notes
    -----
    A loss made orthogonal to the change of a yield in the same month cannot show a response of that yield on impact: it
    is zero by construction. Read responses from one month on, or orthogonalise to yields of other issuers only.

    Examples
    --------
    >>> months = pd.period_range("2015-01", periods=6, freq="M")
    >>> print(reserve_losses(pd.Series([3800.0, 3800, 3762, 3762, 3700, 3700], months)).series.round(2).tolist())
    [-0.0, 1.0, -0.0, 1.65, -0.0]
    """
    stock = _stock(reserves)
    other_currencies = checks.real("other_currencies", other_currencies, least=0.0, most=1.0)
    duration = checks.real("duration", duration, least=0.0)
    dollar = None if dollar is None else _dollar(dollar)
    yields = None if yields is None or yields.columns.empty else yields.set_axis(dates(yields.index), axis=0)
    if (dollar is None and other_currencies) or (yields is None and duration):
        raise SpecificationError("other_currencies needs dollar=, and duration needs yields= with a column.")
    loss = (-100.0 * stock.pct_change(fill_method=None)).rename("reserve_loss").iloc[1:]
    parts = [] if dollar is None else [(100.0 * np.log(dollar).diff()).rename("dollar")]
    parts += [] if yields is None else [yields.diff()]
    reaction: Regression | Unavailable = Unavailable("neither dollar nor yields were given")
    if parts:
        changes = complete_frame(pd.concat(parts, axis=1).reindex(loss.index), what="reserve losses")
        if dollar is not None:
            loss = loss - other_currencies * changes["dollar"]
        if yields is not None:
            loss = loss - duration * changes[yields.columns[0]]
        reaction = regress(loss.rename("reserve_loss"), changes, cov="hc1")
        loss = reaction.residuals
    return Instrument(
        series=loss.rename("reserve_loss"),
        units="percent of reserves",
        measures="foreign-exchange reserves lost, net of valuation",
        assumption="given the dollar and yields, reserves are lost because money leaves, and Treasuries pay for it",
        fails="valuation that the weights and the regression miss; losses met from deposits or other bonds",
        source=SAFE if isinstance(reserves, pd.DataFrame) else "given by the caller",
        episodes=_largest(loss),
        reaction=reaction,
        parent=reserves,
    )


@checked
def custody_instrument(custody: pd.Series, debt: pd.Series | float, *, scale: float = 100.0) -> Instrument:
    """Fall of the Treasuries that the Fed keeps for foreign officials, at face value, in percent of debt.

    Parameters
    ----------
    custody : Series
        Stock at face value, such as H.4.1 weekly levels.
    debt : Series or float
        Debt on the same dates, in the same units, above zero.
    scale : float, default 100
        Percent.

    Returns
    -------
    Instrument
        Positive: holdings fell. :meth:`Instrument.placebo` reads weeks in which they moved without a sale, such as that
        of 12 March 2014, when Russia changed its custodian.

    Raises
    ------
    SchemaError
        For debt that is not above zero, negative holdings, or a change that is missing.
    FrequencyError
        For dates with holes.

    Examples
    --------
    >>> weeks = pd.date_range("2014-02-26", periods=4, freq="W-WED")
    >>> instrument = custody_instrument(pd.Series([2960.0, 2954, 2850, 2860], weeks), 12_000.0)
    >>> print(instrument.series.round(2).tolist())
    [0.05, 0.87, -0.08]
    """
    custody = checks.figures("custody", custody, holes=True)
    custody, scale = custody.set_axis(dates(custody.index)), checks.real("scale", scale)
    if isinstance(debt, pd.Series):
        debt = debt.set_axis(dates(debt.index))
    base = debt.reindex(custody.index) if isinstance(debt, pd.Series) else pd.Series(float(debt), index=custody.index)
    for what, values, wrong in (("debt", base, base <= 0.0), ("custody", custody, custody < 0.0)):
        if wrong.any():
            raise SchemaError(
                f"{what} is {values[wrong].iloc[0]:g} at {values.index[wrong][0]}; debt is above 0 and holdings are "
                "not below it; correct the sign or the units."
            )
    series = (-scale * custody.diff() / base).iloc[1:].rename("custody_loss")
    if not np.isfinite(series.to_numpy(dtype=float)).all():
        bad = series.index[~np.isfinite(series.to_numpy(dtype=float))][0]
        raise SchemaError(f"custody and debt must be finite; the change at {bad} is not; choose a sample without it.")
    return Instrument(
        series=series,
        units="percent of debt",
        measures="fall of Treasuries in custody at the Fed for foreign officials, at face value",
        assumption="officials sell for reasons of their own, not because of what yields did or will do that week",
        fails="officials lean against yields; securities move between custodians without being sold",
        source="Federal Reserve H.4.1",
        episodes=_largest(series),
        parent=custody,
    )


def _check_record(index: pd.PeriodIndex | pd.DatetimeIndex, amounts: object) -> None:
    """Refuse dates beyond those for which the official record is complete: zero would be a statement about them."""
    complete = amounts.attrs.get(RECORD) if isinstance(amounts, pd.DataFrame) else None
    if complete is None or index.empty:
        return
    first, last = (pd.Timestamp(each) for each in complete)
    low, high = (index[0].start_time, index[-1].end_time.normalize()) if isinstance(index, pd.PeriodIndex) else (
        index[0], index[-1]
    )  # fmt: skip
    if low < first or high > last:
        raise SpecificationError(
            f"the record of operations is complete from {first.date()} to {last.date()}; the index runs from "
            f"{low.date()} to {high.date()}; cut it, or ask operations() for more."
        )


def _amounts(given: pd.Series | pd.DataFrame | None) -> pd.DataFrame:
    """Columns date (normalised Timestamp), time ("HH:MM", noon if unknown), amount."""
    if given is None:
        given = events("intervention")
    if isinstance(given, pd.Series) and given.index.nlevels > 1:
        raise SchemaError(f"amounts have {given.index.nlevels} labels a row; give each its date alone.")
    table = given.rename("amount").rename_axis("date").reset_index() if isinstance(given, pd.Series) else given
    if "amount" not in table and "yen_bn" in table:  # the record counts billions of yen for dollars bought
        table = table.assign(amount=-table["yen_bn"] / 1000.0)
    absent = {"date", "amount"}.difference(table.columns)
    if absent:
        raise SchemaError(f"amounts need columns 'date' and 'amount'; missing {sorted(absent)}.")
    dates = table["date"].dt.to_timestamp() if isinstance(table["date"].dtype, pd.PeriodDtype) else table["date"]
    found = pd.DataFrame({"date": days(dates, "an amount").dt.normalize(), "amount": table["amount"].astype(float)})
    found["time"] = table["time"].replace("", "12:00") if "time" in table else "12:00"
    if not np.isfinite(found["amount"].to_numpy()).all():
        bad = found.loc[~np.isfinite(found["amount"].to_numpy()), "date"].iloc[0]
        raise SchemaError(f"the amount of {bad.date()} is not finite; give it or drop the date.")
    plain_days(pd.DatetimeIndex(found["date"]), "amounts")
    return found


def _dollar(given: pd.Series) -> pd.Series:
    dollar = checks.figures("dollar", given, holes=True)
    if (dollar <= 0.0).any():
        raise SchemaError(f"dollar must be above 0; found {dollar.min()} at {dollar.idxmin()}; give a rate.")
    return dollar.set_axis(dates(dollar.index))


def _stock(reserves: pd.Series | pd.DataFrame) -> pd.Series:
    if isinstance(reserves, pd.DataFrame):
        absent = {"date", "item", "value"}.difference(reserves.columns)
        if absent:
            raise SchemaError(f"a table of reserves needs columns date, item and value; missing {sorted(absent)}.")
        rows = reserves[reserves["item"] == "foreign_currency_reserves"]
        if "unit" in rows:  # the publisher prints dollars and special drawing rights
            rows = rows[rows["unit"].str.startswith("usd")]
        reserves = pd.Series(rows["value"].to_numpy(dtype=float), index=months(rows["date"], "reserves"))
    stock = complete_frame(reserves.to_frame("reserves"), what="reserve losses")["reserves"].astype(float)
    if stock.min() <= 0.0:
        raise SchemaError(f"reserves must be positive; found {stock.min():g} at {stock.idxmin()}.")
    return stock


def _spells(series: pd.Series, apart: int) -> dict[str, tuple[object, ...]]:
    """Dates with a value, joined where at most ``apart`` empty periods lie between them."""
    where = np.flatnonzero(series.to_numpy() != 0.0)
    runs = np.split(where, np.flatnonzero(np.diff(where) > apart + 1) + 1)
    return {span(series.index[run]): tuple(series.index[run]) for run in runs if len(run)}


def _largest(series: pd.Series) -> dict[str, tuple[object, ...]]:
    order = (series - series.mean()).abs().sort_values(ascending=False, kind="stable").index[:LARGEST]
    return {word(date): (date,) for date in order}
