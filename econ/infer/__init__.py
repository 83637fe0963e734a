"""Inference: covariances, weak-instrument sets, ratios, multiplicity, equivalence and power."""

from econ.infer.bands import sup_t
from econ.infer.bayes_factor import BayesFactor, bayes_factor, replication_bayes_factor
from econ.infer.bounds import Bounds, imbens_manski, opposite_bias
from econ.infer.breaks import Breaks, bai_perron
from econ.infer.calendar import CalendarCovariance, calendar_covariance
from econ.infer.covariance import cluster, driscoll_kraay, ewc, ewc_critical, ewc_terms, newey_west, white
from econ.infer.distance import MinimumDistance, minimum_distance
from econ.infer.equivalence import Equivalence, equivalence, minimum_detectable_effect, smallest_bound
from econ.infer.form import ReducedForm
from econ.infer.hyperbola import LeaningCurve, leaning_curve
from econ.infer.instrumental import Instrumental, instrumental
from econ.infer.joint import joint_test
from econ.infer.leaning import NewsLeaning, news_leaning
from econ.infer.multiple import benjamini_yekutieli, romano_wolf
from econ.infer.randomisation import Randomisation, randomise, randomise_slope
from econ.infer.ratio import fieller
from econ.infer.regimes import RegimeLeaning, regime_leaning
from econ.infer.regression import Regression, regress
from econ.infer.score_sets import kleibergen
from econ.infer.stacked import LinearMoment, StackedMoments, stacked_moments
from econ.infer.strength import EffectiveF, effective_f, tf_interval
from econ.infer.two_way import two_way_cluster
from econ.infer.unit_roots import unit_root
from econ.infer.verdict import Claim, Verdict, verdict
from econ.infer.weak import anderson_rubin, conditional_lr, reduced_form

__all__ = [
    "BayesFactor",
    "Bounds",
    "Breaks",
    "CalendarCovariance",
    "Claim",
    "EffectiveF",
    "Equivalence",
    "Instrumental",
    "LeaningCurve",
    "LinearMoment",
    "MinimumDistance",
    "NewsLeaning",
    "Randomisation",
    "ReducedForm",
    "RegimeLeaning",
    "Regression",
    "StackedMoments",
    "Verdict",
    "anderson_rubin",
    "bai_perron",
    "bayes_factor",
    "benjamini_yekutieli",
    "calendar_covariance",
    "cluster",
    "conditional_lr",
    "driscoll_kraay",
    "effective_f",
    "equivalence",
    "ewc",
    "ewc_critical",
    "ewc_terms",
    "fieller",
    "imbens_manski",
    "instrumental",
    "joint_test",
    "kleibergen",
    "leaning_curve",
    "minimum_detectable_effect",
    "minimum_distance",
    "newey_west",
    "news_leaning",
    "opposite_bias",
    "randomise",
    "randomise_slope",
    "reduced_form",
    "regime_leaning",
    "regress",
    "replication_bayes_factor",
    "romano_wolf",
    "smallest_bound",
    "stacked_moments",
    "sup_t",
    "tf_interval",
    "two_way_cluster",
    "unit_root",
    "verdict",
    "white",
]
