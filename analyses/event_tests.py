"""Event tests: every test of no effect for the main classes, and how often each test rejects by simulation."""

from __future__ import annotations

from analyses._events import catalogue, dated, studies, words_of
from analyses._words import days, yield_words
from analyses.specification import Specification, baseline
from econ.eventstudy import size_table
from econ.report import Exhibit, Row, Table, Unavailable, main, recorded


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """p-values of all tests on the 10-year yield; size and power of all tests by simulation."""
    name, keys, events = spec.primary.maturity, spec.events.main, spec.events
    ten = studies(spec, catalogue(spec), responses=(name,))[name]
    tests = {key: ten.tests(key, draws=events.test_draws, rng=spec.rng) for key in keys}
    rows = [Row(str(test), [tests[key].loc[test, "p_value"] for key in keys]) for test in tests[keys[0]].index]
    table = Table(
        [words_of(spec)[key] for key in keys],
        rows,
        decimals=2,
        notes=[
            f"p-values of no abnormal change of the {yield_words(name)} over days {days(events.window)}; bootstraps with "
            f"{events.test_draws:,} draws.",
            dated(ten),
        ],
    )
    smallest = {
        f"{key}_smallest_p": min(p for p in tests[key]["p_value"] if not isinstance(p, Unavailable)) for key in keys
    }
    return Exhibit(
        key="event_tests", title="Every test of no effect", numbers=smallest, tables={"": table, "size": _size(spec)},
        spec=spec,
    )  # fmt: skip


def _size(spec: Specification) -> Table:
    """How often each test rejects in simulated series, percent."""
    events = spec.events
    sizes = size_table(
        events=events.size_events,
        days=events.size_days,
        effect=events.size_effect,
        replications=events.size_replications,
        draws=events.size_draws,
        rng=spec.rng,
    )
    scenarios = list(dict.fromkeys(str(pair[0]) for pair in sizes.columns))
    size_rows = [Row(str(name), [100.0 * value for value in sizes.loc[name]]) for name in sizes.index]
    return Table(
        ["size", "power"] * len(scenarios),
        size_rows,
        spans=[(name.capitalize(), 2) for name in scenarios],
        decimals=0,
        notes=[
            f"Rejections at 5% in {events.size_replications} simulated series a scenario, percent; {events.size_events} events in "
            f"{events.size_days:,} days. Size: no "
            f"effect. Power: an effect of {events.size_effect} standard deviations on day 0. Monte Carlo standard error of a size of 5%: "
            f"{100 * (0.05 * 0.95 / events.size_replications) ** 0.5:.1f} points. Published tests are as published: Patell's and Corrado's "
            "take the variance of event days to be that of other days, GRANK ranks a sum of two days among single days, "
            "which fat tails tell apart, and all but the adjusted, resampled and placebo tests take events to be independent."
        ],
    )


if __name__ == "__main__":
    main(result, baseline)
