"""No edit of what an object hands out, or was made of, changes what the object says."""

import copy
import dataclasses
import importlib
import inspect
import pickle
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from surface.instances import instances

import econ
from econ.infer import ReducedForm
from econ.projection import PanelProjection
from econ.responses import IRF
from econ.simulate import Regime

ROOMS = (
    "data",
    "eventstudy",
    "infer",
    "multiverse",
    "offset",
    "projection",
    "report",
    "responses",
    "simulate",
    "tables",
    "var",
)
TABLES = (pd.DataFrame, pd.Series, np.ndarray)
DEPTH = 3
EXPENSIVE = ("pdf", "svg", "plot")
"""Methods that draw: they give bytes and pages, not tables."""


def public_types():
    """Every public class but the protocols, which have no instances of their own."""
    rooms = [econ, *(importlib.import_module(f"econ.{room}") for room in ROOMS)]
    found = [getattr(room, name) for room in rooms for name in room.__all__]
    return {each for each in found if inspect.isclass(each) and not getattr(each, "_is_protocol", False)}


def children(value, methods):
    """What can be asked of an object without arguments: public attributes, methods if wanted, parts, entries."""
    if isinstance(value, (tuple, list)):
        return [(number, lambda v, n=number: v[n]) for number in range(min(len(value), 4))]
    if isinstance(value, Mapping):
        return [(key, lambda v, k=key: v[k]) for key in list(value)[:4]]
    if not type(value).__module__.startswith("econ"):
        return []
    out = []
    for name in dir(type(value)):
        if name.startswith(("_", *EXPENSIVE)):
            continue
        member = inspect.getattr_static(type(value), name)
        if inspect.isfunction(member):
            if not methods:
                continue
            wanted = list(inspect.signature(member).parameters.values())[1:]
            if all(each.default is not each.empty or each.kind is each.VAR_POSITIONAL for each in wanted):
                out.append((f"{name}()", lambda v, n=name: getattr(v, n)()))
        elif not isinstance(member, (classmethod, staticmethod)):
            out.append((name, lambda v, n=name: getattr(v, n)))
    names = {name for name, _ in out}
    fields = [each.name for each in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
    return out + [(name, lambda v, n=name: getattr(v, n)) for name in fields if name not in names]


def answer(ask, value):
    try:
        return ask(value)
    except econ.errors.EconError:
        return None  # such as a bootstrap without a seed


def tables(value, path=(), seen=None):
    """Paths to every table and array that an object hands out, by its methods too, itself or through others."""
    seen = {} if seen is None else seen
    for name, ask in children(value, methods=not path):
        found, here = answer(ask, value), (*path, (name, ask))
        if isinstance(found, TABLES):
            yield here
        elif len(here) < DEPTH and (isinstance(found, (tuple, list, Mapping)) or _unseen(found, seen)):
            yield from tables(found, here, seen)


def _unseen(value, seen):
    if not type(value).__module__.startswith("econ") or inspect.isclass(value) or id(value) in seen:
        return False
    seen[id(value)] = value  # kept, so that the number stays its own
    return True


def follow(value, path):
    for _, ask in path:
        value = ask(value)
    return value


def edit(table):
    """Put something else in the first place; whether the table let it happen."""
    if table.size == 0:
        return False
    try:
        if isinstance(table, np.ndarray):
            table.flat[0] = 1 if table.dtype == bool and not table.flat[0] else 0 if table.dtype == bool else 77
        elif isinstance(table, pd.Series):
            table.iloc[0] = other(table.iloc[0])
        else:
            table.iloc[0, 0] = other(table.iloc[0, 0])
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        return False
    return True


def other(cell):
    if isinstance(cell, str):
        return cell + "?"
    if isinstance(cell, (bool, np.bool_)):
        return not cell
    if isinstance(cell, (pd.Timestamp, pd.Period)):
        return cell + 1 * cell.freq if isinstance(cell, pd.Period) else cell + pd.Timedelta(days=1)
    return 77 if isinstance(cell, (int, np.integer)) else 77.0


def same(one, two):
    if isinstance(one, np.ndarray):
        return np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    return one.equals(two)


def changed(value, only=None):
    """Paths whose answer is another after an edit of the answer before, and how many were tried."""
    wrong, count = [], 0
    for path in tables(value):
        if only is not None and path[0][0] not in only:
            continue
        before = copy.deepcopy(follow(value, path))
        table = follow(value, path)
        count += 1
        if edit(table) and not same(before, follow(value, path)):
            wrong.append(".".join(str(name) for name, _ in path))
    return wrong, count


def test_every_public_type_has_an_instance():
    absent = public_types() - {type(value) for value in instances().values()} - {econ.report.Choices}
    assert {each.__name__ for each in absent} == set()


@pytest.mark.parametrize("name", list(instances()))
def test_no_edit_of_an_answer_changes_the_next_answer(name):
    value = instances()[name]
    assert changed(value)[0] == []
    again = pickle.loads(pickle.dumps(value))
    inner = [name for name, ask in children(again, methods=False) if isinstance(answer(ask, again), TABLES)]
    assert changed(again, only=inner)[0] == []


@pytest.mark.parametrize("name", ["VARResults", "by Cholesky", "PanelResults", "EventStudyResults", "ShutOff", "Truth"])
def test_the_walk_finds_tables_in_every_room(name):
    assert changed(instances()[name])[1] > 3


@dataclasses.dataclass(frozen=True, eq=False)
class Bare:
    table: pd.DataFrame
    inner: tuple = ()


def test_the_walk_sees_a_class_without_a_guard(monkeypatch):
    monkeypatch.setattr(Bare, "__module__", "econ.bare")
    bare = Bare(pd.DataFrame({"x": [1.0]}), ({"a": np.ones(2)},))
    assert changed(bare) == (["inner.0.a", "table"], 2)


def test_no_edit_of_what_came_in_changes_the_object():
    point, units = np.ones((2, 1, 1)), {"y": "bp"}
    irf = IRF(point, ("y",), ("x",), units=units)
    whole = np.ones((2, 2))
    view = whole[:, 0]
    view.flags.writeable = False  # whoever holds the whole can still edit it
    form = ReducedForm(view, np.ones(2), np.eye(4), np.eye(2), 100)
    scale = {"s": 2.0}
    regime = Regime(0.5, scale)
    index = pd.MultiIndex.from_product([list("abcd"), range(40)])
    panel = pd.DataFrame(np.random.default_rng(1).standard_normal((160, 2)), index=index, columns=["y", "x"])
    model = PanelProjection(panel, "y", "x", lags=1)
    before = model.fit(1).point
    point[:], whole[:], units["y"], scale["s"] = 9.0, 9.0, "percent", 9.0
    panel.iloc[:, :] = panel.to_numpy()[::-1] ** 2
    assert irf.point.tolist() == [[[1.0]], [[1.0]]]
    assert irf.units == {"y": "bp"}
    assert form.outcome.tolist() == [1.0, 1.0]
    assert regime.scale == {"s": 2.0}
    np.testing.assert_array_equal(model.fit(1).point, before)
