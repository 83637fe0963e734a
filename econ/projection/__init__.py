"""Local projections, instruments and granular shocks."""

from econ.projection.average import Average, average
from econ.projection.bias import BiasCorrection, bias_corrected
from econ.projection.bootstrap import PlugIn
from econ.projection.model import LocalProjection
from econ.projection.results import ProjectionResults
from econ.projection.smooth import SmoothResults, smooth

__all__ = [
    "Average",
    "BiasCorrection",
    "LocalProjection",
    "PlugIn",
    "ProjectionResults",
    "SmoothResults",
    "average",
    "bias_corrected",
    "smooth",
]
