"""
Cointegration: Danish money demand, Johansen and Juselius (1990)
================================================================

Real money, real income, the bond rate and the deposit rate, 1974 to 1987, two lags and seasonal dummies; statsmodels
ships the data. The paper finds one relation and prints its vector, normalised on money.
"""

import matplotlib.pyplot as plt
import pandas as pd
from statsmodels.datasets import danish_data

from econ import VECM

data = danish_data.load().data[["lrm", "lry", "ibo", "ide"]]
data.index = pd.period_range("1974Q1", periods=len(data), freq="Q")
season = pd.DataFrame({f"q{q}": (data.index.quarter == q) - 0.25 for q in (1, 2, 3)}, index=data.index)

# %%
# How many relations? The trace statistics with their p-values.
tests = VECM(data, 2, deterministic="restricted constant", exog=season).cointegration_tests()
print(tests.table[["statistic", "p_value", "critical_value"]].iloc[:4].round(2))

# %%
# The relation, beside the paper's.
fit = VECM(data, 2, 1, deterministic="restricted constant", exog=season).fit()
relation = fit.beta["ec1"] / fit.beta.loc["lrm", "ec1"]
table = pd.DataFrame({"printed": {"lry": -1.03, "ibo": 5.21, "ide": -4.22}, "here": relation}).dropna().round(2)
print(table)

# %%
# What money is above or below the relation, quarter by quarter: it comes back.
gap = data @ relation.reindex(data.columns)
figure, axis = plt.subplots(figsize=(6, 2.6), layout="constrained")
axis.plot(gap.index.to_timestamp(), gap - gap.mean(), color="black")
axis.axhline(0, color="0.8", zorder=0)
axis.set_ylabel("real money less its relation, logs")
plt.show()
