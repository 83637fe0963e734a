"""Instruments and identified systems that the exhibits on the offset share."""

from __future__ import annotations

import warnings

import pandas as pd

from analyses._projections import granular, intervened, interventions
from analyses._samples import cut, loaded
from analyses._words import listing, name_of
from analyses.specification import CHINA, JAPAN, UK, Specification, fitted
from econ import Dataset
from econ.data import Variable
from econ.data.use import using
from econ.errors import SpecificationError, WeakInstrument
from econ.offset import OwnShocks
from econ.var import Proxy, ProxyResults, StructuralResults

OWN = {CHINA: "china_shock", JAPAN: "japan_shock", UK: "uk_shock"}
"""Names of the holders' own granular shocks as columns."""
INTERVENTION = "intervention"
"""Trillions of yen for which Japan sold dollars."""


def own_shock(spec: Specification, name: str, *, apart: bool = True) -> pd.Series:
    """A holder's granular shock, made from the panel without the other two holders whose answers are asked.

    A shock less a mean in which Japan has the weight w contains -w times Japan's purchases, and "finds" that Japan
    offsets; ``apart=False`` shows by how much.
    """
    slug = name.removesuffix("_net_purchases")
    others = tuple(other.removesuffix("_net_purchases") for other in OWN if other != name)
    return granular(spec, exclude=others if apart else ()).shocks[slug].rename(OWN[name])


def instrumented(spec: Specification) -> Dataset:
    """Purchases, the level of the yield, controls and the holders' own granular shocks."""
    name = spec.primary.maturity
    data = loaded(spec, CHINA, JAPAN, UK, *spec.offset.controls, name).convert(**{name: "basis points"})
    data = cut(data, spec)
    with using() as files:
        shocks = pd.DataFrame({column: own_shock(spec, holder) for holder, column in OWN.items()})
        shocks["china_shock_joint"] = own_shock(spec, CHINA, apart=False)
    if intervened(spec):
        shocks[INTERVENTION] = interventions(pd.PeriodIndex(shocks.index)).series
    variables = {**data.variables, **{each: Variable(each, each, "percent of position") for each in shocks.columns}}
    return Dataset(data.frame.join(shocks, how="inner"), variables, (*data.vintages, *files), parent=data).complete()


def _proxy(spec: Specification, name: str) -> Proxy:
    """A holder's shock, which its own granular shock moves; with the files behind that."""
    with using() as files:
        shock = own_shock(spec, name)
    made = {OWN[name]: Variable(OWN[name], OWN[name], "percent of position")}
    return Proxy(Dataset(shock.to_frame(), made, tuple(files)), shock=name)


def proxy_system(spec: Specification) -> ProxyResults:
    """The system of the VAR with China's own granular shock as instrument."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)  # the first stage is printed
        svar = fitted(spec).identify(_proxy(spec, CHINA))
    if not isinstance(svar, ProxyResults):
        raise SpecificationError(
            f"a proxy identifies a system by one shock; found {type(svar).__name__}; pass a Proxy."
        )
    return svar


def own_shocks(spec: Specification) -> StructuralResults:
    """The same system with the shocks of China, Japan and UK custodians, each by its own instrument."""
    each = [_proxy(spec, name) for name in OWN]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)
        return fitted(spec).identify(OwnShocks(*each))


def groups(spec: Specification) -> dict[str, tuple[str, str | tuple[str, ...]]]:
    """Allies, each and all together: from the slug of the numbers to words and names of the series."""
    slugs = spec.offset.allies
    found: dict[str, tuple[str, str | tuple[str, ...]]] = {slug: (name_of(slug), purchases(slug)) for slug in slugs}
    if len(slugs) > 1:
        found["_".join(slugs)] = (listing([name_of(slug) for slug in slugs]), tuple(purchases(slug) for slug in slugs))
    return found


def purchases(slug: str) -> str:
    """Name of the series of a holder's net purchases, percent of debt."""
    return f"{slug}_net_purchases"
