"""Several designs, one number: minimum distance with the joint covariance, and what each design brings to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import LARGEST, checked
from econ.errors import NotIdentified, SampleTooShort, SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.infer import _kernels as k
from econ.infer._distance import Problem, agreement, answer, inflation, left_out, solution
from econ.infer.calendar import CalendarCovariance, check_definite
from econ.tables.shown import Shown

WEIGHTS = ("efficient", "diagonal", "equal")
DEPENDENCE = ("joint", "worst case")


@guarded
@dataclass(frozen=True, eq=False)
class MinimumDistance(Shown):
    """Parameters that several designs estimate together.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        By parameter.
    covariance : DataFrame (p, p) or Unavailable
        Of the parameters; none in the worst case, which differs from parameter to parameter.
    weights : DataFrame (k, p)
        ``weights.loc[design, parameter]``: what the estimate rises by when that of the design rises by one. With one
        parameter that all designs estimate they add to one; an efficient weight is negative for a design that is noisy
        and highly correlated with a better one.
    residuals : Series (k,)
        Designs less what the parameters say of them.
    agreement : Series
        ``statistic``, ``p_value``, ``distribution``, ``null``: the J test.
    without : DataFrame (k p, 5)
        Rows (design left out, parameter); ``value`` and ``std_error`` from the others, ``change``, ``agreement`` (the
        p-value of J of the others) and ``fits`` (the p-value of the design left out agreeing with the others).
        `Unavailable` where the others do not say.
    """

    estimates: Mapping[str, Estimate]
    covariance: pd.DataFrame | Unavailable
    weights: pd.DataFrame
    residuals: pd.Series
    agreement: pd.Series
    without: pd.DataFrame = field(repr=False)

    @property
    def estimate(self) -> Estimate:
        """The parameter where there is one.

        Raises
        ------
        SpecificationError
            If there are several.
        """
        if len(self.estimates) > 1:
            raise SpecificationError(f"there are {len(self.estimates)} parameters: read estimates[name].")
        return next(iter(self.estimates.values()))

    def __str__(self) -> str:
        p = self.agreement["p_value"]
        said = "; ".join(str(each) for each in self.estimates.values())
        return said + ("" if isinstance(p, Unavailable) else f"; agreement p = {p:.2f}")


@checked
def minimum_distance(
    estimates: pd.Series,
    covariance: pd.DataFrame | CalendarCovariance,
    *,
    loadings: pd.DataFrame | None = None,
    weight: str | pd.DataFrame = "efficient",
    dependence: str = "joint",
    df: float | None = None,
    level: float = 0.90,
    units: str = "",
) -> MinimumDistance:
    """Combine the estimates of k designs into p parameters, given their joint covariance.

    With t (k,) the estimates, V their covariance and H (k, p) the loadings, ``t = H theta`` but for error,

        ``theta = argmin (t - H theta)' W (t - H theta) = X' t``,  ``X' = (H'WH)^-1 H'W``,

    with covariance ``X'VX``; the efficient W is ``V^-1``. Designs agree if t is in the span of H: with A an orthonormal
    basis of what is orthogonal to H, ``J = t'A (A'VA)^-1 A't``, which is the minimised distance for the efficient W,
    and the same number for any other (Newey 1985).

    Parameters
    ----------
    estimates : Series (k,)
        By design.
    covariance : DataFrame (k, k) or CalendarCovariance
        Of the estimates, with the same names in any order.
    loadings : DataFrame (k, p), optional
        H, designs by parameters; a column of ones by default: every design estimates the one number.
    weight : {"efficient", "diagonal", "equal"} or DataFrame (k, k)
        W: ``V^-1``, inverse variances, the identity, or what is given.
    dependence : {"joint", "worst case"}
        "worst case" reads only the variances of ``covariance``. Standard errors are the largest that any correlations
        give, ``sum_i |X_ij| s_i``; "efficient" then means the X for which that is smallest: for one number the design
        with the least ``s_i / |h_i|`` alone, for several one linear programme each.
    df : float, optional
        Degrees of freedom of the covariance; ``inf`` counts it as known. By default those of a `CalendarCovariance`,
        else ``inf``.
    level : float, default 0.90
        Coverage of the intervals.
    units : str
        Of all parameters.

    Returns
    -------
    MinimumDistance

    Raises
    ------
    SingularDesign
        If the covariance is singular, with the names of two designs that are one, or the loadings are collinear.
    SpecificationError
        If names differ, a matrix is no covariance, or words are unknown.
    NotIdentified
        If fewer designs than parameters load on them.
    SampleTooShort
        If the covariance has no more degrees of freedom than there are designs.
    SchemaError
        For values that are not finite.

    Notes
    -----
    **Covariance that is estimated.** Efficient weights are chosen to make the variance small, so that its estimate is
    too small. With q = k - p and a covariance of n degrees of freedom the standard error is that of ``X'VX`` times
    ``sqrt(n / (n - q) (1 + J / n))``, and the quantile Student's with n - q: exact for normal estimates and a Wishart
    covariance (Rao 1967; it is regression on the differences of the designs). J is compared with
    ``n q / (n - q + 1) F(q, n - q + 1)`` (Hotelling), and a design with the rest by Rao's test of additional
    information. In the worst case the largest residual over its worst-case error is compared with the normal (or
    Student) quantile of Bonferroni.

    "exact" 90% intervals cover in 90% of samples, those of independent weights in as few as 66%. Measured in
    :doc:`/coverage`.

    References
    ----------
    Newey, W. K. and D. McFadden (1994), Large Sample Estimation and Hypothesis Testing, Handbook of Econometrics 4.
    Newey, W. K. (1985), Generalized Method of Moments Specification Testing, Journal of Econometrics 29(3). Cocci,
    M. D. and M. Plagborg-Moller (2024), Standard Errors for Calibrated Parameters, Review of Economic Studies. Rao,
    C. R. (1967), Least Squares Theory Using an Estimated Dispersion Matrix and Its Application to Measurement of
    Signals, Fifth Berkeley Symposium 1.

    Examples
    --------
    >>> names = ["auctions", "news", "months"]
    >>> errors, rho = np.array([1.0, 2.0, 4.0]), np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> v = pd.DataFrame(rho * np.outer(errors, errors), names, names)
    >>> found = minimum_distance(pd.Series([3.0, 4.0, 9.0], names), v, units="bp")
    >>> print(found)
    3.35 bp, s.e. 0.97; agreement p = 0.29
    >>> found.weights["common"].round(3).to_dict()
    {'auctions': 0.941, 'news': 0.0, 'months': 0.059}
    >>> print(minimum_distance(pd.Series([3.0, 4.0, 9.0], names), v, weight="equal", dependence="worst case"))
    5.3, s.e. 2.3; agreement p = 0.95
    """
    level = checks.level(level)
    names, t = _named(estimates)
    v, df = _spread(covariance, names, df)
    h, parameters = _loadings(loadings, names)
    worst = checks.choice("dependence", dependence, DEPENDENCE) == "worst case"
    if not worst:
        check_definite(v, names)
    scale = np.sqrt(np.diag(v))
    weights, unit = _weight(weight, names, scale), h / scale[:, None]
    problem = Problem(t / scale, v / np.outer(scale, scale), unit, scale, weights, worst, df)
    k.full_rank_qr(problem.h, parameters, "the loadings")
    if df <= problem.spare + 1.0:
        raise SampleTooShort(
            f"a covariance of {df:g} degrees of freedom cannot compare {len(names)} designs; take fewer designs, or "
            "shorter blocks."
        )
    return _found(problem, names, parameters, level=level, units=units)


def _found(problem: Problem, names: list[str], parameters: list[str], *, level: float, units: str) -> MinimumDistance:
    x = solution(problem)
    theta, error, reach = answer(problem, x, level)
    rows = {
        name: Estimate(value, s, value - r, value + r, level, units, name, len(names))
        for name, value, s, r in zip(parameters, theta.tolist(), error.tolist(), reach.tolist(), strict=True)
    }
    spread: pd.DataFrame | Unavailable = Unavailable("the worst case is another one for every parameter")
    if not problem.worst:
        spread = pd.DataFrame(x.T @ problem.v @ x * inflation(problem), index=parameters, columns=parameters)
    return MinimumDistance(
        estimates=rows,
        covariance=spread,
        weights=pd.DataFrame(x / problem.scale[:, None], index=names, columns=parameters),
        residuals=pd.Series(problem.scale * (problem.t - problem.h @ theta), index=names, name="residual"),
        agreement=agreement(problem, x),
        without=left_out(problem, names, parameters, theta),
    )


def _named(estimates: pd.Series) -> tuple[list[str], Array]:
    names = list(checks.names("designs", list(estimates.index), least=1))
    values = checks.figures("estimates", estimates).to_numpy()
    if float(np.abs(values).max()) > LARGEST:
        raise SpecificationError(f"an estimate is above {LARGEST:g} in size; change units.")
    return names, values


def _spread(given: pd.DataFrame | CalendarCovariance, names: list[str], df: float | None) -> tuple[Array, float]:
    table = given.covariance if isinstance(given, CalendarCovariance) else given
    if df is None:
        df = given.df if isinstance(given, CalendarCovariance) else math.inf
    if not df > 0.0:
        raise SpecificationError(f"df must be a number above 0, or inf; found {df!r}.")
    v = _square("covariance", table, names)
    if np.diag(v).min() <= 1.0 / LARGEST:
        raise SpecificationError(
            f"variances must be above 0; found {np.diag(v).min():g} of {names[int(np.argmin(np.diag(v)))]!r}."
        )
    scale = np.sqrt(np.diag(v))
    if float(np.linalg.eigvalsh(v / np.outer(scale, scale))[0]) < -1e-8:
        raise SpecificationError("covariance has a negative eigenvalue, so that it is none; check how it was made.")
    return v, float(df)


def _square(what: str, table: pd.DataFrame, names: list[str]) -> Array:
    """A symmetric matrix with the rows and columns of the designs, in their order."""
    if table.index.has_duplicates or table.columns.has_duplicates:
        raise SpecificationError(f"a name stands twice in {what}; each design has one row and one column.")
    if set(table.index) != set(names) or set(table.columns) != set(names):
        raise SpecificationError(
            f"{what} must have the designs {names} as rows and columns; found {list(table.index)} and "
            f"{list(table.columns)}."
        )
    v = checks.figures(what, table.loc[names, names]).to_numpy()
    scale = np.sqrt(np.abs(np.diag(v)))
    if (np.abs(v - v.T) > 1e-9 * np.outer(scale, scale) + 1e-300).any():
        raise SpecificationError(f"{what} must be symmetric; found {v.tolist()}.")
    symmetric: Array = 0.5 * (v + v.T)
    return symmetric


def _loadings(loadings: pd.DataFrame | None, names: list[str]) -> tuple[Array, list[str]]:
    if loadings is None:
        return np.ones((len(names), 1)), ["common"]
    if loadings.index.has_duplicates or set(loadings.index) != set(names):
        raise SpecificationError(f"loadings need one row for each of {names}; found {list(loadings.index)}.")
    parameters = list(checks.names("parameters", list(loadings.columns), least=1))
    h = checks.figures("loadings", loadings.loc[names]).to_numpy()
    if len(parameters) > len(names):
        raise NotIdentified(f"{len(parameters)} parameters need as many designs; found {len(names)}.")
    return h, parameters


def _weight(weight: str | pd.DataFrame, names: list[str], scale: Array) -> str | Array:
    if isinstance(weight, str):
        chosen: str = checks.choice("weight", weight, WEIGHTS)
        return np.diag(scale**2) if chosen == "equal" else chosen
    w = _square("weight", weight, names)
    if float(np.linalg.eigvalsh(w)[0]) < -1e-10 * float(np.abs(w).max()):
        raise SpecificationError("weight has a negative eigenvalue: the distance would have no least value.")
    return w * np.outer(scale, scale)
