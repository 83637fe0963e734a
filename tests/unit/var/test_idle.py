"""Options that nothing would read are refused; their usual values pass, and what they chose is estimated again."""

import numpy as np
import pandas as pd
import pytest

from econ import VAR, BayesianVAR, Cholesky, MaxShare, Residual, load_result, save
from econ.errors import SpecificationError
from econ.testing import simulated_var
from econ.var import VECM, AsymmetricMinnesota, FactorAugmentedVAR

DATA = simulated_var(120, rng=1, lags=[[[0.8, 0.2], [0.2, 0.8]]])
PANEL = pd.DataFrame(np.random.default_rng(2).standard_normal((120, 6)), DATA.frame.index, list("abcdef"))

IDLE = {
    "VAR": (lambda **more: VAR(DATA, **more), {"lags": 4}, {"lags": "aic"}, {"max_lags": 8}, 12),
    "BayesianVAR": (lambda **more: BayesianVAR(DATA, **more), {"lags": 4}, None, {"max_lags": 8}, 12),
    "VECM": (lambda **more: VECM(DATA, rank=1, **more), {"lags": 4}, {"lags": "aic"}, {"max_lags": 8}, 12),
    "VECM's rank": (lambda **more: VECM(DATA, 2, **more), {"rank": 1}, {"rank": "trace"}, {"size": 0.1}, 0.05),
    "VECM without a rank": (lambda **more: VECM(DATA, 2, **more), {}, {"rank": "trace"}, {"size": 0.1}, 0.05),
    "FactorAugmentedVAR": (
        lambda **more: FactorAugmentedVAR(DATA, PANEL, lags=1, **more), {"factors": 1}, {"factors": "ic1"},
        {"max_factors": 4}, 8,
    ),
    "MaxShare": (lambda **more: MaxShare("y", **more), {"frequency": (18, 96)}, {}, {"horizon": 6}, (0, 12)),
    "AsymmetricMinnesota": (
        AsymmetricMinnesota, {"own": 0.2, "cross": 0.1}, {"own": 0.2}, {"choose": "maximum"}, "hierarchical",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IDLE)
def test_an_option_that_nothing_reads_is_refused(case):
    make, without, used, option, usual = IDLE[case]
    [(name, given)] = option.items()
    with pytest.raises(SpecificationError, match=rf"{name}.*found {name}="):
        make(**without, **option)
    make(**without, **{name: usual})
    if used is not None:
        found = getattr(make(**used, **option), name)
        assert found in (given, (given, given))


@pytest.mark.parametrize("model", [VAR(DATA, "bic", max_lags=3), VECM(DATA, "bic", "trace", max_lags=3, size=0.01)])
def test_what_a_criterion_chose_is_estimated_again_on_other_samples(model, tmp_path):
    """Inner samples have the lags and the rank of the outer one, so nothing is left to choose."""
    fit = model.fit()
    kept = load_result(save(fit, tmp_path / "fit.econ"))
    for each in (fit, kept):
        irf = each.identify(Cholesky("x", "y")).irf(2, Residual(draws=3), rng=1, inner=3)
        assert np.isfinite(irf.draw_errors).all()


def test_a_result_saved_before_is_estimated_again():
    """A saved VAR has the usual longest lag beside its number of lags."""
    fit = VAR(DATA, 2, max_lags=12).fit()
    assert fit.identify(Cholesky("x", "y")).irf(2, Residual(draws=3), rng=1, inner=3).draws.shape == (3, 3, 2, 2)
