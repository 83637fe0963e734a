"""One sample as a design sees it, with what several designs share computed once."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.arrays import Array
from econ.data.dataset import Dataset
from econ.errors import WeakInstrument
from econ.frozen import guarded
from econ.offset import OwnShocks
from econ.projection import LocalProjection, ProjectionResults
from econ.simulate.faults import Faults
from econ.simulate.samples import DAYS, Samples
from econ.simulate.truth import Truth
from econ.var import VAR, Cholesky, MovingBlock, Proxy

if TYPE_CHECKING:
    from econ.responses.irf import IRF
    from econ.var.reduced.results import VARResults

HORIZON = 3  # months over which responses are cumulated
LAGS = 6
PROXY = "seller_news"
SELLER_SHOCK, ALLY_SHOCK = "seller", "ally"  # names of those found by proxies
FLOW, ALLIED, CHANGE = "china_net_purchases", "japan_net_purchases", "yield_change"
VARIABLES = (FLOW, ALLIED, "hubs_net_purchases", "officials_net_purchases", "risk", CHANGE)


@guarded
@dataclass(frozen=True, eq=False)
class Sample:
    """One simulated sample.

    Parameters
    ----------
    samples : Samples
        The batch it belongs to.
    number : int
        Its place in the batch.
    seed : SeedSequence
        For whatever the design draws.
    draws : int
        Bootstrap draws of designs that need a bootstrap.
    level : float
        Coverage of the sets.
    """

    samples: Samples = field(repr=False)
    number: int
    seed: np.random.SeedSequence = field(repr=False)
    draws: int = 199
    level: float = 0.90

    @cached_property
    def data(self) -> Dataset:
        """What is published."""
        return self.samples.dataset(self.number)

    @cached_property
    def truth(self) -> Truth:
        """What is behind it; for oracles, and for what a researcher knows (regimes)."""
        return self.samples.truth(self.number)

    @property
    def lag(self) -> int:
        """Latest months without flows."""
        return self.samples.market.faults.publication_lag

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Stationary variables on the months for which all are published: flows, ``yield_change`` (bp), ``risk``."""
        frame = self.data.frame
        changes = {CHANGE: 100.0 * frame["yield_10y"].diff(), "risk": frame["financial_conditions"].diff()}
        end = len(frame) - self.lag
        return frame.assign(**changes).iloc[1:end]

    @cached_property
    def dataset(self) -> Dataset:
        """``frame`` as a `Dataset`."""
        return Dataset.from_frame(self.frame)

    @cached_property
    def fit(self) -> VARResults:
        """VAR of ``VARIABLES`` with ``LAGS`` lags."""
        return VAR(self.dataset.select(*VARIABLES), lags=LAGS).fit()

    def recursive(self, first: str) -> IRF:
        """Responses of the recursive VAR with ``first`` first and the rest in the order of ``VARIABLES``."""
        found: dict[str, IRF] = self.__dict__.setdefault("_recursive", {})
        if first not in found:
            order = (first, *(name for name in VARIABLES if name != first))
            svar = self.fit.identify(Cholesky(*order))
            found[first] = svar.irf(HORIZON, bootstrap=MovingBlock(draws=self.draws), rng=self.seed)
        return found[first]

    @cached_property
    def projection(self) -> ProjectionResults:
        """Allied purchases on the seller's, both summed over the horizon, instrumented by the seller's proxy."""
        controls = tuple(name for name in (*VARIABLES, PROXY) if name not in (FLOW, ALLIED))
        model = LocalProjection(
            self.dataset, ALLIED, FLOW, controls=controls, lags=1, lag_augmented=False, cumulative="multiplier",
            instrument=PROXY,
        )  # fmt: skip
        return model.fit(HORIZON, "hac")

    @cached_property
    def joint(self) -> IRF:
        """Responses to the seller's and the ally's shocks by their proxies, and to those of the recursive order.

        One bootstrap serves all, so that designs are compared on the same draws.
        """
        proxies = (
            Proxy(self.frame[PROXY], shock=SELLER_SHOCK, normalise=FLOW),
            Proxy(self.frame["japan_intervention"], shock=ALLY_SHOCK, normalise=ALLIED),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", WeakInstrument)
            svar = self.fit.identify(OwnShocks(*proxies, Cholesky(*VARIABLES)))
        return svar.irf(HORIZON, bootstrap=MovingBlock(draws=self.draws), rng=self.seed)

    @cached_property
    def countries(self) -> tuple[Array, Array]:
        """Flows (T, K) and sizes (K,) of the countries among the other officials."""
        flows, sizes = self.samples.panel
        return flows[self.number], sizes

    @cached_property
    def daily(self) -> tuple[Dataset, Truth]:
        """A daily sample of the same market and length, without faults."""
        market = replace(self.samples.market, faults=Faults())
        days = self.samples.periods * DAYS
        return market.simulate(days, self.seed, frequency="D")
