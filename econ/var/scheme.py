"""What an identification scheme is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.errors import SpecificationError

if TYPE_CHECKING:
    from econ.var.reduced.draws import ReducedDraws
    from econ.var.reduced.results import VARResults
    from econ.var.structure.structural import StructuralResults


@runtime_checkable
class Scheme(Protocol):
    """Anything with ``identify(fit, rng)`` that returns `StructuralResults`."""

    def identify(self, fit: VARResults, rng: Seed = None) -> StructuralResults:
        """Identify the shocks behind ``fit``."""
        ...


@runtime_checkable
class PointScheme(Scheme, Protocol):
    """A scheme that maps one reduced form to one impact matrix, and so can be bootstrapped."""

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact matrices of every reduced form: (B, n, s), response of variable i to one s.d. of shock j."""
        ...


@runtime_checkable
class DatedScheme(Scheme, Protocol):
    """A scheme that holds a series of its own (instruments), which a bootstrap sample must draw along."""

    def redrawn(self, fit: VARResults, rows: Rows) -> Scheme:
        """The scheme for a sample whose period t is the observed period ``rows[t]``."""
        ...


def check_rows(rows: Rows, periods: int) -> None:
    """Refuse rows that are not one observed period for each of ``periods``."""
    if rows.shape != (periods,) or rows.min() < 0 or rows.max() >= periods:
        raise SpecificationError(
            f"rows must give one observed period, 0 to {periods - 1}, for each of {periods}; found shape {rows.shape}."
        )


def check_order(order: tuple[str, ...], variables: tuple[str, ...], *, scheme: str) -> list[int]:
    """Positions of the names in ``order``, which must be all the variables, once each.

    Raises
    ------
    SpecificationError
        Naming the unknown (with a suggestion), repeated or missing names.
    """
    for name in order:
        checks.position("variable", name, variables, of=f"in the VAR for {scheme}")
        if order.count(name) > 1:
            raise SpecificationError(f"{scheme} names {name!r} twice; name every variable once.")
    missing = [name for name in variables if name not in order]
    if missing:
        raise SpecificationError(f"{scheme} leaves out {missing}; name every variable of the VAR once, in order.")
    return [variables.index(name) for name in order]
