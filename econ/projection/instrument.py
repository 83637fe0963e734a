"""`Instrument`: a series with what a reader must know before trusting it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.checks import SPARE
from econ.data.dataset import complete_frame
from econ.data.index import dates
from econ.errors import SampleTooShort, SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.infer.regression import Regression, regress
from econ.tables.shown import Shown


@guarded
@dataclass(frozen=True, eq=False)
class Instrument(Shown):
    """A series with what a reader must know before trusting it.

    Parameters
    ----------
    series : Series (T,)
        Values; positive: dollars or Treasuries sold.
    units : str
        Units of the values.
    measures, assumption, fails, source : str
        What it measures; what must be true; how that fails; where the numbers come from.
    episodes : mapping of str to tuple of dates
        Spells that can be left out one at a time or compared with each other.
    reaction : Regression or Unavailable
        The regression whose residual it is; `Unavailable` for a raw series.
    parent : object
        What it was made from.
    """

    series: pd.Series
    units: str
    measures: str
    assumption: str
    fails: str
    source: str
    episodes: Mapping[str, tuple[object, ...]] = field(repr=False)
    reaction: Regression | Unavailable = field(repr=False, default=Unavailable("a raw series, not a residual"))
    parent: object = field(repr=False, default=None)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a date: ``value``, in ``units``; a series has no interval, so ``level`` has no use."""
        return self.series.rename_axis("date").to_frame("value")

    def __post_init__(self) -> None:
        checks.figures("series", self.series)
        when = dates(self.series.index)
        place = dict(zip(self.series.index, when, strict=True))
        for name, at in self.episodes.items():
            if isinstance(at, str) or not isinstance(at, Iterable):
                raise SpecificationError(f"an episode is a list of dates; found {at!r} for {name!r}.")
        episodes = {name: tuple(place.get(date, date) for date in at) for name, at in self.episodes.items()}
        checks.keep(self, series=self.series.set_axis(when), episodes=episodes)

    def leave_one_out(self) -> pd.DataFrame:
        """Set each episode to the mean, so that it adds nothing to the first stage: (T, E), column = the left out."""
        mean = float(self.series.mean())
        return pd.DataFrame(
            {name: self.series.mask(self.series.index.isin(at), mean) for name, at in self.episodes.items()}
        )

    def group(self, *names: str) -> pd.Series:
        """Keep some episodes only; groups of episodes give over-identifying restrictions."""
        for name in names:
            checks.position("episode", name, list(self.episodes))
        dates = [date for name in names for date in self.episodes[name]]
        return self.series.where(self.series.index.isin(dates), 0.0)

    def placebo(self, outcome: pd.Series, at: Sequence[object], *, horizons: Sequence[int] = (0, 1, 4)) -> pd.DataFrame:
        """Compare what the outcome did after dates at which the instrument moved for no reason of price.

        Parameters
        ----------
        outcome : Series
            Level of the outcome, on dates that hold those of the instrument.
        at : sequence
            Dates of the instrument, such as a shift of custody without a sale.
        horizons : sequence of int
            Periods after the date; the change is from the period before it.

        Returns
        -------
        DataFrame
            One row a date and horizon: date, horizon, moved (the instrument), change (the outcome), per_unit (their
            ratio), p_value: share of all dates whose outcome moved at least as much, either way.

        Raises
        ------
        SpecificationError
            For a date that is not one of the instrument, or that leaves no room for a horizon.
        """
        horizons, outcome = [checks.horizon(h) for h in horizons], checks.figures("outcome", outcome, holes=True)
        y = outcome.set_axis(dates(outcome.index)).reindex(self.series.index)
        rows = []
        for date in at:
            if date not in self.series.index:
                raise SpecificationError(f"the instrument has no value at {date}; it spans {span(self.series.index)}.")
            place = int(np.flatnonzero(self.series.index == date)[0])
            moved = float(self.series.iloc[place])
            for h in horizons:
                changes = y.shift(-h) - y.shift(1)
                change = float(changes.iloc[place])
                if not np.isfinite(change):
                    raise SpecificationError(
                        f"the outcome is missing before or {h} periods after {date}; cut horizons."
                    )
                rank = float((changes.dropna().abs() >= abs(change)).mean())
                rows.append((date, h, moved, change, change / moved, rank))
        return pd.DataFrame(rows, columns=["date", "horizon", "moved", "change", "per_unit", "p_value"])

    def residual(self, drivers: pd.DataFrame, *, lags: int = 1) -> Instrument:
        """Take out what the reaction function of the authority explains (Ito and Yabu 2007, in linear form).

        The series is regressed on ``lags`` lags of itself and of the drivers; the residual is the instrument.

        Parameters
        ----------
        drivers : DataFrame
            What the authority answers to (momentum of the currency, rate differential), on all dates of the series.
        lags : int, default 1
            Lags.

        Returns
        -------
        Instrument
            ``reaction`` is the regression; its first ``lags`` dates are lost.

        Notes
        -----
        The residual is a generated instrument. If the lagged drivers and the lagged series are also controls of the
        equation it is used in, on the same rows, residual and raw series give the same estimate, F and sets exactly,
        and nothing needs correcting. Without them as controls the sampling error of the reaction function enters the
        estimate wherever drivers move the outcome, and no standard error here counts it: put them in.

        References
        ----------
        Ito, T. and T. Yabu (2007), What Prompts Japan to Intervene in the Forex Market?, Journal of International Money
        and Finance 26(2).
        """
        regressors = reaction_controls(self.series, drivers, lags=lags)
        now = self.series.loc[regressors.index]
        fit = regress(now, regressors, cov="hc1")
        kept = {name: tuple(date for date in at if date in now.index) for name, at in self.episodes.items()}
        return replace(
            self,
            series=fit.residuals.rename(str(self.series.name)),
            measures=f"{self.measures}, beyond what {', '.join(map(str, drivers.columns))} and its own past explain",
            episodes={name: at for name, at in kept.items() if at},
            reaction=fit,
            parent=self,
        )

    def __str__(self) -> str:
        lines = (
            f"{self.series.name}: {self.measures} ({self.units}), {span(self.series.index)}",
            f"needs: {self.assumption}",
            f"fails: {self.fails}",
            f"source: {self.source}",
        )
        return "\n".join(lines)


@checked
def reaction_controls(series: pd.Series, drivers: pd.DataFrame, *, lags: int = 1) -> pd.DataFrame:
    """Lags of a series and of what it answers to, the regressors of a reaction function: (T - lags, k)."""
    lags, series = checks.count("lags", lags), checks.figures("series", series)
    series, drivers = series.set_axis(dates(series.index)), drivers.set_axis(dates(drivers.index), axis=0)
    index = series.index
    absent = index.difference(drivers.index)
    if len(absent):
        raise SpecificationError(
            f"the drivers have no row at {absent[0]}, where the series has one; cut it or extend them."
        )
    table = complete_frame(drivers.loc[index], what="a reaction function")
    if len(table) <= lags + SPARE:
        raise SampleTooShort(f"{lags} lags need more than {lags + SPARE} periods; found {len(table)}.")
    both = table.assign(**{str(series.name): series})
    columns = {f"L{lag}.{name}": both[name].shift(lag) for lag in range(1, lags + 1) for name in both}
    return pd.DataFrame(columns).iloc[lags:]


def span(index: pd.Index) -> str:
    """First and last date in words."""
    first, last = word(index[0]), word(index[-1])
    return first if first == last else f"{first} to {last}"


def word(date: object) -> str:
    """A date in words, without a time of day."""
    return str(date.date()) if isinstance(date, pd.Timestamp) else str(date)
