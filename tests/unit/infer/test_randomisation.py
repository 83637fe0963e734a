"""Randomisation: brute force, exact enumeration, sets by inversion, size, speed of growth, refusals."""

import math
from itertools import product

import numpy as np
import pytest

from econ.errors import NotIdentified, SchemaError, SpecificationError
from econ.infer import Randomisation, _turns, randomise, randomise_slope

ERAS = np.repeat([2020, 2021], [13, 9])


def sample(seed=1, size=22, effect=0.0):
    generator = np.random.default_rng(seed)
    amounts = np.where(generator.random(size) < 0.4, generator.normal(1.0, 1.0, size), 0.0)
    return generator.standard_normal(size) + effect * amounts, amounts


def slope(y, a, eras):
    dummies = (eras[:, None] == np.unique(eras)).astype(float)
    return np.linalg.lstsq(np.column_stack([a, dummies]), y, rcond=None)[0][0]


def every_turn(a, eras):
    parts = [np.flatnonzero(eras == era) for era in np.unique(eras)]
    for turns in product(*(range(len(part)) for part in parts)):
        turned = a.copy()
        for part, turn in zip(parts, turns, strict=True):
            turned[part] = np.roll(a[part], turn)
        yield turned


@pytest.mark.parametrize("effect", [0.0, 0.6, -1.3])
def test_all_turns_equal_regressions_on_every_turned_sample(effect):
    y, a = sample()
    test = randomise_slope(y, a, eras=ERAS, draws=None)[0]
    plain = np.array([slope(y - effect * a, turned, ERAS) for turned in every_turn(a, ERAS)])
    assert test.exact
    assert len(test.draws) == 13 * 9
    assert test.statistic == pytest.approx(slope(y, a, ERAS), rel=1e-10)
    own = slope(y - effect * a, a, ERAS)
    assert test.p_value_of(effect) == np.mean(np.abs(plain) >= abs(own) * (1 - 1e-9))
    np.testing.assert_allclose(np.sort(test.draws - effect * test.carried), np.sort(plain), atol=1e-12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(
    "options", [{"draws": None}, {"draws": 199, "rng": 3}, {"draws": 199, "rng": 3, "scheme": "permutation"}]
)
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_the_set_holds_exactly_the_effects_that_are_not_rejected(alternative, options, level):
    y, a = sample(2, effect=0.5)
    test = randomise_slope(y, a, eras=ERAS, alternative=alternative, **options)[0]
    region = test.confidence_set(level)
    ends = [end for interval in region for end in interval if math.isfinite(end)]
    near = [end + step for end in ends for step in (-1e-7, 1e-7)]
    for effect in [*np.linspace(-6.0, 6.0, 241), *near]:
        assert (effect in region) == (test.p_value_of(effect) > 1.0 - level + 1e-12)


def test_the_same_number_comes_from_the_general_way():
    y, a = sample(3)
    parts = [np.flatnonzero(era == ERAS) for era in np.unique(ERAS)]

    def statistic(assignments):
        centred = assignments.copy()
        for part in parts:
            centred[:, part] -= centred[:, part].mean(axis=1, keepdims=True)
        return centred @ y / (centred**2).sum(axis=1)

    general = randomise(statistic, a, eras=ERAS, draws=None)
    linear = randomise_slope(y, a, eras=ERAS, draws=None)[0]
    assert general.p_value == linear.p_value
    np.testing.assert_allclose(np.sort(general.draws), np.sort(linear.draws), atol=1e-12)
    with pytest.raises(SpecificationError, match="not linear"):
        general.confidence_set()
    with pytest.raises(SpecificationError, match="not linear"):
        general.p_value_of(1.0)


def test_draws_stay_in_their_era_repeat_with_the_seed_and_count_the_sample_itself():
    y, a = sample(4)
    seen = []

    def keep(assignments):
        seen.append(assignments)
        return np.zeros(len(assignments))

    for scheme in ("shift", "permutation"):
        test = randomise(keep, a, eras=ERAS, scheme=scheme, draws=99, rng=1)
        assert test.p_value == 1.0
    for rows in seen:
        np.testing.assert_array_equal(np.sort(rows[:, :13], axis=1), np.tile(np.sort(a[:13]), (len(rows), 1)))
    first, again, other = (randomise_slope(y, a, draws=199, rng=seed)[0].draws for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert randomise_slope(y + 50.0 * a, a, draws=199, rng=1)[0].p_value <= 20 / 200
    assert randomise_slope(100.0 + y + 50.0 * a, a, draws=None)[0].p_value == 1 / 22


def test_one_sided_p_values_add_up_to_one_and_a_tie():
    y, a = sample(5)
    up, down = (randomise_slope(y, a, draws=None, alternative=way)[0].p_value for way in ("greater", "less"))
    assert up + down == pytest.approx(1.0 + 1 / 22)


def test_few_days_with_amounts_give_the_sums_of_the_transform(monkeypatch):
    generator = np.random.default_rng(3)
    amounts, outcome = np.zeros(300), generator.standard_normal((300, 2))
    amounts[generator.choice(300, 12, replace=False)] = generator.standard_normal(12)
    eras = np.repeat(["a", "b"], [120, 180])

    def tests():
        return randomise_slope(outcome, amounts, eras=eras, draws=50, rng=1)

    short = tests()
    monkeypatch.setattr(_turns, "FEW", -1)
    for one, other in zip(short, tests(), strict=True):
        np.testing.assert_allclose(one.draws, other.draws, rtol=0.0, atol=1e-13)
        np.testing.assert_allclose(one.carried, other.carried, rtol=0.0, atol=1e-13)
        assert not np.array_equal(one.draws, other.draws)


def test_several_outcomes_share_their_draws():
    y, a = sample(6)
    both = randomise_slope(np.column_stack([y, 2.0 * y + 1.0]), a, draws=99, rng=1)
    np.testing.assert_allclose(both[1].draws, 2.0 * both[0].draws, atol=1e-12)
    alone = randomise_slope(y, a, draws=99, rng=1)[0]
    np.testing.assert_allclose(both[0].draws, alone.draws, atol=1e-13)


def test_too_few_turns_leave_the_whole_line_and_a_copy_of_the_sample_is_never_rejected():
    y, a = sample(7, 8)
    assert str(randomise_slope(y, a, draws=None)[0].confidence_set(0.90)) == "(-inf, inf)"
    assert randomise_slope(y, a, draws=None)[0].confidence_set(0.80).bounded
    twice = np.tile([1.0, 0.0], 12)  # every second turn is the sample itself, the others its mirror image
    test = randomise_slope(np.random.default_rng(1).standard_normal(24), twice, draws=None)[0]
    assert test.p_value == 1.0
    assert str(test.confidence_set(0.90)) == "(-inf, inf)"


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_a_turn_that_carries_the_whole_effect_decides_for_all_effects_or_none(alternative):
    test = Randomisation(1.0, np.array([0.5, 2.0]), np.array([1.0, 1.0]), False, alternative, "two")
    region = test.confidence_set(0.40)
    for effect in (-5.0, 0.0, 5.0):
        assert (effect in region) == (test.p_value_of(effect) > 0.6)


def test_an_empty_set_is_said():
    """Statistics that no effect moves, and none of them as large."""
    test = Randomisation(1.0, np.zeros(39), np.ones(39), False, "greater", "39")
    assert test.confidence_set(0.90).intervals == ()


def test_results_do_not_change_behind_ones_back():
    test = randomise_slope(*sample(8), draws=None)[0]
    with pytest.raises(ValueError, match="read-only"):
        test.draws[0] = 9.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scheme": "rotation"}, "no scheme"),
        ({"alternative": "two sided"}, "did you mean 'two-sided'"),
        ({"draws": 99}, "draws need rng"),
        ({"draws": None, "rng": 1}, "draws need rng"),
        ({"draws": None, "scheme": "permutation"}, "too many orders"),
        ({"draws": 5, "rng": 1}, "at least 19"),
        ({"draws": None, "eras": np.zeros(3)}, "one label for each"),
    ],
)
def test_bad_requests_raise_their_own_error(options, words):
    y, a = sample()
    with pytest.raises(SpecificationError, match=words):
        randomise_slope(y, a, **options)


def test_more_turns_than_can_be_enumerated_ask_for_draws():
    y, a = (np.tile(each, 60) for each in sample())
    with pytest.raises(SpecificationError, match="435,600 turns together; say how many draws"):
        randomise_slope(y, a, eras=np.repeat([0, 1], 660), draws=None)


def test_bad_data_raise_their_own_error():
    y, a = sample()
    with pytest.raises(SchemaError, match="finite"):
        randomise_slope(np.where(np.arange(22) == 3, np.nan, y), a, draws=None)
    with pytest.raises(SchemaError, match="finite"):
        randomise_slope(y, np.where(np.arange(22) == 3, np.inf, a), draws=None)
    with pytest.raises(SpecificationError, match="do not vary"):
        randomise_slope(y, ERAS.astype(float), eras=ERAS, draws=None)
    with pytest.raises(SpecificationError, match=r"outcome must be \(22,\)"):
        randomise_slope(y[:5], a, draws=None)
    with pytest.raises(SpecificationError, match=r"statistic must give \(1,\)"):
        randomise(lambda x: x.sum(), a, draws=None)
    with pytest.raises(SchemaError, match="not finite at every"):
        randomise(lambda x: x.sum(axis=1) * np.nan, a, draws=None)


def campaigns(generator, size):
    """Amounts on runs of days, about ten days each."""
    on = np.zeros(size)
    for t in range(1, size):
        on[t] = generator.random() < (0.9 if on[t - 1] else 0.012)
    return on * generator.exponential(size=size)


def rates(replications, scheme="shift"):
    """Share of true effects that are rejected at 5%, and that the 90% set covers: campaigns and 20-day sums."""
    generator, eras = np.random.default_rng(9), np.repeat([0, 1], 300)
    rejected = covered = kept = 0
    for seed in range(replications):
        noise = np.convolve(generator.standard_normal(619), np.ones(20), "valid")
        amounts = campaigns(generator, 600)
        if min(np.ptp(amounts[:300]), np.ptp(amounts[300:])) == 0.0:
            continue
        test = randomise_slope(noise + 0.7 * amounts, amounts, eras=eras, scheme=scheme, draws=199, rng=seed)[0]
        rejected, covered, kept = (
            rejected + (test.p_value_of(0.7) <= 0.05),
            covered + (0.7 in test.confidence_set()),
            kept + 1,
        )
    return rejected / kept, covered / kept


def test_turns_hold_their_size_where_amounts_and_outcomes_run_in_spells():
    rejected, covered = rates(400)
    assert abs(rejected - 0.05) <= 0.033
    assert abs(covered - 0.90) <= 0.045
    assert rates(60, "permutation")[0] > 0.15  # orders break the spells


@pytest.mark.slow
def test_the_sizes_of_the_docstring():
    rejected, covered = rates(1000)
    assert abs(rejected - 0.05) <= 0.021
    assert abs(covered - 0.90) <= 0.03


def test_ten_thousand_shifts_of_35_years_of_days_give_a_bounded_set():
    generator = np.random.default_rng(1)
    amounts = np.zeros(8800)
    amounts[generator.choice(8800, 355, replace=False)] = 1.0
    test = randomise_slope(generator.standard_normal(8800), amounts, eras=np.repeat(range(4), 2200), draws=9999, rng=1)[
        0
    ]
    assert test.confidence_set().bounded


def test_an_exposure_is_what_the_effect_multiplies():
    generator = np.random.default_rng(4)
    amounts = np.where(generator.random(300) < 0.1, generator.exponential(size=300), 0.0)
    total = amounts + np.append(amounts[1:], 0.0)
    outcome = generator.standard_normal((300, 2)) + 0.5 * total[:, None]
    plain = randomise_slope(outcome, amounts, draws=99, rng=1)
    same = randomise_slope(outcome, amounts, exposure=amounts, draws=99, rng=1)
    for one, two in zip(plain, same, strict=True):
        assert one.statistic == pytest.approx(two.statistic, rel=1e-12)
        assert one.confidence_set().upper == pytest.approx(two.confidence_set().upper, rel=1e-9)
    once = randomise_slope(outcome, amounts, exposure=total, draws=99, rng=1)
    twice = randomise_slope(outcome, amounts, exposure=np.column_stack([total, total]), draws=99, rng=1)
    a = amounts - amounts.mean()
    for j, (one, two) in enumerate(zip(once, twice, strict=True)):
        assert one.statistic == pytest.approx((a @ outcome[:, j]) / (a @ total), rel=1e-12)
        assert one.statistic == pytest.approx(two.statistic, rel=1e-12)
        assert one.confidence_set().lower == pytest.approx(two.confidence_set().lower, rel=1e-9)
    with pytest.raises(SpecificationError, match="exposure must be"):
        randomise_slope(outcome, amounts, exposure=total[:-1], draws=99, rng=1)
    with pytest.raises(SchemaError, match="exposures must be finite"):
        randomise_slope(outcome, amounts, exposure=np.full(300, np.nan), draws=99, rng=1)
    with pytest.raises(NotIdentified, match="unrelated to the amounts"):
        randomise_slope(outcome, amounts, exposure=np.ones(300), draws=99, rng=1)
