"""The Minnesota prior where some variables are seen only as sums, averages or now and then.

The prior needs a size for every variable: s_i, the standard deviation of its errors per base period. For a base series
it is that of a first-order autoregression of its neighbouring values, as everywhere. For an aggregated one it is that
of a first-order autoregression of its published values over what the aggregate of a base process
y_t = ρ y_{t-1} + e_t, e_t of unit variance, would show there, with ρ the prior mean of its first own lag.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Rows
from econ.errors import SampleTooShort
from econ.var.mixed._latent_kernels import Start
from econ.var.mixed.layout import FEWEST, Layout
from econ.var.posterior.minnesota import Minnesota, PriorObservations, autoregressive_scale, own_means


def aggregate_scale(persistence: float, length: int, rule: str) -> float:
    """Residual s.d. of a first-order autoregression of aggregates of an AR(1) whose errors have unit variance.

    Below one in size, with w the weights of the base periods and γ the autocovariances:
    (Γ_0 - Γ_1² / Γ_0)^(1/2), Γ_k = Σ_ij w_i w_j γ_{k m + i - j}. From one on, of a random walk: the s.d. of a change.

    Examples
    --------
    >>> aggregate_scale(0.0, 4, "sum"), round(aggregate_scale(1.0, 4, "average"), 3)
    (2.0, 1.658)
    """
    weights = np.zeros(length)
    weights[:] = {"sum": 1.0, "average": 1.0 / length, "end": 0.0}[rule]
    weights[-1] = 1.0 if rule == "end" else weights[-1]
    if abs(persistence) >= 1.0:
        return float(np.linalg.norm(np.convolve(weights, np.ones(length))))
    apart = np.subtract.outer(np.arange(length), np.arange(length))
    same, next_ = (
        float(weights @ persistence ** np.abs(apart + shift) @ weights) / (1.0 - persistence**2)
        for shift in (0, length)
    )
    return float(np.sqrt(same - next_**2 / same))


def prior_of(layout: Layout, prior: Minnesota, terms: Array, *, lags: int) -> tuple[PriorObservations, Start]:
    """Artificial observations of the prior, and the prior of the first p values.

    ``terms`` (T, m). Initial means (for sum-of-coefficients and initial observations) are those of the published values
    per base period in the first p periods, or the first ones published.
    """
    means = own_means(prior.own_lag, layout.variables)
    sizes, initial, centre, spread = (np.empty(len(means)) for _ in range(4))
    for column, persistence in enumerate(means):
        values, last, divisor = _published(layout, column, float(persistence))
        _refuse_scattered(values, layout.variables[column])
        sizes[column] = autoregressive_scale(values[:, None])[0] / divisor
        per_base = values / _per_base(layout, column)
        known = np.flatnonzero(np.isfinite(per_base))
        early = known[last[known] < lags]
        initial[column] = per_base[early if len(early) else known[:1]].mean()
        centre[column], spread[column] = per_base[known].mean(), per_base[known].var(ddof=1)
    artificial = PriorObservations.build(
        np.tile(initial, (lags, 1)),
        terms[:lags].mean(axis=0),
        np.mean(terms[lags:] ** 2, axis=0),
        scale=sizes,
        means=means,
        shape=(lags, prior.decay),
    )
    return artificial, Start(means, sizes, centre, np.maximum(spread, sizes**2))


def _published(layout: Layout, column: int, persistence: float) -> tuple[Array, Rows, float]:
    """Values of a variable at its own frequency, the base row that ends each, and what divides their error."""
    group = layout.group(column)
    if group is None:
        return layout.base[:, column], np.arange(len(layout.base)), 1.0
    length = max(1, round(float(group.lengths.mean())))
    return group.published, group.last, aggregate_scale(persistence, length, group.rule)


def _per_base(layout: Layout, column: int) -> Array | float:
    group = layout.group(column)
    return 1.0 if group is None or group.rule != "sum" else group.lengths.astype(float)


def _refuse_scattered(values: Array, name: str) -> None:
    pairs = int(np.count_nonzero(np.isfinite(values[1:]) & np.isfinite(values[:-1])))
    if pairs < FEWEST // 2:
        raise SampleTooShort(
            f"{name!r} has {pairs} pairs of neighbouring values; its prior needs {FEWEST // 2}; use a longer sample, "
            "or give the series at the frequency at which it is published."
        )


def prior_path(start: Start, terms: int, *, lags: int) -> tuple[Array, Array]:
    """Coefficients (k, n) and factor (n, n) of the VAR that the prior expects, about the mean of what was published."""
    n, m = len(start.scale), terms
    coefficients = np.zeros((m + n * lags, n))
    coefficients[m : m + n] = np.diag(start.persistence)
    if m:
        coefficients[0] = start.centre * (1.0 - start.persistence)
    return coefficients, np.diag(start.scale)
