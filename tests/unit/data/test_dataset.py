"""Dataset: what it accepts, what it refuses, and what it keeps."""

import re

import numpy as np
import pandas as pd
import pytest

from econ import load
from econ.data.dataset import Dataset, complete_frame
from econ.errors import FrequencyError, SchemaError, SeriesNotFound, SpecificationError

MONTHS = pd.period_range("2020-01", periods=24, freq="M")


def table(**columns):
    return pd.DataFrame(columns, index=MONTHS)


def noise(seed=0):
    return np.random.default_rng(seed).standard_normal(len(MONTHS))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_models_refuse_values_that_are_not_finite_and_name_column_and_date(bad):
    values = noise()
    values[5] = bad
    with pytest.raises(SchemaError, match=r"'y'.*2020-06"):
        complete_frame(table(x=noise(1), y=values))


def test_models_refuse_a_constant_column():
    with pytest.raises(SchemaError, match=r"'y' is constant.*2020-01"):
        complete_frame(table(x=noise(), y=np.full(24, 2.0)))


def test_duplicated_unordered_and_missing_dates_each_have_their_error():
    frame = table(y=noise())
    with pytest.raises(SchemaError, match="2020-03 stands twice"):
        Dataset.from_frame(pd.concat([frame.iloc[:3], frame.iloc[2:]]))
    with pytest.raises(SchemaError, match="2021-12 stands before 2021-11"):
        Dataset.from_frame(frame.iloc[::-1])
    with pytest.raises(FrequencyError, match="jump from 2020-02 to 2020-04"):
        Dataset.from_frame(frame.drop(index=MONTHS[2]))


def test_text_columns_and_empty_tables_are_refused():
    with pytest.raises(SchemaError, match="must hold numbers"):
        Dataset.from_frame(table(y=["a"] * 24))
    with pytest.raises(SchemaError, match="no rows"):
        Dataset.from_frame(table(y=noise()).iloc[:0])
    with pytest.raises(SchemaError, match="no columns"):
        Dataset.from_frame(pd.DataFrame(index=MONTHS))
    with pytest.raises(SchemaError, match="stands twice"):
        Dataset.from_frame(pd.DataFrame(np.ones((24, 2)), index=MONTHS, columns=["y", "y"]))


def raw_table(dates):
    """Months as a file gives them: the date a column among the others."""
    return pd.DataFrame({"date": dates, "y": noise()})


@pytest.mark.parametrize(
    ("dates", "remedy"),
    [
        (MONTHS.astype(str), "frame.set_index(pd.to_datetime(frame.pop('date')))"),
        (MONTHS.to_timestamp(), "frame.set_index('date')"),
    ],
    ids=["text", "dates"],
)
def test_the_remedy_for_a_date_column_is_one_that_works(dates, remedy):
    frame = raw_table(dates)
    with pytest.raises(SchemaError, match=re.escape(f"dates belong into the index: {remedy}.")):
        Dataset.from_frame(frame)
    assert Dataset.from_frame(frame.set_index(pd.to_datetime(frame.pop("date")))).frequency == "M"


@pytest.mark.parametrize("cells", [["1.5", "n/a"], ["low", "high"], [None, None]], ids=["numbers", "words", "nothing"])
def test_a_text_column_without_dates_is_not_taken_for_dates(cells):
    with pytest.raises(SchemaError, match=r"turn it into numbers with pd\.to_numeric, or drop it"):
        Dataset.from_frame(table(y=pd.Series(cells * 12, index=MONTHS, dtype=object)))


def test_an_index_of_text_says_how_to_read_its_dates():
    frame = raw_table(MONTHS.astype(str)).set_index("date")
    with pytest.raises(SchemaError, match=r"such as '2020-01'; frame.set_axis\(pd.to_datetime\(frame.index\)\)"):
        Dataset.from_frame(frame)
    assert Dataset.from_frame(frame.set_axis(pd.to_datetime(frame.index))).frequency == "M"
    with pytest.raises(SchemaError, match=r"0, 1, 2, ...; found \w+; frame"):
        Dataset.from_frame(frame.iloc[:0])


@pytest.mark.parametrize("path", ["own.csv", "/tmp/own", "folder\\own"])
def test_load_says_who_reads_files(path):
    with pytest.raises(SeriesNotFound, match=r"names of econ.catalogue.*pd.read_csv.*econ.load_result\(path\)"):
        load(path)


@pytest.mark.parametrize(
    ("frequency", "code"), [("ME", "M"), ("MS", "M"), ("BME", "M"), ("QE", "Q"), ("YE", "Y"), ("W", "W"), ("B", "D")]
)
def test_regular_timestamps_become_periods_and_days_stay_days(frequency, code):
    frame = pd.DataFrame({"y": noise()}, index=pd.date_range("2020-01-01", periods=24, freq=frequency))
    assert Dataset.from_frame(frame).frequency == code


def test_a_time_of_day_is_refused_and_plain_numbers_are_taken():
    late = pd.date_range("2020-01-01 16:00", periods=24, freq="B")
    with pytest.raises(FrequencyError, match="time of day"):
        Dataset.from_frame(pd.DataFrame({"y": noise()}, index=late))
    assert Dataset.from_frame(pd.DataFrame({"y": noise()})).frequency == "U"


def test_the_callers_frame_is_never_changed_and_units_travel():
    frame = table(y=[4.0 + i for i in range(24)])
    before = frame.copy()
    data = Dataset.from_frame(frame, units={"y": "percent"})
    moved = data.convert(y="basis points").transform(y="diff").sample("2020-02", "2020-06")
    pd.testing.assert_frame_equal(frame, before)
    assert moved.frame["y"].tolist() == [100.0] * 5
    assert moved.variables["y"].units == "basis points"
    assert moved.variables["y"].transform == "diff"
    assert moved.parent.parent.parent is data


def test_transforms_agree_with_their_definitions():
    data = Dataset.from_frame(table(y=np.exp(noise())))
    y = data.frame["y"]
    assert np.allclose(data.transform(y="log_diff").frame["y"].iloc[1:], np.diff(np.log(y)))
    assert np.allclose(data.transform(y="cumulate").frame["y"], np.cumsum(y))
    z = data.transform(y="standardise").frame["y"]
    assert abs(z.mean()) < 1e-12
    assert abs(z.std() - 1) < 1e-12


def test_requests_that_make_no_sense_say_what_to_do():
    data = Dataset.from_frame(table(yield_10y=noise()))
    with pytest.raises(SeriesNotFound, match="did you mean 'yield_10y'"):
        data.select("yield_10")
    with pytest.raises(SpecificationError, match="log of 'yield_10y'"):
        data.transform(yield_10y="log")
    with pytest.raises(SpecificationError, match="no transform"):
        data.transform(yield_10y="dif")
    with pytest.raises(SpecificationError, match="the data span 2020-01 to 2021-12"):
        data.sample("1990-01", "1991-01")
    with pytest.raises(SpecificationError, match="no factor"):
        data.convert(yield_10y="usd_bn")
    with pytest.raises(SeriesNotFound):
        Dataset.from_frame(table(y=noise()), units={"z": "percent"})


def test_complete_trims_the_ends_and_refuses_a_hole():
    values = noise()
    values[[0, 23]] = np.nan
    assert len(Dataset.from_frame(table(y=values)).complete().frame) == 22
    values[10] = np.nan
    with pytest.raises(SchemaError, match="2020-11"):
        Dataset.from_frame(table(y=values)).complete()


def test_join_keeps_both_and_refuses_mixed_frequencies_and_double_names():
    left = Dataset.from_frame(table(x=noise()))
    right = Dataset.from_frame(table(y=noise(1)).iloc[3:])
    both = left.join(right)
    assert list(both.frame.columns) == ["x", "y"]
    assert both.frame["y"].isna().sum() == 3
    with pytest.raises(SchemaError, match="both tables"):
        left.join(left)
    quarters = pd.DataFrame({"q": noise()}, index=pd.period_range("2000Q1", periods=24, freq="Q"))
    with pytest.raises(FrequencyError, match="'M' and 'Q'"):
        left.join(Dataset.from_frame(quarters))
