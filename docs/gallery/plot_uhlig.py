"""
Sign restrictions: Uhlig (2005)
===============================

Six monthly series, twelve lags. A monetary shock raises the funds rate and lowers prices, commodity prices and
non-borrowed reserves for six months; output is left free. Uhlig's finding is a null: the 68% band of output holds zero.
"""

import numpy as np
from cases import study

from econ import VAR, SignRestrictions

case, months = study("uhlig2005"), range(6)
signs = {"ff": ("+", months), "pi": ("-", months), "comm": ("-", months), "nbres": ("-", months)}
svar = VAR(case.data, lags=12, trend="n").fit().identify(SignRestrictions({"monetary": signs}, draws=300), rng=1)
irf = svar.irf(60)

# %%
# The band of output, and that of prices.
lower, upper = irf.band(0.68)
output, prices = (case.data.columns.get_loc(name) for name in ("y", "pi"))
zero = np.mean((lower[:, output, 0] < 0) & (upper[:, output, 0] > 0))
table = case.beside({
    "share of months in which the band of output holds zero above 0.8": float(zero > 0.8),
    "prices lower in months 6-36": float((upper[6:37, prices, 0] < 0).all()),
})  # fmt: skip
print(table, f"output holds zero in {zero:.0%} of the months", sep="\n")

# %%
figure = irf.plot(response=["y", "pi", "ff"], levels=0.68)
