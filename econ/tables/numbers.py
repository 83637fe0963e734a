"""Numbers into text: the one place where a digit is rounded and a minus sign is chosen.

A format is a word with an optional number of decimals, such as ``"value"``, ``"se:2"`` or ``"interval:1"``:

========== ================================================== =====================
word       what it prints                                     example
========== ================================================== =====================
value      the number (decimals from its standard error; one  ``−6.0``
           without an error is never shown as zero by itself)
abs        its absolute value                                 ``6.0``
units      the number with its units                          ``−6.0 bp``
se         standard error                                     ``1.5``
interval   interval, or set where the estimate carries one    ``[−8.5, −3.5]``
           (an end too small for its decimals keeps a digit)  ``[−0.3, 76]``
percent    a share times 100                                  ``34%``
p          a probability                                      ``0.031``, ``<0.001``
integer    a count, thousands separated                       ``12,345``
level      coverage of the interval                           ``90%``
nobs       observations                                       ``312``
text       words as they stand                                ``China``
========== ================================================== =====================
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import TypeAlias

from econ.border import checked
from econ.checks import count
from econ.errors import SpecificationError, suggestion
from econ.estimate import MOST_DECIMALS, ConfidenceSet, Estimate, Unavailable, digits, two_digits

Number: TypeAlias = Estimate | float | int | str | Unavailable

NEGLIGIBLE = 1e-8
"""Share of the size of a set below which an end of it is zero but for noise."""
USUAL = 2
"""Digits after the point of a number without an error."""
MINUS = "−"
NOT_AVAILABLE = "n.a."


def fixed(value: float | Unavailable, decimals: int) -> str:
    """Write a number with a fixed number of decimals, a true minus sign and separated thousands.

    Parameters
    ----------
    value : float or Unavailable
        Any number but NaN; infinities print as ``∞``.
    decimals : int
        Digits after the point; above 6, a number too small for them is written in powers of ten.

    Returns
    -------
    str
        Text; "n.a." for :class:`~econ.estimate.Unavailable`; never a negative zero.

    Raises
    ------
    SpecificationError
        If ``value`` is NaN: a statistic that cannot be given is ``Unavailable(reason)``.

    Examples
    --------
    >>> fixed(-1234.567, 1), fixed(-0.001, 2), fixed(-1e-12, 14)
    ('−1,234.6', '0.00', '−1.00e−12')
    """
    if isinstance(value, Unavailable):
        return NOT_AVAILABLE
    check_number(value)
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    decimals = count("decimals", decimals, least=0)
    if isinstance(value, numbers.Integral) and decimals == 0:  # a float would not hold a long one
        return f"{int(value):,}".replace("-", MINUS)
    return digits(float(value), decimals).replace("-", MINUS)


def check_number(value: object) -> None:
    """Raise ``SpecificationError`` for NaN and for what is no number, word, `Estimate` or `Unavailable`."""
    if isinstance(value, (str, Unavailable, Estimate)):  # an Estimate has refused NaN itself
        return
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise SpecificationError(
            f"a result is a number, words, an Estimate or Unavailable; found {type(value).__name__}."
        )
    if math.isnan(value):
        raise SpecificationError("a result is NaN; give Unavailable(reason) where there is no number.")


def decimals_for(value: Number) -> int:
    """Digits after the point: two significant digits of the standard error, else 2; none for counts.

    A number without an error that 6 digits would show as zero keeps two significant ones. One that 2 digits round to
    zero beside others in a table is as close to it as the table tells; by itself `render` shows it.

    Examples
    --------
    >>> decimals_for(Estimate(-6.0, 1.5, -8.5, -3.5)), decimals_for(7), decimals_for(0.5), decimals_for(1e-12)
    (1, 0, 2, 13)
    """
    return _enough(value, MOST_DECIMALS)


def _enough(value: Number, shown: int) -> int:
    """Digits after the point; where ``shown`` of them hide a number without an error, those that do not."""
    if isinstance(value, numbers.Integral):
        return 0
    if isinstance(value, Estimate) and not isinstance(value.std_error, Unavailable):
        return two_digits(value.std_error)
    size = 0.0 if isinstance(value, (str, Unavailable)) else abs(float(_plain(value)))
    return two_digits(size) if 0.0 < size < 0.5 * 10.0**-shown else USUAL


@checked
def render(value: Number, fmt: str = "value") -> str:
    """Turn a result into the words of the text.

    Parameters
    ----------
    value : Estimate, float, int, str or Unavailable
        The result.
    fmt : str
        Word of the table above, with ``:decimals`` where the default does not suit.

    Returns
    -------
    str
        Text with true minus signs.

    Raises
    ------
    SpecificationError
        For an unknown format, one that the value cannot have, or NaN.

    Examples
    --------
    >>> impact = Estimate(-6.0, 1.5, -8.5, -3.5, level=0.90, units="bp", nobs=312)
    >>> [render(impact, fmt) for fmt in ("value", "se:2", "interval", "level", "nobs")]
    ['−6.0', '1.50', '[−8.5, −3.5]', '90%', '312']
    >>> render(0.344, "percent"), render(0.0002, "p")
    ('34%', '<0.001')
    """
    word, _, digits = fmt.partition(":")
    if word not in FORMATS or (digits and not digits.isdecimal()):
        raise SpecificationError(f"no format {fmt!r} for a number; {suggestion(word, FORMATS)}")
    if isinstance(value, Unavailable):
        return NOT_AVAILABLE
    if isinstance(value, str):
        if word not in ("value", "text"):
            raise SpecificationError(f"words ({value!r}) cannot be printed as {word!r}; use fmt=text.")
        return value
    check_number(value)
    default = {"percent": 0, "p": 3}.get(word, _enough(value, USUAL))
    return FORMATS[word](value, int(digits) if digits else default)


def _plain(value: Number) -> float:
    return value.value if isinstance(value, Estimate) else value  # type: ignore[return-value]


def _needs_estimate(value: Number, word: str) -> Estimate:
    if not isinstance(value, Estimate):
        raise SpecificationError(f"{value!r} is no Estimate and has no {word}; use fmt=value.")
    return value


def _units(value: Number, decimals: int) -> str:
    estimate = _needs_estimate(value, "units")
    gap = "" if estimate.units.startswith("%") else "\u00a0"  # keeps number and unit on one line
    return f"{fixed(estimate.value, decimals)}{gap}{estimate.units}".rstrip()


def _interval(value: Number, decimals: int) -> str:
    estimate = _needs_estimate(value, "interval")
    if estimate.region is None and any(isinstance(end, Unavailable) for end in estimate.interval):
        return NOT_AVAILABLE
    return _set(estimate.confidence_set(), decimals)


def _set(region: ConfidenceSet, decimals: int) -> str:
    if not region.intervals:
        return "(empty)"
    size = max((abs(end) for part in region for end in part if math.isfinite(end)), default=0.0)
    ends = [
        (
            "(" if math.isinf(low) else "[",
            *(_end(end, decimals, size) for end in (low, high)),
            ")" if math.isinf(high) else "]",
        )
        for low, high in region
    ]
    return " ∪ ".join(f"{left}{low}, {high}{right}" for left, low, high, right in ends)


def _end(end: float, decimals: int, size: float) -> str:
    """An end of a set of that size; one that rounds to zero keeps its first digit, which tells its side of zero."""
    if math.isfinite(end) and NEGLIGIBLE * size < abs(end) and float(f"{end:.{decimals}f}") == 0.0:
        decimals = -int(f"{end:.0e}".partition("e")[2])
    return fixed(end, decimals)


def _probability(value: Number, decimals: int) -> str:
    smallest = 10.0**-decimals
    return f"<{smallest:.{decimals}f}" if _plain(value) < smallest else fixed(_plain(value), decimals)


FORMATS: dict[str, Callable[[Number, int], str]] = {
    "value": lambda value, decimals: fixed(_plain(value), decimals),
    "abs": lambda value, decimals: fixed(abs(_plain(value)), decimals),
    "units": _units,
    "se": lambda value, decimals: fixed(_needs_estimate(value, "standard error").std_error, decimals),
    "interval": _interval,
    "percent": lambda value, decimals: f"{fixed(100.0 * _plain(value), decimals)}%",
    "p": _probability,
    "integer": lambda value, decimals: fixed(_plain(value), 0),
    "level": lambda value, decimals: f"{fixed(100.0 * _needs_estimate(value, 'level').level, 0)}%",
    "nobs": lambda value, decimals: fixed(_needs_estimate(value, "nobs").nobs, 0),
    "text": lambda value, decimals: fixed(_plain(value), decimals),
}
