"""The shape of the house: imports run one way, names are public on purpose, files and functions stay short."""

import ast
import graphlib
import importlib
import inspect
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import econ

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "econ"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
SOURCES = [*MODULES, *sorted((ROOT / "analyses").glob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]

ORDER = (
    {"errors", "arrays", "version", "threads"},
    {"memory"},
    {"kinds"},
    {"border"},
    {"checks", "frozen", "rows", "units"},
    {"cluster"},
    {"estimate", "parallel", "files"},
    {"blocks", "tables"},
    {"data"},
    {"infer"},
    {"responses"},
    {"var", "projection", "eventstudy"},
    {"offset"},
    {"simulate", "testing"},
    {"multiverse"},
    {"report"},
    {"saved"},
    {"__init__", "__main__"},
)
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def room_of(path):
    part = path.relative_to(PACKAGE).parts[0]
    return part.removesuffix(".py")


def rooms_imported(path):
    """Rooms of the package that a module imports, wherever in it the statement stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively; write the full name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "econ":
                yield node.lineno, parts[1] if len(parts) > 1 else "__init__"


def back_edges(path):
    here = room_of(path)
    for line, room in rooms_imported(path):
        target = room if room in RANK else "__init__"  # a public name of the package itself
        if target != here and RANK[target] >= RANK[here]:
            yield f"{name_of(path)}:{line} ({here}) imports {room}"


def test_every_room_has_its_place_in_the_order():
    assert {room_of(path) for path in MODULES} <= RANK.keys()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_left_to_right(path):
    assert list(back_edges(path)) == []


def test_a_back_edge_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "econ")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "econ" / "data").mkdir(parents=True)
    bad = tmp_path / "econ" / "data" / "bad.py"
    bad.write_text("def f():\n    from econ.var import VAR\n    return VAR\n")
    assert list(back_edges(bad)) == ["econ/data/bad.py:2 (data) imports var"]
    bad.write_text("from econ import load\n")
    assert list(back_edges(bad)) == ["econ/data/bad.py:1 (data) imports load"]
    bad.write_text("from econ.errors import DataError\nfrom econ.data.index import check_index\n")
    assert list(back_edges(bad)) == []


DELEGATES = {
    **{
        ("econ/tables/table.py", f"econ/tables/{name}.py"): "Table.to_*: the languages of the page know what a line is"
        for name in ("markup", "text", "excel")
    },
    ("econ/report/exhibit.py", "econ/report/compare.py"): "Exhibit.compare: the comparison knows what an exhibit is",
    (
        "econ/var/cointegration/results.py",
        "econ/var/cointegration/restrictions.py",
    ): "VECMResults.restrict and vectors: the test knows how restricted results are estimated",
}
"""Imports inside a method that hands over to a file above it: the only ones that may close a circle, and why."""

ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def outside_type_checking(node):
    """Every node below, but for what stands under ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield other
                yield from outside_type_checking(other)
            continue
        yield child
        yield from outside_type_checking(child)


def imported_files(path, modules):
    """Files among ``modules`` (by dotted name) that a file imports when it runs, wherever the statement stands."""
    for node in outside_type_checking(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [
                full if (full := f"{node.module}.{alias.name}") in modules else node.module for alias in node.names
            ]
        for name in names:
            if name in modules:
                yield name_of(modules[name])


def import_graph(folder):
    """For each file of a room the files of the room that it imports."""
    paths = sorted(folder.rglob("*.py"))
    modules = {name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in paths}
    return {name_of(path): set(imported_files(path, modules)) for path in paths}


def circle(folder):
    """The files of one circle of imports inside a room, each importing the next; none if there is none."""
    found = import_graph(folder)
    graph = {here: {there for there in found[here] if (here, there) not in DELEGATES} for here in found}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return []


@pytest.mark.parametrize("folder", ROOMS, ids=name_of)
def test_files_of_a_room_form_no_circle(folder):
    assert " -> ".join(circle(folder)) == ""


FLOORS = {
    "_kernels": 0,
    "_stability_kernels": 1,
    "scheme": 0,
    "reduced": 2,
    "structure": 3,
    "cointegration": 4,
    "schemes": 4,
    "sets": 4,
    "posterior": 4,
    "mixed": 5,
    "varying": 5,
}
"""Rooms of ``econ.var`` by floor: a file imports from lower floors and from its own room."""


def floor_errors(folder):
    for here, targets in import_graph(folder).items():
        own = Path(here).relative_to(name_of(folder)).parts[0].removesuffix(".py")
        for there in targets:
            room = Path(there).relative_to(name_of(folder)).parts[0].removesuffix(".py")
            if own != "__init__" and room != own and FLOORS[room] >= FLOORS[own]:
                yield f"{here} ({own}) imports {there}"


def test_rooms_of_the_var_stand_on_floors():
    assert list(floor_errors(PACKAGE / "var")) == []


def test_a_room_of_the_var_that_looks_up_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    folder = tmp_path / "econ" / "var"
    for room in ("reduced", "sets"):
        (folder / room).mkdir(parents=True)
    (folder / "sets" / "a.py").write_text("from econ.var.reduced import b\n")
    (folder / "reduced" / "b.py").write_text("")
    assert list(floor_errors(folder)) == []
    (folder / "reduced" / "b.py").write_text("def f():\n    from econ.var.sets import a\n    return a\n")
    assert list(floor_errors(folder)) == ["econ/var/reduced/b.py (reduced) imports econ/var/sets/a.py"]


def test_delegates_are_still_needed():
    graph = import_graph(PACKAGE)
    assert [pair for pair in DELEGATES if pair[1] not in graph[pair[0]] or pair[0] not in graph[pair[1]]] == []


def test_a_circle_is_found_and_its_files_are_named(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    room = tmp_path / "econ" / "room"
    (room / "inner").mkdir(parents=True)
    (room / "__init__.py").write_text("from econ.room.a import f\n")
    (room / "a.py").write_text("from econ.room.inner import b\n\n\ndef f():\n    return b\n")
    (room / "inner" / "__init__.py").write_text("")
    (room / "inner" / "b.py").write_text(
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from econ.room.a import f\n"
    )
    assert circle(room) == []
    (room / "inner" / "b.py").write_text("def g():\n    import econ.room.c\n\n    return econ.room.c\n")
    (room / "c.py").write_text("class C:\n    def m(self):\n        from econ.room.a import f\n\n        return f\n")
    found = circle(room)
    assert found[0] == found[-1]
    edges = set(itertools.pairwise(found))
    a, b, c = "econ/room/a.py", "econ/room/inner/b.py", "econ/room/c.py"
    assert edges == {(a, b), (b, c), (c, a)}
    (room / "c.py").write_text("from econ.room import f\n")  # its own room's public names: a circle too
    assert "econ/room/__init__.py" in circle(room)


@pytest.mark.parametrize("path", sorted((PACKAGE / "projection").glob("*.py")), ids=name_of)
def test_projections_know_no_var(path):
    assert "econ.var" not in path.read_text(encoding="utf-8")


MADE_HERE = {
    "projection": {"instrumented", "states", "symmetry"},  # regressions of their own
    "var": {"_kernels", "_proxy", "own_shocks", "shut_off"},  # a scheme, or its kernels
}


@pytest.mark.parametrize("path", sorted((PACKAGE / "offset").glob("*.py")), ids=name_of)
def test_offsets_read_responses_without_knowing_who_made_them(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rooms = {room for _, room in rooms_imported(path)}
    assert {room for room in ("projection", "var") if room in rooms and path.stem not in MADE_HERE[room]} == set()
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"] == []


TESTS = sorted((ROOT / "tests").rglob("*.py"))
NO_TEST = re.compile(r"^(?:tests(?:\.|$)|conftest$|test_)|\.(?:conftest|test_\w+)$")


def imports_of_tests(path):
    """Imports of ``tests``, of a conftest or of a test module, also in programs written as text in the file."""
    text = path.read_text(encoding="utf-8")
    for line, word in enumerate(text.splitlines(), start=1):
        found = re.match(r"\s*(?:from\s+([\w.]+)\s+import\b|import\s+([\w.]+))", word)
        if found and NO_TEST.search(found[1] or found[2]):
            yield f"{path.name}:{line} {word.strip()}"


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=name_of)
def test_nothing_imports_a_test(path):
    assert list(imports_of_tests(path)) == []


def test_an_import_of_a_test_is_found(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import tests.unit\nfrom tests.unit.data import x\n    from a.test_b import c\nimport conftest\n")
    assert len(list(imports_of_tests(bad))) == 4
    bad.write_text("import econ.testing\nfrom econ.testing import simulated_var\nfrom a.tests_b import c\n")
    assert list(imports_of_tests(bad)) == []


def assertions(path):
    return [node.lineno for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_check_is_an_assert_statement(path):
    """``python -O`` drops them, and they raise no error of the package."""
    assert assertions(path) == []


def test_an_assert_statement_is_found(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("def f(x):\n    assert x is not None\n    return x\n")
    assert assertions(bad) == [2]


def test_public_names_are_sorted_and_importable():
    assert list(econ.__all__) == sorted(econ.__all__)
    missing = [name for name in econ.__all__ if not hasattr(econ, name)]
    assert missing == []


def test_public_names_are_all_that_the_package_imports():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (for_types,) = (node for node in tree.body if isinstance(node, ast.If))
    promised = {(node.module, alias.name) for node in for_types.body for alias in node.names}
    assert promised == {(home, name) for name, home in econ._HOME.items()}
    assert {name for _, name in promised} == set(econ.__all__)


def test_every_room_is_an_attribute_and_a_wrong_name_says_so():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} | {"errors", "testing"}
    assert rooms <= set(dir(econ))
    with pytest.raises(AttributeError, match="no attribute 'VARR'"):
        econ.VARR  # noqa: B018


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/__init__.py")), ids=name_of)
def test_names_of_each_room_are_sorted_and_importable(path):
    room = importlib.import_module(f"econ.{path.parent.name}")
    names = list(getattr(room, "__all__", []))
    assert names == sorted(names)
    assert [name for name in names if not hasattr(room, name)] == []


HEAVY = {
    *("statsmodels", "matplotlib", "joblib", "fredapi", "linearmodels", "typst", "pypandoc", "distributed"),
    *(f"scipy.{room}" for room in ("stats", "integrate", "optimize", "signal", "sparse", "interpolate", "special")),
}
"""What takes longer to import than all of the package: it is imported when it is used."""
NAMES = "[getattr(econ, name) for name in dir(econ)]"
BANDS = """
import numpy as np, pandas as pd
from econ import VAR, Cholesky, MovingBlock
months = pd.period_range("2000-01", periods=80, freq="M")
frame = pd.DataFrame(np.random.default_rng(1).normal(size=(80, 2)), columns=["x", "y"], index=months)
irf = VAR(frame, lags=1).fit().identify(Cholesky("x", "y")).irf(horizon=4, bootstrap=MovingBlock(draws=19), rng=1)
irf.band(level=0.90, kind="sup-t")
"""


def loaded_after(code):
    """Modules in memory once a fresh interpreter has imported the package and run ``code``."""
    program = f"import json, sys, econ\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("code", ["from econ import VAR", NAMES, BANDS], ids=["VAR", "every name", "bands"])
def test_what_is_heavy_is_imported_when_it_is_used(code):
    found = loaded_after(code)
    assert {"numpy", "econ.var.reduced.model"} <= found
    assert found & HEAVY == set()


def test_what_is_heavy_is_found_where_it_is_used():
    assert "scipy.special" in loaded_after("econ.infer.fieller(1.0, 2.0, [[1.0, 0.0], [0.0, 1.0]])")


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def code_lines(function):
    """Lines of a function from its name to its end, without its docstring."""
    length = function.end_lineno - function.lineno + 1
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return length - (first.end_lineno - first.lineno + 1 if is_docstring else 0)


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_functions_are_short(path):
    long = [f"{node.name}: {code_lines(node)} lines" for node in functions(path) if code_lines(node) >= 40]
    assert long == []


BY_CONTRACT = {"flows"}  # its fourth argument, imputed=True, is part of the published signature


def public_functions(room):
    """Functions of a room's ``__all__``, and the public methods of its classes."""
    for name in getattr(room, "__all__", []):
        thing = getattr(room, name)
        if inspect.isfunction(thing) and name not in BY_CONTRACT:
            yield name, thing
        elif inspect.isclass(thing) and thing.__module__.startswith("econ."):
            for method, function in inspect.getmembers(thing, inspect.isfunction):
                if not method.startswith("_"):
                    yield f"{name}.{method}", function


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("**/__init__.py")), ids=name_of)
def test_at_most_three_nouns_before_the_star(path):
    room = importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
    many = []
    for name, function in public_functions(room):
        kinds = [each.kind for word, each in inspect.signature(function).parameters.items() if word != "self"]
        if (
            sum(kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds)
            > 3
        ):
            many.append(f"{name}{inspect.signature(function)}")
    assert many == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_date_of_a_vintage_is_called_as_of_everywhere(path):
    arguments = [each for node in functions(path) for each in (*node.args.args, *node.args.kwonlyargs)]
    dated = [each.lineno for each in arguments if each.arg == "vintage" and ast.unparse(each.annotation) != "Vintage"]
    assert dated == []


FORBIDDEN = {
    "absolute path": r"[\"'](/home/|/root/|/Users/|/tmp/|/work/|[A-Za-z]:\\\\)",
    "change of folder": r"\bos\.chdir\(",
    "shell": r"shell\s*=\s*True|\bos\.system\(|\bos\.popen\(",
    "pickle": r"\b(?:import|from) (?:pickle|dill|cloudpickle|shelve)\b|\.(?:to|read)_pickle\(|allow_pickle=True",
    "eval": r"(?<![\w.])(?:eval|exec)\(",
    "TLS off": r"verify\s*=\s*False|_create_unverified_context|CERT_NONE",
    "global random state": r"\bnp\.random\.(?:seed|rand|randn|normal|choice|shuffle)\(|\bimport random\b",
    "unfinished": r"\b(?:TODO|FIXME|XXX)\b|\bNotImplementedError\b|return NotImplementedError",
    "clock": r"datetime\.(?:now|utcnow|today)\(|date\.today\(|\btime\.time\(|pd\.Timestamp\.(?:now|today)\(",
    "host": r"\bsocket\.gethostname\(|\bplatform\.node\(|\bgetpass\b",
}
CLOCKS = {"econ/data/"}  # a download is dated by the day on which it was made


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_forbidden(path):
    text = path.read_text(encoding="utf-8")
    found = {
        what: match[0]
        for what, pattern in FORBIDDEN.items()
        if (match := re.search(pattern, text)) and not (what == "clock" and name_of(path).startswith(tuple(CLOCKS)))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("absolute path", 'open("/home/me/x.csv")'),
        ("shell", "run(words, shell=True)"),
        ("eval", "eval(text)"),
        ("pickle", "import pickle"),
        ("global random state", "np.random.seed(1)"),
        ("clock", "datetime.now()"),
        ("TLS off", "get(url, verify=False)"),
    ],
)
def test_what_is_forbidden_is_found(what, line):
    assert re.search(FORBIDDEN[what], line)


def test_declared_dependencies_are_those_imported():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for name in ("paper", "cluster", "regressions") for line in project["optional-dependencies"][name]]
    declared = {re.split(r"[<>=\[ ]", line)[0].replace("-binary", "") for line in (*project["dependencies"], *extras)}
    imported = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    outside = imported - set(sys.stdlib_module_names) - {"econ", "hypothesis"}  # econ.testing serves users' tests
    assert outside <= declared
