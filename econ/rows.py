"""Tables and series that belong together stand on the same rows, or are refused: none is matched by place."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

import pandas as pd

from econ.errors import SpecificationError


def same_rows(**given: object) -> pd.Index | None:
    """The rows that tables and series stand on together, None if nothing given has rows with names.

    What has no names of its own, such as an array, a list or labels in an Index, is taken by position.

    Parameters
    ----------
    **given : object
        By the argument they were passed as.

    Raises
    ------
    SpecificationError
        If one stands on other rows than another, or on the same in another order; names both and the first such row.

    Examples
    --------
    >>> import pandas as pd
    >>> same_rows(y=pd.Series([1.0, 2.0], index=["a", "b"]), x=[3.0, 4.0]).tolist()
    ['a', 'b']
    """
    rows = {name: each.index for name, each in given.items() if isinstance(each, (pd.Series, pd.DataFrame))}
    return _same("stand on the same rows in the same order", "reindex one to the other", rows)


def same_columns(table: str, by: object, **given: object) -> None:
    """Refuse values whose names are not the columns of the table that belongs to them.

    Parameters
    ----------
    table : str
        Argument that the table was passed as, for the message.
    by : object
        The table; one without names, such as an array, has its columns taken by position.
    **given : object
        Values, one a column, by the argument they were passed as.

    Raises
    ------
    SpecificationError
        Naming both and the first name that differs.

    Examples
    --------
    >>> import pandas as pd
    >>> same_columns("draws", pd.DataFrame({"a": [1.0], "b": [2.0]}), values=pd.Series({"a": 3.0, "b": 4.0}))
    """
    columns = {table: by.columns} if isinstance(by, pd.DataFrame) else {}
    for name, each in given.items():
        if isinstance(each, pd.Series):
            columns[name] = each.index
        elif isinstance(each, pd.DataFrame):
            columns[name] = each.columns
    _same("have the same names in the same order", "reorder one like the other", columns)


def _same(rule: str, cure: str, labels: Mapping[str, pd.Index]) -> pd.Index | None:
    if not labels:
        return None
    (first, rows), *others = labels.items()
    for name, other in others:
        if not other.equals(rows):
            pairs = zip_longest(rows, other, fillvalue="nothing")
            kinds = f"{rows.dtype} and {other.dtype}"
            unlike = (f"{a} and {b} in place {i}" for i, (a, b) in enumerate(pairs) if a != b)
            raise SpecificationError(f"{first} and {name} must {rule}; found {next(unlike, kinds)}; {cure}.")
    return rows
