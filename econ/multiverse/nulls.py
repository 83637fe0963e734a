"""Samples in which nothing has an effect, the same for all specifications, so that they can be judged together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from econ import checks
from econ.arrays import Array, Rows
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.responses.resampling import MovingBlock

SCHEMES = ("shift", "permutation", "blocks")


@guarded
@dataclass(frozen=True, eq=False)
class NullPlan:
    """Which observation stands where in each null sample.

    Parameters
    ----------
    scheme : {"shift", "permutation", "blocks"}
        See `SpecificationCurveResults.joint`.
    first, last : int
        Places of the common calendar, both included.
    draws : int
        Samples.
    seed : numpy.random.SeedSequence
        From which all of them follow.
    length : int, optional
        Periods in a block.

    Raises
    ------
    SpecificationError
        For an unknown scheme, a length without blocks, or more shifts than the calendar has.

    Examples
    --------
    >>> plan = NullPlan("shift", 0, 99, 99, np.random.SeedSequence(1))
    >>> plan.orders(np.arange(100)).shape
    (100, 99)
    """

    scheme: str
    first: int
    last: int
    draws: int
    seed: np.random.SeedSequence
    length: int | None = None

    def __post_init__(self) -> None:
        checks.choice("scheme", self.scheme, SCHEMES)
        first, last = checks.span("first and last", (self.first, self.last))
        checks.keep(self, first=first, last=last, draws=checks.count("draws", self.draws))
        if self.length is not None:
            if self.scheme != "blocks":
                raise SpecificationError(f"length belongs to scheme='blocks'; the scheme is {self.scheme!r}.")
            checks.keep(self, length=checks.count("length", self.length, most=self.periods))
        if self.scheme == "shift" and self.draws >= self.periods:
            raise SpecificationError(
                f"{self.periods} periods have {self.periods - 1} shifts; ask for at most so many, not {self.draws}."
            )

    @property
    def periods(self) -> int:
        """Places of the calendar."""
        return self.last - self.first + 1

    @cached_property
    def _drawn(self) -> Rows:
        """Shifts (B,); or the places of each sample (B, T)."""
        generator = np.random.default_rng(self.seed)
        if self.scheme == "shift":
            if self.draws == self.periods - 1:
                return np.arange(1, self.periods)
            return np.asarray(1 + generator.permutation(self.periods - 1)[: self.draws])
        if self.scheme == "permutation":
            return np.argsort(generator.random((self.draws, self.periods)), axis=1)
        return MovingBlock(self.draws, self.length).resample(generator, self.draws, self.periods).rows

    def orders(self, positions: Rows) -> Rows:
        """Row of a sample that stands at each of its rows in each draw, (n, B).

        Parameters
        ----------
        positions : int array (n,)
            Places of the sample's rows in the calendar, increasing. A shift by k places turns the rows round by k; a
            permutation puts them in the order in which it has their places.

        Raises
        ------
        SpecificationError
            Of a plan of blocks, which are for `places`, or for positions outside of the calendar.
        """
        here = self._within(positions)
        if self.scheme == "shift":
            result: Rows = (np.arange(len(here))[:, None] - self._drawn[None, :]) % len(here)
            return result
        if self.scheme == "permutation":
            rank = np.argsort(self._drawn, axis=1)[:, here]
            return np.argsort(rank, axis=1).T
        raise SpecificationError("blocks are drawn with their regressors; ask the plan for places().")

    def places(self, positions: Rows) -> Rows:
        """Row of a sample at each place of each drawn calendar, (T, B); -1 where the sample has none.

        Parameters
        ----------
        positions : int array (n,)
            Places of the sample's rows in the calendar, increasing.

        Raises
        ------
        SpecificationError
            Of a plan of another scheme, or for positions outside of the calendar.
        """
        here = self._within(positions)
        if self.scheme != "blocks":
            raise SpecificationError(f"a {self.scheme} keeps the regressors in place; ask the plan for orders().")
        row = np.full(self.periods, -1)
        row[here] = np.arange(len(here))
        result: Rows = row[self._drawn].T
        return result

    def _within(self, positions: Rows) -> Rows:
        here = np.asarray(positions) - self.first
        if here.ndim != 1 or not len(here) or here[0] < 0 or here[-1] >= self.periods or (np.diff(here) <= 0).any():
            raise SpecificationError(
                f"positions must increase within the calendar, {self.first} to {self.last}; found {positions!r}."
            )
        return here


@runtime_checkable
class Batched(Protocol):
    """A specification that can be estimated in many null samples at once, for `SpecificationCurveResults.joint`."""

    def estimate(self) -> Estimate:
        """What it finds in the sample observed."""
        ...

    @property
    def calendar(self) -> tuple[int, int]:
        """First and last place of its sample on a calendar that all specifications share."""
        ...

    @property
    def z_score(self) -> float:
        """The estimate over its standard error, as a quantile of the normal."""
        ...

    def null_draws(self, plan: NullPlan) -> tuple[Array, Array]:
        """Estimate and z score in each sample of the plan (B,), (B,); NaN where a sample is too small for it."""
        ...
