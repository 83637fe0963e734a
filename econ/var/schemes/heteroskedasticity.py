"""`Heteroskedasticity`: shocks told apart by changes of their relative variances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.border import told_by
from econ.checks import SPARE
from econ.data.index import as_period_index
from econ.errors import NotConverged, SampleTooShort, SchemaError, SpecificationError
from econ.frozen import guarded
from econ.var.reduced.draws import ReducedDraws, SimulatedDraws
from econ.var.schemes import _volatility_kernels as volatility
from econ.var.schemes.labelling import SIZE, LabelledResults, arrange, in_words
from econ.var.schemes.regime_resampling import WithinRegimes
from econ.var.schemes.volatility_tests import volatility_tests

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.reduced.results import VARResults

T = TypeVar("T")

METHODS = ("ml", "moments")
ROUNDS = 200
TOLERANCE = 1e-10  # change of the coefficients, in standard deviations of the errors; a round takes off two digits


@guarded
@dataclass(frozen=True, eq=False)
class HeteroskedasticityResults(LabelledResults):
    """Results of `Heteroskedasticity`: the common read-outs, variances by regime, labels and tests."""

    scheme: Heteroskedasticity

    @cached_property
    def variances(self) -> pd.DataFrame:
        """Variance of each shock in each regime, (s, R), relative to its average over the sample, which is one."""
        codes, names = self._regimes
        squares = self.shocks.to_numpy() ** 2
        squares /= squares.mean(axis=0)
        found = {name: squares[codes == code].mean(axis=0) for code, name in enumerate(names)}
        return pd.DataFrame(found, index=list(self.shock_names))

    @cached_property
    def doubt(self) -> str:
        """Which conditions of identification the tests do not show at 5%; empty where they show all.

        Regimes of one covariance tell nothing apart, and of two shocks that keep the ratio of their variances nothing
        but their common space is identified: the others are untouched.
        """
        if len(self.shock_names) == 1:
            return ""
        found = self.tests()["p_value"].astype(float)
        if found["constant covariance"] > SIZE:
            return f"one covariance fits all regimes (p {found['constant covariance']:.3f})"
        pairs = {
            f"{first} and {second}": float(found[f"equal relative variances: {first}, {second}"])
            for first, second in combinations(self.shock_names, 2)
        }
        kept = {name: value for name, value in pairs.items() if value > SIZE}
        return f"variances change in proportion: {in_words(kept)}" if kept else ""

    @told_by(volatility_tests)
    def tests(self, draws: int = 0, rng: Seed = None, *, n_jobs: int = 1) -> pd.DataFrame:
        """Tests of identification; see :func:`econ.var.schemes.volatility_tests.volatility_tests`."""
        codes, _ = self._regimes
        return volatility_tests(self, codes, draws=draws, rng=rng, n_jobs=n_jobs)

    def _reader(self, read: Callable[[ReducedDraws, Array], T], bootstrap: Bootstrap) -> Callable[[SimulatedDraws], T]:
        """As of `StructuralResults`, with every draw estimated again."""
        super()._reader(read, bootstrap)  # refuses what it cannot draw
        return partial(_estimated, self.scheme, self.signs, read)

    def _resampled(self, bootstrap: Bootstrap) -> Bootstrap:
        """Errors drawn within their regime."""
        return WithinRegimes(bootstrap, self._regimes[0])

    @cached_property
    def _regimes(self) -> tuple[Rows, list[str]]:
        return self.scheme.codes(self.parent)


@guarded
@dataclass(frozen=True, eq=False)
class Heteroskedasticity:
    """Shocks told apart by the change of their relative variances from regime to regime.

    The errors of regime r have covariance B Λ_r B' with Λ_r diagonal. Two regimes identify B, up to order and signs, if
    no two shocks keep the ratio of their variances; more regimes over-identify it. ``impact`` is scaled so that the
    shocks have unit variance on average over the sample (Σ_r T_r Λ_r = T I) and B B' = Σ_u exactly. Names are given by
    the rule of :class:`econ.var.schemes.labelling.LabelledResults`; see ``svar.labels`` and ``svar.label_stability()``.

    ``"ml"`` is Gaussian maximum likelihood of coefficients, B and Λ_r: generalised least squares given B and Λ_r, which
    is one weighted regression a shock, and the maximum over B and Λ_r given the coefficients, in turn until neither
    moves. For two regimes the second step is the closed form (eigenvectors of S_1 relative to S_2), for more a joint
    diagonalisation of all S_r, whose rotation is then applied to the factor of Σ_u. ``svar.parent`` holds the
    re-estimated coefficients; the standard errors that it prints are those of least squares. The coefficients are left
    alone where they are bias-corrected, under exclusions, or posterior draws.
    ``"moments"`` keeps the least-squares coefficients: the closed form for two regimes, and for more the rotation of
    the factor of Σ_u that leaves the smallest sum of squared off-diagonal elements (minimum distance).

    Bootstraps draw errors within their regime (blocks run through the periods of a regime in order), because the
    regimes are given. Draws are matched to the estimate, so the bands are conditional on the labels.

    `VARResults.identify` warns (`WeakIdentification`), and results and their responses print it, unless the tests of
    ``svar.tests()`` reject at 5% that the covariance is constant and, of every pair of shocks, that it keeps its
    ratio of variances. Regimes that differ in nothing pass for told apart in 3% of samples of normal errors and 8% of
    Student's t(5).

    Nominal 90% intervals cover in 77-96% of samples; `Residual` is nearer where errors are independent within regimes.
    Measured in :doc:`/coverage`.

    Parameters
    ----------
    regimes : Series
        A label for every period of the effective sample; any hashable labels, at least two.
    method : {"ml", "moments"}
        See above.

    Raises
    ------
    SpecificationError
        For another method, something else than a Series, or a single regime.
    SchemaError
        On ``identify``, if a period of the sample has no label or a date stands twice.
    SampleTooShort
        On ``identify``, if a regime has fewer periods than variables + 10.
    NotConverged
        If the iterations stop early: relative variances are nearly equal.

    References
    ----------
    Rigobon, R. (2003), Identification through Heteroskedasticity, Review of Economics and Statistics 85(4), 777-792.
    Lanne, M. and H. Lütkepohl (2008), Identifying Monetary Policy Shocks via Changes in Volatility, Journal of Money,
    Credit and Banking 40(6), 1131-1149.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> data = simulated_var(periods=300, rng=1).frame
    >>> data.iloc[150:, 0] *= 3.0
    >>> fit = VAR(data, lags=1).fit()
    >>> regimes = pd.Series(np.arange(300) >= 150, index=data.index)
    >>> svar = fit.identify(Heteroskedasticity(regimes))
    >>> bool(np.allclose(svar.impact @ svar.impact.T, svar.parent.sigma_u))
    True
    """

    regimes: pd.Series
    method: str = "ml"

    def __post_init__(self) -> None:
        checks.choice("method", self.method, METHODS)

    def identify(self, fit: VARResults, rng: Seed = None) -> HeteroskedasticityResults:
        """Identify the shocks; ``rng`` is not needed."""
        reduced = fit.as_draws if self.method == "moments" else self.estimate(fit.as_draws)[0]
        if reduced is not fit.as_draws:
            params = pd.DataFrame(reduced.coefficients[0], index=fit.params.index, columns=fit.params.columns)
            residuals = fit.residuals * 0.0 + reduced.residuals[0]
            fit = replace(fit, params=params, residuals=residuals)
        return HeteroskedasticityResults.from_point(fit, self, shock_names=fit.variables)

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact matrices (B, n, n) of a batch of reduced forms."""
        return self.estimate(draws)[1]

    def estimate(self, draws: ReducedDraws) -> tuple[ReducedDraws, Array]:
        """Reduced forms, re-estimated where the method and the draws allow it, and their impact matrices."""
        fit, (codes, _) = draws.fit, self.codes(draws.fit)
        again, impact = self._turned(draws, codes)
        if draws is fit.as_draws:
            return again, arrange(impact, None)
        reference = arrange(self._turned(fit.as_draws, codes)[1], None)[0]
        return again, arrange(impact, reference)

    def _turned(self, draws: ReducedDraws, codes: Rows) -> tuple[ReducedDraws, Array]:
        """The same, with shocks in any order and of any sign."""
        fit, w = draws.fit, np.bincount(codes) / len(codes)
        given = fit.bias is not None or fit.posterior is not None or fit.free is not None
        own = draws is fit.as_draws or isinstance(draws, SimulatedDraws)
        if self.method == "ml" and own and not given:
            draws, turn = _iterated(draws, codes, w)
        else:
            u = draws.residuals
            sums = volatility.by_regime(u, u, codes)
            turn = volatility.turn(sums / _periods(codes), w, likelihood=self.method == "ml")
        return draws, draws.factor @ turn

    def codes(self, fit: VARResults) -> tuple[Rows, list[str]]:
        """Regime of each period of the residuals, numbered by first appearance, and the labels."""
        given = self.regimes.set_axis(as_period_index(self.regimes.index))
        if not given.index.is_unique:
            raise SchemaError(f"the regimes have the date {given.index[given.index.duplicated()][0]} twice.")
        labels = given.reindex(fit.residuals.index)
        if labels.isna().any():
            raise SchemaError(
                f"no regime at {labels.index[labels.isna()][0]}; label every period from {labels.index[0]} to "
                f"{labels.index[-1]}."
            )
        codes, names = pd.factorize(labels)
        if len(names) < 2:
            raise SpecificationError(f"all periods have the regime {names[0]!r}; identification needs two or more.")
        needed, counts = len(fit.variables) + SPARE, np.bincount(codes)
        if counts.min() < needed:
            raise SampleTooShort(
                f"regime {names[int(counts.argmin())]!r} has {counts.min()} periods; {len(fit.variables)} variables "
                f"need {needed} in every regime; merge regimes or lengthen the sample."
            )
        return codes, [str(name) for name in names]


def _estimated(
    scheme: Heteroskedasticity, signs: Array, read: Callable[[ReducedDraws, Array], T], draws: SimulatedDraws
) -> T:
    """Draws estimated again, shocks that were turned turned."""
    again, impacts = scheme.estimate(draws)
    return read(again, impacts * signs)


def _periods(codes: Rows) -> Array:
    """Periods of each regime, in the shape that divides sums (B, R, n, n)."""
    return np.bincount(codes).astype(float)[:, None, None]


def _iterated(draws: ReducedDraws, codes: Rows, w: Array) -> tuple[ReducedDraws, Array]:
    """Maximum likelihood of coefficients and covariances in turn: new reduced forms and Q, impact = factor Q.

    The regressors enter as an orthonormal basis of the design, so that the weighted cross-products keep their digits.
    """
    fit, u = draws.fit, draws.residuals
    basis, upper = np.linalg.qr(draws.design)
    gram, cross = volatility.by_regime(basis, basis, codes), volatility.by_regime(basis, u, codes)
    start = volatility.by_regime(u, u, codes)
    unit = np.sqrt(np.einsum("bii->bi", draws.sigma))[:, None, :]
    change, sums, unmixing = np.zeros((len(draws), basis.shape[2], u.shape[2])), start, None
    for _ in range(ROUNDS):
        unmixing, variances = volatility.maximise(sums / _periods(codes), w, unmixing)
        new = volatility.weighted_step(gram, cross, np.linalg.inv(unmixing), variances)
        moved, change = float(np.abs((new - change) / unit).max()), new
        sums = volatility.moments_after(start, gram, cross, change)
        if moved < TOLERANCE:
            break
    else:
        raise NotConverged(
            f"the coefficients still moved by {moved:.1e} standard deviations of the errors after {ROUNDS} rounds; "
            "use method='moments', or regimes whose variances differ more."
        )
    turn = volatility.turn(sums / _periods(codes), w, likelihood=True, start=unmixing)
    factor = np.linalg.cholesky(sums.sum(axis=1) / fit.df_resid)
    coefficients = draws.coefficients + np.linalg.solve(upper, change)
    return replace(draws, coefficients=coefficients, factor=factor), turn
