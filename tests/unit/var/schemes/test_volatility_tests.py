"""Size of the tests of identification by changes of variances, and the permutations of the regimes."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.var import VAR, Heteroskedasticity

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakIdentification")  # test_doubt.py asks for it

IMPACT = np.array([[1.0, 0.3, 0.2], [0.4, 0.8, -0.3], [-0.5, 0.3, 1.2]])
LAG = np.array([[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.6]])
SAME = np.ones((2, 3))
PAIR = np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 0.2]])
THREE = np.array([[1.0, 1.0, 1.0], [6.0, 2.0, 0.4], [1.0, 5.0, 0.3]])


def identified(variances, seed, *, periods=179, kurtosis=None):
    """A VAR(2) of three variables whose shocks have these variances in regimes of equal length."""
    generator, shape = np.random.default_rng(seed), (periods, 3)
    shocks = generator.standard_normal(shape) if kurtosis is None else generator.standard_t(kurtosis, shape)
    codes = np.arange(periods) * len(variances) // periods
    errors = (shocks * np.sqrt(variances[codes])) @ IMPACT.T
    y = np.zeros((periods, 3))
    for t in range(1, periods):
        y[t] = LAG @ y[t - 1] + errors[t]
    months = pd.period_range("2000-01", periods=periods, freq="M")
    fit = VAR(pd.DataFrame(y, index=months, columns=["a", "b", "c"]), lags=2).fit()
    return fit.identify(Heteroskedasticity(pd.Series(codes, index=months), method="moments"))


def test_permutations_by_hand():
    svar = identified(SAME, 1)
    plain, found = svar.tests(), svar.tests(99, rng=3)
    row = "constant covariance"
    assert found.loc[row, "statistic"] == plain.loc[row, "statistic"]
    assert found.loc[row, "distribution"] == "99 permutations"
    assert found.drop(row).equals(plain.drop(row))
    u, labels = svar.parent.residuals.to_numpy(), svar.scheme.regimes.to_numpy()[2:]

    def ratio(codes):
        parts = [u[codes == code] for code in (0, 1)]
        return -sum(len(part) * np.linalg.slogdet(part.T @ part / len(part))[1] for part in parts)

    generator = np.random.default_rng(1)
    every = [ratio(generator.permutation(labels)) for _ in range(2000)]
    share = np.mean(np.array(every) >= ratio(labels))
    many = svar.tests(1999, rng=5).loc[row, "p_value"]
    assert many == pytest.approx(share, abs=4.0 * np.sqrt(2.0 * max(share * (1 - share), 0.01) / 2000))


def test_permutations_find_changes_and_do_not_depend_on_workers():
    svar = identified(PAIR, 2)
    found = svar.tests(400, rng=1)
    assert found.loc["constant covariance", "p_value"] == 1 / 401
    assert found.equals(svar.tests(400, rng=1, n_jobs=2))
    for bad in ({"draws": -1, "rng": 1}, {"draws": 9}, {"draws": 2.5, "rng": 1}):
        with pytest.raises(SpecificationError):
            svar.tests(**bad)


@pytest.mark.slow
@pytest.mark.parametrize("kurtosis", [None, 5])
def test_sizes_of_the_docstring(kurtosis):
    """Nominal 5%, 177 periods, two and three regimes: fat tails cost the chi-squares twice their size."""
    rejected = []
    for seed in range(150):
        constant = identified(SAME, seed, kurtosis=kurtosis).tests(99, rng=seed)
        pair = identified(PAIR, seed, kurtosis=kurtosis).tests().filter(like="equal", axis=0)
        over = identified(THREE, seed, kurtosis=kurtosis).tests().loc["over-identification", "p_value"]
        long = identified(SAME, seed, kurtosis=kurtosis).tests().loc["constant covariance", "p_value"]
        rejected.append([constant.loc["constant covariance", "p_value"], long, pair["p_value"].max(), over])
    permuted, constant, pair, over = (np.array(rejected, dtype=float) <= 0.05).mean(axis=0)
    assert permuted <= 0.11
    assert over <= 0.11
    assert max(constant, pair) <= (0.11 if kurtosis is None else 0.20)
    assert constant >= 0.01
