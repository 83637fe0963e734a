"""The paper: ``paper.md`` and the results on disk become PDF, HTML and LaTeX, the same bytes every time."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from econ.errors import (
    EconError,
    ReplicationError,
    SeriesNotFound,
    SpecificationError,
    VintageMissing,
    suggestion,
)
from econ.files import scratch, writing
from econ.memory import within_memory
from econ.report import editions
from econ.report.exhibit import Exhibit, built
from econ.report.run import commit_of
from econ.report.runner import step
from econ.report.store import dumps, project_root, write
from econ.tables.numbers import render

_SPAN = re.compile(r"\{\.num\s+key=\"?(?P<key>[\w.-]+)\"?(?:\s+fmt=\"?(?P<fmt>[\w:]+)\"?)?\s*\}")
_COMMON = (
    "--from=markdown",
    "--standalone",
    "--fail-if-warnings",
    "-L",
    "numbers.lua",
    "-L",
    "crossref.lua",
    "--citeproc",
)
_FORMATS = {
    "typ": ("--to=typst", "--template=template.typ", "--default-image-extension=svg"),
    "tex": ("--to=latex", "--include-in-header=head.tex", "--default-image-extension=pdf", "-V", "numbersections"),
    "html": (
        "--to=html5", "--mathml", "--number-sections", "--embed-resources", "--css=paper.css",
        "--default-image-extension=svg",
    ),
}  # fmt: skip


def build(folder: Path | None = None) -> tuple[Path, ...]:
    """Set the paper.

    Parameters
    ----------
    folder : Path, optional
        Folder of the paper, with ``paper.md``, results, tables and figures; by default the project's.

    Returns
    -------
    tuple of Path
        ``paper.html``, ``paper.tex``, ``paper.typ`` and ``paper.pdf``; written only if all four succeed.

    Raises
    ------
    SeriesNotFound
        If the text asks for a number that no exhibit has; names the nearest.
    SpecificationError
        If pandoc or Typst refuse: an undefined reference or citation, a missing table or figure.
    ReplicationError
        If pandoc or Typst are not installed.
    """
    folder = (folder or project_root() / "paper").resolve()
    _need("pypandoc", "typst")
    texts = {}
    with scratch() as temporary:
        numbers, printed = temporary / "numbers.json", rendered(folder)
        write(numbers, dumps(printed))
        editions.save(folder, printed)
        metadata = ("-M", f"numbers-file={numbers}", "-M", f"date={edition(folder)}")
        for ending, options in _FORMATS.items():
            texts[folder / f"paper.{ending}"] = _pandoc(folder, (*_COMMON, *options, *metadata))
    pdf = _typst(folder, texts[folder / "paper.typ"])
    for path, text in texts.items():
        write(path, text)
    write(folder / "paper.pdf", pdf)
    with writing(f"the time of {folder / 'paper.pdf'}", "make the folder writable, and run again."):
        (folder / "paper.pdf").touch()  # make compares times
    return (*texts, folder / "paper.pdf")


def rendered(folder: Path) -> dict[str, str]:
    """Words of every number that the text asks for, by ``"key format"``.

    Raises
    ------
    SeriesNotFound
        If an exhibit or a number of it does not exist.
    """
    path = folder / "paper.md"
    if not path.exists():
        raise VintageMissing(f"no paper.md in {folder.name}/; restore it from the repository.")
    keys, opened, found = built(folder), dict[str, Exhibit](), dict[str, str]()
    for match in _SPAN.finditer(path.read_text(encoding="utf-8")):
        key, fmt = match["key"], match["fmt"] or "value"
        exhibit, _, number = key.partition(".")
        if exhibit not in keys:
            raise SeriesNotFound(f"the text asks for the number {key!r}, but no exhibit; {suggestion(exhibit, keys)}")
        if exhibit not in opened:
            opened[exhibit] = Exhibit.open(exhibit, folder)
        known = opened[exhibit].numbers
        if number not in known:
            raise SeriesNotFound(
                f"the text asks for the number {key!r}, which does not exist; {suggestion(number, known)}"
            )
        found[f"{key} {fmt}"] = render(known[number], fmt)
    return found


def edition(folder: Path) -> str:
    """What the title page says instead of a date: the commit, and the vintage of the data."""
    dates = {each.as_of for key in built(folder) for each in Exhibit.open(key, folder).vintages}
    commit = commit_of(next((path for path in folder.parents if (path / "analyses").is_dir()), folder.parent))
    name = "Unversioned" if commit.name == "unversioned" else f"Commit {commit}"
    return f"{name} · data vintage {', '.join(sorted(dates)) or 'none'}"


def _need(*modules: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise ReplicationError(
            f"the paper needs {' and '.join(missing)}, absent from this Python; "
            "run make, or python -m pip install --require-hashes -r requirements.lock."
        )


def _pandoc(folder: Path, options: Sequence[str]) -> str:
    import pypandoc

    words = [str(pypandoc.get_pandoc_path()), "paper.md", *options]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        raise SpecificationError(f"the paper cannot be set; pandoc says: {_message(done.stderr.decode('utf-8'))}")
    return done.stdout.decode("utf-8")


def _message(text: str) -> str:
    """Drop the stack of a Lua error; keep what it says."""
    lines = [line for line in text.splitlines() if not line.startswith(("stack traceback", "\t"))]
    return re.sub(r"\S+\.lua:\d+: ", "", " ".join(lines)).replace("Error running Lua: ", "").strip()


def _typst(folder: Path, text: str) -> bytes:
    import typst

    compile_: Callable[..., bytes] = typst.compile
    try:
        return compile_(text.encode("utf-8"), root=str(folder), ignore_system_fonts=True)
    except typst.TypstError as error:
        told = getattr(error, "diagnostic", None) or str(error)
        raise SpecificationError(f"the paper cannot be set; Typst says: {told}") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Run the build with a progress line; 1 and a message if it fails."""
    parser = argparse.ArgumentParser(prog="python -m econ.report.build", description="Set the paper.")
    parser.add_argument("folder", nargs="?", type=Path, help="folder of the paper")
    folder = parser.parse_args(argv).folder
    try:
        with step("paper"), within_memory("setting the paper"):
            build(folder)
    except EconError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
