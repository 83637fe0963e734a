"""Identifications that read the same samples give what each gives by itself."""

import numpy as np
import pytest

from econ.errors import SpecificationError
from econ.var import VAR, Cholesky, Heteroskedasticity, MovingBlock, Proxy
from econ.var.reduced.bootstrap import _Simulator
from econ.var.structure.together import irfs

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakIdentification")  # test_doubt.py asks for it

BOOT = MovingBlock(draws=120)


@pytest.fixture
def several(fit):
    noise = np.random.default_rng(3).standard_normal(fit.nobs)
    proxied = fit.identify(Proxy(fit.residuals["china"] + noise, shock="china"))
    return [
        fit.identify(Cholesky("china", "japan", "yield")),
        fit.identify(Cholesky("yield", "japan", "china")),
        proxied,
    ]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_together_and_alone_agree_to_the_bit(several, n_jobs):
    for found, svar in zip(irfs(several, 4, BOOT, rng=5, n_jobs=n_jobs), several, strict=True):
        alone = svar.irf(4, BOOT, rng=5)
        np.testing.assert_array_equal(found.draws, alone.draws)
        np.testing.assert_array_equal(found.point, alone.point)
        assert (found.shocks, found.origin, found.unstable) == (alone.shocks, alone.origin, alone.unstable)


def test_samples_are_drawn_once_for_all(several, monkeypatch):
    drawn, once = [], _Simulator.__call__
    monkeypatch.setattr(
        _Simulator, "__call__", lambda self, size, generator: drawn.append(size) or once(self, size, generator)
    )
    irfs(several, 2, BOOT, rng=5)
    assert sum(drawn) == BOOT.draws


def test_what_has_no_common_samples_is_refused(several, fit, data):
    regimes = fit.residuals["china"] * 0.0 + (np.arange(fit.nobs) > fit.nobs // 2)
    own = fit.identify(Heteroskedasticity(regimes, method="moments"))
    other = VAR(data, lags=1).fit().identify(Cholesky("china", "japan", "yield"))
    for wrong, words in (([], "same"), ([several[0], other], "same"), ([several[0], own], "samples of its own")):
        with pytest.raises(SpecificationError, match=words):
            irfs(wrong, 2, BOOT, rng=5)
