"""Rounding errors and NaN are no results: a column that explains itself is refused, and words about no number too."""

import math

import numpy as np
import pandas as pd
import pytest

from econ.errors import EstimationError, SingularDesign, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.infer import (
    BayesFactor,
    Bounds,
    Claim,
    EffectiveF,
    Equivalence,
    ReducedForm,
    Verdict,
    anderson_rubin,
    effective_f,
    equivalence,
)
from econ.multiverse import LinearSpecification
from econ.offset import Decision
from econ.projection import LocalProjection, PanelProjection
from econ.responses import Reading

ROWS = 160


def frame():
    values = np.random.default_rng(1).standard_normal((ROWS, 3))
    table = pd.DataFrame(values, columns=["x", "y", "z"], index=pd.period_range("2000-01", periods=ROWS, freq="M"))
    return table.assign(x=table["x"] + table["z"], copy=3.0 * table["y"] + 2.0)


def panel():
    return frame().set_axis(pd.MultiIndex.from_product([list("abcdefgh"), range(ROWS // 8)]))


@pytest.mark.parametrize("word", ["contemporaneous", "instrument"])
def test_a_response_does_not_explain_itself(word):
    with pytest.raises(SpecificationError, match=r"'y' is the response and .*exactly as it is at horizon 0"):
        PanelProjection(panel(), response="y", impulse="x", lags=1, **{word: ["y"]})
    if word == "instrument":
        with pytest.raises(SpecificationError, match=r"'y' is a response and .*exactly as it is at horizon 0"):
            LocalProjection(frame(), "y", "x", lags=2, instrument="y")


@pytest.mark.parametrize("more", [{}, {"difference": True}, {"cumulative": True}, {"instrument": "z"}])
def test_what_is_ordered_before_the_impulse_is_known_not_to_move_with_it(more):
    fit = LocalProjection(
        frame(), ["y", "z"] if "instrument" not in more else "y", "x", contemporaneous=["y"], lags=2, **more
    ).fit(2)
    made = fit.irf.at(0, response="y")
    assert (made.value, made.std_error, made.lower, made.upper) == (0.0, 0.0, 0.0, 0.0)
    assert fit.irf.at(1, response="y").std_error > 0.01
    assert np.isfinite(fit.covariance).all()
    with pytest.raises(SingularDesign, match="explain 'y' exactly at horizon 0"):
        LocalProjection(frame(), "y", "x", contemporaneous=["y"], instrument="z", estimator="liml").fit(2)


@pytest.mark.parametrize("word", ["contemporaneous", "instrument"])
@pytest.mark.parametrize("more", [{}, {"difference": True}, {"cumulative": True}])
def test_neither_does_a_copy_of_it(word, more):
    with pytest.raises(SingularDesign, match="explain 'y' exactly at horizon 0"):
        LocalProjection(frame(), "y", "x", lags=2, **{word: ["copy"]}, **more).fit(2)
    if "difference" not in more:
        with pytest.raises(SingularDesign, match="explain 'y' exactly at horizon 0"):
            PanelProjection(panel(), response="y", impulse="x", lags=1, **{word: ["copy"]}, **more).fit(1)


def test_an_impulse_may_be_its_own_response():
    fit = LocalProjection(frame(), ["x", "y"], "x", lags=1).fit(2)
    assert fit.irf.point[0, 0, 0] == pytest.approx(1.0)
    assert PanelProjection(panel(), response="x", impulse="x", lags=1).fit(1).irf.point[0, 0, 0] == pytest.approx(1.0)


def test_large_and_small_units_are_not_taken_for_rounding():
    table = frame() * [1e6, 1e-6, 1.0, 1.0] + [0.0, 1.0, 0.0, 0.0]
    LocalProjection(table, "y", "x", lags=2).fit(2)


def test_a_line_of_a_multiverse_explains_something():
    table = frame()
    for outcome in (table["y"], table["copy"]):
        with pytest.raises(EstimationError, match="the outcome itself"):
            LinearSpecification(outcome, table["x"], controls=table[["y"]]).estimate()
        with pytest.raises(EstimationError, match="the outcome itself"):
            LinearSpecification(outcome, table["x"], instrument=table["y"]).estimate()
    LinearSpecification(table["y"], table["x"], controls=table[["z"]]).estimate()


@pytest.mark.parametrize("cov", ["hac", "hc1", "ewc"])
def test_a_variable_is_no_instrument_for_itself(cov):
    x, z = frame()["x"], frame()[["z"]]
    for instruments in (x, 2.0 * x + 1.0, pd.DataFrame({"z": z["z"], "same": x - z["z"]})):
        with pytest.raises(SingularDesign, match="exactly"):
            effective_f(x, instruments, cov=cov)
    assert effective_f(1e6 * x, x + 1e-3 * z["z"], cov=cov).statistic > 1e4  # strong is not exact
    assert anderson_rubin(frame()["y"], x, x, cov=cov).bounded  # least squares, whose set is right


NAN = {
    "BayesFactor": lambda bad: BayesFactor(bad, 1.0, 1.0),
    "posterior mean": lambda bad: BayesFactor(1.0, bad, 1.0),
    "posterior sd": lambda bad: BayesFactor(1.0, 1.0, bad),
    "null": lambda bad: BayesFactor(1.0, 1.0, 1.0, bad),
    "Equivalence": lambda bad: Equivalence(bad, 1.0, 1.0, 1.0, 0.5, 0.5, 0.05),
    "bound": lambda bad: Equivalence(1.0, 1.0, bad, 1.0, 0.5, 0.5, 0.05),
    "p_value": lambda bad: Equivalence(1.0, 1.0, 1.0, 1.0, bad, 0.5, 0.05),
    "smallest_bound": lambda bad: Equivalence(1.0, 1.0, 1.0, 1.0, 0.5, bad, 0.05),
    "EffectiveF": lambda bad: EffectiveF(bad, 23.0, 0.1, 1.0, 0.05, 100),
    "critical_value": lambda bad: EffectiveF(30.0, bad, 0.1, 1.0, 0.05, 100),
    "Bounds": lambda bad: Bounds(bad, 1.0, ConfidenceSet(((0.0, 1.0),), 0.9), "stoye"),
    "Verdict": lambda bad: Verdict("right", Claim("c", 1.0), 1.0, bad, Unavailable("none")),
    "found": lambda bad: Verdict("right", Claim("c", 1.0), bad, 1.0, Unavailable("none")),
    "Decision": lambda bad: Decision(
        "offset", equivalence(1.0, 1.0, 1.0), bad, Unavailable("none"), "line", Estimate(1.0, 1.0, 0.0, 2.0)
    ),
}


@pytest.mark.parametrize("name", NAN)
@pytest.mark.parametrize("bad", [math.nan, np.float64("nan"), "many", None])
def test_results_that_say_words_hold_numbers(name, bad):
    NAN[name](0.5)
    with pytest.raises(SpecificationError, match="a number"):
        NAN[name](bad)


def test_what_is_not_available_and_what_has_no_end_pass():
    made = Equivalence(1.0, Unavailable("set"), 1.0, Unavailable("set"), Unavailable("set"), math.inf, 0.05)
    assert not made.accepted
    assert "not shown" in str(made)


def test_words_of_a_verdict_are_those_of_its_rule():
    with pytest.raises(SpecificationError, match="verdict"):
        Verdict("perhaps", Claim("c", 1.0), 1.0, 1.0, Unavailable("none"))


SKEW = np.array([[1.0, 0.5], [0.2, 1.0]])
MATRICES = {"negative": -np.eye(2), "not symmetric": SKEW, "indefinite": np.array([[1.0, 2.0], [2.0, 1.0]])}


@pytest.mark.parametrize("kind", MATRICES)
def test_a_matrix_that_is_no_covariance_is_refused(kind):
    wrong = MATRICES[kind]
    with pytest.raises(SpecificationError, match="covariance must"):
        ReducedForm(np.ones(1), np.ones(1), wrong, np.eye(1), 100)
    with pytest.raises(SpecificationError, match="covariance of a reading must"):
        Reading(np.ones(2), wrong, None, 100, None, None)
    with pytest.raises(SpecificationError, match="moments must"):
        ReducedForm(np.ones(2), np.ones(2), np.eye(4), wrong, 100)


def test_singular_covariances_and_any_units_pass():
    units = np.diag([1e-9, 1e9])
    ReducedForm(np.ones(1), np.ones(1), units @ np.ones((2, 2)) @ units, np.eye(1), 100)
    ReducedForm(np.ones(1), np.ones(1), np.diag([1.0, 0.0]), np.eye(1), 100)
