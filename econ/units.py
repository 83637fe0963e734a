"""What a number is measured in: its unit, what it is a response to, and whether it is a sum.

The one rule: what is added, subtracted, averaged, divided into a share or set side by side is measured alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import isclose
from typing import NamedTuple

from econ.errors import SpecificationError


class Size(NamedTuple):
    """What one shock is: so much of a variable at a horizon, or one standard deviation.

    Parameters
    ----------
    amount : float
        How much.
    of : str
        Of what.
    unit : str
        Unit of the amount; empty where the data say nothing.

    Examples
    --------
    >>> print(Size(-1.0, "sales at horizon 0", "USD bn")), print(STANDARD)
    -1 USD bn of sales at horizon 0
    1 standard deviation
    (None, None)
    """

    amount: float
    of: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.amount:g} {self.of}" if self.of == STANDARD.of else f"{self.amount:g} {self._of}"

    @property
    def _of(self) -> str:
        return f"{self.unit} of {self.of}" if self.unit else f"of {self.of}"

    @classmethod
    def unit_of(cls, variable: str, unit: str = "") -> Size:
        """One unit of a variable on impact, as an impulse of a projection is."""
        return cls.at(1.0, variable, 0, unit)

    @classmethod
    def at(cls, amount: float, variable: str, horizon: int, unit: str = "") -> Size:
        """So much of a variable at a horizon."""
        return cls(amount, f"{variable} at horizon {horizon}", unit)

    def flipped(self) -> Size:
        """The size of the shock counted the other way round; a standard deviation has no sign."""
        return self if self.of == STANDARD.of else self._replace(amount=-self.amount)

    def is_like(self, other: Size) -> bool:
        """Whether both are one size, as far as their units are known."""
        alike = self.of == other.of and isclose(self.amount, other.amount, rel_tol=1e-9)
        return alike and (self.unit == other.unit or not (self.unit and other.unit))


STANDARD = Size(1.0, "standard deviation")


class Measure(NamedTuple):
    """What one number of a result is measured in.

    Parameters
    ----------
    units : str
        Its unit; empty where not known.
    size : Size, optional
        What one shock is, of a response; None where not known.
    kind : str
        "response", "sum over horizons" or "multiplier", of a response; empty for anything else.
    """

    units: str = ""
    size: Size | None = None
    kind: str = ""


def alike(what: str, measures: Mapping[str, Measure]) -> Measure:
    """How several numbers that stand side by side are measured, as far as it is known.

    Parameters
    ----------
    what : str
        The numbers, for the message.
    measures : mapping of str to Measure
        By whose number it is.

    Raises
    ------
    SpecificationError
        Naming the first two whose units, size of the shock or kind differ, and how to make them one.

    Examples
    --------
    >>> alike("y", {"VAR": Measure("bp"), "projection": Measure("bp", STANDARD)}).size.of
    'standard deviation'
    """
    units = one_unit({f"{what} of {name}": each.units for name, each in measures.items()})
    sizes = {name: each.size for name, each in measures.items() if each.size is not None}
    for (first, one), (second, other) in combinations(sizes.items(), 2):
        if not one.is_like(other):
            raise SpecificationError(
                f"{what} is the response to {one} in {first} and to {other} in {second}; give both one size with "
                "irf.scale(to=1.0, response=...)."
            )
    kinds = {name: each.kind for name, each in measures.items() if each.kind}
    for (first, word), (second, another) in combinations(kinds.items(), 2):
        if word != another:
            raise SpecificationError(f"{what} is a {word} in {first} and a {another} in {second}; make both one kind.")
    return Measure(units, next(iter(sizes.values()), None), next(iter(kinds.values()), ""))


def one_unit(units: Mapping[str, str], *, known: bool = True) -> str:
    """The unit that several numbers share, empty where none of them has one.

    Parameters
    ----------
    units : mapping of str to str
        Unit of each number by what it is called in a message; empty where the data say nothing.
    known : bool, default True
        Whether a number without a unit passes beside one that has it: nobody has said that they differ. Where the
        answer is printed in the unit that is returned, False.

    Raises
    ------
    SpecificationError
        Naming the first two numbers whose units differ.

    Examples
    --------
    >>> one_unit({"sale": "USD bn", "purchase": "USD bn", "issuance": ""})
    'USD bn'
    """
    asked = {name: unit for name, unit in units.items() if unit or not known}
    for (first, unit), (second, other) in combinations(asked.items(), 2):
        if unit != other:
            raise SpecificationError(f"{first} is in {unit!r} and {second} in {other!r}; convert one first.")
    return next(iter(asked.values()), "")
