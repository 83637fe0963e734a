"""Bands refuse what has no place in the order of the draws."""

import numpy as np
import pytest

from econ.errors import SpecificationError
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
