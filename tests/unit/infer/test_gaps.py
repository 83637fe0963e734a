"""Newey-West with missing months: only pairs that are truly j months apart count at lag j."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import FrequencyError, SchemaError, SpecificationError
from econ.infer import bai_perron, regress


def sample(drop):
    rng = np.random.default_rng(5)
    dates = pd.period_range("2000-01", periods=80, freq="M")
    x = pd.Series(rng.standard_normal(80), index=dates, name="x")
    y = (1 + 2 * x + rng.standard_normal(80)).rename("y")
    keep = np.ones(80, bool)
    keep[drop] = False
    return y[keep], x[keep]


def test_covariance_equals_the_double_sum_over_true_distances():
    y, x = sample([10, 11, 12, 40])
    fit = regress(y, x, cov="hac", bandwidth=4, gaps="zero")
    design = np.column_stack([np.ones(len(x)), x])
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    scores = design * (y - design @ beta).to_numpy()[:, None]
    months = x.index.asi8
    meat = np.zeros((2, 2))
    for i in range(len(x)):
        for j in range(len(x)):
            distance = abs(months[i] - months[j])
            if distance <= 4:
                meat += (1 - distance / 5) * np.outer(scores[i], scores[j])
    bread = np.linalg.inv(design.T @ design)
    assert np.allclose(fit.covariance, bread @ meat @ bread, rtol=1e-10)
    assert fit.nobs == 76


def test_without_gaps_both_ways_agree_and_with_gaps_the_default_refuses():
    y, x = sample([])
    one, other = regress(y, x, bandwidth=4), regress(y, x, bandwidth=4, gaps="zero")
    assert np.allclose(one.covariance, other.covariance, rtol=1e-12)
    y, x = sample([10])
    with pytest.raises(FrequencyError):
        regress(y, x, bandwidth=4)
    with pytest.raises(SpecificationError, match="gaps"):
        regress(y, x, cov="hc1", gaps="zero")


def stamped(series, how="start"):
    return series.set_axis(series.index.to_timestamp(how=how).normalize())


@pytest.mark.parametrize(
    "call", [lambda y, x: regress(y, x, bandwidth=4), lambda y, x: bai_perron(y, x, draws=9, rng=1)]
)
def test_monthly_timestamps_have_the_gaps_that_months_have(call):
    whole, holed = sample([]), sample(list(range(24, 36)))
    for how in ("start", "end"):
        call(*(stamped(each, how) for each in whole))
        with pytest.raises(FrequencyError, match="dates jump from 2001-12 to 2003-01"):
            call(*(stamped(each, how) for each in holed))
    both = [stamped(each) for each in whole]
    for rows in (np.r_[1, 0, 2:80], np.r_[0, 0, 1:80]):
        with pytest.raises(SchemaError, match=r"not in order|stands twice"):
            call(*(each.iloc[rows] for each in both))


def test_gaps_of_timestamps_are_counted_in_months():
    months, stamps = sample([10, 11, 12, 40]), [stamped(each) for each in sample([10, 11, 12, 40])]
    expected = regress(*months, cov="hac", bandwidth=4, gaps="zero")
    found = regress(*stamps, cov="hac", bandwidth=4, gaps="zero")
    np.testing.assert_array_equal(found.covariance, expected.covariance)
    assert found.residuals.index.equals(stamps[0].index)
