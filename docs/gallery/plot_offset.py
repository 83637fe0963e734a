"""
Does an ally buy what a seller sells? The offset, on a market of known truth
============================================================================

In this simulated market a Chinese sale of 1% of the debt raises the 10-year yield by 15 basis points before Japan buys
three tenths of it, and by 10.5 after. The system is the paper's: purchases in percent of debt, yields in changes.
"""

import pandas as pd

from econ import VAR, Proxy
from econ.offset import quantity_offset
from econ.simulate import TreasuryMarket

data, truth = TreasuryMarket(impact=-15.0, offset=0.3).simulate(periods=60_000, rng=4)
names = ["china_net_purchases", "japan_net_purchases"]
frame = data.frame[names].assign(d_yield_10y=100 * data.frame["yield_10y"].diff()).iloc[1:]

# %%
# News about China's purchases is the instrument for its shock: the market gives it, a study has to find one.
svar = VAR(frame, lags=2).fit().identify(Proxy(data.frame["seller_news"], shock="china", normalise=names[0]))
bought = quantity_offset(svar, *names, horizon=0, shock="china")
effect = svar.irf(0).scale(to=1.0, response=names[0]).point[0, 2, 0]
table = pd.DataFrame({
    "truth": {"share that Japan buys": truth.offset, "yield, bp per 1% bought": truth.impact},
    "here": {"share that Japan buys": bought.value, "yield, bp per 1% bought": effect},
}).round(2)  # fmt: skip
print(table, bought, sep="\n\n")

# %%
figure = svar.irf(12).scale(to=-1.0, response=names[0]).plot()
