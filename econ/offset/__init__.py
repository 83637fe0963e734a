"""Offset (H2): how much of foreign selling allied buying replaces, in quantities and in prices."""

from econ.offset.instrumented import instrumented_offset
from econ.offset.quantity import quantity_offset

__all__ = ["instrumented_offset", "quantity_offset"]
