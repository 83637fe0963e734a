"""
An event that many firms share: the first lockdowns of 2020, after the R package estudy2
========================================================================================

Seven firms, a market model, one day. Firms react to the same day, so that their returns are no independent draws:
tests that take them as such reject too often, and the adjusted ones of Kolari and Pynnönen do not. The vignette of
estudy2 prints the mean.
"""

import matplotlib.pyplot as plt
import pandas as pd
from cases import study

from econ import EventStudy

case = study("estudy2")
firms = [name for name in case.data if name != "market"]
news = pd.DataFrame({"date": ["2020-03-16"], "kind": "lockdown", "label": ["first lockdowns"]})
before = case.data.index.get_loc("2020-03-16")
event = EventStudy(
    case.data, news, response=firms[0], window=(0, 0), estimation=(-before, -1), normal="market", factors="market",
    transform="level",
)  # fmt: skip
pooled = event.pooled(firms)

# %%
# Abnormal returns of the firms, and their mean beside the reference.
table = case.beside({"mean abnormal return, percent": 100 * pooled.mean().value, "firms": len(firms)})
found = pooled.to_frame().set_index("response")
print(found[["point", "lower", "upper"]].round(3), table, sep="\n\n")

# %%
# Every test of no effect: the plain ones, and those that know what moves the firms together.
print(pooled.tests()[["statistic", "p_value"]].round(3))

# %%
figure, axis = plt.subplots(figsize=(6, 2.8), layout="constrained")
axis.vlines(range(len(found)), 100 * found["lower"], 100 * found["upper"], color="0.6", linewidth=3)
axis.plot(range(len(found)), 100 * found["point"], "o", color="black")
axis.axhline(0, color="0.8", zorder=0)
axis.set_xticks(range(len(found)), found.index, rotation=60, fontsize=7)
axis.set_ylabel("abnormal return, percent")
plt.show()
