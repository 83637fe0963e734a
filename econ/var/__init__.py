"""Vector autoregressions: reduced form, identification, responses."""

from econ.responses.irf import IRF
from econ.responses.resampling import MovingBlock, Residual, Wild
from econ.var.posterior.asymmetric import AsymmetricMinnesota
from econ.var.posterior.bayesian import BayesianVAR
from econ.var.posterior.bayesian_results import BayesianVARResults
from econ.var.posterior.common_volatility import CommonVolatility
from econ.var.posterior.elasticity_prior import ElasticityPrior
from econ.var.posterior.minnesota import Minnesota
from econ.var.posterior.outlier_scaling import OutlierScaling
from econ.var.posterior.supply_demand import SupplyDemand
from econ.var.posterior.supply_demand_results import SupplyDemandDraws, SupplyDemandResults
from econ.var.reduced.breaks import sup_f
from econ.var.reduced.causality import instantaneous
from econ.var.reduced.factor_number import factor_number
from econ.var.reduced.lag_choice import lag_order
from econ.var.reduced.model import VAR
from econ.var.reduced.results import VARResults
from econ.var.schemes.changing_volatility import ChangingVolatility, ChangingVolatilityResults
from econ.var.schemes.cholesky import Cholesky
from econ.var.schemes.heteroskedasticity import Heteroskedasticity, HeteroskedasticityResults
from econ.var.schemes.long_run import LongRun
from econ.var.schemes.max_share import MaxShare
from econ.var.schemes.non_gaussian import NonGaussian, NonGaussianResults
from econ.var.schemes.proxy import Proxy, ProxyResults
from econ.var.sets.narrative import ShockContribution, ShockSign
from econ.var.sets.robust_bounds import RobustBounds
from econ.var.sets.set_identified import SetIdentified
from econ.var.sets.sign_restrictions import SignRestrictions
from econ.var.structure.counterfactual import Counterfactual, counterfactual
from econ.var.structure.factor_augmented import FactorAugmentedVAR
from econ.var.structure.factor_augmented_results import FactorAugmentedResults, FactorAugmentedStructural
from econ.var.structure.generalised import generalised_irf
from econ.var.structure.scenario import Scenario, scenario
from econ.var.structure.structural import StructuralResults

__all__ = [
    "AsymmetricMinnesota",
    "BayesianVAR",
    "BayesianVARResults",
    "ChangingVolatility",
    "ChangingVolatilityResults",
    "Cholesky",
    "CommonVolatility",
    "Counterfactual",
    "ElasticityPrior",
    "FactorAugmentedResults",
    "FactorAugmentedStructural",
    "FactorAugmentedVAR",
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
    "SupplyDemand",
    "SupplyDemandDraws",
    "SupplyDemandResults",
    "VAR",
    "VARResults",
    "Wild",
    "counterfactual",
    "factor_number",
    "generalised_irf",
    "instantaneous",
    "lag_order",
    "scenario",
    "sup_f",
]
