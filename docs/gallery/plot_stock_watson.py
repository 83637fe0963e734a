"""
A recursive VAR: Stock and Watson (2001)
========================================

Inflation, unemployment and the federal funds rate, four lags, ordered as named. The share of each variable's
forecast error variance, eight quarters ahead, that each shock explains is table 1B of the paper.
"""

from cases import study

from econ import VAR, Cholesky, MovingBlock

case = study("sw2001")
svar = VAR(case.data, lags=4).fit().identify(Cholesky("infl", "unemp", "ff"))

# %%
# Shares of variance, percent, beside the reference.
shares = 100 * svar.fevd(8).groupby(level="variable").last()
ours = {f"{name} from {shock}": shares.loc[name, shock] for name, shock in
        [("infl", "infl"), ("unemp", "unemp"), ("ff", "unemp"), ("ff", "ff")]}  # fmt: skip
table = case.beside(ours)
print(table)

# %%
# Responses to a monetary shock, with bands that hold the whole path nine times in ten.
figure = svar.irf(24, bootstrap=MovingBlock(draws=500), rng=1).plot(shock="ff", levels=0.90)
