"""Speed of sign restrictions and of the Bayesian VAR, beside a plain loop over draws and tsecon in the same run.

Work: VAR(12), 6 variables, 300 months. Sign restrictions: 1,000 accepted draws of reduced form and rotation, responses
to 24 months. Bayesian VAR: hierarchical prior, 1,000 draws, recursive responses to 48 months.

tsecon (Rust) draws from a Minnesota posterior of tightness 0.2, under which far more candidates are admissible, so it
stands beside ours from that posterior; it is a peer only and no dependency: its rows say so where it is not installed.

Run: ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.sign_restrictions``. The loop does a tenth of the draws, scaled up.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.var_bootstrap import DRAWS, HORIZON, LAGS, NAMES, PERIODS, VARIABLES, best, line, model, tsecon
from econ.arrays import Array
from econ.var import (
    IRF,
    VAR,
    BayesianVAR,
    BayesianVARResults,
    Cholesky,
    Minnesota,
    SetIdentified,
    SignRestrictions,
    VARResults,
)

IMPACT = {"demand": {"v0": "+", "v1": "+", "v2": "-"}, "supply": {"v0": "+", "v1": "-", "v3": "+"}}
PATHS = {"policy": {name: (sign, range(6)) for name, sign in (("v0", "+"), ("v1", "-"), ("v2", "-"), ("v3", "-"))}}
STEPS, SHARE = 24, 10


def main() -> None:
    fit = VAR(model().parent.parent.parent, lags=LAGS).fit()
    print(f"VAR({LAGS}), {VARIABLES} variables, {PERIODS} months, {DRAWS} draws, two threads")
    loop = rejection_loop(fit)
    for words, signs in (("two shocks, three signs each on impact", IMPACT), ("one shock, 4 signs, months 0-5", PATHS)):
        scheme = SignRestrictions(signs, draws=DRAWS, n_jobs=2)
        tried = identified(fit, scheme).tried
        seconds = best(partial(respond, fit, scheme))
        ratio = f"; {loop[0] / seconds[0]:.0f} times faster than the loop" if signs is IMPACT else ""
        line(words, seconds, f"at most 0.25 s; {tried:,} tried{ratio}")
        shrunk = best(partial(respond_from_minnesota, fit, scheme))
        line("  the same from a Minnesota posterior", shrunk, f"{from_minnesota(fit, scheme).tried:,} tried")
        rust_row(fit, signs, shrunk)
    line("two shocks, a loop over candidates", loop, "")
    bayesian = BayesianVAR(fit.data, lags=LAGS)
    seconds = best(lambda: bayesian.fit(DRAWS, rng=1, n_jobs=2).identify(Cholesky(*NAMES)).irf(HORIZON))
    line("BayesianVAR, hierarchical, responses to 48", seconds, "at most 0.6 s")


def identified(fit: VARResults | BayesianVARResults, scheme: SignRestrictions) -> SetIdentified:
    """What sign restrictions give: a set."""
    svar = fit.identify(scheme, rng=1)
    if not isinstance(svar, SetIdentified):
        raise TypeError(f"sign restrictions gave {type(svar).__name__}, not a set")
    return svar


def from_minnesota(fit: VARResults, scheme: SignRestrictions) -> SetIdentified:
    """Sign restrictions on the posterior that tsecon uses, drawn along: Minnesota with tightness 0.2."""
    bayesian = BayesianVAR(fit.data, lags=LAGS, prior=Minnesota(tightness=0.2))
    return identified(bayesian.fit(DRAWS, rng=1, n_jobs=2), scheme)


def respond(fit: VARResults, scheme: SignRestrictions) -> IRF:
    return fit.identify(scheme, rng=1).irf(STEPS)


def respond_from_minnesota(fit: VARResults, scheme: SignRestrictions) -> IRF:
    return from_minnesota(fit, scheme).irf(STEPS)


def rust_row(fit: VARResults, signs: Mapping[str, Mapping[str, Any]], ours: tuple[float, float]) -> None:
    """The same restrictions and accepted draws by tsecon."""
    peer, words = tsecon(), "  the last by tsecon"
    if peer is None:
        print(f"{words:48s}    n.a.: install tsecon")
        return
    listed = []
    for shock, row in enumerate(signs.values()):
        for name, each in row.items():
            sign, horizons = each if isinstance(each, tuple) else (each, [0])
            listed += [(int(name[1]), shock, horizon, sign) for horizon in horizons]
    values = fit.data.frame.to_numpy()
    found = {}

    def draw() -> None:
        found.update(
            peer.sign_restricted_svar(
                values, listed, lags=LAGS, horizon=STEPS, n_draws=DRAWS, max_tries=10_000, seed=1
            )["diagnostics"]
        )

    seconds = best(draw, 3)
    line(words, seconds, f"{seconds[0] / ours[0]:.1f} times ours; at least 3; {found['rotations_tried']:,} tried")


def rejection_loop(fit: VARResults) -> tuple[float, float]:
    """Wall and CPU seconds of one candidate after the other: inverse Wishart, QR of normals, check, responses."""
    from scipy.stats import invwishart

    generator = np.random.default_rng(1)
    root = np.linalg.cholesky(fit.cross_inverse)
    blocks: list[Array] = []
    law = invwishart(df=fit.df_resid, scale=fit.sigma_u.to_numpy() * fit.df_resid)
    want = {
        column: {int(name[1]): 1.0 if sign == "+" else -1.0 for name, sign in row.items()}
        for column, row in enumerate(IMPACT.values())
    }
    start = time.perf_counter(), time.process_time()
    while len(blocks) < DRAWS // SHARE:
        factor = np.linalg.cholesky(law.rvs(random_state=generator))
        q, r = np.linalg.qr(generator.standard_normal((VARIABLES, VARIABLES)))
        impact = factor @ (q * np.sign(np.diag(r)))
        if not all(impact[i, j] * sign > 0 for j, row in want.items() for i, sign in row.items()):
            continue
        draw = fit.params.to_numpy() + root @ generator.standard_normal(fit.params.shape) @ factor.T
        lags = [draw[1 + VARIABLES * lag : 1 + VARIABLES * (lag + 1)].T for lag in range(LAGS)]
        path = [impact]
        for step in range(1, STEPS + 1):
            path.append(sum(lags[lag] @ path[step - 1 - lag] for lag in range(min(step, LAGS))))
        blocks.append(np.stack(path)[:, :, :2])
    return SHARE * (time.perf_counter() - start[0]), SHARE * (time.process_time() - start[1])


if __name__ == "__main__":
    main()
