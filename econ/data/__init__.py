"""Data: from a publisher's file to a `Dataset`."""

from econ.data.dataset import Dataset, Variable
from econ.data.vintage import Vintage

__all__ = ["Dataset", "Variable", "Vintage"]
