"""The paper: ``paper.md`` and the results on disk become PDF, HTML and LaTeX, the same bytes every time."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from econ.errors import (
    EconError,
    ReplicationError,
    SeriesNotFound,
    SpecificationError,
    VintageMissing,
    suggestion,
)
from econ.files import renew, scratch
from econ.memory import within_memory
from econ.report import assertions, editions, typed
from econ.report.exhibit import Exhibit, built
from econ.report.run import commit_of
from econ.report.runner import step
from econ.report.store import dumps, project_root, write
from econ.report.web import finished
from econ.tables.numbers import Number, render

_SPAN = re.compile(r"\{\.num\s+key=\"?(?P<key>[\w.-]+)\"?(?:\s+fmt=\"?(?P<fmt>[\w:]+)\"?)?\s*\}")
_FIRST = {"html": ("-L", "web.lua")}
"""Filters of one edition that see the text before its numbers are filled in."""
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
        "--default-image-extension=svg", "--toc", "--toc-depth=2", "--wrap=none",
    ),
}  # fmt: skip


def build(folder: Path | None = None, *, mark: bool = False) -> tuple[Path, ...]:
    """Set the paper.

    Parameters
    ----------
    folder : Path, optional
        Folder of the paper, with ``paper.md``, results, tables and figures; by default the project's.
    mark : bool
        Whether a false sentence is struck out, marked, and listed before the first section, as befits a vintage that
        the text was not written on; otherwise it stops the build.

    Returns
    -------
    tuple of Path
        ``paper.html``, ``paper.tex``, ``paper.typ`` and ``paper.pdf``; written only if all four succeed.

    Raises
    ------
    SeriesNotFound
        If the text asks for a number, or keys a claim to an assertion, that does not exist; names the nearest.
    OutputDiffers
        If a sentence that the text keys to an assertion is false by the results, and none is to be marked.
    SpecificationError
        If a digit is typed by hand, or pandoc or Typst refuse: an undefined reference or citation, a missing table.
    ReplicationError
        If pandoc or Typst are not installed.
    """
    folder = (folder or project_root() / "paper").resolve()
    _need("pypandoc", "typst")
    with scratch() as temporary, ThreadPoolExecutor(len(_FORMATS)) as pool:
        numbers, printed = temporary / "numbers.json", rendered(folder)
        marked = checked_text(folder, mark=mark)
        write(numbers, dumps({"numbers": printed, "false": sorted({each.key for each in marked})}))
        editions.save(folder, reprinted(folder))
        metadata = ("-M", f"numbers-file={numbers}", "-M", f"date={edition(folder)}")
        words = {name: (*_FIRST.get(name, ()), *_COMMON, *options, *metadata) for name, options in _FORMATS.items()}
        made = {ending: pool.submit(pandoc, folder, given) for ending, given in words.items()}
        pdf = _typst(folder, made["typ"].result())  # while pandoc is at work on the others
        texts = {folder / f"paper.{ending}": text.result() for ending, text in made.items()}
        page = folder / "paper.html"
        texts[page] = finished(texts[page], folder, [name.partition(" ")[0] for name in printed])
    for path, text in texts.items():
        write(path, text)
    write(folder / "paper.pdf", pdf)
    renew(folder / "paper.pdf")
    return (*texts, folder / "paper.pdf")


def rendered(folder: Path) -> dict[str, str]:
    """Words of every number that the text asks for, by ``"key format"``.

    Raises
    ------
    SeriesNotFound
        If an exhibit or a number of it does not exist.
    """
    text, look, found = source(folder), results(folder), dict[str, str]()
    for match in _SPAN.finditer(text):
        key, fmt = match["key"], match["fmt"] or "value"
        found[f"{key} {fmt}"] = render(look(key), fmt)
    return found


def reprinted(folder: Path) -> dict[str, str]:
    """Words of today for each number of an earlier edition's text, by ``"key format"``; those gone are left out."""
    look, found = results(folder), dict[str, str]()
    for name in editions.earlier(folder):
        key, _, fmt = name.partition(" ")
        try:
            found[name] = render(look(key), fmt)
        except SeriesNotFound:
            continue
    return found


def source(folder: Path) -> str:
    """Text of the paper."""
    path = folder / "paper.md"
    if not path.exists():
        raise VintageMissing(f"no paper.md in {folder.name}/; restore it from the repository.")
    return path.read_text(encoding="utf-8")


def results(folder: Path) -> Callable[[str], Number]:
    """A look-up of ``"exhibit.number"`` among the results on disk; refuses a name that is not there."""
    keys, opened = built(folder), dict[str, Exhibit]()

    def look(key: str) -> Number:
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
        return known[number]

    return look


def checked_text(folder: Path, *, mark: bool = False) -> tuple[assertions.Untrue, ...]:
    """Hold the claims of the text to the results, and its digits to the list of those that may be typed.

    Parameters
    ----------
    folder : Path
        Folder of the paper.
    mark : bool
        Whether false sentences are handed back; otherwise the first stops the build.

    Raises
    ------
    SpecificationError
        If a digit is typed by hand or a condition cannot be read.
    OutputDiffers
        If a sentence is false and none is to be marked.
    """
    text, given, look = source(folder), assertions.read(folder), results(folder)
    typed.check(text, typed.read(folder))
    if mark:
        return assertions.untrue(text, given, look, missing=True)
    assertions.check(text, given, look)
    return ()


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


def pandoc(folder: Path, options: Sequence[str], *, page: str = "paper.md") -> str:
    """What pandoc makes of a page of a folder.

    Raises
    ------
    SpecificationError
        If pandoc refuses the page; says why.
    ReplicationError
        If pandoc is not installed.
    """
    _need("pypandoc")
    import pypandoc

    words = [str(pypandoc.get_pandoc_path()), page, *options]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        raise SpecificationError(f"{page} cannot be set; pandoc says: {_message(done.stderr.decode('utf-8'))}")
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
