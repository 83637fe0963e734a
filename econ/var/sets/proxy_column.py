"""The column of a rotation that an external instrument gives, with the uncertainty of its relevance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ.arrays import Array
from econ.checks import SPARE
from econ.data.index import as_period_index
from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.var.reduced.draws import ReducedDraws
from econ.var.reduced.results import VARResults


class ProxyColumn:
    """Draws of q for an instrument m that is correlated with one shock only.

    Regress m on a constant and the residuals, m_t = a + β'u_t + v_t. Exogeneity says that E[m ε] has one element that
    is not zero, so with Σ = C C' the column of the shock is ``q = C'β / |C'β|``, and the shock is positively
    correlated with m. Given the residuals of a draw, β is drawn from its posterior under p(a, β, σ) ∝ 1 / σ: a weak
    instrument gives a wide set, not a narrow wrong one. The reduced form itself does not learn from m.

    Parameters
    ----------
    fit : VARResults
        The reduced form.
    shock : str
        Name of the shock.
    instrument : Series
        m on dates of the sample; missing months are left out.
    drawn : bool
        Whether β is drawn or kept at its estimate.

    Raises
    ------
    SpecificationError
        If ``instrument`` shares no date with the residuals.
    SchemaError
        If it holds no numbers, or is constant or infinite there.
    SampleTooShort
        If it has fewer values there than variables + 11.
    """

    def __init__(self, fit: VARResults, shock: str, instrument: pd.Series, *, drawn: bool) -> None:
        self.fit, self.shock, self.drawn = fit, shock, drawn
        dates = fit.residuals.index
        if not pd.api.types.is_numeric_dtype(instrument):
            raise SchemaError(f"the instrument of shock {shock!r} holds no numbers but {instrument.dtype}; convert it.")
        values = instrument.set_axis(as_period_index(instrument.index), axis=0).dropna()
        common = dates.intersection(values.index)
        if not len(common):
            raise SpecificationError(
                f"the instrument of shock {shock!r} shares no date with the residuals ({dates[0]} to {dates[-1]}); "
                "check its dates and frequency."
            )
        m = values.loc[common].to_numpy(dtype=float)
        if not np.isfinite(m).all() or np.ptp(m) == 0.0:
            raise SchemaError(
                f"the instrument of shock {shock!r} is constant or infinite on the {len(m)} common dates from "
                f"{common[0]} on; it identifies nothing there."
            )
        needed = len(fit.variables) + 1 + SPARE
        if len(m) < needed:
            raise SampleTooShort(
                f"the instrument of shock {shock!r} has {len(m)} values on the dates of the residuals; {needed} are "
                "needed (variables + 1 + 10)."
            )
        self.rows = dates.get_indexer(common)
        self.instrument = m - m.mean()

    def columns(self, reduced: ReducedDraws, generator: np.random.Generator) -> Array:
        """Column q of every draw, (n, N)."""
        fit, m = self.fit, self.instrument
        y = fit.data.frame.to_numpy(dtype=float)[fit.lags :][self.rows]
        errors = y - fit.parent.design(fit.lags)[self.rows] @ reduced.coefficients
        errors = errors - errors.mean(axis=1, keepdims=True)
        lower = np.linalg.cholesky(np.swapaxes(errors, 1, 2) @ errors)
        slope = np.linalg.solve(lower, (m @ errors)[..., None])
        if self.drawn:
            free = len(m) - 1 - slope.shape[1]
            rest = m @ m - (slope**2).sum(axis=(1, 2))
            spread = np.sqrt(rest / generator.chisquare(free, size=len(slope)))
            slope = slope + spread[:, None, None] * generator.standard_normal(slope.shape)
        beta = np.linalg.solve(np.swapaxes(lower, 1, 2), slope)
        column = (np.swapaxes(reduced.factor, 1, 2) @ beta)[..., 0]
        unit: Array = (column / np.linalg.norm(column, axis=1, keepdims=True)).T
        return unit
