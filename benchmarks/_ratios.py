"""Ratios to peers, each measured within one run: what ``make bench-check`` guards.

A ratio hardly hangs on the machine. Each is peer seconds over ours (more is better), in processor time, the best of
several runs of both, one right after the other.
"""

from __future__ import annotations

import importlib
import importlib.util
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import cointegration, multiverse, package, projection, sign_restrictions, var_bootstrap
from econ.multiverse import SpecificationCurve
from econ.var import VAR, VECM, Cholesky, MovingBlock, Residual, SignRestrictions

Work = Callable[[], object]


def seconds(work: Work, repeats: int = 5) -> float:
    """Processor seconds of all threads, the best of ``repeats``."""
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def peak() -> float:
    """Peak memory of this process, MB: of its own pages where Linux tells, since getrusage counts the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bootstrap_over_statsmodels() -> float:
    """A loop over statsmodels fits, over moving-block bands of the same 1,000 draws."""
    svar = var_bootstrap.model()
    ours = seconds(lambda: var_bootstrap.bands(svar, MovingBlock(draws=var_bootstrap.DRAWS)))
    return var_bootstrap.statsmodels_loop(svar, 100)[1] / ours


def bootstrap_over_tsecon() -> float:
    """Bands of tsecon, written in Rust, over those of the residual bootstrap."""
    peer, svar = importlib.import_module("tsecon"), var_bootstrap.model()
    data = svar.parent.parent.parent.frame.to_numpy()
    options = {"lags": var_bootstrap.LAGS, "horizon": var_bootstrap.HORIZON, "n_boot": var_bootstrap.DRAWS, "seed": 1}
    theirs = seconds(lambda: peer.var_irf_bands(data, method="bootstrap", band="sup-t", **options), 3)
    return theirs / seconds(lambda: var_bootstrap.bands(svar, Residual(draws=var_bootstrap.DRAWS)))


def projections_over_statsmodels() -> float:
    """A loop over statsmodels OLS with HAC errors, over our projections."""
    frame = projection.table()
    ours = seconds(lambda: projection.project(frame))
    return projection.statsmodels_loop(frame, range(0, projection.HORIZON + 1, 8))[0] / ours


def cointegration_over_statsmodels() -> float:
    """A loop that simulates, fits by statsmodels and responds, over the bootstrap of a VECM."""
    svar = VECM(cointegration.sample(), cointegration.LAGS, cointegration.RANK).fit().identify(Cholesky(*"abcd"))
    bootstrap = MovingBlock(draws=cointegration.DRAWS)
    ours = seconds(lambda: svar.irf(cointegration.HORIZON, bootstrap, rng=1))
    return sum(cointegration.statsmodels_loop(svar, 100)) / ours


def signs_over_a_loop() -> float:
    """A loop over candidate rotations, over 1,000 accepted draws under sign restrictions."""
    fit = VAR(var_bootstrap.model().parent.parent.parent, lags=var_bootstrap.LAGS).fit()
    scheme = SignRestrictions(sign_restrictions.IMPACT, draws=var_bootstrap.DRAWS)
    ours = seconds(lambda: sign_restrictions.respond(fit, scheme))
    return sign_restrictions.rejection_loop(fit)[1] / ours


def curve_over_statsmodels() -> float:
    """The specifications of a curve one by one by statsmodels OLS with HAC errors, over the curve."""
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools import add_constant

    frame, bandwidths = multiverse.data(), multiverse.BANDWIDTHS
    names = [f"x{i}" for i in range(5)]
    axes = {"regressor": names, "bandwidth": list(bandwidths)}

    def loop() -> None:
        for name in names:
            design = add_constant(frame[[name, *multiverse.CONTROLS]].to_numpy())
            for bandwidth in bandwidths:
                _ = OLS(frame["y"].to_numpy(), design).fit(cov_type="HAC", cov_kwds={"maxlags": bandwidth}).bse

    curve = SpecificationCurve(
        partial(multiverse.base, frame, multiverse.held(frame), controls=4, lags=0, sample="all"), axes
    )
    return seconds(loop) / seconds(lambda: curve.run(n_jobs=1))


def import_over_statsmodels() -> float:
    """``import statsmodels.tsa.api`` over ``from econ import VAR``."""
    theirs, ours = package.importing("import statsmodels.tsa.api", "from econ import VAR")
    return theirs / ours


RATIOS: dict[str, Callable[[], float]] = {
    "bootstrap bands, loop over statsmodels": bootstrap_over_statsmodels,
    "bootstrap bands, tsecon": bootstrap_over_tsecon,
    "local projections, loop over statsmodels": projections_over_statsmodels,
    "bootstrap of a VECM, loop over statsmodels": cointegration_over_statsmodels,
    "sign restrictions, loop over candidates": signs_over_a_loop,
    "one specification of a curve, statsmodels": curve_over_statsmodels,
    "import, statsmodels.tsa.api": import_over_statsmodels,
}
NEEDS = {"bootstrap bands, tsecon": "tsecon"}
"""Peers that are no dependency: a row without its peer is said to be missing, and does not pass for measured."""


def lacking(name: str) -> str | None:
    """Module that a row needs and this environment lacks."""
    module = NEEDS.get(name)
    return module if module and importlib.util.find_spec(module) is None else None
