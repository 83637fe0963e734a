"""From results to the page: tables, figures, exhibits, the paper, and the check that all can be rebuilt."""

from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.report.choices import Choices, choices_of, recorded
from econ.report.exhibit import Exhibit
from econ.report.figure import Figure
from econ.report.headline import headline
from econ.report.provenance import Trace, trace
from econ.report.run import Run
from econ.report.runner import main
from econ.report.verification import exhibits, verify
from econ.tables.numbers import render
from econ.tables.row import Panel, Row
from econ.tables.table import Table

__all__ = [
    "Choices",
    "ConfidenceSet",
    "Estimate",
    "Exhibit",
    "Figure",
    "Panel",
    "Row",
    "Run",
    "Table",
    "Trace",
    "Unavailable",
    "choices_of",
    "exhibits",
    "headline",
    "main",
    "recorded",
    "render",
    "trace",
    "verify",
]
