"""Elasticities by granular shocks, written out: loops over pairs of holders, roots by scipy; no code of the package.

Run ``python make.py FOLDER``: writes ``input.csv`` (simulated) and ``numbers.json``. The moments are those of
Gabaix and Koijen (2024) with the weights of OptimalGIV.jl: the sum over pairs of w_ij u_i u_j.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import root

HOLDERS, SHARES, TRUTH = list("abcde"), np.array([0.35, 0.25, 0.2, 0.12, 0.08]), np.array([1.0, 2.0, 3.0, 1.5, 2.5])


def simulate() -> pd.DataFrame:
    """Flows that clear the market at each price, with one observed factor."""
    generator = np.random.default_rng(20261127)
    factor = generator.standard_normal(120)
    shocks = generator.standard_normal((120, 5)) * [1.0, 0.8, 1.2, 2.0, 1.5]
    demand = shocks + np.outer(factor, [1.0, 0.5, -0.3, 0.8, 0.2])
    price = demand @ SHARES / (TRUTH @ SHARES)
    frame = pd.DataFrame(demand - np.outer(price, TRUTH), columns=HOLDERS)
    return frame.assign(price=price, factor=factor).round(6)


def shocks(frame: pd.DataFrame, names: list[str], zeta: np.ndarray) -> np.ndarray:
    """q_i + zeta_i p less its projection on the factor."""
    f = frame["factor"].to_numpy()
    out = []
    for name, z in zip(names, zeta, strict=True):
        u = (frame[name] + z * frame["price"]).to_numpy()
        out.append(u - f * (f @ u) / (f @ f))
    return np.array(out)


def each(frame: pd.DataFrame, names: list[str], shares: np.ndarray) -> dict[str, list[float]]:
    """One elasticity a holder: E[u_k sum_{j != k} S_j u_j] = 0, and (D'WD)^-1 over pairs."""
    n, periods = len(names), len(frame)

    def moments(zeta: np.ndarray) -> list[float]:
        u = shocks(frame, names, zeta)
        return [sum(shares[j] * (u[k] @ u[j]) for j in range(n) if j != k) / periods for k in range(n)]

    zeta = root(moments, np.full(n, 2.0), tol=1e-13).x
    variance, total = (shocks(frame, names, zeta) ** 2).mean(axis=1), shares @ zeta
    information = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            d = np.zeros(n)
            d[i], d[j] = shares[j] * variance[j] / total, shares[i] * variance[i] / total
            information += np.outer(d, d) / (variance[i] * variance[j])
    errors = np.sqrt(np.diag(np.linalg.inv(information)) / periods)
    return {"elasticities": zeta.tolist(), "std_errors": errors.tolist()}


def common(frame: pd.DataFrame) -> dict[str, float]:
    """One elasticity for all: the sum of the conditions with weights one over the variance."""

    def moment(zeta: np.ndarray) -> float:
        u = shocks(frame, HOLDERS, np.repeat(zeta, 5))
        v = (u**2).mean(axis=1)
        pairs = [(i, j) for i in range(5) for j in range(i + 1, 5)]
        return sum((SHARES[j] / v[i] + SHARES[i] / v[j]) * (u[i] @ u[j]) for i, j in pairs) / len(frame)

    zeta = float(root(moment, np.array([2.0]), tol=1e-13).x[0])
    v = (shocks(frame, HOLDERS, np.full(5, zeta)) ** 2).mean(axis=1)
    information = sum(
        ((SHARES[j] * v[j] + SHARES[i] * v[i]) / zeta) ** 2 / (v[i] * v[j]) for i in range(5) for j in range(i + 1, 5)
    )
    return {"elasticity": zeta, "std_error": float((information * len(frame)) ** -0.5)}


def main(folder: Path) -> None:
    simulate().to_csv(folder / "input.csv", index=False, lineterminator="\n")
    frame = pd.read_csv(folder / "input.csv")
    rest = SHARES[1:] / SHARES[1:].sum()
    numbers = {
        "each": each(frame, HOLDERS, SHARES),
        "common": common(frame),
        "without the largest": each(frame, HOLDERS[1:], rest),
    }
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
