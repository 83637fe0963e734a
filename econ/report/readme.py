"""The blocks of docs/replication.md that code knows better than people: data, codebook, exhibits, programs, runtimes.

A block stands between ``<!-- begin:NAME -->`` and ``<!-- end -->``. ``python -m econ.report.readme`` rewrites
them; a test asserts that the page on disk is what the code renders.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from econ.data import catalogue
from econ.errors import SchemaError, suggestion
from econ.report.exhibit import Exhibit
from econ.report.run import PACKAGES, Run
from econ.report.store import dumps, loads, project_root, write
from econ.report.verification import exhibits, labels
from econ.tables.numbers import fixed

_BLOCK = re.compile(r"(<!-- begin:(?P<name>[\w-]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
_ENTRY = re.compile(r"^@\w+\{([^,]+),(.*?)^\}", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}")
RUNTIMES = "paper/runtimes.json"
PAGE = "docs/replication.md"


def refreshed(text: str, root: Path) -> str:
    """Text of a page with every block rendered anew.

    Raises
    ------
    SchemaError
        If a block has a name that is not known, or the text has no block at all.
    """
    if not _BLOCK.search(text):
        raise SchemaError(f"{PAGE} has no block <!-- begin:NAME --> ... <!-- end -->; restore it from the repository.")

    def replaced(match: re.Match[str]) -> str:
        if match["name"] not in BLOCKS:
            raise SchemaError(f"{PAGE} has an unknown block {match['name']!r}; {suggestion(match['name'], BLOCKS)}")
        return f"{match[1]}\n{BLOCKS[match['name']](root)}\n\n{match[4]}"

    return _BLOCK.sub(replaced, text)


def datasets(root: Path) -> str:
    """Every file of the embedded vintages, from their manifests."""
    rows = []
    for path in sorted(root.glob("econ/data/archive/*/manifest.csv")):
        for each in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            source = f"{each['publisher']}, [{each['table']}]({each['url']})"
            span = f"{each['first']} to {each['last']}"
            file, retrieved = f"`{path.parent.name}/{each['file']}`", each.get("retrieved_at") or "not recorded"
            rows.append((file, source, each["units"], span, retrieved, each["licence"], "yes"))
    return _markdown(("file", "source", "units", "span", "retrieved", "terms", "provided"), rows)


def overview(root: Path) -> str:
    """What the package does, how much there is of it, and what making it takes, in one paragraph."""
    every = exhibits(root / "paper")
    tables, figures = (sum(len(getattr(each, what)) for each in every.values()) for what in ("tables", "figures"))
    numbers = sum(len(each.numbers) for each in every.values())
    seconds = "an unmeasured time"
    if (root / RUNTIMES).exists():
        body = loads(root / RUNTIMES)
        total = sum(each["seconds"] for each in body["exhibits"].values()) / 60
        seconds = f"{fixed(total, 0)} minutes of processor time ({body['machine'].split(', Python')[0]})"
    return (
        "One command, `make`, computes from the embedded official statistics whether foreign selling moves Treasury "
        f"yields and whether allied buying offsets it: {len(every)} exhibits with {tables} tables, {figures} figures "
        f"and {numbers:,} numbers that the text can quote, and the paper that holds them. The exhibits take {seconds}."
    )


def versions(root: Path) -> str:
    """The pinned versions of the packages that numbers depend on, as the lock has them."""
    pins: dict[str, list[str]] = {}
    for line in (root / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)(?: *; *(?P<marker>[^\\]+?))? *\\?$", line):
            words = match["marker"].replace("python_full_version", "Python").replace("'", "") if match["marker"] else ""
            pins.setdefault(match["name"], []).append(f"{match['version']}{f' ({words})' if words else ''}")
    return ", ".join(f"{name} {' or '.join(pins[name])}" for name in PACKAGES if name in pins) + "."


def seed(root: Path) -> str:
    """File and line that hold the seed."""
    path = "analyses/specification.py"
    for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), start=1):
        if match := re.match(r" +rng: [\w.]+ = (?P<seed>\d+)", line):
            return f"Randomness: the seed is {match['seed']}, the field `rng` in line {number} of `{path}`."
    raise SchemaError(f"{path} has no field rng with a number; the page says where the seed stands.")


def citations(root: Path) -> str:
    """The citation of every file of the embedded vintages, from paper/refs.bib."""
    entries = dict(_ENTRY.findall((root / "paper" / "refs.bib").read_text(encoding="utf-8")))
    keys: dict[str, list[str]] = {}
    for path in sorted(root.glob("econ/data/archive/*/manifest.csv")):
        for each in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            keys.setdefault(each["citation"], []).append(f"`{each['file']}`")
    absent = [key for key in keys if key not in entries]
    if absent:
        raise SchemaError(f"paper/refs.bib has no entry {absent[0]!r} that the manifest of the archive names; add it.")
    return "\n".join(f"* {_reference(entries[key])} ({', '.join(files)})" for key, files in sorted(keys.items()))


def _reference(entry: str) -> str:
    fields = {name: value for name, value in _FIELD.findall(entry)}
    author, title, place = (re.sub(r"[{}]", "", fields.get(name, "")) for name in ("author", "title", "howpublished"))
    place = place or re.sub(r"[{}]", "", fields.get("journal", fields.get("institution", "")))
    address = f", <{fields['url']}>" if "url" in fields else ""
    return f"{author} ({fields['year']}), {title}{f'. {place}' if place else ''}{address}".replace("--", "–")


def codebook(root: Path) -> str:
    """Every series that ``econ.load`` takes, the series of holders once for all holders."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, each in catalogue().iterrows():
        of_holder = re.fullmatch(rf"(?P<slug>\w+?)_(?P<rest>{each['column']}(?:_usd)?)", str(name))
        is_holder = bool(each["holder"]) and of_holder is not None
        label = str(each["label"]).split(": ", 1)[-1] if is_holder else str(each["label"])
        shown = f"<holder>_{of_holder['rest']}" if is_holder and of_holder else str(name)
        provided = "yes" if each["archived"] else "fetch"
        span = f"{each['low']:,.12g} to {each['high']:,.12g}" if not is_holder else "by holder"
        key = (f"`{shown}`", label, each["units"], each["sign"], each["frequency"], span, str(each["source"]), provided)
        groups.setdefault(key, []).append(of_holder["slug"] if is_holder and of_holder else "")
    head = ("name", "label", "units", "a positive value means", "frequency", "range", "source", "provided")
    holders = sorted({slug for slugs in groups.values() for slug in slugs if slug})
    note = f"`<holder>` is one of {', '.join(f'`{slug}`' for slug in holders)}. Missing values are blank (NaN)."
    return f"{_markdown(head, groups)}\n\n{note}"


def exhibit_map(root: Path) -> str:
    """Every table, figure and number of the text: program, output files, data."""
    folder = root / "paper"
    given, rows = labels(folder), []
    for key, exhibit in exhibits(folder).items():
        names = ", ".join(given.get(key, ())) or "numbers in the text"
        data = ", ".join(f"`{Path(each.file).name}`" for each in exhibit.vintages) or "none"
        rows.append((names, exhibit.title, f"`{exhibit.program}`, `result`", _outputs(exhibit), data))
    return _markdown(("exhibit", "title", "program and function", "output files in `paper/`", "data"), rows)


def _outputs(exhibit: Exhibit) -> str:
    files = [f"results/{exhibit.key}.json"]
    files += [f"tables/{exhibit.stem(name)}.*" for name in exhibit.tables]
    files += [f"figures/{exhibit.stem(name)}.*" for name in exhibit.figures]
    return ", ".join(f"`{name}`" for name in files)


def programs(root: Path) -> str:
    """Every program and every room with the rooms inside it, by the first line of its docstring."""
    paths = [*sorted(root.glob("analyses/[a-z]*.py")), *sorted(root.glob("econ/*/**/__init__.py"))]
    paths += [root / "econ" / "__main__.py"]
    rows = []
    for path in paths:
        name = path.parent if path.name == "__init__.py" else path
        summary = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
        rows.append((f"`{name.relative_to(root).as_posix()}`", " ".join(summary.split())))
    return _markdown(("program", "what it does"), rows)


def runtimes(root: Path) -> str:
    """Seconds and memory of each exhibit, from the committed file that ``make readme`` writes."""
    path = root / RUNTIMES
    if not path.exists():
        return "Not measured yet: `make readme` after `make` writes them."
    body = loads(path)
    rows = [
        (f"`{key}`", fixed(each["seconds"], 1), fixed(each["memory_mb"], 0)) for key, each in body["exhibits"].items()
    ]
    total = sum(each["seconds"] for each in body["exhibits"].values())
    peak = max(each["memory_mb"] for each in body["exhibits"].values())
    rows.append(("all exhibits", fixed(total, 1), fixed(peak, 0)))
    return f"{_markdown(('exhibit', 'seconds', 'peak memory, MB'), rows)}\n\nMeasured on {body['machine']}."


def measured(run: Run) -> str:
    """Text of the file of runtimes from the run records on disk."""
    one = run.records[0]
    versions = ", ".join(f"{name} {version}" for name, version in one["versions"].items())
    machine = f"{one['platform']}, {one['cores']} cores, Python {one['python']}, {versions}"
    seconds = {each["key"]: {"seconds": each["seconds"], "memory_mb": each["memory_mb"]} for each in run.records}
    return dumps({"machine": machine, "exhibits": seconds})


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in line)} |" for line in lines)


BLOCKS: dict[str, Callable[[Path], str]] = {
    "overview": overview,
    "datasets": datasets,
    "codebook": codebook,
    "exhibits": exhibit_map,
    "programs": programs,
    "versions": versions,
    "seed": seed,
    "runtimes": runtimes,
    "citations": citations,
}


def main(root: Path | None = None) -> None:
    """Write the runtimes of the last run, then the blocks of the page."""
    root = root or project_root()
    write(root / RUNTIMES, measured(Run.last(root / "paper")))
    path = root / PAGE
    write(path, refreshed(path.read_text(encoding="utf-8"), root))


if __name__ == "__main__":
    main()
