"""An estimate by instruments carries the set that holds however weak they are, or no verdict is passed by it."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate
from econ.infer import Claim, equivalence, instrumental, opposite_bias, smallest_bound, verdict
from econ.multiverse import LinearSpecification
from econ.offset import decide, instrumented_offset
from econ.projection import LocalProjection, PanelProjection
from econ.responses import MovingBlock
from econ.var import VAR, Proxy

LINE = ConfidenceSet(((-math.inf, math.inf),), 0.90)


def frame(strength=0.0, rows=240):
    values = np.random.default_rng(1).standard_normal((rows, 4))
    table = pd.DataFrame(values, columns=["news", "flow", "yield", "war"])
    table.index = pd.period_range("2000-01", periods=rows, freq="M")
    table["flow"] += strength * table["news"]
    table["yield"] -= 2.0 * table["flow"]
    return table.assign(war=(np.arange(rows) >= rows // 2).astype(float))


def projected(strength=0.0, horizon=2, **options):
    return LocalProjection(frame(strength), "yield", "flow", instrument="news", lags=1, **options).fit(horizon)


def refuse(estimate):
    for ask in (
        smallest_bound,
        lambda each: equivalence(each, bound=1e9),
        decide,
        lambda each: verdict(Claim("impact", 1e9), each),
    ):
        with pytest.raises(SpecificationError, match=r"only if they are strong.*weak_iv_set"):
            ask(estimate)


def test_a_weak_instrument_bounds_nothing():
    fit = projected()
    assert fit.first_stage().statistic < 1.0
    made = fit.irf.at(0, response="yield")
    assert made.region == fit.robust_set("yield", 0) == LINE
    assert made.interval == (-math.inf, math.inf)
    assert smallest_bound(made) == smallest_bound(-made) == smallest_bound(made.scaled(0.1)) == math.inf
    assert not equivalence(made, bound=1e9).accepted
    assert decide(made).verdict.startswith("not decidable")
    assert "set (-inf, inf)" in str(made)


def test_a_strong_one_bounds_by_its_set():
    fit = projected(2.0)
    made = fit.irf.at(1, response="yield", level=0.95)
    assert smallest_bound(made) == smallest_bound(fit.robust_set("yield", 1, level=0.95)) < 1.0
    table = fit.weak_iv_set("yield", 1, level=0.95)
    assert made.interval == tuple(table.loc[table["horizon"] == 1, ["lower", "upper"]].iloc[0])


def test_bands_and_frames_stay_those_of_the_errors():
    fit = projected()
    lower, upper = fit.irf.band()
    reach = 1.6448536269514722 * fit.std_errors
    np.testing.assert_allclose((lower, upper), (fit.point - reach, fit.point + reach))
    np.testing.assert_array_equal(fit.irf.to_frame()["lower"], lower[:, 0, 0])


def test_least_squares_keep_their_interval():
    made = LocalProjection(frame(), "yield", "flow", lags=1).fit(2).irf.at(0, response="yield")
    assert made.region is None
    assert smallest_bound(made) == pytest.approx(-made.lower)


def test_what_has_no_set_passes_no_verdict():
    fit = projected(2.0)
    refuse(fit.irf.flip("flow").at(0, response="yield"))
    refuse(fit.irf.scale(to=-1.0, response="yield").at(1, response="yield"))
    refuse(fit.irf.cumulate().at(1, response="yield"))
    refuse(fit.irf.peak(response="yield"))
    refuse(projected(2.0, state="war").irf.at(0, response="yield", shock="flow|low"))
    refuse(projected(2.0, modifier="war").irf.at(0, response="yield", shock="flow"))


def test_a_set_put_into_an_estimate_decides():
    fit = projected(2.0, modifier="war")
    made = fit.at_modifier(1.0).at(0, response="yield")
    refuse(made)
    region = fit.modified_set("yield", 0, value=1.0)
    assert smallest_bound(replace(made, region=region)) == smallest_bound(region)


def test_panels_carry_their_set():
    table = frame(2.0).set_axis(pd.MultiIndex.from_product([list("abcdefgh"), range(30)]))
    fit = PanelProjection(table, response="yield", impulse="flow", instrument="news", lags=1).fit(1)
    assert fit.irf.at(1, response="yield").region == fit.robust_set(1)
    assert (
        PanelProjection(table, response="yield", impulse="flow", lags=1).fit(1).irf.at(1, response="yield").region
        is None
    )


def test_shocks_of_a_proxy_pass_no_verdict_by_their_bands():
    data = frame(2.0)
    svar = VAR(data[["flow", "yield"]], lags=1).fit().identify(Proxy(data["news"], shock="flow"))
    irf = svar.irf(2, MovingBlock(draws=30), rng=1)
    refuse(irf.at(1, response="yield"))
    refuse(irf.difference((0, "yield", "flow"), (1, "yield", "flow")))
    assert irf.ratio((0, "yield", "flow"), (0, "flow", "flow")).region is not None


def test_two_stages_carry_their_set_and_exogenous_regressors_none():
    data = frame()
    fit = instrumental(data["yield"], data[["flow"]], data[["news"]], exog=data[["war"]])
    assert fit.estimate("flow").region == fit.robust_set("flow") == LINE
    assert smallest_bound(fit.estimate("flow")) == math.inf
    refuse(fit.estimate("war"))


def test_a_line_of_a_multiverse_by_an_instrument_passes_no_verdict():
    data = frame(2.0)
    refuse(LinearSpecification(data["yield"], data["flow"], instrument=data["news"]).estimate())
    smallest_bound(LinearSpecification(data["yield"], data["flow"]).estimate())


def test_bounds_of_opposite_bias_need_normal_errors():
    plain = Estimate(1.0, 0.5, 0.2, 1.8)
    with pytest.raises(SpecificationError, match="trusts its instruments"):
        opposite_bias(plain, projected(2.0).irf.at(0, response="yield"))


def test_the_delta_method_of_an_offset_is_what_was_asked_for():
    data = frame(2.0)
    wald = instrumented_offset(data, "flow", "yield", instrument="news", horizon=1, lags=1, method="delta")
    robust = instrumented_offset(data, "flow", "yield", instrument="news", horizon=1, lags=1)
    assert (wald.value, wald.std_error) == (robust.value, robust.std_error)
    assert wald.region is None
    assert wald.upper - wald.value == pytest.approx(1.6448536269514722 * wald.std_error)
