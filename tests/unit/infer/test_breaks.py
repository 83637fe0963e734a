"""Multiple breaks: brute force, the argmax distribution against simulation and Bai, coverage, size, refusals."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.infer.breaks import _quantile, _Stretch, argmax_tail, bai_perron, best_partitions, segment_ssr


def series(shifts, size=120, seed=1, noise=1.0):
    """Mean shifts by {date: new mean}."""
    mean = np.zeros(size)
    for date, value in shifts.items():
        mean[date:] = value
    values = mean + noise * np.random.default_rng(seed).standard_normal(size)
    return pd.Series(values, index=pd.period_range("2010-01", periods=size, freq="M"), name="sales")


def test_segments_and_partitions_by_brute_force():
    draws = np.random.default_rng(2).standard_normal((40, 2))
    x, y = np.column_stack([np.ones(40), draws[:, 0]]), 5.0 + draws[:, 1]
    ssr = segment_ssr(x, y, 8)

    def plain(a, b):
        return np.linalg.lstsq(x[a:b], y[a:b], rcond=None)[1][0]

    assert ssr[3, 20] == pytest.approx(plain(3, 20), rel=1e-10)
    assert np.isinf(ssr[3, 10])
    found = best_partitions(ssr, 3)
    for breaks in (1, 2, 3):
        every = [
            (sum(plain(a, b) for a, b in zip((0, *starts), (*starts, 40), strict=True)), starts)
            for starts in combinations(range(8, 33), breaks)
            if min(np.diff([0, *starts, 40])) >= 8
        ]
        assert found[breaks] == min(every)[1]


@pytest.mark.parametrize("share", [0.05, 0.025, 0.2])
def test_the_quantile_has_its_tail_to_the_last_digits(share):
    left, right = (0.7, 1.3), (0.4, 0.9)
    assert argmax_tail(_quantile(share, left, right), left, right) == pytest.approx(share, abs=1e-12)


def test_the_argmax_has_bais_quantiles():
    side = (0.5, 1.0)
    assert argmax_tail(0.0, side, side) == pytest.approx(0.5, abs=1e-9)
    # Bai (1997): 7.7 and 11.0 cover 90% and 95%
    assert argmax_tail(7.687, side, side) == pytest.approx(0.05, abs=2e-4)
    assert argmax_tail(11.033, side, side) == pytest.approx(0.025, abs=1e-4)


def test_the_argmax_of_unequal_sides_by_simulation():
    left, right = (0.5, 1.0), (1.0, 0.7)
    generator, step = np.random.default_rng(3), 0.01
    walks = [
        np.cumsum(-mu * step + sigma * np.sqrt(step) * generator.standard_normal((3000, 2000)), axis=1)
        for mu, sigma in (left, right)
    ]
    wins = walks[0].max(axis=1) > np.maximum(walks[1].max(axis=1), 0.0)
    where = (walks[0].argmax(axis=1) + 1) * step
    for x in (0.5, 2.0, 5.0):
        share = np.mean(wins & (where > x))
        assert argmax_tail(x, left, right) == pytest.approx(share, abs=0.03)


def test_two_breaks_are_found():
    found = bai_perron(series({40: 2.0, 80: -1.0}, noise=0.5), rng=1, draws=99)
    assert found.dates["date"].astype(str).tolist() == ["2013-05", "2016-09"]
    assert (found.dates["lower"] <= found.dates["date"]).all()
    assert (found.dates["date"] <= found.dates["upper"]).all()
    np.testing.assert_allclose(found.coefficients.loc["const"], [0.0, 2.0, -1.0], atol=0.3)
    assert list(found.tests.index) == ["0 | 1", "1 | 2", "2 | 3"]
    assert (found.criteria["ssr"].diff().dropna() <= 0.0).all()
    for rule in ("bic", "lwz"):
        assert len(bai_perron(series({40: 2.0, 80: -1.0}, noise=0.5), rng=1, draws=19, select=rule).dates) == 2


def test_a_slope_that_breaks():
    frame = series({}).to_frame("noise")
    flow = pd.Series(np.random.default_rng(4).standard_normal(120), index=frame.index, name="flow")
    y = frame["noise"] * 0.3 + flow * np.where(np.arange(120) < 70, 1.0, -1.0)
    found = bai_perron(y, flow, rng=1, draws=99, max_breaks=2)
    assert len(found.dates) == 1
    assert abs((found.dates["date"][0] - frame.index[70]).n) <= 1
    np.testing.assert_allclose(found.coefficients.loc["flow"], [1.0, -1.0], atol=0.15)


def test_a_noisier_regime_stretches_the_interval_away_from_it():
    """A noisy second regime lets the estimated date come late, so the true one may lie further back."""
    sold = series({100: 1.0}, 200, noise=0.5)
    sold.iloc[100:] += np.random.default_rng(5).standard_normal(100)
    found = bai_perron(sold, rng=1, draws=99, max_breaks=1).dates.iloc[0]
    assert (found["date"] - found["lower"]).n > 2 * (found["upper"] - found["date"]).n


def test_units_workers_and_seeds():
    sold = series({60: 1.0})
    one = bai_perron(sold, rng=1, draws=199)
    two = bai_perron(1000.0 * sold + 5.0, rng=1, draws=199, n_jobs=2)
    assert one.dates.equals(two.dates)
    np.testing.assert_allclose(one.tests["p_value"], two.tests["p_value"])
    other = bai_perron(sold, rng=2, draws=199)
    assert not np.array_equal(one.tests["p_value"], other.tests["p_value"]) or one.dates.equals(other.dates)
    again = bai_perron(sold, rng=1, draws=199)
    assert one.tests.equals(again.tests)


def test_no_break_is_found_about_as_often_as_the_size_says():
    counts = [len(bai_perron(series({}, 80, seed), rng=seed, draws=99, max_breaks=1).dates) for seed in range(60)]
    assert np.mean(counts) <= 0.14


def test_bad_requests_raise_their_own_error():
    sold = series({60: 1.0})
    for options in (
        {"select": "aic"}, {"trim": 0.6}, {"trim": 0}, {"max_breaks": 0}, {"level": 90}, {"rng": None}, {"size": 0.0},
    ):  # fmt: skip
        with pytest.raises(SpecificationError):
            bai_perron(sold, **{"rng": 1} | options)
    with pytest.raises(SpecificationError, match="same rows"):
        bai_perron(sold, sold.iloc[1:], rng=1)
    with pytest.raises(SampleTooShort):
        bai_perron(sold.iloc[:15], rng=1)
    with pytest.raises(SchemaError, match="constant"):
        bai_perron(sold * 0.0, rng=1)
    with pytest.raises(SchemaError):
        bai_perron(sold.where(sold > 0.0), rng=1)
    both = pd.DataFrame({"a": sold, "b": 2.0 * sold})
    with pytest.raises(SingularDesign, match="drop one"):
        bai_perron(sold + np.arange(120.0), both, rng=1)


@pytest.mark.slow
@pytest.mark.parametrize("heteroskedastic", [False, True])
def test_the_interval_covers_the_date(heteroskedastic):
    covered = []
    for seed in range(300):
        sold = series({100: 1.0}, 200, seed)
        if heteroskedastic:
            sold.iloc[100:] += 1.0 * np.random.default_rng(1000 + seed).standard_normal(100)
        found = bai_perron(sold, rng=1, draws=19, max_breaks=1, select="sequential", size=0.5)
        if len(found.dates):
            covered.append(found.dates["lower"][0] <= sold.index[100] <= found.dates["upper"][0])
    assert len(covered) > 250
    assert 0.84 <= np.mean(covered) <= 0.97


def test_blocks_of_the_bootstrap():
    sold = series({60: 0.5})
    plain, same = bai_perron(sold, rng=1, draws=99), bai_perron(sold, rng=1, draws=99, block=4)  # 0.75 * 120^(1/3) + 1
    assert plain.tests.equals(same.tests)
    stretch = _Stretch(np.ones((120, 1)), sold.to_numpy(), 18, 25)
    weights = stretch.drawn(3, np.random.default_rng(1)) / stretch.residuals[:, None]
    changes = np.flatnonzero(np.abs(np.diff(weights, axis=0)).min(axis=1) > 1e-9) + 1
    assert changes.tolist() == [25, 50, 75, 100]
    long = bai_perron(sold, rng=1, draws=99, block=40).tests
    assert long["statistic"].iloc[0] == plain.tests["statistic"].iloc[0]
    assert long["p_value"].iloc[0] != plain.tests["p_value"].iloc[0]
    for block in (0, 121, 2.5, "4"):
        with pytest.raises(SpecificationError, match="block"):
            bai_perron(sold, rng=1, block=block)


@pytest.mark.slow
@pytest.mark.parametrize(("rho", "block", "bounds"), [(0.0, None, (0.01, 0.11)), (0.5, None, (0.05, 0.21)),
                                                      (0.5, 12, (0.0, 0.11))])  # fmt: skip
def test_sizes_of_the_docstring(rho, block, bounds):
    """No break in 177 observations, nominal 5%: blocks must be long where errors are persistent."""
    rejected = []
    for seed in range(120):
        noise = np.random.default_rng(seed).standard_normal(227)
        for t in range(1, 227):
            noise[t] += rho * noise[t - 1]
        found = bai_perron(series({}, 177) * 0.0 + noise[50:], rng=seed, draws=99, max_breaks=1, block=block)
        rejected.append(found.tests["p_value"].iloc[0] <= 0.05)
    assert bounds[0] <= np.mean(rejected) <= bounds[1]


@pytest.mark.slow
def test_size_of_a_second_break():
    second = [
        bai_perron(series({88: 4.0}, 177, seed), rng=seed, draws=99, max_breaks=2).tests.loc["1 | 2", "p_value"]
        for seed in range(120)
    ]
    assert 0.01 <= np.mean(np.array(second) <= 0.05) <= 0.11
