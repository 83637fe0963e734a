"""Factor-augmented VAR: algebra of its two steps, a panel without noise, recovery, refusals, coverage."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError, UnknownName
from econ.responses import IRF
from econ.var import VAR, Cholesky, FactorAugmentedVAR, MovingBlock, Residual, SignRestrictions, factor_number
from econ.var.reduced import _factor_kernels as kernels

LAG = np.array([[0.7, 0.1, -0.2], [0.0, 0.5, -0.1], [0.2, 0.1, 0.6]])
IMPACT = np.array([[1.0, 0.0, 0.0], [0.3, 0.8, 0.0], [0.4, 0.2, 0.7]])
SCHEME = Cholesky("factor_1", "factor_2", "rate")
SLOW = [f"x{number}" for number in range(14)]


def loads(size, slow):
    found = np.random.default_rng(3).standard_normal((size, 3)) + np.array([0.3, 0.3, 0.0])
    found[:slow, 2] = 0.0
    return found


def simulated(periods, rng, *, noise=1.0, size=20, slow=14):
    shocks = rng.standard_normal((periods + 50, 3)) @ IMPACT.T
    states = np.zeros((periods + 50, 3))
    for t in range(1, len(states)):
        states[t] = LAG @ states[t - 1] + shocks[t]
    states = pd.DataFrame(states[50:], columns=["f", "g", "rate"])
    states.index = pd.period_range("1980-01", periods=periods, freq="M")
    panel = states.to_numpy() @ loads(size, slow).T + noise * rng.standard_normal((periods, size))
    return states, pd.DataFrame(panel, index=states.index, columns=[f"x{number}" for number in range(size)])


def truth(horizon, size=20, slow=14):
    states = np.stack([np.linalg.matrix_power(LAG, h) @ IMPACT[:, 2] for h in range(horizon + 1)])
    return np.column_stack([states[:, 2], states @ loads(size, slow).T])


@pytest.fixture(scope="module")
def sample():
    states, panel = simulated(150, np.random.default_rng(1))
    return states[["rate"]] + 5.0, panel


@pytest.fixture(scope="module")
def fit(sample):
    return FactorAugmentedVAR(*sample, 2, lags=2, slow=SLOW).fit()


@pytest.mark.parametrize("shape", [(80, 12), (12, 80)])
def test_components_are_singular_vectors(shape):
    x = kernels.standardised(np.random.default_rng(1).standard_normal((2, *shape)))[0]
    found = kernels.components(x, 3)
    for each, panel in zip(found, x, strict=True):
        left = np.linalg.svd(panel)[0][:, :3]
        np.testing.assert_allclose(np.abs(left.T @ each), np.sqrt(shape[0]) * np.eye(3), atol=1e-9)
        assert ((panel.T @ each).sum(axis=0) > 0.0).all()


def test_factors_are_what_two_regressions_leave(sample, fit):
    rate, panel = (np.asarray(each, dtype=float) for each in sample)
    z = (panel - panel.mean(axis=0)) / panel.std(axis=0)
    both = [np.linalg.svd(part, full_matrices=False)[0][:, :2] * np.sqrt(len(z)) for part in (z, z[:, :14])]
    common = both[0] * np.sign((z.T @ both[0]).sum(axis=0))
    y = rate - rate.mean()
    slopes = np.linalg.lstsq(np.hstack([both[1], y]), common, rcond=None)[0]
    np.testing.assert_allclose(fit.factors, common - y @ slopes[2:], atol=1e-9)
    states = np.hstack([np.ones((len(z), 1)), fit.factors, rate])
    wanted = np.linalg.lstsq(states, panel, rcond=None)[0]
    np.testing.assert_allclose(fit.loadings, wanted[1:].T, atol=1e-9)
    np.testing.assert_allclose(fit.idiosyncratic, panel - states @ wanted, atol=1e-9)
    np.testing.assert_allclose(fit.r2, 1.0 - (panel - states @ wanted).var(axis=0) / panel.var(axis=0))
    again = VAR(pd.concat([fit.factors, sample[0]], axis=1), lags=2).fit()
    pd.testing.assert_frame_equal(fit.reduced.params, again.params)


def test_without_slow_columns_factors_are_components(sample):
    found = FactorAugmentedVAR(*sample, 3, lags=1, trend="ct").fit()
    z = kernels.standardised(sample[1].to_numpy()[None])[0]
    np.testing.assert_allclose(found.factors, kernels.components(z, 3)[0], atol=1e-12)
    assert found.reduced.params.index[1] == "trend"
    assert FactorAugmentedVAR(*sample, 3, lags="bic").fit().reduced.lags >= 1


def test_a_panel_without_noise_gives_the_var_of_the_true_factors():
    states, panel = simulated(120, np.random.default_rng(2), noise=1e-7)
    fit = FactorAugmentedVAR(states[["rate"]], panel, 2, lags=1, slow=SLOW).fit()
    ways = {"horizon": 6, "bootstrap": MovingBlock(draws=40), "rng": 3}
    exact = VAR(states, lags=1).fit().identify(Cholesky("f", "g", "rate")).irf(**ways)
    found = fit.identify(SCHEME).irf(**ways)
    np.testing.assert_allclose(found.point[:, 2, 2], exact.point[:, 2, 2], atol=1e-5)
    np.testing.assert_allclose(found.draws[:, :, 2, 2], exact.draws[:, :, 2, 2], atol=1e-5)
    of_panel = exact.draws[..., 2] @ loads(20, 14).T
    np.testing.assert_allclose(found.draws[:, :, 3:, 2], of_panel, atol=1e-5)


def test_noise_of_the_panel_widens_the_draws(sample, fit):
    found = fit.identify(SCHEME).irf(2, Residual(draws=100), rng=1, responses=["x3", "rate"])
    states = fit.reduced.identify(SCHEME).irf(2, Residual(draws=100), rng=1)
    load = fit.loadings.loc["x3"].to_numpy()
    through = np.einsum("j,bhjs->bhs", load, states.draws)
    assert found.responses == ("x3", "rate")
    assert found.draws[:, 0, 0, 2].std() > 2.0 * through[:, 0, 2].std()
    np.testing.assert_allclose(found.draws[:, 0].mean(axis=0), found.point[0], atol=0.25)


def test_turned_factors_have_the_identity_as_their_regression():
    found, target = np.random.default_rng(1).standard_normal((2, 3, 50, 2))
    turned = kernels.aligned(found, target)
    np.testing.assert_allclose(kernels.regression(target, turned), np.broadcast_to(np.eye(2), (3, 2, 2)), atol=1e-10)


def test_order_units_and_signs_of_the_panel_do_not_matter(sample, fit):
    rate, panel = sample
    names = [*panel][::-1]
    turned = (panel * np.tile([100.0, -1.0], 10))[names]
    other = FactorAugmentedVAR(rate, turned, 2, lags=2, slow=SLOW[::-1]).fit()
    one, two = (each.identify(SCHEME).irf(5) for each in (fit, other))
    scale = dict(zip(panel, np.tile([100.0, -1.0], 10), strict=True))
    for name in panel:
        place = one.responses.index(name), two.responses.index(name)
        np.testing.assert_allclose(one.point[:, place[0], 2] * scale[name], two.point[:, place[1], 2], atol=1e-8)


def test_responses_of_the_panel_are_loadings_times_those_of_the_var(fit):
    svar = fit.identify(SCHEME)
    irf, states = svar.irf(5), fit.reduced.identify(SCHEME).irf(5)
    assert isinstance(irf, IRF)
    assert irf.responses == fit.variables
    np.testing.assert_allclose(irf.point[:, 3:], fit.loadings.to_numpy() @ states.point, atol=1e-12)
    pd.testing.assert_frame_equal(svar.shocks, svar.structural.shocks)
    signs = fit.identify(SignRestrictions({"tight": {"rate": "+"}}, draws=10), rng=1).irf(3)
    assert signs.draws.shape == (10, 4, 23, 1)


def test_draws_do_not_depend_on_workers(fit):
    svar = fit.identify(SCHEME)
    one, two = (svar.irf(1, MovingBlock(draws=120), rng=5, n_jobs=jobs).draws for jobs in (1, 2))
    np.testing.assert_array_equal(one, two)
    assert (svar.irf(1, MovingBlock(draws=120), rng=6).draws != one).any()


def test_shares_add_to_one_and_forecasts_hold_the_panel(fit):
    svar = fit.identify(SCHEME)
    shares = svar.fevd(4)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    own = svar.structural.fevd(4)
    np.testing.assert_allclose(shares.loc[(4, "rate")].iloc[:3], own.loc[(4, "rate")])
    table = fit.forecast(3, 0.8)
    pd.testing.assert_frame_equal(table[list(fit.reduced.variables)], fit.reduced.forecast(3, 0.8))
    states = np.array([table[name]["mean"] for name in fit.reduced.variables]).T
    centre = np.append([0.0, 0.0], fit.parent.parent.frame.mean())
    wanted = fit.parent.used["x2"].mean() + (states - centre) @ fit.loadings.loc["x2"]
    np.testing.assert_allclose(table["x2"]["mean"], wanted)
    load, sigma = fit.loadings.loc["x2"].to_numpy(), fit.reduced.sigma_u.to_numpy()
    noise = (fit.idiosyncratic["x2"] ** 2).sum() / (150 - 4)
    width = (table["x2"]["upper"] - table["x2"]["lower"]).iloc[0] / (2.0 * 1.2815515655446004)
    assert width**2 == pytest.approx(load @ sigma @ load + noise)


def test_criteria_count_factors():
    rng = np.random.default_rng(4)
    factors, load = rng.standard_normal((200, 3)), rng.standard_normal((80, 3))
    panel = pd.DataFrame(factors @ load.T + rng.standard_normal((200, 80))).rename(columns="x{}".format)
    table = factor_number(panel, 6)
    assert (table[["ic1", "ic2", "ic3"]].idxmin() == 3).all()
    z = ((panel - panel.mean()) / panel.std(ddof=0)).to_numpy()
    u, s, v = np.linalg.svd(z, full_matrices=False)
    left = np.mean((z - u[:, :2] * s[:2] @ v[:2]) ** 2)
    penalty = 2.0 * (280 / 16000) * np.log([16000 / 280, 80])
    np.testing.assert_allclose(table.loc[2, ["ic1", "ic2"]].astype(float), np.log(left) + penalty)
    assert table.loc[2, "ic3"] == pytest.approx(np.log(left) + 2.0 * np.log(80) / 80)
    rate = pd.DataFrame({"rate": rng.standard_normal(200)})
    assert FactorAugmentedVAR(rate, panel, "ic2", lags=1, max_factors=6).number() == 3


def test_what_makes_no_sense_is_refused(sample):
    rate, panel = sample
    build = {"lags": 1, "slow": SLOW}
    for wrong, error, said in (
        ({"factors": 20}, SampleTooShort, "20 factors need a panel"),
        ({"factors": 14}, SampleTooShort, "14 factors need a slow part"),
        ({"factors": 0}, SpecificationError, "factors"),
        ({"factors": "aic"}, SpecificationError, "criterion"),
        ({"slow": ["x99"]}, UnknownName, "slow"),
        ({"lags": "ic1"}, SpecificationError, "criterion"),
        ({"trend": "t"}, SpecificationError, "trend"),
        ({"panel": panel.iloc[5:]}, SchemaError, "span the data"),
        ({"panel": panel.rename(columns={"x19": "rate"})}, SchemaError, "rename"),
        ({"panel": panel.rename(columns={"x19": "factor_1"})}, SchemaError, "rename"),
        ({"panel": panel.assign(x19=1.0)}, SchemaError, "constant"),
        ({"panel": panel.assign(x0=panel["x0"].where(panel["x0"] > 0.0))}, SchemaError, "x0"),
    ):
        with pytest.raises(error, match=said):
            FactorAugmentedVAR(**{"data": rate, "panel": panel, "factors": 2, **build, **wrong})
    copies = pd.DataFrame(dict.fromkeys(SLOW, panel["x1"]))
    with pytest.raises(SingularDesign, match="fewer independent columns than 2 factors"):
        FactorAugmentedVAR(rate, copies, 2, **build).fit()
    with pytest.raises(SampleTooShort, match="factors need a panel"):
        factor_number(panel, 20)


@pytest.mark.slow
def test_bands_cover_the_responses_of_the_panel():
    rng, true, covered = np.random.default_rng(6), truth(4, 60, 40), []
    slow = [f"x{number}" for number in range(40)]
    for number in range(60):
        states, panel = simulated(200, rng, size=60, slow=40)
        fit = FactorAugmentedVAR(states[["rate"]], panel, 2, lags=1, slow=slow).fit()
        irf = fit.identify(SCHEME).irf(4, MovingBlock(draws=199), rng=number)
        lower, upper = irf.band(0.90)
        covered.append((lower[:, 2:, 2] <= true) & (true <= upper[:, 2:, 2]))
    assert 0.83 < np.mean(covered) < 0.95
