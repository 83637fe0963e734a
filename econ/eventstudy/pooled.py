"""Events of several series at once: firms, maturities, countries. Their tests know what moves them together.

Firms that have an event on the same day are not independent: what moves the market that day moves all of them. The
average correlation r̄ of the standardised abnormal changes, which Kolari and Pynnönen (2010) put into the tests of
Patell and of Boehmer, Musumeci and Poulsen, is here, for firm-events i and j,

    r_ij = k_ij ρ_ij,

with k_ij the share of calendar days that their windows have in common (1 for the same days, as in the paper, 0 for
days far apart, see `econ.eventstudy._kernels.calendar_correlation`) and ρ_ij the correlation of their residuals on the
days that their estimation windows share (1 for two events of one firm).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Mask
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.eventstudy._kernels import MINIMUM_DAYS, Positions, Windows, calendar_correlation
from econ.eventstudy.battery import TESTS
from econ.eventstudy.outcome import outcome_table
from econ.eventstudy.results import EventStudyResults
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown, listed
from econ.units import one_unit

if TYPE_CHECKING:
    from econ.eventstudy.study import EventStudy

IN_TIME = ("CUSUM",)
"""Tests of one series over time, which firms side by side do not have."""


@guarded
@dataclass(frozen=True, eq=False)
class PooledWindows(Windows):
    """Windows of the events of several firms, with the correlation between them.

    Parameters
    ----------
    correlation : (n, n)
        r_ij, ones on the diagonal.
    """

    correlation: Array

    @cached_property
    def average_correlation(self) -> float:
        """Mean of ``correlation`` over the n (n - 1) pairs of different firm-events."""
        n = len(self)
        return float((self.correlation.sum() - n) / (n * (n - 1)))

    def take(self, rows: Positions | Mask) -> PooledWindows:
        """Keep some of the firm-events, in the order given."""
        plain = {each.name: getattr(self, each.name) for each in fields(Windows)}
        kept = Windows(**plain).take(rows)
        chosen = {each.name: getattr(kept, each.name) for each in fields(Windows)}
        return PooledWindows(**chosen, correlation=self.correlation[rows][:, rows])


@guarded
@dataclass(frozen=True, eq=False)
class PooledEvents(Shown):
    """Events of several firms: an estimate for each, and tests of all of them together.

    Parameters
    ----------
    parent : EventStudy
        The study; its response is one of the firms.
    firms : mapping of str to EventStudyResults
        The study of each firm.
    """

    parent: EventStudy = field(repr=False)
    firms: Mapping[str, EventStudyResults] = field(repr=False)

    def _facts(self) -> Facts:
        study = self.parent
        return {
            "series": listed(self.names),
            "events of all series": len(self.events),
            "kinds": listed(list(dict.fromkeys(self.events["kind"]))),
            "window": "days {} to {}".format(*study.window),
            "estimation": "days {} to {}".format(*study.estimation),
            "normal model": study.normal,
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """One row a kind: the mean as `mean` gives it, and the test of Kolari and Pynnönen."""
        kinds = list(dict.fromkeys(self.events["kind"]))
        index = pd.Index(kinds, name="kind")
        return pd.DataFrame([self._row(kind, level) for kind in kinds], index=index, dtype=object)

    def _row(self, kind: str, level: float) -> dict[str, object]:
        row: dict[str, object] = {"events": len(self._rows(kind))}
        try:
            mean = self.mean(kind, level=level)
            row |= {"mean": mean.value, "std_error": mean.std_error, "lower": mean.lower, "upper": mean.upper}
        except SpecificationError as error:
            row |= dict.fromkeys(("mean", "std_error", "lower", "upper"), Unavailable(str(error)))
        test = self.tests(kind).loc["Kolari-Pynnonen"]
        return row | {"Kolari-Pynnonen": test["statistic"], "p_value": test["p_value"]}

    @property
    def names(self) -> tuple[str, ...]:
        """The firms."""
        return tuple(self.firms)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row a firm and event: ``response`` and the columns of ``EventStudyResults.events``."""
        return pd.concat([each.events.assign(response=name) for name, each in self.firms.items()], ignore_index=True)

    @cached_property
    def windows(self) -> PooledWindows:
        """The windows of all firm-events, in the order of ``events``."""
        return pooled_windows([each.windows for each in self.firms.values()])

    def _rows(self, kind: str | None) -> np.ndarray:
        if kind is None:
            return np.flatnonzero(~self.events.duplicated(["response", "day"]).to_numpy())
        checks.position("events of kind", kind, list(dict.fromkeys(self.events["kind"])))
        return np.flatnonzero((self.events["kind"] == kind).to_numpy())

    def mean(self, kind: str | None = None, *, level: float = 0.90) -> Estimate:
        """Mean cumulative abnormal change of all firm-events of a class.

        Parameters
        ----------
        kind : str, optional
            Class of events; all when absent.
        level : float
            Coverage of the interval.

        Returns
        -------
        Estimate
            Standard error sd(CAR) sqrt((1 + (n - 1) r̄) / (n (1 - r̄))), which knows that the firms move together;
            interval from t(n - 1).

        Raises
        ------
        SpecificationError
            With one firm-event, which has no cross-section, an average correlation of 1, or series in different units.
        """
        level, windows = checks.level(level), self.windows.take(self._rows(kind))
        n = len(windows)
        if n < 2:
            raise SpecificationError("one firm and event only: read it in to_frame(), with its forecast error.")
        r = windows.average_correlation
        inflated = (1.0 + (n - 1) * r) / (n * (1.0 - r)) if r < 1.0 - 1e-10 else math.inf
        if not 0.0 < inflated < math.inf:
            raise SpecificationError(f"the average correlation of {n} firm-events is {r:.3f}: no mean has an error.")
        value, error = float(windows.cumulative.mean()), float(windows.cumulative.std(ddof=1) * math.sqrt(inflated))
        half = float(scipy.special.stdtrit(n - 1.0, 0.5 + level / 2.0)) * error
        units = one_unit({repr(name): firm.units for name, firm in self.firms.items()}, known=False)
        label = f"mean abnormal change of {len(self.names)} series, {kind or 'all events'}"
        return Estimate(value, error, value - half, value + half, level, units, label, n, parent=self)

    def tests(self, kind: str | None = None) -> pd.DataFrame:
        """Every test of no effect, over all firms and events of a class.

        Parameters
        ----------
        kind : str, optional
            Class of events; all when absent.

        Returns
        -------
        DataFrame
            One row a test, as :meth:`EventStudyResults.tests`. "Kolari-Pynnonen" is BMP and "Kolari-Pynnonen Patell"
            is Patell, adjusted for the average correlation of the firm-events. t, Patell, BMP, the sign tests and
            GRANK-Z take firms as independent; with common event days read the two of Kolari and Pynnönen and GRANK.

        References
        ----------
        Kolari, J. W. and S. Pynnönen (2010), Event study testing with cross-sectional correlation of abnormal
        returns, RFS 23(11), eqs. (11) and (13). Boehmer, E., J. Musumeci and A. B. Poulsen (1991), Event-study
        methodology under conditions of event-induced variance, JFE 30(2). Kolari, J. W. and S. Pynnönen (2011),
        Nonparametric rank tests for event studies, Journal of Empirical Finance 18(5).
        """
        windows = self.windows.take(self._rows(kind))
        return outcome_table({name: test(windows) for name, test in TESTS.items() if name not in IN_TIME})

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a firm and event: ``response``, ``label``, ``kind``, ``day``, ``point``, ``std_error``, ends.

        The point is the cumulative abnormal change; its error is that of the forecast, its interval from t(L - k).
        """
        windows, level = self.windows, checks.level(level)
        half = scipy.special.stdtrit(windows.df, 0.5 + level / 2.0) * windows.cumulative_error
        values = {"point": windows.cumulative, "std_error": windows.cumulative_error}
        ends = {"lower": windows.cumulative - half, "upper": windows.cumulative + half}
        return self.events[["response", "label", "kind", "day"]].assign(**values, **ends)


def pooled_windows(parts: Sequence[Windows]) -> PooledWindows:
    """Windows of several firms on the same days, one after the other, with the correlation between them."""
    joined: dict[str, Any] = {}
    for each in fields(Windows):
        values = [getattr(part, each.name) for part in parts]
        joined[each.name] = values[0] if each.name == "first" else np.concatenate(values)
    plain = Windows(**joined)
    firm = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return PooledWindows(**joined, correlation=calendar_correlation(plain) * _residual_correlation(plain, firm))


def _residual_correlation(windows: Windows, firm: np.ndarray) -> Array:
    """(n, n) correlation of the residuals of firm-events on the days that both use; 0 where those are too few."""
    last = int(windows.slots.max()) + 1
    residuals, used = np.zeros((len(windows), last)), np.zeros((len(windows), last))
    event, slot = np.nonzero(windows.used)
    residuals[event, windows.slots[event, slot]] = windows.residuals[event, slot]
    used[event, windows.slots[event, slot]] = 1.0
    squares = residuals**2
    size = np.sqrt((squares @ used.T) * (used @ squares.T))
    found = np.divide(residuals @ residuals.T, size, out=np.zeros_like(size), where=size > 0.0)
    found[used @ used.T < MINIMUM_DAYS] = 0.0
    found[firm[:, None] == firm[None, :]] = 1.0
    return found
