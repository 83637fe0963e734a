"""`ProjectionResults`: estimates of all horizons with their influence functions, covariance, weak-instrument sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.errors import SingularDesign, SpecificationError
from econ.estimate import ConfidenceSet
from econ.infer._kernels import full_rank_qr
from econ.infer.covariance import check_lags, check_terms, ewc_terms
from econ.infer.sandwich import joint_covariance
from econ.infer.strength import EffectiveF, effective_f, tf_interval
from econ.infer.weak import ReducedForm, anderson_rubin, conditional_lr
from econ.infer.working import working_moments
from econ.projection import _kernels as kernels
from econ.projection.bootstrap import Bootstrap, draw
from econ.responses.irf import IRF

if TYPE_CHECKING:
    from econ.projection.model import LocalProjection

COVARIANCES = ("hc0", "hc1", "hc2", "hc3", "hac", "ewc")
SETS = ("ar", "clr", "tf")

__all__ = ["Bootstrap", "ProjectionResults", "estimate"]


@dataclass(frozen=True, eq=False)
class ProjectionResults:
    """Local projections at horizons 0..H.

    Parameters
    ----------
    parent : LocalProjection
        What was estimated.
    point : array (H + 1, n, s)
        ``point[h, i, j]`` = response of variable i to impulse j at horizon h.
    influence : array (H + 1, T, s, n)
        Influence functions: the estimation error is about their sum over rows; zero beyond the rows of a horizon.
    outcome, impulse, instrument : array (H + 1, T, n), (H + 1, T, s), (H + 1, T, m)
        Variables with the controls of their horizon partialled out.
    cov : str
        Covariance method.
    bandwidths : int array (H + 1,)
        Bartlett lags or cosines; 0 for the others.
    """

    parent: LocalProjection = field(repr=False)
    point: Array = field(repr=False)
    influence: Array = field(repr=False)
    outcome: Array = field(repr=False)
    impulse: Array = field(repr=False)
    instrument: Array = field(repr=False)
    cov: str
    bandwidths: np.ndarray

    @property
    def horizon(self) -> int:
        """Last horizon, H."""
        return len(self.point) - 1

    @property
    def nobs(self) -> int:
        """Rows at horizon 0; horizon h has h fewer."""
        return int(self.influence.shape[1])

    @property
    def df(self) -> Array:
        """Degrees of freedom of t statistics at each horizon (H + 1,); infinite means the normal."""
        return np.where(self.cov == "ewc", self.bandwidths.astype(float), np.inf)

    @cached_property
    def std_errors(self) -> Array:
        """Standard errors (H + 1, n, s), each with the bandwidth of its horizon."""
        errors = np.empty(self.point.shape)
        for h, bandwidth in enumerate(self.bandwidths):
            psi = self.influence[h, : self.nobs - h].reshape(self.nobs - h, -1)
            rows = kernels.spread(psi, self.cov, int(bandwidth))
            errors[h] = np.sqrt((rows * rows).sum(axis=0)).reshape(self.point.shape[:0:-1]).T
        return errors

    @cached_property
    def spread(self) -> Array:
        """Rows r (R, (H + 1) n s) whose cross-product is the joint covariance of all responses.

        Correlations use the bandwidth of the last horizon for all; variances are those of ``std_errors``.
        """
        psi = np.moveaxis(self.influence, 0, 1).swapaxes(2, 3).reshape(self.nobs, -1)
        rows = kernels.spread(psi, self.cov, int(self.bandwidths[-1]))
        scale = np.sqrt((rows * rows).sum(axis=0))
        errors = self.std_errors.reshape(-1)
        result: Array = rows * np.divide(errors, scale, out=np.zeros_like(scale), where=scale > 0.0)
        return result

    @property
    def covariance(self) -> Array:
        """Joint covariance of ``point.reshape(-1)``, ((H + 1) n s, (H + 1) n s)."""
        result: Array = self.spread.T @ self.spread
        return result

    def irf(
        self,
        *,
        bootstrap: Bootstrap | None = None,
        rng: int | np.random.SeedSequence | None = None,
        n_jobs: int = 1,
    ) -> IRF:
        """Responses as the same object that a VAR gives; see :meth:`LocalProjection.fit`."""
        data = self.parent.parent
        return IRF(
            point=self.point,
            responses=self.parent.responses,
            shocks=self.parent.design.shocks,
            draws=None if bootstrap is None else draw(self, bootstrap, rng=rng, n_jobs=n_jobs),
            std_errors=self.std_errors,
            df=self.df,
            units={name: data.variables[name].units for name in self.parent.responses},
            nobs=self.nobs,
            parent=self,
            origin=(bootstrap, str(rng)),
            cumulated=bool(self.parent.cumulative),
        )

    def reduced_form(self, response: str, horizon: int = 0) -> ReducedForm:
        """Outcome and impulse on the instruments at one horizon, with the covariance of this projection.

        Raises
        ------
        SpecificationError
            Without instruments, with states, or under "hc2" and "hc3".
        """
        self._check_instrumented()
        h, i = checks.horizon(horizon, self.horizon), checks.position("response", response, self.parent.responses)
        rows = self.nobs - h
        z = self.instrument[h, :rows]
        both = np.column_stack([self.outcome[h, :rows, i], self.impulse[h, :rows, 0]])
        moments: Array = z.T @ z
        coefficients = np.linalg.solve(moments, z.T @ both).astype(float)
        u = both - z @ coefficients
        weights = np.linalg.solve(moments, z.T).T
        psi = np.hstack([weights * u[:, :1], weights * u[:, 1:]])
        bandwidth = int(self.bandwidths[h]) if self.cov in ("hac", "ewc") else None
        columns = self.parent.design.controls.shape[1] + z.shape[1]
        covariance, plain = joint_covariance(psi, cov=self.cov, bandwidth=bandwidth, columns=columns)
        basis = np.column_stack([np.linalg.qr(self.parent.design.basis()[:rows])[0], np.linalg.qr(z)[0]])
        mean, df = working_moments(z, basis, cov=self.cov, bandwidth=bandwidth or 0)
        b = coefficients
        return ReducedForm(b[:, 0], b[:, 1], covariance, moments, rows, df, 1.0 / mean, plain, parent=self)

    def first_stage(self, horizon: int = 0, *, bias: float = 0.10, size: float = 0.05) -> EffectiveF:
        """Effective F of the instruments at one horizon (Montiel Olea and Pflueger 2013)."""
        form = self.reduced_form(self.parent.responses[0], horizon)
        return effective_f(form, bias=bias, size=size)

    def weak_iv_set(
        self,
        response: str,
        horizon: int,
        level: float = 0.90,
        *,
        method: str = "ar",
        small_sample: bool | None = None,
    ) -> pd.DataFrame:
        """Confidence sets of the responses (or multipliers) that stay valid when the instruments are weak.

        The same table as that of a proxy VAR; :meth:`robust_set` is the set of one horizon.

        Parameters
        ----------
        response : str
            Name.
        horizon : int
            Sets are given for 0, ..., horizon.
        level : float, default 0.90
            Coverage of each set.
        method : {"ar", "clr", "tf"}
            Anderson-Rubin, conditional likelihood ratio, or (one instrument, level 0.95) the tF interval.
        small_sample : bool, optional
            As in :func:`econ.infer.anderson_rubin`.

        Returns
        -------
        DataFrame
            Columns ``horizon``, ``lower``, ``upper``: one row an interval, units of ``response`` per unit of the
            impulse; ±inf where open. A horizon without a row has an empty set (instruments that contradict each other).

        Raises
        ------
        SpecificationError
            Without instruments, for an unknown response (`UnknownName`) or method, or a horizon not estimated.
        """
        self._check_instrumented()
        sets = [
            self.robust_set(response, h, level=level, method=method, small_sample=small_sample)
            for h in range(checks.horizon(horizon, self.horizon) + 1)
        ]
        rows = [(h, low, high) for h, each in enumerate(sets) for low, high in each]
        return pd.DataFrame(rows, columns=["horizon", "lower", "upper"])

    def robust_set(
        self,
        response: str,
        horizon: int,
        *,
        level: float = 0.90,
        method: str = "ar",
        small_sample: bool | None = None,
    ) -> ConfidenceSet:
        """Set of one response at one horizon: bounded, a union or unbounded; parameters as :meth:`weak_iv_set`."""
        method, level = checks.choice("set", method, SETS), checks.level(level)
        form, horizon = self.reduced_form(response, horizon), checks.horizon(horizon, self.horizon)
        if method == "ar":
            return anderson_rubin(form, level=level, small_sample=small_sample)
        if method == "clr":
            return conditional_lr(form, level=level, small_sample=small_sample)
        if len(form.first) > 1:
            raise SpecificationError(f"tF is for one instrument; there are {len(form.first)}; use 'ar' or 'clr'.")
        i = checks.position("response", response, self.parent.responses)
        f = effective_f(form).statistic
        return tf_interval(float(self.point[horizon, i, 0]), float(self.std_errors[horizon, i, 0]), f, size=1.0 - level)

    def _check_instrumented(self) -> None:
        if not self.parent.instruments and self.parent.cumulative != "multiplier":
            raise SpecificationError("this projection has no instruments; pass instrument=.")
        if len(self.parent.design.shocks) > 1:
            raise SpecificationError("weak-instrument sets are for one impulse; estimate the states one at a time.")
        if self.cov in ("hc2", "hc3"):
            raise SpecificationError(f"{self.cov} is not defined for instruments; use hc1, hac or ewc.")


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
    n, s = y.shape[2], d.shape[2]
    y, d, z = parts[:, :, :n], parts[:, :, n : n + s], parts[:, :, n + s if instrumented else n :]
    fitted = kernels.fitted_impulse(d, z) if instrumented else d
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
