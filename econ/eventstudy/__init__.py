"""Event studies: abnormal changes around dates, tests of no effect, placebo dates."""

from econ.eventstudy.calendar import place_events
from econ.eventstudy.families import joint_tests, romano_wolf_table
from econ.eventstudy.operation_results import OperationResults
from econ.eventstudy.operations import Operations
from econ.eventstudy.outcome import Outcome
from econ.eventstudy.placebo import Placebo
from econ.eventstudy.pooled import PooledEvents
from econ.eventstudy.results import EventStudyResults
from econ.eventstudy.shift import VarianceShift
from econ.eventstudy.size import size_table
from econ.eventstudy.study import EventStudy
from econ.eventstudy.surprise import release_surprises

__all__ = [
    "EventStudy",
    "EventStudyResults",
    "OperationResults",
    "Operations",
    "Outcome",
    "Placebo",
    "PooledEvents",
    "VarianceShift",
    "joint_tests",
    "place_events",
    "release_surprises",
    "romano_wolf_table",
    "size_table",
]
