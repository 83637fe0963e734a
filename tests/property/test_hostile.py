"""Several hostile arguments at once, drawn by hypothesis: one hundred thousand calls over the whole public surface."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from surface.calls import REFUSED, calls
from surface.hostile import values, wrong

CALLS = calls()
EXAMPLES = 100_000


def shared_out():
    """Examples of each callable with arguments: a fixed total, dear ones ``FEW`` each."""
    asked = {name: call for name, call in CALLS.items() if call.parameters()}
    dear = {name for name in asked if name in COSTLY}
    each, rest = divmod(EXAMPLES - FEW * len(dear), len(asked) - len(dear))
    found = {name: FEW if name in dear else each for name in asked}
    first = next(name for name in found if name not in dear)
    found[first] += rest
    return found


FEW = 40
COSTLY = {
    "EventStudy.pooled", "PooledEvents.tests",
    "EventStudy", "EventStudyResults.placebo", "EventStudyResults.tests", "Figure.pdf", "Figure.plot", "Figure.svg",
    "BayesianVAR.fit", "BayesianVARResults.plot", "GranularInstrument.leave_one_out", "IRF.plot", "OwnShocks.identify",
    "PanelResults.wild_cluster", "PanelResults.wild_cluster_set", "SignRestrictions.identify", "anderson_rubin",
    "SignRestrictions.robust_bounds", "StructuralResults.irf", "bai_perron", "benchmark", "conditional_lr",
    "credentials", "custody_adjusted", "episodes", "instrumented_offset", "instrumented_symmetry", "moments_table",
    "recursive_bias", "romano_wolf_table", "size_table", "state_offset", "sup_f", "tournament", "verify_archive",
    "verify_vintage", "debt_scale", "flows", "load", "revisions", "valuation_model", "listing", "catalogue", "diff",
    "reaction_function", "ChangingVolatility.identify", "NonGaussian.identify", "LabelledResults.label_stability",
    "ProjectionResults.weak_iv_set", "PanelResults.weak_iv_set", "ProxyResults.weak_iv_set", "joint_tests",
    "StructuralResults.fevd", "StructuralResults.historical_decomposition",
    "TreasuryMarket.simulate", "Sample.recursive", "VARResults.bootstrap", "balance", "granular_elasticities",
    "PanelProjection.fit", "LocalProjection.fit", "EventStudyResults.path", "generalised_irf", "OutlierScaling.weights",
    "kleibergen", "stacked_moments",
    "StackedMoments.confidence_set", "StackedMoments.estimate",
    "BayesianVARResults.volatility", "ChangingVolatility.impact_batch", "NonGaussian.impact_batch", "lag_order",
    "SupplyDemand", "SupplyDemand.fit", "SupplyDemand.sample", "SupplyDemandResults.plot", "SupplyDemandDraws.summary",
    "DailyMarket.samples",
    "KernelVAR", "KernelVAR.fit", "PathProjection.fit", "ProjectionResults.modified_set", "TimeVaryingVAR",
    "TimeVaryingVAR.fit", "TimeVaryingVARResults.convergence", "VaryingResults.coefficient", "VaryingResults.identify",
    "VaryingResults.volatility", "VaryingStructural.contrast", "VaryingStructural.irf", "VaryingStructural.path",
    "PathResults.contrast", "PathResults.at", "PathResults.contrast_p_value",
    "MixedFrequencyVAR", "MixedFrequencyVAR.fit", "MixedFrequencyResults.nowcast",
    "pseudo_real_time", "EventStudyResults.plot", "Placebo.plot", "RobustBounds.plot", "SetIdentified.robust_bounds",
    "Scenario.plot", "ProxyResults.plot_weak_iv_set", "VARResults.plot_forecast", "StructuralResults.plot_forecast",
    "StructuralResults.plot_fevd", "StructuralResults.plot_historical_decomposition", "plot_responses", "compare",
    "IRF.summary", "Shown.summary", "ProjectionResults.plot_weak_iv_set", "PanelResults.plot_weak_iv_set",
    "DiDResults.plot", "PanelResults.plot", "ProjectionResults.plot",
    "VARResults.diagnostics", "HeteroskedasticityResults.tests",
    "SpecificationCurve.run", "SpecificationCurveResults.joint", "SpecificationCurveResults.plot",
    "RankTests.bootstrap", "VECM", "VECM.fit",
    "VECM.layout",
    "VECM.cointegration_tests", "VECMResults.diagnostics", "VECMResults.restrict", "SVEC.identify", "SVEC.impact_batch",
    "unit_root",
    "FactorAugmentedStructural.irf", "FactorAugmentedVAR", "FactorAugmentedVAR.fit", "FactorAugmentedResults.forecast",
    "Instrumental.robust_set", "instrumental", "LocalProjectionDiD", "LocalProjectionDiD.fit", "VARResults.predictive",
}  # fmt: skip
"""What takes some milliseconds or more a call: ``FEW`` examples each, the others share the rest."""
SHARES = shared_out()

scalars = st.one_of(
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=4),
    st.booleans(),
    st.none(),
    st.floats(-1.0, 2.0),
    st.integers(-2, 9),
)
cells = st.one_of(st.floats(-5.0, 5.0), st.sampled_from([np.nan, np.inf, 1e300, 0.0]))


NAMES = st.sampled_from(["x", "y", "cn", "date", 1, None])


@st.composite
def tables(draw):
    """Small tables of any content, names and dates."""
    rows, columns = draw(st.integers(0, 6)), draw(st.integers(0, 3))
    content = draw(st.lists(cells, min_size=rows * columns, max_size=rows * columns))
    frame = pd.DataFrame(np.array(content, dtype=float).reshape(rows, columns))
    frame.columns = draw(
        st.lists(st.sampled_from(["x", "y", "cn", "date", 1, None]), min_size=columns, max_size=columns)
    )
    months = draw(st.lists(st.integers(0, 20), min_size=rows, max_size=rows))
    if draw(st.booleans()):
        frame.index = pd.PeriodIndex.from_ordinals([360 + month for month in months], freq="M")
    return frame if draw(st.booleans()) or not columns else frame.iloc[:, 0]


def strategy(call, parameter):
    """The values of the table, changed tables, and what nobody thought of."""
    known = list(values(call, parameter).values())
    valid = call.arguments.get(parameter)
    anything = [st.sampled_from(range(len(known))).map(known.__getitem__), scalars, tables()]
    if parameter == "n_jobs":
        return st.sampled_from([None, 0, -1, "two", 1.5, 1])
    if isinstance(valid, (int, float)) and not isinstance(
        valid, bool
    ):  # a number that suits costs time when it is large
        anything = [st.sampled_from(range(len(known))).map(known.__getitem__), scalars.filter(_not_dear)]
    return st.one_of(
        *anything, st.lists(scalars, max_size=3), st.dictionaries(st.text(max_size=2), scalars, max_size=2)
    )


def _not_dear(value):
    return not (isinstance(value, int) and not isinstance(value, bool) and 9 < value <= 10_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHARES)
def test_many_hostile_arguments_are_answered_or_refused_in_words(name, record_property, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a word is a folder to some: what is written there must not stay in the repository
    call, tried = CALLS[name], []
    expected = None if name in REFUSED else call()
    parameters = list(call.parameters())
    choice = st.lists(st.sampled_from(parameters), min_size=1, max_size=3, unique=True)

    @settings(max_examples=SHARES[name], deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def ask(data):
        changed = {each: data.draw(strategies[each]) for each in data.draw(choice)}
        tried.append(1)
        said = wrong(name, call, changed, expected=expected)
        assert said is None, f"{name}({changed!r}) {said}"

    strategies = {each: strategy(call, each) for each in parameters}
    ask()
    record_property("hostile calls", len(tried))
    assert len(tried) >= SHARES[name]


def test_shares_add_to_the_number_that_is_promised():
    assert sum(SHARES.values()) == EXAMPLES
    assert COSTLY - set(SHARES) - {name for name, call in CALLS.items() if not call.parameters()} <= {"diff"}
