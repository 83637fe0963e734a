"""Local projections, instruments and granular shocks."""

from econ.projection.average import Average, average
from econ.projection.bias import BiasCorrection, bias_corrected
from econ.projection.bootstrap import PlugIn
from econ.projection.credentials import Credentials, balance, credentials, overidentification
from econ.projection.did import LocalProjectionDiD
from econ.projection.did_results import DiDResults
from econ.projection.elasticities import GranularElasticities, granular_elasticities
from econ.projection.granular import GranularInstrument, granular_instrument
from econ.projection.instrument import Instrument, reaction_controls
from econ.projection.instruments import custody_instrument, intervention_instrument, reserve_losses
from econ.projection.model import LocalProjection
from econ.projection.panel import PanelProjection
from econ.projection.panel_results import PanelResults
from econ.projection.path import PathProjection, PathResults
from econ.projection.results import ProjectionResults
from econ.projection.smooth import SmoothResults, smooth

__all__ = [
    "Average",
    "BiasCorrection",
    "Credentials",
    "DiDResults",
    "GranularElasticities",
    "GranularInstrument",
    "Instrument",
    "LocalProjection",
    "LocalProjectionDiD",
    "PanelProjection",
    "PanelResults",
    "PathProjection",
    "PathResults",
    "PlugIn",
    "ProjectionResults",
    "SmoothResults",
    "average",
    "balance",
    "bias_corrected",
    "credentials",
    "custody_instrument",
    "granular_elasticities",
    "granular_instrument",
    "intervention_instrument",
    "overidentification",
    "reaction_controls",
    "reserve_losses",
    "smooth",
]
