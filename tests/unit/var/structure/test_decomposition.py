"""Bands of variance shares and of history, under every scheme and bootstrap."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError, WeakInstrument
from econ.infer.bands import path_band, pointwise, sup_t
from econ.offset import OwnShocks
from econ.testing import simulated_var
from econ.var import (
    VAR,
    BayesianVAR,
    ChangingVolatility,
    Cholesky,
    Heteroskedasticity,
    LongRun,
    MaxShare,
    MovingBlock,
    NonGaussian,
    Proxy,
    Residual,
    SignRestrictions,
)
from econ.var.structure.decomposition import components
from econ.var.structure.scenario import scenario
from econ.var.structure.structural import StructuralResults

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakIdentification")  # test_doubt.py asks for it

NAMES = ("a", "b", "c")
IMPACT = np.array([[1.0, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.5, 0.3, 1.2]])
LAGS = np.array([[[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.6]]])
PERIODS = 240


@pytest.fixture(scope="module")
def data():
    """Shocks that every scheme can tell apart: fat tails, and variances that change in the middle."""
    generator = np.random.default_rng(11)
    shocks = generator.standard_t(4, (PERIODS, 3)) / np.sqrt(2.0)
    shocks[PERIODS // 2 :] *= [0.5, 1.0, 2.0]
    y = np.zeros((PERIODS, 3))
    for t in range(1, PERIODS):
        y[t] = LAGS[0] @ y[t - 1] + IMPACT @ shocks[t]
    index = pd.period_range("2000-01", periods=PERIODS, freq="M")
    return pd.DataFrame(y + np.array([5.0, -2.0, 40.0]), index=index, columns=list(NAMES))


@pytest.fixture(scope="module")
def fit(data):
    return VAR(data, lags=1).fit()


def scheme_of(name, fit):
    index = fit.data.frame.index
    noise = np.random.default_rng(2).standard_normal(fit.nobs)
    return {
        "cholesky": lambda: Cholesky(*NAMES),
        "long-run": lambda: LongRun(*NAMES),
        "max-share": lambda: MaxShare("c", (0, 6)),
        "proxy": lambda: Proxy(fit.residuals["a"] + noise, shock="a"),
        "regimes": lambda: Heteroskedasticity(pd.Series(np.arange(PERIODS) >= PERIODS // 2, index=index)),
        "moments": lambda: Heteroskedasticity(pd.Series(np.arange(PERIODS) >= PERIODS // 2, index=index), "moments"),
        "smooth": lambda: ChangingVolatility("smooth"),
        "components": lambda: NonGaussian(size=0.5),
    }[name]()


def checked(svar, data, bootstrap):
    """Both tables, pointwise and simultaneous, against the draws that made them."""
    rng = None if bootstrap is None else 1
    n, s = len(NAMES), len(svar.shock_names)
    count = s if s == n else s + 1
    blocks = svar.read_draws(components, bootstrap, rng)
    drawn = np.concatenate(blocks)
    np.testing.assert_allclose(
        drawn.sum(axis=3), np.broadcast_to(data.iloc[svar.parent.lags :], drawn.shape[:3]), rtol=1e-9, atol=1e-9
    )
    for kind in ("pointwise", "sup-t"):
        shares = svar.fevd(5, bootstrap, rng, level=0.80, kind=kind)
        points = shares.xs("point", axis=1, level="value")
        np.testing.assert_allclose(points.sum(axis=1), 1.0, rtol=1e-10)
        ends = [shares.xs(end, axis=1, level="value").to_numpy() for end in ("lower", "upper")]
        assert (ends[0] >= -1e-12).all()
        assert (ends[1] <= 1.0 + 1e-12).all()
        assert shares.shape == (5 * n, 3 * count)
        history = svar.historical_decomposition(bootstrap, rng, level=0.80, kind=kind)
        total = history.xs("point", axis=1, level="value").T.groupby(level="variable", sort=False).sum().T
        np.testing.assert_allclose(total, data.iloc[svar.parent.lags :], rtol=1e-9, atol=1e-9)
        lower = history.xs("lower", axis=1, level="value").to_numpy().reshape(drawn.shape[1:])
        upper = history.xs("upper", axis=1, level="value").to_numpy().reshape(drawn.shape[1:])
        expected = path_band(drawn, level=0.80, kind=kind)
        np.testing.assert_allclose((lower, upper), expected, rtol=1e-12)
        inside = (drawn >= lower - 1e-12) & (drawn <= upper + 1e-12)
        if kind == "sup-t":
            assert (inside.all(axis=1).mean(axis=0) >= 0.80).all()
        else:
            assert inside.mean(axis=0).min() >= 0.78


@pytest.mark.parametrize("bootstrap", [MovingBlock(draws=40), Residual(draws=40)])
@pytest.mark.parametrize(
    "name", ["cholesky", "long-run", "max-share", "proxy", "regimes", "moments", "smooth", "components"]
)
def test_bands_of_shares_and_history_under_every_point_scheme(fit, data, name, bootstrap):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)
        checked(fit.identify(scheme_of(name, fit)), data, bootstrap)


@pytest.mark.parametrize(
    "scheme",
    [
        SignRestrictions({"a": {"a": "+", "b": "+"}}, draws=60),
        SignRestrictions({"a": {"a": "+"}, "b": {"b": "+", "c": "-"}, "c": {"c": "+"}}, draws=60),
        SignRestrictions({"a": {"a": "+"}, "b": {"b": "+"}}, zeros={"b": {"a": 0}}, draws=60),
    ],
)
def test_bands_of_shares_and_history_of_identified_sets(fit, data, scheme):
    checked(fit.identify(scheme, rng=3), data, None)


def test_bands_of_shares_and_history_of_a_posterior(data):
    bayesian = BayesianVAR(data, lags=2).fit(60, rng=1)
    checked(bayesian.identify(Cholesky(*NAMES)), data, None)


def test_path_bands_are_those_of_single_paths():
    draws = np.random.default_rng(1).standard_normal((300, 7, 2, 3)).cumsum(axis=1)
    lower, upper = path_band(draws, level=0.80, kind="sup-t")
    for i in range(2):
        for j in range(3):
            expected = sup_t(draws[:, :, i, j], level=0.80)
            np.testing.assert_array_equal((lower[:, i, j], upper[:, i, j]), expected)
    narrow = path_band(draws, level=0.80)
    np.testing.assert_array_equal(narrow, pointwise(draws, level=0.80))
    assert (lower < narrow[0]).all()
    assert (upper > narrow[1]).all()


def test_simultaneous_bands_of_shares_hold_whole_paths_of_the_draws(fit):
    svar = fit.identify(Cholesky(*NAMES))
    bootstrap = MovingBlock(draws=200)
    table = svar.fevd(6, bootstrap, rng=1, level=0.90, kind="sup-t")
    squares = np.cumsum(svar.irf(5, bootstrap, rng=1).draws ** 2, axis=1)
    shares = squares / squares.sum(axis=3, keepdims=True)
    lower, upper = (table.xs(end, axis=1, level="value").to_numpy().reshape(6, 3, 3) for end in ("lower", "upper"))
    inside = ((shares >= lower - 1e-12) & (shares <= upper + 1e-12)).all(axis=1).mean(axis=0)
    assert (inside >= 0.90).all()
    assert inside[2, 2] < 0.95
    with pytest.raises(SpecificationError, match="no band 'joint'"):
        svar.fevd(6, bootstrap, rng=1, kind="joint")
    with pytest.raises(SpecificationError, match="no band 'joint'"):
        svar.historical_decomposition(bootstrap, rng=1, kind="joint")


@pytest.mark.parametrize("scheme", [Cholesky("y"), LongRun("y"), MaxShare("y", 4)])
def test_one_variable_and_one_lag(scheme):
    data = simulated_var(120, rng=1, lags=np.array([[[0.5]]]), impact=np.array([[2.0]]), names=("y",))
    svar = VAR(data, lags=1).fit().identify(scheme)
    shares = svar.fevd(3, MovingBlock(draws=20), rng=1, kind="sup-t")
    np.testing.assert_allclose(shares, 1.0)
    history = svar.historical_decomposition(MovingBlock(draws=20), rng=1)
    points = history.xs("point", axis=1, level="value")
    np.testing.assert_allclose(points.sum(axis=1), data.frame["y"].iloc[1:])


TURN = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0][:3]  # three orthonormal rows of four


@dataclass(frozen=True)
class Many:
    """Four shocks behind three variables: a factor of the covariance times orthonormal rows, shrunk on request."""

    size: float = 1.0

    def impact_batch(self, draws):
        return draws.factor @ (self.size * TURN)

    def identify(self, fit, rng=None):
        return StructuralResults.from_point(fit, self, shock_names=("p", "q", "r", "s"))


def test_more_shocks_than_variables_share_out_the_whole(fit, data):
    svar = fit.identify(Many())
    shares, history = svar.fevd(5), svar.historical_decomposition()
    assert list(shares.columns) == ["p", "q", "r", "s"]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    assert list(history["a"].columns) == ["p", "q", "r", "s", "initial", "deterministic"]
    total = history.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.iloc[1:], rtol=1e-9)
    # by hand: the guess of shock "q" is its row of B' Σ⁻¹ u, and its part is the moving average of it
    guess = fit.residuals.to_numpy() @ np.linalg.solve(fit.sigma_u, svar.impact["q"])
    part, path = np.zeros(3), []
    for value in guess:
        part = fit.lag_blocks[0] @ part + svar.impact["q"].to_numpy() * value
        path.append(part)
    np.testing.assert_allclose(history.xs("q", axis=1, level="component"), path, atol=1e-10)
    bands = svar.historical_decomposition(Residual(draws=20), rng=1)
    assert bands.shape == (fit.nobs, 3 * 6 * 3)
    assert svar.fevd(2, Residual(draws=20), rng=1).shape == (6, 12)


def test_shocks_that_overlap_or_leave_some_out_are_refused(fit, data):
    same = OwnShocks(Proxy(fit.residuals["a"], shock="news", normalise="a"), Cholesky(*NAMES))
    related = OwnShocks(Proxy(fit.residuals["a"], shock="a"), Proxy(fit.residuals["b"], shock="b"))
    for scheme in (same, related, Many(0.9)):
        svar = fit.identify(scheme)
        for read in (
            lambda svar=svar: svar.fevd(3),
            lambda svar=svar: svar.historical_decomposition(),
            lambda svar=svar: scenario(svar, 2, {"a": [1.0, 1.0]}),
        ):
            with pytest.raises(SpecificationError, match=r"share out the residuals.*read irf\(\) only"):
                read()
        assert np.isfinite(svar.irf(3).point).all()
