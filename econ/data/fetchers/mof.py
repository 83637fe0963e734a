"""Ministry of Finance, Japan: yields of Japanese government bonds."""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

OFFICIALS = (
    Official("jgb", "jgb", PUBLISHERS["MOF"],
             "/english/policy/jgbs/reference/interest_rate/historical/jgbcme_all.csv",
             "Constant-maturity yields of Japanese government bonds", "jgbcme_all.csv"),
)  # fmt: skip
