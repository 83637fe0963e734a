"""The one rule of units: what is added, subtracted, averaged or divided into a share is in one unit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from econ.errors import SpecificationError


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
