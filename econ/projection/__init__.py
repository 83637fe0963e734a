"""Local projections, instruments and granular shocks."""

from econ.projection.bootstrap import PlugIn
from econ.projection.model import LocalProjection
from econ.projection.results import ProjectionResults

__all__ = ["LocalProjection", "PlugIn", "ProjectionResults"]
