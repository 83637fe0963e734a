"""From the tables of a specification to the arrays that its regressions read: checked, cut to the sample, weighted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from econ.arrays import Array, Mask, Rows
from econ.checks import SPARE
from econ.data.dates import span
from econ.data.index import dates, is_weekly
from econ.data.values import check_column_names
from econ.errors import NotIdentified, SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.infer._kernels import full_rank_qr
from econ.multiverse import _kernels as k


@dataclass(frozen=True, eq=False)
class Arrays:
    """Rows of the sample, times the roots of their weights; x and z without their part in the controls."""

    y: Array
    x: Array
    z: Array
    q: Array
    r: Array  # q r is the controls, the constant first
    root: Array  # of the weights
    rows: Rows  # in the data, for distances in time
    everywhere: Rows  # positions of all rows of the data on the calendar
    outcome: Array  # at all rows of the data, unweighted
    controls: Array  # likewise, without the constant

    @property
    def positions(self) -> Rows:
        """Of the rows of the sample on the calendar."""
        result: Rows = self.everywhere[self.rows]
        return result

    @cached_property
    def residuals(self) -> Array:
        """Of the outcome on the controls, at all rows of the data, NaN where these do not reach."""
        slopes = np.linalg.solve(self.r, self.q.T @ self.y)
        left = self.outcome - slopes[0]
        for slope, values in zip(slopes[1:], self.controls.T, strict=True):
            left = left - slope * values
        return np.where(np.isfinite(left), left, np.nan)


def prepared(
    outcome: pd.Series,
    regressor: pd.Series,
    *,
    controls: pd.DataFrame | None,
    lags: int,
    sample: Sequence[Any] | pd.Series | None,
    weights: pd.Series | None,
    instrument: pd.Series | None,
) -> Arrays:
    """Arrays of one regression; see `econ.multiverse.LinearSpecification`, whose errors these are."""
    index = dates(outcome.index)
    columns = {"outcome": _numbers(outcome, "outcome"), "regressor": _numbers(regressor, "regressor")}
    if instrument is not None:
        columns["instrument"] = _numbers(instrument, "instrument")
    names, held = _controls(controls, columns["outcome"], columns["regressor"], lags=lags)
    keep = _kept(sample, index, lags)
    rows = np.flatnonzero(keep)
    own, others = np.column_stack(list(columns.values()))[rows], held[rows]
    for part, found in ((columns, own), (names, others)):
        _check_finite(list(part), found, index, rows)
    root = _roots(weights, index, rows)
    size = len(root)
    if size < len(names) + 2 + SPARE:
        raise SampleTooShort(
            f"{len(names) + 2} coefficients need at least {len(names) + 2 + SPARE} observations; found {size}."
        )
    raw = own * root[:, None]
    basis = np.column_stack([root, others * root[:, None]])
    q, r = _factored(basis.tobytes(), ("const", *names))
    x, z = _swept(raw, q)
    return Arrays(
        raw[:, 0], x, z, q, r, root, rows, _positions(index), columns["outcome"], held
    )  # fmt: skip


@lru_cache(maxsize=8)
def _factored(basis: bytes, names: tuple[str, ...]) -> tuple[Array, Array]:
    """Q and R of the controls; two stages, and specifications one after the other, often have the same ones."""
    return full_rank_qr(np.frombuffer(basis).reshape(-1, len(names)), [*names], "the controls")


def _check_finite(names: Sequence[str], values: Array, index: pd.Index, rows: Rows) -> None:
    """Refuse missing and infinite values (n, c) of these rows, naming the first column that has one and its date."""
    good = np.isfinite(values)
    if good.all():
        return
    place = int((~good).any(axis=0).argmax())
    where = index[rows[int((~good[:, place]).argmax())]]
    raise SchemaError(f"{names[place]} is missing or infinite at {where}; cut the sample or fill it by a rule.")


def _roots(weights: pd.Series | None, index: pd.Index, rows: Rows) -> Array:
    """Roots of the weights of the rows that are used."""
    if weights is None:
        return np.ones(len(rows))
    used = _numbers(weights, "weights")[rows]
    _check_finite(["weights"], used[:, None], index, rows)
    if used.min() <= 0.0:
        raise SchemaError("weights must be positive in the sample; leave rows out by sample= instead.")
    return np.sqrt(used)


def _controls(controls: pd.DataFrame | None, outcome: Array, regressor: Array, *, lags: int) -> tuple[list[str], Array]:
    """Names and columns (T, c): the controls, and lags of everything."""
    names: list[str] = []
    held = np.empty((len(outcome), 0))
    if controls is not None:
        check_column_names(controls.columns)
        if not controls.columns.is_unique:
            raise SchemaError("two controls have one name; rename one.")
        names, held = [str(name) for name in controls.columns.tolist()], _columns(controls)
    now = np.column_stack([outcome, regressor, held]) if lags else held
    for lag in range(1, min(lags, len(outcome) - 1) + 1):
        held = np.hstack([held, np.vstack([np.full((lag, now.shape[1]), np.nan), now[:-lag]])])
    every = ["outcome", "regressor", *names]
    return names + [f"L{lag}.{name}" for lag in range(1, min(lags, len(outcome) - 1) + 1) for name in every], held


def _columns(table: pd.DataFrame) -> Array:
    """Columns of numbers (T, c), at once where the table has one kind of them."""
    values = table.to_numpy()
    if values.dtype == float or not values.size:
        return values.astype(float, copy=False)
    return np.column_stack([_numbers(column, str(name)) for name, column in table.items()])


def _kept(sample: Sequence[Any] | pd.Series | None, index: pd.Index, lags: int) -> Mask:
    if sample is None:
        keep = np.ones(len(index), dtype=bool)
    elif isinstance(sample, pd.Series):
        keep = sample.to_numpy().copy()
    else:
        keep = _between(index, sample)
    keep[:lags] = False
    if not keep.any():
        raise SampleTooShort(f"no row is left of {len(index)}; the sample starts at {index[0]}; widen it.")
    return keep


def _swept(raw: Array, q: Array) -> tuple[Array, Array]:
    """Regressor and instrument without their part in the controls; the regressor is its own where there is none."""
    found = [k.swept(q, column) for column in raw[:, 1:].T]
    for name, own, whole in zip(("regressor", "instrument"), found, raw[:, 1:].T, strict=False):
        if own @ own <= k.SMALL**2 * (whole @ whole):
            raise SingularDesign(f"the {name} is constant or a combination of the controls; drop some of them.")
    x, z = found[0], found[-1]
    if abs(z @ x) <= k.SMALL * math.sqrt((z @ z) * (x @ x)):
        raise NotIdentified("instrument and regressor have nothing in common, given the controls.")
    return x, z


def _numbers(column: pd.Series, name: str) -> Array:
    if column.dtype == float:
        return column.to_numpy()
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype):
        raise SchemaError(f"{name} must hold numbers; found {column.dtype}.")
    return column.to_numpy(dtype=float, na_value=np.nan)


def _between(index: pd.Index, sample: Sequence[Any]) -> Mask:
    first, last = sample
    try:
        chosen = pd.Series(np.arange(len(index)), index).loc[span(first, last, index)]
    except (SpecificationError, TypeError, ValueError, KeyError) as error:
        raise SpecificationError(
            f"{list(sample)} are no two dates of the data, {index[0]} to {index[-1]}, in ISO form."
        ) from error
    keep = np.zeros(len(index), dtype=bool)
    keep[chosen.to_numpy()] = True
    return keep


def _positions(index: pd.Index) -> Rows:
    """Places on a calendar that does not depend on where the data begin."""
    if isinstance(index, pd.PeriodIndex):
        return np.asarray(index.asi8, dtype=np.intp)
    if isinstance(index, pd.DatetimeIndex):
        days = index.to_numpy().astype("datetime64[D]")
        if is_weekly(index):
            return np.asarray(days.astype(np.int64) // 7, dtype=np.intp)
        if (index.day_of_week > 4).any():  # every day of the week
            return np.asarray(days.astype(np.int64), dtype=np.intp)
        return np.asarray(np.busday_count(np.datetime64("1970-01-01"), days), dtype=np.intp)
    return np.asarray(index.to_numpy(), dtype=np.intp)
