"""Major Foreign Holders: ``mfhhis01.txt`` (blocks of a year) and ``slt_table5.txt`` (thirteen months).

The rows carry no date, so a line moved from one block to another would be a wrong number under a right name.
Three identities guard against it: the holders add up to the Grand Total in every month, holders stand in the
order of their newest figure, and official bills and bonds add up to the official total.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ.data.parsers.places import named_holder
from econ.data.parsers.source import MONTHS, Source, Wide, split_quoted

_TOLERANCE = 0.75
"""USD billions: forty figures rounded to 0.1 miss their total by 0.18 (one standard deviation)."""
_MISPRINTS = {"2006-06": 2.6}
"""Months whose published Grand Total differs from its own lines by more, in USD billions."""
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
_OFFICIAL = {
    "For. Official": "holdings",
    "Treasury Bills": "holdings_bills",
    "T-Bonds & Notes": "holdings_bonds_notes",
    "Of Which: Foreign Official": "holdings",
    "Of Which: Foreign Official Treasury Bills": "holdings_bills",
    "Of Which: Foreign Official T-Bonds & Notes": "holdings_bonds_notes",
}


@dataclass
class _Block:
    """One table of the file: columns are months, rows are holders."""

    months: list[str]
    notes: list[str]
    names: list[str]
    lines: list[int]
    rows: list[np.ndarray]


def _cells(source: Source, number: int) -> list[str]:
    """Split a line at tabs; quotes may enclose a whole cell only."""
    return split_quoted(source.lines[number - 1], "\t")


def _header(source: Source, number: int) -> tuple[int, list[str], list[str]]:
    """Read the header above the dashes on line ``number``: width, months and notes of the columns."""
    if number < 6:
        source.fail(number, "a ruler without the header lines above it.")
    dashes = [cell.strip() for cell in _cells(source, number)]
    width = sum(cell != "" for cell in dashes)
    if dashes[0] or set(dashes[1 : width + 1]) != {"------"} or any(dashes[width + 1 :]):
        source.fail(number, "the ruler under the header is broken.")
    years, names = ([cell.strip() for cell in _cells(source, number - back)] for back in (1, 2))
    if years[0] != "Country" or len({*years[1 : width + 1]}) != 1 or names[0] or len(names) != len(years):
        source.fail(number - 1, "expected 'Country' and one year over every column.")
    if any(years[width + 1 :]) or any(names[width + 1 :]) or re.fullmatch(r"(19|20)[0-9]{2}", years[1]) is None:
        source.fail(number - 1, "years and months do not stand over the same columns.")
    if any(name not in MONTHS for name in names[1 : width + 1]):
        source.fail(number - 2, "expected the names of months.")
    places = [MONTHS.index(name) + 1 for name in names[1 : width + 1]]
    if any(left - right not in (0, 1) for left, right in itertools.pairwise(places)):
        source.fail(number - 2, "months do not run backwards one by one.")
    months = [f"{years[1]}-{place:02d}" for place in places]
    return width, months, _series_notes(source, number, months)


def _series_notes(source: Source, number: int, months: list[str]) -> list[str]:
    """Label the columns of a survey break: the lines 'Series n/' and Roman numerals above the months."""
    numerals = [cell.strip() for cell in _cells(source, number - 3)]
    words = [cell.strip() for cell in _cells(source, number - 4)]
    notes = ["" for _ in months]
    twice = {month for month in months if months.count(month) == 2}
    if any(months.count(month) > 2 for month in months):
        source.fail(number - 2, "a month stands more than twice.")
    labelled = [place for place, cell in enumerate(numerals) if cell]
    if not labelled and not any(words):
        if twice:
            source.fail(number - 2, f"month {min(twice)} stands twice without naming its series.")
        return notes
    named = [place for place, cell in enumerate(words) if cell]
    if labelled != named or len(labelled) % 2 or labelled[-1] > len(months) or labelled[0] < 1:
        source.fail(number - 3, "series numbers and their words do not stand over the same columns.")
    for new, old in zip(labelled[::2], labelled[1::2], strict=True):
        _check_pair(source, number, (words[new], words[old]), (numerals[new], numerals[old]))
        same = months[new - 1] == months[old - 1]
        if old != new + 1 or (same != (months[new - 1] in twice)):
            source.fail(number - 3, "the series numbers do not stand over the month printed twice.")
        notes[new - 1] = f"{'new ' if same else ''}series {numerals[new]}"
        notes[old - 1] = f"{'old ' if same else ''}series {numerals[old]}"
    if any(not notes[place] for place, month in enumerate(months) if month in twice):
        source.fail(number - 2, "a month stands twice without naming its series.")
    return notes


def _check_pair(source: Source, number: int, words: tuple[str, str], numerals: tuple[str, str]) -> None:
    known = all(numeral in _ROMAN for numeral in numerals)
    if re.fullmatch(r"Series [0-9]+/", words[0]) is None or words[1] != "Series" or not known:
        source.fail(number - 3, f"expected 'Series n/' and 'Series' with Roman numerals, found {words} {numerals}.")
    if _ROMAN.index(numerals[0]) != _ROMAN.index(numerals[1]) + 1:
        source.fail(number - 3, f"series {numerals[0]} does not follow series {numerals[1]}.")


def _row(source: Source, number: int, width: int, columns: int) -> tuple[str, np.ndarray]:
    cells = _cells(source, number)
    if len(cells) != columns:
        source.fail(number, f"expected {columns} cells, found {len(cells)}; a separator is missing or doubled.")
    if any(cell.strip() for cell in cells[width + 1 :]):
        source.fail(number, "a figure stands where the header has no month.")
    name = re.sub(r" +[0-9]{1,2}/$", "", cells[0].strip())
    values = source.numbers([cell.strip() for cell in cells[1 : width + 1]], [number] * width, missing="n.a.")
    if name not in _OFFICIAL and (values < 0).any():
        source.fail(number, f"negative holdings of {name!r}.")
    return name, values


def _check_block(source: Source, block: _Block) -> None:
    """Holders add up to the total, stand in order, and official bills and bonds to the official total."""
    first, last = block.lines[0], block.lines[-1]
    if "Grand Total" not in block.names:
        source.fail(last, f"the table of {block.months[0][:4]} has no Grand Total.")
    total = block.names.index("Grand Total")
    holders, official = block.names[:total], [_OFFICIAL.get(name, "") for name in block.names[total + 1 :]]
    if official != ["holdings", "holdings_bills", "holdings_bonds_notes"]:
        source.fail(last, "expected the official total, bills and bonds under the Grand Total.")
    if any(name in _OFFICIAL for name in holders) or len(set(block.names)) != len(block.names):
        twice = [name for name in holders if name in _OFFICIAL or block.names.count(name) > 1]
        source.fail(block.lines[block.names.index(twice[0])], f"{twice[0]!r} stands twice in one table.")
    if not holders or holders[-1] != "All Other":
        source.fail(block.lines[total], "expected 'All Other' as the line above the Grand Total.")
    values = np.vstack(block.rows)
    gap = values[total] - np.nansum(values[:total], axis=0)
    allowed = np.array([_MISPRINTS.get(month, _TOLERANCE) for month in block.months])
    if not (np.abs(gap) <= allowed).all():  # NaN fails too
        where = int(np.argmax(~(np.abs(gap) <= allowed)))
        source.fail(
            block.lines[total],
            f"the holders of {block.months[where]} miss their Grand Total by {gap[where]:.1f}bn; lines {first} to "
            f"{last} are not one table.",
        )
    parts = values[total + 1] - values[total + 2] - values[total + 3]
    if not (np.abs(parts) <= 0.15).all():
        source.fail(block.lines[total + 1], "official bills and bonds do not add up to the official total.")
    newest = values[: total - 1, 0]
    if (np.diff(newest[np.isfinite(newest)]) > 0).any():
        where = int(np.argmax(np.diff(newest) > 0)) + 1
        source.fail(block.lines[where], f"{holders[where]!r} stands below a smaller holder; lines reordered?")


def _tidy(source: Source, blocks: list[_Block], revised: Callable[[str], str]) -> pd.DataFrame:
    dates, names, printed, items, notes, values, lines = [], [], [], [], [], [], []
    for block in blocks:
        for name, line, row in zip(block.names, block.lines, block.rows, strict=True):
            holder = "OFF" if name in _OFFICIAL else named_holder(source, line, name)
            dates += block.months
            names += [holder] * len(row)
            printed += [name] * len(row)
            items += [_OFFICIAL.get(name, "holdings")] * len(row)
            notes += ["; ".join(filter(None, (note, revised(block.months[0])))) for note in block.notes]
            values.append(row)
            lines += [line] * len(row)
    source.unique(list(zip(dates, names, items, notes, strict=True)), lines)
    wide = Wide(
        source.months(dates, lines), names, printed, ("holdings",), np.concatenate(values)[:, None], "usd_bn", notes
    )
    frame = wide.tidy("holder")
    frame["item"] = np.asarray(items, dtype=object)[np.isfinite(np.concatenate(values))]
    return frame


def mfhhis01(source: Source) -> pd.DataFrame:
    """Parse the history of the Major Foreign Holders table; a month printed twice keeps both columns.

    ``notes`` says ``new series XI`` or ``old series X`` at a survey break, and when the year was revised.
    """
    title = [cell.strip() for cell in source.lines[0].split("\t")]
    if "MAJOR FOREIGN HOLDERS OF TREASURY SECURITIES" not in title or "(in billions of dollars)" not in source.text:
        source.fail(1, "expected the title 'MAJOR FOREIGN HOLDERS OF TREASURY SECURITIES' in billions of dollars.")
    blocks, block, width, columns, ended = [], None, 0, 0, False
    for number in range(2, len(source.lines) + 1):
        cells = _cells(source, number)
        head = cells[0].strip()
        if head.startswith("Department of the Treasury"):
            ended = True
        if "------" in source.lines[number - 1]:
            width, months, notes = _header(source, number)
            columns = len(cells)
            block = _Block(months, notes, [], [], [])
            blocks.append(block)
        elif head and head not in ("Country", "Of which:") and any(cell.strip() for cell in cells[1:]):
            if block is None or ended:
                source.fail(number, "figures outside any table.")
            name, values = _row(source, number, width, columns)
            block.names.append(name)
            block.lines.append(number)
            block.rows.append(values)
        elif head and head not in ("Country", "Of which:") and block is not None and not ended:
            source.fail(number, f"{head!r} stands alone between figures; a line was broken in two.")
    if not blocks or not ended:
        source.fail(len(source.lines), "the file ends before the line 'Department of the Treasury'; it is cut.")
    _check_history(source, blocks)
    revised = dict(re.findall(r'^"?\(([0-9]{4}) (revised [A-Z][a-z]+ [0-9]{1,2}, [0-9]{4})\)', source.text, re.M))
    return _tidy(source, blocks, lambda month: revised.get(month[:4], ""))


def _check_history(source: Source, blocks: list[_Block]) -> None:
    for block in blocks:
        if not block.rows:
            source.fail("?", f"the table of {block.months[0][:4]} has no lines.")
        _check_block(source, block)
    numerals = [note.split()[-1] for block in blocks for note in block.notes if note]
    if numerals[1:-1:2] != numerals[2::2]:
        source.fail(blocks[0].lines[0], f"series numbers do not follow each other: {numerals}.")
    for newer, older in itertools.pairwise(blocks):
        if int(newer.months[0][:4]) != int(older.months[0][:4]) + 1:
            source.fail(older.lines[0], f"the table of {older.months[0][:4]} follows that of {newer.months[0][:4]}.")
        if newer.months[-1][5:] != "01" or older.months[0][5:] != "12":
            source.fail(older.lines[0], "a table does not begin in December or end in January.")


def slt_table5(source: Source) -> pd.DataFrame:
    """Parse the current Major Foreign Holders table (thirteen months)."""
    lines = source.lines
    want = ("Table 5: Major Foreign Holders of Treasury Securities", "Holdings at end of time period",
            "Billions of dollars")  # fmt: skip
    for number, title in enumerate(want, start=1):
        if len(lines) < 8 or lines[number - 1].rstrip("\t") != title:
            source.fail(number, f"expected {title!r}.")
    header = lines[5].split("\t")
    width = len(header) - 1
    months = source.months(header[1:], [6] * width)
    if header[0] != "Country" or (np.diff(months.asi8) != -1).any():
        source.fail(6, "expected 'Country' and months running backwards one by one.")
    block = _Block([str(month) for month in months], [""] * width, [], [], [])
    ended = False
    for number in range(7, len(lines) + 1):
        cells = lines[number - 1].split("\t")
        if not any(cell.strip() for cell in cells[1:]):
            ended = True
            continue
        if ended:
            source.fail(number, "figures under the end of the table.")
        name, values = _row(source, number, width, width + 1)
        block.names.append(name)
        block.lines.append(number)
        block.rows.append(values)
    if not ended or not block.rows:
        source.fail(len(lines), "the file ends before its notes; it is cut.")
    _check_block(source, block)
    return _tidy(source, [block], lambda month: "")
