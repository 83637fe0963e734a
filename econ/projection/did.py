"""`LocalProjectionDiD`: difference-in-differences by local projections with clean controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask, Seed
from econ.border import warn
from econ.errors import NotIdentified, SampleTooShort, SchemaError, ShortSample, SpecificationError
from econ.frozen import guarded
from econ.projection._did_kernels import Section, equally_weighted, variance_weighted
from econ.projection.bootstrap import Bootstrap
from econ.projection.did_results import DiDResults
from econ.projection.effects import Codes
from econ.projection.panel import PanelProjection

WEIGHTS = ("variance", "equal")
MINIMUM_UNITS = 3
FEW_TREATED = 8
"""Units newly treated below which errors clustered by unit are too small."""


@guarded
@dataclass(frozen=True, eq=False)
class LocalProjectionDiD:
    """Effect of a treatment on an outcome, horizon by horizon, against units that are clean controls.

    ``y_{i,t+h} - base_it = b_h ΔD_it + g_t^h + c' w_{i,t-1} + u`` over rows that switch on at t (ΔD_it = 1) and clean
    controls: rows untreated from t to t + h (absorbing treatment), so that no unit treated earlier serves as a control,
    the flaw of two-way fixed effects under effects that differ.

    Parameters
    ----------
    data : DataFrame
        Rows indexed by (unit, period), every unit's periods without gaps; spans may differ.
    outcome, treatment : str
        Columns; the treatment is 0 or 1.
    controls : sequence of str
        Columns that enter at t - 1.
    weights : {"variance", "equal"}
        Least squares, which weighs cohorts by size and by the variance of treatment in their period, never negatively;
        or the plain average over treated rows, by regression adjustment: controls alone predict the untreated outcome.
        Both leave out rows treated in a period without controls.
    base : int, default 1
        The outcome is taken relative to its mean over the ``base`` periods before t.
    stabilises : int, optional
        None: the treatment is absorbing, and never falls. Else it may switch on and off, and effects stand still after
        so many periods: treated rows switch on at t without a change in the ``stabilises`` periods before, controls
        change at no time from then to t + h. What a treated unit does after t is part of its effect.

    Raises
    ------
    SchemaError, FrequencyError, UnknownName, SpecificationError
        For data or requests that cannot serve: a treatment that is not 0 or 1, one that switches off without
        ``stabilises``, fewer than three units.

    Notes
    -----
    90% intervals cover in 88-98% of samples, in fewer with less than 8 treated units: one is refused, fewer than 8 are
    warned of. Measured in :doc:`/coverage`.

    References
    ----------
    Dube, A., D. Girardi, Ò. Jordà and A. M. Taylor (2023), A Local Projections Approach to Difference-in-Differences,
    NBER Working Paper 31184. Ferman, B. and C. Pinto (2019), Inference in Differences-in-Differences with Few Treated
    Groups and Heteroskedasticity, Review of Economics and Statistics 101(3), 452-467, for few treated units.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([range(20), range(12)], names=["unit", "year"])
    >>> unit, year = (np.asarray(index.get_level_values(level)) for level in (0, 1))
    >>> treated = ((unit < 8) & (year >= 5 + unit % 3)).astype(float)
    >>> noise = np.random.default_rng(1).standard_normal(240)
    >>> frame = pd.DataFrame({"y": 2.0 * treated + 0.1 * noise, "d": treated}, index=index)
    >>> print(LocalProjectionDiD(frame, "y", "d").fit(3, pre=2).irf.at(2, response="y"))
    2.014, s.e. 0.026
    """

    data: pd.DataFrame
    outcome: str
    treatment: str
    _: KW_ONLY
    controls: Sequence[str] = ()
    weights: str = "variance"
    base: int = 1
    stabilises: int | None = None

    def __post_init__(self) -> None:
        controls = checks.names("controls", self.controls)
        if self.outcome == self.treatment or {self.outcome, self.treatment} & set(controls):
            raise SpecificationError("outcome, treatment and controls must be different columns.")
        panel = PanelProjection(self.data, self.outcome, self.treatment, contemporaneous=controls, lags=0)
        checks.keep(
            self,
            data=panel.data,
            controls=controls,
            weights=checks.choice("weights", self.weights, WEIGHTS),
            base=checks.count("base", self.base),
        )
        if self.stabilises is not None:
            checks.keep(self, stabilises=checks.count("stabilises", self.stabilises))
        if len(np.unique(self.units)) < MINIMUM_UNITS:
            raise SpecificationError(f"errors clustered by unit need at least {MINIMUM_UNITS} units; add units.")
        self._check_treatment()

    @property
    def parent(self) -> pd.DataFrame:
        """The panel."""
        return self.data

    @cached_property
    def units(self) -> Codes:
        """Number of the unit of each row."""
        return np.asarray(pd.factorize(self.data.index.get_level_values(0), sort=True)[0])

    @cached_property
    def changes(self) -> Array:
        """Change of the treatment, zero in the first period of a unit, (N,)."""
        d = self.data[self.treatment].to_numpy(dtype=float)
        moved = np.diff(d, prepend=d[0])
        return np.where(np.diff(self.units, prepend=-1) == 0, moved, 0.0)

    def fit(
        self, horizon: int = 10, *, pre: int = 0, bootstrap: Bootstrap | None = None, rng: Seed = None
    ) -> DiDResults:
        """Estimate every horizon.

        Parameters
        ----------
        horizon : int, default 10
            Last horizon.
        pre : int, default 0
            First period before t that is compared with the base, to see whether trends were parallel: horizons -2, ...,
            -``pre`` (-``base`` - 1 and earlier); 0 or 1 for none.
        bootstrap : Wild or PlugIn, optional
            Joint draws in ``.irf``, for simultaneous bands: signs by unit, or normal.
        rng : int or SeedSequence
            Seed of the draws.

        Returns
        -------
        DiDResults
            With ``irf``, ``summary()``, ``pooled()`` and ``pretrends()``, clustered by unit.

        Raises
        ------
        NotIdentified
            If at some horizon no row is newly treated, none is a clean control, or controls explain the treatment.
        SampleTooShort
            If at some horizon a single unit is newly treated: nothing tells its effect from its noise.
        SingularDesign
            If controls are collinear with each other or the periods.
        SpecificationError
            For a bootstrap of another kind, or one without ``rng``.
        """
        horizon, pre = checks.horizon(horizon), checks.count("pre", pre, least=0)
        before = [-h for h in range(pre, self.base, -1)]
        sections = {h: self.section(h, h) for h in (*before, *range(horizon + 1))}
        after = tuple(sections[h] for h in range(horizon + 1))
        fewest = min(each.switchers for each in sections.values())
        if fewest < FEW_TREATED:
            warn(
                f"errors clustered by unit need many treated units; found {fewest}, and below {FEW_TREATED} they are "
                "too small; compare with effects of treatments that are drawn by lot.",
                ShortSample,
            )
        results = DiDResults(self, tuple(sections[h] for h in before), after, tuple(before))
        return results if bootstrap is None else results.drawn(bootstrap, rng)

    def section(self, first: int, last: int) -> Section:
        """The estimate for the mean outcome over horizons ``first`` to ``last``."""
        first = checks.count("first", first, least=None)
        last = checks.count("last", last, least=first)
        rows, treated = self._rows(first, last)
        dates = pd.factorize(self.data.index.get_level_values(1), sort=True)[0]
        met = ~treated | np.isin(dates[rows], dates[rows[~treated]])  # treated rows need controls in their period
        rows, treated = rows[met], treated[met]
        y = self.data[self.outcome].to_numpy(dtype=float)
        mean = np.mean([y[rows + h] for h in range(first, last + 1)], axis=0)
        mean = mean - np.mean([y[rows - j] for j in range(1, self.base + 1)], axis=0)
        x = self.data[list(self.controls)].to_numpy(dtype=float)[rows - 1]
        estimate = variance_weighted if self.weights == "variance" else equally_weighted
        where = f"horizon {first}" if first == last else f"horizons {first} to {last}"
        found = estimate(mean, treated, x, units=self.units[rows], periods=dates[rows], names=self.controls)
        if found is None:
            raise NotIdentified(
                f"at {where} no period has both newly treated rows and clean controls (controls in all: "
                f"{int((~treated).sum())}), or controls explain the treatment; shorten the horizon, or give units that "
                "are treated later or never."
            )
        if found.switchers < 2:
            raise SampleTooShort(
                f"at {where} one unit is newly treated, and nothing tells its effect from its noise; shorten the "
                "horizon, or give more treated units."
            )
        return found

    def _rows(self, first: int, last: int) -> tuple[Codes, Mask]:
        """Rows that serve, and which of them are newly treated."""
        counts = np.bincount(self.units)
        place = np.arange(len(self.units)) - np.repeat(np.cumsum(counts) - counts, counts)
        quiet = 0 if self.stabilises is None else self.stabilises
        earliest = max(self.base, 1, -first, quiet + 1)
        fits = (place >= earliest) & (place + max(last, 0) < np.repeat(counts, counts))
        rows = np.flatnonzero(fits)
        before = [self.changes[rows - j] for j in range(1, quiet + 1)]
        after = [self.changes[rows + j] for j in range(max(last, 0) + 1)]
        calm = np.all([change == 0.0 for change in before], axis=0) if before else np.ones(len(rows), dtype=bool)
        treated = (self.changes[rows] == 1.0) & calm
        clean = np.all([change == 0.0 for change in after], axis=0) & calm
        if self.stabilises is None:
            clean &= self.data[self.treatment].to_numpy(dtype=float)[rows] == 0.0
        kept = treated | clean
        return rows[kept], treated[kept]

    def _check_treatment(self) -> None:
        values = self.data[self.treatment]
        odd = values[~values.isin([0.0, 1.0])]
        if len(odd):
            raise SchemaError(
                f"the treatment {self.treatment!r} must be 0 or 1; found {odd.iloc[0]} at {odd.index[0]}."
            )
        if self.stabilises is None and (self.changes < 0.0).any():
            where = self.data.index[int(np.argmax(self.changes < 0.0))]
            raise SpecificationError(
                f"the treatment switches off at {where}, so it is not absorbing; pass stabilises= with the periods "
                "after which effects stand still."
            )
        if not (self.changes > 0.0).any():
            raise NotIdentified(
                f"no unit switches {self.treatment!r} on within its periods; there is no effect to see."
            )
