"""The two lines that end every program of ``analyses/``: compute, write, say how long it took."""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from econ.border import checked, hushed
from econ.errors import Revised, SpecificationError
from econ.files import writing
from econ.memory import within_memory
from econ.report.deposit import keep_deposit
from econ.report.exhibit import Exhibit
from econ.report.run import record
from econ.report.store import plain, write
from econ.report.vintages import folder_of, on_vintage

Spec = TypeVar("Spec")


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print a line with the seconds a step took: in place on a terminal, once it is over otherwise."""
    terminal = sys.stdout.isatty()
    if terminal:
        print(f"{label:<28}     ...", end="\r", flush=True)
    start, word = time.perf_counter(), "failed"
    try:
        yield
        word = ""
    finally:
        print(f"{label:<28}{time.perf_counter() - start:8.1f} s {word}".rstrip(), flush=True)


@checked
def main(result: Callable[[Spec], Exhibit], spec: Spec, argv: Sequence[str] | None = None) -> Exhibit:
    """Make one exhibit: compute, write, leave a run record, say how long it took.

    Parameters
    ----------
    result : callable
        The pure function of ``analyses/<key>.py``.
    spec : object
        The choices of the paper.
    argv : sequence of str, optional
        ``--into FOLDER`` writes there instead of the project's paper folder; ``--as-of DATE`` takes another data
        vintage and writes to the folder of that vintage (`econ.report.vintages.folder_of`), never to the committed
        results.

    Returns
    -------
    Exhibit
        What was written.

    Raises
    ------
    SpecificationError
        If the exhibit is not named after its program.
    """
    program = Path(inspect.unwrap(result).__code__.co_filename).resolve()
    root = program.parents[1]
    parser = argparse.ArgumentParser(prog=f"python -m analyses.{program.stem}", description=result.__doc__)
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="folder of the paper")
    parser.add_argument("--as-of", metavar="DATE", help="data vintage instead of the paper's own")
    options = parser.parse_args(argv)
    folder = options.into or folder_of(root, options.as_of)
    spec = spec if options.as_of is None else on_vintage(spec, options.as_of)
    with step(program.stem), within_memory(f"the exhibit {program.stem!r}"):
        start = time.perf_counter()
        with hushed(Revised):  # a paper stays on the vintage it names; `data diff` tells
            exhibit = result(spec)
        if exhibit.key != program.stem:
            raise SpecificationError(f"exhibit {exhibit.key!r} is made by {program.name}; name both alike.")
        if options.into is None and options.as_of is None:
            keep_deposit(root, exhibit.key)
        before = {path: path.stat().st_mtime_ns for path in folder.glob("*/*") if path.is_file()}
        outputs = exhibit.save(folder)
        changed = sum(before.get(path) != path.stat().st_mtime_ns for path in outputs)
        text = record(
            root, exhibit.key, seconds=time.perf_counter() - start, seed=plain(getattr(spec, "rng", None)),
            vintages=[each.as_of for each in exhibit.vintages], changed=changed, outputs=outputs, as_of=options.as_of,
        )  # fmt: skip
        path = folder / "results" / f"{exhibit.key}.run.json"
        with writing(f"the file {path}", "make its folder writable, and run again."):
            path.unlink(missing_ok=True)  # make compares times, so the record is new even if its text is not
        write(path, text)
    return exhibit
