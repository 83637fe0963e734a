"""The paper: numbers, references, citations, tables and figures in three formats, and every refusal."""

import re

import pytest

from econ.errors import EconError, SeriesNotFound, SpecificationError
from econ.report.build import build, edition, main
from econ.report.verification import labels


def edit(project, old, new):
    path = project / "paper" / "paper.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_three_formats_say_the_same_numbers(set_paper):
    html = (set_paper / "paper/paper.html").read_text(encoding="utf-8")
    tex = (set_paper / "paper/paper.tex").read_text(encoding="utf-8")
    typ = (set_paper / "paper/paper.typ").read_text(encoding="utf-8")
    for text in (html, tex, typ):
        plain = text.replace("\u00a0", " ").replace("~", " ").replace("&nbsp;", " ").replace("$-$", "−")
        assert "−6.128 bp" in plain
        assert "[−6.229, −6.027]" in plain.replace("\\[", "[").replace("\\]", "]").replace("{[}", "[").replace(
            "{]}", "]"
        )
        assert "34%" in plain.replace("\\%", "%")
        assert "data vintage 2026-07-17" in plain
        printed = plain.partition('<section id="lineage">')[0]  # which spells digits as they are on disk
        assert "1234" not in printed  # 1,234.50 in the table
    assert (set_paper / "paper/paper.pdf").read_bytes().startswith(b"%PDF")


def test_references_point_at_what_they_name(set_paper):
    html = (set_paper / "paper/paper.html").read_text(encoding="utf-8")
    for label, number in (("tbl:market", 1), ("tbl:plain", 2), ("tbl:counts", 3), ("fig:market", 1), ("eq:var", 1)):
        assert f'<a href="#{label}">{number}</a>' in html
        assert html.count(f'id="{label}"') == 1
    assert '<a href="#sec:reduced">2.1</a>' in html
    assert "Sims, Christopher" in html
    assert "Figure 1." in html
    assert "Table 2." in html


def test_html_is_one_file_with_mathml(set_paper):
    html = (set_paper / "paper/paper.html").read_text(encoding="utf-8")
    assert "<math" in html
    assert not re.findall(r'(?:src|href)="(?!#|data:|https://doi)[^"]+"', html)
    assert "<script" not in html


def test_labels_are_those_of_the_page(set_paper):
    assert labels(set_paper / "paper") == {"market": ("Table 1", "Figure 1"), "counts": ("Table 3",)}


def test_two_builds_are_byte_identical(project):
    build(project / "paper")
    names = ("paper.pdf", "paper.html", "paper.tex", "paper.typ")
    before = {name: (project / "paper" / name).read_bytes() for name in names}
    for name in names:
        (project / "paper" / name).unlink()
    build(project / "paper")
    assert {name: (project / "paper" / name).read_bytes() for name in names} == before


def test_nothing_of_the_machine_is_in_the_output(set_paper):
    for path in set_paper.glob("paper/**/*"):
        if path.is_file() and not path.name.endswith(".run.json") and path.suffix not in (".lua", ".css"):
            content = path.read_bytes()
            assert str(set_paper).encode() not in content, path.name
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
    (project / "paper/paper.pdf").unlink(missing_ok=True)
    with pytest.raises(SeriesNotFound, match=message):
        build(project / "paper")
    assert not (project / "paper/paper.pdf").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "assertions.toml", "upper < 0", "lower > 0",
            r"says 'The impact is negative' \(claim impact-negative\).*'market.impact:lower > 0'.*market.impact = −6",
        ),
        ("assertions.toml", "impact-negative", "impact-negativ", "by 'impact-negative'.*did you mean 'impact-negativ'"),
        ("assertions.toml", "market.impact", "market.impakt", "'market.impakt'.*did you mean 'impact'"),
        ("assertions.toml", "\n", '\nidle = ["market.lags = 2"]\n', "'idle' belongs to no claim"),
        ("assertions.toml", "upper < 0", "upper below 0", "cannot be read; write a < b"),
        ("assertions.toml", '["market.impact:upper < 0"]', '"market.impact:upper < 0"', "needs a list of conditions"),
        ("paper.md", "{.claim key=impact-negative}", "{.claim}", "1 claims stand in the text and 0 can be read"),
        ("paper.md", "are small.", "are small, by 7 bp.", "types a number by hand: '.*by 7 bp.'"),
        ("typed.toml", "10-year", "11-year", "types a number by hand: '.*10-year"),
        ("typed.toml", "[12]", "[34]", "'?\\[markdown\\] matches nothing|types a number by hand"),
        ("typed.toml", 'why = "names"', 'why = ""', r"\[names\] needs pattern = and why ="),
    ],
)  # fmt: skip
def test_a_false_sentence_and_a_digit_typed_by_hand_stop_the_build(project, file, old, new, message):
    path = project / "paper" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (project / "paper/paper.pdf").unlink(missing_ok=True)
    with pytest.raises(EconError, match=message):
        build(project / "paper")
    assert not (project / "paper/paper.pdf").exists()


def test_the_words_of_a_claim_are_set_and_its_key_is_not(set_paper):
    for name in ("paper.tex", "paper.typ", "paper.html"):
        text = (set_paper / "paper" / name).read_text(encoding="utf-8")
        assert "The impact is negative" in " ".join(text.split())
        assert ("impact-negative" in text) == (name == "paper.html")


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
    (project / "paper/paper.html").write_text("as it was", encoding="utf-8")
    with pytest.raises(SpecificationError, match=message):
        build(project / "paper")
    assert (project / "paper/paper.html").read_text(encoding="utf-8") == "as it was"


def test_title_page_prints_the_commit_and_changes(committed_project):
    folder = committed_project / "paper"
    clean = edition(folder)
    assert re.fullmatch(r"Commit [0-9a-f]{10} · data vintage 2026-07-17", clean)
    results = folder / "results/counts.json"
    results.write_text(results.read_text() + "\n")
    assert edition(folder) == clean  # generated files are not sources
    for left in (
        folder / ".paper.typ.af701c1e",
        folder / "tables/.counts.tex.00c0ffee",
        committed_project / ".x.0123abcd",
    ):
        left.write_text("half of")
    assert edition(folder) == clean  # nor is what a killed writer left
    (folder / ".paper.typ").write_text("a file of somebody's own")
    assert edition(folder) == clean.replace(" ·", " + changes ·")
    (folder / ".paper.typ").unlink()
    edit(committed_project, "A note", "Another note")
    assert edition(folder) == clean.replace(" ·", " + changes ·")


def test_without_git_the_title_page_says_so(project):
    assert edition(project / "paper") == "Unversioned · data vintage 2026-07-17"


def test_main_prints_the_message_and_fails(project, capsys):
    edit(project, "key=market.lags}", "key=market.lagz}")
    assert main([str(project / "paper")]) == 1
    printed = capsys.readouterr()
    assert "market.lagz" in printed.err
    assert "failed" in printed.out
