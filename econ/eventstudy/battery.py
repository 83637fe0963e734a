"""The tests of no effect, by the names under which tables show them."""

from __future__ import annotations

from collections.abc import Callable

from econ.eventstudy import parametric, ranks, signs
from econ.eventstudy._kernels import Windows
from econ.eventstudy.cusum import cusum
from econ.eventstudy.outcome import Outcome

TESTS: dict[str, Callable[[Windows], Outcome]] = {
    "t": parametric.cross_sectional_t,
    "Patell": parametric.patell,
    "BMP": parametric.bmp,
    "Kolari-Pynnonen": parametric.kolari_pynnonen,
    "Kolari-Pynnonen Patell": parametric.kolari_pynnonen_patell,
    "Corrado rank": ranks.corrado,
    "Corrado-Zivney rank": ranks.corrado_zivney,
    "GRANK": ranks.grank_t,
    "GRANK-Z": ranks.grank_z,
    "sign": signs.sign,
    "generalised sign": signs.generalised_sign,
    "Wilcoxon": signs.wilcoxon,
    "CUSUM": cusum,
}
