"""Structural responses: yields after sales and purchases under every identification that the archive permits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from analyses._projections import granular
from analyses._units import debt_tn, per_100bn
from analyses.specification import (
    CHINA,
    JAPAN,
    UK,
    YIELD,
    Specification,
    baseline,
    fitted,
    system,
    with_yield,
    without_controls,
)
from econ import Cholesky, Estimate, MovingBlock
from econ.errors import EstimationError, IdentificationError, WeakInstrument
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main
from econ.var import IRF, Heteroskedasticity, NonGaussian, Proxy, SignRestrictions, StructuralResults, VARResults
from econ.var.schemes.non_gaussian import gaussianity

HOLDERS = {CHINA: ("China sells", -1.0), JAPAN: ("Japan buys", 1.0), UK: ("UK buys", 1.0)}
MATURITIES = {"yield_2y": "2-year", YIELD: "10-year", "yield_30y": "30-year", "term_premium_10y": "Term premium"}


def recursive(order: str) -> Callable[..., StructuralResults]:
    """One of the two recursive orders."""

    def identify(fit: VARResults, holder: str, spec: Specification) -> StructuralResults:
        return fit.identify(Cholesky(*getattr(spec, order)))

    return identify


def proxied(fit: VARResults, holder: str, spec: Specification) -> StructuralResults:
    """The holder's own granular shock as the instrument."""
    own = granular(spec).shocks[[holder.removesuffix("_net_purchases")]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)  # the first stage is printed beside the result
        return fit.identify(Proxy(own, shock=holder))


def by_variance(fit: VARResults, holder: str, spec: Specification) -> StructuralResults:
    """Regimes of variance by date."""
    return fit.identify(Heteroskedasticity(regimes(fit, spec), method="moments"))


def by_sign(fit: VARResults, holder: str, spec: Specification) -> StructuralResults:
    """A sale that raises the yield, a purchase that lowers it: the sign of H1 is imposed, its size is not."""
    yield_name = fit.variables[-1]
    side, other = ("-", "+") if HOLDERS[holder][1] < 0 else ("+", "-")
    scheme = SignRestrictions({holder: {holder: side, yield_name: other}}, draws=1000)
    return fit.identify(scheme, rng=spec.rng)


def by_shape(fit: VARResults, holder: str, spec: Specification) -> StructuralResults:
    """Independent components."""
    return fit.identify(NonGaussian())


REASONS = {"NotIdentified": "shocks too close to Gaussian to be told apart", "NotConverged": "no convergence"}
SCHEMES: dict[str, tuple[str, Callable[..., StructuralResults]]] = {
    "flows_first": ("Recursive, flows first", recursive("flows_first")),
    "yields_first": ("Recursive, yields first", recursive("yields_first")),
    "proxy": ("Own granular shock", proxied),
    "variance": ("Regimes of variance", by_variance),
    "sign": ("Signs (sign imposed)", by_sign),
    "shape": ("Independent components", by_shape),
}


def regimes(fit: VARResults, spec: Specification) -> pd.Series:
    """Label of each month: the regime that it falls into."""
    ends = [pd.Period(end, freq="M") for end in spec.regimes]
    index = system(spec).frame.index
    return pd.Series([sum(month > end for end in ends) for month in index], index=index)


SHARED = ("flows_first", "yields_first", "variance", "shape")  # one identification serves all holders


def responses(key: str, yield_name: str, spec: Specification) -> dict[str, Estimate | Unavailable]:
    """Cumulated response of one yield after the primary horizon to each holder's sale or purchase of 1% of debt."""
    chosen = _within(with_yield(spec, yield_name), yield_name)
    if key == "variance":  # regimes are read off least-squares residuals
        chosen = replace(chosen, bias_corrected=False)
    fit = fitted(chosen)
    if key in SHARED:
        made = _irf(key, fit, CHINA, chosen)
        return {holder: _read(made, holder, chosen) for holder in HOLDERS}
    return {holder: _read(_irf(key, fit, holder, chosen), holder, chosen) for holder in HOLDERS}


def _irf(key: str, fit: VARResults, holder: str, spec: Specification) -> IRF | Unavailable:
    """Responses by one scheme with their draws, or why there are none."""
    try:
        svar = SCHEMES[key][1](fit, holder, spec)
        boot: MovingBlock | None = MovingBlock(draws=spec.draws)
        if isinstance(svar.scheme, Heteroskedasticity):
            boot = MovingBlock(draws=spec.structural_draws)
        if svar.draws is not None or isinstance(svar.scheme, NonGaussian):  # its own draws; a check without bands
            boot = None
        return svar.irf(spec.primary_horizon, bootstrap=boot, rng=None if boot is None else spec.rng)
    except (IdentificationError, EstimationError) as error:
        return Unavailable(REASONS.get(type(error).__name__, "the estimate does not exist"))


def _read(irf: IRF | Unavailable, holder: str, spec: Specification) -> Estimate | Unavailable:
    """The yield's response to one holder, scaled to 1% of debt on impact and summed over the months."""
    if isinstance(irf, Unavailable):
        return irf
    if holder not in irf.shocks:
        return Unavailable("no shock loads most on this holder")
    one = irf.shock(holder).scale(to=HOLDERS[holder][1], response=holder, horizon=0).cumulate()
    found = one.at(spec.primary_horizon, response=spec.flows_first[-1], level=spec.level)
    return replace(found, units="bp per 1% of debt")


def _within(spec: Specification, yield_name: str) -> Specification:
    """The published term premium ends before the sample."""
    import econ

    last = str(econ.load(yield_name, as_of=spec.as_of).frame.index[-1])
    return replace(spec, sample=(spec.sample[0], min(spec.sample[1], last)))


def result(spec: Specification = baseline) -> Exhibit:
    """Every holder at four maturities by every scheme, with and without controls, and what identifies them."""
    bare = without_controls(spec)
    cells = {
        (controls, key, name): responses(key, name, chosen)
        for controls, chosen in (("", spec), ("_bare", bare))
        for key in SCHEMES
        for name in MATURITIES
    }
    numbers: dict[str, Estimate | float | int | str | Unavailable] = {}
    for (controls, key, name), row in cells.items():
        maturity = "" if name == YIELD else f"_{name}"
        for holder, cell in row.items():
            title = f"{key}_{holder.removesuffix('_net_purchases')}{maturity}{controls}"
            numbers |= {title: cell, f"{title}_100bn": per_100bn(cell, spec)}
    numbers |= {"away": _away(cells, ""), "away_bare": _away(cells, "_bare")}
    strength, found = _identification(spec, bare)
    return Exhibit(
        key="structural_responses", title="Responses by identification", numbers=numbers | found,
        tables={
            "": _table(CHINA, cells, spec),
            "japan": _table(JAPAN, cells, spec),
            "uk": _table(UK, cells, spec),
            "identification": strength,
        },
        vintages=system(spec).vintages, spec=spec,
    )  # fmt: skip


Cells = dict[tuple[str, str, str], dict[str, Estimate | Unavailable]]


def _away(cells: Cells, controls: str) -> str:
    """Cells whose interval excludes zero, in words; signs are left out, because they impose the side."""
    found = []
    for key, (label, _) in SCHEMES.items():
        for holder, (words, _) in HOLDERS.items():
            names = []
            for name, maturity in MATURITIES.items():
                cell = cells[controls, key, name][holder]
                known = not isinstance(cell, Unavailable) and not isinstance(cell.lower, Unavailable)
                if known and key != "sign" and cell.lower * cell.upper > 0.0:
                    names.append(maturity.lower())
            if names:
                found.append(f"{label.lower()}: {words}, {' and '.join(names)}")
    return "; ".join(found) or "none"


def _table(holder: str, cells: Cells, spec: Specification) -> Table:
    """One holder's table: schemes by maturity, with controls above, without below."""
    words = HOLDERS[holder][0]
    rows: list[Row | Panel] = []
    for controls, when in (("", "with controls"), ("_bare", "without controls")):
        rows.append(Panel(f"{words} 1% of debt, {when}: yields after three months, bp"))
        for key, (label, _) in SCHEMES.items():
            row = [cells[controls, key, name][holder] for name in MATURITIES]
            rows.append(Row(label, [*row, per_100bn(cells[controls, key, YIELD][holder], spec)]))
    notes = [
        f"Cumulated responses of the VAR with {spec.lags} lags; {spec.level:.0%} intervals (moving-block bootstrap; "
        "posterior draws under signs, where the point is the median target; none for independent components, a check). A shock is scaled to 1% of debt on "
        f"impact; $100bn are {10.0 / debt_tn(spec):.3f}% of today's debt, so that any cell times {10.0 / debt_tn(spec):.3f} is per $100bn. "
        "Controls: the Fed's purchases and the Bund yield. The term premium of Adrian, Crump and Moench ends in 2025-06."
    ]  # fmt: skip
    return Table([*MATURITIES.values(), "10-year, per $100bn"], rows, decimals=0, below="interval", notes=notes)


def _identification(spec: Specification, bare: Specification) -> tuple[Table, dict[str, float]]:
    """First stages, tests of the variance regimes and of normality, acceptance of the signs: with and without controls."""
    rows: list[Row | Panel] = []
    numbers: dict[str, float] = {}
    for end, when, chosen in (("", "with controls", spec), ("_bare", "without controls", bare)):
        fit = fitted(chosen)
        rows.append(Panel(f"Own granular shock, first stage: effective F and R², {when}"))
        for holder, (words, _) in HOLDERS.items():
            stage = proxied(fit, holder, chosen).first_stage
            rows.append(Row(f"{words} ({stage['nobs']:.0f} months)", [float(stage["effective_f"]), float(stage["r2"])]))
            numbers[f"f_{holder.split('_')[0]}{end}"] = float(stage["effective_f"])
        variance = by_variance(fitted(replace(chosen, bias_corrected=False)), CHINA, chosen)
        rows.append(Panel(f"Regimes of variance: statistic and p-value, {when}"))
        rows += [Row(words, [line["statistic"], line["p_value"]]) for words, line in _told_apart(variance.tests())]
        shocks = fit.identify(Cholesky(*chosen.flows_first)).shocks
        pair = gaussianity(shocks).filter(like="two Gaussian", axis=0).iloc[0]
        rows.append(Panel(f"Recursive shocks nearest to Gaussian: statistic and p-value, {when}"))
        rows.append(Row("Both Gaussian", [pair["statistic"], pair["p_value"]]))
        rows.append(Panel(f"Signs, {when}"))
        rows += [
            Row(f"{words}: share of candidates accepted", [by_sign(fit, holder, chosen).acceptance, ""])
            for holder, (words, _) in HOLDERS.items()
        ]
    return Table(["Statistic", "p-value or R²"], rows, decimals=2), numbers


def _told_apart(tests: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    """The tests that matter here: any change, over-identification, and each holder against the yield."""
    kept = [("Covariance is constant", tests.loc["constant covariance"])]
    for holder, (words, _) in HOLDERS.items():
        name = f"equal relative variances: {holder}, {YIELD}"
        if name in tests.index:
            kept.append((f"{words}: same change as the 10-year yield", tests.loc[name]))
    return [*kept, ("Over-identification", tests.loc["over-identification"])]


if __name__ == "__main__":
    main(result, baseline)
