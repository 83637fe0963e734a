"""The kernels of a multiverse against the definitions that they stand for, draw by draw."""

import numpy as np
import pytest

from econ.multiverse import _kernels as kernels
from econ.multiverse.choices import Rule, Same, clean_axes, planned


@pytest.mark.parametrize("lags", [0, 1, 2, 4, 6, 11])
def test_the_bartlett_variance_is_the_sum_over_lags(lags):
    psi = np.random.default_rng(1).standard_normal((12, 3))
    gammas = [(psi[lag:] * psi[: len(psi) - lag]).sum(axis=0) for lag in range(lags + 1)]
    expected = gammas[0] + 2.0 * sum((1.0 - lag / (lags + 1.0)) * gammas[lag] for lag in range(1, lags + 1))
    np.testing.assert_allclose(kernels.bartlett_columns(psi, lags), expected, rtol=1e-12)


@pytest.mark.parametrize("instrumented", [False, True])
def test_a_drawn_sample_gives_what_its_own_regression_gives(instrumented):
    generator = np.random.default_rng(2)
    raw = generator.standard_normal((40, 3))
    q = np.linalg.qr(np.column_stack([np.ones(40), generator.standard_normal((40, 2))]))[0]
    columns = kernels.swept(q, raw if instrumented else raw[:, :2])
    counts = generator.multinomial(40, np.full(40, 1.0 / 40.0), size=3).T.astype(float)
    b, psi, u, scale = kernels.resampled(q, columns, counts)
    for draw in range(3):
        rows = np.repeat(np.arange(40), counts[:, draw].astype(int))
        control = q[rows]
        y, x, *other = (each - control @ np.linalg.lstsq(control, each, rcond=None)[0] for each in columns[rows].T)
        z = other[0] if other else x
        left = y - x * (z @ y) / (z @ x)
        assert b[draw] == pytest.approx((z @ y) / (z @ x), rel=1e-10)
        np.testing.assert_allclose(u[rows, draw], left, atol=1e-12)
        np.testing.assert_allclose(psi[rows, draw], z * left / (z @ x), atol=1e-12)
        assert scale[draw] == pytest.approx((z @ z) / (z @ x) ** 2, rel=1e-10)


def test_slopes_are_the_shortest_where_a_draw_leaves_a_control_out():
    generator = np.random.default_rng(5)
    q = np.linalg.qr(np.column_stack([generator.standard_normal((40, 3)), np.eye(40)[:, 7]]))[0]
    counts = generator.poisson(1.0, size=(40, 5)).astype(float)
    counts[7], counts[7, 2] = 1.0, 0.0  # row 7 alone tells the last column from a sum of the others
    y = generator.standard_normal((40, 2))
    drawn = [np.repeat(q, count.astype(int), axis=0) for count in counts.T]
    outcomes = [np.repeat(y, count.astype(int), axis=0) for count in counts.T]
    gram = np.array([each.T @ each for each in drawn])
    moments = np.array([each.T @ own for each, own in zip(drawn, outcomes, strict=True)])
    assert [np.linalg.matrix_rank(each) for each in drawn] == [4, 4, 3, 4, 4]
    found = kernels.solved(gram, moments)
    for slopes, each, own in zip(found, drawn, outcomes, strict=True):
        np.testing.assert_allclose(slopes, np.linalg.lstsq(each, own)[0], rtol=1e-8, atol=1e-10)
    assert kernels.solved(np.zeros((5, 0, 0)), np.zeros((5, 0, 2))).shape == (5, 0, 2)


def test_a_draw_that_leaves_nothing_of_the_regressor_has_no_estimate():
    q, x = np.full((6, 1), 6.0**-0.5), np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    columns = kernels.swept(q, np.column_stack([np.arange(6.0) ** 2, x]))
    counts = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    b = kernels.resampled(q, columns, counts)[0]
    assert np.isnan(b[0])
    assert np.isfinite(b[1])


def test_a_plan_is_what_rules_say_of_each_combination():
    axes = clean_axes({"b": [1, 2, 3], "a": ["x", "y"], "c": [0, 1]})
    rules = [Rule("one", {"a": "x", "b": ["1", "2"]}), Rule("two", {"b": "2", "c": "1"})]
    same = [Same("c", {"a": "y"})]
    plan = planned(axes, rules, same)
    stands, counted = {}, {}
    for a in "xy":
        for b in "123":
            for c in "01":
                against = [each.name for each in rules if each.covers({"a": a, "b": b, "c": c})]
                for name in against:
                    counted.setdefault(name, []).append(len(against))
                if not against:
                    stands.setdefault((a, b, "" if a == "y" else c), []).append((a, b, c))
    assert plan.kept == tuple(each[0] for each in stands.values())
    assert plan.copies == tuple(map(len, stands.values()))
    assert plan.excluded["combinations"].tolist() == [len(counted[each.name]) for each in rules]
    assert plan.excluded["alone"].tolist() == [counted[each.name].count(1) for each in rules]
