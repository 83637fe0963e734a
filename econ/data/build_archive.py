"""Turn the checked tables of official figures into the embedded vintage.

Run as ``python -m econ.data.build_archive FIGURES_FOLDER``. The folder of figures is needed here and nowhere
else: the package reads only what this script wrote. Every table is parsed strictly; a value too many or too
few stops the build, and two runs write the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from econ.data.catalogue import TABLES
from econ.data.holders import HOLDERS, HOLDERS_PRINTED
from econ.errors import SchemaError
from econ.files import write_atomic

AS_OF = "2026-07-17"
ARCHIVE = Path(__file__).parent / "archive"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Rows = list[tuple[str, ...]]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.is_file():
        raise SchemaError(f"no figures at {path.name}; pass the folder that holds the tables of official figures.")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):  # a line that names the table
            yield number, line.strip()


def _basis_points(text: str) -> str:
    """Write basis points as percent with two decimals, without going through binary fractions."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    padded = digits.rjust(3, "0")
    return f"{sign}{padded[:-2]}.{padded[-2:]}"


def daily(path: Path) -> Rows:
    """``YYYY-MM [days without a quote]: values`` in basis points, one a remaining weekday."""
    rows: Rows = []
    for number, line in _lines(path):
        match = re.fullmatch(r"(\d{4}-\d{2}) \[([\d ,]*)\]: ([-\d ]+)", line)
        if match is None:
            raise SchemaError(f"{path.name} line {number}: expected 'YYYY-MM [days]: values'; found {line[:40]!r}.")
        month, holidays, values = match.groups()
        closed = {int(day) for day in re.findall(r"\d+", holidays)}
        period = pd.Period(month, freq="M")
        days = [day for day in pd.bdate_range(period.start_time, period.end_time) if day.day not in closed]
        quotes = values.split()
        last = month == AS_OF_LAST_MONTH
        if len(quotes) != len(days) and not (last and len(quotes) < len(days)):
            raise SchemaError(f"{path.name} {month}: {len(days)} trading days but {len(quotes)} values.")
        rows += [(f"{day:%Y-%m-%d}", _basis_points(q)) for day, q in zip(days, quotes, strict=False)]
    return rows


AS_OF_LAST_MONTH = "2026-05"  # the daily figures end on 2026-05-26, inside the month
SLT_FLOWS_FROM, S_FORM_ENDS = "2023-02", "2023-01"
INTERVENTIONS_SPAN = ("1991-04-01", "2026-06-30")  # quarters that the record covers


def yearly(path: Path, *, per_year: int, basis_points: bool = False, ends: str = "") -> Rows:
    """``YYYY: value value ...`` monthly (12 a year) or quarterly (4); a lone point is a missing value.

    The year of the vintage may be cut, and the first year may start late: ``YYYY: [from MM] value ...``.
    A table that ends before the vintage names its last month in ``ends``.
    """
    rows: Rows = []
    previous: int | None = None
    for number, line in _lines(path):
        year, _, values = line.partition(":")
        late = re.fullmatch(r" \[from (\d{2})\](.*)", values) if previous is None else None
        before, cells = (int(late[1]) - 1, late[2].split()) if late else (0, values.split())
        expected = per_year - before
        full = len(cells) == expected or year == AS_OF[:4] or f"{year}-{len(cells):02d}" == ends
        if not full or len(cells) > expected or (previous is not None and int(year) != previous + 1):
            raise SchemaError(f"{path.name} line {number}: year {year} has {len(cells)} of {expected} values.")
        previous = int(year)
        for place, cell in enumerate(cells, start=before + 1):
            date = f"{year}-{place:02d}" if per_year == 12 else f"{year}Q{place}"
            text = "" if cell == "." else _basis_points(cell) if basis_points else _trimmed(cell)
            if pd.Period(date, freq="M" if per_year == 12 else "Q").end_time <= pd.Timestamp(AS_OF):
                rows.append((date, text))
    return rows


def _trimmed(text: str) -> str:
    """Drop trailing zeros of a decimal fraction: 7.300000000000000 and 7.3 are one number."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def weekly(path: Path, *, zero_is_missing: bool = False) -> Rows:
    """``YYYY: MM-DD value MM-DD value ...``."""
    rows: Rows = []
    for number, line in _lines(path):
        year, _, values = line.partition(":")
        cells = values.split()
        if len(cells) % 2:
            raise SchemaError(f"{path.name} line {number}: dates and values do not pair up.")
        for day, value in zip(cells[::2], cells[1::2], strict=True):
            rows.append((f"{year}-{day}", "" if zero_is_missing and value == "0" else _trimmed(value)))
    if [row[0] for row in rows] != sorted({row[0] for row in rows}):
        raise SchemaError(f"{path.name}: dates are not in order or stand twice.")
    return rows


def columns(path: Path, *, width: int) -> Rows:
    """``date value value ...`` with a fixed number of columns; a lone point is a missing value."""
    rows: Rows = []
    for number, line in _lines(path):
        cells = line.split()
        if len(cells) != width:
            raise SchemaError(f"{path.name} line {number}: expected {width} columns, found {len(cells)}.")
        rows.append((cells[0], *("" if cell == "." else cell for cell in cells[1:])))
    return rows


def every_month(rows: Rows) -> Rows:
    """Rows in order with a blank row for each month inside that the publisher left out."""
    found = {row[0]: row for row in rows}
    months = pd.period_range(rows[0][0], rows[-1][0], freq="M").astype(str)
    if list(found) != [month for month in months if month in found] or len(found) != len(rows):
        raise SchemaError("months are not in order or stand twice.")
    return [found.get(month, (month, *[""] * (len(rows[0]) - 1))) for month in months]


def bertaut_judson(folder: Path) -> Rows:
    """Four files of ``month name net valuation position``."""
    rows: Rows = []
    for part in range(1, 5):
        for month, name, *values in columns(folder / f"bj_{part}.txt", width=5):
            rows.append((month, HOLDERS_PRINTED[name], *values))
    return _sorted_unique(rows, "bertaut_judson")


def slt(folder: Path) -> Rows:
    """One file a holder, newest month first: ``month position [net valuation]``, to one long table."""
    rows: Rows = []
    for holder in (entry.code for entry in HOLDERS if entry.slt):
        name = f"slt_{holder}.txt"
        for number, line in _lines(folder / name):
            month, position, *rest = ("" if cell == "." else cell for cell in line.split())
            if len(rest) not in (0, 2) or bool(rest and rest[0]) != (month >= SLT_FLOWS_FROM):
                raise SchemaError(f"{name} line {number}: flows stand from {SLT_FLOWS_FROM} on; found {line[:40]!r}.")
            rows.append((month, holder, *(rest or ("", "")), position))
    return _sorted_unique(rows, "slt")


def s_form(folder: Path) -> Rows:
    """One file a place, after a line with its printed name: ``YYYY: [from MM] Jan..Dec`` of net purchases."""
    rows: Rows = []
    for entry in HOLDERS:
        if entry.s_form_first:
            values = yearly(folder / f"sform_{entry.code}.txt", per_year=12, ends=S_FORM_ENDS)
            found, expected = (values[0][0], values[-1][0]), (entry.s_form_first, entry.s_form_last)
            if found != expected:
                raise SchemaError(f"sform_{entry.code}.txt runs {found}; the codebook of holders says {expected}.")
            rows += [(month, entry.code, value) for month, value in values]
    return _sorted_unique(rows, "s_form")


def interventions(path: Path) -> Rows:
    """``YYYY-MM: DD amount, ...`` in yen billion, to every weekday in 100 million yen: zero without an operation."""
    amounts: dict[str, str] = {}
    for number, line in _lines(path):
        match = re.fullmatch(r"(\d{4}-\d{2}): (.+)", line)
        if match is None:
            raise SchemaError(f"{path.name} line {number}: expected 'YYYY-MM: DD amount, ...'; found {line[:40]!r}.")
        for entry in match[2].split(", "):
            found = re.fullmatch(r"(\d{2}) (-?\d+)(?:\.(\d))?", entry)
            day = "" if found is None else f"{match[1]}-{found[1]}"
            if found is None or day <= max(amounts, default=""):
                raise SchemaError(f"{path.name} line {number}: expected days in order with amounts; found {entry!r}.")
            amount = int(f"{found[2]}{found[3] or '0'}")  # hundreds of millions
            if amount == 0 or not _recorded(day):
                rule = f"an amount other than zero on a day from {INTERVENTIONS_SPAN[0]} to {INTERVENTIONS_SPAN[1]}"
                raise SchemaError(f"{path.name} line {number}: expected {rule}; found {entry!r} in {match[1]}.")
            amounts[day] = str(amount)
    days = pd.bdate_range(INTERVENTIONS_SPAN[0], INTERVENTIONS_SPAN[1]).union(pd.DatetimeIndex(list(amounts)))
    return [(f"{day:%Y-%m-%d}", amounts.get(f"{day:%Y-%m-%d}", "0")) for day in days]


def _recorded(day: str) -> bool:
    """Whether a day exists and lies in the quarters that the record covers."""
    try:
        return INTERVENTIONS_SPAN[0] <= date.fromisoformat(day).isoformat() <= INTERVENTIONS_SPAN[1]
    except ValueError:  # 31 June
        return False


def mfh(folder: Path) -> Rows:
    """``year | holder | values Dec..Jan``; a month printed twice keeps both values, marked new and old."""
    rows: Rows = []
    for name in ("mfh_2000_2012.txt", "mfh_2013_2026.txt"):
        for number, line in _lines(folder / name):
            year, holder, values = (part.strip() for part in line.split("|"))
            match = re.fullmatch(r"(?:\[([A-Za-z ]+)\] )?([-\d. ]+)", values)
            if match is None:
                raise SchemaError(f"{name} line {number}: cannot read {values[:40]!r}.")
            months = match.group(1).split() if match.group(1) else list(reversed(MONTHS))
            cells = match.group(2).split()
            if len(months) != len(cells):
                raise SchemaError(f"{name} line {number}: {len(months)} months but {len(cells)} values.")
            seen: set[str] = set()
            for month, cell in zip(months, cells, strict=True):
                twice = months.count(month) == 2
                series = "" if not twice else "old" if month in seen else "new"
                seen.add(month)
                date = f"{year}-{MONTHS.index(month) + 1:02d}"
                rows.append((date, HOLDERS_PRINTED.get(holder, ""), holder, series, "" if cell == "." else cell))
    return _sorted_unique(rows, "mfh", keys=4)


def _sorted_unique(rows: Rows, table: str, keys: int = 2) -> Rows:
    rows = sorted(rows)
    heads = [row[:keys] for row in rows]
    if len(set(heads)) != len(heads):
        twice = next(head for head in heads if heads.count(head) > 1)
        raise SchemaError(f"{table}: {twice} stands twice.")
    return rows


def _read(table: str, folder: Path) -> Rows:
    if table in ("DGS2", "DGS10", "DGS30"):
        return daily(folder / f"{table}_1985_1999.txt") + daily(folder / f"{table}.txt")
    if table in ("GS2", "GS10", "FEDFUNDS"):
        return yearly(folder / f"{table}.txt", per_year=12, basis_points=True)
    if table == "FYGFDPUN":
        return yearly(folder / f"{table}.txt", per_year=4)
    if table in ("CPIAUCSL", "INDPRO", "IRLTLT01DEM156N", "IRLTLT01GBM156N", "EXJPUS"):
        return yearly(folder / f"{table}.txt", per_year=12)
    if table in ("TREAST", "WMTSECL1", "NFCI"):
        return weekly(folder / f"{table}.txt", zero_is_missing=table == "WMTSECL1")
    if table == "acm":
        return columns(folder / "ACM.txt", width=4)
    if table == "foreign_official":
        return [(month, "OFF", *values) for month, *values in columns(folder / "foi.txt", width=4)]
    if table == "cofer_shares":
        return columns(folder / f"{table}.txt", width=3)
    if table == "safe_reserves":
        return every_month(columns(folder / f"{table}.txt", width=4))
    if table == "mof_usdjpy":
        return interventions(folder / "mof_usdjpy_daily.txt")
    return {"bertaut_judson": bertaut_judson, "s_form": s_form, "slt_table1": slt, "mfh": mfh}[table](folder)


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def build(figures: Path, archive: Path = ARCHIVE) -> Path:
    """Write ``archive/<as-of>/``: one CSV a table and ``manifest.csv``.

    Parameters
    ----------
    figures : Path
        Folder of the checked tables.
    archive : Path
        Where vintages lie.

    Returns
    -------
    Path
        The vintage's folder.

    Raises
    ------
    SchemaError
        If a table is missing or a line breaks its layout, naming file and line.
    """
    target = archive / AS_OF
    manifest: list[tuple[str, ...]] = []
    for name, table in TABLES.items():
        rows = _read(name, figures)
        content = _csv(table.columns, rows)
        write_atomic(target / f"{name}.csv", content)
        sha256, dates = hashlib.sha256(content).hexdigest(), sorted({row[0] for row in rows})
        manifest.append(
            (f"{name}.csv", sha256, str(len(content)), table.publisher, table.title, table.url, table.units,
             table.frequency, dates[0], dates[-1], str(len(rows)), table.licence, table.citation)
        )  # fmt: skip
    header = ("file", "sha256", "bytes", "publisher", "table", "url", "units", "frequency", "first", "last",
              "rows", "licence", "citation")  # fmt: skip
    write_atomic(target / "manifest.csv", _csv(header, manifest))
    return target


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m econ.data.build_archive FIGURES_FOLDER")
    print(f"wrote {build(Path(sys.argv[1])).relative_to(ARCHIVE.parent)}")
