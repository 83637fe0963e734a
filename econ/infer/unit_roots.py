"""Whether a series has a unit root: five tests with opposite nulls and different weaknesses, in one table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.checks import SPARE
from econ.data.dataset import Dataset, as_dataset, complete_frame
from econ.errors import SampleTooShort, SingularDesign
from econ.estimate import Unavailable

TRENDS = {"c": -7.0, "ct": -13.5}
"""Deterministic terms, and c of the local detrending a = 1 + c / T (Elliott, Rothenberg and Stock 1996)."""
TESTS = ("adf", "adf-gls", "phillips-perron", "kpss", "zivot-andrews")
SIZES = np.array([0.01, 0.05, 0.10])
GLS_PERIODS = np.array([50.0, 100.0, 200.0])
# Elliott, Rothenberg and Stock (1996), Econometrica 64(4), table I C: 1, 5 and 10% by periods, the limit last
GLS_CRITICAL = np.array([[-3.77, -3.19, -2.89], [-3.58, -3.03, -2.74], [-3.46, -2.93, -2.64], [-3.48, -2.89, -2.57]])
BREAK_CRITICAL = {"c": (-5.34, -4.80, -4.58), "ct": (-5.57, -5.08, -4.82)}  # Zivot and Andrews (1992), tables 2A and 4A
KPSS_SIZES = (0.10, 0.05, 0.025, 0.01)
KPSS_CRITICAL = {"c": (0.347, 0.463, 0.574, 0.739), "ct": (0.119, 0.146, 0.176, 0.216)}  # their table 1
LEAST = 30  # periods, so that fifteen percent at each end and a break between them hold regressions


class Row(NamedTuple):
    """One test of one series."""

    statistic: float
    p_value: float | Unavailable
    critical_value: float
    lags: int
    null: str
    verdict: str


@checked
def unit_root(
    data: Dataset | pd.DataFrame | pd.Series,
    *,
    trend: str = "c",
    lags: int | None = None,
    size: float = 0.05,
) -> pd.DataFrame:
    """Test every series for a unit root.

    Parameters
    ----------
    data : Dataset, DataFrame or Series
        One column a series, any units; no missing values, regular periods, 30 or more.
    trend : {"c", "ct"}
        Under the alternative the series is stationary around a constant, or around a trend.
    lags : int, optional
        Lagged differences of ADF, ADF-GLS and Zivot-Andrews. By default AIC picks them up to 12 (T / 100)^¼ (for
        ADF-GLS its modification by Ng and Perron 2001).
    size : float, default 0.05
        Of the verdict: 0.01, 0.05 or 0.10, the sizes that all the tables have.

    Returns
    -------
    DataFrame
        Indexed (variable, test), columns ``statistic``, ``p_value``, ``critical_value`` (at ``size``), ``lags`` (of the
        regression, or of the long-run variance), ``null`` and ``verdict`` in words. Tests: ``adf`` (MacKinnon 1994,
        2010); ``adf-gls`` (Elliott, Rothenberg and Stock 1996; p-value with a constant only, with a trend there are
        critical values); ``phillips-perron`` (Z_t, Bartlett weights, 4 (T / 100)^¼ lags); ``kpss``, whose null is
        stationarity, with p-values cut at 0.01 and 0.10 where its table ends; ``zivot-andrews`` (a break in the
        constant, and in the trend if there is one, under the alternative), with the last period before the break in its
        verdict.

    Raises
    ------
    SpecificationError
        For an unknown trend or size, or lags that are no integer of 0 or more.
    SchemaError
        For missing values or a constant column.
    FrequencyError
        For gaps in the dates.
    SampleTooShort
        For fewer than 30 periods, or too few for the lags.
    SingularDesign
        For a series that a constant, a trend and its own past predict exactly.

    Notes
    -----
    Rejections of a true unit root at 5% (150 random walks of 150 periods, one lag): ADF, ADF-GLS, Phillips-Perron and
    Zivot-Andrews 5, 6, 5 and 6% around a constant, 6, 7, 7 and 7% around a trend.

    References
    ----------
    Elliott, G., T. J. Rothenberg and J. H. Stock (1996), Efficient Tests for an Autoregressive Unit Root, Econometrica
    64(4), 813-836.
    Kwiatkowski, D., P. C. B. Phillips, P. Schmidt and Y. Shin (1992), Journal of Econometrics 54(1-3), 159-178.
    Phillips, P. C. B. and P. Perron (1988), Testing for a Unit Root in Time Series Regression, Biometrika 75(2),
    335-346.
    Zivot, E. and D. W. K. Andrews (1992), Journal of Business and Economic Statistics 10(3), 251-270.

    Examples
    --------
    >>> from econ.testing import simulated_levels
    >>> table = unit_root(simulated_levels(120, rng=1), lags=1)
    >>> table.loc[("yield_10y", "adf"), "verdict"]
    'a unit root is not rejected'
    """
    trend = checks.choice("trend", trend, TRENDS)
    size = float(checks.choice("size", f"{checks.real('size', size):g}", ("0.01", "0.05", "0.1")))
    given = data.to_frame("series" if data.name is None else str(data.name)) if isinstance(data, pd.Series) else data
    frame = complete_frame(as_dataset(given), what="unit-root tests")
    periods = len(frame)
    most = int(np.ceil(12.0 * (periods / 100.0) ** 0.25))
    if lags is not None:
        lags = checks.count("lags", lags, least=0)
    needed = max(LEAST, 2 * (most if lags is None else lags) + 4 + SPARE)
    if periods < needed:
        raise SampleTooShort(f"unit-root tests of {periods} periods need {needed}; use a longer sample or fewer lags.")
    rows = {}
    for name in frame.columns:
        y = frame[name].to_numpy(dtype=float)
        _refuse_exact(y, str(name))
        y = (y - y.mean()) / y.std()
        for test, row in _tests(y, trend, size, lags=lags, most=most, dates=frame.index).items():
            rows[str(name), test] = row
    index = pd.MultiIndex.from_tuples(list(rows), names=["variable", "test"])
    return pd.DataFrame(list(rows.values()), index=index, columns=list(Row._fields))


def _tests(y: Array, trend: str, size: float, *, lags: int | None, most: int, dates: pd.Index) -> dict[str, Row]:
    return {
        "adf": _adf(y, trend, size, lags=lags, most=most),
        "adf-gls": _adf_gls(y, trend, size, lags=lags, most=most),
        "phillips-perron": _phillips_perron(y, trend, size),
        "kpss": _kpss(y, trend, size),
        "zivot-andrews": _zivot_andrews(y, trend, size, lags=lags, most=most, dates=dates),
    }


def _unit(statistic: float, p: float | Unavailable, critical: float, *, lags: int, null: str = "unit root") -> Row:
    words = "is rejected" if statistic < critical else "is not rejected"
    return Row(float(statistic), p, float(critical), int(lags), null, f"a unit root {words}")


def _adf(y: Array, trend: str, size: float, *, lags: int | None, most: int) -> Row:
    from statsmodels.tsa.adfvalues import mackinnoncrit, mackinnonp

    used = _chosen_lags(y, trend, most) if lags is None else lags
    statistic, _, _, periods = dickey_fuller(y, used, trend=trend)
    critical = dict(zip(SIZES, mackinnoncrit(N=1, regression=trend, nobs=periods), strict=True))[size]
    return _unit(statistic, float(mackinnonp(statistic, regression=trend, N=1)), critical, lags=used)


def _chosen_lags(y: Array, trend: str, most: int) -> int:
    """Lags of the smallest log σ² + 2 k / N, all on the sample of the longest."""
    fits = [dickey_fuller(y, lags, trend=trend, skip=most) for lags in range(most + 1)]
    return int(
        np.argmin([np.log(squares / count) + 2.0 * lags / count for lags, (*_, squares, count) in enumerate(fits)])
    )


def _adf_gls(y: Array, trend: str, size: float, *, lags: int | None, most: int) -> Row:
    """The t ratio of the level in a regression of Δy on it and lagged Δy, y detrended by GLS at a root near one."""
    from statsmodels.tsa.adfvalues import mackinnoncrit, mackinnonp

    left = gls_detrended(y, trend)
    used = _modified_aic(left, most) if lags is None else lags
    statistic = dickey_fuller(left, used)[0]
    if trend == "c":
        critical = dict(zip(SIZES, mackinnoncrit(N=1, regression="n", nobs=len(y)), strict=True))[size]
        return _unit(statistic, float(mackinnonp(statistic, regression="n", N=1)), critical, lags=used)
    column = int(np.flatnonzero(np.isclose(SIZES, size))[0])
    inverse = np.append(1.0 / GLS_PERIODS, 0.0)[::-1]
    critical = float(np.interp(1.0 / len(y), inverse, GLS_CRITICAL[::-1, column]))
    reason = Unavailable("with a trend only critical values are tabulated")
    return _unit(statistic, reason, critical, lags=used)


def gls_detrended(y: Array, trend: str) -> Array:
    """What the terms leave of y, both quasi-differenced at 1 + c / T but for the first period."""
    periods = len(y)
    root = 1.0 + TRENDS[trend] / periods
    terms = np.column_stack([np.ones(periods), np.arange(1.0, periods + 1.0)][: len(trend)])
    quasi_y = np.append(y[0], y[1:] - root * y[:-1])
    quasi_x = np.vstack([terms[:1], terms[1:] - root * terms[:-1]])
    return np.asarray(y - terms @ np.linalg.lstsq(quasi_x, quasi_y, rcond=None)[0])


def dickey_fuller(y: Array, lags: int, *, trend: str = "", skip: int = 0) -> tuple[float, float, float, int]:
    """The t ratio of y_{t-1} in a regression of Δy_t on it, lags of Δy and terms; its coefficient, Σu², periods.

    ``trend`` is empty, "c" or "ct"; at least ``skip`` differences stand before the first period.
    """
    change, first = np.diff(y), max(lags, skip)
    target = change[first:]
    terms = [np.ones(len(target)), np.arange(1.0, len(target) + 1.0)][: len(trend)]
    lagged = [change[first - lag : len(change) - lag] for lag in range(1, lags + 1)]
    x = np.column_stack([y[first:-1], *lagged, *terms])
    coefficients = np.linalg.lstsq(x, target, rcond=None)[0]
    errors = target - x @ coefficients
    squares = float(errors @ errors)
    spread = np.sqrt(squares / (len(target) - x.shape[1]) * np.linalg.inv(x.T @ x)[0, 0])
    return float(coefficients[0] / spread), float(coefficients[0]), squares, len(target)


def _modified_aic(y: Array, most: int) -> int:
    """Lags of the smallest log σ² + 2 (τ + k) / N, τ = b² Σ y²_{t-1} / σ², all on the sample of the longest."""
    scores = []
    for lags in range(most + 1):
        _, slope, squares, count = dickey_fuller(y, lags, skip=most)
        variance = squares / count
        penalty = slope**2 * float(y[most:-1] @ y[most:-1]) / variance + lags
        scores.append(np.log(variance) + 2.0 * penalty / count)
    return int(np.argmin(scores))


def _phillips_perron(y: Array, trend: str, size: float) -> Row:
    from statsmodels.tsa.adfvalues import mackinnoncrit, mackinnonp

    bandwidth = int(4.0 * (len(y) / 100.0) ** 0.25)
    statistic = phillips_perron(y, trend, bandwidth)
    critical = dict(zip(SIZES, mackinnoncrit(N=1, regression=trend, nobs=len(y) - 1), strict=True))[size]
    return _unit(statistic, float(mackinnonp(statistic, regression=trend, N=1)), critical, lags=bandwidth)


def phillips_perron(y: Array, trend: str, bandwidth: int) -> float:
    """Z_t = (s / λ) t - (λ² - s²) T se / (2 λ σ), with s² = u'u / T, λ² its long-run form, σ the standard error."""
    periods = len(y) - 1
    terms = np.column_stack([np.ones(periods), np.arange(1.0, periods + 1.0)][: len(trend)])
    x = np.column_stack([y[:-1], terms])
    coefficients = np.linalg.lstsq(x, y[1:], rcond=None)[0]
    u = y[1:] - x @ coefficients
    sigma = np.sqrt(float(u @ u) / (periods - x.shape[1]))
    error = sigma * np.sqrt(np.linalg.inv(x.T @ x)[0, 0])
    short = float(u @ u) / periods
    weights = 1.0 - np.arange(1, bandwidth + 1) / (bandwidth + 1.0)
    long = short + 2.0 * sum(
        weight * float(u[lag:] @ u[:-lag]) / periods for lag, weight in enumerate(weights, start=1)
    )
    t = (coefficients[0] - 1.0) / error
    return float(np.sqrt(short / long) * t - 0.5 * (long - short) / np.sqrt(long) * periods * error / sigma)


def _kpss(y: Array, trend: str, size: float) -> Row:
    statistic, bandwidth = kpss(y, trend)
    table = KPSS_CRITICAL[trend]
    p = float(np.interp(statistic, table, KPSS_SIZES))
    bound = table[KPSS_SIZES.index(size)]
    words = "is rejected" if statistic > bound else "is not rejected"
    around = "a constant" if trend == "c" else "a trend"
    return Row(statistic, p, bound, bandwidth, f"stationary around {around}", f"stationarity {words}")


def kpss(y: Array, trend: str) -> tuple[float, int]:
    """Σ S_t² / (T² λ²), S the cumulated residuals on the terms, and the lags of λ² (Hobijn, Franses and Ooms 2004)."""
    periods = len(y)
    terms = np.column_stack([np.ones(periods), np.arange(1.0, periods + 1.0)][: len(trend)])
    u = y - terms @ np.linalg.lstsq(terms, y, rcond=None)[0]
    covariances = np.array([u[lag:] @ u[: periods - lag] for lag in range(periods)]) / periods
    first = np.arange(1, int(periods ** (2.0 / 9.0)) + 1)
    slope = float(2.0 * first @ covariances[first]) / float(covariances[0] + 2.0 * covariances[first].sum())
    bandwidth = min(int(1.1447 * (slope**2) ** (1.0 / 3.0) * periods ** (1.0 / 3.0)), periods - 1)
    lags = np.arange(1, bandwidth + 1)
    long = float(covariances[0] + 2.0 * (1.0 - lags / (bandwidth + 1.0)) @ covariances[lags])
    return float((np.cumsum(u) ** 2).sum() / periods**2 / long), bandwidth


def _zivot_andrews(y: Array, trend: str, size: float, *, lags: int | None, most: int, dates: pd.Index) -> Row:
    used = _chosen_lags(y, "ct", most) if lags is None else lags
    statistic, last = zivot_andrews(y, trend, used)
    critical = float(BREAK_CRITICAL[trend][int(np.flatnonzero(np.isclose(SIZES, size))[0])])
    reason = Unavailable("only critical values are tabulated")
    row = _unit(statistic, reason, critical, lags=used, null="unit root without a break")
    return row._replace(verdict=f"{row.verdict}; strongest break after {dates[last]}")


def zivot_andrews(y: Array, trend: str, lags: int) -> tuple[float, int]:
    """Least t ratio of y_{t-1} over breaks of the constant (and, with a trend, of it too), and the period before it.

    Δy_t on y_{t-1}, 1, t, lags of Δy, 1{t > b} and (t - b) 1{t > b}, b from 15% to 85% of the sample; all that does not
    hang on b is taken out first.
    """
    periods, change = len(y), np.diff(y)
    t = np.arange(lags + 1.0, periods)
    common = [np.ones(len(t)), t, *(change[lags - lag : len(change) - lag] for lag in range(1, lags + 1))]
    basis = np.linalg.qr(np.column_stack(common))[0]
    trimmed = int(0.15 * periods)
    breaks = np.arange(max(trimmed, lags + 2), periods - trimmed)
    after = (t[None] > breaks[:, None]).astype(float)
    shifts = [after] if trend == "c" else [after, after * (t[None] - breaks[:, None])]
    level = np.broadcast_to(y[lags:-1], after.shape)
    x = np.stack([level, *shifts], axis=2)
    x = x - basis @ (basis.T @ x)
    target = change[lags:] - basis @ (basis.T @ change[lags:])
    gram = np.swapaxes(x, 1, 2) @ x
    slopes = np.linalg.solve(gram, (np.swapaxes(x, 1, 2) @ target)[..., None])
    errors = target - (x @ slopes)[..., 0]
    variance = (errors**2).sum(axis=1) / (len(t) - basis.shape[1] - x.shape[2])
    ratios = slopes[:, 0, 0] / np.sqrt(variance * np.linalg.inv(gram)[:, 0, 0])
    least = int(ratios.argmin())
    return float(ratios[least]), int(breaks[least])


def _refuse_exact(y: Array, name: str) -> None:
    """Refuse a series that a constant, a trend and its last value predict but for rounding."""
    x = np.column_stack([np.ones(len(y) - 1), np.arange(1.0, len(y)), y[:-1]])
    centred = y[1:] - y.mean()
    errors = centred - x @ np.linalg.lstsq(x, centred, rcond=None)[0]
    if float(errors @ errors) <= 1e-18 * float(centred @ centred):
        raise SingularDesign(f"{name!r} is predicted exactly by a trend and its own past; nothing is left to test.")
