"""`WithinRegimes`: draw errors within the regime of their period."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from econ.arrays import Array, Rows, put
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.responses.resampling import Bootstrap, Resample


@guarded
@dataclass(frozen=True, eq=False)
class RegimeResample(Resample):
    """Draws that were made regime by regime.

    Parameters
    ----------
    rows, block, signs
        As `Resample`, over all periods.
    parts : tuple of (int array, Resample)
        Periods of each regime, and the draws among them, numbered within the regime.
    """

    parts: tuple[tuple[Rows, Resample], ...] = field(default=(), repr=False)

    def apply(self, values: Array) -> Array:
        """Draw ``values`` (T, c) jointly with the errors, (B, T, c), centred within each regime."""
        drawn = np.empty((len(self.rows), *values.shape))
        for periods, part in self.parts:
            drawn[:, periods] = part.apply(values[periods])
        return drawn

    def replaced(self, rows: Rows, other: Resample) -> Resample:
        """Take the draws ``rows`` from ``other``."""
        if not isinstance(other, RegimeResample):
            raise SpecificationError("draws within regimes can be replaced by draws within the same regimes only.")
        parts = tuple(
            (periods, part.replaced(rows, new))
            for (periods, part), (_, new) in zip(self.parts, other.parts, strict=True)
        )
        return replace(self, rows=put(self.rows, rows, other.rows), parts=parts)


@guarded
@dataclass(frozen=True, eq=False)
class WithinRegimes:
    """A bootstrap applied to the periods of each regime by themselves, in their order.

    Parameters
    ----------
    bootstrap : MovingBlock or Residual
        How to draw; a block length left open follows the length of the regime.
    codes : int array (T,)
        Regime of each period, 0, 1, ...

    Examples
    --------
    >>> from econ.responses.resampling import MovingBlock
    >>> within = WithinRegimes(MovingBlock(draws=1), np.array([0, 0, 0, 1, 1, 1]))
    >>> rows = within.resample(np.random.default_rng(1), 5, 6).rows
    >>> bool((rows[:, :3] < 3).all() and (rows[:, 3:] >= 3).all())
    True
    """

    bootstrap: Bootstrap
    codes: Rows

    @property
    def draws(self) -> int:
        """Samples to simulate."""
        return self.bootstrap.draws

    @property
    def unstable(self) -> str:
        """What happens to unstable samples."""
        return self.bootstrap.unstable

    def resample(self, generator: np.random.Generator, size: int, periods: int) -> RegimeResample:
        """Draw ``size`` samples, each period from its own regime."""
        rows = np.empty((size, periods), dtype=np.intp)
        parts = []
        for code in range(int(self.codes.max()) + 1):
            where = np.flatnonzero(self.codes == code)
            part = self.bootstrap.resample(generator, size, len(where))
            rows[:, where] = where[part.rows]
            parts.append((where, part))
        return RegimeResample(rows, parts=tuple(parts))
