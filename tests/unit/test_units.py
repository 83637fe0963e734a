"""Numbers that become one are in one unit."""

import pytest

from econ.errors import SpecificationError
from econ.units import one_unit


def test_units_that_are_known_are_the_same():
    assert one_unit({"a": "bp", "b": "", "c": "bp"}) == "bp"
    assert one_unit({"a": "", "b": ""}) == one_unit({}) == ""
    with pytest.raises(SpecificationError, match="b is in 'bp' and c in 'percent'; convert one first"):
        one_unit({"a": "", "b": "bp", "c": "percent"})


def test_where_the_answer_is_printed_in_it_none_is_another_unit():
    with pytest.raises(SpecificationError, match="a is in 'bp' and b in ''; convert one first"):
        one_unit({"a": "bp", "b": ""}, known=False)
