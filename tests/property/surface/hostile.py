"""Values that no caller should give, and what an answer to them may be."""

import math
import re
import sys
import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from inspect import Parameter

import numpy as np
import pandas as pd

from econ import Dataset, Estimate, Unavailable
from econ.errors import EconError, EconWarning
from econ.estimate import ConfidenceSet

HUGE = 10**18

MAY = (
    ("", r"df\]? inf$|df array of inf$", "inf degrees of freedom mean the normal: ReducedForm, Regression, IRF"),
    (r"^MixedFrequencyVAR$", r"\.data\[\d+\]\.frame\[.* nan", "a value that was not published"),
    (r"^Dataset", r"\.frame\[", "a table shows what was not published as NaN; models refuse it"),
    (
        r"^(LocalProjection|EventStudy|Operations)$",
        r"\.(data|daily)\.frame\[.* nan",
        "data as given; refused by fit",
    ),
    (
        r"^LinearSpecification$",
        r"\.(outcome|regressor|controls|weights|instrument)",
        "data as given, missing outside of the sample; refused by estimate",
    ),
    (r"^EventStudy\.fit$", r"\.series\.y", "the first day has no change"),
    (
        r"^(benchmark|custody_adjusted)$",
        r"\.frame\[(survey|reported_change)\] nan|\.frame\[change",
        "no survey that month",
    ),
    (r"^flows$", r"\[value\] nan", "nothing was published that month"),
    (r"^misplaced$", r"\[correlation\] nan", "years without variation have no correlation"),
    (r"^operations$", r"\[percent_of_debt\] nan", "the vintage does not have the debt of that quarter yet"),
    (r"^events$", r"\[amount\] nan", "an event of a kind without an amount"),
    (r"^ValuationModel\.returns$", " nan", "a month without yields, or without a month before, has no return"),
    (r"^hedged_pickup$", " nan", "a hole in a series is a hole in the pickup"),
    (r"^realised_volatility$", " nan", "a month with fewer days than the minimum"),
    (r"^event_months$", " nan", "a month outside the record of events"),
    (r"^Figure$", r"\.data\[", "a gap of a line, the open end of a set"),
    (r"^Exhibit$", r"\.(spec|numbers)", "any record of choices; the end of a set that is open"),
    (r"^Estimate$", " inf$", "the end of an open set, an error without bound"),
    (r"^(Row|Heteroskedasticity)$", r"\.(cells|regimes)", "an end that is open; labels, which may be anything"),
    (r"^Cell$", "", "a question, not an answer: whoever reads it refuses it"),
    (r"^(Minnesota|SupplyDemand)$", r"\.tightness inf", "infinite tightness is a flat prior"),
    (r"^(ElasticityPrior|SupplyDemand)$", r"\.(lower|upper) -?inf$", "a support without an end"),
    (r"^ElasticityPrior\.logpdf$", r"array of -inf$", "outside of the support"),
    (r"^Proxy$", r"\.instruments", "months without an instrument; infinity is refused by identify"),
    (r"^tournament$", r"\[median_length\] inf", "more than half of the sets have no end"),
)
"""Callables, the places of their answers that may hold NaN or infinity, and what it means there."""

ANYTHING = {
    "None": None,
    "True": True,
    "a word": "nonsense",
    "an empty word": "",
    "minus one": -1,
    "zero": 0,
    "a fraction": 2.5,
    "NaN": math.nan,
    "infinity": math.inf,
    "a huge integer": HUGE,
    "a huge number": -1e300,
    "an empty list": [],
    "an empty mapping": {},
    "an empty array": np.array([]),
    "an array with NaN": np.array([math.nan, 1.0]),
    "an empty table": pd.DataFrame(),
    "an empty series": pd.Series(dtype=float),
    "a class": int,
    "an object": object(),
    "a numpy integer": np.int64(3),
    "a numpy number": np.float32(0.5),
    "a numpy bool": np.True_,
    "a complex number": 1j,
    "bytes": b"x",
    "no date": pd.NaT,
    "NA": pd.NA,
    "a list of None": [None],
    "a moment with a zone": pd.Timestamp("2020-01-01", tz="UTC"),
    "a list of moments with a zone": [pd.Timestamp("2020-01-01", tz="UTC")],
    "a month": pd.Period("2020-01", "M"),
}


def spoiled(values):
    """Arrays of another content or shape than a good one."""
    holed, infinite = np.array(values, dtype=float), np.array(values, dtype=float)
    holed.flat[len(holed) // 2], infinite.flat[-1] = math.nan, math.inf
    return {
        "with NaN": holed,
        "with infinity": infinite,
        "huge": holed * 0.0 + 1e300 if not np.isnan(holed).any() else np.full(holed.shape, 1e300),
        "constant": np.zeros(holed.shape),
        "short": values[:1],
        "cut": values[:-1],
        "none": values[:0],
        "of objects": np.array(values, dtype=object),
        "of words": np.full(holed.shape, "a"),
        "of bools": np.array(values) > 0,
        "complex": np.array(values) * 1j,
        "deeper": np.array(values)[None],
        "with another column": np.column_stack([values, values]),
    }


def frames(frame):
    """Tables of another content or shape than a good one."""
    out, rows = {}, len(frame)
    numeric = [place for place, kind in enumerate(frame.dtypes) if kind.kind in "fi"]
    for label, value in (("with NaN", math.nan), ("with infinity", math.inf), ("with a huge number", 1e300)):
        if numeric and rows:
            other = frame.copy().astype({frame.columns[numeric[0]]: float})
            other.iloc[rows // 2, numeric[0]] = value
            out[label] = other
    if numeric:
        constant = frame.copy()
        constant[frame.columns[numeric[-1]]] = 1.0
        out["with a constant column"] = constant
        out["of bools"] = frame.assign(**{str(frame.columns[numeric[0]]): frame.iloc[:, numeric[0]] > 0})
    return {
        **out,
        "without rows": frame.iloc[:0],
        "without columns": frame.iloc[:, :0],
        "of one row": frame.iloc[:1],
        "short": frame.iloc[:4],
        "in reverse": frame.iloc[::-1],
        "with a gap": frame.drop(frame.index[rows // 2]) if frame.index.is_unique and rows else frame,
        "with a row twice": pd.concat([frame, frame.iloc[-1:]]),
        "with a column twice": pd.concat([frame, frame.iloc[:, :1]], axis=1),
        "with columns of two levels": pd.concat({"a": frame}, axis=1),
        "with numbers as names": frame.set_axis(range(frame.shape[1]), axis=1),
        "with a nameless column": frame.set_axis([None, *frame.columns[1:]], axis=1) if frame.shape[1] else frame,
        "of objects": frame.astype(object),
        "of words": frame.astype(str),
        "turned": frame.T,
        "undated": frame.reset_index(drop=True),
        "dated by words": frame.set_axis([f"row {number}" for number in range(rows)], axis=0),
        "with nameless dates": frame.set_axis([pd.NaT] * rows, axis=0),
        "of another century": frame.set_axis(pd.period_range("1800-01", periods=rows, freq="M"), axis=0),
        **dated(frame),
        "as an array": frame.to_numpy(),
        "as a column": frame.iloc[:, 0] if frame.shape[1] else frame,
        "as a mapping": frame.to_dict("list"),
    }


def dated(frame):
    """The same rows on dates of another kind: with a zone, with a time of day, as moments, as periods, two labels."""
    index, rows = frame.index, len(frame)
    moments = pd.bdate_range("2000-01-03", periods=rows)
    if isinstance(index, pd.DatetimeIndex):
        moments = index.tz_localize(None)
    elif isinstance(index, pd.PeriodIndex) and not index.hasnans:
        moments = index.to_timestamp()
    found = {
        "on moments with a zone": frame.set_axis(moments.tz_localize("UTC"), axis=0),
        "on moments with a time": frame.set_axis(moments + pd.Timedelta(hours=9), axis=0),
        "on moments": frame.set_axis(moments, axis=0),
        "on days": frame.set_axis(moments.to_period("D"), axis=0),
        "on lengths of time": frame.set_axis(pd.to_timedelta(range(rows), unit="D"), axis=0),
        "on two labels a row": frame.set_axis(pd.MultiIndex.from_arrays([["a"] * rows, index]), axis=0),
    }
    for column in frame.columns[[kind.kind == "M" for kind in frame.dtypes]]:
        if frame[column].dt.tz is None:
            found[f"with a zone in {column}"] = frame.assign(**{column: frame[column].dt.tz_localize("UTC")})
    return found


def like(valid):
    """Hostile relatives of a value that suits."""
    if isinstance(valid, Dataset):
        return frames(valid.frame)
    if isinstance(valid, pd.DataFrame):
        return frames(valid)
    if isinstance(valid, pd.Series):
        return {
            label: table.iloc[:, 0] if isinstance(table, pd.DataFrame) and table.shape[1] else table
            for label, table in frames(valid.to_frame(valid.name or "a")).items()
        }
    if isinstance(valid, np.ndarray):
        return spoiled(valid)
    if isinstance(valid, pd.Index):
        zoned = pd.bdate_range("2000-01-03", periods=len(valid), tz="UTC")
        return {
            "with a zone": zoned, "reversed": valid[::-1], "none": valid[:0], "twice": valid.append(valid),
            "one": valid[:1], "numbers": pd.RangeIndex(len(valid)), "words": valid.astype(str), "list": list(valid),
        }  # fmt: skip
    if isinstance(valid, (bool, str)) or valid is None:
        return {"in a list": [valid], "with a space": f"{valid} "}
    if isinstance(valid, (int, float)):
        return {"negative": -valid, "as a word": str(valid), "in a list": [valid], "numpy": np.float64(valid)}
    if isinstance(valid, (tuple, list)):
        return _sequences(valid)
    if isinstance(valid, Mapping):
        return _mappings(valid)
    return {"its class": type(valid)}


def _sequences(valid):
    kind = type(valid)
    return {
        "twice": kind([*valid, *valid]),
        "with None": kind([*valid, None]),
        "with NaN": kind([*valid[:-1], math.nan]),
        "with a word": kind([*valid, "nonsense"]),
        "with a huge number": kind([*valid[:-1], HUGE]),
        "reversed": kind([*valid][::-1]),
        "of its classes": kind([type(each) for each in valid]),
        "as a set": {str(each) for each in valid},
        "as an iterator": iter(valid),
    }


def _mappings(valid):
    key = next(iter(valid), "a")
    return {
        "of None": dict.fromkeys(valid),
        "of NaN": dict.fromkeys(valid, math.nan),
        "of words": dict.fromkeys(valid, "nonsense"),
        "of infinity": dict.fromkeys(valid, math.inf),
        "of minus one": dict.fromkeys(valid, -1),
        "of lists": {key: [] for key in valid},
        "of moments with a zone": {key: [pd.Timestamp("2020-01-01", tz="UTC")] * 2 for key in valid},
        "of pairs with and without a zone": {
            key: (pd.Timestamp("1991-01-01", tz="UTC"), "1992-01-01") for key in valid
        },
        "with an unknown key": {**valid, "nonsense": valid.get(key)},
        "with a numeric key": {1: valid.get(key)},
        "as pairs": list(valid.items()),
    }


def values(call, name):
    """Every hostile value of one parameter of a call."""
    valid = call.arguments.get(name)
    if valid is None:
        parameter = call.parameters()[name]
        valid = None if parameter.default is Parameter.empty else parameter.default
    found = {**ANYTHING, **like(valid)}
    if name.startswith("named_"):  # Python itself refuses these
        found.pop("with a numeric key")
    return {label: value for label, value in found.items() if name != "n_jobs" or not isinstance(value, np.number)}


def wrong(name, call, changed, *, expected=None):
    """What is wrong with the answer to a call with some arguments changed; None when nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", EconWarning)
        try:
            found = call(**changed)
        except EconError as error:
            return None if helpful(str(error)) else f"says only {str(error)!r}"
        except Exception as error:
            trace = error.__traceback__
            while trace.tb_next is not None:
                trace = trace.tb_next
            place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-2:]}:{trace.tb_lineno}"
            return f"{type(error).__name__}: {str(error)[:100]} at {place}"
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")  # as a user of pyplot closes; it warns of twenty open pages
    if expected is not None and not alike(found, expected):
        return f"gives {type(found).__name__} {str(found)[:60]!r} in the place of {type(expected).__name__}"
    places = [place for place in unusable(found) if not may_hold(name, place)]
    return f"gives {places[0]}" if places else None


def may_hold(name, place):
    """Whether a docstring says what NaN or infinity means there."""
    return any(re.search(who, name) and re.search(where, place) for who, where, _ in MAY)


def helpful(message):
    """Whether a message is a sentence or more, not a word."""
    return len(message) >= 25 and " " in message


def alike(found, expected):
    """Whether an answer is of the kind that the good call gives."""
    if found is None and isinstance(expected, list):  # no draws to read
        return True
    if isinstance(found, Unavailable) or isinstance(expected, (type(None), bool)) or callable(expected):
        return True
    if isinstance(expected, np.ndarray):
        return isinstance(found, np.ndarray) and found.ndim == expected.ndim
    if isinstance(expected, (int, float)):
        return isinstance(found, (int, float)) and not isinstance(found, bool)
    return isinstance(found, type(expected)) or isinstance(expected, type(found))


def unusable(found, place="", depth=0):
    """Where an answer holds NaN or infinity."""
    if isinstance(found, (bool, int, str, bytes, type(None), Unavailable)) or depth > 3:
        return
    if isinstance(found, (float, np.number)):
        if not np.isfinite(found):
            yield f"{place} {found}"
    elif isinstance(found, np.ndarray):
        if found.dtype.kind in "fc" and not np.isfinite(found).all():
            yield f"{place} array of {found[~np.isfinite(found)].flat[0]}"
    elif isinstance(found, pd.Series):
        yield from _cells(found, place)
    elif isinstance(found, pd.DataFrame):
        for number, name in enumerate(found.columns):
            yield from _cells(found.iloc[:, number], f"{place}[{name}]")
    elif isinstance(found, Estimate):
        yield from unusable((found.value, found.std_error), f"{place}.estimate", depth + 1)
    elif isinstance(found, ConfidenceSet):
        return
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from unusable(value, f"{place}[{key}]", depth + 1)
    elif isinstance(found, (tuple, list)):
        for number, value in enumerate(found):
            yield from unusable(value, f"{place}[{number}]", depth + 1)
    elif is_dataclass(found) and not isinstance(found, type):
        for each in fields(found):
            if each.name not in ("parent", "origin", "scheme"):
                yield from unusable(getattr(found, each.name), f"{place}.{each.name}", depth + 1)


def _cells(column, place):
    for cell in column.to_numpy(dtype=object).tolist():
        if cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and not math.isfinite(cell)):
            yield f"{place} {cell}"
            return
