"""`Exhibit`: a table or figure of the paper with its numbers; and the two lines that run its program."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from econ.data.vintage import Vintage
from econ.errors import SpecificationError, UnknownName, VintageMissing, suggestion
from econ.files import scratch, sweep
from econ.frozen import FrozenMapping, guarded
from econ.report.figure import Figure, Picture, plotted_frame, settled
from econ.report.provenance import Trace, files_behind, trace
from econ.report.run import Run, git
from econ.report.store import (
    decode,
    decode_table,
    dumps,
    encode,
    encode_table,
    loads,
    plain,
    project_root,
    same_but_noise,
    write,
)
from econ.tables.numbers import Number
from econ.tables.table import Table

if TYPE_CHECKING:
    from econ.report.compare import Comparison

Drawn: TypeAlias = Figure | Picture
T = TypeVar("T")
WHOLE = "Exhibit"
"""Last step of a number that names no files itself: it rests on those of its exhibit."""


@guarded
@dataclass(frozen=True, eq=False)
class Exhibit:
    """A table or figure of the paper, the numbers that the text quotes, and where they come from.

    Parameters
    ----------
    key : str
        Name, in snake_case, of the program ``analyses/<key>.py`` and of the files it makes.
    title : str
        What it shows.
    numbers : mapping of str to Estimate, float, int, str or Unavailable
        What the text quotes, as ``[]{.num key=<exhibit>.<number>}``.
    tables, figures : mapping of str to Table or Figure
        Files are called ``<key>_<name>``; the name ``""`` stands for the key alone, and a single Table
        or Figure may be given without a mapping.
    vintages : sequence of Vintage
        Files behind it; those behind the estimates are added by themselves, and those that its program read are where
        `econ.report.recorded` watches it.
    spec : object
        The choices it was made with.
    choices : sequence of str
        Dotted names of the choices that were read while it was made (`econ.report.choices`).
    traces : mapping of str to Trace
        Path of each number; filled from the estimates' parents.

    Raises
    ------
    SpecificationError
        If a key is no snake_case name.
    """

    key: str
    title: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    figures: Mapping[str, Drawn] = field(default_factory=dict)
    vintages: Sequence[Vintage] = ()
    spec: object = None
    choices: Sequence[str] = ()
    traces: Mapping[str, Trace] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        tables = {"": self.tables} if isinstance(self.tables, Table) else self.tables
        figures = {"": self.figures} if isinstance(self.figures, (Figure, Picture)) else self.figures
        for what, given in (("tables", tables), ("figures", figures)):
            if not isinstance(given, Mapping):
                raise SpecificationError(f"{what} map names to tables or figures, or are one; found {given!r}.")
        wrong: list[object] = [each for each in tables.values() if not isinstance(each, Table)]
        wrong += [each for each in figures.values() if not isinstance(each, (Figure, Picture))]
        if wrong:
            raise SpecificationError(f"an exhibit shows Table and Figure; found {wrong[0]!r}; make it one.")
        for name in (self.key, *self.numbers, *(name for name in (*tables, *figures) if name)):
            if not isinstance(name, str) or not name.isidentifier() or name != name.lower():
                raise SpecificationError(f"{name!r} in exhibit {self.key!r} must be a snake_case name.")
        for name, value in self.numbers.items():
            if isinstance(value, float) and math.isnan(value):
                raise SpecificationError(f"{name!r} of exhibit {self.key!r} is NaN; use Unavailable(reason).")
        cells = [cell for table in tables.values() for row in table.body for cell in row.cells]
        behind = files_behind([*self.numbers.values(), *cells])
        by_path = {each.file: each for each in (*behind, *self.vintages)}
        files = tuple(by_path[path] for path in sorted(by_path))
        traces = {name: _trace(value, files) for name, value in self.numbers.items()} | dict(self.traces)
        contents = {"numbers": self.numbers, "tables": tables, "figures": figures, "traces": traces}
        for name, content in contents.items():
            object.__setattr__(self, name, FrozenMapping(content))
        object.__setattr__(self, "vintages", files)

    @property
    def program(self) -> str:
        """Path of the program that makes it."""
        return f"analyses/{self.key}.py"

    @property
    def table(self) -> Table:
        """The table, or the first of several."""
        return _first(self, self.tables, "table")

    @property
    def figure(self) -> Drawn:
        """The figure, or the first of several."""
        return _first(self, self.figures, "figure")

    def _repr_html_(self) -> str:
        """Title, tables and pictures one below the other, as a notebook shows them."""
        pictures = [figure.svg() for figure in self.figures.values()]
        parts = [f"<h4>{html.escape(self.title)}</h4>", *(table.to_html() for table in self.tables.values())]
        return "\n".join([*parts, *(picture[picture.index("<svg") :] for picture in pictures)])

    def trace(self, number: str) -> Trace:
        """Path of one of its numbers back to the files.

        Raises
        ------
        UnknownName
            If it has no number of that name.
        """
        if number not in self.traces:
            raise UnknownName(f"no number {number!r} in exhibit {self.key!r}; {suggestion(number, self.numbers)}")
        return self.traces[number]

    def stem(self, name: str = "") -> str:
        """File name, without ending, of one of its tables or figures."""
        return f"{self.key}_{name}" if name else self.key

    def to_json(self) -> dict[str, object]:
        """Everything but the pictures as JSON values, at full precision."""
        return {
            "key": self.key,
            "title": self.title,
            "program": self.program,
            "numbers": {name: encode(value) for name, value in self.numbers.items()},
            "tables": [[name, encode_table(table)] for name, table in self.tables.items()],
            "figures": list(self.figures),
            "traces": {
                name: {"steps": list(path.steps), "files": [each.file for each in path.files]}
                for name, path in self.traces.items()
            },
            "vintages": [asdict(each) for each in self.vintages],
            "spec": plain(self.spec),
            "choices": list(self.choices),
        }

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write results, tables and figures below ``folder``, each file whole and only if it changed.

        Numbers that moved in the tenth digit only (another machine, another BLAS) count as unchanged, also where the
        files or the choices behind them are others than before.

        Parameters
        ----------
        folder : path
            Folder of the paper; ``results``, ``tables`` and ``figures`` are made in it.

        Returns
        -------
        tuple of Path
            Every file that makes up the exhibit, changed or not.
        """
        folder = Path(folder)
        contents = self._contents(folder)  # everything is rendered before anything is written
        for each in dict.fromkeys(path.parent for path in contents):
            sweep(each)
        for path, content in contents.items():
            write(path, content)
        return tuple(contents)

    def _contents(self, folder: Path) -> dict[Path, str | bytes]:
        body: Any = self.to_json()
        path = folder / "results" / f"{self.key}.json"
        old = loads(path) if path.exists() else {}
        body = {
            name: old[name] if name in old and same_but_noise(old[name], part) else part for name, part in body.items()
        }
        contents: dict[Path, str | bytes] = {path: dumps(body)}
        for name, encoded in body["tables"]:
            contents |= table_files(decode_table(encoded), folder / "tables" / self.stem(name), self.program)
        for name, figure in self.figures.items():
            base = folder / "figures" / self.stem(name)
            figure = replace(figure, data=settled(base.with_suffix(".csv"), figure.data))
            contents[base.with_suffix(".csv")] = figure.to_csv()
            if isinstance(figure, Figure):
                contents[base.with_suffix(".svg")], contents[base.with_suffix(".pdf")] = figure.both()
            else:
                contents[base.with_suffix(".svg")] = figure.svg()
        return contents

    @classmethod
    def open(cls, key: str, folder: str | Path | None = None) -> Exhibit:
        """Read an exhibit back from disk, without computing anything.

        Parameters
        ----------
        key : str
            Its key.
        folder : path, optional
            Folder of the paper; by default that of the project.

        Raises
        ------
        VintageMissing
            If it was not built.
        SchemaError
            If its file is malformed.
        """
        folder = project_root() / "paper" if folder is None else Path(folder)
        path = folder / "results" / f"{key}.json"
        if not path.exists():
            raise VintageMissing(f"no results of exhibit {key!r}; {suggestion(key, built(folder))} Or run make.")
        body = loads(path)
        plotted = tuple(_plotted(folder, body["key"], name) for name in body["figures"])
        return _from_text(path.read_text(encoding="utf-8"), path, plotted)

    def compare(self, other: Exhibit | Run) -> Comparison:
        """Cell by cell, what changed from another state of the exhibit by more than `verify` lets pass.

        Parameters
        ----------
        other : Exhibit or Run
            The former state; a `Run` stands for the results committed when it ran.

        Returns
        -------
        Comparison
            Prints a verdict in one line and every change, the largest first; ``frame`` has them as a table.
        """
        from econ.report.compare import compare, tolerances

        if isinstance(other, Run):
            other = _of_run(self.key, other)
        return compare(other, self, tolerances(project_root() / "paper").get(self.key))


def _trace(value: Number, files: tuple[Vintage, ...]) -> Trace:
    """Path of a number; where its parents name no file, it came from the files of its exhibit."""
    path = trace(value)
    return path if path.files else Trace((*path.steps, WHOLE), files)


def resting_on(exhibit: Exhibit, files: Iterable[Vintage]) -> Exhibit:
    """The exhibit with further files behind it; numbers that name none themselves rest on all of them."""
    whole = replace(exhibit, vintages=(*exhibit.vintages, *files))
    traces = {
        name: Trace(path.steps, tuple(whole.vintages)) if path.steps[-1:] == (WHOLE,) else path
        for name, path in whole.traces.items()
    }
    return replace(whole, traces=traces)


def _first(exhibit: Exhibit, several: Mapping[str, T], what: str) -> T:
    if not several:
        raise SpecificationError(f"exhibit {exhibit.key!r} has no {what}; look at its numbers.")
    return next(iter(several.values()))


def table_files(table: Table, base: Path, program: str) -> dict[Path, str | bytes]:
    """The four files of a table, each but the CSV with a line that says which program made it."""
    made = f"made by {program}; do not edit"
    return {
        base.with_suffix(".csv"): table.to_csv(),
        base.with_suffix(".tex"): f"% {made}\n{table.to_latex()}",
        base.with_suffix(".typ"): f"// {made}\n{table.to_typst()}",
        base.with_suffix(".html"): f"<!-- {made} -->\n{table.to_html()}",
    }


def built(folder: Path) -> list[str]:
    """Keys of the exhibits with results in the folder of a paper."""
    found = (path.stem for path in (folder / "results").glob("*.json") if not path.name.endswith(".run.json"))
    return sorted(found)


def committed(key: str, root: Path, revision: str = "HEAD") -> Exhibit | None:
    """The exhibit as it stands in a commit; None where there is no such commit or it is not in it."""
    source = git(root, "show", f"{revision}:./paper/results/{key}.json")
    if source is None:
        return None
    with scratch() as folder:
        write(folder / "results" / f"{key}.json", source)
        for figure in loads(folder / "results" / f"{key}.json")["figures"]:
            stem = f"{key}_{figure}" if figure else key
            plotted = git(root, "show", f"{revision}:./paper/figures/{stem}.csv")
            if plotted is not None:
                write(folder / "figures" / f"{stem}.csv", plotted)
        return Exhibit.open(key, folder)


def _of_run(key: str, run: Run) -> Exhibit:
    revisions = [str(each["commit"]) for each in run.records if each["key"] == key]
    found = committed(key, project_root(), revisions[0]) if revisions else None
    if found is None:
        raise VintageMissing(f"exhibit {key!r} is not in the commit of that run; compare it with another Exhibit.")
    return found


def _plotted(folder: Path, key: str, figure: str) -> str:
    """Text of the plotted numbers of a figure."""
    path = folder / "figures" / f"{f'{key}_{figure}' if figure else key}.csv"
    if not path.exists():
        raise VintageMissing(f"the plotted numbers {path.stem}.csv are missing; restore the file or run make.")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _from_text(text: str, path: Path, plotted: tuple[str, ...]) -> Exhibit:
    """An exhibit from the text of its files; a paper is set in five steps, each of which asks for it."""
    body, figures = json.loads(text), path.parents[1] / "figures"
    files = {each["file"]: Vintage(**each) for each in body["vintages"]}
    stems = [f"{body['key']}_{name}" if name else body["key"] for name in body["figures"]]
    return Exhibit(
        key=body["key"],
        title=body["title"],
        numbers={name: decode(value) for name, value in body["numbers"].items()},
        tables={name: decode_table(table) for name, table in body["tables"]},
        figures={
            name: Picture(plotted_frame(numbers), figures / f"{stem}.svg")
            for name, stem, numbers in zip(body["figures"], stems, plotted, strict=True)
        },
        vintages=tuple(files.values()),
        spec=body["spec"],
        choices=tuple(body.get("choices", ())),  # results of before choices were recorded have none
        traces={
            name: Trace(tuple(path["steps"]), tuple(files[file] for file in path["files"]))
            for name, path in body["traces"].items()
        },
    )
