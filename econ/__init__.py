"""Whether foreign selling of US Treasuries moves yields, and whether allied buying offsets it."""

from econ.data import Dataset, catalogue, events, load
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.eventstudy import EventStudy

__all__ = ["ConfidenceSet", "Dataset", "Estimate", "EventStudy", "Unavailable", "catalogue", "events", "load"]
