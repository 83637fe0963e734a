"""Joint readings: the same numbers from an IRF and from projections, with draws and without, and refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, MovingBlock
from econ.errors import SpecificationError, UnknownName
from econ.offset import adding_up, price_offset, quantity_offset, symmetry
from econ.projection import LocalProjection, PanelProjection, PlugIn
from econ.responses import IRF, Cell, Identified, JointResponses
from econ.testing import simulated_var

DATA = simulated_var(periods=200, rng=1, names=("cn", "jp"))
CELLS = [Cell(3, "cn", "cn", summed=True), Cell(3, "jp", "cn", summed=True), Cell(1, "jp", "cn")]


def projected(**options):
    bootstrap = options.pop("bootstrap", None)
    return LocalProjection(DATA, ("cn", "jp"), "cn", lags=1, **options).fit(4, "hac", bootstrap=bootstrap, rng=1)


def panel(**options):
    values = np.random.default_rng(3).standard_normal((320, 2))
    index = pd.MultiIndex.from_product([list("abcdefgh"), range(40)])
    frame = pd.DataFrame(values, columns=["jp", "cn"], index=index)
    return PanelProjection(frame, response="jp", impulse="cn", lags=1, **options).fit(2)


def test_who_can_be_read_and_who_draws():
    svar = VAR(DATA, lags=1).fit().identify(Cholesky("cn", "jp"))
    for source in (svar.irf(2), projected(), panel()):
        assert isinstance(source, JointResponses)
        assert not isinstance(source, Identified)
    assert isinstance(svar, Identified)
    assert not isinstance(svar, JointResponses)


def test_draws_are_read_jointly_and_sums_are_sums():
    irf = VAR(DATA, lags=1).fit().identify(Cholesky("cn", "jp")).irf(4, bootstrap=MovingBlock(draws=100), rng=1)
    read = irf.read(CELLS)
    drawn = np.column_stack([irf.draws[:, :4, 0, 0].sum(1), irf.draws[:, :4, 1, 0].sum(1), irf.draws[:, 1, 1, 0]])
    np.testing.assert_allclose(read.draws, drawn, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(read.covariance, np.cov(drawn, rowvar=False), rtol=1e-12)
    assert read.point[2] == irf.point[1, 1, 0]
    assert (read.nobs, read.df, read.parent) == (irf.nobs, None, irf)
    summed = irf.cumulate().read(CELLS[:2])
    np.testing.assert_allclose(summed.point, read.point[:2], rtol=1e-12)
    with pytest.raises(SpecificationError, match="every response is a sum"):
        irf.cumulate().read(CELLS)


def test_a_projection_and_its_irf_read_alike():
    fit = projected()
    ours, same = fit.read(CELLS), fit.irf.read(CELLS)
    np.testing.assert_array_equal(ours.covariance, same.covariance)
    assert (ours.parent, same.parent) == (fit, fit.irf)
    weights = np.zeros((3, 5, 2, 1))
    weights[0, :4, 0], weights[1, :4, 1], weights[2, 1, 1] = 1.0, 1.0, 1.0
    weights = weights.reshape(3, -1)
    np.testing.assert_allclose(ours.covariance, weights @ fit.covariance @ weights.T, rtol=1e-9)
    scaled = replace(fit.irf, point=2.0 * fit.irf.point)
    with pytest.raises(SpecificationError, match="joint draws"):  # no longer what was estimated
        scaled.read(CELLS)
    drawn = projected(bootstrap=PlugIn(draws=4000))
    np.testing.assert_allclose(drawn.read(CELLS).covariance, ours.covariance, rtol=0.15)
    assert drawn.irf.scale(to=1.0, response="cn").read(CELLS).draws.shape == (4000, 3)


def test_one_horizon_of_sums_uses_its_own_rows_and_bandwidth():
    fit = projected(cumulative=True)
    read = fit.read([Cell(2, name, "cn", summed=True) for name in ("cn", "jp")])
    np.testing.assert_allclose(np.sqrt(np.diag(read.covariance)), fit.std_errors[2, :, 0], rtol=1e-10)
    assert read.nobs == fit.nobs - 2


def test_a_panel_reads_its_horizons_jointly():
    fit = panel()
    read = fit.read([Cell(h, "jp", "cn") for h in range(3)])
    np.testing.assert_allclose(np.sqrt(np.diag(read.covariance)), fit.std_errors[:, 0, 0], rtol=1e-10)
    assert read.df == 7.0
    assert fit.irf.read([Cell(1, "jp", "cn")]).point[0] == fit.point[1, 0, 0]


def test_a_cell_serves_differences_and_ratios_too():
    irf = VAR(DATA, lags=1).fit().identify(Cholesky("cn", "jp")).irf(4, bootstrap=MovingBlock(draws=100), rng=1)
    plain, named = irf.ratio((2, "jp", "cn"), (0, "cn", "cn")), irf.ratio(Cell(2, "jp", "cn"), Cell(0, "cn", "cn"))
    assert plain == named
    share = irf.ratio(Cell(3, "jp", "cn", summed=True), Cell(3, "cn", "cn", summed=True))
    offset = quantity_offset(irf, "cn", "jp", horizon=3)
    assert share.value == pytest.approx(-offset.value, rel=1e-12)
    assert (share.lower, share.upper) == pytest.approx((-offset.upper, -offset.lower), rel=1e-9)


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        (Cell(5, "cn", "cn"), SpecificationError, "from 0 to 4"),
        (Cell(1, "cm", "cn"), UnknownName, "no response 'cm'"),
        (Cell(1, "cn", "us"), UnknownName, "no shock 'us'"),
    ],
)
def test_bad_cells_raise_their_own_error(cell, error, words):
    for source in (projected(), projected().irf):
        with pytest.raises(error, match=words):
            source.read([cell])


def test_multipliers_are_ratios_already():
    fit = LocalProjection(DATA, "jp", "cn", lags=1, cumulative="multiplier").fit(2, bootstrap=PlugIn(draws=50), rng=1)
    for source in (fit, fit.irf, fit.irf.shock("cn")):
        with pytest.raises(SpecificationError, match="multipliers already"):
            source.read([Cell(1, "jp", "cn", summed=True)])


def test_offsets_take_joint_responses_and_say_what_else_was_passed():
    fit = projected()
    assert quantity_offset(fit, "cn", "jp", horizon=2).value == quantity_offset(fit.irf, "cn", "jp", horizon=2).value
    for call in (quantity_offset, symmetry, price_offset):
        with pytest.raises(SpecificationError, match=r"found (a )?DataFrame"):
            call(DATA.frame, "cn", "jp", shock="cn") if call is not symmetry else call(DATA.frame, "cn", "jp")
    with pytest.raises(SpecificationError, match=r"found (a )?DataFrame"):
        adding_up(DATA.frame, "cn", ["jp"], shock="cn")
    with pytest.raises(SpecificationError, match=r"svar must be .*found a ProjectionResults"):
        price_offset(fit, "cn", "jp", response="jp", horizon=2)


def test_an_irf_of_anybodys_own_numbers_will_do():
    point = np.array([[[-1.0], [0.3]], [[-0.5], [0.3]]])
    draws = point + 0.05 * np.random.default_rng(1).standard_normal((50, 2, 2, 1))
    mine = IRF(point=point, draws=draws, responses=("cn", "jp"), shocks=("cn",), nobs=300)
    assert quantity_offset(mine, "cn", "jp", horizon=1).value == pytest.approx(0.4)
