"""Size and power of every test in simulation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.eventstudy import EventStudy, size_table
from econ.eventstudy._kernels import ESTIMATED
from econ.eventstudy.size import SCENARIOS
from econ.frozen import _Cached
from econ.testing import event_table, simulated_levels


def test_table_holds_every_test_repeats_and_does_not_depend_on_workers():
    one = size_table(replications=60, days=700, events=20, scenarios=["normal", "clustered events"], rng=2)
    frame = simulated_levels()
    names = EventStudy(frame, event_table(frame.index, (200, 300, 400)), response="yield_10y").fit().tests().index
    assert one.index.tolist() == [*names, "placebo dates"]
    assert one.columns.tolist() == [
        (scenario, measure) for scenario in ("normal", "clustered events") for measure in ("size", "power")
    ]
    two = size_table(replications=60, days=700, events=20, scenarios=["normal", "clustered events"], rng=2, n_jobs=2)
    pd.testing.assert_frame_equal(one, two)
    alone = size_table(replications=60, days=700, events=20, scenarios=["clustered events"], rng=2)
    pd.testing.assert_frame_equal(alone, two[["clustered events"]])
    assert not one.equals(size_table(replications=60, days=700, events=20, scenarios=["normal"], rng=3))


def test_shifted_windows_are_those_of_other_abnormal_changes():
    frame = simulated_levels()
    fit = EventStudy(frame, event_table(frame.index, (200, 300, 301, 400)), response="yield_10y").fit()
    windows, change = fit.windows, np.full(fit.windows.abnormal.shape, 0.5)
    names = [name for name, part in vars(type(windows)).items() if isinstance(part, _Cached)]
    for name in names:
        getattr(windows, name)
    moved, afresh = windows.shifted(change), replace(windows, abnormal=windows.abnormal + change)
    assert set(ESTIMATED) <= set(names)
    for name in names:
        assert (name in vars(moved)) == (name in ESTIMATED)
        np.testing.assert_array_equal(getattr(moved, name), getattr(afresh, name))


def test_bad_requests():
    for words, options in [
        ("did you mean 'fat tails'", {"scenarios": ["fat tail"]}),
        ("need at least 390 days", {"days": 300}),
        ("rng", {"rng": None}),
        ("size", {"size": 5}),
        ("replications|draws", {"replications": 0}),
    ]:
        with pytest.raises(SpecificationError, match=words):
            size_table(**{"replications": 1, **options})


VARIANCE_SENSITIVE = ["Patell", "Kolari-Pynnonen Patell", "Corrado rank"]
OVERLAP_ROBUST = ["Kolari-Pynnonen", "Kolari-Pynnonen Patell", "wild bootstrap", "block bootstrap", "placebo dates"]
# a window of two days: with fat tails the sum is not distributed like the single days GRANK ranks it among
SUM_IS_NOT_A_DAY = ["GRANK", "GRANK-Z"]


@pytest.mark.slow
def test_size_is_nominal_where_the_assumptions_hold_and_fails_where_the_table_says():
    normal = size_table(replications=2000, scenarios=["normal"], rng=1, n_jobs=2, backend="loky")["normal"]
    assert normal["size"].between(0.04, 0.06).all(), normal["size"]
    assert (normal["power"] > 0.55).all()
    # 800 replications: a share of 5% has a Monte Carlo standard error of 0.8 points
    table = size_table(replications=800, scenarios=SCENARIOS[1:], rng=1, n_jobs=2, backend="loky")
    size = table.xs("size", axis=1, level=1)
    robust = size.drop(index=VARIANCE_SENSITIVE)["variance increase"]
    assert robust.between(0.03, 0.06).all(), robust  # the exact sign test is discrete: 4.3% at most
    assert (size.loc[VARIANCE_SENSITIVE, "variance increase"] > 0.10).all()
    fat = size.drop(index=SUM_IS_NOT_A_DAY)["fat tails"]
    assert fat.between(0.04, 0.07).all(), fat
    assert size.loc[SUM_IS_NOT_A_DAY, "fat tails"].between(0.05, 0.09).all()
    assert size["volatility clustering"].between(0.03, 0.07).all(), size["volatility clustering"]
    assert size.loc[OVERLAP_ROBUST, "clustered events"].between(0.035, 0.06).all()
    assert (size.drop(index=OVERLAP_ROBUST)["clustered events"] > 0.08).all()
    power = table.xs("power", axis=1, level=1)
    assert (power["fat tails"] > 0.55).all()
    assert (power > size).all(axis=None)
    for rank in ("Corrado rank", "Wilcoxon"):  # ranks gain where tails are fat
        assert power.loc[rank, "fat tails"] > power.loc["BMP", "fat tails"]
