"""
Local projections and a multiplier: Ramey and Zubairy (2018)
============================================================

Responses of government purchases to themselves by local projection with four lags, as the paper's supplementary
appendix prints them; then output bought by a dollar of purchases, summed over two years in one step, with the set that
holds where the instrument is weak. In logs the ratio is an elasticity; times the share of purchases it is a multiplier.
"""

from cases import study

from econ import LocalProjection

case = study("auerbach_gorodnichenko")
model = LocalProjection(case.data, response=["Gov", "Tax", "GDP"], impulse="Gov", lags=4, lag_augmented=False)
purchases = model.fit(8).irf

# %%
# Responses of purchases beside the printed ones.
table = case.beside({f"quarter {q}": purchases.point[q, 0, 0] for q in (0, 2, 4, 8)})
print(table)

# %%
# Sum of output over sum of purchases, 0 to 8 quarters.
ratio = LocalProjection(case.data, response="GDP", impulse="Gov", lags=4, cumulative="multiplier").fit(8)
print(ratio.weak_iv_set("GDP", 8, level=0.90).iloc[[0, 4, 8]])

# %%
figure = ratio.irf.plot(levels=0.90)
