"""Proxy identification: published cases, algebra, weak-instrument sets, bootstrap, refusals."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.data import Dataset
from econ.errors import (
    FrequencyError,
    NotIdentified,
    SampleTooShort,
    SchemaError,
    SingularDesign,
    SpecificationError,
    WeakInstrument,
)
from econ.testing import simulated_var
from econ.var import VAR, MovingBlock, Proxy, Residual

NAMES = ("china", "japan", "yield")
LAGS = np.array(
    [
        [[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.6]],
        [[0.1, 0.0, 0.1], [0.0, 0.2, -0.1], [0.1, 0.0, 0.1]],
    ]
)
IMPACT = np.array([[1.0, 0.3, 0.2], [0.4, 0.8, -0.3], [-0.5, 0.3, 1.2]])


def months(frame: pd.DataFrame, dates: pd.Series) -> pd.DataFrame:
    return frame.set_axis(pd.PeriodIndex(dates, freq="M"), axis=0)


@pytest.fixture
def case(shared):
    return lambda name: pd.read_csv(shared(f"data/cases/{name}"))


def sample(seed: int, *, strength: float = 1.0, count: int = 1, periods: int = 302) -> tuple[Dataset, pd.DataFrame]:
    """Data from LAGS and IMPACT, and instruments strength * first shock + noise."""
    data = simulated_var(periods, rng=seed, lags=LAGS, impact=IMPACT, names=NAMES)
    y = data.frame.to_numpy()
    errors = y[2:] - y[1:-1] @ LAGS[0].T - y[:-2] @ LAGS[1].T
    shock = np.linalg.solve(IMPACT, errors.T)[0]
    noise = np.random.default_rng([seed, 7]).standard_normal((len(shock), count)) * np.sqrt(np.arange(count) + 1.0)
    columns = [f"z{j}" for j in range(count)]
    return data, pd.DataFrame(strength * shock[:, None] + noise, index=data.frame.index[2:], columns=columns)


@pytest.fixture(scope="module")
def drawn():
    return sample(11, count=2)


@pytest.fixture(scope="module")
def fitted(drawn):
    return VAR(drawn[0], lags=2).fit()


@pytest.fixture(scope="module")
def one(fitted, drawn):
    return fitted.identify(Proxy(drawn[1]["z0"], shock="china", normalise="china"))


def test_first_stage_of_gertler_and_karadi(case):
    """One-year rate on three-months-ahead futures surprises, VAR(12) of 1979-07 to 2012-06: the paper's figure 1
    reports F 21.55 and robust F 17.64; the public data give 21.52 and 17.58."""
    raw = case("gk2015/data.csv")
    frame = months(raw, raw["date"].str.replace("m", "-"))
    fit = VAR(frame[["logip", "logcpi", "gs1", "ebp"]].dropna(), lags=12).fit()
    svar = fit.identify(Proxy(frame["ff4_tc"], shock="policy", normalise="gs1"))
    assert svar.first_stage["f"] == pytest.approx(21.55, abs=0.1)
    assert svar.first_stage["robust_f"] == pytest.approx(17.64, abs=0.1)
    assert svar.first_stage["nobs"] == 270
    assert svar.impact.loc["ebp", "policy"] > 0  # credit spreads rise with a tightening


def test_first_stage_and_shock_of_kaenzig(case):
    """Oil supply news, VAR(12) of 1974-01 to 2017-12: F 22.67 and robust F 10.55, and the published shock itself."""
    levels, published = case("kanzig2021/data_levels.csv"), case("kanzig2021/published_shock_2017M12.csv")
    levels = months(levels, levels["date"])
    published = months(published, published["date"].str.replace("M", "-"))
    logs = 100.0 * np.log(levels[["OILPROD", "OILSTOCKS", "WORLDIP", "IP", "CPI"]])
    logs.insert(0, "price", 100.0 * np.log(levels["POIL"] / levels["CPI"]))
    fit = VAR(logs.loc["1974-01":"2017-12"], lags=12).fit()
    svar = fit.identify(Proxy(published["surprise"], shock="news", normalise="price"))
    assert svar.first_stage["f"] == pytest.approx(22.67, abs=0.005)
    assert svar.first_stage["robust_f"] == pytest.approx(10.55, abs=0.005)
    shock = published["shock"].reindex(svar.shocks.index)
    assert np.corrcoef(svar.shocks["news"], shock)[0, 1] == pytest.approx(1.0, abs=1e-10)


def test_weak_set_of_the_oil_example_equals_the_textbook_delta_method(case):
    """Data of Montiel Olea, Stock and Watson: their test statistic, with vec algebra and numerical derivatives."""
    raw = case("mosw_oil/data.csv")
    frame = months(raw, raw["year"].astype(str) + "-" + raw["month"].astype(str).str.zfill(2))
    fit = VAR(frame[["prod", "rea", "rpo"]], lags=24).fit()
    with pytest.warns(WeakInstrument, match=r"effective F 9\.0.*report svar\.weak_iv_set\(response, horizon\)"):
        svar = fit.identify(Proxy(frame["iv"], shock="supply", normalise="prod"))
    found = svar.weak_iv_set("rpo", 2, level=0.68)
    for h in (0, 2):
        low, high = by_delta_method(fit, frame["iv"], response=2, horizon=h, level=0.68)
        row = found[found["horizon"] == h].iloc[0]
        assert (row["lower"], row["upper"]) == pytest.approx((low, high), rel=1e-4)


def by_delta_method(fit, instrument, *, response, horizon, level, target=0):
    """Ends of the quadratic inequality from Var(vec(A), Γ) by Kronecker products and central differences."""
    x, u = fit.parent.design(fit.lags), fit.residuals.to_numpy()
    z = instrument.reindex(fit.residuals.index).to_numpy()
    known = np.isfinite(z)
    z = np.where(known, z - z[known].mean(), 0.0)
    count, k, n = known.sum(), x.shape[1], u.shape[1]
    gamma = u.T @ z / count
    scores = np.hstack([np.einsum("tk,tn->tkn", x, u).reshape(len(u), -1), (u * z[:, None] - known[:, None] * gamma)])
    bread = np.zeros((k * n + n, k * n + n))
    bread[: k * n, : k * n] = np.kron(np.linalg.inv(x.T @ x), np.eye(n))
    bread[k * n :, k * n :] = np.eye(n) / count
    bread[k * n :, : k * n] = -np.kron(z @ x / count, np.eye(n)) @ bread[: k * n, : k * n]
    covariance = bread @ scores.T @ scores @ bread.T
    centre = np.concatenate([fit.params.to_numpy().reshape(-1), gamma])

    def response_of(theta):
        coefficients, path = theta[: k * n].reshape(k, n), [theta[k * n :]]
        blocks = [coefficients[k - fit.lags * n + lag * n :][:n].T for lag in range(fit.lags)]
        for h in range(1, horizon + 1):
            path.append(sum(blocks[lag] @ path[h - 1 - lag] for lag in range(min(h, fit.lags))))
        return np.array([path[horizon][response], theta[k * n + target]])

    steps = 1e-5 * np.maximum(np.abs(centre), 1e-3)
    gradient = np.column_stack(
        [
            (response_of(centre + step * unit) - response_of(centre - step * unit)) / (2 * step)
            for step, unit in zip(steps, np.eye(len(centre)), strict=True)
        ]
    )
    v, (top, bottom) = gradient @ covariance @ gradient.T, response_of(centre)
    critical = stats.chi2.ppf(level, 1)
    a, b, c = bottom**2 - critical * v[1, 1], top * bottom - critical * v[0, 1], top**2 - critical * v[0, 0]
    root = np.sqrt(b**2 - a * c)
    return (b - root) / a, (b + root) / a


def test_weak_set_with_missing_months_equals_the_delta_method(fitted, drawn):
    instrument = drawn[1]["z0"].iloc[40:250].drop(drawn[1].index[100:120])
    svar = fitted.identify(Proxy(instrument, shock="china"))
    found = svar.weak_iv_set("yield", 6, level=0.90).set_index("horizon")
    assert svar.first_stage["nobs"] == 190
    for h in (0, 1, 6):
        expected = by_delta_method(fitted, instrument, response=2, horizon=h, level=0.90)
        assert tuple(found.loc[h]) == pytest.approx(expected, rel=1e-5)


def test_impact_equals_the_closed_form_of_mertens_and_ravn(one, fitted, drawn):
    """Their covariance restrictions for one shock, equations for β11 and β21 β11⁻¹ in plain numbers."""
    sigma, u = fitted.sigma_u.to_numpy(), fitted.residuals.to_numpy()
    z = drawn[1]["z0"] - drawn[1]["z0"].mean()
    cross = u.T @ z.to_numpy()
    ratio = (cross[1:] / cross[0])[:, None]
    s11, s21, s22 = sigma[0, 0], sigma[1:, [0]], sigma[1:, 1:]
    q = ratio * s11 @ ratio.T - (s21 @ ratio.T + ratio @ s21.T) + s22
    moved = s21 - ratio * s11
    beta11 = np.sqrt(s11 - float((moved.T @ np.linalg.solve(q, moved)).item()))
    np.testing.assert_allclose(one.impact["china"], beta11 * np.concatenate([[1.0], ratio[:, 0]]), rtol=1e-10)


def test_several_instruments_give_two_stage_least_squares(fitted, drawn):
    from linearmodels.iv import IV2SLS

    svar = fitted.identify(Proxy(drawn[1], shock="news", normalise="china"))
    u = fitted.residuals
    ones = pd.DataFrame({"const": 1.0}, index=u.index)
    dates = u.index.to_timestamp()
    for name in ("japan", "yield"):
        peer = IV2SLS(
            u[name].set_axis(dates), ones.set_axis(dates), u[["china"]].set_axis(dates), drawn[1].set_axis(dates)
        ).fit()
        ratio = svar.impact.loc[name, "news"] / svar.impact.loc["china", "news"]
        assert ratio == pytest.approx(peer.params["china"], rel=1e-10)


def test_first_stage_equals_statsmodels(fitted, drawn):
    import statsmodels.api as sm

    stage = fitted.identify(Proxy(drawn[1], shock="china")).first_stage
    peer = sm.OLS(fitted.residuals["china"].to_numpy(), sm.add_constant(drawn[1].to_numpy())).fit()
    robust = peer.get_robustcov_results("HC1")
    assert stage["f"] == pytest.approx(peer.fvalue, rel=1e-10)
    assert stage["r2"] == pytest.approx(peer.rsquared, rel=1e-10)
    assert stage["robust_f"] == pytest.approx(float(robust.fvalue), rel=1e-10)
    single = fitted.identify(Proxy(drawn[1]["z0"], shock="china")).first_stage
    assert single["effective_f"] == pytest.approx(single["robust_f"], rel=1e-10)
    assert stage.nobs == 300


def test_read_outs_add_up(one, fitted):
    assert one.impact.shape == (3, 1)
    assert one.shocks.shape == (300, 1)
    assert float((one.shocks["china"] ** 2).sum() / fitted.df_resid) == pytest.approx(1.0, rel=1e-10)
    shares = one.fevd(12)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    assert (shares.to_numpy() > 0).all()
    parts = one.historical_decomposition()
    total = parts.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, fitted.data.frame.iloc[2:], rtol=1e-10, atol=1e-10)


def test_sign_and_scale_and_mean_of_the_instrument_do_not_matter(one, fitted, drawn):
    for other in (-drawn[1]["z0"], 1e-6 * drawn[1]["z0"], drawn[1]["z0"] + 50.0):
        again = fitted.identify(Proxy(other, shock="china"))
        np.testing.assert_allclose(again.impact, one.impact, rtol=1e-9)
        np.testing.assert_allclose(again.first_stage, one.first_stage, rtol=1e-8)
        np.testing.assert_allclose(again.weak_iv_set("yield", 3), one.weak_iv_set("yield", 3), rtol=1e-7)


def test_reordering_and_rescaling_variables(one, drawn):
    factor = np.array([1.0, 100.0, 0.01])
    order = ["yield", "china", "japan"]
    other = VAR(Dataset.from_frame((drawn[0].frame * factor)[order]), lags=2).fit()
    again = other.identify(Proxy(drawn[1]["z0"], shock="china"))
    np.testing.assert_allclose(again.impact.loc[list(NAMES), "china"], one.impact["china"] * factor, rtol=1e-8)
    first, second = one.weak_iv_set("yield", 4), again.weak_iv_set("yield", 4)
    np.testing.assert_allclose(second[["lower", "upper"]], 0.01 * first[["lower", "upper"]], rtol=1e-6)


def test_months_without_instrument_may_be_missing_or_nan(fitted, drawn):
    short = drawn[1]["z0"].iloc[100:]
    holes = drawn[1]["z0"].copy()
    holes.iloc[:100] = np.nan
    first, second = (fitted.identify(Proxy(z, shock="china")) for z in (short, holes))
    np.testing.assert_array_equal(first.impact, second.impact)
    assert first.first_stage["nobs"] == 200
    u, z = fitted.residuals.to_numpy()[100:], short.to_numpy() - short.mean()
    cross = u.T @ z
    np.testing.assert_allclose(first.impact["china"] / first.impact.iloc[0, 0], cross / cross[0], rtol=1e-10)


@pytest.mark.parametrize("bootstrap", [MovingBlock(draws=250), Residual(draws=250)])
def test_draws_differ_repeat_and_do_not_depend_on_workers(one, bootstrap):
    first = one.irf(4, bootstrap, rng=1)
    again = one.irf(4, bootstrap, rng=1, n_jobs=2)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert len(np.unique(first.draws[:, 2, 2, 0])) == 250
    assert not np.array_equal(first.draws, one.irf(4, bootstrap, rng=2).draws)


def test_each_draw_is_the_estimate_with_the_instruments_drawn_along(fitted, drawn):
    from econ.var.reduced.bootstrap import _Simulator

    instruments = drawn[1].iloc[:260]
    scheme = Proxy(instruments, shock="china")
    draws = _Simulator(fitted, MovingBlock(draws=3, length=9))(3, np.random.default_rng(1))
    found = scheme.impact_batch(draws)
    for b in range(3):
        z = instruments.reindex(fitted.residuals.index).to_numpy()[draws.resample.rows[b]]
        frame = fitted.data.frame * 0.0 + draws.paths[b]
        again = VAR(frame, lags=2).fit()
        table = pd.DataFrame(z, index=again.residuals.index)
        expected = again.identify(Proxy(table, shock="china")).impact
        np.testing.assert_allclose(found[b], expected, rtol=1e-6)
        redrawn = scheme.redrawn(fitted, draws.resample.rows[b])
        np.testing.assert_allclose(again.identify(redrawn).impact, expected, rtol=1e-12)


def test_inner_bootstrap_draws_the_instruments_again(one):
    irf = one.irf(2, MovingBlock(draws=40), rng=1, inner=20)
    spread = irf.draws.std(axis=0)
    typical = np.median(irf.draw_errors, axis=0)
    np.testing.assert_allclose(typical, spread, rtol=0.5)


def test_weak_instruments_warn_and_their_set_is_open():
    data, instruments = sample(3, strength=0.03)
    fit = VAR(data, lags=2).fit()
    with pytest.warns(WeakInstrument, match="weak_iv_set"):
        svar = fit.identify(Proxy(instruments, shock="china"))
    sets = svar.weak_iv_set("yield", 6)
    assert np.isinf(sets[["lower", "upper"]]).any(axis=None)
    assert sets.columns.tolist() == ["horizon", "lower", "upper"]
    assert sets["horizon"].unique().tolist() == list(range(7))
    own = svar.weak_iv_set("china", 0)
    assert own.to_numpy().tolist() == [[0.0, 1.0, 1.0]]


def test_strong_set_is_near_the_normal_interval(one):
    """With a strong instrument the set is the delta-method interval, whose width the bootstrap gives too."""
    sets = one.weak_iv_set("yield", 6).set_index("horizon")
    irf = one.irf(6, MovingBlock(draws=1000, length=2), rng=1).scale(1.0, response="china")
    lower, upper = irf.band(0.90)
    width = (sets["upper"] - sets["lower"]).to_numpy()
    np.testing.assert_allclose(width, (upper - lower)[:, 2, 0], rtol=0.25)


def test_refuses_instruments_that_cannot_identify(fitted, drawn):
    z, data = drawn[1]["z0"], drawn[0].frame
    later = z.set_axis(z.index + 600)
    quarters = pd.Series(np.arange(40.0), index=pd.period_range("1990Q1", periods=40, freq="Q"))
    lagged = data["japan"].shift(1).dropna()
    cases = [
        (later, NotIdentified, "no period in common"),
        (z.iloc[:11], SampleTooShort, "need 12 periods"),
        (z * 0.0 + 3.0, SchemaError, "constant"),
        (drawn[1].assign(z2=drawn[1].sum(axis=1)), SingularDesign, "collinear"),
        (lagged, SingularDesign, "regressors of the VAR"),
        (quarters, FrequencyError, "add up or average"),
        (z.replace(z.iloc[5], np.inf), SchemaError, "infinite at 1990-08"),
        (pd.concat([z, z.iloc[:1]]), SchemaError, "twice"),
        (z.astype(str), SchemaError, "not numbers"),
        (z.to_numpy(), SpecificationError, "a DataFrame or a Series"),
    ]
    for instruments, error, words in cases:
        with pytest.raises(error, match=words):
            fitted.identify(Proxy(instruments, shock="china"))


def test_refuses_unknown_names(fitted, one, drawn):
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        fitted.identify(Proxy(drawn[1], shock="chian"))
    with pytest.raises(SpecificationError, match="did you mean 'yield'"):
        one.weak_iv_set("yeild", 3)
    with pytest.raises(SpecificationError, match="level"):
        one.weak_iv_set("yield", 3, level=90)
    with pytest.raises(SpecificationError, match="horizon"):
        one.weak_iv_set("yield", -1)


def test_one_variable_and_one_lag():
    data = simulated_var(200, rng=1, lags=[[[0.5]]], impact=[[2.0]], names=["y"])
    fit = VAR(data, lags=1).fit()
    svar = fit.identify(Proxy(fit.residuals["y"] + np.random.default_rng(1).standard_normal(199), shock="y"))
    assert svar.impact.iloc[0, 0] == pytest.approx(np.sqrt(fit.sigma_u.iloc[0, 0]), rel=1e-12)


def truth(horizon: int) -> np.ndarray:
    path = [IMPACT]
    for h in range(1, horizon + 1):
        path.append(sum(LAGS[lag] @ path[h - 1 - lag] for lag in range(min(h, 2))))
    return np.array(path)[:, :, 0]


@pytest.mark.slow
@pytest.mark.parametrize(("bootstrap", "least"), [(MovingBlock(draws=499), 0.82), (Residual(draws=499), 0.83)])
def test_bootstrap_intervals_cover(bootstrap, least):
    """90% percentile intervals of unit-effect responses, 500 samples of T = 300, impact, 3 and 12 months."""
    inside = np.zeros((3, 3))
    for seed in range(500):
        data, instruments = sample(seed)
        svar = VAR(data, lags=2).fit().identify(Proxy(instruments.iloc[60:], shock="china"))
        lower, upper = svar.irf(12, bootstrap, rng=seed).scale(1.0, response="china").band(0.90)
        path = truth(12)[[0, 3, 12]] / IMPACT[0, 0]
        inside += (lower[[0, 3, 12], :, 0] <= path + 1e-12) & (path <= upper[[0, 3, 12], :, 0] + 1e-12)
    share = inside.reshape(-1)[1:] / 500  # the first is one by definition
    assert share.min() >= least, share
    assert share.max() <= 0.95, share


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::econ.errors.WeakInstrument")
@pytest.mark.parametrize(("strength", "count", "most"), [(0.1, 1, 1.0), (1.0, 1, 0.94), (0.1, 2, 1.0)])
def test_weak_sets_cover_whatever_the_strength(strength, count, most):
    """90% Anderson-Rubin sets, 500 samples of T = 300; an effective F around 4, where they may be too long, and 190."""
    path = truth(12) / IMPACT[0, 0]
    inside = {h: 0 for h in (0, 3, 12)}
    for seed in range(500):
        data, instruments = sample(seed, strength=strength, count=count)
        sets = VAR(data, lags=2).fit().identify(Proxy(instruments, shock="china")).weak_iv_set("yield", 12)
        for h, (_, row) in itertools.product(inside, sets.iterrows()):
            inside[h] += bool(row["horizon"] == h and row["lower"] <= path[h, 2] <= row["upper"])
    assert all(0.86 <= hits / 500 <= most for hits in inside.values()), inside


def test_instruments_without_dates_are_told_whose_dates_they_need():
    data = simulated_var(120, rng=1)
    fit = VAR(data, lags=1).fit()
    bare = fit.residuals["x"].reset_index(drop=True)
    with pytest.raises(
        FrequencyError, match=r"every row of the instruments its date, .*fit.residuals.index, 1990-02 to"
    ):
        fit.identify(Proxy(bare, shock="x"))
    with pytest.raises(FrequencyError, match="add up or average them over the periods of the data"):
        fit.identify(Proxy(bare.set_axis(pd.bdate_range("1990-02-01", periods=119)), shock="x"))
