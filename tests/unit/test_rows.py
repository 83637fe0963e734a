"""Tables and series that belong together are matched by their rows or refused, in every public callable."""

import numpy as np
import pandas as pd
import pytest
from surface.calls import REFUSED, calls
from surface.rows import ALONE, alike, astray, filled, together

from econ import infer, multiverse
from econ.errors import EconError, SpecificationError
from econ.rows import same_rows

CALLS = calls()
ASKED = {name: rows for name, call in CALLS.items() if name not in REFUSED and (rows := together(name, call))}
TAKEN = ["anderson_rubin", "cluster", "conditional_lr", "driscoll_kraay", "effective_f", "ewc", "instrumental",
         "joint_test", "kleibergen", "leaning_curve", "newey_west", "news_leaning", "randomise", "randomise_slope",
         "reduced_form", "regime_leaning", "regress", "two_way_cluster", "white"]  # fmt: skip


@pytest.mark.filterwarnings("ignore::econ.errors.EconWarning")
@pytest.mark.parametrize("name", ASKED)
def test_an_argument_on_other_rows_is_refused_or_put_in_order(name):
    call, arguments = CALLS[name], ASKED[name]
    try:
        expected = call(**{**filled(name, call), **arguments})
    except EconError:
        assert name not in TAKEN  # takes arrays only, which have no names of rows
        return
    assert list(astray(name, call, arguments, expected)) == []


@pytest.mark.filterwarnings("ignore::econ.errors.EconWarning")
@pytest.mark.parametrize("name", TAKEN)
def test_tables_on_the_same_rows_give_the_numbers_of_the_arrays(name):
    call = CALLS[name]
    assert alike(call(**{**filled(name, call), **ASKED[name]}), call(**filled(name, call)))


def test_whoever_may_stand_on_any_rows_exists():
    assert {name for name, _ in ALONE} <= set(ASKED)


def test_the_message_names_both_and_the_first_row_that_differs():
    y = pd.Series([1.0, 2.0, 3.0], index=["a", "b", "c"])
    with pytest.raises(SpecificationError, match=r"y and x must stand on the same rows .* found b and c in place 1;"):
        same_rows(y=y, x=y.loc[["a", "c", "b"]])
    with pytest.raises(SpecificationError, match="found c and nothing in place 2; reindex"):
        same_rows(y=y, w=[1.0], x=y.iloc[:2].to_frame("x"))


def test_what_has_no_names_is_taken_by_position():
    y = pd.Series([1.0, 2.0], index=["a", "b"])
    assert same_rows(y=y, x=[1.0, 2.0], z=np.ones(2), groups=pd.Index(["u", "v"])).equals(y.index)
    assert same_rows(x=[1.0, 2.0], z=None) is None


def test_draws_of_many_tests_have_the_names_of_the_tests():
    draws = pd.DataFrame(np.abs(np.random.default_rng(1).standard_normal((99, 2))), columns=["a", "b"])
    found = pd.Series({"a": 3.0, "b": 0.5})
    assert alike(infer.romano_wolf(found, draws), infer.romano_wolf(found.to_numpy(), draws.to_numpy()))
    with pytest.raises(SpecificationError, match="null_draws and statistics must have the same names"):
        infer.romano_wolf(found[["b", "a"]], draws)
    null = {"null_values": draws, "null_scores": draws}
    assert multiverse.joint_inference(found, found, **null).draws == 99
    with pytest.raises(SpecificationError, match="null_values and scores must have the same names"):
        multiverse.joint_inference(found, found[["b", "a"]], **null)
    with pytest.raises(SpecificationError, match="null_values and null_scores must have the same names"):
        multiverse.joint_inference(found, found, null_values=draws, null_scores=draws[["b", "a"]])
