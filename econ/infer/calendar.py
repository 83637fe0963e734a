"""Joint covariance of designs that look at different days, weeks and months of one calendar.

An auction, an intervention and a monthly flow are three samples of one history: what they have in common is time. Each
design hands in its influence contributions on its own dates; they are summed over blocks of the calendar, months or
quarters, and the covariance of the designs is the long-run covariance of those sums.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.border import LARGEST, checked
from econ.errors import FrequencyError, SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.frozen import guarded
from econ.infer import _kernels as k
from econ.infer.covariance import check_lags
from econ.infer.regression import default_lags
from econ.parallel import map_blocks
from econ.tables.shown import Facts, Shown, degrees, listed, period

BLOCKS = {"M": "month", "Q": "quarter", "Y": "year"}
FINER = {"M": ("D", "B", "W", "M"), "Q": ("D", "B", "W", "M", "Q"), "Y": ("D", "B", "W", "M", "Q", "Y", "A")}
"""Frequencies of periods that a block holds whole."""
LEAST = 5
"""Blocks that each design must reach into."""
SINGULAR = 1e-10
"""Least eigenvalue of a correlation matrix."""


@guarded
@dataclass(frozen=True, eq=False)
class CalendarCovariance(Shown):
    """Joint covariance of k estimates, by blocks of a common calendar.

    Parameters
    ----------
    covariance : DataFrame (k, k)
        ``covariance.loc[i, j]`` of estimates i and j, in their units.
    sums : DataFrame (G, k)
        Influence of each block on each estimate, times the small-sample factor; 0 where a design has no dates.
    nobs : Series (k,)
        Dates of each design.
    bandwidth : int
        Bartlett lags, in blocks.
    df : float
        Degrees of freedom of the least well estimated variance.
    """

    covariance: pd.DataFrame
    sums: pd.DataFrame = field(repr=False)
    nobs: pd.Series
    bandwidth: int
    df: float

    def _facts(self) -> Facts:
        found = {
            "designs": listed([*self.covariance.index]),
            "blocks": len(self.sums),
            "sample": period(self.sums.index),
        }
        return {**found, "bandwidth": self.bandwidth, "degrees of freedom": degrees(self.df)}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Standard error, dates and blocks of each design, and its correlation with every other."""
        own = pd.Series(np.diag(self.overlap.to_numpy()), index=self.covariance.index)
        columns = {"std_error": self.std_errors, "nobs": self.nobs, "blocks": own}
        correlation = self.correlation.add_prefix("correlation with ")
        return pd.concat([pd.DataFrame(columns), correlation], axis=1).rename_axis("design")

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a pair of designs: ``covariance``, ``correlation``, ``overlap``; ``level`` has no use."""
        tables = {"covariance": self.covariance, "correlation": self.correlation, "overlap": self.overlap}
        index = pd.MultiIndex.from_product([[*self.covariance.index]] * 2, names=["design", "with"])
        return pd.DataFrame({name: table.to_numpy().reshape(-1) for name, table in tables.items()}, index=index)

    @cached_property
    def std_errors(self) -> pd.Series:
        """Standard errors (k,)."""
        table = self.covariance
        return pd.Series(np.sqrt(np.diag(table.to_numpy())), index=table.index, name="std_error")

    @cached_property
    def correlation(self) -> pd.DataFrame:
        """Correlations (k, k)."""
        table, errors = self.covariance, self.std_errors.to_numpy()
        return pd.DataFrame(table.to_numpy() / np.outer(errors, errors), index=table.index, columns=table.columns)

    @cached_property
    def overlap(self) -> pd.DataFrame:
        """Blocks in which both designs have dates (k, k); its own blocks on the diagonal."""
        names = self.covariance.index
        there = (self.sums.to_numpy() != 0.0).astype(int)
        return pd.DataFrame(there.T @ there, index=names, columns=names)

    def draws(self, count: int = 999, *, rng: Seed = None) -> pd.DataFrame:
        """Draws of the errors of all estimates together, by the block multiplier bootstrap.

        Each block is multiplied by one weight for all designs: ``sum_b w_b S_b`` with standard normal w whose
        covariance at distance l is ``1 - l / (bandwidth + 1)``, so that the covariance of the draws is ``covariance``.

        Parameters
        ----------
        count : int, default 999
            Draws.
        rng : int or SeedSequence
            Seed.

        Returns
        -------
        DataFrame (count, k)

        Raises
        ------
        SpecificationError
            Without ``rng``.

        References
        ----------
        Shao, X. (2010), The Dependent Wild Bootstrap, Journal of the American Statistical Association 105(489).
        """
        sums, window = self.sums, self.bandwidth + 1
        values = sums.to_numpy()

        def work(size: int, generator: np.random.Generator) -> Array:
            plain = generator.standard_normal((size, len(values) + window - 1))
            total = np.cumsum(np.column_stack([np.zeros(size), plain]), axis=1)
            drawn: Array = (total[:, window:] - total[:, :-window]) @ values / math.sqrt(window)
            return drawn

        found = map_blocks(work, checks.count("count", count), rng=rng, label="multiplier bootstrap")
        return pd.DataFrame(np.concatenate(found), columns=sums.columns)


@checked
def calendar_covariance(
    influence: Mapping[str, pd.Series], *, blocks: str = "M", bandwidth: int | None = None
) -> CalendarCovariance:
    """Joint covariance of estimates that come from different samples and frequencies of one calendar.

    Design i is given by its influence contributions, ``estimate_i - truth_i = sum_t psi_it`` (for least squares
    ``(x'x)^-1 x_t u_t``). With S_b the k sums of them over block b of the calendar,

        ``V = G_0 + sum_l (1 - l / (L + 1)) (G_l + G_l')``,  ``G_l = sum_b S_b S_{b-l}'``,

    so that whatever two designs share within a block, or within L blocks, is in their covariance. Nothing is assumed
    independent; designs that are never within L blocks of each other have a covariance of exactly zero.

    Parameters
    ----------
    influence : mapping of str to Series
        By design; dated by days, or by periods that belong to one block. Dates may be irregular, as those of events.
        A day stands for that day only: date monthly contributions by periods, or by the last day of the month.
    blocks : {"M", "Q", "Y"}
        Blocks of the calendar.
    bandwidth : int, optional
        Bartlett lags L, in blocks; default ``0.75 G^(1/3)``, rounded up. With 0 blocks are clusters.

    Returns
    -------
    CalendarCovariance

    Raises
    ------
    SpecificationError
        For no design, an unknown block, or a bandwidth that is no number of blocks.
    SchemaError
        For dates that are no dates, out of order or doubled, values that are not finite, or no variation.
    FrequencyError
        For periods longer than a block, or days with a time or zone.
    SampleTooShort
        If a design reaches into fewer than 5 blocks, or into no more than L + 1.

    Notes
    -----
    Each design is centred over its own dates, and its sums are multiplied by the root of ``G_i / (G_i - L - 1)``, G_i
    its blocks: the variance is unbiased for independent sums. ``df`` is ``3 (sum S^2)^2 / sum S^4``, at most
    ``G_i - 1``, over ``1 + 2 sum_l (1 - l / (L + 1))^2``, of the design with the fewest: a few large blocks count as
    few.

    90% intervals cover in 87-92% of samples with enough lags. Measured in :doc:`/coverage`.

    References
    ----------
    Newey, W. K. and K. D. West (1987), Econometrica 55(3). Parzen, E. (1963), On spectral analysis with missing
    observations and amplitude modulation, Sankhya A 25, for blocks without dates. Driscoll, J. C. and A. C. Kraay
    (1998), Review of Economics and Statistics 80(4), for sums over one calendar.

    Examples
    --------
    >>> days = pd.bdate_range("2010-01-01", "2019-12-31")
    >>> shock = pd.Series(np.random.default_rng(1).standard_normal(len(days)), days)
    >>> monthly = shock.groupby(days.to_period("M")).sum()
    >>> found = calendar_covariance({"daily": shock / len(days), "monthly": 2.0 * monthly / len(days)}, bandwidth=0)
    >>> print(f"{found.correlation.loc['daily', 'monthly']:.3f}, {found.df:.0f} degrees of freedom")
    1.000, 100 degrees of freedom
    """
    unit = checks.choice("block", blocks, BLOCKS)
    if not influence:
        raise SpecificationError("a joint covariance needs the influence of at least one design; found none.")
    clean = {name: _influence(name, series, unit) for name, series in influence.items()}
    ordinals = [index.asi8 for index, _ in clean.values()]
    first, last = min(int(each.min()) for each in ordinals), max(int(each.max()) for each in ordinals)
    size = last - first + 1
    lags = check_lags(default_lags(size) if bandwidth is None else bandwidth, size)
    sums = np.zeros((size, len(clean)))
    for column, (name, (index, values)) in enumerate(clean.items()):
        np.add.at(sums[:, column], index.asi8 - first, values)
        sums[:, column] *= math.sqrt(_factor(name, len(np.unique(index.asi8)), lags, BLOCKS[unit]))
    names, calendar = list(clean), pd.period_range(pd.Period(ordinal=first, freq=unit), periods=size)
    matrix = k.bartlett(sums, lags)
    empty = np.flatnonzero(np.diag(matrix) <= 0.0)
    if empty.size:
        raise SchemaError(f"the influence of {names[empty[0]]!r} adds to zero in every {BLOCKS[unit]}; is it a mean?")
    return CalendarCovariance(
        covariance=pd.DataFrame(0.5 * (matrix + matrix.T), index=names, columns=names),
        sums=pd.DataFrame(sums, index=calendar, columns=names),
        nobs=pd.Series({name: len(values) for name, (_, values) in clean.items()}, name="nobs"),
        bandwidth=lags,
        df=_degrees(sums, lags),
    )


def _influence(name: str, series: pd.Series, unit: str) -> tuple[pd.PeriodIndex, Array]:
    """Blocks of the dates, and the contributions, centred."""
    if not isinstance(series, pd.Series):
        raise SpecificationError(f"the influence of {name!r} must be a Series with dates; found {type(series)}.")
    index = series.index
    if not isinstance(index, (pd.PeriodIndex, pd.DatetimeIndex)) or index.hasnans or len(index) == 0:
        raise SchemaError(f"the influence of {name!r} needs a date on every row, at least one; found {index.dtype}.")
    if not (index.is_unique and index.is_monotonic_increasing):
        raise SchemaError(f"the dates of {name!r} must be in order, each once; sort_index() and keep one row a date.")
    values = checks.figures(f"the influence of {name!r}", series).to_numpy()
    if float(np.abs(values).max()) > LARGEST:
        raise SpecificationError(f"the influence of {name!r} is above {LARGEST:g}; sums overflow: change units.")
    centred = values - values.mean()
    if float(np.abs(centred).max()) <= 1e-12 * float(np.abs(values).max()):
        raise SchemaError(f"the influence of {name!r} does not vary, so that it says nothing of its error.")
    return _blocks(name, index, unit), centred


def _blocks(name: str, index: pd.PeriodIndex | pd.DatetimeIndex, unit: str) -> pd.PeriodIndex:
    if isinstance(index, pd.DatetimeIndex):
        if index.tz is not None or not (index == index.normalize()).all():
            raise FrequencyError(f"{name!r} is dated by a time or zone; use index.tz_localize(None).normalize().")
        return index.to_period(unit)
    letter = str(index.freqstr)[0]
    if letter not in FINER[unit]:
        raise FrequencyError(f"a period {index.freqstr} of {name!r} is in no one {BLOCKS[unit]}; take longer blocks.")
    return index.to_timestamp(how="end").to_period(unit)


def _factor(name: str, own: int, lags: int, word: str) -> float:
    if own < max(LEAST, lags + 2):
        raise SampleTooShort(
            f"{name!r} reaches into {own} {word}s; {max(LEAST, lags + 2)} are needed with {lags} lags; take shorter "
            "blocks, a smaller bandwidth or a longer sample."
        )
    return own / (own - lags - 1.0)


def _degrees(sums: Array, lags: int) -> float:
    unit = sums / np.abs(sums).max(axis=0)
    effective = 3.0 * (unit**2).sum(axis=0) ** 2 / (unit**4).sum(axis=0)
    effective = np.minimum(effective, (unit != 0.0).sum(axis=0) - 1.0)
    weights = 1.0 - np.arange(1, lags + 1) / (lags + 1.0)
    return float(effective.min() / (1.0 + 2.0 * (weights @ weights)))


def check_definite(covariance: Array, names: list[str]) -> None:
    """Refuse a singular covariance, naming the designs that say the same.

    Raises
    ------
    SingularDesign
        Naming two designs that are perfectly correlated, or those that one combination of is known without error.
    """
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation)
    if values[0] >= SINGULAR:
        return
    off = np.abs(np.triu(correlation, 1))
    i, j = np.unravel_index(int(off.argmax()), off.shape)
    if off[i, j] > 1.0 - 10.0 * SINGULAR:
        raise SingularDesign(
            f"{names[i]!r} and {names[j]!r} are one design: the correlation of their errors is "
            f"{correlation[i, j]:.6f}; leave one of them out."
        )
    involved = [name for name, weight in zip(names, vectors[:, 0], strict=True) if abs(weight) > 0.05]
    raise SingularDesign(
        f"the joint covariance is singular: a combination of {', '.join(map(repr, involved[:6]))} has no error; leave "
        "one of them out, or take shorter blocks, of which there are more than designs."
    )
