"""`Proxy`: one shock found from outside instruments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from econ import checks
from econ.arrays import Array, Mask, Rows, Seed
from econ.border import told_by, warn
from econ.checks import SPARE
from econ.data.dataset import Dataset
from econ.data.index import as_period_index
from econ.errors import (
    FrequencyError,
    NotIdentified,
    SampleTooShort,
    SchemaError,
    SingularDesign,
    SpecificationError,
    WeakInstrument,
)
from econ.estimate import ConfidenceSet
from econ.frozen import guarded, sealed
from econ.responses.set_plot import plot_weak_iv_set
from econ.tables.shown import Facts
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws, SimulatedDraws
from econ.var.scheme import check_rows
from econ.var.schemes.proxy_inference import first_stage, weak_iv_set
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

WEAK = 10.0  # rule of thumb of Staiger and Stock (1997), Econometrica 65(3)
COLLINEAR = 1e-10  # share of an instrument that regressors must leave unexplained


@guarded
@dataclass(frozen=True, eq=False)
class ProxyResults(StructuralResults):
    """Results of `Proxy`: the common read-outs, the first stage and sets that survive a weak one."""

    scheme: Proxy

    plot_weak_iv_set = plot_weak_iv_set

    def _facts(self) -> Facts:
        return {**super()._facts(), "effective F of first stage": float(self.first_stage["effective_f"])}

    @property
    def doubt(self) -> str:
        """That the first stage is weak, if it is."""
        strength = float(self.first_stage["effective_f"])
        return f"weak instruments, effective F {strength:.1f}, below {WEAK:.0f}" if strength < WEAK else ""

    @cached_property
    def first_stage(self) -> pd.Series:
        """Regression of the residual of ``normalise`` on a constant and the instruments, months with instruments.

        Returns
        -------
        Series
            ``f`` (homoskedastic), ``robust_f`` (HC1), ``effective_f`` (Montiel Olea and Pflueger 2013; the robust F
            with one instrument), ``critical_value`` (of the effective F: bias above 10% of the worst case rejected at
            5%), ``r2``, ``nobs`` (months).
        """
        return first_stage(self.scheme, self.parent)

    @property
    def instrumented(self) -> bool:
        """Whether instruments stand behind the responses: they do, so errors and draws trust the first stage."""
        return True

    def robust_region(self, response: str, horizon: int, *, level: float) -> ConfidenceSet | None:
        """None: `weak_iv_set` is of a unit effect, and these responses are to one standard deviation."""
        checks.position("response", response, self.parent.variables)
        checks.horizon(horizon)
        checks.level(level)
        return None

    @told_by(weak_iv_set)
    def weak_iv_set(self, response: str, horizon: int, level: float = 0.90, *, to: float | None = None) -> pd.DataFrame:
        """Anderson-Rubin sets of a response; see :func:`econ.var.schemes.proxy_inference.weak_iv_set`."""
        size = float(self.signs[0]) if to is None else to
        found = weak_iv_set(self.scheme, self.parent, response=response, horizon=horizon, level=level, to=size)
        return found.rename(index={self.scheme.shock: self.shock_names[0]}, level="shock")


@guarded
@dataclass(frozen=True, eq=False)
class Proxy:
    """One shock, identified by instruments that move with it and with no other shock (proxy VAR, SVAR-IV).

    With m the instruments, demeaned on the months in which all of them exist, and i the variable ``normalise``, the
    direction of the shock is the two-stage least squares fit b ∝ S_um S_mm⁻¹ S_mi over those months (one instrument:
    b ∝ S_um), relative to its own element i. ``impact`` is b / (b' Σ_u⁻¹ b)^½, the response to one standard deviation,
    which equals the closed form of Mertens and Ravn; ``irf.scale(to=1.0, response=normalise)`` is the unit-effect
    normalisation of Stock and Watson. Σ_u and the VAR use the whole sample.

    Bootstrap samples draw the instruments, missing months included, jointly with the residuals and demean them afresh,
    as Jentsch and Lunsford do for `MovingBlock`. Bands from a bootstrap assume a strong first stage; without one use
    ``svar.weak_iv_set``. Responses to the other shocks are not identified: variance shares and the historical
    decomposition show them together as ``other``.

    Nominal 90% intervals cover in 83-94% of samples with a strong instrument; ``weak_iv_set`` in 87-99% with any.
    Measured in :doc:`/coverage`.

    Parameters
    ----------
    instruments : DataFrame, Series or Dataset
        One column an instrument, dates like the data's; any units. Months may be missing or NaN.
    shock : str
        Name of the shock.
    normalise : str, optional
        Variable that the shock raises on impact; by default the variable called ``shock``.

    Raises
    ------
    SpecificationError
        On ``identify``, if ``normalise`` is no variable of the VAR, or ``instruments`` is no table.
    FrequencyError
        If the dates of the instruments have another frequency than the data.
    SchemaError
        For text, infinite values, repeated dates, or an instrument that is constant where it exists.
    NotIdentified
        If instruments and residuals have no month in common, or the instruments do not vary in a bootstrap sample.
    SampleTooShort
        If the months in common are fewer than the instruments + 11.
    SingularDesign
        If an instrument is a combination of the others, or of regressors of the VAR.

    Warns
    -----
    WeakInstrument
        If the effective F is below 10.

    References
    ----------
    Mertens, K. and M. O. Ravn (2013), The Dynamic Effects of Personal and Corporate Income Tax Changes in the United
    States, American Economic Review 103(4), 1212-1247.
    Stock, J. H. and M. W. Watson (2018), Identification and Estimation of Dynamic Causal Effects in Macroeconomics
    Using External Instruments, Economic Journal 128(610), 917-948.
    Jentsch, C. and K. G. Lunsford (2019), American Economic Review 109(7), 2655-2678.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> data = simulated_var(periods=200, rng=1)
    >>> fit = VAR(data, lags=1).fit()
    >>> noise = np.random.default_rng(2).standard_normal(199)
    >>> svar = fit.identify(Proxy(fit.residuals["x"] + noise, shock="x"))
    >>> list(svar.impact.columns), bool(svar.impact.loc["x", "x"] > 0), bool(svar.first_stage.f > 10)
    (['x'], True, True)
    """

    instruments: pd.DataFrame | pd.Series | Dataset
    shock: str
    normalise: str | None = None

    def identify(self, fit: VARResults, rng: Seed = None) -> ProxyResults:
        """Identify the shock; ``rng`` is not needed."""
        self.target(fit)
        values, known = self.aligned(fit)
        self._check_overlap(fit, values[known], known)
        results = ProxyResults.from_point(fit, self, shock_names=(self.shock,))
        strength = float(results.first_stage["effective_f"])
        if strength < WEAK:
            warn(
                f"the instruments of shock {self.shock!r} are weak: effective F {strength:.1f}, below {WEAK:.0f}; "
                "report svar.weak_iv_set(response, horizon), whose coverage does not depend on their strength.",
                WeakInstrument,
            )
        return results

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact of the shock in a batch of reduced forms, (B, n, 1)."""
        target = self.target(draws.fit)
        values, known = self.aligned(draws.fit)
        if isinstance(draws, SimulatedDraws):
            values, known = values[draws.resample.rows], known[draws.resample.rows]
        values, known = np.broadcast_arrays(values, known[..., None])
        values = np.broadcast_to(values, (len(draws), *values.shape[-2:]))
        known = np.broadcast_to(known, values.shape)
        mean = values.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
        turned = np.swapaxes(np.where(known, values - mean, 0.0), 1, 2)
        cross = turned @ draws.residuals
        gram = turned @ np.swapaxes(turned, 1, 2)
        direction = np.swapaxes(cross, 1, 2) @ _solve(gram, cross[:, :, [target]])
        whitened = np.linalg.solve(draws.factor, direction)
        impact: Array = direction / np.linalg.norm(whitened, axis=1, keepdims=True)
        return impact

    def redrawn(self, fit: VARResults, rows: Rows) -> Proxy:
        """The scheme on a sample whose period t has the instruments of the observed period ``rows[t]``."""
        check_rows(rows, fit.nobs)
        values, known = self.aligned(fit)
        drawn = np.where(known[:, None], values, np.nan)[rows]
        return replace(self, instruments=pd.DataFrame(drawn, index=fit.residuals.index), normalise=self.variable)

    @property
    def variable(self) -> str:
        """Name of the variable that the shock raises."""
        return self.shock if self.normalise is None else self.normalise

    def target(self, fit: VARResults) -> int:
        """Position of that variable in the VAR."""
        return checks.position("variable", self.variable, fit.variables, of="in the VAR for Proxy to normalise on")

    def aligned(self, fit: VARResults) -> tuple[Array, NDArray[np.bool_]]:
        """Instruments on the periods of the residuals, (T, m), zero where unknown, and which periods are known (T,)."""
        dates, last = fit.residuals.index, self.__dict__.get("_aligned")
        if last is None or not last[0].equals(dates):  # draws of one fit ask again and again
            last = self.__dict__["_aligned"] = (dates, *self._on(dates))
        return last[1], last[2]

    def _on(self, dates: pd.Index) -> tuple[Array, NDArray[np.bool_]]:
        table = self._table
        if isinstance(dates, pd.PeriodIndex) != isinstance(table.index, pd.PeriodIndex) or (
            isinstance(dates, pd.PeriodIndex) and dates.freqstr != table.index.freqstr  # type: ignore[attr-defined]
        ):
            raise FrequencyError(
                f"the instruments are dated {table.index[0]!r}, the data {dates[0]!r}; {_cure(table.index, dates)}"
            )
        rows = table.index.get_indexer(dates)
        values = np.where(rows[:, None] < 0, np.nan, table.to_numpy()[rows])
        known: Mask = np.asarray(np.isfinite(values).all(axis=1))
        return sealed(np.where(known[:, None], values, 0.0)), sealed(known)

    @cached_property
    def _table(self) -> pd.DataFrame:
        given = self.instruments.frame if isinstance(self.instruments, Dataset) else self.instruments
        if isinstance(given, pd.Series):
            given = given.to_frame("instrument" if given.name is None else given.name)
        if given.empty:
            raise SpecificationError(f"the table of instruments is empty, {given.shape}; give one column or more.")
        if not given.columns.is_unique:
            twice = given.columns[given.columns.duplicated()][0]
            raise SchemaError(f"two instruments are called {twice!r}; rename one.")
        table = given.set_axis(as_period_index(given.index), axis=0)
        if not table.index.is_unique:
            again = table.index[table.index.duplicated()][0]
            raise SchemaError(f"the instruments have the date {again} twice; keep one row a period.")
        for name in table.columns:
            if not pd.api.types.is_numeric_dtype(table[name].dtype):
                raise SchemaError(f"instrument {name!r} holds {table[name].dtype}, not numbers; convert it.")
            endless = np.isinf(table[name].to_numpy(dtype=float))
            if endless.any():
                raise SchemaError(f"instrument {name!r} is infinite at {table.index[endless][0]}; correct it.")
        return table.astype(float)

    def _check_overlap(self, fit: VARResults, values: Array, known: NDArray[np.bool_]) -> None:
        names, dates = [str(name) for name in self._table.columns], fit.residuals.index
        if not len(values):
            raise NotIdentified(
                f"instruments {names} and the residuals have no period in common (residuals: {dates[0]} to "
                f"{dates[-1]}, instruments: {self._table.index[0]} to {self._table.index[-1]}); extend one of them."
            )
        needed = len(names) + 1 + SPARE
        if len(values) < needed:
            raise SampleTooShort(
                f"{len(names)} instruments need {needed} periods in common with the residuals; found {len(values)}; "
                "use fewer instruments or a longer sample."
            )
        constant = [name for name, column in zip(names, values.T, strict=True) if np.ptp(column) == 0.0]
        if constant:
            raise SchemaError(f"instruments {constant} are constant where they exist; drop them.")
        ones = np.ones((len(values), 1))
        if kernels.dependent_columns(np.hstack([ones, values])):
            raise SingularDesign(f"instruments {names} are collinear; drop one of them.")
        design = np.hstack([ones, fit.parent.design(fit.lags)[known]])
        if len(values) > design.shape[1]:
            scale = np.sqrt((design**2).mean(axis=0))
            basis, sizes, _ = np.linalg.svd(design[:, scale > 0] / scale[scale > 0], full_matrices=False)
            basis = basis[:, sizes > COLLINEAR * sizes[0]]
            left = values - basis @ (basis.T @ values)
            explained = (left**2).sum(axis=0) < COLLINEAR * ((values - values.mean(axis=0)) ** 2).sum(axis=0)
            if explained.any():
                found = [name for name, bad in zip(names, explained, strict=True) if bad]
                raise SingularDesign(
                    f"instruments {found} are combinations of regressors of the VAR, so they cannot move with its "
                    "residuals; use another instrument or drop the control."
                )


def _cure(given: pd.Index, dates: pd.Index) -> str:
    """How instruments get the dates of the data."""
    if not isinstance(given, (pd.PeriodIndex, pd.DatetimeIndex)):
        return (
            f"give every row of the instruments its date, as in instruments.set_axis(dates), such as those of the "
            f"residuals, fit.residuals.index, {dates[0]} to {dates[-1]}."
        )
    return "add up or average them over the periods of the data, as in instruments.groupby(periods).sum()."


def _solve(gram: Array, first: Array) -> Array:
    """Weights S_mm⁻¹ S_mi of the instruments, (B, m, 1)."""
    size = np.sqrt(np.einsum("bii->bi", gram))[:, :, None]
    if size.all():
        scaled = gram / size / np.swapaxes(size, 1, 2)
        if np.linalg.eigvalsh(scaled)[:, 0].min() > COLLINEAR and np.any(first, axis=1).all():
            weights: Array = np.linalg.solve(scaled, first / size) / size
            return weights
    raise NotIdentified(
        "the instruments do not vary, are collinear, or do not move with the variable in the sample or a bootstrap "
        "draw of it (too few periods in which something happens); use svar.weak_iv_set(response, horizon), which draws "
        "nothing."
    )
