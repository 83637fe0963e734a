"""The tables of the web edition: every number is a link, and what it tells is what the results on disk hold."""

import html
import json
import re
import shutil
from pathlib import Path

import pytest

from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.report import cells
from econ.report.build import build, source
from econ.report.exhibit import Exhibit
from econ.report.web import finished
from econ.tables.row import Row
from econ.tables.table import Table

ROOT = Path(__file__).parents[3]
INCLUDED = re.compile(r'\{#(?P<label>tbl:\w+) \.include [^}]*src="tables/(?P<stem>\w+)"')
ENTRY = re.compile(r'<tr id="cell:(?P<place>[\w.]+)"><th scope="row">(?P<row>[^<]*)</th>(?P<cells>.*?)</tr>')
LINK = re.compile(r'<a href="#cell:(?P<place>[\w.]+)"(?P<away> tabindex="-1")?>(?P<text>[^<]+)</a>')
NUMBER = re.compile(r"\d|∞|^n\.a\.$")


def spelled(value):
    """A value of the results' JSON as the entry spells it: digits as they are on disk."""
    if isinstance(value, dict):
        [(kind, body)] = value.items()
        return f"n.a.: {body}" if kind == "unavailable" else {"+": "∞", "-": "-∞"}[body]
    return value if isinstance(value, str) else json.dumps(value)


def expected(cell):
    """(value, s.e., set, units, observations) of a cell of the results' JSON."""
    if not (isinstance(cell, dict) and "estimate" in cell):
        return (spelled(cell), "", "", "", "")
    body = cell["estimate"]
    ends = body["region"]["intervals"] if "region" in body else [[body["lower"], body["upper"]]]
    region = " ∪ ".join(f"[{spelled(low)}, {spelled(high)}]" for low, high in ends) or "(empty)"
    if "region" not in body and (lost := [end for end in ends[0] if isinstance(end, dict) and "unavailable" in end]):
        region = spelled(lost[0])
    told = f"{100 * body['level']:.0f}%: {region}"
    return (spelled(body["value"]), spelled(body["std_error"]), told, body["units"], str(body["nobs"] or ""))


def stored(folder, stem):
    """Cells of a table as the file of results has them, by place, with their row and panel."""
    keys = [path.stem for path in (folder / "results").glob("*.json") if not path.name.endswith(".run.json")]
    key = max((key for key in keys if stem == key or stem.startswith(f"{key}_")), key=len)
    tables = dict(json.loads((folder / "results" / f"{key}.json").read_text(encoding="utf-8"))["tables"])
    table, found, panel = tables[stem[len(key) + 1 :]], {}, ""
    for row in table["rows"]:
        panel = row.get("panel", panel)
        if "cells" in row:
            number = len({place[0] for place in found}) + 1
            words = f"{panel} · {row['label']}" if panel else row["label"]
            found |= {(number, k): (words, table["columns"][k - 1], cell) for k, cell in enumerate(row["cells"], 1)}
    return found


def check_cells(folder):
    """No number of a table without a link, no link without an entry, no entry but what is on disk; their count."""
    page = (folder / "paper.html").read_text(encoding="utf-8")
    tables = INCLUDED.findall(source(folder))
    entries = {match["place"]: match for match in ENTRY.finditer(page)}
    links = 0
    for label, stem in tables:
        body = re.search(rf'<div id="{label}" class="table">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)[1]
        known, number = stored(folder, stem), 0
        for row in re.finditer(
            r'<tr(?P<kind>[^>]*)>(?:<th scope="row".*?</th>)?(?P<cells><td.*?)</tr>', body, re.DOTALL
        ):
            below = "below" in row["kind"]
            number += not below
            for column, cell in enumerate(re.findall(r"<td[^>]*>(.*?)</td>", row["cells"]), 1):
                text = html.unescape(re.sub(r'<span class="pad".*', "", re.sub("</?a[^>]*>", "", cell)))
                match = LINK.match(cell)
                assert bool(match) == bool(NUMBER.search(text)), (stem, number, column, text)
                if match:
                    links += 1
                    assert html.unescape(match["text"]) == text
                    assert match["place"] == f"{stem}.{number}.{column}"
                    assert bool(match["away"]) == below
                    words, head, value = known[number, column]
                    entry = entries[match["place"]]
                    assert html.unescape(entry["row"]) == words
                    column_told, *told = re.findall("<td>(.*?)</td>", html.unescape(entry["cells"]))
                    assert column_told.endswith(head)
                    assert tuple(told) == expected(value), match["place"]
        assert number == len({place[0] for place in known})
    assert links == len(LINK.findall(page)) == page.count('href="#cell:')
    assert entries.keys() == {match["place"] for match in LINK.finditer(page)}
    assert len(entries) == page.count('id="cell:')
    return links, page


def test_every_number_of_a_table_leads_to_the_results_on_disk(set_paper):
    links, page = check_cells(set_paper / "paper")
    assert links == 12
    assert len(re.findall('href="#cell:market', page)) == 9 + 2  # nine cells, two of them with an error under them
    assert len(re.findall('href="#cell:counts', page)) == 1
    assert 'href="#cell:market.2.1">n.a.</a>' in page
    assert "<td>n.a.: one event only</td>" in page
    assert '<p>Cells of <a href="#tbl:market">Table 1</a>' in page
    assert '<p>Cells of <a href="#tbl:counts">Table 3</a>' in page
    assert page.count('<a href="#lineage:market">program, choices and files</a>') == 1
    assert ">never mind</td>" in page  # words stay words


def other(folder, tmp_path, change):
    """The paper with its results changed, and the tables as they were."""
    paper = Path(shutil.copytree(folder / "paper", tmp_path / "paper"))
    path = paper / "results/market.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(json.dumps(body), encoding="utf-8")
    return paper


def raw(folder):
    """What pandoc hands over, for one table."""
    body = (folder / "tables/market.html").read_text(encoding="utf-8")
    head = '<html xmlns=""><body><nav id="TOC" role="doc-toc"><ul>\n</ul>\n</nav>'
    caption = '<div class="caption"><strong>Table 1. </strong></div>'
    table = f'<div id="tbl:market" class="table">{caption}<div class="scroll">{body}</div></div>'
    return f'{head}{table}<div class="files" data-table="tables/market"></div></body></html>'


def test_a_table_that_is_not_of_its_results_is_refused(set_paper, tmp_path):
    def value(body):
        body["tables"][0][1]["rows"][1]["cells"][0]["estimate"]["value"] += 1.0

    def row(body):
        body["tables"][0][1]["rows"].pop()

    def longer(body):
        body["tables"][0][1]["rows"].append(body["tables"][0][1]["rows"][-1])

    def name(body):
        body["tables"][0][0] = "other"

    assert "#cell:market.1.1" in finished(raw(set_paper / "paper"), set_paper / "paper", [])
    cases = [(value, "market.html prints"), (row, "not None"), (longer, "ends before"), (name, "no table 'market'")]
    with pytest.raises(SpecificationError, match="no numbered table"):
        finished(raw(set_paper / "paper").replace("Table 1", "A"), set_paper / "paper", [])
    for place, (change, words) in enumerate(cases):
        folder = other(set_paper, tmp_path / str(place), change)
        with pytest.raises(SpecificationError, match=words):
            finished(raw(folder), folder, [])


def test_a_value_beyond_what_is_printed_is_told_too(set_paper, tmp_path):
    def change(body):
        body["tables"][0][1]["rows"][1]["cells"][0]["estimate"]["value"] += 1e-9

    folder = other(set_paper, tmp_path, change)
    before, after = (finished(raw(each), each, []) for each in (set_paper / "paper", folder))
    told = [ENTRY.search(page)["cells"] for page in (before, after)]
    assert told[0] != told[1]
    assert LINK.findall(before) == LINK.findall(after)


def test_sets_and_what_is_lost_are_spelled_out():
    infinite = float("inf")
    region = ConfidenceSet(((-infinite, -2.5), (1.0, infinite)), 0.9)
    union = Estimate(2.0, 1.0, -infinite, infinite, region=region, units="bp")
    lost = Estimate(2.0, Unavailable("one draw"), Unavailable("one draw"), Unavailable("one draw"))
    assert cells.exact(union)["interval"] == "90%: [-∞, -2.5] ∪ [1.0, ∞]"
    assert cells.exact(lost) == {
        "value": "2.0", "se": "n.a.: one draw", "interval": "90%: n.a.: one draw", "units": "", "nobs": "",
    }  # fmt: skip
    assert cells.exact(0.1 + 0.2)["value"] == "0.30000000000000004"
    table = Table(["a"], [Row("<&>", [infinite])])
    assert "&lt;&amp;&gt;" in cells.entries(Exhibit("x", "X", tables={"y": table}), "x_y", "")
    assert ">∞</td>" not in cells.linked(table.to_html(), "x_y", table)


def test_a_browser_finds_its_way_by_key(browser, faults, set_paper):
    for width in (1280, 390):
        page = browser.page(set_paper / "paper/paper.html", width=width)
        assert faults(page) == []
        assert page.ask("document.documentElement.scrollWidth") <= width
        place = "document.querySelector('a.past')"
        assert page.ask(f"{place}.getBoundingClientRect().right") < 0
        page.ask(f"{place}.focus()")
        assert page.ask(f"{place}.getBoundingClientRect().left") >= 0
        assert page.ask(f"document.getElementById({place}.hash.slice(1)).tabIndex") == -1
        page.ask("document.querySelector('.results td a').click()")
        assert page.ask("document.querySelector(':target').id") == "cell:market.1.1"
        assert page.complaints() == []
        page.close()
    page = browser.page(set_paper / "paper/paper.html", height=200)  # so low that the entries scroll below their heads
    page.ask("document.querySelector('[href=\"#cell:market.1.2\"]').click()")
    place = "document.querySelector(':target')"
    window = f"{place}.closest('.scroll')"
    assert page.ask(f"{window}.scrollHeight > {window}.clientHeight")
    head = f"{place}.closest('table').tHead.getBoundingClientRect().bottom"
    assert page.ask(f"{place}.getBoundingClientRect().top >= {head}")
    page.close()
    page = browser.page(set_paper / "paper/paper.html", kind="print")
    assert page.ask("getComputedStyle(document.querySelector('a.past')).display") == "none"
    assert page.ask("getComputedStyle(document.querySelector('.results td a')).textDecorationLine") == "none"
    page.close()


def test_the_paper_has_no_number_in_a_table_without_its_entry(tmp_path):
    paper = tmp_path / "paper"
    shutil.copytree(ROOT / "paper", paper, ignore=shutil.ignore_patterns("build", "*.run.json"))
    links = 0
    for _, stem in INCLUDED.findall(source(paper)):
        key = max((path.stem for path in (paper / "results").glob("*.json") if stem.startswith(path.stem)), key=len)
        exhibit = Exhibit.open(key, paper)
        table = cells.table_of(exhibit, stem)
        printed = (paper / f"tables/{stem}.html").read_text(encoding="utf-8")
        linked = cells.linked(printed, stem, table)
        assert re.sub("</?a[^>]*>", "", linked) == printed
        bare = re.sub(r"<a href.*?</a>", "", "".join(re.findall(r"<td class=.*?</td>", linked)))
        bare = html.unescape(re.sub(r'<span class="pad".*?</span>', "", bare))
        assert not re.search(r">[^<]*\d", bare), stem
        entries = {match["place"] for match in ENTRY.finditer(cells.entries(exhibit, stem, ""))}
        assert entries == {match["place"] for match in LINK.finditer(linked)}
        links += len(LINK.findall(linked))
    assert links > 1500


@pytest.mark.slow
def test_the_whole_paper_tells_what_is_on_disk(tmp_path):
    for name in ("paper", "analyses"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("build", "__pycache__", "*.run.json")
        )
    build(tmp_path / "paper")
    first = (tmp_path / "paper/paper.html").read_bytes()
    links, _ = check_cells(tmp_path / "paper")
    assert links > 1500
    build(tmp_path / "paper")
    assert (tmp_path / "paper/paper.html").read_bytes() == first
