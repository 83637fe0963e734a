"""Price offset: what allied buying takes out of the yield's response to a Chinese sale, three counterfactuals."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from analyses._offsets import groups, own_shocks
from analyses._samples import ordered, sampled
from analyses._words import months, yield_words
from analyses.specification import CHINA, Specification, baseline, fitted
from econ import Cholesky, Estimate, MovingBlock
from econ.offset import ShutOff, price_offset
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded
from econ.var import IRF

METHODS = {
    "sims-zha": "Sims-Zha: shocks month by month",
    "scenario": "Scenario: China's sale held too",
    "least-squares": "Least squares: announced shocks",
    "reduced": "Reduced form: quantity times impacts",
}
ORDERS = {"flows_first": "Flows first", "yields_first": "Yields first", "own": "Own shocks"}


def responses(spec: Specification, order: str) -> IRF:
    """Responses with joint draws."""
    svar = own_shocks(spec) if order == "own" else fitted(spec).identify(Cholesky(*ordered(spec, order)))
    return svar.irf(spec.offset.horizon, bootstrap=MovingBlock(draws=spec.var.draws), rng=spec.rng)


def offset(irf: IRF, method: str, ally: str | tuple[str, ...], spec: Specification) -> Estimate:
    """One cell; the yield enters in changes, so its responses are summed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the plausibility that the warning is about is printed in the table
        return price_offset(
            irf,
            CHINA,
            ally,
            response=spec.primary.maturity,
            horizon=spec.offset.horizon,
            method=method,
            cumulative=True,
            hold_seller=method == "scenario",
            level=spec.level,
        )


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """The offset by method, ally and order, with what each counterfactual asks of the data."""
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float | Unavailable] = {}
    paths, allies, name = [], groups(spec), spec.primary.maturity
    for order, words in ORDERS.items():
        irf = responses(spec, order)
        rows.append(Panel(words))
        shut: dict[str, list[ShutOff]] = {}
        for method in METHODS:
            cells = [offset(irf, method, ally, spec) for _, ally in allies.values()]
            if method in spec.offset.methods:
                rows.append(Row(METHODS[method], cells))
                slug = method.replace("-", "_")
                numbers |= {f"{order}_{slug}_{key}": cell for key, cell in zip(allies, cells, strict=True)}
            shut[method] = [cell.parent for cell in cells]  # type: ignore[misc]
        rows += _asked(shut)
        joint = shut["scenario"][-1]
        numbers |= {
            f"{order}_plausibility": joint.plausibility,
            f"{order}_largest_shock": _largest(joint.interventions),
            f"{order}_residual": shut["least-squares"][-1].residual,
        }
        paths.append(_path(joint, words, name))
    every = [float(numbers[f"{order}_plausibility"]) for order in ORDERS]  # type: ignore[arg-type]
    numbers["worst_plausibility"] = max(every)
    numbers["doubtful"] = sum(each > spec.offset.doubtful for each in every)
    cells = [number for number in numbers.values() if isinstance(number, Estimate)]
    numbers["unbounded"] = sum(cell.region is not None and not cell.region.bounded for cell in cells)
    numbers["cells"] = len(cells)
    return Exhibit(
        key="price_offset", title="What allied buying takes out of the price effect", numbers=numbers,
        tables={"": _table(rows, spec)}, figures={"": Figure(pd.concat(paths, ignore_index=True), _draw, height=2.8)},
        spec=spec,
    )  # fmt: skip


def _asked(shut: dict[str, list[ShutOff]]) -> list[Row]:
    """What keeping the allies out asks of their shocks, by ally."""
    return [
        Row("Largest shock month by month, s.d.", [_largest(each.interventions) for each in shut["sims-zha"]]),
        Row("Scenario: plausibility, 0.5 to 1", [each.plausibility for each in shut["scenario"]]),
        Row("Least squares: left over, % of debt", [each.residual for each in shut["least-squares"]]),
    ]


def _table(rows: list[Row | Panel], spec: Specification) -> Table:
    return Table(
        [words for words, _ in groups(spec).values()], rows, decimals=2, below="interval",
        notes=[
            f"One minus the response of the {yield_words(spec.primary.maturity)} after {months(spec.offset.horizon)} over its response with the allies' "
            "purchases held at zero; 1: allies undo the effect, 0: they do not matter. Brackets: "
            f"{spec.level:.0%} Fieller sets over moving-block draws, often unbounded because the response itself is not "
            "distinguishable from zero. Below: what a Chinese shock of one standard deviation asks of allied shocks; scenarios "
            f"above a plausibility of {spec.offset.doubtful} are not to be read; left over: root mean square of the allies' monthly "
            "purchases. Recursive orders are conventions, not estimates; own shocks: each holder's granular shock.",
            sampled(spec),
        ],
    )  # fmt: skip


def _largest(shocks: pd.DataFrame) -> float:
    return float(shocks.abs().to_numpy().max())


def _path(shut: ShutOff, words: str, name: str) -> pd.DataFrame:
    """Cumulated yield after a sale, with and without the allies; the shock of the VAR is a purchase."""
    actual, without = (-shut.paths[kind, name].to_numpy().cumsum() for kind in ("actual", "shut off"))
    title = f"{words}\nplausibility {shut.plausibility:.2f}"
    return pd.DataFrame({"order": title, "month": range(len(actual)), "actual": actual, "shut": without})


def _draw(page: Any, data: pd.DataFrame) -> None:
    grid = page.subplots(1, data["order"].nunique(), sharey=True)
    for axes, (order, path) in zip(grid, data.groupby("order", sort=False), strict=True):
        axes.plot(path["month"], path["actual"], label="allies respond")
        axes.plot(path["month"], path["shut"], "--", label="allies shut off")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_title(order)
        axes.set_xlabel("months")
    grid[0].set_ylabel("bp, Chinese sale of 1 s.d.")
    grid[0].legend()


if __name__ == "__main__":
    main(result, baseline)
