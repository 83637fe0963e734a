"""Structural responses: yields after sales and purchases under every identification that the archive permits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from analyses._projections import granular
from analyses._units import per_100bn
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


def response(key: str, holder: str, yield_name: str, spec: Specification) -> Estimate | Unavailable:
    """Cumulated response of one yield to a sale or purchase of 1% of debt after the primary horizon."""
    chosen = _within(with_yield(spec, yield_name), yield_name)
    if key == "variance":  # regimes are read off least-squares residuals
        chosen = replace(chosen, bias_corrected=False)
    try:
        svar = SCHEMES[key][1](fitted(chosen), holder, chosen)
        if holder not in svar.shock_names:
            return Unavailable("no shock loads most on this holder")
        irf = _scaled(svar, holder, chosen)
    except (IdentificationError, EstimationError) as error:
        return Unavailable(REASONS.get(type(error).__name__, "the estimate does not exist"))
    return replace(irf.at(spec.primary_horizon, response=yield_name, level=spec.level), units="bp per 1% of debt")


def _scaled(svar: StructuralResults, holder: str, spec: Specification) -> IRF:
    boot: MovingBlock | None = MovingBlock(draws=spec.draws)
    if isinstance(svar.scheme, Heteroskedasticity):
        boot = MovingBlock(draws=spec.structural_draws)
    if svar.draws is not None or isinstance(svar.scheme, NonGaussian):  # its own draws; a check without bands
        boot = None
    irf = svar.irf(spec.primary_horizon, bootstrap=boot, rng=None if boot is None else spec.rng).shock(holder)
    return irf.scale(to=HOLDERS[holder][1], response=holder, horizon=0).cumulate()


def _within(spec: Specification, yield_name: str) -> Specification:
    """The published term premium ends before the sample."""
    import econ

    last = str(econ.load(yield_name, as_of=spec.as_of).frame.index[-1])
    return replace(spec, sample=(spec.sample[0], min(spec.sample[1], last)))


def result(spec: Specification = baseline) -> Exhibit:
    """A Chinese sale at four maturities, allied purchases at ten years, and what identifies them."""
    rows: list[Row | Panel] = [Panel("China sells 1% of debt: yields after three months, bp")]
    numbers: dict[str, Estimate | float | int | str | Unavailable] = {}
    for key, (words, _) in SCHEMES.items():
        cells = [response(key, CHINA, name, spec) for name in MATURITIES]
        rows.append(Row(words, [*cells, per_100bn(cells[1], spec)]))
        numbers |= {f"{key}_china": cells[1], f"{key}_china_100bn": per_100bn(cells[1], spec)}
    bare = without_controls(spec)
    for key in ("proxy", "variance"):
        cells = [response(key, CHINA, name, bare) for name in MATURITIES]
        rows.append(Row(f"{SCHEMES[key][0]}, no controls", [*cells, per_100bn(cells[1], spec)]))
    table = Table(
        [*MATURITIES.values(), "10-year, per $100bn"], rows, decimals=0, below="interval",
        notes=[
            f"Cumulated responses of the VAR with {spec.lags} lags; {spec.level:.0%} intervals (moving-block bootstrap; "
            "posterior draws under signs, where the point is the median target; none for independent components, a check). A shock is scaled to a sale of 1% of debt on "
            "impact. No controls: without the Fed's purchases and the Bund yield. The term premium of Adrian, Crump and "
            "Moench ends in 2025-06."
        ],
    )  # fmt: skip
    allies: list[Row | Panel] = []
    for key, (words, _) in SCHEMES.items():
        cells = [response(key, holder, YIELD, spec) for holder in (JAPAN, UK)]
        allies.append(Row(words, cells))
        numbers |= {f"{key}_japan": cells[0], f"{key}_uk": cells[1]}
    table_allies = Table(
        [HOLDERS[JAPAN][0], HOLDERS[UK][0]], allies, decimals=0, below="interval",
        notes=["10-year yield after three months, bp per purchase of 1% of debt; as in the table for China."],
    )  # fmt: skip
    strength, found = _identification(spec)
    return Exhibit(
        key="structural_responses", title="Responses by identification", numbers=numbers | found,
        tables={"": table, "allies": table_allies, "identification": strength}, vintages=system(spec).vintages, spec=spec,
    )  # fmt: skip


def _identification(spec: Specification) -> tuple[Table, dict[str, float]]:
    """First stages, tests of the variance regimes, normality of the shocks, acceptance of the signs."""
    fit = fitted(spec)
    stages = {holder: proxied(fit, holder, spec).first_stage for holder in HOLDERS}
    rows: list[Row | Panel] = [Panel("Own granular shock: effective F of the first stage")]
    rows += [Row(words, [float(stages[holder]["effective_f"]), ""]) for holder, (words, _) in HOLDERS.items()]
    variance = by_variance(fit, CHINA, spec)
    rows.append(Panel("Regimes of variance: statistic and p-value"))
    rows += [Row(words, [line["statistic"], line["p_value"]]) for words, line in _told_apart(variance.tests())]
    signs = by_sign(fit, CHINA, spec)
    rows += [Panel("Signs"), Row("Share of rotations accepted", [signs.acceptance, ""])]
    table = Table(["Statistic", "p-value"], rows, decimals=2)
    return table, {f"f_{holder.split('_')[0]}": float(stage["effective_f"]) for holder, stage in stages.items()}


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
