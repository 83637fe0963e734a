"""Every result gives its numbers as a tidy frame: one observation a row, named levels, plain numbers."""

import numpy as np
import pandas as pd
import pytest
from pandas.api.types import is_numeric_dtype
from surface.instances import instances

from econ import Estimate, Unavailable
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet
from econ.tables.shown import Shown
from econ.tables.tidy import of_fields, tidied

FEW = {"MixedFrequencyResults"}
"""Instances with too few draws for a summary."""
COMPUTED = {
    "VARResults", "IRF", "VECMResults", "BayesianVARResults", "SupplyDemandResults", "KernelVARResults", "Nowcast",
    "RobustBounds", "ProjectionResults", "PanelResults", "PathResults", "DiDResults", "GranularElasticities",
    "EventStudyResults", "PooledEvents", "OperationResults", "Reaction", "ReducedForm", "Regression", "Instrumental",
    "FactorAugmentedResults", "TimeVaryingVARResults", "VaryingStructural", "by SignRestrictions",
}  # fmt: skip
"""Results whose intervals are computed when they are asked for."""


@pytest.fixture(scope="module")
def results():
    return {name: value for name, value in instances().items() if isinstance(value, Shown) and name not in FEW}


def test_every_result_has_a_tidy_frame(results):
    assert len(results) > 60
    for name, value in results.items():
        frame = value.to_frame()
        assert isinstance(frame, pd.DataFrame), name
        assert len(frame), name
        named = None not in frame.index.names or isinstance(frame.index, pd.RangeIndex)
        assert named, name
        assert frame.index.is_unique, name
        assert frame.columns.is_unique, name
        assert any(is_numeric_dtype(frame[each]) for each in frame.columns), name
        assert not isinstance(frame.columns, pd.MultiIndex), name
        for column in [each for each in frame.columns if frame[each].dtype == object]:
            kinds = {type(each) for each in frame[column]}
            assert not kinds & {Estimate, Unavailable, ConfidenceSet, pd.DataFrame, pd.Series, np.ndarray}, name


def test_ends_are_in_order_around_the_estimate(results):
    for name, value in results.items():
        frame = value.to_frame()
        if {"lower", "upper"} <= {*frame.columns}:
            known = frame[["lower", "upper"]].dropna()
            assert (known["lower"] <= known["upper"]).all(), name
        if "std_error" in frame:
            assert not (frame["std_error"] < 0.0).any(), name


def test_intervals_follow_the_level(results):
    assert results.keys() >= COMPUTED
    for name in COMPUTED:
        narrow, wide = (results[name].to_frame(level).dropna(subset=["lower", "upper"]) for level in (0.5, 0.95))
        assert (wide["upper"] - wide["lower"]).sum() > (narrow["upper"] - narrow["lower"]).sum(), name
        assert (wide["lower"] <= narrow["lower"]).all(), name
        assert (wide["upper"] >= narrow["upper"]).all(), name


def test_a_level_that_means_nothing_is_refused(results):
    for name in ("VARResults", "IRF", "EventStudyResults"):
        with pytest.raises(SpecificationError, match="level"):
            results[name].to_frame(1.5)


def test_an_estimate_is_spread_over_columns_and_its_absence_is_missing():
    mixed = pd.Series({"a": Estimate(1.0, 0.5, 0.2, 1.8, 0.8, "bp"), "b": Unavailable("no draws"), "c": 2.0})
    frame = tidied(mixed)
    assert [*frame.columns] == ["estimate", "std_error", "lower", "upper", "level", "units"]
    assert frame.loc["a"].tolist() == [1.0, 0.5, 0.2, 1.8, 0.8, "bp"]
    assert np.isnan(frame.loc["b", "estimate"])
    assert frame.loc["c", "estimate"] == 2.0
    assert frame.index.names == ["item"]


def test_words_stay_words_and_unavailable_numbers_become_missing():
    frame = tidied(pd.DataFrame({"x": [1.0, Unavailable("none")], "word": ["p", "q"]}))
    assert frame["x"].dtype == float
    assert np.isnan(frame["x"].iloc[1])
    assert frame["word"].tolist() == ["p", "q"]


def test_a_spread_with_its_interval_is_a_standard_error(results):
    assert "std_error" in results["BayesianVARResults"].to_frame()
    assert "std" in results["Dataset"].describe()


def test_fields_give_numbers_of_estimates_tables_and_mappings(results):
    symmetry = results["Symmetry"]
    frame = of_fields(symmetry)
    assert frame.index.names == ["quantity", "item"]
    row = frame.loc[("seller", "")]
    assert (row["estimate"], row["std_error"]) == (symmetry.seller.value, symmetry.seller.std_error)
    distance = results["MinimumDistance"]
    frame = distance.to_frame()
    assert frame.loc[("weights", "daily, common"), "estimate"] == distance.weights.loc["daily", "common"]
    assert frame.loc[("estimates", "common"), "std_error"] == distance.estimates["common"].std_error


def test_paths_instruments_and_calendars_show_what_they_hold(results):
    paths = results["PathResults"]
    cell = paths.to_frame(0.8).loc[(1, "y", "x")]
    pd.testing.assert_frame_equal(cell, paths.path(1, level=0.8), check_names=False)
    table = paths.summary().to_frame()
    assert np.allclose(table["smallest"].iloc[0], paths.path(0)["point"].min())
    assert table["stability"].tolist() == paths.stability()["p_value"].tolist()
    instrument = results["GranularInstrument"]
    rows = instrument.to_frame()
    assert np.allclose(rows["contribution"].groupby("date").sum(), instrument.series)
    assert instrument.summary().to_frame().equals(instrument.diagnostics)
    assert "sample" in repr(instrument)
    assert "dates" in repr(paths)
    calendar = results["CalendarCovariance"]
    errors = calendar.summary().to_frame()["std_error"]
    assert errors.tolist() == calendar.std_errors.tolist()
    assert calendar.to_frame().loc[("daily", "monthly"), "covariance"] == calendar.covariance.loc["daily", "monthly"]
