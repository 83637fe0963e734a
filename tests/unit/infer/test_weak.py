"""Weak-instrument statistics: second opinions, published critical values, coverage."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from linearmodels.iv import IV2SLS
from scipy import integrate, signal, stats

from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.infer import (
    anderson_rubin,
    conditional_lr,
    effective_f,
    fieller,
    reduced_form,
    tf_interval,
)
from econ.infer.strength import TF_CRITICAL
from econ.infer.weak import ar_statistic, clr_p_value


def sample(size=300, instruments=3, strength=0.3, seed=1, effect=1.5):
    generator = np.random.default_rng(seed)
    z = generator.standard_normal((size, instruments))
    w = generator.standard_normal((size, 2))
    v = generator.standard_normal(size) * (1.0 + 0.5 * np.abs(z[:, 0]))
    e = 0.8 * v + 0.6 * generator.standard_normal(size)
    d = z @ np.full(instruments, strength) + w @ [0.5, -0.2] + v
    y = effect * d + w @ [1.0, 1.0] + e
    return y, d, z, w


@pytest.mark.parametrize(("cov", "options"), [("hac", {"bandwidth": 6}), ("hc1", {}), ("hc3", {})])
@pytest.mark.parametrize("value", [-2.0, 1.5, 40.0])
def test_ar_statistic_is_the_wald_test_of_statsmodels(cov, options, value):
    y, d, z, w = sample()
    form = reduced_form(y, d, z, controls=w, cov=cov, **options)
    theirs = sm.OLS(y - value * d, sm.add_constant(np.column_stack([w, z]))).fit(
        cov_type=cov.upper(), cov_kwds={"maxlags": 6} if cov == "hac" else None, use_t=False
    )
    restriction = np.eye(6)[3:]
    expected = theirs.wald_test(restriction, scalar=True, use_f=False).statistic
    assert float(ar_statistic(form, value)) == pytest.approx(expected, rel=1e-8)


def test_effective_f_with_one_instrument_is_the_squared_robust_t():
    y, d, z, w = sample(instruments=1)
    theirs = sm.OLS(d, sm.add_constant(np.column_stack([w, z]))).fit(cov_type="HAC", cov_kwds={"maxlags": 5})
    ours = effective_f(d, z, controls=w, cov="hac", bandwidth=5)
    assert ours.statistic == pytest.approx(theirs.tvalues[-1] ** 2, rel=1e-8)
    assert ours.degrees == pytest.approx(1.0)
    form = reduced_form(y, d, z, controls=w, cov="hac", bandwidth=5)
    assert effective_f(form).statistic == pytest.approx(ours.statistic, rel=1e-12)


@pytest.mark.parametrize(("bias", "published"), [(0.05, 37.42), (0.10, 23.11), (0.20, 15.06), (0.30, 12.05)])
def test_critical_values_with_one_instrument_are_the_published_ones(bias, published):
    _, d, z, _ = sample(instruments=1)
    assert effective_f(d, z, bias=bias).critical_value == pytest.approx(published, abs=0.005)


def test_effective_f_ignores_the_units_and_the_mixing_of_instruments():
    _, d, z, w = sample()
    plain = effective_f(d, z, controls=w)
    mixed = effective_f(100.0 * d, z @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -3.0], [0.5, 0.0, 1e3]]), controls=w)
    assert mixed.statistic == pytest.approx(plain.statistic, rel=1e-8)
    assert mixed.critical_value == pytest.approx(plain.critical_value, rel=1e-8)


def test_homoskedastic_effective_f_is_near_the_classical_f():
    generator = np.random.default_rng(2)
    z = generator.standard_normal((4000, 3))
    d = z @ [0.1, 0.1, 0.1] + generator.standard_normal(4000)
    classical = sm.OLS(d, sm.add_constant(z)).fit().fvalue
    assert effective_f(d, z, cov="hc1").statistic == pytest.approx(classical, rel=0.1)


def test_set_with_one_instrument_is_fiellers():
    y, d, z, w = sample(instruments=1, strength=0.1, size=120)
    form = reduced_form(y, d, z, controls=w, cov="hac", bandwidth=4)
    expected = fieller(form.outcome[0], form.first[0], form.covariance, level=0.95)
    found = anderson_rubin(form, level=0.95)
    np.testing.assert_allclose(found.intervals, expected.intervals, rtol=1e-10)
    assert found == anderson_rubin(form, level=0.95, small_sample=False) == conditional_lr(form, level=0.95)
    student = fieller(form.outcome[0], form.first[0], form.factor * form.covariance, level=0.95, df=form.df)
    allowing = anderson_rubin(form, level=0.95, small_sample=True)
    np.testing.assert_allclose(allowing.intervals, student.intervals, rtol=1e-9)
    assert conditional_lr(form, level=0.95, small_sample=True) == allowing


def test_cosines_bring_their_own_quantile():
    y, d, z, w = sample(instruments=1, strength=0.3, size=120)
    form = reduced_form(y, d, z, controls=w, cov="ewc", bandwidth=8)
    student = fieller(form.outcome[0], form.first[0], form.covariance, level=0.95, df=8)
    np.testing.assert_allclose(anderson_rubin(form, level=0.95).intervals, student.intervals, rtol=1e-9)


@pytest.mark.parametrize("strength", [0.3, 0.08, 0.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sets_hold_exactly_the_values_not_rejected(strength, seed):
    y, d, z, w = sample(strength=strength, seed=seed, size=150)
    form = reduced_form(y, d, z, controls=w, cov="hac", bandwidth=4)
    values = np.concatenate([np.linspace(-30, 30, 1201), [-1e5, 1e5]])
    critical = form.factor * 3 * form.df / (form.df - 2) * stats.f.ppf(0.90, 3, form.df - 2)
    by_ar = ar_statistic(form, values) <= critical
    by_lr = clr_p_value(form.inflated(0.90), values) >= 0.10
    region_ar, region_lr = anderson_rubin(form), conditional_lr(form)
    assert [value in region_ar for value in values] == by_ar.tolist()
    assert [value in region_lr for value in values] == by_lr.tolist()


def test_weak_instruments_give_unbounded_sets_of_every_shape():
    shapes = set()
    for seed in range(60):
        y, d, z, w = sample(strength=0.05, seed=seed, size=100, instruments=2)
        region = anderson_rubin(y, d, z, controls=w, cov="hc1")
        shapes.add((region.bounded, len(region.intervals)))
    assert {(True, 1), (False, 1), (False, 2)} <= shapes


def test_rescaling_and_shifting_the_effect_carries_the_set_along():
    y, d, z, w = sample()
    before = conditional_lr(y, d, z, controls=w)
    after = conditional_lr(10.0 * (y + 2.0 * d), d, z[:, ::-1], controls=3.0 * w)
    assert after.lower == pytest.approx(10.0 * (before.lower + 2.0), rel=1e-8)
    assert after.upper == pytest.approx(10.0 * (before.upper + 2.0), rel=1e-8)


def test_conditional_p_value_is_that_of_simulated_mixtures():
    """The null distribution given the rank statistic, drawn from its definition."""
    from econ.infer.weak import _mixture

    generator = np.random.default_rng(4)
    for m, rank, c in ((2, 1.0, 2.5), (3, 5.0, 4.0), (6, 40.0, 3.0)):
        first, rest = generator.chisquare(1, 400_000), generator.chisquare(m - 1, 400_000)
        total = first + rest - rank
        drawn = 0.5 * (total + np.sqrt(total**2 + 4.0 * rank * first))
        assert float(_mixture(np.array(c), np.array(rank), m)) == pytest.approx((drawn > c).mean(), abs=0.003)


def test_strong_instruments_make_conditional_lr_the_wald_interval():
    y, d, z, w = sample(size=4000, strength=0.5)
    theirs = IV2SLS(y, sm.add_constant(w), d, z).fit(cov_type="robust")
    region = conditional_lr(y, d, z, controls=w, cov="hc0", level=0.95)
    low, high = theirs.conf_int().to_numpy()[-1]
    assert region.upper - region.lower == pytest.approx(high - low, rel=0.1)
    assert len(anderson_rubin(y, d, z, controls=w, cov="hc0", level=0.95).intervals) == 1


def test_tf_critical_values_give_size_five_per_cent_in_the_worst_case():
    """Just identified, |rho| = 1: t_ar = f - f0 and t = t_ar / |1 - t_ar / f|; reject when |t| exceeds c(f^2)."""
    grid = 2.0 + 0.1 * np.arange(len(TF_CRITICAL))

    def rejects(f, f0):
        if abs(f) < 2.0:
            return 0.0
        t = (f - f0) / abs(1.0 - (f - f0) / f) if f0 else math.inf
        return float(abs(t) > np.interp(abs(f), grid, TF_CRITICAL))

    for f0 in (0.5, 2.0, 4.0, 6.0, 9.0, 14.0):
        draws = f0 + stats.norm.ppf((np.arange(40_000) + 0.5) / 40_000)
        size = np.mean([rejects(f, f0) for f in draws])
        assert size <= 0.052


def test_tf_interval_grows_as_the_first_stage_weakens():
    widths = [tf_interval(0.0, 1.0, f).upper for f in (4.0, 6.25, 10.0, 50.0, 200.0)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 18.66
    assert widths[-1] == pytest.approx(1.96)
    assert not tf_interval(0.0, 1.0, 3.9).bounded
    with pytest.raises(SpecificationError, match=r"0\.95"):
        tf_interval(0.0, 1.0, 10.0, size=0.10)


def coverage(instruments, cov, size, *, f=3.0, bandwidth=None, persistence=0.0, draws=2000):
    """Shares of samples whose 90% sets and interval hold the truth; endogeneity 0.95, mean first-stage F = f."""
    covered = {"ar": 0, "clr": 0, "wald": 0}
    strength = math.sqrt((f - 1.0) / size)
    for seed in range(draws):
        generator = np.random.default_rng(seed)
        z, v = generator.standard_normal((size, instruments)), generator.standard_normal(size)
        if persistence:
            z = signal.lfilter([math.sqrt(1.0 - persistence**2)], [1.0, -persistence], z, axis=0)
        d = z @ np.full(instruments, strength) + v
        y = 0.95 * v + math.sqrt(1 - 0.95**2) * generator.standard_normal(size)
        raw = reduced_form(y, d, z, cov=cov, bandwidth=bandwidth)
        form = raw.inflated(0.90)
        covered["ar"] += float(ar_statistic(form, 0.0)) <= stats.chi2.ppf(0.90, instruments)
        if instruments > 1:
            covered["clr"] += float(clr_p_value(form, 0.0)) >= 0.10
        weight = raw.moments @ raw.first
        slope = raw.outcome @ weight / (raw.first @ weight)
        residual = y - y.mean() - slope * (d - d.mean())
        fitted = (z - z.mean(axis=0)) @ raw.first
        error = math.sqrt(((fitted * residual) ** 2).sum()) / abs(fitted @ (d - d.mean()))
        covered["wald"] += abs(slope) <= 1.645 * error
    return {name: count / draws for name, count in covered.items()}


@pytest.mark.slow
@pytest.mark.parametrize("size", [180, 480])
@pytest.mark.parametrize("instruments", [1, 4])
@pytest.mark.parametrize(
    ("cov", "bandwidth", "persistence"), [("hc1", None, 0.0), ("hac", 6, 0.0), ("hac", 12, 0.0), ("hac", 6, 0.5)]
)
def test_sets_cover_where_two_stage_least_squares_does_not(instruments, size, cov, bandwidth, persistence):
    """First-stage F of 3: 90% within 3 points (Anderson-Rubin); the interval of 2SLS falls short."""
    found = coverage(instruments, cov, size, bandwidth=bandwidth, persistence=persistence)
    assert abs(found["ar"] - 0.90) <= 0.03
    assert instruments == 1 or abs(found["clr"] - 0.90) <= 0.04
    assert found["wald"] < 0.87


@pytest.mark.slow
def test_sets_cover_when_an_instrument_rests_on_five_months():
    """Interventions are zero in all months but five: the chi-square set trusts their robust variance too much."""
    size, covered, by_chi_square, draws = 173, 0, 0, 1000
    rare = np.zeros(size)
    rare[[130, 131, 150, 151, 153]] = [2.8, 6.3, 5.9, 3.9, 5.5]
    for seed in range(draws):
        generator = np.random.default_rng(seed)
        z, v, e = generator.standard_normal((3, size))
        d = 0.2 * z + v
        both = np.column_stack([z, rare])
        form = reduced_form(0.9 * v + 0.4 * e, d, both, controls=generator.standard_normal((size, 25)), cov="hc1")
        covered += float(ar_statistic(form.inflated(0.90), 0.0)) <= stats.chi2.ppf(0.90, 2)
        by_chi_square += float(ar_statistic(form, 0.0)) <= stats.chi2.ppf(0.90, 2)
    assert abs(covered / draws - 0.90) <= 0.04
    assert by_chi_square / draws < covered / draws - 0.04


@pytest.mark.slow
def test_everything_covers_with_strong_instruments():
    found = coverage(4, "hac", 480, f=50.0, bandwidth=6)
    assert all(abs(share - 0.90) <= 0.03 for share in found.values())


def test_bad_input_raises_its_own_error():
    y, d, z, w = sample()
    with pytest.raises(SingularDesign, match=r"'instrument 2' is a combination of|is a combination of .*instrument"):
        reduced_form(y, d, np.column_stack([z[:, :2], w @ [1.0, 2.0]]), controls=w)
    with pytest.raises(SampleTooShort, match="need 16 observations; found 15"):
        reduced_form(y[:15], d[:15], z[:15], controls=w[:15])
    with pytest.raises(SchemaError, match="finite"):
        reduced_form(np.where(y > y.max() - 1e-9, np.nan, y), d, z)
    with pytest.raises(SpecificationError, match="one is missing"):
        anderson_rubin(y, d)
    with pytest.raises(SpecificationError, match="needs instruments"):
        effective_f(d)
    with pytest.raises(SpecificationError, match="bias must be"):
        effective_f(d, z, bias=10.0)
    with pytest.raises(SpecificationError, match="no robust covariance"):
        reduced_form(y, d, z, cov="classical")
    with pytest.raises(SpecificationError, match="instruments must have the 300 rows"):
        reduced_form(y, d, z[:50])
    for terms in (0, 2.5):
        with pytest.raises(SpecificationError, match=r"(terms|bandwidth) must be"):
            reduced_form(y, d, z, cov="ewc", bandwidth=terms)
    with pytest.raises(SingularDesign, match="proportional"):
        conditional_lr(2.0 * d, d, z)


def test_mixture_integral_agrees_with_adaptive_quadrature():
    from econ.infer.weak import _mixture

    m, rank, c = 4, 8.0, 5.0
    top, _ = integrate.quad(
        lambda a: math.cos(a) ** (m - 2) * stats.chi2.sf((c + rank) / (1 + rank / c * math.sin(a) ** 2), m),
        0.0,
        math.pi / 2,
    )
    bottom, _ = integrate.quad(lambda a: math.cos(a) ** (m - 2), 0.0, math.pi / 2)
    assert float(_mixture(np.array(c), np.array(rank), m)) == pytest.approx(top / bottom, rel=1e-9)
