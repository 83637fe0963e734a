"""Run every benchmark, one after the other: ``python -m benchmarks``."""

import subprocess
import sys
from pathlib import Path


def main() -> None:
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        print(f"\n{path.stem}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"], check=True)


if __name__ == "__main__":
    main()
