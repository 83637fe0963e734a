"""Adding up: who takes the other side of a Chinese sale, in shares that add to one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import econ
from analyses._samples import THE_YIELD, cut, sampled, with_changes
from analyses._units import cell
from analyses._words import counted, months, number
from analyses.specification import CHINA, FED, JAPAN, UK, Specification, baseline, estimated
from econ import Cholesky, Dataset, Estimate, MovingBlock
from econ.data import Variable, flows
from econ.data.use import using
from econ.offset import AddingUp, adding_up, pro_rata
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded

GROUPS = {
    JAPAN: "Japan", UK: "UK custodians", "other_allies": "Other allied officials", "hubs": "Custody hubs",
    "other_foreign": "Other foreign", FED: "Federal Reserve", "domestic_private": "Domestic private",
    "less net supply": "Lower net issuance",
}  # fmt: skip
ISSUANCE = "net_issuance"
TOGETHER = "japan_uk"
WORDS = {"china": "China first", "allies": "China last"}
ORDERS = {"china": "china_first", "allies": "china_last"}


def order_of(spec: Specification, key: str) -> tuple[str, ...]:
    """Names of the variables in one of the two orders."""
    names: tuple[str, ...] = getattr(spec.adding_up, ORDERS[key])
    return tuple(spec.primary.maturity if name == THE_YIELD else name for name in names)


def hubs(spec: Specification) -> tuple[str, ...]:
    """Custody hubs but the UK, which is a group of its own."""
    return tuple(slug for slug in spec.panel.hubs if slug != "uk")


def everybody(spec: Specification) -> Dataset:
    """Net purchases of every group in percent of debt, net issuance, and the change of the 10-year yield.

    Net issuance is the change of federal debt over its quarter, spread evenly over the three months, because only
    quarter ends are published; domestic private holders are what is left of it.
    """
    name, allies = spec.primary.maturity, spec.adding_up.other_allies
    data = with_changes(spec, CHINA, JAPAN, UK, FED, "foreign_net_purchases", name)
    frame = data.frame.copy()
    with using() as files:
        for group, slugs in (("other_allies", allies), ("hubs", hubs(spec))):
            frame[group] = sum(flows(slug, concept=spec.concept, as_of=spec.as_of)["value"] for slug in slugs)
        frame[ISSUANCE] = _issuance(pd.PeriodIndex(frame.index), spec)
    named = [CHINA, JAPAN, UK, "other_allies", "hubs"]
    frame["other_foreign"] = frame.pop("foreign_net_purchases") - frame[named].sum(axis=1)
    variables = {
        **data.variables,
        **{each: Variable(each, GROUPS.get(each, "Net issuance"), "percent of debt") for each in frame.columns
           if each not in data.variables},
    }  # fmt: skip
    whole = Dataset(frame[list(order_of(spec, "china"))], variables, (*data.vintages, *files), parent=data)
    return cut(whole, spec).complete()


def _issuance(months: pd.PeriodIndex, spec: Specification) -> pd.Series:
    debt = econ.load("federal_debt", frequency="Q", as_of=spec.as_of).frame["federal_debt"]
    quarterly = 100.0 * debt.diff() / debt.shift() / 3.0
    last = quarterly.iloc[-1]  # the quarter after the last published one: as fast as the one before
    return pd.Series(quarterly.reindex(months.asfreq("Q")).fillna(last).to_numpy(), index=months)


def split(spec: Specification, order: str) -> tuple[AddingUp, AddingUp]:
    """Shares under one recursive order: each group by itself, and Japan with the UK as one group."""
    svar = estimated(everybody(spec), spec.adding_up.lags, spec).identify(Cholesky(*order_of(spec, order)))
    irf = svar.irf(spec.offset.horizon, bootstrap=MovingBlock(draws=spec.var.draws), rng=spec.rng)
    floats = float_shares(spec)
    apart = [JAPAN, UK, "other_allies", "hubs", "other_foreign", FED]
    together = {TOGETHER: (JAPAN, UK), **{name: (name,) for name in apart[2:]}}
    joint = {TOGETHER: floats[JAPAN] + floats[UK], **{name: floats[name] for name in floats if name not in (JAPAN, UK)}}
    options = {"supply": ISSUANCE, "horizon": spec.offset.horizon, "level": spec.level}
    return (
        adding_up(irf, CHINA, apart, benchmark=floats, **options),  # type: ignore[arg-type]
        adding_up(irf, CHINA, together, benchmark=joint, **options),  # type: ignore[arg-type]
    )


def float_shares(spec: Specification) -> dict[str, float]:
    """Share of each group in the debt that China does not hold, at the last published debt."""
    debt = econ.load("federal_debt", frequency="Q", as_of=spec.as_of).frame["federal_debt"]
    month, allies = debt.index[-1].asfreq("M", how="end"), spec.adding_up.other_allies

    def stock(*slugs: str) -> float:
        return float(sum(flows(slug, "position", "usd_bn", as_of=spec.as_of)["value"][month] for slug in slugs))

    fed = float(econ.load("fed_treasuries", as_of=spec.as_of).frame["fed_treasuries"][month]) / 1000.0
    stocks = {
        JAPAN: stock("japan"), UK: stock("uk"), "other_allies": stock(*allies), "hubs": stock(*hubs(spec)),
        "other_foreign": stock("foreign") - stock("china", "japan", "uk", *allies, *hubs(spec)), FED: fed,
    }  # fmt: skip
    return pro_rata(stocks, total=float(debt.iloc[-1]) / 1000.0 - stock("china"))


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Shares and excess over the pro-rata benchmark under two orders."""
    both = {order: split(spec, order) for order in ORDERS}
    splits = {order: apart for order, (apart, _) in both.items()}
    numbers: dict[str, Estimate | float | Unavailable] = {}
    rows: list[Row | Panel] = [_row(name, words, splits, numbers) for name, words in GROUPS.items()]
    rows.append(Row("Sum", [splits["china"].total, "", splits["allies"].total, "", ""]))
    rows.append(Panel("Of which"))
    rows.append(_row(TOGETHER, "Japan and UK", {order: joint for order, (_, joint) in both.items()}, numbers))
    for test, words in (("holders add to one", "Holders add to one"), ("pro rata", "Everybody takes its pro rata")):
        cells = [cell(splits[order].tests, test, "p_value") for order in ORDERS]
        rows.append(Row(f"{words}: p-value", [cells[0], "", cells[1], "", ""]))
    table = Table(
        ["Share", "Excess", "Share", "Excess", "Pro rata"],
        rows,
        spans=[*((words, 2) for words in WORDS.values()), ("", 1)],
        decimals=2,
        below="interval",
        notes=[
            f"Share of China's cumulated sale that each group takes within {months(spec.offset.horizon)} of a Chinese shock; VAR "
            f"with {number(len(order_of(spec, 'china')))} variables and {counted(spec.adding_up.lags, 'lag')}; {spec.level:.0%} Fieller sets. Excess: over the group's share of the "
            "debt that China does not hold. Domestic private: net issuance less all others; issuance is known by quarter only "
            "and spread over its months, and flows are of long-term Treasuries while debt includes bills. Holders add to one: Wald test that net "
            "issuance does not respond. Orders are conventions. The first quarter of 2026 takes the last published rate of issuance.",
            sampled(spec),
        ],
    )
    for order in ORDERS:
        numbers[f"{order}_sum_p"] = cell(splits[order].tests, "holders add to one", "p_value")
        numbers[f"{order}_pro_rata_p"] = cell(splits[order].tests, "pro rata", "p_value")
    return Exhibit(
        key="adding_up", title="Who takes the other side of a Chinese sale", numbers=numbers, tables={"": table},
        figures={"": Figure(_plotted(splits), _draw, height=3.0)}, spec=spec,
    )  # fmt: skip


def _row(name: str, words: str, splits: dict[str, AddingUp], numbers: dict[str, Estimate | float | Unavailable]) -> Row:
    """Share and excess of one group under both orders; its numbers are noted."""
    cells = [part for order in ORDERS for part in (splits[order].shares[name], splits[order].excess[name])]
    slug = name.removesuffix("_net_purchases").replace(" ", "_")
    numbers |= {f"{order}_{slug}": splits[order].shares[name] for order in ORDERS}
    numbers |= {f"{order}_{slug}_excess": splits[order].excess[name] for order in ORDERS}
    return Row(words, [*cells, splits["china"].benchmark.get(name, "–")])


def _plotted(splits: dict[str, AddingUp]) -> pd.DataFrame:
    rows = []
    for order, found in splits.items():
        start = 0.0
        for name, words in GROUPS.items():
            value = found.shares[name].value
            rows.append((WORDS[order], words, start, value))
            start += value
    return pd.DataFrame(rows, columns=["order", "group", "start", "share"])


def _draw(page: Any, data: pd.DataFrame) -> None:
    page.set_layout_engine("constrained", w_pad=0.1)
    grid = page.subplots(1, 2, sharey=True)
    for axes, (order, part) in zip(grid, data.groupby("order", sort=False), strict=True):
        heights = [-number for number in range(len(part))]
        for color, words, sign in (("C0", "takes a part of the sale", 1.0), ("C1", "adds to what others take", -1.0)):
            shares = part["share"].where(np.copysign(1.0, part["share"]) == sign, 0.0)
            axes.barh(heights, shares, left=part["start"], color=color, height=0.7, label=words)
        axes.axvline(0.0, color="0.4", lw=0.6)
        axes.axvline(1.0, color="0.4", lw=0.6, ls=":")
        axes.set_yticks(heights, part["group"])
        axes.set_title(order)
        axes.set_xlabel("share of the sale, cumulated over groups")
    page.legend(*grid[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)


if __name__ == "__main__":
    main(result, baseline)
