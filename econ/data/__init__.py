"""Data: from a publisher's file to a `Dataset`."""

from econ.data.archive import as_of_dates, verify_archive
from econ.data.benchmark import Benchmark, benchmark
from econ.data.calendars import calendar, calendars
from econ.data.catalogue import catalogue
from econ.data.custody import custody_adjusted
from econ.data.dataset import Dataset, Variable
from econ.data.diff import Difference, diff
from econ.data.events import events
from econ.data.facts import facts
from econ.data.flows import debt_scale, flows
from econ.data.holders import holder, holders
from econ.data.inspection import listing, verify_vintage
from econ.data.load import load
from econ.data.obtain import fetch_file
from econ.data.operations import operations
from econ.data.parsers import parse
from econ.data.realtime import first_prints, revision_statistics, revisions, vintage_revisions
from econ.data.refresh import FetchReport, fetch
from econ.data.reported import valuation_model
from econ.data.surveys import Reallocation, against_surveys, misplaced, reallocated_purchases
from econ.data.valuation import ValuationModel, fit_valuation
from econ.data.vintage import Vintage

__all__ = [
    "Benchmark",
    "Dataset",
    "Difference",
    "FetchReport",
    "Reallocation",
    "ValuationModel",
    "Variable",
    "Vintage",
    "against_surveys",
    "as_of_dates",
    "benchmark",
    "calendar",
    "calendars",
    "catalogue",
    "custody_adjusted",
    "debt_scale",
    "diff",
    "events",
    "facts",
    "fetch",
    "fetch_file",
    "first_prints",
    "fit_valuation",
    "flows",
    "holder",
    "holders",
    "listing",
    "load",
    "misplaced",
    "operations",
    "parse",
    "reallocated_purchases",
    "revision_statistics",
    "revisions",
    "valuation_model",
    "verify_archive",
    "verify_vintage",
    "vintage_revisions",
]
