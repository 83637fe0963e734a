"""Draw reduced forms and rotations together until enough of them meet the restrictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from econ.arrays import Array, Mask, Rows
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.sets import _set_kernels as set_kernels
from econ.var.sets.candidates import Candidates, ReducedForms
from econ.var.sets.narrative import NarrativeCheck
from econ.var.sets.proxy_column import ProxyColumn
from econ.var.sets.restrictions import LONG_RUN, Horizon, Restrictions, Zero

FIRST, LARGEST, LARGEST_FULL = 2000, 16000, 1000  # candidates of a batch: first, most, most where each needs lags


@dataclass(frozen=True, eq=False)
class Accepted:
    """What a block of draws brings home; of ``found`` admissible candidates the first are kept."""

    coefficients: Array
    factors: Array
    rotations: Array
    log_weights: Array
    zero_weights: Array
    tried: int
    found: int
    failed: dict[str, tuple[int, int]]

    def __len__(self) -> int:
        return len(self.factors)


class RotationSampler:
    """Draws (Σ, Q), then the coefficients given Σ, and drops a candidate as soon as a restriction fails.

    Uniform rotations stay uniform when a column changes its sign, and q and -q never both meet a sign restriction. So
    every column is turned to the side where most of its first restrictions hold, which accepts up to 2^s times more
    without changing what is drawn.
    """

    def __init__(
        self,
        forms: ReducedForms,
        restrictions: Restrictions,
        narrative: NarrativeCheck | None,
        *,
        tries_per_draw: float,
        proxy: ProxyColumn | None = None,
    ) -> None:
        self.forms, self.restrictions, self.narrative, self.proxy = forms, restrictions, narrative, proxy
        self.tries_per_draw = tries_per_draw
        self.variables = forms.fit.variables
        self.now = tuple(each for each in restrictions.signs if each.horizon == 0)
        self.later = tuple(each for each in restrictions.signs if each.horizon != 0)
        self.lags_first = proxy is not None or any(each.horizon != 0 for each in restrictions.zeros)
        early = [each.horizon if isinstance(each.horizon, int) else forms.fit.lags for each in self.later]
        self.early_lags = min(max(early, default=0), forms.fit.lags)
        self.scale = np.sqrt(np.diag(forms.fit.sigma_u.to_numpy()))

    def __call__(self, size: int, generator: np.random.Generator) -> Accepted:
        """Accept ``size`` draws, or as many as the budget of tries allows."""
        budget = max(int(np.ceil(self.tries_per_draw * size)), 1)
        counts = _Counts()
        kept: list[tuple[Array, ...]] = []
        found, tried = 0, 0
        while found < size and tried < budget:
            batch = min(
                _batch(size - found, found, tried), LARGEST_FULL if self.lags_first else LARGEST, budget - tried
            )
            part, more = self._batch(batch, generator, counts, size - found)
            kept.append(part)
            found, tried = found + more, tried + batch
        coefficients, factors, turned, weights, zeros = (
            np.concatenate(each)[:size] for each in zip(*kept, strict=True)
        )
        return Accepted(coefficients, factors, turned, weights, zeros, tried, found, counts.table)

    def _batch(
        self, size: int, generator: np.random.Generator, counts: _Counts, wanted: int
    ) -> tuple[tuple[Array, ...], int]:
        """Admissible among ``size`` candidates, and how many; beyond ``wanted`` they are counted, not worked out."""
        first = None if self.restrictions.zeros else wanted  # weights of zeros draw for all of them
        factors, rows = self.forms.factors(generator, size)
        reduced = self.forms.start(generator, factors, rows).reduced() if self.lags_first else None
        columns, volume = self._columns(factors, reduced, generator)
        keep = self._impact_holds(factors, columns, counts)
        if reduced is None:
            candidates = self.forms.start(generator, factors[keep], rows[keep], lags=self.early_lags)
        else:
            candidates = self.forms.known(reduced).part(keep)
        columns, volume = columns.compress(keep, axis=2), volume[keep]
        keep = self._later_holds(candidates, columns, counts)
        candidates = self.forms.complete(generator, candidates.part(keep))
        columns, volume = columns.compress(keep, axis=2), volume[keep]
        rows = np.arange(len(volume))
        history = np.zeros(len(rows[:first]))
        if self.narrative is not None and len(rows):
            rows, columns, responses = self._narrative_holds(self.narrative, candidates, columns, generator, counts)
            history = self.narrative.log_weights(responses[:first], generator)
        taken, columns = rows[:first], columns[:, :, :first]
        reduced = candidates.reduced(taken)
        zeros = self._zero_weights(reduced, columns, volume[taken], generator)
        return (reduced.coefficients, reduced.factor, _draws_first(columns), zeros + history, zeros), len(rows)

    def _columns(
        self, factors: Array, reduced: ReducedDraws | None, generator: np.random.Generator
    ) -> tuple[Array, Array]:
        """q_j of the named shocks, (s, n, N), in the order of the names."""
        order, names = self.restrictions.order, self.restrictions.shocks
        size, n, _ = factors.shape
        drawn = order if self.proxy is None else order[1:]
        at: dict[Horizon, Array] = {0: factors}
        if reduced is not None:
            later = {zero.horizon for zero in self.restrictions.zeros if zero.horizon != 0}
            at |= {horizon: _responses_at(reduced, horizon) for horizon in later}
        constraints = [self._constraints(shock, at) for shock in drawn]
        first = None
        if self.proxy is not None and reduced is not None:
            first = self.proxy.columns(reduced, generator)
        columns, volume = set_kernels.rotation_columns(generator, constraints, shape=(n, size), first=first)
        return columns[[order.index(name) for name in names]], volume

    def _constraints(self, shock: str, at: Mapping[Horizon, Array]) -> Array:
        """Vectors that the column of ``shock`` must be orthogonal to, (z, n, N); ``at`` has responses by horizon."""
        size, n, _ = at[0].shape
        zeros = self.restrictions.zeros_of(shock)
        found = np.empty((len(zeros), n, size))
        for row, zero in enumerate(zeros):
            variable = self.variables.index(zero.variable)
            found[row] = at[zero.horizon][:, variable].T
        return found

    def _impact_holds(self, factors: Array, columns: Array, counts: _Counts) -> Mask:
        """Turn the columns in place and say which candidates meet the restrictions on impact."""
        keep = np.ones(len(factors), dtype=bool)
        names, by_variable = self.restrictions.shocks, np.moveaxis(factors, 0, 2)
        for column, shock in zip(columns, names, strict=True):
            signed = [each for each in self.now if each.shock == shock]
            values = np.array(
                [each.sign * (by_variable[self.variables.index(each.variable)] * column).sum(axis=0) for each in signed]
            )
            if len(signed):
                turn = np.ones(len(keep)) if shock == self.restrictions.proxied else _side(values)
                column *= turn
                for each, value in zip(signed, values * turn, strict=True):
                    keep &= counts.add(str(each), value > 0.0)
            for bound in (each for each in self.restrictions.bounds if each.shock == shock):
                value = (by_variable[self.variables.index(bound.variable)] * column).sum(axis=0)
                if bound.per is not None:
                    value = value / (by_variable[self.variables.index(bound.per)] * column).sum(axis=0)
                keep &= counts.add(str(bound), (value >= bound.lower) & (value <= bound.upper))
        return keep

    def _later_holds(self, candidates: Candidates, columns: Array, counts: _Counts) -> Mask:
        """The same for later horizons and the long run; columns without a sign on impact are turned here, in place."""
        keep = np.ones(columns.shape[2], dtype=bool)
        if not self.later or not len(keep):
            return keep
        horizons = [each.horizon for each in self.later if isinstance(each.horizon, int)]
        blocks, impact = candidates.lag_blocks(self.early_lags), candidates.factors @ _draws_first(columns)
        path = kernels.responses(blocks, impact, max(horizons, default=0))
        at: dict[Horizon, Array] = {h: path[:, h] for h in horizons}
        if any(each.horizon == LONG_RUN for each in self.later):
            at[LONG_RUN] = np.asarray(np.linalg.solve(_gap(blocks), impact), dtype=float)
        turned = {self.restrictions.proxied, *(each.shock for each in self.now)}
        for j, shock in enumerate(self.restrictions.shocks):
            signed = [each for each in self.later if each.shock == shock]
            if not signed:
                continue
            cells = [at[each.horizon][:, self.variables.index(each.variable), j] for each in signed]
            values = np.array([each.sign * cell for each, cell in zip(signed, cells, strict=True)])
            turn = np.ones(len(keep)) if shock in turned else _side(values)
            columns[j] *= turn
            for each, value in zip(signed, values * turn, strict=True):
                keep &= counts.add(str(each), value > 0.0)
        return keep

    def _narrative_holds(
        self,
        narrative: NarrativeCheck,
        candidates: Candidates,
        columns: Array,
        generator: np.random.Generator,
        counts: _Counts,
    ) -> tuple[Rows, Array, Array]:
        """The same for history: which hold, their columns (s, n, M), turned, and their responses to all shocks.

        Signs of shocks ask for the named columns alone; what they leave is completed for the contributions.
        """
        named, n, size = columns.shape
        normals, white = generator.standard_normal((n - named, n, size)), candidates.whitened(narrative.rows)
        shocks = narrative.shocks_at(white, columns)
        signed = {self.restrictions.proxied, *(each.shock for each in self.restrictions.signs)}
        for shock, value in narrative.first_signs(shocks).items():
            if shock not in signed:
                turn, j = np.where(value < 0.0, -1.0, 1.0), narrative.shocks.index(shock)
                columns[j] *= turn
                shocks[:, :, j] *= turn[:, None]
        keep = np.ones(size, dtype=bool)
        for name, holds in narrative.signs(shocks):
            keep &= counts.add(name, holds)
        rows = np.flatnonzero(keep)
        full = set_kernels.complete_columns(columns.take(rows, axis=2), normals.take(rows, axis=2))
        responses = narrative.responses(candidates, full, rows)
        shocks = narrative.shocks_at(white.take(rows, axis=2), full)
        keep = keep[rows]
        for name, held in narrative.contributions(shocks[:, None], responses):
            keep &= counts.add(name, held[:, 0])
        return rows[keep], full[:named].compress(keep, axis=2), responses[keep]

    def _zero_weights(
        self, reduced: ReducedDraws, columns: Array, volume: Array, generator: np.random.Generator
    ) -> Array:
        """Log importance weights of the zero restrictions: ½ log det(C C') - log of the volume of the constraints.

        C is the derivative of the restrictions by the structural coefficients, in units of residual standard
        deviations, so that the weights do not depend on units. This is the weight of Arias, Rubio-Ramírez and Waggoner
        (2018, algorithm 2), |det A_0|^-(2n + m + 1) over the volume element of the draw, after all Jacobians have
        been reduced (a test compares it with their definition by numerical derivatives).
        """
        cells = self.restrictions.zeros
        named, n, size = columns.shape
        if not cells or not size:
            return np.zeros(size)
        normals = generator.standard_normal((n - named, n, size))
        full = reduced.factor @ np.moveaxis(set_kernels.complete_columns(columns, normals), 2, 0).swapaxes(1, 2)
        finite = max((each.horizon for each in cells if isinstance(each.horizon, int)), default=0)
        path = kernels.responses(reduced.lag_blocks, full, finite) / self.scale[:, None]
        long_run = np.empty((0, 0, 0))
        if any(each.horizon == LONG_RUN for each in cells):
            long_run = np.linalg.solve(_gap(reduced.lag_blocks), full) / self.scale[:, None]
        where = [self._cell(each) for each in cells]
        gram = set_kernels.restriction_gram(path, where, long_run, p=reduced.fit.lags)
        weights: Array = 0.5 * np.linalg.slogdet(gram)[1] - volume
        return weights

    def _cell(self, zero: Zero) -> tuple[int, int, int]:
        horizon = zero.horizon if isinstance(zero.horizon, int) else -1
        return self.variables.index(zero.variable), self.restrictions.shocks.index(zero.shock), horizon


class _Counts:
    """How often each restriction was looked at and failed."""

    def __init__(self) -> None:
        self.table: dict[str, tuple[int, int]] = {}

    def add(self, name: str, holds: Mask) -> Mask:
        """Count, and hand the mask on."""
        failed, seen = self.table.get(name, (0, 0))
        self.table[name] = (failed + int(np.count_nonzero(~holds)), seen + len(holds))
        return holds


def _batch(wanted: int, found: int, tried: int) -> int:
    """Candidates to try next: what the rate so far suggests, a fifth more."""
    return FIRST if not tried else int(np.ceil(1.2 * wanted * (tried + 1) / (found + 1))) + 100


def _side(values: Array) -> Array:
    """1 or -1 for each candidate: the side where most values (r, N) are positive, by the first value if none is."""
    votes = np.sign(values).sum(axis=0)
    first = np.where(values[0] < 0.0, -1.0, 1.0)
    side: Array = np.where(votes == 0.0, first, np.sign(votes))
    return side


def _draws_first(columns: Array) -> Array:
    """Rotations (N, n, s) of columns (s, n, N)."""
    return np.ascontiguousarray(np.moveaxis(columns, 2, 0).swapaxes(1, 2))


def _gap(blocks: Array) -> Array:
    """I - A_1 - ... - A_p."""
    gap: Array = np.eye(blocks.shape[2]) - blocks.sum(axis=1)
    return gap


def _responses_at(reduced: ReducedDraws, horizon: int | str) -> Array:
    """Responses to the columns of the Cholesky factor at one horizon or in the long run, (N, n, n)."""
    if isinstance(horizon, str):  # LONG_RUN
        return np.asarray(np.linalg.solve(_gap(reduced.lag_blocks), reduced.factor), dtype=float)
    return kernels.responses(reduced.lag_blocks, reduced.factor, horizon)[:, horizon]
