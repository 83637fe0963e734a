"""
Oil supply and oil demand: Kilian (2009)
========================================

Oil production, real activity and the real price of oil, 24 lags, ordered as named. The paper's figure 3: demand for oil
moves its price at once and for years, aggregate demand later, and supply least of the three.
"""

from cases import study

from econ import VAR, Cholesky

case = study("kilian2009")
svar = VAR(case.data, lags=24).fit().identify(Cholesky("prod", "rea", "rpo"))
price = svar.irf(18).point[:, 2]  # horizon by shock

# %%
# What the figure shows, counted.
shares = svar.fevd(18).xs("rpo", level="variable").iloc[-1]
table = case.beside({
    "oil-specific demand > 0, months 0-18": int((price[:, 2] > 0).sum()),
    "aggregate demand > 0, months 3-12": int((price[3:13, 1] > 0).sum()),
    "rank of supply in the variance": int(shares.rank(ascending=False)["prod"]),
})  # fmt: skip
print(table)

# %%
# The price after each shock.
figure = svar.irf(18).plot(response="rpo")
