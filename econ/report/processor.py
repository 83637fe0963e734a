"""``python -m econ.report.processor``: the kernels of BLAS and the vector instructions of numpy that a processor takes.

OpenBLAS has products of matrices for each kind of processor and numpy has loops; both choose when they are loaded, and
each choice adds in another order. Both can be told to choose as on a lesser processor, so one machine tries several.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

CHOICE, LEFT = "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES"
"""Variables by which OpenBLAS is told its kernels, and numpy the instructions to leave."""


@dataclass(frozen=True)
class Processor:
    """What the libraries found when they were loaded.

    Parameters
    ----------
    blas : tuple of str
        Libraries of numpy and scipy, as threadpoolctl calls them.
    kernels : tuple of str
        What each of them took.
    features : tuple of str
        Instructions of the processor, as numpy calls them.
    loops : tuple of str
        Of these, for which numpy has taken loops of their own.
    """

    blas: tuple[str, ...]
    kernels: tuple[str, ...]
    features: tuple[str, ...]
    loops: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of processor as which another one can compute.

    Parameters
    ----------
    kernel : str
        As OpenBLAS is told.
    words : str
        Its instructions.
    needs : tuple of str
        Features without which its kernels would end the program.
    plain : bool
        Whether numpy leaves its own vector instructions, too.
    also : tuple of str
        Other names that OpenBLAS gives the same kernels: that of the first processor that had them.
    """

    kernel: str
    words: str
    needs: tuple[str, ...]
    plain: bool = False
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Kernel and instructions in words."""
        return f"{self.kernel} ({self.words})" + (" and numpy without vectors" if self.plain else "")

    def variables(self, processor: Processor) -> dict[str, str]:
        """What to set before Python starts."""
        return {CHOICE: self.kernel, LEFT: " ".join(processor.loops) if self.plain else ""}

    def taken(self, processor: Processor) -> bool:
        """Whether the libraries did as they were told."""
        known = {self.kernel.lower(), *self.also}
        return {each.lower() for each in processor.kernels} <= known and not (self.plain and processor.loops)


KINDS = (
    Kind("Prescott", "SSE3", ("SSE3",), plain=True, also=("katmai",)),
    Kind("Prescott", "SSE3", ("SSE3",), also=("katmai",)),
    Kind("Sandybridge", "AVX", ("AVX",)),
    Kind("Haswell", "AVX2", ("AVX2", "FMA3")),
    Kind("SkylakeX", "AVX-512", ("AVX512F", "AVX512CD", "AVX512BW", "AVX512DQ", "AVX512VL")),
)


def here() -> Processor:
    """What the libraries of this process took; a numpy that does not tell its features has none."""
    import numpy as np
    import scipy.linalg  # noqa: F401  its BLAS is another one than that of numpy
    import threadpoolctl

    told = getattr(getattr(np, "_core", None), "_multiarray_umath", None)
    features: Mapping[str, bool] = getattr(told, "__cpu_features__", {})
    loops = [name for name in getattr(told, "__cpu_dispatch__", []) if features.get(name)]
    found = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
    kernels = [str(each.get("architecture", "unknown")) for each in found]
    present = sorted(name for name, has in features.items() if has)
    return Processor(tuple(str(each["internal_api"]) for each in found), tuple(kernels), tuple(present), tuple(loops))


def ask(python: Path, root: Path, variables: Mapping[str, str]) -> Processor | None:
    """What the libraries of another interpreter take under these variables; None if it does not live to say so."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    words = [str(python), "-m", "econ.report.processor"]
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return read(done.stdout) if done.returncode == 0 else None


def read(text: str) -> Processor:
    """Undo what the program prints."""
    return Processor(**{name: tuple(part) for name, part in json.loads(text).items()})


if __name__ == "__main__":
    json.dump(asdict(here()), sys.stdout)
