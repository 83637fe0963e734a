"""
Two states of the cycle: Ramey and Zubairy (2018) on the data of Auerbach and Gorodnichenko
===========================================================================================

Purchases respond to their own forecast errors in one way in expansions and in another in recessions, by local
projections whose coefficients move with a smooth state of the quarter before. The R package lpirfs prints the same.
"""

from cases import study

from econ import LocalProjection

case = study("auerbach_gorodnichenko", ", by state")
data = case.data

# %%
# Three lags of the system by state; the lags of the moving average are common to both.
lags = {f"L{lag}.{name}": data[name].shift(lag) for lag in (1, 2, 3) for name in ("Gov", "Tax", "GDP")}
common = {f"L{lag}.average": data["average"].shift(lag) for lag in (1, 2, 3, 4)} if data["average"].std() else {}
frame = data[["Gov", "shock", "slack"]].assign(**lags, **common)
frame = frame.loc[data["shock"].first_valid_index() - 1 :].fillna(0.0)
model = LocalProjection(
    frame, response="Gov", impulse="shock", contemporaneous=[*lags, *common], common=["const", *common], lags=0,
    lag_augmented=False, state="slack",
)  # fmt: skip
paths = model.fit(19).irf.point[:, 0]
table = case.beside({f"{state}, quarter {q}": paths[q, place] for place, state in enumerate(("expansion", "recession"))
                     for q in (0, 4)})  # fmt: skip
print(table)

# %%
figure = model.fit(19).plot()
