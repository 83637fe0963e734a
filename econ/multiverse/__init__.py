"""Specification curves: every defensible choice estimated, drawn, taken apart and tested jointly."""

from econ.multiverse.choices import Rule, Same
from econ.multiverse.curve import SpecificationCurve
from econ.multiverse.decomposition import ChoiceTree, Node
from econ.multiverse.joint import JointInference, joint_inference
from econ.multiverse.linear import LinearSpecification
from econ.multiverse.nulls import Batched, NullPlan
from econ.multiverse.results import SpecificationCurveResults

__all__ = [
    "Batched",
    "ChoiceTree",
    "JointInference",
    "LinearSpecification",
    "Node",
    "NullPlan",
    "Rule",
    "Same",
    "SpecificationCurve",
    "SpecificationCurveResults",
    "joint_inference",
]
