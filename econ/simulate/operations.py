"""`OperationMarket`: a daily yield and a holder that sells in campaigns and answers the news of the day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.data.dataset import Dataset
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.parallel import seed_sequence

MOST = 50_000
"""Business days of two centuries: calendars of nanoseconds end soon after."""


@guarded
@dataclass(frozen=True, eq=False)
class OperationSample:
    """One sample of an `OperationMarket` with what is behind it.

    Parameters
    ----------
    daily : Dataset
        Columns yield (percent), news (bp: what the yield would have done), driver (standardised).
    amounts : Series
        Amounts sold, on the days of operations only.
    parent : OperationMarket
        The market.
    """

    daily: Dataset
    amounts: pd.Series
    parent: OperationMarket = field(repr=False)

    def truth(self, horizon: int) -> float:
        """Cumulated response to a unit sold, bp, from the close before to ``horizon`` days after; 0 before."""
        return self.parent.response(horizon)


@guarded
@dataclass(frozen=True)
class OperationMarket:
    """Daily market with operations in campaigns.

        dy_t = n_t + sum_j g_j f_{t-j},    g_0 = impact, cumulating to ``impact (lasting + (1 - lasting) decay^h)``,
        f_t = s_t (load d_t + lean n_t + e_t),

    with news n_t of standard deviation ``noise``, a driver d_t that knows nothing of the news (autoregressive, variance
    one), standard normal e_t, and campaigns s_t in {0, 1} of ``campaign`` days on average.

    Parameters
    ----------
    impact : float
        Response of the yield on the day, bp per unit sold.
    lasting : float
        Share of it that stays, 0 to 1.
    decay : float
        Daily decay of the rest, below 1.
    lean : float
        Amount sold in answer to a bp of the same day's news: not zero breaks every design that takes amounts as given.
    load : float
        Amount sold for a unit of the driver.
    share : float
        Share of days in a campaign.
    campaign : float
        Mean length of a campaign, days.
    noise : float
        Standard deviation of the news, bp.

    Raises
    ------
    SpecificationError
        For shares outside (0, 1), a decay that does not die out, or lengths below a day.

    Examples
    --------
    >>> sample = OperationMarket(impact=2.0, lasting=0.5).simulate(days=500, rng=1)
    >>> sample.truth(0), round(sample.truth(60), 2), len(sample.daily.frame)
    (2.0, 1.0, 500)
    """

    impact: float = 2.0
    lasting: float = 1.0
    decay: float = 0.8
    lean: float = 0.0
    load: float = 1.0
    share: float = 0.08
    campaign: float = 5.0
    noise: float = 5.0

    def __post_init__(self) -> None:
        for name in ("impact", "lean", "load"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name))})
        checks.keep(
            self,
            lasting=checks.real("lasting", self.lasting, least=0.0, most=1.0),
            decay=checks.real("decay", self.decay, least=0.0, below=1.0),
            share=checks.real("share", self.share, above=0.0, below=1.0),
            campaign=checks.real("campaign", self.campaign, least=1.0),
            noise=checks.real("noise", self.noise, above=0.0),
        )
        if self.share / (1.0 - self.share) / self.campaign >= 1.0:
            raise SpecificationError("campaigns so short cannot fill that share of days; lengthen them.")

    def response(self, horizon: int) -> float:
        """Cumulated response of the yield to a unit sold, bp."""
        horizon = checks.count("horizon", horizon, least=None)
        return self.impact * (self.lasting + (1.0 - self.lasting) * self.decay**horizon) if horizon >= 0 else 0.0

    def simulate(self, days: int, rng: Seed) -> OperationSample:
        """Draw a sample of ``days`` business days from 2 January 1991 on.

        Raises
        ------
        SpecificationError
            If ``rng`` is None.
        """
        days = checks.count("days", days, least=100, most=MOST)
        generator = np.random.default_rng(seed_sequence(rng))
        running = self._campaigns(days, generator)
        driver = _persistent(days, generator, root=0.7)
        news, own = self.noise * generator.standard_normal(days), generator.standard_normal(days)
        sold = running * (self.load * driver + self.lean * news + own)
        path = np.array([self.response(h) for h in range(days)])
        change = news + np.convolve(sold, np.diff(path, prepend=0.0))[:days]
        index = pd.bdate_range("1991-01-02", periods=days, name="date")
        columns = {"yield": 5.0 + 0.01 * change.cumsum(), "news": news, "driver": driver}
        units = {"yield": "percent", "news": "bp", "driver": "standard deviations"}
        live = running > 0.0
        return OperationSample(
            Dataset.from_frame(pd.DataFrame(columns, index=index), units=units),
            pd.Series(sold[live], index=index[live], name="sold"),
            self,
        )

    def _campaigns(self, days: int, generator: np.random.Generator) -> Array:
        """Two-state chain that is on with probability ``share`` and stays on for ``campaign`` days on average."""
        starts = self.share / (1.0 - self.share) / self.campaign
        uniform, running = generator.random(days), np.zeros(days)
        on = bool(uniform[0] < self.share)
        for t in range(days):
            on = bool(uniform[t] >= 1.0 / self.campaign) if on else bool(uniform[t] < starts)
            running[t] = float(on)
        return running


def _persistent(size: int, generator: np.random.Generator, *, root: float) -> Array:
    draws = generator.standard_normal(size)
    draws[1:] *= np.sqrt(1.0 - root**2)
    for t in range(1, size):
        draws[t] += root * draws[t - 1]
    return draws
