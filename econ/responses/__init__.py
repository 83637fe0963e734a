"""Responses to shocks, and the ways to redraw them: what VARs and projections share."""

from econ.responses.irf import IRF
from econ.responses.joint import Cell, Identified, JointResponses, Reading
from econ.responses.resampling import Bootstrap, MovingBlock, Residual, Wild

__all__ = ["Bootstrap", "Cell", "IRF", "Identified", "JointResponses", "MovingBlock", "Reading", "Residual", "Wild"]
