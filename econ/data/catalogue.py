"""Every series that the package knows: what it means, where it comes from, on what terms.

`TABLES` are the files of a vintage (one official series or table each); `ENTRIES` are the names that
``econ.load`` takes, built from them. A name is positive in the sense of its words: purchases are positive
when the holder buys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from econ.data.holders import HOLDERS
from econ.errors import SeriesNotFound, suggestion

PUBLIC = "public domain; citation requested"
CC_BY = "CC BY 4.0; attribution required"
OWNED = "copyrighted; not redistributable"
IMF = "IMF terms for data; attribution required"
SOURCE = "official statistics; source to be named"

_FRED = "https://fred.stlouisfed.org/series/"
_TIC = "https://ticdata.treasury.gov/resource-center/data-chart-center/tic/Documents/"
_IFDP = "https://www.federalreserve.gov/pubs/ifdp/2014/1113/default.htm"
_MOF_FEIO = ("https://www.mof.go.jp/english/policy/international_policy/reference/feio/"
             "foreign_exchange_intervention_operations.csv")  # fmt: skip
_FRB, _TREASURY = "Board of Governors of the Federal Reserve System", "US Department of the Treasury"
_HOLDER_COLUMNS = ("date", "holder", "net_purchases", "valuation_change", "position")


@dataclass(frozen=True)
class Table:
    """One file of a vintage.

    Parameters
    ----------
    title : str
        Official name of the series or table.
    publisher, url, licence : str
        Who publishes it, where (without secrets), on what terms.
    units, frequency : str
        Units of its values; ``D``, ``W``, ``M`` or ``Q``.
    citation : str
        Key in ``paper/refs.bib``.
    columns : tuple of str
        Header of the tidy CSV.
    served : bool
        Whether a fetch reads the publisher's file of it; a table that none reads stays as the newest vintage has it.
    """

    title: str
    publisher: str
    url: str
    units: str
    frequency: str
    licence: str
    citation: str
    columns: tuple[str, ...] = ("date", "value")
    served: bool = True


def _fred(series: str, title: str, publisher: str, units: str, frequency: str, citation: str) -> Table:
    licence = CC_BY if publisher.startswith("Organisation") else PUBLIC
    return Table(f"{title} ({series})", publisher, _FRED + series, units, frequency, licence, citation)


_OECD = "Organisation for Economic Co-operation and Development"
TABLES: dict[str, Table] = {
    "CPIAUCSL": _fred("CPIAUCSL", "Consumer Price Index for All Urban Consumers: All Items", "US Bureau of Labor "
                      "Statistics", "index 1982-84=100", "M", "bls_cpi"),
    "DGS10": _fred("DGS10", "H.15: 10-year Treasury constant maturity", _FRB, "percent", "D", "frb_h15"),
    "DGS2": _fred("DGS2", "H.15: 2-year Treasury constant maturity", _FRB, "percent", "D", "frb_h15"),
    "DGS30": _fred("DGS30", "H.15: 30-year Treasury constant maturity", _FRB, "percent", "D", "frb_h15"),
    "EXJPUS": _fred("EXJPUS", "H.10: yen per US dollar, average", _FRB, "yen per dollar", "M", "frb_h10"),
    "FEDFUNDS": _fred("FEDFUNDS", "H.15: federal funds effective rate", _FRB, "percent", "M", "frb_h15"),
    "FYGFDPUN": _fred("FYGFDPUN", "Federal debt held by the public", _TREASURY, "usd_mn", "Q", "treasury_debt"),
    "GS10": _fred("GS10", "H.15: 10-year Treasury constant maturity, average", _FRB, "percent", "M", "frb_h15"),
    "GS2": _fred("GS2", "H.15: 2-year Treasury constant maturity, average", _FRB, "percent", "M", "frb_h15"),
    "INDPRO": _fred("INDPRO", "G.17: industrial production", _FRB, "index 2017=100", "M", "frb_g17"),
    "IRLTLT01DEM156N": _fred("IRLTLT01DEM156N", "10-year government bond yield, Germany", _OECD, "percent", "M",
                             "oecd_mei"),
    "IRLTLT01GBM156N": _fred("IRLTLT01GBM156N", "10-year government bond yield, United Kingdom", _OECD, "percent",
                             "M", "oecd_mei"),
    "NFCI": _fred("NFCI", "National Financial Conditions Index", "Federal Reserve Bank of Chicago", "index", "W",
                  "chicagofed_nfci"),
    "TREAST": _fred("TREAST", "H.4.1: Treasury securities held outright by the Federal Reserve", _FRB, "usd_mn",
                    "W", "frb_h41"),
    "WMTSECL1": _fred("WMTSECL1", "H.4.1: marketable Treasury securities in custody for foreign official accounts",
                      _FRB, "usd_mn", "W", "frb_h41"),
    "acm": Table("Treasury term premia of Adrian, Crump and Moench, month end", "Federal Reserve Bank of New York",
                 "https://www.newyorkfed.org/research/data_indicators/term-premia-tabs", "percent", "M", PUBLIC,
                 "nyfed_acm", ("date", "tp2", "tp5", "tp10")),
    "bertaut_judson": Table("IFDP 1113 data, update of 2021: long-term Treasuries by country", _FRB, _IFDP, "usd_mn",
                            "M", PUBLIC, "bertaut_judson_2014", _HOLDER_COLUMNS),
    "cofer_shares": Table("Currency Composition of Official Foreign Exchange Reserves, shares of the dollar and the "
                          "renminbi, world (COFER)", "International Monetary Fund", "https://data.imf.org/COFER",
                          "percent", "Q", IMF, "imf_cofer", ("date", "usd", "cny"), served=False),
    "foreign_official": Table("IFDP 1113 data: foreign official holders, long-term Treasuries", _FRB, _IFDP,
                              "usd_mn", "M", PUBLIC, "bertaut_judson_2014", _HOLDER_COLUMNS),
    "mfh": Table("TIC: Major Foreign Holders of Treasury Securities (mfhhis01)", _TREASURY, _TIC + "mfhhis01.txt",
                 "usd_bn", "M", PUBLIC, "treasury_mfh", ("date", "holder", "printed", "series", "value")),
    "mof_usdjpy": Table("Foreign exchange intervention operations, dollars against yen, by day; days of the second "
                        "quarter of 2026 as published after it", "Ministry of Finance, Japan", _MOF_FEIO, "jpy_100mn",
                        "D", CC_BY, "mof_feio"),
    "s_form": Table("TIC S form: net purchases of Treasury bonds and notes by foreigners, by country (s1_globl)",
                    _TREASURY, _TIC + "s1_globl.txt", "usd_mn", "M", PUBLIC, "treasury_sform",
                    ("date", "holder", "net_purchases")),
    "safe_reserves": Table("Official reserve assets, end of month: foreign currency reserves and gold (gold_ounces: "
                           "10,000 fine troy ounces)", "State Administration of Foreign Exchange, China",
                           "https://www.safe.gov.cn/en/ForexReserves/index.html", "usd_100mn", "M", SOURCE,
                           "safe_reserves", ("date", "reserves", "gold", "gold_ounces")),
    "slt_table1": Table("TIC: SLT Table 1, long-term Treasuries by country", _TREASURY, _TIC + "slt_table1.txt",
                        "usd_mn", "M", PUBLIC, "treasury_slt", _HOLDER_COLUMNS),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A name that ``econ.load`` takes.

    Parameters
    ----------
    name, label, units, sign : str
        Name, words, units as loaded, and what a positive value means.
    frequency : str
        Native frequency: ``D``, ``W``, ``M`` or ``Q``.
    rule : str
        How it becomes monthly: ``"last"``, ``"mean"``, ``"sum"`` (daily flows) or ``"none"`` (already monthly or
        slower).
    table : str
        Key of `TABLES`, or the FRED series or official table where a live fetch finds it.
    column : str
        Column of the table, or the measure of a holder.
    holder : str
        Holder code for flows and positions, empty otherwise.
    low, high : float
        Range outside which a value is taken for a mistake.
    archived : bool
        Whether the embedded vintage holds it.
    """

    name: str
    label: str
    units: str
    sign: str
    frequency: str
    rule: str
    table: str
    column: str = "value"
    holder: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    archived: bool = True
    source: str = ""
    licence: str = PUBLIC
    citation: str = ""


def _plain(name: str, label: str, sign: str, rule: str, table: str, low: float, high: float,
           column: str = "value") -> Entry:  # fmt: skip
    of = TABLES[table]
    return Entry(name, label, of.units, sign, of.frequency, rule, table, column, "", low, high,
                 source=f"{of.publisher}, {of.title}", licence=of.licence, citation=of.citation)  # fmt: skip


_YIELD = "higher means cheaper Treasuries"
_PLAIN = (
    _plain("yield_2y", "2-year Treasury yield", _YIELD, "last", "DGS2", -1, 20),
    _plain("yield_10y", "10-year Treasury yield", _YIELD, "last", "DGS10", -1, 20),
    _plain("yield_30y", "30-year Treasury yield", _YIELD, "last", "DGS30", -1, 20),
    _plain("yield_2y_average", "2-year Treasury yield, monthly average", _YIELD, "none", "GS2", -1, 20),
    _plain("yield_10y_average", "10-year Treasury yield, monthly average", _YIELD, "none", "GS10", -1, 20),
    _plain("fed_funds", "Federal funds rate, monthly average", "higher means tighter", "none", "FEDFUNDS", -1, 25),
    _plain("term_premium_2y", "ACM term premium, 2-year", _YIELD, "none", "acm", -5, 10, "tp2"),
    _plain("term_premium_5y", "ACM term premium, 5-year", _YIELD, "none", "acm", -5, 10, "tp5"),
    _plain("term_premium_10y", "ACM term premium, 10-year", _YIELD, "none", "acm", -5, 10, "tp10"),
    _plain("yield_10y_germany", "10-year German yield, monthly average", "higher means cheaper Bunds", "none",
           "IRLTLT01DEM156N", -2, 20),
    _plain("yield_10y_uk", "10-year UK yield, monthly average", "higher means cheaper gilts", "none",
           "IRLTLT01GBM156N", -2, 20),
    _plain("federal_debt", "Federal debt held by the public", "more debt", "none", "FYGFDPUN", 1e5, 1e8),
    _plain("fed_treasuries", "Treasuries held by the Federal Reserve", "larger holdings", "last", "TREAST", 1e5, 1e7),
    _plain("fed_custody", "Treasuries in custody at the Fed for foreign officials", "larger holdings", "last",
           "WMTSECL1", 1e5, 1e7),
    _plain("financial_conditions", "Chicago Fed financial conditions index", "tighter than average", "mean", "NFCI",
           -3, 10),
    _plain("cpi", "Consumer price index", "higher prices", "none", "CPIAUCSL", 50, 1000),
    _plain("industrial_production", "Industrial production", "more output", "none", "INDPRO", 20, 500),
    _plain("yen_per_dollar", "Yen per US dollar, monthly average", "the dollar is dearer", "none", "EXJPUS", 50, 400),
    _plain("japan_intervention_usd", "Japan: purchases of dollars against yen, daily record of the Ministry of Finance",
           "dollars are bought", "sum", "mof_usdjpy", -2e5, 2e5),
    _plain("china_reserves", "China: foreign currency reserves", "larger reserves", "none", "safe_reserves", 1e4, 1e5,
           "reserves"),
    _plain("china_gold", "China: official gold, at the market price of the month's end", "more or dearer gold", "none",
           "safe_reserves", 100, 2e4, "gold"),
    replace(_plain("china_gold_ounces", "China: official gold", "more gold", "none", "safe_reserves", 1e3, 2e4,
                   "gold_ounces"), units="10,000 troy ounces"),
    _plain("cofer_dollar_share", "World: share of the dollar in official reserves", "more dollars", "none",
           "cofer_shares", 20, 90, "usd"),
    _plain("cofer_renminbi_share", "World: share of the renminbi in official reserves", "more renminbi", "none",
           "cofer_shares", 0, 20, "cny"),
)  # fmt: skip


def _face_value_change(name: str, label: str, table: str, sign: str) -> Entry:
    """Entry of a flow measured as the change in holdings at face value, which prices do not move."""
    of = TABLES[table]
    return Entry(name, label, "percent of debt", sign, "M", "none", table, "change", "", -10, 10,
                 source=f"{of.publisher}, {of.title}", licence=of.licence, citation=of.citation)  # fmt: skip


FACE_VALUE = {"fed_net_purchases": "fed_treasuries", "custody_change": "fed_custody"}
"""Flows that are changes in a stock recorded at face value, and the stock."""

OPERATIONS = {"japan_dollar_purchases": "percent of debt", "japan_dollar_purchases_usd": "usd_bn"}
"""Daily flows made of the record of operations in yen, and their units."""

_FLOWS = {
    "net_purchases": ("net purchases of long-term Treasuries", "the holder buys"),
    "valuation_change": ("valuation change of long-term Treasuries", "prices rise"),
    "position_change": ("change in reported long-term holdings", "reported holdings rise"),
    "gap": ("change in reported long-term holdings that is neither purchases nor valuation",
            "reported holdings rise by reclassification, residence or survey"),
    "mfh_change": ("change in reported holdings of all Treasuries, never across a survey break",
                   "reported holdings rise"),
}  # fmt: skip
_STOCKS = {
    "position": "position in long-term Treasuries",
    "mfh_holdings": "reported holdings of all Treasuries",
}
AGGREGATES = {
    "japan_uk": ("Japan and United Kingdom", ("JPN", "GBR")),
    "china_belgium": ("China and Belgium", ("CHN", "BEL")),
    "china_custody": ("China, Belgium, Luxembourg and Hong Kong", ("CHN", "BEL", "LUX", "HKG")),
}
"""Sums of holders that the paper reports beside each of them, never instead: name and codes."""
_BENCHMARKED = {
    "benchmarked_change": ("change in holdings of all Treasuries, benchmarked to the annual survey", "holdings rise"),
    "benchmarked_holdings": ("holdings of all Treasuries, benchmarked to the annual survey", "larger holdings"),
}


IN_MFH = frozenset(
    {"AUS", "BEL", "BRA", "CAN", "CHE", "CHN", "CYM", "DEU", "FRA", "GBR", "HKG", "IND", "IRL", "JPN", "KOR", "LUX",
     "MEX", "NOR", "OFF", "RUS", "SAU", "SGP", "TOT", "TWN"}
)  # fmt: skip
"""Holders that the table of major holders prints, at least in some years."""


def _measured(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Measures that exist of a sum of holders: the rest of the world has purchases only."""
    if codes == ("ROW",):
        return ("net_purchases",)
    known = [*_FLOWS, *_STOCKS]
    return tuple(word for word in known if not word.startswith("mfh") or set(codes) <= IN_MFH)


def _flow_entries() -> tuple[Entry, ...]:
    named: list[tuple[str, str, tuple[str, ...]]] = [(entry.slug, entry.name, (entry.code,)) for entry in HOLDERS]
    named += [(slug, words, codes) for slug, (words, codes) in AGGREGATES.items()]
    entries = []
    for slug, holder_name, codes in named:
        code = "+".join(codes)
        for measure in _measured(codes):
            words, sign = _FLOWS.get(measure) or (_STOCKS[measure], "larger holdings")
            label = f"{holder_name}: {words}"
            if measure in _STOCKS:
                entries.append(_flow(f"{slug}_{measure}", label, "usd_bn", sign, measure, code, (0, 20000)))
                continue
            entries.append(_flow(f"{slug}_{measure}", label, "percent of debt", sign, measure, code, (-10, 10)))
            entries.append(_flow(f"{slug}_{measure}_usd", label, "usd_bn", sign, measure, code, (-900, 900)))
    for measure, (words, sign) in _BENCHMARKED.items():
        of, error = f"China: {words}", f"China: standard error of {words}"
        entries.append(_flow(f"china_{measure}", of, "usd_bn", sign, measure, "CHN", (-900, 20000)))
        entries.append(_flow(f"china_{measure}_std_error", error, "usd_bn", "less certain", f"{measure}_std_error",
                             "CHN", (0, 900)))  # fmt: skip
    return tuple(entries)


_SOURCES = {
    "mfh": "TIC MFH",
    "s_form": "TIC S form to 2023-01, TIC SLT Table 1 from 2023-02",
    "slt_table1": "Bertaut-Judson to 2020-12, TIC SLT Table 1 from 2021-01",
}


def _flow(name: str, label: str, units: str, sign: str, measure: str, code: str,
          span: tuple[float, float]) -> Entry:  # fmt: skip
    if measure.startswith(("mfh", "benchmarked")):
        table = "mfh"
    else:
        table = "s_form" if measure == "net_purchases" else "slt_table1"
    return Entry(name, label, units, sign, "M", "none", table, measure, code, *span, source=_SOURCES[table],
                 citation=TABLES[table].citation)  # fmt: skip


_ANY = (float("-inf"), float("inf"))


def _live(name: str, label: str, units: str, frequency: str, table: str, source: str, licence: str = PUBLIC, *,
          column: str = "value", rule: str = "", sign: str = "as named",
          span: tuple[float, float] = _ANY) -> Entry:  # fmt: skip
    rule = rule or {"D": "last", "W": "last"}.get(frequency, "none")
    return Entry(name, label, units, sign, frequency, rule, table, column, "", *span, archived=False, source=source,
                 licence=licence)  # fmt: skip


_MOF, _NYFED = "Ministry of Finance, Japan", "Federal Reserve Bank of New York, SOMA"
_GSW = (1, 2, 3, 5, 7, 10, 20, 30)
_SOMA = {"bills": "bills", "notesbonds": "notes and bonds", "tips": "TIPS, par", "frn": "floating-rate notes",
         "mbs": "agency mortgage securities", "total": "all securities"}  # fmt: skip
_CSLT = {"china": "41408", "japan": "42609", "uk": "13005", "official": "99990", "private": "99991", "foreign": "99996"}
_LIVE = (
    *(_live(f"{slug}_cslt_{measure}", f"{slug}: long-term Treasuries, {measure.replace('_', ' ')} (CSLT)",
            "usd_mn", "M", f"FORLTTREAS{stem}{code}", "Federal Reserve Board and Treasury, CSLT, via FRED", sign=sign,
            span=span)
      for slug, code in _CSLT.items()
      for measure, stem, sign, span in (
          ("net_purchases", "NET", "the holder buys", (-9e5, 9e5)), ("position", "POS", "larger holdings", (0, 2e7)),
          ("valuation_change", "VALCHG", "prices rise", (-9e5, 9e5)))),
    _live("japan_intervention", "Japan: purchases of dollars by the Ministry of Finance", "jpy_100mn", "D",
          "JPINTDUSDJPY", "Ministry of Finance Japan via FRED", rule="sum", sign="dollars are bought",
          span=(-2e5, 2e5)),
    _live("japan_intervention_eur", "Japan: purchases of euro against yen, daily record of the Ministry of Finance",
          "jpy_100mn", "D", "feio", _MOF, CC_BY, column="EURJPY", rule="sum", sign="euro are bought", span=(-2e5, 2e5)),
    *(_live(f"gsw_yield_{years}y", f"{years}-year zero-coupon Treasury yield, Gürkaynak-Sack-Wright", "percent", "D",
            "gsw", _FRB, column=f"SVENY{years:02d}", sign=_YIELD, span=(-2, 20)) for years in _GSW),
    *(_live(f"soma_{part}", f"Federal Reserve (SOMA): {words}", "usd", "W", "soma", _NYFED, column=f"SOMA_{part}",
            sign="larger holdings", span=(0, 2e13)) for part, words in _SOMA.items()),
    _live("yield_10y_japan", "10-year Japanese yield, monthly average", "percent", "M", "IRLTLT01JPM156N",
          _OECD, CC_BY, sign="higher means cheaper Japanese bonds", span=(-2, 20)),
    _live("vix", "Cboe volatility index", "index", "D", "VIXCLS", "Cboe via FRED", OWNED,
          sign="options are dearer", span=(5, 150)),
    _live("yield_5y", "5-year Treasury yield", "percent", "D", "DGS5", _FRB, sign=_YIELD, span=(-1, 20)),
)  # fmt: skip

_CHANGES = (
    _face_value_change("fed_net_purchases", "Federal Reserve: net purchases of Treasuries, at face value", "TREAST",
                       "the Federal Reserve buys"),
    _face_value_change("custody_change", "Change in Treasuries in custody at the Fed for foreign officials", "WMTSECL1",
                       "custody holdings rise"),
)  # fmt: skip

_OPERATIONS = tuple(
    Entry(name, "Japan: dollars bought by the Ministry of Finance, yen at the month's average rate", units,
          "dollars are bought", "D", "sum", "mof_usdjpy", "dollars", low=low, high=high,
          source=f"{_MOF}, foreign exchange intervention operations; H.10 (EXJPUS)", licence=CC_BY, citation="mof_feio")
    for (name, units), (low, high) in zip(OPERATIONS.items(), ((-10, 10), (-900, 900)), strict=True)
)  # fmt: skip

ENTRIES: dict[str, Entry] = {
    entry.name: entry for entry in (*_PLAIN, *_CHANGES, *_OPERATIONS, *_flow_entries(), *_LIVE)
}


def entry(name: str) -> Entry:
    """Return the catalogue entry of that name; `SeriesNotFound` suggests the nearest.

    Examples
    --------
    >>> entry("yield_10y").units
    'percent'
    """
    if name not in ENTRIES:
        raise SeriesNotFound(f"no series {name!r}; {suggestion(name, ENTRIES)}")
    return ENTRIES[name]


def catalogue() -> pd.DataFrame:
    """Every series the package knows, archived or fetched live.

    Returns
    -------
    DataFrame
        Index: name. Columns: label, units, sign, frequency, rule, table, column, holder, low, high,
        archived, source, licence, citation.

    Examples
    --------
    >>> catalogue().loc["china_net_purchases", "sign"]
    'the holder buys'
    """
    return pd.DataFrame([vars(item) for item in ENTRIES.values()]).set_index("name")
