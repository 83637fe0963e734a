"""Bands: the calibrated position by brute force; what has no place in the order of the draws is refused."""

import numpy as np
import pytest

from econ.errors import SpecificationError
from econ.infer import bands
from econ.infer.bands import path_band, pointwise, sup_t

DRAWS = np.random.default_rng(1).standard_normal((50, 3))


def damaged():
    draws = DRAWS.copy()
    draws[3, 1] = np.nan
    return draws


BANDS = {
    "pointwise": pointwise,
    "sup_t": sup_t,
    "sup_t around a point": lambda draws: sup_t(draws, point=np.zeros(3)),
    "path": path_band,
    "sup-t path": lambda draws: path_band(draws, kind="sup-t"),
}


@pytest.mark.parametrize("band", BANDS)
def test_a_draw_that_is_nan_is_named(band):
    assert all(np.isfinite(end).all() for end in BANDS[band](DRAWS))
    with pytest.raises(SpecificationError, match=r"draw \(3, 1\) is NaN, one of 1 of 150"):
        BANDS[band](damaged())


def test_a_point_that_is_nan_is_named():
    with pytest.raises(SpecificationError, match=r"point \(2,\) is NaN"):
        sup_t(DRAWS, point=np.array([0.0, 0.0, np.nan]))


def by_counting(paths, level):
    """The same position by asking every one, deepest first: (g,) from draws (g, m, B)."""
    count, columns = paths.shape[2], np.sort(paths, axis=2)
    found = []
    for path, ordered in zip(paths, columns, strict=True):
        deepest = int(count * (1.0 - level) / 2.0) + 1
        held = [
            ((path >= ordered[:, [at]]) & (path <= ordered[:, [count - 1 - at]])).all(axis=0).mean()
            for at in range(deepest)
        ]
        found.append(max(at for at, share in enumerate(held) if share >= level - 1e-12))
    return np.minimum(found, (count - 1) * (1.0 - level) / 2.0)


@pytest.mark.parametrize("level", [0.5, 0.68, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("count", [2, 5, 20, 99, 500, 1000])
@pytest.mark.parametrize("steps", [1, 2, 13, 49])
def test_the_calibrated_position_is_that_of_asking_every_one(count, steps, level):
    generator = np.random.default_rng(count + steps)
    walks = generator.standard_normal((4, steps, count)).cumsum(axis=1)
    walks[1] = walks[1].round()  # ties
    walks[2] *= generator.random((steps, count)) < 0.5  # many zeros
    walks[3, 0] = 0.0  # what cannot move on impact
    size = np.getbufsize()
    found = bands.calibrated_position(walks, np.sort(walks, axis=2), level=level)
    assert found.tolist() == by_counting(walks, level).tolist()
    assert np.getbufsize() == size
    short = bands.calibrated_position(walks, bands._tails_of(walks, level), level=level)
    assert short.tolist() == found.tolist()


@pytest.mark.parametrize("answer", [0, 1, 7, 250, 499])
def test_the_search_for_a_position_ends_where_proportion_misleads(monkeypatch, answer):
    """One draw too many leaves beyond the answer, none before it: guesses creep, and halves in between bound them."""
    asked = []

    def outside(draws, columns, position):
        asked.append(int(position[0]))
        return np.where(position > answer, 1001, 0)

    monkeypatch.setattr(bands, "_outside", outside)
    paths = np.zeros((1, 1, 10_000))
    assert bands.calibrated_position(paths, paths, level=0.9).tolist() == [answer]
    assert len(asked) <= 2 * 9 + 1
