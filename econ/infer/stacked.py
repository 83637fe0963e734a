"""Several instruments, samples and frequencies, one effect: moments stacked over a common calendar.

Each design says ``E[z (y - b x)] = 0`` on its own dates, with its own controls, and all of them mean the same b. Where
some are weak no estimate is normal; the sets here hold b with the coverage asked for all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.checks import SPARE
from econ.data.values import check_values
from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.infer import _kernels as k
from econ.infer._distance import against
from econ.infer.calendar import CalendarCovariance, calendar_covariance, check_definite
from econ.infer.form import ReducedForm
from econ.infer.score_sets import continuously_updated, kleibergen, stock_wright
from econ.infer.weak import conditional_lr
from econ.tables.shown import Shown
from econ.tables.tidy import tidied

COLUMNS = ("value", "std_error", "first_stage_f", "nobs", "start", "end", "blocks")
SETS = ("S", "K", "CLR")
NULL = "all designs have one effect"
KNOWN = 1e-10
"""Share of a variable beyond instrument and controls that is rounding."""


@guarded
@dataclass(frozen=True, eq=False)
class LinearMoment:
    """One design: an outcome, what moves it, and an instrument, on one sample of dates.

    Parameters
    ----------
    outcome, endogenous, instrument : Series (T,)
        y, x and z of ``E[z (y - b x)] = 0``, on the same dates: days (irregular ones too) or periods. An ``endogenous``
        that is its own instrument makes the design least squares.
    controls : DataFrame (T, c), optional
        Partialled out of all three, with a constant.

    Raises
    ------
    SpecificationError
        If the rows differ.
    SchemaError
        For values that are not finite numbers, or a series that does not vary.
    SampleTooShort
        With fewer than c + 12 dates.
    SingularDesign
        If the instrument is a combination of the controls; names them.

    Examples
    --------
    >>> x = pd.Series(np.sin(np.arange(60.0)), pd.period_range("2000-01", periods=60, freq="M"))
    >>> LinearMoment(outcome=2.0 * x + x**2, endogenous=x, instrument=x).nobs
    60
    """

    outcome: pd.Series
    endogenous: pd.Series
    instrument: pd.Series
    controls: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        rows = self.outcome.index
        given = {"endogenous": self.endogenous, "instrument": self.instrument, "controls": self.controls}
        for name, each in given.items():
            if each is not None and not each.index.equals(rows):
                raise SpecificationError(f"{name} must stand on the rows of the outcome; reindex one to the other.")
        controls = pd.DataFrame(index=rows) if self.controls is None else self.controls
        if controls.shape[1]:
            check_values(controls, allow_missing=False)
        for name, each in {"outcome": self.outcome, **given}.items():
            if isinstance(each, pd.Series):
                check_values(each.to_frame(name), allow_missing=False)
                if np.ptp(each.to_numpy(dtype=float)) == 0.0:
                    raise SchemaError(f"the {name} of a design is constant; nothing can be learnt from it.")
        wanted = controls.shape[1] + 2 + SPARE
        if len(rows) < wanted:
            raise SampleTooShort(f"{wanted - SPARE} coefficients need {wanted} dates; found {len(rows)}.")

    @property
    def nobs(self) -> int:
        """Dates."""
        return len(self.outcome)

    def reduced(self) -> tuple[float, float, pd.Series, pd.Series]:
        """Coefficients of outcome and endogenous variable on the instrument, and their influence by date.

        Influence is ``z u / z'z`` with z the instrument and u the residual after partialling out, over the root of one
        less the leverage (as "hc2").
        """
        index, instrument = self.outcome.index, self.instrument.to_numpy(dtype=float)
        extra = np.empty((len(index), 0)) if self.controls is None else self.controls.to_numpy(dtype=float)
        names = ["const", *([] if self.controls is None else map(str, self.controls.columns)), "the instrument"]
        q, r = k.full_rank_qr(np.column_stack([np.ones(len(index)), extra, instrument]), names, "a design")
        both = np.column_stack([self.outcome.to_numpy(dtype=float), self.endogenous.to_numpy(dtype=float)])
        slopes = np.linalg.solve(r, q.T @ both)[-1]
        u = both - q @ (q.T @ both)
        u[:, np.linalg.norm(u, axis=0) <= KNOWN * np.linalg.norm(both, axis=0)] = 0.0  # nothing but rounding is left
        room = np.sqrt(np.maximum(1.0 - (q * q).sum(axis=1), 1e-10))
        y, x = (pd.Series(q[:, -1] * u[:, j] / room / r[-1, -1], index) for j in (0, 1))
        return float(slopes[0]), float(slopes[1]), y, x


@guarded
@dataclass(frozen=True, eq=False)
class StackedMoments(Shown):
    """What several designs say together of one effect.

    Parameters
    ----------
    form : ReducedForm
        Coefficients of outcome and endogenous variable on the instrument of each design, and their joint covariance,
        for the sets of :mod:`econ.infer`. It has no effective F: designs have instruments in units of their own, so
        that ``moments`` are the precisions of the outcome coefficients.
    designs : DataFrame (k, 7)
        By design: ``value`` and ``std_error`` of its own estimate, ``first_stage_f``, ``nobs``, ``start``, ``end``,
        ``blocks``.
    calendar : CalendarCovariance
        Of the 2 k coefficients.
    agreement : Series
        ``statistic`` (the least S), ``p_value``, ``distribution``, ``null``: the J test.
    units : str
        Of the effect.
    """

    form: ReducedForm
    designs: pd.DataFrame
    calendar: CalendarCovariance = field(repr=False)
    agreement: pd.Series
    units: str = ""

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a design, see ``designs``; its errors are as they were estimated, so ``level`` has no use."""
        return tidied(self.designs.rename_axis("design"))

    def confidence_set(self, level: float = 0.90, *, kind: str = "S") -> ConfidenceSet:
        """Every effect that is not rejected, whatever the strength of the designs.

        Parameters
        ----------
        level : float, default 0.90
            Coverage.
        kind : {"S", "K", "CLR"}
            Stock and Wright's, empty where designs contradict each other; Kleibergen's, shorter, but with intervals
            around other stationary points of S; the conditional likelihood ratio's, short without them.
        """
        chosen = checks.choice("set", kind, SETS)
        if chosen == "S":
            return stock_wright(self.form, level=level)
        if chosen == "K":
            return kleibergen(self.form, level=level)
        if (self.form.covariance.diagonal() == 0.0).any() and len(self.designs) > 1:
            raise SpecificationError("a design is its own instrument, so that it cannot be weak: take kind='K' or 'S'.")
        return conditional_lr(self.form, level=level, small_sample=True)

    def estimate(self, level: float = 0.90, *, kind: str = "S") -> Estimate:
        """The continuously updated estimate, with the set; its standard error holds for strong designs only."""
        region = self.confidence_set(level, kind=kind)
        value, error, _ = continuously_updated(self.form)
        return Estimate(
            value, error, region.lower, region.upper, checks.level(level), self.units, "common effect", self.form.nobs,
            region=region, parent=self,
        )  # fmt: skip

    def __str__(self) -> str:
        p = self.agreement["p_value"]
        return f"{self.estimate()}" + ("" if isinstance(p, Unavailable) else f"; agreement p = {p:.2f}")


@checked
def stacked_moments(
    designs: Mapping[str, LinearMoment], *, blocks: str = "M", bandwidth: int | None = None, units: str = ""
) -> StackedMoments:
    """Stack just-identified designs of one scalar effect, with their joint covariance over one calendar.

    Design i says ``E[z_i (y_i - b x_i)] = 0`` on its own dates. With p_i and f_i the coefficients of y_i and x_i on
    z_i, controls partialled out, ``g_i(b) = p_i - b f_i`` is zero at the truth however small f_i, and

        ``S(b) = g(b)' V(b)^-1 g(b)``,  ``V(b) = V_pp - b (V_pf + V_fp) + b^2 V_ff``,

    V from :func:`econ.infer.calendar_covariance`: what the designs share in a month counts. The estimate minimises S
    (continuous updating), J is the least S.

    Parameters
    ----------
    designs : mapping of str to LinearMoment
        By name.
    blocks : {"M", "Q", "Y"}
        Blocks of the calendar.
    bandwidth : int, optional
        Bartlett lags, in blocks; default ``0.75 G^(1/3)``, rounded up.
    units : str
        Of b, such as "bp per USD bn".

    Returns
    -------
    StackedMoments

    Raises
    ------
    SingularDesign
        If two designs are one (named), or a combination of them has no error.
    SpecificationError
        For no design, names that are none, or an unknown block.
    SampleTooShort
        If the covariance has no more degrees of freedom than there are designs.
    SchemaError, FrequencyError
        As :func:`econ.infer.calendar_covariance`.

    Notes
    -----
    90% sets cover in 90-93% of samples, however weak the designs. Measured in :doc:`/coverage`.

    References
    ----------
    Stock, J. H. and J. H. Wright (2000), GMM with Weak Identification, Econometrica 68(5). Kleibergen, F. (2005),
    Testing Parameters in GMM without Assuming That They Are Identified, Econometrica 73(4). Hansen, L. P., J. Heaton
    and A. Yaron (1996), Finite-Sample Properties of Some Alternative GMM Estimators, Journal of Business & Economic
    Statistics 14(3).

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> days = pd.bdate_range("2010-01-01", "2014-12-31")
    >>> table = pd.DataFrame(generator.standard_normal((len(days), 3)), days, list("zuv"))
    >>> table["x"] = table["z"] + table["u"]
    >>> table["y"] = 2.0 * table["x"] + table["u"] + table["v"]
    >>> monthly = table.groupby(days.to_period("M")).sum()
    >>> daily, months = (LinearMoment(each["y"], each["x"], each["z"]) for each in (table.iloc[:700], monthly))
    >>> found = stacked_moments({"daily": daily, "monthly": months}, bandwidth=0)
    >>> print(found)
    2.082, s.e. 0.052, 90% set [1.96, 2.19]; agreement p = 0.87
    """
    if not designs:
        raise SpecificationError("stacked moments need at least one design; found none.")
    checks.names("designs", list(designs))
    rows: dict[str, tuple[Any, ...]] = {}
    influence: dict[str, pd.Series] = {}
    for name, each in designs.items():
        y, x, *own = each.reduced()
        if not own[0].any():
            raise SingularDesign(f"the outcome of {name!r} is its instrument and controls again: nothing is left over.")
        rows[name] = (y, x, each.nobs, each.outcome.index[0], each.outcome.index[-1])
        influence |= dict(zip(_words(name), own, strict=True))
    noisy = {word: series for word, series in influence.items() if series.any()}
    calendar = calendar_covariance(noisy, blocks=blocks, bandwidth=bandwidth)
    form = _form(rows, calendar)
    return StackedMoments(form, _table(form, rows, calendar), calendar, _agreement(form), units)


def _words(name: str) -> tuple[str, str]:
    return f"{name}: outcome", f"{name}: endogenous"


def _form(rows: Mapping[str, tuple[Any, ...]], calendar: CalendarCovariance) -> ReducedForm:
    """The reduced form of all designs; refuses two that are one."""
    names, m = list(rows), len(rows)
    order = [_words(name)[which] for which in (0, 1) for name in names]
    v = calendar.covariance.reindex(index=order, columns=order, fill_value=0.0).to_numpy()
    for block, words in ((v[:m, :m], names), (v, order)):
        there = np.flatnonzero(np.diag(block))
        check_definite(block[np.ix_(there, there)], [words[j] for j in there])
    if calendar.df <= m:
        raise SampleTooShort(
            f"a covariance of {calendar.df:.1f} degrees of freedom cannot weigh {m} designs; take shorter blocks, a "
            "smaller bandwidth or fewer designs."
        )
    return ReducedForm(
        outcome=np.array([row[0] for row in rows.values()]),
        first=np.array([row[1] for row in rows.values()]),
        covariance=v,
        moments=np.diag(1.0 / np.diag(v)[:m]),
        nobs=sum(row[2] for row in rows.values()),
        df=calendar.df,
        plain_df=calendar.df,
    )


def _table(form: ReducedForm, rows: Mapping[str, tuple[Any, ...]], calendar: CalendarCovariance) -> pd.DataFrame:
    m, v, overlap = len(rows), form.covariance, calendar.overlap
    out = {}
    for i, (name, (p, f, *rest)) in enumerate(rows.items()):
        value: float | Unavailable
        error: float | Unavailable
        value = error = Unavailable("the instrument does not move the endogenous variable at all")
        strength: float | Unavailable = Unavailable("the endogenous variable is its own instrument")
        if f != 0.0:
            value = float(p / f)
            spread = v[i, i] - 2.0 * value * v[i, m + i] + value**2 * v[m + i, m + i]
            error = float(np.sqrt(max(spread, 0.0)) / abs(f))
        if v[m + i, m + i] > 0.0:
            strength = float(f**2 / v[m + i, m + i])
        blocks = int(overlap.to_numpy()[overlap.index.get_loc(_words(name)[0])].max())
        out[name] = (value, error, strength, *rest, blocks)
    return pd.DataFrame.from_dict(out, orient="index", columns=list(COLUMNS))


def _agreement(form: ReducedForm) -> pd.Series:
    q = len(form.first) - 1
    statistic: float | Unavailable
    p_value: float | Unavailable
    if q == 0:
        statistic = p_value = Unavailable("one design: nothing is left to disagree")
        words = "none"
    else:
        statistic = continuously_updated(form)[2]
        p_value, words = against(statistic, q, form.df)
    return pd.Series({"statistic": statistic, "p_value": p_value, "distribution": words, "null": NULL})
