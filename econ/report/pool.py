"""`run_programs`: several exhibits at a time, each in a process of its own, from one command that imports once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from econ.errors import ReplicationError
from econ.report.run import THREADS


@dataclass(frozen=True)
class Ran:
    """What became of the program of an exhibit: seconds of its process, and why it failed ("" if it did not)."""

    key: str
    seconds: float
    error: str

    @property
    def message(self) -> str:
        """What to tell of a failure: the program, the reason, how to see more."""
        return f"analyses/{self.key}.py failed: {self.error} Run python -m analyses.{self.key} to see where."

    def check(self) -> None:
        """Raise `ReplicationError` if it failed."""
        if self.error:
            raise ReplicationError(self.message)


def run_programs(
    root: Path, keys: Sequence[str], *, into: Path | None = None, as_of: str | None = None, silent: bool = False
) -> Iterator[Ran]:
    """Run the programs of exhibits side by side (`econ.report.workers`), each on one BLAS thread.

    Parameters
    ----------
    root : Path
        Project folder.
    keys : sequence of str
        Exhibits.
    into : Path, optional
        Folder to write to, in silence; by default the project's paper folder, or that of the vintage.
    as_of : str, optional
        Data vintage instead of the paper's own.
    silent : bool
        Whether the programs' lines are kept from the reader.

    Yields
    ------
    Ran
        One a program, as soon as it is over; the others go on if one fails.

    Raises
    ------
    ReplicationError
        If the command that runs them dies itself; names those that it left undone.
    """
    if not keys:
        return
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    if into:  # leave no bytecode behind either
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    words = [sys.executable, "-m", "econ.report.workers", "--report", *keys]
    words += ["--into", str(into)] if into else []
    words += ["--as-of", as_of] if as_of is not None else []
    left, told = dict.fromkeys(keys), [""]
    lines = subprocess.DEVNULL if into or silent else None
    with subprocess.Popen(words, cwd=root, env=environment, stdout=lines, stderr=subprocess.PIPE, text=True) as done:
        try:
            for line in done.stderr or ():
                if line.startswith("{"):
                    ran = Ran(**json.loads(line))
                    del left[ran.key]
                    yield ran
                elif line.strip():
                    told.append(line.strip())
        except BaseException:  # whoever stops to listen wants no more of them
            done.terminate()
            raise
    if left:
        raise ReplicationError(
            f"the exhibits {', '.join(left)} were not made, since the command that makes them died: "
            f"{told[-1] or f'exit status {done.returncode}'}; run again, or python -m analyses.{next(iter(left))}."
        )
