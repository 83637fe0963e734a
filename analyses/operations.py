"""Operations by the day: the 10-year yield around every day on which Japan bought or sold dollars since 1991."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analyses._doubts import doubts
from analyses._operations import FEW, Fits, Record, days, fitted, primary, records, spread
from analyses._units import per_100bn
from analyses._words import label, listing, span, yield_words
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.data.operations import ERAS
from econ.eventstudy import OperationResults
from econ.infer import minimum_detectable_effect
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded
from econ.tables.numbers import fixed


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """The cell that decides, what carries it and what it does not survive; its path; maturities; sales and purchases."""
    both = records(spec)
    whole = both["All"]
    fits = {words: fitted(each, spec) for words, each in both.items()}
    path = fitted(whole, spec, first=spec.operations.path[0], last=spec.operations.path[1])
    table, numbers = _main(both, fits, path, spec)
    signs, of_signs = _signs(both, spec)
    asked, of_doubts = doubts(both, fits, spec)
    return Exhibit(
        key="operations", title="The yield around operations by the day",
        numbers={**numbers, **of_signs, **of_doubts, **_counts(fits, spec)},
        tables={"": table, "doubts": asked, "signs": signs, "maturities": _maturities(both, spec), "eras": _eras(whole, fits, spec)},
        figures={"": Figure(_path(path, spec), _draw, height=2.8)},
        spec=spec,
    )  # fmt: skip


MONTH = 20
"""Trading days of a month."""
AS_THERE = "sets as in the table of the yield around operations"
"""Of the other tables, which do not know where in the paper they stand."""


def _main(
    both: dict[str, Record], fits: Fits, path: OperationResults, spec: Specification
) -> tuple[Table, dict[str, Any]]:
    choices = spec.operations
    far = {words: fitted(each, spec, last=max(choices.days)) for words, each in both.items()}
    other = {words: fitted(each, spec, closed=choices.closed_otherwise) for words, each in both.items()}
    unclean = {words: fitted(each, spec, news=()) for words, each in both.items()}
    single = {words: fitted(each, spec, summed=not choices.summed) for words, each in both.items()}
    name = days(choices.day)
    rows: list[Row | Panel] = [
        Panel("Response of the yield, bp"),
        Row(f"{name}: the cell that decides", [primary(fit, spec) for fit in fits.values()]),
        *(
            Row(days(at), [fit.at(at, level=spec.level) for fit in far.values()])
            for at in choices.days if at != choices.day
        ),
        Panel(f"{name}, other choices"),
        Row(_closed(choices.closed_otherwise), [primary(fit, spec) for fit in other.values()]),
        Row(_with(choices.clean), [primary(fit, spec) for fit in unclean.values()]),
        Row(_per(not choices.summed), [primary(fit, spec) for fit in single.values()]),
        *_behind(fits, spec),
    ]  # fmt: skip
    table = Table(list(fits), rows, decimals=1, below="interval", notes=[_notes(spec)])
    cells = {"closed_otherwise": other["All"], "per_day": single["All"]}
    numbers: dict[str, Any] = {
        **{name: primary(fit, spec) for name, fit in cells.items()},
        "far": far["All"].at(max(choices.days), level=spec.level),
        "month": far["All"].at(min(MONTH, max(choices.days)), level=spec.level),
        "before_p": _before(path, spec),
    }  # fmt: skip
    return table, numbers


def _behind(fits: Fits, spec: Specification) -> list[Row | Panel]:
    """What stands behind the cell that decides."""
    return [
        Panel("What stands behind it"),
        Row("Newey-West standard error", [primary(fit, spec).std_error for fit in fits.values()]),
        Row("p-value by randomisation", [_p(fit, spec) for fit in fits.values()], decimals=3),
        Row("Detectable with 80% power", [_detectable(fit, spec) for fit in fits.values()]),
        Row("Least and most without one day", [_range(fit, spec) for fit in fits.values()]),
        Row("Operations", [len(fit.operations) for fit in fits.values()]),
        Row("Days", [len(fit.window.rows) for fit in fits.values()]),
    ]


def _notes(spec: Specification) -> str:
    choices = spec.operations
    news = listing([each.upper() for each in choices.clean])
    clean = f"days without {news} in the window; " if choices.clean else ""
    kept = f"The {news} is kept out of days 0 to {choices.day} in every row but the one that adds it. " if news else ""
    return (
        f"Change of the {yield_words(spec.primary.maturity)} from the close before an operation, per 1% of debt sold "
        f"{'from that day to the last one named' if choices.summed else 'on the day'}, bp; "
        f"dollar sales and purchases of Japan's Ministry of Finance, {span(choices.span)}; {clean}a constant an era. "
        f"Brackets: {spec.level:.0%} sets that {choices.draws:,} shifts of the amounts within eras do not reject. "
        f"{_closed(choices.closed)}, but for the row that says otherwise. {kept}Longer windows lose the last operations."
    )


def _with(clean: tuple[str, ...]) -> str:
    """Label of the row whose windows may hold what is kept out of all others."""
    return (
        f"Windows with the {listing([each.upper() for each in clean])} too"
        if clean
        else "Whatever else is in the window"
    )


def _before(path: OperationResults, spec: Specification) -> float | Unavailable:
    """P-value that the yield did not move ahead of the operations."""
    first = spec.operations.path[0]
    if first > -2:
        return Unavailable("the path begins at the close before")
    found: Any = path.joint_test(first, -2)["p_value"]
    return float(found)


def _per(summed: bool) -> str:
    return "Per amount of all days of the window" if summed else "Per amount of the day, campaigns or not"


def _closed(rule: str) -> str:
    return {
        "next": "Operations while New York is closed count on its next day",
        "previous": "Operations while New York is closed count on its last day",
        "drop": "Operations while New York is closed left out",
    }[rule]


def _p(fit: OperationResults, spec: Specification) -> float:
    return fit.tests[fit.horizons.index(spec.operations.day)].p_value


def _detectable(fit: OperationResults, spec: Specification) -> float:
    return minimum_detectable_effect(spread(fit, spec), size=1.0 - spec.level)


def _range(fit: OperationResults, spec: Specification) -> str:
    left = fit.leave_one_out(spec.operations.day)["estimate"]
    return f"{fixed(left.min(), 1)} to {fixed(left.max(), 1)}"


def _signs(both: dict[str, Record], spec: Specification) -> tuple[Table, dict[str, Any]]:
    """Sales and purchases apart, under both rules for a closed market."""
    choices = spec.operations
    rows: list[Row | Panel] = []
    numbers: dict[str, Any] = {}
    for rule in dict.fromkeys((choices.closed, choices.closed_otherwise)):
        rows.append(Panel(_closed(rule)))
        for key, words, sign in (("sales", "Sales alone", 1), ("purchases", "Purchases alone", -1)):
            cells = [_alone(record.signed(sign), rule, spec) for record in both.values()]
            rows.append(Row(words, cells))
            numbers[f"{key}_{rule}"] = cells[0]
        equal = [_equal(record, rule, spec) for record in both.values()]
        rows.append(Row("p-value that they are one", equal, decimals=2))
        numbers[f"equal_{rule}"] = equal[0]
    table = Table(
        list(both), rows, decimals=1, below="interval",
        notes=[
            f"Response after {days(choices.day).lower()}, bp per 1% of debt sold (or not bought), {span(choices.span)}; {AS_THERE}. "
            "Alone: eras with operations of that sign. One: residuals of the common slope turned round the eras."
        ],
    )  # fmt: skip
    return table, numbers


def _alone(record: Record, rule: str, spec: Specification) -> Estimate | Unavailable:
    return primary(fitted(record, spec, closed=rule), spec) if len(record.sold) else FEW


def _equal(record: Record, rule: str, spec: Specification) -> float | Unavailable:
    if not (len(record.signed(1).sold) and len(record.signed(-1).sold)):
        return FEW
    found: Any = fitted(record, spec, closed=rule).by_sign().loc[spec.operations.day, "randomisation p_value"]
    return float(found)


def _maturities(both: dict[str, Record], spec: Specification) -> Table:
    """The same days, other yields; each on the days on which it was quoted."""
    choices = spec.operations
    rows = [
        Row(label(name), [primary(fitted(record, spec, response=name), spec) for record in both.values()])
        for name in choices.maturities
    ]
    return Table(
        list(both), rows, stub="Yield", decimals=1, below="interval",
        notes=[
            f"Response after {days(choices.day).lower()}, bp per 1% of debt sold, {span(choices.span)}; {AS_THERE}. No 30-year bond "
            "was issued from February 2002 to February 2006; the rate of those days is the publisher's. No daily 5-year yield or term premium is in the archive."
        ],
    )  # fmt: skip


def _eras(whole: Record, fits: Fits, spec: Specification) -> Table:
    """How much each era has, alone and left out."""
    amounts = fits["All"].operations
    rows: list[Row] = []
    for era in ERAS:
        inside = amounts[(amounts.index >= era.first) & (amounts.index <= era.last)]
        if len(inside):
            squares = float((inside**2).sum() / (amounts**2).sum())
            alone, left = (
                primary(fitted(each, spec), spec) for each in (whole.within(era), whole.without(era.first, era.last))
            )
            rows.append(Row(era.label, [len(inside), float(inside.sum()), squares, alone, left]))
    return Table(
        ["Operations", "Sold", "Share of squares", "In it alone", "Without it"], rows, stub="Era", decimals=1,
        below="interval", spans=[("", 3), (f"Response after {days(spec.operations.day).lower()}", 2)],
        notes=[
            "Sold: percent of debt, net of purchases. Share of squares: of the sum of squared amounts, by which the eras weigh. "
            f"Bp per 1% of debt sold, {span(spec.operations.span)}; {AS_THERE}."
        ],
    )  # fmt: skip


def _counts(fits: Fits, spec: Specification) -> dict[str, Any]:
    """The cell that decides, and how many operations it rests on."""
    fit, part = fits.values()
    found = {
        "primary": primary(fit, spec), "without": primary(part, spec), "p_value": _p(fit, spec),
        "primary_100bn": per_100bn(primary(fit, spec), spec), "detectable": _detectable(fit, spec),
    }  # fmt: skip
    return found | {
        "operations": len(fit.operations),
        "days": len(fit.window.rows),
        "left_out": len(fit.window.left_out),
    }


def _path(fit: OperationResults, spec: Specification) -> pd.DataFrame:
    """Responses by day with the band that randomisation does not reject, zero at the close before."""
    table = fit.summary(level=spec.level).to_frame()[["estimate", "set lower", "set upper"]]
    table.loc[-1] = 0.0
    return table.sort_index().rename_axis("day").reset_index()


def _draw(page: Any, data: pd.DataFrame) -> None:
    axes = page.subplots()
    axes.fill_between(data["day"], data["set lower"], data["set upper"], color="C0", alpha=0.2, lw=0)
    axes.plot(data["day"], data["estimate"], color="C0", marker="o", ms=3)
    axes.axhline(0.0, color="0.4", lw=0.6)
    axes.axvline(-0.5, color="0.4", lw=0.6, ls=":")
    axes.set_xlabel("trading days from the operation")
    axes.set_ylabel("bp per 1% of debt sold")


if __name__ == "__main__":
    main(result, baseline)
