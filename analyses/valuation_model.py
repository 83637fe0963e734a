"""Valuation model: how well a duration and convexity model explains official valuation changes, by holder."""

from __future__ import annotations

import numpy as np
import pandas as pd

import econ
from analyses._units import cell
from analyses.specification import Specification, baseline
from econ.data import fit_valuation, flows, holder, holders, valuation_model
from econ.data.archive import read_table
from econ.data.valuation import left_out_errors
from econ.report import Exhibit, Panel, Row, Table, main, recorded

TWO, ONE = ("yield_2y", "yield_10y"), ("yield_10y",)
FIRST, LAST_SEEN, FIRST_UNSEEN = "2011-07", "2020-12", "2023-02"  # between which the tables print no valuation
COLUMNS = ("duration", "convexity", "r2", "rmse", "rmse_usd", "r2_slt", "rmse_slt")


def official(slug: str, as_of: str) -> tuple[pd.DataFrame, pd.Series]:
    """Published columns of a holder, USD billions, and the valuation change in percent of the position before it."""
    names = ("valuation_change", "position_change", "position")
    table = pd.DataFrame({each: flows(slug, each, "usd_bn", imputed=False, as_of=as_of)["value"] for each in names})
    table = table.assign(before=table["position"] - table["position_change"]).loc[FIRST:]
    return table, 100.0 * table["valuation_change"] / table["before"]


def valued(as_of: str) -> list[str]:
    """Holders whose valuation is published on both sides of the months without one."""
    coded = set(read_table("bertaut_judson", as_of)[0]["holder"])
    return [str(slug) for slug, code in holders()["code"].items() if code in coded]


def _yields(as_of: str) -> pd.DataFrame:
    """Month-end yields in percent, from the month before the first valuation."""
    return econ.load(*TWO, as_of=as_of).frame.loc[str(pd.Period(FIRST, freq="M") - 1) :]


def left_out_error(returns: pd.Series, yields: pd.DataFrame, *, rates: tuple[str, ...] = TWO) -> float:
    """Root mean squared error of each calendar year predicted from the other years, percent of the position.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=60, freq="M")
    >>> yields = pd.DataFrame({"yield_2y": np.cos(np.arange(60.0)), "yield_10y": np.sin(np.arange(60.0))}, index=months)
    >>> returns = -5.0 * yields["yield_10y"].diff()
    >>> round(left_out_error(returns, yields, rates=("yield_10y",)), 6)
    0.0
    """
    return float(np.sqrt((left_out_errors(returns, yields, rates=rates) ** 2).mean()))


def unseen(returns: pd.Series, yields: pd.DataFrame, *, rates: tuple[str, ...] = TWO) -> dict[str, float]:
    """Fit on the Bertaut-Judson months, predict those of the SLT table: R2 and root mean squared error, percent."""
    model = fit_valuation(returns.loc[:LAST_SEEN], yields.loc[:LAST_SEEN], rates=rates)
    late = returns.loc[FIRST_UNSEEN:]
    errors = (late - model.returns(yields).reindex(late.index)).dropna()
    return {
        "r2_slt": float(1.0 - (errors**2).sum() / (late.loc[errors.index] ** 2).sum()),
        "rmse_slt": float(np.sqrt((errors**2).mean())),
    }


def fits(as_of: str) -> pd.DataFrame:
    """How well the model fits the months with official valuation, one row a holder.

    Columns: ``duration`` (years, sum of both key rates), ``convexity``, ``r2``, ``rmse`` (percent of the position),
    ``rmse_usd`` (billions, at each month's position), ``nobs``; ``r2_slt``, ``rmse_slt``: of `unseen` months.
    """
    yields, rows = _yields(as_of), {}
    for slug in valued(as_of):
        table, returns = official(slug, as_of)
        model = valuation_model(slug, as_of=as_of)
        errors = returns - model.returns(yields).reindex(returns.index)
        rows[slug] = {
            "name": holder(slug).name,
            "duration": model.duration,
            "convexity": model.params["convexity"],
            "r2": model.r2,
            "rmse": model.rmse,
            "rmse_usd": float(np.sqrt(((errors / 100.0 * table["before"]) ** 2).mean())),
            "nobs": model.nobs,
            **unseen(returns, yields),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def alternatives(as_of: str) -> pd.DataFrame:
    """The model with two key rates, which is used, against one with the 10-year yield alone, one row a holder.

    For each model (``two``, ``one``): ``left_out_*`` and ``rmse_slt_*``, percent of the position; ``bought_2022_*``,
    the net purchases that it leaves for 2022, USD billions; ``better``: the model with the smaller left-out error.
    """
    yields, rows = _yields(as_of), {}
    for slug in valued(as_of):
        (table, returns), row = official(slug, as_of), {}
        for word, rates in (("two", TWO), ("one", ONE)):
            model = fit_valuation(returns, yields, rates=rates)
            valuation = model.returns(yields).reindex(returns.index) / 100.0 * table["before"]
            row[f"left_out_{word}"] = left_out_error(returns, yields, rates=rates)
            row[f"rmse_slt_{word}"] = unseen(returns, yields, rates=rates)["rmse_slt"]
            row[f"bought_2022_{word}"] = float((table["position_change"] - valuation).loc["2022-01":"2022-12"].sum())
        rows[slug] = {**row, "better": min(("two", "one"), key=lambda word: row[f"left_out_{word}"])}
    return pd.DataFrame.from_dict(rows, orient="index")


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Fit the model holder by holder; report fit in and out of sample."""
    fit = fits(spec.as_of)
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
    table_of_alternatives, compared = _alternatives(spec)
    numbers = {
        **compared,
        **{f"r2_{slug}": cell(fit, slug, "r2") for slug in ("china", "japan", "uk", "official")},
        **{f"r2_unseen_{slug}": cell(fit, slug, "r2_slt") for slug in ("china", "japan", "uk", "official")},
        **{f"rmse_usd_{slug}": cell(fit, slug, "rmse_usd") for slug in ("china", "japan", "uk", "official")},
        "months": int(cell(fit, "china", "nobs")),
    }
    return Exhibit(
        key="valuation_model", title="Fit of the valuation model", numbers=numbers,
        tables={"": table, "alternatives": table_of_alternatives}, spec=spec,
    )  # fmt: skip


def _alternatives(spec: Specification) -> tuple[Table, dict[str, float | int]]:
    """Two key rates, which the paper uses, against the 10-year yield alone."""
    found = alternatives(spec.as_of)
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
