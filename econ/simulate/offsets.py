"""Every way to estimate an offset, on samples whose offsets are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.errors import NotIdentified
from econ.estimate import Estimate
from econ.frozen import FrozenMapping
from econ.infer import anderson_rubin
from econ.infer.quantiles import two_sided
from econ.offset._proxy import instrument_moments
from econ.offset._ratio import delta_ratio, ratio_of_draws
from econ.offset.price import pairs
from econ.offset.quantity import instrumented
from econ.offset.shut_off import Plan
from econ.responses import Cell
from econ.simulate.estimators import ESTIMATORS, Estimator, by_name
from econ.simulate.faults import Faults
from econ.simulate.grid import Truths
from econ.simulate.holders import ALLY, SELLER
from econ.simulate.market import TreasuryMarket
from econ.simulate.sample import (
    ALLIED,
    ALLY_SHOCK,
    CHANGE,
    FLOW,
    HORIZON,
    PROXY,
    SELLER_SHOCK,
    SHOCKS,
    VARIABLES,
    Sample,
)

OWN = {"shock": SELLER_SHOCK, "using": ALLY_SHOCK}
RECURSIVE = {"shock": FLOW, "using": ALLIED}
LABEL = "share of the sale offset within the horizon"
TURN = np.diag([-1.0, 1.0])
"""Purchases of the ally against sales of the seller."""
METHODS = {
    "sims-zha": "Sims-Zha",
    "scenario": "scenario, sale held",
    "least-squares": "least squares",
    "reduced": "reduced form",
}


def recursive(sample: Sample, method: str = "fieller") -> Estimate:
    """Quantity offset with the seller ordered first."""
    return _ratio(sample, _quantities(sample, FLOW), method)


def by_projection(sample: Sample, method: str = "anderson-rubin") -> Estimate:
    """Quantity offset of a projection with the seller's proxy as instrument: minus the multiplier of the sums.

    As :func:`econ.offset.instrumented_offset` with one lag, on arrays.
    """
    form = sample.multiplier(ALLIED, FLOW, instrument=PROXY, further=(PROXY,))
    value, error = delta_ratio(-float(form.outcome[0]), float(form.first[0]), TURN @ form.covariance @ TURN)
    reach = error * two_sided(sample.level)
    plain = Estimate(value, error, value - reach, value + reach, sample.level, label=LABEL, nobs=form.nobs)
    if method == "delta":
        return plain
    region = -anderson_rubin(form, level=sample.level)
    return replace(plain, lower=region.lower, upper=region.upper, region=region)


def by_proxy(sample: Sample, method: str = "anderson-rubin") -> Estimate:
    """Quantity offset of a VAR with the seller's proxy as instrument."""
    if method != "anderson-rubin":
        return _ratio(sample, _quantities(sample, SELLER_SHOCK), method)
    cells = [Cell(HORIZON, name, SELLER_SHOCK, summed=True) for name in (ALLIED, FLOW)]
    moments = instrument_moments(sample.proxies[0], sample.fit, cells, parent=sample.fit)
    return instrumented(moments.turned(TURN), cells[1], level=sample.level, label=LABEL)


def priced(sample: Sample, method: str = "sims-zha", shocks: Mapping[str, str] = OWN) -> Estimate:
    """Price offset, the yield in changes and summed; a scenario holds the seller's sale as it was."""
    plan = Plan(
        SHOCKS.index(shocks["shock"]), VARIABLES.index(FLOW), [VARIABLES.index(ALLIED)],
        [SHOCKS.index(shocks["using"])], method, hold_seller=method == "scenario",
    )  # fmt: skip
    return _ratio(sample, pairs(plan, sample.theta, VARIABLES.index(CHANGE), cumulative=True))


def _quantities(sample: Sample, shock: str) -> Array:
    """What the ally buys and the seller sells, summed over the horizon, (1 + draws, 2)."""
    rows = [VARIABLES.index(ALLIED), VARIABLES.index(FLOW)]
    summed: Array = sample.theta[..., SHOCKS.index(shock)].sum(axis=1)[:, rows] @ TURN
    return summed


def _ratio(sample: Sample, values: Array, method: str = "fieller") -> Estimate:
    """Ratio of two numbers, (1 + draws, 2), with the set of its draws."""
    if values[0, 1] == 0.0:
        raise NotIdentified("the seller or the price does not respond in this sample; there is nothing to offset.")
    return ratio_of_draws(
        values, method=method, level=sample.level, label=LABEL, nobs=sample.fit.nobs, parent=sample.fit
    )


OFFSET_ESTIMATORS: Mapping[str, Estimator] = by_name(
    ESTIMATORS["offset_oracle"],
    ESTIMATORS["offset_ols"],
    *(
        Estimator(f"recursive_{method}", partial(recursive, method=method), target="offset", words="seller first")
        for method in ("fieller", "delta", "bootstrap")
    ),
    *(
        Estimator(
            f"projection_{method.replace('-', '_')}", partial(by_projection, method=method), target="offset",
            needs=("proxy",), words="projection with the proxy as instrument",
        )
        for method in ("anderson-rubin", "delta")
    ),
    *(
        Estimator(
            f"proxy_var_{method.replace('-', '_')}", partial(by_proxy, method=method), target="offset",
            needs=("proxy",), words="VAR with the proxy as instrument",
        )
        for method in ("anderson-rubin", "fieller")
    ),
    *(
        Estimator(
            f"price_{name}_{method.replace('-', '_')}", partial(priced, method=method, shocks=shocks),
            target="price_offset", needs=("proxy", "intervention"), words=f"{words}: {label}",
        )
        for name, shocks, words in (("own", OWN, "two proxies"), ("recursive", RECURSIVE, "seller, ally first"))
        for method, label in METHODS.items()
    ),
)  # fmt: skip
"""Every method of :mod:`econ.offset`; pass ``list(OFFSET_ESTIMATORS.values())`` to a tournament."""


OFFSET_FAULTS: Mapping[str, Faults] = FrozenMapping(
    {
        "none": Faults(),
        "custody": Faults(custody=0.2, custody_noise=0.03),
        "revisions": Faults(revision=0.2),
        "archive": Faults.archive(),
    }
)
"""What the statistics may do to flows, one fault at a time and all of them at the size of the archive."""


@checked
def offset_truths(
    impacts: Sequence[float] = (-15.0, -60.0),
    periods: Sequence[int] = (177, 600),
    faults: Mapping[str, Faults] = OFFSET_FAULTS,
) -> Truths:
    """Markets with simultaneous supply shocks and offsets of 0, 0.5 and 1, for a tournament of ``OFFSET_ESTIMATORS``.

    Parameters
    ----------
    impacts : sequence of float
        Bp per 1% of debt.
    periods : sequence of int
        Months.
    faults : mapping of str to Faults
        By name.

    Examples
    --------
    >>> len(offset_truths().cells)
    48
    """
    return Truths(with_supply_shocks(TreasuryMarket()), impacts, (0.0, 0.5, 1.0), periods, faults)


@checked
def with_supply_shocks(market: TreasuryMarket, *, size: float = 3.0, reaction: float = -0.1) -> TreasuryMarket:
    """Make issuance ``size`` times as variable and let seller and ally react to it in the same month.

    Parameters
    ----------
    market : TreasuryMarket
        The market.
    size : float
        Factor of the standard deviation of the supply shock.
    reaction : float
        Purchases of seller and ally, percent of debt, per 1% of debt issued.

    Returns
    -------
    TreasuryMarket
        The same offsets; the common shock to purchases that a recursive order takes for a sale is larger.

    Examples
    --------
    >>> market = with_supply_shocks(TreasuryMarket())
    >>> bool(recursive_bias(market).sum() < recursive_bias(TreasuryMarket()).sum())
    True
    """
    place = market.shock_number("supply")
    shock = market.shocks[place]
    loads = {**shock.loads, SELLER: reaction, ALLY: reaction}
    louder = replace(shock, std=checks.real("size", size, least=0.0) * shock.std, loads=loads)
    return replace(market, shocks=(*market.shocks[:place], louder, *market.shocks[place + 1 :]))


@checked
def recursive_bias(market: TreasuryMarket, horizon: int = HORIZON) -> pd.Series:
    """Bias of the recursive quantity offset with the seller first, by the shock that causes it.

    The first shock of the order is the seller's whole innovation. With C_k, A_k what shock k makes seller and ally buy
    on impact, w_k the variance of its innovation and S_k the sum of its decay to the horizon, the offset found is
    ``-sum_k w_k C_k A_k S_k / sum_k w_k C_k^2 S_k``, so shock k adds ``w_k C_k (-A_k - rho C_k) S_k`` over that sum:
    nothing for the seller's own shock, a negative number for a shock that makes both buy.

    Parameters
    ----------
    market : TreasuryMarket
        The market; true flows, so that faults of the statistics come on top.
    horizon : int
        Last month summed.

    Returns
    -------
    Series
        By shock; the sum is the bias.

    Raises
    ------
    SpecificationError
        For a negative horizon.

    Examples
    --------
    >>> bias = recursive_bias(TreasuryMarket(offset=0.5))
    >>> bias.idxmin(), bool(abs(bias["seller"]) < 1e-12)
    ('dollar', True)
    """
    horizon = checks.horizon(horizon)
    place = market.columns.index
    parts = {}
    for number, shock in enumerate(market.shocks):
        sold, bought = market.reaction[[place(SELLER), place(ALLY)], number]
        weight = shock.std**2 * (1.0 - shock.persistence**2) * sum(shock.persistence**j for j in range(horizon + 1))
        parts[shock.name] = (weight * sold * (-bought - market.offset * sold), weight * sold**2)
    table = pd.DataFrame.from_dict(parts, orient="index")
    return (table[0] / table[1].sum()).rename("bias")
