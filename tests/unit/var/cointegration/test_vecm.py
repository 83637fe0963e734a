"""The VECM against statsmodels, algebra, and what must not matter."""

import numpy as np
import pandas as pd
import pytest

from econ import errors
from econ.estimate import Unavailable
from econ.var import VAR, VECM, MovingBlock, Residual
from econ.var import _kernels as kernels
from econ.var.cointegration.model import CASES

PEER = {"none": "n", "restricted constant": "ci", "constant": "co", "restricted trend": "coli", "trend": "colo"}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lags", [1, 3])
def test_five_cases_are_those_of_statsmodels(wide, case, lags):
    from statsmodels.tsa.vector_ar.vecm import VECM as Peer

    ours = VECM(wide, lags, 2, deterministic=case).fit()
    peer = Peer(wide.to_numpy(), k_ar_diff=lags - 1, coint_rank=2, deterministic=PEER[case]).fit()
    np.testing.assert_allclose(ours.beta.iloc[:4], peer.beta, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.alpha, peer.alpha, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.sigma_u_mle, peer.sigma_u, rtol=1e-8)
    assert ours.loglik == pytest.approx(peer.llf, abs=1e-7)
    differences = [name for name in ours.gamma.index if name[:1] == "D"]
    np.testing.assert_allclose(ours.gamma.loc[differences].T, peer.gamma, rtol=1e-7, atol=1e-9)
    scale = np.sqrt(ours.nobs / ours.to_var().df_resid)  # statsmodels divides by T
    np.testing.assert_allclose(ours.alpha_std_errors, scale * peer.stderr_alpha, rtol=1e-8)
    np.testing.assert_allclose(ours.to_var().params.iloc[-4 * lags :].T, np.hstack(list(peer.var_rep)), atol=1e-7)


def test_errors_of_one_vector_and_forecasts_are_those_of_statsmodels(wide):
    from statsmodels.tsa.vector_ar.vecm import VECM as Peer

    ours = VECM(wide, 2, 1).fit()
    peer = Peer(wide.to_numpy(), k_ar_diff=1, coint_rank=1, deterministic="co").fit()
    scale = np.sqrt(ours.nobs / ours.to_var().df_resid)
    errors_of_beta = ours.beta_std_errors["ec1"]
    np.testing.assert_allclose(errors_of_beta.iloc[1:].astype(float), scale * peer.stderr_beta[1:, 0], rtol=1e-8)
    assert isinstance(errors_of_beta["a"], Unavailable)
    middle, lower, _ = peer.predict(5, alpha=0.1)
    table = ours.forecast(5).xs("mean", axis=1, level="value")
    np.testing.assert_allclose(table, middle, rtol=1e-7)
    wider = (middle - lower) * scale
    ends = ours.forecast(5).xs("lower", axis=1, level="value")
    np.testing.assert_allclose(table - ends, wider, rtol=1e-6)
    soft = {"conditions": {"a": [1.0, 1.0]}, "uncertainty": {"a": [0.0, 2.0]}}
    width = ours.forecast(2, **soft).xs("a", axis=1).pipe(lambda each: each["upper"] - each["mean"])
    np.testing.assert_allclose(width, [0.0, 2.0 * 1.6448536], atol=1e-6)


def test_the_levels_are_the_vecm_with_its_unit_roots(fit, levels):
    var = fit.to_var()
    assert var.roots[:2].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(var.roots, kernels.root_moduli(var.lag_blocks), atol=1e-7)
    assert var.roots[2] == pytest.approx(fit.next_root)
    assert fit.next_root < 1.0
    assert fit.is_stable
    assert not var.is_stable
    change = levels.frame.diff().to_numpy()
    left = change[2:] - fit.gamma.loc["const"].to_numpy() - change[1:-1] @ fit.gamma.iloc[1:].to_numpy()
    expected = left - fit.error_correction.to_numpy() @ fit.alpha.to_numpy().T
    np.testing.assert_allclose(fit.residuals, expected, atol=1e-10)
    ec = levels.frame.iloc[1:-1].to_numpy() @ fit.beta.to_numpy()
    np.testing.assert_allclose(fit.error_correction, ec, atol=1e-10)
    x, u = var.parent.design(2), var.residuals.to_numpy()
    np.testing.assert_allclose(x @ var.params.to_numpy() + u, levels.frame.iloc[2:], atol=1e-9)
    np.testing.assert_allclose(var.influence.sum(axis=0), 0.0, atol=1e-8)
    np.testing.assert_allclose(var.cross_root @ var.cross_root.T, var.cross_inverse, atol=1e-12)
    free = 3 + 2 + 3 * 4
    assert var.coefficients == free
    assert var.df_resid == pytest.approx(238 - free / 3)


def test_a_full_rank_of_the_levels_is_where_the_ranks_end(wide):
    """At rank n the reduced-rank formulas give least squares, whatever the case."""
    from econ.var.cointegration.estimation import reduced_rank

    model = VECM(wide, 2, 1, deterministic="trend")
    base = model.levels.fit()
    full = reduced_rank(model, base, 4).to_var()
    np.testing.assert_allclose(full.params, base.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(full.params_cov, base.params_cov, rtol=1e-6, atol=1e-12)
    empty = reduced_rank(model, base, 0).to_var()
    difference = VAR(wide.diff().iloc[1:], 1, "ct").fit()
    np.testing.assert_allclose(empty.residuals, difference.residuals, atol=1e-8)


def test_units_order_and_origin_do_not_matter(wide):
    scale = np.array([10.0, 0.01, 3.0, 1.0])
    one = VECM(wide, 2, 2, deterministic="restricted constant").fit()
    other = VECM(wide * scale + [0.0, 5.0, 1.0, -3.0], 2, 2, deterministic="restricted constant").fit()
    np.testing.assert_allclose(one.eigenvalues, other.eigenvalues, rtol=1e-8)
    assert other.loglik == pytest.approx(one.loglik - one.nobs * np.log(scale).sum(), abs=1e-6)
    np.testing.assert_allclose(one.beta.iloc[2:4], other.beta.iloc[2:4] * scale[2:, None] / scale[:2], rtol=1e-6)
    turned = VECM(wide[list("dcba")], 2, 2, deterministic="restricted constant", normalise=["a", "b"]).fit()
    np.testing.assert_allclose(turned.beta.loc[one.beta.index], one.beta, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(turned.alpha.loc[list("abcd")], one.alpha, rtol=1e-7, atol=1e-10)
    moved = VECM(wide, 2, 2, deterministic="restricted constant", normalise=["c", "d"]).fit()
    np.testing.assert_allclose(moved.to_var().params, one.to_var().params, rtol=1e-6, atol=1e-9)
    assert moved.beta.loc["c"].tolist() == [1.0, 0.0]
    assert isinstance(moved.beta_std_errors.loc["c", "ec1"], Unavailable)
    assert isinstance(moved.beta_std_errors.loc["a", "ec1"], float)


def test_lags_by_a_criterion_are_those_of_the_levels(levels):
    chosen = VECM(levels, "bic", 1, max_lags=4).fit()
    assert chosen.lags == VAR(levels, "bic", max_lags=4).fit().lags == 2
    assert VECM(levels, "bic", 1, max_lags=1).fit().lags == 1


def test_the_rank_that_the_tests_choose(levels, draw):
    assert VECM(levels, 2, "trace").fit().rank == 1
    walks = pd.DataFrame(np.random.default_rng(4).standard_normal((200, 2)).cumsum(axis=0), columns=["x", "y"])
    with pytest.raises(errors.NotCointegrated, match="rank 0 of 2, no cointegration; estimate a VAR of first"):
        VECM(walks, 1, "trace").fit()
    tests = VECM(walks, 1).cointegration_tests()
    p = float(tests.table.loc["trace: rank 0", "p_value"])
    second = float(tests.table.loc["trace: rank 1", "p_value"])
    loose = min(max(p, second) + 0.01, 0.99)
    with pytest.raises(errors.NotCointegrated, match="rank 2 of 2, no unit root"):
        VECM(walks, 1, "trace", size=loose).fit()


def test_exogenous_terms_stand_outside_and_the_future_needs_them(levels):
    index = levels.frame.index
    season = pd.DataFrame({"spring": (index.month == 3).astype(float) - 1 / 12}, index=index)
    fit = VECM(levels, 2, 1, exog=season).fit()
    assert list(fit.gamma.index) == ["const", "spring", "D1.china", "D1.japan", "D1.yield"]
    with pytest.raises(errors.SpecificationError, match="spring"):
        fit.forecast(2)
    later = pd.DataFrame({"spring": [0.0, 0.0]}, index=index[-2:] + 2)
    assert fit.forecast(2, exog=later).shape == (2, 9)
    kept = fit.to_var().bootstrap(Residual(draws=3), rng=1)
    assert kept.shape == (3, 8, 3)


def test_diagnostics_are_those_of_differences_given_the_error_correction(fit, levels):
    ec = fit.error_correction
    change = levels.frame.diff().iloc[1:]
    first = pd.DataFrame({"ec1": [0.0]}, index=change.index[:1])
    peer = VAR(change, 1, exog=pd.concat([first, ec])).fit()
    ours, theirs = fit.diagnostics(lags=5), peer.diagnostics(lags=5)
    np.testing.assert_allclose(fit.residuals, peer.residuals, atol=1e-9)
    for row in ("normality", "arch", "lm: chi-square"):
        assert ours.loc[row, "statistic"] == pytest.approx(theirs.loc[row, "statistic"], rel=1e-7), row
    assert ours.loc["portmanteau", "statistic"] == pytest.approx(theirs.loc["portmanteau", "statistic"], rel=1e-7)
    assert ours.loc["portmanteau", "distribution"] == f"chi2({9 * 5 - 9 - 3})"
    assert ours.loc["stability", "statistic"] == fit.next_root
    assert "2 unit roots; the others inside the unit circle: yes" in ours.loc["stability", "null"]
    drawn = fit.diagnostics(lags=5, bootstrap=Residual(draws=19), rng=1)
    assert "19 draws" in drawn.loc["lm", "distribution"]


def test_explosive_estimates_say_so_and_their_samples_are_not_drawn():
    generator = np.random.default_rng(0)
    walk = generator.standard_normal(160).cumsum()
    grow = pd.DataFrame({"a": walk, "b": 1.05 ** np.arange(160) + walk + generator.standard_normal(160)})
    fit = VECM(grow, 1, 1).fit()
    assert not fit.is_stable
    assert fit.next_root > 1.0
    assert "no" in fit.diagnostics().loc["stability", "null"].split()
    tests = VECM(grow, 1).cointegration_tests().bootstrap(Residual(draws=9), rng=1)
    assert isinstance(tests.loc["trace: rank 1", "p_value"], Unavailable)


def test_stationary_blocks_have_all_roots_but_the_unit_ones(fit):
    from econ.var.cointegration._kernels import stationary_blocks

    blocks = fit.to_var().lag_blocks[None]
    left = kernels.root_moduli(stationary_blocks(blocks, 1))[0]
    np.testing.assert_allclose(left[:4], kernels.root_moduli(blocks)[0, 2:], atol=1e-8)
    np.testing.assert_allclose(left[4:], 0.0, atol=1e-8)


def test_draws_are_estimated_at_the_rank_and_as_a_fit_would(fit):
    from econ.var.reduced.bootstrap import bootstrap_blocks

    (draws,) = bootstrap_blocks(fit.to_var(), MovingBlock(draws=4), lambda made: made, rng=1)
    index, columns = fit.data.frame.index, list(fit.variables)
    for number in range(4):
        sample = pd.DataFrame(draws.paths[number], index=index, columns=columns)
        again = VECM(sample, 2, 1).fit().to_var()
        np.testing.assert_allclose(draws.coefficients[number], again.params, atol=1e-7)
        np.testing.assert_allclose(draws.sigma[number], again.sigma_u, rtol=1e-7)
    assert np.linalg.svd(draws.lag_blocks.sum(axis=1) - np.eye(3))[1][:, 1:].max() < 1e-10


def test_unstable_draws_are_counted_and_drawn_again_or_kept():
    """A root near one beyond the unit root: some draws of a short sample have one outside the circle."""
    from econ.testing import simulated_var
    from econ.var.reduced.bootstrap import bootstrap_blocks

    pi, gamma = np.array([[-0.1, 0.1], [0.1, -0.1]]), 0.95 * np.eye(2)
    data = simulated_var(60, rng=5, lags=np.stack([np.eye(2) + pi + gamma, -gamma]))
    fit = VECM(data, 2, 1, deterministic="none").fit()
    assert fit.is_stable
    made = {}
    for rule in ("keep", "redraw"):
        (made[rule],) = bootstrap_blocks(fit.to_var(), Residual(draws=100, unstable=rule), lambda each: each, rng=1)
    kept, drawn = made["keep"], made["redraw"]
    roots = kernels.root_moduli(kept.lag_blocks)
    np.testing.assert_array_equal(kept.stable, roots[:, 0] < 1.0 + 1e-7)
    assert kept.unstable == int((~kept.stable).sum()) > 0
    assert drawn.stable.all()
    assert drawn.unstable >= kept.unstable
    tests = VECM(data, 2, deterministic="none").cointegration_tests().bootstrap(Residual(draws=100), rng=1)
    assert tests.loc["trace: rank 1", "unstable"] == kept.unstable  # rank tests keep them whatever the rule


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"rank": 0}, errors.SpecificationError, "VAR of the first differences"),
        ({"rank": 3}, errors.SpecificationError, "VAR in levels"),
        ({"rank": 4}, errors.SpecificationError, "from 0 to 2|at most|to 2"),
        ({"rank": -1}, errors.SpecificationError, "rank"),
        ({"rank": True}, errors.SpecificationError, "rank"),
        ({"rank": "eigen"}, errors.SpecificationError, "way to choose the rank"),
        ({"deterministic": "c"}, errors.SpecificationError, "deterministic case"),
        ({"lags": 0}, errors.SpecificationError, "lags"),
        ({"lags": 80}, errors.SampleTooShort, "observations"),
        ({"size": 0.0}, errors.SpecificationError, "size"),
        ({"normalise": ["china", "japan"]}, errors.SpecificationError, "rank 1 is normalised on 1"),
        ({"normalise": "chile"}, errors.UnknownName, "did you mean 'china'"),
        ({"max_lags": 0}, errors.SpecificationError, "max_lags"),
    ],
)
def test_bad_requests_are_refused(levels, arguments, error, words):
    with pytest.raises(error, match=words):
        VECM(**{"data": levels, "lags": 2, "rank": 1, **arguments})


def test_bad_data_are_refused(levels):
    frame = levels.frame
    with pytest.raises(errors.SchemaError, match="constant"):
        VECM(frame.assign(china=1.0), 1, 1)
    with pytest.raises(errors.FrequencyError):
        VECM(frame.drop(frame.index[9]), 1, 1)
    with pytest.raises(errors.SchemaError):
        VECM(frame.mask(frame == frame.iloc[9, 0]), 1, 1)
    with pytest.raises(errors.SpecificationError, match="two variables"):
        VECM(frame[["china"]], 1, 1)
    with pytest.raises(errors.SingularDesign):
        VECM(frame.assign(japan=2.0 * frame["china"]), 1, 1).fit()
    with pytest.raises(errors.SpecificationError, match="no rank was given"):
        VECM(levels, 2).fit()


def test_normalising_on_what_the_vectors_lack_is_refused(wide):
    generator = np.random.default_rng(1)
    a, b = generator.standard_normal((2, 200)).cumsum(axis=1)
    frame = pd.DataFrame({"w": b, "x": a, "y": 2.0 * a + 1e-13 * generator.standard_normal(200)})
    frame["y"] = frame["x"] + generator.standard_normal(200)
    fit = VECM(frame, 1, 1, normalise="x").fit()
    fixed = fit.restrict(known=fit.vectors({"spread": {"x": 1.0, "y": -1.0}})).restricted
    from econ.var.cointegration.estimation import normalised

    with pytest.raises(errors.NotIdentified, match="cannot be normalised on \\['w'\\]"):
        normalised(VECM(frame, 1, 1), fixed.beta.to_numpy(), 1)


def test_what_a_var_does_and_a_vecm_cannot(fit):
    var = fit.to_var()
    with pytest.raises(errors.SpecificationError, match="Toda and Yamamoto"):
        var.granger("yield", "china")
    with pytest.raises(errors.SpecificationError, match="bias correction is for stable"):
        var.bias_corrected()
