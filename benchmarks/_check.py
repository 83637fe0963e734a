"""Compare the ratios to peers with the committed ones, and fail where one has become much worse: ``make bench-check``.

``--write`` measures and writes ``benchmarks/ratios.json`` instead. A ratio under its bar is measured again, up to three
times in all, since other work on the machine can only lower it; ratios that rose are no failure.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks._ratios import RATIOS, lacking

COMMITTED = Path(__file__).with_name("ratios.json")
MARGIN = 0.30
"""Share of a committed ratio that may be lost: twice what ten runs on one idle machine differed by."""
TRIES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        found = {name: round(measure(), 2) for name, measure in RATIOS.items() if not lacking(name)}
        COMMITTED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return
    worse = compare(RATIOS, json.loads(COMMITTED.read_text(encoding="utf-8")))
    if worse:
        sys.exit(f"slower than committed by more than {MARGIN:.0%}: {', '.join(worse)}.")


def compare(ratios: Mapping[str, Callable[[], float]], committed: Mapping[str, float]) -> list[str]:
    """Names of the ratios that fell below their bar; a ratio without a committed value is one of them."""
    worse = []
    for name, measure in ratios.items():
        missing = lacking(name)
        if missing:
            print(f"{name:48s}     n.a.: install {missing}")
            continue
        bar = committed.get(name, float("inf")) * (1.0 - MARGIN)
        found = 0.0
        for _ in range(TRIES):
            found = max(found, measure())
            if found >= bar:
                break
        word = "" if found >= bar else "   WORSE"
        print(f"{name:48s}{found:9.2f} times, committed {committed.get(name, float('nan')):9.2f}{word}", flush=True)
        if word:
            worse.append(name)
    return worse


if __name__ == "__main__":
    main()
