"""`ProjectionResults`: estimates of all horizons with their influence functions, covariance, weak-instrument sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Unavailable
from econ.frozen import guarded
from econ.infer.form import ReducedForm
from econ.infer.sandwich import joint_covariance
from econ.infer.strength import EffectiveF, effective_f, tf_interval
from econ.infer.weak import anderson_rubin, conditional_lr
from econ.infer.working import working_moments
from econ.projection import _kernels as kernels
from econ.projection.modified import at_modifier, modified_set
from econ.projection.summary import projection_facts, summary
from econ.responses import joint, labels
from econ.responses.irf import IRF
from econ.responses.plot import plot_own
from econ.responses.set_plot import plot_weak_iv_set
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table
from econ.units import Measure, Size

if TYPE_CHECKING:
    from econ.projection.model import LocalProjection

SETS = ("anderson-rubin", "clr", "tf")
STATES = "first stages are for one impulse; estimate the states one at a time"
MODIFIED = "first stages are for one impulse; with a modifier modified_set() holds however weak they are"


@guarded
@dataclass(frozen=True, eq=False)
class ProjectionResults(Shown):
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
    draws : array (B, H + 1, n, s), optional
        Joint draws of all responses.
    origin : object
        Bootstrap and seed of the draws.

    Examples
    --------
    >>> from econ.projection import LocalProjection
    >>> frame = pd.DataFrame(np.random.default_rng(1).standard_normal((200, 2)), columns=["flow", "yield"])
    >>> fit = LocalProjection(frame, response="yield", impulse="flow", lags=1).fit(horizon=2)
    >>> fit.summary().loc[(0, "yield", "flow"), "nobs"]
    np.int64(198)
    """

    parent: LocalProjection = field(repr=False)
    point: Array = field(repr=False)
    influence: Array = field(repr=False)
    outcome: Array = field(repr=False)
    impulse: Array = field(repr=False)
    instrument: Array = field(repr=False)
    cov: str
    bandwidths: np.ndarray
    draws: Array | None = field(default=None, repr=False)
    origin: object = field(default=None, repr=False)

    plot, plot_weak_iv_set = plot_own, plot_weak_iv_set

    def _facts(self) -> Facts:
        return projection_facts(self.parent, nobs=self.nobs, cov=self.cov)

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.irf.to_frame(level)

    def _measure(self, key: tuple[str, ...]) -> Measure:
        return self.irf._measure(key)

    @property
    def responses(self) -> tuple[str, ...]:
        """Names of the responses."""
        return self.parent.responses

    @property
    def shocks(self) -> tuple[str, ...]:
        """Names of the impulses, one a state."""
        return self.parent.design.shocks

    @property
    def units(self) -> dict[str, str]:
        """Units of each response, empty where the data say nothing."""
        return {name: self.parent.parent.variables[name].units for name in self.responses}

    @property
    def sizes(self) -> dict[str, Size]:
        """What one impulse is: a unit of the variable; a ratio has none, nor has the product with a modifier."""
        model = self.parent
        unit = Size.unit_of(model.impulse, model.parent.variables[model.impulse].units)
        known = [] if model.cumulative == "multiplier" else self.shocks[:1] if model.modifier else self.shocks
        return dict.fromkeys(known, unit)

    @property
    def horizon(self) -> int:
        """Last horizon, H."""
        return len(self.point) - 1

    @property
    def nobs(self) -> int:
        """Rows at horizon 0; horizon h has h fewer."""
        return int(self.influence.shape[1])

    @property
    def nobs_by_horizon(self) -> tuple[int, ...]:
        """Rows at each horizon: one without all of its leads is left out."""
        return tuple(self.nobs - h for h in range(self.horizon + 1))

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

    @cached_property
    def irf(self) -> IRF:
        """Responses as the same object that a VAR gives, with the draws that :meth:`LocalProjection.fit` made."""
        cumulative = self.parent.cumulative
        return IRF(
            point=self.point,
            responses=self.responses,
            shocks=self.shocks,
            draws=self.draws,
            std_errors=self.std_errors,
            df=self.df,
            units=self.units,
            sizes=self.sizes,
            nobs=self.nobs,
            nobs_by_horizon=self.nobs_by_horizon,
            parent=self,
            origin=self.origin,
            cumulated=bool(cumulative),
            multiplier=cumulative == "multiplier",
        )

    def read(self, cells: Sequence[joint.Cell]) -> joint.Reading:
        """Several responses with their joint covariance; see :meth:`econ.responses.joint.JointResponses.read`.

        Draws serve where there are at least 20; else the influence functions, at one horizon of sums with its own rows
        and bandwidth.
        """
        cumulative = self.parent.cumulative
        joint.check_additive(cumulative == "multiplier")
        w = joint.weights(self, cells, cumulated=bool(cumulative))
        drawn = joint.from_draws(self, self.draws, w)
        if drawn is not None:
            return drawn
        last = max(cell.horizon for cell in cells)
        if cumulative and all(cell.horizon == last for cell in cells):
            psi = self.influence[last, : self.nobs - last].swapaxes(1, 2)
            rows = kernels.spread(psi.reshape(len(psi), -1), self.cov, int(self.bandwidths[last]))
            spread = rows @ w[:, -rows.shape[1] :].T
        else:
            spread = self.spread[:, : w.shape[1]] @ w.T
        df = float(self.df[last])
        return joint.Reading(
            joint.weighted(self, w), spread.T @ spread, None, self.nobs - last, None if np.isinf(df) else df, self
        )

    def summary(self, level: float = 0.90) -> Table:
        """Every response with its uncertainty, its rows and the strength of its instruments.

        Parameters
        ----------
        level : float, default 0.90
            Coverage of each interval.

        Returns
        -------
        Table
            Rows (horizon, response, shock); columns ``point``, ``std_error``, ``lower``, ``upper`` (units of the
            response), ``nobs`` (rows of the horizon) and, with instruments, ``first_stage_f`` (effective F), which is
            `Unavailable` by state.
        """
        strength: list[float | Unavailable] | None = None
        horizons = range(self.horizon + 1)
        if self.instrumented:
            one = len(self.shocks) == 1
            strength = [self.first_stage(h).statistic if one else Unavailable(self._several) for h in horizons]
        table = summary(self.irf, level, nobs=self.nobs_by_horizon, first_stages=strength)
        return told(self, table, level=level)

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
        form = self.reduced_form(self.responses[0], horizon)
        return effective_f(form, bias=bias, size=size)

    def at_modifier(self, value: float) -> IRF:
        """Responses ``b_0 + b_1 value`` at a value of the modifier; :func:`econ.projection.modified.at_modifier`."""
        return at_modifier(self, value)

    def modified_set(
        self, response: str, horizon: int, *, value: float, level: float = 0.90, small_sample: bool | None = None
    ) -> ConfidenceSet:
        """Set of that response, valid under weak instruments; :func:`econ.projection.modified.modified_set`."""
        i = self._position(response)
        return modified_set(self, i, self._horizon(horizon), value=value, level=level, small_sample=small_sample)

    def weak_iv_set(
        self,
        response: str,
        horizon: int,
        level: float = 0.90,
        *,
        method: str = "anderson-rubin",
        small_sample: bool | None = None,
        to: float = 1.0,
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
        method : {"anderson-rubin", "clr", "tf"}
            Anderson-Rubin, conditional likelihood ratio, or (one instrument, level 0.95) the tF interval.
        small_sample : bool, optional
            As in :func:`econ.infer.anderson_rubin`.
        to : float, default 1.0
            Size of the impulse, in its units, such as -1.0 for a fall; each set is that of one unit times ``to``.

        Returns
        -------
        DataFrame
            Rows (response, shock), columns ``horizon``, ``lower``, ``upper``: one row an interval, units of
            ``response`` for that impulse; ±inf where open. A horizon without a row has an empty set (instruments
            that contradict each other).

        Raises
        ------
        SpecificationError
            Without instruments, for an unknown response (`UnknownName`) or method, a horizon not estimated, an impulse
            of 0, or one of another size than 1 for multipliers, which do not depend on it.
        """
        self._check_instrumented()
        if self.parent.cumulative == "multiplier" and to != 1.0:
            raise SpecificationError(
                f"a multiplier is the same for any size of its impulse; leave to= out; found {to}."
            )
        sets = [
            self.robust_set(response, h, level=level, method=method, small_sample=small_sample)
            for h in range(checks.horizon(horizon, self.horizon) + 1)
        ]
        return labels.intervals(sets, response=response, shock=self.shocks[0], size=to)

    def robust_set(
        self,
        response: str,
        horizon: int,
        *,
        level: float = 0.90,
        method: str = "anderson-rubin",
        small_sample: bool | None = None,
    ) -> ConfidenceSet:
        """Set of one response at one horizon: bounded, a union or unbounded; parameters as :meth:`weak_iv_set`."""
        method, level = checks.choice("set", method, SETS), checks.level(level)
        form, horizon = self.reduced_form(response, horizon), checks.horizon(horizon, self.horizon)
        if method == "anderson-rubin":
            return anderson_rubin(form, level=level, small_sample=small_sample)
        if method == "clr":
            return conditional_lr(form, level=level, small_sample=small_sample)
        if len(form.first) > 1:
            raise SpecificationError(
                f"tF is for one instrument; there are {len(form.first)}; use 'anderson-rubin' or 'clr'."
            )
        i = checks.position("response", response, self.responses)
        f = effective_f(form).statistic
        return tf_interval(float(self.point[horizon, i, 0]), float(self.std_errors[horizon, i, 0]), f, size=1.0 - level)

    def robust_region(self, response: str, horizon: int, *, level: float) -> ConfidenceSet | None:
        """The set that estimates of ``irf.at`` carry: `robust_set`; None where there is none (states, a modifier)."""
        level, h, i = checks.level(level), self._horizon(horizon), self._position(response)
        if not self.instrumented or len(self.shocks) > 1:
            return None
        if self.std_errors[h, i, 0] == 0.0:  # known, whatever the instrument
            return ConfidenceSet(((0.0, 0.0),), level)
        return self.robust_set(response, h, level=level)

    @property
    def instrumented(self) -> bool:
        """Whether instruments stand behind the responses."""
        return bool(self.parent.instruments) or self.parent.cumulative == "multiplier"

    @property
    def _several(self) -> str:
        return STATES if self.parent.modifier is None else MODIFIED

    def _check_instrumented(self) -> None:
        if not self.instrumented:
            raise SpecificationError("this projection has no instruments; pass instrument=.")
        if len(self.shocks) > 1:
            raise SpecificationError(f"weak-instrument sets and {self._several}.")
        if self.cov in ("hc2", "hc3"):
            raise SpecificationError(f"{self.cov} is not defined for instruments; use hc1, hac or ewc.")

    def _horizon(self, horizon: int) -> int:
        return checks.horizon(horizon, self.horizon)

    def _position(self, response: str) -> int:
        return checks.position("response", response, self.responses)
