"""The paper: numbers, references, citations, tables and figures in three formats, and every refusal."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from econ.errors import SeriesNotFound, SpecificationError
from econ.report.build import build, edition
from econ.report.verification import labels

ROOT = Path(__file__).parents[3]
FILTERS = ("numbers.lua", "crossref.lua", "template.typ", "paper.css", "head.tex")


def load_sample():
    spec = importlib.util.spec_from_file_location("report_sample", Path(__file__).with_name("sample.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_program(folder, key):
    words = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.path.insert(0, '.'); "
             f"import runpy; runpy.run_module('analyses.{key}', run_name='__main__')"]  # fmt: skip
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def built_project(tmp_path_factory):
    folder = load_sample().make_project(tmp_path_factory.mktemp("project"))
    for name in FILTERS:
        shutil.copy(ROOT / "paper" / name, folder / "paper" / name)
    for key in ("market", "counts"):
        run_program(folder, key)
    build(folder / "paper")
    return folder


@pytest.fixture
def project(built_project, tmp_path):
    return Path(shutil.copytree(built_project, tmp_path / "project"))


def edit(project, old, new):
    path = project / "paper" / "paper.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_three_formats_say_the_same_numbers(built_project):
    html = (built_project / "paper/paper.html").read_text(encoding="utf-8")
    tex = (built_project / "paper/paper.tex").read_text(encoding="utf-8")
    typ = (built_project / "paper/paper.typ").read_text(encoding="utf-8")
    for text in (html, tex, typ):
        plain = text.replace("\u00a0", " ").replace("~", " ").replace("&nbsp;", " ").replace("$-$", "−")
        assert "−6.128 bp" in plain
        assert "[−6.229, −6.027]" in plain.replace("\\[", "[").replace("\\]", "]").replace("{[}", "[").replace(
            "{]}", "]"
        )
        assert "34%" in plain.replace("\\%", "%")
        assert "data vintage 2026-07-17" in plain
        assert "1234" not in plain  # 1,234.50 in the table
    assert (built_project / "paper/paper.pdf").read_bytes().startswith(b"%PDF")


def test_references_point_at_what_they_name(built_project):
    html = (built_project / "paper/paper.html").read_text(encoding="utf-8")
    for label, number in (("tbl:market", 1), ("tbl:plain", 2), ("tbl:counts", 3), ("fig:market", 1), ("eq:var", 1)):
        assert f'<a href="#{label}">{number}</a>' in html
        assert html.count(f'id="{label}"') == 1
    assert '<a href="#sec:reduced">2.1</a>' in html
    assert "Sims, Christopher" in html
    assert "Figure 1." in html
    assert "Table 2." in html


def test_html_is_one_file_with_mathml(built_project):
    html = (built_project / "paper/paper.html").read_text(encoding="utf-8")
    assert "<math" in html
    assert not re.findall(r'(?:src|href)="(?!#|data:|https://doi)[^"]+"', html)
    assert "<script" not in html


def test_labels_are_those_of_the_page(built_project):
    assert labels(built_project / "paper") == {"market": ("Table 1", "Figure 1"), "counts": ("Table 3",)}


def test_two_builds_are_byte_identical(project):
    names = ("paper.pdf", "paper.html", "paper.tex", "paper.typ")
    before = {name: (project / "paper" / name).read_bytes() for name in names}
    for name in names:
        (project / "paper" / name).unlink()
    build(project / "paper")
    assert {name: (project / "paper" / name).read_bytes() for name in names} == before


def test_nothing_of_the_machine_is_in_the_output(built_project):
    for path in built_project.glob("paper/**/*"):
        if path.is_file() and not path.name.endswith(".run.json") and path.suffix not in (".lua", ".css"):
            content = path.read_bytes()
            assert str(built_project).encode() not in content, path.name
            assert not re.search(rb"0x[0-9a-f]{8,}|CreationDate", content), path.name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("key=market.lags}", "key=market.lagz}", "'market.lagz'.*did you mean 'lags'"),
        ("key=market.lags}", "key=markt.lags}", "'markt.lags'.*did you mean 'market'"),
    ],
)
def test_unknown_number_stops_the_build_and_is_named(project, old, new, message):
    edit(project, old, new)
    (project / "paper/paper.pdf").unlink()
    with pytest.raises(SeriesNotFound, match=message):
        build(project / "paper")
    assert not (project / "paper/paper.pdf").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[]{.num key=market.lags}", "[]{.num fmt=value key=market.lags}", "market.lags value|no number called"),
        ("[]{.num key=market.lags}", "[]{.num}", "without key"),
        ("key=market.lags}", "key=market.lags fmt=volume}", "no format 'volume'.*did you mean 'value'"),
        ("@tbl:market]", "@tbl:markt]", "undefined cross-reference: tbl:markt"),
        ("{#eq:irf}", "{#eq:var}", "label defined twice: eq:var"),
        ("@sims1980,", "@sims1981,", "sims1981"),
        ("tables/counts", "tables/count", "no table tables/count"),
        ("(figures/market)", "(figures/markt)", "figures/markt"),
        ("\\Sigma, $$", "\\Sigma_{, $$", "math|TeX"),
    ],
)
def test_every_mistake_in_the_text_stops_the_build(project, old, new, message):
    edit(project, old, new)
    before = (project / "paper/paper.html").read_bytes()
    with pytest.raises(SpecificationError, match=message):
        build(project / "paper")
    assert (project / "paper/paper.html").read_bytes() == before


def test_title_page_prints_the_commit_and_changes(project):
    def git(*words):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], cwd=project, check=True, capture_output=True
        )

    assert edition(project / "paper").startswith("Unversioned")
    git("init", "-q")
    (project / ".gitignore").write_text("*.run.json\npaper.*\n__pycache__\n!paper.md\n")
    git("add", ".")
    git("commit", "-qm", "all")
    clean = edition(project / "paper")
    assert re.fullmatch(r"Commit [0-9a-f]{10} · data vintage 2026-07-17", clean)
    results = project / "paper/results/counts.json"
    results.write_text(results.read_text() + "\n")
    assert edition(project / "paper") == clean  # generated files are not sources
    edit(project, "A note", "Another note")
    assert edition(project / "paper") == clean.replace(" ·", " + changes ·")
