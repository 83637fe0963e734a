"""Vector autoregressions: reduced form, identification, responses."""

from econ.var.bayesian import BayesianVAR
from econ.var.bayesian_results import BayesianVARResults
from econ.var.breaks import sup_f
from econ.var.causality import instantaneous
from econ.var.changing_volatility import ChangingVolatility, ChangingVolatilityResults
from econ.var.cholesky import Cholesky
from econ.var.common_volatility import CommonVolatility
from econ.var.counterfactual import Counterfactual, counterfactual
from econ.var.generalised import generalised_irf
from econ.var.heteroskedasticity import Heteroskedasticity, HeteroskedasticityResults
from econ.var.irf import IRF
from econ.var.lag_choice import lag_order
from econ.var.long_run import LongRun
from econ.var.max_share import MaxShare
from econ.var.minnesota import Minnesota
from econ.var.model import VAR
from econ.var.narrative import ShockContribution, ShockSign
from econ.var.non_gaussian import NonGaussian, NonGaussianResults
from econ.var.outlier_scaling import OutlierScaling
from econ.var.proxy import Proxy, ProxyResults
from econ.var.resampling import MovingBlock, Residual, Wild
from econ.var.results import VARResults
from econ.var.robust_bounds import RobustBounds
from econ.var.scenario import Scenario, scenario
from econ.var.set_identified import SetIdentified
from econ.var.sign_restrictions import SignRestrictions
from econ.var.structural import StructuralResults

__all__ = [
    "BayesianVAR",
    "BayesianVARResults",
    "ChangingVolatility",
    "ChangingVolatilityResults",
    "Cholesky",
    "CommonVolatility",
    "Counterfactual",
    "Heteroskedasticity",
    "HeteroskedasticityResults",
    "IRF",
    "LongRun",
    "MaxShare",
    "Minnesota",
    "MovingBlock",
    "NonGaussian",
    "NonGaussianResults",
    "OutlierScaling",
    "Proxy",
    "ProxyResults",
    "Residual",
    "RobustBounds",
    "Scenario",
    "SetIdentified",
    "ShockContribution",
    "ShockSign",
    "SignRestrictions",
    "StructuralResults",
    "VAR",
    "VARResults",
    "Wild",
    "counterfactual",
    "generalised_irf",
    "instantaneous",
    "lag_order",
    "scenario",
    "sup_f",
]
