"""One sample as a design sees it, with what several designs share computed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from econ import checks
from econ.arrays import Array
from econ.data.dataset import Dataset
from econ.frozen import guarded
from econ.infer import reduced_form
from econ.infer.form import ReducedForm
from econ.offset import OwnShocks
from econ.responses.irf import IRF
from econ.simulate.event_days import EventDays, event_days
from econ.simulate.holders import ALLY
from econ.simulate.samples import DAYS, Samples
from econ.simulate.truth import Truth
from econ.var import VAR, Cholesky, MovingBlock, Proxy
from econ.var import _kernels as kernels
from econ.var.reduced.bootstrap import bootstrap_blocks
from econ.var.structure.together import irfs

if TYPE_CHECKING:
    from econ.var.reduced.draws import ReducedDraws
    from econ.var.reduced.results import VARResults

HORIZON = 3  # months over which responses are cumulated
LAGS = 6
PROXY = "seller_news"
INTERVENTION = f"{ALLY}_intervention"
SELLER_SHOCK, ALLY_SHOCK = "seller", "ally"  # names of those found by proxies
FLOW, ALLIED, CHANGE = "china_net_purchases", "japan_net_purchases", "yield_change"
VARIABLES = (FLOW, ALLIED, "hubs_net_purchases", "officials_net_purchases", "risk", CHANGE)
SHOCKS = (SELLER_SHOCK, ALLY_SHOCK, *VARIABLES)
"""By their proxies, and of the recursive order."""


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
    def columns(self) -> dict[str, Array]:
        """Stationary variables on the months for which all are published: flows, ``yield_change`` (bp), ``risk``."""
        found, end = self.samples.columns(self.number), self.samples.periods - self.lag
        changes = {CHANGE: 100.0 * np.diff(found["yield_10y"]), "risk": np.diff(found["financial_conditions"])}
        return {name: values[1:end] for name, values in found.items()} | {
            name: values[: end - 1] for name, values in changes.items()
        }

    @cached_property
    def frame(self) -> pd.DataFrame:
        """``columns`` as a table."""
        return self._table(self.columns)

    def _table(self, names: Iterable[str]) -> pd.DataFrame:
        columns, end = self.columns, self.samples.periods - self.lag
        return pd.DataFrame({name: columns[name] for name in names}, index=self.samples.index[1:end])

    @cached_property
    def dataset(self) -> Dataset:
        """``frame`` as a `Dataset`."""
        return Dataset.from_frame(self.frame)

    @cached_property
    def fit(self) -> VARResults:
        """VAR of ``VARIABLES`` with ``LAGS`` lags."""
        return VAR(Dataset.from_frame(self._table(VARIABLES)), lags=LAGS).fit()

    def recursive(self, first: str) -> IRF:
        """Responses of the recursive VAR with ``first`` first and the rest in the order of ``VARIABLES``."""
        found: dict[str, IRF] = self.__dict__.setdefault("_recursive", {})
        if first not in found:
            every = tuple(dict.fromkeys((first, FLOW, CHANGE)))  # one bootstrap serves the orders that designs ask for
            orders = [(each, *(name for name in VARIABLES if name != each)) for each in every]
            several = [self.fit.identify(Cholesky(*order)) for order in orders]
            made = irfs(several, HORIZON, MovingBlock(draws=self.draws), self.seed)
            for each, irf in zip(every, made, strict=True):
                found.setdefault(each, irf)  # of several threads' the first stays
        return found[first]

    def multiplier(self, response: str, impulse: str, *, instrument: str, further: tuple[str, ...] = ()) -> ReducedForm:
        """Sums of response and impulse over the horizon on the instrument, with a lag of ``VARIABLES`` and ``further``.

        The last horizon of `econ.LocalProjection` with ``cumulative="multiplier"``.
        """
        found: dict[tuple[str, ...], ReducedForm] = self.__dict__.setdefault("_multipliers", {})
        key = (response, impulse, instrument, *further)
        if key not in found:
            columns = self.columns
            for name in key:
                checks.position("column", name, list(columns), of="of the sample")
            lagged = np.column_stack([columns[name][: -HORIZON - 1] for name in (*VARIABLES, *further)])
            y, d = (sliding_window_view(columns[name][1:], HORIZON + 1).sum(axis=1) for name in (response, impulse))
            z = columns[instrument][1 : len(lagged) + 1]
            found.setdefault(key, reduced_form(y, d, z, controls=lagged, cov="hac", bandwidth=HORIZON))
        return found[key]

    @cached_property
    def proxies(self) -> tuple[Proxy, Proxy]:
        """What finds the seller's shock, and what finds the ally's."""
        index = self.samples.index[1 : self.samples.periods - self.lag]
        seller, ally = (pd.Series(self.columns[name], index, name=name) for name in (PROXY, INTERVENTION))
        return Proxy(seller, shock=SELLER_SHOCK, normalise=FLOW), Proxy(ally, shock=ALLY_SHOCK, normalise=ALLIED)

    @cached_property
    def theta(self) -> Array:
        """Responses (1 + draws, H + 1, n, s) of ``VARIABLES`` to ``SHOCKS``: the point estimate, then the draws.

        Shocks of the seller and the ally by their proxies, and those of the recursive order. One bootstrap serves all,
        so that designs are compared on the same draws.
        """
        scheme, fit = OwnShocks(*self.proxies, Cholesky(*VARIABLES)), self.fit

        def read(draws: ReducedDraws) -> Array:
            return kernels.responses(draws.lag_blocks, scheme.impact_batch(draws), HORIZON)

        drawn = bootstrap_blocks(fit, MovingBlock(draws=self.draws), read, rng=self.seed)
        return np.concatenate([read(fit.as_draws), *drawn])

    @cached_property
    def joint(self) -> IRF:
        """``theta`` as an `IRF`."""
        theta, fit = self.theta, self.fit
        return IRF(theta[0], VARIABLES, SHOCKS, theta[1:], nobs=fit.nobs, parent=fit)

    @cached_property
    def countries(self) -> tuple[Array, Array]:
        """Flows (T, K) and sizes (K,) of the countries among the other officials."""
        flows, sizes = self.samples.panel
        return flows[self.number], sizes

    @cached_property
    def days(self) -> Samples:
        """A daily sample of the same market and length, without faults."""
        return self.samples.clean.samples(1, self.samples.periods * DAYS, self.seed, frequency="D")

    @property
    def daily(self) -> tuple[Dataset, Truth]:
        """``days`` as published, and what is behind it."""
        return self.days.dataset(0), self.days.truth(0)

    @cached_property
    def event_days(self) -> EventDays:
        """The days of operations in ``days`` among the others."""
        return event_days(self.days)
