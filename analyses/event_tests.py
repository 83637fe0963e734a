"""Event tests: every test of no effect for the main classes, and how often each test rejects by simulation."""

from __future__ import annotations

from analyses._events import CLASSES, catalogue, studies
from analyses.specification import Specification, baseline
from econ.eventstudy import size_table
from econ.report import Exhibit, Row, Table, Unavailable, main

KEYS = ("china_sells", "china_reserves", "japan_intervenes", "ratings")
REPLICATIONS = 1000  # the slow tests run 2,000


def result(spec: Specification = baseline) -> Exhibit:
    """p-values of all tests on the 10-year yield; size and power of all tests by simulation."""
    ten = studies(spec, catalogue(), responses=("yield_10y",))["yield_10y"]
    tests = {key: ten.tests(key, rng=spec.rng) for key in KEYS}
    rows = [Row(str(name), [tests[key].loc[name, "p_value"] for key in KEYS]) for name in tests[KEYS[0]].index]
    table = Table(
        [CLASSES[key][0] for key in KEYS],
        rows,
        decimals=2,
        notes=["p-values of no abnormal change of the 10-year yield over days 0 and 1; bootstraps with 1,999 draws."],
    )
    sizes = size_table(replications=REPLICATIONS, rng=spec.rng, n_jobs=2, backend="loky")
    scenarios = list(dict.fromkeys(name for name, _ in sizes.columns))
    size_rows = [Row(str(name), [100.0 * value for value in sizes.loc[name]]) for name in sizes.index]
    size = Table(
        ["size", "power"] * len(scenarios),
        size_rows,
        spans=[(name.capitalize(), 2) for name in scenarios],
        decimals=0,
        notes=[
            f"Rejections at 5% in {REPLICATIONS} simulated series a scenario, percent; 30 events in 3,000 days. Size: no "
            "effect. Power: an effect of 0.75 standard deviations on day 0. Monte Carlo standard error of a size of 5%: "
            f"{100 * (0.05 * 0.95 / REPLICATIONS) ** 0.5:.1f} points. Published tests are as published: Patell's and Corrado's "
            "take the variance of event days to be that of other days, GRANK ranks a sum of two days among single days, "
            "which fat tails tell apart, and all but the adjusted, resampled and placebo tests take events to be independent."
        ],
    )
    smallest = {
        f"{key}_smallest_p": min(p for p in tests[key]["p_value"] if not isinstance(p, Unavailable)) for key in KEYS
    }
    return Exhibit(
        key="event_tests", title="Every test of no effect", numbers=smallest, tables={"": table, "size": size},
        vintages=ten.parent.data.vintages, spec=spec,
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
