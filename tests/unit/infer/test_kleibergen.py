"""K and S sets: against the textbook's formulas on a fine grid, LIML, and their own closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
from linearmodels.iv import IVLIML
from scipy import stats

from econ.errors import NotIdentified, SingularDesign, SpecificationError
from econ.infer import ReducedForm, _pencil, anderson_rubin, kleibergen, reduced_form
from econ.infer.score_sets import continuously_updated, stock_wright


def sample(seed, m=3, strength=0.2, size=150):
    """Outcome, endogenous variable and instruments with heteroskedastic errors."""
    generator = np.random.default_rng(seed)
    z = generator.standard_normal((size, m))
    u, v = generator.standard_normal((2, size)) * np.exp(0.3 * z[:, 0])
    x = z @ (strength * np.arange(1, m + 1) / m) + u
    return 1.5 * x + 0.7 * u + 0.7 * v, x, z


def known(form):
    """The same form with a covariance that counts as known."""
    return replace(form, df=math.inf, factor=1.0)


def textbook(form, b):
    """S and K at one b, or at many at once, as they are written down."""
    m, v, b = len(form.first), form.covariance, np.asarray(b, dtype=float)[..., None, None]
    g = form.outcome[:, None] - b * form.first[:, None]
    turn = np.concatenate([np.broadcast_to(np.eye(m), (*b.shape[:-2], m, m)), -b * np.eye(m)], axis=-1)
    v_gg, v_fg = turn @ v @ turn.swapaxes(-1, -2), v[m:] @ turn.swapaxes(-1, -2)
    inverse = np.linalg.inv(v_gg)
    d = form.first[:, None] - v_fg @ inverse @ g
    s, gd, dd = (x.swapaxes(-1, -2) @ inverse @ y for x, y in ((g, g), (g, d), (d, d)))
    return s[..., 0, 0], gd[..., 0, 0] ** 2 / dd[..., 0, 0]


def bounds_on_grid(accept, form, centre, scale):
    """Ends of a set from a fine grid of angles, each halved down to rounding."""
    angle = np.linspace(-0.5 * math.pi, 0.5 * math.pi, 20_003)[1:-1]
    b = centre + scale * np.tan(angle)
    inside = accept(*textbook(form, b))
    ends = []
    for j in np.flatnonzero(inside[1:] != inside[:-1]):
        low, high = b[j], b[j + 1]
        for _ in range(80):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if accept(*textbook(form, middle)) == inside[j] else (low, middle)
        ends.append(0.5 * (low + high))
    return ends


def finite(region):
    return [end for interval in region for end in interval if math.isfinite(end)]


@pytest.mark.parametrize(("m", "strength"), [(2, 0.05), (2, 0.5), (3, 0.1), (4, 0.02), (5, 0.4)])
@pytest.mark.parametrize("df", [math.inf, 25.0])
def test_ends_are_those_of_a_fine_grid(m, strength, df):
    form = replace(known(reduced_form(*sample(m, m, strength), cov="hc1")), df=df)
    mixed = np.random.default_rng(m).standard_normal((2 * m, 3 * m))  # of designs with data of their own
    if m > 2:
        scale = np.sqrt(np.diag(form.covariance))
        form = replace(form, covariance=mixed @ mixed.T / (3 * m) * np.outer(scale, scale))
    q = m - 1
    c_s = stats.chi2.ppf(0.9, m) if df == math.inf else stats.f.ppf(0.9, m, df - m + 1) * m * df / (df - m + 1)
    c_k = stats.chi2.ppf(0.9, 1) if df == math.inf else stats.f.ppf(0.9, 1, df - q)

    def accept(s, k):
        return k <= c_k if df == math.inf else k * (df - q) <= c_k * (df + s - k)

    for region, rule in (
        (stock_wright(form, level=0.9), lambda s, k: s <= c_s),
        (kleibergen(form, level=0.9), accept),
    ):
        _, centre, scale = form.standardised()
        assert finite(region) == pytest.approx(bounds_on_grid(rule, form, centre, scale), rel=1e-6, abs=1e-6)
        outer = textbook(form, 1e12)
        assert (not region.bounded) == rule(*outer)


@pytest.mark.parametrize("seed", range(8))
def test_the_roots_alone_find_what_the_grid_finds(seed, monkeypatch):
    m = 2 + seed % 4
    form = known(reduced_form(*sample(seed, m, 0.1 * (seed % 3)), cov="hc1"))
    sets = [stock_wright(form, level=0.8), kleibergen(form, level=0.8)]
    least = continuously_updated(form)[0]
    monkeypatch.setattr(_pencil, "GRID", 3)
    again = [stock_wright(form, level=0.8), kleibergen(form, level=0.8)]
    for one, two in zip(sets, again, strict=True):
        np.testing.assert_allclose(finite(one), finite(two), rtol=1e-9)
        assert len(one.intervals) == len(two.intervals)
    assert continuously_updated(form)[0] == pytest.approx(least, rel=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_s_is_the_set_of_anderson_and_rubin(seed):
    form = reduced_form(*sample(seed, 3, 0.1 * seed), cov="hac", bandwidth=3)
    one, two = stock_wright(form, level=0.9), anderson_rubin(form, level=0.9, small_sample=True)
    np.testing.assert_allclose(finite(one), finite(two), rtol=1e-6)
    assert len(one.intervals) == len(two.intervals)


def test_with_one_covariance_the_updated_estimate_is_liml():
    y, x, z = sample(1, 4, 0.3)
    z = z - z.mean(axis=0)
    both = np.column_stack([y, x]) - np.array([y.mean(), x.mean()])
    coefficients = np.linalg.solve(z.T @ z, z.T @ both)
    u = both - z @ coefficients
    room = len(y) - 5.0
    form = ReducedForm(
        coefficients[:, 0], coefficients[:, 1], np.kron(u.T @ u / room, np.linalg.inv(z.T @ z)), z.T @ z, len(y)
    )
    fit = IVLIML(y, np.ones(len(y)), x, z).fit()
    value, _, least = continuously_updated(form)
    assert value == pytest.approx(float(fit.params.iloc[-1]), rel=1e-6)
    assert least == pytest.approx((fit.kappa - 1.0) * room, rel=1e-6)


def test_k_is_zero_at_the_updated_estimate_and_its_set_is_never_empty():
    form = known(reduced_form(*sample(2, 3, 0.6), cov="hc1"))
    value, error, least = continuously_updated(form)
    assert textbook(form, value)[1] == pytest.approx(0.0, abs=1e-12)
    assert textbook(form, value)[0] == pytest.approx(least)
    assert value in kleibergen(form, level=1e-6)
    far = replace(form, outcome=form.outcome + np.array([1.0, -1.0, 1.0]))  # no b fits
    assert stock_wright(far, level=0.9).intervals == ()
    assert continuously_updated(far)[0] in kleibergen(far, level=0.9)
    m, v = 3, form.covariance
    turn = np.hstack([np.eye(m), -value * np.eye(m)])
    inverse = np.linalg.inv(turn @ v @ turn.T)
    d = form.first - v[m:] @ turn.T @ inverse @ (form.outcome - value * form.first)
    assert error == pytest.approx(1.0 / math.sqrt(d @ inverse @ d))


def test_with_strong_instruments_k_is_the_t_test():
    form = known(reduced_form(*sample(3, 3, 5.0, 4000), cov="hc1"))
    value, error, _ = continuously_updated(form)
    region = kleibergen(form, level=0.9)
    main = next(each for each in region if each[0] <= value <= each[1])
    assert main == pytest.approx((value - 1.645 * error, value + 1.645 * error), abs=0.02 * error)


def test_known_first_stages_make_it_least_squares_of_the_coefficients():
    generator = np.random.default_rng(4)
    root = generator.standard_normal((3, 3))
    v = root @ root.T + np.eye(3)
    p, f = generator.standard_normal(3), np.array([1.0, 2.0, -1.0])
    form = ReducedForm(p, f, np.kron(np.diag([1.0, 0.0]), v), np.eye(3), 100)
    inverse = np.linalg.inv(v)
    value, error, least = continuously_updated(form)
    assert value == pytest.approx(f @ inverse @ p / (f @ inverse @ f))
    assert error == pytest.approx(1.0 / math.sqrt(f @ inverse @ f))
    assert least == pytest.approx((p - value * f) @ inverse @ (p - value * f))
    reach = stats.norm.ppf(0.95) * error
    (interval,) = kleibergen(form, level=0.9)
    assert interval == pytest.approx((value - reach, value + reach), rel=1e-7)
    wide = math.sqrt(stats.chi2.ppf(0.9, 3) - least) * error
    assert stock_wright(form, level=0.9).intervals[0] == pytest.approx((value - wide, value + wide), rel=1e-7)


def test_units_signs_and_order_do_not_matter():
    y, x, z = sample(5, 3, 0.15)
    sets = [kleibergen, stock_wright]
    form = known(reduced_form(y, x, z, cov="hc1"))
    other = known(reduced_form(1e6 * y, -1e-3 * x, z[:, [2, 0, 1]] * [1e4, -1.0, 1e-5], cov="hc1"))
    for each in sets:
        ends = sorted(-1e9 * np.array(finite(each(form, level=0.9))))
        np.testing.assert_allclose(finite(each(other, level=0.9)), ends, rtol=1e-7)
    moved = known(reduced_form(y + 1000.0 * x, x, z, cov="hc1"))
    for each in sets:
        ends = 1000.0 + np.array(finite(each(form, level=0.9)))
        np.testing.assert_allclose(finite(each(moved, level=0.9)), ends, rtol=1e-7)


def test_one_instrument_is_fiellers_set_and_raw_data_do_as_well():
    y, x, z = sample(6, 1, 0.5)
    assert kleibergen(y, x, z, cov="hc1") == anderson_rubin(y, x, z, cov="hc1", small_sample=True)
    y, x, z = sample(6, 2, 0.5)
    control = np.sin(np.arange(150.0))
    form = reduced_form(y, x, z, controls=control, cov="hc1")
    assert kleibergen(y, x, z, controls=control, cov="hc1") == kleibergen(form)


def test_groups_are_the_clusters_of_the_reduced_form():
    y, x, z = sample(8, 2, 0.5)
    groups = np.repeat(np.arange(50), 3)
    found = kleibergen(y, x, z, cov="cluster", groups=groups)
    assert found == kleibergen(reduced_form(y, x, z, cov="cluster", groups=groups))
    assert found != kleibergen(y, x, z, cov="cluster", groups=np.repeat(np.arange(30), 5))


def test_what_cannot_be_weighed_is_refused():
    y, x, z = sample(7, 2, 0.5)
    with pytest.raises(SpecificationError, match="one is missing"):
        kleibergen(y, x)
    with pytest.raises(SingularDesign, match="proportional"):
        kleibergen(2.0 * x, x, z, cov="hc1")
    with pytest.raises(SpecificationError, match="more degrees of freedom"):
        kleibergen(replace(reduced_form(y, x, z), df=2.0))
    with pytest.raises(NotIdentified, match="no instrument moves"):
        kleibergen(replace(reduced_form(y, x, z), first=np.zeros(2)))
