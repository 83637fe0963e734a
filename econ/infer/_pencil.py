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
from dataclasses import dataclass

import numpy as np
import scipy

from econ.arrays import Array
from econ.errors import NotIdentified
from econ.infer.form import ReducedForm

GRID = 1001
"""Angles that are looked at beside the roots: roots decide, the grid stands by where rounding hides two of them."""
FINE = 201
"""The same on the scale of each moment."""
HALF = 0.5 * math.pi
KNOWN = 1000.0
"""Standard errors in the unit of the effect where first stages are known."""
EDGE = 1e-12
"""Distance from a right angle at which an end counts as infinite."""


@dataclass(frozen=True)
class Balanced:
    """The problem in units in which v is near the identity at every angle; the effect is ``centre + scale tan(a)``.

    Moments are multiplied by one matrix, which changes neither S nor K. ``grid`` holds angles that are close to each
    other where a moment changes fast.
    """

    o: Array
    f: Array
    v: Array
    centre: float
    scale: float
    grid: Array


def balanced(form: ReducedForm) -> Balanced:
    """Choose the scale at which both coefficients are as noisy; where f is known, a thousand standard errors."""
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
    half = scipy.linalg.solve_triangular(whole, both, lower=True)
    o, f = (form.outcome - centre * form.first) / scale, form.first
    grid = _grid(o, f, both)
    o, f = (scipy.linalg.solve_triangular(root, each, lower=True) for each in (o, f))
    return Balanced(o, f, scipy.linalg.solve_triangular(whole, half.T, lower=True), centre, scale, grid)


def _grid(o: Array, f: Array, v: Array) -> Array:
    """Angles dense around the ratio of each moment, in its standard errors and in the unit of its noise."""
    m = len(o)
    there = f != 0.0
    ratio = o[there] / f[there]
    yy, yd, dd = (np.diag(part)[there] for part in (v[:m, :m], v[:m, m:], v[m:, m:]))
    spread = np.sqrt(np.maximum(yy - 2.0 * ratio * yd + ratio**2 * dd, 0.0))
    units = np.concatenate([spread / np.abs(f[there]), spread / np.sqrt(np.maximum(dd, f[there] ** 2 / KNOWN**2))])
    steps = np.tan(np.linspace(-HALF, HALF, min(FINE, GRID))[1:-1])
    local = np.arctan(np.concatenate([ratio, ratio])[:, None] + units[:, None] * steps).ravel()
    found = np.unique(np.concatenate([local, np.linspace(-HALF, HALF, GRID)[1:-1]]))
    return _inner(found)


def _inner(angle: Array) -> Array:
    inner: Array = angle[np.abs(angle) < HALF - EDGE]
    return inner


def _shifted(v: Array, centre: float, scale: float) -> Array:
    """Covariance of ``((o - centre f) / scale, f)``."""
    eye = np.eye(len(v) // 2)
    turn = np.block([[eye / scale, -centre / scale * eye], [0.0 * eye, eye]])
    turned: Array = turn @ v @ turn.T
    return turned


def parts(case: Balanced, angle: Array) -> tuple[Array, Array, Array, Array]:
    """S, ``g'V^-1 D``, ``D'V^-1 D`` and det V at every angle."""
    o, f, v, m = case.o, case.f, case.v, len(case.o)
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


def s_roots(case: Balanced, critical: float) -> Array:
    """Angles at which S equals a value: real eigenvalues of ``det(A - t B + t^2 C) = 0``, t the tangent.

    ``S <= c`` is ``c V - g g' >= 0`` as a matrix; each entry is quadratic in t.
    """
    o, f, v, m = case.o, case.f, case.v, len(case.o)
    a = critical * v[:m, :m] - np.outer(o, o)
    b = critical * (v[:m, m:] + v[m:, :m]) - np.outer(o, f) - np.outer(f, o)
    c = critical * v[m:, m:] - np.outer(f, f)
    eye, zero = np.eye(m), np.zeros((m, m))
    left, right = np.block([[zero, eye], [-a, b]]), np.block([[eye, zero], [zero, c]])
    alpha, beta = scipy.linalg.eig(left, right, right=False, homogeneous_eigvals=True)
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


def k_margin(case: Balanced, *, critical: float, df: float) -> Callable[[Array], Array]:
    """``c (1 + S / n) - K (1 + (c - q) / n)`` with q = k - 1: not negative where K does not reject.

    With a covariance of n degrees of freedom ``K (n - q) / (n + S - K)`` is F(1, n - q) given D (Rao 1967).
    """
    share, q = 1.0 / df, len(case.o) - 1.0

    def margin(angle: Array) -> Array:
        s, slope, size, _ = parts(case, angle)
        found: Array = critical * (1.0 + share * s) - slope**2 / size * (1.0 + share * (critical - q))
        return found

    return margin


def k_roots(case: Balanced, *, critical: float, df: float) -> Array:
    """Angles at which the margin of K is zero; times ``D'V^-1 D det(V)^4`` it is a polynomial of degree 8 k."""
    share, q = 1.0 / df, len(case.o) - 1.0

    def values(angle: Array) -> Array:
        s, slope, size, det = parts(case, angle)
        found: Array = critical * size * (1.0 + share * s) - slope**2 * (1.0 + share * (critical - q))
        return found * det**4

    return polynomial_roots(values, 8 * len(case.o))


def stationary(case: Balanced) -> Array:
    """Angles at which S is flat: roots of ``g'V^-1 D det(V)^2``, of degree 4 k, and turns of its sign on the grid."""

    def values(angle: Array) -> Array:
        _, slope, _, det = parts(case, angle)
        found: Array = slope * det**2
        return found

    rough = _inner(polynomial_roots(values, 4 * len(case.o)))
    angle = np.unique(np.concatenate([case.grid, rough]))
    up = parts(case, angle)[1] > 0.0
    turns = np.flatnonzero(up[1:] != up[:-1])
    exact = [_root(lambda a: parts(case, a)[1], float(angle[j]), float(angle[j + 1])) for j in turns]
    return np.concatenate([rough, exact])


def least(case: Balanced) -> float:
    """The angle at which S is least."""
    tried = np.concatenate([stationary(case), case.grid])
    return float(tried[int(parts(case, tried)[0].argmin())])


def union(
    case: Balanced, margin: Callable[[Array], Array], roots: Array, inside: Array | None = None
) -> tuple[tuple[float, float], ...]:
    """Intervals of the effect on which ``margin`` is not negative, given its roots and places where it may be positive.

    What lies between two neighbours is judged at its middle; an end is found between the places judged beside it.
    """
    edges = np.concatenate([[-HALF], np.unique(_inner(np.concatenate([roots, case.grid]))), [HALF]])
    places = 0.5 * (edges[1:] + edges[:-1])
    if inside is not None:
        places = np.unique(np.concatenate([places, inside]))
    there = margin(places) >= 0.0
    turns = np.flatnonzero(there[1:] != there[:-1])
    angles = [_root(margin, float(places[j]), float(places[j + 1])) for j in turns]
    ends = [case.centre + case.scale * math.tan(angle) for angle in angles]
    if there[0]:
        ends.insert(0, -math.inf)
    if there[-1]:
        ends.append(math.inf)
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def _root(function: Callable[[Array], Array], low: float, high: float) -> float:
    return float(
        scipy.optimize.brentq(lambda angle: float(function(np.array([angle]))[0]), low, high, xtol=1e-15, rtol=1e-14)
    )
