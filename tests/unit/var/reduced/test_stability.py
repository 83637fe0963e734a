"""The proof of stability from the forecast: it never errs, and it seldom says nothing."""

import numpy as np
import pytest

from econ.testing import simulated_var
from econ.var import VAR, MovingBlock
from econ.var import _kernels as kernels
from econ.var._stability_kernels import settles

TERMS = {
    "n": lambda t: np.empty((len(t), 0)),
    "c": lambda t: np.ones((len(t), 1)),
    "ct": lambda t: np.column_stack([np.ones(len(t)), t / len(t)]),
    "own": lambda t: np.random.default_rng(9).standard_normal((len(t), 2)),
}


def estimates(root, terms, *, p, n, periods=60, draws=400):
    """Least squares on samples of which one lag block has all eigenvalues at ``root``; near one, many are unstable."""
    generator = np.random.default_rng([p, n, int(1e4 * root)])
    lags = np.zeros((p, n, n))
    lags[0] = root * np.eye(n) + np.triu(0.2 * generator.standard_normal((n, n)), 1)
    driving = generator.standard_normal((draws, periods, n))
    path = kernels.simulate(lags, driving, np.zeros((p, n)))
    factor = kernels.cross_factor(path, terms, p)
    return kernels.lag_blocks(kernels.coefficients(factor, n, p), p), factor, path[:, -p:]


@pytest.mark.parametrize("trend", TERMS)
@pytest.mark.parametrize(("p", "n"), [(1, 2), (3, 2), (2, 3)])
@pytest.mark.parametrize("root", [0.8, 0.97, 1.02])
def test_what_is_proved_is_true(trend, p, n, root):
    terms = TERMS[trend](np.arange(60.0))
    a, factor, last = estimates(root, terms, p=p, n=n)
    roots = kernels.root_moduli(a)[:, 0]
    found = settles(a, factor, last, constant=trend == "c")
    assert not (found & (roots >= 1.0)).any()
    if root < 0.9:
        assert found[roots < 0.9].mean() > 0.8
    if root > 1.0:
        assert (roots >= 1.0).mean() > 0.05, "nothing here could be proved wrongly"


def test_a_constant_needs_its_mean_only():
    a, factor, last = estimates(0.9, np.ones((60, 1)), p=2, n=2)
    assert settles(a, factor, last, constant=True).sum() >= settles(a, factor, last, constant=False).sum()


def test_a_sample_that_ends_at_its_mean_proves_nothing_of_another():
    """The proof reads the end of the sample: another end is another claim, and a draw that explodes never has it."""
    a, factor, last = estimates(1.02, np.ones((60, 1)), p=1, n=2)
    explodes = kernels.root_moduli(a)[:, 0] >= 1.0
    centre = (factor[:, 1:3, :1] / factor[:, :1, :1]).swapaxes(1, 2)
    assert not settles(a, factor, last, constant=True)[explodes].any()
    assert settles(a, factor, centre, constant=True)[explodes].all()  # so that the end it gets must be that of the draw


def test_the_proof_does_not_depend_on_the_variables_that_span_the_system():
    """Errors that are nearly collinear and of other sizes: the forecast is read in units of S, whatever they are."""
    generator, p, terms = np.random.default_rng(4), 2, np.ones((60, 1))
    path = kernels.simulate(
        np.array([0.98 * np.eye(2), np.zeros((2, 2))]), generator.standard_normal((300, 60, 2)), np.zeros((p, 2))
    )
    found = []
    for turn in (np.eye(2), np.array([[1.0, 0.0], [20.0, 1.0]]), np.array([[1.0, 30.0], [0.0, 0.1]])):
        own = path @ turn.T
        factor = kernels.cross_factor(own, terms, p)
        a = kernels.lag_blocks(kernels.coefficients(factor, 2, p), p)
        found.append(settles(a, factor, own[:, -p:], constant=True))
    assert 0.1 < found[0].mean() < 0.98
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


@pytest.mark.parametrize("trend", ["n", "c", "ct"])
def test_draws_of_a_bootstrap_are_stable_where_their_roots_say_so(trend):
    data = simulated_var(periods=80, rng=3, lags=np.array([[[0.97, 0.1], [0.0, 0.9]]]))
    fit = VAR(data, lags=2, trend=trend).fit()
    from econ.var.reduced.bootstrap import bootstrap_blocks

    for draws in bootstrap_blocks(fit, MovingBlock(draws=300, unstable="keep"), lambda drawn: drawn, rng=1):
        roots = kernels.root_moduli(draws.lag_blocks)[:, 0]
        np.testing.assert_array_equal(draws.stable, roots < 1.0)


def test_draws_do_not_depend_on_how_many_are_estimated_at_a_time(monkeypatch):
    from econ.var.reduced import bootstrap

    fit = VAR(simulated_var(periods=120, rng=3), lags=3).fit().bias_corrected()
    whole = fit.bootstrap(MovingBlock(draws=150), rng=1)
    monkeypatch.setattr(bootstrap, "CACHE", 1)
    monkeypatch.setattr(bootstrap, "LEAST", 7)
    np.testing.assert_array_equal(fit.bootstrap(MovingBlock(draws=150), rng=1), whole)


def test_one_real_root_above_one_needs_no_eigenvalue(monkeypatch):
    def refused(a):
        raise AssertionError("eigenvalues were asked for")

    one, two = np.diag([1.00001, 0.5])[None, None], np.diag([1.00001, 1.00002])[None, None]
    assert not kernels.is_stable(two)[0]  # the determinant is positive: it says nothing
    np.testing.assert_array_equal(kernels.is_stable(np.concatenate([one, 0.9 * one, two, -one])), [0, 1, 0, 0])
    monkeypatch.setattr(kernels, "root_moduli", refused)
    assert not kernels.is_stable(one)[0]
    with pytest.raises(AssertionError, match="eigenvalues"):
        kernels.is_stable(two)
