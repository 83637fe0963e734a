"""What a tree without a history came with: kept aside before a program writes over it.

An archive of the repository has no commit to compare with. The results that lie in it were put there by somebody
else, which is known from the run record that only a program leaves beside results of its own. The first program that
would write over them keeps a copy in ``paper/deposited``, and `verify` compares with that.
"""

from __future__ import annotations

from pathlib import Path

from econ.report.exhibit import Exhibit
from econ.report.run import commit_of
from econ.report.store import write


def _place(root: Path) -> Path:
    return root / "paper" / "deposited"


def keep_deposit(root: Path, key: str) -> bool:
    """Copy the results of an exhibit that were not made here, unless a commit has them or a copy is there.

    Parameters
    ----------
    root : Path
        Project folder.
    key : str
        Exhibit.

    Returns
    -------
    bool
        Whether a copy was made.
    """
    folder, kept = root / "paper", _place(root) / "results" / f"{key}.json"
    results = folder / "results" / kept.name
    made_here = results.with_name(f"{key}.run.json").exists()
    if made_here or kept.exists() or not results.is_file() or commit_of(root).name != "unversioned":
        return False
    for path in (folder / "figures").glob(f"{key}*.csv"):
        write(_place(root) / "figures" / path.name, path.read_bytes())
    return write(kept, results.read_bytes())  # last: where it lies, the copy is whole


def deposited(root: Path, key: str) -> Exhibit | None:
    """The exhibit as it was deposited, if it was written over since; None otherwise and under version control."""
    if not (_place(root) / "results" / f"{key}.json").is_file() or commit_of(root).name != "unversioned":
        return None
    return Exhibit.open(key, _place(root))


def expectation(root: Path) -> str:
    """What `verify` compares with, in words."""
    commit = commit_of(root)
    if commit.name != "unversioned":
        return f"commit {commit}"
    if any(_place(root).glob("results/*.json")):
        return "the results as deposited"
    made_here = any((root / "paper" / "results").glob("*.run.json"))
    return "files on disk, which were made here" if made_here else "files on disk"
