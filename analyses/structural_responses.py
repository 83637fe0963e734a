"""Structural responses: yields after sales and purchases under every identification that the archive permits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import pandas as pd

import econ
from analyses._projections import own_shocks
from analyses._samples import actions, ordered, sampled, window, without_controls
from analyses._units import debt_tn, per_100bn
from analyses._words import counted, label, listing, months, series, yield_words
from analyses.specification import Specification, baseline, estimated, system
from econ import Cholesky, Dataset, Estimate, MovingBlock
from econ.errors import EstimationError, IdentificationError, SampleTooShort, WeakInstrument
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded
from econ.var import IRF, Heteroskedasticity, NonGaussian, Proxy, SignRestrictions, StructuralResults, VARResults
from econ.var.schemes.heteroskedasticity import HeteroskedasticityResults
from econ.var.schemes.non_gaussian import gaussianity
from econ.var.schemes.proxy import ProxyResults
from econ.var.sets.set_identified import SetIdentified
from econ.var.structure import together

FAILURES = (IdentificationError, EstimationError, SampleTooShort)
"""What a scheme may fail with: the cell says why."""


@dataclass(frozen=True, eq=False)
class Case:
    """The VAR with one of the yields, the same before the correction for bias, and the granular shocks of its months."""

    spec: Specification
    fit: VARResults
    plain: VARResults
    own: Dataset


Identify = Callable[[Case, str], StructuralResults]


def cases(spec: Specification) -> dict[tuple[str, str], Case]:
    """By controls ("" or "_bare") and yield."""
    found: dict[tuple[str, str], Case] = {}
    shocks: dict[tuple[str, str], Dataset] = {}  # by months: neither yield nor controls matter to them
    for controls, chosen in (("", spec), ("_bare", without_controls(spec))):
        for name in maturities(spec):
            own = _within(chosen, name).changed("primary.maturity", name)
            data, months_of = system(own), window(own)
            if months_of not in shocks:
                shocks[months_of] = own_shocks(own)
            fit, plain = (
                estimated(data, own.var.lags, each) for each in (own, own.changed("var.bias_corrected", False))
            )
            found[controls, name] = Case(own, fit, plain, shocks[months_of])
    return found


def recursive(order: str) -> Identify:
    """One of the two recursive orders."""

    def identify(case: Case, holder: str) -> StructuralResults:
        return case.fit.identify(Cholesky(*ordered(case.spec, order)))

    return identify


def proxied(case: Case, holder: str) -> StructuralResults:
    """The holder's own granular shock as the instrument."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)  # the first stage is printed beside the result
        return case.fit.identify(Proxy(case.own.select(holder.removesuffix("_net_purchases")), shock=holder))


def by_variance(case: Case, holder: str) -> StructuralResults:
    """Regimes of variance by date, read off least-squares residuals."""
    scheme = Heteroskedasticity(regimes(case), method="moments")
    return scheme.identify(case.plain)  # its tests are printed beside the result, so nothing warns of them


def by_sign(case: Case, holder: str) -> StructuralResults:
    """A sale that raises the yield, a purchase that lowers it: the sign of H1 is imposed, its size is not."""
    spec = case.spec
    side, other = ("-", "+") if actions(spec)[holder][1] < 0 else ("+", "-")
    scheme = SignRestrictions({holder: {holder: side, spec.primary.maturity: other}}, draws=spec.var.sign_draws)
    return case.fit.identify(scheme, rng=spec.rng)


def by_shape(case: Case, holder: str) -> StructuralResults:
    """Independent components."""
    return case.fit.identify(NonGaussian())


REASONS = {
    "NotIdentified": "shocks too close to Gaussian to be told apart",
    "NotConverged": "no convergence",
    "SampleTooShort": "too few months in a regime",
}
SCHEMES: dict[str, tuple[str, Identify]] = {
    "flows_first": ("Recursive, flows first", recursive("flows_first")),
    "yields_first": ("Recursive, yields first", recursive("yields_first")),
    "proxy": ("Own granular shock", proxied),
    "variance": ("Regimes of variance", by_variance),
    "sign": ("Signs (sign imposed)", by_sign),
    "shape": ("Independent components", by_shape),
}


SHARED = ("flows_first", "yields_first", "variance", "shape")  # one identification serves all holders
UNBANDED = ("shape",)  # a check without intervals, whose absence is no missing number
SAMPLED = ("flows_first", "yields_first", "proxy")  # read off the same bootstrap samples


def regimes(case: Case) -> pd.Series:
    """Label of each month: the regime that it falls into."""
    ends = [pd.Period(end, freq="M") for end in case.spec.var.regimes]
    index = case.plain.data.frame.index
    return pd.Series([sum(month > end for end in ends) for month in index], index=index)


def maturities(spec: Specification) -> dict[str, str]:
    """Yields of the table and their heads."""
    return {name: label(name) for name in spec.yields.maturities} | {spec.yields.premium: "Term premium"}


Cells: TypeAlias = dict[str, Estimate | Unavailable]
Found: TypeAlias = dict[tuple[str, str], StructuralResults | Unavailable]
Made: TypeAlias = dict[tuple[str, str], IRF | Unavailable]


def identified(case: Case, *keys: str) -> Found:
    """Shocks by scheme and holder, or why there are none; no holder where one identification serves all of them."""
    found: Found = {}
    for key in keys:
        for holder in list(actions(case.spec))[: 1 if key in SHARED else None]:
            try:
                found[key, "" if key in SHARED else holder] = SCHEMES[key][1](case, holder)
            except FAILURES as error:
                found[key, "" if key in SHARED else holder] = _missing(error)
    return found


def responses(found: Found, spec: Specification) -> dict[str, Cells]:
    """Cumulated responses of the yield after the primary horizon to each holder's sale or purchase of 1% of debt."""
    drawn = {at: each for at, each in found.items() if at[0] in SAMPLED and not isinstance(each, Unavailable)}
    made: Made = dict(zip(drawn, _together([*drawn.values()], spec), strict=True))
    made |= {at: _alone(each, spec) for at, each in found.items() if at not in drawn}
    return {
        key: {holder: _read(made[key, "" if key in SHARED else holder], holder, spec) for holder in actions(spec)}
        for key in dict.fromkeys(key for key, _ in found)
    }


def _together(several: list[StructuralResults], spec: Specification) -> list[IRF | Unavailable]:
    """Responses with draws from the same samples; each by itself if one of them does not exist."""
    try:
        boot = MovingBlock(draws=spec.var.draws)
        return [*(together.irfs(several, spec.primary.horizon, boot, rng=spec.rng) if several else [])]
    except FAILURES as error:
        if len(several) == 1:
            return [_missing(error)]
        return [made for each in several for made in _together([each], spec)]


def _alone(svar: StructuralResults | Unavailable, spec: Specification) -> IRF | Unavailable:
    """Responses with draws of their own: errors by regime, draws under signs, none for a check without bands."""
    if isinstance(svar, Unavailable):
        return svar
    boot = MovingBlock(draws=spec.var.scheme_draws) if isinstance(svar.scheme, Heteroskedasticity) else None
    try:
        return svar.irf(spec.primary.horizon, bootstrap=boot, rng=None if boot is None else spec.rng)
    except FAILURES as error:
        return _missing(error)


def _missing(error: Exception) -> Unavailable:
    return Unavailable(REASONS.get(type(error).__name__, "the estimate does not exist"))


def _within(spec: Specification, yield_name: str) -> Specification:
    """The published term premium ends before the sample; panel and system then end with it."""
    first, last = spec.sample.main
    published = str(econ.load(yield_name, as_of=spec.as_of).frame.index[-1])
    return spec.changed("sample.main", (first, min(last, published)))


def _read(irf: IRF | Unavailable, holder: str, spec: Specification) -> Estimate | Unavailable:
    """The yield's response to one holder, scaled to 1% of debt on impact and summed over the months."""
    if isinstance(irf, Unavailable):
        return irf
    if holder not in irf.shocks:
        return Unavailable("no shock loads most on this holder")
    one = irf.shock(holder).scale(to=actions(spec)[holder][1], response=holder, horizon=0).cumulate()
    found = one.at(spec.primary.horizon, response=spec.primary.maturity, level=spec.level)
    return replace(found, units="bp per 1% of debt")


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Every holder at four maturities by every scheme, with and without controls, and what identifies them."""
    every = cases(spec)
    found = {at: identified(case, *SCHEMES) for at, case in every.items()}
    read = {at: responses(each, every[at].spec) for at, each in found.items()}
    cells = {
        (controls, key, name): read[controls, name][key]
        for controls in ("", "_bare")
        for key in SCHEMES
        for name in maturities(spec)
    }
    numbers: dict[str, Estimate | float | int | str | Unavailable] = {}
    for (controls, key, name), row in cells.items():
        maturity = "" if name == spec.primary.maturity else f"_{name}"
        for holder, cell in row.items():
            title = f"{key}_{holder.removesuffix('_net_purchases')}{maturity}{controls}"
            numbers |= {title: cell, f"{title}_100bn": per_100bn(cell, spec)}
    numbers |= {"away": _away(cells, "", spec), "away_bare": _away(cells, "_bare", spec)}
    strength, tested = _identification({end: found[end, spec.primary.maturity] for end in ("", "_bare")}, spec)
    return Exhibit(
        key="structural_responses", title="Responses by identification", numbers=numbers | tested,
        tables={
            **{_stem(holder, place): _table(holder, cells, spec) for place, holder in enumerate(actions(spec))},
            "identification": strength,
        },
        spec=spec,
    )  # fmt: skip


def _stem(holder: str, place: int) -> str:
    """Name of a holder's table: the first has none."""
    return holder.removesuffix("_net_purchases") if place else ""


def _away(cells: dict[tuple[str, str, str], Cells], controls: str, spec: Specification) -> str:
    """Cells whose interval excludes zero, in words; signs are left out, because they impose the side."""
    found = []
    for key, (scheme, _) in SCHEMES.items():
        for holder, (words, _) in actions(spec).items():
            names = []
            for name, maturity in maturities(spec).items():
                cell = cells[controls, key, name][holder]
                if key != "sign" and not isinstance(cell, Unavailable) and _excludes_zero(cell):
                    names.append(maturity.lower())
            if names:
                found.append(f"{scheme.lower()}: {words}, {' and '.join(names)}")
    return "; ".join(found) or "none"


def _excludes_zero(cell: Estimate) -> bool:
    ends = (cell.lower, cell.upper)
    lower, upper = (end if isinstance(end, float) else 0.0 for end in ends)
    return lower * upper > 0.0


def _table(holder: str, cells: dict[tuple[str, str, str], Cells], spec: Specification) -> Table:
    """One holder's table: schemes by maturity, with controls above, without below."""
    words, main_one = actions(spec)[holder][0], spec.primary.maturity
    rows: list[Row | Panel] = []
    for controls, when in (("", "with controls"), ("_bare", "without controls")):
        rows.append(Panel(f"{words} 1% of debt, {when}: yields after {months(spec.primary.horizon)}, bp"))
        for key, (scheme, _) in SCHEMES.items():
            row = [cells[controls, key, name][holder] for name in maturities(spec)]
            rows.append(
                Row(
                    scheme,
                    [*row, per_100bn(cells[controls, key, main_one][holder], spec)],
                    below="none" if key in UNBANDED else None,
                )
            )
    notes = [
        f"Cumulated responses of the VAR with {counted(spec.var.lags, 'lag')}; {spec.level:.0%} intervals (moving-block bootstrap; "
        "posterior draws under signs, where the point is the median target; independent components, a check, have none). A shock is scaled to 1% of debt on "
        f"impact; $100bn are {10.0 / debt_tn(spec):.3f}% of today's debt, so that any cell times {10.0 / debt_tn(spec):.3f} is per $100bn. "
        f"Controls: {listing([series(name) for name in spec.var.controls])}. The term premium of Adrian, Crump and Moench ends "
        f"in {_last(spec)}."
    ]  # fmt: skip
    return Table(
        [*maturities(spec).values(), f"{label(main_one)}, per $100bn"], rows, decimals=0, below="interval", notes=notes
    )


def _last(spec: Specification) -> str:
    """Last month of the published term premium."""
    name = spec.yields.premium
    return str(econ.load(name, as_of=spec.as_of).frame.index[-1])


def _identification(both: dict[str, Found], spec: Specification) -> tuple[Table, dict[str, float]]:
    """First stages, tests of the variance regimes and of normality, acceptance of the signs: with and without controls."""
    rows: list[Row | Panel] = []
    numbers: dict[str, float] = {}
    for end, when in (("", "with controls"), ("_bare", "without controls")):
        found = both[end]
        rows.append(Panel(f"Own granular shock, first stage: effective F and R², {when}"))
        for holder, (words, _) in actions(spec).items():
            stage = cast("ProxyResults", found["proxy", holder]).first_stage
            rows.append(Row(f"{words} ({stage['nobs']:.0f} months)", [float(stage["effective_f"]), float(stage["r2"])]))
            numbers[f"f_{holder.split('_')[0]}{end}"] = float(stage["effective_f"])
        rows.append(Panel(f"Regimes of variance: statistic and p-value, {when}"))
        rows += _variances(found["variance", ""], spec)
        shocks = cast("StructuralResults", found["flows_first", ""]).shocks
        pair = gaussianity(shocks).filter(like="two Gaussian", axis=0).iloc[0]
        rows.append(Panel(f"Recursive shocks nearest to Gaussian: statistic and p-value, {when}"))
        rows.append(Row("Both Gaussian", [pair["statistic"], pair["p_value"]]))
        rows.append(Panel(f"Signs, {when}"))
        rows += [
            Row(f"{words}: share of candidates accepted", [cast("SetIdentified", found["sign", holder]).acceptance, ""])
            for holder, (words, _) in actions(spec).items()
        ]
    return Table(["Statistic", "p-value or R²"], rows, decimals=2, notes=[sampled(spec)]), numbers


def _variances(svar: StructuralResults | Unavailable, spec: Specification) -> list[Row]:
    """Tests of the regimes, or why there are none."""
    if isinstance(svar, Unavailable):
        return [Row("Tests", [svar, ""])]
    tests = cast("HeteroskedasticityResults", svar).tests()
    return [Row(words, [line["statistic"], line["p_value"]]) for words, line in _told_apart(tests, spec)]


def _told_apart(tests: pd.DataFrame, spec: Specification) -> list[tuple[str, Any]]:
    """The tests that matter here: any change, over-identification, and each holder against the yield."""
    kept: list[tuple[str, Any]] = [("Covariance is constant", tests.loc["constant covariance", :])]
    for holder, (words, _) in actions(spec).items():
        name = f"equal relative variances: {holder}, {spec.primary.maturity}"
        if name in tests.index:
            kept.append((f"{words}: same change as the {yield_words(spec.primary.maturity)}", tests.loc[name, :]))
    return [*kept, ("Over-identification", tests.loc["over-identification", :])]


if __name__ == "__main__":
    main(result, baseline)
