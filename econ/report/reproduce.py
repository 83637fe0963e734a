"""Everything that `make` does, without make: each exhibit that is not up to date, then the paper and its explorer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from econ.errors import ReplicationError, VintageMissing
from econ.report.pool import run_programs
from econ.report.run import file_hash, input_hashes
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
        Gets one line an exhibit that is up to date, and on another vintage one a sentence that is false there and
        marked in the paper; the programs print their own.

    Returns
    -------
    tuple of str
        Keys of the exhibits that were built.

    Raises
    ------
    ReplicationError
        If programs fail, once the others are done; says which, why, and how to see where.
    """
    from econ.report.build import build, checked_text  # programs too: python -m must find them not imported yet
    from econ.report.explorer import explorable, explore

    root = root or project_root()
    target = prepared(root, as_of)
    done = []
    for key in programs(root):
        if is_up_to_date(root, key, as_of=as_of):
            show(f"{key:<28} up to date")
        else:
            done.append(key)
    failed = [ran.message for ran in run_programs(root, done, as_of=as_of) if ran.error]
    if failed:
        raise ReplicationError("\n".join(failed))
    with step("paper"):
        build(target, mark=as_of is not None)
    for each in checked_text(target, mark=True) if as_of is not None else ():
        show(f"no longer so on this vintage: {each}")
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
