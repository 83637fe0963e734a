"""Specification curves: the tables that every specification reads, and the regressions of H1 and H2 for one set of choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

import econ
from analyses._bench import dollars_bought
from analyses._measurement import BUND
from analyses._projections import granular
from analyses._samples import loaded
from analyses.specification import FED, Specification
from econ import Unavailable
from econ.arrays import Array, Mask
from econ.data import flows
from econ.data.flows import debt_scale
from econ.multiverse import LinearSpecification, Rule, SpecificationCurve

UNITS = {"sale": "bp per 1% of debt sold", "share": "share of a sale"}
HOLDERS = ("china", "china_belgium", "official", "foreign", "japan", "uk", "japan_uk")
COLUMNS = {"purchases": "net_purchases", "positions": "position_change"}
Held: TypeAlias = tuple[pd.DataFrame | None, Mask]
Known: TypeAlias = tuple[pd.Series, Mask]
"""Numbers, and the months in which they are known."""
POLICY = {"none": (), "policy": (FED, BUND), "all": (FED, BUND, "financial_conditions")}


@dataclass(frozen=True, eq=False)
class Tables:
    """Monthly series over all samples: what holders sold by concept, changes of yields, controls, instruments, weights."""

    sold: pd.DataFrame
    changes: pd.DataFrame
    controls: pd.DataFrame
    instruments: pd.DataFrame
    calm: pd.Series
    debt: pd.Series
    samples: dict[str, tuple[str, str]]
    level: float
    strong: float


def tables(spec: Specification) -> Tables:
    """Read everything once."""
    names = [f"{name.removesuffix('_sales')}" for name in HOLDERS]
    sold = {
        f"{who} {concept}": -flows(who, column, concept=spec.concept, as_of=spec.as_of)["value"]
        if concept == "purchases"
        else -flows(who, column, as_of=spec.as_of)["value"]
        for who in names
        for concept, column in COLUMNS.items()
    }
    frame = pd.DataFrame(sold)
    index = pd.period_range(spec.sample.whole[0], spec.sample.whole[1], freq="M")
    wanted = (*spec.multiverse.outcomes, *POLICY["all"])
    both = pd.DataFrame({name: _moved(spec, name) for name in wanted}).reindex(index)
    own = granular(spec)
    instruments = pd.DataFrame(
        {"granular": own.series, "granular china": own.shocks["china"], "intervention": -dollars_bought(spec)}
    )
    return Tables(
        frame.reindex(index), both[list(spec.multiverse.outcomes)], both[list(POLICY["all"])], instruments.reindex(index), _calm(spec, index),
        debt_scale(index, as_of=spec.as_of), {name: getattr(spec.sample, name) for name in spec.multiverse.samples} | {"main": spec.sample.main}, spec.level,
        spec.multiverse.strong,
    )  # fmt: skip


def _moved(spec: Specification, name: str) -> pd.Series:
    """A series over all months that it has, a yield as its change in basis points; loaded together all end with the shortest."""
    data = loaded(spec, name)
    if data.variables[name].units == "percent":
        data = data.convert(**{name: "basis points"}).transform(**{name: "diff"})
    return data.frame[name]


def _calm(spec: Specification, index: pd.PeriodIndex) -> pd.Series:
    """One over the variance of daily changes of the yield in the month before."""
    daily = econ.load(spec.primary.maturity, frequency="D", as_of=spec.as_of).frame[spec.primary.maturity].dropna()
    moved = (100.0 * daily.diff()).dropna()
    squares = (moved**2).groupby(pd.DatetimeIndex(moved.index).to_period("M")).mean()
    return (1.0 / squares.shift()).reindex(index)


def sale(
    have: Tables,
    seller: str,
    concept: str,
    outcome: str,
    horizon: int,
    controls: str,
    lags: int,
    sample: str,
    design: str,
    weights: str,
    scale: str = "debt",
) -> LinearSpecification | Unavailable:
    """Change of a yield from the month before a sale to ``horizon`` months after it, on the sale."""
    column = f"{seller} {concept}"
    scaled = sample if scale == "dollars" else ""
    sold, moved = _alone(have, column, scaled), _over(have, outcome, horizon)
    held = _held(have, column, outcome, controls, lags, scaled)
    return _specified(moved, sold, held, have, sample=sample, weights=weights, horizon=horizon, units=UNITS["sale"],
                      instrument=_instrument(have, design, seller))  # fmt: skip


def share(
    have: Tables,
    seller: str,
    ally: str,
    concept: str,
    horizon: int,
    controls: str,
    lags: int,
    design: str,
    weights: str,
) -> LinearSpecification | Unavailable:
    """What an ally bought from the month of a sale on, of what the seller sold: by the part of its sale that is new."""
    column, other = f"{seller} {concept}", f"{ally} {concept}"
    held = _held(have, column, other, controls, lags)
    instrument = _alone(have, column) if design == "least squares" else _instrument(have, design, seller)
    return _specified(_over(have, other, horizon), _over(have, column, horizon, sold=True), held, have, sample="main",
                      weights=weights, horizon=horizon, units=UNITS["share"], instrument=instrument)  # fmt: skip


@cache
def _sold(have: Tables, column: str, sample: str = "") -> pd.Series:
    """Sales, percent of the debt; with a sample, in dollars, which are one percent of its mean debt."""
    sold = have.sold[column]
    return sold * have.debt / float(have.debt[slice(*have.samples[sample])].mean()) if sample else sold


@cache
def _now(have: Tables, name: str) -> tuple[str, pd.Series]:
    """What moves in a month: a yield, or the purchases of an ally."""
    return ("moved", have.changes[name]) if name in have.changes else ("bought", -have.sold[name])


def _known(series: pd.Series) -> Known:
    return series, series.notna().to_numpy()


@cache
def _alone(have: Tables, column: str, sample: str = "") -> Known:
    """Sales of a month."""
    return _known(_sold(have, column, sample))


@cache
def _over(have: Tables, name: str, horizon: int, *, sold: bool = False) -> Known:
    """The sum from a month to ``horizon`` months after it of what moves, or of sales."""
    series = _sold(have, name) if sold else _now(have, name)[1]
    return _known(series.rolling(horizon + 1).sum().shift(-horizon))


@cache
def _held(have: Tables, column: str, other: str, controls: str, lags: int, scaled: str = "") -> Held:
    """Lags of the system, and the controls of the month with their lags; and the months in which all are known."""
    lagged = {"sold": _sold(have, column, scaled)} | dict([_now(have, other)])
    columns = {f"{name} {k}": _lag(series, k) for name, series in lagged.items() for k in range(1, lags + 1)}
    columns |= {f"{name} {k}": _lag(have.controls[name], k) for name in POLICY[controls] for k in range(lags + 1)}
    if not columns:
        return None, np.ones(len(have.debt), dtype=bool)
    values = np.column_stack(list(columns.values()))
    return pd.DataFrame(values, have.debt.index, list(columns)), np.asarray(np.isfinite(values).all(axis=1))


def _lag(series: pd.Series, k: int) -> Array:
    """Values of k months before."""
    return np.concatenate([np.full(k, np.nan), series.to_numpy(dtype=float)[: len(series) - k]])


@cache
def _months(have: Tables, sample: str) -> Mask:
    first, last = (pd.Period(each, freq="M") for each in have.samples[sample])
    return np.asarray((have.debt.index >= first) & (have.debt.index <= last))


@cache
def _instrument(have: Tables, design: str, seller: str) -> Known | None:
    if design == "least squares":
        return None
    own = f"{design} china" if design == "granular" and seller.startswith("china") else design
    return _known(have.instruments[own])


@cache
def _weights(have: Tables, weights: str) -> Known | None:
    return None if weights == "equal" else _known(have.calm)


def _specified(
    outcome: Known,
    regressor: Known,
    controls: Held,
    have: Tables,
    *,
    sample: str,
    weights: str,
    horizon: int,
    units: str,
    instrument: Known | None,
) -> LinearSpecification | Unavailable:
    """The regression on the months of the sample in which everything is known, if its instrument is not weak."""
    held, known = controls
    calm = _weights(have, weights)
    masks = [each[1] for each in (outcome, regressor, instrument, calm) if each is not None]
    inside = np.logical_and.reduce([*masks, known, _months(have, sample)])
    count = np.count_nonzero(inside)
    rest: dict[str, Any] = {
        "sample": pd.Series(inside, have.debt.index), "weights": None if calm is None else calm[0], "level": have.level,
        "bandwidth": max(horizon + 1, round(0.75 * count ** (1.0 / 3.0))),
    }  # fmt: skip
    if instrument is not None:
        first_stage = LinearSpecification(regressor[0], instrument[0], held, **rest)
        if first_stage.z_score**2 < have.strong:
            return Unavailable(f"the instrument is weak: first-stage F below {have.strong:g}")
    through = None if instrument is None else instrument[0]
    return LinearSpecification(outcome[0], regressor[0], held, instrument=through, units=units, **rest)


OWNERS = "trades do not tell China's purchases before July 2011, nor were positions by country published"
RULES = (
    Rule("owner", {"seller": ("china", "china_belgium"), "sample": ("early", "long", "whole")}, OWNERS),
    Rule("officials", {"seller": "official", "sample": ("main", "whole")},
         "nobody published the purchases of officials from January 2021 to January 2023"),
    Rule("positions", {"seller": "foreign", "concept": "positions", "sample": ("early", "long", "whole")},
         "positions of all foreigners are published by month from June 2011"),
    Rule("policy", {"controls": ("policy", "all"), "sample": ("long", "whole")},
         "the Federal Reserve's purchases are in the archive from 2003"),
    Rule("panel", {"design": "granular", "sample": ("early", "long", "whole")}, "the panel of holders begins in July 2011"),
    Rule("officials' shocks", {"design": "granular", "seller": "official"}, "the panel does not tell officials"),
    Rule("operations", {"design": "intervention", "seller": ("china", "china_belgium")},
         "Japan's operations move Japan's holdings"),
    Rule("record", {"design": "intervention", "sample": ("long", "whole")}, "the record of operations begins in 1991"),
    Rule("dollars, lags", {"scale": "dollars", "lags": (0, 6)}, "dollars are tried with one number of lags"),
    Rule("dollars, weights", {"scale": "dollars", "weights": "calm"}, "dollars are tried with one set of weights"),
    Rule("price in the flow", {"design": ("granular", "intervention"), "concept": "positions"},
         "an instrument for purchases does not repair what prices do to positions"),
)  # fmt: skip
SHARE_RULES = (
    Rule("price in the flow", {"design": "granular", "concept": "positions"},
         "an instrument for purchases does not repair what prices do to positions"),
)  # fmt: skip


PRICED = Rule("prices", {"concept": "positions"}, "prices are a part of changes in position")


Base: TypeAlias = Callable[..., LinearSpecification | Unavailable]


def sale_base(spec: Specification) -> Base:
    """H1 by its choices; each specification is made once, however many curves and tests ask for it."""
    return cache(partial(sale, tables(spec)))


def share_base(spec: Specification) -> Base:
    """The same of H2."""
    return cache(partial(share, tables(spec)))


def sale_curve(spec: Specification, *more: Rule, base: Base | None = None) -> SpecificationCurve:
    """The curve of H1, less what further rules leave out."""
    axes = spec.multiverse
    choices = {
        "seller": axes.sellers, "concept": axes.concepts, "outcome": axes.outcomes, "horizon": axes.horizons,
        "controls": axes.controls, "lags": axes.lags, "sample": axes.samples, "design": axes.designs, "weights": axes.weights,
        "scale": axes.scales,
    }  # fmt: skip
    return _curve(base or sale_base(spec), choices, (*RULES, *more))


def share_curve(spec: Specification, *more: Rule, base: Base | None = None) -> SpecificationCurve:
    """The curve of H2."""
    axes = spec.multiverse
    choices = {
        "seller": axes.ally_sellers, "ally": axes.allies, "concept": axes.concepts, "horizon": axes.ally_horizons,
        "controls": axes.ally_controls, "lags": axes.ally_lags, "design": axes.ally_designs, "weights": axes.weights,
    }  # fmt: skip
    return _curve(base or share_base(spec), choices, (*SHARE_RULES, *more))


def _curve(base: Base, choices: dict[str, tuple[Any, ...]], rules: tuple[Rule, ...]) -> SpecificationCurve:
    """An axis with one option is no choice; rules keep what they say of the others."""
    fixed = {axis: values[0] for axis, values in choices.items() if len(values) == 1}
    axes = {axis: values for axis, values in choices.items() if axis not in fixed}
    kept = []
    for rule in rules:
        when = {axis: (labels,) if isinstance(labels, str) else tuple(labels) for axis, labels in rule.when.items()}
        met = all(str(fixed[axis]) in labels for axis, labels in when.items() if axis in fixed)
        left = {
            axis: [each for each in labels if each in map(str, axes[axis])]
            for axis, labels in when.items()
            if axis in axes
        }
        if met and left and all(left.values()):
            kept.append(Rule(rule.name, left, rule.reason))
    return SpecificationCurve(partial(base, **fixed), axes, exclude=kept)
