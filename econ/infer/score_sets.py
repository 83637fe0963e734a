"""Kleibergen's K set, the S set with exact ends, and the continuously updated estimate, from one reduced form."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet
from econ.infer import _pencil as p
from econ.infer.form import ReducedForm, check_definite, critical_ar
from econ.infer.weak import anderson_rubin, reduced_form


@checked
def kleibergen(
    outcome: ArrayLike | ReducedForm,
    endogenous: ArrayLike | None = None,
    instruments: ArrayLike | None = None,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    groups: Any = None,
    level: float = 0.90,
) -> ConfidenceSet:
    """Kleibergen's K set of the effect of one endogenous variable, valid however weak the instruments.

    With g(b) the reduced form of ``outcome - b endogenous``, V(b) its covariance and D(b) the first stage purged of g,

        ``K(b) = (g'V^-1 D)^2 / D'V^-1 D``,

    chi-square with one degree of freedom whatever D: K is the score of ``S(b) = g'V^-1 g``, so that it is zero at the
    continuously updated estimate, and with strong instruments as powerful as the t test. It is zero at every other
    stationary point of S as well, and the set may hold an interval around one; :func:`econ.infer.conditional_lr` does
    not. S counts as many degrees of freedom as instruments, and its set is empty where no b fits.

    Parameters
    ----------
    outcome, endogenous, instruments, controls, cov, bandwidth, groups, level
        As in :func:`econ.infer.anderson_rubin`.

    Returns
    -------
    ConfidenceSet
        Ends are roots of a polynomial of degree 8 m, found to rounding; never empty with several instruments.

    Raises
    ------
    SpecificationError, SchemaError, FrequencyError, SampleTooShort, SingularDesign
        As :func:`econ.infer.reduced_form`.

    Notes
    -----
    With a covariance of n degrees of freedom and q instruments beyond the first, ``K (n - q) / (n + S - K)`` is
    compared with F(1, n - q), which is exact for a Wishart covariance given D (Rao 1967). Coverage is tabulated in
    :func:`econ.infer.stacked_moments`.

    References
    ----------
    Kleibergen, F. (2005), Testing Parameters in GMM without Assuming That They Are Identified, Econometrica 73(4).
    Stock, J. H. and J. H. Wright (2000), GMM with Weak Identification, Econometrica 68(5), for S.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((400, 4))
    >>> flow, news = draws[:, :3].sum(axis=1), draws[:, 1] + draws[:, 3]
    >>> print(kleibergen(2.0 * flow + news, flow, draws[:, [0, 2]], cov="hc1"))
    [1.89, 2.09] ∪ [4.27, 4.32]
    """
    level = checks.level(level)
    if isinstance(outcome, ReducedForm):
        form = outcome
    elif endogenous is None or instruments is None:
        raise SpecificationError("the set needs outcome, endogenous variable and instruments; one is missing.")
    else:
        form = reduced_form(
            outcome, endogenous, instruments, controls=controls, cov=cov, bandwidth=bandwidth, groups=groups
        )
    q = len(form.first) - 1
    if q == 0:
        return anderson_rubin(form, level=level, small_sample=True)
    case, df = _balanced(form), _room(form)
    critical = float(
        2.0 * scipy.special.gammaincinv(0.5, level) if math.isinf(df) else scipy.special.fdtri(1, df - q, level)
    )
    margin = p.k_margin(case, critical=critical, df=df)
    roots = p.k_roots(case, critical=critical, df=df)
    return ConfidenceSet(p.union(case, margin, roots, p.stationary(case)), level)


def _balanced(form: ReducedForm) -> p.Balanced:
    """The form in balanced units; refuses a covariance that is singular beyond first stages that are known."""
    m, v = len(form.first), form.covariance
    noisy = np.concatenate([np.ones(m, dtype=bool), np.diag(v)[m:] > 0.0])
    check_definite(v[np.ix_(noisy, noisy)])
    return p.balanced(replace(form, covariance=v * form.factor))


def _room(form: ReducedForm) -> float:
    q = len(form.first) - 1
    if form.df <= q + 1.0:
        raise SpecificationError(f"{q + 1} instruments need more degrees of freedom than that; found {form.df:g}.")
    return form.df


def stock_wright(form: ReducedForm, *, level: float) -> ConfidenceSet:
    """Every b with S(b) below its quantile: Anderson and Rubin's set of a reduced form, with exact ends."""
    level, m = checks.level(level), len(form.first)
    if m == 1:
        return anderson_rubin(form, level=level, small_sample=True)
    case, critical = _balanced(form), critical_ar(level, m, form.df)

    def margin(angle: Array) -> Array:
        return critical - p.parts(case, angle)[0]

    return ConfidenceSet(p.union(case, margin, p.s_roots(case, critical)), level)


def continuously_updated(form: ReducedForm) -> tuple[float, float, float]:
    """The b with the least S(b), its standard error ``(D'V^-1 D)^-1/2`` and that S.

    Raises
    ------
    SpecificationError
        With fewer degrees of freedom than instruments.
    """
    _room(form)
    case = _balanced(form)
    angle = p.least(case)
    s, _, size, _ = (float(each[0]) for each in p.parts(case, np.array([angle])))
    return case.centre + case.scale * math.tan(angle), case.scale / math.cos(angle) ** 2 / math.sqrt(size), s
