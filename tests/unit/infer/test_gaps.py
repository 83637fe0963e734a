"""Newey-West with missing months: only pairs that are truly j months apart count at lag j."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import FrequencyError, SpecificationError
from econ.infer import regress


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
