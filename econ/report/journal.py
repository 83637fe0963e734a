"""`make journal`: one folder with what a journal asks for: manuscript in TeX, replication archive, response.

The manuscript is held to what plain ``pdflatex`` of a basic TeX distribution can set before it is written, so that a
package, a character, a figure or a reference that it lacks is named here and not by the journal's typesetter.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from econ.errors import EconError, SchemaError, VintageMissing
from econ.report.audit import files
from econ.report.build import build, edition, pandoc
from econ.report.store import project_root, write

FOLDER = "build/journal"
BASIC = frozenset(
    {"amsmath", "amssymb", "array", "bookmark", "booktabs", "calc", "caption", "etoolbox", "fontenc", "geometry",
     "graphicx", "hyperref", "iftex", "inputenc", "lmodern", "longtable", "textcomp", "xcolor"}
)  # fmt: skip
"""Packages of the recommended collection of TeX Live, which every distribution has."""
OPTIONAL = frozenset({"footnote", "footnotehyper", "microtype", "parskip", "unicode-math", "upquote", "xurl"})
"""Packages that the text loads only where they are, or only under another engine."""
PRODUCTS = (
    "paper/paper.pdf", "paper/paper.html", "paper/paper.tex", "paper/paper.typ", "paper/explorer.html",
    "paper/build/*", "paper/deposited/*", "paper/results/*.run.json", "*.pyc",
)  # fmt: skip
"""What make builds beside the sources, out of place in the archive."""
MOMENT = 315532800
"""Time of every file of the archive, 1980-01-01: make takes zero for a file that is not there."""

_LATIN = frozenset(map(chr, [*range(0xA1, 0x180), 0xA0])) | frozenset("–—‘’‚“”„†‡•…‰‹›€™")
_BETWEEN = r"\{([^{}]*)\}"
_README = """\
What lies here, for {title}
{edition}

manuscript/          LaTeX source and its figures: pdflatex paper.tex, three times, with a basic TeX distribution.
paper.pdf            The same text, set with Typst.
replication.tar.gz   Programs, data, results and locks; docs/replication.md is its README. Unpack, make, make verify.
response.md, .html   Response to the referee.

sha256 of each file:
{digests}
"""


def kit(root: Path | None = None, *, into: Path | None = None) -> tuple[Path, ...]:
    """Set the paper and write the folder for the journal.

    Parameters
    ----------
    root : Path, optional
        Project folder.
    into : Path, optional
        Where to write; by default ``build/journal`` of the project.

    Returns
    -------
    tuple of Path
        Every file written; the same bytes for the same sources and results.

    Raises
    ------
    SchemaError
        If plain pdflatex could not set the manuscript; names every reason.
    VintageMissing
        If there is no response to put in.
    """
    root = (root or project_root()).resolve()
    target = into or root / FOLDER
    response = root / "docs" / "response.md"
    if not response.is_file():
        raise VintageMissing("no docs/response.md; restore it from the repository.")
    build(root / "paper")
    content = manuscript(root / "paper")
    content["paper.pdf"] = (root / "paper" / "paper.pdf").read_bytes()
    content["replication.tar.gz"] = archive(root)
    content["response.md"] = response.read_bytes()
    content["response.html"] = _page(root).encode("utf-8")
    content["README.txt"] = _readme(root, content).encode("utf-8")
    for name, each in content.items():
        write(target / name, each)
    return tuple(target / name for name in content)


def manuscript(paper: Path) -> dict[str, bytes]:
    """The TeX edition that was set last and the figures that it names, by their places in the folder.

    Parameters
    ----------
    paper : Path
        Folder of the paper.

    Raises
    ------
    VintageMissing
        If no TeX edition was set.
    SchemaError
        If plain pdflatex could not set it.
    """
    source = paper / "paper.tex"
    if not source.is_file():
        raise VintageMissing("no paper.tex; set the paper first: make, or python -m econ.report.build.")
    text = source.read_text(encoding="utf-8")
    if wrong := faults(text, paper):
        raise SchemaError(f"pdflatex could not set paper.tex: {'; '.join(wrong)}. Mend paper.md, head.tex or a table.")
    named = {name: (paper / name).read_bytes() for name in _figures(text)}
    return {f"manuscript/{name}": each for name, each in {"paper.tex": text.encode("utf-8"), **named}.items()}


def faults(text: str, folder: Path) -> list[str]:
    r"""Why plain pdflatex of a basic distribution could not set a text; empty if nothing speaks against it.

    Parameters
    ----------
    text : str
        LaTeX source.
    folder : Path
        Where its figures lie.

    Examples
    --------
    >>> faults(r"\usepackage{fontspec}\label{a}\ref{b} x" + chr(8855), Path())
    ['the package fontspec', 'the character U+2297', 'the reference b without a label']
    """
    return [*_packages(text), *_characters(text), *_absent(text, folder), *_references(text), *_environments(text)]


def archive(root: Path) -> bytes:
    """The replication archive: sources, data, results and locks below one folder, as a compressed tar file.

    Files are in the order of their names, of one time and one owner, so that the same tree gives the same bytes; what
    make builds and what git keeps is left out.

    Raises
    ------
    SchemaError
        If a name is too long for every tar program to read.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    top, buffer = f"{project['name']}-{project['version']}", io.BytesIO()
    with tarfile.TarFile(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        for name in handed(root):
            entry, content = tarfile.TarInfo(f"{top}/{name}"), (root / name).read_bytes()
            entry.size, entry.mtime = len(content), MOMENT
            entry.mode = 0o755 if (root / name).stat().st_mode & 0o100 else 0o644
            try:
                packed.addfile(entry, io.BytesIO(content))
            except ValueError as error:
                raise SchemaError(f"{name} cannot stand in the archive ({error}); give it a shorter name.") from error
    return gzip.compress(buffer.getvalue(), mtime=0)


def handed(root: Path) -> list[str]:
    """Names of the files of the archive, sorted: those of the project without what make builds."""
    names = (path.relative_to(root).as_posix() for path in files(root))
    return sorted(name for name in names if not any(fnmatchcase(name, each) for each in PRODUCTS))


def _figures(text: str) -> list[str]:
    return sorted(set(re.findall(r"\\includegraphics(?:\[[^\]]*\])?" + _BETWEEN, text)))


def _body(text: str) -> str:
    """What stands between the preamble, which speaks of references and environments in parts, and the end."""
    return text.partition(r"\begin{document}")[2].rpartition(r"\end{document}")[0] or text


def _packages(text: str) -> Iterator[str]:
    loaded = {
        each.strip()
        for found in re.findall(r"\\usepackage(?:\[[^\]]*\])?" + _BETWEEN, text)
        for each in found.split(",")
    }
    yield from (f"the package {name}" for name in sorted(loaded - BASIC - OPTIONAL))


def _characters(text: str) -> Iterator[str]:
    declared = {chr(int(code, 16)) for code in re.findall(r"\\DeclareUnicodeCharacter\{([0-9A-Fa-f]+)\}", text)}
    foreign = {each for each in text if not each.isascii()} - declared - _LATIN
    yield from (f"the character U+{ord(each):04X}" for each in sorted(foreign))


def _absent(text: str, folder: Path) -> Iterator[str]:
    for name in _figures(text):
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            yield f"the figure {name} outside the folder"
        elif not (folder / name).is_file():
            yield f"the figure {name}, which is not there"


def _references(text: str) -> Iterator[str]:
    body = _body(text)
    labels = re.findall(r"\\(?:label|bibitem(?:\[[^\]]*\])?)" + _BETWEEN, body)
    asked = set(re.findall(r"\\(?:ref|eqref|pageref|citeproc)" + _BETWEEN, body))
    asked |= set(re.findall(r"\\hyperref\[([^\]]*)\]", body))
    yield from (f"the label {name} twice" for name in sorted({each for each in labels if labels.count(each) > 1}))
    yield from (f"the reference {name} without a label" for name in sorted(asked - set(labels)))


def _environments(text: str) -> Iterator[str]:
    open_ = list[str]()
    for word, name in re.findall(r"\\(begin|end)" + _BETWEEN, _body(text)):
        if word == "begin":
            open_.append(name)
        elif not open_ or open_.pop() != name:
            yield f"the end of {name} without its beginning"
            return
    yield from (f"the beginning of {name} without its end" for name in open_)


def _page(root: Path) -> str:
    options = ("--from=gfm", "--to=html5", "--standalone", "--embed-resources", "--css=../paper/paper.css")
    return pandoc(root / "docs", [*options, "-M", "pagetitle=Response to the referee"], page="response.md")


def _readme(root: Path, content: dict[str, bytes]) -> str:
    title = re.search(r"^title: (.+)$", (root / "paper" / "paper.md").read_text(encoding="utf-8"), re.MULTILINE)
    digests = "\n".join(f"{hashlib.sha256(each).hexdigest()}  {name}" for name, each in content.items())
    return _README.format(
        title=title[1].strip("'\"") if title else "the paper", edition=edition(root / "paper"), digests=digests
    )


def main() -> int:
    """Write the folder and say where; 1 and a message if it cannot be."""
    try:
        written = kit()
    except EconError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in written) / 2**20
    print(f"{FOLDER}: {len(written)} files, {size:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
