"""Local projections by state of the cycle, one least-squares fit a horizon, on simulated quarters.

Run ``python make.py FOLDER``: writes ``input.csv`` and ``numbers.json``. Shock and lags of the system interact with
the weights of the two states, the constant and the lags of the moving average do not, as in Ramey and Zubairy (2018)
on the data of Auerbach and Gorodnichenko, which may not be kept here. By statsmodels; no code of the package.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

HORIZON = 8


def simulate() -> pd.DataFrame:
    generator = np.random.default_rng(20261127)
    slack, spending, gdp, shock = (np.zeros(200) for _ in range(4))
    for t in range(1, 200):
        slack[t] = 0.9 * slack[t - 1] + 0.4 * generator.standard_normal()
        shock[t] = generator.standard_normal()
        effect = 1.5 if slack[t - 1] > 0 else 0.5
        spending[t] = 0.7 * spending[t - 1] + effect * shock[t] + 0.3 * generator.standard_normal()
        gdp[t] = 0.6 * gdp[t - 1] + 0.2 * spending[t] + 0.5 * generator.standard_normal()
    frame = pd.DataFrame({"spending": spending, "gdp": gdp, "average": slack, "shock": shock})
    return frame.assign(slack=1.0 / (1.0 + np.exp(3.0 * slack))).round(6)


def main(folder: Path) -> None:
    simulate().to_csv(folder / "input.csv", index=False, lineterminator="\n")
    data = pd.read_csv(folder / "input.csv")
    one, two = [], []
    for h in range(HORIZON + 1):
        rows, responses = [], []
        for t in range(2, len(data) - h):
            high = data["slack"][t - 1]
            system = [data["shock"][t]] + [data[name][t - lag] for lag in (1, 2) for name in ("spending", "gdp")]
            rows.append([(1 - high) * v for v in system] + [high * v for v in system])
            rows[-1] += [1.0] + [data["average"][t - lag] for lag in (1, 2)]
            responses.append(data["spending"][t + h])
        fit = sm.OLS(responses, rows).fit()
        one.append(float(fit.params[0]))
        two.append(float(fit.params[5]))
    numbers = {"low": one, "high": two}
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
