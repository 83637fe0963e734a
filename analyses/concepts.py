"""Concepts of a purchase: what each form prints, where trades lie about owners, and what published flows changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from analyses import _impacts, quantity_offset, recursive_responses
from analyses._offsets import proxy_system
from analyses._units import cell, summed
from analyses._words import months, number, yield_words
from analyses.specification import CHINA, Specification, baseline
from econ import Estimate
from econ.data import against_surveys, flows, holder, misplaced, reallocated_purchases
from econ.data.concepts import BREAK
from econ.data.reported import IMPUTED
from econ.data.surveys import SURVEYS, TOLERANCE
from econ.offset import quantity_offset as offset_of
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded

Value = Estimate | float | Unavailable
GAP = slice(str(IMPUTED[0]), str(IMPUTED[-1]))
OLD, NEW = "imputed", "spliced"


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Compare the concepts by holder, the S form with the surveys, and the paper's cells under old and new flows."""
    by_holder, compared = _by_holder(spec)
    surveys, found = _surveys(spec)
    changes, moved = _changes(spec)
    return Exhibit(
        key="concepts", title="Whose purchases they are", numbers={**compared, **found, **moved},
        tables={"": by_holder, "surveys": surveys, "changes": changes}, spec=spec,
    )  # fmt: skip


def _by_holder(spec: Specification) -> tuple[Table, dict[str, float | int]]:
    """Published purchases against those that positions imply, where both exist, and in the months once imputed."""
    rows: list[Row | Panel] = []
    numbers: dict[str, float | int] = {}
    first, last = spec.sample.main[0], str(IMPUTED[0] - 1)
    for slug in spec.concepts.holders:
        both = pd.DataFrame({name: _bought(slug, name, spec) for name in (NEW, "position")})
        spans = [both.loc[first:last], both.loc[GAP], both.loc[str(BREAK) :]]
        known = [part.dropna() for part in spans]
        correlations = [
            float(part[NEW].corr(part["position"])) if len(part) else Unavailable("not published") for part in known
        ]
        sums = [summed(both.loc[GAP, name]) for name in (NEW, "position")]
        rows.append(Row(holder(slug).name, [*correlations, *sums]))
        numbers |= {f"correlation_{slug}": value for value in correlations[1:2] if isinstance(value, float)}
    table = Table(
        [f"To {last}", "To 2023-01", "After", "Published", "By position"],
        rows,
        spans=[("Correlation", 3), (f"Sum {IMPUTED[0]} to {IMPUTED[-1]}, $bn", 2)],
        decimals=2,
        notes=[
            f"Monthly net purchases of long-term Treasuries. Published: {months_of_forms()}; foreign officials have no line in "
            "the S form, so that nothing is published of them between Bertaut-Judson and the SLT form. By position: change "
            f"in the reported position less its change in value, which nobody published from {IMPUTED[0]} to {IMPUTED[-1]} and "
            "a duration and convexity model estimates. An earlier edition used the last column in those months."
        ],
    )
    return table, numbers


def months_of_forms() -> str:
    """Which form is read when."""
    return f"the TIC S form to {BREAK - 1} (trading counterparty), TIC SLT from {BREAK} (reported holder)"


def _bought(slug: str, concept: str, spec: Specification) -> pd.Series:
    return flows(slug, scale="usd_bn", concept=concept, as_of=spec.as_of)["value"]


def _surveys(spec: Specification) -> tuple[Table, dict[str, Estimate | float | int]]:
    """Sums of the S form between the first and the last survey against what the surveys found."""
    years = against_surveys(as_of=spec.as_of)
    totals = misplaced(years)
    rows: list[Row | Panel] = []
    for title, kept in (("Trades may stand for the holder's own", True), ("They may not", False)):
        rows.append(Panel(title))
        for slug in totals.index[totals["alone"] == kept]:
            values = [
                cell(totals, slug, name) for name in ("counterparty", "surveyed", "position", "miss", "correlation")
            ]
            rows.append(Row(holder(str(slug)).name, values))
    found = reallocated_purchases("china", hubs=spec.custody.survey_hubs, as_of=spec.as_of)
    table = Table(
        ["S form", "Surveys", "Position", "Miss", "Correlation"],
        rows,
        spans=[("Purchases, $bn", 2), ("", 3)],
        decimals=2,
        notes=[
            f"Net purchases between the surveys of {SURVEYS[0]} and {SURVEYS[-1]}: gross purchases less gross sales by trading "
            "counterparty, against the change of the surveyed position (all Treasuries, as the table of major holders prints "
            "it) less its change in value, at the published return of foreign officials' portfolio. Position: at the last "
            f"survey. Miss: their distance over that position; up to {TOLERANCE:.0%} a holder's trades are taken for its own. "
            f"Correlation: of the {number(len(SURVEYS) - 1)} years."
        ],
    )
    numbers: dict[str, Estimate | float | int] = {
        f"{what}_{slug}": cell(totals, slug, column)
        for slug in spec.concepts.quoted
        for what, column in (("traded", "counterparty"), ("surveyed", "surveyed"))
    }
    numbers |= {
        f"share_{slug}": totals["counterparty"][slug] / totals["surveyed"][slug] for slug in spec.concepts.quoted
    }
    numbers |= {f"reallocated_{hub}": share for hub, share in found.shares.items()}
    numbers["reallocated_error"] = float(found.frame["std_error"].max())
    return table, numbers


def _changes(spec: Specification) -> tuple[Table, dict[str, Value]]:
    """The cells that the text rests on, under the flows of an earlier edition and under published ones."""
    rows: list[Row | Panel] = []
    numbers: dict[str, Value] = {}
    for title, cells in _cells(spec).items():
        rows.append(Panel(title))
        for key, (words, compute) in cells.items():
            old, new = (compute(spec.changed("concept", concept)) for concept in (OLD, NEW))
            rows.append(Row(words, [old, new]))
            numbers |= {f"{key}_old": old, f"{key}_new": new}
    table = Table(
        ["Imputed", "Published"], rows, decimals=2, below="interval",
        notes=[
            f"Each cell twice, on one sample and by one program: with purchases of {IMPUTED[0]} to {IMPUTED[-1]} estimated as the "
            "change in position less a modelled change in value, and with those that the S form publishes. All other months "
            f"are the same. Brackets: {spec.level:.0%} intervals or Anderson-Rubin sets. Every number of the first edition's text that moved is listed with the archive."
        ],
    )  # fmt: skip
    return table, numbers


Cells = dict[str, tuple[str, Callable[[Specification], Value]]]


def _cells(spec: Specification) -> dict[str, Cells]:
    """What is compared, by panel: from a key to words and a program."""
    horizon, name = spec.primary.horizon, yield_words(spec.primary.maturity)
    impacts: Cells = {
        "combined": ("Primary cell", lambda each: _impact(_impacts.primary_key(each), each)),
        "granular": ("Granular shocks of all holders", lambda each: _impact("granular", each)),
        "ols_china": ("Least squares, China", lambda each: _impact("ols_china", each)),
        **{f"recursive_{key}": (f"China sells, {words.lower()}", partial(_recursive, order))
           for key, (words, order) in recursive_responses.ORDERS.items()},
    }  # fmt: skip
    shares: Cells = {
        "offset_recursive": ("Japan, China first", lambda each: offset_of(
            quantity_offset.responses(each, "flows_first"), CHINA, each.offset.ally, horizon=each.offset.horizon,
            level=each.level)),
        "offset_proxy": ("Japan, China's own shock", lambda each: offset_of(
            proxy_system(each), CHINA, each.offset.ally, horizon=each.offset.horizon, level=each.level)),
    }  # fmt: skip
    sums: Cells = {
        "china_2022": ("China sold in 2022", lambda each: -summed_in("china", "2022-01", "2022-12", each)),
        "japan_stress": ("Japan sold, September and October 2022",
                         lambda each: -summed_in("japan", "2022-09", "2022-10", each)),
        "uk_gap": ("UK custodians bought, 2021 and 2022", lambda each: summed_in("uk", "2021-01", "2022-12", each)),
    }  # fmt: skip
    return {
        f"{name} {months(horizon)} after a sale of 1% of debt, bp": impacts,
        f"Share of a Chinese sale bought within {months(spec.offset.horizon)}": shares,
        "Sums, $bn": sums,
    }


def summed_in(slug: str, first: str, last: str, spec: Specification) -> float:
    """Net purchases between two months, USD billion."""
    return float(_bought(slug, spec.concept, spec).loc[first:last].sum())


def _recursive(order: str, spec: Specification) -> Estimate | Unavailable:
    return recursive_responses.primary_cells(spec, order)[0]


def _impact(key: str, spec: Specification) -> Estimate | Unavailable:
    """The yield after the primary horizon by one design."""
    fit = _impacts.project(_impacts.design_of(key, spec), spec, horizon=spec.primary.horizon)
    return _impacts.impact(fit, spec.primary.maturity, spec.primary.horizon, spec)


if __name__ == "__main__":
    main(result, baseline)
