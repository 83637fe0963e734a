"""Several endogenous regressors: algebra, special cases, strength, sets, refusals."""

import sys

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv import IV2SLS, IVGMM, IVGMMCUE, IVLIML
from scipy import stats

from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError, UnknownName
from econ.estimate import Unavailable
from econ.infer import _instrumental_kernels as kernels
from econ.infer import anderson_rubin, instrumental, reduced_form


def simulated(rng, size=200, strength=1.0, instruments=3):
    z = rng.standard_normal((size, instruments))
    w, u, v = rng.standard_normal(size), rng.standard_normal(size), rng.standard_normal((size, 2))
    x = strength * z[:, :2] + 0.3 * z[:, [-1]] * strength + 0.5 * w[:, None] + v + 0.5 * u[:, None]
    y = 1.0 + x @ [1.0, -1.0] + 0.5 * w + u * (1.0 + 0.3 * np.abs(z[:, 0]))
    tables = (pd.Series(y, name="y"), pd.DataFrame(x, columns=["p", "q"]), pd.DataFrame(z).rename(columns="z{}".format))
    return *tables, pd.DataFrame({"w": w})


@pytest.fixture(scope="module")
def sample():
    return simulated(np.random.default_rng(1))


@pytest.fixture(scope="module")
def parts(sample):
    """Outcome, endogenous variables and instruments with the constant and w taken out."""
    y, x, z, w = sample
    q, _ = np.linalg.qr(np.column_stack([np.ones(len(y)), w]))
    return [each.to_numpy() - q @ (q.T @ each.to_numpy()) for each in (y, x, z)]


def test_two_stages_by_hand(sample, parts):
    y, x, z, w = sample
    fit = instrumental(y, x, z, exog=w)
    design, all_z = (np.column_stack([np.ones(200), w, each]) for each in (x, z))
    fitted = all_z @ np.linalg.lstsq(all_z, design, rcond=None)[0]
    b = np.linalg.lstsq(fitted, y, rcond=None)[0]
    u = y - design @ b
    inverse = np.linalg.inv(fitted.T @ fitted)
    cov = inverse @ (fitted * (u.to_numpy() ** 2)[:, None]).T @ fitted @ inverse * 200 / 196
    np.testing.assert_allclose(fit.params, b, atol=1e-10)
    np.testing.assert_allclose(fit.covariance, cov, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(fit.residuals, u, atol=1e-10)
    assert list(fit.params.index) == ["const", "w", "p", "q"]
    assert fit.estimate("w").lower == pytest.approx(b[1] - stats.norm.ppf(0.95) * np.sqrt(cov[1, 1]))
    wald = fit.summary().frame if hasattr(fit.summary(), "frame") else fit.summary()
    assert wald.loc["p", "lower"] == pytest.approx(b[2] - stats.norm.ppf(0.95) * np.sqrt(cov[2, 2]))
    made = fit.estimate("p")
    assert made.region == fit.robust_set("p")
    assert made.interval == (made.region.lower, made.region.upper)


@pytest.mark.parametrize(("method", "model"), [("liml", IVLIML), ("gmm", IVGMM), ("cue", IVGMMCUE), ("2sls", IV2SLS)])
@pytest.mark.parametrize("cov", ["hc1", "unadjusted", "cluster", "hac"])
def test_words_reach_linearmodels(sample, method, model, cov):
    y, x, z, w = sample
    groups = np.arange(200) // 8
    more = {"cluster": {"groups": groups}, "hac": {"bandwidth": 3}}.get(cov, {})
    found = instrumental(y, x, z, exog=w, method=method, cov=cov, **more)
    kind = {"hc1": "robust", "cluster": "clustered", "hac": "kernel"}.get(cov, cov)
    weights = {"cluster": {"clusters": groups}, "hac": {"kernel": "bartlett", "bandwidth": 3}}.get(cov, {})
    own = {} if method in ("2sls", "liml") else {"weight_type": kind, **weights}
    wanted = model(y, w.assign(const=1.0)[["const", "w"]], x, z, **own).fit(cov_type=kind, debiased=True, **weights)
    np.testing.assert_allclose(found.params, wanted.params, rtol=1e-8)
    np.testing.assert_allclose(found.covariance, wanted.cov, rtol=1e-8)
    test = wanted.sargan if method in ("2sls", "liml") else wanted.j_stat
    assert found.overidentification["statistic"] == pytest.approx(test.stat)
    assert found.df == (24.0 if cov == "cluster" else np.inf)


def test_under_equal_variances_the_rank_statistic_is_that_of_cragg_and_donald(sample, parts):
    y, x, z, w = sample
    fit = instrumental(y, x, z, exog=w, cov="unadjusted")
    _, d, instruments = parts
    slopes = np.linalg.lstsq(instruments, d, rcond=None)[0]
    v = d - instruments @ slopes
    root = np.linalg.inv(np.linalg.cholesky(v.T @ v / (200 - 5)))
    matrix = root @ (slopes.T @ instruments.T @ instruments @ slopes) @ root.T
    assert fit.rank_f == pytest.approx(np.linalg.eigvalsh(matrix)[0] / 3, rel=1e-9)


def test_strength_given_the_other_variable(sample, parts):
    y, x, z, w = sample
    fit = instrumental(y, x, z, exog=w)
    _, d, instruments = parts
    fitted = instruments @ np.linalg.lstsq(instruments, d[:, 1], rcond=None)[0]
    left = d[:, 0] - d[:, 1] * (fitted @ d[:, 0]) / (fitted @ fitted)
    slopes = np.linalg.lstsq(instruments, left, rcond=None)[0]
    rest = left - instruments @ slopes
    inverse = np.linalg.inv(instruments.T @ instruments)
    cov = inverse @ (instruments * rest[:, None] ** 2).T @ instruments @ inverse * 200 / 195
    wanted = slopes @ np.linalg.solve(cov, slopes) / 2
    assert fit.first_stage.loc["p", "sanderson_windmeijer"] == pytest.approx(wanted, rel=1e-9)
    diagnostics = IV2SLS(y, w.assign(const=1.0), x, z).fit().first_stage.diagnostics
    np.testing.assert_allclose(fit.first_stage["partial_r2"], diagnostics["partial.rsquared"].astype(float), rtol=1e-9)


def test_one_variable_has_one_strength_and_the_set_of_anderson_and_rubin(sample):
    y, x, z, w = sample
    fit = instrumental(y, x[["p"]], z, exog=w)
    form = reduced_form(y, x["p"], z, controls=w, cov="hc1")
    block = form.covariance[3:, 3:]
    wanted = form.first @ np.linalg.solve(block, form.first) / 3
    assert fit.rank_f == pytest.approx(wanted, rel=1e-9)
    np.testing.assert_allclose(fit.first_stage.loc["p", ["f", "sanderson_windmeijer"]], wanted, rtol=1e-9)
    found = instrumental(y, x[["p"]], z[["z0"]], exog=w).robust_set("p", level=0.9)
    known = anderson_rubin(y, x["p"], z["z0"], controls=w, cov="hc1", level=0.9, small_sample=False)
    np.testing.assert_allclose(found.intervals, known.intervals, rtol=1e-8)


def test_the_set_is_the_projection_of_the_joint_one(sample):
    y, x, z, w = sample
    fit = instrumental(y, x, z, exog=w)
    for name, place in (("p", 0), ("q", 1)):
        (low, high), = fit.robust_set(name, level=0.9).intervals  # fmt: skip
        assert low < fit.params[name] < high
        other = fit.params[["q", "p"][place]] + np.linspace(-3.0, 3.0, 6001)
        for value, inside in ((low + 1e-6, True), (low - 1e-4, False), (high - 1e-6, True), (high + 1e-4, False)):
            both = np.column_stack([np.ones(6001), *([-value + 0 * other, -other][:: 1 - 2 * place])])
            least = kernels.anderson_rubin_at(*fit.parts, both).min()
            assert (least <= stats.chi2.ppf(0.9, 3)) == inside


def test_weak_instruments_leave_the_set_open():
    y, x, z, w = simulated(np.random.default_rng(2), strength=0.0)
    fit = instrumental(y, x, z, exog=w)
    assert fit.rank_f < 3.0
    ends = np.concatenate(fit.robust_set("p", level=0.95).intervals)
    assert np.isinf(ends).any()


def test_units_do_not_matter(sample):
    y, x, z, w = sample
    one = instrumental(y, x, z, exog=w)
    other = instrumental(y * 10.0, x * [100.0, 1.0], z * [1e3, 1.0, 1e-3], exog=w)
    pd.testing.assert_frame_equal(one.first_stage, other.first_stage, rtol=1e-7)
    assert other.rank_f == pytest.approx(one.rank_f, rel=1e-7)
    np.testing.assert_allclose(
        np.array(other.robust_set("p").intervals) * 10.0, np.array(one.robust_set("p").intervals), rtol=1e-5
    )


def test_what_makes_no_sense_is_refused(sample, monkeypatch):
    y, x, z, w = sample
    build = {"y": y, "endogenous": x, "instruments": z, "exog": w}
    for wrong, error, said in (
        ({"instruments": z[["z0"]]}, SpecificationError, "as many instruments"),
        ({"endogenous": x.iloc[1:]}, SpecificationError, "same rows"),
        ({"exog": w.rename(columns={"w": "p"})}, SchemaError, "'p' stands twice"),
        ({"exog": w.rename(columns={"w": "const"})}, SchemaError, "'const'"),
        ({"instruments": z.assign(z2=z["z0"])}, SingularDesign, "z"),
        ({"endogenous": x.assign(q=w["w"])}, SingularDesign, "regressors"),
        ({"endogenous": x.assign(q=np.nan)}, SchemaError, "q|nan"),
        ({"method": "ols"}, SpecificationError, "method"),
        ({"cov": "hc0"}, SpecificationError, "covariance"),
        ({"bandwidth": 3}, SpecificationError, "'hac'"),
        ({"groups": np.arange(200)}, SpecificationError, "groups belong"),
        ({"cov": "cluster"}, SpecificationError, "groups belong"),
        ({"cov": "cluster", "groups": np.zeros(200)}, SpecificationError, "two groups"),
        ({"cov": "cluster", "groups": np.arange(200) % 3}, SpecificationError, "3 instruments need more than 3 groups"),
        ({"y": y * 0.0}, SchemaError, "constant"),
    ):
        with pytest.raises(error, match=said):
            instrumental(**{**build, **wrong})
    with pytest.raises(SampleTooShort, match="columns need"):
        instrumental(y[:15], x[:15], z[:15], exog=w[:15])
    with pytest.raises(SingularDesign, match="explain 'q' exactly"):
        instrumental(y, x.assign(q=z["z0"] - 2.0 * z["z1"] + 3.0), z, exog=w)
    fit = instrumental(y, x, z[["z0", "z1"]])
    assert isinstance(fit.overidentification, Unavailable)
    with pytest.raises(UnknownName, match="'w'"):
        fit.robust_set("w")
    many = instrumental(y, x.assign(r=z["z2"] + np.random.default_rng(3).standard_normal(200)), z)
    with pytest.raises(SpecificationError, match="projected over one other"):
        many.robust_set("p")
    monkeypatch.setitem(sys.modules, "linearmodels", None)
    with pytest.raises(SpecificationError, match=r"pip install 'econ\[regressions\]'"):
        instrumental(**build)


@pytest.mark.slow
@pytest.mark.parametrize("strength", [0.05, 0.5])
def test_sets_cover_however_weak_instruments_are(strength):
    rng, covered = np.random.default_rng(4), []
    for _ in range(500):
        fit = instrumental(*simulated(rng, 200, strength)[:3])
        least = kernels.least_anderson_rubin(*fit.parts, np.array([1.0]), place=0, around=(-1.0, 1.0))[0]
        covered.append(least <= stats.chi2.ppf(0.9, 3))
    assert np.mean(covered) > 0.88
