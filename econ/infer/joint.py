"""One joint test of many coefficients, with a size that is measured.

A Wald statistic of many restrictions with a robust covariance rejects far too often in samples of the length of
macroeconomic ones, most of all with Newey-West: twelve coefficients and 165 months are rejected 38% of the time at 5%
where nothing is there. Here the statistic is compared with its own values on data in which the null holds by
construction, or with the F distribution that its covariance calls for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.border import checked
from econ.errors import SampleTooShort, SpecificationError
from econ.estimate import Unavailable
from econ.infer import _kernels as k
from econ.infer.covariance import DATED, KINDS
from econ.infer.regression import aligned
from econ.infer.sandwich import joint_covariance
from econ.infer.working import resolved, working_moments
from econ.parallel import map_blocks

REFERENCES = ("shift", "permutation", "wild", "f")
MARGIN = 1e-10
"""Relative; a value that equals the statistic but for rounding counts as equal to it."""


@checked
def joint_test(
    y: pd.Series,
    X: pd.DataFrame | pd.Series,
    *,
    controls: pd.DataFrame | pd.Series | None = None,
    reference: str = "shift",
    cov: str = "hc3",
    bandwidth: int | None = None,
    draws: int | None = None,
    rng: Seed = None,
    skip: int = 0,
) -> pd.Series:
    """Test that no column of ``X`` predicts ``y``, given a constant and the controls.

    The statistic is ``W = b'V^-1 b / m``, V the robust covariance of the m coefficients b. With e the residuals of y
    under the null (on constant and controls), ``reference`` says what W is compared with:

    * ``"shift"``: W of e turned round by 1, ..., T - 1 periods against the regressors where they stand, and by 0. The
      p-value is the share of the T values that are at least W. Exact if e is exchangeable; the autocorrelation of e and
      of the regressors stays (but for one seam), so that it holds for persistent series too. No draws.
    * ``"permutation"``: the same with ``draws`` random orders; for e without autocorrelation.
    * ``"wild"``: W of e_t times random signs: for e whose variance moves with the regressors, without autocorrelation.
    * ``"f"``: Hotelling's F with the bias and the degrees of freedom of V under independent errors
      (:func:`econ.infer.working.working_moments`).

    Parameters
    ----------
    y : Series (T,)
        What may be predicted.
    X : DataFrame (T, m)
        Regressors tested, on the same rows.
    controls : DataFrame (T, c), optional
        Regressors that stay under the null.
    reference : {"shift", "permutation", "wild", "f"}
        As above.
    cov : {"hc3", "hc0", "hc1", "hc2", "hac", "ewc", "classical"}
        Covariance of the statistic; the last three go with "f" only.
    bandwidth : int, optional
        Bartlett lags ("hac") or cosines ("ewc").
    draws : int, optional
        Of "permutation" and "wild" (default 999).
    rng : int or SeedSequence
        For "permutation" and "wild".
    skip : int, default 0
        Of "shift": turns left out because they would set y beside lags of a variable that it moves at once. With lags 1
        to L of such a variable among the regressors, L; otherwise those L values are large, and the test powerless.

    Returns
    -------
    Series
        ``statistic`` (W), ``p_value``, ``distribution`` and ``null``; both numbers `Unavailable` where the covariance
        has fewer degrees of freedom than there are coefficients.

    Raises
    ------
    SpecificationError
        For an unknown reference or covariance, options that do not belong to it, or draws without ``rng``.
    SampleTooShort
        With fewer than k + 10 observations.
    SchemaError, FrequencyError, SingularDesign
        As :func:`econ.infer.regress`; "shift", "hac" and "ewc" need dates without gaps.

    Notes
    -----
    "shift" rejects in 5-6% of samples at a nominal 5% whatever the roots, the Wald test by Newey-West in 21-38%.
    Measured in :doc:`/coverage`.

    References
    ----------
    Freedman, D. and D. Lane (1983), A Nonstochastic Interpretation of Reported Significance Levels, Journal of Business
    & Economic Statistics 1(4). DiCiccio, C. J. and J. P. Romano (2017), Robust Permutation Tests for Correlation and
    Regression Coefficients, Journal of the American Statistical Association 112. Davidson, R. and E. Flachaire (2008),
    The wild bootstrap, tamed at last, Journal of Econometrics 146(1).

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((165, 13))
    >>> months = pd.period_range("2000-01", periods=165, freq="M")
    >>> frame = pd.DataFrame(draws, index=months, columns=list("abcdefghijklz"))
    >>> test = joint_test(frame["z"], frame.drop(columns="z"))
    >>> bool(test["p_value"] > 0.05), test["distribution"]
    (True, 'all 165 circular shifts')
    """
    _check(reference, cov, draws=draws, rng=rng)
    if bandwidth is not None and cov not in DATED:
        raise SpecificationError(f"bandwidth belongs to 'hac' and 'ewc'; the covariance asked for is {cov!r}.")
    skip = checks.count("skip", skip, least=0, most=len(y) // 2 if reference == "shift" else 0)
    e, q, tested = _design(y, X, controls, dated=reference == "shift" or cov in DATED)
    m = len(tested)
    null = f"{', '.join(tested[:3])}{', ...' if m > 3 else ''} do not predict {y.name}"
    statistic: float | Unavailable
    p_value: float | Unavailable
    if reference == "f":
        statistic, p_value, words = _against_f(e, q, m, cov=cov, bandwidth=bandwidth)
    else:
        drawn = 999 if draws is None else draws
        statistic, p_value, words = _against_draws(
            e, q, m, cov=cov, reference=reference, draws=drawn, rng=rng, skip=skip
        )
    return pd.Series({"statistic": statistic, "p_value": p_value, "distribution": words, "null": null})


def _design(
    y: pd.Series, X: pd.DataFrame | pd.Series, controls: pd.DataFrame | pd.Series | None, *, dated: bool
) -> tuple[Array, Array, list[str]]:
    """Residuals under the null, an orthonormal basis with the columns tested last, and their names."""
    y, frame = aligned(y, X, dated=dated, intercept=True)
    tested = [str(name) for name in frame.columns[1:]]
    kept = frame[["const"]]
    if controls is not None:
        kept = kept.join(aligned(y, controls, dated=False, intercept=True)[1].drop(columns="const"))
        both = sorted(set(kept.columns) & set(tested))
        if both:
            raise SpecificationError(f"{both} stand both among the columns tested and the controls; leave them in one.")
    x = np.column_stack([kept.to_numpy(dtype=float), frame.iloc[:, 1:].to_numpy(dtype=float)])
    size, columns, m = len(x), x.shape[1], len(tested)
    if size < columns + checks.SPARE:
        raise SampleTooShort(f"{columns} coefficients need {columns + checks.SPARE} observations; found {size}.")
    q = k.full_rank_qr(x, [*map(str, kept.columns), *tested], "the regression")[0]
    e = y.to_numpy()
    return e - q[:, :-m] @ (q[:, :-m].T @ e), q, tested


def _check(reference: str, cov: str, *, draws: int | None, rng: Seed) -> None:
    checks.choice("reference", reference, REFERENCES)
    checks.choice("covariance", cov, (*KINDS, *DATED, "classical"))
    if cov not in KINDS and reference != "f":
        raise SpecificationError(
            f"cov={cov!r} goes with reference='f'; draws studentise with 'hc3'; found {reference!r}."
        )
    drawn = reference in ("permutation", "wild")
    if drawn and rng is None:
        raise SpecificationError(f"reference={reference!r} draws, so it needs rng, such as rng=1; found None.")
    if not drawn and (draws is not None or rng is not None):
        raise SpecificationError(f"reference={reference!r} draws nothing; leave draws and rng out.")
    if draws is not None:
        checks.count("draws", draws, least=99)


def _against_f(
    e: Array, q: Array, m: int, *, cov: str, bandwidth: int | None
) -> tuple[float | Unavailable, float | Unavailable, str]:
    """Hotelling: ``W m (df - m + 1) / df`` is ``m F(m, df - m + 1)``, W in units of the mean of V."""
    b = q[:, -m:].T @ e
    u = e - q[:, -m:] @ b
    if cov == "classical":
        room = float(len(e) - q.shape[1])
        statistic = float(b @ b) / float(u @ u) * room / m
        return statistic, float(scipy.special.fdtrc(m, room, statistic)), f"F({m}, {room:.0f})"
    covariance, _ = joint_covariance(q[:, -m:] * u[:, None], cov=cov, bandwidth=bandwidth, columns=q.shape[1], basis=q)
    lags = resolved(cov, bandwidth, len(e))
    mean, df = working_moments(q[:, -m:], q, cov=cov, bandwidth=lags)
    if df <= m:
        reason = Unavailable(f"{m} coefficients, but the covariance {cov!r} has {df:.0f} degrees of freedom")
        return reason, reason, "none"
    statistic = float(b @ np.linalg.solve(covariance, b)) / m
    room = df - m + 1.0
    return statistic, float(scipy.special.fdtrc(m, room, statistic * mean * room / df)), f"scaled F({m}, {room:.0f})"


def _against_draws(
    e: Array, q: Array, m: int, *, cov: str, reference: str, draws: int, rng: Seed, skip: int
) -> tuple[float, float, str]:
    size = len(e)
    own = float(wald(e[:, None], q, m, cov=cov)[0])
    if reference == "shift":
        turns = np.array_split(np.arange(size - skip), max(1, size // 500))
        values = np.concatenate([wald(_turned(e, part), q, m, cov=cov) for part in turns])
        count = int((values >= own * (1.0 - MARGIN)).sum())
        return own, count / (size - skip), f"{f'{size - skip} of' if skip else 'all'} {size} circular shifts"

    def drawn(count: int, generator: np.random.Generator) -> Array:
        if reference == "permutation":
            rows = np.argsort(generator.random((size, count)), axis=0)
            return wald(e[rows], q, m, cov=cov)
        return wald(e[:, None] * generator.choice([-1.0, 1.0], (size, count)), q, m, cov=cov)

    values = np.concatenate(map_blocks(drawn, draws, rng=rng, n_jobs=1, label="joint test"))
    words = "random orders" if reference == "permutation" else "wild signs"
    return own, (1 + int((values >= own * (1.0 - MARGIN)).sum())) / (1 + draws), f"{draws:,} {words}"


def _turned(e: Array, turns: Rows) -> Array:
    """Column j is e turned round by ``turns[j]``: row t holds e at t + turn."""
    turned: Array = e[(np.arange(len(e))[:, None] + turns[None, :]) % len(e)]
    return turned


def wald(responses: Array, basis: Array, m: int, *, cov: str = "hc3") -> Array:
    """Wald statistics over m of the last m columns of an orthonormal basis (T, k), one a column of ``responses``.

    With q_t the rows of those columns and u the residuals, ``V = sum_t w_t q_t q_t' u_t^2``, w_t = 1 (hc0), T / (T - k)
    (hc1), 1 / (1 - h_t) (hc2) or its square (hc3).
    """
    size, columns = basis.shape
    q = basis[:, -m:]
    b = q.T @ responses
    u = responses - basis @ (basis.T @ responses)
    room = 1.0 - (basis * basis).sum(axis=1)
    weights = room ** {"hc0": 0.0, "hc1": 0.0, "hc2": -1.0, "hc3": -2.0}[cov]
    weights = weights * (size / (size - columns) if cov == "hc1" else 1.0)
    pairs = (q[:, :, None] * q[:, None, :] * weights[:, None, None]).reshape(size, m * m)
    v: Array = ((u * u).T @ pairs).reshape(-1, m, m)
    solved = np.linalg.solve(v, b.T[..., None])[..., 0]
    statistic: Array = (b.T * solved).sum(axis=1) / m
    return statistic
