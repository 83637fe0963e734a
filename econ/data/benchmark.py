r"""Monthly flows benchmarked to a survey of positions: a state-space model of what custody hides between surveys.

Reports by custodian put a purchase under the country of the custodian; the annual survey finds the owner of more of
the bonds. Let :math:`d_t` be the reported monthly change of a holder, :math:`h_t` the reported changes of the hubs
that may hold its bonds, and :math:`c_t` the part of its holdings that reports miss:

.. math::

    c_t = c_{t-1} + \beta' h_t + \eta_t, \quad \eta_t \sim N(0, \sigma^2), \qquad
    S_s = \Big(S_0 + \sum_{t \le s} d_t\Big) + c_s + \varepsilon_s, \quad \varepsilon_s \sim N(0, \omega^2)

at the months s of surveys only. The state is :math:`(c_t, \beta)`, with a diffuse start, so that the smoother carries
the uncertainty of :math:`\beta` into every month; :math:`\sigma` maximises the diffuse likelihood;
:math:`\omega` is given (0: the survey is taken as exact). Errors are zero at an exact survey, largest half way between
two, and grow without bound after the last.

References
----------
Durbin, J. and S. J. Koopman (2012), Time Series Analysis by State Space Methods, 2nd edition, chapters 4 and 5.
Bertaut, C. C. and R. W. Tryon (2007), IFDP 910: the gap between accumulated flows and the next survey.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.errors import FrequencyError, NotConverged, SampleTooShort, SchemaError
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
    fitted, sigma = _fit(missed.to_numpy() / scale, (moved / spread).to_numpy(), survey_error / scale)
    state, errors, changes, change_errors = _smoothed(fitted, (moved / spread).to_numpy())
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
    return Benchmark(frame, _shares(fitted, spread, scale, dof), scale * sigma, len(surveys), dof)


def _check(change: pd.Series, surveys: pd.Series, hubs: pd.DataFrame, survey_error: float) -> None:
    index = change.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M" or (np.diff(index.asi8) != 1).any():
        raise FrequencyError("the reported change needs consecutive months; reindex it on a PeriodIndex of months.")
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


def _fit(missed: np.ndarray, moved: np.ndarray, survey_error: float) -> tuple[Any, float]:
    """Maximise the diffuse likelihood over the one variance; states are the hidden position and the shares."""
    from scipy.optimize import minimize_scalar
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    exog = {"exog": moved, "mle_regression": False} if moved.shape[1] else {}
    model = UnobservedComponents(missed, level="llevel" if survey_error > 0 else "rwalk", **exog)
    given = [survey_error**2] if survey_error > 0 else []  # the parameters are irregular (if any), level

    def loss(logarithm: float) -> float:
        return -float(model.loglike([*given, np.exp(logarithm)]))

    found = minimize_scalar(loss, bounds=_LOG_VARIANCE, method="bounded", options={"xatol": 1e-8, "maxiter": 200})
    if not found.success or not np.isfinite(found.fun) or found.x > _LOG_VARIANCE[1] - 0.1:
        raise NotConverged("the likelihood of the hidden flow has no maximum; use fewer hubs or another survey error.")
    return model.smooth([*given, np.exp(found.x)]), float(np.exp(found.x / 2))


_LOG_VARIANCE = (-25.0, 5.0)
"""Monthly variance in units of the mean squared gap of a survey interval; at the lower end it is zero."""


def _smoothed(fitted: Any, moved: np.ndarray) -> tuple[np.ndarray, ...]:
    """Hidden position and its monthly change with standard errors, from the smoothed states and their covariances."""
    design = np.column_stack([np.ones(len(moved)), moved])
    state, cov, cross = fitted.smoothed_state, fitted.smoothed_state_cov, fitted.smoothed_state_autocov
    level = np.einsum("tk,kt->t", design, state)
    variance = np.einsum("tk,klt,tl->t", design, cov, design)
    # smoothed_state_autocov[:, :, t] is the covariance of the states of t + 1 and t.
    joint = np.einsum("tk,klt,tl->t", design[1:], cross[:, :, : len(design) - 1], design[:-1])
    step_variance = variance[1:] + variance[:-1] - 2.0 * joint
    missing = np.array([np.nan])
    return (
        level,
        np.sqrt(np.clip(variance, 0.0, None)),
        np.concatenate([missing, np.diff(level)]),
        np.concatenate([missing, np.sqrt(np.clip(step_variance, 0.0, None))]),
    )


def _shares(fitted: Any, spread: pd.Series, scale: float, dof: int) -> dict[str, Estimate]:
    """Shares at the last month: the smoother has the same there as everywhere."""
    from scipy.stats import t as student

    width, out = float(student.ppf(0.95, dof)), {}
    for place, name in enumerate(spread.index, start=1):
        value = float(fitted.smoothed_state[place, -1]) * scale / spread[name]
        error = float(np.sqrt(max(fitted.smoothed_state_cov[place, place, -1], 0.0))) * scale / spread[name]
        label = f"share of {name}'s reported change that is the holder's"
        out[str(name)] = Estimate(value, error, value - width * error, value + width * error, level=0.90,
                                  units="", label=label, nobs=dof + len(spread))  # fmt: skip
    return out
