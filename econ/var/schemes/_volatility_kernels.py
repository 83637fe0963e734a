"""Arrays in, arrays out: second moments by regime, their joint diagonalisation, and weighted least squares.

Symbols: T periods, R regimes with shares w (R,) of the periods, n variables, k regressors, B draws; S_r second
moments of the errors in regime r, with S_r = B Λ_r B' in the model, Λ_r diagonal and Σ_r w_r Λ_r = I.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from econ.arrays import Array, Rows
from econ.errors import NotConverged

ROUNDS = 500
TOLERANCE = 1e-9
STILL = 1e-14  # radians by which a draw turns from rounding alone
FLAT = 1e-4  # least curvature of the Newton step; proportional variances have none
NOISE = 1e-13  # rounding of the criterion, relative; the last digits of its value say nothing about a step


def by_regime(left: Array, right: Array, codes: Rows) -> Array:
    """Sums of left_t right_t' in each regime: (B, R, a, b) from (B, T, a) and (B, T, b)."""
    found = [codes == code for code in range(int(codes.max()) + 1)]
    return np.stack([np.swapaxes(left[:, where], 1, 2) @ right[:, where] for where in found], axis=1)


def whitened(moments: Array, w: Array) -> tuple[Array, Array]:
    """L with L L' = Σ_r w_r S_r, (B, n, n), and L⁻¹ S_r L⁻¹', (B, R, n, n)."""
    factor = np.linalg.cholesky(np.einsum("r,brij->bij", w, moments))
    inverse = np.linalg.inv(factor)[:, None]
    return factor, inverse @ moments @ np.swapaxes(inverse, 2, 3)


def rotation(white: Array) -> Array:
    """Orthogonal Q (B, n, n) that makes Q' M_r Q as diagonal as least squares can: Σ_r |off-diagonal|² is smallest.

    Two whitened matrices commute, so the eigenvectors of one do it exactly. More are turned pair by pair (Jacobi)
    through the angle that solves the two-dimensional problem, as in Cardoso and Souloumiac (1996).
    """
    regimes, n = white.shape[1:3]
    start: Array = np.linalg.eigh(white[:, 0])[1]
    if regimes == 2 or n == 1:
        return start
    turned = np.swapaxes(start, 1, 2)[:, None] @ white @ start[:, None]
    # draws last: a turn moves two rows of (Q', M_1, ..., M_R), and two columns of the M_r, all draws at once
    state = np.concatenate([start[:, None], np.swapaxes(turned, 2, 3)], axis=1).transpose(3, 1, 2, 0)
    state, moving, found = np.ascontiguousarray(state), np.arange(len(white)), np.empty((n, n, len(white)))
    for _ in range(ROUNDS):
        angles = _sweep(state)
        found[:, :, moving] = state[:, 0]
        if angles.max() < TOLERANCE:
            return np.ascontiguousarray(found.transpose(2, 1, 0))
        rest = angles > STILL
        if 2 * np.count_nonzero(rest) < len(rest):  # a copy of those that still turn costs less than to turn all
            state, moving = state.compress(rest, axis=3), moving[rest]
    raise NotConverged(f"the regime covariances were not diagonalised in {ROUNDS} rounds; use fewer regimes.")


def _sweep(state: Array) -> Array:
    """Turn every pair once, in place: ``state`` (n, 1 + R, n, B) holds Q', M_1, ..., M_R; the largest angles, (B,)."""
    n, _, _, size = state.shape
    largest, turn = np.zeros(size), np.empty((2, 1, 1, size))
    matrices = state[:, 1:]
    for i, j in combinations(range(n), 2):
        pair = slice(i, j + 1, j - i)
        gap, cross = state[i, 1:, i] - state[j, 1:, j], 2.0 * state[i, 1:, j]
        on, off = np.add.reduce(gap**2 - cross**2), 2.0 * np.add.reduce(gap * cross)
        angle = 0.25 * np.arctan2(off, on)
        cosine = np.cos(angle)
        turn[0] = np.sin(angle)
        turn[1] = -turn[0]
        rows = state[pair]
        rows[:] = cosine * rows + turn * rows[::-1]
        columns = matrices[:, :, pair]
        columns[:] = cosine * columns + turn[:, 0, 0] * columns[:, :, ::-1]
        np.maximum(largest, np.abs(angle), out=largest)
    return largest


def criterion(m: Array, w: Array, unmixing: Array) -> Array:
    """Σ_r w_r Σ_i log (W S_r W')_ii - 2 log |det W|: minus two over T times the log likelihood, up to a constant."""
    found = np.einsum("bij,brjk,bik->bri", unmixing, m, unmixing)
    value: Array = np.einsum("r,bri->b", w, np.log(found)) - 2.0 * np.linalg.slogdet(unmixing)[1]
    return value


def unmix(m: Array, w: Array, start: Array) -> Array:
    """W = B⁻¹ that maximises the Gaussian likelihood of S_r = B Λ_r B', from ``start``: (B, n, n).

    The stationary point of `criterion` by Newton steps with the Hessian at the truth, which couples only the
    elements (i, j) and (j, i) (Pham 2001; Ablin, Cardoso and Gramfort 2019), halved until the criterion does not rise.

    It ends where the step does: the criterion is flat at its least, so its digits run out when half of those of W are
    still to come, and at which step differs between machines. A sample whose steps do not end is kept as soon as the
    criterion has.
    """
    unmixing, value = start.copy(), criterion(m, w, start)
    moving = np.arange(len(m))
    for _ in range(ROUNDS):
        step = _newton_step(m[moving], w, unmixing[moving])
        trial, reached = _descend(m[moving], w, unmixing[moving], step, value[moving])
        done = np.abs(step).max(axis=(1, 2)) < TOLERANCE
        falling = value[moving] - reached > NOISE * (1.0 + np.abs(reached))
        unmixing[moving], value[moving] = trial, reached
        moving, falling = moving[~done], falling[~done]
        if not len(moving):
            return unmixing
    moving = moving[falling]
    if not len(moving):
        return unmixing
    raise NotConverged(
        f"the likelihood of {len(moving)} of {len(m)} samples was not maximised in {ROUNDS} steps: relative "
        "variances of two shocks are nearly equal; use method='moments', or regimes that differ more."
    )


def _newton_step(m: Array, w: Array, unmixing: Array) -> Array:
    c = unmixing[:, None] @ m @ np.swapaxes(unmixing, 1, 2)[:, None]
    d = np.einsum("brii->bri", c)
    g = np.einsum("r,brij,bri->bij", w, c, 1.0 / d)
    h = np.einsum("r,brj,bri->bij", w, d, 1.0 / d)
    ht = np.swapaxes(h, 1, 2)
    step: Array = (ht * g - np.swapaxes(g, 1, 2)) / np.maximum(h * ht - 1.0, FLAT)
    step *= 1.0 - np.eye(step.shape[1])
    return step


def _descend(m: Array, w: Array, unmixing: Array, step: Array, value: Array) -> tuple[Array, Array]:
    """Go along the step, halving it until the criterion does not rise by more than noise; stay where it always does."""
    size, most = np.ones(len(m)), value + NOISE * (1.0 + np.abs(value))
    for _ in range(40):
        trial = unmixing - size[:, None, None] * (step @ unmixing)
        reached = criterion(m, w, trial)
        worse = reached > most
        if not worse.any():
            return trial, reached
        size[worse] *= 0.5
    return np.where(worse[:, None, None], unmixing, trial), np.where(worse, value, reached)


def orthogonal(matrix: Any) -> Array:
    """The orthogonal matrix nearest to each of (B, n, n)."""
    left, _, right = np.linalg.svd(matrix)
    nearest: Array = left @ right
    return nearest


def weighted_step(gram: Array, cross: Array, mixing: Any, variances: Array) -> Array:
    """Change of the coefficients by weighted least squares, (B, k, n).

    Shock i of e_t = B⁻¹ u_t has variance λ_ri in regime r and is uncorrelated with the others, so generalised least
    squares is one weighted regression a shock: c_i = (Σ_r X_r'X_r / λ_ri)⁻¹ Σ_r X_r' e_ri / λ_ri; the change is C B'.
    ``gram`` (B, R, k, k) = X_r'X_r, ``cross`` (B, R, k, n) = X_r'u_r, ``variances`` (B, R, n).
    """
    weights = 1.0 / variances
    weighted = np.einsum("bri,brkl->bikl", weights, gram, optimize=True)
    rotated = np.linalg.solve(mixing[:, None], np.swapaxes(cross, 2, 3))  # (B, R, n, k): row i belongs to shock i
    right = np.einsum("bri,brik->bik", weights, rotated)
    change: Array = np.swapaxes(mixing @ np.linalg.solve(weighted, right[..., None])[..., 0], 1, 2)
    return change


def moments_after(start: Array, gram: Array, cross: Array, change: Array) -> Array:
    """Sums of (u - change'x)(u - change'x)' in each regime, (B, R, n, n)."""
    moved = np.swapaxes(change, 1, 2)[:, None] @ cross
    quadratic = np.swapaxes(change, 1, 2)[:, None] @ gram @ change[:, None]
    after: Array = start - moved - np.swapaxes(moved, 2, 3) + quadratic
    return after


def maximise(m: Array, w: Array, start: Array | None = None) -> tuple[Array, Array]:
    """Maximum likelihood W = B⁻¹ (B, n, n) and variances λ_ri (B, R, n), Σ_r w_r λ_ri = 1."""
    if start is None or m.shape[1] == 2:
        factor, white = whitened(m, w)
        start = np.swapaxes(rotation(white), 1, 2) @ np.linalg.inv(factor)
    unmixing = start if m.shape[1] == 2 else unmix(m, w, start)
    variances = np.einsum("bij,brjk,bik->bri", unmixing, m, unmixing)
    average = np.einsum("r,bri->bi", w, variances)
    return unmixing / np.sqrt(average)[:, :, None], variances / average[:, None]


def turn(m: Array, w: Array, *, likelihood: bool, start: Array | None = None) -> Array:
    """Orthogonal Q (B, n, n) such that the factor of Σ_r w_r S_r times Q is B.

    By likelihood, Q is the orthogonal matrix nearest to L⁻¹ B of `maximise` (for two regimes it is that matrix);
    otherwise the least-squares `rotation`.
    """
    factor, white = whitened(m, w)
    if not likelihood or m.shape[1] == 2:
        return rotation(white)
    nearest: Array = orthogonal(np.linalg.inv(maximise(m, w, start)[0] @ factor))
    return nearest
