"""Every public type shows itself in a few lines; every result has a summary whose numbers are its own."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from surface.instances import instances

import econ
from econ import VAR, Cholesky, Dataset, Estimate, Unavailable
from econ.errors import SpecificationError
from econ.infer import regress
from econ.projection import LocalProjection
from econ.tables import Table
from econ.tables.shown import LETTERS, LINES, Shown
from econ.testing import simulated_var

NO_RESULTS = {
    # what a user writes down: schemes, priors, models, designs, descriptions
    "AsymmetricMinnesota", "BayesianVAR", "Cell", "ChangingVolatility", "Cholesky", "Chosen", "Claim",
    "CommonVolatility",
    "DailyFaults", "DailyMarket", "DriftPrior", "ElasticityPrior", "EventStudy", "FactorAugmentedVAR", "Faults",
    "Heteroskedasticity", "Holder", "KernelVAR", "LinearMoment", "LinearSpecification", "LocalProjection",
    "LocalProjectionDiD", "LongRun", "MaxShare", "Minnesota", "MixedFrequencyVAR", "MovingBlock", "NonGaussian",
    "NullPlan", "OperationMarket", "Operations", "OutlierScaling", "OwnShocks", "Panel", "PanelProjection",
    "PathProjection", "PermanentTransitory", "PlugIn", "Proxy", "Regime", "Residual", "Row", "Rule", "SVEC", "Same",
    "Shock", "ShockContribution", "ShockSign", "SignRestrictions", "SpecificationCurve", "SupplyDemand",
    "TimeVaryingVAR", "TreasuryMarket", "Truths", "VAR", "VECM", "Variable", "Vintage", "Wild",
    # numbers, tables and pictures, which print themselves
    "ConfidenceSet", "Estimate", "Exhibit", "Figure", "Ratio", "Series", "Table", "Unavailable",
    # parts of results, what they were made from, and samples
    "Average", "BiasCorrection", "DailySample", "DailySamples", "Estimator", "FetchReport", "Node", "OperationSample",
    "Reading", "Run", "Sample", "Samples", "SmoothResults", "Trace", "Truth",
}  # fmt: skip
"""Public types without a summary, and why: every other one is a result."""


@pytest.fixture(scope="module")
def data():
    return simulated_var(120, rng=1)


@pytest.fixture(scope="module")
def fit(data):
    return VAR(data, lags=1).fit()


@pytest.fixture(scope="module")
def results():
    return {name: value for name, value in instances().items() if type(value).__name__ not in NO_RESULTS}


def test_the_types_without_a_summary_exist_and_have_none():
    kinds = {type(value).__name__: type(value) for value in instances().values()}
    assert kinds.keys() >= NO_RESULTS
    assert [name for name in NO_RESULTS if issubclass(kinds[name], Shown)] == []


def test_every_other_public_type_is_shown_by_the_one_mechanism(results):
    assert len(results) > 60
    assert [name for name, value in results.items() if not isinstance(value, Shown)] == []


def test_every_repr_is_a_few_short_lines():
    for name, value in instances().items():
        if type(value).__module__.startswith("econ") and not isinstance(value, econ.Estimate):
            lines = repr(value).splitlines()
            assert len(lines) <= LINES + 1, name
            longest = LETTERS if isinstance(value, Shown) else 2 * LETTERS
            assert max(map(len, lines)) <= longest + 80 * (not isinstance(value, Shown)), name
            assert type(value).__name__ in lines[0], name


def test_every_summary_is_a_table_in_every_form(results):
    few = {"BayesianVARResults", "MixedFrequencyResults"}
    for name, value in results.items():
        if name in few and len(value.coefficient_draws) < 16:
            continue
        table = value.summary()
        assert isinstance(table, Table), name
        assert table.title == type(value).__name__, name
        assert len(table) == len(table.to_frame()) > 0, name
        text = str(table)
        for form in (text, table.to_html(), table.to_latex(), table.to_typst(), table.to_markdown(), table.to_csv()):
            assert len(form) > 10, name
        assert "<table" in value._repr_html_(), name
        for fact, _ in table.facts:
            assert fact in text, name


def test_a_posterior_with_too_few_draws_says_so():
    few = dataclasses.replace(instances()["BayesianVARResults"], coefficient_draws=np.zeros((4, 3, 2)))
    with pytest.raises(SpecificationError, match="a summary needs 8 draws"):
        few.summary()


def test_the_summary_of_a_var_holds_its_numbers(fit):
    frame = fit.summary(0.95).to_frame()
    assert frame.index.names == ["equation", "coefficient"]
    for equation in fit.variables:
        part = frame.xs(equation)
        for column, table in (
            ("estimate", fit.params), ("std_error", fit.std_errors), ("t", fit.tstats), ("p_value", fit.pvalues),
        ):  # fmt: skip
            np.testing.assert_allclose(part[column].to_numpy(float), table[equation], rtol=1e-12)
        np.testing.assert_allclose(part["upper"], fit.params[equation] + 1.959963984540054 * fit.std_errors[equation])
        np.testing.assert_allclose(part["lower"], fit.params[equation] - 1.959963984540054 * fit.std_errors[equation])
    facts = dict(fit.summary().facts)
    assert (facts["observations"], facts["lags"], facts["AIC"], facts["log likelihood"]) == (
        fit.nobs, 1, fit.aic, fit.loglik,
    )  # fmt: skip
    assert facts["sample"] == f"{fit.residuals.index[0]} to {fit.residuals.index[-1]}"


def test_excluded_coefficients_have_no_error(data):
    restricted = VAR(data, lags=1, exclude={"x": ["y"]}).fit()
    row = restricted.summary().loc[("x", "L1.y")]
    assert row["estimate"] == 0.0
    assert all(isinstance(row[name], Unavailable) for name in ("std_error", "t", "p_value", "lower", "upper"))


def test_the_summary_of_responses_holds_theirs(results):
    irf = results["IRF"]
    pd.testing.assert_frame_equal(irf.summary(0.68).to_frame(), irf.to_frame(0.68))
    long = VAR(simulated_var(120, rng=1), lags=1).fit().identify(Cholesky("x", "y")).irf(30)
    horizons = long.summary().index.get_level_values("horizon").unique().tolist()
    assert horizons == [0, 1, 2, 3, 6, 12, 24, 30]
    assert long.summary().loc[(6, "y", "x"), "point"] == long.at(6, response="y", shock="x").value


def test_summaries_of_other_rooms_hold_their_numbers(results):
    regression = results["Regression"]
    frame = regression.summary().to_frame()
    np.testing.assert_allclose(frame["p_value"], regression.pvalues, rtol=1e-10)
    np.testing.assert_allclose(frame["std_error"], regression.std_errors)
    one, row = regression.estimate("a"), frame.loc["a"]
    np.testing.assert_allclose([row["estimate"], row["lower"], row["upper"]], [one.value, one.lower, one.upper])
    system = results["Instrumental"]
    np.testing.assert_allclose(system.summary()["estimate"], system.params)
    upper = system.params["p"] + stats.norm.ppf(0.95) * system.std_errors["p"]  # the table's trusts the instruments
    assert system.summary().loc["p", "upper"] == pytest.approx(upper)
    assert system.estimate("p").upper == system.robust_set("p").upper
    vecm = results["VECMResults"].summary()
    for part in ("alpha", "beta", "gamma"):
        held = getattr(results["VECMResults"], part)
        for row, column in [(row, column) for row in held.index for column in held.columns]:
            key = (part, row, column) if part == "alpha" else (part, column, row)
            assert vecm.loc[key, "estimate"] == held.loc[row, column]
    svar = results["by SignRestrictions"]
    impact = svar.summary().to_frame()
    assert impact.loc[("y", "x"), "point"] == svar.impact.loc["y", "x"]
    assert impact.loc[("y", "x"), "lower"] == pytest.approx(np.quantile(svar.draws[:, 1, 0], 0.05))
    proxy = results["by Proxy"]
    assert dict(proxy.summary().facts)["effective F of first stage"] == proxy.first_stage["effective_f"]
    bounds = results["RobustBounds"]
    pd.testing.assert_frame_equal(bounds.summary(0.8).to_frame(), bounds.to_frame(0.8))
    future = results["Scenario"]
    assert future.summary().loc[("y", future.paths.index[0]), "mean"] == future.paths["y"]["mean"].iloc[0]
    study = results["EventStudyResults"]
    assert study.summary(by=None).loc["all", "mean"] == study.mean().value
    kernel = results["KernelVARResults"]
    first = kernel.summary().loc[("x", kernel.dates[0]), "point"]
    assert first == kernel.volatility("x")["point"].iloc[0]
    recursive = results["VaryingStructural"]
    assert recursive.summary().loc[(recursive.dates[-1], "x", "x"), "point"] == pytest.approx(
        recursive.impact(recursive.dates[-1]).loc["x", "x"]
    )
    assert results["AddingUp"].summary().loc[("share", "jp"), "value"].value == results["AddingUp"].shares["jp"].value
    curve = results["SpecificationCurveResults"]
    assert curve.summary()["median"] == np.median(curve.estimates["value"])
    described = results["Dataset"].summary()
    assert described.loc["x", "mean"] == pytest.approx(results["Dataset"].frame["x"].mean())


def test_the_effect_of_tests_and_decisions_is_in_their_summary(results):
    effective = results["EffectiveF"]
    assert effective.summary()["value"]["statistic"] == effective.statistic
    shift = results["VarianceShift"]
    assert shift.summary()["value"]["brown forsythe, statistic"] == shift.brown_forsythe.statistic


HOSTILE = "<script>alert(1)</script>"


def test_names_are_words_and_never_markup(data):
    frame = data.frame.rename(columns={"x": HOSTILE, "y": "a|b $c$ #"})
    given = Dataset.from_frame(frame)
    fit = VAR(given, lags=1).fit()
    svar = fit.identify(Cholesky(*frame.columns))
    for shown in (given, fit, svar, svar.irf(2)):
        page = shown._repr_html_()
        assert "<script" not in page
        assert "&lt;script&gt;" in page
    markdown = fit.summary().to_markdown()
    assert "<script" not in markdown
    assert r"a\|b \$c\$ \#" in markdown
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 8 for line in markdown.splitlines() if line.startswith("| "))


def test_latex_needs_no_letter_that_its_preamble_does_not_declare(fit, results):
    """pdfLaTeX knows Latin letters; ``Table.to_latex`` says which three signs it must be told."""
    told = {chr(int(code, 16)) for code in re.findall(r"DeclareUnicodeCharacter\{(\w+)\}", Table.to_latex.__doc__)}
    few = {"BayesianVARResults", "MixedFrequencyResults"}  # too short to be summed up
    shown = [fit, *(value for name, value in results.items() if name not in few)]
    odd = {type(each).__name__: {sign for sign in each.summary().to_latex() if ord(sign) > 255} for each in shown}
    assert len(told) == 3
    assert {name: signs - told for name, signs in odd.items() if signs - told} == {}


def test_a_notebook_shows_the_first_rows_of_a_long_table(fit):
    svar = fit.identify(Cholesky("x", "y"))
    shown = svar.irf(61)._repr_html_()
    assert shown.count("<tr") == 41 + 6
    assert "40 of 44 rows" in shown


def test_printed_numbers_stand_under_their_heads(fit):
    lines = str(fit.summary()).splitlines()
    head = next(line for line in lines if "std_error" in line)
    row = next(line for line in lines if line.startswith("x, L1.x"))
    assert row[: head.index("std_error") + len("std_error")].rstrip()[-1].isdigit()
    rules = [line for line in lines if set(line) == {"-"}]
    assert len(rules) == 3
    assert len({len(line) for line in rules}) == 1


def test_a_table_made_by_hand_reads_as_a_frame():
    table = Table(["a", "b"], [("x", 1.5, Estimate(2.0, 1.0, 0.0, 4.0)), ("y", "word", 3)], title="t", facts=[("n", 2)])
    assert table.to_frame().loc["y", "b"] == 3
    assert (table["a"].tolist(), "a" in table, "z" in table, len(table)) == ([1.5, "word"], True, False, 2)
    assert (table.iloc[0]["a"], table.index.tolist()) == (1.5, ["x", "y"])
    assert repr(table) == "Table(t: 2 rows, 2 columns)"
    with pytest.raises(SpecificationError, match="facts must be a Sequence of a tuple"):
        Table(["a"], [("x", 1.0)], facts=[("n",)])
    with pytest.raises(SpecificationError, match="one a cell"):
        econ.report.Row("r", [1.0], [1, 2])


def test_no_result_prints_its_name_alone_or_the_shape_of_what_it_holds():
    for name, value in instances().items():
        if not type(value).__module__.startswith("econ") or isinstance(value, (Unavailable, econ.ConfidenceSet)):
            continue
        said = repr(value).removeprefix(type(value).__name__).strip()
        assert len(said) > 2 or not dataclasses.fields(value), name
        if isinstance(value, Shown):
            assert not re.search(r"(DataFrame|ndarray|Series) \d", said), name
            assert not re.search(r"\bNone\b|\bnan\b", said), name
            assert all(line.strip() for line in said.splitlines()), name


def test_no_summary_has_a_placeholder_a_blank_fact_or_endless_degrees_of_freedom(results):
    few = {"BayesianVARResults", "MixedFrequencyResults"}
    for name, value in results.items():
        if name in few and len(value.coefficient_draws) < 16:
            continue
        table = value.summary()
        for fact, said in table.facts:
            assert said not in ("", None), (name, fact)
        text = str(table)
        assert not re.search(r"(DataFrame|ndarray|Series) \d", text), name
        assert not re.search(r"\bNone\b|\bnan\b", text), name
        assert not re.search(r"\bdf\b.*∞|freedom.*∞", text), name


def test_coefficients_come_with_their_errors(results):
    for name in ("Reaction", "Regression", "ReducedForm", "Counterfactual", "VARResults"):
        assert {"std_error", "lower", "upper"} <= set(results[name].summary().to_frame().columns), name
    reaction = results["Reaction"]
    np.testing.assert_allclose(reaction.summary().to_frame()["std_error"], reaction.regression.std_errors)
    assert dict(reaction.summary().facts)["p-value of no reaction to y"] == reaction.tests.loc["y", "p_value"]


def test_what_is_not_there_is_called_none_and_what_was_recovered_is_in_the_truth(results):
    assert dict(results["RankTests"].summary().facts)["correction"] == "none"
    truth = instances()["Truth"]
    assert f"impact={truth.impact:g}, offset={truth.offset:g}" in repr(truth)


@pytest.mark.parametrize("scale", [1e-4, 1e-12])
def test_small_numbers_show_their_digits(scale):
    data = pd.DataFrame(np.random.default_rng(0).standard_normal((200, 2)), columns=["x", "y"])
    small = data.assign(y=data["y"] * scale)
    for fit in (regress(small["y"], small[["x"]]), LocalProjection(small, response="y", impulse="x", lags=1).fit(1)):
        columns = dict(
            zip(fit.summary().names, zip(*(line.texts for line in fit.summary().lines()), strict=True), strict=True)
        )
        for name in {"estimate", "point", "std_error", "lower", "upper"} & set(columns):
            assert all(set(text) & set("123456789") for text in columns[name]), (name, columns[name])
