"""Exhibits: what is written, when, and that it reads back to the last digit; and the way back to the files."""

import io
import json
import math
import re
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from econ import ConfidenceSet, Dataset, Estimate, Unavailable
from econ.data.vintage import Vintage
from econ.errors import SchemaError, SeriesNotFound, SpecificationError, VintageMissing
from econ.report import Exhibit, Figure, Run, Table, trace
from econ.report.compare import compare
from econ.report.exhibit import built
from econ.report.noise import NOISE, ZERO
from econ.report.store import plain

PARTS = ("number", "estimate", "cell", "point")
FILE_A = Vintage("2026-07-17", "Treasury", "SLT", "https://a", "a.csv", "aa" * 32, "public")
FILE_B = Vintage("2026-07-17", "Fed", "H.15", "https://b", "b.csv", "bb" * 32, "public")


@dataclass(frozen=True)
class Step:
    """A stand-in for a model: anything with a parent."""

    parent: object
    lags: int | None = None


def draw(page, data):
    page.subplots().plot(data["x"], data["y"])


def dataset(*vintages):
    frame = pd.DataFrame({"y": [1.0, 2.0, 4.0]}, index=pd.period_range("2020-01", periods=3, freq="M"))
    return Dataset(frame, Dataset.from_frame(frame).variables, vintages)


def sample(value=0.1 + 0.2):
    impact = Estimate(value, 1 / 3, -1e-17, math.inf, level=0.9, units="bp", nobs=3, parent=Step(dataset(FILE_A)))
    region = ConfidenceSet(((-math.inf, -2.0), (3.0, math.inf)), 0.9)
    numbers = {
        "impact": impact,
        "offset": Estimate(1.0, Unavailable("unbounded"), -math.inf, math.inf, region=region),
        "count": 12, "share": 1e-300, "who": "China", "none": Unavailable("one event"), "far": -math.inf,
    }  # fmt: skip
    plotted = pd.DataFrame({"x": [0, 1, 2], "y": [1 / 3, math.nan, 2e-15], "kind": ["a", "", "b"]})
    return Exhibit(
        "sample", "A sample", numbers, Table(["n"], [("x", impact)]), {"one": Figure(plotted, draw)},
        vintages=(FILE_B,), spec={"lags": 3},
    )  # fmt: skip


def test_everything_reads_back_to_the_last_digit(tmp_path):
    exhibit = sample()
    exhibit.save(tmp_path)
    again = Exhibit.open("sample", tmp_path)
    assert dict(again.numbers) == dict(exhibit.numbers)
    assert again.table.to_csv() == exhibit.table.to_csv()
    pd.testing.assert_frame_equal(again.figure.data, exhibit.figure.data.astype({"x": float}), check_exact=True)
    assert again.vintages == exhibit.vintages == (FILE_A, FILE_B)
    assert again.to_json() == exhibit.to_json() | {"spec": {"lags": 3}}


def test_files_are_those_of_the_key(tmp_path):
    files = {path.relative_to(tmp_path).as_posix() for path in sample().save(tmp_path)}
    assert files == {
        "results/sample.json",
        *(f"tables/sample.{ending}" for ending in ("csv", "tex", "typ", "html")),
        *(f"figures/sample_one.{ending}" for ending in ("csv", "svg", "pdf")),
    }
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_a_notebook_shows_title_tables_and_pictures(tmp_path):
    exhibit = Exhibit("sample", "Sales & <yields>", {}, sample().table, sample().figures)
    exhibit.save(tmp_path)
    for each in (exhibit, Exhibit.open("sample", tmp_path)):
        page = each._repr_html_()
        assert page.startswith("<h4>Sales &amp; &lt;yields&gt;</h4>\n<table")
        assert (page.count("<table"), page.count("<svg"), page.count("<?xml")) == (1, 1, 0)
    assert exhibit.figure._repr_svg_() == exhibit.figure.svg()
    drawn = exhibit.figure.plot()
    assert (drawn.get_size_inches().tolist(), len(drawn.axes)) == ([6.5, 3.4], 1)


def test_saving_again_writes_nothing(tmp_path):
    files = sample().save(tmp_path)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    sample().save(tmp_path)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files} == before


def test_noise_of_another_machine_is_no_change_but_a_change_is(tmp_path):
    sample(0.3).save(tmp_path)
    path = tmp_path / "results/sample.json"
    before = path.read_bytes()
    sample(0.3 * (1 + 1e-13)).save(tmp_path)
    assert path.read_bytes() == before
    sample(0.3 * (1 + 1e-6)).save(tmp_path)
    assert path.read_bytes() != before


def test_numbers_keep_their_digits_when_only_the_choices_behind_them_are_others(tmp_path):
    sample(0.3).save(tmp_path)
    path = tmp_path / "results/sample.json"
    before = json.loads(path.read_text())
    replace(sample(0.3 * (1 + 1e-13)), choices=("level",)).save(tmp_path)
    assert json.loads(path.read_text()) == before | {"choices": ["level"]}


def test_an_estimate_near_zero_has_no_last_digits_of_its_own(tmp_path):
    def around(value, lower):
        region = ConfidenceSet(((lower, math.inf),), 0.9)
        estimate = Estimate(value, 100.0, lower, math.inf, level=0.9, region=region)
        return Exhibit("sample", "A sample", {"impact": estimate}, Table(["n"], [("x", estimate)]))

    around(0.01, 1e-3).save(tmp_path)
    before = (tmp_path / "results/sample.json").read_bytes()
    around(0.01 + 1e-9, 1e-3 + 1e-9).save(tmp_path)
    assert (tmp_path / "results/sample.json").read_bytes() == before
    around(0.01 + 1e-5, 1e-3).save(tmp_path)
    assert (tmp_path / "results/sample.json").read_bytes() != before


def test_a_figure_is_drawn_from_the_numbers_that_are_kept(tmp_path):
    def figure(bump):
        months = pd.period_range("2020-01", periods=3, freq="M").to_timestamp()
        data = pd.DataFrame({"x": months, "y": [1e-4 + bump, 10.0, math.nan], "n": [1, 2, 3]})
        return Exhibit("sample", "A sample", {"count": 1}, {}, {"": Figure(data, draw)})

    files = [path for path in figure(0.0).save(tmp_path) if path.parent.name == "figures"]
    before = [path.read_bytes() for path in files]
    figure(1e-9).save(tmp_path)
    assert [path.read_bytes() for path in files] == before
    figure(1e-3).save(tmp_path)
    assert all(path.read_bytes() != old for path, old in zip(files, before, strict=True))


@pytest.mark.parametrize("base", [3.0, -1e-5, 1e6])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("share", "kept"), [(0.9, True), (1.1, False)])
def test_a_file_is_kept_exactly_where_verify_says_that_it_agrees(tmp_path, base, part, share, kept):
    """One bound: on another machine `make` leaves no changed tree where `make verify` finds nothing."""
    moved = base + share * NOISE * max(abs(base), ZERO)

    def exhibit(value):
        number, estimate, cell, point = (value if part == each else base for each in PARTS)
        ends = sorted((0.5 * estimate, estimate))
        impact = Estimate(0.75 * estimate, 0.1 * abs(base), *ends, level=0.9)
        table = Table(["n"], [("x", cell)])
        figure = Figure(pd.DataFrame({"x": [1.0, 2.0], "y": [point, 0.5 * point]}), draw)
        return Exhibit("sample", "A sample", {"number": number, "estimate": impact}, table, figure)

    exhibit(base).save(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.glob("*/*.*") if ".run." not in path.name}
    assert (compare(Exhibit.open("sample", tmp_path), exhibit(moved)).changes == ()) is kept
    exhibit(moved).save(tmp_path)
    assert ({path: path.read_bytes() for path in before} == before) is kept


def test_nothing_is_written_if_the_figure_cannot_be_drawn(tmp_path):
    def fail(page, data):
        raise ZeroDivisionError

    data = pd.DataFrame({"x": [1.0]})
    exhibit = Exhibit("broken", "Broken", {"a": 1}, Table(["n"], [("x", 1)]), Figure(data, fail))
    with pytest.raises(ZeroDivisionError):
        exhibit.save(tmp_path)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("key", ["Not Snake", "../up", "two-words", "", "Key"])
def test_names_are_snake_case(key):
    with pytest.raises(SpecificationError, match="snake_case"):
        Exhibit(key, "title")
    with pytest.raises(SpecificationError, match="snake_case"):
        Exhibit("fine", "title", {key: 1})


def test_nan_is_never_a_result(tmp_path):
    with pytest.raises(SpecificationError, match="NaN"):
        Exhibit("x", "x", {"a": math.nan}).save(tmp_path)
    assert built(tmp_path) == []


def test_unknown_exhibit_number_and_malformed_file(tmp_path):
    sample().save(tmp_path)
    with pytest.raises(VintageMissing, match="did you mean 'sample'"):
        Exhibit.open("sampel", tmp_path)
    with pytest.raises(SeriesNotFound, match="did you mean 'impact'"):
        Exhibit.open("sample", tmp_path).trace("impcat")
    (tmp_path / "results/sample.json").write_text('{"key": ')
    with pytest.raises(SchemaError, match=r"sample\.json is no JSON"):
        Exhibit.open("sample", tmp_path)
    with pytest.raises(SpecificationError, match="has no table"):
        _ = Exhibit("bare", "bare").table


def test_missing_plotted_numbers_are_named(tmp_path):
    sample().save(tmp_path)
    (tmp_path / "figures/sample_one.csv").unlink()
    with pytest.raises(VintageMissing, match=r"sample_one\.csv"):
        Exhibit.open("sample", tmp_path)


def test_trace_walks_to_every_file_and_survives_the_disk(tmp_path):
    joined = Step((Step(dataset(FILE_A)), Step(dataset(FILE_B))), lags=6)
    number = Estimate(1.0, 1.0, 0.0, 2.0, parent=Step(joined))
    path = trace(number)
    assert path.steps == ("Estimate", "Step", "Step(6)", "Step", "Dataset")
    assert path.files == (FILE_A, FILE_B)
    assert str(path).endswith("Dataset ← 2 files")
    exhibit = Exhibit("traced", "Traced", {"a": number, "b": 2.0})
    exhibit.save(tmp_path)
    again = Exhibit.open("traced", tmp_path)
    assert again.trace("a") == path
    assert again.trace("b").files == (FILE_A, FILE_B)


def test_trace_of_cut_data_is_one_step_and_a_loop_ends():
    data = dataset(FILE_A)
    assert trace(Estimate(1.0, 1.0, 0.0, 2.0, parent=data.sample("2020-02", None))).steps == ("Estimate", "Dataset")
    loop = Step(None)
    object.__setattr__(loop, "parent", loop)
    assert trace(loop).steps == ("Step",)


def test_files_behind_the_cells_of_a_table_are_found():
    cell = Estimate(1.0, 1.0, 0.0, 2.0, parent=dataset(FILE_B))
    assert Exhibit("x", "x", tables=Table(["n"], [("a", cell)])).vintages == (FILE_B,)


def test_a_specification_becomes_words_without_addresses():
    @dataclass(frozen=True)
    class Spec:
        lags: int = 3
        names: tuple[str, ...] = ("a", "b")
        period: object = pd.Period("2020-01", "M")
        weight: object = field(default_factory=lambda: np.float64(0.5))

    assert plain(Spec()) == {"kind": "Spec", "lags": 3, "names": ["a", "b"], "period": "2020-01", "weight": 0.5}
    assert plain({"f": draw, "s": {"b", "a"}, "n": None}) == {"f": "draw", "s": ["a", "b"], "n": None}
    with pytest.raises(SpecificationError, match="found object"):
        plain(object())


def test_figures_are_the_same_bytes_and_need_no_font():
    data = pd.DataFrame({"x": [0.0, 1.0], "y": [1.0, -1.0]})

    def labelled(page, data):
        axes = page.subplots()
        axes.plot(data["x"], data["y"])
        axes.set_xlabel("Months after the sale")

    figure = Figure(data, labelled)
    assert figure.svg() == figure.svg()
    assert figure.pdf() == figure.pdf()
    assert figure.both() == (figure.svg(), figure.pdf())
    assert "<text" not in figure.svg()
    assert "font-family" not in figure.svg()
    assert "<!-- Months after the sale -->" in figure.svg()
    assert "<!-- −1" in figure.svg()
    for content in (figure.svg().encode(), figure.pdf()):
        assert b"CreationDate" not in content
        assert b"dc:date" not in content


def test_what_is_kept_as_pixels_is_as_sharp_as_when_matplotlib_saves_it():
    figure = Figure(
        pd.DataFrame({"x": [0.0, 1.0]}), lambda page, data: page.subplots().plot(data["x"], data["x"], rasterized=True)
    )
    saved = io.BytesIO()
    figure.plot().savefig(saved, format="pdf")
    widths = [int(re.search(rb"/Width (\d+)", content)[1]) for content in (figure.pdf(), saved.getvalue())]
    assert widths[0] == pytest.approx(widths[1], abs=2)
    assert widths[0] > 72 * 4.5


def test_drawing_cannot_change_the_plotted_numbers():
    def spoil(page, data):
        data["x"] = 0.0

    figure = Figure(pd.DataFrame({"x": [1.0]}), spoil)
    figure.svg()
    assert figure.to_csv() == "x\n1.0\n"


@pytest.mark.parametrize("data", [pd.DataFrame(), None, pd.DataFrame([[1, 2]], columns=["a", "a"])])
def test_a_figure_needs_numbers(data):
    with pytest.raises(SpecificationError, match=r"plotted numbers|must be a DataFrame"):
        Figure(data, draw)


def test_a_run_record_says_what_made_the_results(project):
    run = Run.last()
    assert run.vintage == "2026-07-17"
    assert run.commit == "unversioned"
    assert run.seconds > 0.0
    assert run.table().index.tolist() == ["counts", "market"]
    record = json.loads((project / "paper/results/market.run.json").read_text())
    assert record["seed"] == 7
    assert set(record["inputs"]) == {"analyses/market.py", "analyses/specification.py", "econ"}
    assert record["threads"]["OPENBLAS_NUM_THREADS"] == "1"
    assert len(record["outputs"]) == 8
    assert record["memory_mb"] > 10.0


def test_no_run_yet(tmp_path):
    with pytest.raises(VintageMissing, match="run make first"):
        Run.last(tmp_path)
