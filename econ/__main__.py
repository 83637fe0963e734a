"""``python -m econ``: the commands of the Makefile, for people without make."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from econ.errors import EconError
from econ.memory import check_limit, within_memory

if TYPE_CHECKING:
    import pandas as pd


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 if all is well, 1 with a message otherwise."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        check_limit()
        with within_memory(f"the command {words[0] if words else ''!r}"):
            return _run(words)
    except EconError as error:
        print(f"econ: {error}", file=sys.stderr)
        return 1


def _run(words: list[str]) -> int:
    if words[:1] == ["data"]:
        from econ.data.cli import main as data

        return data(words[1:], headline=_headline)
    options = _parser().parse_args(words)
    if options.command == "reproduce":
        return _reproduce(options.as_of)
    return _verify(not options.no_rebuild) if options.command == "verify" else _doctor()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m econ", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    build = commands.add_parser("reproduce", help="build every exhibit that is not up to date, then the paper")
    build.add_argument("--as-of", metavar="DATE", help="on this vintage, into paper/build/DATE; committed results stay")
    verify = commands.add_parser("verify", help="rebuild every exhibit elsewhere and compare it with the committed one")
    verify.add_argument("--no-rebuild", action="store_true", help="compare the files on disk only")
    commands.add_parser("data", help="list, fetch and compare vintages (python -m econ data --help)")
    commands.add_parser("doctor", help="say whether this machine has what the paper needs")
    return parser


def _root() -> Path:
    from econ.report.store import project_root

    return project_root()


def _reproduce(as_of: str | None) -> int:
    from econ.report.reproduce import reproduce
    from econ.report.vintages import folder_of

    root = _root()
    reproduce(root, as_of=as_of)
    if as_of is not None:
        print(f"the paper on vintage {as_of} lies in {folder_of(root, as_of)}; the committed results are as they were.")
    return 0


def _headline(old: str, new: str) -> pd.DataFrame:
    from econ.report import headline

    return headline(old, new, root=_root())


def _verify(rebuild: bool) -> int:
    from econ.report import verify
    from econ.report.run import machine

    print(machine(), flush=True)
    report = verify(rebuild, root=_root())
    for error in report.errors:
        print(error, file=sys.stderr)
    print(report.summary)
    return 0 if report.ok else 1


def _doctor() -> int:
    from econ.report.doctor import doctor

    findings = doctor(_root())
    print(*findings, sep="\n")
    return 0 if all(finding.ok for finding in findings) else 1


if __name__ == "__main__":
    raise SystemExit(main())
