"""Trace and maximum-eigenvalue tests, their distributions and their bootstrap."""

import numpy as np
import pandas as pd
import pytest

from econ import errors
from econ.responses.resampling import MovingBlock, Residual, Wild
from econ.var import VECM
from econ.var.cointegration.rank_distribution import CASES, critical_value, gamma_moments, p_value
from econ.var.reduced.bootstrap import bootstrap_blocks

PEER = {"none": -1, "constant": 0}


@pytest.mark.parametrize("case", PEER)
def test_statistics_are_those_of_statsmodels(wide, case):
    from statsmodels.tsa.vector_ar.vecm import coint_johansen

    peer = coint_johansen(wide.to_numpy(), PEER[case], 2)
    tests = VECM(wide, 3, deterministic=case).cointegration_tests()
    np.testing.assert_allclose(tests.eigenvalues, peer.eig, rtol=1e-8)
    np.testing.assert_allclose(tests.table["statistic"].iloc[:4], peer.lr1, rtol=1e-8)
    np.testing.assert_allclose(tests.table["statistic"].iloc[4:], peer.lr2, rtol=1e-8)


@pytest.mark.parametrize(("case", "order"), [("none", -1), ("constant", 0), ("trend", 1)])
def test_critical_values_are_those_of_mackinnon_haug_and_michelis(case, order):
    """Their response surfaces (1999) as statsmodels has them; the gamma approximation is within 1.6% at 5%."""
    from statsmodels.tsa.coint_tables import c_sja, c_sjt

    for q in range(1, 9):
        for column, size in enumerate((0.10, 0.05, 0.01)):
            for test, table in (("trace", c_sjt), ("maximum", c_sja)):
                ours = critical_value(size, test, case, q=q)
                assert ours == pytest.approx(table(q, order)[column], rel=0.016 if size > 0.01 else 0.026), (
                    test,
                    q,
                    size,
                )
                assert p_value(ours, test, case, q=q) == pytest.approx(size)


@pytest.mark.parametrize(
    ("case", "values"),
    [
        ("restricted constant", (9.16, 20.26, 35.19, 54.08, 76.97)),
        ("restricted trend", (12.52, 25.87, 42.92, 63.88, 88.80)),
    ],
)
def test_critical_values_of_restricted_terms_are_those_printed(case, values):
    """MacKinnon, Haug and Michelis (1999), Journal of Applied Econometrics 14(5): 5%, trace, one to five unit roots."""
    ours = [critical_value(0.05, "trace", case, q=q) for q in range(1, 6)]
    np.testing.assert_allclose(ours, values, rtol=0.01)


@pytest.mark.parametrize("test", ["trace", "maximum"])
@pytest.mark.parametrize("case", ["constant", "trend"])
def test_one_unit_root_with_a_free_term_is_a_chi_square(test, case):
    mean, variance = gamma_moments(test, case, 1)
    assert mean == pytest.approx(1.0, abs=6e-3)
    assert variance == pytest.approx(2.0, abs=6e-2)


def test_the_table_the_factor_and_the_sequence(wide):
    model = VECM(wide, 3, deterministic="constant")
    plain, short = model.cointegration_tests(), model.cointegration_tests(correction="reinsel-ahn")
    assert plain.factor == 1.0
    assert short.factor == pytest.approx(1.0 - 12 / 157)
    np.testing.assert_allclose(short.table["statistic"], plain.table["statistic"] * short.factor)
    logs = -157 * np.log1p(-plain.eigenvalues)
    assert plain.table.loc["maximum: rank 1", "statistic"] == pytest.approx(logs[1])
    assert plain.table.loc["trace: rank 1", "statistic"] == pytest.approx(logs[1:].sum())
    assert plain.table.loc["trace: rank 3", "null"] == "rank 3 against 4"
    assert plain.table.loc["maximum: rank 1", "null"] == "rank 1 against 2"
    probabilities = plain.table["p_value"].iloc[:4]
    assert plain.rank() == next(r for r in range(4) if probabilities.iloc[r] >= 0.05)
    assert plain.rank("maximum", size=1e-9) <= plain.rank("trace", size=0.5)
    with pytest.raises(errors.SpecificationError, match="correction"):
        model.cointegration_tests(correction="bartlett")
    with pytest.raises(errors.SpecificationError, match="rank test"):
        plain.rank("eigen")
    with pytest.raises(errors.SpecificationError, match="size"):
        plain.rank(size=1.0)


def test_bootstrapped_statistics_are_those_of_the_samples_one_by_one(levels):
    from econ.var.cointegration.estimation import reduced_rank

    model = VECM(levels, 2, deterministic="restricted constant")
    tests = model.cointegration_tests()
    null = reduced_rank(model, tests.base, 1).to_var()
    (draws,) = bootstrap_blocks(null, Residual(draws=12, unstable="keep"), lambda made: made, rng=5)
    found = []
    for path in draws.paths:
        sample = pd.DataFrame(path, index=levels.frame.index, columns=levels.frame.columns)
        again = VECM(sample, 2, deterministic="restricted constant").cointegration_tests()
        found.append(again.table.loc["trace: rank 1", "statistic"])
    table = tests.bootstrap(Residual(draws=12), rng=5)
    statistic = tests.table.loc["trace: rank 1", "statistic"]
    assert table.loc["trace: rank 1", "p_value"] == (1 + sum(each >= statistic for each in found)) / 13
    assert table.loc["trace: rank 1", "statistic"] == statistic
    assert table.loc["trace: rank 1", "unstable"] == draws.unstable
    assert table.loc["trace: rank 1", "distribution"] == "residual bootstrap, 12 draws"
    assert 0.0 < table.loc["trace: rank 1", "root"] < 1.0


def test_bootstraps_repeat_whatever_the_workers_and_know_their_kinds(levels):
    tests = VECM(levels, 2).cointegration_tests()
    one = tests.bootstrap(Wild(draws=150), rng=1)
    pd.testing.assert_frame_equal(one, tests.bootstrap(Wild(draws=150), rng=1, n_jobs=2))
    assert one["p_value"].iloc[0] == 1 / 151
    assert one["p_value"].iloc[1] > 0.02
    far = VECM(levels.frame + 1e7, 2).cointegration_tests().bootstrap(Wild(draws=150), rng=1)
    assert far["p_value"].tolist() == one["p_value"].tolist()
    corrected = VECM(levels, 2).cointegration_tests("reinsel-ahn").bootstrap(Wild(draws=150), rng=1)
    assert corrected["p_value"].tolist() == one["p_value"].tolist()
    assert one["p_value"].tolist() != tests.bootstrap(Residual(draws=150), rng=1)["p_value"].tolist()
    with pytest.raises(errors.SpecificationError, match="no autocorrelation"):
        tests.bootstrap(MovingBlock(draws=9), rng=1)
    with pytest.raises(errors.SpecificationError, match="rng"):
        tests.bootstrap(Residual(draws=9))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_limits_of_the_five_cases_are_simulated(case):
    """Johansen (1995), chapter 15: 4,000 random walks of 400 periods, three unit roots; p-values are near uniform.

    With free terms the data must have the drift, or the quadratic trend, that the case allows.
    """
    from econ.var.cointegration import _kernels as kernels

    generator, periods, q, draws = np.random.default_rng(7), 400, 3, 4000
    t = np.arange(1.0, periods + 1.0)
    model = {
        "none": (0, 0),
        "restricted constant": (1, 1),
        "constant": (1, 0),
        "restricted trend": (2, 1),
        "trend": (2, 0),
    }
    terms_count, inside = model[case]
    terms = np.column_stack([np.ones(periods), t + 1.0])[:, :terms_count]
    restricted = np.zeros(terms_count, dtype=bool)
    restricted[terms_count - inside :] = inside > 0
    where = kernels.layout(q, 1, restricted)
    rejected = {"trace": 0, "maximum": 0}
    for _ in range(draws // 500):
        paths = np.concatenate(
            [np.zeros((500, 1, q)), generator.standard_normal((500, periods, q)).cumsum(axis=1)], axis=1
        )
        if case in ("constant", "trend"):
            paths[:, 1:, 0] += 1.0 * t if case == "constant" else 0.05 * t**2
        values = kernels.canonical(kernels.sample_factor(paths, terms, where), where).eigenvalues
        logs = -periods * np.log1p(-values)
        rejected["trace"] += int((logs.sum(axis=1) > critical_value(0.05, "trace", case, q=q)).sum())
        rejected["maximum"] += int((logs[:, 0] > critical_value(0.05, "maximum", case, q=q)).sum())
    for test, count in rejected.items():
        assert 0.035 < count / draws < 0.07, (test, count / draws)


@pytest.mark.slow
def test_size_of_the_rank_tests_in_short_samples(draw):
    """120 samples of 80 periods, true rank 1: the limit rejects too often, the factor and the bootstraps hardly."""
    names = ("asymptotic", "reinsel-ahn", "residual", "wild")
    rejected = dict.fromkeys(names, 0)
    for seed in range(120):
        tests = VECM(draw(80, seed), 2).cointegration_tests()
        row = "trace: rank 1"
        short = VECM(draw(80, seed), 2).cointegration_tests("reinsel-ahn")
        rejected["asymptotic"] += tests.table.loc[row, "p_value"] < 0.05
        rejected["reinsel-ahn"] += short.table.loc[row, "p_value"] < 0.05
        rejected["residual"] += tests.bootstrap(Residual(draws=99), rng=seed).loc[row, "p_value"] <= 0.05
        rejected["wild"] += tests.bootstrap(Wild(draws=99), rng=seed).loc[row, "p_value"] <= 0.05
    shares = {name: count / 120 for name, count in rejected.items()}
    print(shares)
    assert 0.015 <= shares["residual"] <= 0.095
    assert 0.015 <= shares["wild"] <= 0.095
    assert shares["reinsel-ahn"] <= shares["asymptotic"]
