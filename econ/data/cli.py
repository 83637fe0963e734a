"""``python -m econ data``: list, fetch, show, compare, verify and remove vintages."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

import pandas as pd

from econ.border import hushed
from econ.data.archive import as_of_dates, manifest
from econ.data.catalogue import ENTRIES
from econ.data.diff import diff
from econ.data.home import data_home
from econ.data.inspection import listing, vintage_faults
from econ.data.load import load
from econ.data.refresh import fetch
from econ.data.store import remove
from econ.errors import DataError, EconError, MissingValues

Headline = Callable[[str, str], pd.DataFrame]


def main(argv: Sequence[str] | None = None, *, headline: Headline | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Words after ``data``; default: the command line's.
    headline : callable, optional
        For ``diff``: computes the paper's headline numbers on two vintages (``econ.report.headline``).

    Returns
    -------
    int
        0 if all is well; 1 with a message on standard error otherwise; 2 for words that make no command.
    """
    parser = _parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:  # a function that other code calls returns; it does not leave the program
        return int(stop.code or 0)
    commands: dict[str, Callable[[argparse.Namespace], int | None]] = {
        "list": _list, "fetch": _fetch, "show": _show, "verify": _verify, "remove": _remove,
        "diff": lambda chosen: _diff(chosen, None if chosen.data_only else headline),
    }  # fmt: skip
    try:
        return commands[options.command](options) or 0
    except EconError as error:
        print(f"econ data {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; nothing was changed.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m econ data", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("list", help="every vintage on disk")
    get = commands.add_parser("fetch", help="download everything and write a new vintage beside the old ones")
    get.add_argument("names", nargs="*", help="further FRED series, catalogue names or official files")
    get.add_argument("--also", action="append", default=[], metavar="HOLDER", help="a new holder you vouch for")
    get.add_argument("--allow-shorter", action="append", default=[], metavar="TABLE",
                     help="a table whose publisher really withdrew figures, or gives projections")  # fmt: skip
    get.add_argument("--quiet", action="store_true", help="no progress bar")
    show = commands.add_parser("show", help="the last values of series")
    show.add_argument("names", nargs="+", metavar="name")
    show.add_argument("--as-of", metavar="DATE", help="vintage; default: the newest on disk")
    show.add_argument("--frequency", default="M", choices=("M", "D", "W", "Q"))
    compare = commands.add_parser(
        "diff", help="every revised figure between two vintages, largest first; and the headline"
    )
    compare.add_argument("old")
    compare.add_argument("new")
    compare.add_argument("--data-only", action="store_true", help="do not compute the paper's headline on both")
    out = commands.add_parser("remove", help="take an own vintage away, damaged or not; never the embedded one")
    out.add_argument("as_of", metavar="DATE")
    check = commands.add_parser("verify", help="rehash every file of every vintage, compare each with the one before")
    check.add_argument("as_of", nargs="*", metavar="DATE", help="vintages; default: all")
    return parser


def _list(options: argparse.Namespace) -> None:
    del options
    print(listing().to_string())
    print(f"own vintages lie in {data_home()}; the catalogue has {len(ENTRIES)} names.")


def _fetch(options: argparse.Namespace) -> int:
    with hushed(MissingValues):  # printed below, line by line
        report = fetch(
            *options.names, also=options.also, allow_shorter=options.allow_shorter,
            progress=None if options.quiet else _bar,
        )  # fmt: skip
    print(report.summary.to_string())
    for table in report.carried:
        print(f"warning: {table} was not served or read anew; carried over from an older vintage.", file=sys.stderr)
    if report.new:
        print(
            f"wrote vintage {report.as_of}; the paper stays on its own. To rebuild it from this one elsewhere: "
            f"python -m econ reproduce --as-of {report.as_of}"
        )
    else:
        print(f"nothing new; vintage {report.as_of} has the same figures.")
    for name, reason in report.refused:
        print(f"econ data fetch: {name} is not in it: {reason}", file=sys.stderr)
    return 1 if report.refused else 0


def _bar(done: int, total: int, file: str) -> None:
    """Draw a progress bar on standard error; lines instead where it is no terminal."""
    if sys.stderr.isatty():
        filled = 30 * done // total
        end = "\n" if done == total else ""
        print(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total} {file[:40]:<40}", end=end, file=sys.stderr)
    else:
        print(f"{done}/{total} {file}", file=sys.stderr)


def _show(options: argparse.Namespace) -> None:
    as_of = options.as_of or as_of_dates()[-1]
    data = load(*options.names, as_of=as_of, frequency=options.frequency)
    print(data.frame.tail(12).to_string())
    for name, variable in data.variables.items():
        print(f"{name}: {variable.label}, {variable.units}; {variable.source}")
    for vintage in data.vintages:
        print(f"{vintage.file} {vintage.sha256[:12]} {vintage.url}")


def _diff(options: argparse.Namespace, headline: Headline | None) -> None:
    print(diff(options.old, options.new, headline=headline))


def _verify(options: argparse.Namespace) -> int:
    """Every vintage, the bad ones too: one that is damaged must not hide the next."""
    bad = 0
    for as_of in options.as_of or as_of_dates():
        faults = _faults(as_of)
        bad += bool(faults)
        for fault in faults:
            print(f"{as_of}: BAD: {fault}", file=sys.stderr)
        if not faults:
            print(f"{as_of}: {len(manifest(as_of))} tables verified.")
    return 1 if bad else 0


def _faults(as_of: str) -> tuple[DataError, ...]:
    try:
        return vintage_faults(as_of)
    except DataError as error:  # no such vintage
        return (error,)


def _remove(options: argparse.Namespace) -> None:
    remove(options.as_of)
    print(f"removed vintage {options.as_of}.")


if __name__ == "__main__":
    raise SystemExit(main())
