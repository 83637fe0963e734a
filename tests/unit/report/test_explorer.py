"""The explorer: its numbers are those of Python, it asks nobody, and it can be used by key, by phone and by ear."""

import json
import os
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from econ.errors import SchemaError, VintageMissing
from econ.report.audit import vendored
from econ.report.exhibit import Exhibit
from econ.report.explorer import CURVES, assembled, explorable, explore, payload
from econ.report.sales import impacts, parts_of
from econ.tables.numbers import render

ROOT = Path(__file__).parents[3]
PAPER = ROOT / "paper"
BEYOND = """[...document.querySelectorAll("main *")]
    .filter((one) => !one.closest(".scroll, svg, nav") && one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName + one.id)"""
MEET = """window.met = new Set(); document.addEventListener("focusin", ({ target }) => {
    met.add(target.type === "radio" ? target.name : target); })"""
STOPS = """document.querySelectorAll("a, input:not([type=radio]), select, button, [tabindex='0']").length
    + new Set([...document.querySelectorAll("input[type=radio]")].map((one) => one.name)).size"""
"""Things in which the key Tab stops: of a group of radio buttons one."""
VENDORS = (ROOT / "econ" / "report" / "vendor", Path(__file__).parent / "vendor")


@pytest.fixture(scope="module")
def given():
    return payload(PAPER)


@pytest.fixture(scope="module")
def file(given, tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    path.write_text(assembled(given), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(browser, file):
    opened = browser.page(file)
    yield opened
    assert opened.complaints() == []
    assert opened.requests() == [file.as_uri()]
    opened.close()


def points(figure):
    """The points of a curve as the exhibit on disk has them."""
    frame = Exhibit.open("multiverse", PAPER).figures[figure].data
    frame["significant"] = frame["significant"].astype(str) == "True"
    return frame


def axes_of(frame):
    return [name for name in frame if name not in ("value", "lower", "upper", "significant")]


def test_it_is_small_whole_and_the_same_to_the_byte(given, file):
    text = file.read_text(encoding="utf-8")
    assert assembled(payload(PAPER)) == text
    assert len(text.encode()) < 1.5e6
    assert "@@" not in re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    for place in (str(ROOT), str(Path.home())):
        assert place not in text


def test_it_loads_nothing(file):
    text = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert re.findall(r"""(?:src|href|action)\s*=\s*["'](?!#)[^"']*""", outside) == []
    assert re.findall(r"@import|url\(", outside) == []


def test_vendored_files_are_of_the_version_that_is_noted_and_the_audit_sees_them():
    finding = vendored(ROOT)
    assert finding.ok
    assert finding.details.startswith("3 files")
    for folder in VENDORS:
        for name, each in tomllib.loads((folder / "vendor.toml").read_text(encoding="utf-8")).items():
            assert f"v{each['version']}" in (folder / name).read_text(encoding="utf-8")[:200]


def test_a_page_that_did_not_change_is_as_new_as_its_making(tmp_path, monkeypatch):
    """Make compares times: an explorer left as old as it was would be made again by every run."""
    monkeypatch.setattr("econ.report.explorer.payload", lambda folder: {})
    monkeypatch.setattr("econ.report.explorer.assembled", lambda page: "<html></html>")
    page = explore(tmp_path)
    os.utime(page, (1e9, 1e9))
    assert explore(tmp_path).stat().st_mtime > 1e9


def test_a_folder_without_its_exhibits_is_refused(tmp_path):
    assert explorable(PAPER)
    assert not explorable(tmp_path)
    with pytest.raises(VintageMissing, match="multiverse"):
        explore(tmp_path)
    assert not (tmp_path / "explorer.html").exists()


def test_every_design_of_the_what_if_is_the_cell_of_its_table():
    found = {(each["holder"], each["design"]): each for each in impacts(PAPER)}
    table = Exhibit.open("price_impact", PAPER).table
    [place] = [place for place, name in enumerate(table.names) if "$100bn" in name]
    cells = {row.label: row.cells[place] for row in table.body}
    projected = {design: each for (_, design), each in found.items() if design in cells}
    assert {name: (each["value"], each["set"]) for name, each in projected.items()} == {
        name: (cell.value, parts_of(cell)) for name, cell in cells.items()
    }
    bought = Exhibit.open("structural_responses", PAPER).tables["japan"].body[0].cells[-1]
    sold = found["Japan", "Recursive, flows first, with controls"]
    assert (sold["value"], sold["set"]) == (-bought.value, [[-bought.upper, -bought.lower]])
    daily = Exhibit.open("operations", PAPER).numbers["primary_100bn"]
    assert found["Japan", "Operations of the Ministry of Finance, by the day"]["value"] == daily.value


def test_a_design_is_known_by_a_number_that_differs_by_rounding(tmp_path):
    (tmp_path / "results").mkdir()
    for key in ("structural_responses", "operations", "price_impact"):
        body = json.loads((PAPER / "results" / f"{key}.json").read_text(encoding="utf-8"))
        if key == "price_impact":
            for number in (
                each for name, each in body["numbers"].items() if name.endswith("_3") and "estimate" in each
            ):
                number["estimate"]["value"] *= 1.0 + 1e-12
        (tmp_path / "results" / f"{key}.json").write_text(json.dumps({**body, "figures": []}), encoding="utf-8")
    assert impacts(tmp_path) == impacts(PAPER)


def test_a_design_that_no_holder_is_known_for_is_refused(tmp_path):
    body = json.loads((PAPER / "results" / "price_impact.json").read_text(encoding="utf-8"))
    row = body["tables"][0][1]["rows"][0]
    row["label"] = "LS somebody"
    for cell in (cell for cell in row["cells"] if isinstance(cell, dict) and "estimate" in cell):
        cell["estimate"]["value"] += 1.0
    body["figures"] = []
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "price_impact.json").write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(SchemaError, match="LS somebody"):
        impacts(tmp_path)


@pytest.mark.parametrize(("name", "figure"), [(name, figure) for name, figure, _, _ in CURVES])
def test_filters_give_the_numbers_of_python(page, name, figure):
    frame, rng = points(figure), np.random.default_rng(5)
    page.ask(f"document.querySelector('input[name=curve][value={name}]').click()")
    told = "JSON.stringify(document.getElementById('curve-told').dataset)"
    numbers = Exhibit.open("multiverse", PAPER).numbers
    whole = json.loads(page.ask(told))
    assert int(whole["count"]) == numbers[f"{name}_estimated"]
    assert float(whole["median"]) == pytest.approx(numbers[f"{name}_median"], rel=1e-5)  # points have six digits
    assert float(whole["positive"]) == pytest.approx(numbers[f"{name}_share_positive"], rel=1e-12)
    said = page.ask("document.getElementById('curve-told').textContent")
    assert f"Median {render(numbers[f'{name}_median'], 'value:2')}" in said  # as the table of the paper prints it
    apart = sum(numbers[f"{name}_share_significant_{sign}"] for sign in ("positive", "negative"))
    assert float(whole["apart"]) == pytest.approx(apart, rel=1e-12)
    for _ in range(4):
        page.ask("document.getElementById('curve-all').click()")
        kept = frame
        for axis in rng.choice(axes_of(frame), size=2, replace=False):
            option = rng.choice(sorted(frame[axis].unique()))
            kept = kept[kept[axis] != option]
            label = f"{option:g}" if isinstance(option, float) else option
            page.ask(f"document.querySelector('#curve-filters input[name={axis}][value=\"{label}\"]').click()")
        got = json.loads(page.ask(told))
        assert int(got["count"]) == len(kept) < len(frame)
        assert float(got["median"]) == float(np.median(kept["value"]))
        assert float(got["positive"]) == float((kept["value"] > 0).mean())
        assert float(got["apart"]) == float(kept["significant"].mean())


def test_no_choice_left_is_said(page):
    page.ask(
        "document.querySelectorAll('#curve-filters input[name=concept]').forEach((box) => box.checked && box.click())"
    )
    assert "No specification" in page.ask("document.getElementById('curve-told').textContent")
    page.ask("document.getElementById('curve-all').click()")
    assert (
        "2,538 of 2,538" in page.ask("document.getElementById('curve-told').textContent")
        or page.ask("curve.name") == "h2"
    )


def test_the_slider_gives_the_curve_of_python(page):
    frame = Exhibit.open("leaning", PAPER).figures[""].data
    line = frame[frame["what"] == "curve"].reset_index(drop=True)
    for place in (0, 17, len(line) - 1):
        page.ask(f"lean.value = {place}; lean.dispatchEvent(new Event('input'))")
        told = page.ask("({...document.getElementById('leaning-told').dataset})")
        assert float(told["impact"]) == line["impact"][place]
        assert float(told["leaning"]) == line["leaning"][place]
    page.ask("lean.focus()")
    page.key("ArrowLeft")
    assert float(page.ask("document.getElementById('leaning-told').dataset.impact")) == line["impact"][len(line) - 2]


def test_the_what_if_scales_the_estimate_and_its_set(page):
    for each in (each for each in impacts(PAPER) if each["holder"] == "Japan"):
        page.ask(
            "sale.size.value = 37; sale.holder.value = 'Japan'; saleDesigns();"
            f"sale.design.value = {json.dumps(each['design'])}; drawSale()"
        )
        told = page.ask("document.getElementById('sale-told').textContent")
        known = [None, None] not in (each["set"] or [])
        assert (f"{abs(0.37 * each['value']):.1f} bp" in told) == known
        assert ("nothing is known" in told) != known
        assert ("goes with" in told) == each["associated"]
        ends = [end for part in each["set"] or [] for end in part if end is not None]
        assert all(f"{abs(0.37 * end):.1f}" in told for end in ends)
        assert each["set"] is not None or each["reason"] in told
    page.ask("sale.size.value = -3; drawSale()")
    assert "between 1 and 1000" in page.ask("document.getElementById('sale-told').textContent")
    page.ask("sale.size.value = 100; drawSale()")


def test_it_opens_on_the_cell_that_decides(browser, file):
    page = browser.page(file)
    primary = Exhibit.open("price_impact", PAPER).numbers["primary_100bn"]
    [cell] = [each for each in impacts(PAPER) if each["primary"]]
    assert cell["value"] == pytest.approx(primary.value, rel=1e-8)
    np.testing.assert_allclose(cell["set"], parts_of(primary), rtol=1e-8)
    assert page.ask("[sale.holder.value, sale.design.value]") == [cell["holder"], cell["design"]]
    told = page.ask("document.getElementById('sale-told').textContent")
    assert "the primary cell" in told
    assert render(primary, "value:1") in told
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_label_of_an_axis_is_cut_and_no_section_is_hidden(browser, file, width):
    page = browser.page(file, width=width)
    cut = """[...document.querySelectorAll(".plot svg text")].filter((one) => {
        const box = one.getBoundingClientRect(), svg = one.closest("svg").getBoundingClientRect();
        return box.width > 0 && (box.left < svg.left - 1 || box.right > svg.right + 1);
    }).map((one) => one.textContent)"""
    assert page.ask(cut) == []
    hidden = "[...document.querySelectorAll('nav a')].filter((one) => one.getBoundingClientRect().right > innerWidth)"
    assert page.ask(f"{hidden}.map((one) => one.textContent)") == []
    page.close()


def test_bands_and_tables_answer_their_toggles(page):
    areas = "document.querySelectorAll('#responses-plot [data-mark=area] path').length"
    assert page.ask(areas) > 0
    before = page.ask("document.querySelector('#responses-plot').innerHTML")
    page.ask("document.querySelector('input[name=band][value=simultaneous]').click()")
    assert page.ask(areas) > 0
    assert page.ask("document.querySelector('#responses-plot').innerHTML") != before
    page.ask("document.querySelector('input[name=band][value=none]').click()")
    assert page.ask(areas) == 0
    visible = (
        "[...document.querySelectorAll('#designs-table tbody tr:not(.panel)')].filter((row) => !row.hidden).length"
    )
    whole = page.ask(visible)
    page.ask("document.getElementById('designs-only').click()")
    believed = [row for row in Exhibit.open("designs", PAPER).table.body if row.cells[-1] == "yes"]
    assert page.ask(visible) == len(believed) < whole
    page.ask("document.querySelector('#ledger-which input[value=wrong]').click()")
    numbers = Exhibit.open("ledger", PAPER).numbers
    assert (
        int(page.ask("document.getElementById('ledger-told').dataset.count"))
        == numbers["claims"] - numbers["are_wrong"]
    )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_serious_and_nothing_leaves_the_page(browser, file, faults, width, scheme):
    page = browser.page(file, width=width, prefers_color_scheme=scheme)
    assert faults(page) == []
    assert page.ask("document.documentElement.scrollWidth") <= width
    assert page.ask(BEYOND) == []
    assert page.complaints() == []
    page.close()


def test_every_control_is_reached_by_the_keyboard(browser, file):
    page = browser.page(file)
    wanted = page.ask(STOPS)
    page.ask(MEET)
    for _ in range(wanted):
        page.key("Tab")
    assert page.ask("met.size") == wanted
    assert page.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.ask("document.querySelector('#curve-filters input').focus()")
    page.key(" ")
    assert page.ask("document.querySelector('#curve-filters input').checked") is False
    assert page.ask("curve.kept.length") < page.ask("DATA.curves.h1.value.length")
    page.close()
