"""Arrays in, arrays out: the path of a parameter from the scores of a stable model (Müller and Petalas 2010).

Symbols: T rows, x_t influence function times T (its sum is zero, its long-run variance v), c the amount of variation,
r = 1 - c / T. Pretend that x_t is a random walk with steps of variance (c / T)² v plus noise of variance v: given c the
mean of the walk is G x and its covariance v G, with ``G = I - r F' M F``, ``(F x)_t = x_t - x_{t-1} + r (F x)_{t-1}``
and M the projection off F 1. G keeps constants.
"""

from __future__ import annotations

import numpy as np
import scipy

from econ.arrays import Array

AMOUNTS = 5.0 * np.arange(11)
"""Values of c, equally likely, from no variation to much: those of Müller and Petalas."""
TESTED = 10.0
"""The c of the test of no variation (Elliott and Müller 2006)."""


def smoothed(x: Array, c: float) -> Array:
    """G x, along the first axis."""
    size = len(x)
    r = 1.0 - c / size
    z = filtered(x, r)
    trend = r ** np.arange(size)
    z = z - np.multiply.outer(trend, trend @ z.reshape(size, -1)).reshape(z.shape) / (trend @ trend)
    return np.asarray(x - r * filtered(z[::-1], r)[::-1])


def filtered(x: Array, r: float) -> Array:
    """F x, along the first axis: the solution of a bidiagonal system."""
    band = np.repeat([[1.0], [-r]], len(x), axis=1)
    found, _ = scipy.linalg.lapack.dtbtrs(band, np.diff(x, axis=0, prepend=0.0).reshape(len(x), -1), uplo="L")
    return np.asarray(found).reshape(x.shape)


def spread(size: int, c: float) -> Array:
    """Diagonal of G, (T,): for large T it is κ_t(c) / T of Müller and Petalas."""
    if c == 0.0:
        return np.full(size, 1.0 / size)
    r, left = 1.0 - c / size, size - 1.0 - np.arange(size)
    rest = -np.expm1(2.0 * left * np.log(r)) / (1.0 - r * r)
    length = 1.0 + (1.0 - r) ** 2 * rest
    along = r ** np.arange(size) * (1.0 - (1.0 - r) * r * rest)
    total = -np.expm1(2.0 * size * np.log(r)) / (1.0 - r * r)
    return np.asarray(1.0 - r * (length - along * along / total))


def log_weight(size: int, c: float, statistic: Array) -> Array:
    """Log of the weight of c, up to a constant: its density at the scores, ``statistic`` = qLL(c)."""
    if c == 0.0:
        return np.zeros_like(statistic)
    r = 1.0 - c / size
    odds = np.log(size * (1.0 - r * r)) + (size - 1.0) * np.log(r) - np.log(-np.expm1(2.0 * size * np.log(r)))
    return np.asarray(0.5 * odds - 0.5 * statistic)


def local_level(x: Array, variance: Array, c: float) -> Array:
    """The statistic qLL(c) = -x' G x / v of each column of x (T, m), by itself."""
    return np.asarray(-(x * smoothed(x, c)).sum(axis=0) / variance)


def tail(statistic: float, parameters: int = 1, c: float = TESTED) -> float:
    """Asymptotic probability of a statistic as low, for stable parameters.

    -qLL(c) is then the sum of c² / (c² + π² j²) times chi-squares of ``parameters`` degrees, over j = 1, 2, ..., whose
    characteristic function is ``[(sinh z / z) / (sinh c / c)]^(-parameters / 2)`` with ``z = c (1 - 2 i t)^(1/2)``;
    it is inverted numerically (Gil-Pelaez). Elliott and Müller (2006, table 1) simulated the quantiles.

    Examples
    --------
    >>> round(tail(-8.36), 3), round(tail(-14.32, 2), 3)
    (0.049, 0.049)
    """
    if statistic >= 0.0:
        return 1.0

    def log_ratio(z: complex) -> complex:
        return complex(z - np.log(2.0 * z) + np.log1p(-np.exp(-2.0 * z)))

    def integrand(t: float) -> float:
        z = c * np.sqrt(1.0 - 2.0j * t)
        log = -0.5 * parameters * (log_ratio(z) - log_ratio(complex(c)))
        return float(np.exp(log + 1.0j * t * statistic).imag) / t

    return float(np.clip(0.5 + scipy.integrate.quad(integrand, 0.0, 80.0, limit=1000)[0] / np.pi, 0.0, 1.0))


class Average:
    """The paths of all c and their weights, for the columns of x (T, m) with long-run variances (m,)."""

    def __init__(self, x: Array, variance: Array) -> None:
        self.variance, size = variance, len(x)
        self.paths = np.stack([smoothed(x, float(c)) for c in AMOUNTS])
        statistics = -(x * self.paths).sum(axis=1) / variance
        logs = np.stack([log_weight(size, float(c), each) for c, each in zip(AMOUNTS, statistics, strict=True)])
        weights = np.exp(logs - logs.max(axis=0))
        self.weights = weights / weights.sum(axis=0)
        self.path = np.einsum("cm,ctm->tm", self.weights, self.paths)

    def errors(self) -> Array:
        """Standard errors of the path, (T, m): within each c and between them."""
        size = len(self.path)
        own = np.stack([spread(size, float(c)) for c in AMOUNTS])
        within = (self.weights.T @ own).T * self.variance
        between = np.einsum("cm,ctm->tm", self.weights, (self.paths - self.path) ** 2)
        return np.asarray(np.sqrt(within + between))

    def combination(self, a: Array, column: int) -> tuple[float, float]:
        """A weighted sum a (T,) of the path of one column, and its standard error."""
        own = np.array([float(a @ smoothed(a, float(c))) for c in AMOUNTS])
        weights, each = self.weights[:, column], self.paths[:, :, column] @ a
        value = float(weights @ each)
        variance = self.variance[column] * float(weights @ own) + float(weights @ (each - value) ** 2)
        return value, float(np.sqrt(max(variance, 0.0)))


def locally_partialled(v: Array, controls: Array, weights: Array) -> Array:
    """Residuals of v (T, m) on the controls (T, k) by weighted least squares."""
    root = np.sqrt(weights)[:, None]
    coefficients = np.linalg.lstsq(controls * root, v * root, rcond=None)[0]
    return np.asarray(v - controls @ coefficients)


def local_estimate(y: Array, d: Array, z: Array, weights: Array) -> tuple[Array, Array]:
    """Weighted two-stage least squares of y (T, n) on d (T, 1), and influence functions (T, n)."""
    weighted = z * weights[:, None]
    fitted = z @ np.linalg.solve(weighted.T @ z, weighted.T @ d)
    pulled = fitted * weights[:, None]
    bread = float((pulled * d).sum())
    b = (pulled.T @ y)[0] / bread
    return np.asarray(b), np.asarray(pulled * (y - d * b) / bread)
