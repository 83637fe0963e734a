"""What the choices amount to: samples in months, orders in names; and what no two choices may say at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import econ
from analyses._kinds import apart, known
from analyses._words import name_of, span
from econ import Dataset
from econ.data.catalogue import ENTRIES, entry
from econ.data.concepts import BREAK
from econ.data.flows import BY_CONCEPT
from econ.data.holders import holder
from econ.data.reported import codes_of
from econ.errors import SpecificationError

if TYPE_CHECKING:
    from analyses.specification import Specification

THE_YIELD = "yield"
"""Stands in an order of the VAR for the yield of the primary cell."""
ORDERS = ("flows_first", "yields_first", "allies_first")
DESIGNS = (
    "ols_long",
    "ols_whole",
    "ols_foreign",
    "ols_china",
    "ols_japan",
    "granular",
    "granular_ex_hubs",
    "granular_china",
    "intervention",
    "intervention_shock",
    "combined",
)
"""Keys of the designs of `price_impact`."""
SAMPLES = ("main", "one_concept", "early", "long", "whole", "custody")


def ordered(spec: Specification, order: str) -> tuple[str, ...]:
    """One of the recursive orders of the VAR, the yield of the primary cell by its name."""
    names: tuple[str, ...] = getattr(spec.var, order)
    return tuple(spec.primary.maturity if name == THE_YIELD else name for name in names)


def without_controls(spec: Specification) -> Specification:
    """The same choices without the controls of the VAR."""
    dropped = spec.var.controls
    return spec.changed(
        {f"var.{name}": tuple(each for each in getattr(spec.var, name) if each not in dropped) for name in ORDERS}
    )


def window(spec: Specification, name: str = "main") -> tuple[str, str]:
    """First and last month of a sample; purchases by counterparty end before the break of concepts."""
    first, last = getattr(spec.sample, name)
    if name == "custody" or spec.concept != "counterparty":  # custody holds no purchases
        return first, last
    return first, min(last, str(BREAK - 1))


def sampled(spec: Specification, name: str = "main") -> str:
    """Sentence of a note: the first and the last month of a sample."""
    return f"Sample: {span(window(spec, name))}."


def loaded(spec: Specification, *names: str, frequency: str = "M") -> Dataset:
    """Series of the vintage, purchases under the concept of the specification."""
    purchased = any(entry(name).holder and entry(name).column in BY_CONCEPT for name in names)
    concept = spec.concept if purchased else "spliced"
    return econ.load(*names, as_of=spec.as_of, frequency=frequency, concept=concept)


def with_changes(spec: Specification, *names: str) -> Dataset:
    """The same, with every yield as its monthly change in basis points: the first change needs the month before."""
    yields = [name for name in names if entry(name).units == "percent"]
    moved = loaded(spec, *yields).convert(**dict.fromkeys(yields, "basis points"))
    moved = moved.transform(**dict.fromkeys(yields, "diff"))
    return loaded(spec, *(name for name in names if name not in yields)).join(moved).select(*names)


def actions(spec: Specification) -> dict[str, tuple[str, float]]:
    """What the holders of the VAR do: from the name of their purchases to words, and the size of the shock in percent."""
    found = {}
    for name in _holders(spec):
        sells = name.removesuffix("_net_purchases") in spec.var.sellers
        found[name] = (f"{name_of(name)} {'sells' if sells else 'buys'}", -1.0 if sells else 1.0)
    return found


def _holders(spec: Specification) -> list[str]:
    """Purchases in the VAR but the Fed's, in the order of flows first."""
    return [name for name in spec.var.flows_first if name.endswith("_net_purchases") and not name.startswith("fed")]


def cut(data: Dataset, spec: Specification, name: str = "main", *, ends: bool = True) -> Dataset:
    """Keep the months of a sample, which the data must have; ``ends=False`` takes what is published of the last ones.

    Raises
    ------
    SpecificationError
        If the sample begins or ends outside the data, holds a month that nobody published, or begins before the trades
        of a holder in it tell who bought.
    """
    first, last = window(spec, name)
    whole = data.frame.index[data.frame.notna().all(axis=1)]
    if str(whole[0])[:10] > first or (ends and str(whole[-1])[:10] < last):
        raise SpecificationError(
            f"sample.{name} asks for {first} to {last}; the data of {list(data.frame)} have {whole[0]} to {whole[-1]}."
        )
    kept = data.sample(first, last)
    _told(kept, first, name)
    return kept


def _told(data: Dataset, first: str, name: str) -> None:
    """Refuse months in which trades do not tell the owner, or that nobody published."""
    for column in data.frame:
        bought = (
            f"{str(column).removesuffix('_sales')}_net_purchases" if str(column).endswith("_sales") else str(column)
        )
        if bought in ENTRIES and bought.endswith("_net_purchases"):
            known = data.frame[column].dropna()
            inside = data.frame[column].loc[known.index[0] : known.index[-1]]
            missing = inside.index[inside.isna()]
            if len(missing):
                raise SpecificationError(
                    f"{bought} was not published from {missing[0]} to {missing[-1]}, inside sample.{name}; take another "
                    "sample, or concept='position'."
                )
        item = ENTRIES.get(bought)
        for code in codes_of(item.holder) if item is not None and item.column == "net_purchases" else ():
            since, reason = holder(code).owner_since, holder(code).owner_reason
            if first < since:
                raise SpecificationError(
                    f"sample.{name} begins in {first}, but trades of {holder(code).name} tell who bought from {since} on "
                    f"only ({reason}); begin it later, or take holders whose trades are their own."
                )


def consistent(spec: Specification) -> None:
    """Refuse choices that contradict each other.

    Raises
    ------
    SpecificationError
        Naming the fields.
    """
    for name in SAMPLES:
        last = getattr(spec.sample, name)[1]
        if last > spec.as_of:
            raise SpecificationError(
                f"sample.{name} ends in {last}, after the data vintage {spec.as_of}; end it before."
            )
    _names(spec)
    if set(spec.adding_up.china_first) != set(spec.adding_up.china_last):
        raise SpecificationError(
            "adding_up.china_last orders the variables of adding_up.china_first; name the same ones."
        )
    for name in ORDERS[1:]:
        if set(getattr(spec.var, name)) != set(spec.var.flows_first):
            raise SpecificationError(
                f"var.{name} orders the variables of var.flows_first; found {getattr(spec.var, name)}."
            )
    if spec.offset.none >= spec.offset.full:
        raise SpecificationError(f"offset.none ({spec.offset.none}) must lie below offset.full ({spec.offset.full}).")


def _names(spec: Specification) -> None:
    """Refuse names that another field does not define, and holders that stand in two groups."""
    apart("panel.countries and panel.hubs", spec.panel.countries, spec.panel.hubs)
    apart(
        "adding_up.other_allies, panel.hubs, China and Japan",
        spec.adding_up.other_allies,
        spec.panel.hubs,
        ("china", "japan"),
    )
    known("panel", ("china", "japan", "uk"), spec.panel.everybody)  # whose own shocks are read
    known("offset.methods", spec.offset.methods, ("sims-zha", "scenario", "least-squares", "reduced"))
    known("offset.allies", [f"{slug}_net_purchases" for slug in spec.offset.allies], _holders(spec))
    known("var.sellers", spec.var.sellers, [name.removesuffix("_net_purchases") for name in _holders(spec)])
    known(
        "primary.maturity", [spec.primary.maturity], [*spec.yields.maturities, *spec.yields.premia, spec.yields.premium]
    )
    if len(spec.primary.bounds) != 3:
        raise SpecificationError(f"primary.bounds takes three bounds: short, long, small; found {spec.primary.bounds}.")
    if len(spec.simulation.impacts) != 3:
        raise SpecificationError(
            f"simulation.impacts takes three impacts: none, moderate, large; found {spec.simulation.impacts}."
        )
    known("projection.paths", spec.projection.paths, DESIGNS)
    keys = [each.key for each in spec.events.classes]
    known("events.main", spec.events.main, keys)
    known("events.channels", spec.events.channels, keys)
