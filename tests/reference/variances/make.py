"""A VAR whose shocks change their variances once, by maximum likelihood with a general-purpose optimiser.

Run ``python make.py FOLDER``: writes ``input.csv`` (simulated) and ``numbers.json``. The likelihood of coefficients,
B and the ratios of variances is that of Lanne and Luetkepohl (2008) and of ``id.cv`` of the R package svars; it is
maximised over all of them at once by BFGS, without generalised least squares or eigenvectors; no code of the package.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

IMPACT = np.array([[1.0, 0.3], [-0.5, 1.2]])
LAG = np.array([[0.5, 0.1], [-0.2, 0.4]])
PERIODS, BREAK = 161, 81


def simulate() -> pd.DataFrame:
    generator = np.random.default_rng(20261127)
    values = np.zeros((PERIODS, 2))
    for t in range(1, PERIODS):
        scale = np.sqrt([5.0, 0.5]) if t >= BREAK else 1.0
        values[t] = LAG @ values[t - 1] + IMPACT @ (scale * generator.standard_normal(2))
    return pd.DataFrame(values, columns=["x", "y"]).round(6)


def main(folder: Path) -> None:
    simulate().to_csv(folder / "input.csv", index=False, lineterminator="\n")
    data = pd.read_csv(folder / "input.csv").to_numpy()
    y, x = data[1:], np.column_stack([np.ones(len(data) - 1), data[:-1]])
    late = np.arange(1, len(data)) >= BREAK

    def minus_likelihood(theta: np.ndarray) -> float:
        coefficients, b, ratio = theta[:6].reshape(3, 2), theta[6:10].reshape(2, 2), np.exp(theta[10:])
        shocks = np.linalg.solve(b, (y - x @ coefficients).T).T
        variance = np.where(late[:, None], ratio, 1.0)
        return float(
            (np.log(abs(np.linalg.det(b))) + 0.5 * (np.log(variance) + shocks**2 / variance).sum(axis=1)).sum()
        )

    ols = np.linalg.lstsq(x, y, rcond=None)[0]
    start = np.concatenate([ols.reshape(-1), IMPACT.reshape(-1), np.log([5.0, 0.5])])
    for _ in range(5):  # restarts sharpen the last digits
        start = minimize(minus_likelihood, start, method="BFGS", options={"gtol": 1e-9}).x
    b, ratio = start[6:10].reshape(2, 2), np.exp(start[10:])
    b = b * np.sign(np.diag(b))
    numbers = {
        "coefficients": start[:6].reshape(3, 2).tolist(),
        "impact before": b.tolist(),
        "ratio": ratio.tolist(),
        "log-likelihood": -minus_likelihood(start) - len(y) * np.log(2 * np.pi),
    }
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
