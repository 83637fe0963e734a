"""Checks that every public entry shares: each takes what a caller passed and returns the clean value, or says why not.

One check a kind, so that one mistake has one class and one sentence everywhere: any integral number is an integer and
any real number a float, whatever library made it; a bool is neither.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from econ.arrays import Array, is_sound
from econ.border import LARGEST, check_flat
from econ.errors import SchemaError, SpecificationError, UnknownName, suggestion
from econ.memory import pieces

SPARE = 10
"""Observations that every regression must have beyond its coefficients."""

ALIKE = 1e-8
"""Relative; how far from symmetric and positive rounding may have left a covariance."""

TINY = 1e-9
"""Least probability that can be asked for, and least distance from one: beyond, quantiles overflow."""

T = TypeVar("T", bound=str)
Table = TypeVar("Table", "pd.DataFrame", "pd.Series")


def keep(frozen: object, **clean: Any) -> None:
    """Put clean values into a frozen dataclass; for its ``__post_init__`` only."""
    for field, value in clean.items():
        object.__setattr__(frozen, field, value)


def count(name: str, value: object, *, least: int | None = 1, most: int | None = None, of: str = "") -> int:
    """An integer from ``least`` to ``most``, as a plain int.

    Parameters
    ----------
    name : str
        Argument, for the message.
    value : object
        What the caller passed.
    least, most : int
        Smallest and largest value allowed; no largest by default, no smallest with None.
    of : str
        What sets the largest value, for the message, such as "for 40 periods".

    Raises
    ------
    SpecificationError
        For anything else, a bool included.

    Examples
    --------
    >>> import numpy as np
    >>> count("lags", np.int64(2))
    2
    """
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        found = int(value)
        if (least is None or found >= least) and (most is None or found <= most):
            return found
    allowed = "a positive integer" if least == 1 else "an integer"
    allowed += f" of at least {least}" if least is not None and least != 1 and most is None else ""
    if most is not None:
        allowed = f"an integer of at most {most}" if least is None else f"an integer from {least} to {most}"
    raise SpecificationError(f"{name} must be {allowed}{' ' if of else ''}{of}; found {value!r}.")


def horizon(value: object, last: int | None = None) -> int:
    """A horizon from 0 to ``last``, the last one there is; :func:`count` with the words of a response."""
    return count("horizon", value, least=0, most=last)


def span(name: str, value: object, *, least: int | None = None) -> tuple[int, int]:
    """Two integers, the first not after the last, as a tuple of plain ints: a window or a range of horizons.

    Raises
    ------
    SpecificationError
        For anything else.

    Examples
    --------
    >>> import numpy as np
    >>> span("window", [0, np.int64(5)])
    (0, 5)
    """
    ends = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []
    if len(ends) == 2 and all(isinstance(end, numbers.Integral) and not isinstance(end, bool) for end in ends):
        first, last = int(ends[0]), int(ends[1])
        if first <= last and (least is None or first >= least):
            return first, last
    allowed = "" if least is None else f" of at least {least}"
    raise SpecificationError(f"{name} must be two integers{allowed}, (first, last) in order; found {value!r}.")


def real(
    name: str,
    value: object,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
) -> float:
    """A finite real number above ``above`` and below ``below``, from ``least`` to ``most``, as a plain float.

    Raises
    ------
    SpecificationError
        For anything else: a bool, NaN and infinity included.

    Examples
    --------
    >>> real("tightness", 1, above=0.0)
    1.0
    """
    found = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
    if 0.0 < abs(found) < 1.0 / LARGEST:
        raise SpecificationError(f"{name} must be 0 or at least {1.0 / LARGEST:g} in size; found {value!r}.")
    certain = above == 0.0 and below == 1.0 and not TINY <= found <= 1.0 - TINY  # as good as 0 or 1
    if certain or not (math.isfinite(found) and above < found < below and least <= found <= most):
        limits = (("above", above), ("of at least", least), ("of at most", most), ("below", below))
        bounds = " and ".join(f"{word} {limit:g}" for word, limit in limits if math.isfinite(limit))
        if math.isfinite(least) and math.isfinite(most):
            bounds = f"from {least:g} to {most:g}"
        raise SpecificationError(f"{name} must be a finite number{' ' if bounds else ''}{bounds}; found {value!r}.")
    return found


def finite(name: str, values: Array | None) -> None:
    """Refuse an array with a value that is no finite number; None, for an array that there is not, passes.

    Raises
    ------
    SpecificationError
        With the first such value and its place.
    """
    if values is None or is_sound(values):
        return
    if values.size == 0:
        raise SpecificationError(f"{name} is empty; give at least one number.")
    with np.errstate(invalid="ignore", over="ignore"):
        flat = (part.ravel(order="K") for _, part in pieces(values)) if values.ndim else [values.ravel()]
        if math.isfinite(sum(float(np.dot(each, each)) for each in flat)):  # then all are; one pass, not three
            return
    bad = ~np.isfinite(values)
    if bad.any():
        place = tuple(int(each) for each in np.unravel_index(int(bad.argmax()), bad.shape))
        raise SpecificationError(f"{name} must be finite; found {values[place]} at {list(place)}.")


def known(frozen: object, *fields: str) -> None:
    """Keep these fields of a result as plain floats; refuse NaN, by which every comparison is false and words are lies.

    Infinity passes (a bound may have no end), and so does an ``Unavailable``, which says why there is no number.

    Raises
    ------
    SpecificationError
        For NaN, and for what is neither a number nor an ``Unavailable``.
    """
    for field in fields:
        value = getattr(frozen, field)
        if isinstance(getattr(value, "reason", None), str):
            continue
        number = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
        if math.isnan(number):
            raise SpecificationError(
                f"{field} of {type(frozen).__name__} must be a number; found {value!r}; where there is none, give "
                "Unavailable(reason)."
            )
        keep(frozen, **{field: number})


def covariance(name: str, matrix: Array) -> None:
    """Refuse a matrix that no numbers have as their covariance: not symmetric, or with a negative variance in it.

    Singular ones pass, and so do rounding errors of 1e-8 of the variances.

    Raises
    ------
    SpecificationError
        With the variance or the eigenvalue (of the correlations) that is negative.
    """
    finite(name, matrix)
    variances = np.diag(matrix)
    if variances.min() < 0.0:
        raise SpecificationError(f"{name} must have no negative variance; found {variances.min():g}.")
    scale = np.sqrt(np.where(variances > 0.0, variances, 1.0))
    alike = matrix / np.outer(scale, scale)
    if np.abs(alike - alike.T).max() > ALIKE:
        raise SpecificationError(f"{name} must be symmetric; its halves differ by {np.abs(matrix - matrix.T).max():g}.")
    least = float(np.linalg.eigvalsh(alike)[0])
    if least < -ALIKE:
        raise SpecificationError(
            f"{name} must have no negative eigenvalue, or some combination has a negative variance; found {least:g} "
            "among those of its correlations."
        )


def level(value: object) -> float:
    """A coverage between 0 and 1, as a plain float.

    Raises
    ------
    SpecificationError
        For anything else.

    Examples
    --------
    >>> level(0.9)
    0.9
    """
    found = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
    if not TINY <= found <= 1.0 - TINY:
        raise SpecificationError(f"level is the coverage, between 0 and 1, such as 0.90; found {value!r}.")
    return found


def pair(what: str, value: object) -> tuple[str, str]:
    """Two names; :func:`names` with a number."""
    first, *rest = names(what, value, least=2)
    if len(rest) != 1:
        raise SpecificationError(f"{what} takes two names; found {[first, *rest]}.")
    return first, rest[0]


def paths(name: str, values: object) -> Array:
    """Anything that numpy reads as numbers, as an array of floats; NaN passes.

    Raises
    ------
    SpecificationError
        For text, dates, complex numbers and objects.
    """
    try:
        found = np.asarray(values)
        return np.asarray(found if found.dtype.kind in "fiub" else found.astype(object), dtype=float)
    except (TypeError, ValueError) as error:
        raise SpecificationError(f"{name} must be numbers; found {values!r}.") from error


def figures(name: str, given: Table, *, columns: Sequence[str] | None = None, holes: bool = False) -> Table:
    """A table or series of numbers as floats, with the columns that are needed.

    Parameters
    ----------
    name : str
        Argument, for the message.
    given : DataFrame or Series
        What the caller passed.
    columns : sequence of str, optional
        Columns that it must have; the others are left out. By default all it has.
    holes : bool, default False
        Whether values may be missing.

    Raises
    ------
    UnknownName
        If a column is absent.
    SchemaError
        For columns of several levels, a column or a row that stands twice, text, an infinite value, or a missing one.

    Examples
    --------
    >>> import pandas as pd
    >>> figures("yields", pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}), columns=["x"])["x"].tolist()
    [1.0, 2.0]
    """
    if isinstance(given, pd.DataFrame):
        check_flat(name, given.columns)
    for axis, labels in (("column", getattr(given, "columns", None)), ("row", given.index)):
        if labels is not None and not labels.is_unique:
            raise SchemaError(f"{name} has the {axis} {labels[labels.duplicated()][0]!r} twice; keep one of them.")
    for column in columns or ():
        position("column", column, list(given.columns), of=f"in {name}")
    chosen = given if columns is None else given[list(columns)]
    try:
        found = chosen.astype(float)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"{name} must hold numbers: {error}; convert or drop what is text.") from error
    values = found.to_numpy()
    bad = np.isinf(values) if holes else ~np.isfinite(values)
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        raise SchemaError(f"{name} holds {values[bad].flat[0]} at {found.index[row]}; correct it or cut the sample.")
    return found


def choice(name: str, value: object, known: Iterable[T], *, of: str = "") -> T:
    """One of the words ``known``; ``of`` says in the message what they are words of.

    Raises
    ------
    SpecificationError
        For another, with the nearest known word.

    Examples
    --------
    >>> choice("trend", "c", ("n", "c", "ct"))
    'c'
    """
    words = list(known)
    for word in words:
        if isinstance(value, str) and value == word:
            return word
    raise SpecificationError(f"no {name} {value!r}{' ' if of else ''}{of}; {suggestion(str(value), words)}")


def idle(option: str, given: object, usual: object, *, used: bool, needs: str) -> None:
    """Refuse an option that nothing would read; its usual value passes, for nobody can tell that it was given.

    Raises
    ------
    SpecificationError
        Naming what the option goes with.

    Examples
    --------
    >>> idle("max_lags", 12, 12, used=False, needs="a criterion as lags")
    """
    if not used and given != usual:
        raise SpecificationError(f"{option} goes with {needs}; found {option}={given!r} without one.")


def position(what: str, name: object, known: Sequence[str], *, of: str = "") -> int:
    """Place of ``name`` among the names that the data or results at hand have.

    Parameters
    ----------
    what : str
        Kind of name, for the message: "response", "shock", "variable", "holder".
    name : object
        What the caller passed.
    known : sequence of str
        The names there are.
    of : str
        Who asks or where the names stand, for the message, such as "in the VAR".

    Raises
    ------
    UnknownName
        If it is not among them, with the nearest one.

    Examples
    --------
    >>> position("shock", "y", ("x", "y"))
    1
    """
    if isinstance(name, str) and name in known:
        return list(known).index(name)
    raise UnknownName(f"no {what} {name!r}{' ' if of else ''}{of}; {suggestion(str(name), known)}")


def names(what: str, value: object, *, least: int = 0) -> tuple[str, ...]:
    """One name or a sequence of names, each once, as a tuple.

    Raises
    ------
    SpecificationError
        For anything else, a name that stands twice, or fewer than ``least``.

    Examples
    --------
    >>> names("controls", "x"), names("controls", ["x", "y"])
    (('x',), ('x', 'y'))
    """
    listed: tuple[object, ...] | None = None
    if isinstance(value, str):
        listed = (value,)
    elif isinstance(value, Iterable):
        listed = tuple(value)
    if listed is None or not all(isinstance(each, str) for each in listed):
        raise SpecificationError(f"{what} takes a name or a list of names; found {value!r}.")
    found = tuple(str(each) for each in listed)
    twice = [each for each in found if found.count(each) > 1]
    if twice:
        raise SpecificationError(f"{twice[0]!r} stands twice in {what}; name it once.")
    if len(found) < least:
        raise SpecificationError(f"{what} needs at least {least} name{'s' if least > 1 else ''}; found {len(found)}.")
    return found
