"""The bench of the literature: where a published range lies, and rows computed a second time by other programs."""

import math
from dataclasses import replace

import pytest
import statsmodels.api as sm
from statsmodels.tsa.vector_ar.vecm import VECM as PEER
from statsmodels.tsa.vector_ar.vecm import coint_johansen

import econ
from analyses import _bench, _bench_systems, literature
from analyses._bench import Entry
from analyses.specification import baseline
from econ.estimate import ConfidenceSet, Estimate


def entry(published, ours, **more):
    return Entry("key", "Paper", "method", "bp", published, True, ours, {}, **more)


def found(low, high):
    return Estimate(0.5 * (low + high), 1.0, low, high)


@pytest.mark.parametrize(
    ("published", "ours", "said"),
    [
        ((16.0, 24.0), found(10.0, 20.0), "inside"),
        ((16.0, 24.0), found(24.0, 30.0), "inside"),
        ((16.0, 24.0), found(25.0, 30.0), "below"),
        ((16.0, 24.0), found(0.0, 15.0), "above"),
        ((90.0, math.inf), found(0.0, 89.0), "above"),
        ((90.0, math.inf), found(0.0, 91.0), "inside"),
        ((64.0, 64.0), 64.4, "reproduced"),
        ((64.0, 64.0), 64.6, "elsewhere"),
        (None, found(0.0, 1.0), ""),
    ],
)
def test_where_a_published_range_lies(published, ours, said):
    assert literature.where(entry(published, ours), ours) == said


def test_a_range_in_the_gap_of_a_union():
    gap = replace(found(-5.0, 50.0), region=ConfidenceSet(((-5.0, 1.0), (40.0, 50.0)), 0.9))
    assert literature.where(entry((16.0, 24.0), gap), gap) == "in a gap"


def test_differences_and_rounding():
    assert literature.difference(entry((16.0, 24.0), found(10.0, 14.0))) == pytest.approx(-8.0)
    assert literature.difference(entry((90.0, math.inf), found(40.0, 60.0))) == pytest.approx(-40.0)
    assert literature.difference(entry(None, 1.0)) == ""
    assert literature.where(entry((-0.7, -0.7), -0.704, decimals=2), -0.704) == "reproduced"
    assert literature.where(entry((-0.7, -0.7), -0.71, decimals=2), -0.71) == "elsewhere"


def test_the_level_regression_by_statsmodels():
    frame, _ = _bench._macro(baseline)
    rows = frame.loc[slice(*baseline.literature.warnock)].dropna()
    peer = sm.OLS(rows["level"], sm.add_constant(rows.drop(columns="level"))).fit(
        cov_type="HAC", cov_kwds={"maxlags": 12}
    )
    ours = _bench.warnock(baseline).ours
    assert ours.value == pytest.approx(-peer.params["bought"], rel=1e-9)
    assert ours.std_error == pytest.approx(peer.bse["bought"], rel=0.03)  # ours has a factor for small samples


def test_the_long_run_by_statsmodels():
    choices = baseline.literature
    model = _bench_systems.model(baseline, "term_premium_5y", choices.beltran, choices.beltran_lags)
    frame = model.parent.frame
    peer = PEER(frame.to_numpy(), k_ar_diff=choices.beltran_lags - 1, coint_rank=1, deterministic="co").fit()
    ours = _bench_systems.long_run(baseline, "term_premium_5y", choices.beltran, choices.beltran_lags)
    assert ours.value == pytest.approx(peer.beta[1, 0], rel=1e-7)
    assert list(frame) == ["term_premium_5y", "share"]


def test_that_there_is_no_long_run_is_not_rejected_and_the_constant_decides_its_size():
    choices = baseline.literature
    found = _bench_systems.unrelated(baseline)
    for key, premium, sample in (
        ("beltran_long", "term_premium_5y", choices.beltran),
        ("imf", "term_premium_2y", choices.imf),
    ):
        frame = _bench_systems.model(baseline, premium, sample, 2).parent.frame
        peer = coint_johansen(frame.to_numpy(), 0, 1)
        assert peer.lr1[0] < peer.cvt[0, 0]  # 90%
        assert found[key] > 0.1
        other = _bench_systems.long_run(baseline, premium, sample, 2, "restricted constant")
        inside = PEER(frame.to_numpy(), k_ar_diff=1, coint_rank=1, deterministic="ci").fit()
        assert other.value == pytest.approx(inside.beta[1, 0], rel=1e-6)


def test_months_and_persistence_of_the_level_regression():
    assert _bench.known(baseline) == ("1988-04", "2005-05")  # three years of changes before the first
    frame, _ = _bench._macro(baseline)
    rows = frame.loc[slice(*baseline.literature.warnock)].dropna()
    left = sm.OLS(rows["level"], sm.add_constant(rows.drop(columns="level"))).fit().resid
    assert _bench.persistence(baseline) == pytest.approx(left.autocorr(), rel=1e-9)


def test_the_rise_of_march_2020_is_read_off_the_closes():
    closes = econ.load("yield_10y", frequency="D").frame["yield_10y"]
    made = _bench.march(baseline)
    assert made.ours == pytest.approx(100.0 * (closes["2020-03-18"] - closes["2020-03-09"]))
    assert round(made.ours) == 64


def test_private_and_official_purchases_add_up():
    made = _bench.tabova(baseline)
    whole = econ.load("foreign_net_purchases", "official_net_purchases", concept=baseline.concept).frame
    moved = 100.0 * econ.load("yield_10y").frame["yield_10y"].diff()
    rise = sum(moved.shift(k) for k in (1, 2, 3)) / 100.0
    first, last = baseline.literature.tabova
    rows = whole.assign(rise=rise).loc[first:last].dropna()
    x = rows["rise"] - rows["rise"].mean()
    slope = float(x @ rows["foreign_net_purchases"] / (x @ x))
    assert made.ours.value + made.others["foreign officials"].value == pytest.approx(slope, rel=1e-9)
