"""Narrative restrictions: what history is known to say about a shock at a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask, Rows
from econ.data.dates import place
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.var import _kernels as kernels
from econ.var.sets.candidates import Candidates
from econ.var.sets.restrictions import SIGNS

RULES = ("largest", "smallest", "overwhelming", "negligible")
SIMULATIONS = 1000  # shock histories behind every importance weight


@guarded
@dataclass(frozen=True)
class ShockSign:
    """A shock was positive, or negative, at a date.

    Parameters
    ----------
    shock : str
        Name of the shock.
    date : str or Period
        When; must lie in the effective sample.
    sign : {"+", "-"}
        Its sign, in the sense of the sign restrictions.

    Examples
    --------
    >>> print(ShockSign("monetary", "1979-10", "+"))
    shock 'monetary' '+' in 1979-10
    """

    shock: str
    date: str | pd.Period
    sign: str = "+"

    def __post_init__(self) -> None:
        if self.sign not in SIGNS:
            raise SpecificationError(
                f"the sign of {self.shock!r} in {self.date} must be '+' or '-'; found {self.sign!r}."
            )

    def __str__(self) -> str:
        return f"shock {self.shock!r} {self.sign!r} in {self.date}"


@guarded
@dataclass(frozen=True)
class ShockContribution:
    """How much a shock contributed to the unexpected change of a variable over a window.

    The unexpected change between ``start`` - 1 and ``end`` is the sum over shocks m of
    H_m = Σ_h L_h[i, m] ε_m(end - h), h = 0, ..., end - start.

    Parameters
    ----------
    shock, variable : str
        Whose contribution to what.
    start : str or Period
        First period of the window; must lie in the effective sample.
    end : str or Period, optional
        Last period, by default ``start``.
    rule : {"largest", "smallest", "overwhelming", "negligible"}
        Absolute contribution exceeds that of every other shock / is below that of every other shock / exceeds the sum
        of all others / is below the sum of all others.

    Examples
    --------
    >>> print(ShockContribution("monetary", "fed_funds", "1979-10", rule="overwhelming"))
    contribution of shock 'monetary' to 'fed_funds' overwhelming in 1979-10
    """

    shock: str
    variable: str
    start: str | pd.Period
    end: str | pd.Period | None = None
    rule: str = field(default="largest", kw_only=True)

    def __post_init__(self) -> None:
        checks.choice("rule", self.rule, RULES)

    def __str__(self) -> str:
        when = f"{self.start}" if self.end is None else f"{self.start} to {self.end}"
        return f"contribution of shock {self.shock!r} to {self.variable!r} {self.rule} in {when}"


Narrative = ShockSign | ShockContribution


class NarrativeCheck:
    """Narrative restrictions placed in a sample.

    Parameters
    ----------
    restrictions : tuple of ShockSign or ShockContribution
    index : PeriodIndex
        Dates of the residuals.
    variables, shocks : tuple of str
        Names in order; shocks not named follow the named ones.
    """

    def __init__(
        self,
        restrictions: tuple[Narrative, ...],
        index: pd.Index,
        *,
        variables: tuple[str, ...],
        shocks: tuple[str, ...],
    ) -> None:
        self.restrictions, self.shocks, self.variables = restrictions, shocks, variables
        self.windows = [_window(each, index) for each in restrictions]
        self.rows = np.unique(np.concatenate(self.windows))
        self.horizon = max(len(window) for window in self.windows) - 1
        for each in restrictions:
            if isinstance(each, ShockContribution):
                checks.position("variable", each.variable, variables, of=f"in the VAR for the {each}")

    @property
    def needs_weights(self) -> bool:
        """Whether the restrictions are likelier for some parameters; signs of Gaussian shocks never are."""
        return any(isinstance(each, ShockContribution) for each in self.restrictions)

    def first_signs(self, shocks: Array) -> dict[str, Array]:
        """First signed value of each shock that has a sign, so that its column can be turned: (B,) each."""
        found: dict[str, Array] = {}
        for each, window in zip(self.restrictions, self.windows, strict=True):
            if isinstance(each, ShockSign):
                value = shocks[..., self._row(window[0]), self.shocks.index(each.shock)]
                found.setdefault(each.shock, SIGNS[each.sign] * value)
        return found

    def signs(self, shocks: Array) -> Iterator[tuple[str, Mask]]:
        """Each restriction on a sign, and whether it holds, (B,), in shocks (B, rows, s or n), the named first."""
        for each, window in zip(self.restrictions, self.windows, strict=True):
            if isinstance(each, ShockSign):
                value = shocks[:, self._row(window[0]), self.shocks.index(each.shock)]
                yield str(each), SIGNS[each.sign] * value > 0.0

    def contributions(self, shocks: Array, responses: Array) -> Iterator[tuple[str, Mask]]:
        """Each restriction on a contribution, and whether it holds.

        Parameters
        ----------
        shocks : array (B or 1, M, rows, n)
            All n shocks at ``rows``, M histories.
        responses : array (B, horizon + 1, n, n)

        Yields
        ------
        str, bool array (B, M)
        """
        for each, window in zip(self.restrictions, self.windows, strict=True):
            if isinstance(each, ShockContribution):
                theta = responses[:, : len(window), self.variables.index(each.variable)]
                past = shocks[:, :, self._row(window[0]) : self._row(window[-1]) + 1][:, :, ::-1]
                yield str(each), _compare(theta, past, self.shocks.index(each.shock), each.rule)

    def log_weights(self, responses: Array, generator: np.random.Generator) -> Array:
        """Log of 1 / P(restrictions hold | parameters), (B,), by simulated histories of standard normal shocks.

        The history that did happen counts as one of them, so that no weight is infinite.
        """
        if not self.needs_weights:
            return np.zeros(len(responses))
        histories = generator.standard_normal((SIMULATIONS, len(self.rows), responses.shape[-1]))
        possible = np.ones(SIMULATIONS, dtype=bool)
        for _, holds in self.signs(histories):  # whatever the parameters
            possible &= holds
        histories = histories[possible]
        together = np.ones((len(responses), len(histories)), dtype=bool)
        for _, held in self.contributions(histories[None], responses):
            together &= held
        weights: Array = -np.log((together.sum(axis=1) + 1.0) / (SIMULATIONS + 1.0))
        return weights

    def shocks_at(self, white: Array, columns: Array) -> Array:
        """Shocks q_j' C⁻¹ u_t, (B, rows, s), of columns q_j (s, n, B), from C⁻¹ u_t at ``rows``, (n, rows, B)."""
        shocks: Array = np.moveaxis(np.einsum("jkb,krb->rjb", columns, white), 2, 0)
        return shocks

    def responses(self, candidates: Candidates, rotations: Array, rows: Rows) -> Array:
        """Responses of candidates ``rows`` up to the longest window, (B, horizon + 1, n, n); on impact they are C Q."""
        impact = np.moveaxis(np.einsum("ikb,jkb->ijb", candidates.factors_last.take(rows, axis=2), rotations), 2, 0)
        if self.horizon == 0:
            return np.asarray(impact[:, None], dtype=float)
        lags = min(self.horizon, candidates.forms.fit.lags)
        return kernels.responses(candidates.lag_blocks(lags, rows), impact, self.horizon)

    def _row(self, position: int) -> int:
        return int(np.searchsorted(self.rows, position))


def _contribution(theta: Array, past: Array, j: int) -> Array:
    """Absolute contribution of shock j over a window, (B, M)."""
    total = theta[:, None, 0, j] * past[:, :, 0, j]
    for step in range(1, theta.shape[1]):
        total += theta[:, None, step, j] * past[:, :, step, j]
    return np.abs(total, out=total)


def _compare(theta: Array, past: Array, column: int, rule: str) -> Mask:
    """Compare the absolute contribution ``column`` with the others, one after the other: there are few."""
    own = _contribution(theta, past, column)
    others = (_contribution(theta, past, j) for j in range(theta.shape[-1]) if j != column)
    if rule in ("largest", "smallest"):
        larger = rule == "largest"
        holds: Mask = own > 0.0 if larger else np.ones(own.shape, dtype=bool)
        for other in others:
            holds &= own > other if larger else own < other
        return holds
    rest = sum(others, np.zeros(own.shape))
    return own > rest if rule == "overwhelming" else own < rest


def _window(restriction: Narrative, index: pd.Index) -> Rows:
    """Positions of the periods of a restriction."""
    if isinstance(restriction, ShockSign):
        return np.array([_position(restriction.date, index, restriction)])
    first = _position(restriction.start, index, restriction)
    last = first if restriction.end is None else _position(restriction.end, index, restriction)
    if last < first:
        raise SpecificationError(f"{restriction}: the window ends before it starts; swap the dates.")
    return np.arange(first, last + 1)


def _position(date: object, index: pd.Index, restriction: Narrative) -> int:
    try:
        found = place(date, index)
    except SpecificationError as error:
        raise SpecificationError(f"{restriction}: {error}") from error
    if found is None:
        raise SpecificationError(
            f"{restriction}: {date!r} is not in the effective sample, {index[0]} to {index[-1]}; pick a date in it."
        )
    return found
