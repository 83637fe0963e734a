"""Whether foreign selling of US Treasuries moves yields, and whether allied buying offsets it.

Names are imported when they are first used: ``import econ`` itself costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from econ.data import Dataset, catalogue, events, load
    from econ.estimate import ConfidenceSet, Estimate, Unavailable
    from econ.eventstudy import EventStudy
    from econ.projection import LocalProjection
    from econ.var import VAR, Cholesky, MovingBlock, Residual, Wild, lag_order

_ROOMS = ("data", "errors", "eventstudy", "infer", "offset", "projection", "report", "simulate", "testing", "var")
_HOMES = {
    "econ.data": "Dataset catalogue events load",
    "econ.estimate": "ConfidenceSet Estimate Unavailable",
    "econ.eventstudy": "EventStudy",
    "econ.projection": "LocalProjection",
    "econ.var": "Cholesky MovingBlock Residual VAR Wild lag_order",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Cholesky",
    "ConfidenceSet",
    "Dataset",
    "Estimate",
    "EventStudy",
    "LocalProjection",
    "MovingBlock",
    "Residual",
    "Unavailable",
    "VAR",
    "Wild",
    "catalogue",
    "events",
    "lag_order",
    "load",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _ROOMS:
        return import_module(f"econ.{name}")
    raise AttributeError(f"module 'econ' has no attribute {name!r}; public names are in econ.__all__.")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
