"""Sign, zero, narrative and ratio restrictions: what is drawn, with what weights, and what is refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.linalg import null_space

from econ.data import Dataset
from econ.errors import NoAdmissibleDraw, NotConverged, SampleTooShort, SchemaError, SpecificationError
from econ.testing import simulated_var
from econ.var import (
    VAR,
    BayesianVAR,
    Minnesota,
    MovingBlock,
    ShockContribution,
    ShockSign,
    SignRestrictions,
)
from econ.var.sets import rotations as rotations_module
from econ.var.sets._set_kernels import complete_columns, effective_size, rotation_columns, systematic_rows
from econ.var.sets.candidates import ReducedForms
from econ.var.sets.narrative import NarrativeCheck
from econ.var.sets.rotations import RotationSampler
from econ.var.sets.set_identified import median_target

NAMES = ("china", "japan", "yield")
SIGNS = {"sale": {"china": "-", "yield": ("+", range(0, 3))}, "flight": {"japan": "+", "yield": "-"}}


@pytest.fixture(scope="module")
def identified(fit):
    return fit.identify(SignRestrictions(SIGNS, draws=300), rng=1)


def rotations(svar):
    return np.linalg.solve(svar.reduced_draws.factor, svar.draws)


def test_rotations_are_orthonormal(identified):
    q = rotations(identified)
    np.testing.assert_allclose(np.swapaxes(q, 1, 2) @ q, np.broadcast_to(np.eye(2), (300, 2, 2)), atol=1e-12)
    assert identified.draws.shape == (300, 3, 2)


def test_signs_hold_in_every_draw(identified):
    path = identified.irf(4).draws
    assert (path[:, 0, 0, 0] < 0).all()
    assert (path[:, :3, 2, 0] > 0).all()
    assert (path[:, 0, 1, 1] > 0).all()
    assert (path[:, 0, 2, 1] < 0).all()
    assert (path[:, 4, 2, 0] < 0).any()
    assert (path[:, 0, 1, 0] < 0).any()
    assert (path[:, 0, 1, 0] > 0).any()


def test_long_run_signs_and_lists_of_horizons(fit):
    scheme = SignRestrictions({"s": {"yield": [("+", "long-run"), ("+", (2, 4))], "china": ("-", 1)}}, draws=100)
    svar = fit.identify(scheme, rng=1)
    gap = np.eye(3) - svar.reduced_draws.lag_blocks.sum(axis=1)
    assert (np.linalg.solve(gap, svar.draws)[:, 2, 0] > 0).all()
    path = svar.irf(4).draws
    assert (path[:, [2, 4], 2, 0] > 0).all()
    assert (path[:, 1, 0, 0] < 0).all()


def test_unrestricted_rotations_are_haar(fit):
    """Columns are uniform on the sphere: squares are Beta(1/2, (n - 1) / 2); turning all of them changes nothing."""
    q = rotations(fit.identify(SignRestrictions({"a": {}, "b": {}, "c": {}}, draws=4000), rng=1))
    beta = stats.beta(0.5, 1.0).cdf
    for i in range(3):
        for j in range(3):
            assert stats.kstest(q[:, i, j] ** 2, beta).pvalue > 1e-4
            assert abs((q[:, i, j] > 0).mean() - 0.5) < 0.04
    turn = stats.ortho_group(3, seed=1).rvs()
    moved = turn @ q
    peer = stats.ortho_group(3, seed=2).rvs(4000)
    for i, j in ((0, 0), (2, 1), (1, 2)):
        assert stats.ks_2samp(moved[:, i, j], peer[:, i, j]).pvalue > 1e-4
    assert stats.ks_2samp(q[:, 0, 0] * q[:, 1, 1], peer[:, 0, 0] * peer[:, 1, 1]).pvalue > 1e-4
    assert abs((np.linalg.det(q) > 0).mean() - 0.5) < 0.04


def test_accepted_rotations_are_those_of_plain_rejection(fit):
    """Turning columns to their admissible side must not change the distribution."""
    scheme = SignRestrictions(SIGNS, draws=3000, reduced_form="point")
    found = fit.identify(scheme, rng=1).draws
    factor = fit.as_draws.factor[0]
    candidates = factor @ stats.ortho_group(3, seed=1).rvs(120000)
    lag = fit.lag_blocks
    first = lag[0] @ candidates
    second = lag[0] @ first + lag[1] @ candidates
    keep = (candidates[:, 0, 0] < 0) & (candidates[:, 1, 1] > 0) & (candidates[:, 2, 1] < 0)
    for response in (candidates, first, second):
        keep &= response[:, 2, 0] > 0
    peer = candidates[keep][:, :, :2]
    assert len(peer) > 2000
    for i in range(3):
        for j in range(2):
            assert stats.ks_2samp(found[:, i, j], peer[:, i, j]).pvalue > 1e-4


def test_acceptance_counts_every_candidate(fit):
    """Turned to its side, a column with one sign on impact is always admissible."""
    assert fit.identify(SignRestrictions({"s": {"china": "+"}}, draws=50), rng=1).acceptance == 1.0
    scheme = SignRestrictions({"s": {"china": "+"}, "t": {"japan": "+", "yield": "-"}}, draws=100)
    svar = fit.identify(scheme, rng=1)
    assert svar.admissible > 100
    assert svar.acceptance == pytest.approx(1.0 - svar.failures["failed"].max() / svar.tried, abs=0.01)


def test_posterior_draws_are_weighted_by_their_chance_of_acceptance(fit):
    """(Σ, Q) are drawn jointly: plain rejection of independent posterior draws gives the same law."""
    scheme = SignRestrictions({"s": {"china": "-", "yield": "+", "japan": "-"}}, draws=3000)
    found = fit.identify(scheme, rng=1).reduced_draws.sigma
    generator = np.random.default_rng(5)
    scale = fit.sigma_u.to_numpy() * fit.df_resid
    sigma = stats.invwishart(df=fit.df_resid, scale=scale).rvs(40000, random_state=generator)
    column = generator.standard_normal((40000, 3))
    column /= np.linalg.norm(column, axis=1, keepdims=True)
    response = np.einsum("bij,bj->bi", np.linalg.cholesky(sigma), column)
    keep = (response[:, 0] < 0) & (response[:, 1] < 0) & (response[:, 2] > 0)
    for i, j in ((0, 0), (0, 2), (1, 2)):
        assert stats.ks_2samp(found[:, i, j], sigma[keep][:, i, j]).pvalue > 1e-4


def test_zeros_are_exact_on_impact_later_and_in_the_long_run(fit):
    zeros = {"sale": {"japan": [0, 2]}, "flight": {"china": "long-run"}}
    scheme = SignRestrictions({"sale": {"china": "-"}, "flight": {"yield": "-"}}, zeros, draws=200)
    svar = fit.identify(scheme, rng=1)
    path = svar.irf(2).draws
    assert np.abs(path[:, 0, 1, 0]).max() < 1e-12
    assert np.abs(path[:, 2, 1, 0]).max() < 1e-12
    gap = np.eye(3) - svar.reduced_draws.lag_blocks.sum(axis=1)
    assert np.abs(np.linalg.solve(gap, svar.draws)[:, 0, 1]).max() < 1e-12
    assert (svar.draws[:, 0, 0] < 0).all()
    q = rotations(svar)
    np.testing.assert_allclose(np.swapaxes(q, 1, 2) @ q, np.broadcast_to(np.eye(2), (200, 2, 2)), atol=1e-12)


def test_enough_zeros_give_the_cholesky_factor(fit):
    zeros = {"c": {"china": 0, "japan": 0}, "b": {"china": 0}, "a": {}}
    scheme = SignRestrictions({"a": {"china": "+"}, "b": {"japan": "+"}, "c": {"yield": "+"}}, zeros, draws=50)
    svar = fit.identify(scheme, rng=1)
    order = [svar.shock_names.index(name) for name in "abc"]
    np.testing.assert_allclose(svar.draws[:, :, order], svar.reduced_draws.factor, atol=1e-12)


ZERO_CASES = {
    "impact": {"a": {"x": 0, "y": 0}, "b": {"x": 0}},
    "one": {"a": {"x": 0}},
    "later": {"a": {"x": 0, "z": 1}, "b": {"y": 2}},
    "long-run": {"a": {"x": "long-run"}, "b": {"y": 0}},
}


@pytest.mark.parametrize("told", [(), (ShockContribution("sale", "china", "1995-03"),)], ids=["signs", "narrative"])
def test_draws_that_nobody_wants_are_counted_and_change_nothing(fit, told):
    """The first of a batch are the same, whether the others are worked out or not."""
    scheme = SignRestrictions(SIGNS, narrative=told)
    restrictions, forms = scheme.single, ReducedForms(fit, "posterior")
    check = None
    if told:
        names = (*restrictions.shocks, "rest")
        check = NarrativeCheck(told, fit.residuals.index, variables=fit.variables, shocks=names)
    parts = []
    for wanted in (7, 2000):
        sampler = RotationSampler(forms, restrictions, check, tries_per_draw=10)
        counts = rotations_module._Counts()
        parts.append((*sampler._batch(2000, np.random.default_rng(1), counts, wanted), counts.table))
    few, all_of_them = parts
    assert few[1:] == all_of_them[1:] == (len(all_of_them[0][0]), all_of_them[2])
    assert len(few[0][0]) == 7 < few[1]
    for one, other in zip(few[0], all_of_them[0], strict=True):
        np.testing.assert_array_equal(one, other[:7])


@pytest.mark.parametrize("case", list(ZERO_CASES))
def test_zero_weights_are_those_of_the_definition(case):
    """|det A0|^-(2n+m+1) over the volume element of (g o f_h) on the zero manifold, by numerical derivatives."""
    lags = [[[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.4]], [[0.1, 0.0, 0.1], [0.0, 0.2, -0.1], [0.1, 0.0, 0.1]]]
    data = simulated_var(120, rng=2, lags=lags, impact=np.tril(np.ones((3, 3))), names=("x", "y", "z"))
    fit = VAR(data, lags=2, trend="n").fit()
    scheme = SignRestrictions({"a": {}, "b": {}, "c": {}}, ZERO_CASES[case], draws=6)
    sampler = RotationSampler(ReducedForms(fit, "posterior"), scheme.single, None, tries_per_draw=10)
    sampler.scale = np.ones(3)
    found = sampler(6, np.random.default_rng(1))
    cells = [
        (fit.variables.index(zero.variable), "abc".index(zero.shock), zero.horizon) for zero in scheme.single.zeros
    ]
    expected = [_log_weight(found.coefficients[d], found.factors[d] @ found.rotations[d], cells) for d in range(6)]
    np.testing.assert_allclose(np.diff(found.zero_weights), np.diff(expected), atol=2e-5)
    assert np.ptp(expected) > 0.1


def _log_weight(coefficients, impact, cells):
    n, m = 3, len(coefficients)
    structural = np.linalg.inv(impact).T
    point = np.concatenate([structural.ravel(), (coefficients @ structural).ravel()])
    base = {}

    def unpack(theta):
        a0, a_plus = theta[: n * n].reshape(n, n), theta[n * n :].reshape(m, n)
        return np.linalg.inv(a0).T, a_plus @ np.linalg.inv(a0)

    def restricted(coefs, matrix, horizon):
        blocks = [coefs[lag * n : (lag + 1) * n].T for lag in range(2)]
        if horizon == "long-run":
            return np.linalg.inv(np.eye(n) - sum(blocks)) @ matrix
        path = [matrix]
        for h in range(1, horizon + 1):
            path.append(sum(blocks[lag] @ path[h - 1 - lag] for lag in range(min(2, h))))
        return path[-1]

    def zeros(theta):
        matrix, coefs = unpack(theta)
        return np.array([restricted(coefs, matrix, h)[i, j] for i, j, h in cells])

    def mapped(theta):
        matrix, coefs = unpack(theta)
        sigma = matrix @ matrix.T
        factor = np.linalg.cholesky(sigma)
        q = np.linalg.solve(factor, matrix)
        parts = [coefs.ravel(), sigma[np.tril_indices(n)]]
        for j in range(n):
            rows = [restricted(coefs, factor, h)[i] for i, jj, h in cells if jj == j] + [q[:, k] for k in range(j)]
            rows = np.array(rows).reshape(-1, n)
            projection = np.eye(n) - np.linalg.pinv(rows) @ rows if len(rows) else np.eye(n)
            start = base.setdefault(j, null_space(rows) if len(rows) else np.eye(n))
            basis, triangle = np.linalg.qr(projection @ start)
            parts.append((basis * np.sign(np.diag(triangle))).T @ q[:, j])
        return np.concatenate(parts)

    mapped(point)

    def jacobian(function, step=1e-5):
        unit = step * np.eye(len(point))
        return np.array([(function(point + e) - function(point - e)) / (2 * step) for e in unit]).T

    tangent = null_space(jacobian(zeros))
    moved = jacobian(mapped) @ tangent
    volume = 0.5 * np.linalg.slogdet(moved.T @ moved)[1]
    return -(2 * n + m + 1) * np.linalg.slogdet(structural)[1] - volume


def test_zero_weights_do_not_depend_on_units(data):
    factor = np.array([1.0, 0.01, 100.0])
    scheme = SignRestrictions({"s": {"china": "-"}}, {"s": {"japan": 0}, "r": {"yield": 0}}, draws=100)
    first = VAR(data, lags=2).fit().identify(scheme, rng=1)
    second = VAR(Dataset.from_frame(data.frame * factor), lags=2).fit().identify(scheme, rng=1)
    assert second.effective_draws == pytest.approx(first.effective_draws, rel=1e-6)
    np.testing.assert_allclose(second.draws, first.draws * factor[:, None], rtol=1e-6, atol=1e-10)


def test_effective_size_and_resampling():
    assert effective_size(np.zeros(50)) == pytest.approx(50)
    weights = np.array([0.5, 0.25, 0.25, 1e-9])
    assert effective_size(np.log(weights)) == pytest.approx(1.0 / 0.375, rel=1e-6)
    rows = systematic_rows(np.log(weights), 0.3)
    assert rows.tolist() == [0, 0, 1, 2]


def test_collapsed_weights_are_refused(fit, monkeypatch):
    scheme = SignRestrictions({"s": {"china": "-"}}, {"s": {"japan": 0}}, draws=100)
    original = RotationSampler._zero_weights
    monkeypatch.setattr(RotationSampler, "_zero_weights", lambda self, *parts: 40.0 * original(self, *parts))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((NotConverged, UserWarning), match="after weighting"):
            fit.identify(scheme, rng=1)
    monkeypatch.setattr(RotationSampler, "_zero_weights", lambda self, *parts: 4000.0 * original(self, *parts))
    with pytest.raises(NotConverged, match="collapsed"):
        fit.identify(scheme, rng=1)


def test_short_run_long_run_signs_and_sizes_in_one_scheme(fit):
    """Zero on impact, zero in the long run, a sign path, a bounded size and a bounded ratio, over two shocks."""
    scheme = SignRestrictions(
        {"s": {"china": "+", "yield": ("-", range(0, 3))}, "t": {"japan": "+"}},
        {"s": {"japan": 0}, "t": {"yield": "long-run"}},
        elasticity={"s": {"china": (0.1, 5.0)}, "t": {("yield", "japan"): (-2.0, 2.0)}},
        draws=150,
    )
    svar = fit.identify(scheme, rng=1)
    draws, reduced = svar.draws, svar.reduced_draws
    np.testing.assert_allclose(draws[:, 1, 0], 0.0, atol=1e-10)
    gap = np.eye(3) - reduced.lag_blocks.sum(axis=1)
    np.testing.assert_allclose(np.linalg.solve(gap, draws)[:, 2, 1], 0.0, atol=1e-8)
    assert (svar.irf(2).draws[:, :, 2, 0] < 0).all()
    assert ((draws[:, 0, 0] >= 0.1) & (draws[:, 0, 0] <= 5.0)).all()
    assert (np.abs(draws[:, 2, 1] / draws[:, 1, 1]) <= 2.0).all()
    np.testing.assert_allclose(
        (draws[:, :, 0] * np.linalg.solve(reduced.sigma, draws)[:, :, 1]).sum(axis=1), 0, atol=1e-9
    )
    assert 1.0 < svar.effective_draws < 150.0


def test_bounds_on_ratios_and_sizes_hold(fit):
    elasticity = {"sale": {("yield", "china"): (-2.0, -0.5), "japan": (-0.2, 0.4)}}
    svar = fit.identify(SignRestrictions(SIGNS, elasticity=elasticity, draws=100), rng=1)
    ratio = svar.draws[:, 2, 0] / svar.draws[:, 0, 0]
    assert ratio.min() >= -2.0
    assert ratio.max() <= -0.5
    assert svar.draws[:, 1, 0].min() >= -0.2
    assert svar.draws[:, 1, 0].max() <= 0.4


def test_narrative_restrictions_hold_in_every_draw(fit):
    index = fit.residuals.index
    date, start, end = str(index[100]), str(index[60]), str(index[62])
    narrative = [
        ShockSign("sale", date, "+"),
        ShockContribution("sale", "yield", start, end, rule="largest"),
        ShockContribution("flight", "japan", date, rule="overwhelming"),
    ]
    scheme = SignRestrictions(SIGNS, narrative=narrative, draws=100)
    svar = fit.identify(scheme, rng=1)
    assert 1.0 < svar.effective_draws <= 100.0
    errors = svar.reduced_draws.residuals
    shocks = errors @ np.linalg.solve(svar.reduced_draws.sigma, svar.draws)
    assert (shocks[:, 100, 0] > 0).all()
    sizes = np.abs(svar.draws[:, 1, 1] * shocks[:, 100, 1])
    whole = errors[:, 100, 1]
    # the others sum in absolute value to at least what is left of the residual
    assert (sizes > np.abs(whole - svar.draws[:, 1, 1] * shocks[:, 100, 1]) - 1e-12).all()
    path = svar.irf(2).draws
    contribution = sum(path[:, h, 2, 0] * shocks[:, 62 - h, 0] for h in range(3))
    other = sum(path[:, h, 2, 1] * shocks[:, 62 - h, 1] for h in range(3))
    assert (np.abs(contribution) > np.abs(other)).all()


def test_narrative_weights_are_inverse_probabilities(fit):
    """One period, two shocks of variable 'yield' with loadings b: P(|b1 e1| > |b2 e2|) = 2 atan(|b1 / b2|) / pi."""
    two = VAR(fit.data.select("china", "yield"), lags=1).fit()
    check = NarrativeCheck(
        (ShockContribution("a", "yield", str(two.residuals.index[5])),),
        two.residuals.index,
        variables=two.variables,
        shocks=("a", "b"),
    )
    responses = np.array([[[[1.0, 0.2], [3.0, 1.0]]], [[[1.0, 0.2], [0.5, 1.0]]]])
    found = np.mean([np.exp(-check.log_weights(responses, np.random.default_rng(s))) for s in range(60)], axis=0)
    np.testing.assert_allclose(found, 2.0 * np.arctan([3.0, 0.5]) / np.pi, atol=0.006)
    signs = NarrativeCheck(
        (ShockSign("a", str(two.residuals.index[5])),), two.residuals.index, variables=two.variables, shocks=("a", "b")
    )
    assert (signs.log_weights(responses, np.random.default_rng(1)) == 0.0).all()


def test_a_narrative_sign_orients_a_shock_without_signs(fit):
    date = str(fit.residuals.index[40])
    svar = fit.identify(SignRestrictions({"s": {}}, narrative=[ShockSign("s", date, "-")], draws=200), rng=1)
    shocks = svar.reduced_draws.residuals[:, 40][:, None] @ np.linalg.solve(svar.reduced_draws.sigma, svar.draws)
    assert (shocks[:, 0, 0] < 0).all()
    assert svar.tried < 5000


def test_the_truth_lies_in_the_identified_set():
    impact = np.array([[1.0, 0.6], [-0.8, 1.0]])
    sample = simulated_var(3000, rng=1, impact=impact)
    scheme = SignRestrictions({"supply": {"x": "+", "y": "-"}, "demand": {"x": "+", "y": "+"}}, draws=2000)
    svar = VAR(sample, lags=1).fit().identify(scheme, rng=1)
    truth = np.stack([np.linalg.matrix_power(np.array([[0.5, 0.1], [0.2, 0.4]]), h) @ impact for h in range(6)])
    draws = svar.irf(5).draws
    assert (draws.min(axis=0) < truth).all()
    assert (truth < draws.max(axis=0)).all()


def test_two_variable_set_has_its_analytic_ends(fit):
    """With Σ fixed, (+, +) on a column (c11 cos, c21 cos + c22 sin) bounds the angle, hence the responses."""
    two = VAR(fit.data.select("china", "japan"), lags=1).fit()
    c = two.as_draws.factor[0]
    scheme = SignRestrictions({"s": {"china": "+", "japan": "+"}}, draws=5000, reduced_form="point")
    draws = two.identify(scheme, rng=1).draws[:, :, 0]
    low, high = np.arctan2(-c[1, 0], c[1, 1]), np.pi / 2
    angle = np.linspace(low, high, 20001)
    curves = c @ np.stack([np.cos(angle), np.sin(angle)])
    for i in range(2):
        assert draws[:, i].min() == pytest.approx(curves[i].min(), abs=0.01 * np.ptp(curves[i]))
        assert draws[:, i].max() == pytest.approx(curves[i].max(), abs=0.01 * np.ptp(curves[i]))
    uniform = (np.arctan2(*np.linalg.solve(c, draws.T)[::-1]) - low) / (high - low)
    assert stats.kstest(uniform, "uniform").pvalue > 1e-4


def test_the_same_rng_repeats_and_workers_do_not_matter(fit):
    zeros = {"sale": {"japan": 0}}
    narrative = [ShockContribution("sale", "yield", str(fit.residuals.index[60]))]
    first, again, other = (
        fit.identify(SignRestrictions(SIGNS, zeros, narrative, draws=250, n_jobs=jobs), rng=seed)
        for jobs, seed in ((1, 1), (2, 1), (1, 2))
    )
    np.testing.assert_array_equal(first.draws, again.draws)
    np.testing.assert_array_equal(first.reduced_draws.coefficients, again.reduced_draws.coefficients)
    pd.testing.assert_frame_equal(first.impact, again.impact)
    pd.testing.assert_frame_equal(first.failures, again.failures)
    assert not np.array_equal(first.draws, other.draws)
    plain = fit.identify(SignRestrictions(SIGNS, draws=250), rng=1)
    assert len(np.unique(plain.draws[:, 0, 0])) == 250
    assert len(np.unique(plain.reduced_draws.coefficients[:, 1, 0])) == 250


def test_what_is_shown_is_one_admissible_draw(identified):
    row = identified.target
    np.testing.assert_array_equal(identified.impact.to_numpy(), identified.draws[row])
    irf = identified.irf(12)
    np.testing.assert_allclose(irf.point, irf.draws[row], rtol=1e-12)
    assert median_target(irf.draws) == row
    distance = ((irf.draws - np.median(irf.draws, axis=0)) / irf.draws.std(axis=0)) ** 2
    assert distance.sum(axis=(1, 2, 3)).argmin() == row
    reduced = identified.reduced_draws
    residuals = reduced.residuals[row] @ np.linalg.solve(reduced.sigma[row], identified.draws[row])
    np.testing.assert_allclose(identified.shocks, residuals, rtol=1e-10)
    assert identified.shock_names == ("sale", "flight")


def test_decompositions_add_up_in_every_draw(identified, data):
    shares = identified.fevd_draws(6)
    assert shares.shape == (300, 6, 3, 3)
    np.testing.assert_allclose(shares.sum(axis=3), 1.0, rtol=1e-10)
    assert shares.min() > -1e-12
    parts = identified.historical_decomposition_draws()
    np.testing.assert_allclose(
        parts.sum(axis=3), np.broadcast_to(data.frame.to_numpy()[2:], parts.shape[:3]), rtol=1e-9
    )
    table = identified.fevd(6, level=0.68)
    row = identified.target
    shown = table.xs("point", axis=1, level="value")
    np.testing.assert_allclose(shown, shares[row].reshape(18, 3), rtol=1e-10, atol=1e-14)
    lower = table.xs("lower", axis=1, level="value").to_numpy().reshape(6, 3, 3)
    np.testing.assert_allclose(lower, np.quantile(shares, 0.16, axis=0), rtol=1e-9)
    history = identified.historical_decomposition()
    np.testing.assert_allclose(history.to_numpy(), parts[row].reshape(len(history), -1), rtol=1e-9, atol=1e-10)
    total = history.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.frame.iloc[2:], rtol=1e-9)


def test_posterior_draws_of_a_bayesian_var_are_rotated(data):
    fit = BayesianVAR(data, lags=2, prior=Minnesota(tightness=0.2)).fit(draws=400, rng=1)
    svar = fit.identify(SignRestrictions(SIGNS, draws=200), rng=1)
    known = {tuple(row) for row in fit.coefficient_draws[:, :, 0]}
    assert all(tuple(row) in known for row in svar.reduced_draws.coefficients[:, :, 0])
    assert (svar.draws[:, 2, 0] > 0).all()
    assert svar.irf(6).draws.shape == (200, 7, 3, 2)


def test_flat_posterior_equals_that_of_the_bayesian_var(fit, data):
    """Two routes to the same posterior: drawn with the rotations, or by BayesianVAR with a flat prior."""
    scheme = SignRestrictions({"s": {"china": "-", "yield": "+"}}, draws=2000)
    direct = fit.identify(scheme, rng=1).irf(6).draws
    flat = BayesianVAR(data, lags=2, prior=Minnesota(tightness=np.inf)).fit(draws=4000, rng=2)
    other = flat.identify(scheme, rng=3).irf(6).draws
    for h, i in ((0, 0), (0, 2), (3, 1), (6, 2)):
        assert stats.ks_2samp(direct[:, h, i, 0], other[:, h, i, 0]).pvalue > 1e-4


def test_point_reduced_form_stays_put(fit):
    svar = fit.identify(SignRestrictions(SIGNS, draws=50, reduced_form="point"), rng=1)
    np.testing.assert_allclose(svar.reduced_draws.sigma, np.broadcast_to(fit.sigma_u, (50, 3, 3)), rtol=1e-12)
    np.testing.assert_array_equal(svar.reduced_draws.coefficients[7], fit.params)


def test_one_variable_and_one_lag(data):
    svar = VAR(data.select("yield"), lags=1).fit().identify(SignRestrictions({"s": {"yield": "-"}}, draws=60), rng=1)
    assert svar.draws.shape == (60, 1, 1)
    assert (svar.draws < 0).all()


def test_no_admissible_draw_names_the_worst_restriction(fit):
    scheme = SignRestrictions(
        {"s": {"china": "+", "yield": "+"}},
        elasticity={"s": {("yield", "china"): (400.0, 400.001)}},
        draws=10,
        tries=5000,
    )
    with pytest.raises(
        NoAdmissibleDraw, match=r"5,000 candidates were tried and 0 accepted.*'yield' per 'china'.*Drop it"
    ):
        fit.identify(scheme, rng=1)
    few = SignRestrictions(SIGNS, draws=500, tries=600)
    with pytest.raises(NoAdmissibleDraw, match="raise tries="):
        fit.identify(few, rng=1)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"restrictions": {"s": {"x": [("+", 0), ("-", 0)]}}}, r"contradictory.*'\+' of 'x'.*'-' of 'x'"),
        ({"restrictions": {"s": {"x": "+"}}, "zeros": {"s": {"x": 0}}}, r"contradictory.*'\+' of 'x'.*zero of 'x'"),
        ({"restrictions": {"s": {"x": "+"}}, "elasticity": {"s": {"x": (-2.0, -1.0)}}}, "contradictory"),
        (
            {"restrictions": {"s": {"x": "+", "y": "+"}}, "elasticity": {"s": {("x", "y"): (-2.0, 0.0)}}},
            "contradictory",
        ),
        (
            {"restrictions": {}, "zeros": {"s": {"y": 0}}, "elasticity": {"s": {("x", "y"): (0.0, 1.0)}}},
            "contradictory",
        ),
        ({"restrictions": {"s": {"x": "up"}}}, "must be '\\+', '-'"),
        ({"restrictions": {"s": {"x": ("+", -1)}}}, "horizons of shock 's'"),
        ({"restrictions": {"s": {"x": ("+", [])}}}, "horizons of shock 's'"),
        ({"restrictions": {"s": "+"}}, "must map each shock"),
        ({"restrictions": {}}, "no shock is named"),
        ({"restrictions": {"s": {}}, "elasticity": {"s": {"x": (1.0, 1.0)}}}, "must increase"),
        ({"restrictions": {"s": {}}, "elasticity": {"s": {"x": 1.0}}}, "an elasticity must read"),
        ({"restrictions": {"s": {}}, "reduced_form": "bootstrap"}, "reduced_form"),
        ({"restrictions": {"s": {}}, "draws": 0}, "draws"),
        ({"restrictions": {"s": {}}, "narrative": ["1979"]}, "narrative"),
        ({"restrictions": {"s": {}}, "narrative": ShockSign("s", "1979-01")}, "narrative must be a Sequence"),
        ({"restrictions": {"s": {}}, "proxy": pd.Series([1.0])}, "proxy must be a Mapping"),
        ({"restrictions": {"s": {}}, "target_horizon": "long"}, "horizon must be an integer"),
    ],
)
def test_requests_that_make_no_sense_are_refused(keywords, words):
    with pytest.raises(SpecificationError, match=words):
        SignRestrictions(**keywords)


def test_requests_that_do_not_fit_the_var_are_refused(fit):
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        fit.identify(SignRestrictions({"s": {"chian": "+"}}), rng=1)
    with pytest.raises(SpecificationError, match="rng=None"):
        fit.identify(SignRestrictions(SIGNS))
    with pytest.raises(SpecificationError, match=r"3 zero restrictions.*can have 2 at most"):
        fit.identify(SignRestrictions({}, {"s": {"china": 0, "japan": 0, "yield": 0}}), rng=1)
    with pytest.raises(SpecificationError, match="4 shocks are named"):
        fit.identify(SignRestrictions({name: {} for name in "abcd"}), rng=1)
    with pytest.raises(SpecificationError, match="not in the effective sample"):
        fit.identify(SignRestrictions({"s": {}}, narrative=[ShockSign("s", "1950-01")]), rng=1)
    date = str(fit.residuals.index[3])
    with pytest.raises(SpecificationError, match="no variable 'gold'"):
        fit.identify(SignRestrictions({"s": {}}, narrative=[ShockContribution("s", "gold", date)]), rng=1)
    with pytest.raises(SpecificationError, match="bootstrap"):
        fit.identify(SignRestrictions(SIGNS, draws=20), rng=1).irf(3, MovingBlock(draws=10), rng=1)
    with pytest.raises(SpecificationError, match="no rule"):
        ShockContribution("s", "china", "2000-01", rule="big")
    with pytest.raises(SpecificationError, match="must be '\\+' or '-'"):
        ShockSign("s", "2000-01", "up")


def test_rotation_columns_stay_orthonormal_for_nearly_parallel_constraints():
    generator = np.random.default_rng(1)
    base = generator.standard_normal((4, 500))
    rows = np.stack([base, base + 1e-9 * generator.standard_normal((4, 500))])
    columns, _ = rotation_columns(generator, [rows, np.empty((0, 4, 500))], shape=(4, 500))
    np.testing.assert_allclose((columns[0] * columns[1]).sum(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose((columns[0] * base).sum(axis=0), 0.0, atol=1e-13)


def test_robust_bounds_hold_every_rotation_and_are_reached(fit):
    """Against a cloud of admissible rotations of the same reduced form, and the analytic arc for two variables."""
    signs = {"s": {"china": "-", "yield": ("+", range(0, 2))}}
    scheme = SignRestrictions(signs, draws=20000, reduced_form="point")
    bounds = scheme.robust_bounds(fit, 6, rng=1, draws=3)
    assert bounds.nonempty == 1.0
    np.testing.assert_allclose(bounds.lower[0], bounds.lower[2], rtol=1e-9, atol=1e-12)
    cloud = fit.identify(scheme, rng=1).irf(6).draws[..., 0]
    low, high = bounds.lower[0], bounds.upper[0]
    width = high - low
    assert (cloud >= low - 1e-5).all()
    assert (cloud <= high + 1e-5).all()
    assert ((cloud.min(axis=0) - low) / width).max() < 0.06
    assert ((high - cloud.max(axis=0)) / width).max() < 0.06
    assert high[0, 0] == pytest.approx(0.0, abs=1e-5)


def test_robust_bounds_with_zeros_and_the_long_run(fit):
    scheme = SignRestrictions(
        {"s": {"yield": ("+", "long-run")}}, {"s": {"japan": 0}}, draws=20000, reduced_form="point"
    )
    bounds = scheme.robust_bounds(fit, 4, rng=1, draws=2)
    cloud = fit.identify(scheme, rng=1).irf(4).draws[..., 0]
    low, high = bounds.lower[0], bounds.upper[0]
    assert (cloud >= low - 1e-5).all()
    assert (cloud <= high + 1e-5).all()
    np.testing.assert_allclose(cloud.min(axis=0), low, atol=2e-3)
    np.testing.assert_allclose(cloud.max(axis=0), high, atol=2e-3)
    np.testing.assert_allclose([low[0, 1], high[0, 1]], 0.0, atol=1e-5)


def test_robust_region_holds_the_set_and_is_wider_than_its_mean(fit):
    scheme = SignRestrictions({"s": {"china": "-", "yield": "+"}})
    bounds = scheme.robust_bounds(fit, 8, rng=1, draws=200)
    lower, upper = bounds.credible_region(0.90)
    inside = ((bounds.lower >= lower - 1e-12) & (bounds.upper <= upper + 1e-12)).mean(axis=0)
    assert inside.min() >= 0.90
    assert inside.max() < 0.95
    mean_lower, mean_upper = bounds.mean
    assert (lower < mean_lower).all()
    assert (upper > mean_upper).all()
    draws = fit.identify(SignRestrictions({"s": {"china": "-", "yield": "+"}}, draws=500), rng=2).irf(8).draws[..., 0]
    assert ((draws >= lower) & (draws <= upper)).all(axis=(1, 2)).mean() > 0.5
    assert bounds.to_frame().shape == (27, 4)
    narrow = bounds.credible_region(0.5)
    assert (narrow[1] - narrow[0] < upper - lower).all()


def test_robust_bounds_see_empty_sets():
    """x and y move together almost perfectly, so opposite signs of the two in every horizon are nearly impossible."""
    sample = simulated_var(300, rng=1, impact=[[1.0, 0.0], [1.0, 0.02]], lags=[[[0.9, 0.0], [0.0, 0.9]]])
    scheme = SignRestrictions({"s": {"x": ("+", range(0, 9)), "y": ("-", range(0, 9))}})
    bounds = scheme.robust_bounds(VAR(sample, lags=1).fit(), 4, rng=1, draws=100)
    assert bounds.nonempty < 1.0
    assert len(bounds.lower) == round(100 * bounds.nonempty)


def test_robust_bounds_refuse_what_they_cannot_do(fit):
    with pytest.raises(SpecificationError, match="say whose"):
        SignRestrictions(SIGNS).robust_bounds(fit, rng=1)
    with pytest.raises(SpecificationError, match="did you mean 'sale'"):
        SignRestrictions(SIGNS).robust_bounds(fit, rng=1, shock="sales")
    with pytest.raises(SpecificationError, match="1 ratio bounds"):
        SignRestrictions({"s": {"china": "-"}}, elasticity={"s": {"china": (-2.0, 0.0)}}).robust_bounds(fit, rng=1)
    with pytest.raises(SpecificationError, match="sets of active restrictions"):
        SignRestrictions({"s": {"china": ("-", range(0, 300))}}).robust_bounds(fit, rng=1)
    with pytest.raises(SpecificationError, match="rng=None"):
        SignRestrictions({"s": {"china": "-"}}).robust_bounds(fit)


def test_uhlig_2005_output_is_ambiguous(shared):
    """Uhlig (2005): a shock that raises the funds rate and lowers prices and reserves says little about GDP.

    His findings: the 68% band of real GDP holds zero at almost every horizon and stays within about ±0.4%, prices keep
    falling, and the funds rate reverses its course within about a year.
    """
    table = pd.read_csv(shared("data/cases/uhlig2005/data.csv"))
    table.index = pd.PeriodIndex([date.replace("m", "-") for date in table.pop("date")], freq="M")
    months = range(6)
    signs = {"ff": ("+", months), "pi": ("-", months), "comm": ("-", months), "nbres": ("-", months)}
    fit = VAR(table, lags=12, trend="n").fit()
    irf = fit.identify(SignRestrictions({"monetary": signs}, draws=500), rng=1).irf(60)
    lower, upper = (irf.band(0.68)[end][:, :, 0] for end in (0, 1))
    median = np.median(irf.draws, axis=0)[:, :, 0]
    output, prices, funds = (table.columns.get_loc(name) for name in ("y", "pi", "ff"))
    assert ((lower[:, output] < 0) & (upper[:, output] > 0)).mean() > 0.85
    assert np.abs(np.stack([lower, upper])[:, :, output]).max() < 0.004
    assert (upper[6:37, prices] < 0).all()
    assert median[0, funds] > 0.1
    assert (median[24:, funds] < 0).all()


@pytest.mark.slow
def test_sets_cover_the_truth():
    """Simulate and recover: 100 samples, T = 300, the 90% robust region covers the response at least 90% of the time.

    The region is for a whole set, so it is conservative for one point in it. Bands of draws from the Haar prior
    carry no such promise: their coverage of a point depends on where in the set the truth lies.
    """
    impact = np.array([[1.0, 0.6], [-0.8, 1.0]])
    truth = np.stack([np.linalg.matrix_power(np.array([[0.5, 0.1], [0.2, 0.4]]), h) @ impact[:, 0] for h in range(13)])
    scheme = SignRestrictions({"supply": {"x": "+", "y": "-"}})
    inside = []
    for seed in range(100):
        fit = VAR(simulated_var(300, rng=seed, impact=impact), lags=2).fit()
        lower, upper = scheme.robust_bounds(fit, 12, rng=seed, draws=200).credible_region(0.90)
        inside.append((lower <= truth) & (truth <= upper))
    assert np.mean(inside, axis=0)[[0, 3, 12]].min() >= 0.88


@pytest.fixture(scope="module")
def instrumented():
    """Three shocks; an instrument sees the first, with noise, on a part of the sample."""
    impact = np.array([[1.0, 0.3, 0.5], [0.5, 1.0, -0.4], [-0.6, 0.2, 1.0]])
    generator = np.random.default_rng(7)
    errors = generator.standard_normal((500, 3))
    values = np.zeros((500, 3))
    for t in range(1, 500):
        values[t] = 0.5 * values[t - 1] + impact @ errors[t]
    dates = pd.period_range("1980-01", periods=500, freq="M")
    data = Dataset.from_frame(pd.DataFrame(values, index=dates, columns=["x", "y", "z"]))
    instrument = pd.Series(errors[:, 0] + 0.7 * generator.standard_normal(500), index=dates).iloc[60:460]
    return VAR(data, lags=1).fit(), instrument, impact


def test_a_proxy_gives_its_column_and_signs_the_others(instrumented):
    fit, instrument, impact = instrumented
    signs = {"demand": {"y": "+", "x": "+"}, "target": {"z": "-"}}
    svar = fit.identify(SignRestrictions(signs, proxy={"target": instrument}, draws=400), rng=1)
    assert svar.shock_names == ("demand", "target")
    q = rotations(svar)
    np.testing.assert_allclose(np.swapaxes(q, 1, 2) @ q, np.broadcast_to(np.eye(2), (400, 2, 2)), atol=1e-12)
    assert (svar.draws[:, 1, 0] > 0).all()
    lower, upper = np.quantile(svar.draws[:, :, 1], [0.01, 0.99], axis=0)
    assert ((lower < impact[:, 0]) & (impact[:, 0] < upper)).all()
    assert np.abs(svar.draws[:, :, 1].mean(axis=0) - impact[:, 0]).max() < 0.15
    correlation = svar.shocks["target"].reindex(instrument.index).corr(instrument)
    assert correlation > 0.6
    assert svar.draws[:, 0, 0].std() > 3 * svar.draws[:, 0, 1].std()


def test_a_proxy_at_the_point_is_the_covariance_formula(instrumented):
    fit, instrument, _ = instrumented
    scheme = SignRestrictions({"rest": {}}, proxy={"target": instrument}, draws=20, reduced_form="point")
    draws = fit.identify(scheme, rng=1).draws
    u = fit.residuals.loc[instrument.index]
    beta = np.linalg.lstsq(np.column_stack([np.ones(len(u)), u]), instrument, rcond=None)[0][1:]
    column = fit.sigma_u @ beta / np.sqrt(beta @ fit.sigma_u @ beta)
    np.testing.assert_allclose(draws[:, :, 1], np.broadcast_to(column, (20, 3)), rtol=1e-9)


def test_a_weak_proxy_gives_a_wide_set(instrumented):
    fit, instrument, _ = instrumented
    noise = pd.Series(np.random.default_rng(1).standard_normal(400), index=instrument.index)
    spread = [
        fit.identify(SignRestrictions({"t": {}}, proxy={"t": each}, draws=300), rng=1).draws[:, 0, 0].std()
        for each in (instrument, noise)
    ]
    assert spread[1] > 4 * spread[0]


def test_bad_proxies_are_refused(instrumented):
    fit, instrument, _ = instrumented
    with pytest.raises(SpecificationError, match="cannot be combined"):
        SignRestrictions({"t": {}}, {"t": {"x": 0}}, proxy={"t": instrument})
    with pytest.raises(SpecificationError, match=r"one shock to a Series|must be a Mapping"):
        SignRestrictions({"t": {}}, proxy={"t": instrument, "s": instrument})
    late = instrument.set_axis(instrument.index + 1000)
    for bad, error, words in (
        (late, SpecificationError, "shares no date"),
        (instrument * 0.0, SchemaError, "constant"),
        (instrument.iloc[:12], SampleTooShort, "12 values"),
        (instrument.astype(str), SchemaError, "holds no numbers"),
    ):
        with pytest.raises(error, match=words):
            fit.identify(SignRestrictions({"t": {}}, proxy={"t": bad}), rng=1)


def test_zero_weights_reach_the_draws():
    """Two variables, one zero, shock b second: the weight reduces to the size of the only response of b.

    C C' = Σ_xx (L'L)_bb and the constraint has length sqrt(Σ_xx), so w = |L_yb|, the factor's last element. Its law is
    simulated independently here. The sample is short, because the weights matter less in a long one.
    """
    fit = VAR(simulated_var(21, rng=3), lags=1, trend="n").fit()
    scheme = SignRestrictions({"b": {"y": "+"}}, {"b": {"x": 0}}, draws=8000)
    svar = fit.identify(scheme, rng=1)
    peer = stats.invwishart(df=fit.df_resid, scale=fit.sigma_u.to_numpy() * fit.df_resid)
    size = np.linalg.cholesky(peer.rvs(200000, random_state=np.random.default_rng(1)))[:, 1, 1]
    weighted = (size**2).mean() / size.mean()
    found = svar.draws[:, 1, 0]
    error = size.std() / np.sqrt(svar.effective_draws)
    assert abs(found.mean() - weighted) < 4 * error
    assert abs(found.mean() - size.mean()) > 6 * error
    assert 0.9 * 8000 < svar.effective_draws < 8000


def test_a_bayesian_var_with_more_coefficients_than_months_can_be_rotated(data):
    fit = BayesianVAR(data.frame.iloc[:40], lags=12).fit(draws=100, rng=1)
    svar = fit.identify(SignRestrictions({"s": {"china": "-"}}, draws=50), rng=1)
    assert (svar.draws[:, 0, 0] < 0).all()


def test_coefficients_drawn_with_the_rotations_have_the_posterior_spread(fit):
    """Both ways they are drawn: all at once, or early lags first because a later sign must be checked."""
    expected = fit.std_errors.to_numpy() * np.sqrt(fit.df_resid / (fit.df_resid - 4))
    for signs in ({"s": {}}, {"s": {"china": ("+", 1)}}):
        drawn = fit.identify(SignRestrictions(signs, draws=8000), rng=1).reduced_draws.coefficients
        np.testing.assert_allclose(drawn.std(axis=0)[1:], expected[1:], rtol=0.05)
        np.testing.assert_allclose((drawn.mean(axis=0) - fit.params)[1:] / expected[1:], 0.0, atol=0.06)


def test_the_order_of_the_variables_does_not_matter(data):
    """The law of the responses is that of the model, not of the Cholesky order it is computed with."""
    scheme = SignRestrictions(SIGNS, draws=2000)
    first = VAR(data, lags=2).fit().identify(scheme, rng=1).irf(3)
    second = VAR(data.select("yield", "japan", "china"), lags=2).fit().identify(scheme, rng=2).irf(3)
    for name in NAMES:
        for h, j in ((0, 0), (0, 1), (3, 0)):
            pair = [irf.draws[:, h, irf.responses.index(name), j] for irf in (first, second)]
            assert stats.ks_2samp(*pair).pvalue > 1e-4


@pytest.mark.parametrize("kind", ["posterior", "point", "made"])
def test_shocks_and_responses_of_candidates_are_those_of_their_reduced_forms(fit, kind):
    """What the narrative asks of noise, before any coefficient is worked out, is what the coefficients say."""
    if kind == "made":
        fit = BayesianVAR(fit.data, lags=2).fit(40, rng=1)
    forms, generator = ReducedForms(fit, "point" if kind == "point" else "posterior"), np.random.default_rng(3)
    candidates = forms.start(generator, *forms.factors(generator, 20), lags=1)
    before = candidates.lag_blocks(1)
    candidates = forms.complete(generator, candidates).part(np.arange(20) % 3 > 0)
    window = ShockContribution("a", "japan", str(fit.residuals.index[9]), str(fit.residuals.index[10]))
    told = (ShockSign("a", str(fit.residuals.index[4])), window)
    check = NarrativeCheck(told, fit.residuals.index, variables=fit.variables, shocks=("a", "b", "c"))
    turned = np.linalg.qr(generator.standard_normal((len(candidates.factors), 3, 3)))[0]
    reduced, columns = candidates.reduced(), np.moveaxis(turned, 0, 2).swapaxes(0, 1)
    impact = reduced.factor @ turned
    shocks = np.swapaxes(np.linalg.solve(impact, np.swapaxes(reduced.residuals[:, [4, 9, 10]], 1, 2)), 1, 2)
    white = candidates.whitened(check.rows)
    np.testing.assert_allclose(check.shocks_at(white, columns), shocks, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(before[np.arange(20) % 3 > 0], reduced.lag_blocks[:, :1], rtol=1e-12, atol=1e-14)
    path = np.stack([impact, reduced.lag_blocks[:, 0] @ impact], axis=1)
    for rows in (np.arange(len(turned)), np.array([5, 2])):
        found = check.responses(candidates, columns[:, :, rows], rows)
        np.testing.assert_allclose(found, path[rows], rtol=1e-10, atol=1e-12)


def test_history_asked_step_by_step_keeps_what_meets_all_of_it(fit):
    """Signs first, on the named columns alone, leaves the candidates that a look at all shocks of each leaves."""
    dates = [str(fit.residuals.index[position]) for position in (30, 31, 50)]
    told = (
        ShockContribution("sale", "yield", dates[0], dates[1]),
        ShockSign("sale", dates[1], "+"),
        ShockSign("flight", dates[2], "-"),
        ShockContribution("flight", "japan", dates[2], rule="overwhelming"),
    )
    scheme = SignRestrictions(SIGNS, narrative=told)
    forms, check = ReducedForms(fit, "posterior"), scheme.placed(fit)
    sampler = RotationSampler(forms, scheme.single, check, tries_per_draw=10)
    generator, counts = np.random.default_rng(3), rotations_module._Counts()
    candidates = forms.start(generator, *forms.factors(generator, 400))
    columns, _ = rotation_columns(generator, [np.empty((0, 3, 400))] * 2, shape=(3, 400))
    full = complete_columns(columns, np.random.default_rng(5).standard_normal((1, 3, 400)))
    turned = np.moveaxis(full, 2, 0).swapaxes(1, 2)
    reduced = candidates.reduced()
    impact = reduced.factor @ turned
    shocks = np.swapaxes(np.linalg.solve(impact, np.swapaxes(reduced.residuals, 1, 2)), 1, 2)
    later = reduced.lag_blocks[:, 0] @ impact
    window = np.abs(impact[:, 2] * shocks[:, 31] + later[:, 2] * shocks[:, 30])
    then = np.abs(impact[:, 1] * shocks[:, 50])
    holds = (shocks[:, 31, 0] > 0.0) & (shocks[:, 50, 1] < 0.0)
    assert 50 < np.count_nonzero(holds) < 150
    holds &= (window[:, 0] > window[:, 1]) & (window[:, 0] > window[:, 2]) & (then[:, 1] > then[:, 0] + then[:, 2])
    rows, kept, responses = sampler._narrative_holds(check, candidates, columns, np.random.default_rng(5), counts)
    np.testing.assert_array_equal(rows, np.flatnonzero(holds))
    np.testing.assert_array_equal(kept, full[:2, :, rows])
    np.testing.assert_allclose(responses[:, 0], impact[rows], rtol=1e-10, atol=1e-12)
    signs = [count for name, count in counts.table.items() if name.startswith("shock")]
    assert [tested for _, tested in signs] == [400, 400]
    assert {tested for name, (_, tested) in counts.table.items() if name.startswith("contr")} < set(range(50, 150))


def test_narrative_weights_count_histories_that_meet_all_of_it(fit):
    dates = [str(fit.residuals.index[position]) for position in (30, 31)]
    signs = ShockSign("a", dates[1]), ShockSign("b", dates[0], "-")
    told = (ShockContribution("a", "yield", dates[0], dates[1]), *signs)
    check = NarrativeCheck(told, fit.residuals.index, variables=fit.variables, shocks=("a", "b", "c"))
    responses = np.random.default_rng(4).standard_normal((5, 2, 3, 3))
    shocks = np.random.default_rng(7).standard_normal((1000, 2, 3))
    sizes = np.abs(np.einsum("bhj,mhj->bmj", responses[:, :, 2], shocks[:, ::-1]))
    met = (shocks[:, 1, 0] > 0.0) & (shocks[:, 0, 1] < 0.0) & (sizes.argmax(axis=2) == 0)
    found = check.log_weights(responses, np.random.default_rng(7))
    np.testing.assert_allclose(found, -np.log((met.sum(axis=1) + 1.0) / 1001.0), rtol=1e-13)
