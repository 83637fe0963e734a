"""Tests whether variances change enough, and in the right way, to tell shocks apart."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.parallel import map_blocks
from econ.var.schemes import _volatility_kernels as volatility

if TYPE_CHECKING:
    from econ.var.schemes.heteroskedasticity import HeteroskedasticityResults

ROUNDING = 1e-12  # permutations that leave the regimes as they are give the same sum but for its last digits


def volatility_tests(
    svar: HeteroskedasticityResults, codes: Rows, *, draws: int = 0, rng: Seed = None, n_jobs: int = 1
) -> pd.DataFrame:
    """Likelihood-ratio tests of the identifying conditions, given the coefficients.

    ``constant covariance``: all regimes have one covariance; unless rejected there is nothing to identify from.
    ``equal relative variances: a, b``: shocks a and b keep the ratio of their variances in all regimes, so that they
    cannot be told apart; dropping it gives R degrees of freedom (R - 1 ratios and one rotation). For two regimes this
    is the test of Lütkepohl, Meitz, Netšunajev and Saikkonen for two equal eigenvalues.
    ``over-identification`` (more than two regimes): one impact matrix serves all regimes.

    Statistics are divided by Σ_r (1 - w_r) (1 + κ_r) / (R - 1), κ_r the excess kurtosis over three of the shocks in
    regime r: exact in large samples for elliptical shocks and two regimes.

    Sizes are 3-13% at a nominal 5%, 3.5-6.5% by permutation. Measured in :doc:`/coverage`.

    Parameters
    ----------
    svar : HeteroskedasticityResults
        The identified VAR.
    codes : int array (T,)
        Regime of each period.
    draws : int, default 0
        Permutations of the periods over the regimes for the p-value of ``constant covariance`` in place of its
        chi-square: whatever the tails, right for errors that are independent over time.
    rng : int or SeedSequence
        Seed, needed with ``draws``.
    n_jobs : int
        Threads; the p-value does not depend on them.

    Returns
    -------
    DataFrame
        One row a test; columns ``statistic``, ``p_value``, ``distribution``, ``null``.

    Raises
    ------
    SpecificationError
        If ``draws`` is negative or comes without ``rng``.

    References
    ----------
    Lütkepohl, H., M. Meitz, A. Netšunajev and P. Saikkonen (2021), Testing identification via heteroskedasticity in
    structural vector autoregressive models, Econometrics Journal 24(1), 1-22.
    """
    draws = checks.count("draws", draws, least=0)
    u = svar.parent.residuals.to_numpy()[None]
    counts = np.bincount(codes).astype(float)
    w, n, regimes = counts / counts.sum(), u.shape[2], len(counts)
    moments = volatility.by_regime(u, u, codes) / counts[:, None, None]
    inverse = np.linalg.inv(svar.impact.to_numpy())
    unmixing, _ = volatility.maximise(moments, w, inverse[None])
    if regimes == 2:  # the order of the eigenvectors is arbitrary, that of the names is not
        unmixing = inverse[None]
    d = np.einsum("bij,brjk,bik->bri", unmixing, moments, unmixing)[0]
    scale = _kurtosis_factor(u[0] @ unmixing[0].T, codes, d)
    pooled, each = np.linalg.slogdet((w[:, None, None] * moments[0]).sum(axis=0))[1], np.linalg.slogdet(moments[0])[1]
    rows = {
        "constant covariance": (
            counts @ (pooled - each),
            (regimes - 1) * n * (n + 1) // 2,
            "the covariance is the same in all regimes",
        )
    }
    for i, j in combinations(range(n), 2):
        a, b = svar.shock_names[i], svar.shock_names[j]
        words = f"shocks {a} and {b} keep the ratio of their variances, so they cannot be told apart"
        rows[f"equal relative variances: {a}, {b}"] = (_proportional(d[:, [i, j]], counts), regimes, words)
    if regimes > 2 and n > 1:
        fitted = np.log(d).sum(axis=1) - 2.0 * np.linalg.slogdet(unmixing[0])[1]
        words = "one impact matrix serves all regimes"
        rows["over-identification"] = (counts @ (fitted - each), (regimes - 2) * n * (n - 1) // 2, words)
    table = _table(rows, scale)
    if draws:
        p_value = _permutation(u[0], codes, draws, rng=rng, n_jobs=n_jobs)
        table.loc["constant covariance", "p_value"] = p_value
        table.loc["constant covariance", "distribution"] = f"{draws} permutations"
    return table


def _permutation(u: Array, codes: Rows, draws: int, *, rng: Seed, n_jobs: int) -> float:
    """Share of permutations with a likelihood ratio at least that of the regimes themselves, these included.

    The covariance of the whole sample is the same in all, so only Σ_r T_r log |S_r| moves: the less, the larger the
    ratio.
    """
    counts, products = np.bincount(codes), (u[:, :, None] * u[:, None, :]).reshape(len(u), -1)

    def read(labels: Rows) -> Array:
        member = labels[:, None, :] == np.arange(len(counts))[:, None]
        sums = (member.astype(float) @ products).reshape(len(labels), len(counts), u.shape[1], u.shape[1])
        return np.asarray(np.linalg.slogdet(sums / counts[:, None, None])[1] @ counts)

    def work(size: int, generator: np.random.Generator) -> Array:
        return read(generator.permuted(np.tile(codes, (size, 1)), axis=1))

    drawn = np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, label="permutation"))
    most = float(read(codes[None])[0])
    return (1 + int((drawn <= most + ROUNDING * abs(most)).sum())) / (1 + draws)


def _proportional(d: Array, counts: Array) -> float:
    """Likelihood ratio of variances (R, 2) being s_r σ_i; s and σ by alternating closed forms."""
    w = counts / counts.sum()
    sigma = w @ d
    for _ in range(200):
        common = (d / sigma).mean(axis=1)
        new = w @ (d / common[:, None])
        if np.abs(new / sigma - 1.0).max() < 1e-13:
            break
        sigma = new
    return float(counts @ (np.log(sigma * common[:, None]) - np.log(d)).sum(axis=1))


def _kurtosis_factor(shocks: Array, codes: Rows, variances: Array) -> float:
    """Σ_r (1 - w_r) (1 + κ_r) / (R - 1)."""
    fourth = np.array([((shocks[codes == r] ** 2 / variances[r]) ** 2).mean() for r in range(len(variances))])
    w = np.bincount(codes) / len(codes)
    return float((1.0 - w) @ fourth / 3.0 / (len(w) - 1))


def _table(rows: dict[str, tuple[float, int, str]], scale: float) -> pd.DataFrame:
    table = {}
    for name, (statistic, freedom, null) in rows.items():
        value = max(float(statistic), 0.0) / scale
        table[name] = {
            "statistic": value,
            "p_value": float(scipy.special.chdtrc(freedom, value)),
            "distribution": f"chi2({freedom})",
            "null": null,
        }
    return pd.DataFrame.from_dict(table, orient="index")
