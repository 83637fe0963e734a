"""Tables: shape, rounding, alignment, notes, escapes, and four languages that say the same."""

import csv
import io
import math
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

from econ import ConfidenceSet, Estimate, Unavailable
from econ.errors import SpecificationError
from econ.report import Panel, Row, Table
from econ.report.store import decode_table, dumps, encode_table
from econ.tables.markup import tex, typ
from econ.tables.row import Line

A = Estimate(-6.04, 1.53, -8.5, -3.5, units="bp", nobs=312)
B = Estimate(12.3, 0.05, 12.2, 12.4)
NASTY = r"R&D 50% of #1_x {a} ~ ^ \ <b> $x$ * [y] @z"


@pytest.fixture
def table():
    return Table(
        ["h = 0", "h = 12", "Verdict"],
        [
            Panel("Panel A. China"),
            ("10-year", A, B, "yes"),
            ("2-year", Unavailable("one event only"), 1234.5, NASTY),
            Panel("Panel B. Japan"),
            Row("Share", [0.123, 0.5, ""], decimals=3),
            ("Observations", 312, np.int64(12), ""),
        ],
        spans=[("Response", 2), ("", 1)],
        stub="Variable",
        notes=["Standard errors in parentheses."],
    )


def rows_of(table):
    return [(line.label, line.texts) for line in table.lines() if isinstance(line, Line)]


def test_cells_are_rounded_by_their_errors_and_estimates_take_two_lines(table):
    assert rows_of(table) == [
        ("10-year", ("−6.0", "12.300", "yes")),
        ("", ("(1.5)", "(0.050)", "")),
        ("2-year", ("n.a.", "1,234.50", NASTY)),
        ("Share", ("0.123", "0.500", "")),
        ("Observations", ("312", "12", "")),
    ]


@pytest.mark.parametrize(("below", "expected"), [("se", "(1.53)"), ("interval", "[−8.50, −3.50]"), ("none", None)])
def test_what_stands_below(below, expected):
    lines = rows_of(Table(["x"], [("a", A)], decimals=2, below=below))
    assert [texts[0] for _, texts in lines] == ["−6.04", *([expected] if expected else [])]


def test_points_of_a_column_stand_under_each_other(table):
    for column in (0, 1):
        after = {
            len((text + pad).split(".")[1])
            for line in table.lines()
            if isinstance(line, Line)
            for text, pad in [(line.texts[column], line.pads[column])]
            if re.match(r"\(?[−\d]", text)
        }
        assert len(after) == 1, column


def test_reason_of_an_unavailable_cell_is_a_note(table):
    assert table.all_notes() == ["Standard errors in parentheses.", "n.a. (2-year): one event only."]
    for text in (table.to_latex(), table.to_html(), table.to_typst().replace("\\", "")):
        assert "one event only" in text


def test_csv_keeps_full_precision_and_reads_back(table):
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    first = rows[0]
    assert (first["panel"], first["row"], first["statistic"]) == ("Panel A. China", "10-year", "value")
    assert float(first["Response: h = 0"]) == -6.04
    assert [row["statistic"] for row in rows[:4]] == ["value", "std_error", "lower", "upper"]
    assert rows[4]["Response: h = 0"] == "n.a. (one event only)"
    assert rows[4]["Verdict"] == NASTY


def test_html_is_well_formed_and_square(table):
    root = ElementTree.fromstring(f"<div>{table.to_html()}</div>")
    from_above = 0
    for row in root.iter("tr"):
        assert from_above + sum(int(cell.get("colspan", "1")) for cell in row) == 4
        from_above = sum(int(cell.get("rowspan", "1")) - 1 for cell in row)
    assert NASTY in [cell.text for cell in root.iter("td")]


def test_a_label_is_as_high_as_the_lines_of_its_row():
    """A label in several lines then pushes no set away from its value, and no page ends between the two."""
    made = Table(["x"], [("with a set", A), ("without", 1)])
    assert '<th scope="row" rowspan="2">with a set</th>' in made.to_html()
    assert '<th scope="row">without</th>' in made.to_html()
    assert made.to_html().count('<th scope="row"') == 2
    assert "table.cell(rowspan: 2, breakable: false)[with a set]" in made.to_typst()
    assert "[without], [1" in made.to_typst()
    worded = Table(["words", "x"], [("with a set", "told", A)], below="interval").to_typst()
    tall = "table.cell(rowspan: 2, breakable: false)"
    assert f"{tall}[with a set], {tall}[told], [" in worded
    assert "columns: 3," in worded


def test_columns_of_sentences_share_what_the_others_leave(tmp_path):
    import typst

    made = Table(["words", "x"], [("a label of some length, " * 2, "a sentence that goes on and on, " * 9, A)])
    [columns] = re.findall(r"columns: \((.*?)\)", made.to_typst())
    assert [each[-2:] for each in columns.split(", ")] == ["fr", "fr", "to"]
    (tmp_path / "t.typ").write_text(made.to_typst(), encoding="utf-8")
    assert typst.compile(str(tmp_path / "t.typ")).startswith(b"%PDF")


def test_tex_is_square_and_escaped(table):
    body = table.to_latex().split("\\bottomrule")[0]
    for line in body.splitlines():
        if line.endswith("\\\\"):
            spans = sum(int(width) - 1 for width in re.findall(r"\\multicolumn\{(\d)\}", line))
            assert len(re.findall(r"(?<!\\)&", line)) + spans == 3, line
    assert "\\cmidrule(lr){2-3}" in body


@pytest.mark.parametrize("label", ["[1] OLS", "*** p < 0.01", " [x]", "*"])
def test_tex_takes_no_words_for_the_option_of_a_line_break_or_a_rule(label):
    made = Table(["[h]", "b"], [(label, 1, 2), (label, A, B), Panel("[p]"), (label, 1, "[w]")], stub=label)
    text = made.to_latex()
    assert text.count("\n{}" + tex(label) + " & ") == 4
    for line_end in (r"\\\\", r"\\toprule", r"\\midrule", r"\\addlinespace", r"\\cmidrule\([^\n]*\}"):
        assert not re.search(line_end + r"\s*[\[*]", text), line_end


def test_every_character_that_we_print_is_declared_for_pdflatex():
    open_set = ConfidenceSet(((-math.inf, -2.0), (3.0, math.inf)), 0.9)
    cells = (Estimate(-1.0, Unavailable("none"), -math.inf, math.inf, region=open_set), Estimate(-1e-12, 3e-13, -1, 1))
    text = Table(["a", "b"], [("x", *cells)], below="interval").to_latex()
    beyond = {f"{ord(character):04X}" for character in text if ord(character) > 126}
    assert beyond == {"2212", "221E", "222A"}
    declared = set(re.findall(r"DeclareUnicodeCharacter\{(\w+)\}", Table.to_latex.__doc__))
    assert declared == beyond
    assert "\\usepackage{booktabs}" in Table.to_latex.__doc__


def test_tex_has_only_commands_of_latex_and_booktabs(table):
    commands = set(re.findall(r"\\([a-z]+)", table.to_latex()))
    booktabs = {"toprule", "midrule", "bottomrule", "cmidrule", "addlinespace"}
    kernel = {"begin", "end", "multicolumn", "textit", "phantom", "smallskip", "linewidth", "footnotesize"}
    words = {"textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater"}
    assert commands == booktabs | kernel | words


def test_typst_compiles_with_every_character(table, tmp_path):
    import typst

    (tmp_path / "t.typ").write_text(table.to_typst(), encoding="utf-8")
    assert typst.compile(str(tmp_path / "t.typ")).startswith(b"%PDF")


def test_every_ascii_character_survives_the_escapes():
    import typst

    words = "".join(chr(code) for code in range(32, 127))
    assert typst.query is not None
    for character in "&%$#_{}":
        assert tex(character) == "\\" + character
    assert [tex(character) for character in "|<>"] == [r"\textbar{}", r"\textless{}", r"\textgreater{}"]
    for character in "#$*_`@<>[]":
        assert typ(character) == "\\" + character
    assert tex(words).replace("\\", "")


def test_json_gives_the_same_table_back(table):
    import json

    again = decode_table(json.loads(dumps(encode_table(table))))
    assert (again.to_csv(), again.to_latex(), again.to_typst(), again.to_html()) == (
        table.to_csv(), table.to_latex(), table.to_typst(), table.to_html(),
    )  # fmt: skip


def test_from_frame_keeps_labels_and_order():
    frame = pd.DataFrame({"mean": [1.234, 5.0], "n": [3, 4]}, index=["b", "a"])
    made = Table.from_frame(frame.astype({"n": int}), stub="Variable")
    assert made.columns == ("mean", "n")
    assert [row.label for row in made.body] == ["b", "a"]


def test_from_frame_keeps_rows_of_one_name_and_whole_numbers():
    frame = pd.DataFrame({"mean": [0.25, 1.5], "n": [312, 10**17 + 1]}, index=["x", "x"])
    made = Table.from_frame(frame)
    assert [row.label for row in made.body] == ["x", "x"]
    assert [row.cells for row in made.body] == [(0.25, 312), (1.5, 10**17 + 1)]
    assert [line.texts[1] for line in made.lines()] == ["312", "100,000,000,000,000,001"]
    assert made.to_csv().splitlines()[2] == ",x,value,1.5,100000000000000001"


def test_from_frame_takes_numbers_of_any_library_estimates_and_levels_of_labels():
    rows = pd.MultiIndex.from_tuples([("China", 0), ("China", 12)])
    frame = pd.DataFrame({("h", 0): pd.array([1, 2], dtype="Int64"), ("h", 1): [A, Unavailable("none")]}, index=rows)
    made = Table.from_frame(frame)
    assert made.columns == ("h, 0", "h, 1")
    assert [(row.label, *row.cells) for row in made.body] == [
        ("China, 0", 1, A),
        ("China, 12", 2, Unavailable("none")),
    ]


def test_a_tiny_estimate_keeps_its_digits_in_a_table():
    made = Table(["x"], [("a", Estimate(1e-12, 3e-13, 0.0, 2e-12)), ("b", Estimate(-0.04, 1.5, -3.0, 3.0))])
    assert [texts[0] for _, texts in rows_of(made)] == ["1.00e−12", "(3.0e−13)", "0.0", "(1.5)"]


def test_a_tiny_number_without_an_error_is_not_shown_as_zero_in_a_table():
    """What two decimals round beside others stays rounded; what is asked for is done."""
    none = Unavailable("none")
    cells = (1e-12, 0.0031, 0.0, Estimate(-2e-9, none, none, none))
    assert [texts[0] for _, texts in rows_of(Table(["x"], [(f"{cell}", cell) for cell in cells]))] == [
        "1.0e−12", "0.00", "0.00", "−2.0e−09",
    ]  # fmt: skip
    assert rows_of(Table(["x"], [("a", 1e-12)], decimals=2)) == [("a", ("0.00",))]


@pytest.mark.parametrize(
    ("columns", "rows", "options", "message"),
    [
        (["a", "b"], [("x", 1.0)], {}, "'x' has 1 cells; the table has 2"),
        (["a"], [("x", math.nan)], {}, "NaN"),
        (["a"], [("x", None)], {}, "NoneType"),
        (["a", "a"], [("x", 1, 2)], {}, "different names"),
        (["a", "b"], [("x", 1, 2)], {"spans": [("s", 3)]}, "cover the 2 columns"),
        (["a"], ["x"], {}, "rows must be a Sequence of a Panel"),
        (["a"], [(1.0, 2.0)], {}, "a row is"),
    ],
)
def test_a_wrong_table_is_refused(columns, rows, options, message):
    with pytest.raises(SpecificationError, match=message):
        Table(columns, rows, **options)


def test_two_heads_alike_under_different_spans_are_fine():
    made = Table(["h = 0", "h = 0"], [("x", 1, 2)], spans=[("China", 1), ("Japan", 1)])
    assert made.names == ("China: h = 0", "Japan: h = 0")


def test_numbers_that_fixed_decimals_would_hide_keep_two_digits():
    frame = pd.DataFrame({"a": [1e-12, 1.5, 0.0], "b": [-3e-9, 0.0031, 7.25], "n": [1, 2, 3]})
    assert [line.texts for line in Table.from_frame(frame).lines()] == [
        ("1.0e−12", "−3.0e−09", "1"),
        ("1.50", "0.0031", "2"),
        ("0.00", "7.25", "3"),
    ]
    assert Table.from_frame(frame, decimals=2).lines()[0].texts == ("0.00", "0.00", "1")
