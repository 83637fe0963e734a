"""
A weak instrument: Montiel Olea, Stock and Watson (2021)
========================================================

Kilian's oil market with his supply shortfalls as the instrument. The effective F is nine: the package warns, and gives
the set that does not ask for strength. It may be long, unbounded or in two parts, and says so.
"""

import warnings

import numpy as np
from cases import study

from econ import VAR, Proxy

case = study("mosw_oil")
fit = VAR(case.data, lags=24).fit()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    svar = fit.identify(Proxy(case.more["iv"], shock="supply", normalise="prod"))
print(caught[0].message if caught else "no warning")

# %%
# The response of the price to a shortfall that lowers production by one.
found = svar.weak_iv_set("rpo", 12, level=0.68)
second = found.loc[found["horizon"] == 2].iloc[0].astype(float)
table = case.beside({
    "effective F": svar.first_stage["effective_f"],
    "68% set of the price, month 2, is bounded (1 = yes)": float(np.isfinite(second[["lower", "upper"]]).all()),
})  # fmt: skip
print(table, found.iloc[:4], sep="\n\n")

# %%
figure = svar.irf(12).plot(response="rpo")
