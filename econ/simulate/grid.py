"""The truths that a tournament visits: impacts x offsets x sample sizes x faults of one market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from econ import checks
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.simulate.daily import DailyFaults, DailyMarket
from econ.simulate.daily_samples import DailySample, DailySamples
from econ.simulate.faults import Faults
from econ.simulate.market import TreasuryMarket
from econ.simulate.sample import Sample
from econ.simulate.samples import Samples

KNOWN_FAULTS = {"none": Faults(), "archive": Faults.archive()}


@dataclass(frozen=True)
class GridCell:
    """One truth at one sample size under one set of faults."""

    market: TreasuryMarket | DailyMarket = field(repr=False)
    offset: float
    periods: int
    faults: str

    def read(
        self, samples: Samples | DailySamples, number: int, seed: np.random.SeedSequence, *, draws: int, level: float
    ) -> Sample | DailySample:
        """One sample of the market as a design sees it."""
        if isinstance(samples, DailySamples):
            return DailySample(samples, number, seed, draws, level)
        return Sample(samples, number, seed, draws, level)


@guarded
@dataclass(frozen=True)
class Truths:
    """A grid of markets to try the estimators on.

    Parameters
    ----------
    market : TreasuryMarket or DailyMarket
        Everything but impact, offset and faults.
    impacts : sequence of float
        Bp per 1% of debt: bought in a `TreasuryMarket`, sold in a `DailyMarket`.
    offsets : sequence of float
        Quantity offsets; the price offset equals each unless the market gives its own. A `DailyMarket` has none: 0.
    periods : sequence of int
        Months in a sample.
    faults : mapping of str to Faults, or to DailyFaults
        What goes wrong, by name; default no fault, and the observation layer of the archive.

    Raises
    ------
    SpecificationError
        For values given twice or none, faults of the other kind of market, or an offset in a `DailyMarket`.

    Examples
    --------
    >>> len(Truths(impacts=(0.0, -15.0), offsets=(0.0, 1.0), periods=(300,)).cells)
    8
    """

    market: TreasuryMarket | DailyMarket = field(default_factory=TreasuryMarket)
    impacts: Sequence[float] = (0.0, -5.0, -15.0, -60.0)
    offsets: Sequence[float] = (0.0, 0.5, 1.0)
    periods: Sequence[int] = (300,)
    faults: Mapping[str, Faults | DailyFaults] = field(default_factory=lambda: dict(KNOWN_FAULTS))

    def __post_init__(self) -> None:
        for name in ("impacts", "offsets", "periods"):
            values = tuple(getattr(self, name))
            if not values or len(set(values)) < len(values):
                raise SpecificationError(f"{name} needs values, each once; found {list(values)}.")
            if name == "periods":
                clean: tuple[float, ...] = tuple(checks.count(name, value, least=60) for value in values)
            else:
                clean = tuple(checks.real(name, value) for value in values)
            checks.keep(self, **{name: clean})
        if not self.faults:
            raise SpecificationError('faults needs a name at least, such as {"none": Faults()}.')
        daily = isinstance(self.market, DailyMarket)
        kind = DailyFaults if daily else Faults
        for name, layer in self.faults.items():
            if not isinstance(layer, kind):
                raise SpecificationError(
                    f"faults {name!r} of a {type(self.market).__name__} must be {kind.__name__}; found {layer!r}."
                )
        if daily and self.offsets != (0.0,):
            raise SpecificationError(f"a DailyMarket has no offset: give offsets=(0.0,); found {self.offsets}.")

    @property
    def cells(self) -> tuple[GridCell, ...]:
        """All combinations, in a fixed order."""
        return tuple(
            GridCell(_placed(self.market, float(impact), float(offset), faults=layer), float(offset), periods, name)
            for impact in self.impacts
            for offset in self.offsets
            for periods in self.periods
            for name, layer in self.faults.items()
        )


def _placed(
    market: TreasuryMarket | DailyMarket, impact: float, offset: float, *, faults: Faults | DailyFaults
) -> TreasuryMarket | DailyMarket:
    if isinstance(market, DailyMarket):
        return replace(market, impact=impact, faults=faults)  # type: ignore[arg-type]
    return replace(market, impact=impact, offset=offset, faults=faults)  # type: ignore[arg-type]


def as_truths(design: Truths | TreasuryMarket | DailyMarket) -> Truths:
    """A market stands for the grid of itself at 300 months."""
    if isinstance(design, Truths):
        return design
    if isinstance(design, DailyMarket):
        return Truths(design, (design.impact,), (0.0,), (300,), {"market": design.faults})
    return Truths(design, (design.impact,), (design.offset,), (300,), {"market": design.faults})
