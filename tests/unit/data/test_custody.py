"""Custody-adjusted holdings: against generalised least squares in plain numpy, simulated truth, and the archive."""

import importlib

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import benchmark, custody_adjusted, flows, parse
from econ.errors import (
    FrequencyError,
    SampleTooShort,
    SchemaError,
    SeriesNotFound,
    SingularDesign,
    SpecificationError,
)

YEARS, MONTHS = 12, 12


def simulated(seed, *, share=0.5, sigma=2.0, years=YEARS, noise=0.0):
    """Reports, a hub, surveys each June, and the truth."""
    rng = np.random.default_rng(seed)
    index = pd.period_range("2000-06", periods=years * MONTHS + 1, freq="M")
    change = pd.Series(rng.normal(3.0, 5.0, len(index)), index=index)
    hub = pd.Series(rng.normal(4.0, 6.0, len(index)), index=index)
    hidden = share * hub + sigma * rng.standard_normal(len(index))
    moved = (change + hidden).to_numpy().copy()
    moved[0] = 0.0
    truth = pd.Series(100.0 + moved.cumsum(), index=index)
    surveys = truth.iloc[::MONTHS] + noise * rng.standard_normal(years + 1)
    return change, pd.DataFrame({"hub": hub}), surveys, truth


def by_least_squares(change, hub, surveys):
    """Share and variance from the intervals between surveys: weighted least squares, with nothing of the package."""
    gaps, moved, months = [], [], []
    for start, end in zip(surveys.index[:-1], surveys.index[1:], strict=True):
        inside = (change.index > start) & (change.index <= end)
        gaps.append(surveys[end] - surveys[start] - change[inside].sum())
        moved.append(hub[inside].sum().to_numpy())
        months.append(inside.sum())
    design, weight = np.array(moved), 1.0 / np.array(months)
    inverse = np.linalg.inv(design.T @ (weight[:, None] * design))
    share = inverse @ design.T @ (weight * np.array(gaps))
    variance = float(weight @ (np.array(gaps) - design @ share) ** 2 / (len(gaps) - design.shape[1]))
    return share, variance, inverse


@pytest.mark.parametrize("seed", range(4))
def test_exact_surveys_agree_with_weighted_least_squares(seed):
    change, hub, surveys, _ = simulated(seed)
    found = benchmark(change, surveys, hub)
    share, variance, inverse = by_least_squares(change, hub, surveys)
    assert found.sigma == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert found.shares["hub"].value == pytest.approx(share[0], rel=1e-10)
    assert found.shares["hub"].std_error == pytest.approx(np.sqrt(variance * inverse[0, 0]), rel=1e-10)
    assert found.dof == YEARS - 1


def test_every_month_agrees_with_the_bridge_between_two_surveys():
    """Between exact surveys the hidden part is a Brownian bridge around the hub's, plus the error of the share."""
    change, hub, surveys, _ = simulated(5)
    found = benchmark(change, surveys, hub).frame
    share, variance, inverse = by_least_squares(change, hub, surveys)
    for start, end in zip(surveys.index[:-1], surveys.index[1:], strict=True):
        months = pd.period_range(start + 1, end, freq="M")
        drift = change[months].cumsum() + share[0] * hub.loc[months, "hub"].cumsum()
        fraction = np.arange(1, len(months) + 1) / len(months)
        bridged = surveys[start] + drift + fraction * (surveys[end] - surveys[start] - drift.iloc[-1])
        assert np.allclose(found.loc[months, "holdings"], bridged, rtol=1e-11)
        moved = hub.loc[months, "hub"].cumsum().to_numpy()
        lever = moved - fraction * moved[-1]
        spread = variance * (len(months) * fraction * (1 - fraction) + lever**2 * inverse[0, 0])
        assert np.allclose(found.loc[months, "holdings_std_error"], np.sqrt(spread), rtol=1e-9, atol=1e-9)
        step = hub.loc[months, "hub"].to_numpy() - moved[-1] / len(months)
        steps = variance * ((1 - 1 / len(months)) + step**2 * inverse[0, 0])
        assert np.allclose(found.loc[months, "change_std_error"], np.sqrt(steps), rtol=1e-9)


def test_a_survey_with_errors_agrees_with_generalised_least_squares():
    change, hub, surveys, _ = simulated(7, noise=3.0)
    found = benchmark(change, surveys, hub, survey_error=3.0)
    months = np.arange(len(change))
    hidden = found.sigma**2 * np.minimum.outer(months, months)
    at = np.flatnonzero(change.index.isin(surveys.index))
    reported = surveys.iloc[0] + change.where(months > 0, 0.0).cumsum().to_numpy()
    effects = np.column_stack([np.ones(len(months)), hub["hub"].where(months > 0, 0.0).cumsum()])  # start and share
    weight = np.linalg.inv(hidden[np.ix_(at, at)] + 9.0 * np.eye(len(at)))
    gain = hidden[:, at] @ weight
    inverse = np.linalg.inv(effects[at].T @ weight @ effects[at])
    fixed = inverse @ effects[at].T @ weight @ (surveys.to_numpy() - reported[at])
    mean = reported + effects @ fixed + gain @ (surveys.to_numpy() - reported[at] - effects[at] @ fixed)
    left = effects - gain @ effects[at]
    variance = np.diag(hidden - gain @ hidden[at]) + np.einsum("tk,kl,tl->t", left, inverse, left)
    error = np.sqrt(variance)
    assert np.allclose(found.frame["holdings"], mean, rtol=1e-11)
    assert np.allclose(found.frame["holdings_std_error"], error, rtol=1e-9)


@pytest.mark.parametrize(("noise", "error"), [(0.0, 0.0), (3.0, 3.0), (3.0, 1.0), (0.0, 5.0)])
def test_the_variance_is_where_the_diffuse_likelihood_of_statsmodels_is_flat(noise, error):
    """To the last digits: its exact diffuse filter, differentiated, at the variance and beside it."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    change, hub, surveys, _ = simulated(7, noise=noise)
    found = benchmark(change, surveys, hub, survey_error=error)
    inside = change.index > change.index[0]
    missed = (surveys - change.where(inside, 0.0).cumsum() - surveys.iloc[0]).reindex(change.index).to_numpy() / 20.0
    moved = hub["hub"].where(inside, 0.0).cumsum().to_numpy() / 500.0
    model = UnobservedComponents(
        missed, level="llevel" if error else "rwalk", exog=moved, mle_regression=False, use_exact_diffuse=True
    )
    given = [(error / 20.0) ** 2] if error else []

    def loglike(logarithm):
        return model.loglike([*given, np.exp(logarithm)])

    def slope(logarithm):
        return (loglike(logarithm + 1e-4) - loglike(logarithm - 1e-4)) / 2e-4

    top = 2.0 * np.log(found.sigma / 20.0)
    assert abs(slope(top)) < 1e-8 < 1e-5 < slope(top - 1e-3)
    assert slope(top + 1e-3) < -1e-5
    assert loglike(top) > max(loglike(top - 0.5), loglike(top + 0.5))


def test_the_variance_is_at_the_higher_of_two_peaks():
    """300 samples of surveys with errors, some of whose likelihoods have two: against a grid of 3,001 variances."""
    kernel = importlib.import_module("econ.data.benchmark")
    generator, two = np.random.default_rng(0), 0
    grid = np.linspace(-25.0, 5.0, 3001)
    for _ in range(300):
        count = int(generator.integers(5, 14))
        at = np.concatenate([[0], np.sort(generator.choice(np.arange(1, 400), count, replace=False))])
        missed = generator.standard_normal(count + 1) * np.exp(1.5 * generator.standard_normal(count + 1))
        missed /= np.sqrt(np.mean(np.diff(missed) ** 2))
        error, effects = float(np.exp(generator.uniform(-3.0, 0.5))), np.ones((count + 1, 1))
        contrasts = np.linalg.qr(effects, mode="complete")[0][:, 1:]
        sizes, axes = np.linalg.eigh(contrasts.T @ np.minimum.outer(at, at) @ contrasts)
        squares = (axes.T @ (contrasts.T @ missed)) ** 2

        def loss(logarithms, sizes=sizes, squares=squares, error=error):
            both = np.exp(np.atleast_1d(logarithms))[:, None] * sizes + error**2
            return (np.log(both) + squares / both).sum(axis=1)

        tried = loss(grid)
        falls = np.diff(tried) < 0.0
        two += int((falls[:-1] & ~falls[1:]).sum() + (not falls[0]) > 1)
        found = np.log(kernel._variance(missed, effects, at, error))
        assert loss(found)[0] <= tried.min() + 1e-12
    assert two >= 3


def test_a_likelihood_that_falls_everywhere_leaves_no_hidden_flow():
    change, hub, surveys, _ = simulated(7)
    found = benchmark(change, surveys, hub, survey_error=50.0)
    assert found.sigma < 1e-3  # the surveys' errors explain more than there is
    with pytest.raises(SingularDesign, match="collinear or nil"):
        benchmark(change, surveys, hub.assign(twice=2.0 * hub["hub"]))
    with pytest.raises(SingularDesign, match="collinear or nil"):
        benchmark(change, surveys, 0.0 * hub)


def test_errors_vanish_at_exact_surveys_and_grow_after_the_last():
    change, hub, surveys, _ = simulated(3)
    found = benchmark(change, surveys.iloc[:-2], hub).frame
    known = found["survey"].notna()
    assert known.sum() == YEARS - 1
    assert np.allclose(found.loc[known, "holdings"], found.loc[known, "survey"], rtol=1e-12)
    assert (found.loc[known, "holdings_std_error"] == 0.0).all()  # not what rounding leaves
    after = found.loc[surveys.index[-3] :, "holdings_std_error"]
    assert (after.diff().iloc[1:] > 0).all()
    assert found["change"].iloc[1:].to_numpy() == pytest.approx(found["holdings"].diff().iloc[1:].to_numpy(), abs=1e-8)


def covered(seed):
    change, hub, surveys, truth = simulated(seed)
    found = benchmark(change, surveys, hub)
    low, high = found.interval(0.90)
    middle = truth.index[6::12]
    share = found.shares["hub"]
    return (
        ((low <= truth) & (truth <= high))[middle].mean(),
        share.lower <= 0.5 <= share.upper,
        share.value,
        found.sigma,
    )


@pytest.mark.slow
def test_bands_cover_simulated_truth_at_their_level():
    """300 samples of 12 surveys: 90% bands, half way between surveys and for the share; nominal 0.90, s.e. 0.017."""
    cover, share, value, sigma = np.array([covered(seed) for seed in range(300)], dtype=float).T
    assert 0.88 <= cover.mean() <= 0.92
    assert 0.85 <= share.mean() <= 0.95
    assert abs(value.mean() - 0.5) < 4 * value.std() / np.sqrt(300)
    assert np.sqrt((sigma**2).mean()) == pytest.approx(2.0, rel=0.05)


def test_a_share_of_one_half_is_found():
    assert benchmark(*simulated_parts(11)).shares["hub"].value == pytest.approx(0.5, abs=0.25)


def simulated_parts(seed):
    change, hub, surveys, _ = simulated(seed)
    return change, surveys, hub


def test_units_do_not_matter():
    change, hub, surveys, _ = simulated(2)
    small, large = benchmark(change, surveys, hub), benchmark(1000 * change, 1000 * surveys, 1000 * hub)
    assert np.allclose(1000 * small.frame["holdings"], large.frame["holdings"], rtol=1e-11)
    assert 1000 * small.sigma == pytest.approx(large.sigma, rel=1e-11)
    assert small.shares["hub"].value == pytest.approx(large.shares["hub"].value, rel=1e-10)


@pytest.mark.parametrize(
    ("spoil", "error", "reason"),
    [
        (lambda c, s, h: (c.drop(c.index[5]), s, h.drop(h.index[5])), FrequencyError, "consecutive months"),
        (lambda c, s, h: (c.where(c.index != c.index[5]), s, h), SchemaError, "is missing"),
        (lambda c, s, h: (c, s.iloc[1:], h), SchemaError, "must start in the same month"),
        (lambda c, s, h: (c, s.iloc[::-1], h), SchemaError, "in order"),
        (lambda c, s, h: (c, s.iloc[:4], h), SampleTooShort, "1 hubs need 5 surveys; found 4"),
        (lambda c, s, h: (c, s, h.iloc[1:]), SchemaError, "must start in the same month"),
    ],
)
def test_bad_input_never_yields_a_number(spoil, error, reason):
    change, hub, surveys, _ = simulated(1)
    with pytest.raises(error, match=reason):
        benchmark(*spoil(change, surveys, hub))


def test_a_negative_survey_error_and_a_band_of_something_else_are_refused():
    change, hub, surveys, _ = simulated(1)
    with pytest.raises(SpecificationError, match="survey error"):
        benchmark(change, surveys, hub, survey_error=-1.0)
    with pytest.raises(SpecificationError, match="no band of 'share'; known are 'holdings', 'change'"):
        benchmark(change, surveys, hub).interval(of="share")


def test_china_is_benchmarked_to_the_surveys_of_the_archive():
    found = custody_adjusted("china")
    assert found.surveys == 11
    assert found.frame.loc["2010-06", "holdings"] == pytest.approx(1112.1, abs=0.01)
    assert found.frame.index[0] == pd.Period("2000-03", "M")
    assert found.shares["uk"].value == pytest.approx(0.60, abs=0.01)  # of what London reported, by the ten intervals
    assert found.shares["uk"].lower > 0
    without = custody_adjusted("china", hubs=())
    assert without.sigma > 1.5 * found.sigma  # London explains most of what the surveys found


def test_flows_and_load_carry_the_standard_error():
    table = flows("china", "benchmarked_change", "usd_bn")
    frame = custody_adjusted("china").frame
    assert list(table.columns) == ["value", "imputed", "source", "std_error"]
    assert np.allclose(table["value"].iloc[1:], frame["change"].iloc[1:])
    assert np.allclose(table["std_error"].iloc[1:], frame["change_std_error"].iloc[1:])
    assert table["imputed"].sum() == len(table) - 11
    data = econ.load("china_benchmarked_holdings", "china_benchmarked_holdings_std_error", "china_mfh_holdings")
    assert data.variables["china_benchmarked_holdings_std_error"].units == "usd_bn"
    june = data.frame.loc["2009-06"]
    assert june["china_benchmarked_holdings"] == pytest.approx(june["china_mfh_holdings"], abs=0.01)
    assert june["china_benchmarked_holdings_std_error"] < 0.01
    share = flows("china", "benchmarked_change", "debt")
    assert (share["std_error"] / table["std_error"]).iloc[-1] == pytest.approx(
        (share["value"] / table["value"]).iloc[-1]
    )
    assert flows("china", "benchmarked_change", "usd_bn", imputed=False)["value"].notna().sum() == 10


def test_bands_use_students_t_and_a_hub_is_not_its_own():
    change, hub, surveys, _ = simulated(4)
    found = benchmark(change, surveys, hub)
    low, high = found.interval(0.90, of="change")
    width = (high - low).iloc[5] / (2 * found.frame["change_std_error"].iloc[5])
    assert width == pytest.approx(1.7958848, abs=1e-6)  # t with 11 degrees of freedom
    london = flows("uk", "benchmarked_change", "usd_bn")
    assert np.allclose(london["value"].iloc[1:], custody_adjusted("uk", hubs=()).frame["change"].iloc[1:])


def test_sums_of_reported_lines():
    parts = [flows(name, scale="usd_bn")["value"] for name in ("china", "belgium", "luxembourg", "hong_kong")]
    both = (parts[0] + parts[1]).dropna()  # Belgium has a line of its own from 2001 on
    assert str(both.index[0]) == "2001-01"
    pd.testing.assert_series_equal(flows("china_belgium", scale="usd_bn")["value"], both, check_names=False)
    pd.testing.assert_series_equal(
        flows("china_custody", scale="usd_bn")["value"], sum(parts).dropna(), check_names=False
    )
    assert (
        econ.load("china_custody_net_purchases")
        .variables["china_custody_net_purchases"]
        .label.startswith("China, Belgium, Luxembourg and Hong Kong: ")
    )
    with pytest.raises(SpecificationError, match="is of one holder"):
        flows("china_belgium", "benchmarked_change")


def test_holders_without_a_survey_line_say_so():
    with pytest.raises(SeriesNotFound, match="no holder 'SGPX'"):
        custody_adjusted("SGPX")
    with pytest.raises(SeriesNotFound, match="LUX has no reported change in every month since 2000-03"):
        custody_adjusted("china", hubs=("luxembourg",))


def test_a_table_of_surveys_benchmarks_long_term_flows():
    june = pd.period_range("2011-06", "2024-06", freq="12M")
    position = flows("china", "position", "usd_bn")["value"]
    surveys = pd.Series(
        [position[pd.Period(str(month)[:7], "M")] for month in june], index=pd.PeriodIndex(june.astype(str), freq="M")
    )
    found = custody_adjusted("china", hubs=(), surveys=surveys)
    assert found.surveys == 14
    assert np.allclose(found.frame.loc[surveys.index, "holdings"], surveys, atol=1e-3)
    with pytest.raises(SchemaError, match="lacks"):
        custody_adjusted("china", surveys=pd.DataFrame({"date": [1]}))
    with pytest.raises(SeriesNotFound, match="no survey of 'china' falls"):
        custody_adjusted("china", surveys=pd.Series([1.0], index=pd.PeriodIndex(["1994-12"], freq="M")))


def test_the_publishers_survey_agrees_with_the_reported_positions_since_2011(shared):
    """Since SLT the survey finds what is reported: no June differs by more than 0.25%."""
    table = parse("shlhistdat", shared("data/raw/tic/shlhistdat.txt"))
    found = custody_adjusted("china", hubs=(), surveys=table)
    position = flows("china", "position", "usd_bn")["value"]
    surveys = found.frame["survey"].dropna()
    assert len(surveys) == 14
    assert (surveys / position[surveys.index] - 1).abs().max() < 0.0025
