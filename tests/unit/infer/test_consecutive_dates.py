"""A covariance that counts distances between rows asks for dates that follow one another, wherever rows have dates."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import DataError, FrequencyError, SchemaError
from econ.infer import (
    anderson_rubin,
    driscoll_kraay,
    effective_f,
    ewc,
    instrumental,
    joint_test,
    kleibergen,
    leaning_curve,
    newey_west,
    news_leaning,
    reduced_form,
    regime_leaning,
    regress,
)
from econ.multiverse import LinearSpecification
from econ.projection import PanelProjection

ROWS = 240


def table():
    values = np.random.default_rng(1).standard_normal((ROWS, 5))
    frame = pd.DataFrame(values, columns=["news", "own", "flow", "price", "rest"])
    frame.index = pd.period_range("2000-01", periods=ROWS, freq="M")
    frame["flow"] += frame["news"]
    frame["price"] = 2.0 * frame["news"] - 0.8 * frame["flow"] + 0.5 * frame["own"]
    return frame


REGIMES = np.repeat(["calm", "news"], ROWS // 2)

CALLS = {
    "regress": lambda d, cov: regress(d["price"], d["flow"], cov=cov),
    "instrumental": lambda d, cov: instrumental(d["price"], d[["flow"]], d[["news"]], cov=cov),
    "reduced_form": lambda d, cov: reduced_form(d["price"], d["flow"], d["news"], cov=cov),
    "anderson_rubin": lambda d, cov: anderson_rubin(d["price"], d["flow"], d[["news"]], cov=cov),
    "effective_f": lambda d, cov: effective_f(d["flow"], d["news"], cov=cov),
    "kleibergen": lambda d, cov: kleibergen(d["price"], d["flow"], d[["news", "rest"]], cov=cov),
    "leaning_curve": lambda d, cov: leaning_curve(d["price"], d["flow"], cov=cov),
    "news_leaning": lambda d, cov: news_leaning(d["price"], d["flow"], d["news"], cov=cov),
    "regime_leaning": lambda d, cov: regime_leaning(d["price"], d["flow"], REGIMES[: len(d)], cov=cov),
    "joint_test": lambda d, cov: joint_test(d["price"], d[["news", "own"]], reference="f", cov=cov),
    "LinearSpecification": lambda d, cov: LinearSpecification(d["price"], d["flow"], cov=cov).estimate(),
}


class Bare(dict):
    """The columns as arrays."""

    def __init__(self, frame):
        super().__init__(frame)
        self.frame = frame

    def __getitem__(self, key):
        return self.frame[key].to_numpy()

    def __len__(self):
        return ROWS


WITHOUT_DATES = [
    name for name in CALLS if name != "LinearSpecification"
]  # a calendar of its own, whatever the covariance


@pytest.mark.parametrize("name", CALLS)
def test_shuffled_rows_and_holes_are_refused(name):
    frame = table()
    CALLS[name](frame, "hac")
    with pytest.raises(SchemaError, match="order"):
        CALLS[name](frame.sample(frac=1.0, random_state=1), "hac")
    with pytest.raises(FrequencyError, match="jump"):
        CALLS[name](frame.drop(frame.index[100:112]), "hac")


@pytest.mark.parametrize("name", WITHOUT_DATES)
def test_covariances_without_lags_do_not_ask(name):
    frame = table()
    CALLS[name](frame.sample(frac=1.0, random_state=1), "hc1")


@pytest.mark.parametrize("name", ["anderson_rubin", "leaning_curve", "news_leaning", "regime_leaning", "effective_f"])
def test_rows_without_dates_are_taken_as_they_stand(name):
    frame = table()
    assert str(CALLS[name](Bare(frame), "hac")) == str(CALLS[name](frame, "hac"))


def test_estimators_of_covariance_ask_too():
    frame = table()
    x, u = frame[["flow"]], frame["own"]
    half = frame.index[::2]
    for made in (lambda a, b: newey_west(a, b, lags=2), lambda a, b: ewc(a, b, terms=4)):
        made(x, u)
        with pytest.raises(FrequencyError):
            made(x.loc[half], u.loc[half])
    newey_west(x.loc[half], u.loc[half], lags=0)  # no distance counts


@pytest.mark.parametrize(
    "periods",
    [pd.period_range("2000-01", periods=40, freq="M"), pd.date_range("2000-01-01", periods=40), np.arange(40) + 1990],
)
def test_periods_of_a_panel_have_none_missing_between_them(periods):
    generator = np.random.default_rng(1)
    x, u = generator.standard_normal((80, 1)), generator.standard_normal(80)
    whole = np.tile(np.asarray(periods), 2)
    driscoll_kraay(x, u, periods=whole, lags=1)
    holed = np.isin(whole, np.asarray(periods)[np.r_[0:10, 30:40]])
    with pytest.raises(FrequencyError):
        driscoll_kraay(x[holed], u[holed], periods=whole[holed], lags=1)
    driscoll_kraay(x[holed], u[holed], periods=whole[holed], lags=0)


def test_labels_without_an_order_of_time_have_no_lags():
    with pytest.raises(DataError):
        driscoll_kraay(np.ones((4, 1)), np.array([1.0, 1.0, -1.0, -1.0]), periods=["b", "b", "a", "a"], lags=1)


def test_a_panel_of_units_that_follow_one_another_is_refused_where_nobody_is_observed():
    months = pd.period_range("2000-01", periods=120, freq="M")
    early = [(unit, month) for unit in "ab" for month in months[:50]]
    late = [(unit, month) for unit in "cd" for month in months[70:]]
    index = pd.MultiIndex.from_tuples([*early, *late])
    frame = pd.DataFrame(np.random.default_rng(1).standard_normal((len(index), 2)), index, ["x", "y"])
    panel = PanelProjection(frame, response="y", impulse="x", lags=1, effects=("unit",))
    with pytest.raises(FrequencyError, match="jump"):
        panel.fit(2, "driscoll-kraay")
    with pytest.raises(FrequencyError, match="jump"):
        panel.fit(0, "driscoll-kraay", bandwidth=2)
    panel.fit(0, "driscoll-kraay")
    panel.fit(2, "driscoll-kraay", bandwidth=0)
