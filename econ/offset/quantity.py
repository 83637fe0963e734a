"""How much of a seller's sale an ally buys: the quantity offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from econ.errors import NotIdentified
from econ.estimate import Estimate
from econ.offset._ratio import ratio_estimate
from econ.offset._responses import Cell, Seed, as_irf, check_allies, cumulated, shock_of


def quantity_offset(
    irf: Any,
    seller: str = "china_net_purchases",
    ally: str | Sequence[str] = "japan_net_purchases",
    *,
    horizon: int = 6,
    level: float = 0.90,
    shock: str | None = None,
    method: str = "fieller",
    bootstrap: Any = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> Estimate:
    """Share of a seller's cumulated sale that an ally buys in response.

    ``rho_h = - sum_{j=0..h} A_j / sum_{j=0..h} C_j`` where A and C are the responses of the ally's and the
    seller's net purchases to the seller's shock: 1 is full replacement, 0 none, a negative value selling
    alongside. The sign and size of the shock cancel. Both flows must be in one unit.

    Parameters
    ----------
    irf : IRF, StructuralResults or ProjectionResults
        Responses with joint draws (a bootstrap or posterior); or an identified VAR (then pass ``bootstrap`` and
        ``rng``, unless it has draws of its own); or local projections, summed (``cumulative=True``) or not, whose joint
        covariance serves where there are no draws.
    seller : str
        Response: net purchases of the seller.
    ally : str or sequence of str
        Response: net purchases of the ally, or of several allies, whose purchases are added.
    horizon : int, default 6
        Last period cumulated, included.
    level : float, default 0.90
        Coverage of the set.
    shock : str, optional
        The seller's shock; default the shock named like ``seller``, or the only one.
    method : {"fieller", "delta", "bootstrap"}
        Set of the ratio: Fieller's, which alone is valid when the seller's response may be zero; the delta method's
        interval; or the quantiles of the ratio over the draws. The last two are columns for comparison.
    bootstrap : MovingBlock or Residual, optional
        How to draw when an identified VAR is given.
    rng : int or SeedSequence, optional
        Seed of those draws.
    n_jobs : int, default 1
        Workers for them.

    Returns
    -------
    Estimate
        ``region`` is the Fieller set from the joint covariance of the two cumulated responses; ``lower`` and
        ``upper`` are its ends, infinite where it is unbounded; ``std_error`` is the delta method's.

    Raises
    ------
    SpecificationError
        If seller and ally are the same, the horizon is not within the responses, the method is unknown, or there
        are fewer than 20 draws and no joint covariance.
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
    allies = check_allies(seller, ally)
    irf = as_irf(irf, horizon, bootstrap, rng, n_jobs=n_jobs)
    name = shock_of(irf, seller, shock)
    read = cumulated(irf, horizon, [Cell(seller, name), *(Cell(other, name) for other in allies)])
    if read.point[0] == 0.0:
        raise NotIdentified(
            f"{seller!r} does not respond to its own shock within {horizon} periods; nothing to offset."
        )
    turn = np.zeros((2, len(read.point)))
    turn[0, 1:], turn[1, 0] = -1.0, 1.0
    draws = None if read.draws is None else read.draws @ turn.T
    pair = replace(read, point=turn @ read.point, covariance=turn @ read.covariance @ turn.T, draws=draws)
    label = f"share of {seller} offset by {' and '.join(allies)} within {horizon} periods"
    return ratio_estimate(pair, method=method, level=level, label=label)
