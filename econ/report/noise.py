"""Up to where two numbers are one: said once, for `make`, which keeps files, and `make verify`, which compares them."""

from __future__ import annotations

NOISE = 1e-8
"""Relative difference between two numbers that are the same but for rounding.

Processors add in different orders, so the last digits of a result are those of the machine. Sums, solutions and zeros
of derivatives agree to 1e-9 or better on all kinds that were tried, and to 2e-9 where draws of a ratio come near a
denominator of zero; a table prints four digits at most. With one bound for both, `make` on another machine leaves no
changed file where `make verify` says that all agree.
"""
ZERO = 1e-2
"""Size below which a number counts as zero: what is smaller has no digits of its own to agree on."""


def same(old: float, new: float, size: float = 0.0) -> bool:
    """Whether two numbers are the same but for rounding, ``size`` the largest number of their estimate or line.

    Examples
    --------
    >>> same(2.0, 2.0 + 1e-8), same(2.0, 2.0 + 3e-8), same(0.0, 1e-6, size=100.0)
    (True, False, True)
    """
    return old == new or abs(new - old) <= NOISE * max(abs(old), size, ZERO)
