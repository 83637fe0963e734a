"""Arguments that belong together row by row: which they are, and what becomes of an answer when one is moved."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
from surface.hostile import helpful
from surface.instances import noise

from econ.errors import EconError

ALONE = {
    ("Dataset.from_frame", "frame"): "one table, whose dates are its own",
    ("EventStudy", "daily"): "days in the place of rows: fit refuses events outside of them",
    ("EventStudy", "events"): "their days are a column; the rows have numbers",
    ("vintage_revisions", "old"): "dates and holders are columns, by which both tables are matched",
    ("vintage_revisions", "new"): "dates and holders are columns, by which both tables are matched",
    ("ValuationModel.returns", "yields"): "one table, whose months are its own",
}
"""Callables and the argument that may stand on any rows, and why."""


def filled(name, call):
    """What else has rows in a call of the table that leaves it out."""
    sizes = {len(value) for value in call.arguments.values() if _is_rows(value)}
    size = max(sizes, default=0)
    if name in ("anderson_rubin", "conditional_lr", "effective_f", "kleibergen", "reduced_form"):
        return {"cov": "cluster", "groups": np.arange(size) // 4}
    if name == "regress":
        index = call.arguments["y"].index
        return {"cov": "cluster", "bandwidth": None, "groups": pd.Series(np.arange(size) // 4, index)}
    if name == "randomise_slope":
        return {"exposure": call.arguments["amounts"] + 0.1 * noise(size, seed=21)}
    if name in ("BayesianVAR", "VAR", "VECM", "lag_order"):
        index = call.arguments["data"].index
        return {"exog": pd.DataFrame({"w": noise(len(index), seed=22)}, index)}
    return {}


def together(name, call):
    """The arguments of a call that stand on rows, arrays dressed as tables; none where a single one does."""
    given = {**call.arguments, **filled(name, call)}
    found = {each: dressed(value) for each, value in given.items() if _is_rows(value)}
    alone = len(found) < 2 and not ("." in name and any(not isinstance(given[each], np.ndarray) for each in found))
    return {} if alone else found


def _is_rows(value):
    return isinstance(value, (pd.Series, pd.DataFrame, np.ndarray)) and value.ndim in (1, 2) and len(value) > 1


def dressed(value):
    """An array as a series or table on months; tables as they are."""
    if not isinstance(value, np.ndarray):
        return value
    index = pd.period_range("2000-01", periods=len(value), freq="M")
    if value.ndim == 1:
        return pd.Series(value, index)
    return pd.DataFrame(value, index, [f"c{column}" for column in range(value.shape[1])])


def moved(table):
    """The same table with its rows in another order, and with the same values on rows that no other table has."""
    order = np.random.default_rng(1).permutation(len(table))
    yield "shuffled", table.iloc[np.roll(np.arange(len(table)), 1) if (order == np.arange(len(table))).all() else order]
    index = table.index
    if isinstance(index, pd.PeriodIndex):
        yield "of another time", table.set_axis(index + 1000, axis=0)
    elif isinstance(index, pd.DatetimeIndex):
        yield "of another time", table.set_axis(index + pd.Timedelta(weeks=2000), axis=0)
    elif pd.api.types.is_integer_dtype(index.dtype):
        yield "of other numbers", table.set_axis(index + 1000, axis=0)


def astray(name, call, arguments, expected):
    """What is wrong with the answers when one argument stands on other rows than the rest; nothing where all refuse."""
    for each, table in arguments.items():
        for how, other in moved(table):
            if (name, each) in ALONE and how != "shuffled":
                continue
            try:
                found = call(**{**filled(name, call), **arguments, each: other})
            except EconError as error:
                if not helpful(str(error)):
                    yield each, how, f"says only {str(error)!r}"
                continue
            if how != "shuffled" or not alike(found, expected):
                yield each, how, "is answered with other numbers" if how == "shuffled" else "is answered"


def alike(found, expected):
    """Whether two answers hold the same numbers, tables compared by the names of their rows."""
    one, other = dict(_numbers(found)), dict(_numbers(expected))
    return one.keys() == other.keys() and all(
        np.isclose(one[place], other[place], rtol=1e-6, atol=1e-9, equal_nan=True) for place in one
    )


def _numbers(found, place="", depth=0):
    """Every number of an answer by its place."""
    if isinstance(found, (int, float, np.number)) and not isinstance(found, bool):
        yield place, float(found)
    elif isinstance(found, np.ndarray):
        if found.dtype.kind in "fiu":
            yield from ((f"{place}.{number}", float(value)) for number, value in enumerate(found.ravel()))
    elif isinstance(found, (pd.Series, pd.DataFrame)):
        table = found.to_frame("v") if isinstance(found, pd.Series) else found
        for label, row in table.iterrows():
            yield from ((f"{place}[{label}][{column}]", value) for column, value in row.items() if _is_number(value))
    elif depth < 4 and isinstance(found, Mapping):
        for key, value in found.items():
            yield from _numbers(value, f"{place}[{key}]", depth + 1)
    elif depth < 4 and isinstance(found, (tuple, list)):
        for number, value in enumerate(found):
            yield from _numbers(value, f"{place}[{number}]", depth + 1)
    elif depth < 4 and is_dataclass(found) and not isinstance(found, type):
        for each in fields(found):
            if each.name not in ("parent", "origin", "scheme"):
                yield from _numbers(getattr(found, each.name), f"{place}.{each.name}", depth + 1)


def _is_number(value):
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
