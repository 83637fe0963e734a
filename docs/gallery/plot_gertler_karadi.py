"""
A proxy for the shock: Gertler and Karadi (2015)
================================================

Output, prices, the one-year rate and the excess bond premium, twelve lags; surprises of federal funds futures around
announcements, known from 1990, are the instrument for the shock to the one-year rate. Figure 1 of the paper prints the
first stage. The set inverts Anderson and Rubin's test, so that it holds even where an instrument is weak.
"""

from cases import study

from econ import VAR, Proxy

case = study("gk2015")
svar = VAR(case.data, lags=12).fit().identify(Proxy(case.more["surprise"], shock="policy", normalise="gs1"))

# %%
# Strength of the instrument, and what happens to the price of credit on impact.
table = case.beside({
    "F of the first stage": svar.first_stage["f"],
    "robust F": svar.first_stage["robust_f"],
    "credit spread rises (1 = yes)": float(svar.impact.loc["ebp", "policy"] > 0),
})  # fmt: skip
print(table)
print(svar.weak_iv_set("ebp", 12, level=0.90).iloc[[0, 6, 12]])

# %%
figure = svar.irf(36).plot(response=["gs1", "ebp", "logip"])
