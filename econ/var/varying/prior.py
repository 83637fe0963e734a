"""`DriftPrior`: how much coefficients and volatilities may change, and where they start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SampleTooShort, SingularDesign
from econ.frozen import guarded
from econ.var import _kernels as kernels
from econ.var.varying._gibbs_kernels import Beliefs, Walk

SPARE_DEGREES = 2
"""Degrees of freedom of the prior of Q beyond its order that give it a mean."""


@guarded
@dataclass(frozen=True)
class DriftPrior:
    """Prior of Primiceri (2005), from least squares on a training sample of τ periods.

    With V the covariance of an estimate on the training sample, first values are normal around that estimate with
    covariance ``spread`` V (log volatilities: around the log residual standard deviation, with covariance I), and
    covariances of the steps of the random walks are inverse Wishart:

        Q ~ IW(k_q² τ V(coefficients), τ),  S_i ~ IW(k_s² (1 + i) V(a_i), 1 + i),  W ~ IW(k_w² (1 + n) I, 1 + n),

    i the number of free elements of row i of A. The ratio of a step's standard deviation to the standard error of the
    training sample is about k: 0.01 says that a coefficient moves by a standard error of the training sample in 10,000
    periods, which the data must overcome.

    Parameters
    ----------
    k_q, k_s, k_w : float, default 0.01, 0.1, 0.01
        Of coefficients, of simultaneous relations (rows of A), of log volatilities.
    spread : float, default 4.0
        Covariance of the first values in covariances of the training estimate.

    Raises
    ------
    SpecificationError
        For numbers that are not positive.

    References
    ----------
    Primiceri, G. E. (2005), Time Varying Structural Vector Autoregressions and Monetary Policy, Review of Economic
    Studies 72(3), 821-852, section 4.

    Examples
    --------
    >>> DriftPrior(k_q=0.02).k_q
    0.02
    """

    k_q: float = 0.01
    k_s: float = 0.1
    k_w: float = 0.01
    spread: float = 4.0

    def __post_init__(self) -> None:
        for name in ("k_q", "k_s", "k_w", "spread"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name), above=0.0, most=1e6)})


def reduced_beliefs(prior: DriftPrior, x: Array, y: Array) -> Beliefs:
    """Beliefs of the reduced form from the training rows x (τ, k) and y (τ, n)."""
    size, n, k = len(y), y.shape[1], x.shape[1]
    check_training(size, n * k + SPARE_DEGREES, f"Q of {n * k} coefficients")
    coefficients, cross = kernels.least_squares(x, y)
    u = y - x @ coefficients
    sigma = u.T @ u / (size - k)
    variance = np.kron(sigma, cross)
    rows, volatilities = [], [float(0.5 * np.log(u[:, 0] @ u[:, 0] / size))]
    for i in range(1, n):
        a, spread, deviation = _regression(-u[:, :i], u[:, i], size - i)
        rows.append(_walk(prior, a, spread, k=prior.k_s, degrees=1.0 + i))
        volatilities.append(float(np.log(deviation)))
    walk = _walk(prior, coefficients.T.reshape(-1), variance, k=prior.k_q, degrees=float(size))
    return Beliefs((walk,), tuple(rows), _volatility(prior, np.array(volatilities)))


def structural_beliefs(prior: DriftPrior, x: Array, y: Array) -> Beliefs:
    """Beliefs of the structural form: one regression an equation on x and minus the outcomes before it."""
    size, n, k = len(y), y.shape[1], x.shape[1]
    check_training(size, k + n - 1 + SPARE_DEGREES, f"an equation of {k + n - 1} coefficients")
    coefficients, rows, joint, volatilities = [], [], [], []
    for i in range(n):
        z = np.hstack([x, -y[:, :i]])
        b, variance, deviation = _regression(z, y[:, i], size - k - i)
        coefficients.append(_walk(prior, b[:k], variance[:k, :k], k=prior.k_q, degrees=float(size)))
        if i:
            rows.append(_walk(prior, b[k:], variance[k:, k:], k=prior.k_s, degrees=1.0 + i))
        joint.append((_inverse(prior.spread * variance), b))
        volatilities.append(float(np.log(deviation)))
    return Beliefs(tuple(coefficients), tuple(rows), _volatility(prior, np.array(volatilities)), tuple(joint))


def check_training(size: int, needed: int, what: str) -> None:
    """Refuse a training sample that leaves a covariance without a proper prior."""
    if size < needed:
        raise SampleTooShort(
            f"the prior of {what} needs {needed} training periods; found training={size}; raise training=, use fewer "
            "lags, or take form='structural', whose equations are believed one by one."
        )


def _regression(z: Array, y: Array, degrees: int) -> tuple[Array, Array, float]:
    """Coefficients, their covariance and the standard deviation of the residuals."""
    b, cross = kernels.least_squares(z, y[:, None])
    u = y - z @ b[:, 0]
    variance = float(u @ u) / degrees
    return b[:, 0], variance * cross, float(np.sqrt(variance))


def _walk(prior: DriftPrior, mean: Array, variance: Array, *, k: float, degrees: float) -> Walk:
    return Walk(mean, _inverse(prior.spread * variance), k**2 * degrees * variance, degrees)


def _volatility(prior: DriftPrior, mean: Array) -> Walk:
    n = len(mean)
    return Walk(mean, np.eye(n), prior.k_w**2 * (1.0 + n) * np.eye(n), 1.0 + n)


def _inverse(matrix: Array) -> Array:
    """Inverse of a covariance whose variables may differ in size by many orders."""
    scale = np.sqrt(np.diag(matrix))
    try:
        lower = np.linalg.cholesky(matrix / np.outer(scale, scale))
    except np.linalg.LinAlgError as error:
        raise SingularDesign(
            "regressors are collinear in the training sample; drop one, or make training= longer."
        ) from error
    root = np.linalg.inv(lower) / scale
    result: Array = root.T @ root
    return result
