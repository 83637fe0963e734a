"""
The referee's change of one choice
==================================

The paper takes six lags. A referee asks what Japan buys of a Chinese sale with three, or nine. Neither a file nor a
setting has to be touched: every choice of the paper is a field, and every exhibit a function of the choices.
"""

import matplotlib.pyplot as plt

from analyses import quantity_offset
from analyses.specification import baseline

# %%
# Fields have dotted names; a name that does not exist, or a value that makes no sense, is refused.
quick = baseline.changed("var.draws", 199)
found = {lags: quantity_offset.result(quick.changed("var.lags", lags)) for lags in (3, 6, 9)}
offsets = {lags: exhibit.numbers["china_japan_6"] for lags, exhibit in found.items()}
for lags, offset in offsets.items():
    print(f"{lags} lags: {offset}")

# %%
# The intervals of the three choices, beside one another: share of the sale that Japan bought within six months.
figure, axis = plt.subplots(figsize=(5, 2.6))
for place, offset in enumerate(offsets.values()):
    axis.plot([offset.lower, offset.upper], [place, place], color="0.6", linewidth=3)
    axis.plot(offset.value, place, "o", color="black")
axis.axvline(0, color="0.8", zorder=0)
axis.set_yticks(range(len(offsets)), [f"{lags} lags" for lags in offsets])
axis.set_xlabel("share of a Chinese sale bought by Japan within six months, 90% interval")
plt.show()

# %%
# What the exhibit read is written down with it:
print(sorted(found[3].choices)[:6])
