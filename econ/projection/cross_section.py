"""`CrossSection`: one horizon of a panel projection, effects and controls partialled out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from econ.arrays import Array
from econ.frozen import guarded
from econ.projection.effects import Effects


@guarded
@dataclass(frozen=True, eq=False)
class CrossSection:
    """One horizon: response and impulse (N,) with effects and controls partialled out.

    Parameters
    ----------
    outcome, impulse : array (N,)
        Residuals.
    instruments : array (N, m)
        Residuals of the instruments; the impulse itself, (N, 1), by least squares.
    controls : array (N, c)
        Orthonormal controls, effects taken out.
    effects : Effects
        Unit and time codes of the rows.
    columns : int
        Coefficients, unit effects not counted.
    """

    outcome: Array = field(repr=False)
    impulse: Array = field(repr=False)
    instruments: Array = field(repr=False)
    controls: Array = field(repr=False)
    effects: Effects = field(repr=False)
    columns: int

    @property
    def nobs(self) -> int:
        """Rows."""
        return len(self.outcome)

    @cached_property
    def fitted(self) -> Array:
        """First stage: projection of the impulse on the instruments (N,)."""
        z = self.instruments
        return np.asarray(z @ np.linalg.solve(z.T @ z, z.T @ self.impulse))

    @cached_property
    def point(self) -> float:
        """Two-stage (or ordinary) least-squares response."""
        return float(self.fitted @ self.outcome / (self.fitted @ self.impulse))

    @cached_property
    def influence(self) -> Array:
        """Influence functions (N,)."""
        u = self.outcome - self.impulse * self.point
        return np.asarray(self.fitted * u / (self.fitted @ self.impulse))

    @property
    def factor(self) -> float:
        """Small-sample factor of the clustered variance."""
        groups = int(self.effects.units.max()) + 1
        return groups / (groups - 1.0) * (self.nobs - 1.0) / (self.nobs - self.columns)

    def basis(self) -> Array:
        """Orthonormal basis of period effects, controls and instruments, unit effects taken out of each."""
        effects = self.effects
        dummies = np.zeros((self.nobs, effects.columns))
        dummies[np.arange(self.nobs), effects.periods if effects.time else 0] = 1.0
        if effects.unit:  # the unit effects, which are not listed, span one of them
            dummies = replace(effects, time=False).residual(dummies)[:, 1:]
        return np.linalg.qr(np.column_stack([dummies, self.controls, self.instruments]))[0]

    def residual(self, v: Array) -> Array:
        """Residuals of (N, c) on effects and controls."""
        v = self.effects.residual(v)
        return np.asarray(v - self.controls @ (self.controls.T @ v))
