"""Points of a replication package that its files decide: names, formats, licences, the lock, what is imported."""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from econ.report import audit
from econ.report.readme import PAGE

DATA = ("econ/data/**/*.csv", "paper/results/*.json", "paper/tables/*.csv", "paper/figures/*.csv")
LARGEST = 2 * 2**30
"""Bytes that archives take as one deposit."""
OUTSIDE = (".venv/", "__pycache__/", "build/", "dist/", "paper/build/")
STEPS = 5
STRAY = re.compile(r"(^|/)(\.DS_Store|__MACOSX|Thumbs\.db)|\.(pyc|zip|orig|bak|swp)$|~$")
PATHS = re.compile(r"[\"'](?:/(?:home|Users|root|mnt|work)/|[A-Z]:\\\\)|os\.chdir\(")
IMPORT_NAMES = {"pypandoc-binary": "pypandoc"}
UNSEEDED = re.compile(r"np\.random\.(?:seed|rand\w*|normal|choice)\(|default_rng\(\)|^import[ ]random\b", re.MULTILINE)


def _names(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in audit.files(root)]


def _programs(root: Path) -> Iterator[tuple[str, str]]:
    for folder in ("econ", "analyses"):
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def one_readme(root: Path) -> list[str]:
    """A missing README.md, or a second one in another format."""
    wrong = [] if (root / "README.md").is_file() else ["no README.md"]
    return wrong + [f"{path.name} too" for path in root.glob("[Rr][Ee][Aa][Dd]*") if path.name != "README.md"]


def steps(root: Path) -> list[str]:
    """Whether the page has one to five numbered steps."""
    text = (root / PAGE).read_text(encoding="utf-8").partition("Instructions to replicators")[2].partition("\n## ")[0]
    found = len(re.findall(r"^\d+\. ", text, re.MULTILINE))
    return [] if 1 <= found <= STEPS else [f"{found} steps"]


def offline(root: Path) -> list[str]:
    """Programs that import what opens a connection or reads a key."""
    asks = re.compile(
        r"^\s*(?:from|import) (?:socket|urllib\.request|http|requests|fredapi|econ\.data\.(?:http|fetch\w*))", re.M
    )
    wrong = [name for name, text in _programs(root) if name.startswith("analyses/") and asks.search(text)]
    return [
        *wrong,
        *(name for name, text in _programs(root) if name.startswith("analyses/") and "FRED_API_KEY" in text),
    ]


def no_key(root: Path) -> list[str]:
    """Files that hold a key or name a package index."""
    finding = audit.secrets(root)
    return [] if finding.ok else [finding.details]


def formats(root: Path) -> list[str]:
    """Files of data and results that are not UTF-8 with line feeds."""
    wrong = []
    for path in sorted(path for pattern in DATA for path in root.glob(pattern)):
        content = path.read_bytes()
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            wrong.append(f"{path.name} is not UTF-8")
        if b"\r" in content or content.startswith(b"\xef\xbb\xbf"):
            wrong.append(f"{path.name} has carriage returns or a byte order mark")
    return wrong


def commands(root: Path) -> list[str]:
    """Whether `make` builds everything, and `python -m econ reproduce` does without it."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    first = re.search(r"^all:", makefile, re.MULTILINE)
    without = '"reproduce"' in (root / "econ" / "__main__.py").read_text(encoding="utf-8")
    return ([] if first else ["make has no target all"]) + ([] if without else ["no command reproduce"])


def hashed(root: Path) -> list[str]:
    """Requirements of any lock without a hash."""
    wrong = []
    for path in sorted(root.glob("requirements*.lock")):
        finding = audit.hashes(audit.pins(path))
        wrong += [] if finding.ok else [f"{path.name}: {finding.details}"]
    return wrong if (root / "requirements.lock").is_file() else ["no requirements.lock"]


def portable(root: Path) -> list[str]:
    """Names with spaces or backslashes, and programs with a path of one machine."""
    wrong = [name for name in _names(root) if re.search(r"[\s\\]", name)]
    return wrong + [f"{name}: {match[0]}" for name, text in _programs(root) if (match := PATHS.search(text))]


def declared(root: Path) -> list[str]:
    """Packages that are imported and not declared."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\s<>=!~\[;]", each)[0] for some in lists for each in some}
    known = {IMPORT_NAMES.get(name, name).replace("-", "_") for name in names} | {"econ", "analyses"}
    known |= set(sys.stdlib_module_names)
    found = {(module, name) for name, text in _programs(root) for module in _imported(text) if module not in known}
    return [f"{name} imports {module}" for module, name in sorted(found)]


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def made_by(root: Path) -> list[str]:
    """Tables for print and page that do not name their program."""
    paths = [path for kind in ("tex", "typ", "html") for path in sorted(root.glob(f"paper/tables/*.{kind}"))]
    return (
        [path.name for path in paths if "made by analyses/" not in path.read_text("utf-8")] if paths else ["no table"]
    )


def seeded(root: Path) -> list[str]:
    """Draws that do not descend from a seed."""
    return [f"{name}: {match[0].strip()}" for name, text in _programs(root) if (match := UNSEEDED.search(_code(text)))]


def _code(text: str) -> str:
    return re.sub(r'"""".*?"""|"""(?:.|\n)*?"""', "", text)


def tidy(root: Path) -> list[str]:
    """Empty files, stray files, and programs that are the same twice."""
    wrong: list[str] = []
    seen: dict[bytes, str] = {}
    for path in audit.files(root):
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        if STRAY.search(name):
            wrong.append(name)
        if not content and path.name not in ("__init__.py", "py.typed"):
            wrong.append(f"{name} is empty")
        if path.suffix == ".py" and len(content) > 1:
            twin = seen.setdefault(hashlib.sha256(content).digest(), name)
            wrong += [f"{name} is {twin}"] if twin != name else []
    return wrong


def warnings(root: Path) -> list[str]:
    """Whether the tests take warnings for errors."""
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    return [] if "error" in tool["pytest"]["ini_options"]["filterwarnings"] else ["warnings pass"]


def clone(root: Path) -> list[str]:
    """Whether a program makes, tests and verifies a clean checkout."""
    path = root / ".ci" / "run"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = text.splitlines()
    return [f".ci/run does not {word}" for word in ("make test", "make", "make verify") if not _runs(lines, word)]


def _runs(lines: list[str], command: str) -> bool:
    return any(re.search(rf"(^|! ){command}($| 2>)", line) for line in lines)


def licensed(root: Path) -> list[str]:
    """What the licence leaves out of code, text and data."""
    text = (root / "LICENSE").read_text(encoding="utf-8")
    return [
        f"LICENSE does not name {word}"
        for word in ("BSD 3-Clause", "CC BY 4.0", "econ/data/archive")
        if word not in text
    ]


def cited(root: Path) -> list[str]:
    """Whether the citation has the version and the licence of the package."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    wanted = ("cff-version: 1.2.0", f"version: {project['version']}", f"license: {project['license']}")
    return [f"CITATION.cff has no {line!r}" for line in wanted if f"\n{line}\n" not in f"\n{text}"]


def small(root: Path) -> list[str]:
    """Whether the files are fewer bytes than an archive takes, and caches and builds stay out of it."""
    size = sum(path.stat().st_size for path in audit.files(root))
    kept_out = set((root / ".gitignore").read_text(encoding="utf-8").split())
    wrong = [f"{folder} is not ignored" for folder in OUTSIDE if folder not in kept_out]
    return wrong + ([] if size < LARGEST else [f"{size / 2**30:.1f} GB"])
