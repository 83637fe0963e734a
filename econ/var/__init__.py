"""Vector autoregressions: reduced form, identification, responses."""

from econ.var.cholesky import Cholesky
from econ.var.irf import IRF
from econ.var.lag_choice import lag_order
from econ.var.model import VAR
from econ.var.resampling import MovingBlock, Residual, Wild
from econ.var.results import VARResults
from econ.var.structural import StructuralResults

__all__ = [
    "IRF",
    "VAR",
    "Cholesky",
    "MovingBlock",
    "Residual",
    "StructuralResults",
    "VARResults",
    "Wild",
    "lag_order",
]
