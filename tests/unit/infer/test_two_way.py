"""Two-way clusters: another program, special cases, what must not matter, coverage."""

import numpy as np
import pytest
import statsmodels.api as sm
from linearmodels.iv.covariance import ClusteredCovariance
from scipy import stats
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

from econ.errors import EconWarning, SchemaError, SpecificationError
from econ.infer import cluster, two_way_cluster, white


def simulated(rng, units=15, periods=20):
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)

    def both():
        parts = rng.standard_normal(units)[unit] + rng.standard_normal(periods)[period]
        return parts + rng.standard_normal(units * periods)

    x = np.column_stack([np.ones(units * periods), both()])
    y = both()
    return x, y, y - x @ np.linalg.lstsq(x, y, rcond=None)[0], unit, period


@pytest.fixture(scope="module")
def sample():
    return simulated(np.random.default_rng(1))


def test_it_is_that_of_statsmodels(sample):
    x, y, u, unit, period = sample
    wanted = cov_cluster_2groups(sm.OLS(y, x).fit(), unit, period)[0]
    np.testing.assert_allclose(two_way_cluster(x, u, groups=unit, others=period), wanted, rtol=1e-10, atol=1e-14)


def test_it_is_that_of_linearmodels_up_to_the_factors(sample):
    x, y, u, unit, period = sample
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    cells = unit * 100 + period
    ours = 0.0
    for sign, codes in ((1.0, unit), (1.0, period), (-1.0, cells)):
        groups = len(np.unique(codes))
        factor = groups / (groups - 1) * (len(y) - 1) / (len(y) - 2)
        own = ClusteredCovariance(x, y[:, None], x, b[:, None], clusters=codes[:, None], debiased=False)
        ours = ours + sign * factor * own.cov
    np.testing.assert_allclose(two_way_cluster(x, u, groups=unit, others=period), ours, rtol=1e-10, atol=1e-14)


def test_groups_of_one_kind_twice_are_one_way_and_single_rows_are_none(sample):
    x, _, u, unit, period = sample
    one = cluster(x, u, groups=unit)
    np.testing.assert_allclose(two_way_cluster(x, u, groups=unit, others=unit), one, rtol=1e-12)
    rows = np.arange(len(u))
    np.testing.assert_allclose(two_way_cluster(x, u, groups=unit, others=rows), one, rtol=1e-12)
    np.testing.assert_allclose(two_way_cluster(x, u, groups=rows, others=rows), white(x, u, kind="hc1"), rtol=1e-12)
    turned = two_way_cluster(x, u, groups=period, others=unit)
    np.testing.assert_allclose(turned, two_way_cluster(x, u, groups=unit, others=period), rtol=1e-12)
    names = np.array([f"u{99 - number}" for number in unit])
    order = np.random.default_rng(2).permutation(len(u))
    shuffled = two_way_cluster(x[order], u[order], groups=names[order], others=period[order])
    np.testing.assert_allclose(shuffled, turned, rtol=1e-10)


def test_negative_eigenvalues_are_set_to_zero_and_said():
    x = np.ones((4, 1))
    u = np.array([1.0, -1.0, -1.0, 1.0])  # sums are zero in every row and column of the table
    with pytest.warns(EconWarning, match="1 negative eigenvalues of 1"):
        found = two_way_cluster(x, u, groups=[0, 0, 1, 1], others=[0, 1, 0, 1])
    np.testing.assert_array_equal(found, [[0.0]])
    rng = np.random.default_rng(5)
    x, u = np.column_stack([np.ones(12), rng.standard_normal((12, 4))]), rng.standard_normal(12)
    u = u - x @ np.linalg.lstsq(x, u, rcond=None)[0]
    with pytest.warns(EconWarning, match="negative eigenvalues of 5"):
        found = two_way_cluster(x * [1, 1, 1e3, 1, 1], u, groups=np.arange(12) // 4, others=np.arange(12) % 3)
    with pytest.warns(EconWarning):
        same = two_way_cluster(x, u, groups=np.arange(12) // 4, others=np.arange(12) % 3)
    assert np.linalg.eigvalsh(same).min() > -1e-12
    np.testing.assert_allclose(found[2] * [1, 1, 1e3, 1, 1] * 1e3, same[2], rtol=1e-8)


def test_one_group_is_none(sample):
    x, _, u, unit, _ = sample
    for groups, others in ((unit * 0, unit), (unit, unit * 0), (unit[1:], unit)):
        with pytest.raises(SpecificationError, match="group"):
            two_way_cluster(x, u, groups=groups, others=others)


@pytest.mark.parametrize("labels", [np.array([np.nan, *np.ones(4), *np.zeros(7)]), np.array([None, *"aabbccddeef"])])
def test_a_row_without_a_label_is_no_group_of_its_own(labels):
    x, u = np.ones((12, 1)), np.tile([1.0, -1.0], 6)
    for ask in (
        lambda: two_way_cluster(x, u, groups=labels, others=np.arange(12) % 3),
        lambda: cluster(x, u, groups=labels),
    ):
        with pytest.raises(SchemaError, match="row 0 has none"):
            ask()


@pytest.mark.slow
def test_intervals_cover_where_one_way_ones_do_not():
    rng, covered = np.random.default_rng(3), []
    for _ in range(1000):
        x, y, u, unit, period = simulated(rng, 30, 30)
        slope = np.linalg.lstsq(x, y, rcond=None)[0][1]
        both, one = two_way_cluster(x, u, groups=unit, others=period)[1, 1], cluster(x, u, groups=unit)[1, 1]
        covered.append(abs(slope) <= stats.t.ppf(0.95, 29) * np.sqrt([both, one]))
    two_way, one_way = np.mean(covered, axis=0)
    assert 0.84 < two_way < 0.93
    assert one_way < 0.80
