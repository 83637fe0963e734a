"""Prior-robust bounds when several shocks are restricted."""

import numpy as np
import pytest

from econ.errors import NoAdmissibleDraw, SpecificationError
from econ.testing import simulated_var
from econ.var import VAR, SignRestrictions
from econ.var.sets.coupling import coupled_shock, extreme_rays, largest

SIGNS = {key: {"china": ("+", range(3)), "japan": ("+", range(2)), "yield": ("-", range(3))} for key in ("a", "b")}


def cloud_of(fit, horizon, signs, zeros=None):
    scheme = SignRestrictions(signs, zeros, draws=6000, reduced_form="point")
    return scheme, fit.identify(scheme, rng=1).irf(horizon).draws


@pytest.mark.parametrize("shock", ["a", "b"])
@pytest.mark.parametrize("turn", [1.0, -1.0])
def test_bounds_of_coupled_shocks_hold_every_rotation_and_are_reached(fit, shock, turn):
    """Eight signs on each of two shocks of a VAR of three: the columns of one shock exclude columns of the other."""
    flip = {"+": "-", "-": "+"}
    signs = {
        key: {name: (sign if turn > 0 else flip[sign], when) for name, (sign, when) in row.items()}
        for key, row in SIGNS.items()
    }
    scheme, cloud = cloud_of(fit, 5, signs)
    bounds = scheme.robust_bounds(fit, 5, rng=1, draws=2, shock=shock)
    alone = SignRestrictions({shock: signs[shock]}, reduced_form="point").robust_bounds(fit, 5, rng=1, draws=2)
    low, high = bounds.lower[0], bounds.upper[0]
    drawn = cloud[..., list(SIGNS).index(shock)]
    assert coupled_shock(scheme.single, shock, fit) == ("b" if shock == "a" else "a")
    assert (drawn >= low - 1e-5).all()
    assert (drawn <= high + 1e-5).all()
    assert ((drawn.min(axis=0) - low) / (high - low)).max() < 0.1
    assert ((high - drawn.max(axis=0)) / (high - low)).max() < 0.1
    assert (low >= alone.lower[0] - 1e-6).all()
    assert (high <= alone.upper[0] + 1e-6).all()
    shorter = (alone.upper[0] - alone.lower[0]) - (high - low)
    assert shorter.max() > 0.03  # the other shock does bind somewhere


def test_other_shocks_with_lines_to_spare_do_not_bind(fit):
    signs = {"a": {"china": "+", "japan": "+", "yield": "-"}, "b": {"yield": "+"}}
    scheme, cloud = cloud_of(fit, 3, signs)
    assert coupled_shock(scheme.single, "a", fit) is None
    bounds = scheme.robust_bounds(fit, 3, rng=1, draws=2, shock="a")
    alone = SignRestrictions({"a": signs["a"]}, reduced_form="point").robust_bounds(fit, 3, rng=1, draws=2)
    np.testing.assert_array_equal(bounds.upper, alone.upper)
    low, high = bounds.lower[0], bounds.upper[0]
    assert ((cloud[..., 0].min(axis=0) - low) / (high - low)).max() < 0.1
    assert ((high - cloud[..., 0].max(axis=0)) / (high - low)).max() < 0.1


def test_zeros_of_the_other_shock_bind(fit):
    """A shock with two zeros in three variables has one column, to which the other is orthogonal."""
    zeros = {"b": {"china": 0}}
    signs = {"a": {"china": "+"}, "b": {"yield": "+", "japan": "-"}}
    scheme, cloud = cloud_of(fit, 3, signs, zeros)
    bounds = scheme.robust_bounds(fit, 3, rng=1, draws=2, shock="a")
    low, high = bounds.lower[0], bounds.upper[0]
    drawn = cloud[..., 0]
    assert coupled_shock(scheme.single, "a", fit) == "b"
    assert (drawn >= low - 1e-5).all()
    assert (drawn <= high + 1e-5).all()
    assert ((drawn.min(axis=0) - low) / (high - low)).max() < 0.1
    assert ((high - drawn.max(axis=0)) / (high - low)).max() < 0.1


def test_coupled_bounds_equal_a_fine_grid():
    """max c'q over the sphere with q in one cone and an orthogonal vector in the other, by brute force."""
    generator = np.random.default_rng(4)
    angles = np.linspace(0.0, 2.0 * np.pi, 361)[:-1]
    polar = np.linspace(0.0, np.pi, 181)
    sphere = np.stack(
        [
            np.outer(np.sin(polar), np.cos(angles)),
            np.outer(np.sin(polar), np.sin(angles)),
            np.repeat(np.cos(polar)[:, None], len(angles), axis=1),
        ],
        axis=2,
    ).reshape(-1, 3)
    checked = 0
    for _ in range(12):
        first, second, objective = (generator.standard_normal((count, 3)) for count in (3, 3, 4))
        first, second = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (first, second))
        rays = extreme_rays(second[None], np.empty((1, 0, 3)))
        found = largest(objective[None], first[None], np.empty((1, 0, 3)), rays)[0]
        inside = (sphere @ first.T >= 0.0).all(axis=1)
        edges = [side * np.cross(second[i], second[j]) for i, j in ((0, 1), (0, 2), (1, 2)) for side in (1.0, -1.0)]
        partners = np.array([edge for edge in edges if (second @ edge >= -1e-12).all()])
        cosines = sphere[inside] @ partners.T
        room = (cosines.min(axis=1) <= 0.0) & (cosines.max(axis=1) >= 0.0)
        expected = (sphere[inside][room] @ objective.T).max(axis=0)
        np.testing.assert_allclose(found, expected, atol=0.08)  # a grid of one degree misses corners
        assert (found >= expected - 1e-5).all()
        checked += int((~room).any())
    assert checked >= 3  # the other cone excluded something


def test_columns_that_must_be_found_jointly_are_refused(fit):
    signs = SIGNS | {"c": {"china": "-", "japan": "-", "yield": "+"}}
    with pytest.raises(SpecificationError, match="found jointly"):
        SignRestrictions(signs).robust_bounds(fit, rng=1, shock="a")


def test_two_shocks_with_the_same_narrow_signs_have_no_set():
    """Both columns must lie in a cone narrower than a right angle, so they cannot be orthogonal."""
    sample = simulated_var(300, rng=1, impact=[[1.0, 0.0], [0.95, 0.3]], lags=[[[0.5, 0.0], [0.0, 0.5]]])
    fit = VAR(sample, lags=1).fit()
    scheme = SignRestrictions({"s": {"x": "+", "y": "-"}, "t": {"x": "+", "y": "-"}}, reduced_form="point")
    with pytest.raises(NoAdmissibleDraw, match="empty"):
        scheme.robust_bounds(fit, 2, rng=1, draws=5, shock="s")


def test_bounds_do_not_depend_on_workers_and_posterior_draws_differ(fit):
    one, two = (
        SignRestrictions(SIGNS, n_jobs=jobs).robust_bounds(fit, 3, rng=1, draws=120, shock="a") for jobs in (1, 2)
    )
    np.testing.assert_array_equal(one.lower, two.lower)
    assert len(np.unique(one.lower[:, 0, 1])) > 1
    assert 0.0 < one.nonempty <= 1.0
    assert one.shock == "a"
