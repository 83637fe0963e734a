"""Everything that `make` does, without make: each exhibit that is not up to date, then the paper and its explorer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from econ.errors import ReplicationError, VintageMissing
from econ.report.exhibit import Exhibit
from econ.report.run import THREADS, file_hash, input_hashes
from econ.report.runner import step
from econ.report.store import loads, project_root
from econ.report.vintages import folder_of, prepared


def reproduce(
    root: Path | None = None, *, as_of: str | None = None, show: Callable[[str], object] = print
) -> tuple[str, ...]:
    """Build every exhibit whose inputs changed, then the paper and its explorer.

    A project that lacks an exhibit which the explorer shows has none.

    Parameters
    ----------
    root : Path, optional
        Project folder.
    as_of : str, optional
        Data vintage instead of the one that ``analyses/specification.py`` names; results and paper then go to a
        folder of their own (`econ.report.vintages.folder_of`), and the committed ones stay as they are.
    show : callable
        Gets one line an exhibit that is up to date; the programs print their own.

    Returns
    -------
    tuple of str
        Keys of the exhibits that were built.

    Raises
    ------
    ReplicationError
        If a program fails; says how to see why.
    """
    from econ.report.build import build  # programs too: python -m must find them not imported yet
    from econ.report.explorer import explorable, explore

    root = root or project_root()
    target = prepared(root, as_of)
    done = []
    for key in programs(root):
        if is_up_to_date(root, key, as_of=as_of):
            show(f"{key:<28} up to date")
        else:
            run_program(root, key, as_of=as_of)
            done.append(key)
    with step("paper"):
        build(target)
    if explorable(target):
        with step("explorer"):
            explore(target)
    return tuple(done)


def programs(root: Path) -> list[str]:
    """Keys of the programs of the paper.

    Raises
    ------
    VintageMissing
        If there is none.
    """
    keys = sorted(path.stem for path in (root / "analyses").glob("[a-z]*.py") if path.stem != "specification")
    if not keys:
        raise VintageMissing("analyses/ holds no program; restore the folder from the repository.")
    return keys


def is_up_to_date(root: Path, key: str, *, as_of: str | None = None) -> bool:
    """Whether the last run of an exhibit used these very inputs and its files are still what it wrote."""
    folder = folder_of(root, as_of)
    path = folder / "results" / f"{key}.run.json"
    if not path.exists():
        return False
    run = loads(path)
    outputs = {folder / name: digest for name, digest in run["outputs"].items()}
    return bool(
        run["inputs"] == input_hashes(root, key, as_of)
        and all(path.is_file() and file_hash(path) == digest for path, digest in outputs.items())
    )


def reason(told: str) -> str:
    r"""The line of a program's standard error that says why it failed: the last that names an error, else the last.

    Warnings of workers that end with it may stand below.

    Examples
    --------
    >>> reason("Traceback ...\nValueError: no such month\nx.py:1: UserWarning: left over\n  warnings.warn(\n")
    'ValueError: no such month'
    """
    lines = told.strip().splitlines()
    named = [line for line in lines if re.match(r"(?:[a-z_]\w*\.)*[A-Z]\w+(?::|$)", line)]
    return (named or lines or ["no message"])[-1]


def run_program(
    root: Path, key: str, *, into: Path | None = None, as_of: str | None = None, silent: bool = False
) -> Exhibit:
    """Run the program of an exhibit in a process of its own, on one BLAS thread.

    Parameters
    ----------
    root : Path
        Project folder.
    key : str
        Exhibit.
    into : Path, optional
        Folder to write to, in silence; by default the project's paper folder, or that of the vintage.
    as_of : str, optional
        Data vintage instead of the paper's own.
    silent : bool
        Whether the program's lines are kept from the reader.

    Returns
    -------
    Exhibit
        What the program wrote, read back.

    Raises
    ------
    ReplicationError
        If the program fails, with the last line that it printed.
    """
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    if into:  # leave no bytecode behind either
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    words = [sys.executable, "-m", f"analyses.{key}", *(["--into", str(into)] if into else [])]
    words += ["--as-of", as_of] if as_of is not None else []
    done = subprocess.run(
        words,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE if into or silent else None,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ReplicationError(
            f"analyses/{key}.py failed: {reason(done.stderr)} Run python -m analyses.{key} to see where."
        )
    return Exhibit.open(key, into or folder_of(root, as_of))
