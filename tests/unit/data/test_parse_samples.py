"""Every layout from a small sample in ``samples`` (invented numbers), and the refusals that each layout owes."""

import gzip
import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from econ.data.parsers import LAYOUTS, parse
from econ.data.parsers.source import LARGEST
from econ.errors import DataError, SchemaError, SeriesNotFound, VintageMissing

FOLDER = Path(__file__).with_name("samples")
SAMPLES = {
    path.stem: path.read_bytes() for path in FOLDER.glob("*.*") if path.suffix in (".csv", ".json", ".txt", ".xlsx")
}
SAFE_ROWS = [
    ["官方储备资产"], ["Official reserve assets"], [""],
    ["项目  Item", "2026.01", "", "2026.02", ""],
    ["", "亿美元", "亿SDR", "亿美元", "亿SDR"],
    ["", "100million USD", "100million SDR", "100million USD", "100million SDR"],
    ["1.  外汇储备", "30000", "21000", "", ""], ["Foreign currency reserves"],
    ["2.  基金组织储备头寸", "100", "70", "", ""], ["IMF reserve position"],
    ["3.  特别提款权", "500", "350", "", ""], ["SDRs"],
    ["4.  黄金", "3000", "2100", "", ""], ["Gold"],
    ["", "7000万盎司", "7000万盎司", "", ""],
    ["5.  其他储备资产", "'-3.00", "-2", "", ""], ["Other reserve assets"],
    ["合计", "33597", "23518", "", ""], ["Total"],
]  # fmt: skip
ACM, BJ, EBP, FEIO, FOI, FRED, GSW, JGB, MFH, S1, SHL, SLT3D, SLT1, SLT3, SLT5, SOMA = (
    SAMPLES[name]
    for name in (
        "acm",
        "bertaut_judson",
        "ebp",
        "feio",
        "foiadj",
        "fred_csv",
        "gsw",
        "jgb",
        "mfhhis01",
        "s1_globl",
        "shlhistdat",
        "slt3d_globl",
        "slt_table1",
        "slt_table3",
        "slt_table5",
        "soma",
    )
)


def workbook(rows, **members):
    """A small .xlsx made by hand, with inline strings."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{"ABCDE"[c]}{r}" t="inlineStr"><is><t>{text}</t></is></c>'
                                   for c, text in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, start=1))  # fmt: skip
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets><sheet name="a" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
        **members,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def cells(layout, content=None):
    frame = parse(layout, SAMPLES[layout] if content is None else content)
    key = "holder" if "holder" in frame else "series"
    columns = (frame["date"].astype(str), frame[key], frame["item"], frame["unit"])
    return dict(zip(zip(*columns, strict=True), frame["value"], strict=True))


def test_there_is_a_sample_of_every_layout():
    assert set(SAMPLES) == set(LAYOUTS)


def test_the_samples_without_a_publishers_file_are_those_of_their_program(tmp_path):
    subprocess.run([sys.executable, str(FOLDER / "make.py"), str(tmp_path)], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {"feio.csv", "gsw.csv", "soma.json"}
    assert made == {name: (FOLDER / name).read_bytes() for name in made}


@pytest.mark.parametrize(
    ("layout", "key", "value"),
    [
        ("acm", ("1961-07", "ACMTP10", "term_premium", "percent"), 0.5),
        ("bertaut_judson", ("2011-07", "GBR", "ftot_treas_adj_net_flow", "usd_mn"), 4.0),
        ("ebp", ("2026-02", "ebp", "ebp", "percent"), 6.5e-4),
        ("feio", ("2003-01-16", "USDJPY", "purchases", "jpy_100mn"), 1234.0),
        ("feio", ("2003-07-01", "EURJPY", "purchases", "jpy_100mn"), 500.0),
        ("feio", ("2003-09-30", "USDJPY", "purchases", "jpy_100mn"), -2000.0),
        ("gsw", ("1961-06-16", "SVENY01", "zero_yield", "percent"), 3.0477),
        ("gsw", ("2026-05-01", "SVENPY30", "par_yield", "percent"), 3.319),
        ("gsw", ("2026-05-01", "TAU2", "parameter", "years"), 12.0),
        ("soma", ("2003-11-19", "SOMA_bills", "par", "usd"), 243958086000.0),
        ("soma", ("2003-11-26", "SOMA_total", "par", "usd"), 661091816001.4),
        ("foiadj", ("1985-01", "OFF", "foi_treas_adj_val_chg", "usd_mn"), -1.5),
        ("fred_csv", ("2026-03", "XYZ", "value", ""), 2.5),
        ("jgb", ("2026-06-29", "JGB30Y", "yield", "percent"), 1.5),
        ("mfhhis01", ("2001-11", "JPN", "holdings", "usd_bn"), 1000.5),
        ("mfhhis01", ("2001-12", "OFF", "holdings_bills", "usd_bn"), 40.0),
        ("s1_globl", ("1977-02", "TOT", "gross_purchases_treasury", "usd_mn"), 1000.0),
        ("s1_globl", ("1977-02", "TOT", "gross_sales_treasury", "usd_mn"), 7.0),
        ("safe", ("2026-01", "CHN", "gold", "ounces_10000"), 7000.0),
        ("safe", ("2026-01", "CHN", "other_reserve_assets", "usd_100mn"), -3.0),
        ("shlhistdat", ("2024-06", "CHN", "treasury_long_term", "usd_mn"), 753.0),
        ("shlhistdat", ("1994-12", "TOT", "total_long_term", "usd_mn"), 47.0),
        ("slt3d_globl", ("2023-01", "AUT", "treasury_short_term", "usd_mn"), 467.0),
        ("slt_table1", ("2026-02", "CHN", "for_lt_treas_net", "usd_mn"), 3.0),
        ("slt_table3", ("2026-02", "JPN", "for_st_treas_pos", "usd_mn"), 20.0),
        ("slt_table5", ("2026-01", "TOT", "holdings", "usd_bn"), 2000.0),
    ],
)
def test_a_cell_stands_under_its_date_holder_and_item(layout, key, value):
    assert cells(layout)[key] == value


def test_a_cell_printed_as_missing_gives_no_row():
    assert ("2026-02", "XYZ", "value", "") not in cells("fred_csv")
    assert ("2026-01", "CHN", "for_lt_treas_net", "usd_mn") not in cells("slt_table1")
    assert ("2026-02", "CHN", "total", "usd_100mn") not in cells("safe")
    assert not any(key[1] == "JGB40Y" for key in cells("jgb"))
    assert ("1961-06-14", "TAU2", "parameter", "years") not in cells("gsw")
    assert not any(key[0] == "1961-06-15" for key in cells("gsw"))
    assert not any(key[1] == "SOMA_frn" for key in cells("soma"))
    assert ("2024-06", "BEL", "agency_short_term", "usd_mn") not in cells("shlhistdat")


def test_notes_name_the_revision_of_the_year():
    assert set(parse("mfhhis01", MFH)["notes"]) == {"revised May 18, 2002"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gzip_and_bytes_give_the_same_as_a_path(layout, tmp_path):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(SAMPLES[layout]))
    assert parse(layout, path).equals(parse(layout, SAMPLES[layout]))


def test_utf_16_is_read_by_its_mark():
    assert cells("fred_csv", FRED.decode().encode("utf-16")) == cells("fred_csv")


@pytest.mark.parametrize(
    ("header", "dates", "kind"),
    [("DGS", ["2026-01-02", "2026-01-05"], "datetime64"), ("GS", ["2026-01-01", "2026-02-01"], "period[M]"),
     ("GDP", ["2026-01-01", "2026-04-01"], "period[Q-DEC]")],
)  # fmt: skip
def test_fred_dates_become_what_they_are(header, dates, kind):
    content = f"observation_date,{header}\n{dates[0]},1.0\n{dates[1]},2.0\n".encode()
    assert str(parse("fred_csv", content)["date"].dtype).startswith(kind)


VALUE = FRED.replace(b"XYZ", b"VALUE")


@pytest.mark.parametrize(
    "header", [b"VAL_UE", b"VALUEx", b"valuex", b"xvalue", b"ALUE", b"VALE", b"VALUX", b"Xyz", b"XY_Z"]
)
def test_a_damaged_name_of_a_fred_series_is_refused(header):
    with pytest.raises(SchemaError, match=r"line 1: .* is no sound name of a FRED series; pass series="):
        parse("fred_csv", FRED.replace(b"XYZ", header))


def test_whoever_knows_the_fred_series_says_so(tmp_path):
    assert set(parse("fred_csv", VALUE)["series"]) == {"value"}
    assert set(parse("fred_csv", VALUE, series="XYZ")["series"]) == {"XYZ"}
    assert set(parse("fred_csv", FRED.replace(b"XYZ", b"X_Z"), series="X_Z")["series"]) == {"X_Z"}
    with pytest.raises(SchemaError, match="line 1: asked for ABC, got 'XYZ'"):
        parse("fred_csv", FRED, series="ABC")
    path = tmp_path / "DEXCHUS_2026-05.csv"
    path.write_bytes(FRED.replace(b"XYZ", b"dexchus"))
    assert set(parse("fred_csv", path)["series"]) == {"DEXCHUS"}
    with pytest.raises(SchemaError, match="no sound name"):
        parse("fred_csv", path.read_bytes())


def test_units_of_a_fred_series_come_from_the_catalogue():
    for series, unit in (("GS10", "percent"), ("TREAST", "usd_mn"), ("VIXCLS", "index"), ("XYZ", "")):
        assert set(parse("fred_csv", FRED.replace(b"XYZ", series.encode()))["unit"]) == {unit}


REFUSED = [
    ("feio", FEIO.replace(b"1,234", b"1,224"), "line 10: the days of 2003Q1 miss its total by 11"),
    ("feio", FEIO.replace("16日".encode("cp932"), "17日".encode("cp932")), "line 8: the dates .* are not one day"),
    ("feio", FEIO.replace(b",,16,", b",,15,").replace("16日".encode("cp932"), "15日".encode("cp932")), "stands twice"),
    ("feio", FEIO.replace(b"US dollar (bought)", b"US dollar (sold)"), "expected one currency sold and one bought"),
    ("feio", FEIO.replace("米ドル買い".encode("cp932"), "米ドル売り".encode("cp932")), "say different things"),
    ("feio", FEIO[: FEIO.index("平成15年7".encode("cp932"))], "the last quarter has no line of its total"),
    ("feio", FEIO.replace(b"April - June 2003", b"April - June 2004"), "2004Q2 follows 2003Q1"),
    ("feio", FEIO.replace(b"Year,Month", b"Month,Year"), "expected one line of headings"),
    ("feio", FEIO.replace(b",80,", b",-80,"), "expected a positive amount"),
    ("feio", FEIO + b"\x81\n", "bytes that are not CP932"),
    ("gsw", GSW.replace(b"SVENF01,SVENF02", b"SVENF02,SVENF01"), "line 10: the header changed"),
    ("gsw", GSW.replace(b"3.0477", b"3.0487"), "line 13: SVENY differs by 0.0010 from what the parameters give"),
    ("gsw", GSW.replace(b"Coupon-Equivalent,SVENPY", b"Continuously Compounded,SVENPY"), "conventions changed"),
    ("gsw", GSW.replace(b"0.35,-999.99", b"NA,-999.99"), "line 13: rates without a whole set of parameters"),
    ("gsw", GSW.replace(b"1961-06-16", b"1961-06-13"), "lines repeated or reordered"),
    ("shlhistdat", SHL.replace(b"\t753\t", b"\t763\t"), "line 14: debt_long_term of 2024-06 differs .* by 10 million"),
    ("shlhistdat", SHL.replace(b"Treasury Debt\tAgency debt", b"Agency debt\tTreasury Debt"), "columns in the known"),
    ("shlhistdat", SHL.replace(b"Dec 1994", b"Dec 2024"), "the newest first"),
    ("shlhistdat", SHL.replace(b"Millions", b"Billions"), "line 1: expected the title"),
    ("shlhistdat", SHL.replace(b"China (20)", b"Chima (20)"), "'Chima' with code 41408 is not known"),
    ("shlhistdat", SHL[: SHL.index(b"99996")], "it is cut"),
    ("shlhistdat", SHL.replace(b"Equity", b"Equality"), "line 10: the header changed"),
    ("soma", SOMA.replace(b"243958086000", b"243958086010"), "week 2: the total is not the sum of its parts"),
    ("soma", SOMA.replace(b'"bills"', b'"Bills"'), "week 1 has other fields"),
    ("soma", SOMA.replace(b'"mbs":"0.00","cmbs"', b'"cmbs":"0.00","cmbs"'), "a field stands twice"),
    ("soma", SOMA[:-20], "not whole JSON"),
    ("soma", SOMA.replace(b'"1.40"', b"1.40"), "week 3 holds a value that is no text"),
    ("soma", SOMA.replace(b"2003-11-26", b"2003-11-19"), "lines repeated or reordered"),
    ("soma", b'{"soma":{"summary":[]}}', "expected a list of weeks"),
    ("fred_csv", b"", "the file is empty"),
    ("fred_csv", FRED[:-1], "line 4: the last line is cut"),
    ("fred_csv", FRED.replace(b"2026-02-01,.\n", b""), "line 2: observations are 2 months apart"),
    ("fred_csv", FRED.replace(b"1.5", b"1e5"), "line 2: expected a number"),
    ("fred_csv", FRED.replace(b"1.5", "１.5".encode()), "line 2: expected a number"),
    ("fred_csv", FRED.replace(b"1.5", b"1.5,"), "line 2: expected a date and a value"),
    ("fred_csv", FRED.replace(b"1.5", b"1\xff5"), "line 2: bytes that are not utf-8"),
    ("fred_csv", FRED.replace(b"1.5", b"1\x005"), "line 2: a zero byte"),
    ("fred_csv", b"observation_date,XYZ\n2026-01-01,1.5\n", "frequency cannot be told"),
    ("fred_csv", FRED.replace(b"2026-01-01", b"2026-1-1"), "line 2: expected a date"),
    ("slt_table1", SLT1.replace(b"Millions", b"Billions"), "line 4: .*the units changed"),
    ("slt_table1", SLT1.replace(b"\t60\t", b"\t80\t"), "line 10: for_lt_total_pos differs from the sum of its parts"),
    ("slt_table1", SLT1.replace(b"41408", b"42609"), "is not known"),
    ("slt_table1", SLT1.replace(b"2026-01\t97", b"2026-02\t97"), "line 11: CHN .* stands already on line 10"),
    ("slt_table3", SLT3.replace(b"\t100\t", b"\t-100\t"), "line 10: a negative position"),
    ("slt_table5", SLT5.replace(b"1200.0", b"1100.0"), "miss their Grand Total by"),
    ("slt_table5", SLT5.replace(b"Japan", b"Ruritania"), "line 7: holder 'Ruritania' is not known"),
    ("slt_table5", SLT5.replace(b"2026-02\t2026-01", b"2026-01\t2026-02"), "line 6: .*months running backwards"),
    ("mfhhis01", MFH.replace(b"\tDec\tNov", b"\tNov\tDec"), "months do not run backwards"),
    ("mfhhis01", MFH.replace(b"\tDec\tNov", b"\tNov\tNov"), "stands twice without naming its series"),
    ("mfhhis01", MFH.replace(b"50.0", b"350.0").replace(b"360.1", b"660.1"), "stands below a smaller holder"),
    ("mfhhis01", MFH[: MFH.index(b"Department")], "it is cut"),
    ("s1_globl", S1.replace(b"[1]\t[2]", b"[2]\t[1]"), "the header changed"),
    ("s1_globl", S1.replace(b"99996", b"99997"), "is not known"),
    ("slt3d_globl", SLT3D.replace(b",900,", b",800,"), "line 15: long-term and short-term miss the total by 100"),
    ("slt3d_globl", SLT3D.replace(b'"Notes:"', b'""'), "it is cut"),
    ("bertaut_judson", BJ.replace(b"7/31/2011", b"7/30/2011"), "line 3: expected the last day of a month"),
    ("bertaut_judson", BJ.replace(b"ND,4,-5,1,90", b"ND,4,,-5,1"), "line 3: an unexpected blank"),
    ("bertaut_judson", BJ.replace(b"ND,4,-5,1,90", b"ND,4,-5,1,94"), "line 3: .*class treas differs by 4.0 million"),
    ("foiadj", FOI.replace(b"-1.50", b"1.50"), "line 3: .*class agcy differs by 2.8 million"),
    ("foiadj", FOI.replace(b"01/31/1985", b"02/28/1985"), "line 3: 1985-02 follows 1984-12"),
    ("acm", ACM.replace(b"2.5,", b"2.6,", 1), "line 2: a yield differs from premium plus risk-neutral"),
    ("ebp", EBP.replace(b"0.125", b"1.125"), "line 2: .*probability between 0 and 1"),
    ("jgb", JGB.replace(b"1Y,2Y", b"2Y,1Y"), "line 2: the header changed"),
    ("jgb", JGB.replace(b"(Unit : %)", b"(Unit : bp)"), "line 1: expected the title"),
    ("safe", FRED, "expected a workbook"),
    ("safe", workbook([*SAFE_ROWS[:6], ["1.  外汇储备", "31000", "21000"], *SAFE_ROWS[7:]]), "do not add up"),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "content", "reason"), REFUSED)
def test_refusals_name_file_line_and_reason(layout, content, reason):
    with pytest.raises(SchemaError, match=rf"^bytes line \S+: .*({reason.split(': ', 1)[-1]})") as caught:
        parse(layout, content)
    if reason.startswith("line "):
        assert f"bytes {reason.split(':')[0]}:" in str(caught.value)


RUBBISH = [b"", b"\n", b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a,b\n1,2\n",
           b"\t" * 50 + b"\n", b'"' * 99, b"<html></html>"]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("content", RUBBISH)
def test_rubbish_is_refused_by_every_parser(layout, content):
    with pytest.raises(DataError, match="line"):
        parse(layout, content)


def test_an_unknown_layout_and_a_missing_file():
    with pytest.raises(SeriesNotFound, match=r"did you mean .*'slt_table1'"):
        parse("slt_table", b"")
    with pytest.raises(VintageMissing, match=r"no file 'x\.txt'"):
        parse("mfhhis01", "x.txt")


def test_a_decompression_bomb_is_refused():
    with pytest.raises(SchemaError, match="bomb"):
        parse("fred_csv", gzip.compress(b"0" * (LARGEST + 1)))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"../evil.txt": "x"}, "parent path"),
        ({"/etc/evil.txt": "x"}, "parent path"),
        ({"xl/worksheets/sheet1.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}, "where entities are defined"),
        ({"xl/worksheets/sheet1.xml": "<broken"}, "damaged workbook"),
        ({"big.bin": b"0" * (LARGEST + 1)}, "bomb"),
        ({f"{number}.txt": "" for number in range(300)}, "bomb"),
    ],
)
def test_hostile_workbooks_are_refused(members, reason):
    with pytest.raises(SchemaError, match=reason):
        parse("safe", workbook(SAFE_ROWS, **members))


def test_a_new_holder_needs_somebody_to_vouch_for_it():
    content = SLT5.replace(b"Japan", b"Ruritania")
    assert "Ruritania" in set(parse("slt_table5", content, also=["Ruritania"])["holder"])


def old_workbook(rows):
    """A small .xls (BIFF8 in a compound file) made by hand: strings inline by a shared table, numbers as doubles."""
    strings = [text for row in rows for text in row if text]

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def table(part):
        return b"".join(struct.pack("<HB", len(text), 1) + text.encode("utf-16-le") for text in part)

    bof = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = b"ACM Monthly"
    cells, index = b"", 0
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text:
                cells += record(0xFD, struct.pack("<HHHI", r, c, 0, index))
                index += 1
    half = len(strings) // 2
    shared = struct.pack("<HHII", 0xFC, 8 + len(table(strings[:half])), len(strings), len(strings)) + table(
        strings[:half]
    )
    shared += record(0x3C, table(strings[half:]))
    start = len(bof) + len(record(0x85, b"\0" * (8 + len(name)))) + len(shared) + 4
    globals_ = bof + record(0x85, struct.pack("<IHBB", start, 0, len(name), 0) + name) + shared + record(0x0A, b"")
    stream = (globals_ + bof + cells + record(0x0A, b"")).ljust(4096, b"\0")
    stream = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    fat = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    entries = [("Root Entry", 5, end, 0), ("Workbook", 2, 2, len(stream))]
    directory = b""
    for title, kind, first, size in entries:
        directory += title.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 2 * len(title) + 2, kind, 1)
        directory += b"\xff" * 12 + b"\0" * 36 + struct.pack("<IQ", first, size)
    directory = directory.ljust(512, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 10
    header += struct.pack("<8I", 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    return header + struct.pack("<128I", *(fat + [free] * 128)[:128]) + directory + stream


def test_a_workbook_made_by_hand():
    assert cells("safe", workbook(SAFE_ROWS)) == cells("safe")


def test_an_old_workbook_made_by_hand():
    assert cells("safe", old_workbook(SAFE_ROWS)) == cells("safe")


def test_acm_is_read_from_the_sheet_of_an_old_workbook():
    rows = [line.split(",") for line in ACM.decode().splitlines()]
    assert cells("acm", old_workbook(rows)) == cells("acm")


def test_a_damaged_old_workbook_is_refused_or_read_rightly():
    """Flip a bit in the container, the table of strings and the cells: a refusal, or every month and item is there."""
    content, right = old_workbook(SAFE_ROWS), cells("safe")
    refused = 0
    for place in range(0, 1600, 7):
        damaged = content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :]
        try:
            found = cells("safe", damaged)
        except SchemaError:
            refused += 1
            continue
        assert len(found) == len(right)
    assert refused > 10


def test_frames_are_tidy():
    frame = parse("slt_table1", SLT1)
    assert list(frame.columns) == ["date", "holder", "item", "value", "unit", "notes", "printed"]
    assert isinstance(frame["date"].dtype, pd.PeriodDtype)
