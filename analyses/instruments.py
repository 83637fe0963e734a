"""Instruments: how strong each is, whether past yields predict it, what one holder or episode changes, whether groups agree."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyses import weekly_custody
from analyses._projections import granular, intervened, intervention_shocks, interventions
from analyses._samples import cut, sampled, with_changes
from analyses._units import cell
from analyses._words import counted, number, yield_words
from analyses.specification import Specification, baseline
from econ.data import holder
from econ.projection import Credentials, GranularInstrument, Instrument, credentials
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded

HUBS_OUT = "Without custody hubs"
JOINT_SIZE = "5 to 6%"
"""Of the balance test with 12 lags and 165 months; measured in the docstring of :func:`econ.infer.joint_test`."""


@dataclass(frozen=True)
class Entry:
    """An instrument with the flow that it moves: words of the table, credentials, the episode that carries it."""

    words: str
    checks: Credentials
    nobs: int


def variants(spec: Specification) -> dict[str, GranularInstrument]:
    """The granular instrument of the paper first, then with other numbers of factors and without custody hubs."""
    counts = dict.fromkeys((spec.panel.factors, *spec.panel.factor_variants))
    found = {f"All holders, {counted(count, 'factor')}": granular(spec, factors=count) for count in counts}
    found = {words.replace("no factors", "no factor"): giv for words, giv in found.items()}
    return found | {
        HUBS_OUT: granular(spec, exclude=spec.panel.hubs),
        f"{HUBS_OUT}, no factor": granular(spec, exclude=spec.panel.hubs, factors=0),
    }


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Credentials of the granular instrument and of its variants."""
    name = spec.primary.maturity
    data = cut(with_changes(spec, "foreign_net_purchases", name), spec)
    change, sales = data.frame[name], -data.frame["foreign_net_purchases"].rename("foreign_sales")
    rows: list[Row | Panel] = [Panel("Variant")]
    checks, shown = {}, variants(spec)
    for words, giv in shown.items():
        groups = (spec.panel.countries, spec.panel.hubs) if len(giv.shocks.columns) == len(spec.panel.everybody) else ()
        checks[words] = credentials(giv, change, sales, groups=groups, lags=spec.panel.balance_lags)
        rows.append(_row(words, giv, checks[words]))
    first = next(iter(shown))
    main_giv, main_checks = shown[first], checks[first]
    rows.append(Panel(f"One holder left out ({first[0].lower()}{first[1:]})"))
    influence = main_checks.influence
    for slug in influence["f"].sort_values().index[: spec.panel.shown]:
        rows.append(Row(f"without {holder(slug).name}", ["", "", cell(influence, slug, "f"), "", "", ""]))
    table = Table(
        ["Holders", "Largest share", "Effective F", "Balance: yield", "Balance: sales", "Overid."],
        rows,
        decimals=2,
        notes=[
            "Largest share: of the variance of the instrument that one holder carries. Effective F: of all foreign sales on the "
            f"instrument, without controls. Balance: p-value that {spec.panel.balance_lags} lags of the change of the "
            f"{yield_words(name)}, or of sales, predict the instrument, HC3 Wald against the instrument turned round the sample (rejects {JOINT_SIZE} of true nulls at 5%). Overid.: p-value that holders with official money and custody hubs "
            f"identify one effect. The {number(spec.panel.shown)} holders without which the instrument is weakest are shown.",
            sampled(spec),
        ],
    )
    entries = _entries(spec, main_checks, len(main_giv.series))
    return Exhibit(
        key="instruments", title="What the instruments rest on", numbers={**_numbers(main_giv, main_checks, spec), **_strengths(entries), **_without_hubs(checks)},
        tables={"": table, "first_stages": _first_stages(entries, spec)}, spec=spec,
    )  # fmt: skip


def _entries(spec: Specification, granular_checks: Credentials, months: int) -> dict[str, Entry]:
    """Every instrument through the one set of checks, against the flow that it should move and the 10-year yield."""
    name, lags = spec.primary.maturity, spec.panel.balance_lags
    data = cut(with_changes(spec, "japan_net_purchases", name), spec)
    change, sales = data.frame[name], -data.frame["japan_net_purchases"].rename("japan_sales")
    entries = {"granular": Entry("Granular, all foreign sales", granular_checks, months)}
    made = {}
    if intervened(spec):
        index = pd.PeriodIndex(data.frame.index)
        made["intervention"] = ("Interventions, sales by Japan", interventions(index))
        made["intervention_shock"] = ("Intervention shocks, sales by Japan", intervention_shocks(spec))
    for key, (words, instrument) in made.items():
        checks = credentials(instrument, change, sales, groups=_halves(instrument), lags=lags)
        entries[key] = Entry(words, checks, len(instrument.series))
    weekly = weekly_custody.credentials_by_month(spec, lags=lags)
    entries["custody"] = Entry("Custody at the Fed, sales by officials", weekly, int(weekly.relevance.nobs))
    return entries


def _halves(instrument: Instrument) -> tuple[tuple[str, ...], ...]:
    """The first episode against the later ones."""
    names = tuple(instrument.episodes)
    return (names[:1], names[1:]) if len(names) > 1 else ()


def _first_stages(entries: dict[str, Entry], spec: Specification) -> Table:
    rows = []
    for entry in entries.values():
        checks = entry.checks
        left, f = checks.influence["f"], checks.relevance
        weakest = str(left.idxmin())
        name = holder(weakest).name if weakest in spec.panel.everybody else weakest
        rows.append(
            Row(entry.words, [f.statistic, f.critical_value, *map(float, checks.balance["p_value"]), float(left.min()),
                              name, _agreement(checks), entry.nobs])
        )  # fmt: skip
    return Table(
        ["Effective F", "Critical", "Yield", "Flow", "Least F", "Without", "Overid.", "Months"],
        rows,
        spans=[("Relevance", 2), ("Balance", 2), ("One left out", 2), ("", 2)],
        decimals=2,
        notes=[
            "Each instrument against the flow that it should move, without controls. Effective F: Montiel Olea and Pflueger, with "
            f"the value that rejects a bias above 10%. Balance: p-values that {spec.panel.balance_lags} lags of the change of the "
            f"{yield_words(spec.primary.maturity)}, or of the flow, predict it, as above. One left out: the holder or episode without which the effective F is least. "
            "Overid.: p-value that groups of holders, or the first and the later episodes, identify one effect. Intervention "
            "shocks: beyond what past yields, financial conditions and interventions explain. Reserve losses need the reserves "
            "that China publishes, which may not be shipped here.",
            sampled(spec),
        ],
    )


def _without_hubs(checks: dict[str, Credentials]) -> dict[str, float]:
    """Strength with no factor taken out, of all holders and without custody hubs."""
    words = {"no_factor": "All holders, no factor", "no_factor_hubs_out": f"{HUBS_OUT}, no factor"}
    return {f"{key}_f": float(checks[each].relevance.statistic) for key, each in words.items() if each in checks}


def _agreement(checks: Credentials) -> float | str:
    over = checks.overidentification
    return "–" if isinstance(over, Unavailable) else float(over["p_value"].iloc[0])


def _strengths(entries: dict[str, Entry]) -> dict[str, float]:
    found = {}
    for key, entry in entries.items():
        found[f"{key}_f"] = float(entry.checks.relevance.statistic)
        found[f"{key}_balance"] = float(entry.checks.balance["p_value"].iloc[0])
    return found


def _numbers(
    main_giv: GranularInstrument, main_checks: Credentials, spec: Specification
) -> dict[str, float | int | str]:
    sold = [(each.split()[0], each.split()[1]) for each in spec.panel.sales]
    signs = main_giv.sign_check({key: "-" for key in sold if pd.Period(key[0]) in main_giv.shocks.index})
    return {
        "holders": len(spec.panel.everybody),
        "largest_share": cell(main_giv.diagnostics, "largest_share", "value"),
        "effective_holders": cell(main_giv.diagnostics, "effective_holders", "value"),
        "signs_agree": int(signs["agrees"].sum()),
        "signs_checked": len(signs),
        "balance_yield": float(main_checks.balance["p_value"].iloc[0]),
        "overidentification": _agreement(main_checks),
    }


def _row(words: str, giv: GranularInstrument, checks: Credentials) -> Row:
    over = _agreement(checks)
    return Row(
        words,
        [
            len(giv.shocks.columns), cell(giv.diagnostics, "largest_share", "value"), float(checks.relevance.statistic),
            float(checks.balance["p_value"].iloc[0]), float(checks.balance["p_value"].iloc[1]),
            over,
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
