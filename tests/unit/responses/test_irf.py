"""The algebra of responses and their bands."""

from dataclasses import replace

import numpy as np
import pytest

from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.infer.bands import pointwise, sup_t
from econ.var import Cholesky, MovingBlock


@pytest.fixture(scope="module")
def irf(svar):
    return svar.irf(12, MovingBlock(draws=400), rng=1)


def test_pointwise_band_is_the_quantile_of_the_draws(irf):
    lower, upper = irf.band(0.90)
    np.testing.assert_allclose(lower, np.quantile(irf.draws, 0.05, axis=0), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(upper, np.quantile(irf.draws, 0.95, axis=0), rtol=1e-12, atol=1e-14)


def test_sup_t_band_holds_whole_paths(irf):
    lower, upper = irf.band(0.90, "sup-t")
    inside = ((irf.draws >= lower) & (irf.draws <= upper)).all(axis=1).mean(axis=0)
    assert (inside >= 0.90).all()
    assert (inside <= 0.93).all()
    narrow = irf.band(0.90)
    assert (lower <= narrow[0]).all()
    assert (upper >= narrow[1]).all()
    wider = irf.band(0.95, "sup-t")
    assert (wider[0] <= lower).all()


def test_joint_band_holds_all_responses_to_a_shock(irf):
    lower, upper = irf.band(0.80, "joint")
    inside = ((irf.draws >= lower) & (irf.draws <= upper)).all(axis=(1, 2)).mean(axis=0)
    assert (inside >= 0.80).all()
    assert (inside <= 0.90).all()  # whole order statistics of 400 draws
    paths = irf.band(0.80, "sup-t")
    assert (lower <= paths[0]).all()
    assert (upper >= paths[1]).all()
    for j in range(3):
        expected = sup_t(irf.draws[..., j].reshape(400, -1), level=0.80)
        np.testing.assert_allclose((lower[..., j].reshape(-1), upper[..., j].reshape(-1)), expected, rtol=1e-12)
    one = irf.shock("japan")
    np.testing.assert_array_equal(one.band(0.80, "joint")[0], lower[..., [1]])


def test_sup_t_of_one_path_equals_the_function(irf):
    lower, upper = irf.band(0.80, "sup-t")
    expected = sup_t(irf.draws[:, :, 2, 0], level=0.80)
    np.testing.assert_allclose((lower[:, 2, 0], upper[:, 2, 0]), expected, rtol=1e-12)


def test_sup_t_covers_gaussian_vectors_jointly():
    generator = np.random.default_rng(0)
    root = np.linalg.cholesky(0.7 ** np.abs(np.subtract.outer(np.arange(8), np.arange(8))))
    draws, fresh = (generator.standard_normal((20000, 8)) @ root.T for _ in range(2))
    for band in (sup_t(draws, level=0.90), sup_t(draws, level=0.90, point=np.zeros(8))):
        inside = ((fresh >= band[0]) & (fresh <= band[1])).all(axis=1).mean()
        assert inside == pytest.approx(0.90, abs=0.01)
    single = sup_t(draws[:, :1], level=0.90)
    np.testing.assert_allclose(single, pointwise(draws[:, :1], level=0.90), atol=2e-2)


def test_sup_t_refuses_what_it_cannot_use():
    with pytest.raises(SpecificationError, match="shape"):
        sup_t(np.zeros(5))
    with pytest.raises(SpecificationError, match="at least 2"):
        sup_t(np.zeros((1, 5)))
    with pytest.raises(SpecificationError, match="level"):
        sup_t(np.zeros((9, 5)), level=90)


def test_hall_band_reflects_the_percentile_band(irf):
    lower, upper = irf.band(0.90)
    hall = irf.band(0.90, interval="hall")
    np.testing.assert_allclose(hall, (2 * irf.point - upper, 2 * irf.point - lower))


def test_scaling_fixes_the_response_in_every_draw(irf):
    scaled = irf.shock("china").scale(to=-1.0, response="china", horizon=0)
    np.testing.assert_allclose(scaled.point[0, 0, 0], -1.0)
    np.testing.assert_allclose(scaled.draws[:, 0, 0, 0], -1.0)
    np.testing.assert_allclose(scaled.point, irf.point[..., :1] / -irf.point[0, 0, 0])
    whole = irf.scale(to=-1.0, response="china")
    np.testing.assert_array_equal(whole.point[..., 1:], irf.point[..., 1:])
    np.testing.assert_allclose(whole.point[..., :1], scaled.point)


def test_scaling_by_a_response_that_is_zero_is_refused(irf):
    with pytest.raises(SpecificationError, match="does not move 'china'"):
        irf.shock("yield").scale(to=1.0, response="china")


def test_adding_is_joint_and_linear(irf, svar):
    both = irf.shock("china") + irf.shock("japan")
    np.testing.assert_allclose(both.draws, irf.draws[..., :1] + irf.draws[..., 1:2])
    assert both.shocks == ("china + japan",)
    difference = irf.shock("china") - irf.shock("china")
    np.testing.assert_array_equal(difference.draws, 0.0)
    same_draws = svar.irf(12, MovingBlock(draws=400), rng=1)
    np.testing.assert_array_equal((irf + same_draws).draws, 2 * irf.draws)


def test_adding_responses_of_other_draws_or_models_is_refused(irf, svar, fit):
    with pytest.raises(SpecificationError, match="different estimates or draws"):
        irf + svar.irf(12, MovingBlock(draws=400), rng=2)
    with pytest.raises(SpecificationError, match="different estimates or draws"):
        irf + fit.identify(Cholesky("yield", "japan", "china")).irf(12, MovingBlock(draws=400), rng=1)
    with pytest.raises(SpecificationError, match="cannot be combined"):
        irf + irf.shock("china")
    with pytest.raises(TypeError):
        irf + 1.0


def test_quantiles_of_sums_are_quantiles_of_summed_draws(irf):
    lower, _ = irf.cumulate().band(0.90)
    np.testing.assert_allclose(lower, np.quantile(np.cumsum(irf.draws, axis=1), 0.05, axis=0), atol=1e-12)
    assert not np.allclose(lower, np.cumsum(irf.band(0.90)[0], axis=0))


def test_sums_are_not_summed_again_nor_mixed_with_what_is_not_summed(irf):
    summed = irf.cumulate()
    assert summed.cumulated
    assert summed.shock("china").scale(to=1.0, response="china").cumulated
    assert summed.at(2, response="yield", shock="china").label.startswith("cumulated yield")
    with pytest.raises(SpecificationError, match="already"):
        summed.cumulate()
    with pytest.raises(SpecificationError, match="cumulate both"):
        summed.shock("china") - irf.shock("japan")
    both = summed.shock("china") + summed.shock("japan")
    np.testing.assert_allclose(
        both.draws, (irf.shock("china") + irf.shock("japan")).cumulate().draws, rtol=1e-9, atol=1e-12
    )


def test_a_shock_is_sized_in_billions_of_todays_debt(irf):
    from dataclasses import replace

    shares = replace(irf, units={"china": "percent of debt", "yield": "bp"})
    sale = shares.scale(to=-100.0, response="china", debt=25_000.0)
    np.testing.assert_array_equal(sale.point[0, 0, 0], -0.4)  # 100bn of 25,000bn
    np.testing.assert_allclose(sale.draws[:, 0, 0, 0], -0.4, rtol=1e-12)
    one = shares.scale(to=-1.0, response="china")
    np.testing.assert_allclose(sale.draws[:, 3, 2, 0], 0.4 * one.draws[:, 3, 2, 0], rtol=1e-12)
    with pytest.raises(SpecificationError, match="percent of debt"):
        shares.scale(to=-100.0, response="yield", shock="china", debt=25_000.0)
    for debt in (0.0, -1.0, np.nan):
        with pytest.raises(SpecificationError, match="debt must be a finite number above 0"):
            shares.scale(to=-100.0, response="china", debt=debt)


def test_at_reads_one_number(irf):
    estimate = irf.at(3, response="yield", shock="china", level=0.80)
    draws = irf.draws[:, 3, 2, 0]
    assert estimate.value == irf.point[3, 2, 0]
    assert estimate.std_error == pytest.approx(draws.std(ddof=1))
    assert estimate.interval == pytest.approx(tuple(np.quantile(draws, [0.1, 0.9])))
    assert estimate.level == 0.80


def test_observations_of_a_horizon_stand_beside_what_is_read_there(irf):
    fewer = replace(irf, nobs_by_horizon=tuple(irf.nobs - h for h in range(irf.horizon + 1)))
    assert irf.at(2, response="yield", shock="china").nobs == irf.nobs
    assert fewer.at(2, response="yield", shock="china").nobs == irf.nobs - 2
    assert fewer.difference((0, "yield", "china"), (3, "yield", "china")).nobs == irf.nobs - 3
    with pytest.raises(SpecificationError, match="one number a horizon"):
        replace(irf, nobs_by_horizon=(1, 2))


def test_peak_lets_every_draw_have_its_own_date(irf):
    estimate = irf.peak(response="yield", shock="china")
    path = irf.point[:, 2, 0]
    assert estimate.value == path[np.abs(path).argmax()]
    draws = irf.draws[:, :, 2, 0]
    peaks = [draw[np.abs(draw).argmax()] for draw in draws]
    assert estimate.std_error == pytest.approx(np.std(peaks, ddof=1))


def test_without_draws_uncertainty_is_unavailable(svar):
    irf = svar.irf(4)
    estimate = irf.at(0, response="yield", shock="china")
    assert isinstance(estimate.std_error, Unavailable)
    assert "bootstrap" in str(estimate.lower)
    with pytest.raises(SpecificationError, match="needs draws"):
        irf.band()
    assert list(irf.to_frame().columns) == ["point"]


def test_to_frame_is_tidy(irf):
    table = irf.to_frame(level=0.90)
    assert table.loc[(3, "yield", "china"), "point"] == irf.point[3, 2, 0]
    assert table.loc[(3, "yield", "china"), "lower"] == irf.band(0.90)[0][3, 2, 0]
    assert len(table) == 13 * 9


def test_refuses_unknown_names_and_horizons(irf):
    with pytest.raises(SpecificationError, match="did you mean 'yield'"):
        irf.at(0, response="yeild", shock="china")
    with pytest.raises(SpecificationError, match="say which"):
        irf.at(0, response="yield")
    with pytest.raises(SpecificationError, match="no shock"):
        irf.shock("fed")
    for horizon in (-1, 13, 1.0):
        with pytest.raises(SpecificationError, match=r"from 0 to 12|must be an integer"):
            irf.at(horizon, response="yield", shock="china")
    with pytest.raises(SpecificationError, match="no band 'simultaneous'"):
        irf.band(kind="simultaneous")
    with pytest.raises(SpecificationError, match="level"):
        irf.band(90)


def test_plot_draws_the_grid_asked_for(irf):
    figure = irf.plot(response="yield", shock=["china", "japan"])
    assert len(figure.axes) == 2
    with pytest.raises(SpecificationError, match="did you mean 'yield'"):
        irf.plot(response="yields")


def test_differences_and_ratios_come_from_the_same_draws(irf):
    first, second = (3, "yield", "china"), (3, "yield", "japan")
    estimate = irf.difference(first, second, level=0.80)
    drawn = irf.draws[:, 3, 2, 0] - irf.draws[:, 3, 2, 1]
    assert estimate.value == pytest.approx(irf.point[3, 2, 0] - irf.point[3, 2, 1])
    assert estimate.std_error == pytest.approx(drawn.std(ddof=1))
    assert estimate.interval == pytest.approx(tuple(np.quantile(drawn, [0.1, 0.9])))
    assert estimate.units == "bp"
    independent = np.hypot(irf.draws[:, 3, 2, 0].std(ddof=1), irf.draws[:, 3, 2, 1].std(ddof=1))
    assert estimate.std_error != pytest.approx(independent, rel=1e-3)


def test_a_ratio_to_a_weak_denominator_is_unbounded(irf):
    strong = irf.ratio((0, "yield", "china"), (0, "china", "china"))
    scaled = irf.shock("china").scale(to=1.0, response="china").at(0, response="yield")
    assert strong.value == pytest.approx(scaled.value)
    assert strong.std_error == pytest.approx(scaled.std_error, rel=0.1)
    assert strong.units == "bp per "
    weak = irf.ratio((0, "yield", "china"), (12, "japan", "yield"))
    assert not weak.region.bounded
    with pytest.raises(SpecificationError, match="exactly zero"):
        irf.ratio((0, "yield", "china"), (0, "china", "yield"))


def test_contrasts_refuse_unlike_units_and_missing_draws(irf, svar):
    with pytest.raises(SpecificationError, match="convert one"):
        irf.difference((0, "yield", "china"), (0, "japan", "china"))
    with pytest.raises(SpecificationError, match="needs draws"):
        svar.irf(3).ratio((0, "yield", "china"), (0, "china", "china"))
