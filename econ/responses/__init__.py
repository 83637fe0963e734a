"""Responses to shocks, and the ways to redraw them: what VARs and projections share."""

from econ.responses.irf import IRF
from econ.responses.resampling import MovingBlock, Residual, Wild

__all__ = ["IRF", "MovingBlock", "Residual", "Wild"]
