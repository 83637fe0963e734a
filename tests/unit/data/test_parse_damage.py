"""Damaged official files: every cell a parser returns is right, or it refuses with file, line and reason."""

import gzip
import io
import re
import zipfile
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from econ.data.parsers import LAYOUTS, parse
from econ.errors import DataError

FILES = {
    "acm": "nyfed/ACMTermPremium_monthly_2025-06.csv",
    "bertaut_judson": "fed/bertaut_judson_positions_liabs_2021.csv",
    "ebp": "fed/ebp_csv.csv",
    "foiadj": "fed/ticdata.liabilities.foiadj.txt",
    "fred_csv": "fred/CPIAUCSL.csv",
    "jgb": "other/jgbcme_all.csv",
    "mfhhis01": "tic/mfhhis01.txt",
    "s1_globl": "tic/s1_globl.txt.gz",
    "safe": "other/safe_ora_2024.xlsx",
    "shlhistdat": "tic/shlhistdat.txt",
    "slt3d_globl": "tic/slt3d_globl.csv",
    "slt_table1": "tic/slt_table1.txt",
    "slt_table3": "tic/slt_table3.txt",
    "slt_table5": "tic/slt_table5.txt",
}
KEPT = {  # lines kept, so that ten thousand cases take minutes: header, some rows, and the end of the file
    "acm": (60, 0), "bertaut_judson": (160, 0), "ebp": (60, 0), "foiadj": (60, 0), "fred_csv": (120, 0),
    "jgb": (60, 0), "s1_globl": (120, 0), "slt3d_globl": (160, 12), "shlhistdat": (50, 20),
    "slt_table1": (170, 25), "slt_table3": (170, 25),
    "slt_table5": (60, 0),
}  # fmt: skip
SAMPLES = Path(__file__).with_name("samples")
WRITTEN = {"feio": "feio.csv", "gsw": "gsw.csv", "soma": "soma.json"}
"""Samples written by hand, for the layouts of which ``../shared`` has no file."""
FOUND = {name: SAMPLES / file for name, file in WRITTEN.items()}
"""Where the file of each layout lies; those of ``../shared`` are entered when a test asks for them."""
SHEET = "xl/worksheets/sheet1.xml"


@lru_cache
def text_of(layout):
    """The file, cut to a length that ten thousand cases can afford; for a workbook, its first sheet."""
    content = FOUND[layout].read_bytes()
    if layout in WRITTEN:
        return content.decode("cp932" if layout == "feio" else "utf-8")
    if layout == "safe":
        return zipfile.ZipFile(io.BytesIO(content)).read(SHEET).decode().replace("<row", "\n<row").replace("<c", "\n<c")
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    lines = content.decode().splitlines(keepends=True)
    if layout == "mfhhis01":
        starts = [number for number, line in enumerate(lines) if "\tDec\t" in line]
        return "".join(lines[:5] + lines[starts[-5] - 2 :])
    head, tail = KEPT[layout]
    return "".join(lines[:head] + (lines[-tail:] if tail else []))


def packed(layout, content):
    if layout != "safe":
        return content
    out = io.BytesIO()
    with zipfile.ZipFile(FOUND[layout]) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == SHEET else old.read(name))
    return out.getvalue()


def cells(frame):
    key = "holder" if "holder" in frame else "series"
    # A file that lost its last quarters is a whole older file: what it says of its end is checked beside the cells.
    notes = frame["notes"].str.replace(r"^every day to .*", "", regex=True)
    columns = [frame["date"].astype(str), frame[key], frame["item"], frame["unit"], notes]
    return dict(zip(zip(*columns, strict=True), frame["value"], strict=True))


@lru_cache
def truth(layout):
    return cells(parse(layout, packed(layout, encoded(layout, text_of(layout)))))


def encoded(layout, text):
    return text.encode("cp932", "xmlcharrefreplace") if layout == "feio" else text.encode()


SEPARATORS = {"acm": ",", "bertaut_judson": ",", "ebp": ",", "foiadj": ",", "fred_csv": ",", "jgb": ",",
              "slt3d_globl": ",", "safe": ">", "feio": ",", "gsw": ",", "soma": ","}  # fmt: skip
FOREIGN = [b"\xff", b"\xfe\xff", b"\x00", b"\x80", "é".encode(), b"x", b" ", b'"', b"\r", b"\x1a", "٣".encode(), b"_",
           b"\t", b",", b"\n", b"\xa0", b"\x0b"]  # fmt: skip
WORDS = ["abc", "n.a.", "ND", "nan", "inf", "-", "", "#REF!", "1e", "0x10", "1_000", "--5", "12 34", "(5)", "٣٤", "NA"]


def number_spans(text):
    return [match.span() for match in re.finditer(r"(?<![\w.])-?[0-9][0-9,]*(?:\.[0-9]+)?(?![\w.])", text)]


@lru_cache
def spans_of(layout):
    return number_spans(text_of(layout))


def damage_lines(draw, layout, lines):
    kind = draw(st.sampled_from(["lose", "lose_block", "repeat", "swap", "move", "move_block", "reverse"]))
    place = draw(st.integers(0, len(lines) - 1))
    other = draw(st.integers(0, len(lines) - 1))
    low, high = min(place, other), max(place, other) + 1
    if kind == "lose":
        return lines[:place] + lines[place + 1 :]
    if kind == "lose_block":
        return lines[:low] + lines[high:]
    if kind == "repeat":
        return [*lines[:other], lines[place], *lines[other:]]
    if kind == "swap":
        out = list(lines)
        out[place], out[other] = out[other], out[place]
        return out
    if kind == "move":
        rest = lines[:place] + lines[place + 1 :]
        return [*rest[:other], lines[place], *rest[other:]]
    if kind == "move_block":
        block, rest = lines[low:high], lines[:low] + lines[high:]
        where = draw(st.integers(0, len(rest)))
        return rest[:where] + block + rest[where:]
    return lines[:low] + lines[low:high][::-1] + lines[high:]


def damage_separators(draw, layout, text):
    mark = SEPARATORS.get(layout, "\t")
    places = [match.start() for match in re.finditer(re.escape(mark), text)]
    for _ in range(draw(st.integers(1, 2)) if places else 0):
        place = draw(st.sampled_from(places))
        text = text[:place] + (text[place + 1 :] if draw(st.booleans()) else mark + text[place:])
        places = [match.start() for match in re.finditer(re.escape(mark), text)] or [0]
    return text


def damage_shift(draw, layout, text):
    """One separator lost and one doubled on the same line: the count of cells stays right."""
    mark = SEPARATORS.get(layout, "\t")
    lines = [line for line in text.splitlines(keepends=True) if line.count(mark) > 2]
    if not lines:
        return text
    line = draw(st.sampled_from(lines))
    places = [match.start() for match in re.finditer(re.escape(mark), line)]
    lost, doubled = draw(st.sampled_from(places)), draw(st.sampled_from(places))
    low, high = sorted((lost, doubled))
    if low == lost:
        out = line[:low] + line[low + 1 : high] + mark + line[high:]
    else:
        out = line[:low] + mark + line[low:high] + line[high + 1 :]
    return text.replace(line, out, 1)


def damage_header(draw, layout, lines):
    mark = SEPARATORS.get(layout, "\t")
    rows = [number for number, line in enumerate(lines[:40]) if mark in line] or [0]
    row = draw(st.sampled_from(rows))
    parts = lines[row].rstrip("\r\n").split(mark)
    left, right = draw(st.integers(0, len(parts) - 1)), draw(st.integers(0, len(parts) - 1))
    parts[left], parts[right] = parts[right], parts[left]
    return [*lines[:row], mark.join(parts) + "\n", *lines[row + 1 :]]


@st.composite
def damaged(draw, layout):
    text = text_of(layout)
    kind = draw(st.sampled_from(["lines", "separators", "shift", "header", "cut", "foreign", "word", "two"]))
    if kind in ("lines", "two"):
        text = "".join(damage_lines(draw, layout, text.splitlines(keepends=True)))
    if kind == "header":
        header = text.splitlines(keepends=True)
        out = damage_header(draw, layout, header)
        changed = [number for number, (a, b) in enumerate(zip(header, out, strict=True)) if a.strip() != b.strip()]
        if changed and is_data(layout, header[changed[0]]):
            return encoded(layout, text)  # two figures of one row changed places: no parser can see that
        text = "".join(out)
    if kind in ("separators", "two"):
        text = damage_separators(draw, layout, text)
    if kind == "shift":
        text = damage_shift(draw, layout, text)
    if kind == "word":
        start, end = draw(st.sampled_from(spans_of(layout)))
        text = text[:start] + draw(st.sampled_from(WORDS)) + text[end:]
    content = encoded(layout, text)
    if kind == "cut":
        content = content[: draw(st.integers(0, len(content)))]
    if kind == "foreign":
        for _ in range(draw(st.integers(1, 3))):
            place = draw(st.integers(0, len(content)))
            content = content[:place] + draw(st.sampled_from(FOREIGN)) + content[place:]
    return content


def is_data(layout, line):
    return len(number_spans(line)) >= (1 if layout in ("fred_csv", "safe") else 3)


def check(layout, content):
    refusal = ""
    try:
        frame = parse(layout, packed(layout, content))
    except DataError as error:
        refusal = str(error)
    if refusal:
        assert re.search(r"^\S+ line \S+: ", refusal), f"no file, line and reason: {refusal}"
        return
    right = truth(layout)
    found = cells(frame)
    assert len(found) == len(frame)
    wrong = {key: (value, right.get(key)) for key, value in found.items() if right.get(key) != value}
    if layout == "feio":
        assert max(frame["notes"]) <= "every day to 2003-09-30"
        assert f"every day to {frame['date'].max():%Y-%m-%d}" <= min(frame["notes"])
    assert not wrong, f"{len(wrong)} wrong cells: {list(wrong.items())[:5]}"


def run(layout, cases):
    @settings(
        max_examples=cases, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(damaged(layout))
    def every_cell_is_right(content):
        check(layout, content)

    every_cell_is_right()


@pytest.fixture
def layout(request, shared):
    if request.param not in WRITTEN:
        FOUND[request.param] = shared(f"data/raw/{FILES[request.param]}")
    return request.param


@pytest.mark.parametrize("layout", LAYOUTS, indirect=True)
def test_a_damaged_file_never_gives_a_wrong_cell(layout):
    assert truth(layout)
    run(layout, 100)


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS, indirect=True)
def test_ten_thousand_damaged_files_never_give_a_wrong_cell(layout):
    run(layout, 10_000)
