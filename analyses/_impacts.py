"""Designs that tell the price impact: which of them the sample permits, their months, their projections."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analyses._kinds import known
from analyses._projections import (
    CHINA,
    FOREIGN,
    JAPAN,
    OFFICIAL,
    Sale,
    granular,
    intervened,
    intervention_shocks,
    interventions,
    long_monthly,
    monthly,
    recorded_operations,
    with_instruments,
)  # fmt: skip
from analyses._samples import loaded, window
from analyses._words import name_of
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate, LocalProjection
from econ.errors import SpecificationError
from econ.projection import ProjectionResults
from econ.report import Unavailable

INSTRUMENTS = ("granular", "china_shock", "intervention", "intervention_shock", "intervention_record")


@dataclass(frozen=True)
class Design:
    """One way to learn the price impact.

    Parameters
    ----------
    words : str
        Row of the tables.
    sale : Sale
        Whose sales.
    instruments : tuple of str
        Empty for least squares.
    hubs : bool
        Whether custody hubs are in the panel of the granular instrument.
    long : bool
        Since 1985, average yields.
    """

    words: str
    sale: Sale
    instruments: tuple[str, ...] = ()
    hubs: bool = True
    long: bool = False


EMPTY = Unavailable("the instruments contradict each other: the set is empty")
DESIGNS = {
    "ols_long": Design("LS officials, 1985–2020", OFFICIAL, long=True),
    "ols_whole": Design("LS all foreign, 1985 on", FOREIGN, long=True),
    "ols_foreign": Design("LS all foreign", FOREIGN),
    "ols_china": Design("LS China", CHINA),
    "ols_japan": Design("LS Japan", JAPAN),
    "granular": Design("Granular, all", FOREIGN, ("granular",)),
    "granular_ex_hubs": Design("Granular, no hubs", FOREIGN, ("granular",), hubs=False),
    "granular_china": Design("China's own shocks", CHINA, ("china_shock",)),
    "intervention": Design("Interventions", JAPAN, ("intervention",)),
    "intervention_shock": Design("Intervention shocks", JAPAN, ("intervention_shock",)),
    "combined": Design("Combined", FOREIGN, ("granular", "intervention")),
}


def _chosen(spec: Specification) -> dict[str, Design]:
    """The designs; the last is that of the primary cell, if no other is."""
    wanted = (spec.primary.seller, spec.primary.instruments)
    if any((each.sale.slug, each.instruments) == wanted for each in DESIGNS.values() if each.hubs and not each.long):
        return DESIGNS
    known("primary.instruments (or add it to DESIGNS)", spec.primary.instruments, INSTRUMENTS)
    sale = Sale(spec.primary.seller, name_of(spec.primary.seller))
    return {**DESIGNS, "combined": Design(f"Primary, {sale.words}", sale, spec.primary.instruments)}


def primary_key(spec: Specification) -> str:
    """The design with the seller and the instruments of the primary cell of H1."""
    wanted = (spec.primary.seller, spec.primary.instruments, True, False)
    found = _chosen(spec).items()
    return next(key for key, each in found if (each.sale.slug, each.instruments, each.hubs, each.long) == wanted)


def design_of(key: str, spec: Specification) -> Design:
    """One design by its key, without the choices that only others read.

    Raises
    ------
    SpecificationError
        If there is none of that key, or the sample or the concept does not permit it.
    """
    chosen = _chosen(spec)
    known("the design", [key], list(chosen))
    found = _permitted(chosen[key], spec)
    if found is None:
        raise SpecificationError(
            f"design {key!r} needs {'purchases' if chosen[key].long else 'an intervention'} that the sample does not "
            f"have under concept={spec.concept!r}; take another sample, concept or design."
        )
    return found


def designs(spec: Specification) -> dict[str, Design]:
    """The designs that the sample and the concept permit."""
    found = {key: _permitted(each, spec) for key, each in _chosen(spec).items()}
    return {key: each for key, each in found.items() if each is not None}


def _permitted(design: Design, spec: Specification) -> Design | None:
    """The design as the sample and the concept permit it, None where they do not.

    Without an intervention in the sample none rests on interventions, and positions of all foreigners, or trades by
    holder, are not published back to the beginning of the long sample.
    """
    if design.long and not _published(design, spec):
        return None
    if not design.instruments or intervened(spec):
        return design
    left = tuple(name for name in design.instruments if not name.startswith("intervention"))
    return replace(design, instruments=left) if left else None


def _published(design: Design, spec: Specification) -> bool:
    """Whether purchases are published from the beginning of the long sample under the concept of the specification."""
    if spec.concept == baseline.concept:  # a sample that it does not reach is an error, not a design less
        return True
    name = f"{design.sale.slug}_net_purchases"
    first = str(loaded(spec, name).frame[name].dropna().index[0])
    return first <= window(spec, "whole" if design.sale == FOREIGN else "long")[0]


def data_of(design: Design, spec: Specification, *, premia: bool = False, further: tuple[str, ...] = ()) -> Dataset:
    """The months and columns of a design; ``premia`` puts term premia in the place of yields."""
    options = {"responses": spec.yields.premia, "ends": False} if premia else {"responses": spec.yields.maturities}
    if design.long:
        return long_monthly(design.sale, spec, **options if premia else {"responses": spec.yields.averages})
    data = monthly(design.sale, spec, further=further, **options)
    if not design.instruments:
        return data
    index, left_out = pd.PeriodIndex(data.frame.index), () if design.hubs else spec.panel.hubs
    made = {
        "granular": lambda: granular(spec, exclude=left_out).series,
        "china_shock": lambda: granular(spec, exclude=left_out).shocks["china"],
        "intervention": lambda: interventions(index).series,
        "intervention_shock": lambda: intervention_shocks(spec).series,
        "intervention_record": lambda: recorded_operations(index, spec).series,
    }
    return with_instruments(data, **{name: made[name] for name in design.instruments})


def project(
    design: Design, spec: Specification, *, horizon: int, premia: bool = False, controls: tuple[str, ...] | None = None
) -> ProjectionResults:
    """Estimate one design; the response is the yield relative to the month before the sale."""
    usual = spec.projection.long_controls if design.long else spec.primary.controls
    controls = usual if controls is None else controls
    data = data_of(design, spec, premia=premia, further=tuple(name for name in controls if name not in usual))
    kept = spec.yields.premia if premia else spec.yields.averages if design.long else spec.yields.maturities
    responses = tuple(name for name in data.frame.columns if name in kept)
    model = LocalProjection(
        data, response=responses, impulse=design.sale.name, controls=controls,
        lags=spec.projection.long_lags if design.long else spec.projection.lags, instrument=design.instruments or None,
        difference=True,
    )  # fmt: skip
    return model.fit(horizon)


def impact(
    fit: ProjectionResults, response: str, horizon: int, spec: Specification, *, small_sample: bool = True
) -> Estimate | Unavailable:
    """One response of a design, with its weak-instrument-robust set if it has an instrument."""
    name = response if response in fit.parent.responses else f"{response}_average"
    if name not in fit.parent.responses:
        return Unavailable("no yield of this maturity in this sample")
    estimate = replace(fit.irf.at(horizon, response=name, level=spec.level), units="bp per 1% of debt")
    if not fit.parent.instruments:
        return estimate
    region = fit.robust_set(name, horizon, level=spec.level, small_sample=small_sample)
    ends: tuple[float | Unavailable, ...] = (region.lower, region.upper) if region.intervals else (EMPTY, EMPTY)
    return replace(estimate, lower=ends[0], upper=ends[1], region=region)
