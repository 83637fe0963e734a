"""The default market: parameters chosen so that the model's moments are those of the archive, 2011-07 to 2026-03."""

from __future__ import annotations

from econ.simulate.holders import Holder, Regime, Shock

HOLDERS = (
    Holder("china", 0.06, elasticity=0.0013, habitat=(0.72, 0.20, 0.08)),
    Holder("japan", 0.055, elasticity=0.0003, habitat=(0.70, 0.22, 0.08)),
    Holder("hubs", 0.06, elasticity=0.0005, habitat=(0.72, 0.18, 0.10)),
    Holder("officials", 0.15, elasticity=0.0005, habitat=(0.80, 0.15, 0.05)),
    Holder("others", 0.04, elasticity=0.0007, habitat=(0.66, 0.22, 0.12)),
    Holder("fed", 0.15, habitat=(0.50, 0.30, 0.20), surprise=0.25),
    Holder("domestic", 0.485, habitat=(0.60, 0.25, 0.15)),
)

SHOCKS = (
    Shock("seller", 0.077, 0.15, {"china": 1.0}),
    Shock("ally", 0.038, 0.45, {"japan": 1.0}),
    Shock("hubs", 0.199, 0.05, {"hubs": 1.0}),
    Shock("officials", 0.110, 0.40, {"officials": 1.0}),
    Shock("others", 0.114, 0.12, {"others": 1.0}),
    Shock("fed", 0.526, 0.58, {"fed": 1.0, "hubs": -0.155, "others": -0.05, "officials": -0.06, "risk": 0.045}),
    Shock("reserves", 1.0, 0.45, {"japan": 0.055, "officials": 0.055}),
    Shock("dollar", 1.0, 0.30, {"china": 0.060, "japan": 0.058}),
    Shock("supply", 0.15, 0.20, {"issuance": 1.0}),
    Shock("monetary", 1.0, 0.18, {"yield_2y": 18.0, "yield_10y": 9.0, "yield_30y": 1.5}),
    Shock("macro", 1.0, 0.05, {"yield_2y": 10.0, "yield_10y": 19.0, "yield_30y": 17.5}),
    Shock("risk", 1.0, 0.05, {"yield_2y": -3.0, "yield_10y": -8.5, "yield_30y": -10.5, "risk": 0.036}),
    Shock("stress", 0.058, 0.55, {"risk": 1.0}),
)

# ratios of standard deviations, 2019-2026 to 2011-2018
REGIMES = (
    Regime(0.5),
    Regime(
        0.5,
        {
            "seller": 0.45,
            "ally": 0.70,
            "hubs": 0.85,
            "officials": 0.80,
            "others": 1.45,
            "fed": 4.5,
            "monetary": 2.7,
            "macro": 1.2,
            "risk": 1.2,
            "stress": 1.6,
        },
    ),
)

PROFILE = {"yield_2y": 0.7, "yield_10y": 1.0, "yield_30y": 0.9}  # of the 10-year response to any purchase
YIELD_STD = 23.5  # bp, monthly change of the 10-year yield
SPAN = ("2011-07", "2026-03")
