"""The shape of the house: imports run one way, names are public on purpose, files and functions stay short."""

import ast
import importlib
import inspect
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
    {"errors", "arrays"},
    {"checks"},
    {"estimate", "parallel", "files"},
    {"data"},
    {"infer"},
    {"responses"},
    {"var", "projection", "eventstudy"},
    {"offset"},
    {"simulate", "testing"},
    {"multiverse"},
    {"report"},
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


def test_import_needs_neither_statsmodels_nor_matplotlib():
    code = (
        "import json, sys, econ; [getattr(econ, name) for name in dir(econ)]; "
        "print(json.dumps([name for name in sys.modules if '.' not in name]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "numpy" in loaded
    assert loaded & {"statsmodels", "matplotlib", "joblib", "fredapi", "linearmodels", "typst", "pypandoc"} == set()


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
    extras = [*project["optional-dependencies"]["paper"], *project["optional-dependencies"]["cluster"]]
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
