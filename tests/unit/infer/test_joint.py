"""The joint test of many coefficients: algebra, brute force, size."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from econ.errors import FrequencyError, SampleTooShort, SingularDesign, SpecificationError, UnknownName
from econ.estimate import Unavailable
from econ.infer import joint_test, regress
from econ.projection import balance

MONTHS = pd.period_range("2000-01", periods=165, freq="M")


def sample(columns=3, size=165, seed=1):
    draws = np.random.default_rng(seed).standard_normal((size, columns + 1))
    index = pd.period_range("2000-01", periods=size, freq="M")
    frame = pd.DataFrame(draws[:, 1:], index=index, columns=[f"x{j}" for j in range(columns)])
    return pd.Series(draws[:, 0], index=index, name="z"), frame


def by_regression(y, x, tested, cov):
    fit = regress(y, x, cov=cov)
    b, v = fit.coefficients[tested].to_numpy(), fit.covariance.loc[tested, tested].to_numpy()
    return b @ np.linalg.solve(v, b) / len(tested)


@pytest.mark.parametrize("cov", ["hc0", "hc1", "hc2", "hc3"])
@pytest.mark.parametrize("reference", ["shift", "f"])
def test_the_statistic_is_the_wald_statistic_of_the_regression(cov, reference):
    y, x = sample(4)
    found = joint_test(y, x[["x0", "x1"]], controls=x[["x2", "x3"]], cov=cov, reference=reference)
    assert found["statistic"] == pytest.approx(by_regression(y, x, ["x0", "x1"], cov), rel=1e-10)


@pytest.mark.parametrize("skip", [0, 5])
def test_shifts_equal_a_plain_loop_over_regressions(skip):
    """Freedman and Lane: residuals under the null are turned, regressors and controls stay."""
    y, x = sample(3, 40)
    under = regress(y, x[["x2"]], cov="hc3").residuals
    statistics = [
        by_regression(pd.Series(np.roll(under.to_numpy(), -turn), x.index), x, ["x0", "x1"], "hc3")
        for turn in range(40 - skip)
    ]
    found = joint_test(y, x[["x0", "x1"]], controls=x["x2"], skip=skip)
    assert found["statistic"] == pytest.approx(statistics[0], rel=1e-10)
    expected = np.mean(np.array(statistics) >= statistics[0] * (1 - 1e-9))
    assert found["p_value"] == pytest.approx(expected, rel=1e-12)


def test_the_classical_f_is_that_of_statsmodels_and_newey_west_has_its_own():
    y, x = sample(4)
    theirs = sm.OLS(y.to_numpy(), sm.add_constant(x.to_numpy())).fit().f_test(np.eye(5)[1:3])
    found = joint_test(y, x[["x0", "x1"]], controls=x[["x2", "x3"]], reference="f", cov="classical")
    assert found["statistic"] == pytest.approx(float(theirs.fvalue), rel=1e-10)
    assert found["p_value"] == pytest.approx(float(theirs.pvalue), rel=1e-10)
    hac = joint_test(y, x, reference="f", cov="hac", bandwidth=4)
    assert hac["statistic"] == pytest.approx(
        float(sm.OLS(y.to_numpy(), sm.add_constant(x.to_numpy())).fit(cov_type="HAC", cov_kwds={"maxlags": 4})
              .f_test(np.eye(5)[1:]).fvalue), rel=1e-10)  # fmt: skip
    assert hac["p_value"] > stats.f.sf(hac["statistic"], 4, 160)


@pytest.mark.parametrize("reference", ["permutation", "wild"])
def test_draws_repeat_with_their_seed_and_find_what_is_there(reference):
    y, x = sample()
    options = {"reference": reference, "draws": 199}
    first, again, other = (joint_test(y, x, rng=seed, **options)["p_value"] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert joint_test(y + x["x0"], x, rng=1, **options)["p_value"] == 1.0 / 200
    assert joint_test(100.0 * y, x, rng=1, **options)["p_value"] == first


def test_what_an_instrument_moves_at_once_does_not_hide_what_leads_it():
    """Turns that set the instrument beside lags of what it moves would floor the p-value at 12 / 165."""
    generator = np.random.default_rng(3)
    z = generator.standard_normal(177)
    moved = np.zeros(177)
    for t in range(1, 177):
        moved[t] = 0.3 * moved[t - 1] + 2.0 * z[t] + generator.standard_normal()
    led = z + 0.4 * np.roll(generator.standard_normal(177), 1)
    months = pd.period_range("2000-01", periods=177, freq="M")
    frame = pd.DataFrame({f"L{j}": np.roll(moved, j) for j in range(1, 13)}, index=months).iloc[12:]
    y = pd.Series(led, index=months, name="z").iloc[12:] + 0.5 * frame["L2"]
    assert joint_test(y, frame)["p_value"] > joint_test(y, frame, skip=12)["p_value"] == pytest.approx(1 / 153)


def test_what_cannot_be_tested_says_why():
    y, x = sample(12, 60)
    none = joint_test(y, x, reference="f", cov="hac", bandwidth=20)
    assert isinstance(none["p_value"], Unavailable)
    assert none["distribution"] == "none"
    for options, error, words in (
        ({"reference": "shifts"}, SpecificationError, "did you mean 'shift'"),
        ({"cov": "cluster"}, SpecificationError, "no covariance"),
        ({"cov": "hac"}, SpecificationError, "goes with reference='f'"),
        ({"reference": "wild"}, SpecificationError, "needs rng"),
        ({"rng": 1}, SpecificationError, "draws nothing"),
        ({"draws": 199}, SpecificationError, "draws nothing"),
        ({"reference": "wild", "rng": 1, "draws": 9}, SpecificationError, "at least 99"),
        ({"skip": 40}, SpecificationError, "skip"),
        ({"reference": "f", "skip": 1}, SpecificationError, "skip"),
        ({"controls": x["x0"]}, SpecificationError, "both among"),
        ({"controls": (2.0 * x["x0"]).rename("twice")}, SingularDesign, "twice"),
    ):
        with pytest.raises(error, match=words):
            joint_test(y, x, **options)
    with pytest.raises(SampleTooShort):
        joint_test(y.iloc[:20], x.iloc[:20])
    with pytest.raises(FrequencyError):
        joint_test(y.drop(y.index[5]), x.drop(x.index[5]))
    with pytest.raises((SpecificationError, UnknownName)):
        joint_test(y, x.iloc[::-1])


def rejections(make, *, replications, size=0.05, **options):
    """Share of samples in which 12 lags of x 'predict' z, which they do not."""
    generator = np.random.default_rng(7)
    found = 0
    for seed in range(replications):
        z, x = make(generator)
        given = {**options, "rng": seed} if options.get("reference") in ("wild", "permutation") else options
        lags = pd.DataFrame({f"L{j}": x[12 - j : 177 - j] for j in range(1, 13)}, index=MONTHS)
        p_value = joint_test(pd.Series(z[12:], index=MONTHS, name="z"), lags, **given)["p_value"]
        found += isinstance(p_value, float) and p_value <= size
    return found / replications


def persistent(generator, root, size=177):
    draws = generator.standard_normal(size + 50)
    for t in range(1, size + 50):
        draws[t] += root * draws[t - 1]
    return draws[50:]


WORLDS = {
    "independent": lambda g: (g.standard_normal(177), g.standard_normal(177)),
    "persistent regressor": lambda g: (g.standard_normal(177), persistent(g, 0.6)),
    "both persistent": lambda g: (persistent(g, 0.5), persistent(g, 0.5)),
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_size_of_the_default_is_the_size_asked_for(world):
    """400 samples: three Monte Carlo errors are 3.3 points."""
    assert abs(rejections(WORLDS[world], replications=400, skip=12) - 0.05) <= 0.033


def moved_at_once(generator):
    z, x = generator.standard_t(4, 177), np.zeros(177)
    noise = generator.standard_normal(177)
    for t in range(1, 177):
        x[t] = 0.5 * x[t - 1] + 0.7 * z[t] + noise[t]
    return z, x


@pytest.mark.slow
@pytest.mark.parametrize("world", [*WORLDS, "moved at once"])
def test_the_sizes_of_the_docstring(world):
    """1,000 samples: three Monte Carlo errors are 2.1 points; the analytic F with HC3 serves independent errors.

    Where y moves x at once the lags are no given regressors, and the default may be off by a further point.
    """
    make = WORLDS.get(world, moved_at_once)
    assert abs(rejections(make, replications=1000, skip=12) - 0.05) <= (0.031 if world == "moved at once" else 0.021)
    alone = rejections(make, replications=1000, reference="f")
    assert (alone <= 0.075) == (world != "both persistent")
    assert rejections(make, replications=1000, reference="f", cov="hac") <= 0.05


def test_balance_holds_its_size_where_the_instrument_moves_the_flow():
    """The test of an instrument by lags of a flow that it moves in the same month."""
    generator, count = np.random.default_rng(11), 0
    months = pd.period_range("2000-01", periods=177, freq="M")
    for _ in range(300):
        z, x = moved_at_once(generator)
        past = pd.DataFrame({"flow": x}, index=months)
        count += balance(pd.Series(z, index=months), past, lags=12).loc["flow", "p_value"] <= 0.10
    assert abs(count / 300 - 0.10) <= 0.052


def test_a_bandwidth_that_no_covariance_reads_is_refused():
    draws = np.random.default_rng(1).standard_normal((80, 2))
    y, x = pd.Series(draws[:, 0], name="y"), pd.Series(draws[:, 1], name="x")
    for how in ({}, {"reference": "f", "cov": "hc1"}):
        with pytest.raises(SpecificationError, match="bandwidth belongs to 'hac' and 'ewc'"):
            joint_test(y, x, bandwidth=3, **how)
