"""``econ.load``: names in, a `Dataset` out, from the embedded vintage or a fetched one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from econ import checks
from econ.border import checked, warn
from econ.data.archive import EMBEDDED, as_of_dates, manifest, place
from econ.data.catalogue import ENTRIES, FACE_VALUE, OPERATIONS, Entry, entry
from econ.data.concepts import BREAK, CONCEPTS, SOURCES
from econ.data.convert import by_month, monthly, native
from econ.data.dataset import Dataset, Variable
from econ.data.diff import is_revised
from econ.data.flows import BY_CONCEPT, debt_scale, flow_table
from econ.data.holders import holder
from econ.data.index import with_rows_for_holes
from econ.data.operations import dollar_purchases
from econ.data.reported import codes_of, stamp_of
from econ.data.use import Files, using
from econ.data.vintage import Vintage
from econ.errors import DataError, FrequencyError, Revised, SeriesNotFound, SpecificationError

FREQUENCIES = ("M", "D", "W", "Q")


@checked
def load(
    *names: str,
    as_of: str = EMBEDDED,
    frequency: str = "M",
    rule: str | None = None,
    concept: str = "spliced",
) -> Dataset:
    """Load series by name, without a network.

    Parameters
    ----------
    *names : str
        Names of ``econ.catalogue()``, at least one.
    as_of : str
        Vintage; the embedded one unless said otherwise.
    frequency : str, default "M"
        ``"M"`` turns daily and weekly series into months by the catalogue's rule; ``"D"``, ``"W"`` and
        ``"Q"`` give series that have that frequency themselves.
    rule : str, optional
        ``"last"``, ``"mean"`` or ``"sum"`` instead of the catalogue's rule.
    concept : str, default "spliced"
        Whose purchases net purchases are: ``"spliced"``, ``"counterparty"``, ``"holder"``, ``"position"`` or
        ``"imputed"``, as in `econ.data.flows`.

    Returns
    -------
    Dataset
        From the first to the last period at which every series has a value. A hole inside stays NaN; models
        refuse it. Daily series of different calendars keep every day that one of them has: an operation of Tokyo on a
        holiday of New York is a row without a yield (`econ.projection.intervention_instrument` carries it to the next
        quote). Spliced purchases carry the month at which the concept changes in ``variables[name].breaks``.

    Raises
    ------
    SeriesNotFound, VintageMissing, ChecksumMismatch
        For an unknown name, a vintage that is not there, a file that was changed.
    FrequencyError
        If a series does not have the frequency asked for.
    SpecificationError
        Without a name, or with one twice; for a concept that no series asked for has.

    Warns
    -----
    Revised
        If the newest vintage on disk has other figures for the same periods.

    Examples
    --------
    >>> data = load("china_net_purchases", "yield_10y")
    >>> data.variables["china_net_purchases"].units
    'percent of debt'
    """
    names = checks.names("load", names, least=1)
    _refuse_paths(names)
    frequency = checks.choice("frequency", frequency, FREQUENCIES)
    concept = checks.choice("concept", concept, CONCEPTS)
    if concept != "spliced" and not any(_by_concept(entry(name)) for name in names):
        raise SpecificationError(
            f"no series of {list(names)} has a concept of purchases; leave concept={concept!r} out."
        )
    columns, variables, files = {}, {}, dict[str, Files]()
    stamp = stamp_of(as_of) if any(entry(name).holder for name in names) else ()
    for name in names:
        item = entry(name)
        of = concept if _by_concept(item) else "spliced"
        with using() as files[name]:
            columns[name], imputed = _column(item, as_of, frequency, rule, stamp=stamp, concept=of)
        variables[name] = _variable(item, imputed, of)
    frame = pd.DataFrame(columns).loc[:, list(names)].sort_index()
    full = frame.notna().all(axis=1)
    if not full.any():
        raise SpecificationError(f"series {list(names)} have no period in common in vintage {as_of}.")
    frame = with_rows_for_holes(frame.loc[full.idxmax() : full[::-1].idxmax()])
    with using(tell=False):  # figures that came later make none of those asked for
        told = _revisions(frame, files, as_of, frequency, rule, concept)
    if told:
        warn(told, Revised)
    return Dataset(frame, variables, tuple(chain(*files.values())))


def _refuse_paths(names: Sequence[str]) -> None:
    """Say who reads files: no series is called like one."""
    for name in names:
        if "/" in name or "\\" in name or Path(name).suffix:
            raise SeriesNotFound(
                f"no series {name!r}: load takes names of econ.catalogue(). Every model takes a DataFrame of your own, "
                "as pd.read_csv(path, index_col=0, parse_dates=True) reads it; econ.load_result(path) reads a saved "
                "result."
            )


def _by_concept(item: Entry) -> bool:
    """Whether a series differs by the concept of a purchase."""
    return bool(item.holder) and item.column in BY_CONCEPT


def _revisions(
    frame: pd.DataFrame, files: Mapping[str, Files], as_of: str, frequency: str, rule: str | None, concept: str
) -> str:
    """What the newest vintage on disk says otherwise about the figures of a frame; "" when it agrees."""
    newest = as_of_dates()[-1]
    if place(newest) <= place(as_of):
        return ""
    try:
        sums = {vintage.sha256 for vintage in manifest(newest).values()}
    except DataError:  # a damaged vintage tells nothing about the one asked for; `data list` marks it
        return ""
    told = []
    for name in frame.columns:
        item = entry(name)
        of = concept if _by_concept(item) else "spliced"
        if all(vintage.sha256 in sums for vintage in files[name]):
            continue
        try:
            stamp = stamp_of(newest) if item.holder else ()
            later, _ = _column(item, newest, frequency, rule, stamp=stamp, concept=of)
        except DataError:  # the later vintage lacks the series or is damaged, which is no fault of the one asked for
            continue
        revised = frame.index[is_revised(frame[name], later.reindex(frame.index))]
        if len(revised):
            told.append(f"{len(revised)} of {len(frame)} values of {name!r}, the last at {revised[-1]}")
    if not told:
        return ""
    return (
        f"vintage {newest} on disk revises figures loaded from {as_of}: {'; '.join(told)}; pass as_of={newest!r} for "
        "the revised ones, or compare both with econ.data.diff."
    )


def _column(
    item: Entry, as_of: str, frequency: str, rule: str | None, *, stamp: tuple[Vintage, ...], concept: str
) -> tuple[pd.Series, frozenset[str]]:
    if item.holder:
        if frequency != "M":
            raise FrequencyError(f"{item.name!r} is monthly; it cannot be loaded with frequency={frequency!r}.")
        scale = "debt" if item.units == "percent of debt" else "usd_bn"
        measure = item.column.removesuffix("_std_error")
        table = flow_table(item.holder, measure, scale, concept=concept, as_of=as_of, stamp=stamp)
        flagged = frozenset(pd.PeriodIndex(table.index[table["imputed"]]).strftime("%Y-%m"))
        return table["value" if measure == item.column else "std_error"], flagged
    if item.name in FACE_VALUE:
        if frequency != "M":
            raise FrequencyError(f"{item.name!r} is monthly; it cannot be loaded with frequency={frequency!r}.")
        change = monthly(FACE_VALUE[item.name], as_of=as_of).diff().iloc[1:] / 1000.0
        return 100.0 * change / debt_scale(pd.PeriodIndex(change.index), as_of=as_of), frozenset()
    if item.name in OPERATIONS and frequency in "MD":
        bought = dollar_purchases(item.units, as_of=as_of)
        return by_month(bought, item, rule) if frequency == "M" else bought.dropna(), frozenset()
    if frequency == "M":
        return monthly(item.name, as_of=as_of, rule=rule), frozenset()
    if item.frequency != frequency:
        raise FrequencyError(
            f"{item.name!r} has frequency {item.frequency!r}, not {frequency!r}; load them apart and convert one."
        )
    return native(item, as_of).dropna(), frozenset()


def _variable(item: Entry, imputed: frozenset[str], concept: str) -> Variable:
    source, breaks = item.source, []
    if _by_concept(item):
        source = SOURCES[concept] if item.column == "net_purchases" else f"{item.source}; {SOURCES[concept]}"
        breaks = [(entry.owner_since, f"before, trades do not tell the owner: {entry.owner_reason}")
                  for entry in map(holder, codes_of(item.holder))
                  if entry.owner_since and concept in ("spliced", "counterparty", "imputed")]  # fmt: skip
        if concept in ("spliced", "imputed"):
            breaks.append((str(BREAK), "trading counterparty (S form) before, reported holder (SLT) from it on"))
    return Variable(
        name=item.name, label=item.label, units=item.units, sign=item.sign, source=source,
        licence=item.licence, imputed=imputed, breaks=tuple(breaks),
    )  # fmt: skip


def series_names() -> tuple[str, ...]:
    """Every name that `load` takes."""
    return tuple(ENTRIES)
