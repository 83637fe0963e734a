"""Samples in which nothing has an effect, the same for all specifications, so that they can be judged together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np

from econ import checks
from econ.arrays import Array, Rows
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.multiverse._kernels import counted, entries
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
    >>> plan.places.shape
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
    def places(self) -> Rows:
        """Place of the calendar, from 0, that stands at each of its places in each sample, (T, B).

        A shift by k puts place t - k at t, round the end; a permutation reorders all places; blocks stand end to end.
        """
        generator = np.random.default_rng(self.seed)
        if self.scheme == "shift":
            some = generator.permutation(self.periods - 1)[: self.draws]
            result: Rows = (np.arange(self.periods)[:, None] - (1 + some)[None, :]) % self.periods
            return result
        if self.scheme == "permutation":
            return np.argsort(generator.random((self.draws, self.periods)), axis=1).T
        return MovingBlock(self.draws, self.length).resample(generator, self.draws, self.periods).rows.T

    def within(self, positions: Rows) -> Rows:
        """Places of the calendar, from 0, of rows at these positions, -1 where they lie outside of it.

        Parameters
        ----------
        positions : int array (n,)
            Of rows in the data, increasing, counted as ``first`` and ``last`` are.

        Raises
        ------
        SpecificationError
            If they do not increase.
        """
        here = np.asarray(positions)
        if here.ndim != 1 or here.dtype.kind not in "iu" or (np.diff(here) <= 0).any():
            raise SpecificationError(f"positions must be integers that increase; found {positions!r}.")
        inside = (here >= self.first) & (here <= self.last)
        result: Rows = np.where(inside, here - self.first, -1).astype(np.intp)
        return result


@lru_cache(maxsize=16)
def standing(plan: NullPlan, positions: bytes) -> tuple[Rows, Array]:
    """Where the row lies that stands at each place in each sample (T, B), and how often each row does (n, B).

    ``positions`` are the bytes of those of the rows on the calendar; many specifications share a sample.
    """
    here = plan.within(np.frombuffer(positions, dtype=np.intp))
    row = np.full(plan.periods, -1)
    row[here] = np.arange(len(here))
    places = row[plan.places]
    where, counts = entries(places, len(here)), counted(places, len(here))
    where.flags.writeable = counts.flags.writeable = False
    return where, counts


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


def is_batched(value: object) -> TypeGuard[Batched]:
    """Whether a value has all that `Batched` asks for; ``isinstance`` would compute its properties to know."""
    own = getattr(value, "__dict__", ())
    return all(hasattr(type(value), name) or name in own for name in ("estimate", "calendar", "z_score", "null_draws"))
