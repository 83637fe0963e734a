"""The work of `benchmarks.scaling`: for each axis the sizes, ours, and the peer on the same sizes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import event_tests, multiverse
from econ import EventStudy, PanelProjection
from econ.multiverse import SpecificationCurve
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, MovingBlock, StructuralResults

Work = Callable[[], object]
PEER_DRAWS = 10  # of a loop over statsmodels fits; scaled to the draws of ours


@dataclass(frozen=True)
class Axis:
    """One size that grows while the others stay."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    ours: Callable[[int], Work]
    theory: str
    peer: Callable[[int], Work] | None = None
    peer_name: str = "statsmodels"
    peer_scale: float = 1.0
    peer_until: int = 10**9
    memory: bool = False


def system(variables: int, lags: int, periods: int) -> StructuralResults:
    """An identified VAR of this size."""
    names = tuple(f"v{i}" for i in range(variables))
    data = simulated_var(periods, rng=1, lags=[0.5 * np.eye(variables)], impact=np.eye(variables), names=names)
    return VAR(data, lags=lags).fit().identify(Cholesky(*names))


def bootstrap(variables: int = 6, lags: int = 4, periods: int = 300, *, horizon: int = 24, draws: int = 300) -> Work:
    """Bands of a moving-block bootstrap."""
    svar = system(variables, lags, periods)
    return lambda: svar.irf(horizon, MovingBlock(draws=draws), rng=1).band(0.90)


def refits(variables: int = 6, lags: int = 4, periods: int = 300, *, horizon: int = 24) -> Work:
    """A loop over statsmodels fits and responses, `PEER_DRAWS` of them, without simulating the samples."""
    frame = system(variables, lags, periods).parent.parent.parent.frame.to_numpy()

    def loop() -> None:
        from statsmodels.tsa.api import VAR as Peer

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in range(PEER_DRAWS):
                Peer(frame).fit(lags, trend="c").orth_ma_rep(horizon)

    return loop


def panel(holders: int) -> Work:
    """A panel of holders, 120 months, 12 horizons."""
    index = pd.MultiIndex.from_product([range(holders), range(120)], names=["holder", "month"])
    generator = np.random.default_rng(1)
    frame = pd.DataFrame(generator.standard_normal((len(index), 2)), index=index, columns=["flow", "pickup"])
    return lambda: PanelProjection(frame, response="flow", impulse="pickup", lags=1).fit(12).irf


def dummies(holders: int) -> Work:
    """The same coefficients at one horizon by statsmodels with a dummy a holder, thirteen times."""
    index = pd.MultiIndex.from_product([range(holders), range(120)], names=["holder", "month"])
    generator = np.random.default_rng(1)
    frame = pd.DataFrame(generator.standard_normal((len(index), 2)), index=index, columns=["flow", "pickup"])
    effects = np.kron(np.eye(holders), np.ones((120, 1)))

    def loop() -> None:
        from statsmodels.regression.linear_model import OLS

        lagged = frame.groupby(level=0).shift(1).fillna(0.0)
        design = np.column_stack([frame["pickup"], lagged, effects])
        for _ in range(13):
            OLS(frame["flow"].to_numpy(), design).fit(cov_type="cluster", cov_kwds={"groups": index.codes[0]})

    return loop


def events(count: int) -> Work:
    """A study of one yield with its tests around so many events, one a fortnight."""
    frame, table = event_tests.sample(days=400 + 12 * count, count=count)
    return lambda: EventStudy(frame, table, response="yield_10y").fit().tests()


def specifications(count: int) -> Work:
    """A curve of linear specifications of like size: 5 regressors, 4 bandwidths, 5 lag orders, controls, samples."""
    axes: dict[str, list[Any]] = {
        "regressor": [f"x{i}" for i in range(5)],
        "bandwidth": list(multiverse.BANDWIDTHS),
        "lags": [0, 1, 2, 3, 6],
        "controls": [1, 2, 3, 4][: min(4, count // 100)],
        "sample": list(multiverse.SAMPLES)[: count // 400],
    }
    fixed: dict[str, Any] = {"sample": "all"} | {
        name: options[0] for name, options in axes.items() if len(options) == 1
    }
    chosen = {name: options for name, options in axes.items() if len(options) > 1}
    frame = multiverse.data()
    return lambda: SpecificationCurve(partial(multiverse.base, frame, multiverse.held(frame), **fixed), chosen).run()


SCALE = 300 / PEER_DRAWS
AXES = {
    "variables": Axis(
        "Variables of a VAR: 4 lags, T = 300, 24 steps, 300 bootstrap draws", "variables", (3, 6, 10, 20, 40),
        lambda n: bootstrap(n), "2 to 3: Gram 2, factorisation 3", lambda n: refits(n), peer_scale=SCALE,
        memory=True,
    ),
    "lags": Axis(
        "Lags: 6 variables, T = 300, 24 steps, 300 draws", "lags", (1, 2, 4, 8, 12, 24),
        lambda p: bootstrap(lags=p), "1 to 3: Gram 2, factorisation 3", lambda p: refits(lags=p), peer_scale=SCALE,
    ),
    "periods": Axis(
        "Periods: 6 variables, 4 lags, 24 steps, 300 draws", "periods", (200, 600, 2_000, 6_000, 20_000),
        lambda t: bootstrap(periods=t), "1", lambda t: refits(periods=t), peer_scale=SCALE, memory=True,
    ),
    "draws": Axis(
        "Bootstrap draws: 3 variables, 2 lags, T = 300, 24 steps", "draws", (1_000, 3_000, 10_000, 30_000, 100_000),
        lambda d: bootstrap(3, 2, draws=d), "1", memory=True,
    ),
    "horizons": Axis(
        "Horizons: 6 variables, 4 lags, T = 300, 300 draws", "steps", (12, 24, 48, 96, 192),
        lambda h: bootstrap(horizon=h), "0 to 1: only the responses grow", lambda h: refits(horizon=h),
        peer_scale=SCALE,
    ),
    "holders": Axis(
        "Holders of a panel: 120 months, 12 horizons", "holders", (10, 30, 100, 300, 1_000), panel, "1",
        dummies, peer_name="statsmodels with dummies", peer_until=100,
    ),
    "events": Axis(
        "Events: one yield, all tests, 1,999 bootstrap draws", "events", (10, 30, 100, 300, 1_000, 3_000, 10_000),
        events, "1", memory=True,
    ),
    "specifications": Axis(
        "Specifications of a curve, 520 months, HAC errors", "specifications", (200, 400, 800, 1_600), specifications,
        "1",
    ),
}  # fmt: skip
