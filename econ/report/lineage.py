"""The lineage of the numbers of the text and of its tables, as the last section of the web edition.

Number by number: the estimate at full precision, the line of the program that names it, its path; exhibit by exhibit:
the choices that were read, the files with publisher and sha256, and the cells of its tables (`econ.report.cells`).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from econ.data.vintage import Vintage
from econ.estimate import Estimate, Unavailable
from econ.report import cells
from econ.report.exhibit import Exhibit
from econ.report.store import plain
from econ.tables.numbers import Number, fixed, render

ABOUT = (
    "Where each number of the text comes from: its value on disk, the line of the program that names it, the objects "
    "between it and the data, and, by exhibit, the choices that were read, the files behind it, and the cells of its "
    "tables without rounding."
)
HEADS = ("Number", "Estimate", "s.e.", "Set", "Units", "Obs.", "Line", "Path")


def lineage(
    exhibits: Mapping[str, Exhibit],
    numbers: Iterable[str],
    root: Path | None,
    *,
    shown: Mapping[str, Mapping[str, str]],
) -> str:
    """HTML of the section.

    Parameters
    ----------
    exhibits : mapping of str to Exhibit
        Those that the page shows, by key.
    numbers : iterable of str
        Numbers that the text quotes, as ``exhibit.number``.
    root : Path, optional
        Project folder, in which the programs are read for their lines; None: no lines.
    shown : mapping of str to (mapping of str to str)
        A link to each table on the page, by exhibit and by name of the table's files.
    """
    quoted: dict[str, list[str]] = {key: [] for key in exhibits}
    for each in sorted(set(numbers)):
        key, _, name = each.partition(".")
        quoted[key].append(name)
    files: dict[str, Vintage] = {}
    for exhibit in exhibits.values():
        files |= {each.file: each for each in exhibit.vintages}
    parts = [
        '<section id="lineage">', '<h1 class="unnumbered">Lineage of the numbers</h1>',
        f"<p>{ABOUT}</p>",
        *(_exhibit(exhibits[key], names, root, shown=shown[key]) for key, names in quoted.items()),
        _files(files), "</section>",
    ]  # fmt: skip
    return "\n".join(parts)


def _exhibit(exhibit: Exhibit, names: list[str], root: Path | None, *, shown: Mapping[str, str]) -> str:
    program = root / exhibit.program if root is not None and names else None
    lines = lines_of(program) if program is not None and program.exists() else _Lines((), 1)
    links = ", ".join(f'<a href="#file:{escape(each.file)}">{escape(each.file)}</a>' for each in exhibit.vintages)
    parts = [
        f'<section id="lineage:{exhibit.key}" class="lineage">', f"<h2>{escape(exhibit.title)}</h2>",
        f"<p>Made by <code>{exhibit.program}</code>. Files: {links or 'none'}.</p>", _choices(exhibit),
    ]  # fmt: skip
    if names:
        heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
        label = escape(f"Numbers of {exhibit.title}", quote=True)
        parts.append(f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>')
        parts.append(f"<thead><tr>{heads}</tr></thead><tbody>")
        parts += [_number(exhibit, name, lines.of(name)) for name in names]
        parts.append("</tbody></table></div>")
    parts += [cells.entries(exhibit, stem, link) for stem, link in sorted(shown.items())]
    return "\n".join([*parts, "</section>"])


def _number(exhibit: Exhibit, name: str, line: int) -> str:
    value, path = exhibit.numbers[name], exhibit.trace(name)
    words = (*told(value).values(), f"{exhibit.program}:{line}", " ← ".join(path.steps))
    written = escape(json.dumps(exact(value), ensure_ascii=False), quote=True)
    return (
        f'<tr id="lineage:{exhibit.key}.{name}" data-value="{written}"><th scope="row">{name}</th>'
        f"{''.join(f'<td>{escape(each)}</td>' for each in words)}</tr>"
    )


def exact(value: Number) -> object:
    """The number as the results on disk have it: a float or int; words as words."""
    return value.reason if isinstance(value, Unavailable) else value.value if isinstance(value, Estimate) else value


def told(value: Number) -> dict[str, str]:
    """Value, error, set, units and observations in words; empty where there is none.

    Examples
    --------
    >>> told(Estimate(-6.0, 1.5, -8.5, -3.5, units="bp", nobs=312))
    {'value': '−6.0', 'se': '1.5', 'interval': '90%: [−8.5, −3.5]', 'units': 'bp', 'nobs': '312'}
    """
    if not isinstance(value, Estimate):
        shown = f"n.a.: {value.reason}" if isinstance(value, Unavailable) else render(value)
        return {"value": shown, "se": "", "interval": "", "units": "", "nobs": ""}
    return {
        "value": render(value), "se": render(value, "se"),
        "interval": f"{render(value, 'level')}: {render(value, 'interval')}", "units": value.units,
        "nobs": fixed(value.nobs, 0) if value.nobs else "",
    }  # fmt: skip


def _choices(exhibit: Exhibit) -> str:
    if not exhibit.choices:
        return ""
    body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(_words(exhibit.spec, name))}</dd>" for name in exhibit.choices)
    return f"<details><summary>{len(exhibit.choices)} choices were read</summary><dl>{body}</dl></details>"


def _words(spec: Any, name: str) -> str:
    """Value of a choice by its dotted name, as JSON."""
    for part in name.split("."):
        if not isinstance(spec, Mapping) or part not in spec:
            return "not recorded"
        spec = spec[part]
    return json.dumps(plain(spec), ensure_ascii=False)


def _files(files: Mapping[str, Vintage]) -> str:
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("File", "Publisher", "Table", "Address", "As of", "sha256", "Licence")
    )
    rows = "".join(
        f'<tr id="file:{escape(each.file)}"><th scope="row">{escape(each.file)}</th>'
        + "".join(f"<td>{escape(str(text))}</td>" for text in (each.publisher, each.table, each.url, each.as_of))
        + f'<td class="digest">{each.sha256}</td><td>{escape(each.licence)}</td></tr>'
        for _, each in sorted(files.items())
    )
    return (
        '<section id="files" class="lineage"><h2>Files</h2>\n'
        '<div class="scroll" tabindex="0" role="region" aria-label="Files">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


class _Lines:
    """Which line of a program names a number: the key of a dictionary, as it stands or with parts to fill in."""

    def __init__(self, keys: Iterable[tuple[re.Pattern[str], int, int]], otherwise: int) -> None:
        self._keys, self._otherwise = tuple(keys), otherwise

    def of(self, name: str) -> int:
        """The key that says most of the name; else where the exhibit is made."""
        found = [(said, -line) for pattern, said, line in self._keys if pattern.fullmatch(name)]
        return -max(found)[1] if found else self._otherwise


def lines_of(program: Path) -> _Lines:
    """Read a program for the keys of its dictionaries."""
    tree = ast.parse(program.read_text(encoding="utf-8"))
    made = (node.lineno for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "result")
    return _Lines(_keys(tree), next(made, 1))


def _keys(tree: ast.AST) -> Iterator[tuple[re.Pattern[str], int, int]]:
    for node in ast.walk(tree):
        nodes: list[ast.expr | None] = []
        if isinstance(node, ast.Dict):
            nodes = list(node.keys)
        elif isinstance(node, ast.DictComp):
            nodes = [node.key]
        elif isinstance(node, ast.Subscript):
            nodes = [node.slice]
        for each in nodes:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield re.compile(re.escape(each.value)), len(each.value), each.lineno
            elif isinstance(each, ast.JoinedStr):
                said = [part.value if isinstance(part, ast.Constant) else None for part in each.values]
                pattern = "".join(".+" if part is None else re.escape(str(part)) for part in said)
                if length := sum(len(str(part)) for part in said if part is not None):
                    yield re.compile(pattern), length, each.lineno
