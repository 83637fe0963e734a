"""Exact tests by randomisation: what the statistic would have been had the same values fallen on other days.

Under the sharp null that y_t does not depend on a_t, turning the values of a round within an era (or reordering them)
gives another sample that was as likely, if a is stationary (exchangeable) within eras and independent of what y would
have been. The p-value is the share of turns, the one that happened among them, at which the statistic is at least as
large. It needs no standard error, and turns keep the runs of a and the autocorrelation of y.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.border import checked
from econ.errors import NotIdentified, SchemaError, SpecificationError
from econ.estimate import ConfidenceSet
from econ.frozen import guarded
from econ.infer._turns import all_turns, centred, drawn_rows, era_rows, linear_draws, turned
from econ.parallel import map_blocks
from econ.rows import same_rows
from econ.tables.shown import Shown

ALTERNATIVES = ("two-sided", "greater", "less")
SCHEMES = ("shift", "permutation")
MARGIN = 1e-10
"""Relative; a statistic that equals the one observed but for rounding counts as equal to it."""


@guarded
@dataclass(frozen=True, eq=False)
class Randomisation(Shown):
    """A statistic beside its values under other assignments.

    Parameters
    ----------
    statistic : float
        As observed.
    draws : array (B,)
        At each other assignment; of an exact test at all of them, the one observed included.
    carried : array (B,) or None
        What a unit effect adds to the statistic at each assignment, in units of what it adds to the one observed; None
        where the statistic is not linear in the effect.
    exact : bool
        Whether ``draws`` are all assignments.
    alternative : {"two-sided", "greater", "less"}
        "two-sided" compares absolute values.
    distribution : str
        Number and kind of assignments.
    """

    statistic: float
    draws: Array = field(repr=False)
    carried: Array | None = field(repr=False)
    exact: bool
    alternative: str
    distribution: str

    @property
    def p_value(self) -> float:
        """Share of assignments whose statistic is at least as large, the one observed among them."""
        return self.p_value_of(0.0)

    def p_value_of(self, effect: float) -> float:
        """p-value of the null that a unit of the assignment adds ``effect``.

        Raises
        ------
        SpecificationError
            For an effect other than 0 where the statistic is not linear in it.
        """
        effect = checks.real("effect", effect)
        own, others = self.statistic, self.draws
        if effect != 0.0:
            own, others = own - effect, others - effect * self._carried()
        scale = MARGIN * max(abs(self.statistic), abs(effect), float(np.abs(self.draws).max(initial=0.0)))
        if self.alternative == "two-sided":
            own, others = abs(own), np.abs(others)
        elif self.alternative == "less":
            own, others = -own, -others
        count = int((others >= own - scale).sum())
        return count / len(others) if self.exact else (1 + count) / (1 + len(others))

    def confidence_set(self, level: float = 0.90) -> ConfidenceSet:
        """Effects whose null is not rejected at ``1 - level``.

        The statistic under the null b is ``s - b`` and ``s_k - b r_k`` at assignment k. That
        ``|s_k - b r_k| >= |s - b|`` holds between ``(s - s_k) / (1 - r_k)`` and ``(s + s_k) / (1 + r_k)``, an interval
        around s: the set is one interval, from order statistics of these ends. One-sided sets are half-lines.

        Parameters
        ----------
        level : float, default 0.90
            Coverage, exact under the sharp null.

        Returns
        -------
        ConfidenceSet
            Unbounded where there are too few assignments to reject, or those that would reject carry the effect.

        Raises
        ------
        SpecificationError
            If the statistic is not linear in the effect.
        """
        level = checks.level(level)
        low, high = _ends(self.statistic, self.draws, self._carried(), self.alternative)
        total = len(low) if self.exact else len(low) + 1
        # the null b is kept if more than (1 - level) of all assignments are as large
        needed = math.floor((1.0 - level) * total + 1e-9) + 1 - (0 if self.exact else 1)
        if needed < 1:
            return ConfidenceSet(((-math.inf, math.inf),), level)
        ends = float(np.sort(low)[needed - 1]), float(np.sort(high)[-needed])
        return ConfidenceSet((ends,) if ends[0] < math.inf and ends[1] > -math.inf else (), level)

    def _carried(self) -> Array:
        if self.carried is None:
            raise SpecificationError(
                "this statistic is not linear in the effect; give randomise a statistic of the outcome under the null, "
                "one effect at a time, or use randomise_slope."
            )
        return self.carried

    def __str__(self) -> str:
        return f"{self.statistic:.4g}, p = {self.p_value:.4f} ({self.alternative}; {self.distribution})"


def _ends(own: float, drawn: Array, carried: Array, alternative: str) -> tuple[Array, Array]:
    """First and last effect at which each assignment is as large as the one observed."""
    near, far = 1.0 - carried, 1.0 + carried
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(near > MARGIN, (own - drawn) / near, _beyond(own - drawn))
        second = np.where(far > MARGIN, (own + drawn) / far, _beyond(own + drawn))
    low, high = np.minimum(first, second), np.maximum(first, second)
    same = (near <= MARGIN) & (np.abs(own - drawn) <= MARGIN * max(abs(own), 1e-300))
    mirrored = (far <= MARGIN) & (np.abs(own + drawn) <= MARGIN * max(abs(own), 1e-300))
    low, high = (np.where(same | mirrored, end, kept) for end, kept in ((-math.inf, low), (math.inf, high)))
    if alternative == "greater":  # s_k - b r_k >= s - b
        return np.where(same, -math.inf, first), np.full(len(first), math.inf)
    if alternative == "less":
        return np.full(len(first), -math.inf), np.where(same, math.inf, first)
    return low, high


def _beyond(gap: Array) -> Array:
    """Where an end lies when the assignment carries the effect in full: beyond all numbers, on the side of the gap."""
    return np.where(gap > 0.0, math.inf, -math.inf)


@checked
def randomise(
    statistic: Callable[[Array], ArrayLike],
    assignment: ArrayLike,
    *,
    eras: Any = None,
    scheme: str = "shift",
    draws: int | None = 9999,
    rng: Seed = None,
    alternative: str = "two-sided",
) -> Randomisation:
    """Randomisation test of any statistic of an assignment.

    Parameters
    ----------
    statistic : callable
        Gets assignments (B, T) and gives their statistics (B,).
    assignment : array (T,)
        As observed: amounts, or 1 on the days treated.
    eras : array (T,), optional
        Labels; values stay within their era.
    scheme : {"shift", "permutation"}
        Turn each era round by a number of days of its own, or reorder it.
    draws : int or None, default 9999
        Random assignments; None takes every turn ("shift" only), exact without any draw.
    rng : int or SeedSequence
        Needed with draws.
    alternative : {"two-sided", "greater", "less"}
        Whether large absolute values, large or small values speak against the null.

    Returns
    -------
    Randomisation

    Raises
    ------
    SpecificationError
        For unknown words, series on unlike rows, draws without ``rng``, all turns where they are more than 200,000, or
        a statistic that gives another shape.
    SchemaError
        If the assignment or a statistic is not finite.

    References
    ----------
    Fisher, R. A. (1935), The Design of Experiments, Oliver and Boyd. Phipson, B. and G. K. Smyth (2010), Permutation
    P-values Should Never Be Zero, Statistical Applications in Genetics and Molecular Biology 9(1).

    Examples
    --------
    >>> treated = np.repeat([0.0, 1.0, 0.0], [30, 10, 60])
    >>> change = np.random.default_rng(1).standard_normal(100) + 2.0 * treated
    >>> print(randomise(lambda a: a @ change / a.sum(axis=1), treated, draws=None))
    2.21, p = 0.0100 (two-sided; all 100 shifts)
    """
    same_rows(assignment=assignment, eras=eras)
    values = _finite_vector("assignment", assignment)
    parts = era_rows(eras, len(values))
    scheme, alternative = _words(scheme, alternative, draws=draws, rng=rng)

    def of(rows: Rows) -> Array:
        found = np.asarray(statistic(values[rows]), dtype=float)
        if found.shape != (len(rows),):
            raise SpecificationError(
                f"statistic must give ({len(rows)},) numbers for ({len(rows)}, T); found {found.shape}."
            )
        if not np.isfinite(found).all():
            raise SchemaError("the statistic is not finite at every assignment; change it where it divides by nothing.")
        return found

    own = float(of(np.arange(len(values))[None, :])[0])
    if draws is None:
        turns = all_turns(parts)
        blocks = np.array_split(turns, max(1, len(turns) * len(values) // 1_000_000))
        drawn = np.concatenate([of(turned(parts, block)) for block in blocks])
        return Randomisation(own, drawn, None, True, alternative, f"all {len(drawn):,} shifts")

    def work(count: int, generator: np.random.Generator) -> Array:
        return of(drawn_rows(parts, scheme, count, generator))

    drawn = np.concatenate(map_blocks(work, checks.count("draws", draws), rng=rng, n_jobs=1, label="randomisation"))
    return Randomisation(own, drawn, None, False, alternative, f"{draws:,} random {scheme}s")


@checked
def randomise_slope(
    outcome: ArrayLike,
    amounts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    eras: Any = None,
    scheme: str = "shift",
    draws: int | None = 9999,
    rng: Seed = None,
    alternative: str = "two-sided",
) -> list[Randomisation]:
    """Randomisation tests and sets of the slope of outcomes on amounts, with a constant for each era.

    With a the amounts less their mean in the era, ``s_k = sum_t a_{t-k} y_t / sum_t a_t^2``: turns change neither the
    denominator nor the constants. All turns of an era come from one Fourier transform, and a draw adds up one of them
    from each era, so that it costs a gather. With an exposure x the outcome holds ``b x_t``, and the slope is
    ``sum a y / sum a x``: a null of b leaves ``y - b x`` as it is on whatever days the amounts fall (Anderson and
    Rubin's test, with turns in the place of a distribution).

    Parameters
    ----------
    outcome : array (T,) or (T, H)
        One outcome or several; the same assignments serve all, so that draws can be compared across outcomes.
    amounts : array (T,)
        Amounts, 0 on days without.
    exposure : array (T,) or (T, H), optional
        What the effect multiplies in each outcome, such as all amounts of the days over which it is a change; the
        amounts themselves by default.
    eras, scheme, draws, rng, alternative
        As in :func:`randomise`.

    Returns
    -------
    list of Randomisation
        One an outcome, with :meth:`Randomisation.confidence_set`. Slopes in units of the outcome per unit of amounts.

    Raises
    ------
    SpecificationError, SchemaError
        As :func:`randomise`; also if amounts do not vary within any era.
    NotIdentified
        If an exposure is unrelated to the amounts.

    Notes
    -----
    Sizes are 4.7-5.8% at a nominal 5%, sets cover in 89-91%; random orders of campaigns do not hold. Measured in
    :doc:`/coverage`.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> amounts = np.where(generator.random(400) < 0.1, generator.exponential(size=400), 0.0)
    >>> change = generator.standard_normal(400) + 0.8 * amounts
    >>> test = randomise_slope(change, amounts, draws=None)[0]
    >>> print(test)
    0.7677, p = 0.0025 (two-sided; all 400 shifts)
    >>> print(test.confidence_set(0.90))
    [0.60, 0.93]
    """
    same_rows(outcome=outcome, amounts=amounts, exposure=exposure, eras=eras)
    given = _finite_vector("amounts", amounts)
    y = np.asarray(outcome, dtype=float)
    y = y[:, None] if y.ndim == 1 else y
    if y.ndim != 2 or len(y) != len(given):
        days = len(given)
        raise SpecificationError(f"outcome must be ({days},) or ({days}, H) like the amounts; found {y.shape}.")
    if not np.isfinite(y).all():
        raise SchemaError("outcomes must be finite; leave days without one out of both arrays.")
    parts = era_rows(eras, len(given))
    scheme, alternative = _words(scheme, alternative, draws=draws, rng=rng)
    a = centred(given, parts)
    size = float(a @ a)
    if size <= 1e-20 * max(float(np.abs(given).max()), 1e-300) ** 2:
        raise SpecificationError("amounts do not vary within any era, so there is no slope; merge eras.")
    x = a[:, None] if exposure is None else _exposed(exposure, y.shape)
    carries = a @ x
    if (np.abs(carries) <= 1e-12 * math.sqrt(size) * np.sqrt((x**2).sum(axis=0))).any():
        raise NotIdentified("an exposure is unrelated to the amounts, so that they say nothing of its effect.")
    width = y.shape[1]
    found = linear_draws(np.column_stack([y, x]), given, parts, scheme=scheme, draws=draws, rng=rng)
    kind = f"all {len(found):,} shifts" if draws is None else f"{draws:,} random {scheme}s"
    tests = []
    for j in range(width):
        i = min(j, x.shape[1] - 1)  # one exposure serves all outcomes
        own, drawn, carried = (each / carries[i] for each in (a @ y[:, j], found[:, j], found[:, width + i]))
        tests.append(Randomisation(float(own), drawn, carried, draws is None, alternative, kind))
    return tests


def _exposed(values: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Exposures as (T, H)."""
    x = np.asarray(values, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    if x.shape not in (shape, (shape[0], 1)):
        raise SpecificationError(f"exposure must be ({shape[0]},) or {shape} like the outcomes; found {x.shape}.")
    if not np.isfinite(x).all():
        raise SchemaError("exposures must be finite, 0 where no amount reaches.")
    return x


def _finite_vector(name: str, values: ArrayLike) -> Array:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or len(found) < 2:
        raise SpecificationError(f"{name} must be one value a day, (T,); found shape {found.shape}.")
    if not np.isfinite(found).all():
        raise SchemaError(f"{name} must be finite, 0 on days without; found nan or inf.")
    return found


def _words(scheme: str, alternative: str, *, draws: int | None, rng: Seed) -> tuple[str, str]:
    scheme = checks.choice("scheme", scheme, SCHEMES)
    alternative = checks.choice("alternative", alternative, ALTERNATIVES)
    if draws is None and scheme == "permutation":
        raise SpecificationError("draws=None takes every turn; there are too many orders: say how many draws.")
    if (draws is None) != (rng is None):
        raise SpecificationError(f"draws need rng, and every turn (draws=None) none; found draws={draws}, rng={rng!r}.")
    if draws is not None:
        checks.count("draws", draws, least=19)
    return scheme, alternative
