"""Exact ends of sets whose covariance is quadratic in the parameter.

Symbols: o (k,), f (k,) coefficients of outcome and endogenous variable with covariance v (2 k, 2 k); at an angle a the
moment is ``g = cos(a) o - sin(a) f``, ``d = sin(a) o + cos(a) f = -g'``, and ``tan(a)`` is the effect under test.
With V the covariance of g, ``S = g'V^-1 g``, D = d less its part that g predicts, and

    ``S' = -2 g'V^-1 D``,    ``K = (g'V^-1 D)^2 / D'V^-1 D``.

S and K are ratios of homogeneous polynomials in (cos a, sin a), so that the ends of their sets are roots.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.linalg import eig, solve_triangular
from scipy.optimize import brentq

from econ.arrays import Array
from econ.errors import NotIdentified
from econ.infer.form import ReducedForm

GRID = 1001
"""Angles that are looked at beside the roots: roots decide, the grid stands by where rounding hides two of them."""
HALF = 0.5 * math.pi
KNOWN = 1000.0
EDGE = 1e-12
"""Distance from a right angle at which an end counts as infinite."""


def balanced(form: ReducedForm) -> tuple[Array, Array, Array, float, float]:
    """Turn o, f and v so that v is near the identity at every angle: o, f, v, centre and scale of the effect.

    The effect is ``centre + scale tan(a)``. Moments are multiplied by one matrix, which changes neither S nor K. The
    scale is that at which both coefficients are as noisy; where f is known, a thousand standard errors at most.
    """
    m, v = len(form.first), form.covariance
    if not form.first.any():
        raise NotIdentified("no instrument moves the endogenous variable at all: nothing is said of the effect.")
    f_w = np.linalg.solve(v[:m, :m], form.first)
    centre = float(form.outcome @ f_w) / float(form.first @ f_w)
    both = _shifted(v, centre, 1.0)
    inverse = np.linalg.inv(both[:m, :m])
    known = float(form.first @ inverse @ form.first) / KNOWN**2
    noise = float(np.trace(inverse @ both[m:, m:])) / m
    step = float(np.trace(inverse @ both[:m, m:])) / m / (noise + known)
    centre, both = centre + step, _shifted(both, step, 1.0)
    own = float(np.trace(inverse @ both[:m, :m])) / m
    scale = math.sqrt(own / (noise + known))
    both = _shifted(both, 0.0, scale)
    root = np.linalg.cholesky(0.5 * (both[:m, :m] + both[m:, m:]))
    whole = np.kron(np.eye(2), root)
    half = solve_triangular(whole, both, lower=True)
    o = solve_triangular(root, (form.outcome - centre * form.first) / scale, lower=True)
    f = solve_triangular(root, form.first, lower=True)
    return o, f, solve_triangular(whole, half.T, lower=True), centre, scale


def _shifted(v: Array, centre: float, scale: float) -> Array:
    """Covariance of ``((o - centre f) / scale, f)``."""
    eye = np.eye(len(v) // 2)
    turn = np.block([[eye / scale, -centre / scale * eye], [0.0 * eye, eye]])
    turned: Array = turn @ v @ turn.T
    return turned


def parts(o: Array, f: Array, v: Array, angle: Array) -> tuple[Array, Array, Array, Array]:
    """S, ``g'V^-1 D``, ``D'V^-1 D`` and det V at every angle."""
    m = len(o)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    g, d = cos * o - sin * f, sin * o + cos * f
    cos, sin = cos[..., None], sin[..., None]
    yy, yd, dd = v[:m, :m], v[:m, m:], v[m:, m:]
    v_gg = cos**2 * yy - cos * sin * (yd + yd.T) + sin**2 * dd
    v_dg = sin * cos * (yy - dd) - sin**2 * yd + cos**2 * yd.T
    weighted = np.linalg.solve(v_gg, g[..., None])
    d = d - (v_dg @ weighted)[..., 0]
    scaled = np.linalg.solve(v_gg, d[..., None])[..., 0]
    return (g * weighted[..., 0]).sum(-1), (g * scaled).sum(-1), (d * scaled).sum(-1), np.linalg.det(v_gg)


def s_roots(o: Array, f: Array, v: Array, critical: float) -> Array:
    """Angles at which S equals a value: real eigenvalues of ``det(A - t B + t^2 C) = 0``, t the tangent.

    ``S <= c`` is ``c V - g g' >= 0`` as a matrix; each entry is quadratic in t.
    """
    m = len(o)
    a = critical * v[:m, :m] - np.outer(o, o)
    b = critical * (v[:m, m:] + v[m:, :m]) - np.outer(o, f) - np.outer(f, o)
    c = critical * v[m:, m:] - np.outer(f, f)
    eye, zero = np.eye(m), np.zeros((m, m))
    left, right = np.block([[zero, eye], [-a, b]]), np.block([[eye, zero], [zero, c]])
    alpha, beta = eig(left, right, right=False, homogeneous_eigvals=True)
    size = np.hypot(np.abs(alpha), np.abs(beta))
    real = (size > 0.0) & (np.abs((alpha * np.conj(beta)).imag) <= 1e-5 * size**2)
    alpha, beta = alpha[real], beta[real]
    phase = np.exp(-1j * np.angle(np.where(np.abs(beta) > np.abs(alpha), beta, alpha)))
    return _folded(np.arctan2((alpha * phase).real, (beta * phase).real))


def polynomial_roots(values: Callable[[Array], Array], degree: int) -> Array:
    """Real roots in the angle of a homogeneous polynomial of even ``degree`` in (cos a, sin a).

    It is a trigonometric polynomial in 2 a, known from ``degree + 1`` equidistant angles; its roots are those of a
    polynomial in ``exp(2 i a)`` on the unit circle.
    """
    count = degree + 1  # odd, so that no node is a right angle
    coefficients = np.fft.fftshift(np.fft.fft(values(math.pi * np.arange(count) / count))) / count
    roots = np.roots(coefficients[::-1])
    return _folded(0.5 * np.angle(roots[np.abs(np.abs(roots) - 1.0) < 1e-3]))


def _folded(angle: Array) -> Array:
    """Angles from -pi/2 to pi/2."""
    folded: Array = (angle + HALF) % math.pi - HALF
    return folded


def k_margin(o: Array, f: Array, v: Array, *, critical: float, df: float) -> Callable[[Array], Array]:
    """``c (1 + S / n) - K (1 + (c - q) / n)`` with q = k - 1: not negative where K does not reject.

    With a covariance of n degrees of freedom ``K (n - q) / (n + S - K)`` is F(1, n - q) given D (Rao 1967).
    """
    share, q = 1.0 / df, len(o) - 1.0

    def margin(angle: Array) -> Array:
        s, slope, size, _ = parts(o, f, v, angle)
        found: Array = critical * (1.0 + share * s) - slope**2 / size * (1.0 + share * (critical - q))
        return found

    return margin


def k_roots(o: Array, f: Array, v: Array, *, critical: float, df: float) -> Array:
    """Angles at which the margin of K is zero; times ``D'V^-1 D det(V)^4`` it is a polynomial of degree 8 k."""
    share, q = 1.0 / df, len(o) - 1.0

    def values(angle: Array) -> Array:
        s, slope, size, det = parts(o, f, v, angle)
        found: Array = (critical * size * (1.0 + share * s) - slope**2 * (1.0 + share * (critical - q))) * det**4
        return found

    return polynomial_roots(values, 8 * len(o))


def least(o: Array, f: Array, v: Array) -> float:
    """The angle at which S is least; where S is flat ``g'V^-1 D det(V)^2``, a polynomial of degree 4 k, is zero."""

    def values(angle: Array) -> Array:
        _, slope, _, det = parts(o, f, v, angle)
        found: Array = slope * det**2
        return found

    tried = np.concatenate([polynomial_roots(values, 4 * len(o)), np.linspace(-HALF, HALF, GRID)[1:-1]])
    tried = tried[np.abs(tried) < HALF - EDGE]
    best = float(tried[int(parts(o, f, v, tried)[0].argmin())])
    width = math.pi / GRID
    low, high = (float(parts(o, f, v, np.array([best + side]))[1][0]) for side in (-width, width))
    if low > 0.0 > high:  # S' = -2 slope goes from minus to plus
        best = float(
            brentq(lambda a: float(parts(o, f, v, np.array([a]))[1][0]), best - width, best + width, xtol=1e-15)
        )
    return float(_folded(np.array([best]))[0])


def union(
    margin: Callable[[Array], Array], roots: Array, centre: float, scale: float
) -> tuple[tuple[float, float], ...]:
    """Intervals of ``centre + scale tan(a)`` on which ``margin`` is not negative, given the roots of ``margin``.

    What lies between two neighbours is judged at its middle; an end is found between the middles beside it.
    """
    inner = np.unique(np.concatenate([roots, np.linspace(-HALF, HALF, GRID)]))
    inner = inner[np.abs(inner) < HALF - EDGE]
    edges = np.concatenate([[-HALF], inner, [HALF]])
    middles = 0.5 * (edges[1:] + edges[:-1])
    inside = margin(middles) >= 0.0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    ends = [centre + scale * math.tan(_end(margin, float(middles[j]), float(middles[j + 1]))) for j in turns]
    if inside[0]:
        ends.insert(0, -math.inf)
    if inside[-1]:
        ends.append(math.inf)
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def _end(margin: Callable[[Array], Array], low: float, high: float) -> float:
    return float(brentq(lambda angle: float(margin(np.array([angle]))[0]), low, high, xtol=1e-15, rtol=1e-14))
