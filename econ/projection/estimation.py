"""From a `LocalProjection` to its `ProjectionResults`: all horizons and responses in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array, Mask
from econ.errors import SingularDesign, SpecificationError
from econ.infer._kernels import full_rank_qr
from econ.infer.covariance import check_lags, check_terms, ewc_terms
from econ.projection import _kernels as kernels
from econ.projection.results import ProjectionResults

if TYPE_CHECKING:
    from econ.projection.model import LocalProjection

COVARIANCES = ("hc0", "hc1", "hc2", "hc3", "hac", "ewc")


def estimate(model: LocalProjection, horizon: int, cov: str, *, bandwidth: int | None = None) -> ProjectionResults:
    """Partial the controls out of everything at every horizon, then estimate what is left in one batch."""
    design = model.design
    _check_covariance(model, cov, bandwidth)
    horizon = design.last_horizon(horizon)
    bandwidths = _bandwidths(cov, bandwidth, design.size, horizon)
    q = design.basis()
    inverse = kernels.inverse_products(q, horizon)
    _check_rank(model, inverse)
    mask = kernels.row_mask(design.size, horizon)
    y = design.leads(horizon, cumulative=bool(model.cumulative), difference=model.difference)
    multiplier = model.cumulative == "multiplier"
    d = design.cumulated_impulse(horizon) if multiplier else design.impulses * mask
    z = design.impulses if design.instruments is None else design.instruments
    instrumented = multiplier or design.instruments is not None
    stack = [y, d, z * mask] if instrumented else [y, d]
    parts = kernels.partial_out(q, inverse, np.concatenate(stack, axis=2), mask)
    n, s, size = y.shape[2], d.shape[2], kernels.lengths(y)
    y, d, z = parts[:, :, :n], parts[:, :, n : n + s], parts[:, :, n + s if instrumented else n :]
    fitted = kernels.fitted_impulse(d, z) if instrumented else d
    y, known = _without_rounding(model, y, size)
    if design.instruments is not None:
        left = kernels.lengths(y - kernels.fitted_impulse(y, z))
        _refuse_exact(model, (left <= kernels.EXACT * size) & ~known, of="controls and instruments explain")
    if model.estimator == "liml" and instrumented:
        b, psi = kernels.liml(y, d, fitted, z)
    else:
        b, psi = kernels.two_stage(y, d, fitted)
    if cov in ("hc1", "hc2", "hc3"):
        psi *= _small_sample(cov, q, inverse, d, mask, design.columns)
    return ProjectionResults(
        parent=model,
        point=np.ascontiguousarray(kernels.transpose(b)),
        influence=psi,
        outcome=y,
        impulse=d,
        instrument=z,
        cov=cov,
        bandwidths=bandwidths,
    )


def _without_rounding(model: LocalProjection, y: Array, size: Array) -> tuple[Array, Mask]:
    """Outcomes less controls, zero where a response is its own control, and where they are (H + 1, n).

    What is ordered before the impulse does not move with it at horizon 0: the response is known to be 0 there. LIML
    divides by what is left of the outcome.
    """
    exact = kernels.lengths(y) <= kernels.EXACT * size
    own = np.zeros_like(exact)
    own[0] = [name in model.contemporaneous and model.estimator != "liml" for name in model.responses]
    _refuse_exact(model, exact & ~own, of="the controls explain")
    known = exact & own
    return np.where(known[:, None], 0.0, y) if known.any() else y, known


def _refuse_exact(model: LocalProjection, exact: Mask, *, of: str) -> None:
    """Refuse a response of which nothing but rounding is left, (H + 1, n); the impulse itself is known to respond."""
    for h, i in np.argwhere(exact):
        if model.responses[i] != model.impulse:
            raise SingularDesign(
                f"{of} {model.responses[i]!r} exactly at horizon {h}, so its response there is made of rounding "
                "errors; drop the column that holds it, or the response."
            )


def _small_sample(cov: str, q: Array, inverse: Array, d: Array, mask: Array, columns: int) -> Array:
    """Factor of the influence functions (H + 1, T or 1, 1, 1) that belongs to hc1, hc2 or hc3."""
    rows = mask.sum(axis=1)[:, :, None, None]
    if cov == "hc1":
        return np.asarray(np.sqrt(rows / (rows - columns)))
    room = 1.0 - kernels.leverage(q, inverse, d, mask)[:, :, None, None]
    if room.min() < 1e-10:
        raise SpecificationError(f"{cov} asked for, but an observation has leverage 1; use hc1.")
    return np.asarray(1.0 / (np.sqrt(room) if cov == "hc2" else room))


def _check_covariance(model: LocalProjection, cov: str, bandwidth: int | None) -> None:
    checks.choice("covariance", cov, COVARIANCES)
    if bandwidth is not None and cov not in ("hac", "ewc"):
        raise SpecificationError(f"bandwidth belongs to 'hac' and 'ewc'; the covariance is {cov!r}.")
    if cov in ("hc2", "hc3") and (model.instruments or model.cumulative == "multiplier"):
        raise SpecificationError(f"{cov} is not defined for instruments; use hc0, hc1, hac or ewc.")


def _bandwidths(cov: str, bandwidth: int | None, size: int, horizon: int) -> np.ndarray:
    """Bartlett lags (the horizon, unless given) or cosines at each horizon."""
    horizons = range(horizon + 1)
    if cov == "hac":
        return np.array([check_lags(h if bandwidth is None else bandwidth, size - h) for h in horizons])
    if cov == "ewc":
        terms = [ewc_terms(size - h) if bandwidth is None else bandwidth for h in horizons]
        return np.array([check_terms(each, size - h) for h, each in zip(horizons, terms, strict=True)])
    return np.zeros(horizon + 1, dtype=int)


def _check_rank(model: LocalProjection, inverse: Array) -> None:
    """Controls that are collinear only on the rows of a long horizon: name them."""
    weak = np.flatnonzero(kernels.condition(inverse) > 1.0 / kernels.NEARLY_SINGULAR)
    if weak.size:
        h, design = int(weak[0]), model.design
        rows = design.controls[: design.size - h]
        full_rank_qr(rows, list(design.control_names), f"the projection at horizon {h}")
        raise SingularDesign(
            f"the controls are nearly collinear on the {len(rows)} rows of horizon {h}; shorten the horizon or "
            f"use fewer than {design.controls.shape[1]} controls."
        )
