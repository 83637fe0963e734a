"""Federal Reserve Bank of New York: term premia of Adrian, Crump and Moench, the portfolio of the System (SOMA)."""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

OFFICIALS = (
    Official("acm", "acm", PUBLISHERS["NYFED"], "/medialibrary/media/research/data_indicators/ACMTermPremium.xls",
             "Treasury term premia (ACM), monthly sheet", "ACMTermPremium.xls"),
    Official("soma", "soma", PUBLISHERS["NYFED"], "/api/soma/summary.json",
             "System Open Market Account holdings, weekly summary", "summary.json", "https://markets.newyorkfed.org"),
)  # fmt: skip
