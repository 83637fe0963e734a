"""Whatever an estimator returns can be pickled, copied and sent to another process, with the data behind it."""

import copy
import dataclasses
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest

import econ
from econ import (
    BayesianVAR,
    Cholesky,
    EventStudy,
    Heteroskedasticity,
    LocalProjection,
    LongRun,
    MaxShare,
    Minnesota,
    MovingBlock,
    PanelProjection,
    Proxy,
    SignRestrictions,
    granular_instrument,
)
from econ.infer import anderson_rubin, bai_perron, equivalence, regress
from econ.offset import quantity_offset
from econ.projection import PlugIn, smooth
from econ.report import Exhibit, Row, Table
from econ.testing import event_table, simulated_levels, simulated_var
from econ.var import VAR, ChangingVolatility, NonGaussian, counterfactual, scenario, sup_f

ROOMS = (econ.var, econ.projection, econ.eventstudy, econ.offset)


def _var_room():
    data = simulated_var(160, rng=1)
    fit = VAR(data, lags=1).fit()
    proxy = pd.DataFrame({"z": fit.residuals["x"] + np.random.default_rng(2).standard_normal(fit.nobs)})
    errors = np.random.default_rng(4).standard_t(3, (400, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    errors *= np.repeat([1.0, 3.0, 0.5, 2.0], 100)[:, None] ** [1.0, -1.0]
    fat = VAR(pd.DataFrame(errors, columns=["x", "y"]), lags=1).fit()
    regimes = pd.Series(np.where(np.arange(160) < 80, "a", "b"), index=data.frame.index)
    svar = fit.identify(Cholesky("x", "y"))
    irf = svar.irf(4, MovingBlock(draws=40), rng=1)
    posterior = BayesianVAR(data, lags=1, prior=Minnesota(tightness=0.2)).fit(draws=20, rng=1)
    signs = fit.identify(SignRestrictions({"x": {"x": "+"}}, draws=20), rng=1)
    return {
        "Dataset": data,
        "VAR": VAR(data, lags="aic", max_lags=3),
        "VARResults": fit,
        "StructuralResults": svar,
        "long run": fit.identify(LongRun("x", "y")),
        "largest share": fit.identify(MaxShare("y")),
        "ProxyResults": fit.identify(Proxy(proxy, shock="x", normalise="x")),
        "HeteroskedasticityResults": fit.identify(Heteroskedasticity(regimes=regimes, method="moments")),
        "SetIdentified": signs,
        "NonGaussianResults": fat.identify(NonGaussian()),
        "ChangingVolatilityResults": fat.identify(ChangingVolatility()),
        "IRF": irf,
        "Estimate": irf.at(2, response="y", shock="x"),
        "BayesianVARResults": posterior,
        "Scenario": scenario(svar, 2, {"y": [0.5, 0.5]}),
        "Counterfactual": counterfactual(irf, "x", silence="y", using="y"),
        "sup F": sup_f(fit, "x", draws=19, rng=1),
        "offset": quantity_offset(irf, "x", "y", horizon=2),
    }


def _other_rooms():
    generator = np.random.default_rng(3)
    data = simulated_var(160, rng=1)
    units = pd.MultiIndex.from_product([list("abcd"), pd.period_range("2015-01", periods=60, freq="M")])
    panel = pd.DataFrame(generator.standard_normal((240, 2)), index=units, columns=["y", "x"])
    flows = pd.DataFrame(generator.standard_normal((60, 6)), index=units.levels[1], columns=list("uvwxyz"))
    levels = simulated_levels()
    study = EventStudy(levels, event_table(levels.index, (150, 300, 450)), response="yield_10y").fit()
    z = generator.standard_normal((100, 3))
    shifted = pd.Series(np.repeat([0.0, 1.0], 60) + 0.1 * generator.standard_normal(120))
    projection = LocalProjection(data, "y", "x", lags=1).fit(3, bootstrap=PlugIn(draws=30), rng=1)
    return {
        "ProjectionResults": projection,
        "SmoothResults": smooth(projection).parent,
        "PanelResults": PanelProjection(panel, response="y", impulse="x", lags=1).fit(2),
        "GranularInstrument": granular_instrument(flows, flows.abs() + 1.0, factors=1),
        "EventStudyResults": study,
        "Placebo": study.placebo(draws=49, rng=1),
        "VarianceShift": study.variance_shift(),
        "ConfidenceSet": anderson_rubin(z[:, 0], z[:, 0] + z[:, 1], z[:, 2], cov="hc1"),
        "Equivalence": equivalence(0.1, 0.2, 1.0),
        "regression": regress(pd.Series(z[:, 0]), pd.DataFrame(z[:, 1:], columns=["a", "b"]), cov="hc1"),
        "breaks": bai_perron(shifted, max_breaks=1, rng=1),
        "Table": Table(["a"], [Row("r", [1.0])]),
        "Exhibit": Exhibit("claims", "t", {"n": 1.0}, Table(["a"], [Row("r", [1.0])])),
    }


@pytest.fixture(scope="module")
def objects():
    return {**_var_room(), **_other_rooms()}


def content(value, depth=0):
    """What an object holds, as plain nested tuples that compare equal if it is the same."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return (type(value).__name__, value.to_numpy().tolist(), list(map(str, value.index)))
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and depth < 4:
        names = [field.name for field in dataclasses.fields(value)]
        return (type(value).__name__, *(content(getattr(value, name), depth + 1) for name in names))
    return repr(value)


def test_every_kind_of_results_is_here(objects):
    public = {name for room in ROOMS for name in room.__all__ if name.endswith("Results")}
    assert public - {type(value).__name__ for value in objects.values()} == set()


def test_everything_survives_pickle_and_copy(objects):
    lost = []
    for name, value in objects.items():
        for how, again in (("pickle", lambda v: pickle.loads(pickle.dumps(v))), ("deepcopy", copy.deepcopy)):
            if content(again(value)) != content(value):
                lost.append((name, how))
    assert lost == []


def _peak(fit):
    return float(fit.identify(Cholesky("x", "y")).irf(4).peak(response="y", shock="x").value)


def test_results_work_in_another_process(objects):
    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(_peak, objects["VARResults"]).result() == _peak(objects["VARResults"])
