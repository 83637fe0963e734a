"""The market model and the first tests of an event study in plain Python, on simulated returns of seven firms.

Run ``python make.py FOLDER``: writes ``input.csv`` and ``numbers.json``; no code of the package. Two firms were listed
during the estimation window, as in the COVID-19 case of the R package estudy2, whose returns may not be kept here.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

DAYS, EVENT = 200, 190


def simulate() -> pd.DataFrame:
    """Returns with betas between a half and one and a half; all firms fall on the event day."""
    generator = np.random.default_rng(20261127)
    market = generator.normal(scale=0.01, size=DAYS)
    index = pd.bdate_range("2019-06-03", periods=DAYS, name="date")
    frame = pd.DataFrame(index=index)
    for firm in range(7):
        frame[f"firm{firm}"] = (0.5 + firm / 6) * market + generator.normal(scale=0.015, size=DAYS)
        frame.iloc[EVENT, firm] -= 0.02 + 0.01 * firm
    frame.iloc[:60, 5] = np.nan
    frame.iloc[:90, 6] = np.nan
    return frame.assign(market=market).round(6)


def one(returns: list[float], market: list[float]) -> dict[str, float]:
    """Abnormal return on the event day, its standardised value, degrees of freedom, share of positive residuals."""
    days = [t for t in range(EVENT) if not math.isnan(returns[t])]
    n = len(days)
    x_mean = math.fsum(market[t] for t in days) / n
    y_mean = math.fsum(returns[t] for t in days) / n
    sxx = math.fsum((market[t] - x_mean) ** 2 for t in days)
    slope = math.fsum((market[t] - x_mean) * (returns[t] - y_mean) for t in days) / sxx
    residuals = [returns[t] - y_mean - slope * (market[t] - x_mean) for t in days]
    s = math.sqrt(math.fsum(e * e for e in residuals) / (n - 2))
    abnormal = returns[EVENT] - y_mean - slope * (market[EVENT] - x_mean)
    spread = 1 + 1 / n + (market[EVENT] - x_mean) ** 2 / sxx
    positive = sum(e > 0 for e in residuals) / n
    return {"abnormal": abnormal, "scar": abnormal / (s * math.sqrt(spread)), "df": n - 2, "positive": positive}


def main(folder: Path) -> None:
    simulate().to_csv(folder / "input.csv", lineterminator="\n")
    frame = pd.read_csv(folder / "input.csv", index_col="date")
    firms = [one(frame[f"firm{number}"].tolist(), frame["market"].tolist()) for number in range(7)]
    n = len(firms)

    def t(values: list[float]) -> float:
        mean = math.fsum(values) / n
        return math.sqrt(n) * mean / math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))

    scar = [firm["scar"] for firm in firms]
    up = sum(firm["abnormal"] > 0 for firm in firms)
    share = math.fsum(firm["positive"] for firm in firms) / n
    numbers = {
        "abnormal": [firm["abnormal"] for firm in firms],
        "df": [firm["df"] for firm in firms],
        "t": t([firm["abnormal"] for firm in firms]),
        "Patell": math.fsum(scar) / math.sqrt(math.fsum(firm["df"] / (firm["df"] - 2) for firm in firms)),
        "BMP": t(scar),
        "sign": (up - n / 2) / math.sqrt(n / 4),
        "generalised sign": (up - n * share) / math.sqrt(n * share * (1 - share)),
    }
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
