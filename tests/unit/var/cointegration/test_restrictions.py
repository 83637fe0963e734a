"""Restrictions on β and α: closed forms, degrees of freedom, contradictions, size."""

import numpy as np
import pandas as pd
import pytest

from econ import errors
from econ.estimate import Unavailable
from econ.var import VECM, Cholesky, Residual
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration.estimation import sample
from econ.var.reduced.bootstrap import bootstrap_blocks


@pytest.fixture(scope="module")
def double(wide):
    return VECM(wide, 2, 2, deterministic="restricted constant").fit()


def eigenvalues(fit, columns, *, given=None):
    """Squared canonical correlations with Z1 replaced by its combinations, after ``given`` regressors more."""
    z, where = sample(fit.parent, fit.lags)
    m, n1 = where.free, where.inside
    inside = z[:, m : m + n1]
    free = z[:, :m] if given is None else np.hstack([z[:, :m], inside @ given])
    turned = np.hstack([free, inside @ columns, z[:, m + n1 :]])
    layout = where._replace(inside=columns.shape[1], free=free.shape[1])
    return kernels.canonical(kernels.data_factor(turned), layout).eigenvalues[0]


def test_the_same_restriction_on_all_vectors_is_an_eigenvalue_problem(double):
    """Johansen (1995), theorem 7.2: T Σ log((1 - λ*_i) / (1 - λ_i)), r (n1 - s) degrees of freedom."""
    spans = double.vectors({"1": {"a": 1.0, "b": 0.01}, "2": {"b": 1.0}, "3": {"c": 1.0}})
    test = double.restrict(beta=spans)
    restricted = eigenvalues(double, spans.to_numpy())
    expected = double.nobs * (np.log1p(-restricted[:2]).sum() - np.log1p(-double.eigenvalues[:2]).sum())
    assert test.statistic == pytest.approx(expected, rel=1e-7)
    assert test.df == 2 * (5 - 3)
    assert test.row["distribution"] == "chi2(4)"
    assert "lie in the span" in test.row["null"]
    np.testing.assert_allclose(test.restricted.beta.loc[["d", "const"]], 0.0, atol=1e-12)


def test_known_vectors_are_regressors(double):
    """Johansen (1995), theorem 7.3: |S00.b| Π (1 - λ_i) of the problem given b'y_{t-1}, with r - s vectors free."""
    known = double.vectors({"k": {"a": 1.0, "b": -0.005}})
    test = double.restrict(known=known)
    z, where = sample(double.parent, double.lags)
    b = known.to_numpy()
    rest = np.linalg.qr(b, mode="complete")[0][:, 1:]
    left = eigenvalues(double, rest, given=b)
    factor = kernels.data_factor(z)
    s00, s01, s11 = (each[0] for each in kernels.moments(factor, where))
    shrunk = s00 - s01 @ b @ np.linalg.solve(b.T @ s11 @ b, b.T @ s01.T)
    fall = np.linalg.slogdet(shrunk)[1] + np.log1p(-left[0]) - np.linalg.slogdet(s00)[1]
    expected = double.nobs * (fall - np.log1p(-double.eigenvalues[:2]).sum())
    assert test.statistic == pytest.approx(expected, rel=1e-6)
    assert test.df == 5 - 2
    np.testing.assert_allclose(test.restricted.beta["ec1"], known["k"])
    assert test.row["null"] == "['k'] are cointegrating vectors"


def test_weak_exogeneity_of_one_vector_is_a_partial_system(fit):
    """With one vector: the conditional model of the others given the exogenous variable, and its marginal model."""
    test = fit.restrict(exogenous="yield")
    assert test.df == 1
    assert test.restricted.alpha.loc["yield"].tolist() == [0.0]
    assert test.row["null"] == "yield weakly exogenous"
    z, where = sample(fit.parent, fit.lags)
    m, n1 = where.free, where.inside
    change = z[:, m + n1 :]
    given = np.hstack([z[:, :m], change[:, 2:]])
    layout = where._replace(free=m + 1, n=2)
    left = kernels.canonical(kernels.data_factor(np.hstack([given, z[:, m : m + n1], change[:, :2]])), layout)
    whole = eigenvalues(fit, np.eye(3))
    restricted = np.log1p(-left.eigenvalues[0, 0])
    assert test.statistic == pytest.approx(fit.nobs * (restricted - np.log1p(-whole[0])), rel=1e-6)
    errors_of_alpha = test.restricted.alpha_std_errors
    assert errors_of_alpha.loc["yield"].tolist() == [0.0]
    assert isinstance(test.restricted.beta_std_errors.loc["china", "ec1"], Unavailable)


def test_restrictions_of_each_vector_and_their_degrees_of_freedom(double):
    first = double.vectors({"1": {"a": 1.0}, "2": {"c": 1.0}, "3": {"d": 1.0}, "4": {"const": 1.0}})
    second = double.vectors({"1": {"b": 1.0}, "2": {"c": 1.0}, "3": {"const": 1.0}})
    test = double.restrict(beta=[first, second])
    assert test.df == 1  # (5 - 4) + (5 - 3) less the r (r - 1) = 2 that only normalise
    assert test.restricted.beta.loc["b", "ec1"] == 0.0
    assert test.restricted.beta.loc[["a", "d"], "ec2"].tolist() == [0.0, 0.0]
    assert test.restricted.beta.loc["a", "ec1"] == test.restricted.beta.loc["b", "ec2"] == 1.0
    assert test.restricted.loglik <= double.loglik
    assert test.restricted.to_var().coefficients == double.to_var().coefficients - 1
    both = double.restrict(beta=[first, second], exogenous="d")
    assert both.df == 3
    assert both.statistic >= test.statistic
    same = double.restrict(beta=[second, second])
    assert same.statistic == pytest.approx(double.restrict(beta=second).statistic, rel=1e-6)
    assert same.df == double.restrict(beta=second).df


def test_units_do_not_matter(wide):
    scale = np.array([10.0, 0.01, 3.0, 1.0])
    one, other = VECM(wide, 2, 2).fit(), VECM(wide * scale, 2, 2).fit()
    for arguments in ({"exogenous": ["c"]}, {"beta": ("a", "b", "c")}):
        tests = [
            fit.restrict(
                **{k: fit.vectors({n: {n: 1.0} for n in v}) if k == "beta" else v for k, v in arguments.items()}
            )
            for fit in (one, other)
        ]
        assert tests[0].statistic == pytest.approx(tests[1].statistic, rel=1e-6)


def test_a_restricted_vecm_is_a_var_whose_draws_keep_the_restrictions(fit):
    known = fit.vectors({"k": {"china": 1.0, "japan": -0.5, "yield": 0.5}})
    free = fit.restrict(known=known).restricted
    both = fit.restrict(known=known, exogenous="yield").restricted
    for held in (free, both):
        var = held.to_var()
        (draws,) = bootstrap_blocks(var, Residual(draws=6), lambda made: made, rng=1)
        pi = draws.lag_blocks.sum(axis=1) - np.eye(3)
        np.testing.assert_allclose(pi[:, :, 1], -0.5 * pi[:, :, 0], atol=1e-10)
        np.testing.assert_allclose(pi[:, :, 2], 0.5 * pi[:, :, 0], atol=1e-10)
        if held is both:
            np.testing.assert_allclose(pi[:, 2], 0.0, atol=1e-10)
        sample_of_one = pd.DataFrame(draws.paths[0], index=fit.data.frame.index, columns=list(fit.variables))
        again = VECM(sample_of_one, 2, 1).fit()
        known_there = again.vectors({"k": {"china": 1.0, "japan": -0.5, "yield": 0.5}})
        exogenous = "yield" if held is both else None
        alone = again.restrict(known=known_there, exogenous=exogenous).restricted.to_var()
        np.testing.assert_allclose(draws.coefficients[0], alone.params, atol=1e-7)
        np.testing.assert_allclose(draws.sigma[0], alone.sigma_u, rtol=1e-7)
    irf = both.identify(Cholesky("yield", "china", "japan")).irf(8, Residual(draws=20), rng=1)
    assert irf.draws.shape == (20, 9, 3, 3)
    with pytest.raises(errors.SpecificationError, match="inner"):
        both.identify(Cholesky("yield", "china", "japan")).irf(2, Residual(draws=2), rng=1, inner=2)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, errors.SpecificationError, "restrict nothing"),
        ({"exogenous": ["a", "b", "c"]}, errors.Contradiction, "2 cointegrating vectors need as many"),
        ({"exogenous": "z"}, errors.UnknownName, "no variable 'z'"),
        ({"known": ["a", "b", "c"]}, errors.Contradiction, "3 vectors are known, but the rank is 2"),
        ({"beta": ["a"]}, errors.Contradiction, "no 2 independent"),
        ({"beta": [["a"], ["a"]]}, errors.Contradiction, "no 2 independent"),
        ({"beta": [["a"], ["const"]]}, errors.Contradiction, "no 2 independent"),
        ({"beta": [["a", "b"]]}, errors.SpecificationError, "one for each of 2"),
        ({"beta": ["a", "b", "c", "d", "const"]}, errors.SpecificationError, "restrict nothing"),
        ({"beta": ["a", "b"], "known": ["a"]}, errors.SpecificationError, "not both"),
    ],
)
def test_contradictions_are_refused(double, arguments, error, words):
    def table(names):
        return double.vectors({name: {name: 1.0} for name in names})

    made = dict(arguments)
    for key in ("beta", "known"):
        if key in made:
            given = made[key]
            made[key] = [table(each) for each in given] if isinstance(given[0], list) else table(given)
    with pytest.raises(error, match=words):
        double.restrict(**made)


def test_tables_with_other_rows_are_refused(double):
    spans = double.vectors({"1": {"a": 1.0}, "2": {"b": 1.0}, "3": {"c": 1.0}})
    with pytest.raises(errors.SpecificationError, match="missing rows are \\['const'\\]"):
        double.restrict(beta=spans.drop("const"))
    with pytest.raises(errors.UnknownName, match="no row of beta 'e'"):
        double.restrict(beta=spans.rename(index={"d": "e"}))
    with pytest.raises(errors.Contradiction, match="linearly dependent"):
        double.restrict(beta=spans.assign(again=spans["1"]))
    with pytest.raises(errors.UnknownName):
        double.vectors({"1": {"e": 1.0}})
    with pytest.raises(errors.SpecificationError, match="coefficient"):
        double.vectors({"1": {"a": np.nan}})
    with pytest.raises(errors.SpecificationError, match="no vector"):
        double.vectors({})
    with pytest.raises(errors.SpecificationError, match="restricted already"):
        double.restrict(exogenous="d").restricted.restrict(exogenous="c")


@pytest.mark.slow
@pytest.mark.parametrize("periods", [100, 400])
def test_size_of_the_likelihood_ratio_tests(periods):
    """300 samples of three variables, rank 1, two lags, true restrictions."""
    from econ.testing import simulated_var

    gamma = np.array([[0.2, 0.0, 0.1], [0.1, 0.3, 0.0], [0.0, -0.1, 0.2]])
    pi = np.array([[-0.3], [0.2], [0.0]]) @ np.array([[1.0, -0.5, 0.5]])
    lags, impact = np.stack([np.eye(3) + pi + gamma, -gamma]), np.array([[1.0, 0, 0], [0.4, 0.8, 0], [-0.5, 0.3, 1.2]])
    rejected = np.zeros(3)
    for seed in range(300):
        fit = VECM(simulated_var(periods, rng=seed, lags=lags, impact=impact, names=list("abc")), 2, 1).fit()
        spans = fit.vectors({"1": {"a": 1.0, "b": -0.5}, "2": {"c": 1.0}})
        known = fit.vectors({"k": {"a": 1.0, "b": -0.5, "c": 0.5}})
        tests = fit.restrict(beta=spans), fit.restrict(known=known), fit.restrict(exogenous="c")
        rejected += [test.p_value < 0.05 for test in tests]
    print(periods, rejected / 300)
    assert (rejected / 300 <= (0.17 if periods == 100 else 0.095)).all()
    assert (rejected / 300 >= 0.02).all()
