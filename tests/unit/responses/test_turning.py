"""Shocks counted the other way round, renamed, and summed in part; sets that scale with what they are of."""

from dataclasses import replace

import numpy as np
import pytest

from econ import IRF, VAR, Cholesky, ConfidenceSet, Estimate, LocalProjection, MovingBlock, Unavailable
from econ.errors import SpecificationError, UnknownName
from econ.responses import Cell
from econ.testing import simulated_var


@pytest.fixture(scope="module")
def drawn():
    svar = VAR(simulated_var(120, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    return svar.irf(4, MovingBlock(draws=60), rng=1)


@pytest.fixture(scope="module")
def projected():
    return LocalProjection(simulated_var(120, rng=1), ["x", "y"], "x", lags=1).fit(3).irf


def test_a_flipped_shock_turns_point_draws_and_bands(drawn):
    turned = drawn.flip("x")
    (low, high), (new_low, new_high) = drawn.band(0.9), turned.band(0.9)
    assert np.array_equal(turned.point[..., 0], -drawn.point[..., 0])
    assert np.array_equal(turned.draws[..., 0], -drawn.draws[..., 0])
    np.testing.assert_allclose(new_low[..., 0], -high[..., 0], rtol=1e-12)
    np.testing.assert_allclose(new_high[..., 0], -low[..., 0], rtol=1e-12)
    for now, before in ((turned.point, drawn.point), (turned.draws, drawn.draws), (new_low, low), (new_high, high)):
        assert np.array_equal(now[..., 1], before[..., 1])
    both = drawn.flip(["x", "y"])
    assert np.array_equal(both.flip(["y", "x"]).draws, drawn.draws)
    assert np.array_equal(drawn.shock("y").flip().point, -drawn.shock("y").point)
    one, other = (each.at(2, response="y", shock="x") for each in (drawn, turned))
    assert (other.value, other.std_error) == (-one.value, pytest.approx(one.std_error))


def test_a_flipped_projection_keeps_errors_and_joint_covariance(projected):
    turned, cells = projected.flip(), [Cell(0, "y", "x"), Cell(2, "x", "x")]
    assert np.array_equal(turned.std_errors, projected.std_errors)
    reading, before = turned.read(cells), projected.read(cells)
    np.testing.assert_allclose(reading.covariance, before.covariance, rtol=1e-12)
    np.testing.assert_allclose(reading.point, -before.point)
    again = turned.scale(1.0, response="x")
    np.testing.assert_allclose(again.std_errors, projected.scale(1.0, response="x").std_errors, atol=1e-12)


def test_a_renamed_shock_is_found_under_its_new_name_only(drawn, projected):
    named = drawn.rename_shocks({"x": "sale"})
    assert named.shocks == ("sale", "y")
    assert named.at(1, response="y", shock="sale").value == drawn.at(1, response="y", shock="x").value
    with pytest.raises(UnknownName, match="no shock 'x'"):
        named.shock("x")
    reading = projected.rename_shocks({"x": "sale"}).read([Cell(1, "y", "sale")])
    np.testing.assert_allclose(reading.covariance, projected.read([Cell(1, "y", "x")]).covariance, rtol=1e-12)
    assert drawn.rename_shocks({"x": "y", "y": "x"}).shocks == ("y", "x")
    assert drawn.rename_shocks({}).shocks == drawn.shocks


def test_sums_of_some_responses_leave_the_others(drawn):
    part = drawn.cumulate(only="y")
    whole = drawn.cumulate()
    assert np.array_equal(part.point[:, 1], whole.point[:, 1])
    assert np.array_equal(part.point[:, 0], drawn.point[:, 0])
    assert np.array_equal(part.draws[:, :, 1], whole.draws[:, :, 1])
    assert (part.cumulated, part.sums, whole.cumulated, whole.sums) == (False, ("y",), True, ())
    assert part.at(2, response="y", shock="x").label.startswith("cumulated y")
    assert part.at(2, response="x", shock="x").label.startswith("x to")
    rest = part.cumulate()
    assert np.array_equal(rest.draws, whole.draws)
    assert rest.cumulated
    assert drawn.cumulate(only=["x", "y"]).cumulated


def test_cells_of_part_sums_are_read_as_what_they_are(drawn):
    part = drawn.cumulate(only=["y"])
    cells = [Cell(3, "y", "x", summed=True), Cell(3, "x", "x"), Cell(3, "x", "x", summed=True)]
    one, other = part.read(cells), drawn.read(cells)
    np.testing.assert_allclose(one.point, other.point, rtol=1e-12)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-10)
    ratios = [each.ratio(cells[0], cells[2]).value for each in (part, drawn)]
    assert ratios[0] == pytest.approx(ratios[1])
    with pytest.raises(SpecificationError, match="'y' is wanted as it stands"):
        part.read([Cell(3, "y", "x")])
    with pytest.raises(SpecificationError, match="cumulate both"):
        _ = part.shock("x") + drawn.shock("x")


def test_sums_of_projections_have_the_errors_of_sums(projected):
    part, whole = projected.cumulate(only="y"), projected.cumulate()
    np.testing.assert_allclose(part.std_errors[:, 1], whole.std_errors[:, 1], rtol=1e-12)
    np.testing.assert_allclose(part.std_errors[:, 0], projected.std_errors[:, 0], rtol=1e-10)


def test_what_cannot_be_turned_named_or_summed_is_refused(drawn):
    with pytest.raises(SpecificationError, match="say which to flip"):
        drawn.flip()
    with pytest.raises(SpecificationError, match="multiplier"):
        replace(drawn, multiplier=True).flip("x")
    for wrong in ("z", ["x", "z"]):
        with pytest.raises(UnknownName, match="no shock 'z'"):
            drawn.flip(wrong)
    with pytest.raises(SpecificationError, match="stands twice"):
        drawn.flip(["x", "x"])
    with pytest.raises(SpecificationError, match="stands twice"):
        drawn.rename_shocks({"x": "y"})
    with pytest.raises(UnknownName, match="no shock 'z'"):
        drawn.rename_shocks({"z": "y"})
    with pytest.raises(SpecificationError, match="at least one letter"):
        drawn.rename_shocks({"x": ""})
    with pytest.raises(UnknownName, match="no response 'z'"):
        drawn.cumulate(only="z")
    with pytest.raises(SpecificationError, match="sums over horizons already"):
        drawn.cumulate(only="y").cumulate(only=["x", "y"])
    with pytest.raises(SpecificationError, match="sums over horizons already"):
        drawn.cumulate().cumulate(only="x")


INF = float("inf")


@pytest.mark.parametrize(
    ("intervals", "by", "scaled"),
    [
        (((1.0, 2.0),), 3.0, ((3.0, 6.0),)),
        (((1.0, 2.0),), -3.0, ((-6.0, -3.0),)),
        (((-INF, -2.0), (3.0, INF)), -2.0, ((-INF, -6.0), (4.0, INF))),
        (((-INF, -2.0), (1.0, 3.0)), 0.5, ((-INF, -1.0), (0.5, 1.5))),
        (((-INF, -2.0), (1.0, 3.0)), -1.0, ((-3.0, -1.0), (2.0, INF))),
        (((-INF, INF),), -5.0, ((-INF, INF),)),
        ((), -5.0, ()),
    ],
)
def test_sets_scale_with_their_quantity(intervals, by, scaled):
    found = ConfidenceSet(intervals, 0.9).scaled(by)
    assert (found.intervals, found.level) == (scaled, 0.9)
    for value in (-7.0, -1.0, 0.0, 0.4, 1.5, 5.0):
        assert (value in ConfidenceSet(intervals, 0.9)) == (by * value in found)


def test_an_estimate_scales_with_all_its_parts():
    region = ConfidenceSet(((-INF, 1.0), (2.0, INF)), 0.9)
    found = Estimate(3.0, 0.5, -INF, INF, 0.9, "bp", region=region).scaled(-0.01, units="percent")
    assert (found.value, found.std_error, found.lower, found.upper, found.units) == (-0.03, 0.005, -INF, INF, "percent")
    assert found.region.intervals == ((-INF, -0.02), (-0.01, INF))
    plain = Estimate(3.0, 0.5, 2.0, 5.0, 0.9, "bp").scaled(-2.0)
    assert (plain.value, plain.lower, plain.upper, plain.std_error, plain.units) == (-6.0, -10.0, -4.0, 1.0, "bp")
    none = Unavailable("one draw only")
    assert Estimate(3.0, none, none, none).scaled(-2.0).lower == none
    for value in (0.0, INF, float("nan"), True, "2"):
        for each in (region, plain):
            with pytest.raises(SpecificationError, match="by must"):
                each.scaled(value)


def test_responses_without_draws_turn_too():
    bare = IRF(np.ones((2, 1, 1)), ("y",), ("a",))
    assert bare.flip().at(0, response="y").value == -1.0
    assert bare.cumulate().std_errors is None


def test_the_covariance_of_a_flipped_with_another_shock_changes_sign():
    rows = np.random.default_rng(1).standard_normal((30, 1, 1, 2))
    two = IRF(np.ones((1, 1, 2)), ("y",), ("a", "b"), spread=rows)
    cells = [Cell(0, "y", "a"), Cell(0, "y", "b")]
    before, after = (each.read(cells).covariance for each in (two, two.flip("a")))
    np.testing.assert_allclose(after, before * [[1.0, -1.0], [-1.0, 1.0]], rtol=1e-12)
