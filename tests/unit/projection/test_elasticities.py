"""Elasticities from granular shocks: the published example of OptimalGIV.jl, recovery, invariances, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import NotConverged, SampleTooShort, SchemaError, SpecificationError
from econ.projection import granular_elasticities


def market(size=400, seed=1):
    generator = np.random.default_rng(seed)
    names = ["a", "b", "c", "d", "e"]
    sizes = pd.Series([0.35, 0.25, 0.2, 0.12, 0.08], index=names)
    truth = np.array([1.0, 2.0, 3.0, 1.5, 2.5])
    factor = generator.standard_normal(size)
    shocks = generator.standard_normal((size, 5)) * [1.0, 0.8, 1.2, 2.0, 1.5]
    demand = shocks + np.outer(factor, [1.0, 0.5, -0.3, 0.8, 0.2])
    price = pd.Series(demand @ sizes / (truth @ sizes), name="price")
    flows = pd.DataFrame(demand - np.outer(price, truth) + [0.1, 0.2, 0.3, 0.4, 0.5], columns=names)
    return flows, price, sizes, pd.DataFrame({"factor": factor}), truth


@pytest.fixture
def example(shared):
    panel = pd.read_csv(shared("data/cases/giv_optimalgiv/data.csv"))
    quantities = panel.pivot(index="t", columns="id", values="q").rename(columns=str)
    by_time = panel.drop_duplicates("t").set_index("t")
    sizes = panel.groupby("id")["absS"].mean().rename(index=str)
    return quantities, by_time["p"], sizes, by_time[["η1", "η2"]]


def test_published_elasticity_common_to_all(example):
    """Aggregate with sizes that add to two: 2.5341730, standard error 0.2407."""
    quantities, price, sizes, factors = example
    fit = granular_elasticities(quantities, price, sizes, factors=factors, constant=False, homogeneous=True)
    assert 2.0 * fit.aggregate().value == pytest.approx(2.5341730, abs=1e-6)
    assert 2.0 * fit.aggregate().std_error == pytest.approx(0.2407, abs=1e-4)


def test_published_elasticities_of_each_holder(example):
    quantities, price, sizes, factors = example
    fit = granular_elasticities(quantities, price, sizes, factors=factors, constant=False)
    np.testing.assert_allclose(fit.elasticities, [1.59636, 1.657, 1.29643, 3.33497, 0.58443], atol=1e-4)
    np.testing.assert_allclose(fit.std_errors, [1.7824, 0.4825, 0.3911, 0.3846, 0.1732], atol=1e-4)


def test_published_elasticities_without_the_largest_holder(example):
    """Holders left need not clear the market (their algorithm "iv")."""
    quantities, price, sizes, factors = example
    rest = [name for name in quantities.columns if name != "1"]
    fit = granular_elasticities(quantities[rest], price, sizes[rest], factors=factors, constant=False)
    np.testing.assert_allclose(fit.elasticities, [1.0442, 0.9967, 4.2707, 0.7597], atol=1e-4)


def test_the_shocks_found_are_uncorrelated_with_those_of_others():
    flows, price, sizes, factors, _ = market()
    fit = granular_elasticities(flows, price, sizes, factors=factors)
    shares = sizes / sizes.sum()
    for name in flows.columns:
        others = fit.residuals.drop(columns=name) @ shares.drop(name)
        assert abs(float(fit.residuals[name] @ others)) < 1e-6 * len(flows)


def test_elasticities_are_recovered_and_covered():
    estimates, covered = [], 0
    for seed in range(200):
        flows, price, sizes, factors, truth = market(seed=seed)
        fit = granular_elasticities(flows, price, sizes, factors=factors)
        estimates.append(fit.elasticities.to_numpy())
        market_estimate = fit.aggregate(level=0.90)
        covered += market_estimate.lower <= truth @ sizes <= market_estimate.upper
    np.testing.assert_allclose(np.mean(estimates, axis=0), truth, atol=0.15)
    assert 0.84 <= covered / 200 <= 0.96
    spread = np.std(estimates, axis=0)
    np.testing.assert_allclose(fit.std_errors, spread, rtol=0.35)


def test_multiplier_is_one_over_the_aggregate():
    flows, price, sizes, factors, _ = market()
    fit = granular_elasticities(flows, price, sizes, factors=factors)
    aggregate, multiplier = fit.aggregate(), fit.multiplier()
    assert multiplier.value == pytest.approx(1.0 / aggregate.value)
    assert multiplier.std_error == pytest.approx(aggregate.std_error / aggregate.value**2)
    assert multiplier.parent is fit


def test_units_and_order_carry_through():
    flows, price, sizes, factors, _ = market()
    plain = granular_elasticities(flows, price, sizes, factors=factors)
    other = granular_elasticities(flows[list("edcba")], 100.0 * price, 9.0 * sizes, factors=-factors, start=0.01)
    np.testing.assert_allclose(100.0 * other.elasticities[list("abcde")], plain.elasticities, rtol=1e-6)
    np.testing.assert_allclose(100.0 * other.std_errors[list("abcde")], plain.std_errors, rtol=1e-6)


def test_bad_input_raises_its_own_error():
    flows, price, sizes, factors, _ = market()
    with pytest.raises(SpecificationError, match="three holders"):
        granular_elasticities(flows[["a", "b"]], price, sizes)
    with pytest.raises(SpecificationError, match="price have no value at 399"):
        granular_elasticities(flows, price.iloc[:-1], sizes)
    with pytest.raises(SchemaError, match="factors must be finite"):
        granular_elasticities(flows, price, sizes, factors=factors.mask(factors["factor"] > 2.0))
    with pytest.raises(SampleTooShort, match="need 12 periods; found 11"):
        granular_elasticities(flows.iloc[:11], price, sizes, factors=factors)
    with pytest.raises(NotConverged, match="no market can have"):
        granular_elasticities(-flows, price, sizes, factors=factors, start=-2.0)
