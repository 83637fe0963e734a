"""Quantity offset: what share of a Chinese sale Japan and the UK buy, under two recursive orders and by an instrument."""

from __future__ import annotations

import econ
from analyses._offsets import proxy_system
from analyses.specification import CHINA, JAPAN, UK, Specification, baseline, fitted, system
from econ import Cholesky, Estimate, MovingBlock
from econ.infer import Equivalence
from econ.offset import decide, quantity_offset
from econ.report import Exhibit, Panel, Row, Table, main
from econ.var import IRF, ProxyResults

ALLIES = {"japan": ("Japan", JAPAN), "uk": ("UK", UK), "japan_uk": ("Japan and UK", (JAPAN, UK))}
HORIZONS = (0, 3, 6, 12)
ORDERS = {"china": "China first", "allies": "Allies first"}


def responses(spec: Specification, order: tuple[str, ...]) -> IRF:
    """Responses of purchases, with joint moving-block draws."""
    return (
        fitted(spec).identify(Cholesky(*order)).irf(spec.horizon, bootstrap=MovingBlock(draws=spec.draws), rng=spec.rng)
    )


def result(spec: Specification = baseline) -> Exhibit:
    """Offsets with Fieller sets, what could have been detected, and the pro-rata benchmark."""
    irfs = {"china": responses(spec, spec.flows_first), "allies": responses(spec, spec.allies_first)}
    numbers: dict[str, Estimate | float | str] = {}
    rows: list[Row | Panel] = []
    svar = proxy_system(spec)
    sources = {**irfs, "proxy": svar}
    for key, words in {**ORDERS, "proxy": "China's own shock (proxy VAR, Anderson-Rubin sets)"}.items():
        rows.append(Panel(words))
        for slug, (name, ally) in ALLIES.items():
            cells = [quantity_offset(sources[key], CHINA, ally, horizon=h, level=spec.level) for h in HORIZONS]
            rows.append(Row(name, cells))
            numbers |= {f"{key}_{slug}_{h}": cell for h, cell in zip(HORIZONS, cells, strict=True)}
    numbers["proxy_f"] = float(svar.first_stage["effective_f"])
    shares = _pro_rata(spec)
    rows.append(Panel("Benchmark: share of the float not held by China"))
    rows += [Row(name, [shares[slug]] * len(HORIZONS)) for slug, (name, _) in ALLIES.items()]
    numbers |= {f"pro_rata_{slug}": share for slug, share in shares.items()}
    for key in (*ORDERS, "proxy"):
        primary = numbers[f"{key}_{_primary(spec)}_{spec.offset_horizon}"]
        assert isinstance(primary, Estimate)
        numbers |= _decision(key, primary, spec)
    table = Table(
        [f"{h} months" if h else "Same month" for h in HORIZONS],
        rows,
        decimals=2,
        below="interval",
        notes=[
            "Minus the cumulated response of the ally's net purchases over that of China's own, to a Chinese shock: 1 is full "
            f"replacement, 0 none. Brackets: {spec.level:.0%} Fieller sets from {spec.draws:,} moving-block draws, or "
            "Anderson-Rubin sets, which need no strong instrument; a set without end is printed so. UK figures are of "
            "custodians. The benchmark is the ally's position over federal debt held by the public less the Federal Reserve's and China's holdings. Recursive orders are bounds, not estimates."
        ],
    )
    return Exhibit(
        key="quantity_offset", title="How much of a Chinese sale allies buy", numbers=numbers,
        tables={"": table, "sets": _sets(spec, irfs, svar)}, spec=spec,
        vintages=system(spec).vintages,
    )  # fmt: skip


def _sets(spec: Specification, irfs: dict[str, IRF], svar: ProxyResults) -> Table:
    """The primary cell with every set, valid ones first."""
    drawn = svar.irf(spec.offset_horizon, bootstrap=MovingBlock(draws=spec.draws), rng=spec.rng)
    rows = []
    for words, source, robust in (
        *((words, irfs[key], irfs[key]) for key, words in ORDERS.items()),
        ("China's own shock", drawn, svar),
    ):
        cells = [
            quantity_offset(
                robust if method is None else source, CHINA, spec.primary_ally, horizon=spec.offset_horizon,
                method=method, level=spec.level,
            )
            for method in (None, "delta", "bootstrap")
        ]  # fmt: skip
        rows.append(Row(words, cells))
    return Table(
        ["Fieller or Anderson-Rubin", "Delta method", "Quantiles of draws"], rows, decimals=2, below="interval",
        notes=[
            f"Japan within {spec.offset_horizon} months, {spec.level:.0%}. Fieller's set (orders) and Anderson-Rubin's (own shock) "
            "are valid even if China's response may be zero; the other two are there to compare. Draws: moving block."
        ],
    )  # fmt: skip


def _primary(spec: Specification) -> str:
    return spec.primary_ally.removesuffix("_net_purchases")


def _pro_rata(spec: Specification) -> dict[str, float]:
    """Each ally's share of the Treasuries that neither China nor the Fed holds, end of the sample's debt quarter."""
    debt = econ.load("federal_debt", frequency="Q", as_of=spec.as_of).frame["federal_debt"]
    month = debt.index[-1].asfreq("M", how="end")
    stock = {slug: econ.load(f"{slug}_position", as_of=spec.as_of).frame[f"{slug}_position"][month]
             for slug in ("china", "japan", "uk")}  # fmt: skip
    fed = econ.load("fed_treasuries", as_of=spec.as_of).frame["fed_treasuries"][month] / 1000.0
    rest = debt.iloc[-1] / 1000.0 - fed - stock["china"]
    return {
        "japan": float(stock["japan"] / rest),
        "uk": float(stock["uk"] / rest),
        "japan_uk": float((stock["japan"] + stock["uk"]) / rest),
    }


def _decision(key: str, primary: Estimate, spec: Specification) -> dict[str, float | str]:
    """The pre-stated thresholds, applied to the primary cell."""
    made = decide(primary, none=spec.no_offset, full=spec.full_offset)
    found: dict[str, float | str] = {f"{key}_decision": made.verdict}
    if isinstance(made.test, Equivalence):
        found[f"{key}_smallest_bound"] = made.test.smallest_bound
    if isinstance(made.detectable, float):
        found[f"{key}_detectable"] = made.detectable
    return found


if __name__ == "__main__":
    main(result, baseline)
