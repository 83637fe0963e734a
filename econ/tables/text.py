"""A `Table` as plain text: aligned for a terminal, and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from econ.tables.markup import fact_words, is_words
from econ.tables.row import Line, Panel
from econ.tables.table import Table


def to_text(table: Table) -> str:
    """Title, facts, heads, lines whose points stand under each other, and notes.

    Examples
    --------
    >>> print(to_text(Table(["a"], [("x", 1.25), ("y", -10.5)], title="Two", facts=[("rows", 2)])))
    Two
    rows: 2
    ---------
            a
    ---------
    x    1.25
    y  −10.50
    ---------
    """
    lines = table.lines()
    rows = [(line.label, _padded(line)) for line in lines if isinstance(line, Line)]
    label = max([len(table.stub), *(len(words) for words, _ in rows)])
    widths = [
        max([len(table.columns[k]), *(len(texts[k]) for _, texts in rows)]) for k in range(len(table.columns))
    ]  # fmt: skip
    left = [is_words(table, k) for k in range(len(widths))]
    heads = [
        *([_spans(table, label, widths)] if table.spans else []),
        _line(table.stub, table.columns, label=label, widths=widths, left=left),
    ]
    body, place = [], iter(rows)
    for line in lines:
        if isinstance(line, Panel):
            body.append(line.title)
        else:
            words, texts = next(place)
            body.append(_line(words, texts, label=label, widths=widths, left=left))
    rule = "-" * max([label + sum(widths) + 2 * len(widths), *(len(each) for each in heads)])
    above = [*([table.title] if table.title else []), *_facts(table)]
    return "\n".join([*above, rule, *heads, rule, *body, rule, *table.all_notes()])


def to_markdown(table: Table) -> str:
    """A pipe table with its title, facts and notes; see :meth:`Table.to_markdown`."""
    sides = [":--", *(":--" if is_words(table, k) else "--:" for k in range(len(table.columns)))]
    out = [f"**{_cell(table.title)}**", ""] if table.title else []
    out += [f"{_cell(name)}: {_cell(words)}  " for name, words in fact_words(table)]
    out += [""] if table.facts else []
    out += [_pipes([table.stub, *table.names]), "|" + "|".join(sides) + "|"]
    for line in table.lines():
        cells = (
            [f"*{line.title}*", *[""] * len(table.columns)] if isinstance(line, Panel) else [line.label, *line.texts]
        )
        out.append(_pipes(cells))
    notes = table.all_notes()
    return "\n".join([*out, *(["", f"*Notes:* {_cell(' '.join(notes))}"] if notes else [])]) + "\n"


def _padded(line: Line) -> list[str]:
    return [text + " " * len(pad) for text, pad in zip(line.texts, line.pads, strict=True)]


def _line(label_: str, texts: Sequence[str], *, label: int, widths: list[int], left: list[bool]) -> str:
    cells = [
        text.ljust(width) if side else text.rjust(width) for text, width, side in zip(texts, widths, left, strict=True)
    ]
    return "  ".join([label_.ljust(label), *cells]).rstrip()


def _spans(table: Table, label: int, widths: list[int]) -> str:
    out, first = " " * label, 0
    for words, count in table.spans:
        out += "  " + words.center(sum(widths[first : first + count]) + 2 * (count - 1))
        first += count
    return out.rstrip()


def _facts(table: Table) -> list[str]:
    return [f"{name}: {words}" for name, words in fact_words(table)]


def _pipes(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(_cell(each) for each in cells) + " |"


def _cell(text: str) -> str:
    """Words that neither end the cell nor are markup or HTML."""
    kept = re.sub(r"([\\`*_\[\]#|$~])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return " ".join(kept.split())
