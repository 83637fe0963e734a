"""`EventStudyResults`: abnormal changes, their summary by class, and every test of no effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Mask, Seed
from econ.estimate import Estimate
from econ.eventstudy._kernels import Windows
from econ.eventstudy.battery import TESTS
from econ.eventstudy.outcome import outcome_table
from econ.eventstudy.path import mean_path
from econ.eventstudy.placebo import MATCHES, Placebo, placebo_of_study
from econ.eventstudy.resampling import resampling_tests
from econ.eventstudy.series import Series
from econ.eventstudy.shift import variance_shift
from econ.eventstudy.summary import (
    as_expected,
    detectability,
    leave_one_out,
    mean_and_error,
    slope,
    study_facts,
    summary_row,
)
from econ.eventstudy.window_plot import plot_windows
from econ.frozen import guarded
from econ.tables.shown import Shown, told
from econ.tables.table import Table

if TYPE_CHECKING:
    from econ.eventstudy.study import EventStudy


@guarded
@dataclass(frozen=True, eq=False)
class EventStudyResults(Shown):
    """Abnormal changes around n events.

    Parameters
    ----------
    parent : EventStudy
        The study.
    events : DataFrame (n rows)
        Events studied: the columns given, ``day`` (day 0), ``position``, ``moved`` (why day 0 is not the
        date given), ``estimation_days`` and ``cluster`` (events whose windows share a day, directly or through
        others, have one number). Its index is that of the table of events.
    dropped : DataFrame
        Events left out, with ``reason``.
    windows : Windows
        Arrays behind the statistics.
    series : Series
        Changes of the response and regressors of the normal model.
    usable : array (T,)
        Days outside every event window.
    """

    parent: EventStudy = field(repr=False)
    events: pd.DataFrame = field(repr=False)
    dropped: pd.DataFrame = field(repr=False)
    windows: Windows = field(repr=False)
    series: Series = field(repr=False)
    usable: Mask = field(repr=False)

    plot, _facts = plot_windows, study_facts
    detectability, variance_shift = detectability, variance_shift

    @property
    def units(self) -> str:
        """Units of the abnormal changes."""
        return self.series.units

    @property
    def abnormal(self) -> pd.DataFrame:
        """Abnormal changes: one row an event (index of ``events``), one column a day relative to day 0."""
        days = pd.RangeIndex(self.windows.first, self.windows.first + self.windows.length, name="day")
        return pd.DataFrame(self.windows.abnormal, index=self.events.index, columns=days)

    @property
    def cumulative(self) -> pd.Series:
        """Sum of the abnormal changes over the window, one value an event."""
        return pd.Series(self.windows.cumulative, index=self.events.index, name="cumulative")

    @property
    def standardised(self) -> pd.Series:
        """Cumulative abnormal change over its forecast standard error (SCAR), one value an event."""
        return pd.Series(self.windows.standardised, index=self.events.index, name="standardised")

    @property
    def moved(self) -> pd.DataFrame:
        """Events whose day 0 is not the date given, with the reason."""
        return self.events[self.events["moved"] != ""]

    @property
    def kinds(self) -> list[str]:
        """Classes of events, in order of first appearance."""
        return list(dict.fromkeys(self.events["kind"]))

    def select(self, kind: str | None = None) -> Windows:
        """Windows of one class, or of all; a day 0 that carries events of two classes counts once in all.

        Raises
        ------
        SpecificationError
            If no event is of that class.
        """
        return self.windows.take(self._rows(kind))

    def _rows(self, kind: str | None) -> np.ndarray:
        if kind is None:
            return np.flatnonzero(~self.events.duplicated("day").to_numpy())
        checks.position("events of kind", kind, self.kinds)
        return np.flatnonzero((self.events["kind"] == kind).to_numpy())

    def _groups(self, by: str | None) -> dict[str, np.ndarray]:
        """Rows of the events of each class, in order of first appearance."""
        if by is None:
            return {"all": self._rows(None)}
        checks.position("column", by, list(self.events.columns), of="of the events")
        column = self.events[by]
        return {name: np.flatnonzero((column == name).to_numpy()) for name in dict.fromkeys(column)}

    def mean(self, kind: str | None = None, *, level: float = 0.90) -> Estimate:
        """Mean cumulative abnormal change of a class.

        Parameters
        ----------
        kind : str, optional
            Class of events; all when absent.
        level : float
            Coverage of the interval.

        Returns
        -------
        Estimate
            In `units`; cross-sectional standard error sd(CAR) / sqrt(n) and interval from t(n - 1). With
            one event: the forecast standard error s sqrt(1'C 1) and t(L - k). Events that share days are
            taken as independent here; the Kolari-Pynnonen rows of `tests` are not.
        """
        level = checks.level(level)
        windows = self.select(kind)
        value, error, df = mean_and_error(windows)
        half = float(scipy.special.stdtrit(df, 0.5 + level / 2.0)) * error
        label = f"mean abnormal change, {kind or 'all events'}"
        return Estimate(value, error, value - half, value + half, level, self.units, label, len(windows), parent=self)

    def summary(self, by: str | None = "kind", *, level: float = 0.90) -> Table:  # type: ignore[override]
        """One row a class of events.

        Parameters
        ----------
        by : str or None
            Column of ``events`` that makes the classes; None for one row, "all".
        level : float
            Coverage of the interval.

        Returns
        -------
        Table
            ``events`` (number), ``mean``, ``median`` of the cumulative abnormal change, ``std_error``
            (cross-sectional), ``lower``, ``upper`` (from t(n - 1)), ``t`` and ``p_value``, ``Patell`` and its
            ``Patell p_value``, ``positive`` (share), ``as expected`` (share of the events whose column
            ``expected`` is + or - that moved that way), ``units``. Cells that the events cannot fill are
            `Unavailable`.
        """
        level = checks.level(level)
        rows = {
            name: summary_row(self.windows.take(group), level)
            | {"as expected": as_expected(self.windows.cumulative[group], self.events.iloc[group]), "units": self.units}
            for name, group in self._groups(by).items()
        }
        return told(self, pd.DataFrame.from_dict(rows, orient="index").rename_axis(by), level=level)

    def tests(
        self,
        kind: str | None = None,
        *,
        draws: int = 1999,
        rng: Seed = 1,
        n_jobs: int = 1,
    ) -> pd.DataFrame:
        """Every test of no effect, for one class of events or for all.

        Parameters
        ----------
        kind : str, optional
            Class of events; all when absent.
        draws : int
            Draws of each bootstrap.
        rng : int or SeedSequence
            Seed of the bootstraps.
        n_jobs : int
            Workers; the result does not depend on them.

        Returns
        -------
        DataFrame
            One row a test (index = its name), columns ``statistic``, ``p_value``, ``distribution``, ``null``;
            `Unavailable` with the reason where the events do not permit the test. "Kolari-Pynnonen" is BMP
            and "Kolari-Pynnonen Patell" is Patell adjusted for shared days; "GRANK" is GRANK-T.

        See Also
        --------
        econ.eventstudy.size_table : how often each rejects when there is nothing to find, and when there is.
        """
        windows = self.select(kind)
        outcomes = {name: test(windows) for name, test in TESTS.items()}
        outcomes |= resampling_tests(windows, draws=draws, rng=rng, n_jobs=n_jobs)
        return outcome_table(outcomes)

    def path(
        self,
        kind: str | None = None,
        *,
        level: float = 0.90,
        draws: int = 9999,
        rng: Seed = 1,
        n_jobs: int = 1,
    ) -> pd.DataFrame:
        """Mean cumulative abnormal change over the days of the window.

        Parameters
        ----------
        kind : str, optional
            Class of events; all when absent.
        level : float
            Coverage of both bands.
        draws, rng, n_jobs
            Draws, seed and workers of the simultaneous band.

        Returns
        -------
        DataFrame
            Index ``day``; ``mean``, ``std_error`` (cross-sectional; of the forecast with one event), ``lower``,
            ``upper`` (each day alone, Student's t), ``lower sup-t``, ``upper sup-t`` (all days together).
        """
        return mean_path(self.select(kind), level=level, draws=draws, rng=rng, n_jobs=n_jobs)

    def slope(self, column: str, kind: str | None = None, *, level: float = 0.90) -> Estimate:
        """Regress the cumulative abnormal changes on a numeric column of the events, such as a surprise.

        Returns
        -------
        Estimate
            Least-squares slope (constant included), HC3 standard error, in `units` per unit of the column.

        Raises
        ------
        SpecificationError
            If there is no such column; `SampleTooShort` with fewer than 12 events.
        SchemaError
            If the column has missing values or is constant.
        """
        rows = self._rows(kind)
        rows = rows[np.argsort(self.windows.positions[rows])]
        values, events = self.windows.cumulative[rows], self.events.iloc[rows]
        return slope(values, events, column=column, units=self.units, level=level, parent=self)

    def leave_one_out(self, kind: str | None = None) -> pd.DataFrame:
        """Mean cumulative abnormal change without each event in turn: one row the event left out.

        Returns
        -------
        DataFrame
            ``label``, ``day``, ``cumulative`` (of the event left out), ``mean``, ``t`` and ``p_value`` of the others.
        """
        rows = self._rows(kind)
        return leave_one_out(self.windows.take(rows), self.events.iloc[rows])

    def placebo(
        self,
        kind: str | None = None,
        *,
        draws: int = 9999,
        rng: Seed = 1,
        n_jobs: int = 1,
        match: Sequence[str] = MATCHES,
        statistic: str = "studentised",
    ) -> Placebo:
        """Randomisation test: compare the events with placebo dates like them.

        Every draw puts each event on a day without news, of the same weekday, volatility regime and third of the month
        (matches are given up from the last, and reported, where fewer than 20 days are left). Events with overlapping
        windows move together, so a draw is as clustered as the events. Rules and models are those of the events.

        Parameters
        ----------
        kind : str, optional
            Class of events; all when absent.
        draws : int
            Number of draws.
        rng : int or SeedSequence
            Seed.
        n_jobs : int
            Workers; the result does not depend on them.
        match : sequence of {"weekday", "volatility", "calendar"}
            Criteria, the most important first.
        statistic : {"studentised", "mean"}
            ``"studentised"``: the BMP statistic, which a mere variance increase on event days does not
            reject (with one event: its SCAR). ``"mean"``: mean cumulative abnormal change, which tests the sharp
            null that event days are like other days in every respect, variance included.

        Returns
        -------
        Placebo

        Raises
        ------
        SpecificationError
            If ``rng`` is None, or fewer than 20 days can serve as placebo.

        References
        ----------
        Fisher, R. A. (1935), The Design of Experiments. Chung, E. and J. P. Romano (2013), Exact and
        asymptotically robust permutation tests, Annals of Statistics 41(2), on studentising.
        """
        rows, match = self._rows(kind), checks.names("match", match)
        return placebo_of_study(self, rows, match=match, statistic=statistic, draws=draws, rng=rng, n_jobs=n_jobs)
