"""Data of the studies: the published files where they are at hand, elsewhere a long sample of a system of known truth.

The files of published studies may be used but not passed on. Put them into a folder, ``NAME/data.csv``, and name the
folder in ``ECON_CASES``; without it ``../shared/data/cases`` beside the project is looked at. What a study is compared
with is then what its authors printed; on simulated data it is the truth, worked out from the system by its definition,
and the sample is long enough for an estimate to be near it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from econ.testing import simulated_var

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "cases"
Numbers = Mapping[str, float]
LENGTH = 2_000  # periods of a simulated sample


@dataclass(frozen=True)
class Study:
    """Data, and the numbers that an estimate on them is held against."""

    data: pd.DataFrame
    reference: Numbers
    source: str
    more: Mapping[str, pd.Series] = field(default_factory=dict)

    def beside(self, ours: Numbers) -> pd.DataFrame:
        """Table of the reference and of our numbers; every number of the reference must have its row."""
        table = pd.DataFrame({self.source: dict(self.reference), "here": dict(ours)})
        if table.isna().to_numpy().any():
            raise ValueError(f"these rows have no number on one side: {list(table.index[table.isna().any(axis=1)])}.")
        return table.round(2)


def file(name: str, table: str = "data.csv") -> Path | None:
    """Path of a published file, or None where it is not at hand."""
    path = Path(os.environ.get("ECON_CASES", BESIDE)) / name / table
    return path if path.is_file() else None


@dataclass(frozen=True)
class System:
    """y_t = A y_{t-1} + B e_t, standard normal e_t: what stands in for a study's data."""

    names: tuple[str, ...]
    lag: np.ndarray
    impact: np.ndarray
    index: pd.PeriodIndex

    def draw(self, seed: int) -> pd.DataFrame:
        """One sample."""
        sample = simulated_var(len(self.index), rng=seed, lags=[self.lag], impact=self.impact, names=self.names)
        return sample.frame.set_axis(self.index)

    def responses(self, horizon: int) -> np.ndarray:
        """Theta_h = A^h B, (horizon + 1, n, n)."""
        return np.stack([np.linalg.matrix_power(self.lag, h) @ self.impact for h in range(horizon + 1)])

    def shares(self, horizon: int, *, cumulated: Mapping[int, bool] | None = None) -> np.ndarray:
        """Percent of each variable's forecast error variance at ``horizon`` steps due to each shock."""
        paths = self.responses(horizon - 1)
        for place in cumulated or {}:
            paths[:, place] = np.cumsum(paths[:, place], axis=0)
        squares = (paths**2).sum(axis=0)
        return 100.0 * squares / squares.sum(axis=1, keepdims=True)


def study(name: str, part: str = "") -> Study:
    """Data of one study and what they are compared with."""
    published, simulated = STUDIES[name + part]
    path = file(name, MAIN.get(name, "data.csv"))
    return simulated() if path is None else published(pd.read_csv(path))


def _months(frame: pd.DataFrame, dates: pd.Series) -> pd.DataFrame:
    return frame.set_axis(pd.PeriodIndex(dates, freq="M"), axis=0).drop(columns=["date"], errors="ignore")


# Stock and Watson (2001), Journal of Economic Perspectives 15(4), table 1B

SW_KEYS = ("infl from infl", "unemp from unemp", "ff from unemp", "ff from ff")


def _sw_published(raw: pd.DataFrame) -> Study:
    frame = raw[["infl", "unemp", "ff"]].set_axis(pd.PeriodIndex(raw["date"].str.upper(), freq="Q"), axis=0)
    return Study(frame.loc["1960Q1":"2000Q4"], dict(zip(SW_KEYS, (82, 82, 60, 28), strict=True)), "table 1B")


def _sw_simulated() -> Study:
    system = System(
        ("infl", "unemp", "ff"),
        np.array([[0.8, -0.2, 0.0], [0.02, 0.9, 0.05], [0.15, -0.5, 0.8]]),
        np.array([[1.0, 0.0, 0.0], [-0.02, 0.25, 0.0], [0.1, -0.4, 0.7]]),
        pd.period_range("1960Q1", periods=LENGTH, freq="Q"),
    )
    shares = system.shares(8)
    return Study(
        system.draw(1),
        dict(zip(SW_KEYS, (shares[0, 0], shares[1, 1], shares[2, 1], shares[2, 2]), strict=True)),
        "truth",
    )


# Blanchard and Quah (1989), American Economic Review 79(4), table 2

BQ_STEPS = (1, 4, 8, 40)


def _bq_published(raw: pd.DataFrame) -> Study:
    frame = raw[["y", "u"]].set_axis(pd.PeriodIndex(raw["date"], freq="Q"), axis=0)
    return Study(frame, dict(zip(map(str, BQ_STEPS), (99.0, 97.9, 81.7, 39.3), strict=True)), "table 2")


def _bq_simulated() -> Study:
    # demand (second shock) leaves output alone in the long run: C(1) B is lower triangular
    lag, supply = np.array([[0.2, -0.4], [-0.2, 0.7]]), np.array([0.35, 0.1])
    demand = (np.eye(2) - lag) @ np.array([0.0, -1.6])
    system = System(
        ("y", "u"), lag, np.column_stack([supply, demand]), pd.period_range("1948Q2", periods=LENGTH, freq="Q")
    )
    reference = {str(step): system.shares(step, cumulated={0: True})[0, 1] for step in BQ_STEPS}
    return Study(system.draw(5), reference, "truth")


# Kilian (2009), American Economic Review 99(3), figure 3

KILIAN = ("oil-specific demand > 0, months 0-18", "aggregate demand > 0, months 3-12", "rank of supply in the variance")


def _kilian_published(raw: pd.DataFrame) -> Study:
    frame = _months(raw, raw["date"])[["prod", "rea", "rpo"]].loc[:"2007-12"]
    return Study(frame, dict(zip(KILIAN, (19, 10, 3), strict=True)), "figure 3")


def _kilian_simulated() -> Study:
    system = System(
        ("prod", "rea", "rpo"),
        np.array([[0.1, 0.0, 0.0], [0.0, 0.95, 0.0], [-0.05, 0.10, 0.93]]),
        np.array([[15.0, 0.0, 0.0], [0.3, 4.0, 0.0], [-0.5, 0.6, 6.0]]),
        pd.period_range("1973-02", periods=LENGTH, freq="M"),
    )
    return Study(system.draw(3), dict(zip(KILIAN, (19, 10, 3), strict=True)), "truth")


# Uhlig (2005), Journal of Monetary Economics 52(2), figure 6

UHLIG = ("share of months in which the band of output holds zero above 0.8", "prices lower in months 6-36")


def _uhlig_published(raw: pd.DataFrame) -> Study:
    frame = raw.set_axis(pd.PeriodIndex([date.replace("m", "-") for date in raw["date"]], freq="M"), axis=0)
    return Study(frame.drop(columns="date"), dict.fromkeys(UHLIG, 1.0), "figure 6")


def _uhlig_simulated() -> Study:
    names = ("y", "pi", "comm", "res", "nbres", "ff")
    impact = np.diag([0.5, 0.1, 1.5, 1.0, 1.0, 0.3])
    impact[:, 5] = [0.0, -0.15, -0.8, 0.0, -0.8, 0.4]
    lag = np.diag([0.95, 0.98, 0.95, 0.9, 0.95, 0.9])
    system = System(names, lag, impact, pd.period_range("1965-01", periods=LENGTH, freq="M"))
    return Study(system.draw(4), dict.fromkeys(UHLIG, 1.0), "truth")


# Gertler and Karadi (2015), American Economic Journal: Macroeconomics 7(1), figure 1

GK = ("F of the first stage", "robust F", "credit spread rises (1 = yes)")


def _gk_published(raw: pd.DataFrame) -> Study:
    frame = _months(raw, raw["date"].str.replace("m", "-"))
    return Study(
        frame[["logip", "logcpi", "gs1", "ebp"]], dict(zip(GK, (21.55, 17.64, 1.0), strict=True)), "figure 1",
        {"surprise": frame["ff4_tc"]},
    )  # fmt: skip


def _proxied(system: System, seed: int, *, shock: int, signal: float, first: str) -> tuple[pd.DataFrame, pd.Series]:
    """A sample and an instrument for one of its shocks: the shock and noise, known from ``first`` on."""
    frame = system.draw(seed)
    errors = frame.to_numpy()[1:] - frame.to_numpy()[:-1] @ system.lag.T
    shocks = errors @ np.linalg.inv(system.impact).T
    noise = np.random.default_rng(seed).standard_normal(len(shocks))
    proxy = pd.Series(signal * shocks[:, shock] + noise, frame.index[1:], name="surprise")
    return frame, proxy.loc[first:]


def _gk_simulated() -> Study:
    system = System(
        ("logip", "logcpi", "gs1", "ebp"),
        np.array([[0.97, 0.0, -0.02, -0.05], [0.0, 0.99, 0.0, -0.01], [0.02, 0.01, 0.95, -0.05], [0.0, 0.0, 0.0, 0.9]]),
        np.array([[0.6, 0, 0, -0.05], [0, 0.2, 0, 0.0], [0.02, 0.05, 0.2, -0.05], [-0.02, 0.0, 0.06, 0.2]]),
        pd.period_range("1979-07", periods=LENGTH, freq="M"),
    )
    frame, proxy = _proxied(system, 3, shock=2, signal=0.4, first="1990-01")
    # population F: T rho^2 / (1 - rho^2) with rho the correlation of the instrument and the residual of gs1, plus one
    share = system.impact[2, 2] ** 2 / (system.impact[2] ** 2).sum() * 0.4**2 / (0.4**2 + 1.0)
    strength = 1.0 + len(proxy) * share / (1.0 - share)
    return Study(frame, dict(zip(GK, (strength, strength, 1.0), strict=True)), "truth", {"surprise": proxy})


# Känzig (2021), American Economic Review 111(4), figure 3 and the published series of shocks

KANZIG = ("F of the first stage", "robust F", "correlation with the shock")


def _kanzig_published(levels: pd.DataFrame) -> Study:
    shocks = pd.read_csv(file("kanzig2021", "published_shock_2017M12.csv"))
    shocks, levels = _months(shocks, shocks["date"].str.replace("M", "-")), _months(levels, levels["date"])
    frame = 100.0 * np.log(levels[["OILPROD", "OILSTOCKS", "WORLDIP", "IP", "CPI"]])
    frame.insert(0, "price", 100.0 * np.log(levels["POIL"] / levels["CPI"]))
    return Study(
        frame.loc["1974-01":"2017-12"], dict(zip(KANZIG, (22.67, 10.55, 1.0), strict=True)), "printed",
        {"surprise": shocks["surprise"], "shock": shocks["shock"]},
    )  # fmt: skip


def _kanzig_simulated() -> Study:
    names = ("price", "OILPROD", "OILSTOCKS", "WORLDIP", "IP", "CPI")
    impact = np.diag([5.0, 1.0, 0.8, 0.5, 0.5, 0.2])
    impact[:, 0] = [5.0, -0.1, 0.3, -0.1, -0.05, 0.05]
    system = System(
        names,
        np.diag([0.97, 0.9, 0.95, 0.97, 0.97, 0.98]),
        impact,
        pd.period_range("1974-01", periods=LENGTH, freq="M"),
    )
    frame, proxy = _proxied(system, 2, shock=0, signal=0.25, first="1975-01")
    errors = frame.to_numpy()[1:] - frame.to_numpy()[:-1] @ system.lag.T
    shock = pd.Series(errors @ np.linalg.inv(system.impact)[0], frame.index[1:])
    strength = 1.0 + len(proxy) * 0.25**2
    return Study(
        frame, dict(zip(KANZIG, (strength, strength, 1.0), strict=True)), "truth", {"surprise": proxy, "shock": shock}
    )


# Ramey and Zubairy (2018), Journal of Political Economy 126(2), supplementary appendix, on the data of Auerbach and
# Gorodnichenko (2012): responses of purchases, all quarters and by state of the cycle

QUARTERS = (0, 2, 4, 8)


def _fiscal(raw: pd.DataFrame) -> pd.DataFrame:
    frame = raw.iloc[6:]
    return frame.set_axis(pd.period_range("1948Q3", periods=len(frame), freq="Q")).drop(columns=["Year", "Quarter"])


def _purchases_published(raw: pd.DataFrame) -> Study:
    frame = _fiscal(raw).loc["1948Q4":, ["Gov", "Tax", "GDP"]]
    return Study(frame, {f"quarter {q}": v for q, v in zip(QUARTERS, (1.0, 1.40, 1.38, 0.85), strict=True)}, "printed")


def _purchases_simulated() -> Study:
    system = System(
        ("Gov", "Tax", "GDP"),
        np.array([[0.93, 0.0, 0.0], [0.05, 0.8, 0.05], [0.06, -0.02, 0.9]]),
        np.array([[0.02, 0.0, 0.0], [0.0, 0.03, 0.01], [0.01, 0.0, 0.01]]),
        pd.period_range("1948Q4", periods=LENGTH, freq="Q"),
    )
    paths = system.responses(8)[:, 0, 0]
    return Study(system.draw(4), {f"quarter {q}": paths[q] / paths[0] for q in QUARTERS}, "truth")


STATES = ("expansion, quarter 0", "expansion, quarter 4", "recession, quarter 0", "recession, quarter 4")


def _states_published(raw: pd.DataFrame) -> Study:
    frame = _fiscal(raw)
    slack = 1.0 / (1.0 + np.exp(3.0 * (frame["GDP_MA"] - 0.8)))
    return Study(
        frame.assign(slack=slack).rename(columns={"Gov_shock_mean": "shock", "GDP_MA": "average"}),
        dict(zip(STATES, (1.00, 0.37, 1.00, 2.24), strict=True)), "printed",
    )  # fmt: skip


def _states_simulated() -> Study:
    """Purchases that die away at 0.8 a quarter in expansions and stay in recessions; states of eight quarters."""
    generator, size = np.random.default_rng(6), LENGTH
    slack = (np.arange(size) // 20 % 2).astype(float)
    shock, noise, output = 0.02 * generator.standard_normal((3, size))
    purchases = np.zeros(size)
    for t in range(1, size):
        keep = 0.98 if slack[t - 1] else 0.8
        purchases[t] = keep * purchases[t - 1] + shock[t] + 0.2 * noise[t]
    index = pd.period_range("1948Q3", periods=size, freq="Q")
    frame = pd.DataFrame(
        {"Gov": purchases, "Tax": noise, "GDP": output, "average": 0.0, "shock": shock, "slack": slack}
    )
    return Study(
        frame.set_axis(index), dict(zip(STATES, (1.0, 0.8**4, 1.0, 0.98**4), strict=True)), "truth, no change of state"
    )


# Montiel Olea, Stock and Watson (2021), Journal of Econometrics 225(1): supply shortfalls of Kilian (2008)

MOSW = ("effective F", "68% set of the price, month 2, is bounded (1 = yes)")


def _mosw_published(raw: pd.DataFrame) -> Study:
    months = pd.PeriodIndex(pd.to_datetime(raw[["year", "month"]].assign(day=1)), freq="M")
    frame = raw.set_axis(months, axis=0)
    return Study(
        frame[["prod", "rea", "rpo"]], dict(zip(MOSW, (9.0, 1.0), strict=True)), "published", {"iv": frame["iv"]}
    )


def _mosw_simulated() -> Study:
    _, simulated = STUDIES["kilian2009"]
    base = simulated().data
    system = System(
        tuple(base), np.diag([0.1, 0.95, 0.93]), np.array([[15.0, 0, 0], [0.3, 4.0, 0], [-0.5, 0.6, 6.0]]), base.index
    )
    frame, proxy = _proxied(system, 0, shock=0, signal=0.07, first="1973-04")
    return Study(frame, dict(zip(MOSW, (1.0 + len(proxy) * 0.07**2, 1.0), strict=True)), "truth", {"iv": proxy})


# estudy2, vignette of version 0.10.0: mean abnormal return of 16 March 2020

FIRMS = ("mean abnormal return, percent", "firms")


def _firms_published(rates: pd.DataFrame) -> Study:
    market = pd.read_csv(file("estudy2", "data_market.csv"), index_col="date", parse_dates=True)
    frame = rates.set_index("date").set_axis(pd.DatetimeIndex(rates["date"]), axis=0).join(market)
    return Study(frame, dict(zip(FIRMS, (2.33, 7.0), strict=True)), "vignette")


def _firms_simulated() -> Study:
    """Thirty firms that follow the market and each other; on the day each gains two percent."""
    generator, days = np.random.default_rng(2), pd.bdate_range("2019-04-02", periods=252, name="date")
    market = 0.01 * generator.standard_normal(252)
    common, own = 0.003 * generator.standard_normal((252, 1)), 0.01 * generator.standard_normal((252, 30))
    frame = pd.DataFrame(market[:, None] + common + own, days, [f"firm {i}" for i in range(30)])
    frame.loc["2020-03-16"] += 0.02
    return Study(frame.assign(market=market), dict(zip(FIRMS, (2.0, 30.0), strict=True)), "truth")


MAIN = {"kanzig2021": "data_levels.csv", "estudy2": "data_rates.csv"}  # else data.csv
STUDIES: dict[str, tuple[Callable[[pd.DataFrame], Study], Callable[[], Study]]] = {
    "sw2001": (_sw_published, _sw_simulated),
    "bq1989": (_bq_published, _bq_simulated),
    "kilian2009": (_kilian_published, _kilian_simulated),
    "uhlig2005": (_uhlig_published, _uhlig_simulated),
    "gk2015": (_gk_published, _gk_simulated),
    "kanzig2021": (_kanzig_published, _kanzig_simulated),
    "auerbach_gorodnichenko": (_purchases_published, _purchases_simulated),
    "auerbach_gorodnichenko, by state": (_states_published, _states_simulated),
    "estudy2": (_firms_published, _firms_simulated),
    "mosw_oil": (_mosw_published, _mosw_simulated),
}
