"""Stacked moments: against one design alone, GMM, minimum distance, and truth under any strength."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.iv import IVGMMCUE
from scipy import stats

from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.estimate import Unavailable
from econ.infer import LinearMoment, calendar_covariance, conditional_lr, kleibergen, minimum_distance, stacked_moments
from econ.infer.score_sets import continuously_updated
from econ.infer.weak import clr_p_value

DAYS = pd.bdate_range("2005-01-03", "2012-12-31")
CODES, MONTHS = pd.factorize(DAYS.to_period("M"))
EFFECT = 2.0


def moment(table):
    return LinearMoment(table["y"], table["x"], table["z"])


def history(seed=1, strengths=(60.0, 30.0, 30.0), *, endogeneity=0.8):
    """A daily, an event and a monthly design: instruments and errors share what happens in a month."""
    generator = np.random.default_rng(seed)
    shock, news = generator.standard_normal((2, len(MONTHS)))
    rows = np.flatnonzero(generator.random(len(DAYS)) < 0.08)
    out = {}
    places = {"daily": (CODES, DAYS), "events": (CODES[rows], DAYS[rows]), "monthly": (np.arange(len(MONTHS)), MONTHS)}
    for (name, (where, dates)), f in zip(places.items(), strengths, strict=True):
        z, u, e = generator.standard_normal((3, len(dates)))
        z = 0.8 * news[where] + 0.6 * z
        x = math.sqrt(f / len(dates)) * z + u
        y = EFFECT * x + endogeneity * u + 0.6 * e + 2.5 * shock[where]
        out[name] = moment(pd.DataFrame({"y": y, "x": x, "z": z}, dates))
    return out


def test_one_design_is_two_stage_least_squares_with_clusters():
    daily = history()["daily"]
    found = stacked_moments({"daily": daily}, bandwidth=0)
    z, x, y = (sm.add_constant(each.to_numpy()) for each in (daily.instrument, daily.endogenous, daily.outcome))
    value = np.linalg.solve(z.T @ x, z.T @ y[:, 1])
    assert found.designs.loc["daily", "value"] == pytest.approx(value[1])
    first = sm.OLS(x[:, 1], z).fit(cov_type="cluster", cov_kwds={"groups": CODES})
    assert found.designs.loc["daily", "first_stage_f"] == pytest.approx(first.tvalues[1] ** 2, rel=0.01)
    residual = y[:, 1] - x @ value
    centred = z[:, 1] - z[:, 1].mean()
    sums = np.bincount(CODES, centred * residual)
    error = math.sqrt(sums @ sums) / abs(centred @ x[:, 1])
    assert found.designs.loc["daily", "std_error"] == pytest.approx(error, rel=0.02)
    assert isinstance(found.agreement["statistic"], Unavailable)
    assert found.confidence_set() == found.confidence_set(kind="K")
    assert found.designs.loc["daily", "blocks"] == len(MONTHS)


def test_reduced_coefficients_and_their_influence_are_least_squares():
    table = pd.DataFrame(np.random.default_rng(1).standard_normal((80, 5)), MONTHS[:80], list("yxzab"))
    made = LinearMoment(table["y"], table["x"], table["z"], table[["a", "b"]])
    p, f, own_y, own_x = made.reduced()
    design = sm.add_constant(table[["a", "b", "z"]])
    for value, own, name in ((p, own_y, "y"), (f, own_x, "x")):
        fit = sm.OLS(table[name], design).fit(cov_type="HC2")
        assert value == pytest.approx(fit.params["z"])
        assert math.sqrt(own @ own) == pytest.approx(fit.bse["z"])
    shifted = LinearMoment(table["y"] + 7.0 * table["a"], table["x"] - table["b"], table["z"] + 3.0 * table["a"] + 1.0,
                           table[["a", "b"]])  # fmt: skip
    assert shifted.reduced()[:2] == pytest.approx((p, f))


def test_the_covariance_is_that_of_the_calendar_and_nothing_is_independent():
    designs = history()
    found = stacked_moments(designs, bandwidth=1)
    influence = {name: each.reduced()[2] for name, each in designs.items()}
    own = calendar_covariance(influence, bandwidth=1)
    np.testing.assert_allclose(found.form.covariance[:3, :3], own.covariance, rtol=1e-12)
    assert own.correlation.loc["daily", "monthly"] > 0.2
    assert found.form.df <= own.df


def test_many_observations_make_it_gmm_with_continuous_updating():
    generator = np.random.default_rng(5)
    months = pd.period_range("1000-01", periods=8000, freq="M")
    z = generator.standard_normal((8000, 3))
    u, e = generator.standard_normal((2, 8000)) * np.exp(0.4 * z[:, 1])
    x = z @ [0.3, 0.2, 0.1] + u
    table = pd.DataFrame({"y": EFFECT * x + u + e, "x": x}, months)
    designs = {name: moment(table.assign(z=z[:, j])) for j, name in enumerate("abc")}
    found = stacked_moments(designs, bandwidth=0)
    fit = IVGMMCUE(table["y"], np.ones(8000), table["x"], z).fit(cov_type="robust")
    value, error, least = continuously_updated(found.form)
    assert error == pytest.approx(float(fit.std_errors["x"]), rel=0.03)
    assert value == pytest.approx(float(fit.params["x"]), abs=0.1 * error)
    assert least == pytest.approx(float(fit.j_stat.stat), abs=0.15)


def test_designs_that_are_their_own_instruments_are_minimum_distance():
    generator, designs = np.random.default_rng(2), {}
    for name, each in history(3).items():
        x = each.instrument
        y = EFFECT * x + each.outcome - each.outcome.mean()
        designs[name] = LinearMoment(y + generator.standard_normal(len(y)), x, x)
    found = stacked_moments(designs, bandwidth=0)
    table, v = found.designs, found.form.covariance
    assert isinstance(table.loc["daily", "first_stage_f"], Unavailable)
    names = list(designs)
    together = minimum_distance(table["value"], pd.DataFrame(v[:3, :3], names, names), df=found.form.df, level=0.9)
    value, _, least = continuously_updated(found.form)
    assert value == pytest.approx(together.estimate.value)
    assert least == pytest.approx(together.agreement["statistic"])
    assert found.agreement["p_value"] == pytest.approx(together.agreement["p_value"])
    (interval,) = found.confidence_set(kind="K")
    assert interval == pytest.approx(together.estimate.interval, rel=1e-6)  # Rao's t, the same
    with pytest.raises(SpecificationError, match="its own instrument"):
        found.confidence_set(kind="CLR")
    mixed = stacked_moments({"known": designs["daily"], "estimated": history(3)["monthly"]}, bandwidth=0)
    assert mixed.confidence_set(kind="K").bounded
    assert EFFECT + 1.0 not in stacked_moments({"known": designs["daily"]}, bandwidth=0).confidence_set()


def test_the_result_reads_its_own_form():
    found = stacked_moments(history(), units="bp per USD bn")
    region = found.confidence_set(0.95, kind="CLR")
    assert region == conditional_lr(found.form, level=0.95, small_sample=True)
    estimate = found.estimate(0.9, kind="K")
    assert estimate.value == pytest.approx(continuously_updated(found.form)[0])
    assert estimate.region == found.confidence_set(0.9, kind="K")
    assert estimate.nobs == sum(each.nobs for each in history().values())
    q, j = 2, found.agreement["statistic"]
    room = found.form.df - q + 1.0
    assert found.agreement["p_value"] == pytest.approx(stats.f.sf(j * room / (found.form.df * q), q, room))
    assert "bp per USD bn" in str(found)


@pytest.mark.parametrize("kind", ["S", "K", "CLR"])
def test_units_and_order_do_not_matter(kind):
    designs = history(4, (60.0, 2.0, 2.0))
    found = stacked_moments(designs, bandwidth=0)
    ends = np.array(found.confidence_set(kind=kind).intervals)
    turned = stacked_moments(dict(reversed(designs.items())), bandwidth=0)
    np.testing.assert_allclose(turned.confidence_set(kind=kind).intervals, ends, rtol=1e-6)
    scales = {
        "daily": (1.0, 1e6),
        "events": (5.0, -1e-3),
        "monthly": (1e4, 7.0),
    }  # of both variables, of the instrument
    other = {
        name: LinearMoment(a * 1e3 * each.outcome, a * each.endogenous, b * each.instrument)
        for (name, each), (a, b) in zip(designs.items(), scales.values(), strict=True)
    }
    scaled = stacked_moments(other, bandwidth=0)
    np.testing.assert_allclose(scaled.confidence_set(kind=kind).intervals, 1e3 * ends, rtol=1e-6)
    assert scaled.agreement["statistic"] == pytest.approx(found.agreement["statistic"])


def test_a_design_without_information_costs_s_a_degree_of_freedom_and_k_nothing():
    designs = history(4)
    later = pd.bdate_range("2014-01-01", periods=900)  # shares no month with the others
    noise = pd.DataFrame(np.random.default_rng(8).standard_normal((900, 3)) * [1e8, 1.0, 1.0], later, list("yxz"))
    found, more = (stacked_moments(each, bandwidth=0) for each in (designs, {**designs, "noise": moment(noise)}))
    one, two = continuously_updated(found.form), continuously_updated(more.form)
    assert two[:2] == pytest.approx(one[:2], rel=1e-4)
    form, wide = (np.array(each.confidence_set(kind="S").intervals[0]) for each in (found, more))
    assert abs(wide[1] - wide[0]) > abs(form[1] - form[0])
    near = [
        [each for each in kleibergen(replace(part.form, df=math.inf)) if max(map(abs, each)) < 1e3]
        for part in (found, more)
    ]  # where b is as large as the noise, the noisy design has stationary points of its own
    assert len(near[0]) >= 1
    np.testing.assert_allclose(near[1], near[0], rtol=1e-4)


def test_one_design_twice_is_refused_by_name():
    designs = history()
    same = designs["events"]
    with pytest.raises(SingularDesign, match="'events' and 'again' are one design"):
        stacked_moments({**designs, "again": LinearMoment(same.outcome, same.endogenous, -3.0 * same.instrument)})
    exact = LinearMoment(3.0 * same.endogenous, same.endogenous, same.instrument)
    with pytest.raises(SingularDesign, match="'exact: outcome' and 'exact: endogenous'"):
        stacked_moments({"exact": exact})


TABLE = pd.DataFrame(np.random.default_rng(3).standard_normal((60, 4)), MONTHS[:60], list("yxzw"))


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"instrument": TABLE["z"].iloc[1:]}, SpecificationError, "instrument must stand on the rows"),
        ({"controls": TABLE[["w"]].iloc[::-1]}, SpecificationError, "controls must stand on the rows"),
        ({"endogenous": TABLE["x"] * 0.0}, SchemaError, "endogenous of a design is constant"),
        ({"outcome": TABLE["y"].where(TABLE["y"] < 1.0)}, SchemaError, "missing"),
        ({"controls": TABLE[["w"]].where(TABLE["w"] < 1.0)}, SchemaError, "missing"),
    ],
)
def test_what_is_no_design_is_refused(change, error, said):
    with pytest.raises(error, match=said):
        LinearMoment(**{"outcome": TABLE["y"], "endogenous": TABLE["x"], "instrument": TABLE["z"], **change})


def test_what_cannot_be_stacked_is_refused():
    with pytest.raises(SampleTooShort, match="need 12 dates; found 11"):
        moment(TABLE.iloc[:11])
    with pytest.raises(SingularDesign, match="the instrument"):
        LinearMoment(TABLE["y"], TABLE["x"], 2.0 * TABLE["w"], TABLE[["w"]]).reduced()
    with pytest.raises(SpecificationError, match="at least one design"):
        stacked_moments({})
    with pytest.raises(SingularDesign, match="nothing is left over"):
        stacked_moments({"a": LinearMoment(2.0 * TABLE["z"], TABLE["x"], TABLE["z"])})
    with pytest.raises(SpecificationError, match="no set 'AR'"):
        stacked_moments({"a": moment(TABLE)}).confidence_set(kind="AR")
    many = {
        name: moment(TABLE.assign(z=np.random.default_rng(j).standard_normal(60))) for j, name in enumerate("abcdef")
    }
    with pytest.raises((SampleTooShort, SingularDesign), match=r"degrees of freedom|singular"):
        stacked_moments(many, blocks="Q", bandwidth=4)


@pytest.mark.slow
@pytest.mark.parametrize("strengths", [(60.0, 30.0, 30.0), (1.0, 30.0, 1.0), (1.0, 1.0, 1.0)])
def test_sets_cover_whatever_the_strength(strengths):
    count, hits = 200, {"S": 0, "K": 0, "CLR": 0, "Wald": 0, "J": 0}
    for seed in range(count):
        found = stacked_moments(history(seed, strengths, endogeneity=6.0), bandwidth=0)
        for kind in ("S", "K"):
            hits[kind] += EFFECT in found.confidence_set(0.9, kind=kind)
        hits["CLR"] += bool(clr_p_value(found.form.inflated(0.9), EFFECT) >= 0.1)
        value, error, _ = continuously_updated(found.form)
        hits["Wald"] += abs(value - EFFECT) <= 1.645 * error
        hits["J"] += found.agreement["p_value"] < 0.05
    shares = {name: value / count for name, value in hits.items()}
    for kind in ("S", "K", "CLR"):
        assert shares[kind] > 0.90 - 3 * math.sqrt(0.09 / count)
        assert shares[kind] < 0.96
    assert shares["J"] < 0.05 + 3 * math.sqrt(0.0475 / count)
    if strengths == (1.0, 1.0, 1.0):
        assert shares["Wald"] < 0.84
