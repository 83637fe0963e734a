"""Vector autoregressions: reduced form, identification, responses."""

from econ.responses.irf import IRF
from econ.responses.resampling import MovingBlock, Residual, Wild
from econ.var.cointegration.levels import CointegratedVARResults
from econ.var.cointegration.model import VECM
from econ.var.cointegration.permanent_transitory import PermanentTransitory
from econ.var.cointegration.rank_tests import RankTests
from econ.var.cointegration.restrictions import RestrictionTest
from econ.var.cointegration.results import VECMResults
from econ.var.cointegration.svec import SVEC, SVECResults
from econ.var.mixed.evaluation import NowcastEvaluation, pseudo_real_time
from econ.var.mixed.latent import LatentValues, Nowcast
from econ.var.mixed.model import MixedFrequencyVAR
from econ.var.mixed.results import MixedFrequencyResults
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
from econ.var.varying.kernel import KernelVAR, KernelVARResults
from econ.var.varying.model import TimeVaryingVAR
from econ.var.varying.prior import DriftPrior
from econ.var.varying.results import TimeVaryingVARResults
from econ.var.varying.structural import VaryingStructural

__all__ = [
    "AsymmetricMinnesota",
    "BayesianVAR",
    "BayesianVARResults",
    "ChangingVolatility",
    "ChangingVolatilityResults",
    "Cholesky",
    "CointegratedVARResults",
    "CommonVolatility",
    "Counterfactual",
    "DriftPrior",
    "ElasticityPrior",
    "FactorAugmentedResults",
    "FactorAugmentedStructural",
    "FactorAugmentedVAR",
    "Heteroskedasticity",
    "HeteroskedasticityResults",
    "IRF",
    "KernelVAR",
    "KernelVARResults",
    "LatentValues",
    "LongRun",
    "MaxShare",
    "Minnesota",
    "MixedFrequencyResults",
    "MixedFrequencyVAR",
    "MovingBlock",
    "NonGaussian",
    "NonGaussianResults",
    "Nowcast",
    "NowcastEvaluation",
    "OutlierScaling",
    "PermanentTransitory",
    "Proxy",
    "ProxyResults",
    "RankTests",
    "Residual",
    "RestrictionTest",
    "RobustBounds",
    "SVEC",
    "SVECResults",
    "Scenario",
    "SetIdentified",
    "ShockContribution",
    "ShockSign",
    "SignRestrictions",
    "StructuralResults",
    "SupplyDemand",
    "SupplyDemandDraws",
    "SupplyDemandResults",
    "TimeVaryingVAR",
    "TimeVaryingVARResults",
    "VAR",
    "VARResults",
    "VECM",
    "VECMResults",
    "VaryingStructural",
    "Wild",
    "counterfactual",
    "factor_number",
    "generalised_irf",
    "instantaneous",
    "lag_order",
    "pseudo_real_time",
    "scenario",
    "sup_f",
]
