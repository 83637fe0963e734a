"""What becomes one number is in one unit, in every function of the room; what has no unit is taken as it comes."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, Dataset, LocalProjection, MovingBlock, Proxy
from econ.errors import SpecificationError
from econ.offset import (
    adding_up,
    decide,
    instrumented_offset,
    instrumented_symmetry,
    price_offset,
    quantity_offset,
    state_offset,
    symmetry,
)

MONTHS = pd.period_range("2000-01", periods=200, freq="M")
UNLIKE = {"cn": "usd_bn", "jp": "usd_mn", "uk": "usd_bn"}
PARTLY = {"cn": "usd_bn", "jp": "usd_bn"}
DRAWN = {"bootstrap": MovingBlock(draws=40), "rng": 1}
SOME = {"horizon": 1, "lags": 1, "cov": "hc1"}


@cache
def data(**units):
    draws = np.random.default_rng(3).standard_normal((200, 6))
    table = pd.DataFrame({"cn": draws[:, 0]}, index=MONTHS)
    table["jp"] = -0.4 * table["cn"] + draws[:, 1]
    table["uk"] = -0.2 * table["cn"] + draws[:, 2]
    table["y"] = -table["cn"] - table["jp"] + draws[:, 3]
    table["z"], table["v"] = table["cn"] + draws[:, 4], table["jp"] + draws[:, 5]
    table["war"] = (np.arange(200) > 100).astype(float)
    return Dataset.from_frame(table, units=units)


def shocks(**units):
    names = ["cn", "jp", "uk", "y"]
    return VAR(data(**units).select(*names), lags=1).fit().identify(Cholesky(*names))


def proxy(**units):
    found = data(**units)
    return VAR(found.select("cn", "jp", "uk"), lags=1).fit().identify(Proxy(found.frame[["z"]], shock="cn"))


def projected(**units):
    return LocalProjection(data(**units), ["cn", "jp"], "z", lags=1, lag_augmented=False).fit(2)


CALLS = {
    "quantity, responses": lambda **u: quantity_offset(shocks(**u).irf(2, **DRAWN), "cn", "jp", horizon=2),
    "quantity, shocks": lambda **u: quantity_offset(shocks(**u), "cn", "jp", horizon=2, **DRAWN),
    "quantity, two allies": lambda **u: quantity_offset(shocks(**u), "cn", ["uk", "jp"], horizon=2, **DRAWN),
    "quantity, proxy": lambda **u: quantity_offset(proxy(**u), "cn", "jp", horizon=2),
    "quantity, projections": lambda **u: quantity_offset(projected(**u), "cn", "jp", horizon=2, shock="z"),
    "adding up": lambda **u: adding_up(shocks(**u), "cn", ["jp", "uk"], horizon=2, **DRAWN),
    "adding up, supply": lambda **u: adding_up(shocks(**u), "cn", ["uk"], supply="jp", horizon=2, **DRAWN),
    "adding up, proxy": lambda **u: adding_up(proxy(**u), "cn", ["jp", "uk"], horizon=2),
    "symmetry": lambda **u: symmetry(shocks(**u), "cn", "jp", response="y", horizon=1, **DRAWN),
    "symmetry, instruments": lambda **u: instrumented_symmetry(
        data(**u), "cn", "jp", response="y", instruments=("z", "v"), **SOME
    ),
    "instrument": lambda **u: instrumented_offset(data(**u), "cn", "jp", instrument="z", **SOME),
    "instrument, two allies": lambda **u: instrumented_offset(data(**u), "cn", ["uk", "jp"], instrument="z", **SOME),
    "states": lambda **u: state_offset(data(**u), "cn", "jp", instrument="z", state="war", **SOME),
    "price, squares": lambda **u: price_offset(
        shocks(**u), "cn", ["uk", "jp"], response="y", horizon=1, method="least-squares", **DRAWN
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_unlike_units_are_refused_and_unknown_ones_pass(name):
    call = CALLS[name]
    with pytest.raises(SpecificationError, match=r"is in 'usd_(bn|mn)' and .* in 'usd_(bn|mn)'; convert one first"):
        call(**UNLIKE)
    call(**PARTLY)
    call()


def test_units_of_the_price_are_another_matter():
    found = symmetry(shocks(**PARTLY, y="bp"), "cn", "jp", response="y", horizon=1, **DRAWN)
    assert found.parent.units["y"] == "bp"


@pytest.mark.parametrize("method", ["sims-zha", "scenario", "reduced"])
def test_where_units_cancel_they_do_not_matter(method):
    def offset(table):
        svar = VAR(table, lags=1).fit().identify(Cholesky("cn", "jp", "y"))
        return price_offset(svar, "cn", "jp", response="y", horizon=1, method=method).value

    table = data(**UNLIKE).select("cn", "jp", "y")
    other = Dataset.from_frame(
        table.frame.assign(jp=1000.0 * table.frame["jp"]), units={"cn": "usd_bn", "jp": "usd_mn"}
    )
    assert offset(other) == pytest.approx(offset(table), rel=1e-9)


def test_a_verdict_is_on_a_share():
    estimate = quantity_offset(shocks(), "cn", "jp", horizon=2, **DRAWN)
    decide(estimate)
    with pytest.raises(SpecificationError, match="an offset is a share, without a unit; the estimate is in 'bp'"):
        decide(estimate.scaled(1.0, units="bp"))
