"""
A long-run restriction: Blanchard and Quah (1989)
=================================================

Output growth and unemployment, eight lags. Demand is the shock that leaves the level of output alone in the long run.
Table 2 of the paper gives the percent of the variance of output that demand explains; the file of the data is a later
vintage, so that its numbers are near.
"""

import numpy as np
from cases import study

from econ import VAR, LongRun

case = study("bq1989")
svar = VAR(case.data, lags=8, trend="n").fit().identify(LongRun("y", "u"))

# %%
# The shocks bear the names of the variables: ``u`` is demand. Growth is cumulated to the level.
level = svar.irf(40).cumulate().point[:, 0]
squares = np.cumsum(level**2, axis=0)
demand = 100 * squares[:, 1] / squares.sum(axis=1)
table = case.beside({str(step): demand[step - 1] for step in (1, 4, 8, 40)})
print(table)

# %%
# Output and unemployment after both shocks; a fall and a rise are a matter of the sign of the shock.
figure = svar.irf(40).cumulate(only="y").plot()
