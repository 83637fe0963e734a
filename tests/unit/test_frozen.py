"""Frozen mappings and guarded classes."""

import copy
import dataclasses
import pickle
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from econ.frozen import FrozenMapping, guarded


@guarded
@dataclasses.dataclass(frozen=True, eq=False)
class Results:
    table: pd.DataFrame
    values: np.ndarray
    note: str = "n"
    extra: pd.Series | None = None

    @cached_property
    def doubled(self) -> pd.DataFrame:
        return 2.0 * self.table

    @cached_property
    def squares(self) -> np.ndarray:
        return self.values**2


@guarded
@dataclasses.dataclass(frozen=True, eq=False)
class More(Results):
    last: np.ndarray = dataclasses.field(kw_only=True, default_factory=lambda: np.zeros(2))


@pytest.fixture
def results():
    return Results(pd.DataFrame({"x": [1.0, 2.0]}), np.array([3.0, 4.0]))


def test_tables_are_copies_and_arrays_refuse_writing(results):
    table, doubled = results.table, results.doubled
    table.loc[0, "x"] = 9.0
    table["new"] = 1.0
    doubled.iloc[:, :] = 0.0
    assert results.table.to_dict("list") == {"x": [1.0, 2.0]}
    assert results.doubled["x"].tolist() == [2.0, 4.0]
    for array in (results.values, results.squares):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9.0


def test_fields_stay_frozen_optional_and_replaceable(results):
    with pytest.raises(dataclasses.FrozenInstanceError):
        results.table = None
    assert results.extra is None
    assert results.note == "n"
    other = dataclasses.replace(results, values=np.ones(2))
    assert other.squares.tolist() == [1.0, 1.0]
    assert results.squares.tolist() == [9.0, 16.0]
    more = More(results.table, results.values)
    with pytest.raises(ValueError, match="read-only"):
        more.last[0] = 1.0
    with pytest.raises(TypeError, match="missing"):
        Results(results.table)


def test_what_is_computed_once_is_computed_once(results):
    first = results.squares
    assert first is results.squares is results.__dict__["squares"]
    assert "doubled" not in results.__dict__
    assert Results.doubled.__doc__ is None


def test_guarded_objects_and_mappings_survive_pickle_and_copy():
    mapping = FrozenMapping({"a": 1})
    for again in (pickle.loads(pickle.dumps(mapping)), copy.deepcopy(mapping)):
        assert again == mapping == {"a": 1}
    with pytest.raises(TypeError):
        mapping["a"] = 2
    with pytest.raises(KeyError):
        mapping["b"]
