"""Which types a file may hold: by the name under which a room makes them public, and a few from behind them.

A name in a file is looked up in these lists, so that no file can make the package import or call anything else. Files
carry public names, not modules: a class may move to another file of its room and old files still load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any

from econ.errors import SchemaError, SpecificationError, suggestion
from econ.frozen import guarded
from econ.threads import imported

ROOMS = ("data", "eventstudy", "infer", "multiverse", "offset", "projection", "report", "responses", "simulate", "var")
BEHIND = {
    "data.FirstPrints": "econ.data.realtime",
    "data.Holder": "econ.data.holders",
    "eventstudy.Garch": "econ.eventstudy.garch",
    "offset.Moments": "econ.offset._proxy",
    "var.CompletedDraws": "econ.var.mixed.draws",
    "var.DatedVAR": "econ.var.varying.dated",
    "var.SimulatedDraws": "econ.var.reduced.draws",
    "var.WithinRegimes": "econ.var.schemes.regime_resampling",
    "estimate.ConfidenceSet": "econ.estimate",
    "estimate.Estimate": "econ.estimate",
    "estimate.Unavailable": "econ.estimate",
    "eventstudy.Series": "econ.eventstudy.series",
    "eventstudy.Window": "econ.eventstudy.operation_results",
    "eventstudy.Windows": "econ.eventstudy._kernels",
    "multiverse.Plan": "econ.multiverse.choices",
    "offset.Ratio": "econ.offset._ratio",
    "projection.CrossSection": "econ.projection.cross_section",
    "projection.Effects": "econ.projection.effects",
    "projection.Section": "econ.projection._did_kernels",
    "saved.LeftOut": "econ.saved.registry",
    "simulate.Published": "econ.simulate.faults",
    "units.Size": "econ.units",
    "var.ReducedDraws": "econ.var.reduced.draws",
}
"""Types that results hold and no room names, and the module of each."""
FUNCTIONS = {"multiverse.SpecificationCurve": ("base", "choices"), "simulate.Estimator": ("estimate",)}
"""Fields whose functions are left out of a file, because what else the object holds is worth having without them."""


@guarded
@dataclass(frozen=True)
class LeftOut:
    """What stands in a loaded result for a function, which no file holds.

    Parameters
    ----------
    name : str
        What the function was called.

    Examples
    --------
    >>> LeftOut("estimate")(lags=1)
    Traceback (most recent call last):
    econ.errors.SpecificationError: the function 'estimate' is not in the file that this was loaded from, so nothing \
new can be estimated; import it, and put it in its place with dataclasses.replace.
    """

    name: str

    def __call__(self, *_: object, **__: object) -> Any:
        """Refuse, whatever it is called with."""
        raise SpecificationError(
            f"the function {self.name!r} is not in the file that this was loaded from, so nothing new can be "
            "estimated; import it, and put it in its place with dataclasses.replace."
        )


@cache
def types() -> dict[str, type]:
    """Every type that a file may hold, by ``room.Name``."""
    found: dict[str, type] = {}
    for room in ROOMS:
        home = imported(f"econ.{room}")
        for name in home.__all__:
            value = getattr(home, name)
            if isinstance(value, type) and (is_dataclass(value) or _is_named_tuple(value)):
                found[f"{room}.{name}"] = value
    for name, module in BEHIND.items():
        found[name] = getattr(imported(module), name.split(".")[1])
    return found


@cache
def names() -> dict[type, str]:
    """The name of each type; of those that two rooms name, the first in the alphabet."""
    return {kind: name for name, kind in sorted(types().items(), reverse=True)}


def kind_of(name: object) -> type:
    """The type of a name in a file.

    Raises
    ------
    SchemaError
        For a name that no file of ours has.
    """
    known = types()
    if isinstance(name, str) and name in known:
        return known[name]
    raise SchemaError(
        f"the file holds a {name!r}, which this version of econ does not know; {suggestion(str(name), known)}"
    )


def words_of(function: Callable[..., Any]) -> str:
    """What a function is called, for the message of who calls it later."""
    return function.name if isinstance(function, LeftOut) else getattr(function, "__name__", type(function).__name__)


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_fields")
