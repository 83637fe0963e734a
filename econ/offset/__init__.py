"""Offset (H2): how much of foreign selling allied buying replaces, in quantities and in prices."""

from econ.offset.adding_up import AddingUp, adding_up, pro_rata
from econ.offset.behaviour import EPISODES, Reaction, episodes, reaction_function
from econ.offset.decision import Decision, decide, decisions
from econ.offset.instrumented import instrumented_offset
from econ.offset.own_shocks import OwnShocks
from econ.offset.price import price_offset
from econ.offset.quantity import quantity_offset
from econ.offset.shut_off import ShutOff
from econ.offset.states import StateOffset, state_offset
from econ.offset.symmetry import Symmetry, instrumented_symmetry, symmetry
from econ.offset.terms import TENSION, event_months, hedged_pickup, realised_volatility

__all__ = [
    "AddingUp",
    "Decision",
    "EPISODES",
    "OwnShocks",
    "Reaction",
    "ShutOff",
    "StateOffset",
    "Symmetry",
    "TENSION",
    "adding_up",
    "decide",
    "decisions",
    "episodes",
    "event_months",
    "hedged_pickup",
    "instrumented_offset",
    "instrumented_symmetry",
    "price_offset",
    "pro_rata",
    "quantity_offset",
    "reaction_function",
    "realised_volatility",
    "state_offset",
    "symmetry",
]
