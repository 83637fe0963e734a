"""`Run`: what made the results on disk: commit, versions, machine, seed, seconds, inputs."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from econ.data.archive import folder as vintage_folder
from econ.errors import VintageMissing
from econ.frozen import guarded
from econ.report.store import dumps, loads, project_root

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "joblib", "threadpoolctl")
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
GENERATED = ("paper/results", "paper/tables", "paper/figures")
LEFT = f":(exclude,glob)**/.*.{'[0-9a-f]' * 8}"
"""What a writer that was killed leaves behind (`econ.files.sweep`): no change of the sources."""


@dataclass(frozen=True)
class Commit:
    """State of the sources: short hash, and whether files other than the generated ones differ from it."""

    name: str
    dirty: bool

    def __str__(self) -> str:
        return f"{self.name} + changes" if self.dirty else self.name


def commit_of(root: Path) -> Commit:
    """Commit of the folder, or "unversioned" where there is no git or no repository of its own."""
    top = git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top.strip()).resolve() != root.resolve():
        return Commit("unversioned", False)
    head = git(root, "rev-parse", "--short=10", "HEAD")
    outputs = [f":(exclude){folder}" for folder in GENERATED]
    changes = git(root, "--no-optional-locks", "status", "--porcelain", "--", ".", *outputs, LEFT)
    return Commit("unversioned", False) if head is None else Commit(head.strip(), bool(changes))


def git(root: Path, *words: str) -> str | None:
    """Output of a git command in ``root``; None if it fails or git is absent."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode("utf-8")


def input_hashes(root: Path, key: str, as_of: str | None = None) -> dict[str, str]:
    """Checksum of everything an exhibit is made from: its program, the specification, the package, the data.

    Parameters
    ----------
    root : Path
        Project folder.
    key : str
        Exhibit, the name of its program.
    as_of : str, optional
        Data vintage, if it is not the paper's own.

    Returns
    -------
    dict
        sha256 by relative path; ``econ`` stands for all modules of the package together.
    """
    single = [f"analyses/{key}.py", "analyses/specification.py"]
    single += sorted(path.relative_to(root).as_posix() for path in root.glob("analyses/_[a-z]*.py"))
    single += sorted(path.relative_to(root).as_posix() for path in root.glob("econ/data/archive/*/manifest.csv"))
    hashes = {name: file_hash(root / name) for name in single if (root / name).is_file()}
    if as_of is not None:
        hashes[f"vintage {as_of}"] = file_hash(vintage_folder(as_of) / "manifest.csv")
    return hashes | {"econ": library_hash()}


def library_hash() -> str:
    """Checksum of all modules of the package together."""
    library, package = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(package.glob("**/*.py")):
        library.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return library.hexdigest()


def file_hash(path: Path) -> str:
    """Checksum of a file, sha256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def record(
    root: Path,
    key: str,
    *,
    seconds: float,
    seed: object,
    vintages: Iterable[str],
    changed: int,
    outputs: Iterable[Path],
    as_of: str | None = None,
) -> str:
    """Text of the run record of one exhibit; it is not part of the results and never committed."""
    commit = commit_of(root)
    body = {
        "key": key,
        "program": f"analyses/{key}.py",
        "commit": commit.name,
        "dirty": commit.dirty,
        "python": platform.python_version(),
        "versions": installed(PACKAGES),
        "platform": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "threads": {name: os.environ.get(name, "") for name in THREADS},
        "seed": seed,
        "seconds": round(seconds, 3),
        "memory_mb": peak_memory(),
        "vintages": sorted(set(vintages)),
        "changed": changed,
        "inputs": input_hashes(root, key, as_of),
        "outputs": {f"{path.parent.name}/{path.name}": file_hash(path) for path in outputs},
    }
    return dumps(body)


def peak_memory() -> float:
    """Largest resident memory of this process so far, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 2**20 if platform.system() == "Darwin" else 2**10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


def machine() -> str:
    """Interpreter, system and libraries, in one line."""
    libraries = ", ".join(f"{name} {number}" for name, number in installed(PACKAGES).items())
    return f"Python {platform.python_version()} on {platform.system()} {platform.machine()}; {libraries}"


def installed(packages: Iterable[str]) -> dict[str, str]:
    """Version of each package; "absent" where it is not installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


@guarded
@dataclass(frozen=True)
class Run:
    """The last run of every exhibit.

    Parameters
    ----------
    records : tuple of dict
        Run records, by exhibit key.
    """

    records: tuple[dict[str, Any], ...]

    @classmethod
    def last(cls, folder: Path | None = None) -> Run:
        """Read the run records beside the results.

        Parameters
        ----------
        folder : Path, optional
            Folder of the paper; by default that of the project.

        Raises
        ------
        VintageMissing
            If nothing has been built here.
        """
        folder = folder or project_root() / "paper"
        found = sorted((folder / "results").glob("*.run.json"))
        if not found:
            raise VintageMissing("no run records beside the results; run make first.")
        return cls(tuple(loads(path) for path in found))

    @property
    def seconds(self) -> float:
        """Seconds of all exhibits together."""
        return round(sum(float(each["seconds"]) for each in self.records), 3)

    @property
    def commit(self) -> str:
        """Commit they were built from; several, with commas, if exhibits were built at different times."""
        return ", ".join(sorted({str(Commit(each["commit"], each["dirty"])) for each in self.records}))

    @property
    def vintage(self) -> str:
        """As-of date of the data; several, with commas, if there are several."""
        return ", ".join(sorted({date for each in self.records for date in each["vintages"]}))

    def table(self) -> pd.DataFrame:
        """One row an exhibit: program, seconds, commit, files changed."""
        import pandas as pd

        names = ["program", "seconds", "commit", "dirty", "changed"]
        rows = {each["key"]: [each[name] for name in names] for each in self.records}
        return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("exhibit")
