"""Quantity offset: what share of a Chinese sale allies buy, under two recursive orders and by an instrument."""

from __future__ import annotations

import econ
from analyses._offsets import groups, proxy_system
from analyses._samples import ordered, sampled
from analyses._words import buyer, heads, months
from analyses.specification import CHINA, Specification, baseline, fitted
from econ import Cholesky, Estimate, MovingBlock
from econ.offset import decide, quantity_offset
from econ.report import Exhibit, Panel, Row, Table, main, recorded
from econ.responses import IRF, Identified, JointResponses
from econ.tables.numbers import Number
from econ.var import ProxyResults

ASSUMED = "0 by assumption"
ORDERS = {"china": ("China first", "flows_first"), "allies": ("Allies first", "allies_first")}


def responses(spec: Specification, order: str) -> IRF:
    """Responses of purchases under one of the orders of the specification, with joint moving-block draws."""
    svar = fitted(spec).identify(Cholesky(*ordered(spec, order)))
    longest = max(*spec.offset.horizons, spec.offset.horizon)
    return svar.irf(longest, bootstrap=MovingBlock(draws=spec.var.draws), rng=spec.rng)


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Offsets with Fieller sets, what could have been detected, and the pro-rata benchmark."""
    irfs = {key: responses(spec, order) for key, (_, order) in ORDERS.items()}
    allies, horizons = groups(spec), spec.offset.horizons
    numbers: dict[str, Number] = {}
    rows: list[Row | Panel] = []
    svar = proxy_system(spec)
    sources: dict[str, JointResponses | Identified] = {**irfs, "proxy": svar}
    for key, words in {**_words(), "proxy": "China's own shock (proxy VAR, Anderson-Rubin sets)"}.items():
        rows.append(Panel(words))
        for slug, (name, ally) in allies.items():
            cells = [quantity_offset(sources[key], CHINA, ally, horizon=h, level=spec.level) for h in horizons]
            rows.append(Row(name, [ASSUMED if _assumed(cell) else cell for cell in cells]))
            numbers |= {f"{key}_{slug}_{h}": cell for h, cell in zip(horizons, cells, strict=True)}
    numbers["proxy_f"] = float(svar.first_stage["effective_f"])
    shares = _pro_rata(spec)
    rows.append(Panel("Benchmark: share of the float not held by China"))
    rows += [Row(name, [shares[slug]] * len(horizons)) for slug, (name, _) in allies.items()]
    numbers |= {f"pro_rata_{slug}": share for slug, share in shares.items()}
    for key in (*ORDERS, "proxy"):
        primary = quantity_offset(sources[key], CHINA, spec.offset.ally, horizon=spec.offset.horizon, level=spec.level)
        numbers |= _decision(key, primary, spec)
    table = Table(
        heads(horizons),
        rows,
        decimals=2,
        below="interval",
        notes=[
            "Minus the cumulated response of the ally's net purchases over that of China's own, to a Chinese shock: 1 is full "
            f"replacement, 0 none. Brackets: {spec.level:.0%} Fieller sets from {spec.var.draws:,} moving-block draws, or "
            "Anderson-Rubin sets, which need no strong instrument; a set without end is printed so. UK figures are of "
            "custodians. The benchmark is the ally's position over federal debt held by the public less the Federal Reserve's and China's holdings. Recursive orders are conventions, not estimates.",
            sampled(spec),
        ],
    )
    return Exhibit(
        key="quantity_offset", title="How much of a Chinese sale allies buy", numbers=numbers,
        tables={"": table, "sets": _sets(spec, irfs, svar)}, spec=spec,
    )  # fmt: skip


def _sets(spec: Specification, irfs: dict[str, IRF], svar: ProxyResults) -> Table:
    """The primary cell with every set, valid ones first."""
    drawn = svar.irf(spec.offset.horizon, bootstrap=MovingBlock(draws=spec.var.draws), rng=spec.rng)
    rows = []
    cases: list[tuple[str, IRF, JointResponses | Identified]] = [
        *((words, irfs[key], irfs[key]) for key, words in _words().items()),
        ("China's own shock", drawn, svar),
    ]
    for words, source, robust in cases:
        cells = [
            quantity_offset(
                robust if method is None else source, CHINA, spec.offset.ally, horizon=spec.offset.horizon,
                method=method, level=spec.level,
            )
            for method in (None, "delta", "bootstrap")
        ]  # fmt: skip
        rows.append(Row(words, cells))
    return Table(
        ["Fieller or Anderson-Rubin", "Delta method", "Quantiles of draws"], rows, decimals=2, below="interval",
        notes=[
            f"{buyer(spec.offset.ally)} within {months(spec.offset.horizon)}, {spec.level:.0%}. Fieller's set (orders) and Anderson-Rubin's (own shock) "
            "are valid even if China's response may be zero; the other two are there to compare. Draws: moving block.",
            sampled(spec),
        ],
    )  # fmt: skip


def _assumed(cell: Estimate) -> bool:
    """Whether an order makes the response zero."""
    return cell.value == cell.lower == cell.upper == 0.0


def _words() -> dict[str, str]:
    return {key: words for key, (words, _) in ORDERS.items()}


def _pro_rata(spec: Specification) -> dict[str, float]:
    """Each ally's share of the Treasuries that neither China nor the Fed holds, end of the last debt quarter."""
    debt = econ.load("federal_debt", frequency="Q", as_of=spec.as_of).frame["federal_debt"]
    month = debt.index[-1].asfreq("M", how="end")
    slugs = spec.offset.allies
    stock = {
        slug: float(econ.load(f"{slug}_position", as_of=spec.as_of).frame[f"{slug}_position"][month])
        for slug in ("china", *slugs)
    }
    fed = econ.load("fed_treasuries", as_of=spec.as_of).frame["fed_treasuries"][month] / 1000.0
    rest = debt.iloc[-1] / 1000.0 - fed - stock["china"]
    shares = {slug: float(stock[slug] / rest) for slug in slugs}
    return shares | {"_".join(slugs): float(sum(stock[slug] for slug in slugs) / rest)}


def _decision(key: str, primary: Estimate, spec: Specification) -> dict[str, Number]:
    """The pre-stated thresholds, applied to the primary cell."""
    made = decide(primary, none=spec.offset.none, full=spec.offset.full)
    found: dict[str, Number] = {f"{key}_decision": made.verdict, f"{key}_smallest_bound": made.test.smallest_bound}
    if isinstance(made.detectable, float):
        found[f"{key}_detectable"] = made.detectable
    return found


if __name__ == "__main__":
    main(result, baseline)
