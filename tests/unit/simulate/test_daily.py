"""The daily market: its moments, what each fault does to it, and which design each fault breaks."""

import math
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from econ import Dataset
from econ.errors import NotIdentified, SpecificationError
from econ.eventstudy import Operations
from econ.infer import anderson_rubin, regress
from econ.projection import granular_instrument
from econ.simulate import (
    DAILY_ESTIMATORS,
    DAILY_FAULTS,
    ESTIMATORS,
    DailyFaults,
    DailyMarket,
    DailySample,
    Faults,
    TreasuryMarket,
    Truths,
    daily_truths,
    tournament,
)
from econ.simulate.daily_months import granular_series
from econ.simulate.daily_samples import equilibrium

DAYS = 21


def by_month(daily):
    return daily.reshape(*daily.shape[:-1], -1, DAYS).sum(axis=-1)


@pytest.mark.parametrize("fault", DAILY_FAULTS)
@pytest.mark.parametrize("impact", [0.0, 60.0])
def test_moments_of_a_day_are_their_closed_form(fault, impact):
    market = DailyMarket(impact=impact, leaning=0.004, faults=DAILY_FAULTS[fault])
    samples = market.samples(60, 420, rng=1)
    for name, on in (("other days", ~samples.scheduled), ("scheduled days", samples.scheduled)):
        change, flow = samples.change[:, on], samples.flow[:, on]
        row = market.moments.loc[name]
        assert change.std() == pytest.approx(row["std_change"], rel=0.01)
        assert flow.std() == pytest.approx(row["std_flow"], rel=0.02)
        assert (change * flow).mean() == pytest.approx(row["covariance"], abs=0.008)


def test_the_defaults_are_the_public_magnitudes():
    samples = DailyMarket().samples(20, 420, rng=2)
    assert samples.change.std() == pytest.approx(6.0, abs=0.3)
    assert by_month(samples.change).std() == pytest.approx(26.5, abs=1.5)
    assert by_month(samples.flow).std() == pytest.approx(0.25, abs=0.03)
    plain, scheduled = DailyMarket().stds
    assert (scheduled / plain) ** 2 == pytest.approx(3.0)
    squares = samples.sold**2
    assert squares.sum(axis=1) == pytest.approx(4.0)
    largest = np.sort(squares, axis=1)[:, -60:].sum(axis=1) / 4.0  # a quarter of the days of operations
    assert np.median(largest) > 0.7


def test_campaigns_of_one_size_or_of_many():
    """Absolute amounts around the size of their campaign: with no spread only its own noise is left."""
    alike, spread = (DailyMarket(spread=each, faults=DailyFaults()).samples(10, 420, rng=2).sold for each in (0.0, 1.5))
    deviation = [np.log(np.abs(sold[sold != 0.0])).std() for sold in (alike, spread)]
    noise = np.log(np.abs(1.0 + 0.5 * np.random.default_rng(3).standard_normal(100_000))).std()
    assert deviation == pytest.approx([noise, np.hypot(noise, 1.5)], rel=0.15)


@pytest.mark.parametrize("lasting", [1.0, 0.6, 0.0])
def test_both_equations_hold_every_day(lasting):
    market = DailyMarket(lasting=lasting, faults=DailyFaults(risk=0.3, direct=0.002))
    samples = market.samples(2, 24, rng=3)
    path = 30.0 * (lasting + (1.0 - lasting) * market.decay ** np.arange(24 * DAYS))
    footprint = [np.convolve(flow, np.diff(path, prepend=0.0))[: 24 * DAYS] for flow in samples.flow]
    assert samples.change == pytest.approx(samples.news - np.array(footprint), abs=1e-9)
    assert samples.holders.sum(axis=2) == pytest.approx(by_month(samples.flow), abs=1e-12)
    assert samples.market.leanings.sum() == pytest.approx(market.leaning)


@pytest.mark.parametrize("lasting", [1.0, 0.5])
def test_the_response_is_what_an_operation_does_while_others_lean(lasting):
    market = DailyMarket(impact=40.0, lasting=lasting)
    zero, one = np.zeros(400), np.eye(400)[100]
    change = equilibrium(market, zero, -one)[0].cumsum()
    assert [market.response(h) for h in (-1, 0, 2, 200)] == pytest.approx([change[100 + h] for h in (-1, 0, 2, 200)])
    assert market.response(0) == pytest.approx(40.0 / (1.0 + 40.0 * 0.003))
    settled = lasting * 40.0 / (1.0 + lasting * 40.0 * 0.003)
    assert market.response(299) == pytest.approx(settled, rel=1e-6)


def test_holders_own_purchases_have_the_variance_and_the_common_part_asked_for():
    market = DailyMarket(leaning=0.0, impact=0.0, squares=1e-12, common=0.4)
    growth = market.samples(30, 420, rng=4).holders / market.sizes
    flat = growth.reshape(-1, market.holders)
    herfindahl = market.sizes @ market.sizes
    common, own = 0.4 * 0.23**2, 0.6 * 0.23**2 / herfindahl
    spread = np.cov(flat.T)
    assert np.diag(spread) == pytest.approx(common + own, rel=0.05)
    assert spread[~np.eye(market.holders, dtype=bool)].mean() == pytest.approx(common, rel=0.1)


def test_each_switch_does_what_it_says_and_nothing_else_moves():
    plain = DailyMarket().samples(40, 420, rng=5)
    live = plain.sold != 0.0
    answer = replace(DailyMarket(), faults=DailyFaults(answer=0.02)).samples(40, 420, rng=5)
    assert answer.sold == pytest.approx(plain.sold + 0.02 * np.where(live, answer.news, 0.0))
    yen = replace(DailyMarket(), faults=DailyFaults(yen=1.0)).samples(40, 420, rng=5)
    tied = np.corrcoef((yen.sold - plain.sold)[live], plain.news[live] / plain.news.std())[0, 1]
    assert tied == pytest.approx(0.5 / np.sqrt(3.0), abs=0.03)
    crowded = replace(DailyMarket(), faults=DailyFaults(crowded=1.0)).samples(40, 420, rng=5)
    pairs = [(sample.sold[:, 1:] != 0.0) & (sample.sold[:, :-1] != 0.0) for sample in (plain, crowded)]
    assert pairs[0].sum() < 0.1 * live.sum() < 0.8 * live.sum() < pairs[1].sum()
    moved = replace(DailyMarket(), faults=DailyFaults(misplaced=0.25)).samples(40, 420, rng=5)
    assert moved.holders[..., 0] == pytest.approx(0.75 * plain.holders[..., 0])
    assert moved.holders.sum(axis=2) == pytest.approx(plain.holders.sum(axis=2))
    unlike = replace(DailyMarket(), faults=DailyFaults(unlike=0.5))
    rates = unlike.leanings / unlike.sizes / unlike.leaning
    assert (rates.std(), unlike.leanings.sum()) == pytest.approx((0.5, 0.003))
    assert (np.diff(rates) < 0.0).all()
    for other in (answer, yen, crowded, moved):
        assert np.array_equal(other.news, plain.news)


def test_samples_repeat_and_do_not_depend_on_workers():
    market = DailyMarket()
    one, again, other = (market.samples(2, 24, rng=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.change, again.change)
    assert np.array_equal(one.holders, again.holders)
    assert not np.array_equal(one.change, other.change)
    truths = daily_truths(impacts=(0.0, 60.0), periods=(60,), faults={"none": DailyFaults()})
    names = ["operations", "granular", "least_squares"]
    tables = [tournament(truths, names, 4, rng=1, draws=39, block=2, n_jobs=jobs).table for jobs in (1, 2)]
    columns = ["median_bias", "coverage", "rejects", "median_length"]
    pd.testing.assert_frame_equal(tables[0][columns], tables[1][columns], check_exact=True)


def test_every_design_runs_and_aims_at_its_own_number():
    truths = daily_truths(impacts=(40.0,), periods=(60,), faults={"none": DailyFaults(), "risk": DailyFaults(risk=0.5)})
    scores = tournament(truths, None, 2, rng=1, draws=39, block=2)
    table = scores.table.droplevel(["impact", "offset", "periods"])
    assert set(table.index.get_level_values("estimator")) == set(DAILY_ESTIMATORS)
    assert (table["failed"] == 0.0).all()
    net = 40.0 / (1.0 + 40.0 * 0.003)
    wanted = {"flow_impact": 40.0, "same_day": net, "two_days": net}
    for name, estimator in DAILY_ESTIMATORS.items():
        assert table.xs(name, level="estimator")["truth"].tolist() == pytest.approx([wanted[estimator.target]] * 2)
    assert set(scores.broken().columns) == {"none", "risk"}


def test_news_is_right_once_the_leak_is_taken_out():
    samples = DailyMarket(impact=60.0).samples(8, 2000, rng=3)
    found = [DailySample(samples, number, np.random.SeedSequence(number)) for number in range(8)]
    right = np.median([sample.corrected.impact.value for sample in found])
    low = np.median([sample.uncorrected.impact.value for sample in found])
    assert right == pytest.approx(60.0, abs=6.0)
    assert low < 45.0
    assert np.median([sample.corrected.leaning.value for sample in found]) == pytest.approx(0.003, abs=0.0004)
    assert samples.market.share == pytest.approx(2.0 / 21.0)


def test_the_impacts_are_those_of_the_whole_estimate():
    samples = DailyMarket().samples(3, 120, rng=5)
    for number, level in ((0, 0.8), (1, 0.9), (2, 0.9)):
        sample = DailySample(samples, number, np.random.SeedSequence(1), level=level)
        for alone, whole in zip(sample.impacts, (sample.uncorrected.impact, sample.corrected.impact), strict=True):
            for name in ("value", "std_error", "lower", "upper"):
                assert getattr(alone, name) == pytest.approx(getattr(whole, name), rel=1e-9), name
            assert np.ravel(alone.region.intervals) == pytest.approx(np.ravel(whole.region.intervals), rel=1e-9)
            assert (alone.level, alone.units, alone.label, alone.nobs) == (level, whole.units, "impact", 120)
        assert sample.impacts[0].value < sample.impacts[1].value


def test_one_sample_without_flow_does_not_stop_the_others():
    samples = DailyMarket().samples(3, 60, rng=5)
    holders = np.array(samples.holders)
    holders[1] = 0.0
    others = replace(samples, holders=holders)
    found = [DailySample(others, number, np.random.SeedSequence(1)) for number in range(3)]
    assert found[0].impacts == DailySample(samples, 0, np.random.SeedSequence(1)).impacts
    assert math.isfinite(found[2].impacts[1].value)
    with pytest.raises(NotIdentified, match="no part of its own"):
        _ = found[1].impacts


def test_the_bracket_runs_from_news_to_operations():
    sample = DailySample(DailyMarket().samples(1, 420, rng=1), 0, np.random.SeedSequence(1), draws=99)
    interval = DAILY_ESTIMATORS["bracket"].estimate(sample)
    low, high = sample.impacts[0].value, sample.summed.value
    assert interval.lower < low < high < interval.upper


def test_designs_on_arrays_give_the_numbers_of_the_library():
    samples = DailyMarket().samples(1, 120, rng=6)
    sample = DailySample(samples, 0, np.random.SeedSequence(7), draws=99)
    sold = pd.Series(samples.sold[0], samples.days)
    frame = pd.DataFrame({"yield": 5.0 + 0.01 * samples.change[0].cumsum()}, index=samples.days)
    data = Dataset.from_frame(frame, units={"yield": "percent"})
    study = Operations(data, sold[sold != 0.0], response="yield", units="%", horizons=(-1, 2))
    results = study.fit(draws=99, rng=np.random.SeedSequence(7))
    for horizon in (0, 2):
        own, theirs = sample.operation(horizon), results.at(horizon)
        for name in ("value", "std_error", "lower", "upper", "nobs"):
            assert getattr(own, name) == pytest.approx(getattr(theirs, name), rel=1e-8), name
    for name, horizon in (("operations_hac", 2), ("operations", 2), ("operations_day", 0)):
        assert DAILY_ESTIMATORS[name].estimate(sample).value == pytest.approx(results.at(horizon).value, rel=1e-8)
    normal, row = DAILY_ESTIMATORS["operations_hac"].estimate(sample), results.summary().loc[2]
    assert (normal.lower, normal.upper) == pytest.approx((row["lower"], row["upper"]), rel=1e-8)

    sizes = pd.Series(samples.market.sizes, [f"h{k}" for k in range(15)])
    growth = pd.DataFrame(sample.holders / samples.market.sizes, columns=sizes.index)
    z = granular_instrument(growth, sizes, factors=0).series
    assert granular_series(growth.to_numpy(), sizes.to_numpy()) == pytest.approx(z.to_numpy(), abs=1e-10)
    found = DAILY_ESTIMATORS["granular"].estimate(sample)
    assert found.value == pytest.approx(float(z @ sample.change) / float(z @ -sample.flow), rel=1e-8)
    region = anderson_rubin(sample.change, -sample.flow, z.to_numpy())
    assert (found.lower, found.upper) == pytest.approx((region.lower, region.upper), rel=1e-6)

    months = pd.period_range("1991-01", periods=120, freq="M")
    fit = regress(pd.Series(sample.change, months), pd.Series(-sample.flow, months, name="sold"))
    own, theirs = DAILY_ESTIMATORS["least_squares"].estimate(sample), fit.estimate("sold")
    for name in ("value", "std_error", "lower", "upper"):
        assert getattr(own, name) == pytest.approx(getattr(theirs, name), rel=1e-8), name
    summed = replace(study, summed=True).fit(draws=99, rng=np.random.SeedSequence(7)).at(2)
    for name in ("value", "std_error", "lower", "upper"):
        assert getattr(sample.summed, name) == pytest.approx(getattr(summed, name), rel=1e-8), name
    with pytest.raises(SpecificationError, match=r"after \(0, 2\) trading days; found 1"):
        sample.operation(1)


def test_what_an_assumption_rules_out_is_not_held_against_a_design():
    faults = {name: DAILY_FAULTS[name] for name in ("none", "answer")}
    truths = daily_truths(impacts=(0.0,), periods=(240,), faults=faults)
    scores = tournament(truths, ["operations_day", "least_squares"], 25, rng=1, draws=99)
    assert scores.broken().loc["operations_day"].tolist() == [False, True]
    believable = scores.believable()["believable"]
    assert believable.to_dict() == {"operations_day": True, "least_squares": False}
    strict = [replace(each, excludes=()) for each in scores.estimators]
    again = tournament(truths, strict, 25, rng=1, draws=99).believable()["believable"]
    assert not again["operations_day"]
    only = tournament(replace(truths, faults={"answer": faults["answer"]}), ["operations_day"], 2, rng=1, draws=39)
    with pytest.raises(SpecificationError, match="every fault tried is one that 'operations_day' excludes"):
        only.believable()


BREAKS = {
    "operations": ("answer", "crowded"), "operations_hac": ("answer", "crowded"), "operations_day": ("answer", "yen"),
    "operations_summed": ("answer", "yen"), "granular": ("unlike", "misplaced"), "least_squares": tuple(DAILY_FAULTS),
}  # fmt: skip


@pytest.mark.slow
def test_a_broken_design_is_seen_as_broken_and_a_sound_one_as_sound():
    names = list(BREAKS)
    scores = tournament(daily_truths(impacts=(0.0, 60.0)), names, 100, rng=11, draws=199, n_jobs=2)
    broken = scores.broken()
    print(scores.table["coverage"].astype(float).unstack("estimator").round(2).to_string())
    for name, faults in BREAKS.items():
        assert broken.loc[name, list(faults)].all(), name
    assert not broken["none"].drop("least_squares").any()
    assert scores.believable()["believable"].drop("least_squares").all()


def test_wrong_input_is_refused_with_what_to_do():
    for name in [each.name for each in fields(DailyFaults)]:
        with pytest.raises(SpecificationError, match=name):
            DailyFaults(**{name: float("nan")})
    for name, value in (("crowded", 1.5), ("risk", -0.1), ("misplaced", 2.0), ("yen", -1.0)):
        with pytest.raises(SpecificationError, match=name):
            DailyFaults(**{name: value})
    for name, value in (
        ("impact", -1.0), ("leaning", -0.1), ("lasting", 1.1), ("decay", 1.0), ("noise", 0.0), ("common", 1.0),
        ("holders", 3), ("campaigns", 0), ("length", 22), ("squares", 0.0), ("yen_correlation", 1.5),
    ):  # fmt: skip
        with pytest.raises(SpecificationError, match=name):
            DailyMarket(**{name: value})
    with pytest.raises(SpecificationError, match="faults must be a DailyFaults"):
        DailyMarket(faults=Faults())
    with pytest.raises(SpecificationError, match="rng"):
        DailyMarket().samples(1, 24, rng=None)
    with pytest.raises(SpecificationError, match="months"):
        DailyMarket().samples(1, 23, rng=1)
    with pytest.raises(SpecificationError, match="lasting=1"):
        DailyMarket(lasting=0.5).moments  # noqa: B018


def test_the_two_kinds_of_market_do_not_mix():
    with pytest.raises(SpecificationError, match=r"offsets=\(0\.0,\)"):
        Truths(DailyMarket(), (0.0,), (0.5,), (60,), {"none": DailyFaults()})
    with pytest.raises(SpecificationError, match="faults 'none' of a DailyMarket must be DailyFaults"):
        Truths(DailyMarket(), (0.0,), (0.0,), (60,))
    with pytest.raises(SpecificationError, match="faults 'none' of a TreasuryMarket must be Faults"):
        Truths(TreasuryMarket(), faults={"none": DailyFaults()})
    with pytest.raises(SpecificationError, match="'oracle' reads samples of a TreasuryMarket; found a DailyMarket"):
        tournament(DailyMarket(), [ESTIMATORS["oracle"]], 2, rng=1)
    with pytest.raises(SpecificationError, match="'granular' reads samples of a DailyMarket; found a TreasuryMarket"):
        DAILY_ESTIMATORS["granular"].check(TreasuryMarket())
    with pytest.raises(SpecificationError, match="estimator"):
        tournament(DailyMarket(), ["oracle"], 2, rng=1)
    assert tournament(DailyMarket(), ["least_squares"], 2, rng=1).truths.periods == (300,)
