"""`OperationResults`: slopes by horizon, errors and randomisation beside each other, influence, symmetry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Rows
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer import _kernels as kernels
from econ.infer._turns import centred, era_rows, linear_draws
from econ.infer.covariance import KINDS
from econ.infer.quantiles import two_sided
from econ.infer.randomisation import MARGIN, Randomisation
from econ.infer.regression import default_lags
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.eventstudy.operations import Operations

COVARIANCES = ("hac", *KINDS)


@guarded
@dataclass(frozen=True, eq=False)
class Window:
    """The days used and what stands on them.

    Parameters
    ----------
    days : DatetimeIndex (T,)
        Clean days of all eras.
    rows : array (T,)
        Their places among all trading days.
    outcome : array (T, H)
        Changes from the close before to each horizon, in ``units``.
    amounts : array (T,)
        Amounts, 0 on days without.
    eras : array (T,) of str
        Names.
    horizons : tuple of int
        Of the columns of ``outcome``; -1, where all is zero, is not among them.
    units : str
        Units of the outcome.
    left_out : DataFrame
        Operations that are not used: day, amount, reason.
    all_amounts : array (N,)
        Amounts of all trading days, those left out too: they act on the windows that they fall into.
    """

    days: pd.DatetimeIndex
    rows: Rows
    outcome: Array
    amounts: Array
    eras: np.ndarray
    horizons: tuple[int, ...]
    units: str
    left_out: pd.DataFrame
    all_amounts: Array

    def exposure(self, amounts: Array) -> Array:
        """Amounts from each day to each horizon (T, H), of amounts on all trading days; of the day alone before it."""
        total = np.concatenate([[0.0], np.cumsum(amounts)])
        ends = np.maximum(np.array(self.horizons), 0) + 1
        found: Array = total[self.rows[:, None] + ends] - total[self.rows][:, None]
        return found


@guarded
@dataclass(frozen=True, eq=False)
class OperationResults(Shown):
    """Cumulated responses to dated amounts.

    Parameters
    ----------
    parent : Operations
        What was estimated.
    window : Window
        The days used.
    cov : str
        Covariance of the standard errors.
    bandwidth : int or None
        Bartlett lags of "hac"; None is the default at each horizon.
    tests : tuple of Randomisation
        One a horizon, with common draws.
    origin : tuple
        Draws, seed and scheme of the tests.
    """

    parent: Operations = field(repr=False)
    window: Window = field(repr=False)
    cov: str
    bandwidth: int | None
    tests: tuple[Randomisation, ...] = field(repr=False)
    origin: tuple[Any, ...] = field(repr=False)

    def __post_init__(self) -> None:
        checks.choice("covariance", self.cov, COVARIANCES)
        if self.bandwidth is not None:
            if self.cov != "hac":
                raise SpecificationError(f"bandwidth belongs to 'hac'; the covariance asked for is {self.cov!r}.")
            checks.count("bandwidth", self.bandwidth, least=0, most=len(self.window.rows) - 1)

    def _facts(self) -> Facts:
        return {
            "operations": len(self.operations),
            "days": len(self.window.rows),
            "units": self.units,
            "covariance": self.cov,
        }

    @property
    def horizons(self) -> tuple[int, ...]:
        """Horizons estimated, -1 left out."""
        return self.window.horizons

    @property
    def units(self) -> str:
        """Units of the slopes."""
        return f"{self.window.units} per {self.parent.units}".strip()

    @property
    def operations(self) -> pd.Series:
        """Amounts used, on their trading days."""
        live = self.window.amounts != 0.0
        return pd.Series(self.window.amounts[live], index=self.window.days[live], name="amount")

    @cached_property
    def point(self) -> Array:
        """Slope at each horizon (H,)."""
        return np.array([test.statistic for test in self.tests])

    @cached_property
    def std_errors(self) -> Array:
        """Standard error of each slope (H,)."""
        x, e = self._centred[0][:, None], self._exposed
        return np.array([np.sqrt(self._covariance(x, e[:, [j]], j)[0, 0]) for j in range(len(self.horizons))])

    def at(self, horizon: int, *, level: float = 0.90) -> Estimate:
        """Slope at one horizon, with its standard error and the set that randomisation does not reject.

        Raises
        ------
        SpecificationError
            For a horizon that was not estimated.
        """
        j, level = self._column(horizon), checks.level(level)
        region = self.tests[j].confidence_set(level)
        return Estimate(
            float(self.point[j]), float(self.std_errors[j]), region.lower, region.upper, level, self.units,
            f"response after {self.horizons[j]} trading days", len(self.window.rows), region=region, parent=self,
        )  # fmt: skip

    def influence(self, horizon: int) -> pd.Series:
        """What each day adds to the error of the slope, ``x_t u_t / x'e``: for the joint covariance of several designs.

        Examples
        --------
        ``econ.infer.calendar_covariance({"operations": results.influence(2), "other": psi})``
        """
        j = self._column(horizon)
        x, y, e = *self._centred, self._exposed[:, j]
        psi = x * (y[:, j] - self.point[j] * e) / (x @ e)
        return pd.Series(psi, index=self.window.days, name=f"influence on the slope at {self.horizons[j]}")

    def summary(self, level: float = 0.90) -> Table:
        """Both kinds of inference by horizon.

        Returns
        -------
        Table
            One row a horizon: estimate, std_error, lower and upper (normal), p_value, "randomisation p_value",
            "set lower" and "set upper" (the ends of the set; ``inf`` where it is open).
        """
        half = two_sided(checks.level(level))
        regions = [test.confidence_set(level) for test in self.tests]
        frame = pd.DataFrame(
            {
                "estimate": self.point,
                "std_error": self.std_errors,
                "lower": self.point - half * self.std_errors,
                "upper": self.point + half * self.std_errors,
                "p_value": 2.0 * scipy.special.ndtr(-np.abs(self.point / self.std_errors)),
                "randomisation p_value": [test.p_value for test in self.tests],
                "set lower": [region.lower for region in regions],
                "set upper": [region.upper for region in regions],
            },
            index=pd.Index(self.horizons, name="horizon"),
        )
        return told(self, frame, level=level)

    def joint_test(self, first: int = 0, last: int | None = None) -> pd.Series:
        """Randomisation test that no horizon from ``first`` to ``last`` responds: the largest standardised slope.

        With the default all horizons from the day itself on; ``joint_test(-5, -2)`` asks whether the outcome moved
        ahead of the operations. Slopes are divided by their standard deviation over the draws.

        Returns
        -------
        Series
            ``statistic``, ``p_value``, ``distribution``, ``null``.
        """
        last = self.horizons[-1] if last is None else last
        first, last = checks.span("horizons", (first, last))
        chosen = [j for j, h in enumerate(self.horizons) if first <= h <= last]
        if not chosen:
            raise SpecificationError(f"no horizon from {first} to {last} was estimated; there are {self.horizons}.")
        drawn = np.column_stack([self.tests[j].draws for j in chosen])
        scale = np.sqrt((drawn**2).mean(axis=0))
        largest, own = (np.abs(drawn) / scale).max(axis=1), float((np.abs(self.point[chosen]) / scale).max())
        return pd.Series(
            {
                "statistic": own,
                "p_value": self._share(largest, own),
                "distribution": self.tests[0].distribution,
                "null": f"no response from {first} to {last} trading days",
            }
        )

    def leave_one_out(self, horizon: int) -> pd.DataFrame:
        """The slope without each operation: columns amount, estimate; one row a day, all exact.

        ``b - q_t u_t / (1 - h_t)`` with q_t the weight of the day in b and h_t its leverage, so that nothing is
        estimated again. Per amount of the window the day leaves the sample; its amount stays in other windows.
        """
        j = self._column(horizon)
        x, y, e = *self._centred, self._exposed[:, [j]]
        weight = x / (x @ e)
        room = 1.0 - self._leverage(x[:, None], e)
        without = self.point[j] - weight * (y[:, j] - self.point[j] * e[:, 0]) / room
        live = self.window.amounts != 0.0
        days = pd.Index(self.window.days[live], name="day")
        return pd.DataFrame({"amount": self.window.amounts[live], "estimate": without[live]}, index=days)

    def leave_one_era_out(self, horizon: int) -> pd.DataFrame:
        """The slope without each era and in it alone: columns operations, estimate, alone; one row an era.

        Raises
        ------
        SpecificationError
            With one era only.
        """
        j = self._column(horizon)
        x, y = self._centred
        parts = era_rows(self.window.eras, len(x))
        if len(parts) < 2:
            raise SpecificationError("one era only: nothing is left without it; give Operations eras.")
        cross, own = (np.array([x[part] @ z[part] for part in parts]) for z in (y[:, j], self._exposed[:, j]))
        return pd.DataFrame(
            {
                "operations": [int((self.window.amounts[part] != 0.0).sum()) for part in parts],
                "estimate": (cross.sum() - cross) / (own.sum() - own),
                "alone": cross / own,
            },
            index=pd.Index([str(self.window.eras[part[0]]) for part in parts], name="era"),
        )

    def by_sign(self) -> pd.DataFrame:
        """Slopes of positive and of negative amounts apart, and the test that they are one.

        The amount enters as ``max(x, 0)`` and ``min(x, 0)``. The Wald p-value is that of the covariance of the
        results; the other turns the residuals of the common slope round the eras, exact where that slope is known and
        close where it is estimated.

        Returns
        -------
        DataFrame
            One row a horizon: positive, positive std_error, negative, negative std_error, difference, "difference
            std_error", p_value, "randomisation p_value".

        Raises
        ------
        SpecificationError
            If all amounts have one sign.
        """
        a = self.window.amounts
        if not ((a > 0.0).any() and (a < 0.0).any()):
            raise SpecificationError("all operations have one sign; there is nothing to compare.")
        y, parts = self._centred[1], era_rows(self.window.eras, len(a))
        signed = np.column_stack([np.maximum(a, 0.0), np.minimum(a, 0.0)])
        both = centred(signed, parts)
        left = y - self._exposed * self.point
        draws, rng, scheme = self.origin
        pairs = [linear_draws(left, signed[:, i], parts, scheme=scheme, draws=draws, rng=rng) for i in (0, 1)]
        exposures = self._by_sign(both, parts)
        rows = {}
        for j, h in enumerate(self.horizons):
            e = exposures[:, :, j]
            turn = np.linalg.inv(both.T @ e)
            slopes, weight = turn @ both.T @ y[:, j], turn[0] - turn[1]
            v = self._covariance(both, e, j)
            gap, error = float(slopes[0] - slopes[1]), float(np.sqrt(v[0, 0] + v[1, 1] - 2.0 * v[0, 1]))
            drawn = np.abs(weight[0] * pairs[0][:, j] + weight[1] * pairs[1][:, j])
            rows[h] = {
                "positive": slopes[0], "positive std_error": np.sqrt(v[0, 0]),
                "negative": slopes[1], "negative std_error": np.sqrt(v[1, 1]),
                "difference": gap, "difference std_error": error,
                "p_value": float(2.0 * scipy.special.ndtr(-abs(gap) / error)),
                "randomisation p_value": self._share(drawn, abs(gap)),
            }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("horizon")

    def _by_sign(self, both: Array, parts: list[Rows]) -> Array:
        """What positive and negative effects multiply (T, 2, H): the amounts of the day, or of the window."""
        if not self.parent.summed:
            return np.repeat(both[:, :, None], len(self.horizons), axis=2)
        amounts = self.window.all_amounts
        sides = [centred(self.window.exposure(side(amounts, 0.0)), parts) for side in (np.maximum, np.minimum)]
        return np.stack(sides, axis=1)

    def plot(self, levels: float | Sequence[float] = 0.90, *, ax: Any = None) -> Figure:
        """Slopes by horizon with the sets of randomisation, at one level or several; zero at -1, the close before.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from econ.responses.page import coverages, fan, panels, style, words

        tables = [self.summary(level).to_frame() for level in coverages(levels)]
        for table in tables:
            table.loc[-1, ["estimate", "set lower", "set upper"]] = 0.0
        tables = [table.sort_index() for table in tables]
        with style():
            page, axes = panels(1, 1, ax, width=5.0, height=3.0)
            bands = [(table["set lower"], table["set upper"]) for table in tables]
            fan(axes[0, 0], tables[0].index, bands, tables[0]["estimate"])
            axes[0, 0].axhline(0.0, color="black", linewidth=0.6)
            words(axes[0, 0], x="trading days", y=self.units)
        return page

    def __str__(self) -> str:
        last = self.horizons[-1]
        return (
            f"{len(self.operations)} operations on {len(self.window.rows):,} days; on the day {self.at(0)}; "
            f"after {last} days {self.at(last)}"
        )

    @cached_property
    def _centred(self) -> tuple[Array, Array]:
        """Amounts (T,) and outcomes (T, H) less their means in each era."""
        parts = era_rows(self.window.eras, len(self.window.amounts))
        return centred(self.window.amounts, parts), centred(self.window.outcome, parts)

    @cached_property
    def _exposed(self) -> Array:
        """What the slope multiplies (T, H), less its mean in each era: the amount of the day, or of the window."""
        if not self.parent.summed:
            return np.repeat(self._centred[0][:, None], len(self.horizons), axis=1)
        parts = era_rows(self.window.eras, len(self.window.amounts))
        return centred(self.window.exposure(self.window.all_amounts), parts)

    def _leverage(self, x: Array, e: Array) -> Array:
        """Diagonal of the projection on e (T, m) by x (T, m), both centred, and on the constants."""
        own = (e @ np.linalg.inv(x.T @ e) * x).sum(axis=1)
        _, codes, counts = np.unique(self.window.eras, return_inverse=True, return_counts=True)
        leverage: Array = own + 1.0 / counts[codes]
        return leverage

    def _covariance(self, x: Array, e: Array, column: int) -> Array:
        """Covariance of the slopes on e (T, m) by x (T, m), both centred, at one horizon."""
        y = self._centred[1][:, column]
        inverse = np.linalg.inv(x.T @ e)
        u = y - e @ (inverse @ (x.T @ y))
        psi = (x * u[:, None]) @ inverse.T
        if self.cov == "hac":
            rows = self.window.rows - self.window.rows[0]
            spread = np.zeros((int(rows[-1]) + 1, x.shape[1]))
            spread[rows] = psi
            lags = max(abs(self.horizons[column]), default_lags(len(u))) if self.bandwidth is None else self.bandwidth
            return kernels.bartlett(spread, lags)
        if self.cov in ("hc2", "hc3"):
            room = 1.0 - self._leverage(x, e)
            psi = psi / (np.sqrt(room) if self.cov == "hc2" else room)[:, None]
        columns = x.shape[1] + len(np.unique(self.window.eras))
        covariance: Array = psi.T @ psi * (len(u) / (len(u) - columns) if self.cov == "hc1" else 1.0)
        return covariance

    def _column(self, horizon: int) -> int:
        horizon = checks.count("horizon", horizon, least=self.horizons[0], most=self.horizons[-1])
        if horizon == -1:
            raise SpecificationError("horizon -1 is the close before, from which changes count: zero by construction.")
        return self.horizons.index(horizon)

    def _share(self, drawn: Array, own: float) -> float:
        count = int((drawn >= own * (1.0 - MARGIN)).sum())
        return count / len(drawn) if self.tests[0].exact else (1 + count) / (1 + len(drawn))
