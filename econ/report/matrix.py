"""`make verify-matrix`: the verification on every Python of this machine, the oldest libraries, and other processors.

Each Python gets an environment of its own from ``requirements.lock`` under ``build/matrix``; the lock gives newer
libraries to newer interpreters, so this is where a number that hangs on the last digit of a library shows. One more
has, on the oldest Python that was found, each library exactly at the floor that ``pyproject.toml`` declares: a floor on
which the paper does not come out the same is not declared. The environment of the oldest Python computes once more as
on each kind of processor that this one can stand for (`econ.report.processor`).
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from econ.errors import SchemaError
from econ.report.processor import KINDS, Kind, Processor, ask
from econ.report.run import THREADS
from econ.report.store import project_root, write

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
FLOORS = "floors"
ABSENT = "not found on this machine"
LACKING = "not on this processor"
Call = Callable[[Sequence[str], Path, Mapping[str, str]], int]
Ask = Callable[[Path, Path, Mapping[str, str]], Processor | None]


def call(words: Sequence[str], root: Path, variables: Mapping[str, str]) -> int:
    """Run a command in the project folder on one BLAS thread, with these variables too; its exit status."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONDONTWRITEBYTECODE": "1", **variables}
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


def floors(root: Path) -> list[str]:
    """Every dependency of the package at the oldest version that it declares, as ``numpy==2.0``.

    Raises
    ------
    SchemaError
        If a dependency declares none.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = []
    for line in project["dependencies"]:
        match = re.fullmatch(r"(?P<name>[\w.-]+)>=(?P<version>[\w.]+)", line)
        if match is None:
            raise SchemaError(f"pyproject.toml: the dependency {line!r} declares no floor; write name>=version.")
        found.append(f"{match['name']}=={match['version']}")
    return found


def wanted(root: Path, name: str) -> list[str]:
    """What pip gets for an environment: the lock, hash by hash; wheels of the floors, for which there is no lock."""
    if name == FLOORS:
        return ["--only-binary", ":all:", *floors(root)]
    return ["--require-hashes", "-r", "requirements.lock"]


def environment(root: Path, name: str, python: Path, run: Call = call) -> Path | None:
    """The interpreter of the environment of a version or of the floors, made if it is not there; None if that fails."""
    folder = root / "build" / "matrix" / name
    own = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    words, lock = wanted(root, name), (root / "requirements.lock").read_bytes()
    made, ready = hashlib.sha256(" ".join([str(python), *words]).encode() + lock).hexdigest(), folder / "made.sha256"
    if ready.is_file() and ready.read_text(encoding="utf-8") == made:
        return own
    pip = [str(own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if run([str(python), "-m", "venv", "--clear", str(folder)], root, {}) or run([*pip, *words], root, {}):
        return None
    write(ready, made)
    return own


def verify_matrix(
    root: Path, *, find: Callable[[str], Path | None] = found, run: Call = call, show: Callable[[str], object] = print,
    probe: Ask = ask,
) -> bool:  # fmt: skip
    """Verify on every version and say how each went, also which were not found.

    Parameters
    ----------
    root : Path
        Project folder.
    find : callable
        Gives the interpreter of a version, or None.
    run : callable
        Runs a command in a folder with variables of the environment; gives its exit status.
    show : callable
        Gets one line a version at the end, one of the floors, and one a kind of processor.
    probe : callable
        Asks an interpreter, in a folder and with such variables, what its libraries take; gives None if it dies of it.

    Returns
    -------
    bool
        Whether some version was found and every one that was found agrees, on the oldest also the floors and every kind
        of processor that this one can stand for.
    """
    pythons = {version: find(version) for version in VERSIONS}
    oldest = next(((version, python) for version, python in pythons.items() if python is not None), None)
    verdicts = {f"python{version}": _verdict(root, version, python, run) for version, python in pythons.items()}
    if oldest is not None:
        name = f"python{oldest[0]}"
        verdicts[f"{name}, {FLOORS}"] = _verdict(root, FLOORS, oldest[1], run)
        own = environment(root, *oldest, run) if verdicts[name] in ("ok", "FAILED") else None  # not made twice in vain
        told = {} if own is None else _processors(root, own, run, probe)
        verdicts |= {f"{name}, {kind}": verdict for kind, verdict in told.items()}
    for name, verdict in verdicts.items():
        show(f"{name}: {verdict}")
    return "ok" in verdicts.values() and not any(each.startswith("FAILED") for each in verdicts.values())


def _verdict(root: Path, name: str, python: Path | None, run: Call) -> str:
    if python is None:
        return ABSENT
    own = environment(root, name, python, run)
    if own is None:
        what = "floors of pyproject.toml" if name == FLOORS else "packages of requirements.lock"
        return f"FAILED: the {what} could not be installed"
    return "FAILED" if run([str(own), "-m", "econ", "verify"], root, {}) else "ok"


def _processors(root: Path, own: Path, run: Call, probe: Ask) -> dict[str, str]:
    """How the verification went as on each kind of processor, or why it was not tried."""
    has = probe(own, root, {})
    if has is None:
        return {"processors": "FAILED: the libraries did not say what they take"}
    if set(has.blas) != {"openblas"}:
        return {
            "processors": f"not tried: BLAS is {' and '.join(has.blas) or 'unknown'}, whose kernels cannot be chosen"
        }
    return {kind.name: _as_on(kind, has, root, own, run=run, probe=probe) for kind in KINDS}


def _as_on(kind: Kind, has: Processor, root: Path, own: Path, *, run: Call, probe: Ask) -> str:
    if not {*kind.needs} <= {*has.features}:
        return LACKING
    variables = kind.variables(has)
    now = probe(own, root, variables)
    if now is None:
        return "FAILED: Python does not start"
    if not kind.taken(now):
        return f"not tried: the libraries took {' and '.join([*now.kernels, *now.loops])} instead"
    return "FAILED" if run([str(own), "-m", "econ", "verify"], root, variables) else "ok"


if __name__ == "__main__":
    raise SystemExit(0 if verify_matrix(project_root()) else 1)
