"""Draw reduced forms and rotations together until enough of them meet the restrictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Mask, Rows
from econ.errors import SpecificationError
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.sets import _set_kernels as set_kernels
from econ.var.sets.narrative import NarrativeCheck
from econ.var.sets.proxy_column import ProxyColumn
from econ.var.sets.restrictions import LONG_RUN, Horizon, Restrictions, Zero

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

FIRST, LARGEST, LARGEST_FULL = 2000, 16000, 1000  # candidates of a batch: first, most, most where each needs lags


class ReducedForms:
    """Where reduced forms come from: the point estimate, a conjugate posterior, or draws made before."""

    def __init__(self, fit: VARResults, kind: str) -> None:
        if kind == "posterior" and fit.free is not None:
            raise SpecificationError(
                "the posterior behind sign restrictions knows no excluded coefficients; pass reduced_form='point', or "
                "identify the VAR without exclude=."
            )
        self.fit, self.kind = fit, kind
        self.made = fit.posterior if kind == "posterior" else None
        self.root = fit.cross_root
        conjugate = kind == "posterior" and self.made is None
        cross = np.asarray(fit.sigma_u * fit.df_resid, dtype=float)
        self.lower = np.linalg.cholesky(cross) if conjugate else None
        self.estimate = fit.as_draws

    def factors(self, generator: np.random.Generator, size: int) -> tuple[Array, Rows]:
        """Cholesky factors of Σ (size, n, n), and which earlier draw each is, if it is one."""
        if self.made is not None:
            rows = generator.integers(0, len(self.made), size=size)
            return self.made.factor[rows], rows
        rows = np.zeros(size, dtype=np.intp)
        if self.lower is None:
            return np.broadcast_to(self.estimate.factor, (size, *self.estimate.factor.shape[1:])), rows
        drawn = kernels.inverse_wishart_factors(
            generator, self.lower[None], degrees=float(self.fit.df_resid), size=size
        )
        return drawn, rows

    def start(self, generator: np.random.Generator, factors: Array, rows: Rows, *, lags: int) -> tuple[Array, Array]:
        """First lag blocks (size, lags, n, n), all that early responses need, and the noise (r, size, n) in them.

        Given Σ, B = B̂ + L E C' with L the lower Cholesky factor of (X'X)⁻¹ and E standard normal, so the first r rows
        of B need the first r rows of E only; :meth:`complete` draws the others for the candidates that survive.
        """
        n, m = factors.shape[1], len(self.root) - factors.shape[1] * self.fit.lags
        if self.made is not None or self.lower is None:
            blocks = self.complete(generator, factors, rows).lag_blocks[:, :lags]
            return blocks, np.empty((0, len(factors), n))
        noise = generator.standard_normal((m + n * lags, len(factors), n))
        return kernels.lag_blocks(self._coefficients(factors, noise), lags), noise

    def complete(
        self,
        generator: np.random.Generator,
        factors: Array,
        rows: Rows,
        *,
        noise: Array | None = None,
        first: int | None = None,
    ) -> ReducedDraws:
        """Coefficients that belong to the factors: drawn given Σ (and noise drawn before), or those of made draws.

        With ``first``, those of so many factors only: noise is drawn for all, so that what follows is drawn alike.
        """
        if self.made is not None:
            coefficients, factors = self.made.coefficients[rows[:first]], factors[:first]
        elif self.lower is None:
            factors = factors[:first]
            coefficients = np.repeat(self.estimate.coefficients, len(factors), axis=0)
        else:
            size, n, _ = factors.shape
            known = np.empty((0, size, n)) if noise is None else noise
            rest = generator.standard_normal((len(self.root) - len(known), size, n))
            factors, rest = factors[:first], rest[:, :first]
            coefficients = self._coefficients(factors, np.concatenate([known[:, :first], rest]))
        return ReducedDraws(fit=self.fit, coefficients=coefficients, factor=np.ascontiguousarray(factors))

    def _coefficients(self, factors: Array, noise: Array) -> Array:
        """B̂ + L E C', first rows, (size, r, n), from noise (r, size, n)."""
        r, size, n = noise.shape
        spread = (self.root[:r, :r] @ noise.reshape(r, size * n)).reshape(r, size, n)
        return np.moveaxis(spread, 0, 1) @ np.swapaxes(factors, 1, 2) + self.estimate.coefficients[:, :r]


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
        self.scale = np.sqrt(np.diag(forms.fit.sigma_u))

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
        reduced = self.forms.complete(generator, factors, rows) if self.lags_first else None
        columns, volume = self._columns(factors, reduced, generator)
        keep = self._impact_holds(factors, columns, counts)
        factors, rows, volume = np.ascontiguousarray(factors[keep]), rows[keep], volume[keep]
        rotations = np.ascontiguousarray(np.moveaxis(columns[:, :, keep], 2, 0).swapaxes(1, 2))
        if reduced is None:
            blocks, noise = self.forms.start(generator, factors, rows, lags=self.early_lags)
            keep = self._later_holds(factors, blocks, rotations, counts)
            some = first if self.narrative is None else None
            reduced = self.forms.complete(generator, factors[keep], rows[keep], noise=noise[:, keep], first=some)
        else:
            reduced = _rows(reduced, keep)
            keep = self._later_holds(factors, reduced.lag_blocks, rotations, counts)
            reduced = _rows(reduced, keep)
        rotations, volume = rotations[keep], volume[keep]
        found, history = len(rotations), np.zeros(len(rotations[:first]))
        if self.narrative is not None and found:
            keep, rotations, responses = self._narrative_holds(self.narrative, reduced, rotations, generator, counts)
            found, taken = int(keep.sum()), np.flatnonzero(keep)[:first]
            history = self.narrative.log_weights(responses[taken], generator)
            reduced, rotations, volume = _rows(reduced, taken), rotations[taken], volume[taken]
        rotations, volume = rotations[:first], volume[:first]
        reduced = _rows(reduced, np.arange(len(rotations)))
        zeros = self._zero_weights(reduced, rotations, volume, generator)
        return (reduced.coefficients, reduced.factor, rotations, zeros + history, zeros), found

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

    def _later_holds(self, factors: Array, blocks: Array, rotations: Array, counts: _Counts) -> Mask:
        """The same for later horizons and the long run; columns without a sign on impact are turned here, in place."""
        keep = np.ones(len(rotations), dtype=bool)
        if not self.later or not len(rotations):
            return keep
        horizons = [each.horizon for each in self.later if isinstance(each.horizon, int)]
        path = kernels.responses(blocks, factors @ rotations, max(horizons, default=0))
        at: dict[Horizon, Array] = {h: path[:, h] for h in horizons}
        if any(each.horizon == LONG_RUN for each in self.later):
            at[LONG_RUN] = np.asarray(np.linalg.solve(_gap(blocks), factors @ rotations), dtype=float)
        turned = {self.restrictions.proxied, *(each.shock for each in self.now)}
        for j, shock in enumerate(self.restrictions.shocks):
            signed = [each for each in self.later if each.shock == shock]
            if not signed:
                continue
            cells = [at[each.horizon][:, self.variables.index(each.variable), j] for each in signed]
            values = np.array([each.sign * cell for each, cell in zip(signed, cells, strict=True)])
            turn = np.ones(len(keep)) if shock in turned else _side(values)
            rotations[:, :, j] *= turn[:, None]
            for each, value in zip(signed, values * turn, strict=True):
                keep &= counts.add(str(each), value > 0.0)
        return keep

    def _narrative_holds(
        self,
        narrative: NarrativeCheck,
        reduced: ReducedDraws,
        rotations: Array,
        generator: np.random.Generator,
        counts: _Counts,
    ) -> tuple[Mask, Array, Array]:
        """The same for history: which hold, the rotations, turned, and the responses of all."""
        full = _completed(rotations, generator)
        shocks = narrative.shocks_at(reduced, reduced.factor @ full)
        signed = {self.restrictions.proxied, *(each.shock for each in self.restrictions.signs)}
        for shock, value in narrative.signs(shocks).items():
            if shock not in signed:
                turn, j = np.where(value < 0.0, -1.0, 1.0), narrative.shocks.index(shock)
                full[:, :, j] *= turn[:, None]
                shocks[:, :, j] *= turn[:, None]
        responses = narrative.responses(reduced, reduced.factor @ full)
        keep = np.ones(len(rotations), dtype=bool)
        held = narrative.holds(shocks[:, None], responses)
        for each, mask in zip(narrative.restrictions, held, strict=True):
            keep &= counts.add(str(each), mask[:, 0])
        return keep, full[:, :, : rotations.shape[2]], responses

    def _zero_weights(
        self, reduced: ReducedDraws, rotations: Array, volume: Array, generator: np.random.Generator
    ) -> Array:
        """Log importance weights of the zero restrictions: ½ log det(C C') - log of the volume of the constraints.

        C is the derivative of the restrictions by the structural coefficients, in units of residual standard
        deviations, so that the weights do not depend on units. This is the weight of Arias, Rubio-Ramírez and Waggoner
        (2018, algorithm 2), |det A_0|^-(2n + m + 1) over the volume element of the draw, after all Jacobians have
        been reduced (a test compares it with their definition by numerical derivatives).
        """
        cells = self.restrictions.zeros
        if not cells or not len(rotations):
            return np.zeros(len(rotations))
        full = reduced.factor @ _completed(rotations, generator)
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


def _rows(reduced: ReducedDraws, keep: Mask | Rows) -> ReducedDraws:
    return ReducedDraws(fit=reduced.fit, coefficients=reduced.coefficients[keep], factor=reduced.factor[keep])


def _completed(rotations: Array, generator: np.random.Generator) -> Array:
    """Rotations (N, n, s) with a Haar completion, (N, n, n)."""
    columns = np.moveaxis(rotations, 0, 2).swapaxes(0, 1)
    return np.ascontiguousarray(np.moveaxis(set_kernels.complete_columns(generator, columns), 2, 0).swapaxes(1, 2))


def _gap(blocks: Array) -> Array:
    """I - A_1 - ... - A_p."""
    gap: Array = np.eye(blocks.shape[2]) - blocks.sum(axis=1)
    return gap


def _responses_at(reduced: ReducedDraws, horizon: int | str) -> Array:
    """Responses to the columns of the Cholesky factor at one horizon or in the long run, (N, n, n)."""
    if isinstance(horizon, str):  # LONG_RUN
        return np.asarray(np.linalg.solve(_gap(reduced.lag_blocks), reduced.factor), dtype=float)
    return kernels.responses(reduced.lag_blocks, reduced.factor, horizon)[:, horizon]
