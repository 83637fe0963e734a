"""A `Table` in the languages of the page: LaTeX, Typst, HTML. Words are escaped, never interpreted."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable

from econ.estimate import Estimate, Unavailable, three_digits
from econ.tables.numbers import Number, render
from econ.tables.row import Line, Panel
from econ.tables.table import Table

_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_{}"},
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "\u00a0": "~",
}


LONG, SENTENCE = 40, 60
"""Characters from which a column shares the width that is left, if one beside the labels has so many that it must."""


def tex(text: str) -> str:
    r"""Escape words for LaTeX.

    Examples
    --------
    >>> print(tex("R&D in %_"))
    R\&D in \%\_
    """
    return "".join(_TEX.get(character, character) for character in text)


def _opening(text: str) -> str:
    r"""Words that open a line: after ``\\`` and after a rule, a ``[`` would open an option and a ``*`` be one."""
    return ("{}" if text.lstrip().startswith(("[", "*")) else "") + tex(text)


def typ(text: str) -> str:
    r"""Escape words for Typst markup, hyphens and quotation marks included.

    Examples
    --------
    >>> print(typ("a_b #1"))
    a\_b \#1
    """
    return re.sub(r"([\\`*_{}\[\]()#$@<>~/=+.'\"-])", r"\\\1", text)


def is_words(table: Table, column: int) -> bool:
    """Whether a column holds words only, so that it is set flush left."""
    return all(isinstance(row.cells[column], str) for row in table.body) and bool(table.body)


def fact_words(table: Table) -> list[tuple[str, str]]:
    """Name and printed value of each fact."""
    return [(name, _fact(value)) for name, value in table.facts]


def _fact(value: Number) -> str:
    """An estimate in full, a plain number with three significant digits at least."""
    if isinstance(value, (Estimate, Unavailable)):
        return str(value)
    if isinstance(value, float) and math.isfinite(value) and 0.0 < abs(value) < 1.0:
        return render(value, f"value:{three_digits(value)}")
    return render(value)


def _above(table: Table) -> list[str]:
    """What stands above the table, line by line."""
    return [*([table.title] if table.title else []), *(f"{name}: {words}" for name, words in fact_words(table))]


def _lines(table: Table, panel: Callable[[str, bool], str], line: Callable[[Line, bool], str]) -> list[str]:
    """Render line by line: ``panel`` is told whether it is the first, ``line`` whether its row has another."""
    items = table.lines()
    after = [isinstance(item, Line) and item.continued for item in items[1:]] + [False]
    return [
        panel(item.title, place == 0) if isinstance(item, Panel) else line(item, after[place])
        for place, item in enumerate(items)
    ]


def to_latex(table: Table) -> str:
    """Write a booktabs tabular; see :meth:`Table.to_latex`."""
    width = len(table.columns) + 1
    align = "l" + "".join("l" if is_words(table, k) else "r" for k in range(width - 1))
    out = [f"\\begin{{tabular}}{{@{{}}{align}@{{}}}}", "\\toprule"]
    if above := _above(table):
        out.insert(0, "\\noindent " + " \\\\ ".join(map(tex, above)) + "\n\n\\smallskip\\noindent")
    if table.spans:
        first, cells, rules = 2, [""], []
        for text, count in table.spans:
            cells.append(f"\\multicolumn{{{count}}}{{c}}{{{tex(text)}}}")
            if text:
                rules.append(f"\\cmidrule(lr){{{first}-{first + count - 1}}}")
            first += count
        out += [" & ".join(cells) + " \\\\", "".join(rules)]
    out += [" & ".join([_opening(table.stub), *map(tex, table.columns)]) + " \\\\", "\\midrule"]

    def panel(title: str, first: bool) -> str:
        space = "" if first else "\\addlinespace\n"
        return f"{space}\\multicolumn{{{width}}}{{@{{}}l}}{{\\textit{{{tex(title)}}}}} \\\\"

    def line(item: Line, goes_on: bool) -> str:
        cells = [
            tex(text) + (f"\\phantom{{{tex(pad)}}}" if pad else "")
            for text, pad in zip(item.texts, item.pads, strict=True)
        ]
        return " & ".join([_opening(item.label), *cells]) + " \\\\"

    out += [*_lines(table, panel, line), "\\bottomrule", "\\end{tabular}"]
    if notes := table.all_notes():
        out.append("\n\\smallskip\\begin{minipage}{0.95\\linewidth}\\footnotesize")
        out.append(f"\\textit{{Notes:}} {tex(' '.join(notes))}\n\\end{{minipage}}")
    return "\n".join(out) + "\n"


def _widths(table: Table, sides: list[bool]) -> str:
    """How wide the columns of a Typst table are: by their contents, or what these leave where one holds sentences."""
    labels = [row.label for row in table.body]
    texts = [labels, *([str(row.cells[k]) if words else "" for row in table.body] for k, words in enumerate(sides))]
    longest = [max(map(len, column), default=0) for column in texts]
    if max(longest[1:], default=0) <= SENTENCE:
        return str(len(longest))
    return f"({', '.join(f'{size**0.5:.1f}fr' if size > LONG else 'auto' for size in longest)})"


def _typst_head(table: Table, sides: list[bool]) -> list[str]:
    """What stands above the lines of a Typst table: words, columns, heads; ``sides`` says which hold words."""
    before = "".join(f"{typ(line)} \\\n" for line in _above(table))
    align = ", ".join(["left", *("left" if words else "right" for words in sides)])
    out = [f"{before}#table(columns: {_widths(table, sides)}, align: ({align}), stroke: none,", "table.header("]
    if table.spans:
        first, cells, rules = 1, ["[]"], []
        for text, count in table.spans:
            cells.append(f"table.cell(colspan: {count}, align: center)[{typ(text)}]")
            if text:
                rules.append(f"table.hline(start: {first}, end: {first + count}, stroke: 0.4pt),")
            first += count
        out += [", ".join(cells) + ",", *rules]
    heads = ", ".join(f"[{typ(head)}]" for head in (table.stub, *table.columns))
    return [*out, f"{heads}),", "table.hline(stroke: 0.5pt),"]


def to_typst(table: Table) -> str:
    """Write a Typst table; see :meth:`Table.to_typst`."""
    width = len(table.columns) + 1
    sides = [is_words(table, k) for k in range(width - 1)]
    out = _typst_head(table, sides)

    def panel(title: str, first: bool) -> str:
        inset = "" if first else ", inset: (top: 0.8em)"
        return f"table.cell(colspan: {width}, align: left{inset})[#emph[{typ(title)}]],"

    def line(item: Line, goes_on: bool) -> str:
        cells = [
            typ(text) + (f"#hide[{typ(pad)}]" if pad else "") for text, pad in zip(item.texts, item.pads, strict=True)
        ]
        # Words as high as their row leave no gap above its second line, and keep both lines on one page.
        high = "table.cell(rowspan: 2, breakable: false)" if goes_on else ""
        made = zip((True, *sides), (typ(item.label), *cells), strict=True)
        return (
            ", ".join(f"{high if tall else ''}[{text}]" for tall, text in made if not (item.continued and tall)) + ","
        )

    out += [*_lines(table, panel, line), ")"]
    if notes := table.all_notes():
        words = typ(" ".join(notes))
        out.append(f"#block(width: 100%, above: 0.6em)[#set align(left)\n#text(size: 0.85em)[_Notes:_ {words}]]")
    return "\n".join(out) + "\n"


def _html_head(table: Table, sides: list[str]) -> list[str]:
    """What stands above the lines of an HTML table: title, facts, heads; ``sides`` are the classes of the columns."""
    escape = html.escape
    out = ['<table class="results">']
    if table.title:
        out.append(f"<caption>{escape(table.title)}</caption>")
    out.append("<thead>")
    for name, words in fact_words(table):
        out.append(
            f'<tr class="fact"><th scope="row">{escape(name)}</th><td colspan="{len(sides)}">{escape(words)}</td></tr>'
        )
    if table.spans:
        cells = "".join(
            f'<th colspan="{count}" scope="colgroup" class="{"span" if text else "gap"}">{escape(text)}</th>'
            for text, count in table.spans
        )
        out.append(f"<tr><td></td>{cells}</tr>")
    heads = "".join(
        f'<th scope="col" class="{side}">{escape(head)}</th>' for head, side in zip(table.columns, sides, strict=True)
    )
    return [*out, f'<tr><th scope="col" class="label">{escape(table.stub)}</th>{heads}</tr>', "</thead>", "<tbody>"]


def to_html(table: Table) -> str:
    """Write an HTML table; see :meth:`Table.to_html`."""
    escape = html.escape
    sides = ["words" if is_words(table, k) else "number" for k in range(len(table.columns))]
    out = _html_head(table, sides)

    def panel(title: str, first: bool) -> str:
        kind = "panel first" if first else "panel"
        return f'<tr class="{kind}"><th colspan="{len(sides) + 1}" scope="rowgroup">{escape(title)}</th></tr>'

    def line(item: Line, goes_on: bool) -> str:
        pads = [f'<span class="pad" aria-hidden="true">{pad}</span>' if pad else "" for pad in item.pads]
        cells = "".join(
            f'<td class="{side}">{escape(text)}{pad}</td>'
            for side, text, pad in zip(sides, item.texts, pads, strict=True)
        )
        if item.continued:
            return f'<tr class="below">{cells}</tr>'
        high = ' rowspan="2"' if goes_on else ""  # so that a label in several lines leaves no gap above the second
        return f'<tr><th scope="row"{high}>{escape(item.label)}</th>{cells}</tr>'

    out += [*_lines(table, panel, line), "</tbody>", "</table>"]
    if notes := table.all_notes():  # outside the table, so that they wrap where a wide table scrolls
        out.append(f'<p class="notes"><em>Notes:</em> {escape(" ".join(notes))}</p>')
    return "\n".join(out) + "\n"
