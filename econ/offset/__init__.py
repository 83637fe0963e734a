"""Offset (H2): how much of foreign selling allied buying replaces, in quantities and in prices."""

from econ.offset.quantity import quantity_offset

__all__ = ["quantity_offset"]
