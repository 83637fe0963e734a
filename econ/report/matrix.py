"""`make verify-matrix`: the same verification on every supported Python that this machine has.

Each gets an environment of its own from ``requirements.lock`` under ``build/matrix``; the lock gives newer libraries to
newer interpreters, so this is where a number that hangs on the last digit of a library shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from econ.report.run import THREADS, file_hash
from econ.report.store import project_root

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
Call = Callable[[Sequence[str], Path], int]


def call(words: Sequence[str], root: Path) -> int:
    """Run a command in the project folder on one BLAS thread; its exit status."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(list(words), cwd=root, env=environment, check=False).returncode


def found(version: str) -> Path | None:
    """An interpreter of that version: on the path, or among those that pyenv keeps; None if there is none that runs."""
    name = f"python{version}" + (".exe" if sys.platform == "win32" else "")
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    places = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    places += sorted(pyenv.glob(f"{version}.*/bin"), reverse=True)
    return next((place / name for place in places if (place / name).is_file() and _is(place / name, version)), None)


def _is(python: Path, version: str) -> bool:
    """Whether it runs, is that version and can make environments; a shim of a version manager may only look so."""
    words = [str(python), "-c", "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def environment(root: Path, version: str, python: Path, run: Call = call) -> Path | None:
    """The interpreter of the environment of a version, made from the lock if it is not there; None if that fails."""
    folder = root / "build" / "matrix" / version
    own = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    lock, ready = file_hash(root / "requirements.lock"), folder / "lock.sha256"
    if ready.is_file() and ready.read_text(encoding="utf-8") == lock:
        return own
    pip = [str(own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    if run([str(python), "-m", "venv", "--clear", str(folder)], root):
        return None
    if run([*pip, "-r", "requirements.lock"], root):
        return None
    ready.write_text(lock, encoding="utf-8")
    return own


def verify_matrix(
    root: Path, *, find: Callable[[str], Path | None] = found, run: Call = call, show: Callable[[str], object] = print
) -> bool:
    """Verify on every version and say how each went, also which were not found.

    Parameters
    ----------
    root : Path
        Project folder.
    find : callable
        Gives the interpreter of a version, or None.
    run : callable
        Runs a command in a folder; gives its exit status.
    show : callable
        Gets one line a version at the end.

    Returns
    -------
    bool
        Whether some version was found and every one that was found agrees.
    """
    verdicts = {}
    for version in VERSIONS:
        python = find(version)
        if python is None:
            verdicts[version] = "not found on this machine"
            continue
        own = environment(root, version, python, run)
        if own is None:
            verdicts[version] = "FAILED: the packages of requirements.lock could not be installed"
        else:
            verdicts[version] = "FAILED" if run([str(own), "-m", "econ", "verify"], root) else "ok"
    for version, verdict in verdicts.items():
        show(f"python{version}: {verdict}")
    return "ok" in verdicts.values() and not any(each.startswith("FAILED") for each in verdicts.values())


if __name__ == "__main__":
    raise SystemExit(0 if verify_matrix(project_root()) else 1)
