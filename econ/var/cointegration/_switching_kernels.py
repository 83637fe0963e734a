"""Maximum likelihood under linear restrictions on β and zero rows of α, by switching between the two.

The concentrated model is R0 = α β'R1 + e with products S_ij / T of its variables; vec β = h + H φ (columns of β one
below the other), and rows of α are zero where ``silent``. Each step maximises the likelihood over one block given the
others (Boswijk and Doornik 2004, section 4.2), so it never falls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ.arrays import Array, Mask

STEPS = 20_000
STEP = 1e-11  # largest change of Π, in units of the data, that ends the switching


class Moments(NamedTuple):
    """Products over T."""

    s00: Array
    s01: Array
    s11: Array


class Switched(NamedTuple):
    """Where the switching ended."""

    alpha: Array
    beta: Array
    log_determinant: float
    converged: bool


def switch(s: Moments, beta: Array, restrictions: tuple[Array, Array], *, silent: Mask) -> Switched:
    """Maximise from a starting β (n1, r), ``restrictions`` being h (n1 r,) and H (n1 r, f)."""
    fixed, span = restrictions
    beta = _nearest(beta, fixed, span)
    alpha, omega = _alpha(s, beta, s.s00, silent), s.s00
    pi = alpha @ beta.T
    for _ in range(STEPS):
        omega = _omega(s, alpha, beta)
        beta = _beta(s, alpha, omega, fixed=fixed, span=span)
        alpha = _alpha(s, beta, _omega(s, alpha, beta), silent)
        step, pi = float(np.abs(alpha @ beta.T - pi).max()), alpha @ beta.T
        if step < STEP:
            break
    omega = _omega(s, alpha, beta)
    return Switched(alpha, beta, float(np.linalg.slogdet(omega)[1]), step < STEP)


def _nearest(beta: Array, fixed: Array, span: Array) -> Array:
    """The β that meets the restrictions nearest to one."""
    left = beta.T.reshape(-1) - fixed
    vec = fixed + span @ np.linalg.lstsq(span, left, rcond=None)[0] if span.shape[1] else fixed
    return np.asarray(vec.reshape(beta.shape[1], -1).T)


def _alpha(s: Moments, beta: Array, omega: Array, silent: Mask) -> Array:
    """α given β and Ω: W_oo⁻¹ W_o S01 β (β'S11β)⁻¹ in the rows o that are not silent, W = Ω⁻¹."""
    weight = np.linalg.inv(omega)[~silent]
    alpha = np.zeros((len(omega), beta.shape[1]))
    right = np.linalg.solve(weight[:, ~silent], weight @ s.s01 @ beta)
    alpha[~silent] = np.linalg.solve(beta.T @ s.s11 @ beta, right.T).T
    return alpha


def _beta(s: Moments, alpha: Array, omega: Array, *, fixed: Array, span: Array) -> Array:
    """β given α and Ω: generalised least squares of φ."""
    turned = np.linalg.solve(omega, alpha)
    weight = np.kron(alpha.T @ turned, s.s11)
    if span.shape[1]:
        right = (s.s01.T @ turned).T.reshape(-1) - weight @ fixed
        fixed = fixed + span @ np.linalg.solve(span.T @ weight @ span, span.T @ right)
    return np.asarray(fixed.reshape(alpha.shape[1], -1).T)


def _omega(s: Moments, alpha: Array, beta: Array) -> Array:
    crossed = s.s01 @ beta @ alpha.T
    return np.asarray(s.s00 - crossed - crossed.T + alpha @ beta.T @ s.s11 @ beta @ alpha.T)


def dimension(alpha: Array, beta: Array, span: Array, *, silent: Mask) -> int:
    """Dimension of the set of Π = αβ' near a point: rank of its derivatives by the free elements of α and by φ."""
    (n, r), n1 = alpha.shape, len(beta)
    by_alpha = np.einsum("ia,kj->iajk", np.eye(n), beta).transpose(1, 3, 0, 2).reshape(n * n1, n * r)
    keep = np.repeat(~silent, r)
    by_beta = np.einsum("ij,ka->ikja", alpha, np.eye(n1)).reshape(n * n1, r * n1) @ span
    sizes = np.linalg.svd(np.hstack([by_alpha[:, keep], by_beta]), compute_uv=False)
    return int((sizes > 1e-9 * sizes[0]).sum())
