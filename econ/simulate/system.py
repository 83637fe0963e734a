"""The static equilibrium of one period, solved: response of every variable to every state.

Symbols: q_j purchases of holder j, d_k states, y yields, kappa = ``impact``, rho = ``offset``, pi = ``price_offset``.

    q_j = eta_j dy_10 + sum_k l_jk d_k                        every holder but the ally
    q_A = eta_A dy_10 + sum_k l_Ak d_k - r q_C                the ally reacts to the seller
    dy_m = -lambda g_m (q_C + phi q_A + sum_j phi_j q_j - issuance) + news_m

Two primitives are solved for, so that the equilibrium has the magnitudes asked for: with E the sum of phi_j eta_j over
the holders other than seller and ally, lambda = -kappa / (1 + kappa E); and r = rho + eta_A kappa (1 - pi). Then a
seller's shock has dy_10 / q_C = kappa (1 - pi), -q_A / q_C = rho, and dy_10 / q_C = kappa were the ally shut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ.errors import Unstable
from econ.simulate.calibration import PROFILE
from econ.simulate.holders import ALLY, SELLER

if TYPE_CHECKING:
    from econ.simulate.market import TreasuryMarket

YIELDS = tuple(PROFILE)


def relative_impacts(market: TreasuryMarket) -> dict[str, float]:
    """Price impact of each active holder's purchase relative to the seller's: durations, or the parameters' ratio."""
    seller = market.holder(SELLER)
    weights = {
        holder.name: holder.surprise * holder.duration / (seller.surprise * seller.duration) for holder in market.active
    }
    if market.offset != 0.0:
        weights[ALLY] = market.price_offset_value / market.offset
    return weights


def arbitrage_slope(market: TreasuryMarket) -> float:
    """Lambda: bp that the 10-year yield must rise for arbitrageurs to absorb 1% of debt."""
    weights = relative_impacts(market)
    elastic = sum(
        weights[holder.name] * holder.elasticity for holder in market.active if holder.name not in (SELLER, ALLY)
    )
    slack = 1.0 + market.impact * elastic
    if slack <= 0.0:
        raise Unstable(
            f"an impact of {market.impact} bp per 1% of debt cannot stand beside elasticities adding to {elastic:.4g}% "
            f"of debt per bp (it must be smaller than {1 / elastic:.4g} bp); lower one of them."
        )
    return -market.impact / slack


def solve(market: TreasuryMarket, *, ally: bool = True) -> np.ndarray:
    """Response of ``market.columns`` to one unit of each state: (variables, shocks); ``ally=False`` shuts it off."""
    names = market.columns
    place = {name: number for number, name in enumerate(names)}
    size = len(names)
    weights, slope = relative_impacts(market), arbitrage_slope(market)
    left, right = np.eye(size), np.zeros((size, len(market.shocks)))
    for holder in market.active:
        left[place[holder.name], place["yield_10y"]] = -holder.elasticity
        for name in YIELDS:
            left[place[name], place[holder.name]] = slope * PROFILE[name] * weights[holder.name]
    for name in YIELDS:
        left[place[name], place["issuance"]] = -slope * PROFILE[name]
    total = market.impact * (1.0 - market.price_offset_value)
    left[place[ALLY], place[SELLER]] = market.offset + market.holder(ALLY).elasticity * total
    for column, shock in enumerate(market.shocks):
        for name, load in shock.loads.items():
            right[place[name], column] = load
    if not ally:
        left[place[ALLY]] = np.eye(size)[place[ALLY]]
        right[place[ALLY]] = 0.0
    _check_regular(left)
    solved: np.ndarray = np.linalg.solve(left, right)
    return solved


def _check_regular(left: np.ndarray) -> None:
    """Demand must fall in price on net: the determinant keeps the sign it has without any elasticity."""
    sign, logarithm = np.linalg.slogdet(left)
    if sign <= 0.0 or logarithm < -20.0:
        raise Unstable("the market has no stable equilibrium: holders chase yields more than arbitrageurs resist.")
