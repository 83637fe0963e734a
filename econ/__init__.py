"""Whether foreign selling of US Treasuries moves yields, and whether allied buying offsets it."""

from econ.data import Dataset, catalogue, events, load
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.eventstudy import EventStudy
from econ.projection import LocalProjection
from econ.var import VAR, Cholesky, MovingBlock, Residual, Wild, lag_order

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
