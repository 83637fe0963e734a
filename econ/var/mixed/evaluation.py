"""`pseudo_real_time`: nowcasts made again with what was known on each day, scored against what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked
from econ.data.dates import day, period
from econ.errors import EstimationError, SampleTooShort, SchemaError, SpecificationError
from econ.frozen import guarded
from econ.parallel import Failed, seed_sequence, stream
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table
from econ.var.mixed.latent import Nowcast, normal_crps, normal_log_score
from econ.var.mixed.layout import Layout, days_of
from econ.var.mixed.model import MixedFrequencyVAR
from econ.var.mixed.nowcasting import known_on, read_delays, redrawn

if TYPE_CHECKING:
    from econ.var.mixed.results import MixedFrequencyResults

METHODS = ("nowcast", "ar", "random_walk", "mean")


@guarded
@dataclass(frozen=True, eq=False)
class NowcastEvaluation(Shown):
    """Nowcasts of one variable and what came out; made by :func:`pseudo_real_time`.

    Parameters
    ----------
    variable : str
        What was nowcast.
    frame : DataFrame
        Index (period, method), methods ``nowcast``, ``ar``, ``random_walk``, ``mean``; columns ``as_of``, ``actual``,
        ``forecast``, ``std``, ``lower``, ``upper``, ``error`` (actual less forecast), ``log_score``, ``crps``,
        ``covered``; units of the variable.
    level : float
        Coverage of the intervals.
    parent : MixedFrequencyVAR
        The model on all data.
    """

    variable: str
    frame: pd.DataFrame = field(repr=False)
    level: float
    parent: MixedFrequencyVAR = field(repr=False)

    def _facts(self) -> Facts:
        return {"variable": self.variable, "level": self.level, "nowcasts": len(self.frame)}

    def summary(self, relative_to: str = "ar") -> Table:  # type: ignore[override]
        """One row a method.

        Parameters
        ----------
        relative_to : {"ar", "random_walk", "mean", "nowcast"}
            Whose root mean squared error counts one.

        Returns
        -------
        Table
            ``rmse``, ``relative_rmse``, ``log_score`` (mean; higher is better), ``crps`` (mean; lower is better),
            ``coverage`` (share inside the intervals of ``level``) and ``nobs``.
        """
        yardstick = checks.choice("method", relative_to, METHODS)
        groups = self.frame.groupby(level="method")
        rmse = groups["error"].agg(lambda errors: float(np.sqrt((errors**2).mean())))
        columns = {
            "rmse": rmse,
            "relative_rmse": rmse / rmse[yardstick],
            "log_score": groups["log_score"].mean(),
            "crps": groups["crps"].mean(),
            "coverage": groups["covered"].mean(),
            "nobs": groups.size(),
        }
        return told(self, pd.DataFrame(columns).loc[list(METHODS)])


@dataclass(frozen=True, eq=False)
class _Target:
    """One value to nowcast: its period, the day on which, and what came out."""

    label: pd.Period | pd.Timestamp
    as_of: pd.Timestamp
    actual: float


@dataclass(frozen=True, eq=False)
class _Plan:
    """What all segments share."""

    model: MixedFrequencyVAR
    column: int
    delays: Array
    draws: int
    burn: int
    level: float

    def __call__(self, segment: tuple[list[_Target], np.random.SeedSequence]) -> list[dict[str, object]]:
        """Estimate at the first target of a segment, then nowcast each with what was known on its own day."""
        targets, seed = segment
        seeds = seed.spawn(len(targets) + 1)
        fit = _known_model(self.model, targets[0].as_of, self.delays).fit(self.draws, self.burn, seeds[0])
        asked = [
            (known_on(self.model._layout, target.as_of, self.delays, label=target.label), target.label)
            for target in targets
        ]
        drawn = redrawn(fit, asked, seeds[1:], column=self.column)
        rows: list[dict[str, object]] = []
        for target, (layout, _), draws in zip(targets, asked, drawn, strict=True):
            rows += self._rows(target, layout, fit, draws)
        return rows

    def _rows(
        self, target: _Target, layout: Layout, fit: MixedFrequencyResults, draws: Array
    ) -> list[dict[str, object]]:
        name, units = self.model.variables[self.column], fit.units[self.model.variables[self.column]]
        made = Nowcast(name, target.label, draws, units, target.as_of, fit)
        found = made.estimate(self.level)
        head: dict[str, object] = {"period": target.label, "as_of": target.as_of}
        ends: dict[str, object] = {
            "forecast": found.value,
            "std": found.std_error,
            "lower": found.lower,
            "upper": found.upper,
        }
        own: dict[str, object] = {
            "method": "nowcast",
            "actual": target.actual,
            **ends,
            **made.score(target.actual, self.level),
        }
        values, steps = _history(layout, self.column, target.label)
        rest: list[dict[str, object]] = [
            {"method": method, **_scored(target.actual, mean, spread, level=self.level)}
            for method, (mean, spread) in benchmarks(values, steps).items()
        ]
        return [{**head, **row} for row in (own, *rest)]


@checked
def pseudo_real_time(
    model: MixedFrequencyVAR,
    variable: str,
    start: str | pd.Period | pd.Timestamp,
    *,
    end: str | pd.Period | pd.Timestamp | None = None,
    delays: Mapping[str, int] | None = None,
    prints: pd.Series | pd.DataFrame | None = None,
    ahead: int = 1,
    refit: int = 12,
    draws: int = 400,
    burn: int = 200,
    level: float = 0.90,
    rng: Seed = None,
    n_jobs: int = 1,
) -> NowcastEvaluation:
    """Nowcast every published value from ``start`` on, with what was out the day before it came out.

    Parameters
    ----------
    model : MixedFrequencyVAR
        On all data.
    variable : str
        What to nowcast.
    start, end : str, Period or Timestamp
        First and last period of the variable's own frequency; by default to the last one that has a value.
    delays : mapping of str to int
        Days from the last day of a period to its publication, by variable; 0 where not named. Net purchases come out
        about 45 days after their month, custody one day after its week.
    prints : Series or DataFrame, optional
        What came out, by period: first prints, units of the variable, so that a vintage of today is not the target; or
        a table ``date``, ``value`` and optionally ``release_date``, as `econ.data.first_prints` has it. By default the
        data. With ``release_date`` the nowcast is made ``ahead`` days before it.
    ahead : int, default 1
        Days before publication.
    refit : int, default 12
        Parameters are estimated again every so many values, on what was known then; in between, latent values are drawn
        anew given all draws of the parameters and what is known on the day.
    draws, burn : int
        Of each estimation, as in `MixedFrequencyVAR.fit`.
    level : float, default 0.90
        Coverage of the intervals.
    rng : int or SeedSequence
        Seed.
    n_jobs : int, default 1
        Threads; the draws do not depend on them.

    Returns
    -------
    NowcastEvaluation
        Beside the nowcasts, forecasts from the variable's own published values on the same day: ``ar`` (first-order
        autoregression with constant, least squares), ``random_walk`` (the last value) and ``mean``; normal intervals.

    Raises
    ------
    UnknownName, SpecificationError
        For unknown names, numbers that make no sense, or periods without a value to compare with.
    SchemaError
        If ``prints`` do not have periods of the variable, or not one value each.
    SampleTooShort
        If too little was known on the first day.
    EstimationError
        If an estimation fails; says on which day.

    Notes
    -----
    Pseudo: every value but the target is that of the vintage of the data, not of the day. Between estimations the
    parameters stay; the latent values do not.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import Minnesota
    >>> monthly = simulated_var(periods=90, rng=1).frame
    >>> quarterly = monthly[["y"]].groupby(monthly.index.asfreq("Q")).sum()
    >>> model = MixedFrequencyVAR([monthly[["x"]], quarterly], 1, aggregation={"y": "sum"}, prior=Minnesota(0.2))
    >>> done = pseudo_real_time(model, "y", "1997Q1", delays={"y": 45}, draws=20, burn=5, rng=1)
    >>> done.summary().loc["nowcast", "nobs"].item()
    2
    """
    column = checks.position("variable", variable, model.variables, of="in the VAR")
    refit, draws, burn = (
        checks.count("refit", refit),
        checks.count("draws", draws, least=10),
        checks.count("burn", burn),
    )
    ahead, level, seed = checks.count("ahead", ahead, least=0), checks.level(level), seed_sequence(rng)
    lags = read_delays(delays, model.variables)
    targets = _targets(model, column, (start, end), delay=int(lags[column]), prints=prints, ahead=ahead)
    plan = _Plan(model, column, lags, draws, burn, level)
    segments = [targets[first : first + refit] for first in range(0, len(targets), refit)]
    tasks = list(zip(segments, seed.spawn(len(segments)), strict=True))
    done = dict(stream(plan, tasks, n_jobs=n_jobs, backend="threading", label="nowcasts"))
    rows = [row for number, (segment, _) in enumerate(tasks) for row in _done(done[number], segment)]
    table = pd.DataFrame(rows).set_index(["period", "method"])
    order = ["as_of", "actual", "forecast", "std", "lower", "upper", "error", "log_score", "crps", "covered"]
    return NowcastEvaluation(variable, table[order], level, model)


def _done(result: list[dict[str, object]] | Failed, segment: list[_Target]) -> list[dict[str, object]]:
    if isinstance(result, Failed):
        raise EstimationError(
            f"the nowcasts from {segment[0].as_of.date()} on failed: {result.error} Start later, or change the model."
        )
    return result


def _targets(
    model: MixedFrequencyVAR,
    column: int,
    span: tuple[object, object],
    *,
    delay: int,
    prints: pd.Series | pd.DataFrame | None,
    ahead: int,
) -> list[_Target]:
    """The values to nowcast, in order."""
    layout = model._layout
    group = layout.group(column)
    index = layout.index if group is None else group.periods
    if layout.days is None or not isinstance(index, (pd.PeriodIndex, pd.DatetimeIndex)):
        raise SpecificationError("undated data were known on no day; give periods or dates.")
    values = layout.base[:, column] if group is None else group.published
    actual, released = pd.Series(values, index=index).dropna(), None
    if prints is not None:
        actual, released = _read_prints(prints, index)
    first, last = (None if each is None else _label(each, index) for each in span)
    chosen = [label for label in actual.index if first <= label and (last is None or label <= last)]
    known = [label for label in chosen if label in index]
    if not known:
        raise SpecificationError(
            f"{model.variables[column]!r} has no value to compare with from {span[0]} to {span[1] or index[-1]}; its "
            f"periods on the calendar run from {index[0]} to {index[-1]}."
        )
    days = [
        (days_of(pd.Index([label]))[0] + pd.Timedelta(days=delay) if released is None else released[label])
        - pd.Timedelta(days=ahead)
        for label in known
    ]
    return [_Target(label, when, float(actual[label])) for label, when in zip(known, days, strict=True)]


def _label(value: object, index: pd.PeriodIndex | pd.DatetimeIndex) -> object:
    return period(value, index) if isinstance(index, pd.PeriodIndex) else day(value, "start", SpecificationError)


def _read_prints(prints: pd.Series | pd.DataFrame, index: pd.Index) -> tuple[pd.Series, pd.Series | None]:
    """Values by period, and the days on which they came out if the table says so."""
    released = None
    if isinstance(prints, pd.DataFrame):
        for name in ("date", "value"):
            checks.position("column", name, list(prints.columns), of="in prints")
        if "release_date" in prints.columns:
            stamps = [day(each, "a release", SchemaError) for each in prints["release_date"]]
            released = pd.Series(stamps, index=pd.Index(prints["date"]))
        prints = pd.Series(prints["value"].to_numpy(), index=pd.Index(prints["date"]))
    if isinstance(prints.index, pd.DatetimeIndex) and isinstance(index, pd.PeriodIndex):
        raise SchemaError(f"prints need periods of frequency {index.freqstr}; use prints.index.to_period(...).")
    if prints.index.dtype != index.dtype and not isinstance(index, pd.DatetimeIndex):
        raise SchemaError(f"prints need periods of frequency {index.dtype}; found {prints.index.dtype}.")
    values = checks.figures("prints", prints).sort_index()
    return values, released


def _known_model(model: MixedFrequencyVAR, when: pd.Timestamp, delays: Array) -> MixedFrequencyVAR:
    """The model on what was known on a day."""
    tables = []
    for table in model.tables:
        frame, ends = table.frame, days_of(table.frame.index)
        for name in frame.columns:
            late = ends + pd.Timedelta(days=int(delays[model.variables.index(str(name))])) > when
            frame.loc[late, name] = np.nan
        tables.append(replace(table, frame=frame, parent=table))
    try:
        return replace(model, data=tables)
    except (SchemaError, SampleTooShort) as error:
        raise SampleTooShort(f"too little was known on {when.date()}: {error}") from error


def _history(layout: Layout, column: int, label: pd.Period | pd.Timestamp) -> tuple[Array, int]:
    """Published values of a variable before a period, from the first on, and how many periods it is ahead."""
    group = layout.group(column)
    index, values = (layout.index, layout.base[:, column]) if group is None else (group.periods, group.published)
    known = np.flatnonzero(np.isfinite(values) & np.asarray(index < label))
    return values[known], int(index.get_loc(label)) - int(known[-1])  # type: ignore[arg-type]


def benchmarks(values: Array, steps: int) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the forecast ``steps`` ahead by method, from published values in order."""
    before, after = values[:-1], values[1:]
    slope = float(np.cov(before, after)[0, 1] / np.var(before, ddof=1))
    constant = float(after.mean() - slope * before.mean())
    error = after - constant - slope * before
    forecast, variance = float(values[-1]), 0.0
    for _ in range(steps):
        forecast, variance = constant + slope * forecast, 1.0 + slope**2 * variance
    moved = values[steps:] - values[:-steps]
    return {
        "ar": (forecast, float(np.sqrt(variance * (error @ error) / (len(error) - 2)))),
        "random_walk": (float(values[-1]), float(np.sqrt(np.mean(moved**2)))),
        "mean": (float(values.mean()), float(values.std(ddof=1))),
    }


def _scored(actual: float, mean: float, spread: float, *, level: float) -> dict[str, float]:
    from scipy.special import ndtri

    half = float(ndtri(0.5 + level / 2.0)) * spread
    return {
        "actual": actual,
        "forecast": mean,
        "std": spread,
        "lower": mean - half,
        "upper": mean + half,
        "error": actual - mean,
        "log_score": normal_log_score(actual, mean, spread),
        "crps": normal_crps(actual, mean, spread),
        "covered": float(abs(actual - mean) <= half),
    }
