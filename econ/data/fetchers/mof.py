"""Ministry of Finance, Japan: yields of Japanese government bonds, interventions in the currency market.

The daily record of interventions comes out a quarter at a time. The monthly totals between two quarters are pages
for reading, without a file behind them, and are not fetched.
"""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

OFFICIALS = (
    Official("jgb", "jgb", PUBLISHERS["MOF"],
             "/english/policy/jgbs/reference/interest_rate/historical/jgbcme_all.csv",
             "Constant-maturity yields of Japanese government bonds", "jgbcme_all.csv"),
    Official("feio", "feio", PUBLISHERS["MOF"],
             "/english/policy/international_policy/reference/feio/foreign_exchange_intervention_operations.csv",
             "Foreign exchange intervention operations, daily", "foreign_exchange_intervention_operations.csv"),
)  # fmt: skip
