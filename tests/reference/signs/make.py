"""Uhlig's pure sign restrictions, one candidate after the other, on a simulated VAR of three variables.

Run ``python make.py FOLDER``: writes ``input.csv`` and ``numbers.json``. Coefficients and covariance from the
normal-inverse-Wishart posterior by scipy, the shock from the unit sphere, kept if its signs hold for three months;
no code of the package. The numbers are quantiles over the kept draws and carry simulation error.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import invwishart

IMPACT = np.array([[1.0, 0.4, 0.2], [-0.4, 0.8, 0.3], [0.3, -0.6, 1.0]])
PERIODS, HORIZON, SIGNS, KEPT = 201, 12, ((0, 1.0), (1, -1.0)), 1000


def simulate() -> pd.DataFrame:
    generator = np.random.default_rng(20261127)
    values = np.zeros((PERIODS, 3))
    for t in range(1, PERIODS):
        values[t] = 0.6 * values[t - 1] + IMPACT @ generator.standard_normal(3)
    return pd.DataFrame(values, columns=["rate", "prices", "output"]).round(6)


def main(folder: Path) -> None:
    simulate().to_csv(folder / "input.csv", index=False, lineterminator="\n")
    data = pd.read_csv(folder / "input.csv").to_numpy()
    generator = np.random.default_rng(1)
    y, x = data[1:], data[:-1]
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ x.T @ y
    residuals = y - x @ estimate
    law = invwishart(df=len(y) - x.shape[1], scale=residuals.T @ residuals)
    root, kept = np.linalg.cholesky(inverse), []
    while len(kept) < KEPT:
        factor = np.linalg.cholesky(law.rvs(random_state=generator))
        lag = (estimate + root @ generator.standard_normal((3, 3)) @ factor.T).T
        direction = generator.standard_normal(3)
        path = [factor @ direction / np.linalg.norm(direction)]
        for _ in range(HORIZON):
            path.append(lag @ path[-1])
        if all(path[h][i] * sign > 0 for h in range(3) for i, sign in SIGNS):
            kept.append(path)
    quantiles = np.quantile(kept, [0.16, 0.5, 0.84], axis=0)
    numbers = {str(h): quantiles[:, h].round(4).tolist() for h in (0, 1, 3, 6, 12)}
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
