"""What a user does on the first day: what cannot serve is refused with a cure, what can serve works."""

import numpy as np
import pandas as pd
import pytest

from econ import Cholesky, Dataset, LocalProjection, MovingBlock, Proxy, border
from econ.errors import EconError, FrequencyError, SchemaError, SpecificationError
from econ.infer import regress
from econ.var import VAR


@pytest.fixture(scope="module")
def table():
    index = pd.period_range("1990-01", periods=200, freq="M")
    return pd.DataFrame(np.random.default_rng(0).standard_normal((200, 2)), columns=["x", "y"], index=index)


@pytest.fixture(scope="module")
def svar(table):
    return VAR(table, lags=1).fit().identify(Cholesky("x", "y"))


@pytest.mark.parametrize("names", [[None, "y"], [1, "1"], [0, 1], ["", "y"], [("a", "b"), "y"]])
@pytest.mark.parametrize(
    "enter",
    [
        Dataset.from_frame,
        lambda frame: VAR(frame, lags=1),
        lambda frame: LocalProjection(frame, frame.columns[0], frame.columns[1], lags=1),
        lambda frame: regress(frame.iloc[:, 0], frame.iloc[:, [1]]) if frame.columns[1] != "y" else VAR(frame, lags=1),
    ],
    ids=["Dataset", "VAR", "LocalProjection", "regress"],
)
def test_columns_have_names_of_letters(table, names, enter):
    frame = table.copy()
    frame.columns = pd.Index(names, tupleize_cols=False)
    with pytest.raises((SchemaError, SpecificationError)):
        enter(frame)


@pytest.mark.parametrize("name", ["const", "trend", "initial", "deterministic", "other", "L1.x", "L12.y"])
def test_names_of_coefficients_and_components_are_taken(table, name):
    with pytest.raises(SchemaError, match="rename it"):
        VAR(table.set_axis([name, "y"], axis=1), lags=1)
    with pytest.raises(SchemaError, match="rename it"):
        VAR(table, lags=1, exog=table[["x"]].set_axis([name], axis=1))


def test_a_hole_in_a_sum_stays_a_hole(table):
    holed = table.copy()
    holed.iloc[5, 0] = np.nan
    found = Dataset.from_frame(holed).transform(x="cumulate").frame["x"]
    assert found.iloc[:5].notna().all()
    assert found.iloc[5:].isna().all()


def test_true_and_false_are_numbers_in_a_regression(table):
    flags = table[["x"]] > 0.0
    found, expected = regress(table["y"], flags), regress(table["y"], flags.astype(float))
    pd.testing.assert_series_equal(found.coefficients, expected.coefficients)


def test_groups_with_dates_are_matched_by_date(table):
    groups = pd.Series(np.arange(200) // 4, index=table.index)
    expected = regress(table["y"], table[["x"]], cov="cluster", groups=groups)
    for other in (groups.iloc[::-1], groups.sample(frac=1.0, random_state=1)):
        found = regress(table["y"], table[["x"]], cov="cluster", groups=other)
        pd.testing.assert_frame_equal(found.covariance, expected.covariance)
    with pytest.raises(SchemaError, match="groups has no row for"):
        regress(table["y"], table[["x"]], cov="cluster", groups=groups.set_axis(groups.index + 1))


@pytest.mark.parametrize("bootstrap", [199, MovingBlock, "block", lambda: None])
def test_what_is_no_bootstrap_is_refused(svar, bootstrap):
    with pytest.raises(SpecificationError, match=r"such as MovingBlock\(draws=999\)"):
        svar.irf(4, bootstrap, 1)
    with pytest.raises(SpecificationError, match=r"such as MovingBlock\(draws=999\)"):
        svar.parent.bootstrap(bootstrap, rng=1)


def test_one_inner_sample_has_no_standard_deviation(svar):
    with pytest.raises(SpecificationError, match="inner must be 0 or at least 2"):
        svar.irf(2, MovingBlock(draws=20), rng=1, inner=1)


def test_two_instruments_of_one_name_are_refused(svar):
    dates = svar.parent.residuals.index
    z = pd.DataFrame(np.random.default_rng(1).standard_normal((len(dates), 2)), index=dates, columns=["z", "z"])
    with pytest.raises(SchemaError, match="two instruments are called 'z'"):
        svar.parent.identify(Proxy(z, shock="x", normalise="x"))


def test_dates_that_cannot_serve_say_what_to_do(table):
    days = pd.bdate_range("2000-01-03", periods=200, tz="UTC")
    with pytest.raises(FrequencyError, match=r"tz_localize\(None\)"):
        Dataset.from_frame(table.set_axis(days, axis=0))
    pairs = pd.MultiIndex.from_product([["a", "b"], range(100)])
    with pytest.raises(SchemaError, match="PanelProjection"):
        VAR(table.set_axis(pairs, axis=0), lags=1)
    for call in (
        lambda: Dataset.from_frame(table).sample("2020-13"),
        lambda: VAR(table.set_axis(table.index.astype(str), axis=0), lags=1),
        lambda: LocalProjection(table, "y", "x", state=table["x"] > 0),
    ):
        with pytest.raises(EconError):
            call()


@pytest.mark.parametrize("number", [1e101, -1e101])
@pytest.mark.parametrize("rest", [0.0, np.nan, np.inf, 1e99])
def test_a_number_too_large_is_found_whatever_stands_beside_it(number, rest):
    for values in (
        np.array([rest, number]),
        pd.Series([rest, number]),
        pd.DataFrame({"x": [rest, 1.0], "y": [1.0, number]}),
    ):
        with pytest.raises(SpecificationError, match="above 1e"):
            border._check_size("values", values)


def test_large_numbers_that_are_small_enough_pass_and_so_do_holes():
    for values in ([1e100, -1e100, 1e99], [np.nan, 1e100], [np.inf, -np.inf, 1.0], []):
        border._check_size("values", np.array(values))
        border._check_size("values", pd.DataFrame({"x": values, "y": values}))


def test_what_passed_once_is_asked_for_its_size_again_and_another_kind_is_refused():
    def taken(share, draws=1, rows=(), table=None):
        return share

    words = {"share": "float", "draws": "int", "rows": "Sequence[int]", "table": "pd.DataFrame | None"}
    taken.__annotations__ = words
    taken = border.checked(taken)

    good = pd.DataFrame({"x": [1.0, 2.0]})
    for _ in range(2):
        assert taken(0.5, 3, [1, 2], good) == 0.5
    for wrong, words in (
        ({"share": 1e200}, "sums overflow"),
        ({"share": "0.5"}, "share must be a number"),
        ({"share": 0.5, "draws": border.MOST + 1}, "at most"),
        ({"share": 0.5, "draws": True}, "draws must be an integer"),
        ({"share": 0.5, "rows": [1, "2"]}, "rows must be"),
        ({"share": 0.5, "table": good * 1e200}, "sums overflow"),
        ({"share": 0.5, "table": good["x"]}, "table must be"),
    ):
        with pytest.raises(SpecificationError, match=words):
            taken(**wrong)


@pytest.mark.parametrize("size", [10, 20_000])
def test_a_large_number_is_found_beside_columns_of_other_kinds(size):
    table = pd.DataFrame({"word": ["a"] * size, "x": np.r_[np.ones(size - 1), 1e200], "n": np.arange(size)})
    with pytest.raises(SpecificationError, match="holds 1e\\+200"):
        border._check_size("table", table)
    border._check_size("table", table.iloc[:-1])
