"""Markets with known truth, and the tournament that tries every design on them."""

from econ.simulate.daily import DailyFaults, DailyMarket
from econ.simulate.daily_designs import DAILY_ESTIMATORS, DAILY_FAULTS, daily_truths
from econ.simulate.daily_samples import DailySample, DailySamples
from econ.simulate.estimators import ESTIMATORS, Estimator
from econ.simulate.faults import Faults
from econ.simulate.grid import Truths
from econ.simulate.holders import Holder, Regime, Shock
from econ.simulate.market import TreasuryMarket
from econ.simulate.moments import moments_table
from econ.simulate.offsets import (
    OFFSET_ESTIMATORS,
    OFFSET_FAULTS,
    offset_truths,
    recursive_bias,
    with_supply_shocks,
)
from econ.simulate.operations import OperationMarket, OperationSample
from econ.simulate.sample import Sample
from econ.simulate.samples import Samples
from econ.simulate.tournament import Tournament, tournament
from econ.simulate.truth import Truth

__all__ = [
    "DAILY_ESTIMATORS",
    "DAILY_FAULTS",
    "DailyFaults",
    "DailyMarket",
    "DailySample",
    "DailySamples",
    "ESTIMATORS",
    "Estimator",
    "Faults",
    "Holder",
    "OFFSET_ESTIMATORS",
    "OFFSET_FAULTS",
    "OperationMarket",
    "OperationSample",
    "Regime",
    "Sample",
    "Samples",
    "Shock",
    "Tournament",
    "TreasuryMarket",
    "Truth",
    "Truths",
    "daily_truths",
    "moments_table",
    "offset_truths",
    "recursive_bias",
    "tournament",
    "with_supply_shocks",
]
