"""Shocks of cointegrated variables: permanent and transitory, zeros on impact and in the end, every scheme of a VAR."""

import numpy as np
import pandas as pd
import pytest

from econ import errors
from econ.estimate import Unavailable
from econ.offset import quantity_offset
from econ.testing import simulated_var
from econ.var import (
    SVEC,
    VAR,
    VECM,
    Cholesky,
    Heteroskedasticity,
    LongRun,
    MaxShare,
    MovingBlock,
    PermanentTransitory,
    Proxy,
    Residual,
    SignRestrictions,
)
from econ.var import _kernels as kernels
from econ.var.cointegration import _kernels as vecm_kernels
from econ.var.cointegration import _svec_kernels as scoring

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakIdentification")  # test_doubt.py asks for it

BOTH = PermanentTransitory(("china", "japan"), "yield")
ORDER = Cholesky("china", "japan", "yield")
ZEROS = {"yield": ["china", "japan", "yield"], "japan": "china"}


@pytest.fixture(scope="module")
def svar(fit):
    return fit.identify(BOTH)


def long_run(svar):
    return svar.irf(400).point[-1]


def test_transitory_shocks_leave_nothing_and_permanent_ones_are_ordered(fit, svar):
    effect = long_run(svar)
    np.testing.assert_allclose(effect[:, 2], 0.0, atol=1e-10)
    assert effect[0, 1] == pytest.approx(0.0, abs=1e-10)
    assert (np.diag(effect)[:2] > 0).all()
    assert svar.impact.loc["yield", "yield"] > 0
    np.testing.assert_allclose(svar.impact @ svar.impact.T, fit.sigma_u, rtol=1e-9)
    shocks = svar.shocks.to_numpy()
    np.testing.assert_allclose(shocks.T @ shocks / fit.to_var().df_resid, np.eye(3), atol=1e-9)
    direction = fit.alpha["ec1"] / svar.impact["yield"]
    np.testing.assert_allclose(direction, direction.iloc[0], rtol=1e-8)


def test_the_representation_of_granger_is_where_responses_end(fit):
    effect = vecm_kernels.spaces(fit.to_var().lag_blocks[None], 1).effect[0]
    np.testing.assert_allclose(effect, kernels.responses(fit.to_var().lag_blocks[None], np.eye(3)[None], 400)[0, -1])
    np.testing.assert_allclose(fit.beta.to_numpy().T @ effect, 0.0, atol=1e-10)
    np.testing.assert_allclose(effect @ fit.alpha.to_numpy(), 0.0, atol=1e-10)


def test_long_run_zeros_give_the_same_shocks_by_scoring(fit, svar):
    other = fit.identify(SVEC(long_run=ZEROS))
    np.testing.assert_allclose(other.impact, svar.impact[list(fit.variables)], atol=1e-8)
    np.testing.assert_allclose(other.long_run, long_run(other), atol=1e-8)
    assert isinstance(other.overidentification["statistic"], Unavailable)
    blocks = {"bootstrap": MovingBlock(draws=120), "rng": 1}
    np.testing.assert_allclose(other.irf(8, **blocks).draws, svar.irf(8, **blocks).draws, atol=1e-6)


def test_short_run_zeros_alone_are_cholesky(fit):
    svar = fit.identify(SVEC(short_run={"japan": "china", "yield": ["china", "japan"]}))
    np.testing.assert_allclose(svar.impact, fit.identify(Cholesky(*fit.variables)).impact, atol=1e-8)
    mixed = fit.identify(SVEC(long_run={"yield": ["china", "japan", "yield"]}, short_run={"japan": "china"}))
    assert mixed.impact.loc["china", "japan"] == 0.0
    np.testing.assert_allclose(mixed.long_run["yield"], 0.0, atol=1e-10)
    named = fit.identify(SVEC(short_run={"b": "china", "c": ["china", "japan"]}, shocks=["a", "b", "c"]))
    assert named.shock_names == ("a", "b", "c")
    np.testing.assert_allclose(named.impact, svar.impact, atol=1e-8)


def test_zeros_beyond_those_needed_maximise_the_likelihood_and_are_tested(fit):
    """Against a general optimiser on the free elements."""
    from scipy.optimize import minimize

    scheme = SVEC(short_run={"china": "japan", "yield": ["china", "japan"], "japan": "yield"})
    svar = fit.identify(scheme)
    test = svar.overidentification
    assert test["distribution"] == "chi2(1)"
    sigma, free = fit.sigma_u.to_numpy(), svar.impact.to_numpy() != 0.0
    assert free.sum() == 5

    def loss(values):
        b = np.zeros((3, 3))
        b[free] = values
        return float(scoring.criterion(b[None], sigma[None])[0]) if abs(np.linalg.det(b)) > 1e-8 else 1e6

    start = np.linalg.cholesky(sigma)[free] + 0.1
    ends = [minimize(loss, start * turn, method="BFGS", tol=1e-10) for turn in (1.0, 0.5, 1.5)]
    best = min(end.fun for end in ends)
    ours = loss(svar.impact.to_numpy()[free])
    assert ours <= best + 1e-9
    assert test["statistic"] == pytest.approx(fit.nobs * (ours - np.linalg.slogdet(sigma)[1] - 3.0), rel=1e-6)
    assert 0.0 <= test["p_value"] <= 1.0
    assert scheme.excess(fit.to_var()) == 1


def test_a_batch_is_its_draws_one_by_one(fit):
    from econ.var.reduced.bootstrap import bootstrap_blocks

    (draws,) = bootstrap_blocks(fit.to_var(), Residual(draws=5), lambda made: made, rng=2)
    for scheme in (BOTH, SVEC(long_run={"yield": ["china", "japan", "yield"]}, short_run={"japan": "china"})):
        whole = scheme.impact_batch(draws)
        for number in range(5):
            one = scheme.impact_batch(draws.part(slice(number, number + 1)))[0]
            np.testing.assert_allclose(whole[number], one, atol=1e-8)
        np.testing.assert_allclose(whole @ np.swapaxes(whole, 1, 2), draws.sigma, rtol=1e-7)


@pytest.mark.parametrize(
    "scheme",
    [
        BOTH,
        SVEC(long_run=ZEROS),
        Cholesky("china", "japan", "yield"),
        MaxShare("yield"),
        Heteroskedasticity(
            pd.Series(np.arange(240) > 119, index=pd.period_range("1990-01", periods=240, freq="M")), method="moments"
        ),
    ],
    ids=lambda scheme: type(scheme).__name__,
)
def test_every_read_out_works_in_levels(fit, levels, scheme):
    svar = fit.identify(scheme)
    boot = {"bootstrap": MovingBlock(draws=110), "rng": 1}
    irf = svar.irf(6, **boot)
    np.testing.assert_array_equal(irf.draws, svar.irf(6, **boot, n_jobs=2).draws)
    lower, upper = irf.band(0.90)
    assert (lower <= upper).all()
    shares = svar.fevd(3).sum(axis=1)
    np.testing.assert_allclose(shares, 1.0)
    parts = svar.historical_decomposition()
    for name in fit.variables:
        np.testing.assert_allclose(parts[name].sum(axis=1), levels.frame[name].iloc[2:], atol=1e-9)
    drawn = svar.historical_decomposition(**boot)
    assert drawn.shape[0] == fit.nobs
    assert svar.forecast(3, {"yield": [40.0, np.nan, 41.0]}).loc[:, ("yield", "mean")].iloc[0] == pytest.approx(40.0)


def test_proxy_and_sign_restrictions_work_and_a_stable_scheme_refuses(fit, draw):
    noise = np.random.default_rng(1).standard_normal(fit.nobs)
    svar = fit.identify(Proxy(fit.residuals["china"] + noise, shock="china"))
    assert svar.irf(4, MovingBlock(draws=20), rng=1).draws.shape == (20, 5, 3, 1)
    sets = svar.weak_iv_set("yield", 4)
    assert (
        sets["lower"].iloc[0] < svar.irf(4).scale(to=1.0, response="china").at(4, response="yield", shock="china").value
    )
    signs = {"china": {"china": "+", "yield": ("-", [0])}}
    for kind in ("point", "posterior"):
        drawn = fit.identify(SignRestrictions(signs, draws=30, reduced_form=kind), rng=1)
        blocks = drawn.own_draws[0].lag_blocks
        assert np.linalg.svd(blocks.sum(axis=1) - np.eye(3))[1][:, 1:].max() < 1e-10
        assert (drawn.irf(0).draws[:, 0, 0, 0] > 0).all()
        assert (np.ptp(blocks, axis=0).max() > 0) == (kind == "posterior")
    with pytest.raises(errors.Unstable, match="unit root in differences"):
        fit.identify(LongRun("china", "japan", "yield"))


def test_inner_samples_studentise(fit):
    irf = fit.identify(Cholesky(*fit.variables)).irf(2, Residual(draws=3), rng=1, inner=3)
    assert irf.draw_errors.shape == (3, 3, 3, 3)
    assert (irf.draw_errors[:, 1] > 0).all()


def test_offsets_read_a_vecm_as_any_responses(fit):
    svar = fit.identify(Cholesky("china", "japan", "yield"))
    irf = svar.irf(6, MovingBlock(draws=200), rng=1)
    found = quantity_offset(irf, seller="china", ally="japan", horizon=6)
    point = irf.point[:7].sum(axis=0)
    assert found.value == pytest.approx(-point[1, 0] / point[0, 0])
    assert found.lower < found.value < found.upper
    cell = irf.at(3, response="yield", shock="china")
    assert cell.units == "bp"
    assert cell.lower < cell.value < cell.upper


def test_units_scale_the_responses_and_order_does_not_matter(fit, levels):
    scaled = levels.frame * [10.0, 1.0, 0.1]
    other = VECM(scaled, 2, 1).fit()
    for scheme in (BOTH, SVEC(long_run=ZEROS)):
        np.testing.assert_allclose(
            other.identify(scheme).impact,
            fit.identify(scheme).impact.mul([10.0, 1.0, 0.1], axis=0),
            rtol=1e-5,
            atol=1e-8,
        )
    turned = VECM(levels.frame[["yield", "japan", "china"]], 2, 1).fit().identify(BOTH)
    np.testing.assert_allclose(turned.impact.loc[list(fit.variables)], fit.identify(BOTH).impact, atol=1e-7)


def test_what_does_not_tell_shocks_apart_is_refused(fit, levels):
    stable = VAR(levels.frame.diff().iloc[1:], 1).fit()
    for scheme in (BOTH, SVEC(long_run=ZEROS)):
        with pytest.raises(errors.SpecificationError, match="takes a cointegrated VAR"):
            stable.identify(scheme)
    with pytest.raises(errors.SpecificationError, match="gives 2 permanent and 1 transitory"):
        fit.identify(PermanentTransitory("china", ("japan", "yield")))
    with pytest.raises(errors.SpecificationError, match="leaves out"):
        fit.identify(PermanentTransitory("china", "japan"))
    with pytest.raises(errors.SpecificationError, match="names a permanent and a transitory"):
        PermanentTransitory("china", "china")
    with pytest.raises(errors.SpecificationError, match="needs zeros"):
        SVEC()
    with pytest.raises(errors.SpecificationError, match="needs zeros"):
        SVEC(short_run={}, long_run={})
    with pytest.raises(errors.UnknownName, match="no shock 'chile'"):
        fit.identify(SVEC(long_run={"chile": "china"}))
    with pytest.raises(errors.UnknownName, match="no variable 'chile'"):
        fit.identify(SVEC(long_run={"china": "chile"}))
    with pytest.raises(errors.SpecificationError, match="3 variables have as many shocks"):
        fit.identify(SVEC(long_run=ZEROS, shocks=["a", "b"]))
    with pytest.raises(errors.NotIdentified, match="leave 1 directions"):
        fit.identify(SVEC(long_run={"yield": ["china", "japan", "yield"]}))
    with pytest.raises(errors.NotIdentified, match="2 independent zeros leave 1 directions"):
        fit.identify(SVEC(short_run={"china": "yield", "japan": "yield"}))
    with pytest.raises(errors.NotIdentified, match="4 independent zeros leave 1 directions"):  # in the wrong places
        fit.identify(SVEC(short_run={"china": ["japan", "yield"], "japan": "china", "yield": "china"}))
    with pytest.raises(errors.Contradiction, match="B is singular"):
        fit.identify(SVEC(short_run={"china": ["china", "japan", "yield"]}))
    with pytest.raises(errors.Contradiction, match="B is singular"):
        fit.identify(SVEC(long_run={"china": ["china", "japan", "yield"], "yield": ["china", "japan", "yield"]}))


def test_permanent_shocks_that_do_not_move_their_variable_are_refused():
    """y is stationary by itself, so nothing moves it in the long run."""
    generator = np.random.default_rng(1)
    walk = generator.standard_normal(300).cumsum()
    frame = pd.DataFrame({"x": walk, "y": generator.standard_normal(300)})
    fit = VECM(frame, 1, 1, normalise="y").fit()
    held = fit.restrict(known=fit.vectors({"y": {"y": 1.0}})).restricted
    with pytest.raises(errors.NotIdentified, match="permanent shocks in the long run do not move \\['y'\\]"):
        held.identify(PermanentTransitory("y", "x"))
    assert held.identify(PermanentTransitory("x", "y")).impact.shape == (2, 2)


@pytest.mark.slow
@pytest.mark.parametrize("bootstrap", [Residual(draws=299), MovingBlock(draws=299)], ids=["residual", "block"])
def test_bands_cover(bootstrap):
    """150 samples of 300 periods: nominal 90% percentile intervals at horizons 0, 4 and 24, of two schemes."""
    alpha, beta = np.array([[-0.3], [0.2], [0.1]]), np.array([[1.0], [-0.5], [0.5]])
    gamma = np.array([[0.2, 0.0, 0.1], [0.1, 0.3, 0.0], [0.0, -0.1, 0.2]])
    lags = np.stack([np.eye(3) + alpha @ beta.T + gamma, -gamma])
    factor = np.array([[1.0, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.5, 0.3, 1.2]])
    spaces = vecm_kernels.spaces(lags[None], 1)
    sigma = factor @ factor.T
    push = sigma @ spaces.alpha_out[0]
    permanent = push @ np.linalg.inv(np.linalg.cholesky(push.T @ np.linalg.solve(sigma, push))).T
    effect = (spaces.effect[0] @ permanent)[:2]
    turn = np.linalg.solve(effect, np.linalg.cholesky(effect @ effect.T))
    transitory = spaces.alpha[0] / np.sqrt(spaces.alpha[0].T @ np.linalg.solve(sigma, spaces.alpha[0]))
    impact = np.hstack([permanent @ turn, transitory * np.sign(transitory[2])])
    np.testing.assert_allclose(impact @ impact.T, sigma, atol=1e-10)
    truths = {
        each: kernels.responses(lags[None], b[None], 24)[0][[0, 4, 24]] for each, b in ((BOTH, impact), (ORDER, factor))
    }
    covered = {each: np.zeros(truth.shape) for each, truth in truths.items()}
    for seed in range(150):
        data = simulated_var(300, rng=seed, lags=lags, impact=factor, names=["china", "japan", "yield"])
        fit = VECM(data, 2, 1).fit()
        for scheme, truth in truths.items():
            lower, upper = (each[[0, 4, 24]] for each in fit.identify(scheme).irf(24, bootstrap, rng=seed).band(0.90))
            covered[scheme] += (lower <= truth) & (truth <= upper)
    for scheme, count in covered.items():
        shares = count[truths[scheme] != 0.0] / 150
        print(type(scheme).__name__, (count / 150).round(3))
        assert shares.min() > 0.70
        assert 0.84 < shares.mean() < 0.95


@pytest.mark.slow
def test_standard_errors_of_two_vectors_are_those_of_many_samples():
    """150 samples: statsmodels lays them out by columns, where they would belong to other elements of β."""
    alpha = np.array([[-0.3, 0.0], [0.0, -0.2], [0.1, 0.1], [0.0, 0.1]])
    beta = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.3], [0.5, -0.4]])
    lags = (np.eye(4) + alpha @ beta.T)[None]
    misses, found = [], []
    for seed in range(150):
        data = simulated_var(600, rng=seed, lags=lags, impact=np.diag([1.0, 3.0, 0.5, 2.0]), names=list("abcd"))
        fit = VECM(data, 1, 2).fit()
        found.append(fit.beta_std_errors.iloc[2:].astype(float).to_numpy())
        misses.append(fit.beta.to_numpy()[2:] - beta[2:])
    inside = (np.abs(np.array(misses)) < 1.645 * np.array(found)).mean(axis=0)
    swapped = (np.abs(np.array(misses)) < 1.645 * np.swapaxes(np.array(found), 1, 2)).mean(axis=0)
    print(inside, swapped)
    assert (inside > 0.80).all()
    assert (inside < 0.96).all()
    assert not 0.80 < swapped[0, 1] < 0.96
    assert not 0.80 < swapped[1, 0] < 0.96
