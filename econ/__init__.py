"""Whether foreign selling of US Treasuries moves yields, and whether allied buying offsets it."""

from econ.data import Dataset, catalogue, events, load
from econ.estimate import ConfidenceSet, Estimate, Unavailable

__all__ = ["ConfidenceSet", "Dataset", "Estimate", "Unavailable", "catalogue", "events", "load"]
