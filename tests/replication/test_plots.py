"""What the figures share: arrows where sets go on, and words for the levels of two bands."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from analyses._plots import bands, going_on


@pytest.mark.parametrize("upright", [False, True])
def test_arrows_stand_where_sets_go_on_beyond_the_window_and_nowhere_else(upright):
    axes = Figure().subplots()
    lower, upper = np.array([-5.0, -12.0, -10.0, -np.inf]), np.array([5.0, 3.0, 10.0, np.inf])
    going_on(axes, lower, upper, [1.0, 2.0, 3.0, 4.0], window=(-10.0, 10.0), upright=upright)
    low, high = axes.lines
    along, across = ("get_ydata", "get_xdata") if upright else ("get_xdata", "get_ydata")
    assert list(getattr(low, across)()) == [2.0, 3.0, 4.0]
    assert list(getattr(high, across)()) == [3.0, 4.0]
    assert {*getattr(low, along)(), *getattr(high, along)()} == {-10.0, 10.0}
    assert (low.get_marker(), high.get_marker()) == (("v", "^") if upright else ("<", ">"))


def test_the_wider_band_says_what_it_holds_at_once():
    assert bands(0.9, "all months") == {"each": "90% for each by itself", "all": "90% for all months at once"}
