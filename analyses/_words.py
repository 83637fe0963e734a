"""Words of titles, heads and notes, made from the choices that they describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from econ.data.holders import holder

if TYPE_CHECKING:
    from analyses.specification import Specification

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SHORT = {"uk": "UK"}
BUYERS = {"uk": "UK custodians"}
SERIES = {
    "fed_net_purchases": "the Fed's purchases", "yield_10y_germany": "the Bund yield", "yield_10y_uk": "the gilt yield",
    "financial_conditions": "financial conditions", "fed_funds": "federal funds",
    "industrial_production": "growth of industrial production",
}  # fmt: skip


def number(count: int) -> str:
    """``3`` gives three; above twelve digits.

    Examples
    --------
    >>> number(3), number(0), number(24)
    ('three', 'no', '24')
    """
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def counted(count: int, unit: str) -> str:
    """``counted(1, "lag")`` gives one lag.

    Examples
    --------
    >>> counted(1, "lag"), counted(3, "lag"), counted(24, "month")
    ('one lag', 'three lags', '24 months')
    """
    return f"{number(count)} {unit}{'' if count == 1 else 's'}"


def months(count: int) -> str:
    """A horizon in words.

    Examples
    --------
    >>> months(3)
    'three months'
    """
    return counted(count, "month")


def heads(horizons: Sequence[int], unit: str = "month") -> list[str]:
    """Heads of the columns of a table by horizon.

    Examples
    --------
    >>> heads((0, 1, 3))
    ['Same month', '1 month', '3 months']
    """
    return [f"{h} {unit}{'' if h == 1 else 's'}" if h else f"Same {unit}" for h in horizons]


def label(series: str) -> str:
    """Maturity of a yield or a term premium.

    Examples
    --------
    >>> label("yield_10y"), label("term_premium_5y"), label("yield_2y_average")
    ('10-year', '5-year', '2-year')
    """
    stem = series.removeprefix("yield_").removeprefix("term_premium_").split("_")[0]
    return f"{stem.removesuffix('y')}-year"


def short(series: str) -> str:
    """Maturity of a yield in a head that has little room.

    Examples
    --------
    >>> short("yield_10y")
    '10y'
    """
    return series.removeprefix("yield_").removeprefix("term_premium_").split("_")[0]


def yield_words(series: str) -> str:
    """``"yield_10y"`` gives 10-year yield.

    Examples
    --------
    >>> yield_words("yield_10y"), yield_words("term_premium_5y")
    ('10-year yield', '5-year term premium')
    """
    return f"{label(series)} {'term premium' if series.startswith('term') else 'yield'}"


def series(name: str) -> str:
    """A variable of the VAR or a control as a note says it.

    Examples
    --------
    >>> series("yield_10y_germany"), series("china_net_purchases"), series("yield_10y")
    ('the Bund yield', 'net purchases of China', 'the 10-year yield')
    """
    if name in SERIES:
        return SERIES[name]
    return f"net purchases of {buyer(name)}" if name.endswith("_net_purchases") else f"the {yield_words(name)}"


def variables(names: Sequence[str]) -> str:
    """Variables of a system, purchases first.

    Examples
    --------
    >>> variables(["china_net_purchases", "uk_net_purchases", "fed_net_purchases", "yield_10y"])
    "net purchases of China and UK custodians, the Fed's purchases and the 10-year yield"
    """
    bought = [name for name in names if name.endswith("_net_purchases") and name not in SERIES]
    others = [series(name) for name in names if name not in bought]
    return listing([*([f"net purchases of {listing([buyer(name) for name in bought])}"] if bought else []), *others])


def listing(words: Sequence[str], last: str = "and") -> str:
    """``listing(["a", "b", "c"])`` gives a, b and c.

    Examples
    --------
    >>> listing(["Japan"]), listing(["Japan", "UK"]), listing(["a", "b", "c"])
    ('Japan', 'Japan and UK', 'a, b and c')
    """
    return f" {last} ".join([part for part in (", ".join(words[:-1]), words[-1]) if part])


def span(dates: Sequence[str]) -> str:
    """First and last month.

    Examples
    --------
    >>> span(("2011-07", "2026-03"))
    '2011-07 to 2026-03'
    """
    return f"{dates[0]} to {dates[1]}"


def years(dates: Sequence[str]) -> str:
    """First and last year of a sample.

    Examples
    --------
    >>> years(("2011-07", "2026-03"))
    '2011–2026'
    """
    return f"{dates[0][:4]}–{dates[1][:4]}"


def day(date: str) -> str:
    """A date as text says it.

    Examples
    --------
    >>> day("2014-03-12")
    '12 March 2014'
    """
    found = pd.Timestamp(date)
    return f"{found.day} {found.strftime('%B %Y')}"


def month(date: str) -> str:
    """A month as text says it.

    Examples
    --------
    >>> month("2022-02")
    'February 2022'
    """
    return pd.Timestamp(date).strftime("%B %Y")


def name_of(slug: str) -> str:
    """A holder in a table: UK for the United Kingdom, the name for all others.

    Examples
    --------
    >>> name_of("uk"), name_of("china"), name_of("china_net_purchases")
    ('UK', 'China', 'China')
    """
    slug = slug.removesuffix("_net_purchases")
    return SHORT.get(slug) or holder(slug).name


def buyer(slug: str) -> str:
    """The same where the text stresses whose figure it is.

    Examples
    --------
    >>> buyer("uk"), buyer("japan")
    ('UK custodians', 'Japan')
    """
    slug = slug.removesuffix("_net_purchases")
    return BUYERS.get(slug) or name_of(slug)


def days(window: Sequence[int]) -> str:
    """A window of trading days, with the minus sign of print.

    Examples
    --------
    >>> days((-130, -11)), days((0, 1))
    ('−130 to −11', '0 to 1')
    """
    return " to ".join(str(each).replace("-", "−") for each in window)


_CONCEPTS = {
    "spliced": "the trading counterparty's (TIC S form) to 2023-01, the reported holder's (TIC SLT) after",
    "counterparty": "the trading counterparty's (TIC S form), to 2023-01",
    "holder": "the reported holder's (TIC SLT), from 2023-02",
    "position": "change in position less valuation, modelled from 2021-01 to 2023-01",
    "imputed": "published, but from 2021-01 to 2023-01 change in position less modelled valuation",
}


def concept(spec: Specification) -> str:
    """Whose purchases the flows of the specification are."""
    return _CONCEPTS[spec.concept]
