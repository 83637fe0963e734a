"""A shock counted the other way round, or renamed, is so in all that is read off it; sets scale with their shock."""

import numpy as np
import pandas as pd
import pytest
from surface.instances import instances

from econ import ConfidenceSet, LocalProjection, MovingBlock, PanelProjection, Residual, SignRestrictions
from econ.errors import SpecificationError, UnknownName
from econ.responses import labels
from econ.var import FactorAugmentedStructural

POINT = ("by Cholesky", "by Proxy", "by Heteroskedasticity", "by NonGaussian", "by OwnShocks", "SVECResults")
OWN = ("by SignRestrictions",)
DRAWS = Residual(draws=30)


@pytest.fixture(scope="module")
def have():
    return instances()


def flipped(svar):
    first = svar.shock_names[0]
    return first, svar.flip(first)


@pytest.mark.parametrize("name", POINT + OWN)
def test_responses_and_their_draws_change_sign_to_the_last_bit(have, name):
    svar = have[name]
    first, turned = flipped(svar)
    assert type(turned) is type(svar)
    bootstrap = None if name in OWN else DRAWS
    before, after = (each.irf(3, bootstrap, rng=1 if bootstrap else None) for each in (svar, turned))
    sign = np.where(np.array(svar.shock_names) == first, -1.0, 1.0)
    assert before.draws.any()
    assert np.array_equal(after.point, before.point * sign)
    assert np.array_equal(after.draws, before.draws * sign)
    assert np.array_equal(after.draws, before.flip(first).draws)
    assert turned.impact.equals(svar.impact * sign)
    assert turned.shocks.equals(svar.shocks * sign)


@pytest.mark.parametrize("name", ["by Cholesky", "by Proxy", "by SignRestrictions", "SVECResults"])
def test_shares_and_contributions_do_not_change(have, name):
    svar = have[name]
    _, turned = flipped(svar)
    bootstrap = {} if name in OWN else {"bootstrap": DRAWS, "rng": 1}
    for read in ("fevd", "historical_decomposition"):
        asked = {"horizon": 3} if read == "fevd" else {}
        before, after = (getattr(each, read)(**asked, **bootstrap, level=0.9) for each in (svar, turned))
        pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_two_flips_are_none_and_several_go_at_once(have):
    svar = have["by Cholesky"]
    assert svar.flip("x").flip("x").turned == ()
    both = svar.flip(["x", "y"])
    assert both.turned == (0, 1)
    assert np.array_equal(both.irf(2, DRAWS, rng=1).draws, -svar.irf(2, DRAWS, rng=1).draws)
    assert both.flip("x").turned == (1,)


def test_studentised_intervals_turn_too(have):
    svar, few = have["by Cholesky"], MovingBlock(draws=20)
    before, after = (each.irf(1, few, rng=1, inner=4) for each in (svar, svar.flip("y")))
    assert np.array_equal(before.draw_errors, after.draw_errors)
    old, new = (each.band(0.8, interval="studentised") for each in (before, after))
    assert np.allclose(new[0][..., 1], -old[1][..., 1])
    assert np.allclose(new[0][..., 0], old[0][..., 0])


def test_a_posterior_is_turned_draw_by_draw(have):
    posterior = have["BayesianVARResults"]
    svar = posterior.identify(have["Cholesky"])
    turned = svar.flip("y")
    assert np.array_equal(turned.irf(2).draws[..., 1], -svar.irf(2).draws[..., 1])
    assert np.array_equal(turned.irf(2).draws[..., 0], svar.irf(2).draws[..., 0])


def test_names_change_everywhere_and_numbers_nowhere(have):
    svar = have["by Cholesky"]
    named = svar.rename_shocks({"x": "sale"})
    assert named.shock_names == ("sale", "y")
    assert list(named.shocks) == ["sale", "y"]
    before, after = (each.irf(2, DRAWS, rng=1) for each in (svar, named))
    assert after.shocks == ("sale", "y")
    assert np.array_equal(before.draws, after.draws)
    assert named.fevd(2).rename(columns={"sale": "x"}).equals(svar.fevd(2))
    table = named.historical_decomposition(DRAWS, 1)
    assert any("sale" in map(str, label if isinstance(label, tuple) else (label,)) for label in table.columns)
    assert named.flip("sale").rename_shocks({"sale": "buy"}).turned == (0,)


@pytest.mark.parametrize("names", [{"x": "y"}, {"x": ""}])
def test_names_that_cannot_be_are_refused(have, names):
    with pytest.raises(SpecificationError):
        have["by Cholesky"].rename_shocks(names)


def test_a_shock_that_is_not_there_or_not_named_is_refused(have):
    svar = have["by Cholesky"]
    with pytest.raises(UnknownName):
        svar.flip("z")
    with pytest.raises(UnknownName):
        svar.rename_shocks({"z": "w"})
    with pytest.raises(SpecificationError, match="say which to flip"):
        svar.flip()
    assert have["by Proxy"].flip().turned == (0,)


def test_factor_responses_turn_with_the_structural_form(have):
    svar = have["FactorAugmentedStructural"]
    assert isinstance(svar, FactorAugmentedStructural)
    few = Residual(draws=8)
    before, after = (each.irf(1, few, rng=1) for each in (svar, svar.flip("factor_1")))
    assert np.array_equal(after.draws, before.draws * [-1.0, 1.0])
    assert svar.rename_shocks({"y": "policy"}).irf(1).shocks == ("factor_1", "policy")


def test_robust_bounds_turn_and_take_the_new_name(have):
    svar = have["VARResults"].identify(SignRestrictions({"x": {"x": "+"}}, draws=10), rng=1)
    before = svar.robust_bounds(1, rng=1, draws=2)
    after = svar.flip("x").rename_shocks({"x": "sale"}).robust_bounds(1, rng=1, draws=2, shock="sale")
    assert after.shock == "sale"
    assert before.shock == "x"
    assert np.array_equal(after.lower, -before.upper)
    assert np.array_equal(after.upper, -before.lower)


def test_weak_instrument_sets_follow_the_shock(have):
    svar = have["by Proxy"]
    unit = svar.weak_iv_set("y", 2)
    half = svar.weak_iv_set("y", 2, to=0.5)
    assert np.array_equal(half[["lower", "upper"]], 0.5 * unit[["lower", "upper"]])
    turned = svar.flip().rename_shocks({"x": "sale"}).weak_iv_set("y", 2)
    assert np.array_equal(turned["lower"], -unit["upper"])
    assert np.array_equal(turned["upper"], -unit["lower"])
    assert set(turned.index.get_level_values("shock")) == {"sale"}
    assert svar.flip().weak_iv_set("y", 2, to=1.0).equals(unit)
    fixed = svar.weak_iv_set("x", 0, to=-3.0)
    assert fixed[["lower", "upper"]].to_numpy().tolist() == [[-3.0, -3.0]]
    with pytest.raises(SpecificationError):
        svar.weak_iv_set("y", 1, to=0.0)


def test_sets_that_are_open_disjoint_or_empty_are_scaled_as_sets():
    sets = [
        ConfidenceSet(((-np.inf, -1.0), (2.0, np.inf)), 0.9),
        ConfidenceSet((), 0.9),
        ConfidenceSet(((1.0, np.inf),), 0.9),
        ConfidenceSet(((-np.inf, np.inf),), 0.9),
    ]
    table = labels.intervals(sets, response="y", shock="x", size=-2.0)
    assert table.to_numpy().tolist() == [
        [0.0, -np.inf, -4.0],
        [0.0, 2.0, np.inf],
        [2.0, -np.inf, -2.0],
        [3.0, -np.inf, np.inf],
    ]


def test_sets_of_projections_scale_with_the_impulse():
    draws = np.random.default_rng(1).standard_normal((240, 3))
    index = pd.MultiIndex.from_product([list("abcdef"), pd.period_range("2000", periods=40, freq="M")])
    frame = pd.DataFrame({"z": draws[:, 0], "x": draws[:, 0] + draws[:, 1]}, index)
    frame["y"] = frame["x"] + draws[:, 2]
    single = frame.loc["a"]
    for model in (
        LocalProjection(single, "y", "x", instrument="z", lags=1),
        PanelProjection(frame, response="y", impulse="x", instrument="z", lags=1),
    ):
        fit = model.fit(1)
        unit, fall = fit.weak_iv_set("y", 1), fit.weak_iv_set("y", 1, to=-2.0)
        assert np.isfinite(unit["lower"]).all()
        assert np.array_equal(fall["lower"], -2.0 * unit["upper"])
        assert np.array_equal(fall["upper"], -2.0 * unit["lower"])
