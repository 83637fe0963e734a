"""Rank tests, restrictions and unit roots against the R package urca; numbers by ``cointegration/make.R``."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.datasets import danish_data

from econ.infer import unit_root
from econ.var import VECM

HERE = Path(__file__).resolve().parent / "cointegration"
CASES = {"none": "constant", "const": "restricted constant", "trend": "restricted trend"}
"""What urca calls the terms inside the error correction, and our cases."""


@pytest.fixture(scope="module")
def numbers():
    return json.loads((HERE / "numbers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def simulated():
    return pd.read_csv(HERE / "input.csv")


@pytest.fixture(scope="module")
def denmark():
    """Quarters, 1974Q1 to 1987Q3, as statsmodels ships them, and three centred seasonal dummies."""
    table = danish_data.load().data[["lrm", "lry", "ibo", "ide"]]
    table.index = pd.period_range("1974Q1", periods=len(table), freq="Q")
    season = {f"q{q}": (table.index.quarter == q).astype(float) - 0.25 for q in (1, 2, 3)}
    return table, pd.DataFrame(season, index=table.index)


@pytest.mark.parametrize("case", CASES)
def test_rank_tests_are_those_of_urca(simulated, numbers, case):
    tests = VECM(simulated, 3, deterministic=CASES[case]).cointegration_tests()
    np.testing.assert_allclose(tests.eigenvalues, numbers[f"lambda_{case}"], rtol=1e-8)
    np.testing.assert_allclose(tests.table["statistic"].iloc[:4], numbers[f"trace_{case}"], rtol=1e-8)
    np.testing.assert_allclose(tests.table["statistic"].iloc[4:], numbers[f"maximum_{case}"], rtol=1e-8)


@pytest.mark.parametrize("case", ["none", "const"])
def test_first_vectors_and_adjustment_are_those_of_urca(simulated, numbers, case):
    fit = VECM(simulated, 3, 1, deterministic=CASES[case]).fit()
    np.testing.assert_allclose(fit.beta["ec1"], numbers[f"beta_{case}"], rtol=1e-6)
    np.testing.assert_allclose(fit.alpha["ec1"], numbers[f"alpha_{case}"], rtol=1e-6)


def test_a_trend_counts_from_another_date_but_has_the_same_slope(simulated, numbers):
    fit = VECM(simulated, 3, 1, deterministic="restricted trend").fit()
    np.testing.assert_allclose(fit.beta["ec1"], numbers["beta_trend"], rtol=1e-6)
    np.testing.assert_allclose(fit.alpha["ec1"], numbers["alpha_trend"], rtol=1e-6)


def test_restrictions_are_those_of_urca(simulated, numbers):
    fit = VECM(simulated, 3, 2, deterministic="restricted constant").fit()
    unit = {name: {name: 1.0} for name in ("a", "b", "c", "const")}
    spans = fit.vectors(unit)
    known = fit.vectors({"k": {"a": 1.0, "b": -0.5}})
    found = {
        "same": fit.restrict(beta=spans),
        "exogenous": fit.restrict(exogenous="d"),
        "both": fit.restrict(beta=spans, exogenous="d"),
        "known": fit.restrict(known=known),
    }
    for name, test in found.items():
        assert test.statistic == pytest.approx(numbers[f"{name}_statistic"][0], rel=1e-6), name
    assert [found[name].df for name in ("same", "exogenous", "known")] == [2, 2, 3]
    assert [numbers[f"{name}_df"][0] for name in ("same", "exogenous", "known")] == [2, 2, 3]
    assert found["both"].df == 4  # urca prints 2: it does not count the two zeros of alpha


def test_danish_money_demand_as_johansen_and_juselius_printed_it(denmark, numbers):
    data, season = denmark
    tests = VECM(data, 2, deterministic="restricted constant", exog=season).cointegration_tests()
    np.testing.assert_allclose(tests.eigenvalues, numbers["denmark_lambda"], rtol=1e-8)
    np.testing.assert_allclose(tests.table["statistic"].iloc[:4], numbers["denmark_trace"], rtol=1e-8)
    np.testing.assert_allclose(tests.eigenvalues, [0.433, 0.178, 0.113, 0.043], atol=5e-4)  # table 2 of the paper
    np.testing.assert_allclose(tests.table["statistic"].iloc[:4], [49.14, 19.06, 8.69, 2.35], atol=5e-3)
    beta = VECM(data, 2, 1, deterministic="restricted constant", exog=season).fit().beta["ec1"]
    np.testing.assert_allclose(beta, numbers["denmark_beta"], rtol=1e-6)
    np.testing.assert_allclose(beta, [1.00, -1.03, 5.21, -4.22, -6.06], atol=5e-3)


@pytest.mark.parametrize(("trend", "model", "breaks"), [("c", "constant", "intercept"), ("ct", "trend", "both")])
def test_unit_roots_are_those_of_urca(simulated, numbers, trend, model, breaks):
    table = unit_root(simulated[["a"]], trend=trend, lags=2).loc["a"]
    assert table.loc["adf-gls", "statistic"] == pytest.approx(numbers[f"adf_gls_{model}"][0], rel=1e-8)
    statistic, last = numbers[f"zivot_andrews_{breaks}"]
    assert table.loc["zivot-andrews", "statistic"] == pytest.approx(statistic, rel=1e-8)
    assert table.loc["zivot-andrews", "verdict"].endswith(f"after {int(last) - 1}")
    # urca takes the variation of y_t for that of y_{t-1} net of the terms in its correction
    assert table.loc["phillips-perron", "statistic"] == pytest.approx(numbers[f"phillips_perron_{model}"][0], rel=5e-3)
