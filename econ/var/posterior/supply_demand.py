"""`SupplyDemand`: a flow and a price that answer each other, with priors on both elasticities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.checks import SPARE
from econ.data.dataset import Dataset, as_dataset, complete_frame
from econ.errors import NotConverged, PriorExcludesData, SampleTooShort, SingularDesign, SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.parallel import map_blocks, seed_sequence
from econ.var import _kernels as kernels
from econ.var.posterior._supply_demand_chains import TOGETHER, Walker
from econ.var.posterior._supply_demand_kernels import Grid, Likelihood, Side, grid, sides
from econ.var.posterior.elasticity_prior import ElasticityPrior
from econ.var.posterior.supply_demand_results import SupplyDemandDraws, SupplyDemandResults

EXCLUDED = math.log(1e-12)
"""Best of prior times likelihood over the best of each, in logs, below which the two exclude each other."""
CUT_OFF = 1e-4
"""Posterior mass that may lie beyond the grid."""
ALIKE = 1e-10
"""Least share of a variance that lags and controls must leave, and the other residual."""


@guarded
@dataclass(frozen=True, eq=False)
class SupplyDemand:
    """Supply and demand in one period, with priors on both elasticities instead of an exclusion.

    A price change dy and a flow f answer each other in the same period,

        dy_t = -b f_t + π_1' x_t + n_t,    f_t = c dy_t + π_2' x_t + e_t,    A = [[1, b], [-c, 1]],

    x_t a constant, controls at t and lags of both; n and e are Gaussian, serially and mutually uncorrelated, with
    variances d_1 and d_2. b is the ``impact``: with f purchases and b > 0 a purchase of one unit lowers dy by b, and a
    sale raises it. c is the ``leaning``: with c > 0 the holder buys when dy is high.

    Priors: b and c as given, independent. Given row i of A, ``d_i ~ InverseGamma(κ, κ a_i' S a_i)`` with S the
    covariance of reduced-form errors expected a priori: worth 2 κ observations. Coefficients of the constant and the
    controls are flat in the reduced form; that of lag l of variable j in equation i is normal around zero with variance
    ``d_i tightness² / (l² S_jj)``, flat for an infinite tightness. Coefficients and variances integrate out in closed
    form (Baumeister and Hamilton 2015), so that :meth:`fit` integrates over two dimensions only; :meth:`sample` draws.

    Parameters
    ----------
    data : Dataset or DataFrame
        Regular periods, no missing values in the columns named.
    change, flow : str
        Columns of dy and f.
    impact, leaning : ElasticityPrior
        Priors of b (units of dy per unit of f) and c (units of f per unit of dy).
    lags : int, default 6
        Lags of both; may be 0.
    controls : sequence of str
        Columns that enter at t, as exogenous.
    tightness : float, default infinity
        Of the lags.
    shape : float, default 2.0
        κ, at least 0; 0 is the improper limit ``1 / d_i``.
    scales : (float, float), optional
        Standard deviations of the reduced-form errors of dy and f expected a priori; S has their squares on its
        diagonal. By default S is the covariance of the residuals of regressions of each on its own lags, constant and
        controls, as in Baumeister and Hamilton (2015): a prior that has seen the data, neutral between elasticities to
        first order. Scales that expect no correlation where there is much argue against every (b, c) on the curve.
    news : Estimate or (float, float), optional
        Estimate of c from elsewhere, with its standard error: multiplies the likelihood by that of a normal estimate.

    Raises
    ------
    SpecificationError, UnknownName
        For requests that make no sense, columns that are not there.
    SchemaError
        For missing or constant columns.
    SampleTooShort
        With fewer effective observations than coefficients of an equation + 10.

    See Also
    --------
    econ.infer.leaning_curve : the curve b(c) without priors, with frequentist sets.

    Notes
    -----
    **What the data cannot say.** The likelihood knows the covariance Ω of the reduced-form errors, three numbers for
    four unknowns: every (b, c) on the curve ``b(c) = -(ω_yf - c ω_yy) / (ω_ff - c ω_yf)`` fits equally well (Leamer
    1981). As T grows the posterior gathers on the curve, and along it stays what the priors, cut by the curve, say; it
    does not collapse to a point, and its median need not approach the truth. Interchanged, the two equations fit as
    well: ``(b, c) → (-1/c, -1/b)``; give one elasticity a sign, or the priors choose between the two.

    **News.** The two pieces of information count as independent. An estimate of c from the same periods
    (:func:`econ.infer.news_leaning`) is correlated with the sample covariance of n and e, as news is a part of n. It is
    independent of it (Gaussian errors) once the news stands among the ``controls``, or if it comes from other periods.

    Sets cover at their level if truths come from the prior; at a fixed truth they cover always or never, as the set
    does not shrink. Measured in :doc:`/coverage`.

    References
    ----------
    Baumeister, C. and J. D. Hamilton (2015), Sign Restrictions, Structural Vector Autoregressions, and Useful Prior
    Information, Econometrica 83(5), 1963-1999. Leamer, E. E. (1981), Is It a Demand Curve, or Is It a Supply Curve?,
    Review of Economics and Statistics 63(3), 319-327.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> n, e = generator.standard_normal((2, 300))
    >>> flow = (e + 0.5 * n) / (1.0 + 0.5 * 0.8)  # b = 0.8, c = 0.5
    >>> frame = pd.DataFrame({"dy": n - 0.8 * flow, "f": flow})
    >>> believed = {"impact": ElasticityPrior("t", 1.0, 0.5), "leaning": ElasticityPrior("t", 0.5, 0.5, lower=0.0)}
    >>> fit = SupplyDemand(frame, "dy", "f", lags=0, **believed).fit()
    >>> print(fit.impact())
    0.93, s.e. 0.34, 90% set [0.43, 1.52]
    >>> round(fit.probability("impact", above=0.5), 2)
    0.92
    >>> fit.learning().round(2).loc["impact"].tolist()
    [0.87, 0.34, 0.39, 0.26]
    """

    data: Dataset | pd.DataFrame
    change: str
    flow: str
    impact: ElasticityPrior = field(kw_only=True)
    leaning: ElasticityPrior = field(kw_only=True)
    lags: int = field(default=6, kw_only=True)
    controls: str | Sequence[str] = field(default=(), kw_only=True)
    tightness: float = field(default=math.inf, kw_only=True)
    shape: float = field(default=2.0, kw_only=True)
    scales: tuple[float, float] | None = field(default=None, kw_only=True)
    news: Estimate | tuple[float, float] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", as_dataset(self.data))
        checks.keep(self, controls=checks.names("controls", self.controls))
        columns = checks.names("change, flow and controls", (self.change, self.flow, *self.controls))
        for name in columns:
            checks.position("variable", name, list(self.parent.frame.columns), of="in the data")
        checks.keep(self, lags=checks.count("lags", self.lags, least=0))
        if self.tightness != math.inf:
            checks.keep(self, tightness=checks.real("tightness", self.tightness, above=0.0))
        checks.keep(self, shape=checks.real("shape", self.shape, least=0.0, most=1e6))
        if self.scales is not None:
            scales = tuple(checks.real("scales", each, above=0.0) for each in self.scales)
            checks.keep(self, scales=scales)
        news = _news(self.news)
        if not isinstance(self.news, Estimate):
            checks.keep(self, news=news)
        complete_frame(self.parent.select(*columns), what="a model of supply and demand")
        needed = 1 + len(self.controls) + 2 * self.lags + SPARE
        if self.nobs < needed:
            raise SampleTooShort(
                f"{self.lags} lags and {len(self.controls)} controls need {needed + self.lags} observations "
                f"(coefficients of an equation + {SPARE} + lags); found {len(self.parent.frame)}; use fewer lags or a "
                "longer sample."
            )

    @property
    def parent(self) -> Dataset:
        """The data, with their variables and files."""
        return as_dataset(self.data)

    @property
    def nobs(self) -> int:
        """Effective observations."""
        return len(self.parent.frame) - self.lags

    @property
    def units(self) -> tuple[str, str]:
        """Units of b and c; empty where those of dy or f are not known."""
        dy, f = (self.parent.variables[name].units for name in (self.change, self.flow))
        return (f"{dy} per {f}", f"{f} per {dy}") if dy and f else ("", "")

    def fit(self) -> SupplyDemandResults:
        """Integrate the posterior over a grid.

        Cells follow the mass: exact prior probability of a cell times the likelihood at its middle. Quantiles and
        moments are exact to about 1e-3 of a posterior standard deviation, without a seed.

        Returns
        -------
        SupplyDemandResults

        Raises
        ------
        PriorExcludesData
            If priors, news and data have no elasticities in common: the best are a factor 1e12 below the best of each.
        NotConverged
            If more than 1e-4 of the posterior lies beyond the grid, 1e6 standard deviations wide.
        SingularDesign
            If regressors are collinear, or one residual determines the other.
        """
        found = grid(self._likelihood, self._sides)
        if found.height < EXCLUDED:
            raise PriorExcludesData(
                f"the priors of impact on {self.impact.support} and leaning on {self.leaning.support} and the data "
                f"have nothing in common: the best elasticities fit exp({found.height:.0f}) as well as prior and data "
                "do alone; check signs and units of the priors, the news and the scales, or widen a prior."
            )
        self._check_edges(found)
        return SupplyDemandResults(
            parent=self,
            nobs=self.nobs,
            covariance=self.residual_covariance,
            impact_edges=found.impact,
            leaning_edges=found.leaning,
            mass=found.mass,
        )

    def sample(self, draws: int = 10_000, rng: Seed = None, *, n_jobs: int = 1) -> SupplyDemandDraws:
        """Draw from the posterior by Metropolis, up to 100 chains at a time.

        A sweep is three random walks in angles, across and along the curve, and one proposal from anywhere: one
        elasticity from its prior, the other near the curve. The grid is not used, so that each checks the other.

        Parameters
        ----------
        draws : int, default 10,000
            Kept draws.
        rng : int or SeedSequence
            Seed.
        n_jobs : int, default 1
            Threads, a block of 10,000 draws each; the draws do not depend on them.

        Returns
        -------
        SupplyDemandDraws

        Raises
        ------
        SpecificationError
            Without ``rng``, or for draws that are not a positive integer.
        PriorExcludesData, NotConverged, SingularDesign
            As :meth:`fit`.
        """
        seed, draws = seed_sequence(rng), checks.count("draws", draws)
        self.fit()  # refuses what chains would walk into without end
        walker = Walker(self._likelihood, self._sides)
        walks = map_blocks(walker, draws, rng=seed, n_jobs=n_jobs, block=TOGETHER, label="posterior")
        sizes = [len(walk.draws) for walk in walks]
        values = np.concatenate([walk.draws for walk in walks])
        return SupplyDemandDraws(
            parent=self,
            table=pd.DataFrame(values, columns=["impact", "leaning"]),
            acceptance=float(np.average([walk.acceptance for walk in walks], weights=sizes)),
            chain=walks[0].length,
            origin=(seed.entropy, seed.spawn_key),
        )

    @cached_property
    def residual_covariance(self) -> pd.DataFrame:
        """Ω of (dy, f): cross-products of the residuals over ν, the observations less flat coefficients."""
        names = [self.change, self.flow]
        return pd.DataFrame(self._cross_products / self._degrees, index=names, columns=names)

    @property
    def _degrees(self) -> int:
        flat = 1 + len(self.controls) + (2 * self.lags if self.tightness == math.inf else 0)
        return self.nobs - flat

    @cached_property
    def _likelihood(self) -> Likelihood:
        omega = self.residual_covariance.to_numpy()
        dy, f = np.sqrt(np.diag(omega))
        expected = self._expected / np.outer([dy, f], [dy, f])
        return Likelihood(
            correlation=float(omega[0, 1] / (dy * f)),
            degrees=float(self._degrees),
            shape=self.shape,
            expected=(float(expected[0, 0]), float(expected[0, 1]), float(expected[1, 1])),
            unit=float(dy / f),
        )

    @property
    def _sides(self) -> tuple[Side, Side]:
        news = None if self.news is None else _news(self.news)
        return sides(self._likelihood, self.impact, self.leaning, news=news)

    @cached_property
    def _partialled(self) -> tuple[Array, Array]:
        """(dy, f) and their lags, (T, 2) and (T, 2 p), less their projections on constant and controls."""
        frame = self.parent.frame
        y = frame[[self.change, self.flow]].to_numpy(dtype=float)
        terms = np.column_stack([np.ones(len(y)), frame[list(self.controls)].to_numpy(dtype=float)])[self.lags :]
        lagged = kernels.lag_matrix(y, self.lags) if self.lags else np.empty((self.nobs, 0))
        dependent = kernels.dependent_columns(np.hstack([terms, lagged]))
        if dependent:
            names = ["const", *self.controls]
            names += [f"L{lag}.{name}" for lag in range(1, self.lags + 1) for name in (self.change, self.flow)]
            raise SingularDesign(
                f"regressors {[names[j] for j in dependent]} are linear combinations of earlier ones; drop a control "
                "or use fewer lags."
            )
        q = np.linalg.qr(terms)[0]
        left = [each - q @ (q.T @ each) for each in (y[self.lags :], lagged)]
        return left[0], left[1]

    @cached_property
    def _cross_products(self) -> Array:
        """Ψ: Y'Y - Y'X (X'X + M⁻¹)⁻¹ X'Y, constant and controls partialled out."""
        y, x = self._partialled
        q = np.linalg.qr(x)[0]
        errors = y - q @ (q.T @ y)
        found: Array = errors.T @ errors
        raw = self.parent.frame[[self.change, self.flow]].to_numpy(dtype=float)[self.lags :]
        shares = np.maximum(np.diag(found), 0.0) / np.maximum(((raw - raw.mean(axis=0)) ** 2).sum(axis=0), 1e-300)
        # asked of least squares: a tightness hides an exact fit, and there is nothing to learn from all the same
        if (shares <= ALIKE).any() or np.linalg.det(found) <= ALIKE * float(np.prod(np.diag(found))):
            raise SingularDesign(
                f"lags and controls, or the other of {self.change!r} and {self.flow!r}, determine one of them exactly; "
                "there is no shock of its own to learn from."
            )
        if self.tightness == math.inf:
            return found
        scales = np.tile(np.sqrt(np.diag(self._expected)), self.lags)
        weight = np.repeat(np.arange(1.0, self.lags + 1), 2) * scales / self.tightness
        q = np.linalg.qr(np.vstack([x, np.diag(weight)]))[0][: len(y)]
        found = y.T @ y - (y.T @ q) @ (q.T @ y)
        return found

    @cached_property
    def _expected(self) -> Array:
        """S, (2, 2): covariance of the reduced-form errors that the prior expects."""
        if self.scales is not None:
            return np.diag(np.square(self.scales))
        y, x = self._partialled
        errors, used = np.empty(y.shape), 1 + len(self.controls) + self.lags
        for place in range(2):
            q = np.linalg.qr(x[:, place::2])[0]
            errors[:, place] = y[:, place] - q @ (q.T @ y[:, place])
        return errors.T @ errors / (len(y) - used)

    def _check_edges(self, found: Grid) -> None:
        """Refuse a posterior that reaches beyond the grid."""
        margins = (found.mass.sum(axis=1), found.mass.sum(axis=0))
        edges = (found.impact, found.leaning)
        pairs = zip(("impact", "leaning"), self._sides, edges, margins, found.beyond, strict=True)
        for name, side, edge, mass, beyond in pairs:
            cut = beyond + float(((edge[[0, -1]] != np.array(side.prior.support)) * mass[[0, -1]]).sum())
            if cut > CUT_OFF:
                raise NotConverged(
                    f"{cut:.2g} of the posterior of the {name} lies beyond {side.ends[0]:.3g} to {side.ends[1]:.3g}, "
                    f"the ends of the grid; give its prior finite lower and upper, or more degrees of freedom."
                )


def _news(news: Estimate | tuple[float, float] | None) -> tuple[float, float] | None:
    if news is None:
        return None
    value, error = (news.value, news.std_error) if isinstance(news, Estimate) else news
    if isinstance(error, Unavailable):
        raise SpecificationError(f"news about the leaning needs a standard error; found {error}.")
    return checks.real("news about the leaning", value), checks.real("the error of the news", error, above=0.0)
