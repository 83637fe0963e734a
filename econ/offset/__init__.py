"""Offset (H2): how much of foreign selling allied buying replaces, in quantities and in prices."""

from econ.offset.instrumented import instrumented_offset
from econ.offset.price import price_offset
from econ.offset.quantity import quantity_offset
from econ.offset.shut_off import ShutOff

__all__ = ["ShutOff", "instrumented_offset", "price_offset", "quantity_offset"]
