"""Choices of the specification curves, fixed on 27 November 2026 before their programs existed.

Every axis is a choice that somebody who asks the question could defend, and one that nobody should: changes in position, valuation
and all, for purchases. What had been seen: every exhibit of the paper but the curves. Left out for reasons: other
vintages, of which the archive holds one; weeks, whose custody holdings are another variable and have a table of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from econ import checks
from econ.report import Choices

CONCEPTS = ("purchases", "positions")
DESIGNS = ("least squares", "granular", "intervention")
CONTROLS = ("none", "policy", "all")
WEIGHTS = ("equal", "calm")
SCALES = ("debt", "dollars")


# fmt: off
@dataclass(frozen=True)
class Multiverse(Choices, part="multiverse"):
    """Axes of the curves of H1 and H2."""

    sellers: kind.Names = ("china", "china_belgium", "official", "foreign")  # China alone, with Belgium as in custody, officials, all
    concepts: kind.Names = CONCEPTS  # what stands for sales
    outcomes: kind.SeriesList = ("yield_2y", "yield_10y", "term_premium_10y")  # what moves
    horizons: kind.Horizons = (0, 1, 3)  # months over which the yield changes, beyond the month of the sale
    controls: kind.Names = CONTROLS  # none; the Fed's purchases and German yields; financial conditions too
    lags: kind.Horizons = (0, 3, 6)  # of outcome, sales and controls
    samples: kind.Names = ("main", "early", "long", "whole")  # of the paper's samples
    designs: kind.Names = DESIGNS  # plain, by granular shocks, by Japan's operations
    weights: kind.Names = WEIGHTS  # months alike, or by the inverse of the variance of daily yields in the month before
    shifts: kind.Count = 199  # of the outcome against the rest: draws under the null
    size: kind.Level = 0.05  # at which a specification counts as significant
    depth: kind.Count = 3  # of the tree
    ally_horizons: kind.Horizons = (3, 6, 12)  # months of the offset
    allies: kind.Names = ("japan", "uk", "japan_uk")  # who buys: each, and both
    ally_sellers: kind.Names = ("china", "china_belgium")  # who sells
    ally_lags: kind.Horizons = (1, 3, 6)  # of both flows and the controls
    ally_controls: kind.Names = ("none", "policy")  # as above
    ally_designs: kind.Names = ("least squares", "granular")  # as above
    # Added when results had been seen: estimates by instruments that move nothing ran to 11,931 bp, and were all of the variance.
    # The scale was added then too; by rule it meets one set of weights and one number of lags.
    scales: kind.Names = SCALES  # percent of the debt of the time; dollars, in percent of the sample's average debt
    strong: kind.Positive = 10.0  # first-stage F, robust, below which a specification is counted as failed

    def check(self) -> None:
        """Refuse what no axis has."""
        known = {"concepts": CONCEPTS, "designs": DESIGNS, "controls": CONTROLS, "weights": WEIGHTS, "scales": SCALES,
                 "ally_controls": CONTROLS, "ally_designs": DESIGNS[:2]}
        for name, options in known.items():
            for each in getattr(self, name):
                checks.choice(f"multiverse.{name}", each, options)
# fmt: on
