"""Sets that stay valid when instruments are weak: Anderson-Rubin and conditional likelihood ratio.

Everything starts from the reduced form: the coefficients of the outcome and of the endogenous variable on the
instruments, and their joint covariance under heteroskedasticity and autocorrelation. A ratio such as a cumulative
multiplier is the same problem with cumulated variables.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.checks import SPARE
from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.estimate import ConfidenceSet
from econ.infer import _kernels as k
from econ.infer.covariance import consecutive
from econ.infer.form import ReducedForm, critical_ar
from econ.infer.inversion import invert
from econ.infer.ratio import quadratic_set
from econ.infer.sandwich import joint_covariance
from econ.infer.working import resolved, working_moments
from econ.rows import same_rows


@checked
def reduced_form(
    outcome: ArrayLike,
    endogenous: ArrayLike,
    instruments: ArrayLike,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    groups: Any = None,
) -> ReducedForm:
    """Regress outcome and endogenous variable on the instruments, a constant and the controls.

    Parameters
    ----------
    outcome, endogenous : array (T,)
        Outcome and endogenous variable.
    instruments : array (T, m) or (T,)
        Excluded instruments.
    controls : array (T, c), optional
        Included exogenous variables; a constant is always added.
    cov : str
        As in :func:`econ.infer.regress`.
    bandwidth : int, optional
        Bartlett lags ("hac") or cosines ("ewc").
    groups : array (T,), optional
        For "cluster".

    Returns
    -------
    ReducedForm

    Raises
    ------
    SpecificationError
        For arrays of different lengths, or series and tables that do not stand on the same rows; arrays are taken by
        position.
    SampleTooShort
        With fewer observations than coefficients + 10.
    SingularDesign
        If an instrument is a combination of controls; names them.
    SchemaError, FrequencyError
        On missing or infinite values, or (for "hac" and "ewc") dates that are out of order or have gaps.
    """
    same_rows(endogenous=endogenous, outcome=outcome, instruments=instruments, controls=controls, groups=groups)
    consecutive(cov, outcome, endogenous, instruments, controls, bandwidth=bandwidth)
    y, d = (np.asarray(values, dtype=float) for values in (outcome, endogenous))
    if y.ndim != 1 or d.shape != y.shape:
        raise SpecificationError(f"outcome and endogenous variable must both be (T,); found {y.shape} and {d.shape}.")
    z = _columns(instruments, len(y), "instruments")
    w = np.ones((len(y), 1))
    if controls is not None:
        w = np.column_stack([w, _columns(controls, len(y), "controls")])
    if not all(np.isfinite(values).all() for values in (y, d, z, w)):
        raise SchemaError("outcome, endogenous variable, instruments and controls must be finite; found nan or inf.")
    size, columns, m = len(y), w.shape[1] + z.shape[1], z.shape[1]
    if size < columns + SPARE:
        raise SampleTooShort(f"{columns} coefficients need {columns + SPARE} observations; found {size}.")
    names = ["const", *(f"control {j}" for j in range(w.shape[1] - 1)), *(f"instrument {j}" for j in range(m))]
    q, r = k.full_rank_qr(np.column_stack([w, z]), names, "the first stage")
    both = np.column_stack([y, d])
    coefficients = np.linalg.solve(r, q.T @ both)[-m:]
    u = both - q @ (q.T @ both)
    psi = np.hstack([k.influence(q, r, u[:, j])[:, -m:] for j in (0, 1)])
    covariance, plain_df = joint_covariance(psi, cov=cov, bandwidth=bandwidth, groups=groups, columns=columns, basis=q)
    moments = r[-m:, -m:].T @ r[-m:, -m:]
    lags = resolved(cov, bandwidth, size)
    mean, df = working_moments(q[:, -m:], q, cov=cov, bandwidth=lags, groups=groups)
    return ReducedForm(coefficients[:, 0], coefficients[:, 1], covariance, moments, size, df, 1.0 / mean, plain_df)


def _columns(values: ArrayLike, size: int, what: str) -> Array:
    """Values as (T, c)."""
    table = np.asarray(values, dtype=float)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or len(table) != size:
        raise SpecificationError(f"{what} must have the {size} rows of the outcome; found shape {table.shape}.")
    return table


@checked
def anderson_rubin(
    outcome: ArrayLike | ReducedForm,
    endogenous: ArrayLike | None = None,
    instruments: ArrayLike | None = None,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    groups: Any = None,
    level: float = 0.90,
    small_sample: bool | None = None,
) -> ConfidenceSet:
    """Anderson-Rubin set of the effect of one endogenous variable, valid however weak the instruments.

    It holds every b for which the instruments do not predict ``outcome - b endogenous``: Wald test with the robust
    covariance. With several instruments the quantile is Hotelling's, with the bias and degrees of freedom of that
    covariance under independent errors (:func:`econ.infer.working.working_moments`). With one it is the chi-square's
    unless ``small_sample=True``: the set is then Fieller's for the ratio of the two coefficients, in closed form.

    Parameters
    ----------
    outcome : array (T,) or ReducedForm
        Outcome, or a reduced form estimated before (then the next two stay empty).
    endogenous : array (T,)
        Endogenous variable; cumulated like the outcome for a multiplier.
    instruments : array (T, m) or (T,)
        Instruments.
    controls, cov, bandwidth, groups
        As in :func:`reduced_form`.
    level : float, default 0.90
        Coverage.
    small_sample : bool, optional
        Whether the quantile allows for the error of the covariance; by default where there are several instruments.
        Ask for it with one instrument that is zero in most periods, or with few clusters.

    Returns
    -------
    ConfidenceSet
        Bounded, a union, unbounded, or empty when over-identification is rejected at every b.

    Notes
    -----
    90% sets cover in 90-91% of samples with a first-stage F of 3, where two-stage least squares covers in 60-85%.
    Measured in :doc:`/coverage`.

    References
    ----------
    Anderson, T. W. and H. Rubin (1949), Annals of Mathematical Statistics 20(1). Andrews, I., J. H. Stock and
    L. Sun (2019), Weak Instruments in Instrumental Variables Regression, Annual Review of Economics 11.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((400, 3))
    >>> flow, news = draws[:, 0] + draws[:, 1], draws[:, 1] + draws[:, 2]
    >>> print(anderson_rubin(2.0 * flow + news, flow, draws[:, 0], cov="hc1"))
    [1.86, 2.12]
    """
    form = _form(outcome, endogenous, instruments, controls=controls, cov=cov, bandwidth=bandwidth, groups=groups)
    level = checks.level(level)
    form, m = form.inflated(level, small_sample), len(form.first)
    critical = critical_ar(level, m, math.inf)
    if m == 1:
        v = form.covariance
        a = float(form.first[0] ** 2 - critical * v[1, 1])
        b = float(form.first[0] * form.outcome[0] - critical * 0.5 * (v[0, 1] + v[1, 0]))
        c = float(form.outcome[0] ** 2 - critical * v[0, 0])
        return ConfidenceSet(quadratic_set(a, b, c), level)
    standard, centre, scale = form.standardised()
    return invert(lambda angle: critical - _ar(standard, angle), centre, scale, level=level)


def ar_statistic(form: ReducedForm, value: float | Array) -> Array:
    """Anderson-Rubin (Wald) statistic at one value of the effect or many."""
    return _ar(form, np.arctan(value))


def _ar(form: ReducedForm, angle: Array) -> Array:
    g, _, v_gg, _, _ = form.rotate(angle)
    statistic: Array = (g * np.linalg.solve(v_gg, g[..., None])[..., 0]).sum(axis=-1)
    return statistic


@checked
def conditional_lr(
    outcome: ArrayLike | ReducedForm,
    endogenous: ArrayLike | None = None,
    instruments: ArrayLike | None = None,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    groups: Any = None,
    level: float = 0.90,
    small_sample: bool | None = None,
) -> ConfidenceSet:
    """Conditional likelihood-ratio set of the effect of one endogenous variable.

    As valid as Anderson-Rubin and, with several instruments, shorter. With g the reduced form under b, D the
    first stage purged of g, ``LM = (g'V^-1 D)^2 / D'V^-1 D`` and rank statistic ``r = D' Var(D)^-1 D``, the statistic
    is ``(AR - r + sqrt((AR - r)^2 + 4 r LM)) / 2``; its null distribution given r mixes chi-squares. With one
    instrument it equals Anderson-Rubin.

    Parameters
    ----------
    outcome, endogenous, instruments, controls, cov, bandwidth, groups, level, small_sample
        As in :func:`anderson_rubin`.

    Returns
    -------
    ConfidenceSet

    References
    ----------
    Moreira, M. J. (2003), Econometrica 71(4). Kleibergen, F. (2005), Econometrica 73(4). Andrews, D. W. K.,
    M. J. Moreira and J. H. Stock (2007), Journal of Econometrics 139(1), for the conditional p-value.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((400, 4))
    >>> flow, news = draws[:, :3].sum(axis=1), draws[:, 1] + draws[:, 3]
    >>> print(conditional_lr(2.0 * flow + news, flow, draws[:, [0, 2]], cov="hc1"))
    [1.89, 2.09]
    """
    form = _form(outcome, endogenous, instruments, controls=controls, cov=cov, bandwidth=bandwidth, groups=groups)
    if len(form.first) == 1:
        return anderson_rubin(form, level=level, small_sample=small_sample)
    level = checks.level(level)
    size = 1.0 - level
    standard, centre, scale = form.inflated(level, small_sample).standardised()
    return invert(lambda angle: _clr_p_value(standard, angle) - size, centre, scale, level=level)


def clr_p_value(form: ReducedForm, value: float | Array) -> Array:
    """Conditional p-value of the likelihood-ratio statistic at one value of the effect or many."""
    return _clr_p_value(form, np.arctan(value))


def _clr_p_value(form: ReducedForm, angle: Array) -> Array:
    g, d, v_gg, v_dg, v_dd = form.rotate(angle)
    weighted = np.linalg.solve(v_gg, np.concatenate([g[..., None], np.swapaxes(v_dg, -1, -2)], axis=-1))
    d = d - (v_dg @ weighted[..., :1])[..., 0]
    var_d = v_dd - v_dg @ weighted[..., 1:]
    scaled_d = np.linalg.solve(v_gg, d[..., None])[..., 0]
    ar = (g * weighted[..., 0]).sum(axis=-1)
    lm = (g * scaled_d).sum(axis=-1) ** 2 / (d * scaled_d).sum(axis=-1)
    rank = (d * np.linalg.solve(var_d, d[..., None])[..., 0]).sum(axis=-1)
    c = 0.5 * (ar - rank + np.sqrt((ar - rank) ** 2 + 4.0 * rank * lm))
    return _mixture(np.maximum(c, 1e-12), rank, len(form.first))


def _mixture(c: Array, rank: Array, m: int) -> Array:
    """E[1 - F_m((c + r) / (1 + r s^2 / c))], s = sin(a), density of a proportional to cos(a)^(m - 2)."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    angle = 0.25 * np.pi * (nodes + 1.0)
    density = weights * np.cos(angle) ** (m - 2)
    bound = (c + rank)[..., None] / (1.0 + (rank / c)[..., None] * np.sin(angle) ** 2)
    p: Array = (scipy.special.chdtrc(m, bound) * density).sum(axis=-1) / density.sum()
    return p


def _form(outcome: Any, endogenous: Any, instruments: Any, **options: Any) -> ReducedForm:
    if isinstance(outcome, ReducedForm):
        return outcome
    if endogenous is None or instruments is None:
        raise SpecificationError("the set needs outcome, endogenous variable and instruments; one is missing.")
    return reduced_form(outcome, endogenous, instruments, **options)
