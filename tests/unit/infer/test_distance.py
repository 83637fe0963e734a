"""Minimum distance: against generalised least squares, regression on differences, the worst correlations, and truth."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from econ.errors import NotIdentified, SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.estimate import Unavailable
from econ.infer import minimum_distance

NAMES = ["auctions", "news", "months", "wars"]
ERRORS = np.array([1.0, 1.0, 2.0, 4.0])
VALUES = pd.Series([3.0, 4.5, 1.0, 9.0], NAMES)


def equal(rho, errors=ERRORS, names=NAMES):
    """Covariance with equal correlations."""
    v = (rho + (1.0 - rho) * np.eye(len(errors))) * np.outer(errors, errors)
    return pd.DataFrame(v, names, names)


def random_covariance(seed, size=4):
    draws = np.random.default_rng(seed).standard_normal((size, 3 * size)) * np.arange(1.0, size + 1.0)[:, None]
    return pd.DataFrame(draws @ draws.T / (3 * size), NAMES[:size], NAMES[:size])


def test_two_designs_have_the_weights_of_the_textbook():
    v = equal(0.5, np.array([1.0, 3.0]), NAMES[:2])
    found = minimum_distance(VALUES[:2], v)
    first = (9.0 - 0.5 * 3.0) / (1.0 + 9.0 - 2.0 * 0.5 * 3.0)
    assert found.weights["common"].tolist() == pytest.approx([first, 1.0 - first])
    assert first > 1.0  # the noisy design is subtracted
    gap = VALUES.iloc[0] - VALUES.iloc[1]
    assert found.agreement["statistic"] == pytest.approx(gap**2 / (10.0 - 3.0))
    assert found.estimate.value == pytest.approx(first * 3.0 + (1.0 - first) * 4.5)
    assert found.estimate.std_error == pytest.approx(math.sqrt((9.0 - 0.5**2 * 9.0) / 7.0))


@pytest.mark.parametrize("seed", range(3))
def test_efficient_weights_are_generalised_least_squares(seed):
    v = random_covariance(seed)
    h = pd.DataFrame({"level": 1.0, "slope": [0.0, 1.0, 2.0, 5.0]}, NAMES)
    found = minimum_distance(VALUES, v, loadings=h)
    fit = sm.GLS(VALUES, h, sigma=v.to_numpy()).fit()
    assert {name: each.value for name, each in found.estimates.items()} == pytest.approx(fit.params.to_dict())
    np.testing.assert_allclose(found.covariance, fit.normalized_cov_params, rtol=1e-10)
    assert found.agreement["statistic"] == pytest.approx(float(fit.scale * fit.df_resid))
    assert found.agreement["p_value"] == pytest.approx(stats.chi2.sf(fit.scale * fit.df_resid, 2))
    np.testing.assert_allclose(found.residuals, fit.resid, rtol=1e-9)
    np.testing.assert_allclose(found.weights.T.to_numpy() @ h.to_numpy(), np.eye(2), atol=1e-12)
    assert found.estimates["slope"].interval == pytest.approx(
        (
            fit.params["slope"] + np.array([-1.0, 1.0]) * stats.norm.ppf(0.95) * math.sqrt(found.covariance.iloc[1, 1])
        ).tolist()
    )


@pytest.mark.parametrize("weight", ["equal", "diagonal", "given"])
def test_other_weights_have_the_sandwich_and_the_same_test_of_agreement(weight):
    v = random_covariance(5)
    w = {"equal": np.eye(4), "diagonal": np.diag(1.0 / np.diag(v)), "given": np.diag([4.0, 3.0, 2.0, 1.0]) + 0.5}[
        weight
    ]
    found = minimum_distance(VALUES, v, weight=pd.DataFrame(w, NAMES, NAMES) if weight == "given" else weight)
    one = np.ones(4)
    x = w @ one / (one @ w @ one)
    assert found.estimate.value == pytest.approx(x @ VALUES)
    assert found.estimate.std_error == pytest.approx(math.sqrt(x @ v.to_numpy() @ x))
    np.testing.assert_allclose(found.weights["common"], x)
    residual = VALUES.to_numpy() - x @ VALUES.to_numpy()
    turn = np.eye(4) - np.outer(one, x)  # Newey's statistic with a generalised inverse
    j = residual @ np.linalg.pinv(turn @ v.to_numpy() @ turn.T, rcond=1e-10) @ residual
    assert found.agreement["statistic"] == pytest.approx(j, rel=1e-8)
    assert j == pytest.approx(minimum_distance(VALUES, v).agreement["statistic"], rel=1e-8)


def test_the_inverse_covariance_as_a_given_weight_is_the_efficient_one():
    v = random_covariance(6)
    given = minimum_distance(VALUES, v, weight=pd.DataFrame(np.linalg.inv(v), NAMES, NAMES))
    assert given.estimate.value == pytest.approx(minimum_distance(VALUES, v).estimate.value)
    assert given.estimate.std_error == pytest.approx(minimum_distance(VALUES, v).estimate.std_error)


def test_an_estimated_covariance_makes_it_regression_on_the_differences_of_the_designs():
    rows = np.random.default_rng(3).standard_normal((25, 4)) @ np.linalg.cholesky(equal(0.4)).T + 1.0
    t = pd.Series(rows.mean(axis=0), NAMES)
    v = pd.DataFrame(np.cov(rows.T) / 25.0, NAMES, NAMES)
    found = minimum_distance(t, v, df=24.0, level=0.9)
    apart = rows[:, 1:] - rows[:, :1]
    fit = sm.OLS(rows[:, 0], sm.add_constant(apart)).fit()
    assert found.estimate.value == pytest.approx(fit.params[0])
    assert found.estimate.std_error == pytest.approx(fit.bse[0])
    assert found.estimate.interval == pytest.approx(tuple(fit.conf_int(0.1)[0]))
    assert found.covariance.iloc[0, 0] == pytest.approx(fit.bse[0] ** 2)
    j = found.agreement["statistic"]
    assert found.agreement["p_value"] == pytest.approx(stats.f.sf(j * 22.0 / (24.0 * 3.0), 3, 22))
    alone = sm.OLS(apart[:, 2], sm.add_constant(apart[:, :2])).fit()  # does the last fit the others?
    assert found.without.loc[("wars", "common"), "fits"] == pytest.approx(alone.pvalues[0])
    assert found.without.loc[("wars", "common"), "std_error"] == pytest.approx(
        sm.OLS(rows[:, 0], sm.add_constant(apart[:, :2])).fit().bse[0]
    )


def test_leaving_a_design_out_is_estimating_without_it():
    v = random_covariance(7)
    found = minimum_distance(VALUES, v)
    for name in NAMES:
        rest = [each for each in NAMES if each != name]
        alone = minimum_distance(VALUES[rest], v.loc[rest, rest])
        row = found.without.loc[(name, "common")]
        assert row["value"] == pytest.approx(alone.estimate.value)
        assert row["std_error"] == pytest.approx(alone.estimate.std_error)
        assert row["agreement"] == pytest.approx(alone.agreement["p_value"])
        rise = found.agreement["statistic"] - alone.agreement["statistic"]
        variance = alone.estimate.std_error**2 - found.estimate.std_error**2
        assert row["change"] ** 2 / variance == pytest.approx(rise)  # Hausman
        assert row["fits"] == pytest.approx(stats.chi2.sf(rise, 1))


def test_what_the_others_do_not_say_is_unavailable():
    h = pd.DataFrame({"a": [1.0, 1.0, 1.0, 0.0], "b": [0.0, 0.0, 0.0, 1.0]}, NAMES)
    found = minimum_distance(VALUES, equal(0.0), loadings=h)
    assert isinstance(found.without.loc[("wars", "b"), "value"], Unavailable)
    assert found.without.loc[("news", "b"), "value"] == pytest.approx(9.0)
    just = minimum_distance(
        VALUES[:2], equal(0.0).iloc[:2, :2], loadings=pd.DataFrame(np.eye(2), NAMES[:2], list("ab"))
    )
    assert isinstance(just.agreement["statistic"], Unavailable)
    assert just.estimates["b"].value == pytest.approx(4.5)
    with pytest.raises(SpecificationError, match="2 parameters"):
        just.estimate  # noqa: B018


def test_the_worst_case_is_the_worst_and_is_attained():
    generator = np.random.default_rng(1)
    found = minimum_distance(VALUES, equal(0.3), weight="equal", dependence="worst case")
    x = found.weights["common"].to_numpy()
    assert found.estimate.std_error == pytest.approx(np.abs(x) @ ERRORS)
    for _ in range(200):
        draws = generator.standard_normal((4, 6))
        rho = np.corrcoef(draws)
        assert math.sqrt(x @ (rho * np.outer(ERRORS, ERRORS)) @ x) <= found.estimate.std_error + 1e-12
    signs = np.sign(x)
    worst = np.outer(signs * ERRORS, signs * ERRORS)
    assert math.sqrt(x @ worst @ x) == pytest.approx(found.estimate.std_error)
    h = pd.DataFrame({"a": 1.0, "b": [0.0, 1.0, 2.0, 5.0]}, NAMES)
    two = minimum_distance(VALUES, equal(0.3), weight="equal", loadings=h, dependence="worst case")
    assert (two.weights < 0.0).any().all()
    for name in "ab":
        assert two.estimates[name].std_error == pytest.approx(np.abs(two.weights[name].to_numpy()) @ ERRORS)
    assert isinstance(found.covariance, Unavailable)
    assert found.estimate.value == minimum_distance(VALUES, equal(0.0), weight="equal").estimate.value
    other = minimum_distance(VALUES, equal(-0.2), weight="equal", dependence="worst case")  # covariances are not read
    assert other.estimate == found.estimate


def test_the_best_worst_case_picks_designs():
    found = minimum_distance(VALUES, equal(0.0, np.array([2.0, 1.5, 3.0, 4.0])), dependence="worst case")
    assert found.weights["common"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert found.estimate.std_error == 1.5
    h = pd.DataFrame({"a": [1.0, 1.0, 0.0, 0.3], "b": [0.0, 1.0, 2.0, -1.0]}, NAMES)
    errors = np.array([0.1, 0.2, 0.05, 0.4])
    found = minimum_distance(VALUES, equal(0.0, errors), loadings=h, dependence="worst case")
    for j, name in enumerate("ab"):  # a linear programme has its best point in a corner: two designs alone
        corners = []
        for pair in itertools.combinations(range(4), 2):
            part = h.to_numpy()[list(pair)]
            if abs(np.linalg.det(part)) > 1e-9:
                corners.append(np.abs(np.linalg.inv(part)[j]) @ errors[list(pair)])
        assert found.estimates[name].std_error == pytest.approx(min(corners), rel=1e-7)
    np.testing.assert_allclose(found.weights.T.to_numpy() @ h.to_numpy(), np.eye(2), atol=1e-9)


def test_agreement_in_the_worst_case_is_bonferroni():
    found = minimum_distance(VALUES, equal(0.0), weight="equal", dependence="worst case")
    turn = np.eye(4) - 0.25
    ratio = np.abs(turn @ VALUES.to_numpy()) / (np.abs(turn) @ ERRORS)
    assert found.agreement["statistic"] == pytest.approx(ratio.max())
    assert found.agreement["p_value"] == pytest.approx(min(1.0, 8.0 * stats.norm.sf(ratio.max())))
    rest = VALUES.to_numpy()[1:].mean()
    own = abs(VALUES.iloc[0] - rest) / (1.0 + ERRORS[1:].mean())
    assert found.without.loc[("auctions", "common"), "fits"] == pytest.approx(2.0 * stats.norm.sf(own))


@pytest.mark.parametrize("options", [{}, {"df": 12.0}, {"weight": "diagonal"}, {"dependence": "worst case"}])
def test_units_and_order_do_not_matter(options):
    v = random_covariance(8)
    found = minimum_distance(VALUES, v, **options)
    turned = ["months", "auctions", "wars", "news"]
    other = minimum_distance(VALUES[turned], v, **options)
    assert other.estimate.value == pytest.approx(found.estimate.value)
    assert other.estimate.std_error == pytest.approx(found.estimate.std_error)
    assert other.agreement["statistic"] == pytest.approx(found.agreement["statistic"])
    pd.testing.assert_frame_equal(other.weights.loc[NAMES], found.weights)
    small = minimum_distance(1e-6 * VALUES, 1e-12 * v, **options)
    assert small.estimate.value == pytest.approx(1e-6 * found.estimate.value)
    assert small.estimate.std_error == pytest.approx(1e-6 * found.estimate.std_error)
    assert small.agreement["p_value"] == pytest.approx(found.agreement["p_value"])
    np.testing.assert_allclose(small.weights, found.weights, rtol=1e-8)


@pytest.mark.parametrize("weight", ["efficient", "diagonal"])
def test_a_design_without_information_changes_nothing(weight):
    v, values = equal(0.4), VALUES.copy()
    values["noise"] = 1e9
    noisy = v.copy()
    noisy.loc["noise", "noise"] = 1e18
    found, more = (minimum_distance(t, c, weight=weight) for t, c in ((VALUES, v), (values, noisy.fillna(0.0))))
    assert more.estimate.value == pytest.approx(found.estimate.value, rel=1e-6)
    assert more.estimate.std_error == pytest.approx(found.estimate.std_error, rel=1e-6)
    assert abs(more.weights.loc["noise", "common"]) < 1e-15
    assert more.agreement["distribution"] == "chi2(4)"


def test_one_design_twice_is_refused_by_name():
    v = equal(0.3)
    v.loc["again"] = v.loc["news"]
    v["again"] = v["news"].to_numpy().tolist()
    values = VALUES.copy()
    values["again"] = 4.5
    with pytest.raises(SingularDesign, match="'news' and 'again' are one design"):
        minimum_distance(values, v)
    assert minimum_distance(values, v, dependence="worst case").estimate.std_error == 1.0
    draws = np.random.default_rng(1).standard_normal((3, 5))
    mixed = np.vstack([draws, draws.sum(axis=0)])
    with pytest.raises(SingularDesign, match="a combination of 'auctions', 'news', 'months', 'wars' has no error"):
        minimum_distance(VALUES, pd.DataFrame(mixed @ mixed.T, NAMES, NAMES))


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"estimates": VALUES.rename({"news": "olds"})}, SpecificationError, "must have the designs"),
        ({"estimates": VALUES.where(VALUES < 9.0)}, SchemaError, "nan"),
        ({"covariance": -equal(0.0)}, SpecificationError, "variances must be above 0"),
        ({"covariance": equal(1.4)}, SpecificationError, "negative eigenvalue"),
        ({"covariance": equal(0.0) + np.triu(np.ones((4, 4)), 1)}, SpecificationError, "symmetric"),
        ({"covariance": equal(0.0).iloc[:3]}, SpecificationError, "must have the designs"),
        ({"loadings": pd.DataFrame({"a": 1.0, "b": 2.0}, NAMES)}, SingularDesign, "rank 1"),
        ({"loadings": pd.DataFrame({"a": 0.0}, NAMES)}, SingularDesign, "zero throughout"),
        ({"loadings": pd.DataFrame({"a": 1.0}, NAMES[:3])}, SpecificationError, "one row for each"),
        ({"loadings": pd.DataFrame(np.eye(4, 5), NAMES, list("abcde"))}, NotIdentified, "5 parameters"),
        ({"weight": "optimal"}, SpecificationError, "no weight 'optimal'"),
        ({"weight": pd.DataFrame(-np.eye(4), NAMES, NAMES)}, SpecificationError, "no least value"),
        ({"weight": pd.DataFrame(np.zeros((4, 4)), NAMES, NAMES)}, NotIdentified, "does not move the distance"),
        ({"dependence": "independent"}, SpecificationError, "no dependence 'independent'"),
        ({"df": 4.0}, SampleTooShort, "4 degrees of freedom"),
        ({"df": -1.0}, SpecificationError, "above 0"),
        ({"level": 1.5}, SpecificationError, "coverage"),
    ],
)
def test_what_makes_no_sense_is_refused(change, error, said):
    arguments = {"estimates": VALUES, "covariance": equal(0.2), **change}
    with pytest.raises(error, match=said):
        minimum_distance(**arguments)


@pytest.mark.slow
@pytest.mark.parametrize("n", [12, 60])
def test_coverage_and_size_are_exact_where_the_covariance_is_estimated_and_independence_is_wrong(n):
    generator = np.random.default_rng(n)
    root = np.linalg.cholesky(equal(0.8))
    count, z = 800, stats.norm.ppf(0.95)
    hits = {"exact": 0, "naive": 0, "independent": 0, "worst case": 0, "J": 0, "fits": 0}
    for _ in range(count):
        t = pd.Series(root @ generator.standard_normal(4), NAMES)
        rows = generator.standard_normal((n, 4)) @ root.T
        v = pd.DataFrame(rows.T @ rows / n, NAMES, NAMES)
        found = minimum_distance(t, v, df=float(n))
        hits["exact"] += found.estimate.lower <= 0.0 <= found.estimate.upper
        plain = minimum_distance(t, v).estimate
        hits["naive"] += plain.lower <= 0.0 <= plain.upper
        alone = minimum_distance(t, pd.DataFrame(np.diag(np.diag(v)), NAMES, NAMES)).estimate
        hits["independent"] += abs(alone.value) <= z * alone.std_error
        worst = minimum_distance(t, v, weight="diagonal", dependence="worst case", df=float(n)).estimate
        hits["worst case"] += worst.lower <= 0.0 <= worst.upper
        hits["J"] += found.agreement["p_value"] < 0.05
        hits["fits"] += found.without.loc[("news", "common"), "fits"] < 0.05
    shares = {name: value / count for name, value in hits.items()}
    assert shares["exact"] == pytest.approx(0.90, abs=4 * math.sqrt(0.09 / count))
    assert shares["J"] == pytest.approx(0.05, abs=4 * math.sqrt(0.0475 / count))
    assert shares["fits"] == pytest.approx(0.05, abs=4 * math.sqrt(0.0475 / count))
    assert shares["independent"] < 0.72
    assert shares["worst case"] > 0.89
    assert shares["naive"] < (0.80 if n == 12 else 0.895)
