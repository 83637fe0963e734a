"""Names and values that every table must have: columns by one name each, finite numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ.border import check_flat
from econ.errors import SchemaError
from econ.threads import silenced


def check_column_names(columns: pd.Index) -> None:
    """Refuse a column without one name of letters: a number, None or empty text would be two names in two places.

    Raises
    ------
    SchemaError
        Naming the first one.
    """
    check_flat("the table", columns)
    odd = [name for name in columns.tolist() if not isinstance(name, str) or not name.strip()]
    if odd:
        raise SchemaError(
            f"a column is called {odd[0]!r}, which is no name; give each a text, as in frame.columns.map(str) or "
            'frame.rename(columns={...: "yield_10y"}).'
        )


def check_values(frame: pd.DataFrame, *, allow_missing: bool) -> None:
    """Refuse text, infinite and (unless allowed) missing values, naming column and first date.

    Raises
    ------
    SchemaError
        With the column, the rule and the first offending date and value.
    """
    check_column_names(frame.columns)
    if not frame.columns.is_unique:
        raise SchemaError(f"column {frame.columns[frame.columns.duplicated()][0]!r} stands twice; rename one.")
    if frame.shape[1] == 0:
        raise SchemaError("the table has no columns; name at least one series.")
    if all(kind == np.dtype(float) for kind in frame.dtypes):  # one look at all where nothing is to be said
        wrong = np.isinf if allow_missing else lambda values: ~np.isfinite(values)
        if not wrong(frame.to_numpy()).any():
            return
    for name in frame.columns:
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype):
            raise SchemaError(f"column {name!r} must hold numbers; found {column.dtype}; {_remedy(column)}.")
        values = column.to_numpy(dtype=float, na_value=np.nan)
        infinite = np.isinf(values)
        if infinite.any():
            where = frame.index[int(np.argmax(infinite))]
            raise SchemaError(f"column {name!r} must be finite; found {values[np.argmax(infinite)]} at {where}.")
        absent = np.isnan(values)
        if absent.any() and not allow_missing:
            where = frame.index[int(np.argmax(absent))]
            raise SchemaError(
                f"column {name!r} must have no missing values; found nan at {where}; "
                "choose a sample without it or fill it by a rule you state."
            )


def _remedy(column: pd.Series) -> str:
    """What to do with a column that holds no numbers: dates belong into the index, text becomes numbers or goes."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return f"dates belong into the index: frame.set_index({column.name!r})"
    known = column.dropna()
    texts = not known.empty and all(isinstance(each, str) for each in known)
    if texts and pd.to_numeric(known, errors="coerce").isna().all():
        with silenced(UserWarning):  # of pandas: no one format fits, which is an answer here
            dates = pd.to_datetime(known, errors="coerce")
        if dates.notna().all():
            read = f"pd.to_datetime(frame.pop({column.name!r}))"
            return f"dates belong into the index: frame.set_index({read})"
    return "turn it into numbers with pd.to_numeric, or drop it"
