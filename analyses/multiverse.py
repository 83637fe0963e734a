"""Specification curves: every defensible estimate of H1 and H2, what moves them, and all of them at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analyses._curves import PRICED, UNITS, sale_base, sale_curve, share_base, share_curve
from analyses._units import cell
from analyses._words import label, span
from analyses.leaning import LITERATURE
from analyses.specification import Specification, baseline
from econ.multiverse import JointInference, Rule, SpecificationCurveResults
from econ.report import Exhibit, Figure, Panel, Row, Table, main, recorded

STATISTICS = {
    "median": "Median",
    "share": "Share significant, one sign",
    "stouffer": "Average z",
    "largest": "Largest z",
}
ADJUSTED = {
    "plain": "Each by itself", "romano_wolf": "Step-down, Romano and Wolf",
    "benjamini_yekutieli": "False discoveries, Benjamini and Yekutieli",
}  # fmt: skip
WORDS = {
    "seller": "Seller", "concept": "Concept", "outcome": "Yield", "horizon": "Horizon", "controls": "Controls", "lags": "Lags",
    "sample": "Sample", "design": "Design", "weights": "Weights", "scale": "Scale", "ally": "Ally", "interactions": "Jointly",
}  # fmt: skip
OPTIONS = {
    "china": "China", "china_belgium": "China + Belgium", "official": "foreign officials", "foreign": "all foreigners",
    "japan": "Japan", "japan_uk": "Japan + UK", "uk": "UK", "term_premium_10y": "10-year premium",
}  # fmt: skip


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Both curves, their decompositions, and joint tests against samples without an effect."""
    sales, shares, rest = sale_base(spec), share_base(spec), _without_prices(spec)
    curves = {"h1": sale_curve(spec, base=sales).run(), "h2": share_curve(spec, base=shares).run()}
    bought = {"h1": sale_curve(spec, *rest, base=sales), "h2": share_curve(spec, *rest, base=shares)}
    runs = {key: curve.run() for key, curve in bought.items()}
    joint = {key: _joint(results, spec) for key, results in runs.items()}
    blocks = {key: _joint(results, spec, "blocks") for key, results in runs.items()}
    parts = {key: results.decompose() for key, results in curves.items()}
    told = {key: _told(results, parts[key]["shapley"]) for key, results in curves.items()}
    numbers: dict[str, Any] = {}
    for key in curves:
        numbers |= {f"{key}_{name}": value for name, value in told[key].items()}
        numbers |= {f"{key}_{name}_p": cell(joint[key].table, name, "p_value") for name in STATISTICS}
        numbers |= {f"{key}_{name}_p_blocks": cell(blocks[key].table, name, "p_value") for name in STATISTICS}
        numbers |= {f"{key}_left_{name}": share for name, share in _left(joint[key], spec).items()}
    return Exhibit(
        key="multiverse", title="Every defensible specification", numbers=numbers,
        tables={"": _summary(told, joint, blocks, spec), "variance": _variance(parts, spec), "tree": _tree(curves, spec)},
        figures={
            "": Figure(_points(curves["h1"]), partial(_draw, units=UNITS["sale"], published=tuple(LITERATURE.values())), height=7.4),
            "share": Figure(_points(curves["h2"]), partial(_draw, units=UNITS["share"]), height=5.4),
        }, spec=spec,
    )  # fmt: skip


def _joint(results: SpecificationCurveResults, spec: Specification, scheme: str = "shift") -> JointInference:
    """Against outcomes that are turned round in time, of which T periods have T - 1, or blocks without the effect."""
    draws = spec.multiverse.shifts
    if scheme == "shift" and results.calendar is not None:
        draws = min(draws, results.calendar[1] - results.calendar[0])
    return results.joint(draws, rng=spec.rng, scheme=scheme, size=spec.multiverse.size)


def _left(joint: JointInference, spec: Specification) -> dict[str, float]:
    """Share of the specifications with purchases that are significant, by themselves and when their number counts."""
    return {str(name): float((joint.adjusted[name] <= 1.0 - spec.level).mean()) for name in joint.adjusted}


def _without_prices(spec: Specification) -> tuple[Rule, ...]:
    """Leaves out the concept that prices enter, where there is another."""
    return (PRICED,) if len(spec.multiverse.concepts) > 1 else ()


def _told(results: SpecificationCurveResults, parts: pd.Series) -> dict[str, Any]:
    """What text and table say of a curve, and of the parts that choices have in its variance."""
    told, rows = results.summary().to_frame()["value"], results.estimates
    by_concept: dict[Any, Any] = rows.groupby("concept")["value"].median().to_dict() if "concept" in rows else {}
    names = ("combinations", "estimated", "failed", "median", "lowest", "highest", "share_positive",
             "share_significant_positive", "share_significant_negative")  # fmt: skip
    return {
        **{name: told[name] for name in names},
        **{f"median_{concept}": float(value) for concept, value in by_concept.items()},
        **{f"part_{axis}": float(value) for axis, value in parts.items()},
    }


def _summary(
    columns: dict[str, dict[str, Any]],
    joint: dict[str, JointInference],
    blocks: dict[str, JointInference],
    spec: Specification,
) -> Table:
    lines = {
        "Specifications": "estimated", "Left out, weak instrument": "failed", "Median": "median", **{f"of {concept}": f"median_{concept}" for concept in spec.multiverse.concepts if len(spec.multiverse.concepts) > 1},
        "Smallest": "lowest", "Largest": "highest", "Share above zero": "share_positive",
        "Share above zero and significant": "share_significant_positive",
        "Share below zero and significant": "share_significant_negative",
    }  # fmt: skip
    rows: list[Row | Panel] = [
        Row(words, [told[name] for told in columns.values()], decimals=0 if name in ("estimated", "failed") else None)
        for words, name in lines.items()
    ]
    for title, tests in (("turned in time", joint), ("blocks without the effect", blocks)):
        rows.append(Panel(f"p-values of all specifications with purchases at once: {title}"))
        rows += [
            Row(words, [cell(test.table, name, "p_value") for test in tests.values()], decimals=3)
            for name, words in STATISTICS.items()
        ]
    rows.append(Panel("Share of them that is significant"))
    left = [_left(test, spec) for test in joint.values()]
    rows += [Row(words, [each[name] for each in left]) for name, words in ADJUSTED.items()]
    return Table(
        ["H1: yield after a sale", "H2: share bought"], rows, decimals=2,
        notes=[
            f"H1: {UNITS['sale']}; H2: share of a sale that the ally buys. Every combination of the axes that no rule leaves out, Newey-West errors, {spec.level:.0%} sets; significant at {1 - spec.level:.0%}. "
            f"p-values: against {joint['h1'].draws} and {joint['h2'].draws} samples in which what controls leave of the outcome is turned round in time against the rest (Simonsohn, Simmons and Nelson), with purchases alone: of positions prices are a part; two-sided, the share counts what is significant at {spec.multiverse.size:.0%}. With so many samples no p-value is below {1.0 / (joint['h1'].draws + 1):.3f} and {1.0 / (joint['h2'].draws + 1):.3f}. Blocks reject somewhat too often. Last panel: at {1 - spec.level:.0%}, step-down from the samples turned in time. "
            f"Weak: a first-stage F below {spec.multiverse.strong:g}, a rule added when results had been seen. "
            f"Longest sample {span(spec.sample.whole)}."
        ],
    )  # fmt: skip


def _variance(parts: dict[str, pd.DataFrame], spec: Specification) -> Table:
    axes = dict.fromkeys(axis for each in parts.values() for axis in each.index if axis != "interactions")
    cells = [
        Row(
            WORDS[axis],
            [
                cell(parts[key], axis, name) if axis in parts[key].index else ""
                for key in parts
                for name in ("shapley", "total")
            ],
        )
        for axis in (*axes, "interactions")
    ]
    return Table(
        ["Alone", "In all", "Alone", "In all"], cells, stub="Choice", decimals=2, spans=[("H1", 2), ("H2", 2)],
        notes=["Parts of the variance of the estimates. Alone: in the fit of all choices as main effects, averaged over their order; these and what choices do jointly add to one. In all: what is left among specifications that agree on every other choice. "
               f"Longest sample {span(spec.sample.whole)}."],
    )  # fmt: skip


def _tree(curves: dict[str, SpecificationCurveResults], spec: Specification) -> Table:
    rows: list[Row | Panel] = []
    for words, results in zip(("H1", "H2"), curves.values(), strict=True):
        rows.append(Panel(words))
        rows += _branches(results, spec.multiverse.depth)
    return Table(
        ["Mean", "Specifications"], rows, stub="Specifications with", decimals=2,
        notes=[f"A regression tree: each question divides the specifications so that the sum of squares falls most. Longest sample {span(spec.sample.whole)}."],
    )  # fmt: skip


def _branches(results: SpecificationCurveResults, depth: int) -> list[Row]:
    """Nodes of the tree, each with the answers that lead to it."""
    rows: list[Row] = []
    path: dict[int, str] = {}
    for node in results.tree(depth).nodes:
        path[node.depth] = _answer(node.answer) if node.depth else ""
        words = "; ".join(path[step] for step in range(1, node.depth + 1)) or "All"
        rows.append(Row(words, [node.mean, node.count]))
    return rows


def _points(results: SpecificationCurveResults) -> pd.DataFrame:
    """Estimates in order with their sets, whether zero lies outside of these, and the choices behind them."""
    rows = results.estimates
    kept = rows[list(results.curve.axes)].astype(str).reset_index(drop=True)
    for place, name in enumerate(("value", "lower", "upper")):
        kept.insert(place, name, [float(f"{each:.6g}") for each in rows[name]])
    kept.insert(3, "significant", [bool(each) for each in rows["significant"]])
    return kept


def _answer(words: str) -> str:
    """An answer of the tree, ``axis = one or another``, as a reader says it."""
    axis, _, labels = words.partition(" = ")
    return f"{WORDS[axis].lower()}: {' or '.join(_option(axis, name) for name in labels.split(' or '))}"


def _option(axis: str, name: str) -> str:
    """An option of a choice as a reader says it."""
    if axis in ("horizon", "lags"):
        return f"{name} month{'' if name == '1' else 's'}"
    return OPTIONS.get(name, label(name) if name.startswith("yield") else name)


def _draw(page: Any, data: pd.DataFrame, units: str, published: tuple[float, ...] = ()) -> None:
    options = [(axis, name) for axis in data.columns[4:] for name in dict.fromkeys(sorted(data[axis]))]
    top, matrix = page.subplots(2, 1, sharex=True, height_ratios=[1.0, 1.25])
    at, seen = np.arange(len(data)), data["significant"].to_numpy(dtype=bool)
    top.plot(at, data["value"], ".", color="#0b3c6f", markersize=2.4, rasterized=True)
    top.axhline(0.0, color="black", linewidth=0.6)
    for place, value in enumerate(published):
        words = "" if place else "published estimates, of several maturities"
        top.axhline(value, color="#c75b12", linewidth=0.7, linestyle=":", label=words or None)
    top.set_ylabel(units)
    if published:
        top.legend(loc="upper left", frameon=False)
    rows = {"zero outside the set": seen} | {
        f"{WORDS[axis].lower()}: {_option(axis, name)}": (data[axis] == name).to_numpy() for axis, name in options
    }
    for place, chosen in enumerate(reversed(list(rows.values()))):
        here = at[chosen]
        matrix.plot(
            here, np.full(len(here), place), "|", color="#0b3c6f", markersize=2.4, markeredgewidth=0.15, rasterized=True
        )
    matrix.set_yticks(range(len(rows)), list(reversed(rows)), fontsize=7.5)
    matrix.set_xlabel("Specifications, in the order of their estimates")


if __name__ == "__main__":
    main(result, baseline)
