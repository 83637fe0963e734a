"""
News about oil supply: Känzig (2021)
====================================

Six monthly series from 1974 to 2017, twelve lags; movements of oil futures around announcements of OPEC are the
instrument. The published shock is the one found here, to all digits.
"""

import numpy as np
from cases import study

from econ import VAR, Proxy

case = study("kanzig2021")
svar = VAR(case.data, lags=12).fit().identify(Proxy(case.more["surprise"], shock="news", normalise="price"))

# %%
# First stage, and the shock beside the one that the author published.
shock = svar.shocks["news"].dropna()
table = case.beside({
    "F of the first stage": svar.first_stage["f"],
    "robust F": svar.first_stage["robust_f"],
    "correlation with the shock": np.corrcoef(shock, case.more["shock"].reindex(shock.index))[0, 1],
})  # fmt: skip
print(table)

# %%
# A shock that raises the price of oil by ten percent.
figure = svar.irf(48).scale(to=10.0, response="price", shock="news").plot(response=["price", "OILPROD", "IP", "CPI"])
