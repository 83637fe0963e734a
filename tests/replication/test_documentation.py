"""The pages of docs/ and the README: Python prints what they say, links lead somewhere, names have a page."""

import doctest
import importlib.util
import re
import sys
from pathlib import Path

import pytest

import econ

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(?P<language>[\w{}-]*)[^\n]*\n(?P<body>.*?)^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^(?:```|:::).*?^(?:```|:::)|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def examples(path):
    """Every example of a page, each at its line, as one session."""
    text = path.read_text(encoding="utf-8")
    found = []
    for fence in FENCE.finditer(text):
        if fence["language"] == "python":
            first = text.count("\n", 0, fence.start("body"))
            for each in doctest.DocTestParser().get_examples(fence["body"]):
                each.lineno += first
                found.append(each)
    return found


def blocks_without_prompts(text):
    blocks = [fence["body"] for fence in FENCE.finditer(text) if fence["language"] in ("python", "py", "pycon")]
    return [body for body in blocks if not body.lstrip().startswith(">>> ")]


def run(path):
    """What an own session of a page prints otherwise than the page says; empty if nothing."""
    said = []
    test = doctest.DocTest(examples(path), {"__name__": "page"}, name_of(path), str(path), 0, None)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=said.append, clear_globs=True)
    return "".join(said)


WITH_CODE = [path for path in PAGES if examples(path)]


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_the_python_of_a_page_prints_what_the_page_says(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert run(path) == ""


def test_a_page_that_says_something_else_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```python\n>>> x = 2\n```\ntext\n```python\n>>> x + 1\n3\n>>> x\n4\n```\n", encoding="utf-8")
    said = run(page)
    assert "line 8" in said
    assert "Expected:\n    4\nGot:\n    2" in said
    assert said.count("Failed example") == 1


def test_every_python_block_is_a_session_and_the_guide_is_full_of_them():
    assert {name_of(path): blocks_without_prompts(path.read_text("utf-8")) for path in PAGES} == {
        name_of(path): [] for path in PAGES
    }
    assert blocks_without_prompts("```python\nimport econ\n```\n") == ["import econ\n"]
    assert len([path for path in WITH_CODE if path.parent.name == "guide"]) == 10
    assert sum(len(examples(path)) for path in WITH_CODE) > 150


def slug(head):
    """Anchor of a heading, as GitHub and MyST make it."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", head).strip().lower())
    return words.replace(" ", "-")


def anchors(text):
    heads = re.findall(
        r"^#{1,4} +(.+?) *$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    )
    return {slug(head) for head in heads} | set(re.findall(r"^\(([\w-]+)\)=", text, re.MULTILINE))


def broken(path):
    """Links of a page to files or headings that are not there."""
    text = path.read_text(encoding="utf-8")
    for match in LINK.finditer(CODE.sub("", text)):
        target, _, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        place = (path.parent / target).resolve() if target else path
        if place.suffix == ".html" or "/reference/" in f"/{target}":  # written by the build, which checks them
            continue
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place.read_text("utf-8"))):
            yield match["target"]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_inside_lead_somewhere(path):
    assert list(broken(path)) == []


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One head: `x`\n[a](#one-head-x) [b](#two) [c](other.md) [d](https://x.org)\n", encoding="utf-8")
    assert list(broken(page)) == ["#two", "other.md"]


def loaded(name):
    """A module of docs/_site, by its path."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "_site" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference():
    return loaded("reference")


@pytest.fixture(scope="module")
def check():
    return loaded("check")


def test_every_public_name_has_a_page_and_every_object_one(reference):
    homes = reference.homes()
    rooms = {path.parent.name for path in (ROOT / "econ").glob("*/__init__.py")} | {"errors", "testing"}
    assert set(reference.ROOMS) == rooms
    wanted = {f"econ.{name}" for name in econ.__all__}
    wanted |= {f"econ.{room}.{name}" for room in rooms for name in getattr(getattr(econ, room), "__all__", ())}
    assert wanted <= homes.keys()
    assert len(wanted) > 250
    pages = {name: reference.page(name, entries) for name, entries in reference.pages().items()}
    for name, home in homes.items():
        room, _, short = home.rpartition(".")
        page = pages[room.removeprefix("econ.")]
        assert re.search(rf"^   {re.escape(short)}$", page, re.MULTILINE), f"{name}: {home}"
        assert reference.value_of(name) is reference.value_of(home) or not callable(reference.value_of(name))
    objects = [id(reference.value_of(home)) for home in set(homes.values()) if callable(reference.value_of(home))]
    assert len(objects) == len(set(objects))


def test_errors_and_test_data_have_pages_though_their_rooms_list_no_names(reference):
    assert {
        "econ.errors.WeakInstrument",
        "econ.errors.DataError",
        "econ.testing.simulated_var",
    } <= reference.homes().keys()


def test_the_reference_is_written_once(reference, tmp_path):
    reference.write(tmp_path)
    first = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    reference.write(tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == first
    assert first.keys() == {"index.rst", "behind.rst", "econ.rst", *(f"{room}.rst" for room in reference.ROOMS)}


SITE = """<html><head><link rel="stylesheet" href="a.css"><script src="{script}"></script></head><body id="top">
<a href="#top">a</a><a href="{link}">b</a><a href="https://example.org">c</a><img src="a.png"></body></html>"""


@pytest.fixture
def site(tmp_path):
    def write(link="#top", script="a.js", css="body { color: black }"):
        (tmp_path / "a.css").write_text(css)
        (tmp_path / "a.js").write_text("")
        (tmp_path / "a.png").write_text("")
        (tmp_path / "page.html").write_text(SITE.format(link=link, script=script))
        return tmp_path

    return write


def test_a_whole_site_passes(site, check):
    folder = site()
    assert (check.broken(folder), check.remote(folder)) == ([], [])


@pytest.mark.parametrize("link", ["page.html#bottom", "other.html", "#bottom"])
def test_a_link_of_the_site_that_leads_nowhere_is_found(site, check, link):
    assert check.broken(site(link=link)) == [f"page.html: {link}"]


@pytest.mark.parametrize("script", ["https://cdn.example.org/x.js", "//cdn.example.org/x.js"])
def test_a_script_from_elsewhere_is_found(site, check, script):
    assert check.remote(site(script=script)) == [f"page.html: {script}"]


@pytest.mark.parametrize("css", ["@import 'https://a.org/x.css';", "@font-face { src: url(//a.org/x.woff) }"])
def test_a_font_or_style_from_elsewhere_is_found(site, check, css):
    (found,) = check.remote(site(css=css))
    assert found.startswith("a.css: ")


def test_a_public_name_without_a_page_is_found(site, check):
    folder = site()
    (folder / "reference" / "api").mkdir(parents=True)
    (folder / "reference" / "api" / "econ.x.y.html").write_text('<dt id="econ.x.y">')
    assert check.undocumented(folder, {"econ.y": "econ.x.y", "econ.x.z": "econ.x.z"}) == ["econ.x.z"]


def test_every_page_of_the_sources_is_in_the_tree():
    listed = set()
    for path in (ROOT / "docs").rglob("*.md"):
        for block in re.findall(r"```\{toctree\}(.*?)```", path.read_text("utf-8"), re.DOTALL):
            lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith(":")]
            listed |= {(path.parent / f"{line}.md").resolve() for line in lines}
    pages = {path.resolve() for path in (ROOT / "docs").rglob("*.md")} - {(ROOT / "docs" / "index.md").resolve()}
    assert pages <= listed
    assert sys.modules["econ"] is econ


def test_no_brace_is_sized_by_hand():
    r"""The converter to MathML prints ``\\big\\{`` as it stands; ``\\left\\{`` it sets."""
    sized = [name_of(path) for path in PAGES if re.search(r"\\[bB]igg?[lr]?\\[{}]", path.read_text(encoding="utf-8"))]
    assert sized == []


def test_codes_of_subjects_are_those_of_the_paper():
    told = re.search(r"JEL codes: ([\w, ]+)\.", (ROOT / "paper" / "paper.md").read_text(encoding="utf-8"))[1]
    assert f"| JEL | {told} |" in (ROOT / "docs" / "replication.md").read_text(encoding="utf-8")
