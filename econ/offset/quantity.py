"""How much of a seller's sale an ally buys: the quantity offset."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from econ.errors import NotIdentified, SeriesNotFound, SpecificationError, suggestion
from econ.estimate import Estimate
from econ.infer.ratio import fieller

MINIMUM_DRAWS = 20


def quantity_offset(
    irf: Any,
    seller: str = "china_net_purchases",
    ally: str | Sequence[str] = "japan_net_purchases",
    *,
    horizon: int = 6,
    level: float = 0.90,
    shock: str | None = None,
) -> Estimate:
    """Share of a seller's cumulated sale that an ally buys in response.

    ``rho_h = - sum_{j=0..h} A_j / sum_{j=0..h} C_j`` where A and C are the responses of the ally's and the
    seller's net purchases to the seller's shock: 1 is full replacement, 0 none, a negative value selling
    alongside. The sign and size of the shock cancel. Both flows must be in one unit.

    Parameters
    ----------
    irf : IRF
        Impulse responses with joint draws (a bootstrap or posterior).
    seller : str
        Response: net purchases of the seller.
    ally : str or sequence of str
        Response: net purchases of the ally, or of several allies, whose purchases are added.
    horizon : int, default 6
        Last period cumulated, included.
    level : float, default 0.90
        Coverage of the set.
    shock : str, optional
        The seller's shock; default the shock named like ``seller``.

    Returns
    -------
    Estimate
        ``region`` is the Fieller set from the covariance of the two cumulated responses across draws;
        ``lower`` and ``upper`` are its ends, infinite where it is unbounded; ``std_error`` is the delta
        method's, a column for comparison only.

    Raises
    ------
    SpecificationError
        If seller and ally are the same, the horizon is not within the responses, or there are fewer than
        20 draws.
    SeriesNotFound
        If a response or shock is unknown; suggests the nearest.
    NotIdentified
        If the seller's cumulated response is exactly zero.

    References
    ----------
    Fieller, E. C. (1954), Journal of the Royal Statistical Society B 16(2). The cumulated ratio is the
    multiplier of Ramey, V. A. and S. Zubairy (2018), Journal of Political Economy 126(2).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> point = np.array([[[-1.0], [0.3]], [[-0.5], [0.3]]])  # seller first, then ally; two horizons
    >>> draws = point + 0.05 * np.random.default_rng(1).standard_normal((500, 2, 2, 1))
    >>> irf = SimpleNamespace(point=point, draws=draws, responses=("cn", "jp"), shocks=("cn",), nobs=300)
    >>> estimate = quantity_offset(irf, seller="cn", ally="jp", horizon=1)
    >>> print(estimate)
    0.400, s.e. 0.054, 90% set [0.31, 0.49]
    """
    allies = (ally,) if isinstance(ally, str) else tuple(ally)
    if seller in allies:
        raise SpecificationError(f"seller and ally are both {seller!r}; an offset needs two holders.")
    if not allies or len(set(allies)) < len(allies):
        raise SpecificationError(f"name each ally once; found {list(allies)}.")
    check_horizon(horizon, irf.point.shape[0] - 1)
    column = position(irf.shocks, seller if shock is None else shock, "shock")
    own = position(irf.responses, seller, "response")
    others = [position(irf.responses, name, "response") for name in allies]
    if irf.draws is None or len(irf.draws) < MINIMUM_DRAWS:
        found = 0 if irf.draws is None else len(irf.draws)
        raise SpecificationError(
            f"a set for the offset needs joint draws of the responses, at least {MINIMUM_DRAWS}; found {found}; "
            "call irf(..., bootstrap=MovingBlock(draws=1999), rng=...)."
        )
    cumulated = _cumulated(irf.point[None, : horizon + 1, :, column], own, others)[0]
    drawn = _cumulated(irf.draws[:, : horizon + 1, :, column], own, others)
    if cumulated[1] == 0.0:
        raise NotIdentified(
            f"{seller!r} does not respond to its own shock within {horizon} periods; nothing to offset."
        )
    covariance = np.cov(drawn, rowvar=False)
    region = fieller(cumulated[0], cumulated[1], covariance, level=level)
    value, std_error = delta_ratio(cumulated[0], cumulated[1], covariance)
    label = f"share of {seller} offset by {' and '.join(allies)} within {horizon} periods"
    return Estimate(value, std_error, region.lower, region.upper, level, "", label, irf.nobs, region=region, parent=irf)


def _cumulated(paths: np.ndarray, seller: int, allies: list[int]) -> np.ndarray:
    """Minus the allies' and plus the seller's cumulated response, (B, 2), from paths (B, horizon + 1, n)."""
    sums = paths.sum(axis=1)
    return np.column_stack([-sums[:, allies].sum(axis=1), sums[:, seller]])


def delta_ratio(numerator: float, denominator: float, covariance: np.ndarray) -> tuple[float, float]:
    """Ratio and its delta-method standard error ``sqrt(g'Vg)``, ``g = (1, -ratio) / denominator``."""
    ratio = float(numerator / denominator)
    gradient = np.array([1.0, -ratio]) / denominator
    return ratio, math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))


def check_horizon(horizon: int, last: int) -> None:
    """Refuse a horizon that is not an integer from 0 to ``last``."""
    if isinstance(horizon, bool) or not isinstance(horizon, (int, np.integer)) or not 0 <= horizon <= last:
        raise SpecificationError(f"horizon must be an integer from 0 to {last}, the last response; found {horizon!r}.")


def position(names: tuple[str, ...], wanted: str, what: str) -> int:
    """Place of ``wanted`` among ``names``; `SeriesNotFound` suggests the nearest."""
    if wanted not in names:
        raise SeriesNotFound(f"no {what} {wanted!r} in the responses; {suggestion(wanted, names)}")
    return list(names).index(wanted)
