"""Instrumental variables, several endogenous regressors: estimates by linearmodels, strength and sets of our own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.checks import SPARE
from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.infer import _instrumental_kernels as kernels
from econ.infer._kernels import full_rank_qr
from econ.infer.covariance import check_lags, consecutive, group_codes
from econ.infer.inversion import invert
from econ.infer.regression import default_lags
from econ.rows import same_rows
from econ.tables.shown import Facts, Shown, coefficient_table

METHODS = {"2sls": "IV2SLS", "liml": "IVLIML", "gmm": "IVGMM", "cue": "IVGMMCUE"}
COVARIANCES = {"unadjusted": "unadjusted", "hc1": "robust", "cluster": "clustered", "hac": "kernel"}
EXACT = 1e-12  # share of an endogenous variable, squared, that instruments leave: rounding errors
MOST = 2  # endogenous variables over which a set can be projected
GRID = 201  # angles tried first for a set


@guarded
@dataclass(frozen=True, eq=False)
class Instrumental(Shown):
    """Estimates by instruments; made by :func:`econ.infer.instrumental`.

    Parameters
    ----------
    params : Series (k,)
        Coefficients: ``const``, exogenous, endogenous.
    covariance : DataFrame (k, k)
        Their covariance.
    residuals : Series (T,)
        Units of the outcome.
    first_stage : DataFrame
        Index the endogenous variables; columns ``partial_r2``, ``f`` (Wald of all instruments over their number) and
        ``sanderson_windmeijer`` (of the instruments for this variable given the other endogenous ones), all with the
        covariance asked for.
    rank_f : float
        Wald statistic of Kleibergen and Paap that the first stages have a rank below full, over the number of
        instruments; the effective strength of the system. With "unadjusted" that of Cragg and Donald.
    overidentification : Series or Unavailable
        ``statistic``, ``p_value``, ``distribution``, ``null`` (Sargan, or J of GMM).
    method, cov : str
        As asked.
    nobs : int
        Observations.
    parts : tuple of array
        Reduced form of outcome and endogenous variables, (m, 1 + g), and its covariance, for the sets.
    df : float
        Degrees of freedom of t: groups less one when clustered, else infinitely many.
    """

    params: pd.Series = field(repr=False)
    covariance: pd.DataFrame = field(repr=False)
    residuals: pd.Series = field(repr=False)
    first_stage: pd.DataFrame = field(repr=False)
    rank_f: float
    overidentification: pd.Series | Unavailable = field(repr=False)
    method: str
    cov: str
    nobs: int
    parts: tuple[Array, Array] = field(repr=False)
    df: float = math.inf

    def _facts(self) -> Facts:
        return {"method": self.method, "covariance": self.cov, "observations": self.nobs, "rank F": self.rank_f}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return coefficient_table(self.params, self.std_errors, level=level, df=self.df)

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors, (k,)."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.params.index)

    def estimate(self, name: str, *, level: float = 0.90, units: str = "", label: str = "") -> Estimate:
        """One coefficient; of an endogenous variable with its `robust_set`, which holds however weak the instruments.

        Without a set (exogenous regressors, more than two endogenous variables) the interval is that of the table,
        which trusts the strength of the instruments, and no verdict is passed by it
        (:meth:`econ.Estimate.deciding_set`).
        """
        checks.position("coefficient", name, [str(each) for each in self.params.index])
        level, value, error = checks.level(level), float(self.params[name]), float(self.std_errors[name])
        width = float(scipy.special.stdtrit(self.df, 0.5 + 0.5 * level)) * error
        lower, upper, region = value - width, value + width, None
        if name in self.first_stage.index and len(self.first_stage) <= MOST:
            region = self.robust_set(name, level=level)
            lower, upper = region.lower, region.upper
        words = {"level": level, "units": units, "label": label or name, "nobs": self.nobs}
        return Estimate(value, error, lower, upper, region=region, parent=self, **words)  # type: ignore[arg-type]

    @property
    def trusts_instruments(self) -> bool:
        """Whether intervals without a region hold only where the instruments are strong: they do."""
        return True

    def robust_set(self, name: str, *, level: float = 0.90) -> ConfidenceSet:
        """Values of one endogenous coefficient that Anderson and Rubin do not reject for some value of the other.

        The projection of the joint set: it covers at least ``level`` of the time however weak the instruments, and
        more than that with two endogenous variables (critical value chi-square with as many degrees of freedom as
        instruments).

        Parameters
        ----------
        name : str
            An endogenous variable.
        level : float, default 0.90
            Least coverage.

        Returns
        -------
        ConfidenceSet
            Found on a grid of 201 angles around the estimate, ends to 1e-12.

        Raises
        ------
        SpecificationError
            With more than two endogenous variables.
        """
        names = [str(each) for each in self.first_stage.index]
        place, level = checks.position("endogenous variable", name, names), checks.level(level)
        if len(names) > MOST:
            raise SpecificationError(f"sets are projected over one other variable; found {len(names)} endogenous ones.")
        form, covariance = self.parts
        critical = float(2.0 * scipy.special.gammaincinv(len(form) / 2.0, level))
        errors = self.std_errors
        centre, scale = float(self.params[name]), float(errors[name])
        other = [each for each in names if each != name]
        around = (float(self.params[other[0]]), float(errors[other[0]])) if other else None

        def accept(angle: Array) -> Array:
            values = centre + scale * np.tan(angle)
            return critical - kernels.least_anderson_rubin(form, covariance, values, place=place, around=around)

        return invert(accept, centre, scale, level=level, grid=GRID)


@checked
def instrumental(
    y: pd.Series,
    endogenous: pd.DataFrame,
    instruments: pd.DataFrame,
    *,
    exog: pd.DataFrame | None = None,
    method: str = "2sls",
    cov: str = "hc1",
    bandwidth: int | None = None,
    groups: Any = None,
) -> Instrumental:
    """Regress y on a constant, exogenous and endogenous variables with instruments, by linearmodels.

    Parameters
    ----------
    y : Series (T,)
        Outcome.
    endogenous, instruments : DataFrame (T, g), (T, m)
        Endogenous variables and excluded instruments, m >= g, on the rows of ``y``.
    exog : DataFrame, optional
        Further exogenous regressors; a constant is always added.
    method : {"2sls", "liml", "gmm", "cue"}
        Two-stage least squares, limited-information maximum likelihood, two-step GMM, GMM with continuous updating;
        GMM weighs moments by the covariance asked for.
    cov : {"hc1", "unadjusted", "cluster", "hac"}
        Covariance, small-sample factor T / (T - k); "hac" with the Bartlett kernel.
    bandwidth : int, optional
        Lags of "hac"; by default ``0.75 T^(1/3)``, rounded up.
    groups : array (T,), optional
        For "cluster".

    Returns
    -------
    Instrumental
        With ``estimate(name)``, ``first_stage``, ``rank_f`` and ``robust_set(name)``.

    Raises
    ------
    SpecificationError
        If linearmodels is absent, for fewer instruments than endogenous variables, fewer groups than instruments,
        rows that do not match, or unknown words.
    SchemaError, FrequencyError
        For missing values, names that stand twice, or (for "hac") dates that are out of order or have gaps.
    SingularDesign
        If instruments or regressors are collinear, or an endogenous variable is a combination of instruments.
    SampleTooShort
        With fewer observations than coefficients and instruments + 10.

    References
    ----------
    Sanderson, E. and F. Windmeijer (2016), A weak instrument F-test in linear IV models with multiple endogenous
    variables, Journal of Econometrics 190(2), 212-221.
    Kleibergen, F. and R. Paap (2006), Generalized reduced rank tests using the singular value decomposition, Journal of
    Econometrics 133(1), 97-126.
    Dufour, J.-M. and M. Taamouti (2005), Projection-Based Statistical Inference in Linear Structural Models with
    Possibly Weak Instruments, Econometrica 73(4), 1351-1365.

    Examples
    --------
    >>> z = pd.DataFrame(np.random.default_rng(1).standard_normal((200, 5)), columns=list("abuvw"))
    >>> x = pd.DataFrame({"p": z["a"] + z["u"], "q": z["b"] + z["v"]})
    >>> fit = instrumental(x["p"] - x["q"] + z["u"] + z["v"], x, z[["a", "b"]])
    >>> print(fit.estimate("p"))
    1.083, s.e. 0.085, 90% set [0.89, 1.26]
    """
    method = checks.choice("method", method, METHODS)
    cov = checks.choice("covariance", cov, COVARIANCES)
    same_rows(y=y, endogenous=endogenous, instruments=instruments, exog=exog, groups=groups)
    tables = _tables(y, endogenous, instruments, exog)
    consecutive(cov, y, bandwidth=bandwidth)
    size = len(y)
    lags, codes = _dependence(cov, bandwidth, groups, size=size, instruments=instruments.shape[1])
    found = _estimated(tables, method, cov, lags, codes)
    _, _, x, z = tables
    form, covariance, first, rank_f = _first_stages(tables, cov, lags, codes)
    columns = ["partial_r2", "f", "sanderson_windmeijer"]
    return Instrumental(
        params=found.params.rename(None),
        covariance=found.cov,
        residuals=found.resids.rename(None),
        first_stage=pd.DataFrame(first, index=list(x.columns), columns=columns),
        rank_f=rank_f,
        overidentification=_overidentification(found, method, z.shape[1] - x.shape[1]),
        method=method,
        cov=cov,
        nobs=size,
        parts=(form, covariance),
        df=math.inf if codes is None else float(codes.max()),
    )


def _dependence(cov: str, bandwidth: int | None, groups: Any, *, size: int, instruments: int) -> tuple[int | None, Any]:
    """Bartlett lags and codes of groups, where the covariance has them."""
    if bandwidth is not None and cov != "hac":
        raise SpecificationError(f"bandwidth belongs to 'hac'; the covariance is {cov!r}.")
    if (groups is None) != (cov != "cluster"):
        raise SpecificationError(f"groups belong to cov='cluster', which needs them; the covariance is {cov!r}.")
    lags = check_lags(default_lags(size) if bandwidth is None else bandwidth, size) if cov == "hac" else None
    codes = None if groups is None else group_codes(groups, size)
    if codes is not None and codes.max() < instruments:
        raise SpecificationError(
            f"{instruments} instruments need more than {instruments} groups; found {int(codes.max()) + 1}; use fewer."
        )
    return lags, codes


def _tables(
    y: pd.Series, endogenous: pd.DataFrame, instruments: pd.DataFrame, exog: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Outcome, constant and exogenous, endogenous variables and instruments, checked."""
    parts = [y.to_frame("outcome"), endogenous, instruments, *([] if exog is None else [exog])]
    words = ("y", "endogenous", "instruments", "exog")
    outcome, x, z, *rest = (checks.figures(word, part) for word, part in zip(words, parts, strict=False))
    names = [str(name) for part in (x, z, *rest) for name in part.columns]
    twice = [name for name in names if names.count(name) > 1 or name == "const"]
    if twice:
        raise SchemaError(f"{twice[0]!r} stands twice, or is the constant, which is added; name every column once.")
    if not x.shape[1] or z.shape[1] < x.shape[1]:
        raise SpecificationError(
            f"{x.shape[1]} endogenous variables need at least one variable and as many instruments; found {z.shape[1]}."
        )
    needed = len(names) + 1 + SPARE
    if len(y) < needed:
        raise SampleTooShort(f"{len(names) + 1} columns need {needed} observations; found {len(y)}.")
    w = pd.concat([pd.DataFrame({"const": 1.0}, index=y.index), *rest], axis=1)
    for what, part in (("instruments and exog", z), ("regressors", x)):
        full_rank_qr(np.column_stack([w, part]), [*map(str, w.columns), *map(str, part.columns)], what)
    if np.ptp(outcome.to_numpy()) == 0.0:
        raise SchemaError("the outcome is constant; nothing can explain it.")
    return outcome, w, x, z


def _estimated(tables: tuple[pd.DataFrame, ...], method: str, cov: str, lags: int | None, codes: Any) -> Any:
    """The fit of linearmodels."""
    try:
        from linearmodels import iv
    except ImportError:
        raise SpecificationError(
            "instrumental() estimates by linearmodels, which is not installed; pip install 'econ[regressions]'."
        ) from None
    options: dict[str, Any] = {"debiased": True}
    weights: dict[str, Any] = {}
    if lags is not None:
        options |= {"kernel": "bartlett", "bandwidth": lags}
        weights |= {"kernel": "bartlett", "bandwidth": lags}
    if codes is not None:
        options["clusters"] = weights["clusters"] = codes
    if method in ("gmm", "cue"):
        model = getattr(iv, METHODS[method])(*tables, weight_type=COVARIANCES[cov], **weights)
    else:
        model = getattr(iv, METHODS[method])(*tables)
    return model.fit(cov_type=COVARIANCES[cov], **options)


def _first_stages(
    tables: tuple[pd.DataFrame, ...], cov: str, lags: int | None, codes: Any
) -> tuple[Array, Array, Array, float]:
    arrays = (each.to_numpy(dtype=float) for each in tables)
    try:
        found = kernels.first_stages(*arrays, cov=cov, bandwidth=lags, groups=codes)
    except np.linalg.LinAlgError:
        raise SingularDesign(
            "the first stages have a singular covariance: instruments explain endogenous variables exactly, or groups "
            "or periods are fewer than coefficients; use fewer instruments."
        ) from None
    exact = np.flatnonzero(found[2][:, 0] > 1.0 - EXACT)
    if len(exact):
        name = tables[2].columns[exact[0]]
        raise SingularDesign(f"the instruments explain {name!r} exactly: it is one of them; give it as exog=.")
    return found


def _overidentification(found: Any, method: str, surplus: int) -> pd.Series | Unavailable:
    if surplus == 0:
        return Unavailable("as many instruments as endogenous variables leave nothing to test")
    test = found.j_stat if method in ("gmm", "cue") else found.sargan
    values = [float(test.stat), float(test.pval), f"chi2({surplus})", "the instruments are valid"]
    return pd.Series(values, index=["statistic", "p_value", "distribution", "null"], dtype=object)
