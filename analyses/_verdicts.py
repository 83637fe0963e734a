"""What the designs with days say of the sample, beside what they do on known truth; and what would decide the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analyses import _operations as dated
from analyses import leaning
from analyses._units import cell, scaled
from analyses._words import listing, span
from analyses.specification import Specification
from econ import Estimate
from econ.eventstudy import OperationResults
from econ.infer import NewsLeaning, calendar_covariance, minimum_detectable_effect, minimum_distance, opposite_bias
from econ.report import Panel, Row, Table, Unavailable
from econ.tables.numbers import fixed

NOT_TRIED = Unavailable("not a design of the tournament")
SAME = {"without": "operations_summed", "kept_out": "operations_summed"}
"""Lines of a design of the tournament under another name."""


@dataclass(frozen=True)
class Evidence:
    """The operations of the sample and what is estimated from all of them, and from news, once for all lines."""

    records: dict[str, dated.Record]
    whole: OperationResults
    news: NewsLeaning

    @classmethod
    def of(cls, spec: Specification) -> Evidence:
        """Fit both."""
        records = dated.records(spec)
        return cls(records, dated.fitted(next(iter(records.values())), spec), leaning.identified(spec))


def estimates(evidence: Evidence, spec: Specification) -> dict[str, Estimate]:
    """Every design on the sample, by its name in the tournament; without the spell left out under its own name."""
    record, without = evidence.records.values()
    whole, news, bare = evidence.whole, evidence.news, leaning.identified(spec, leak=False)
    return {
        "operations_summed": dated.primary(whole, spec),
        "without": dated.primary(dated.fitted(without, spec), spec),
        "kept_out": dated.primary(dated.fitted(record, spec, news=dated.known_news(spec)), spec),
        "operations_day": whole.at(0, level=spec.level),
        "news_corrected": news.impact,
        "news_uncorrected": bare.impact,
        "least_squares": news.curve.at(0.0, level=spec.level),
    }


def together(evidence: Evidence, spec: Specification) -> tuple[Estimate, float, float]:
    """Operations and news by minimum distance with their joint covariance; p-value of agreement; their correlation."""
    fit, news = evidence.whole, evidence.news
    psi = pd.Series(news.influence[:, 1], index=leaning.months_used(spec))
    joint = calendar_covariance({"operations": fit.influence(spec.operations.day), "news": psi})
    values = pd.Series({"operations": dated.primary(fit, spec).value, "news": news.impact.value})
    found = minimum_distance(values, joint, df=math.inf, level=spec.level, units=leaning.UNITS[1])
    p_value: Any = found.agreement["p_value"]
    return found.estimate, float(p_value), cell(joint.correlation, "operations", "news")


def bracket(found: dict[str, Estimate], correlation: float, spec: Specification) -> Estimate:
    """Between news with its footprint, too low, and operations, too high if they answer news."""
    low, high = found["news_uncorrected"], found["operations_summed"]
    made = opposite_bias(scaled(low, 1.0, high.units), high, correlation=correlation, level=spec.level)
    region = made.interval
    return Estimate(
        0.5 * (made.lower + made.upper), Unavailable("a range has no error"), region.lower, region.upper, spec.level,
        high.units, "between two biases", region=region,
    )  # fmt: skip


Scores = dict[str, tuple[list[float], float, str]]
"""By design: power at each impact, lowest coverage where its assumptions hold, and what breaks it."""


def verdicts(
    labels: dict[str, str], scores: Scores, evidence: Evidence, *, spec: Specification
) -> tuple[Table, dict[str, Any]]:
    """One line a design: its set on the sample, its power, its coverage, what breaks it."""
    found = estimates(evidence, spec)
    both, agreement, correlation = together(evidence, spec)
    tried = [impact for impact in spec.daily.impacts if impact != 0.0]
    blank: list[Any] = [NOT_TRIED] * (len(tried) + 1)
    rows: list[Row | Panel] = []
    for name, words in {
        **{key: labels.get(key, key) for key in found},
        "without": list(evidence.records)[1],
        "kept_out": _kept_out(spec),
    }.items():
        power, coverage, broken = scores.get(SAME.get(name, name), ([], 0.0, ""))
        rows.append(Row(words, [found[name], *([*power, coverage] if power else blank), broken]))
    between = bracket(found, correlation, spec)
    power, coverage, broken = scores["bracket"]
    rows.append(Row(labels["bracket"], [between, *power, coverage, broken]))
    rows.append(Row("Operations and news together", [both, *blank, f"agreement p = {agreement:.2f}"]))
    table = Table(
        ["Sample", *(f"{impact:g} bp" for impact in tried), "Coverage", "Broken by"], rows, decimals=2, below="interval",
        spans=[("", 1), ("Power at an impact of", len(tried)), ("", 2)],
        notes=[
            f"Sample: bp on the 10-year yield per sale of 1% of debt, operations {span(spec.operations.span)}, news {span(spec.leaning.sample)}, as in the tables of both. "
            "Power, coverage (the lowest over impacts where the design's own assumptions hold) and the faults that break it: on known truth, in the "
            "table of designs by the day. Together: minimum distance with a covariance over the common calendar of months, errors correlated by "
            f"{fixed(correlation, 2)}, counted as known; operations hold the answer of others and so lie below the impact by a share of leaning times impact."
        ],
    )  # fmt: skip
    numbers: dict[str, Any] = {
        "together": both, "agreement_p": agreement, "bracket": between, "signs_decided": _decided(found),
        **{f"sample_{name}": each for name, each in found.items()},
    }  # fmt: skip
    return table, numbers


def _kept_out(spec: Specification) -> str:
    return f"Without windows with {listing(spec.operations.also)}"


def _decided(found: dict[str, Estimate]) -> str:
    """The rule fixed before: the sign is decided if neither set of operations holds zero."""
    regions = [found[name].confidence_set() for name in ("operations_summed", "without")]
    if all(region.lower > 0.0 for region in regions):
        return "a sale raises the yield"
    return "a sale lowers the yield" if all(region.upper < 0.0 for region in regions) else "not decided"


def wanted(evidence: Evidence, spec: Specification) -> tuple[Table, dict[str, float]]:
    """What would decide the rest: what can be detected now, what should be, and how much more of the same it takes."""
    bound, size = spec.primary.bounds[0], 1.0 - spec.level
    sales = dated.fitted(next(iter(evidence.records.values())).signed(1), spec)
    cases = {
        "Operations: purchases and sales": dated.spread(evidence.whole, spec),
        "Operations: sales alone": dated.spread(sales, spec),
        "News": float(evidence.news.impact.std_error),  # type: ignore[arg-type]
    }
    rows: list[Row | Panel] = []
    times = {}
    for words, error in cases.items():
        now = minimum_detectable_effect(error, size=size)
        times[words] = (now / bound) ** 2
        rows.append(Row(words, [now, bound, times[words]]))
    table = Table(
        ["Detectable now", "Wanted", "Times the evidence"], rows, decimals=1,
        notes=[
            f"Bp per 1% of debt; detectable with 80% power at {size:.0%}. Wanted: the first bound of the specification. Times: squares of operations, or months "
            "of news, of which there must be so many times what there is if the design holds: more of the same does not mend an answer to news. The designs were chosen on 1985-01 to 2026-06, and no part of it is held out. New to them would be months after it "
            "(make AS_OF=DATE with a later vintage), the Federal Reserve's country flows, which python -m econ data fetch reads, and yields of another hour from a "
            "reader's own file, as a column of the daily data that Operations takes."
        ],
    )  # fmt: skip
    names = ("operations_times", "sales_times", "news_times")
    return table, dict(zip(names, times.values(), strict=True))
