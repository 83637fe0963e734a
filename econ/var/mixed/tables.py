"""The tables of a mixed-frequency model: which of them is the base, and by which rule the others aggregate it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from econ import checks
from econ.data.dataset import Dataset, as_dataset
from econ.errors import FrequencyError, SchemaError, SpecificationError

RANKS = {"D": 0, "W": 1, "M": 2, "Q": 3, "Y": 4}
"""Frequencies from high to low."""
WORDS = {"D": "daily", "W": "weekly", "M": "monthly", "Q": "quarterly", "Y": "annual", "U": "undated"}
RULES = ("sum", "average", "end")

Tables = Dataset | pd.DataFrame | Mapping[str, Dataset | pd.DataFrame] | Sequence[Dataset | pd.DataFrame]


def read_tables(data: Tables) -> tuple[Dataset, ...]:
    """The tables given, one frequency each, highest first; those of one frequency are joined.

    Raises
    ------
    SpecificationError
        If there is none, or something else than tables was given.
    FrequencyError
        If a table does not have the frequency that its key says, or dated tables come with undated ones.
    SchemaError
        If a column stands in two tables.
    """
    if isinstance(data, (Dataset, pd.DataFrame)):
        given = [as_dataset(data)]
    elif isinstance(data, Mapping):
        given = [_of_frequency(checks.choice("frequency", key, RANKS), as_dataset(data[key])) for key in data]
    elif isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        given = [as_dataset(table) for table in data]
    else:
        raise SpecificationError(
            f"data must be a table, a list of tables, or tables by frequency ('W', 'M', ...); found "
            f"{type(data).__name__}."
        )
    if not given:
        raise SpecificationError("no table was given; give at least one.")
    seen: dict[str, Dataset] = {}
    for table in given:
        code = table.frequency
        seen[code] = table if code not in seen else _joined(seen[code], table)
    if "U" in seen and len(seen) > 1:
        raise FrequencyError(
            f"an undated table cannot be put beside a {WORDS[max(seen, key='U'.__ne__)]} one; date it."
        )
    _refuse_twice(list(seen.values()))
    return tuple(seen[code] for code in sorted(seen, key=lambda code: RANKS.get(code, 0)))


def _of_frequency(code: str, table: Dataset) -> Dataset:
    if table.frequency != code:
        raise FrequencyError(
            f"the table given as {code!r} ({WORDS[code]}) with columns {list(table.frame.columns)} is "
            f"{WORDS[table.frequency]}; give it under {table.frequency!r}, or convert it."
        )
    return table


def _joined(one: Dataset, other: Dataset) -> Dataset:
    both = one.join(other)
    if both.frequency != one.frequency:
        days = [str(each.frame.index[-1].date()) for each in (one, other)]
        raise FrequencyError(
            f"two {WORDS[one.frequency]} tables end their periods on different days (such as {days[0]} and {days[1]}); "
            "date both by the same day of the week."
        )
    return both


def _refuse_twice(tables: list[Dataset]) -> None:
    names = [str(name) for table in tables for name in table.frame.columns]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise SchemaError(f"column {twice[0]!r} stands in tables of two frequencies; rename or drop one.")


def read_rules(tables: tuple[Dataset, ...], rules: Mapping[str, str]) -> dict[str, str]:
    """The rule of every series of lower frequency, by name.

    Raises
    ------
    UnknownName
        For a rule of a series that is not in the tables.
    FrequencyError
        For a series of lower frequency without a rule, or a rule for one of the base frequency.
    SpecificationError
        For an unknown rule.
    """
    base, *low = tables
    known = [str(name) for table in tables for name in table.frame.columns]
    found = {}
    for name, rule in rules.items():
        checks.position("series", name, known, of="to aggregate")
        if name in base.frame.columns:
            raise FrequencyError(
                f"{name!r} is {WORDS[base.frequency]}, which is the base frequency, so nothing is aggregated to it; "
                "leave its rule out, or give a table of a higher frequency."
            )
        found[name] = checks.choice("rule of aggregation", rule, RULES, of=f"for {name!r}")
    for table in low:
        for name in map(str, table.frame.columns):
            if name not in found:
                raise FrequencyError(
                    f"{name!r} is {WORDS[table.frequency]} and the base is {WORDS[base.frequency]}: say how its values "
                    f"come about, aggregation={{{name!r}: 'sum' | 'average' | 'end'}}."
                )
    return found
