"""The posterior of a VAR under `AsymmetricMinnesota`: all equations out of one triangular factor.

With z_t = [x_t, ỹ_t], ỹ_t = y_t - M' x_t, equation i regresses ỹ_i on x and ỹ_1, ..., ỹ_{i-1}. Were all lags shrunk by
the cross tightness, its posterior precision would be the leading block of Z'Z + D, D diagonal, which has one Cholesky
factor L for all equations: row k + i of L holds its coefficients and its sum of squares. Own lags have another
precision in p places, so the precision of equation i is L_i (I + W_i Δ_i W_i') L_i' with W_i = L_i⁻¹ E_i of p columns,
and everything else is algebra of p x p matrices. As in `conjugate`, L = R' F with R the factor of all rows at a
reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from econ.arrays import Array, Rows
from econ.errors import SingularDesign
from econ.var import _kernels as kernels
from econ.var.posterior.hyperparameters import Hyperparameters

if TYPE_CHECKING:
    from econ.var.posterior.asymmetric import AsymmetricMinnesota
    from econ.var.posterior.bayesian import BayesianVAR


KEPT = 2**29  # bytes of posteriors that a block of draws keeps


@dataclass(frozen=True, eq=False)
class Equations:
    """The n posteriors of one hyperparameter vector.

    Parameters
    ----------
    lower : array (k + n, k + n)
        L.
    scores : array (k + n, n)
        Column i: L_i⁻¹ X_i' ỹ_i, zero below row k + i.
    own : array (k + n, p, n)
        W_i, zero below row k + i.
    change : array (p, n)
        Δ_i: what own lags add to the precision.
    inner : array (n, p, p)
        W_i' W_i.
    projection : array (n, p)
        (I + Δ_i W_i' W_i)⁻¹ Δ_i W_i' scores_i.
    squares : array (n,)
        S_i, twice the rate of the inverse gamma posterior of σ_i².
    log_precision : array (n,)
        log determinant of the posterior precision.
    """

    lower: Array
    scores: Array
    own: Array
    change: Array
    inner: Array
    projection: Array
    squares: Array
    log_precision: Array


@dataclass(frozen=True, eq=False)
class AsymmetricSolution:
    """Posteriors of N hyperparameter vectors.

    Parameters
    ----------
    points : array (N, h)
        The vectors.
    log_likelihood : array (N,)
        Log marginal likelihoods.
    equations : tuple of Equations
        The posteriors, one a point; empty where they take more than ``KEPT`` bytes: drawing computes them again.
    """

    points: Array
    log_likelihood: Array
    equations: tuple[Equations, ...]

    def take(self, rows: Rows) -> AsymmetricSolution:
        """The posteriors ``rows``."""
        kept = tuple(self.equations[row] for row in rows) if self.equations else ()
        return AsymmetricSolution(self.points[rows], self.log_likelihood[rows], kept)


class AsymmetricPosterior:
    """What all hyperparameters share; made once per fit. The interface is that of `ConjugatePosterior`."""

    flat = False

    def __init__(self, model: BayesianVAR, lags: int) -> None:
        prior = cast("AsymmetricMinnesota", model.prior)
        x, y = model.design(lags), model.parent.frame.to_numpy(dtype=float)[lags:]
        self.hyperparameters = Hyperparameters.of(model)
        self.artificial = prior.observations(model, lags)
        self.nobs, self.k, self.n, self.lags = len(x), x.shape[1], y.shape[1], lags
        self.terms = self.k - self.n * lags
        _refuse_collinear(np.hstack([x, y])[:, : self.terms + self.n], model.regressors(lags))
        rows = np.hstack([x, y - x @ self.artificial.mean])
        size = self.k + self.n
        fixed = np.concatenate([self.artificial.term_precision, self.artificial.scale**2])
        places = np.r_[: self.terms, self.k : size]
        data = np.vstack([rows, np.eye(size)[places] * np.sqrt(fixed)[:, None]])
        shrunk = np.eye(size)[self.terms : self.k] * np.sqrt(self.artificial.lag_precision)[:, None]
        start = self.hyperparameters.named(self.hyperparameters.start[None])["cross"][0]
        upper = np.linalg.qr(np.vstack([data, shrunk / start]), mode="r")
        self.upper = np.asfortranarray(upper * np.where(np.diagonal(upper) < 0.0, -1.0, 1.0)[:, None])
        self.fixed, self.shrunk = (self._cross(part) for part in (data, shrunk))
        self.degrees = np.arange(1, self.n + 1) + 2.0  # of σ_i² a priori

    def _cross(self, rows: Array) -> Array:
        from scipy.linalg import solve_triangular

        solved = solve_triangular(self.upper, rows.T, trans="T", check_finite=False)
        product: Array = solved @ solved.T
        return product

    def equations(self, point: Array) -> Equations:
        """The posteriors of all equations at one hyperparameter vector."""
        from scipy.linalg import blas, lapack

        own, cross = self._tightness(point)
        factor = np.linalg.cholesky(self.fixed + cross**-2 * self.shrunk)
        lower = blas.dtrmm(1.0, factor.T, self.upper).T  # transposed views are Fortran order for BLAS
        inverse = lapack.dtrtri(lower.T)[0].T
        k, n, p = self.k, self.n, self.lags
        above = np.arange(k + n)[:, None] < k + np.arange(n)
        columns = inverse[:, self.terms : k].reshape(k + n, p, n) * above[:, None]
        scores = lower[k:].T * above
        change = self.artificial.lag_precision.reshape(p, n) * (own**-2 - cross**-2)
        inner = np.einsum("rln,rmn->nlm", columns, columns, optimize=True)
        met = np.einsum("rln,rn->nl", columns, scores, optimize=True)
        updated = np.eye(p) + change.T[:, :, None] * inner
        projection = np.linalg.solve(updated, (change.T * met)[..., None])[..., 0]
        diagonal = np.diagonal(lower)
        logs = 2.0 * np.log(diagonal)
        return Equations(
            lower=lower,
            scores=scores,
            own=columns,
            change=change,
            inner=inner,
            projection=projection,
            squares=diagonal[k:] ** 2 + (projection * met).sum(axis=1),
            log_precision=logs[:k].sum() + np.cumsum(logs[k:]) - logs[k:] + np.linalg.slogdet(updated)[1],
        )

    def _tightness(self, point: Array) -> tuple[float, float]:
        named = self.hyperparameters.named(point[None])
        return float(named["own"][0]), float(named["cross"][0])

    def solve(self, free: Array) -> AsymmetricSolution:
        """Marginal likelihood for each row of ``free`` (N, number of hyperparameters)."""
        wanted = len(free) * 2 * (self.k + self.n) ** 2 * 8 <= KEPT
        kept, values = [], np.empty(len(free))
        for row, point in enumerate(free):
            found = self.equations(point)
            values[row] = self._log_likelihood(point, found)
            if wanted:
                kept.append(found)
        return AsymmetricSolution(free, values, tuple(kept))

    def _log_likelihood(self, point: Array, found: Equations) -> float:
        """Sum over equations of the log density of a multivariate t (Chan 2022, section 3).

        log p_i = -(T / 2) log π + (log|V_i⁻¹| - log|K_i|) / 2 + (ν_i / 2) log s_i² - ((ν_i + T) / 2) log S_i
        + log Γ((ν_i + T) / 2) - log Γ(ν_i / 2), K_i the posterior precision and V_i the prior variance over σ_i².
        """
        from scipy.special import gammaln

        own, cross = self._tightness(point)
        before, after, prior = self.degrees, self.degrees + self.nobs, self.artificial
        scales = 2.0 * np.log(prior.scale)
        lags = len(prior.lag_precision) * np.log(cross) + self.lags * np.log(own / cross)
        log_prior = np.log(prior.term_precision).sum() + np.log(prior.lag_precision).sum() - 2.0 * lags
        log_prior = log_prior + np.cumsum(scales) - scales
        density = 0.5 * (log_prior - found.log_precision + before * scales - after * np.log(found.squares))
        density += gammaln(after / 2.0) - gammaln(before / 2.0) - 0.5 * self.nobs * np.log(np.pi)
        return float(density.sum())

    def draw(
        self, solution: AsymmetricSolution, size: int, generator: np.random.Generator
    ) -> tuple[Array, Array, Array, Array]:
        """Draws from N posteriors (N = ``size``, or 1 for all): means, factors, coefficients, factors of Σ.

        The second item are the draws of the factors again: the posterior mean of Σ is taken over them.
        """
        points = np.broadcast_to(solution.points, (size, solution.points.shape[1]))
        gamma = generator.chisquare(self.degrees + self.nobs, size=(size, self.n))
        noise = generator.standard_normal((size, self.k + self.n, self.n))
        k, n = self.k, self.n
        centres, structural, variances = np.empty((size, k + n, n)), np.empty((size, k + n, n)), np.empty((size, n))
        start, last = 0, len(solution.points) - 1
        while start < size:  # states of a chain that stay where they are share a factor
            same = np.flatnonzero((points[start:] != points[start]).any(axis=1))
            rows = slice(start, start + int(same[0]) if len(same) else size)
            found = solution.equations[min(start, last)] if solution.equations else self.equations(points[start])
            variances[rows] = found.squares / gamma[rows]
            centres[rows], structural[rows] = _structural(found, noise[rows], np.sqrt(variances[rows]))
            start = rows.stop
        if len(solution.points) == 1:
            centres = centres[:1]
        means, _ = self._reduced(centres)
        coefficients, inverse = self._reduced(structural)
        factors = inverse * np.sqrt(variances)[:, None]
        return means, factors, coefficients, factors

    def _reduced(self, structural: Array) -> tuple[Array, Array]:
        """Reduced form M + E (I - G)'⁻¹ (N, k, n) and (I - G)⁻¹ (N, n, n) of structural coefficients.

        Equations are independent and earlier ones do not hold later ones, so posterior means go to posterior means.
        """
        k = self.k
        inverse = np.linalg.inv(np.eye(self.n) - np.swapaxes(structural[:, k:], 1, 2))
        return self.artificial.mean + structural[:, :k] @ np.swapaxes(inverse, 1, 2), np.tril(inverse)

    def cross_inverse(self, solution: AsymmetricSolution) -> Array:
        """(X'X + V⁻¹)⁻¹ of the first posterior with all lags shrunk by the cross tightness, (k, k)."""
        from scipy.linalg import solve_triangular

        lower = (solution.equations[0] if solution.equations else self.equations(solution.points[0])).lower[
            : self.k, : self.k
        ]
        half = solve_triangular(lower, np.eye(self.k), lower=True)
        inverse: Array = half.T @ half
        return inverse


def _structural(found: Equations, noise: Array, deviations: Array) -> tuple[Array, Array]:
    """Posterior means and draws of the structural coefficients, (b, k + n, n), rows k + i on zero in equation i.

    K_i⁻¹ᐟ² = L_i'⁻¹ (I + Q (F - I) Q') with W_i = Q R and F = (I + R Δ_i R')⁻¹ᐟ², a p x p matrix.
    """
    from scipy.linalg.blas import dtrsm

    size, p = len(noise), found.inner.shape[1]
    root = np.swapaxes(np.linalg.cholesky(found.inner), 1, 2)
    values, vectors = np.linalg.eigh(np.eye(p) + (root * found.change.T[:, None]) @ np.swapaxes(root, 1, 2))
    middle = (vectors / np.sqrt(values)[:, None]) @ np.swapaxes(vectors, 1, 2) - np.eye(p)
    half = np.linalg.solve(root, middle)
    turn = np.swapaxes(np.linalg.solve(root, np.swapaxes(half, 1, 2)), 1, 2)
    centre = found.scores - np.einsum("rln,nl->rn", found.own, found.projection)
    noise = noise * (
        np.arange(noise.shape[1])[:, None] < noise.shape[1] - len(found.squares) + np.arange(noise.shape[2])
    )
    seen = np.einsum("rln,brn->bnl", found.own, noise, optimize=True)
    moved = np.einsum("rln,bnl->brn", found.own, np.einsum("nlm,bnm->bnl", turn, seen), optimize=True)
    right = np.concatenate([centre[None], (noise + moved) * deviations[:, None]])
    flat = np.moveaxis(right, 0, 1).reshape(right.shape[1], -1)
    solved = np.moveaxis(dtrsm(1.0, found.lower.T, flat, lower=0).reshape(right.shape[1], size + 1, -1), 1, 0)
    return solved[0], solved[0] + solved[1:]


def _refuse_collinear(columns: Array, names: list[str]) -> None:
    dependent = kernels.dependent_columns(columns)
    if dependent:
        raise SingularDesign(
            f"regressors {[names[j] for j in dependent]} are linear combinations of earlier ones; drop a variable."
        )
