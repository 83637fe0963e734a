"""Markets with known truth, and the tournament that tries every design on them."""

from econ.simulate.faults import Faults
from econ.simulate.holders import Holder, Regime, Shock
from econ.simulate.market import TreasuryMarket
from econ.simulate.moments import moments_table
from econ.simulate.samples import Samples
from econ.simulate.truth import Truth

__all__ = [
    "Faults",
    "Holder",
    "Regime",
    "Samples",
    "Shock",
    "TreasuryMarket",
    "Truth",
    "moments_table",
]
