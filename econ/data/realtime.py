"""First prints against today's figures: what a press release said when it came out, and what became of it.

The table of first prints is typed from press releases and has slips of its own (a month that ended after its
release, two releases of one month that disagree). Such rows are set aside with a reason, never repaired.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.archive import EMBEDDED
from econ.data.flows import flows
from econ.data.parsers.source import Source, read_source, split_quoted
from econ.errors import SampleTooShort
from econ.estimate import Unavailable
from econ.frozen import guarded

_HEADER = ["release_date", "ref_month", "priv_lt_treas_net_first_bn", "off_lt_treas_net_first_bn",
           "off_prev1_as_revised", "off_prev2_as_revised", "off_prev3_as_revised", "tbills_change_first_bn",
           "source_file"]  # fmt: skip
_SERIES = {"priv_lt_treas_net_first_bn": "PRIVATE", "off_lt_treas_net_first_bn": "OFF"}
EARLIEST, LATEST = 40, 75
"""Days from the end of a month to its release: 45-48 as a rule, up to 75 after a shutdown of the government."""


@guarded
@dataclass(frozen=True, eq=False)
class FirstPrints:
    """First prints of foreign net purchases of long-term Treasuries.

    Parameters
    ----------
    frame : DataFrame
        One row a print: ``date`` (month), ``holder`` (``OFF`` or ``PRIVATE``), ``value`` (USD billions; positive:
        foreigners buy), ``release_date``.
    excluded : DataFrame
        Rows set aside: ``line``, ``ref_month``, ``release_date``, ``reason``.
    """

    frame: pd.DataFrame = field(repr=False)
    excluded: pd.DataFrame = field(repr=False)


@checked
def first_prints(source: str | Path | bytes) -> FirstPrints:
    """Read the table of first prints.

    Parameters
    ----------
    source : path or bytes
        CSV with the columns release_date, ref_month, priv_lt_treas_net_first_bn, off_lt_treas_net_first_bn, ...

    Returns
    -------
    FirstPrints

    Raises
    ------
    SchemaError
        If the header, a date or a number is not what it should be; names file, line and reason.
    """
    file = read_source(source)
    lines = file.complete_lines()
    if lines[0].split(",") != _HEADER:
        file.fail(1, f"the header changed: expected {_HEADER[:3]} and {len(_HEADER) - 3} more columns.")
    rows = [split_quoted(line, ",") for line in lines[1:]]
    numbers = list(range(2, len(rows) + 2))
    for row, number in zip(rows, numbers, strict=True):
        if len(row) != len(_HEADER):
            file.fail(number, f"expected {len(_HEADER)} cells, found {len(row)}.")
    table = _table(file, rows, numbers)
    kept = table[table["reason"] == ""]
    parts = [
        kept[["date", "release_date"]].assign(holder=holder, value=kept[column]) for column, holder in _SERIES.items()
    ]
    frame = pd.concat(parts).dropna(subset=["value"]).sort_values(["date", "holder"], ignore_index=True)
    excluded = table.loc[table["reason"] != "", ["line", "ref_month", "release_date", "reason"]]
    return FirstPrints(frame[["date", "holder", "value", "release_date"]], excluded.reset_index(drop=True))


def _table(file: Source, rows: list[list[str]], numbers: list[int]) -> pd.DataFrame:
    """Dates and figures of each row, with the reason for setting it aside, if any."""
    months = file.months([row[1] for row in rows], numbers)
    released = file.days([row[0] for row in rows], numbers, form="%Y-%m-%d")
    out = pd.DataFrame({"line": numbers, "date": months, "ref_month": months.astype(str), "release_date": released})
    for column in _SERIES:
        place = _HEADER.index(column)
        out[column] = file.numbers([row[place] for row in rows], numbers, missing="")
    lag = (out["release_date"] - months.to_timestamp(how="end").normalize()).dt.days
    out["reason"] = np.where(
        (lag < EARLIEST) | (lag > LATEST), "released " + lag.astype(str) + " days after its month", ""
    )
    out = out[out[list(_SERIES)].notna().any(axis=1)].copy()
    sound = out[out["reason"] == ""]
    twice = sound.groupby("date")[list(_SERIES)].transform("nunique").max(axis=1) > 1
    out.loc[twice[twice].index, "reason"] = "two releases of the month disagree"
    again = out[out["reason"] == ""].duplicated("date")
    out.loc[again[again].index, "reason"] = "the month stands above with the same figures"
    return out


def todays_figures(*, as_of: str = EMBEDDED) -> pd.DataFrame:
    """Net purchases as published in a vintage: columns ``OFF`` and ``PRIVATE`` (all foreign less official), USD bn.

    Imputed months are left out: they are nobody's print.
    """
    parts = {name: flows(name, scale="usd_bn", imputed=False, as_of=as_of)["value"] for name in ("OFF", "TOT")}
    official, total = parts["OFF"], parts["TOT"]
    return pd.DataFrame({"OFF": official, "PRIVATE": (total - official).reindex(official.index)})


@checked
def revisions(prints: FirstPrints, *, as_of: str = EMBEDDED) -> pd.DataFrame:
    """First print and today's figure side by side.

    Returns
    -------
    DataFrame
        ``date``, ``holder``, ``first``, ``today``, ``revision`` (today less first), USD billions; only months that
        have both.
    """
    today = todays_figures(as_of=as_of)
    frame = prints.frame.rename(columns={"value": "first"})
    both = today.rename_axis("date").reset_index().melt(id_vars="date", var_name="holder", value_name="today")
    frame = frame.merge(both, on=["date", "holder"], how="left")
    frame = frame.dropna(subset=["today"]).reset_index(drop=True)
    frame["revision"] = frame["today"] - frame["first"]
    return frame[["date", "holder", "release_date", "first", "today", "revision"]]


@checked
def vintage_revisions(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Revisions between two parsed vintages of one official table, holder by holder.

    Parameters
    ----------
    old, new : DataFrame
        Two results of `econ.data.parse` for the same layout.

    Returns
    -------
    DataFrame
        ``date``, ``holder``, ``item``, ``first``, ``today``, ``revision``; figures in both vintages only, of the
        same survey series.
    """
    keys = ["date", "holder", "printed", "item", "survey"]
    for name, frame in (("old", old), ("new", new)):
        checks.figures(name, frame.reset_index(drop=True), columns=["value"], holes=True)
        for column in ("date", "holder", "printed", "item", "notes"):
            checks.position("column", column, list(frame.columns), of=f"in {name}")
    parts = [
        frame.assign(
            survey=frame["notes"].str.extract(r"((?:new |old )?series \w+)", expand=False).fillna("")
        ).set_index(keys)["value"]
        for frame in (old, new)
    ]
    both = pd.concat({"first": parts[0], "today": parts[1]}, axis=1).dropna().reset_index()
    both["revision"] = both["today"] - both["first"]
    return both[["date", "holder", "item", "first", "today", "revision"]]


@checked
def revision_statistics(table: pd.DataFrame) -> pd.DataFrame:
    """Size and kind of the revisions, by holder.

    Parameters
    ----------
    table : DataFrame
        With ``holder``, ``first``, ``today``, ``revision``, as `revisions` gives it.

    Returns
    -------
    DataFrame
        Index: holder. ``nobs``, ``mean`` and ``mean_absolute`` revision, ``root_mean_square``, ``largest`` (signed),
        ``same_sign`` (share of first prints with today's sign), and two correlations: ``noise`` (revision with the
        first print; zero if first prints are efficient forecasts) and ``news`` (revision with today's figure; zero
        if first prints are today's figure plus noise). A correlation that cannot be had is `Unavailable`.

    Raises
    ------
    SampleTooShort
        If the table is empty.

    References
    ----------
    Mankiw, N. G. and M. D. Shapiro (1986), Survey of Current Business 66(5): news or noise.

    Examples
    --------
    >>> table = pd.DataFrame({"holder": "OFF", "first": [1.0, -2.0, 3.0], "today": [2.0, -2.0, 3.0]})
    >>> table["revision"] = table["today"] - table["first"]
    >>> float(revision_statistics(table).loc["OFF", "mean_absolute"].round(3))
    0.333
    """
    if table.empty:
        raise SampleTooShort("no month has both a first print and today's figure; check the vintage.")
    columns = ["first", "today", "revision"]
    checks.position("column", "holder", list(table.columns), of="in the table")
    found = checks.figures("the table", table.reset_index(drop=True), columns=columns)
    table = found.assign(holder=table["holder"].to_numpy())
    rows = {}
    for holder, part in table.groupby("holder"):
        revision = part["revision"]
        rows[holder] = {
            "nobs": len(part),
            "mean": revision.mean(),
            "mean_absolute": revision.abs().mean(),
            "root_mean_square": float(np.sqrt((revision**2).mean())),
            "largest": revision.iloc[int(np.argmax(revision.abs()))],
            "same_sign": float((np.sign(part["first"]) == np.sign(part["today"])).mean()),
            "noise": _correlation(revision, part["first"]),
            "news": _correlation(revision, part["today"]),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("holder")


def _correlation(left: pd.Series, right: pd.Series) -> float | Unavailable:
    if len(left) < 3 or left.std() == 0 or right.std() == 0:
        return Unavailable("fewer than three months, or no variation")
    return float(np.corrcoef(left, right)[0, 1])
