"""How strong instruments are: effective F with its critical value, and the tF interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from econ import checks
from econ.border import checked
from econ.errors import SingularDesign, SpecificationError
from econ.estimate import ConfidenceSet
from econ.frozen import guarded
from econ.infer.form import ReducedForm
from econ.infer.weak import reduced_form
from econ.tables.shown import Shown

TF_FLOOR = 4.0
TF_SIZE = 0.05
LARGEST_F = 1e18  # of a first stage that leaves 1e-9 of the variable, beyond which all is rounding
# Lee, McCrary, Moreira and Porter (2022), Table 3: 5% critical values at sqrt(F) = 2.0, 2.1, ..., 10.3
TF_CRITICAL = (
    *(18.66, 9.74, 7.37, 6.18, 5.43, 4.92, 4.54, 4.25, 4.01, 3.82, 3.65, 3.51, 3.39, 3.29, 3.19, 3.11, 3.03),
    *(2.97, 2.91, 2.85, 2.80, 2.75, 2.71, 2.67, 2.63, 2.60, 2.57, 2.54, 2.51, 2.48, 2.46, 2.43, 2.41, 2.39),
    *(2.37, 2.35, 2.33, 2.32, 2.30, 2.29, 2.27, 2.26, 2.24, 2.23, 2.22, 2.21, 2.20, 2.19, 2.17, 2.16, 2.16),
    *(2.15, 2.14, 2.13, 2.12, 2.11, 2.10, 2.10, 2.09, 2.08, 2.08, 2.07, 2.06, 2.06, 2.05, 2.04, 2.04, 2.03),
    *(2.03, 2.02, 2.02, 2.01, 2.01, 2.00, 2.00, 1.99, 1.99, 1.99, 1.98, 1.98, 1.97, 1.97, 1.97, 1.96),
)


@guarded
@dataclass(frozen=True)
class EffectiveF(Shown):
    """Effective first-stage F of Montiel Olea and Pflueger with its critical value.

    Parameters
    ----------
    statistic : float
        The effective F; with one instrument the robust F.
    critical_value : float
        Weak instruments are rejected above it.
    bias : float
        Largest relative bias tolerated under the alternative (tau), such as 0.10.
    degrees : float
        Effective degrees of freedom.
    size : float
        Size of the test.
    nobs : int
        Observations.

    Raises
    ------
    SpecificationError
        For NaN.
    """

    statistic: float
    critical_value: float
    bias: float
    degrees: float
    size: float
    nobs: int

    def __post_init__(self) -> None:
        checks.known(self, "statistic", "critical_value", "bias", "degrees", "size")

    @property
    def strong(self) -> bool:
        """Whether weak instruments are rejected."""
        return self.statistic > self.critical_value

    def __str__(self) -> str:
        verdict = "strong" if self.strong else "weak"
        return f"effective F = {self.statistic:.1f} ({verdict}: critical value {self.critical_value:.1f})"


@checked
def effective_f(
    endogenous: ArrayLike | ReducedForm,
    instruments: ArrayLike | None = None,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    groups: Any = None,
    bias: float = 0.10,
    size: float = 0.05,
) -> EffectiveF:
    """Effective first-stage F and its critical value.

    ``F = d'P d / tr(W)`` with instruments made orthonormal and W the robust covariance of the first stage.
    The critical value is the simplified one (worst case over the endogeneity): the ``1 - size`` quantile of a
    noncentral chi-square with effective degrees of freedom K (Patnaik), noncentrality ``K / bias``, over K.

    Parameters
    ----------
    endogenous : array (T,) or ReducedForm
        Endogenous variable, or a reduced form estimated before.
    instruments : array (T, m) or (T,)
        Instruments; not with a reduced form.
    controls, cov, bandwidth, groups
        As in :func:`reduced_form`.
    bias : float, default 0.10
        Largest Nagar bias tolerated, as a share of the worst case (tau): 0.05, 0.10, 0.20, 0.30.
    size : float, default 0.05
        Size of the test.

    Returns
    -------
    EffectiveF

    Raises
    ------
    SpecificationError
        If ``bias`` is not between 0 and 1, or series and tables stand on unlike rows.
    SingularDesign
        If the instruments explain the endogenous variable exactly.

    References
    ----------
    Montiel Olea, J. L. and C. Pflueger (2013), A Robust Test for Weak Instruments, Journal of Business &
    Economic Statistics 31(3).

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((400, 2))
    >>> print(effective_f(draws[:, 0] + draws[:, 1], draws[:, 0], cov="hc1"))
    effective F = 299.9 (strong: critical value 23.1)
    """
    bias, size = checks.real("bias", bias, above=0.0, below=1.0), checks.real("size", size, above=0.0, below=1.0)
    if isinstance(endogenous, ReducedForm):
        form = endogenous
    elif instruments is None:
        raise SpecificationError("an effective F needs instruments; pass them as the second argument.")
    else:
        form = reduced_form(
            endogenous, endogenous, instruments, controls=controls, cov=cov, bandwidth=bandwidth, groups=groups
        )
    found = strength_of(form, bias=bias, size=size)
    if found.statistic > LARGEST_F:
        raise SingularDesign(
            "the instruments explain the endogenous variable exactly, but for rounding (F = "
            f"{found.statistic:.1g}): it is one of them, or a combination of them and the controls; instrument it by "
            "something else."
        )
    return found


def strength_of(form: ReducedForm, *, bias: float = 0.10, size: float = 0.05) -> EffectiveF:
    """The effective F of a first stage that may be exact, as that of a VAR's own residual as its proxy is."""
    m = len(form.first)
    if not form.covariance[m:, m:].any():
        raise SingularDesign("the instruments explain nothing exactly: is the endogenous variable constant?")
    root = np.linalg.cholesky(form.moments).T  # orthonormal instruments have coefficients root @ first
    w = root @ form.covariance[m:, m:] @ root.T
    coefficients = root @ form.first
    trace, largest, x = float(np.trace(w)), float(np.linalg.eigvalsh(w)[-1]), 1.0 / bias
    degrees = trace**2 * (1.0 + 2.0 * x) / (float((w * w).sum()) + 2.0 * x * trace * largest)
    critical = _critical(1.0 - size, degrees, x)
    return EffectiveF(float(coefficients @ coefficients) / trace, critical, bias, degrees, size, form.nobs)


@lru_cache(maxsize=1024)
def _critical(level: float, degrees: float, x: float) -> float:
    """Quantile of the noncentral chi-square over its degrees; one instrument always has the same."""
    return float(scipy.special.chndtrix(level, degrees, degrees * x)) / degrees


@checked
def tf_interval(value: float, std_error: float, f: float, *, size: float = 0.05) -> ConfidenceSet:
    """Interval of a just-identified 2SLS estimate with the tF critical value for its first-stage F.

    Parameters
    ----------
    value, std_error : float
        2SLS estimate and its (robust) standard error.
    f : float
        First-stage F with the same covariance.
    size : float, default 0.05
        Of the test that the interval inverts. Only 0.05: the published critical values are for 5% tests.

    Returns
    -------
    ConfidenceSet
        The whole line for F below 4.

    Raises
    ------
    SpecificationError
        For another size, or values that are not finite and positive where they must be.

    References
    ----------
    Lee, D. S., J. McCrary, M. J. Moreira and J. Porter (2022), Valid t-Ratio Inference for IV, American
    Economic Review 112(10), Table 3.

    Examples
    --------
    >>> print(tf_interval(1.0, 0.1, 10.0))
    [0.66, 1.34]
    """
    if not math.isclose(checks.real("size", size), TF_SIZE):
        raise SpecificationError(
            f"tF critical values exist for tests of size 0.05 (level 0.95); found {size!r}; use anderson_rubin."
        )
    value, std_error = checks.real("value", value), checks.real("std_error", std_error, above=0.0)
    f = checks.real("f", f, least=0.0)
    if f < TF_FLOOR:
        return ConfidenceSet(((-math.inf, math.inf),), 1.0 - TF_SIZE)
    grid = 2.0 + 0.1 * np.arange(len(TF_CRITICAL))
    reach = float(np.interp(math.sqrt(f), grid, TF_CRITICAL)) * std_error
    return ConfidenceSet(((value - reach, value + reach),), 1.0 - TF_SIZE)
