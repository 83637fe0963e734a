"""`PanelProjection`: local projections with unit and time effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.checks import SPARE
from econ.data.index import check_index, panel_dates
from econ.data.values import check_values
from econ.errors import FrequencyError, SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.frozen import guarded
from econ.infer._kernels import full_rank_qr
from econ.infer.covariance import check_lags
from econ.projection._kernels import EXACT
from econ.projection.bootstrap import Bootstrap
from econ.projection.cross_section import CrossSection
from econ.projection.effects import Codes, Effects
from econ.projection.panel_results import PanelResults

EFFECTS = ("unit", "time")
COVARIANCES = ("cluster", "driscoll-kraay")
MINIMUM_UNITS = 3


@guarded
@dataclass(frozen=True, eq=False)
class PanelProjection:
    """Local projections ``y_{i,t+h} = a_i + g_t + b_h x_it + c_h' w_it + u`` in a panel.

    Parameters
    ----------
    data : DataFrame
        Rows indexed by (unit, period); every unit's periods without gaps; spans may differ.
    response, impulse : str
        Columns.
    controls : sequence of str
        Columns that enter with lags 1..``lags``, beside response and impulse.
    contemporaneous : sequence of str
        Columns that enter at t.
    lags : int, default 12
        Lags.
    instrument : str or sequence of str, optional
        Columns that instrument the impulse at t (two-stage least squares).
    effects : sequence of {"unit", "time"}
        Effects; empty for a common constant.
    cumulative, difference : bool
        Sum of the response from t to t + h; response less its value at t - 1.

    Raises
    ------
    SchemaError, FrequencyError, UnknownName, SpecificationError
        For data or requests that cannot serve; the message names unit and period.

    Notes
    -----
    With unit effects and lags of the response, estimates carry a bias of order 1 / T (Nickell 1981); prefer long spans.

    References
    ----------
    Jordà, Ò., M. Schularick and A. M. Taylor (2015), Betting the House, Journal of International Economics 96(S1).

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> index = pd.MultiIndex.from_product([list("abcdefgh"), range(60)], names=["holder", "month"])
    >>> frame = pd.DataFrame({"pickup": generator.standard_normal(480)}, index=index)
    >>> frame["flow"] = 0.5 * frame["pickup"] + generator.standard_normal(480)
    >>> fit = PanelProjection(frame, response="flow", impulse="pickup", lags=1).fit(4)
    >>> print(fit.irf.at(0, response="flow"))
    0.376, s.e. 0.067
    """

    data: pd.DataFrame
    response: str
    impulse: str
    _: KW_ONLY
    controls: Sequence[str] = ()
    contemporaneous: Sequence[str] = ()
    lags: int = 12
    instrument: str | Sequence[str] | None = None
    effects: Sequence[str] = EFFECTS
    cumulative: bool = False
    difference: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.data, pd.DataFrame) or self.data.index.nlevels != 2:
            raise SpecificationError("a panel is a DataFrame whose rows are indexed by (unit, period).")
        for word in ("controls", "contemporaneous", "effects"):
            checks.keep(self, **{word: checks.names(word, getattr(self, word))})
        both = [name for name in self.instruments if name in (self.impulse, *self.contemporaneous)]
        if both:
            raise SpecificationError(f"{both[0]!r} is an instrument and a regressor too; it cannot be both.")
        if self.response in (*self.contemporaneous, *self.instruments):
            word = "a contemporaneous control" if self.response in self.contemporaneous else "an instrument"
            raise SpecificationError(
                f"{self.response!r} is the response and {word} too, which explains it exactly as it is at horizon 0; "
                "take it out of one."
            )
        for name in self.names:
            checks.position("column", name, list(self.data.columns))
        for word in self.effects:
            checks.choice("effect", word, EFFECTS)
        data = self.data.set_axis(panel_dates(self.data.index), axis=0).sort_index()
        checks.keep(self, lags=checks.count("lags", self.lags, least=0), data=data)
        self._check_units()

    @property
    def names(self) -> tuple[str, ...]:
        """Columns used, each once."""
        further = [*self.controls, *self.contemporaneous, *self.instruments]
        return tuple(dict.fromkeys([self.response, self.impulse, *further]))

    @property
    def instruments(self) -> tuple[str, ...]:
        """Names of the instruments; empty for least squares."""
        return () if self.instrument is None else checks.names("instrument", self.instrument)

    @property
    def parent(self) -> pd.DataFrame:
        """The panel."""
        return self.data

    def fit(
        self,
        horizon: int = 24,
        cov: str = "cluster",
        *,
        bandwidth: int | None = None,
        bootstrap: Bootstrap | None = None,
        rng: Seed = None,
    ) -> PanelResults:
        """Estimate every horizon.

        Parameters
        ----------
        horizon : int, default 24
            Last horizon.
        cov : {"cluster", "driscoll-kraay"}
            Clustered by unit (factor ``G / (G - 1) (N - 1) / (N - k)``, unit effects not counted in k; Student with
            G - 1), or robust to dependence across units with Bartlett lags = horizon.
        bandwidth : int, optional
            Bartlett lags of "driscoll-kraay".
        bootstrap : Wild or PlugIn, optional
            Joint draws in ``.irf``: wild signs by unit ("cluster" only), or normal.
        rng : int or SeedSequence
            Seed of the draws.

        Returns
        -------
        PanelResults
            With ``irf``, ``summary()``, the wild-cluster test with the null imposed and, with instruments, first stages
            and sets that stay valid when they are weak.

        Raises
        ------
        SampleTooShort
            If a unit has fewer than two rows, or all have fewer than coefficients + 10, at the last horizon.
        SingularDesign
            If a regressor is collinear with effects and the others, or they, or instruments, explain the response.
        FrequencyError
            With lags of "driscoll-kraay", if no unit has a row in some period between the others.
        """
        self._check_covariance(cov, bandwidth)
        horizon = checks.horizon(horizon)
        self._check_rows(horizon)
        sections = tuple(self.cross_section(h) for h in range(horizon + 1))
        if cov == "driscoll-kraay" and bandwidth != 0:
            when = self.data.index.get_level_values(1)
            for h in range(1 if bandwidth is None else 0, horizon + 1):  # at horizon 0 there are no lags by default
                check_index(when[self._rows(h)].unique().sort_values())
        if bandwidth is not None:
            bandwidth = check_lags(bandwidth, int(sections[-1].effects.periods.max()) + 1)
        results = PanelResults(self, sections, cov, bandwidth)
        return results if bootstrap is None else results.drawn(bootstrap, rng)

    def _check_covariance(self, cov: str, bandwidth: int | None) -> None:
        checks.choice("panel covariance", cov, COVARIANCES)
        if bandwidth is not None and cov == "cluster":
            raise SpecificationError("bandwidth belongs to 'driscoll-kraay'; the covariance is 'cluster'.")
        if cov == "cluster" and self.data.index.get_level_values(0).nunique() < MINIMUM_UNITS:
            raise SpecificationError(
                f"clustered errors need at least {MINIMUM_UNITS} units (with two and period effects the scores of both "
                "cancel); use cov='driscoll-kraay'."
            )

    def cross_section(self, horizon: int) -> CrossSection:
        """Response and impulse at one horizon with effects and controls partialled out."""
        horizon = checks.horizon(horizon)
        rows = self._rows(horizon)
        units, periods = self._codes
        effects = Effects(_dense(units[rows]), _dense(periods[rows]), "unit" in self.effects, "time" in self.effects)
        columns, names = self._regressors(rows)
        z = self.data[list(self.instruments)].to_numpy(dtype=float)[rows]
        values = _absorbed(effects, np.column_stack([self._lead(rows, horizon), columns, z]))
        self._check_absorbed(values[:, 1:], [*names, *self.instruments])
        k, what = columns.shape[1], f"the panel projection at horizon {horizon}, effects taken out,"
        q, _ = full_rank_qr(values[:, 1 : k + 1], names, what)
        controls = q[:, :-1]
        if self.instruments:
            first = np.column_stack([values[:, 1:k], values[:, k + 1 :]])
            full_rank_qr(first, [*names[:-1], *self.instruments], f"the first stage of {what}")
        rest = values - controls @ (controls.T @ values)
        y, d, z = rest[:, 0], rest[:, k], rest[:, k + 1 :]
        self._refuse_exact(y, z, horizon, rows)
        return CrossSection(y, d, z if self.instruments else d[:, None], controls, effects, effects.columns + k)

    def _refuse_exact(self, y: Array, z: Array, horizon: int, rows: Codes) -> None:
        """Refuse a response of which effects, controls and instruments leave nothing but rounding."""
        left = y - z @ np.linalg.lstsq(z, y, rcond=None)[0] if z.shape[1] else y
        size = np.linalg.norm(self._lead(rows, horizon))
        if self.response != self.impulse and min(map(np.linalg.norm, (y, left))) <= EXACT * size:
            raise SingularDesign(
                f"effects, controls or instruments explain {self.response!r} exactly at horizon {horizon}, so its "
                "response there is made of rounding errors; drop the column that holds it."
            )

    def _check_absorbed(self, values: Array, names: list[str]) -> None:
        """Refuse a regressor of which the effects leave nothing, in words about the caller's own column."""
        gone = [name for name, column in zip(names, values.T, strict=True) if not column.any()]
        if not gone or not self.effects:
            return
        name = gone[0] if gone[0] in self.names else gone[0].partition(".")[2]
        taken, cure = "unit and time effects together take away all of it", "drop it, or one of the effects"
        for level, word, other, within in (
            (1, "time", "unit", "is the same for all units in every period"),
            (0, "unit", "time", "never changes within a unit"),
        ):
            groups = self.data[name].groupby(level=level)
            if word in self.effects and bool((groups.max() == groups.min()).all()):
                kept = [other] if other in self.effects else []
                taken = f"it {within}, and {word} effects take away whatever is"
                cure = f"effects={kept} keeps it, or let it vary by unit and period"
                break
        raise SingularDesign(f"nothing is left of column {name!r}: {taken}; {cure}.")

    def _regressors(self, rows: Codes) -> tuple[Array, list[str]]:
        """Lags, contemporaneous controls and, last, the impulse on the rows (N, k) with their names."""
        lagged = dict.fromkeys([self.response, self.impulse, *self.controls])
        values = {name: self.data[name].to_numpy(dtype=float) for name in self.names}
        columns = {f"L{lag}.{name}": values[name][rows - lag] for lag in range(1, self.lags + 1) for name in lagged}
        columns |= {name: values[name][rows] for name in self.contemporaneous}
        columns |= {self.impulse: values[self.impulse][rows]}
        return np.column_stack(list(columns.values())), list(columns)

    def _lead(self, rows: Codes, horizon: int) -> Array:
        y = self.data[self.response].to_numpy(dtype=float)
        first = y[rows - 1] if self.difference else np.zeros(len(rows))
        steps = range(horizon + 1) if self.cumulative else (horizon,)
        return np.asarray(sum((y[rows + j] - first for j in steps), np.zeros(len(rows))))

    def _rows(self, horizon: int) -> Codes:
        """Positions that have all lags before and the lead after them within their unit."""
        units, _ = self._codes
        first = max(self.lags, int(self.difference))
        counts = np.bincount(units)
        start = np.repeat(np.cumsum(counts) - counts, counts)
        place = np.arange(len(units)) - start
        return np.flatnonzero((place >= first) & (place + horizon < np.repeat(counts, counts)))

    @cached_property
    def _codes(self) -> tuple[Codes, Codes]:
        units, periods = (self.data.index.get_level_values(level) for level in (0, 1))
        return pd.factorize(units, sort=True)[0], pd.factorize(periods, sort=True)[0]

    def _check_units(self) -> None:
        frame = self.data[list(self.names)]
        if not frame.index.is_unique:
            raise SchemaError(
                f"row {frame.index[frame.index.duplicated()][0]} stands twice; keep one row a unit and period."
            )
        if frame.index.get_level_values(0).nunique() < 2:
            raise SpecificationError("a panel needs at least two units; use LocalProjection for one.")
        check_values(frame, allow_missing=False)
        for unit, part in frame.groupby(level=0):
            try:
                check_index(part.index.get_level_values(1))
            except FrequencyError as error:
                raise FrequencyError(f"unit {unit!r}: {error}") from None

    def _check_rows(self, horizon: int) -> None:
        units, _ = self._codes
        counts = np.bincount(units[self._rows(horizon)], minlength=int(units.max()) + 1)
        labels = self.data.index.get_level_values(0).unique()
        if counts.min() < 2:
            lone = [str(unit) for unit in labels[np.flatnonzero(counts < 2)]]
            raise SampleTooShort(
                f"units {lone[:6]} have fewer than two rows at horizon {horizon} after {self.lags} lags, so an effect "
                "of their own would absorb them; drop them, shorten the horizon or use fewer lags."
            )
        regressors = self.lags * len(dict.fromkeys([self.response, self.impulse, *self.controls])) + 1
        needed = regressors + len(self.contemporaneous) + len(labels) + SPARE
        if counts.sum() < needed:
            raise SampleTooShort(
                f"at horizon {horizon} there are {counts.sum()} rows for coefficients + {SPARE} = {needed}; shorten it."
            )


def _dense(codes: Codes) -> Codes:
    return np.unique(codes, return_inverse=True)[1]


def _absorbed(effects: Effects, columns: Array) -> Array:
    """Residuals on the effects; zero where the effects leave nothing, so that the rank check names the column."""
    values = effects.residual(columns)
    scale = np.sqrt((values**2).sum(axis=0))
    before = np.sqrt(((columns - columns.mean(axis=0)) ** 2).sum(axis=0))
    values[:, scale < 1e-9 * np.maximum(before, 1e-300)] = 0.0
    return values
