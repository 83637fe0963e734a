r"""Monthly flows benchmarked to a survey of positions: a state-space model of what custody hides between surveys.

Reports by custodian put a purchase under the country of the custodian; the annual survey finds the owner of more of
the bonds. Let :math:`d_t` be the reported monthly change of a holder, :math:`h_t` the reported changes of the hubs
that may hold its bonds, and :math:`c_t` the part of its holdings that reports miss:

.. math::

    c_t = c_{t-1} + \beta' h_t + \eta_t, \quad \eta_t \sim N(0, \sigma^2), \qquad
    S_s = \Big(S_0 + \sum_{t \le s} d_t\Big) + c_s + \varepsilon_s, \quad \varepsilon_s \sim N(0, \omega^2)

at the months s of surveys only. Start and :math:`\beta` are diffuse, so that the prediction carries
the uncertainty of :math:`\beta` into every month; :math:`\sigma` maximises the diffuse likelihood;
:math:`\omega` is given (0: the survey is taken as exact). Errors are zero at an exact survey, largest half way between
two, and grow without bound after the last.

References
----------
Durbin, J. and S. J. Koopman (2012), Time Series Analysis by State Space Methods, 2nd edition, chapters 4 and 5: what
their smoother finds is had here by generalised least squares, since surveys are few.
Goldberger, A. S. (1962), Journal of the American Statistical Association 57(298): best linear unbiased prediction.
Harville, D. A. (1977), Journal of the American Statistical Association 72(358): the likelihood of contrasts.
Bertaut, C. C. and R. W. Tryon (2007), IFDP 910: the gap between accumulated flows and the next survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.index import as_period_index
from econ.errors import FrequencyError, NotConverged, SampleTooShort, SchemaError, SingularDesign
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.tables.shown import Shown


@guarded
@dataclass(frozen=True, eq=False)
class Benchmark(Shown):
    """Holdings and flows of one holder, benchmarked to surveys.

    Parameters
    ----------
    frame : DataFrame (T, 6)
        By month, in the units given: ``reported_change``; ``survey`` (NaN between surveys); ``holdings`` and
        ``change`` (positive: the holder has more), smoothed; ``holdings_std_error`` and ``change_std_error``, given
        the variance of the hidden flow.
    shares : dict of str to Estimate
        For each hub, the share of its reported change that belongs to the holder.
    sigma : float
        Standard deviation of the monthly hidden flow beside the hubs'.
    surveys, dof : int
        Surveys, and degrees of freedom of ``sigma``: intervals between surveys less hubs.
    """

    frame: pd.DataFrame
    shares: dict[str, Estimate]
    sigma: float
    surveys: int
    dof: int

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Holdings and changes by month; NaN between surveys is blank."""
        return self.frame

    def interval(self, level: float = 0.90, *, of: str = "holdings") -> tuple[pd.Series, pd.Series]:
        """Band of the holdings or of the monthly change, by Student's t with ``dof`` degrees of freedom.

        With exact surveys the band is exact for normal hidden flows; a survey error makes it approximate.
        """
        from scipy.stats import t as student

        of = checks.choice("band of", of, ("holdings", "change"))
        width = float(student.ppf(0.5 + checks.level(level) / 2, self.dof)) * self.frame[f"{of}_std_error"]
        return self.frame[of] - width, self.frame[of] + width


@checked
def benchmark(change: pd.Series, surveys: pd.Series, hubs: pd.DataFrame | None = None, *,
              survey_error: float = 0.0) -> Benchmark:  # fmt: skip
    """Benchmark reported monthly changes to survey positions.

    Parameters
    ----------
    change : Series (T,)
        Reported change of the holder, monthly ``PeriodIndex`` without a gap, starting in the month of the first
        survey (whose own change is not used). Positive: the holder has more.
    surveys : Series (K + 1,)
        Positions found by surveys, same units, indexed by month; the first at the first month of ``change``.
    hubs : DataFrame (T, p), optional
        Reported changes of the hubs, same months and units.
    survey_error : float
        Standard deviation of the error of a survey, same units; 0 takes surveys as exact.

    Returns
    -------
    Benchmark

    Raises
    ------
    SampleTooShort
        With fewer than three intervals between surveys more than hubs.
    FrequencyError, SchemaError, SpecificationError
        For a gap or a missing figure, a survey outside the months, a negative error.
    SingularDesign
        If hubs did not move, or moved together, between surveys.
    NotConverged
        If the likelihood finds no maximum.

    Examples
    --------
    >>> months = pd.period_range("2002-06", periods=61, freq="M")
    >>> change = pd.Series(1.0, index=months)
    >>> surveys = pd.Series([50.0, 64.0, 74.0, 88.0, 99.0, 113.0], index=months[::12])
    >>> result = benchmark(change, surveys)
    >>> result.frame.loc["2003-06", ["holdings", "holdings_std_error"]].round(6).tolist()
    [64.0, 0.0]
    >>> bool(result.frame.loc["2002-12", "holdings_std_error"] > 0.5)
    True
    """
    change, surveys = checks.figures("change", change, holes=True), checks.figures("surveys", surveys)
    hub = pd.DataFrame(index=change.index) if hubs is None else checks.figures("hubs", hubs, holes=True)
    _check(change, surveys, hub, survey_error)
    reported = change.where(change.index > change.index[0], 0.0).cumsum() + surveys.iloc[0]
    moved = hub.copy()
    moved.iloc[0] = 0.0
    moved = moved.cumsum()
    missed = (surveys - reported).reindex(change.index)
    scale = float(np.sqrt(np.mean(np.diff(missed.dropna()) ** 2))) or 1.0
    spread = moved.abs().max().replace(0.0, 1.0)
    effects = np.column_stack([np.ones(len(moved)), moved / spread])
    at = np.flatnonzero(missed.notna())
    variance = _variance(missed.to_numpy()[at] / scale, effects[at], at, survey_error / scale)
    fitted = _predicted(missed.to_numpy()[at] / scale, effects, at, variance, survey_error / scale)
    state, errors, changes, change_errors = fitted.paths
    frame = pd.DataFrame(
        {
            "reported_change": change,
            "survey": surveys.reindex(change.index),
            "holdings": reported + scale * state,
            "holdings_std_error": scale * errors,
            "change": change + scale * changes,
            "change_std_error": scale * change_errors,
        }
    )
    dof = len(surveys) - 1 - hub.shape[1]
    shares = _shares(fitted, scale / spread, dof)
    return Benchmark(frame, shares, scale * float(np.sqrt(variance)), len(surveys), dof)


def _check(change: pd.Series, surveys: pd.Series, hubs: pd.DataFrame, survey_error: float) -> None:
    index = change.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M" or (np.diff(index.asi8) != 1).any():
        raise FrequencyError("the reported change needs consecutive months; reindex it on a PeriodIndex of months.")
    as_period_index(surveys.index)  # one date each
    if not surveys.index.is_monotonic_increasing or not surveys.index.is_unique or not surveys.index.isin(index).all():
        raise SchemaError("surveys must stand once each, in order, on months of the reported change.")
    if len(surveys) == 0 or surveys.index[0] != index[0] or not hubs.index.equals(index):
        raise SchemaError("the reported change, the hubs and the first survey must start in the same month.")
    checks.real("the survey error", survey_error, least=0.0)
    numbers = np.column_stack([change.to_numpy(float)[1:], hubs.to_numpy(float)[1:]])
    if not np.isfinite(numbers).all() or not np.isfinite(surveys.to_numpy(float)).all():
        raise SchemaError("a reported change or a survey is missing; benchmark months that have all of them.")
    if len(surveys) - 1 < hubs.shape[1] + 3:
        raise SampleTooShort(
            f"{hubs.shape[1]} hubs need {hubs.shape[1] + 4} surveys; found {len(surveys)}; name fewer hubs."
        )


_LOG_VARIANCE = (-25.0, 5.0)
"""Monthly variance in units of the mean squared gap of a survey interval; at the lower end it is zero."""

_ROUNDING = 1e-11
"""A variance left over that is this small beside the one before the surveys is zero but for rounding."""


def _variance(missed: np.ndarray, effects: np.ndarray, at: np.ndarray, survey_error: float) -> float:
    r"""Maximise the diffuse likelihood over the one variance.

    It is that of contrasts :math:`z = A'y`, :math:`A'X = 0` (Harville 1977), turned so that their variances are
    :math:`\sigma^2 \lambda_i + \omega^2`. The zero of its derivative in :math:`\log \sigma^2` is found to the last
    digits; the maximum of a function is flat, and would be found to half of them, which differ between processors.
    """
    from scipy.optimize import brentq

    columns = effects.shape[1]
    turned, triangle = np.linalg.qr(effects, mode="complete")
    if (np.abs(np.diag(triangle)) < 1e-10 * np.abs(triangle).max()).any():
        raise SingularDesign("the hubs' moves between surveys are collinear or nil; name hubs that moved apart.")
    contrasts = turned[:, columns:]
    sizes, axes = np.linalg.eigh(contrasts.T @ _shared(at, at) @ contrasts)
    squares = (axes.T @ (contrasts.T @ missed)) ** 2

    def variances(logarithm: float) -> tuple[np.ndarray, np.ndarray]:
        walk = np.exp(logarithm) * sizes
        return walk, walk + survey_error**2

    def slope(logarithm: float) -> float:
        walk, both = variances(logarithm)
        return float(np.sum(walk / both * (squares / both - 1.0)))

    def loss(logarithm: float) -> float:
        _, both = variances(logarithm)
        return float(np.sum(np.log(both) + squares / both))

    grid = np.linspace(*_LOG_VARIANCE, 301)
    slopes = np.array([slope(each) for each in grid])
    if not np.isfinite(slopes).all() or slopes[-1] > 0.0:
        raise NotConverged("the likelihood of the hidden flow has no maximum; use fewer hubs or another survey error.")
    turns = np.flatnonzero((slopes[:-1] > 0.0) & (slopes[1:] <= 0.0))
    peaks = [float(brentq(slope, grid[each], grid[each + 1], xtol=1e-14, rtol=1e-14)) for each in turns]
    return float(np.exp(min([*peaks, *([grid[0]] if slopes[0] <= 0.0 else [])], key=loss)))


def _shared(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Covariance of a walk of unit steps at two sets of months; it starts a month before the first survey."""
    shared: np.ndarray = np.minimum.outer(one, other) + 1.0
    return shared


@dataclass(frozen=True, eq=False)
class _Predicted:
    """Level and monthly change of the hidden position with their errors, and what precedes the walk."""

    paths: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    coefficients: np.ndarray
    cov: np.ndarray


def _predicted(
    missed: np.ndarray, effects: np.ndarray, at: np.ndarray, variance: float, survey_error: float
) -> _Predicted:
    """Best linear unbiased prediction of every month, given the variance (Goldberger 1962): what the smoother finds."""
    noise = variance * _shared(at, at) + survey_error**2 * np.eye(len(at))
    weighted = np.linalg.solve(noise, effects[at])
    cov = np.linalg.inv(effects[at].T @ weighted)
    coefficients = cov @ (weighted.T @ missed)
    left = np.linalg.solve(noise, missed - effects[at] @ coefficients)

    def path(effect: np.ndarray, shared: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lever = effect - shared @ weighted
        found = own - np.sum(shared * np.linalg.solve(noise, shared.T).T, axis=1)
        found += np.einsum("tk,kl,tl->t", lever, cov, lever)
        return effect @ coefficients + shared @ left, np.sqrt(np.where(found > _ROUNDING * own, found, 0.0))

    months = np.arange(len(effects))
    shared = variance * _shared(months, at)
    level, errors = path(effects, shared, variance * (months + 1.0))
    change, change_errors = path(np.diff(effects, axis=0), np.diff(shared, axis=0), np.full(len(months) - 1, variance))
    missing = np.array([np.nan])
    paths = level, errors, np.concatenate([missing, change]), np.concatenate([missing, change_errors])
    return _Predicted(paths, coefficients, cov)


def _shares(fitted: _Predicted, scales: pd.Series, dof: int) -> dict[str, Estimate]:
    """Share of each hub's reported change, in its own units."""
    from scipy.stats import t as student

    width, out = float(student.ppf(0.95, dof)), {}
    for place, (name, scale) in enumerate(scales.items(), start=1):
        value = float(fitted.coefficients[place]) * scale
        error = float(np.sqrt(fitted.cov[place, place])) * scale
        label = f"share of {name}'s reported change that is the holder's"
        out[str(name)] = Estimate(value, error, value - width * error, value + width * error, level=0.90,
                                  units="", label=label, nobs=dof + len(scales))  # fmt: skip
    return out
