"""Japan's operations in the currency market: dollars bought and sold by day, in dollars and in percent of the debt.

The record of the Ministry of Finance (`mof_usdjpy`) counts yen. Dollars are yen at the average rate of the month,
because the daily rate is not in the archive. Inside a month the rate moves about as far as the averages of neighbouring
months lie apart: by 1.5 percent in the median month since 1991, by 8 percent at most beside a month with operations
(August 1995). So much may a day be off; its sign never is. Against the daily rates of H.10 the 158 days of operations
from 2000 to September 2025 are off by 0.8 percent in the median and 3.3 percent at most (8 March 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from econ import checks
from econ.data.archive import EMBEDDED
from econ.data.calendars import business_days
from econ.data.catalogue import OPERATIONS, entry
from econ.data.convert import native
from econ.data.dates import within
from econ.data.flows import debt_scale
from econ.errors import SchemaError

RECORD = "complete"
"""Attribute of the table: first and last day of what it was asked for, between which a day without a row had none."""
SETTLEMENT = 2
"""Business days from a spot trade to its settlement."""


@dataclass(frozen=True)
class Era:
    """A spell of operations: label, first and last day, both included."""

    label: str
    first: str
    last: str


ERAS = (
    Era("1991-92", "1991-04-01", "1992-12-31"),
    Era("1993-96", "1993-01-01", "1996-12-31"),
    Era("1997-98", "1997-01-01", "1998-12-31"),
    Era("1999-2004", "1999-01-01", "2004-12-31"),
    Era("2010-11", "2010-01-01", "2011-12-31"),
    Era("2022-26", "2022-01-01", "2026-12-31"),
)
"""Spells of operations on one side of the market: dollars sold in the first, third and sixth, bought in the others."""


def dollar_purchases(units: str, *, as_of: str = EMBEDDED) -> pd.Series:
    """Dollars bought (sold: negative) on every weekday of the record.

    Parameters
    ----------
    units : str
        ``"usd_bn"``, or ``"percent of debt"`` held by the public at the end of the previous quarter: NaN where the
        vintage does not have that quarter yet.
    as_of : str
        Vintage.

    Raises
    ------
    SchemaError
        If a month of the record has no exchange rate, naming the months.
    SeriesNotFound
        If the vintage lacks the record, the rate or the debt.
    SpecificationError
        For other units.

    Examples
    --------
    >>> round(float(dollar_purchases("usd_bn")["2022-10-21"]), 1)  # JPY 5,620.2bn at 147 yen
    -38.2
    """
    checks.choice("units", units, tuple(OPERATIONS.values()))
    yen = native(entry("japan_intervention_usd"), as_of) / 10.0  # billions
    months = pd.DatetimeIndex(yen.index).to_period("M")
    rate = native(entry("yen_per_dollar"), as_of).reindex(months)
    if rate.isna().any():
        absent = rate.index[rate.isna()].unique()
        raise SchemaError(
            f"operations of {absent[0]} to {absent[-1]} ({len(absent)} months) have no yen per dollar in vintage "
            f"{as_of}; fetch EXJPUS again."
        )
    bought = yen / rate.to_numpy()
    if units == "percent of debt":
        bought = 100.0 * bought / debt_scale(months, as_of=as_of).to_numpy()
    return pd.Series(bought, name="dollars")


def operations(start: object = None, end: object = None, *, as_of: str = EMBEDDED) -> pd.DataFrame:
    """Days on which Japan's Ministry of Finance bought or sold dollars against yen, from April 1991 on.

    Parameters
    ----------
    start, end : date, optional
        First and last day, both included; the record's own when absent.
    as_of : str
        Vintage.

    Returns
    -------
    DataFrame
        One row a day with an operation, in order:

        * ``date``: day of trading. The Ministry prints one ("date of the operation") and does not say of which clock;
          its days are those of the place of trading: dollars sold in New York at 16:10 on 1 May 2024 stand under 1 May,
          those sold in Tokyo on the morning of 24 October 2022, a Sunday evening in New York, under 24 October.
        * ``settles``: two business days later by New York's calendar (federal holidays by rule). Japan's holidays are
          not in the package: where one comes between, settlement is later than said (11 July 2024: 15 July here, a
          holiday in Tokyo, and 16 July in truth).
        * ``yen_bn``, ``usd_bn``: billions, positive when dollars are bought; dollars at the month's average rate, by
          which a day may be off as far as the rate moves in a month (8 percent in August 1995; since 2000 never above
          3.3 percent, 0.8 percent in the median).
        * ``percent_of_debt``: federal debt held by the public at the end of the previous quarter; NaN from 2026-04 on
          in the embedded vintage, which has the debt to 2025Q4.
        * ``era``: label of `ERAS`; "" for a day that none of them holds.
        * ``quoted``: whether H.15 has a 10-year yield of that day.
        * ``direction``: ``"buys"`` or ``"sells"`` (dollars).

        Its ``attrs["complete"]`` are the first and last day between which a day without a row is one without operation.

    Raises
    ------
    SpecificationError
        If a day asked for is none, or lies outside the record.
    SchemaError, SeriesNotFound
        If a month of the record has no exchange rate; if the vintage lacks record, rate, debt or quotes.

    Notes
    -----
    The embedded record runs to 2026-06-30. Its last quarter came out after the date of the vintage, 2026-07-17: a study
    in real time leaves the three days of April and May 2026 out.

    See Also
    --------
    econ.data.calendar : ``calendar("intervention_days")`` gives the same days as events, with the times known.
    econ.projection.intervention_instrument : takes this table, and carries days without a quote to the next one.

    Examples
    --------
    >>> operations("2011-08-01", "2011-10-31")[["date", "settles", "yen_bn", "direction"]]
            date    settles  yen_bn direction
    0 2011-08-04 2011-08-08  4512.9      buys
    1 2011-10-31 2011-11-02  8072.2      buys
    """
    yen = native(entry("japan_intervention_usd"), as_of)
    first, last = yen.index[0], yen.index[-1]
    cure = "ask within it, or for a vintage that has more (as_of=)"
    low, high = within(start, end, "the record of operations", first=first, last=last, cure=cure)
    yen = yen[(yen.index >= low) & (yen.index <= high) & (yen != 0.0)]
    days = pd.DatetimeIndex(yen.index)
    dollars, share = (dollar_purchases(units, as_of=as_of)[days] for units in ("usd_bn", "percent of debt"))
    quotes = native(entry("yield_10y"), as_of).dropna().index
    table = pd.DataFrame(
        {
            "date": days,
            "settles": settlement(days),
            "yen_bn": yen.to_numpy() / 10.0,
            "usd_bn": dollars.to_numpy(),
            "percent_of_debt": share.to_numpy(),
            "era": [_era(each) for each in days],
            "quoted": days.isin(quotes),
            "direction": (yen > 0.0).map({True: "buys", False: "sells"}).to_numpy(),
        }
    )
    table.attrs[RECORD] = (str(low.date()), str(high.date()))
    return table


def settlement(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Second business day of New York after each day, federal holidays left out."""
    if days.empty:
        return days
    open_days = business_days(days[0], days[-1] + pd.Timedelta(days=14))
    return open_days[open_days.searchsorted(days, side="right") + SETTLEMENT - 1]


def _era(date: pd.Timestamp) -> str:
    inside = [era.label for era in ERAS if pd.Timestamp(era.first) <= date <= pd.Timestamp(era.last)]
    return inside[0] if inside else ""
