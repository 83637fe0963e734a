"""`Truth`: what is behind a simulated sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.frozen import guarded
from econ.simulate.holders import ALLY, SELLER

if TYPE_CHECKING:
    from econ.simulate.market import TreasuryMarket


@guarded
@dataclass(frozen=True, eq=False)
class Truth:
    """Parameters and hidden series of one sample.

    Parameters
    ----------
    parent : TreasuryMarket
        The market.
    shocks : DataFrame (T, shocks)
        Standardised innovations.
    frame : DataFrame (T, variables)
        True purchases and issuance (percent of debt), yield changes (bp), change of risk (index points).
    regimes : Series (T,)
        Number of the variance regime.
    events : DataFrame
        Daily data: days of one-day operations by the seller; columns date, kind, label, size (percent of debt).

    Examples
    --------
    >>> from econ.simulate import TreasuryMarket
    >>> _, truth = TreasuryMarket(impact=-20.0, offset=0.5).simulate(periods=60, rng=3)
    >>> truth.gross_impact, truth.impact, truth.price_offset
    (-20.0, -10.0, 0.5)
    """

    parent: TreasuryMarket = field(repr=False)
    shocks: pd.DataFrame = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    regimes: pd.Series = field(repr=False)
    events: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        """What a user wants to recover; the tables behind it by their number of periods."""
        return (
            f"Truth(gross_impact={self.gross_impact:g}, impact={self.impact:g}, offset={self.offset:g}, "
            f"price_offset={self.price_offset:g}, shocks={list(self.shocks.columns)}, periods={len(self.frame)})"
        )

    @property
    def gross_impact(self) -> float:
        """Bp per 1% of debt bought by the seller, the ally shut off."""
        return self.parent.impact

    @property
    def impact(self) -> float:
        """Bp per 1% of debt bought by the seller, the ally reacting: what instrumented designs estimate."""
        return self.parent.impact * (1.0 - self.parent.price_offset_value)

    @property
    def offset(self) -> float:
        """Share of the seller's sale that the ally buys."""
        return self.parent.offset

    @property
    def price_offset(self) -> float:
        """Share of the yield response that the ally's reaction removes."""
        return self.parent.price_offset_value

    def impact_of(self, shock: str) -> float:
        """Bp per 1% of debt bought by the holder whom ``shock`` moves: ``"seller"``, ``"ally"``, ``"hubs"``, ..."""
        return impact_of(self.parent, shock)

    def irf(self, horizon: int) -> np.ndarray:
        """Monthly responses to one standard deviation of each innovation: (horizon + 1, variables, shocks)."""
        market, horizon = self.parent, checks.horizon(horizon)
        persistence = np.array([shock.persistence for shock in market.shocks])
        std = np.array([shock.std for shock in market.shocks]) * np.sqrt(1.0 - persistence**2)
        powers: np.ndarray = persistence ** np.arange(horizon + 1)[:, None]
        responses: np.ndarray = market.reaction * (std * powers)[:, None, :]
        return responses


def impact_of(market: TreasuryMarket, shock: str) -> float:
    """Response of the 10-year yield per 1% of debt that the shock's own holder buys in equilibrium."""
    column = market.shock_number(shock)
    own = {"seller": SELLER, "ally": ALLY}.get(shock, shock)
    holders = [holder.name for holder in market.active]
    checks.position("holder", own, holders, of=f"behind shock {shock!r}")
    bought = market.reaction[market.columns.index(own), column]
    return float(market.reaction[market.columns.index("yield_10y"), column] / bought)
