"""Valuation model: how well a duration and convexity model explains official valuation changes, by holder."""

from __future__ import annotations

import econ
from analyses._units import cell
from analyses.specification import Specification, baseline
from econ.data import holder, valuation_alternatives, valuation_fit
from econ.report import Exhibit, Panel, Row, Table, main, recorded

COLUMNS = ("duration", "convexity", "r2", "rmse", "rmse_usd", "r2_slt", "rmse_slt")


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Fit the model holder by holder; report fit in and out of sample."""
    fit = valuation_fit(as_of=spec.as_of)
    groups = {
        "Aggregates": ["foreign", "official"],
        "Mostly their own officials": [slug for slug in fit.index if holder(slug).official and slug != "official"],
        "Custody and fund centres": [slug for slug in fit.index if holder(slug).hub],
        "Other": [
            slug for slug in fit.index if not holder(slug).official and not holder(slug).hub and slug != "foreign"
        ],
    }
    rows: list[Row | Panel] = []
    for title, slugs in groups.items():
        rows.append(Panel(title))
        rows += [Row(str(fit.loc[slug, "name"]), [float(fit.loc[slug, name]) for name in COLUMNS]) for slug in slugs]
    table = Table(
        ["Duration", "Convexity", "R²", "RMSE, %", "RMSE, $bn", "R², unseen", "RMSE, %, unseen"],
        rows,
        decimals=2,
        notes=[
            "Least squares of the official valuation change, in percent of the position a month earlier, on the changes of "
            "2- and 10-year yields and the square of the latter; months with official figures since 2011-07. Duration: sum "
            "of both key-rate durations. Unseen: fitted to 2020-12, asked for 2023-02 and later. The model serves the 25 "
            "months from 2021-01 to 2023-01 only."
        ],
    )
    alternatives, compared = _alternatives(spec)
    numbers = {
        **compared,
        **{f"r2_{slug}": cell(fit, slug, "r2") for slug in ("china", "japan", "uk", "official")},
        **{f"r2_unseen_{slug}": cell(fit, slug, "r2_slt") for slug in ("china", "japan", "uk", "official")},
        **{f"rmse_usd_{slug}": cell(fit, slug, "rmse_usd") for slug in ("china", "japan", "uk", "official")},
        "months": int(cell(fit, "china", "nobs")),
    }
    vintages = econ.load("official_net_purchases_usd", "official_valuation_change_usd", as_of=spec.as_of).vintages
    return Exhibit(
        key="valuation_model", title="Fit of the valuation model", numbers=numbers,
        tables={"": table, "alternatives": alternatives}, vintages=vintages, spec=spec,
    )  # fmt: skip


def _alternatives(spec: Specification) -> tuple[Table, dict[str, float | int]]:
    """Two key rates, which the paper uses, against the 10-year yield alone."""
    found = valuation_alternatives(as_of=spec.as_of)
    columns = [f"{what}_{word}" for what in ("left_out", "rmse_slt", "bought_2022") for word in ("two", "one")]
    rows: list[Row | Panel] = [
        Row(holder(slug).name, [cell(found, slug, column) for column in columns]) for slug in spec.summary.valued
    ]
    means = [float(found[column].mean()) for column in columns[:4]]
    rows.append(Row(f"Mean of {len(found)} holders", [*means, "", ""]))
    table = Table(
        ["Two", "One"] * 3,
        rows,
        spans=[("Years left out, %", 2), ("Unseen, %", 2), ("Bought in 2022, $bn", 2)],
        decimals=2,
        notes=[
            "Two: key rates of 2 and 10 years, as in the paper; one: the 10-year yield alone. Root mean squared errors of the "
            "official valuation, percent of the position: each year predicted from the other years; months from 2023-02 "
            "predicted from those to 2020-12. Bought: net purchases that each leaves for 2022, when none were published. The "
            "rule that judges is the mean over holders of the first error; it does not look at the last columns."
        ],
    )
    numbers: dict[str, float | int] = {
        f"{column}_{slug}": cell(found, slug, column) for column in columns for slug in ("china", "official")
    }
    numbers |= {f"left_out_{word}": float(found[f"left_out_{word}"].mean()) for word in ("two", "one")}
    return table, numbers | {"two_better": int((found["better"] == "two").sum()), "holders": len(found)}


if __name__ == "__main__":
    main(result, baseline)
