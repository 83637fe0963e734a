"""Nowcasts: what is known on a day and nothing else, and how they are scored."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.errors import EstimationError, FrequencyError, SampleTooShort, SchemaError, SpecificationError, UnknownName
from econ.testing import simulated_var
from econ.var import Minnesota, MixedFrequencyVAR, Nowcast, pseudo_real_time
from econ.var.mixed.evaluation import benchmarks
from econ.var.mixed.latent import crps_of_draws, normal_crps

DELAYS = {"x": 5, "y": 40}


def model_of(monthly, quarterly, lags=1):
    return MixedFrequencyVAR([monthly, quarterly], lags, aggregation={"y": "sum"}, prior=Minnesota(0.3, own_lag=0.5))


@pytest.fixture(scope="module")
def truth():
    return simulated_var(periods=120, rng=1).frame


@pytest.fixture(scope="module")
def model(truth):
    return model_of(truth[["x"]], truth[["y"]].groupby(truth.index.asfreq("Q")).sum())


@pytest.fixture(scope="module")
def fit(model):
    return model.fit(draws=80, burn=20, rng=1)


def test_a_published_value_is_certain_and_a_period_inside_is_read_off_the_draws(truth, fit):
    known = fit.nowcast("y", "1995Q1")
    assert known.estimate().std_error == 0.0
    with pytest.raises(SpecificationError, match="was known"):
        known.score(0.0)
    quarterly = truth[["y"]].groupby(truth.index.asfreq("Q")).sum()
    quarterly.iloc[-1] = np.nan
    edge = model_of(truth[["x"]], quarterly).fit(draws=40, burn=20, rng=1)
    found = edge.nowcast("y", "1999Q4")
    np.testing.assert_array_equal(found.draws, edge.latent("y", own=True).draws[:, -1])
    assert found.as_of is None
    assert found.units == ""


def test_later_values_do_not_change_what_was_known_on_a_day(truth, model, fit):
    """The same parameters, and data that differ only after the day."""
    found = fit.nowcast("y", "1997Q2", as_of="1997-06-30", delays=DELAYS, rng=2)
    other = truth.copy()
    other.iloc[90:] += 50.0  # 1997-07 and later
    other.iloc[89] += 50.0  # June comes out on 5 July
    changed = model_of(other[["x"]], other[["y"]].groupby(truth.index.asfreq("Q")).sum())
    from dataclasses import replace

    fake = replace(fit, model=replace(changed, prior=model.prior))
    object.__setattr__(fake.model, "_prior", model._prior)
    again = fake.nowcast("y", "1997Q2", as_of="1997-06-30", delays=DELAYS, rng=2)
    np.testing.assert_allclose(found.draws, again.draws)
    late = fit.nowcast("y", "1997Q2", as_of="1997-08-08", delays=DELAYS, rng=2)  # x of the whole quarter is out
    assert late.estimate().std_error < found.estimate().std_error
    out = fit.nowcast("y", "1997Q2", as_of="1997-08-09", delays=DELAYS, rng=2)
    assert out.estimate().std_error == 0.0
    assert out.as_of == pd.Timestamp("1997-08-09")
    early = fit.nowcast("y", "1997Q2", as_of="1997-08-09", delays={"y": 41}, rng=2)
    assert early.estimate().std_error > 0.0


def test_a_nowcast_after_the_data_is_the_sum_of_forecasts(fit):
    ahead = fit.nowcast("y", "2000Q2", rng=3)
    forecast = fit.forecast(6)
    expected = forecast["y", "mean"].iloc[3:6].sum()
    assert ahead.estimate().value == pytest.approx(expected, abs=4.0 * ahead.draws.std() / np.sqrt(80))
    month = fit.nowcast("x", "2000-01", rng=3)
    assert month.estimate().value == pytest.approx(
        forecast["x", "mean"].iloc[0], abs=4.0 * month.draws.std() / np.sqrt(80)
    )


def test_bad_questions_are_refused_in_words(fit):
    for arguments, error, words in (
        (("z", "2000Q2"), UnknownName, "no variable 'z'"),
        (("y", "1980Q1"), SpecificationError, "no period 1980Q1"),
        (("y", "2000Q2"), SpecificationError, "rng"),
        (("y", "2000"), SpecificationError, "names no period"),
        (("y", "2300Q2"), SpecificationError, "after the data"),
        (("y", "1990Q2", "1989-01-01"), SpecificationError, "nothing of the base was known"),
        (("y", "1980Q2", "1995-01-01"), FrequencyError, "on the calendar"),
        (("y", "1995Q2", "soon"), SpecificationError, "as_of"),
    ):
        with pytest.raises(error, match=words):
            fit.nowcast(*arguments, rng=None if words == "rng" else 1)
    with pytest.raises(SpecificationError, match="give that day"):
        fit.nowcast("y", "2000Q2", delays=DELAYS, rng=1)
    with pytest.raises(SpecificationError, match="delay of 'y'"):
        fit.nowcast("y", "1995Q2", "1995-01-01", delays={"y": -1}, rng=1)
    with pytest.raises(UnknownName, match="for delays"):
        fit.nowcast("y", "1995Q2", "1995-01-01", delays={"z": 1}, rng=1)


def test_scores_are_those_of_the_books():
    draws = np.random.default_rng(1).normal(1.0, 2.0, 4000)
    score = Nowcast("y", pd.Period("2000Q1"), draws).score(2.5, level=0.8)
    assert score["error"] == pytest.approx(2.5 - draws.mean())
    assert score["log_score"] == pytest.approx(stats.norm(draws.mean(), draws.std()).logpdf(2.5))
    assert score["crps"] == pytest.approx(normal_crps(2.5, 1.0, 2.0), rel=0.03)
    assert score["covered"] == 1.0
    assert Nowcast("y", pd.Period("2000Q1"), draws).score(5.0, level=0.8)["covered"] == 0.0
    few = np.array([0.3, -1.0, 2.0, 2.0])
    pairs = np.abs(few[:, None] - few).mean()
    assert crps_of_draws(few, 0.7) == pytest.approx(np.abs(few - 0.7).mean() - 0.5 * pairs)
    grid = np.linspace(-30, 30, 200_001)
    step = np.where(grid >= 0.7, 1.0, 0.0)
    exact = np.trapezoid((stats.norm(0.2, 1.5).cdf(grid) - step) ** 2, grid)
    assert normal_crps(0.7, 0.2, 1.5) == pytest.approx(exact, rel=1e-4)


def test_benchmarks_are_those_of_least_squares():
    values = np.random.default_rng(2).standard_normal(50).cumsum()
    found = benchmarks(values, 2)
    x = np.column_stack([np.ones(49), values[:-1]])
    (constant, slope), residual, *_ = np.linalg.lstsq(x, values[1:], rcond=None)
    assert found["ar"][0] == pytest.approx(constant + slope * (constant + slope * values[-1]))
    assert found["ar"][1] == pytest.approx(np.sqrt(residual[0] / 47 * (1.0 + slope**2)))
    assert found["random_walk"] == (values[-1], pytest.approx(np.sqrt(np.mean((values[2:] - values[:-2]) ** 2))))
    assert found["mean"] == (pytest.approx(values.mean()), pytest.approx(values.std(ddof=1)))


def test_pseudo_real_time_makes_each_nowcast_on_the_day_before(truth, model):
    arguments = dict(delays=DELAYS, refit=2, draws=40, burn=10, rng=1)
    found = pseudo_real_time(model, "y", "1998Q3", end="1999Q3", **arguments)
    frame = found.frame
    assert list(frame.index.get_level_values("method")[:4]) == ["nowcast", "ar", "random_walk", "mean"]
    rows = frame.xs("nowcast", level="method")
    assert [str(each) for each in rows.index] == ["1998Q3", "1998Q4", "1999Q1", "1999Q2", "1999Q3"]
    assert rows["as_of"].iloc[0] == pd.Timestamp("1998-11-08")  # 40 days after 30 September come on 9 November
    quarterly = truth["y"].groupby(truth.index.asfreq("Q")).sum()
    np.testing.assert_allclose(rows["actual"], quarterly.loc["1998Q3":"1999Q3"])
    walk = frame.xs("random_walk", level="method")
    np.testing.assert_allclose(walk["forecast"], quarterly.loc["1998Q2":"1999Q2"])
    np.testing.assert_allclose(rows["error"], rows["actual"] - rows["forecast"])
    summary = found.summary(relative_to="mean")
    assert summary.loc["mean", "relative_rmse"] == 1.0
    assert summary.loc["nowcast", "rmse"] == pytest.approx(np.sqrt((rows["error"] ** 2).mean()))
    assert (summary["nobs"] == 5).all()
    again = pseudo_real_time(model, "y", "1998Q3", end="1999Q3", **arguments, n_jobs=2)
    pd.testing.assert_frame_equal(frame, again.frame)
    sooner = pseudo_real_time(model, "y", "1998Q3", end="1998Q3", ahead=50, level=0.5, **arguments)
    assert sooner.frame["as_of"].iloc[0] == pd.Timestamp("1998-09-20")
    assert sooner.frame["std"].iloc[0] > rows["std"].iloc[0]
    half = sooner.frame.iloc[0]
    assert half["upper"] - half["lower"] < 2.2 * half["std"]  # 1.35 of a normal distribution; 3.3 at 90%
    for other in ({"burn": 11}, {"draws": 41}):
        changed = pseudo_real_time(model, "y", "1998Q3", end="1998Q3", **{**arguments, **other})
        assert changed.frame["forecast"].iloc[0] != rows["forecast"].iloc[0]
    narrow = sooner.frame.iloc[1]
    assert narrow["upper"] - narrow["lower"] == pytest.approx(2 * 0.6745 * narrow["std"], rel=1e-3)


def test_first_prints_can_be_the_target(model):
    arguments = dict(delays=DELAYS, refit=4, draws=20, burn=5, rng=1)
    quarters = pd.period_range("1999Q1", "1999Q3", freq="Q")
    series = pd.Series([1.0, 2.0, 3.0], index=quarters)
    found = pseudo_real_time(model, "y", "1999Q1", prints=series, **arguments).frame.xs("ar", level="method")
    assert found["actual"].tolist() == [1.0, 2.0, 3.0]
    dates = pd.to_datetime(["1999-05-01", "1999-08-02", "1999-11-01"])
    table = pd.DataFrame({"date": quarters, "value": series.to_numpy(), "release_date": dates, "holder": "OFF"})
    days = pseudo_real_time(model, "y", "1999Q1", prints=table, **arguments).frame.xs("ar", level="method")
    assert list(days["as_of"]) == list(dates - pd.Timedelta(days=1))
    for bad, error in (
        (series.set_axis(quarters.asfreq("M")), SchemaError),
        (series.set_axis(quarters.to_timestamp()), SchemaError),
        (pd.concat([series, series]), SchemaError),
        (series * np.nan, SchemaError),
        (series.set_axis(quarters - 100), SpecificationError),
        (table.drop(columns="value"), UnknownName),
    ):
        with pytest.raises(error):
            pseudo_real_time(model, "y", "1999Q1", prints=bad, **arguments)


def test_evaluations_that_cannot_be_are_refused_in_words(model):
    for changes, error in (
        ({"variable": "z"}, UnknownName),
        ({"start": "2005Q1"}, SpecificationError),
        ({"start": "nonsense"}, SpecificationError),
        ({"draws": 5}, SpecificationError),
        ({"refit": 0}, SpecificationError),
        ({"ahead": -1}, SpecificationError),
        ({"level": 1.0}, SpecificationError),
        ({"rng": None}, SpecificationError),
    ):
        with pytest.raises(error):
            pseudo_real_time(model, **{"variable": "y", "start": "1999Q1", "draws": 10, "burn": 1, "rng": 1, **changes})
    with pytest.raises((EstimationError, SampleTooShort), match="too little was known"):
        pseudo_real_time(model, "y", "1991Q1", draws=10, burn=1, rng=1)
