"""Designs read arrays; what they say is what the public models of the same names say of the published table."""

import numpy as np
import pandas as pd
import pytest

from econ import LocalProjection
from econ.errors import SpecificationError
from econ.eventstudy import EventStudy
from econ.infer import reduced_form, regress
from econ.projection import granular_instrument
from econ.simulate import ESTIMATORS, Faults, Sample, TreasuryMarket
from econ.simulate.event_days import event_days
from econ.simulate.sample import ALLIED, CHANGE, FLOW, HORIZON, VARIABLES
from econ.simulate.structural import from_instrument
from econ.var import Cholesky, MovingBlock, Proxy


@pytest.fixture(scope="module", params=["lag", "plain"])
def sample(request):
    faults = Faults.archive() if request.param == "lag" else Faults()
    samples = TreasuryMarket(impact=-60.0, offset=0.5, faults=faults).samples(2, 90, 4)
    return Sample(samples, 1, np.random.SeedSequence(5), draws=20)


def agree(estimate, expected):
    numbers = [[each.value, each.lower, each.upper] for each in (estimate, expected)]
    np.testing.assert_allclose(*numbers, rtol=1e-9)
    assert (estimate.level, estimate.nobs) == (expected.level, expected.nobs)


def test_columns_are_those_of_the_published_table(sample):
    published = sample.data.frame
    changes = {CHANGE: 100.0 * published["yield_10y"].diff(), "risk": published["financial_conditions"].diff()}
    expected = published.assign(**changes).iloc[1 : 90 - sample.lag]
    pd.testing.assert_frame_equal(sample.frame, expected, rtol=0, atol=0, check_freq=False)
    assert not sample.frame.isna().any().any()
    assert list(sample.fit.variables) == list(VARIABLES)


def test_least_squares_is_regress(sample):
    for name, outcome, regressor, sign in (
        ("ols_flows", CHANGE, FLOW, 1.0),
        ("ols_holdings", CHANGE, "china_position_change", 1.0),
        ("offset_ols", ALLIED, FLOW, -1.0),
    ):
        expected = regress(sign * sample.frame[outcome], sample.frame[regressor], cov="hac").estimate(regressor)
        agree(ESTIMATORS[name].estimate(sample), expected)


def test_oracles_know_the_truth(sample):
    truth = sample.truth
    for name, outcome, sign in (("oracle", "yield_10y", 1.0), ("offset_oracle", "japan", -1.0)):
        series = (truth.frame[outcome], truth.frame["china"], truth.shocks["seller"])
        form = reduced_form(*(each.to_numpy() for each in series), cov="hc1")
        agree(ESTIMATORS[name].estimate(sample), from_instrument(sample, form, sign))


@pytest.mark.parametrize(
    ("name", "response", "impulse", "instrument", "sign"),
    [
        ("lp_iv", CHANGE, FLOW, "seller_news", 1.0),
        ("intervention", CHANGE, ALLIED, "japan_intervention", 1.0),
        ("offset_lp_iv", ALLIED, FLOW, "seller_news", -1.0),
    ],
)
def test_projections_are_the_last_horizon_of_the_multiplier(sample, name, response, impulse, instrument, sign):
    others = tuple(each for each in VARIABLES if each not in (response, impulse))
    model = LocalProjection(
        sample.dataset.select(*VARIABLES, instrument), response=response, impulse=impulse, controls=others, lags=1,
        instrument=instrument, cumulative="multiplier", lag_augmented=False,
    )  # fmt: skip
    form = model.fit(horizon=HORIZON, cov="hac").reduced_form(response, HORIZON)
    agree(ESTIMATORS[name].estimate(sample), from_instrument(sample, form, sign))


@pytest.mark.parametrize("first", [FLOW, CHANGE])
def test_recursive_orders_share_the_draws_that_each_would_make(sample, first):
    order = (first, *(name for name in VARIABLES if name != first))
    svar = sample.fit.identify(Cholesky(*order))
    expected = svar.irf(HORIZON, bootstrap=MovingBlock(draws=sample.draws), rng=sample.seed)
    found = sample.recursive(first)
    np.testing.assert_array_equal(found.point, expected.point)
    np.testing.assert_array_equal(found.draws, expected.draws)
    assert (found.responses, found.shocks) == (expected.responses, expected.shocks)


@pytest.mark.filterwarnings("ignore::econ.errors.WeakInstrument")
def test_the_proxy_var_has_the_impact_and_the_set_of_its_scheme(sample):
    svar = sample.fit.identify(Proxy(sample.frame["seller_news"], shock="seller", normalise=FLOW))
    found, ends = ESTIMATORS["proxy_var"].estimate(sample), svar.weak_iv_set(response=CHANGE, horizon=0)
    assert found.value == pytest.approx(svar.impact.loc[CHANGE, "seller"] / svar.impact.loc[FLOW, "seller"], rel=1e-10)
    np.testing.assert_allclose(found.region.intervals, ends[["lower", "upper"]].to_numpy(), rtol=1e-10)


def test_granular_is_the_granular_instrument(sample):
    flows, sizes = sample.countries
    names = [f"country {number}" for number in range(len(sizes))]
    growth = pd.DataFrame(flows / sizes, index=sample.samples.index, columns=names)
    z = granular_instrument(growth, pd.Series(sizes, index=names), factors=0).series
    months = sample.frame.index
    flow = pd.Series(flows.sum(axis=1), index=growth.index)[months]
    form = reduced_form(sample.frame[CHANGE].to_numpy(), flow.to_numpy(), z[months].to_numpy(), cov="hac")
    agree(ESTIMATORS["granular"].estimate(sample), from_instrument(sample, form))


def test_designs_with_event_days_are_event_studies(sample):
    data, truth = sample.daily
    events = truth.events[truth.events["date"] >= data.frame.index[160]]
    study = EventStudy(data, events, response="yield_10y", window=(0, 0), overlap="first").fit()
    sizes = study.events["size"].reset_index(drop=True)
    expected = regress(study.cumulative.reset_index(drop=True), sizes, cov="hc1").estimate("size")
    agree(ESTIMATORS["event_study"].estimate(sample), expected)
    changes = data.frame[[FLOW]].assign(yield_10y=100.0 * data.frame["yield_10y"].diff()).iloc[1:]
    study = EventStudy(changes, events, response="yield_10y", window=(0, 0), overlap="first", transform="level").fit()
    agree(ESTIMATORS["variance_shift"].estimate(sample), study.variance_shift(impulse=FLOW).effect)


def test_a_sample_without_operations_is_refused():
    silent = TreasuryMarket(event_rate=0.0).samples(1, 400, 1, frequency="D")
    with pytest.raises(SpecificationError, match="no operation"):
        event_days(silent)
