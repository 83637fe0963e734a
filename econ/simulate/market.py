"""`TreasuryMarket`: a demand system whose price impact and offsets are parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from econ import checks
from econ.arrays import Seed
from econ.data.dataset import Dataset
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.parallel import seed_sequence
from econ.simulate import calibration
from econ.simulate.faults import Faults
from econ.simulate.holders import ALLY, SELLER, Holder, Regime, Shock, check_sum, regime_scales
from econ.simulate.samples import Samples, draw
from econ.simulate.system import YIELDS, solve
from econ.simulate.truth import Truth

FREQUENCIES = ("M", "D")
NEWS_FLOOR = 0.1


@guarded
@dataclass(frozen=True)
class TreasuryMarket:
    """A simulated Treasury market: holders, arbitrageurs, news, and statistics with faults.

    Holders buy by their own demand shocks and lean against the yield by their elasticities; the ally also reacts to
    the seller; arbitrageurs absorb the rest at a price; news moves yields by itself. The equations stand in
    :mod:`econ.simulate.system`; purchases are percent of debt, yields change in basis points.

    Parameters
    ----------
    impact : float
        Response of the 10-year yield, bp, to purchases of 1% of debt by the seller with the ally shut off, all other
        holders reacting; at most 0.
    offset : float
        Share of the seller's sale that the ally buys in the same period (quantity offset).
    price_offset : float, optional
        Share of the yield response that the ally's reaction removes; default ``offset`` (a dollar of either moves the
        yield alike). The ratio of the two is the ally's relative price impact.
    holders : tuple of Holder
        Shares add to one; ``"china"`` is the seller, ``"japan"`` the ally, ``"hubs"`` the custody hubs; ``"domestic"``
        holds the rest and clears the market with the arbitrageurs.
    shocks : tuple of Shock
        Sources of movement; one is named ``"seller"``, one ``"ally"``.
    regimes : tuple of Regime
        Stretches with own variances; shares add to one.
    faults : Faults
        Observation layer of monthly data.
    yield_std : float or None
        Standard deviation of the monthly change of the 10-year yield, bp, kept whatever the impact by scaling the
        news (whose share of the variance never falls below a tenth); None leaves the news as given.
    proxy_strength : float
        Correlation of ``seller_news`` with the seller's innovation.
    intervention_strength : float
        Correlation of ``japan_intervention`` with the ally's innovation.
    countries : int
        Countries that make up ``"officials"`` in the granular panel.
    event_rate, event_size : float
        Daily data: probability of a one-day operation by the seller, and its standard deviation, percent of debt.

    Raises
    ------
    SpecificationError
        For a positive impact, shares that do not add to one, negative variances, a price offset without an offset.
    Unstable
        For a persistence of 1 or more, or elasticities that leave no equilibrium.

    Notes
    -----
    The defaults reproduce moments of the archive; :func:`econ.simulate.moments_table` prints both.

    References
    ----------
    Vayanos, D. and J.-L. Vila (2021), A Preferred-Habitat Model of the Term Structure of Interest Rates,
    Econometrica 89(1), for arbitrageurs between habitats.

    Examples
    --------
    >>> data, truth = TreasuryMarket(impact=-15.0, offset=0.3).simulate(periods=120, rng=1)
    >>> truth.impact, truth.offset
    (-10.5, 0.3)
    >>> data.frame.shape[0], data.variables["china_net_purchases"].units
    (120, 'percent of debt')
    """

    impact: float = -15.0
    offset: float = 0.3
    price_offset: float | None = None
    holders: tuple[Holder, ...] = field(default=calibration.HOLDERS, repr=False)
    shocks: tuple[Shock, ...] = field(default=calibration.SHOCKS, repr=False)
    regimes: tuple[Regime, ...] = field(default=calibration.REGIMES, repr=False)
    faults: Faults = field(default_factory=Faults)
    yield_std: float | None = calibration.YIELD_STD
    proxy_strength: float = 0.5
    intervention_strength: float = 0.6
    countries: int = 20
    event_rate: float = 0.01
    event_size: float = 0.1

    def __post_init__(self) -> None:
        self._check_numbers()
        self._check_names()
        check_sum(tuple(holder.share for holder in self.holders), "shares of the holders")
        check_sum(tuple(regime.share for regime in self.regimes), "shares of the regimes")
        regime_scales(self.regimes, self.shocks)
        self.reaction  # solved once, so that an impossible market is refused here  # noqa: B018

    @property
    def price_offset_value(self) -> float:
        """Price offset, ``offset`` unless given."""
        return self.offset if self.price_offset is None else self.price_offset

    @property
    def active(self) -> tuple[Holder, ...]:
        """Holders whose purchases are variables: all but ``"domestic"``."""
        return tuple(holder for holder in self.holders if holder.name != "domestic")

    @property
    def columns(self) -> tuple[str, ...]:
        """Variables of the system: purchases of every active holder, issuance, three yields, risk."""
        return (*(holder.name for holder in self.active), "issuance", *YIELDS, "risk")

    @property
    def shock_names(self) -> tuple[str, ...]:
        """Names of the shocks."""
        return tuple(shock.name for shock in self.shocks)

    @cached_property
    def reaction(self) -> np.ndarray:
        """Response of ``columns`` to one unit of each state, (variables, shocks), percent of debt and bp."""
        plain = solve(self)
        return plain if self.yield_std is None else self._scaled_news(plain, self.yield_std)

    def holder(self, name: str) -> Holder:
        """The holder of that name."""
        return self.holders[checks.position("holder", name, [item.name for item in self.holders])]

    def only(self, *names: str) -> TreasuryMarket:
        """The same market with all other shocks, and all faults of the data, switched off."""
        for name in names:
            self.shock_number(name)
        shocks = tuple(shock if shock.name in names else replace(shock, std=0.0) for shock in self.shocks)
        return replace(self, shocks=shocks, faults=Faults(), yield_std=None)

    def shock_number(self, name: str) -> int:
        """Place of a shock."""
        return checks.position("shock", name, self.shock_names)

    def simulate(self, periods: int = 300, rng: Seed = None, *, frequency: str = "M") -> tuple[Dataset, Truth]:
        """Draw one sample.

        Parameters
        ----------
        periods : int, default 300
            Months (from 1985-01) or business days (from 1990-01-01).
        rng : int or SeedSequence
            Seed.
        frequency : {"M", "D"}
            Daily data have one-day operations of the seller (``truth.events``) and no faults.

        Returns
        -------
        Dataset
            ``<holder>_net_purchases``, ``_valuation_change``, ``_position_change`` (percent of debt, positive = buys),
            also of ``official`` (seller and other officials together), ``yield_2y``, ``yield_10y``, ``yield_30y``
            (percent), ``financial_conditions``, ``net_issuance``, ``seller_news``, ``japan_intervention``.
        Truth
            Parameters, shocks, responses, events and true flows behind the sample.

        Raises
        ------
        SpecificationError
            For fewer than 24 periods, no ``rng``, an unknown frequency, or faults asked of daily data.
        """
        samples = self.samples(1, periods, seed_sequence(rng), frequency=frequency)
        return samples.dataset(0), samples.truth(0)

    def samples(self, size: int, periods: int, rng: Seed, *, frequency: str = "M") -> Samples:
        """Draw ``size`` samples at once; arguments as in :meth:`simulate`."""
        size, periods = checks.count("size", size), checks.count("periods", periods, least=24)
        frequency = checks.choice("frequency", frequency, FREQUENCIES)
        if frequency == "D" and not self.faults.none:
            raise SpecificationError("faults belong to monthly statistics; simulate daily data with faults=Faults().")
        return draw(self, size, periods, seed_sequence(rng), frequency)

    def covariance(self, lag: int = 0) -> np.ndarray:
        """Covariance of ``columns`` at t with ``columns`` at t - ``lag`` months, analytic, averaged over regimes."""
        lag = checks.count("lag", lag, least=0)
        power = np.array([shock.std**2 * shock.persistence**lag for shock in self.shocks])
        product: np.ndarray = (self.reaction * power) @ self.reaction.T
        return product

    def _scaled_news(self, plain: np.ndarray, std: float) -> np.ndarray:
        """Scale the news s so that a s^2 + 2 b s + c is the variance wanted of the 10-year change."""
        silent = [replace(shock, loads=_without_news(shock.loads)) for shock in self.shocks]
        demand = solve(replace(self, shocks=tuple(silent), yield_std=None))
        news, row = plain - demand, self.columns.index("yield_10y")
        power = np.array([shock.std**2 for shock in self.shocks])
        a, b, c = (float(power @ product) for product in (news[row] ** 2, news[row] * demand[row], demand[row] ** 2))
        if a == 0.0:
            return plain
        wanted = max(std**2, c / (1.0 - NEWS_FLOOR))
        scale = (-b + math.sqrt(b * b - a * (c - wanted))) / a
        scaled: np.ndarray = demand + scale * news
        return scaled

    def _check_numbers(self) -> None:
        clean: dict[str, float | None] = {
            "impact": checks.real("impact (bp per purchases of 1% of debt)", self.impact, most=0.0),
            "offset": checks.real("offset", self.offset),
            "event_size": checks.real("event_size", self.event_size, least=0.0),
        }
        for name in ("proxy_strength", "intervention_strength", "event_rate"):
            clean[name] = checks.real(name, getattr(self, name), least=0.0, most=1.0)
        if self.price_offset is not None:
            clean["price_offset"] = checks.real("price_offset", self.price_offset)
        if self.yield_std is not None:
            clean["yield_std"] = checks.real("yield_std", self.yield_std, above=0.0)
        checks.keep(self, countries=checks.count("countries", self.countries, least=3), **clean)
        if self.offset == 0.0 and self.price_offset_value != 0.0:
            raise SpecificationError(
                f"a price offset of {self.price_offset} needs purchases by the ally; give an offset other than 0."
            )

    def _check_names(self) -> None:
        names = [holder.name for holder in self.holders]
        for needed in (SELLER, ALLY, "hubs", "officials", "domestic"):
            if names.count(needed) != 1:
                raise SpecificationError(f"holders must name {needed!r} once; found {names}.")
        if len(set(names)) < len(names) or len(set(self.shock_names)) < len(self.shocks):
            raise SpecificationError(f"each holder and each shock once; found {names} and {list(self.shock_names)}.")
        for needed in ("seller", "ally", "officials"):
            self.shock_number(needed)
        for shock in self.shocks:
            for name in shock.loads:
                checks.position("variable", name, self.columns, of=f"for shock {shock.name!r} to load on")
        for regime in self.regimes:
            for name in regime.scale:
                self.shock_number(name)


def _without_news(loads: Mapping[str, float]) -> dict[str, float]:
    return {name: load for name, load in loads.items() if name not in YIELDS}
