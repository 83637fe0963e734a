"""Between projection and autoregression: the average of both with the smallest estimated mean squared error."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.responses.irf import IRF
from econ.units import alike


@guarded
@dataclass(frozen=True, eq=False)
class Average:
    """What an averaged response was made from.

    Parameters
    ----------
    projection, autoregression : IRF
        The two estimates.
    weights : array (H + 1, n, s)
        Weight of the autoregression.
    """

    projection: IRF = field(repr=False)
    autoregression: IRF = field(repr=False)
    weights: Array = field(repr=False)

    @property
    def parent(self) -> tuple[IRF, IRF]:
        """Both estimates."""
        return (self.projection, self.autoregression)


@checked
def average(projection: IRF, autoregression: IRF, *, weight: float | None = None) -> IRF:
    """Average the responses of a projection and of a VAR.

    A projection has little bias and much variance, a VAR the reverse (Li, Plagborg-Møller and Wolf 2024). With the
    projection unbiased and the VAR efficient where it is right (so that their covariance is the VAR's variance, as in
    a Hausman test), the mean squared error is least at the weight ``(V_l - V_v) / (V_l - V_v + b^2)`` on the VAR, where
    ``b^2 = max((VAR - projection)^2 - (V_l - V_v), 0)`` estimates its squared bias; 1 where ``V_l <= V_v``.

    Parameters
    ----------
    projection, autoregression : IRF
        Same horizons, responses and shocks, in the same units: scale the VAR's shock first.
    weight : float, optional
        Weight of the VAR everywhere, from 0 to 1, instead of the estimated ones.

    Returns
    -------
    IRF
        With standard errors that take the weights as given; ``parent`` is an `Average`.

    Raises
    ------
    SpecificationError
        If the two do not match, are known to be in different units or of shocks of different sizes, lack uncertainty,
        or ``weight`` is not between 0 and 1.

    References
    ----------
    Li, D., M. Plagborg-Møller and C. K. Wolf (2024), Local Projections vs. VARs: Lessons from Thousands of DGPs,
    Journal of Econometrics 244(2).

    Examples
    --------
    >>> one = np.ones((2, 1, 1))
    >>> lp = IRF(point=2.0 * one, responses=("y",), shocks=("x",), std_errors=2.0 * one)
    >>> var = IRF(point=1.0 * one, responses=("y",), shocks=("x",), std_errors=1.0 * one)
    >>> average(lp, var).point[:, 0, 0].tolist()
    [1.0, 1.0]
    """
    same = projection.point.shape == autoregression.point.shape and projection.responses == autoregression.responses
    if not same or projection.shocks != autoregression.shocks:
        raise SpecificationError(
            f"responses of {projection.shocks} on {projection.responses} to horizon {projection.horizon} and of "
            f"{autoregression.shocks} on {autoregression.responses} to horizon {autoregression.horizon} cannot be "
            "averaged; pick the same shock, variables and horizon."
        )
    for response, shock in product(projection.responses, projection.shocks):
        both = {"the projection": projection, "the VAR": autoregression}
        alike(f"{response} to {shock}", {name: irf._measure(("", response, shock)) for name, irf in both.items()})
    weight = None if weight is None else checks.real("weight", weight, least=0.0, most=1.0)
    v_lp, v_var = _variance(projection), _variance(autoregression)
    excess = np.maximum(v_lp - v_var, 0.0)
    bias = np.maximum((autoregression.point - projection.point) ** 2 - excess, 0.0)
    total = excess + bias
    estimated = np.divide(excess, total, out=np.ones_like(total), where=(total > 0.0) & (v_lp > v_var))
    w = estimated if weight is None else np.full_like(estimated, weight)
    covariance = np.minimum(v_lp, v_var)
    variance = w**2 * v_var + (1.0 - w) ** 2 * v_lp + 2.0 * w * (1.0 - w) * covariance
    return IRF(
        point=w * autoregression.point + (1.0 - w) * projection.point,
        responses=projection.responses,
        shocks=projection.shocks,
        std_errors=np.sqrt(variance),
        units=projection.units,
        sizes=projection.sizes,
        nobs=min(projection.nobs, autoregression.nobs),
        nobs_by_horizon=tuple(min(each, autoregression.nobs) for each in projection.nobs_by_horizon),
        cumulated=projection.cumulated,
        parent=Average(projection, autoregression, w),
    )


def _variance(irf: IRF) -> Array:
    if irf.std_errors is not None:
        return np.asarray(irf.std_errors**2)
    if irf.draws is None:
        raise SpecificationError("an average needs standard errors or draws of both responses; one has neither.")
    return np.asarray(irf.draws.var(axis=0, ddof=1))
