"""The wild cluster bootstrap of a panel projection, for many nulls at once."""

from __future__ import annotations

import numpy as np

from econ.arrays import Array
from econ.infer._kernels import by_group
from econ.projection.cross_section import CrossSection

ROUNDING = 1e-12


class WildTest:
    """P-values of many nulls from sums by unit, computed once.

    The test of b0 is that the m instruments x (by least squares the impulse itself) have no coefficients in
    ``e = y - b0 d``. With signs v by unit, ``a = x'(v e)``, the score of unit g is ``s_g = x_g'R(v e)_g - x_g'x_g
    (x'x)^{-1} a`` with R the residuals on effects and controls, and ``W* = a'(sum_g s_g s_g')^{-1} a``; W has v = 1.
    Both a and s are linear in b0.
    """

    def __init__(self, section: CrossSection, signs: Array) -> None:
        x, units = section.instruments, section.effects.units
        groups = int(units.max()) + 1
        member = np.zeros((section.nobs, groups))
        member[np.arange(section.nobs), units] = 1.0
        own = by_group((x[:, :, None] * x[:, None, :]).reshape(section.nobs, -1), units)
        shrink = own.reshape(groups, *(2 * [x.shape[1]])) @ np.linalg.inv(x.T @ x)
        draws = np.vstack([np.ones(groups), signs])
        self.sums: list[Array] = []
        self.scores: list[Array] = []
        for values in (section.outcome, section.impulse):
            spread = section.residual(member * values[:, None])
            sums = draws @ by_group(x * values[:, None], units)
            by_unit = np.stack([draws @ by_group(x[:, [j]] * spread, units).T for j in range(x.shape[1])], axis=-1)
            self.sums.append(sums)
            self.scores.append(by_unit - np.einsum("gij,bj->bgi", shrink, sums))

    def __call__(self, nulls: Array) -> Array:
        """P-values of each null."""
        return np.array([self._one(float(null)) for null in np.asarray(nulls)])

    def _one(self, null: float) -> float:
        a = self.sums[0] - null * self.sums[1]
        scores = self.scores[0] - null * self.scores[1]
        wald = (a * np.linalg.solve(np.swapaxes(scores, 1, 2) @ scores, a[:, :, None])[:, :, 0]).sum(axis=1)
        return float((1.0 + (wald[1:] >= wald[0] * (1.0 - ROUNDING)).sum()) / len(wald))
