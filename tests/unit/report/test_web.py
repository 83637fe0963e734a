"""The web edition: every number leads to its lineage, tables to their files, and nothing leaves the file."""

import base64
import html
import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from econ.errors import SpecificationError
from econ.report.build import build, rendered
from econ.report.lineage import lines_of
from econ.report.web import finished

ROOT = Path(__file__).parents[3]
LINK = re.compile(r'<a href="#lineage:(?P<key>[\w.-]+)" class="num" title="(?P<title>[^"]*)"[^>]*>(?P<words>.*?)</a>')
ROW = re.compile(r'<tr id="lineage:(?P<key>[\w.-]+)" data-value="(?P<value>[^"]*)">(?P<cells>.*?)</tr>')
DATA = re.compile(r'<a download="(?P<name>[\w.]+)" href="data:[\w/-]+;base64,(?P<content>[\w+/=]+)"')


@cache
def results(path):
    return json.loads(path.read_text(encoding="utf-8"))["numbers"]


def stored(folder, exhibit, name):
    """A number as the file of results spells it."""
    value = results(folder / "results" / f"{exhibit}.json")[name]
    if not isinstance(value, dict):
        return value
    [(kind, body)] = value.items()
    return body["value"] if kind == "estimate" else body


def check_lineage(folder):
    """Every number of the text is a link, and what it leads to is what the results on disk hold; their count."""
    page = (folder / "paper.html").read_text(encoding="utf-8")
    links = list(LINK.finditer(page))
    rows = {match["key"]: match for match in ROW.finditer(page)}
    text = (folder / "paper.md").read_text(encoding="utf-8")
    assert len(links) >= len(re.findall(r"\{\.num ", text))
    assert rows.keys() == {name.partition(" ")[0] for name in rendered(folder)} == {match["key"] for match in links}
    for key, row in rows.items():
        exhibit, name = key.split(".")
        assert json.loads(html.unescape(row["value"])) == stored(folder, exhibit, name), key
        assert f"analyses/{exhibit}.py:" in row["cells"]
    assert all(match["title"].startswith(match["key"]) for match in links)
    assert page.count('class="num"') == len(links)
    return len(links), page


def test_every_number_leads_to_the_results_on_disk(set_paper):
    count, page = check_lineage(set_paper / "paper")
    assert count == 8  # that of the abstract, of a caption and of a footnote, too
    impact = re.search(r'<tr id="lineage:market.impact".*?</tr>', page)[0]
    assert all(words in impact for words in ("−6.128", "90%: [−6.229, −6.027]", "bp", "216", "Estimate ← Dataset"))
    line = int(re.search(r"analyses/market.py:(\d+)", impact)[1])
    program = (set_paper / "analyses/market.py").read_text(encoding="utf-8").splitlines()
    assert '"impact": impact' in program[line - 1]
    assert '<a href="#file:slt.csv">' in page
    assert re.search(rf'<tr id="file:slt.csv">.*Treasury.*{"ab" * 32}', page)


def test_every_table_gives_its_files(set_paper):
    page = (set_paper / "paper/paper.html").read_text(encoding="utf-8")
    given = {match["name"]: base64.b64decode(match["content"]) for match in DATA.finditer(page)}
    assert given.keys() == {"market.csv", "market.tex", "counts.csv", "counts.tex"}
    assert all(content == (set_paper / "paper/tables" / name).read_bytes() for name, content in given.items())
    assert (
        page.count('class="scroll" tabindex="0"') == 3 + 5
    )  # three tables; the numbers and the cells of two exhibits, and the files


def test_sections_are_in_the_contents_and_link_to_themselves(set_paper):
    page = (set_paper / "paper/paper.html").read_text(encoding="utf-8")
    contents = re.search(r'<nav id="TOC".*?</nav>', page, re.DOTALL)[0]
    for section in ("sec:introduction", "sec:model", "sec:reduced", "lineage"):
        assert f'href="#{section}"' in contents
    assert page.count('<a class="anchor" href="#sec:') == 3
    assert 'aria-label="Link to: 2.1 Reduced form"' in page


def test_a_page_without_contents_and_a_table_without_files_are_refused(set_paper, tmp_path):
    with pytest.raises(SpecificationError, match="no contents"):
        finished("<body></body>", set_paper / "paper", [])
    place = '<div class="files" data-table="tables/nothing"></div>'
    with pytest.raises(SpecificationError, match=r"nothing\.csv"):
        finished(f"<body>{place}</body>", set_paper / "paper", [])


def test_the_line_is_that_of_the_key_that_says_most(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(
        "def result(spec):\n    found = {'share': 1}\n    found |= {f'{a}_{b}': 1 for a in 'x' for b in 'y'}\n"
        "    found['x_y_p'] = 2\n    found |= {f'{a}_y': 3 for a in 'x'}\n"
    )
    lines = lines_of(path)
    assert [lines.of(name) for name in ("share", "x_z", "x_y_p", "x_y", "other")] == [2, 3, 4, 5, 1]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_browser_finds_no_fault(browser, faults, set_paper, width, scheme):
    file = set_paper / "paper/paper.html"
    page = browser.page(file, width=width, prefers_color_scheme=scheme)
    assert faults(page) == []
    assert page.ask("document.documentElement.scrollWidth") <= width
    inverted = page.ask("getComputedStyle(document.querySelector('figure img')).filter")
    assert ("invert" in inverted) == (scheme == "dark")
    sticky = "getComputedStyle(document.querySelector('.scroll tbody th[scope=row]')).position"
    assert page.ask(sticky) == "sticky"
    assert page.ask("getComputedStyle(document.querySelector('.table .scroll')).maxHeight") == "none"  # no row is cut
    assert page.ask("getComputedStyle(document.querySelector('#TOC')).position") == (
        "fixed" if width > 1404 else "static"
    )
    page.ask("document.querySelector('a.num').click()")
    assert page.ask("decodeURIComponent(location.hash)") == "#lineage:market.impact"
    assert page.complaints() == []
    assert {each.partition("#")[0] for each in page.requests()} == {file.as_uri()}
    page.close()


def test_print_leaves_out_what_paper_cannot_use(browser, set_paper):
    page = browser.page(set_paper / "paper/paper.html", kind="print")
    shown = """['#TOC', '#lineage', '.files', 'a.anchor']
        .filter((each) => getComputedStyle(document.querySelector(each)).display !== 'none')"""
    assert page.ask(shown) == []
    assert page.ask("getComputedStyle(document.querySelector('.scroll')).overflow") == "visible"
    page.close()


@pytest.mark.slow
def test_the_paper_has_a_lineage_for_each_number_and_no_fault(tmp_path, browser, faults):
    for name in ("paper", "analyses"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("build", "__pycache__", "*.run.json")
        )
    build(tmp_path / "paper")
    count, text = check_lineage(tmp_path / "paper")
    assert count > 200
    assert not re.findall(r'src="(?!data:)[^"]+"|<link[^>]+href="(?!data:)|@import|url\((?!["\']?data:)', text)
    assert len(text.encode()) < 5e6
    for width in (1440, 390):
        page = browser.page(tmp_path / "paper" / "paper.html", width=width)
        assert width > 400 or faults(page) == []
        assert page.ask("document.documentElement.scrollWidth") <= width
        assert page.complaints() == []
        assert page.requests() == [(tmp_path / "paper" / "paper.html").as_uri()]
        page.close()
