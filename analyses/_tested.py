"""What the story claims as causes and behaviour, C1 to C9, each held against an estimate and its power."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analyses import _impacts, behaviour, freeze, replacement
from analyses import _operations as dated
from analyses._lines import FALLS, RISES, Line, Part, mean, normal
from analyses._samples import loaded, window
from analyses._stated import gold
from analyses._words import name_of, span
from analyses.behaviour import CURRENCY, TENSION, VOLATILITY
from analyses.specification import CHINA, JAPAN, Specification
from econ import Dataset, LocalProjection, Unavailable
from econ.data import Variable, flows, holder
from econ.errors import EstimationError
from econ.infer import Claim, bai_perron, ewc, ewc_terms, fieller, regress
from econ.infer.regression import Regression
from econ.offset import event_months, reaction_function
from econ.report import Estimate

ALLIED, BEFORE, AFTER = "allied_net_purchases", "before", "after"


def causes(spec: Specification) -> list[Line]:
    """Lines of the causes and the behaviour, in order."""
    return [
        _impact(spec), _offset(spec), _steadied(spec), _political(spec), _frozen(spec), _strategic(spec), _haven(spec),
        _gold(spec), _losers(spec),
    ]  # fmt: skip


def _impact(spec: Specification) -> Line:
    """C1: the cells of the paper that decide H1: operations on both records, and the primary cell of the projections."""
    cells: dict[str, Estimate | Unavailable] = {
        f"operations, {words.lower()}": dated.primary(dated.fitted(record, spec), spec)
        for words, record in dated.records(spec).items()
    }
    design = _impacts.design_of(_impacts.primary_key(spec), spec)
    fit = _impacts.project(design, spec, horizon=spec.primary.horizon)
    cells["projections"] = _impacts.impact(fit, spec.primary.maturity, spec.primary.horizon, spec)
    missing = [words for words, cell in cells.items() if isinstance(cell, Unavailable)]
    if missing:
        raise EstimationError(f"the price impact of {missing[0]} is not available, so the claim cannot be judged.")
    parts = tuple(
        Part(Claim(f"bp that a sale of 1% of debt adds to the yield, {words}", RISES, "sign"), cell)
        for words, cell in cells.items()
        if not isinstance(cell, Unavailable)
    )
    return Line("C1", "Chinese selling raises yields", f"operations; projections, {span(window(spec))}",
                parts, shown=len(parts) - 1, note="Shown: the primary cell of the projections; the response to operations stands in their own tables.")  # fmt: skip


def _offset(spec: Specification) -> Line:
    """C2: Japan's share of a Chinese sale, in the cell of the paper that decides."""
    share = replacement.share(replacement.surveyed(spec), JAPAN, spec)
    claim = Claim("share of a Chinese sale that Japan buys", spec.ledger.most, "at least")
    said = replacement.verdict(share, spec)
    return Line("C2", "Allied buying offsets it", f"TIC, {span(spec.replacement.sample)}", (Part(claim, share),),
                note=f"Of Japan alone: what the UK buys is its custodians'. The paper's own rule, a set below {spec.replacement.less_than:g}: {said}.")  # fmt: skip


def _allied(spec: Specification) -> Dataset:
    """Terms of reaction functions, with what the allies bought together."""
    data = behaviour.monthly(spec)
    names = [f"{slug}_net_purchases" for slug in spec.ledger.allies]
    flow = loaded(spec, *names)
    bought = flow.frame.sum(axis=1, min_count=len(names)).reindex(data.frame.index)
    columns = [VOLATILITY, "financial_conditions", CURRENCY]
    frame = data.frame[columns].assign(**{ALLIED: bought})
    made = Variable(ALLIED, "Allies: net purchases", "percent of debt", "the allies buy")
    variables = {name: data.variables[name] for name in columns} | {ALLIED: made}
    return Dataset(frame, variables, (*data.vintages, *flow.vintages), parent=data)


def _steadied(spec: Specification) -> Line:
    """C3: volatility after a purchase that operations bring about, and what allies bought in months of stress."""
    choices = spec.ledger
    model = LocalProjection(
        _allied(spec), response=VOLATILITY, impulse=ALLIED, controls=("financial_conditions",), lags=choices.lags,
        instrument=CURRENCY, difference=True,
    )  # fmt: skip
    fit = model.fit(choices.after_stress)
    effect = _impacts.impact(fit, VOLATILITY, choices.after_stress, spec)
    if isinstance(effect, Unavailable):
        raise EstimationError(f"the response of volatility is not available: {effect.reason}.")
    region = effect.region
    calmer = Claim("bp of volatility after allies buy 1% of debt", FALLS, "sign", units="bp")
    found = normal(effect.value, _error(effect), level=spec.level, units="bp", label="volatility", nobs=effect.nobs)
    found = found if region is None else _with(found, region)
    bought = {each.key: _bought(each.first, each.last, spec) for each in choices.stress}
    held = Claim("spells of stress in which allies bought", float(len(bought)), "at least")
    first = choices.allies[:1]
    spells = ", ".join(
        f"{each.key} {bought[each.key]:+.0f} ({name_of(first[0])} {_bought(each.first, each.last, spec, first):+.0f})"
        for each in choices.stress
    )
    strength = fit.first_stage(choices.after_stress).statistic
    return Line("C3", "Allied buying steadied the market", f"TIC; H.15 days; operations, {span(window(spec))}", (
        Part(calmer, found), Part(held, float(sum(value > 0.0 for value in bought.values())))),
        note=f"Allies bought, USD bn: {spells}. First stage F {strength:.1f}. Measures of dealers' quotes and options are not archived "
             "(python -m econ data fetch VIXCLS).",
        more={"c3_spells": sum(value > 0.0 for value in bought.values()), "c3_f": strength})  # fmt: skip


def _with(found: Estimate, region: Any) -> Estimate:
    return replace(found, lower=region.lower, upper=region.upper, region=region)


def _error(estimate: Estimate) -> float:
    if isinstance(estimate.std_error, Unavailable):
        raise EstimationError(f"{estimate.label} has no standard error: {estimate.std_error.reason}.")
    return float(estimate.std_error)


def _bought(first: str, last: str, spec: Specification, allies: tuple[str, ...] = ()) -> float:
    """What all allies, or some, bought in a spell, USD billion."""
    series = [
        flows(slug, scale="usd_bn", concept=spec.concept, as_of=spec.as_of)["value"][first:last]
        for slug in allies or spec.ledger.allies
    ]
    return float(sum(each.sum(skipna=False) for each in series))


def _in_tension(spec: Specification) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Purchases by month and holder, percent of its position; events of tension by month; who is an ally."""
    first, last = window(spec)
    found = freeze.groups(spec, custody=False)
    bought = found.bought.loc[first:last]
    index = pd.PeriodIndex(bought.index)
    tension = event_months(index, known=(index[0], index[-1]))  # an assumption: the catalogue lacks none
    return bought, tension.to_numpy(dtype=float), ~found.is_distant


def slopes(bought: pd.DataFrame, tension: np.ndarray) -> pd.Series:
    """Slope of each holder's purchases on events of tension.

    With effects of holders and months the coefficient of ally x tension is the difference of the groups' mean slopes.
    """
    moved = tension - tension.mean()
    found: pd.Series = (bought - bought.mean()).T @ moved / float(moved @ moved)
    return found


def _political(spec: Specification) -> Line:
    """C4: whether allies buy more than others in months of tension, whatever all do then."""
    bought, tension, ally = _in_tension(spec)
    by_holder = slopes(bought, tension)
    effect = freeze.difference(by_holder, ally, spec.level)
    claim = Claim("purchases of allies less others, an event of tension", RISES, "sign", units=effect.units)
    tests = {
        "alliances dealt anew": freeze.dealt(by_holder, ally, spec.ledger.draws, spec.rng),
        "the wild bootstrap": freeze.wild(bought, tension, ally, spec.ledger.draws, spec.rng),
    }
    return Line("C4", "Allied buying is political", f"TIC, {len(by_holder)} holders, {span(window(spec))}", (Part(claim, effect),),
                p_values=tests, size=1.0 - spec.level,
                note=f"Effects of months take what moves all alike: yields, the dollar. Tension, in {int((tension > 0.0).sum())} months: threats, freezes and tariffs of the catalogue of events; votes in "
                     "the United Nations, indices of geopolitical risk and exchange rates of each holder are not archived, and no fetch reads the first two.",
                more={f"c4_p_{number}": p_value for number, p_value in enumerate(tests.values(), start=1)})  # fmt: skip


def _frozen(spec: Specification) -> Line:
    """C5: the design on the freeze, China with its custodians."""
    effect, tests = freeze.freeze(spec)
    claim = Claim("purchases of distant less aligned holders after the freeze", FALLS, "sign", units=effect.units)
    return Line("C5", "The freeze changed distant holders' demand", f"TIC, {freeze.groups(spec, custody=True).bought.shape[1]} holders",
                (Part(claim, effect),), p_values=tests, size=1.0 - spec.level, note="Placebos and bounds stand in a table of its own; what could be seen is a month, 12 times as much a year.")  # fmt: skip


def _strategic(spec: Specification) -> Line:
    """C6: what China's purchases do after an event of tension, given volatility, yields, conditions and the Fed."""
    data = behaviour.monthly(spec)
    terms = {
        group: names for group, names in behaviour.TERMS.items() if CHINA not in names and group != "Yield over the UK"
    }
    fit = reaction_function(
        data, CHINA, terms, lags=spec.ledger.lags, own_lags=spec.ledger.lags, contemporaneous=(TENSION,)
    )
    names = [name for name in fit.regression.coefficients.index if name == TENSION or name.endswith(f".{TENSION}")]
    effect = summed(fit.regression, names, level=spec.level, units="% of debt")
    claim = Claim("China's purchases after an event of tension", FALLS, "sign", units="% of debt")
    tests = fit.tests["p_value"]
    others = ", ".join(f"{group} {float(tests[group]):.2f}" for group in terms if TENSION not in terms[group])
    return Line("C6", "China's selling is strategic", f"TIC, {span(window(spec))}", (Part(claim, effect),),
                note=f"Sum of the month and {spec.ledger.lags} lags. p-values of the other terms: {others}.",
                more={"c6_p": float(tests["Threats, freezes, tariffs"])})  # fmt: skip


def summed(fit: Regression, names: list[str], *, level: float, units: str) -> Estimate:
    """Sum of coefficients with the error of their covariance."""
    value = float(fit.coefficients[names].sum())
    error = float(np.sqrt(fit.covariance.loc[names, names].to_numpy().sum()))
    return normal(value, error, level=level, units=units, label="sum of coefficients", nobs=fit.nobs)


def weekly(spec: Specification) -> pd.DataFrame:
    """Changes from Friday to Friday: the yield (bp) and financial conditions (standard deviations)."""
    first, last = spec.ledger.haven
    conditions = loaded(spec, "financial_conditions", frequency="W").frame["financial_conditions"]
    quotes = loaded(spec, spec.primary.maturity, frequency="D").frame[spec.primary.maturity].dropna()
    frame = pd.DataFrame({"yield": 100.0 * quotes.reindex(conditions.index, method="ffill"), "conditions": conditions})
    return frame.loc[first:last].diff().iloc[1:].dropna()


def _haven(spec: Specification) -> Line:
    """C7: the yield in weeks in which conditions tighten, before and after a known date, and a break at any."""
    choices, frame = spec.ledger, weekly(spec)
    late = (pd.DatetimeIndex(frame.index) > pd.Timestamp(choices.haven_ends)).astype(float)
    design = pd.DataFrame({BEFORE: frame["conditions"] * (1.0 - late), AFTER: frame["conditions"] * late, "late": late})
    fit = regress(frame["yield"], design, cov="hac", bandwidth=choices.haven_lags)
    after = fit.estimate(AFTER, level=spec.level, units="bp")
    error = float(np.sqrt(fit.covariance.loc[[BEFORE, AFTER], [BEFORE, AFTER]].to_numpy() @ [-1.0, 1.0] @ [-1.0, 1.0]))
    gap = fit.coefficients[AFTER] - fit.coefficients[BEFORE]
    change = normal(float(gap), error, level=spec.level, units="bp", label="change", nobs=fit.nobs)
    rises = Claim(f"bp of yield when conditions tighten by one, after {choices.haven_ends}", RISES, "sign", units="bp")
    more = Claim("the same less that before it", RISES, "sign", units="bp")
    broken = bai_perron(frame["yield"], frame["conditions"], max_breaks=1, draws=choices.haven_draws, rng=spec.rng)
    p_value = float(broken.tests["p_value"].iloc[0])
    return Line("C7", "From haven to source of pressure", f"H.15, NFCI, weeks, {span(choices.haven)}", (Part(rises, after), Part(more, change)),
                note=f"Before it {fit.coefficients[BEFORE]:.1f} bp; a break at any date has p = {p_value:.2f}. The index holds spreads of yields; "
                     "equities and option prices are not archived (python -m econ data fetch VIXCLS).",
                more={"c7_change": change, "c7_break_p": p_value})  # fmt: skip


def _gold(spec: Specification) -> Line:
    """C8: gold bought against Treasuries sold, a month, as a ratio in the note and without dividing in the parts."""
    choices = spec.ledger
    sold = -flows(choices.gold_seller, scale="usd_bn", concept=spec.concept, as_of=spec.as_of)["value"]
    both = pd.DataFrame({"gold": gold(spec)["bought"], "sold": sold}).loc[choices.gold_since :].dropna()
    enough, sells = (
        mean(each, level=spec.level, units="USD bn a month", label="a month")
        for each in (both["gold"] - choices.most * both["sold"], both["sold"])
    )
    covariance, terms = _long_run((both - both.mean()).to_numpy())
    ratio = fieller(float(both["gold"].mean()), float(both["sold"].mean()), covariance, level=spec.level, df=terms)
    shares = f"{float(both['gold'].sum() / both['sold'].sum()):.2f}, set {ratio}"
    return Line("C8", "Gold replaces Treasuries", f"SAFE; TIC, {both.index[0]} to {both.index[-1]}", (
        Part(Claim("China and custodians sell, a month", RISES, "sign", units="USD bn a month"), sells),
        Part(Claim(f"gold bought less {choices.most:g} of sales, a month", RISES, "sign", units="USD bn a month"), enough)), shown=1,
        note=f"Gold {both['gold'].mean():.2f}bn a month, as far as it is reported, over sales {both['sold'].mean():.2f}bn: {shares}.",
        more={"c8_gold": float(both["gold"].mean()), "c8_sold": sells})  # fmt: skip


def _long_run(centred: np.ndarray) -> tuple[np.ndarray, int]:
    """Covariance of the means of two series by equal-weighted cosines, and how many."""
    ones, terms = np.ones((len(centred), 1)), ewc_terms(len(centred))
    one, two, both = (float(ewc(ones, each, terms=terms)[0, 0]) for each in (*centred.T, centred.sum(axis=1)))
    cross = 0.5 * (both - one - two)
    return np.array([[one, cross], [cross, two]]), terms


def returned(slug: str, spec: Specification) -> pd.Series:
    """Published change in value over the position a month before, percent; a sum for several holders."""
    parts = [
        flows(slug, measure, scale="usd_bn", imputed=False, as_of=spec.as_of)["value"]
        for measure in ("valuation_change", "position")
    ]
    return 100.0 * parts[0] / parts[1].shift(1)


def _losers(spec: Specification) -> Line:
    """C9: what allies earned by price less what China did; coupons are nearly alike and left out."""
    choices = spec.ledger
    first, last = choices.returns
    allies = returned("+".join(_codes(choices.allies)), spec)
    gap = (allies - returned("china", spec)).loc[first:last]
    effect = mean(gap, level=spec.level, units="% a month", label="allies less China")
    claim = Claim("return of allies less that of China", FALLS, "sign", units="% a month")
    lost = {slug: float(flows(slug, "valuation_change", scale="usd_bn", as_of=spec.as_of)["value"][first:last].sum())
            for slug in (*choices.allies, "china")}  # fmt: skip
    alone = (returned(choices.allies[0], spec) - returned("china", spec)).loc[first:last]
    japan = mean(alone, level=spec.level, units="% a month", label="the first ally less China")
    words = ", ".join(f"{name_of(slug)} {value:+.0f}" for slug, value in lost.items())
    odd, usual = (float(returned(slug, spec).loc[first:last].mean()) for slug in (choices.allies[-1], "foreign"))
    each = Claim(
        f"return of {name_of(choices.allies[0])} by itself less that of China", FALLS, "sign", units="% a month"
    )
    return Line("C9", "Allies alone bear the losses", f"TIC SLT, {first} to {last}", (Part(claim, effect), Part(each, japan)), shown=1,
                note=f"Changes in value, USD bn: {words}; without coupons and bills. Of allies together {effect}, all of it in the UK's custody, whoever owns it, "
                     f"and no price: the UK's position changes in value by {odd:.2f}% a month, that of all foreign holders by {round(usual, 2) + 0.0:.2f}%. The second part was added when that had been seen.",
                more={"c9_first": japan, **{f"c9_{slug}": value for slug, value in lost.items()}})  # fmt: skip


def _codes(slugs: tuple[str, ...]) -> list[str]:
    return [holder(slug).code for slug in slugs]
