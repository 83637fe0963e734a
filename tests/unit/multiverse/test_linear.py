"""One linear specification: against the package's own regression, statsmodels, loops over samples, and refusals."""

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.errors import (
    EstimationError,
    FrequencyError,
    NotIdentified,
    SampleTooShort,
    SchemaError,
    SingularDesign,
    SpecificationError,
)
from econ.infer import regress
from econ.multiverse import LinearSpecification, NullPlan
from econ.multiverse.nulls import is_batched

SEED = np.random.SeedSequence(5)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(2)
    raw = rng.standard_normal((140, 6))
    for t in range(1, 140):
        raw[t] += 0.5 * raw[t - 1]
    frame = pd.DataFrame(raw, pd.period_range("2000-01", periods=140, freq="M"), list("yxabzw"))
    frame["y"] += 0.3 * frame["x"] + frame["a"]
    frame["z"] += 0.8 * frame["x"]
    frame["w"] = np.exp(0.3 * frame["w"])
    return frame


def lagged(frame, names, lags):
    return pd.concat([frame[list(names)].shift(lag).add_prefix(f"L{lag}.") for lag in range(1, lags + 1)], axis=1)


@pytest.mark.parametrize(
    ("cov", "bandwidth"), [("hac", None), ("hac", 7), ("hc0", None), ("hc1", None), ("classical", None)]
)
@pytest.mark.parametrize("lags", [0, 2])
def test_it_is_the_regression_of_the_package(frame, cov, bandwidth, lags):
    spec = LinearSpecification(
        frame["y"],
        frame["x"],
        frame[["a", "b"]],
        lags=lags,
        sample=("2002-03", "2010-12"),
        cov=cov,
        bandwidth=bandwidth,
    )
    columns = [frame[["x", "a", "b"]], *([lagged(frame, "yxab", lags)] if lags else [])]
    cut = slice("2002-03", "2010-12")
    peer = regress(frame["y"].loc[cut], pd.concat(columns, axis=1).loc[cut], cov=cov, bandwidth=bandwidth)
    mine, theirs = spec.estimate(), peer.estimate("x")
    for name in ("value", "std_error", "lower", "upper"):
        assert getattr(mine, name) == pytest.approx(getattr(theirs, name), rel=1e-10)
    assert mine.nobs == spec.nobs == theirs.nobs == 106
    assert 2.0 * stats.norm.sf(abs(spec.z_score)) == pytest.approx(float(peer.pvalues["x"]), rel=1e-8)


def test_it_is_weighted_least_squares_of_statsmodels_too(frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import statsmodels.api as sm

        x = sm.add_constant(frame[["x", "a"]])
        peer = sm.WLS(frame["y"].to_numpy(), x.to_numpy(), weights=frame["w"].to_numpy()).fit(
            cov_type="HAC", cov_kwds={"maxlags": 5}
        )
    mine = LinearSpecification(
        frame["y"], frame["x"], frame[["a"]], weights=frame["w"], bandwidth=5, label="w", units="u"
    ).estimate()
    assert (mine.value, mine.std_error) == pytest.approx((peer.params[1], peer.bse[1]), rel=1e-10)
    assert (mine.label, mine.units) == ("w", "u")


def test_an_instrument_gives_the_ratio_of_two_regressions(frame):
    spec = LinearSpecification(frame["y"], frame["x"], frame[["a"]], instrument=frame["z"], cov="hc0", level=0.8)
    z, x, y = (frame[name].to_numpy() for name in "zxy")
    w = np.column_stack([np.ones(140), frame["a"]])
    left, right = np.column_stack([w, z]), np.column_stack([w, x])
    b = np.linalg.solve(left.T @ right, left.T @ y)
    u = y - right @ b
    bread = np.linalg.inv(left.T @ right)
    cov = bread @ (left.T * u**2) @ left @ bread.T
    mine = spec.estimate()
    assert (mine.value, mine.std_error) == pytest.approx((b[2], np.sqrt(cov[2, 2])), rel=1e-10)
    assert mine.upper - mine.value == pytest.approx(stats.norm.ppf(0.9) * mine.std_error)


def test_rows_left_out_inside_count_as_time(frame):
    keep = pd.Series(True, frame.index)
    keep.iloc[50:60] = False
    mine = LinearSpecification(frame["y"], frame["x"], frame[["a"]], sample=keep, bandwidth=6).estimate()
    peer = regress(frame["y"][keep], frame.loc[keep, ["x", "a"]], gaps="zero", bandwidth=6).estimate("x")
    assert (mine.value, mine.std_error) == pytest.approx((peer.value, peer.std_error), rel=1e-10)


def test_days_and_numbers_are_dates_too(frame):
    days = frame.set_axis(pd.bdate_range("2020-01-01", periods=140), axis=0)
    rows = frame.reset_index(drop=True)
    first = LinearSpecification(frame["y"], frame["x"], bandwidth=3)
    for other in (days, rows):
        spec = LinearSpecification(other["y"], other["x"], bandwidth=3)
        assert spec.estimate().value == first.estimate().value
        assert spec.calendar[1] - spec.calendar[0] == 139
    assert first.calendar == (360, 499)  # months since 1970
    weeks = frame.set_axis(pd.date_range("2020-01-03", periods=140, freq="W-FRI"), axis=0)
    spec = LinearSpecification(weeks["y"], weeks["x"])
    assert spec.calendar[1] - spec.calendar[0] == 139


def plan(spec, scheme, draws=12, **more):
    return NullPlan(scheme, spec.calendar[0] - 3, spec.calendar[1] + 5, draws, SEED, **more)


@pytest.mark.parametrize("scheme", ["shift", "permutation"])
@pytest.mark.parametrize("cov", ["hac", "classical", "hc1"])
@pytest.mark.parametrize("more", [None, "instrument", "weights"])
def test_turned_samples_are_those_of_a_loop(frame, scheme, cov, more):
    """What the controls leave of the outcome, turned on the calendar, is the outcome of another specification."""
    how = {
        "cov": cov,
        "sample": ("2003-01", "2009-06"),
        **({more: frame["z" if more == "instrument" else "w"]} if more else {}),
    }
    spec = LinearSpecification(frame["y"], frame["x"], frame[["a", "b"]], **how)
    made = NullPlan(scheme, int(frame.index.asi8[10]), int(frame.index.asi8[130]), 12, SEED)
    b, z = spec.null_draws(made)
    cut = slice("2003-01", "2009-06")
    design = np.column_stack([np.ones(140), frame[["a", "b"]]])
    inside = (frame.index >= "2003-01") & (frame.index <= "2009-06")
    root = np.sqrt(frame["w"].to_numpy()) if more == "weights" else np.ones(140)
    slopes = np.linalg.lstsq((design * root[:, None])[inside], (frame["y"] * root)[inside], rcond=None)[0]
    left = (frame["y"] - design @ slopes).to_numpy()[10:131] * np.sqrt(78 / 75)
    assert sorted(made.places[:, 0]) == list(range(121))
    for draw in range(made.draws):
        outcome = frame["y"].copy()
        outcome.iloc[10:131] = left[made.places[:, draw]]
        other = LinearSpecification(outcome, frame["x"], frame[["a", "b"]], **how)
        assert (b[draw], z[draw]) == pytest.approx((other.estimate().value, other.z_score), rel=1e-8)
    assert len(frame.loc[cut]) == 78


def test_residuals_repeat_where_the_data_do_not_reach(frame):
    part = frame.iloc[30:90]
    spec = LinearSpecification(part["y"], part["x"], cov="hc0")
    first, last = spec.calendar
    made = NullPlan("shift", first - 25, last + 15, 99, SEED)  # a hundred places, of which the data have sixty
    left = np.tile((part["y"] - part["y"].mean()).to_numpy(), 3)[60 - 25 : 60 + 75] * np.sqrt(60 / 59)
    b, _ = spec.null_draws(made)
    for draw in (0, 50, 98):
        outcome = pd.Series(left[made.places[25:85, draw]], part.index)
        assert b[draw] == pytest.approx(LinearSpecification(outcome, part["x"]).estimate().value, rel=1e-9)
    with pytest.raises(SpecificationError, match="must hold the sample"):
        spec.null_draws(NullPlan("shift", first + 1, last, 9, SEED))


@pytest.mark.parametrize("cov", ["hac", "classical", "hc1"])
def test_blocks_are_those_of_a_loop_over_drawn_rows(frame, cov):
    weights = {"weights": frame["w"], "cov": cov}
    spec = LinearSpecification(frame["y"], frame["x"], frame[["a"]], lags=1, sample=("2001-01", "2009-06"), **weights)
    made = plan(spec, "blocks", length=6)
    b, z = spec.null_draws(made)
    effect = spec.estimate().value
    cut = slice("2001-01", "2009-06")
    table = pd.concat([frame[["y", "x", "a", "w"]], lagged(frame, "yxa", 1)], axis=1).loc[cut]
    table["y"] -= effect * table["x"]
    here = made.within(table.index.asi8)
    row = np.full(made.periods, -1)
    row[here] = np.arange(len(here))
    places = row[made.places]
    for draw in range(made.draws):
        rows = places[:, draw]
        drawn = table.iloc[rows[rows >= 0]].reset_index(drop=True)
        where = np.flatnonzero(rows >= 0)  # months that the sample lacks are time without a score
        drawn.index = pd.PeriodIndex.from_ordinals(where, freq="M")
        whole = drawn.reindex(pd.PeriodIndex.from_ordinals(np.arange(where[0], where[-1] + 1), freq="M"))
        keep = whole["y"].notna()
        bandwidth = {"bandwidth": 4} if cov == "hac" else {}  # ceil(0.75 * 102 ** (1 / 3))
        other = LinearSpecification(
            whole["y"], whole["x"], whole.drop(columns=["y", "x", "w"]), sample=keep, cov=cov, weights=whole["w"],
            **bandwidth,
        )  # fmt: skip
        assert (b[draw], z[draw]) == pytest.approx((other.estimate().value, other.z_score), rel=1e-7)


def test_positions_outside_of_the_calendar_are_none():
    assert NullPlan("shift", 5, 9, 2, SEED).within(np.array([4, 5, 9, 11])).tolist() == [-1, 0, 4, -1]


def test_draws_are_common_to_specifications_and_repeat(frame):
    one = LinearSpecification(frame["y"], frame["x"], frame[["a"]])
    two = LinearSpecification(2.0 * frame["y"], frame["x"], frame[["a"]])
    for scheme in ("shift", "permutation", "blocks"):
        first, again = one.null_draws(plan(one, scheme)), one.null_draws(plan(one, scheme))
        np.testing.assert_array_equal(first[0], again[0])
        assert len(np.unique(first[0])) == 12  # draws differ
        scaled = two.null_draws(plan(two, scheme))
        np.testing.assert_allclose(scaled[0], 2.0 * first[0], rtol=1e-9)
        np.testing.assert_allclose(scaled[1], first[1], rtol=1e-9)


def test_all_shifts_are_taken_once_and_no_more_can_be_had():
    places = NullPlan("shift", 0, 139, 139, SEED).places
    assert sorted(places[0]) == list(range(1, 140))
    assert ((places[1:] - places[:-1]) % 140 == 1).all()
    assert len(set(NullPlan("shift", 0, 139, 40, SEED).places[0])) == 40
    with pytest.raises(SpecificationError, match="140 periods have 139 shifts"):
        NullPlan("shift", 0, 139, 140, SEED)


def test_places_of_blocks_run_on_within_a_block():
    places = NullPlan("blocks", 0, 99, 7, SEED, 10).places.reshape(10, 10, 7)
    assert (np.diff(places, axis=1) == 1).all()
    default = NullPlan("blocks", 0, 124, 7, SEED).places.reshape(25, 5, 7)  # 125 ** (1 / 3)
    assert (np.diff(default, axis=1) == 1).all()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: NullPlan("turn", 0, 9, 5, SEED), SpecificationError),
        (lambda: NullPlan("shift", 0, 9, 5, SEED, 3), SpecificationError),
        (lambda: NullPlan("blocks", 0, 9, 5, SEED, 11), SpecificationError),
        (lambda: NullPlan("blocks", 9, 0, 5, SEED), SpecificationError),
        (lambda: NullPlan("shift", 0, 9, 5, SEED).within(np.array([2, 1])), SpecificationError),
        (lambda: NullPlan("shift", 0, 9, 5, SEED).within(np.array([1.5, 2.5])), SpecificationError),
    ],
)
def test_plans_of_nothing_are_refused(wrong, error):
    with pytest.raises(error):
        wrong()


def test_a_draw_without_enough_rows_is_no_number(frame):
    short = LinearSpecification(frame["y"], frame["x"], sample=("2005-01", "2006-02"))
    b, z = short.null_draws(NullPlan("blocks", 360, 499, 60, SEED, 5))
    assert np.isnan(b).any()
    np.testing.assert_array_equal(np.isnan(b), np.isnan(z))
    dummy = (frame.index == "2004-04").astype(float)
    spec = LinearSpecification(frame["y"], frame["x"], frame[["a"]].assign(month=dummy))
    b, _ = spec.null_draws(NullPlan("blocks", 360, 499, 60, SEED))  # some draws leave the month out
    assert np.isfinite(b).all()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda f: {"cov": "white"}, SpecificationError, "covariance"),
        (lambda f: {"cov": "hc0", "bandwidth": 3}, SpecificationError, "bandwidth belongs"),
        (lambda f: {"bandwidth": 140}, SpecificationError, "for 140 periods"),
        (lambda f: {"lags": -1}, SpecificationError, "lags"),
        (lambda f: {"level": 1.5}, SpecificationError, "level"),
        (lambda f: {"regressor": f["x"].iloc[1:]}, SpecificationError, "dates of the outcome"),
        (lambda f: {"sample": ("2010-01",)}, SpecificationError, "two dates"),
        (lambda f: {"sample": ("x", "y")}, SpecificationError, "no two dates"),
        (lambda f: {"sample": f["x"]}, SpecificationError, "True and False"),
        (lambda f: {"sample": ("1990-01", "1991-01")}, SampleTooShort, "no row is left"),
        (lambda f: {"sample": ("2001-01", "2001-08")}, SampleTooShort, "at least 13"),
        (lambda f: {"lags": 139}, SampleTooShort, "coefficients"),
        (lambda f: {"lags": 1000}, SampleTooShort, "no row"),
        (lambda f: {"regressor": f["x"] * 0.0 + 1.0}, SingularDesign, "regressor is constant"),
        (lambda f: {"regressor": f["a"]}, SingularDesign, "regressor is constant or a combination"),
        (lambda f: {"controls": f[["a"]].assign(c=f["a"] * 2.0)}, SingularDesign, "'a'"),
        (lambda f: {"controls": f[["a", "a"]]}, SchemaError, "one name"),
        (lambda f: {"outcome": f["y"].where(f["y"] < 1.0)}, SchemaError, "outcome is missing"),
        (lambda f: {"weights": f["x"]}, SchemaError, "positive"),
        (lambda f: {"controls": f[["a"]].astype(str)}, SchemaError, "numbers"),
        (lambda f: {"outcome": 2.0 * f["x"] + 1.0}, EstimationError, "without error"),
        (lambda f: {"instrument": f["a"]}, SingularDesign, "instrument"),
    ],
)
def test_nonsense_is_refused(frame, change, error, words):
    arguments = {"outcome": frame["y"], "regressor": frame["x"], "controls": frame[["a"]], **change(frame)}
    with pytest.raises(error, match=words):
        LinearSpecification(**arguments).estimate()


def test_gaps_and_instruments_of_nothing_are_refused(frame):
    holed = frame.drop(frame.index[5])
    with pytest.raises(FrequencyError):
        LinearSpecification(holed["y"], holed["x"]).estimate()
    t = np.arange(140.0)
    wave = pd.DataFrame({"x": np.sin(2 * np.pi * t / 20), "z": np.cos(2 * np.pi * t / 20)}, frame.index)
    with pytest.raises(NotIdentified):
        LinearSpecification(frame["y"], wave["x"], instrument=wave["z"]).estimate()


def test_missing_values_outside_of_the_sample_do_not_matter(frame):
    holed = frame["x"].where(frame.index >= "2001-01")
    spec = LinearSpecification(frame["y"], holed, sample=("2001-01", "2010-01"))
    assert spec.estimate() == LinearSpecification(frame["y"], frame["x"], sample=("2001-01", "2010-01")).estimate()


def test_nothing_is_computed_to_know_that_a_specification_has_null_samples(frame):
    asked = LinearSpecification(frame["y"], frame["x"])
    assert is_batched(asked)
    assert "_arrays" not in vars(asked)
    parts = {name: None for name in ("estimate", "calendar", "z_score", "null_draws")}
    assert is_batched(SimpleNamespace(**parts))
    for name in parts:
        assert not is_batched(SimpleNamespace(**{key: None for key in parts if key != name}))
