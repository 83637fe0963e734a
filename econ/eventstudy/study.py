"""`EventStudy`: daily data, a table of events, and what counts as normal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask
from econ.data.dataset import Dataset, as_dataset
from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.eventstudy._kernels import MINIMUM_DAYS, SINGULAR, Windows
from econ.eventstudy.calendar import clusters, overlap_drops, place_events
from econ.eventstudy.confounders import Confounders, confounded
from econ.eventstudy.garch import fit_garch
from econ.eventstudy.pooled import PooledEvents
from econ.eventstudy.results import EventStudyResults
from econ.eventstudy.series import Series, changes, innovations, principal_components, standardised, trading_days
from econ.frozen import guarded

Chosen = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
CHOICES = {
    "normal": ("zero", "mean", "market", "factors"),
    "volatility": ("constant", "garch"),
    "transform": ("diff", "level"),
    "missing": ("raise", "closed"),
    "overlap": ("keep", "first", "isolated"),
}


@guarded
@dataclass(frozen=True, eq=False)
class EventStudy:
    """Abnormal daily changes of one series around many dates.

    Works on changes: by default the response column is a level (a yield) and is differenced from one
    trading day to the next; a level in percent gives changes in basis points. For event i the normal model

        y_t = x_t' b_i + e_t,     x_t = nothing, a constant, or a constant and factors,

    is fitted by OLS on the estimation window (with one factor it is eq. (3) of MacKinlay 1997); abnormal changes
    are the forecast errors in the event window, his eq. (7), and their variance comes from the estimation window alone.

    Parameters
    ----------
    daily : Dataset or DataFrame
        One row a trading day; columns = levels (or changes with ``transform="level"``).
    events : DataFrame
        Columns ``date``, ``kind``, ``label``; optional ``time``, ``tz``, ``expected``. Day 0 is found by
        `econ.eventstudy.place_events`.
    response : str
        Column studied.
    window : (int, int), default (0, 1)
        First and last day of the event window, in trading days relative to day 0.
    estimation : (int, int), default (-130, -11)
        First and last day of the estimation window. Days in any event's window are skipped, as are days
        without a quote; at least 30 must be left.
    normal : {"mean", "zero", "market", "factors"}
        Normal model: constant; nothing; constant and one factor; constant and several factors.
    factors : str or sequence of str, optional
        Columns that drive normal changes, transformed as the response is; not the response itself.
    components : int, optional
        With ``normal="factors"``: use this many principal components of the factors' standardised changes
        instead of the factors, with loadings from the days outside every event window.
    volatility : {"constant", "garch"}
        ``"garch"`` divides every day by its conditional standard deviation from a GARCH(1,1) fitted to the days
        outside every event window, in estimation (weighted least squares) and, forecast from the day before
        the window, in the event window.
    transform : {"diff", "level"}
        Difference the columns, or take them as changes already.
    missing : {"raise", "closed"}
        What a row without a quote means: a missing quote (refused in an event window, skipped in an
        estimation window), or a day on which the market was closed (the row is dropped).
    overlap : {"keep", "first", "isolated"}
        Events whose windows share a day: keep all; keep the first of each overlapping run; keep only
        events that share no day. Two events of one kind with the same day 0 are one observation under any
        rule: the first is kept.
    confounders : str, sequence of str, or mapping, optional
        Other news: names of calendars (``("fomc", "cpi", "payrolls", "auction_10y", "quarter_end")``, see
        `econ.data.calendars`), or one's own by name (``{"FOMC": dates, "budget": table}``, a table with columns
        ``date`` and optional ``time``, ``tz``). An event with one of them in its window is dropped and listed in
        ``results.dropped``; a calendar that is not complete around an event raises. A class read from a record is that
        of the embedded vintage; of another one, give ``calendar(name, as_of=...)`` as a table of one's own.
    close, zone, half_days
        When the quote is taken; see `econ.eventstudy.place_events`.

    Raises
    ------
    SpecificationError
        For windows out of order or overlapping, unknown words, factors that do not fit the model.
    UnknownName
        If the response or a factor is not a column.

    References
    ----------
    MacKinlay, A. C. (1997), Event studies in economics and finance, JEL 35(1), eqs. (3) and (7).
    Campbell, J. Y., A. W. Lo and A. C. MacKinlay (1997), The Econometrics of Financial Markets, chapter 4.

    Examples
    --------
    >>> days = pd.bdate_range("2020-01-01", periods=400, name="date")
    >>> level = np.random.default_rng(1).normal(size=400).cumsum()
    >>> news = pd.DataFrame({"date": days[[200, 250, 300]], "kind": "sale", "label": ["a", "b", "c"]})
    >>> study = EventStudy(pd.DataFrame({"yield_10y": level}, index=days), news, response="yield_10y")
    >>> study.fit().abnormal.shape
    (3, 2)
    """

    daily: Dataset | pd.DataFrame
    events: pd.DataFrame
    _: KW_ONLY
    response: str
    window: tuple[int, int] = (0, 1)
    estimation: tuple[int, int] = (-130, -11)
    normal: str = "mean"
    factors: str | Sequence[str] | None = None
    components: int | None = None
    volatility: str = "constant"
    transform: str = "diff"
    missing: str = "raise"
    overlap: str = "keep"
    confounders: Confounders | None = None
    close: str = "15:30"
    zone: str = "America/New_York"
    half_days: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "daily", as_dataset(self.daily))
        names = checks.names("factors", () if self.factors is None else self.factors)
        checks.keep(self, factors=names)
        if self.confounders is not None and not isinstance(self.confounders, (str, Sequence, Mapping)):
            raise SpecificationError(f"confounders are names of calendars or a mapping; found {self.confounders!r}.")
        for field, allowed in CHOICES.items():
            checks.choice(field, getattr(self, field), allowed)
        window, estimation = checks.span("window", self.window), checks.span("estimation", self.estimation)
        _check_windows(window, estimation)
        checks.keep(self, window=window, estimation=estimation)
        self._check_factors(names)
        self.data.select(self.response, *names)

    def _check_factors(self, names: tuple[str, ...]) -> None:
        wanted = {"zero": (0, 0), "mean": (0, 0), "market": (1, 1), "factors": (1, 20)}[self.normal]
        if not wanted[0] <= len(names) <= wanted[1]:
            raise SpecificationError(
                f"normal={self.normal!r} takes {wanted[0]} to {wanted[1]} factors; found {list(names)}; set factors=."
            )
        if self.response in names:
            raise SpecificationError(f"factors must be other columns, each once; found {list(names)}.")
        if self.components is None:
            return
        checks.keep(self, components=checks.count("components", self.components))
        if self.normal != "factors" or self.components > len(names):
            raise SpecificationError(
                f"components={self.components} asks for principal components; use normal='factors' with at least "
                "as many factors."
            )

    @property
    def data(self) -> Dataset:
        """The daily data."""
        return as_dataset(self.daily)

    @property
    def parent(self) -> Dataset:
        """What the study was made from."""
        return self.data

    def fit(self) -> EventStudyResults:
        """Place the events, apply the rules, fit the normal model, forecast the event windows.

        Returns
        -------
        EventStudyResults

        Raises
        ------
        SchemaError
            For events outside the data, duplicates, naive timestamps, a missing quote in an event window.
        SampleTooShort
            With fewer than 30 usable days in an estimation window.
        SingularDesign
            If the factors are collinear in an estimation window; names them.
        SpecificationError
            If no event is left.

        Warns
        -----
        MissingValues
            If ``missing="closed"`` drops a day on which another column has a quote.
        """
        return self._fit(None)

    def _fit(self, chosen: Chosen | None) -> EventStudyResults:
        """The results, with events that were placed and chosen before on the same trading days."""
        frame = trading_days(self.data, [self.response, *(self.factors or ())], self.missing)
        placed, kept, dropped = self._choose(pd.DatetimeIndex(frame.index)) if chosen is None else chosen
        series, usable = self._series(frame, placed["position"].to_numpy())
        positions = kept["position"].to_numpy()
        _check_quotes(kept, series, frame, self.window)
        windows = series.fit(usable, positions, window=self.window, estimation=self.estimation)
        check_fitted(kept["label"], windows, series)
        table = kept.assign(
            estimation_days=windows.used.sum(axis=1), cluster=clusters(positions, self.window[1] - self.window[0] + 1)
        )
        return EventStudyResults(
            parent=self, events=table, dropped=dropped, windows=windows, series=series, usable=usable
        )

    def _place(self, news: pd.DataFrame, index: pd.DatetimeIndex) -> pd.DataFrame:
        return place_events(news, index, close=self.close, zone=self.zone, half_days=self.half_days)

    def _choose(self, index: pd.DatetimeIndex) -> Chosen:
        """All events on their trading days, those studied, and those dropped."""
        placed = self._place(self.events, index)
        _check_inside(placed, len(index), self.window, self.transform)
        return placed, *self._filter(placed, index)

    def _filter(self, placed: pd.DataFrame, index: pd.DatetimeIndex) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Split the events into those studied and those dropped, the latter with the reason."""
        reasons = pd.Series("", index=placed.index, dtype=object)
        first = placed.groupby(["kind", "day"])["label"].transform("first")
        twice = placed.duplicated(["kind", "day"])
        same = [f"same kind and day 0 as {label!r}" for label in first[twice].tolist()]
        reasons[twice] = pd.Series(same, index=first.index[twice], dtype=object)
        if self.confounders:
            other = confounded(placed, index, self.confounders, window=self.window, place=self._place)
            reasons = reasons.where(reasons != "", pd.Series(other, index=placed.index, dtype=object))
        left = placed[reasons == ""]
        drops = overlap_drops(left["position"].to_numpy(), self.window[1] - self.window[0] + 1, self.overlap)
        for event, by in zip(left.index, drops, strict=True):
            if by is not None:
                reasons[event] = f"window overlaps that of {left['label'].iloc[by]!r}"
        kept = placed[reasons == ""]
        if kept.empty:
            raise SpecificationError(
                f"no event is left of {len(placed)}: {reasons.iloc[0]} (first of them); relax the rules."
            )
        return kept, placed[reasons != ""].assign(reason=reasons[reasons != ""])

    def _series(self, frame: pd.DataFrame, positions: np.ndarray) -> tuple[Series, Mask]:
        """Changes, regressors, and the days that may serve for estimation: outside every event window."""
        y, units = changes(frame, self.response, self.data, transform=self.transform)
        names = tuple(self.factors or ())
        columns = [changes(frame, name, self.data, transform=self.transform)[0] for name in names]
        raw = np.column_stack(columns) if columns else np.empty((len(y), 0))
        usable = np.isfinite(y) & np.isfinite(raw).all(axis=1)
        days = positions[:, None] + np.arange(self.window[0], self.window[1] + 1)
        usable[np.unique(days)] = False
        if usable.sum() < MINIMUM_DAYS:
            raise SampleTooShort(
                f"{int(usable.sum())} days with quotes lie outside the event windows; at least {MINIMUM_DAYS} needed."
            )
        still = [name for name, spread in zip(names, np.ptp(raw[usable], axis=0), strict=True) if spread == 0.0]
        if still:
            raise SchemaError(f"the factors {still} do not move outside the event windows; drop them.")
        if self.components is not None:
            raw = principal_components(raw, usable, self.components)
            names = tuple(f"component {number + 1}" for number in range(self.components))
        x: Array = standardised(raw, usable) if names else raw
        if self.normal != "zero":
            x, names = np.column_stack([np.ones(len(y)), x]), ("const", *names)
        index = pd.DatetimeIndex(frame.index)
        garch = fit_garch(innovations(y, x, usable), usable) if self.volatility == "garch" else None
        return Series(index=index, y=y, x=x, names=names, units=units, garch=garch), usable

    def pooled(self, responses: Sequence[str] | None = None) -> PooledEvents:
        """Study several columns at once: firms, maturities, countries.

        Parameters
        ----------
        responses : sequence of str, optional
            Columns; all that are no factor when absent. Where the events have a column ``response``, an event is
            studied for the column it names; else every event for every column.

        Returns
        -------
        PooledEvents
            An estimate for each firm and event, and pooled tests.

        Raises
        ------
        SpecificationError
            For ``missing="closed"``, which gives every column days of its own, or if an event names no column studied.

        Examples
        --------
        >>> days = pd.bdate_range("2020-01-01", periods=400)
        >>> walk = np.random.default_rng(1).normal(size=(400, 3)).cumsum(axis=0)
        >>> news = pd.DataFrame({"date": days[[200, 300]], "kind": "sale", "label": ["a", "b"]})
        >>> found = EventStudy(pd.DataFrame(walk, days, list("uvw")), news, response="u").pooled()
        >>> found.to_frame()[["response", "label"]].to_numpy().tolist()
        [['u', 'a'], ['u', 'b'], ['v', 'a'], ['v', 'b'], ['w', 'a'], ['w', 'b']]
        """
        names = [name for name in self.data.frame.columns if name not in (self.factors or ())]
        names = names if responses is None else list(checks.names("responses", responses, least=1))
        if self.missing == "closed":
            raise SpecificationError("pooled columns need days in common; use missing='raise', or study one by one.")
        if "response" not in self.events.columns:
            chosen = self._choose(pd.DatetimeIndex(trading_days(self.data, names[:1], self.missing).index))
            return PooledEvents(self, {name: self.with_response(name)._fit(chosen) for name in names})
        for name in self.events["response"]:
            checks.position("response", name, names, of="among those studied, named in the events")
        news = {name: self.events[self.events["response"] == name] for name in names}
        firms = {name: replace(self, response=name, events=each).fit() for name, each in news.items() if len(each)}
        return PooledEvents(self, firms)

    def with_response(self, response: str) -> EventStudy:
        """The same study of another column, such as another maturity."""
        return replace(self, response=response)


def _check_windows(window: tuple[int, int], estimation: tuple[int, int]) -> None:
    if estimation[0] <= window[1] and window[0] <= estimation[1]:
        raise SpecificationError(f"estimation {estimation} overlaps the event window {window}; let it end before.")
    if estimation[1] - estimation[0] + 1 < MINIMUM_DAYS:
        raise SampleTooShort(f"estimation {estimation} spans fewer than {MINIMUM_DAYS} days; widen it.")


def _check_inside(placed: pd.DataFrame, length: int, window: tuple[int, int], transform: str) -> None:
    first = 1 if transform == "diff" else 0  # the first row has no change
    outside = (placed["position"] + window[0] < first) | (placed["position"] + window[1] >= length)
    if outside.any():
        event = placed[outside].iloc[0]
        raise SchemaError(
            f"the window {window} of event {event['label']!r} (day 0 {event['day'].date()}) runs out of the data; "
            "extend the data or drop the event."
        )


def _check_quotes(kept: pd.DataFrame, series: Series, frame: pd.DataFrame, window: tuple[int, int]) -> None:
    finite = series.finite
    days = kept["position"].to_numpy()[:, None] + np.arange(window[0], window[1] + 1)
    for _, event in kept[~finite[days].all(axis=1)].iterrows():
        for row in range(event["position"] + window[0], event["position"] + window[1] + 1):
            if finite[row]:
                continue
            quotes = frame.iloc[max(row - 1, 0) : row + 1]
            name = quotes.columns[quotes.isna().any()][0]
            day = quotes.index[quotes[name].isna()][0].date()
            raise SchemaError(
                f"column {name!r} has no quote on {day}, needed for the window of event {event['label']!r}; "
                "drop the event, or pass missing='closed' if the market was closed."
            )


def check_fitted(labels: Iterable[object], windows: Windows, series: Series) -> None:
    """Refuse an estimation window with too few days, collinear regressors or a response that stands still.

    Raises
    ------
    SampleTooShort, SingularDesign, SchemaError
        Naming the first such event by its label.
    """
    days, spread = windows.used.sum(axis=1), float(np.nanstd(series.y))
    for number, label in enumerate(labels):
        if days[number] < MINIMUM_DAYS:
            raise SampleTooShort(
                f"event {label!r} has {int(days[number])} usable estimation days; at least {MINIMUM_DAYS} are needed; "
                "widen estimation= or drop the event."
            )
        if windows.gram_floor[number] <= SINGULAR:
            raise SingularDesign(f"the columns {list(series.names)} are collinear before event {label!r}; drop one.")
        if windows.scale[number] <= 1e-10 * spread:
            raise SchemaError(f"the response does not move in the estimation window of event {label!r}.")
