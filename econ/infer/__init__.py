"""Inference: covariances, weak-instrument sets, ratios, multiplicity, equivalence and power."""

from econ.infer.covariance import cluster, driscoll_kraay, ewc, ewc_critical, ewc_terms, newey_west, white
from econ.infer.equivalence import Equivalence, equivalence, minimum_detectable_effect
from econ.infer.multiple import romano_wolf
from econ.infer.ratio import fieller
from econ.infer.regression import Regression, regress

__all__ = [
    "Equivalence",
    "Regression",
    "cluster",
    "driscoll_kraay",
    "equivalence",
    "ewc",
    "ewc_critical",
    "ewc_terms",
    "fieller",
    "minimum_detectable_effect",
    "newey_west",
    "regress",
    "romano_wolf",
    "white",
]
