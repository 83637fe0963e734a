"""VARs that change over time: limits, what must not matter, what is recovered, what is refused."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import NoAdmissibleDraw, SampleTooShort, SchemaError, SpecificationError, UnknownName, Unstable
from econ.testing import simulated_var
from econ.var import (
    VAR,
    Cholesky,
    DriftPrior,
    KernelVAR,
    LongRun,
    MaxShare,
    Proxy,
    ShockSign,
    SignRestrictions,
    TimeVaryingVAR,
)

FEW = {"draws": 30, "rng": 1, "burn": 20, "thin": 1}
ORDER = Cholesky("x", "y")
EARLY, LATE = "1994-01", "1998-01"


@pytest.fixture(scope="module")
def data():
    return simulated_var(periods=120, rng=1)


@pytest.fixture(scope="module")
def fits(data):
    return {
        "reduced": TimeVaryingVAR(data, lags=1).fit(**FEW),
        "structural": TimeVaryingVAR(data, lags=1, form="structural").fit(**FEW),
        "kernel": KernelVAR(data, lags=1).fit(draws=30, rng=1),
    }


def drifting(periods, seed, *, coefficient=(0.5, 0.5), size=(0.0, 0.0)):
    """x moves y on impact by a coefficient, and errors have a log size, each on a line from one value to another."""
    e = np.random.default_rng(seed).standard_normal((periods, 2))
    b, scale = np.linspace(*coefficient, periods), np.exp(np.linspace(*size, periods))
    y = np.zeros((periods, 2))
    for t in range(1, periods):
        x = 0.5 * y[t - 1, 0] + e[t, 0]
        y[t] = x, 0.3 * y[t - 1, 1] + b[t] * e[t, 0] + scale[t] * e[t, 1]
    return pd.DataFrame(y, columns=["x", "y"], index=pd.period_range("1980-01", periods=periods, freq="M")), b, scale


def test_without_drift_the_posterior_is_that_of_constant_coefficients(data):
    """Steps of size zero leave a linear regression with a normal prior, in closed form given the covariance."""
    still = DriftPrior(1e-6, 1e-6, 1e-6)
    model = TimeVaryingVAR(data, lags=1, prior=still)
    fit = model.fit(draws=300, burn=100, thin=1, rng=2)
    x, y = model.var.design(1), data.frame.to_numpy()[1:]
    walk = model._beliefs.coefficients[0]
    sigma = fit.covariance(LATE).to_numpy()
    weight = np.linalg.inv(sigma)
    precision = walk.initial + np.kron(weight, x[40:].T @ x[40:])
    mean = np.linalg.solve(precision, walk.initial @ walk.mean + (weight @ y[40:].T @ x[40:]).ravel())
    spread = np.sqrt(np.diag(np.linalg.inv(precision)))
    found = fit.coefficients(LATE).to_numpy().T.ravel()
    assert np.abs((found - mean) / spread).max() < 0.30  # 300 draws and an unknown covariance
    drawn = fit.coefficient_draws[:, -1].reshape(300, -1)
    np.testing.assert_allclose(drawn.std(axis=0), spread, rtol=0.2)
    assert np.abs(np.diff(fit.coefficient_draws, axis=1)).max() < 1e-4
    assert np.abs(np.diff(fit.log_volatility_draws, axis=1)).max() < 1e-3


@pytest.mark.parametrize("form", ["reduced", "structural"])
def test_simultaneous_effects_volatilities_and_lags_are_found(form):
    frame, _, _ = drifting(180, 2, coefficient=(2.0, 2.0), size=(1.0, 1.0))
    fit = TimeVaryingVAR(frame, lags=1, form=form).fit(draws=60, rng=1, burn=60, thin=1)
    path = fit.identify(ORDER).path(0, response="y", shock="x", per="x", dates=fit.dates[::40])
    assert (path["point"] - 2.0).abs().max() < 0.9
    own = fit.identify(ORDER).path(0, response="y", shock="y", dates=fit.dates[::40])
    assert (own["point"] / np.exp(1.0) - 1.0).abs().max() < 0.35
    assert (fit.coefficient("x", "L1.x")["point"] - 0.5).abs().max() < 0.2


def test_a_kernel_without_end_is_least_squares(data):
    fit = KernelVAR(data, lags=1, bandwidth=1e6).fit(draws=5, rng=1)
    constant = VAR(data, lags=1).fit()
    np.testing.assert_allclose(fit.coefficients(EARLY), constant.params, rtol=1e-8)
    np.testing.assert_allclose(fit.covariance(EARLY), constant.sigma_u, rtol=1e-8)
    irf = fit.identify(ORDER).irf(4, date=EARLY)
    np.testing.assert_allclose(irf.point, constant.identify(ORDER).irf(4).point, rtol=1e-8)


def test_a_kernel_is_weighted_least_squares_around_its_date(data):
    fit = KernelVAR(data, lags=1, bandwidth=15.0).fit(draws=5, rng=1)
    x, y, row = fit.parent.var.design(1), data.frame.to_numpy()[1:], 37
    root = np.exp(-0.25 * ((np.arange(len(x)) - row) / 15.0) ** 2)[:, None]
    reference = np.linalg.lstsq(x * root, y * root, rcond=None)[0]
    np.testing.assert_allclose(fit.coefficients(fit.dates[row]), reference, rtol=1e-8)


@pytest.mark.parametrize("name", ["reduced", "structural", "kernel"])
def test_units_do_not_matter(data, fits, name):
    """Draw by draw: the priors come from the data, and nothing else has units."""
    frame = data.frame * [1000.0, 0.01]
    if name == "kernel":
        other = KernelVAR(frame, lags=1).fit(draws=30, rng=1)
    else:
        other = TimeVaryingVAR(frame, lags=1, form=name).fit(**FEW)
    one, two = (each.identify(ORDER).irf(2, date=EARLY).draws for each in (fits[name], other))
    np.testing.assert_allclose(one[..., 1, 0] * 0.01, two[..., 1, 0], rtol=1e-6)


def test_workers_do_not_matter_and_seeds_do(data, fits):
    model = TimeVaryingVAR(data, lags=1)
    again, other = model.fit(**FEW, n_jobs=2), model.fit(**{**FEW, "rng": 2})
    assert np.array_equal(again.coefficient_draws, fits["reduced"].coefficient_draws)
    assert not np.array_equal(other.coefficient_draws, fits["reduced"].coefficient_draws)
    kernel = KernelVAR(data, lags=1)
    assert np.array_equal(kernel.fit(draws=30, rng=1, n_jobs=2).weights, fits["kernel"].weights)


@pytest.mark.slow
def test_processes_give_the_draws_of_threads(data, fits):
    found = TimeVaryingVAR(data, lags=1).fit(**FEW, n_jobs=2, backend="loky")
    assert np.array_equal(found.coefficient_draws, fits["reduced"].coefficient_draws)


def test_burn_thin_and_chains_say_what_is_kept(data):
    model = TimeVaryingVAR(data, lags=1)
    every = model.fit(draws=8, rng=1, burn=0, thin=1, chains=1).coefficient_draws
    some = model.fit(draws=3, rng=1, burn=2, thin=2, chains=1).coefficient_draws
    assert np.array_equal(some, every[[3, 5, 7]])
    two = model.fit(draws=8, rng=1, burn=0, thin=1, chains=2)
    assert two.chain == 4
    assert len(two.coefficient_draws) == 8
    assert not np.array_equal(two.coefficient_draws, every)


@pytest.mark.parametrize("word", ["k_q", "k_s", "k_w", "spread"])
def test_every_number_of_the_prior_moves_the_posterior(data, fits, word):
    other = TimeVaryingVAR(data, lags=1, prior=DriftPrior(**{word: 0.5})).fit(**FEW)
    assert not np.allclose(other.coefficient_draws, fits["reduced"].coefficient_draws)


def test_more_drift_in_the_prior_means_more_drift(data, fits):
    loose = TimeVaryingVAR(data, lags=1, prior=DriftPrior(k_q=0.1, k_w=0.1)).fit(**FEW)
    for what in ("coefficient", "log volatility"):
        assert (loose.drift().xs(what)["mean"] > 2.0 * fits["reduced"].drift().xs(what)["mean"]).all()


def test_training_trend_exog_and_lags_are_read(data):
    noise = pd.DataFrame({"z": np.random.default_rng(3).standard_normal(120)}, index=data.frame.index)
    model = TimeVaryingVAR(data, lags=2, trend="ct", exog=noise, training=50)
    fit = model.fit(draws=4, rng=1, burn=0, thin=1)
    assert list(fit.coefficients(LATE).index) == model.var.regressors(2)
    assert {"const", "trend", "z", "L2.y"} <= set(fit.coefficients(LATE).index)
    assert fit.dates[0] == data.frame.index[52]
    kernel = KernelVAR(data, lags=2, trend="ct", exog=noise, bandwidth=40.0)
    assert list(kernel.fit(draws=4, rng=1).coefficients(LATE).index) == kernel.var.regressors(2)


@pytest.mark.parametrize("name", ["reduced", "structural", "kernel"])
def test_factors_are_those_of_the_covariance_and_of_the_order(fits, name):
    svar = fits[name].identify(ORDER)
    impact = svar.impact(EARLY).to_numpy()
    assert impact[0, 1] == 0.0
    np.testing.assert_allclose(impact @ impact.T, fits[name].covariance(EARLY), rtol=1e-9)
    turned = fits[name].identify(Cholesky("y", "x"))
    draws = turned.irf(0, date=EARLY).draws[:, 0]  # shocks y, x
    other = svar.irf(0, date=EARLY).draws[:, 0]
    np.testing.assert_allclose(draws @ np.swapaxes(draws, 1, 2), other @ np.swapaxes(other, 1, 2), rtol=1e-8)


@pytest.mark.parametrize("name", ["reduced", "kernel"])
def test_contrasts_are_differences_draw_by_draw(fits, name):
    svar = fits[name].identify(ORDER)
    table = svar.contrast(EARLY, LATE, response="y", shock="x", horizon=3, level=0.8)
    difference = svar.irf(3, date=EARLY) - svar.irf(3, date=LATE)
    np.testing.assert_allclose(table["difference"], difference.point[:, 1, 0])
    lower, upper = difference.band(0.8)
    np.testing.assert_allclose(table[["lower", "upper"]].T, [lower[:, 1, 0], upper[:, 1, 0]])
    np.testing.assert_allclose(table["positive"], (difference.draws[:, :, 1, 0] > 0.0).mean(axis=0))
    back = svar.contrast(LATE, EARLY, response="y", shock="x", horizon=3, level=0.8)
    np.testing.assert_allclose(back["positive"], 1.0 - table["positive"])
    mean = svar.contrast([EARLY, LATE], LATE, response="y", shock="x", horizon=3)
    pd.testing.assert_frame_equal(
        svar.contrast(np.array([EARLY, LATE]), LATE, response="y", shock="x", horizon=3), mean
    )
    np.testing.assert_allclose(mean["difference"], 0.5 * table["difference"])


def test_paths_are_responses_of_all_dates_and_per_unit_of_another(fits):
    svar = fits["reduced"].identify(ORDER)
    path = svar.path(2, response="y", shock="x", level=0.8, dates=[EARLY, LATE])
    row = path.loc[pd.Period(EARLY, "M")]
    at = svar.irf(2, date=EARLY).at(2, response="y", shock="x", level=0.8)
    assert [row["point"], row["lower"], row["upper"]] == pytest.approx([at.value, at.lower, at.upper])
    per = svar.path(2, response="y", shock="x", per="x", dates=[EARLY]).iloc[0]
    scaled = svar.irf(2, date=EARLY).shock("x").scale(1.0, response="x").at(2, response="y")
    assert [per["point"], per["std_error"]] == pytest.approx([scaled.value, scaled.std_error])
    total = svar.path(2, response="y", shock="x", dates=[EARLY], cumulated=True).iloc[0]
    assert total["point"] == pytest.approx(svar.irf(2, date=EARLY).cumulate().at(2, response="y", shock="x").value)
    with pytest.raises(SpecificationError, match="does not respond"):
        svar.path(2, response="y", shock="y", per="x", dates=[EARLY])


def test_coefficients_and_volatilities_by_date_are_those_of_the_dates(fits):
    assert len(fits["reduced"].identify(ORDER).path(0, response="y", shock="x")) == len(fits["reduced"].dates)
    for fit in (fits["structural"], fits["kernel"]):
        path = fit.coefficient("y", "L1.x")
        assert path.loc[pd.Period(LATE, "M"), "point"] == pytest.approx(fit.coefficients(LATE).loc["L1.x", "y"])
        size = fit.volatility("y", level=0.8)
        assert size.loc[pd.Period(LATE, "M"), "point"] == pytest.approx(np.sqrt(fit.covariance(LATE).loc["y", "y"]))
        assert (fit.volatility("x", level=0.5)["lower"] >= fit.volatility("x", level=0.9)["lower"]).all()


def test_other_schemes_serve_at_a_date(fits):
    signs = SignRestrictions({"demand": {"x": "+", "y": "+"}}, draws=20)
    svar = fits["reduced"].identify(signs, rng=1)
    irf = svar.irf(2, date=EARLY)
    assert (irf.draws[:, 0] > 0.0).all()
    with pytest.raises(SpecificationError, match="different estimates"):
        irf - svar.irf(2, date=LATE)
    with pytest.raises(SpecificationError, match="do not belong together"):
        svar.contrast(EARLY, LATE, response="y", shock="demand")
    for scheme in (LongRun("x", "y"), MaxShare("y")):
        assert np.isfinite(fits["kernel"].identify(scheme).irf(2, date=EARLY).draws).all()


def test_schemes_that_need_other_dates_are_refused(data, fits):
    proxy = Proxy(data.frame[["x"]].rename(columns={"x": "z"}), shock="x")
    narrative = SignRestrictions({"x": {"x": "+"}}, narrative=[ShockSign("x", EARLY)])
    for scheme in (proxy, narrative):
        with pytest.raises(SpecificationError, match="at a date"):
            fits["reduced"].identify(scheme, rng=1)
    with pytest.raises((NoAdmissibleDraw, SpecificationError)):
        fits["reduced"].identify(SignRestrictions({"x": {"x": ["+", "-"]}}, draws=5, tries=100), rng=1)


def test_convergence_is_read_off_the_chains(data, fits):
    table = fits["reduced"].convergence()
    assert list(table.index) == ["coefficients", "relations", "log volatilities", "steps"]
    assert table.loc["steps", "quantities"] == 9
    for draws, chains in ((4, 2), (12, 4)):
        still = TimeVaryingVAR(data, lags=1).fit(draws=draws, rng=1, burn=0, thin=1, chains=chains)
        with pytest.raises(SpecificationError, match="8 draws, and 4 in a chain"):
            still.convergence()
    with pytest.raises(SpecificationError, match="draws must be an integer of at least 2"):
        TimeVaryingVAR(data, lags=1).fit(draws=1, rng=1, chains=1)


def explosive_data(periods=100):
    """A first half that grows by 3% a period, then quiet."""
    generator = np.random.default_rng(5)
    y = np.zeros((periods, 2))
    for t in range(1, periods):
        y[t] = (1.03 if t < 60 else 0.5) * y[t - 1] + generator.standard_normal(2)
    return pd.DataFrame(y, columns=["x", "y"], index=pd.period_range("1990-01", periods=periods, freq="M"))


def persistent(periods=120, seed=7):
    """Two series with a root of 0.97."""
    e, y = np.random.default_rng(seed).standard_normal((periods, 2)), np.zeros((periods, 2))
    for t in range(1, periods):
        y[t] = 0.97 * y[t - 1] + e[t]
    return pd.DataFrame(y, columns=["x", "y"], index=pd.period_range("1990-01", periods=periods, freq="M"))


def test_explosive_draws_are_counted_and_can_be_rejected():
    walks = persistent()
    kept = TimeVaryingVAR(walks, lags=1, prior=DriftPrior(k_q=0.05)).fit(**FEW)
    shares = kept.explosive
    assert shares.max() > 0.05
    date = shares.idxmax()
    assert kept.identify(ORDER).irf(1, date=date).unstable == round(shares.max() * 30)
    assert kept.identify(ORDER).path(1, response="y", shock="x", dates=[date])["explosive"].iloc[0] == shares.max()
    assert kept.rejected == 0
    stable = TimeVaryingVAR(walks, lags=1, explosive="reject").fit(draws=10, rng=1, burn=5, thin=1)
    assert stable.explosive.max() == 0.0
    assert stable.rejected > 0
    with pytest.raises(Unstable, match="explosive"):
        TimeVaryingVAR(explosive_data(), lags=1, explosive="reject").fit(draws=2, rng=1)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"training": 7}, SampleTooShort, "training periods"),
        ({"training": 110}, SampleTooShort, "must follow"),
        ({"training": 0}, SpecificationError, "training"),
        ({"lags": 20}, SampleTooShort, "Q of 82 coefficients"),
        ({"form": "recursive"}, SpecificationError, "reduced"),
        ({"explosive": "forbid"}, SpecificationError, "reject"),
        ({"trend": "q"}, SpecificationError, "trend"),
        ({"prior": 3}, SpecificationError, "prior"),
    ],
)
def test_requests_that_make_no_sense_are_refused(data, options, error, said):
    with pytest.raises(error, match=said):
        TimeVaryingVAR(data, **{"lags": 1, **options})


def test_the_structural_form_needs_a_shorter_training_sample(data):
    with pytest.raises(SampleTooShort, match="structural"):
        TimeVaryingVAR(data, lags=4, training=19)
    TimeVaryingVAR(data, lags=4, training=19, form="structural")


def test_bad_data_and_dates_are_refused(data, fits):
    holed = data.frame.copy()
    holed.iloc[50, 0] = np.nan
    for model in (TimeVaryingVAR, KernelVAR):
        with pytest.raises(SchemaError, match=r"missing|NaN"):
            model(holed, lags=1)
        with pytest.raises(SchemaError, match="constant"):
            model(data.frame.assign(c=1.0), lags=1)
    for fit in fits.values():
        with pytest.raises(SpecificationError, match="there are no coefficients at"):
            fit.coefficients("2050-01")
        with pytest.raises(UnknownName):
            fit.coefficient("y", "L9.x")
        with pytest.raises(UnknownName):
            fit.identify(Cholesky("x", "z"))
    with pytest.raises(SpecificationError, match="there are no coefficients at"):
        fits["reduced"].identify(ORDER).irf(2, date=data.frame.index[3])  # a training period
    with pytest.raises(SampleTooShort, match="bandwidth"):
        KernelVAR(data, lags=4, bandwidth=3.0)
    with pytest.raises(SpecificationError, match="rng"):
        KernelVAR(data, lags=1).fit()
    with pytest.raises(SpecificationError, match="stands twice"):
        fits["kernel"].identify(ORDER).path(1, response="y", shock="x", dates=[EARLY, EARLY])
