"""Published estimates once more, by regressions: one function a paper, with the one choice that moves the number."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

import econ
from analyses._samples import loaded, with_changes
from analyses.specification import Specification
from econ import Dataset, Estimate, LocalProjection
from econ.data import Variable, flows, operations
from econ.data.flows import debt_scale
from econ.data.use import using
from econ.eventstudy import Operations
from econ.infer import regress

OFFICIAL, FOREIGN = "official_net_purchases", "foreign_net_purchases"
SALE = "bp per 1% of debt sold"
VALUED = "change in position for purchases"


@dataclass(frozen=True)
class Entry:
    """A paper on the bench.

    ``published`` are the ends of the range that it prints, in ``units``, or None where only words are known; ``seen``
    says whether a source that can be reached shows them; ``ours`` has its sample and method as far as they are known;
    ``others`` are the same, each under one other choice. Numbers without an error are rounded to ``decimals``.
    """

    key: str
    paper: str
    method: str
    units: str
    published: tuple[float, float] | None
    seen: bool
    ours: Estimate | float
    others: dict[str, Estimate | float]
    decimals: int = 0


def bernanke(spec: Specification) -> Entry:
    """Yields on the days of Japanese operations, per $1bn."""
    ours, moved = (_per_billion(spec, *dates) for dates in (spec.literature.bernanke, spec.operations.span))
    return Entry(
        "bernanke", "Bernanke, Reinhart and Sack (2004)", "Japanese operations by the day", "bp per $1bn sold",
        (0.66, 0.66), False, ours, {"all operations since 1991": moved},
    )  # fmt: skip


def _per_billion(spec: Specification, first: str, last: str) -> Estimate:
    table, day = operations(first, last, as_of=spec.as_of), spec.literature.bernanke_day
    sold = pd.Series(-table["usd_bn"].to_numpy(), index=pd.DatetimeIndex(table["date"]), name="sold")
    daily = econ.load(spec.primary.maturity, frequency="D", as_of=spec.as_of)
    around = daily.sample(pd.Timestamp(first) - pd.Timedelta(days=60), pd.Timestamp(last) + pd.Timedelta(days=60))
    study = Operations(
        around, sold, response=spec.primary.maturity, units="$1bn sold", horizons=(-1, day), rule=spec.operations.closed
    )
    return study.fit(draws=spec.operations.draws, rng=spec.rng).at(day, level=spec.level)


def warnock(spec: Specification) -> Entry:
    """The level of the 10-year yield on a year of official purchases, and the same in changes."""
    frame, data = _macro(spec)
    first, last = spec.literature.warnock
    ours, moved = (_bought(rows.loc[first:last], data, spec) for rows in (frame, frame.diff()))
    return Entry(
        "warnock", "Warnock and Warnock (2009)", "Level of the 10-year yield, a year's purchases", SALE, (16.0, 18.0), True, ours,
        {"changes for levels": moved},
    )  # fmt: skip


def _macro(spec: Specification) -> tuple[pd.DataFrame, Dataset]:
    """The yield, a year of official purchases, and what stands for the other determinants of the level."""
    name, year = f"{spec.primary.maturity}_average", spec.literature.warnock_window
    data = loaded(spec, OFFICIAL, name, "fed_funds", "cpi", "industrial_production")
    months = pd.PeriodIndex(data.frame[OFFICIAL].dropna().index)
    yields, prices, output = (data.frame[each] for each in (name, "cpi", "industrial_production"))
    owed = 100.0 * debt_scale(months, as_of=spec.as_of).apply(math.log)
    columns = {
        "level": 100.0 * yields,
        "bought": data.frame[OFFICIAL].rolling(year).sum(),
        "short_rate": data.frame["fed_funds"],
        "inflation": 100.0 * prices.apply(math.log).diff(year),
        "growth": 100.0 * output.apply(math.log).diff(year),
        "deficit": owed.diff(year).reindex(data.frame.index),
        "risk": 100.0 * yields.diff().rolling(spec.literature.warnock_risk).std(),
    }
    return pd.DataFrame(columns), data


def known(spec: Specification) -> tuple[str, str]:
    """First and last month in which all determinants of the level of the yield are known."""
    months = _macro(spec)[0].loc[slice(*spec.literature.warnock)].dropna().index
    return str(months[0]), str(months[-1])


def persistence(spec: Specification) -> float:
    """First autocorrelation of what the regression of the level leaves."""
    rows = _macro(spec)[0].loc[slice(*spec.literature.warnock)].dropna()
    fit = regress(rows["level"], rows.drop(columns="level"), cov="hac", bandwidth=spec.literature.warnock_window)
    left = rows["level"] - fit.coefficients["const"]
    left = left - rows.drop(columns="level") @ fit.coefficients[rows.columns.drop("level")]
    return float(left.autocorr())


def _bought(rows: pd.DataFrame, data: Dataset, spec: Specification) -> Estimate:
    kept = rows.dropna()
    fit = regress(
        kept["level"], kept.drop(columns="level"), cov="hac", bandwidth=spec.literature.warnock_window, parent=data
    )
    return -fit.estimate("bought", level=spec.level, units=SALE)


def beltran(spec: Specification) -> list[Entry]:
    """The 5-year term premium on official purchases: least squares, and the dollars that Japan bought as instrument."""
    sample = spec.literature.beltran
    data = _premium(spec)
    plain = _slope(data, OFFICIAL, sample, spec)
    valued = _slope(data, "position_change", sample, spec)
    ours, moved = (_instrumented(data, dates, spec) for dates in (sample, spec.sample.long))
    paper = "Beltran, Kretchmer, Marquez and Thomas (2013)"
    return [
        Entry("beltran_ols", paper, "5-year term premium, least squares", SALE, (16.0, 24.0), True, plain,
              {VALUED: valued}),
        Entry("beltran_iv", paper, "5-year term premium, instrument: Japan's operations", SALE, (16.0, 24.0), True, ours,
              {"months since 1991 with operations": moved}),
    ]  # fmt: skip


def positions(spec: Specification) -> pd.Series:
    """Changes in the official position, valuation and all, percent of debt."""
    return flows("official", "position_change", as_of=spec.as_of)["value"]


def dollars_bought(spec: Specification) -> pd.Series:
    """Dollars that Japan's operations bought in a month, percent of debt."""
    daily = econ.load("japan_dollar_purchases", frequency="D", as_of=spec.as_of).frame["japan_dollar_purchases"]
    return daily.groupby(pd.DatetimeIndex(daily.index).to_period("M")).sum(min_count=1)


def _premium(spec: Specification) -> Dataset:
    """Changes of the 5-year term premium (bp), official purchases and changes in position, dollars that Japan bought."""
    data = with_changes(spec, "term_premium_5y", OFFICIAL)
    with using() as files:
        frame = data.frame.assign(position_change=positions(spec), dollars=dollars_bought(spec))
    made = {
        "position_change": Variable("position_change", "official change in position", "percent of debt"),
        "dollars": Variable("dollars", "dollars bought in Japan's operations", "percent of debt"),
    }
    return Dataset(frame, {**data.variables, **made}, (*data.vintages, *files), parent=data)


def _slope(data: Dataset, name: str, sample: tuple[str, str], spec: Specification) -> Estimate:
    rows = data.frame.loc[sample[0] : sample[1], ["term_premium_5y", name]].dropna()
    fit = regress(
        rows["term_premium_5y"], rows[[name]], cov="hac", bandwidth=spec.holdings.hac_lags, gaps="zero", parent=data
    )
    return -fit.estimate(name, level=spec.level, units=SALE)


def _instrumented(data: Dataset, sample: tuple[str, str], spec: Specification) -> Estimate:
    """Two-stage least squares of the month's change, with its Anderson-Rubin set."""
    first = max(sample[0], spec.operations.span[0][:7])
    kept = data.select("term_premium_5y", OFFICIAL, "dollars").sample(first, sample[1]).complete()
    model = LocalProjection(
        kept, "term_premium_5y", OFFICIAL, instrument="dollars", lags=spec.projection.lags, lag_augmented=False
    )
    fit = model.fit(0, "hac", bandwidth=spec.holdings.hac_lags)
    region = fit.robust_set("term_premium_5y", 0, level=spec.level)
    found = fit.irf.at(0, response="term_premium_5y", level=spec.level)
    return -replace(found, lower=region.lower, upper=region.upper, region=region, units=SALE)


def march(spec: Specification) -> Entry:
    """The rise of the 10-year yield while foreigners sold in March 2020, by the close."""
    first, last = spec.literature.march
    closes = (
        100.0 * econ.load(spec.primary.maturity, frequency="D", as_of=spec.as_of).frame[spec.primary.maturity].dropna()
    )
    end = closes[: str(pd.Period(last, freq="M").end_time.date())].iloc[-1]
    return Entry(
        "march", "Vissing-Jorgensen (2021)", f"10-year yield, {first} to {last}", "bp", (64.0, 64.0), True,
        float(closes[last] - closes[first]), {"to the end of the month": float(end - closes[first])},
    )  # fmt: skip


def tabova(spec: Specification) -> Entry:
    """What private and official foreigners buy after yields have risen by 100 bp over some months."""
    data = with_changes(spec, spec.primary.maturity, OFFICIAL, FOREIGN)
    frame, lags = data.frame, spec.literature.tabova_lags
    rise = sum((frame[spec.primary.maturity].shift(k) for k in range(1, lags + 1)), start=0.0 * frame[OFFICIAL]) / 100.0
    private = frame[FOREIGN] - frame[OFFICIAL]
    first, last = spec.literature.tabova
    rows = pd.DataFrame({"private": private, "official": frame[OFFICIAL], "rise": rise}).loc[first:last].dropna()
    ours, moved = (
        regress(rows[who], rows[["rise"]], cov="hac", bandwidth=spec.holdings.hac_lags, parent=data).estimate(
            "rise", level=spec.level, units="% of debt per 100 bp"
        )
        for who in ("private", "official")
    )
    return Entry(
        "tabova", "Tabova and Warnock (2022)", "Purchases after a rise of yields: private foreigners",
        "% of debt per 100 bp", None, True, ours, {"foreign officials": moved},
    )  # fmt: skip


def notebook(spec: Specification) -> Entry:
    """Correlation of the shares of the United Kingdom and of China in foreign holdings, in levels and in changes."""
    first, last = spec.literature.notebook
    names = ("uk_mfh_holdings", "china_mfh_holdings", "foreign_mfh_holdings")
    data = loaded(spec, *names)
    held = data.frame.loc[first:last]
    shares = held[list(names[:2])].div(held[names[2]], axis=0).dropna()
    moved = _correlation(shares.diff().dropna(), data, spec)
    return Entry(
        "notebook", "A public notebook", "Correlation of UK and Chinese shares", "correlation", (-0.70, -0.70), True,
        float(shares[names[0]].corr(shares[names[1]])), {"changes for levels": moved}, decimals=2,
    )  # fmt: skip


def _correlation(rows: pd.DataFrame, data: Dataset, spec: Specification) -> Estimate:
    """Correlation as the slope of one standardised series on the other, Newey-West errors."""
    z = (rows - rows.mean()) / rows.std()
    fit = regress(z.iloc[:, 0], z.iloc[:, [1]], cov="hac", bandwidth=spec.holdings.hac_lags, parent=data)
    return fit.estimate(str(z.columns[1]), level=spec.level, units="correlation")
