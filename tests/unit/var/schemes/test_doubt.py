"""Results say so themselves where variances may not tell shocks apart, and where instruments are weak."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import NotConverged, WeakIdentification, WeakInstrument
from econ.testing import simulated_var
from econ.var import VAR, ChangingVolatility, Cholesky, Heteroskedasticity, MovingBlock, Proxy
from econ.var.schemes import _clustering_kernels as clustering
from econ.var.schemes.labelling import in_words

SCHEMES = ("regimes", "garch", "smooth")


def errors(kind, seed, size=300, columns=2, df=None):
    """Constant variances, or ones that change in the way that each scheme looks for, mixed by a matrix.

    Shocks are normal, or Student's t with ``df`` degrees of freedom.
    """
    generator = np.random.default_rng([seed, 7])
    e = generator.standard_normal((size, columns)) if df is None else generator.standard_t(df, (size, columns))
    if kind == "regimes":
        e[size // 2 :, 0] *= 3.0
        e[size // 2 :, 1] *= 0.5
    if kind == "garch":
        v, news, kept = np.ones(2), np.array([0.15, 0.25]), np.array([0.80, 0.60])
        for t in range(size):
            e[t] *= np.sqrt(v)
            v = 1.0 - news - kept + news * e[t] ** 2 + kept * v
    return pd.DataFrame(e @ (np.eye(columns) + 0.5 * np.tri(columns, k=-1)).T, columns=list("xyz")[:columns])


def scheme(name, size=300):
    if name == "regimes":
        return Heteroskedasticity(pd.Series(np.arange(size) >= size // 2), method="moments")
    return ChangingVolatility(name)


@pytest.mark.parametrize("name", SCHEMES)
def test_constant_variances_are_warned_of_and_printed_wherever_the_result_is(name):
    fit = VAR(errors("constant", 1), lags=1).fit()
    with pytest.warns(WeakIdentification, match="may not tell the shocks apart: .*p .*restrictions or instruments"):
        svar = fit.identify(scheme(name))
    irf = svar.irf(2).shock("x").scale(-1.0, response="x")
    for shown in (repr(svar), str(svar.summary()), repr(irf), str(irf.summary())):
        assert "in doubt" in shown
        assert svar.doubt[:40] in shown


@pytest.mark.parametrize(("name", "kind"), [("regimes", "regimes"), ("smooth", "regimes"), ("garch", "garch")])
def test_variances_that_change_are_not(name, kind):
    svar = VAR(errors(kind, 3), lags=1).fit().identify(scheme(name))
    assert svar.doubt == ""
    assert "in doubt" not in repr(svar) + repr(svar.irf(1)) + str(svar.summary())


def test_the_pair_that_moves_in_proportion_is_named_and_no_other():
    u = np.random.default_rng(4).standard_normal((600, 3)) * np.where(np.arange(600) < 300, 1.0, 3.0)[:, None] ** [
        1,
        1,
        -1,
    ]
    fit = VAR(pd.DataFrame(u, columns=list("xyz")), lags=1).fit()
    with pytest.warns(WeakIdentification, match=r"in proportion: x and y \(p 0\.\d+\);"):
        svar = fit.identify(scheme("regimes", 600))
    assert svar.rename_shocks({"x": "a"}).doubt == svar.doubt.replace("x and", "a and")


def test_the_scheme_itself_and_its_draws_do_not_warn():
    fit = VAR(errors("constant", 1), lags=1).fit()
    svar = scheme("regimes").identify(fit)
    svar.irf(1, MovingBlock(draws=5), rng=1, inner=3)
    assert svar.doubt


def test_one_variable_has_nothing_to_be_told_from():
    fit = VAR(errors("constant", 1)[["x"]], lags=1).fit()
    for name in SCHEMES:
        assert fit.identify(scheme(name)).doubt == ""


def test_weak_instruments_stand_in_the_responses_too_and_other_schemes_have_no_doubt():
    data = simulated_var(200, rng=1)
    fit = VAR(data, lags=1).fit()
    z = pd.Series(np.random.default_rng(5).standard_normal(len(data.frame)), data.frame.index)
    with pytest.warns(WeakInstrument):
        svar = fit.identify(Proxy(z, shock="x"))
    assert "weak instruments, effective F" in repr(svar)
    assert "weak instruments, effective F" in repr(svar.irf(1))
    assert fit.identify(Cholesky("x", "y")).doubt == ""


def test_words_name_the_nearest_pairs():
    assert in_words({"x and y": 0.2}) == "x and y (p 0.200)"
    assert in_words({"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.15}) == "b (p 0.300), c (p 0.200), 2 more"


def test_the_largest_of_a_path_has_the_tail_of_andrews():
    """Andrews (2003), Econometrica 71(1), table I, one parameter: 8.68 at 5%, 12.16 at 1%, trim 15%."""
    assert clustering.path_tail(8.68, 0.15) == pytest.approx(0.05, abs=0.006)
    assert clustering.path_tail(12.16, 0.15) == pytest.approx(0.01, abs=0.002)
    assert clustering.path_tail(0.5, 0.15) == 1.0


def silence(name, samples, **design):
    """Shares of samples without anything to tell apart that pass unwarned, and that are refused, in percent."""
    passed, refused = 0, 0
    for seed in range(samples):
        fit = VAR(errors("constant", seed, **design), lags=1).fit()
        try:
            passed += scheme(name, design.get("size", 300)).identify(fit).doubt == ""
        except NotConverged:
            refused += 1
    return round(100.0 * passed / samples, 1), round(100.0 * refused / samples, 1)


DESIGNS = {
    "normal shocks": (300, {}),
    "normal shocks, T = 150": (300, {"size": 150}),
    "t(5) shocks": (300, {"df": 5}),
    "normal shocks, three variables": (200, {"columns": 3}),
}


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", SCHEMES)
def test_shocks_that_nothing_tells_apart_pass_seldom(name, design):
    """The table of ``docs/coverage.md`` (``pytest -s`` prints it); twice the Monte Carlo error above what it prints."""
    samples, given = DESIGNS[design]
    passed, refused = silence(name, samples, **given)
    print(f"{design}, {name!r}, {samples} samples: silent in {passed}%, refused in {refused}%")
    assert passed <= (12.0 if "t(5)" in design else 7.0)
    assert refused == 0.0 or name == "garch"
