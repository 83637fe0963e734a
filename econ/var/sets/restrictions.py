"""What sign-restricted shocks must do: single restrictions, read from the words of the user and checked."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from econ import checks
from econ.errors import SpecificationError

SIGNS = {"+": 1.0, "-": -1.0}
LONG_RUN = "long-run"
Horizon = int | str


@dataclass(frozen=True)
class Sign:
    """Response of ``variable`` to ``shock`` at ``horizon`` has this sign (1.0 or -1.0)."""

    shock: str
    variable: str
    horizon: Horizon
    sign: float

    def __str__(self) -> str:
        word = "+" if self.sign > 0 else "-"
        return f"{word!r} of {self.variable!r} to shock {self.shock!r} at {_when(self.horizon)}"


@dataclass(frozen=True)
class Zero:
    """Response of ``variable`` to ``shock`` at ``horizon`` is zero."""

    shock: str
    variable: str
    horizon: Horizon

    def __str__(self) -> str:
        return f"zero of {self.variable!r} to shock {self.shock!r} at {_when(self.horizon)}"


@dataclass(frozen=True)
class Bound:
    """Impact response of ``variable`` (divided by that of ``per``, if named) to ``shock`` lies in [lower, upper]."""

    shock: str
    variable: str
    per: str | None
    lower: float
    upper: float

    def __str__(self) -> str:
        what = repr(self.variable) if self.per is None else f"{self.variable!r} per {self.per!r}"
        return f"impact of shock {self.shock!r} on {what} in [{self.lower:g}, {self.upper:g}]"


@dataclass(frozen=True)
class Restrictions:
    """All restrictions of a scheme.

    Parameters
    ----------
    shocks : tuple of str
        Named shocks, in the order of the request.
    signs, zeros, bounds : tuple
        Single restrictions.
    proxied : str, optional
        The shock whose column an instrument gives.
    """

    shocks: tuple[str, ...]
    signs: tuple[Sign, ...]
    zeros: tuple[Zero, ...]
    bounds: tuple[Bound, ...]
    proxied: str | None = None

    @property
    def horizon(self) -> int:
        """Longest finite horizon restricted."""
        horizons = [each.horizon for each in self.signs] + [each.horizon for each in self.zeros]
        return max((each for each in horizons if isinstance(each, int)), default=0)

    def zeros_of(self, shock: str) -> list[Zero]:
        """Zero restrictions of one shock."""
        return [each for each in self.zeros if each.shock == shock]

    def of(self, shock: str) -> Restrictions:
        """The signs and zeros of one shock."""
        signs = tuple(each for each in self.signs if each.shock == shock)
        return Restrictions((shock,), signs, tuple(self.zeros_of(shock)), ())

    @property
    def order(self) -> list[str]:
        """The proxied shock, then those with the most zeros, as they are drawn."""
        return sorted(self.shocks, key=lambda shock: (shock != self.proxied, -len(self.zeros_of(shock))))


def read_restrictions(
    restrictions: Mapping[str, Mapping[str, object]],
    zeros: Mapping[str, Mapping[str, object]] | None,
    elasticity: Mapping[str, Mapping[object, object]] | None,
    *,
    others: Iterable[str] = (),
    proxied: str | None = None,
) -> Restrictions:
    """Turn the mappings of `SignRestrictions` into single restrictions, and refuse contradictions.

    Raises
    ------
    SpecificationError
        For words that mean nothing, or restrictions that exclude each other, naming both.
    """
    zeros, elasticity = zeros or {}, elasticity or {}
    tables: dict[str, Any] = {"restrictions": restrictions, "zeros": zeros, "elasticity": elasticity}
    for name, table in tables.items():
        if not isinstance(table, Mapping) or not all(isinstance(each, Mapping) for each in table.values()):
            raise SpecificationError(
                f"{name} must map each shock to its variables, such as {{'demand': {{'output': '+'}}}}; "
                f"found {table!r}."
            )
    shocks = tuple(dict.fromkeys([*(str(name) for table in tables.values() for name in table), *others]))
    if not shocks:
        raise SpecificationError("no shock is named; restrict at least one, such as {'demand': {'output': '+'}}.")
    found = Restrictions(
        shocks=shocks,
        signs=tuple(_signs(restrictions)),
        zeros=tuple(dict.fromkeys(_zeros(zeros))),
        bounds=tuple(_bounds(elasticity)),
        proxied=proxied,
    )
    if proxied is not None and found.zeros:
        raise SpecificationError(
            f"zeros ({found.zeros[0]}) cannot be combined with the proxy of {proxied!r}: importance weights are for "
            "uniform columns; use signs beside a proxy."
        )
    _refuse_contradictions(found)
    return found


def check_variables(found: Restrictions, variables: Sequence[str]) -> None:
    """Refuse variables that are not in the VAR, more shocks than variables, and more zeros than can hold."""
    used = [each.variable for each in found.signs] + [each.variable for each in found.zeros]
    used += [each.variable for each in found.bounds]
    used += [each.per for each in found.bounds if each.per is not None]
    for name in used:
        checks.position("variable", name, variables, of="in the VAR for a restriction")
    n = len(variables)
    if len(found.shocks) > n:
        raise SpecificationError(f"{len(found.shocks)} shocks are named, but {n} variables can have {n} at most.")
    for position, shock in enumerate(found.order, start=1):
        count = len(found.zeros_of(shock))
        if count > n - position:
            raise SpecificationError(
                f"shock {shock!r} has {count} zero restrictions, but with {n} variables the shock with the "
                f"{position}. most zeros can have {n - position} at most; drop {count - n + position} of "
                f"{[str(each) for each in found.zeros_of(shock)]}."
            )


def _when(horizon: Horizon) -> str:
    return "the long run" if horizon == LONG_RUN else f"horizon {horizon}"


def _signs(table: Mapping[str, Mapping[str, object]]) -> Iterable[Sign]:
    for shock, row in table.items():
        for variable, words in row.items():
            for each in words if isinstance(words, list) else [words]:
                sign, horizons = each if isinstance(each, tuple) and len(each) == 2 else (each, 0)
                if not isinstance(sign, str) or sign not in SIGNS:
                    raise SpecificationError(
                        f"shock {shock!r} on {variable!r} must be '+', '-' or ('+', range(0, 6)); found {each!r}."
                    )
                for horizon in _horizons(horizons, shock, variable):
                    yield Sign(str(shock), str(variable), horizon, SIGNS[sign])


def _zeros(table: Mapping[str, Mapping[str, object]]) -> Iterable[Zero]:
    for shock, row in table.items():
        for variable, horizons in row.items():
            for horizon in _horizons(horizons, shock, variable):
                yield Zero(str(shock), str(variable), horizon)


def _horizons(words: object, shock: object, variable: object) -> list[Horizon]:
    items = [words] if isinstance(words, (str, numbers.Integral)) else words
    listed = list(items) if isinstance(items, (list, tuple, range, set)) else []
    what = f"horizons of shock {shock!r} on {variable!r}, if not {LONG_RUN!r},"
    if not listed:
        raise SpecificationError(f"{what} must be integers of at least 0; found {words!r}.")
    return [LONG_RUN if each == LONG_RUN else checks.count(what, each, least=0) for each in listed]


def _bounds(table: Mapping[str, Mapping[object, object]]) -> Iterable[Bound]:
    for shock, row in table.items():
        for key, limits in row.items():
            pair = key if isinstance(key, tuple) else (key, None)
            ends = limits if isinstance(limits, (tuple, list)) else ()
            if len(pair) != 2 or len(ends) != 2:
                raise SpecificationError(
                    f"an elasticity must read {{('quantity', 'price'): (0.0, 0.1)}} or {{'quantity': (0.0, 0.1)}}; "
                    f"found {{{key!r}: {limits!r}}} for shock {shock!r}."
                )
            low, high = (_end(f"bound of shock {shock!r} on {key!r}", end) for end in ends)
            if not low < high:
                raise SpecificationError(
                    f"bounds of shock {shock!r} on {key!r} must increase; found {tuple(ends)}; swap or widen them."
                )
            per = None if pair[1] is None else str(pair[1])
            yield Bound(str(shock), str(pair[0]), per, low, high)


def _end(what: str, value: object) -> float:
    """A bound; infinite where open."""
    return float(value) if isinstance(value, float) and math.isinf(value) else checks.real(what, value)


def _refuse_contradictions(found: Restrictions) -> None:
    cells: dict[tuple[str, str, Horizon], Sign | Zero] = {}
    pairs: list[Sign | Zero] = [*found.signs, *found.zeros]
    for each in pairs:
        cell = (each.shock, each.variable, each.horizon)
        other = cells.setdefault(cell, each)
        if other != each:
            raise SpecificationError(f"contradictory restrictions: {other} and {each}; drop one of them.")
    for bound in found.bounds:
        top = cells.get((bound.shock, bound.variable, 0))
        bottom = None if bound.per is None else cells.get((bound.shock, bound.per, 0))
        if isinstance(bottom, Zero):
            raise SpecificationError(f"contradictory restrictions: {bound} and {bottom}; drop one of them.")
        if isinstance(top, Zero) and not bound.lower <= 0.0 <= bound.upper:
            raise SpecificationError(f"contradictory restrictions: {bound} and {top}; drop one of them.")
        if not isinstance(top, Sign) or (bound.per is not None and bottom is None):
            continue
        sign = top.sign * (1.0 if bottom is None else bottom.sign)
        if (sign > 0 and bound.upper <= 0.0) or (sign < 0 and bound.lower >= 0.0):
            reasons = f"{top}" if bottom is None else f"{top} and {bottom}"
            raise SpecificationError(f"contradictory restrictions: {bound} against {reasons}; drop one of them.")
