"""One set of labels in every frame of responses and of sets of responses, whoever made it."""

import warnings

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, MovingBlock, Proxy, SignRestrictions
from econ.errors import WeakInstrument
from econ.offset import price_offset
from econ.projection import LocalProjection, PanelProjection, PlugIn, average, bias_corrected, smooth
from econ.responses import labels
from econ.testing import simulated_var
from econ.var import counterfactual, generalised_irf

LABELS = {"horizon", "response", "shock"}
DATA = simulated_var(periods=200, rng=1, names=("flow", "yield"))
NEWS = DATA.frame.assign(news=DATA.frame["flow"] + np.random.default_rng(2).standard_normal(200))


def projected(**options):
    options = {"response": "yield", "impulse": "flow", "lags": 1} | options
    bootstrap = options.pop("bootstrap", None)
    return LocalProjection(NEWS, **options).fit(4, bootstrap=bootstrap, rng=1)


def panel(**options):
    generator = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([list("abcdefgh"), range(40)])
    frame = pd.DataFrame(generator.standard_normal((320, 3)), columns=["flow", "yield", "news"], index=index)
    frame["flow"] += frame["news"]
    return PanelProjection(frame, response="yield", impulse="flow", lags=1, **options).fit(2)


def fitted():
    return VAR(DATA, lags=1).fit()


def recursive(bootstrap=None):
    return fitted().identify(Cholesky("flow", "yield")).irf(4, bootstrap=bootstrap, rng=1)


def proxy():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)
        return fitted().identify(Proxy(NEWS["news"], shock="flow"))


def averaged():
    drawn = recursive(MovingBlock(draws=50)).shock("flow")
    both = projected(response=("flow", "yield")).irf
    return average(both, drawn.scale(to=1.0, response="flow"))


RESPONSES = {
    "VAR": lambda: recursive(MovingBlock(draws=50)).to_frame(),
    "simultaneous": lambda: recursive(MovingBlock(draws=50)).to_frame(kind="sup-t"),
    "signs": lambda: fitted().identify(SignRestrictions({"flow": {"flow": "+"}}, draws=50), rng=1).irf(4).to_frame(),
    "generalised": lambda: generalised_irf(fitted(), 4, bootstrap=MovingBlock(draws=50), rng=1).to_frame(),
    "counterfactual": lambda: counterfactual(
        recursive(MovingBlock(draws=50)), "flow", silence="yield", using="yield"
    ).irf.to_frame(),
    "projection": lambda: projected().irf.to_frame(),
    "projection, simultaneous": lambda: projected(bootstrap=PlugIn(draws=50)).irf.to_frame(kind="sup-t"),
    "summary": lambda: projected().summary(),
    "summary, instrumented": lambda: projected(instrument="news").summary(),
    "smooth": lambda: smooth(projected()).to_frame(),
    "bias": lambda: bias_corrected(projected()).to_frame(),
    "average": lambda: averaged().to_frame(),
    "panel": lambda: panel().irf.to_frame(),
    "panel summary": lambda: panel(instrument="news").summary(),
}
SETS = {
    "proxy VAR": lambda: proxy().weak_iv_set("yield", 4),
    "projection": lambda: projected(instrument="news").weak_iv_set("yield", 4),
    "panel": lambda: panel(instrument="news").weak_iv_set("yield", 2),
    "robust bounds": lambda: SignRestrictions({"flow": {"flow": "+"}}).robust_bounds(fitted(), 4, rng=1).to_frame(),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_frames_of_responses_have_the_same_levels_and_columns(name):
    frame = RESPONSES[name]()
    assert tuple(frame.index.names) == labels.LEVELS == ("horizon", "response", "shock")
    assert tuple(frame.columns[:4]) == labels.VALUES == ("point", "std_error", "lower", "upper")
    assert frame.index.is_unique
    inside = frame.loc[frame["std_error"] > 0.0, list(labels.VALUES)].astype(float)
    assert len(inside) > 0
    assert (inside["lower"] < inside["upper"]).all()


@pytest.mark.parametrize("name", SETS)
def test_frames_of_sets_have_the_same_labels(name):
    frame = SETS[name]().reset_index()
    assert LABELS | {"lower", "upper"} <= set(frame.columns)
    assert set(frame["response"]) <= {"flow", "yield"}
    assert set(frame["shock"]) == {"flow"}
    assert (frame["lower"] <= frame["upper"]).all()


def test_sets_and_responses_join_on_their_labels():
    fit = projected(instrument="news")
    both = (
        fit.summary().to_frame().reset_index().merge(fit.weak_iv_set("yield", 4), on=["horizon", "response", "shock"])
    )
    assert len(both) == 5  # a strong instrument: one interval a horizon


def test_paths_of_an_offset_have_the_same_labels():
    shut = price_offset(recursive(), "flow", "yield", response="yield", horizon=2, method="least-squares").parent
    assert {shut.paths.index.name, *shut.paths.columns.names} == {"horizon", "path", "response"}
    assert (shut.interventions.index.name, shut.interventions.columns.name) == ("horizon", "shock")
