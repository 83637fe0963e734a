"""The ledger: every claim of the story, what settles it, what was found, and the word that one rule gives."""

from __future__ import annotations

from collections import Counter
from typing import Any

from analyses._lines import Line
from analyses._stated import stated
from analyses._tested import causes
from analyses.specification import Specification, baseline
from econ.infer import Claim
from econ.infer.verdict import VERDICTS
from econ.report import Estimate, Exhibit, Panel, Row, Table, main, recorded
from econ.tables.numbers import fixed

GROUPS = {"N": "Numbers", "F": "Facts", "C": "Causes and behaviour"}
SIGNS = {"equal": "", "at least": "≥ ", "at most": "≤ "}
COUNTED = ("", "years")
"""Units of numbers that are whole where what is counted is."""


def lines(spec: Specification) -> list[Line]:
    """The 27 claims, in the order of the story's list."""
    return [*stated(spec), *causes(spec)]


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """One line a claim, and beside it the rule and what to know of it."""
    found = lines(spec)
    counts = Counter(line.verdict for line in found)
    numbers: dict[str, Any] = {"claims": len(found)}
    numbers |= {f"are_{word.replace(' ', '_')}": counts[word] for word in VERDICTS}
    for line in found:
        key = line.number.lower()
        numbers |= {f"{key}_verdict": line.verdict, **line.more}
        if line.parts:
            numbers |= {key: line.parts[line.shown].found, f"{key}_detectable": line.detectable}
    return Exhibit(
        key="ledger", title="The ledger of claims", numbers=numbers,
        tables={"": _ledger(found, spec), "rules": _rules(found, spec)}, spec=spec,
    )  # fmt: skip


def _ledger(found: list[Line], spec: Specification) -> Table:
    rows: list[Row | Panel] = []
    for letter, words in GROUPS.items():
        rows.append(Panel(words))
        rows += [_row(line) for line in found if line.number.startswith(letter)]
    return Table(
        ["Settled by", "Claimed", "Found", "Could be seen", "Verdict"], rows, below="interval",
        notes=[
            f"The story appeared on {spec.ledger.story}; vintage {spec.as_of}. Settled by: the source, and what is read from it, with its units. Claimed: of that the number, "
            "its bound or its sign. Of a claim in parts the part is shown on which it turns; what it is held to part by part, and what to know of "
            "it, stand in the supplementary table ledger_rules. Right at first print: right by the figure that had come out then. Overstated: what was found has the sign "
            f"that was claimed and less of its size, or some parts hold and others do not. Not decidable: the {spec.level:.0%} set agrees with the claim and with "
            "its opposite; then what could be seen is the smallest effect with 80% power, if the set has ends. Each word of a set errs by itself in up to "
            f"{1 - spec.level:.0%} of cases."
        ],
    )  # fmt: skip


def _row(line: Line) -> Row:
    label = f"{line.number} {line.words}"
    if not line.parts:
        return Row(label, [line.series, "", "no series", "", line.verdict])
    part = line.parts[line.shown]
    value: Any = part.found
    if not isinstance(value, Estimate):
        value = int(value) if part.claim.units in COUNTED and float(value).is_integer() else float(value)
    size = abs(value.value if isinstance(value, Estimate) else value)
    seen = "" if not isinstance(value, Estimate) else line.detectable
    return Row(
        label,
        [settled(line.series, part.claim), claimed(part.claim), value, seen, line.verdict],
        decimals=1 if size >= 10.0 else 2,
    )


def settled(series: str, claim: Claim) -> str:
    """The source, and what is read from it, with its units unless the words have them.

    Examples
    --------
    >>> settled("TIC MFH", Claim("China held", 730.7, units="USD bn")), settled("SAFE", Claim("months of gold", 14.0))
    ('TIC MFH: China held, USD bn', 'SAFE: months of gold')
    """
    units = "" if claim.units.split(" ")[0] in claim.quantity.split() else claim.units
    return f"{series}: {claim.quantity}" + (f", {units}" if units else "")


def claimed(claim: Claim) -> str:
    """What was said, as short as a cell.

    Examples
    --------
    >>> claimed(Claim("debt", 37000.0, "at least")), claimed(Claim("flow", -1.0, "sign")), claimed(Claim("sold", 25.7))
    ('≥ 37,000', '< 0', '25.7')
    """
    if claim.comparison == "sign":
        return "> 0" if claim.stated > 0.0 else "< 0"
    return SIGNS[claim.comparison] + fixed(claim.stated, 0 if float(claim.stated).is_integer() else 1)


def _rules(found: list[Line], spec: Specification) -> Table:
    rows = [Row(line.number, [line.rule, line.note or line.missing or "–"]) for line in found if line.parts]
    rows += [Row(line.number, [f"{line.missing}", line.note]) for line in found if not line.parts]
    order = {line.number: place for place, line in enumerate(found)}
    rows.sort(key=lambda row: order[row.label])
    return Table(
        ["Held to", "What to know"], rows,
        notes=[f"The story of {spec.ledger.story}, held to vintage {spec.as_of}. A number agrees within {spec.claims.tolerance:.0%}, a sign if the whole {spec.level:.0%} set has it."],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
