"""Have the chains converged: R-hat and effective sample size."""

from __future__ import annotations

import numpy as np

from econ.arrays import Array


def split_chains(draws: Array, chain: int) -> Array:
    """Cut draws (D, q) into half chains: (m, length, q); draws beyond the last full chain are left out."""
    if len(draws) < 2 * chain:
        chain = len(draws)
    half = chain // 2
    whole = draws[: len(draws) // chain * chain].reshape(-1, chain, *draws.shape[1:])
    return np.concatenate([whole[:, :half], whole[:, chain - half :]])


def r_hat(chains: Array) -> Array:
    """Square root of total over within-chain variance of each quantity, (q,) from half chains (m, length, q).

    References
    ----------
    Gelman, A., J. B. Carlin, H. S. Stern, D. B. Dunson, A. Vehtari and D. B. Rubin (2013), Bayesian Data Analysis, 3rd
    edition, Chapman and Hall, section 11.4.

    Examples
    --------
    >>> float(r_hat(np.random.default_rng(1).standard_normal((4, 500, 1)))[0]) < 1.01
    True
    """
    within, total = _variances(chains)
    return np.sqrt(np.divide(total, within, out=np.ones_like(total), where=within > 0.0))


def effective_sample_size(chains: Array) -> Array:
    """Independent draws that would tell as much, (q,) from half chains (m, length, q).

    m length / (1 + 2 Σ ρ_t), autocorrelations summed in pairs until a pair is negative, pairs made non-increasing
    (Geyer's initial monotone sequence); at most the number of draws.

    References
    ----------
    Geyer, C. J. (1992), Practical Markov Chain Monte Carlo, Statistical Science 7(4), 473-483.
    Gelman, A. et al. (2013), Bayesian Data Analysis, 3rd edition, section 11.5.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((4, 500, 1))
    >>> 1500 < float(effective_sample_size(draws)[0]) <= 2000
    True
    """
    m, length, _ = chains.shape
    within, total = _variances(chains)
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * length, axis=1)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :length].mean(axis=0) / length
    scale = np.where(total > 0.0, total, 1.0)
    correlation = 1.0 - (within - covariance * length / (length - 1)) / scale
    correlation[0] = 1.0
    pairs = correlation[: length // 2 * 2].reshape(length // 2, 2, -1).sum(axis=1)
    positive = np.logical_and.accumulate(pairs > 0.0, axis=0)
    monotone = np.minimum.accumulate(np.where(positive, pairs, 0.0), axis=0)
    inefficiency = np.maximum(2.0 * monotone.sum(axis=0) - 1.0, 1.0)
    size: Array = np.where(total > 0.0, m * length / inefficiency, float(m * length))
    return size


def _variances(chains: Array) -> tuple[Array, Array]:
    """Mean variance within chains and the estimate of the total variance."""
    length = chains.shape[1]
    moves = np.ptp(chains, axis=(0, 1)) > 0.0  # else what is left are rounding errors of the mean
    within = np.where(moves, chains.var(axis=1, ddof=1).mean(axis=0), 0.0)
    between = np.where(moves, chains.mean(axis=1).var(axis=0, ddof=1), 0.0)
    return within, within * (length - 1) / length + between
