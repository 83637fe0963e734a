"""`ChangingVolatility`: shocks told apart by variances that move with the past or with another series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.data.index import as_period_index
from econ.errors import NotConverged, SchemaError, SpecificationError
from econ.frozen import guarded
from econ.var.reduced.draws import ReducedDraws, SimulatedDraws
from econ.var.scheme import check_rows
from econ.var.schemes import _clustering_kernels as clustering
from econ.var.schemes.labelling import SIZE, LabelledResults, arrange, in_words

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

MODELS = ("garch", "smooth")
SPEEDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # per standard deviation of the transition variable
CENTRES = np.linspace(0.15, 0.85, 15)  # quantiles of the transition variable
LAGS = 12


@guarded
@dataclass(frozen=True, eq=False)
class ChangingVolatilityResults(LabelledResults):
    """Results of `ChangingVolatility`: the common read-outs, labels, variances by date and tests."""

    scheme: ChangingVolatility

    @property
    def variances(self) -> pd.DataFrame:
        """Variance of each shock in each period, (T, s); each averages to one."""
        v = self.scheme.variances(self.parent, self.shocks.to_numpy())
        return pd.DataFrame(v, index=self.shocks.index, columns=list(self.shock_names))

    @cached_property
    def doubt(self) -> str:
        """The two shocks whose variances may both be constant, by the tests at 5%; empty where there are none.

        Twice the smaller of their p-values (Bonferroni), because one of them that moves is enough; for "smooth" that
        of the largest statistic of a path of transitions, because the transition was chosen from a grid.
        """
        if len(self.shock_names) == 1:
            return ""
        tests = self.tests()
        least = tests.sort_values("p_value").iloc[-2:]
        found = float(least["p_value"].iloc[0])
        if self.scheme.model == "smooth":
            found = clustering.path_tail(float(least["statistic"].max()), CENTRES[0])
        p_value = min(1.0, 2.0 * found)
        first, second = (name for name in self.shock_names if f"constant variance: {name}" in least.index)
        return (
            f"both variances may be constant: {in_words({f'{first} and {second}': p_value})}" if p_value > SIZE else ""
        )

    def tests(self) -> pd.DataFrame:
        """Test each shock for a constant variance; two shocks whose variances are constant cannot be told apart.

        Returns
        -------
        DataFrame
            One row a shock; columns ``statistic``, ``p_value``, ``distribution``, ``null``. "garch": T R² of e²_t on 12
            of its lags (Engle 1982); "smooth": T R² of e²_t on the transition G_t, whose choice from a grid is ignored.
        """
        rows = {}
        for name in self.shock_names:
            y = self.shocks[name].to_numpy() ** 2
            x = self.scheme.explanation(self.parent, y)
            design = np.column_stack([np.ones(len(x)), x])
            y = y[-len(x) :]
            left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
            statistic = len(y) * (1.0 - (left @ left) / ((y - y.mean()) ** 2).sum())
            rows[f"constant variance: {name}"] = {
                "statistic": statistic,
                "p_value": float(scipy.special.chdtrc(x.shape[1], statistic)),
                "distribution": f"chi2({x.shape[1]})",
                "null": f"shock {name} has a constant variance",
            }
        return pd.DataFrame.from_dict(rows, orient="index")


@guarded
@dataclass(frozen=True, eq=False)
class ChangingVolatility:
    """Shocks told apart by smooth changes of their relative variances.

    u_t = B e_t with uncorrelated e_it whose variances v_it move: at most one may stay constant, and no two may stay in
    proportion. ``impact`` is the factor of Σ_u times the rotation at which e_i e_j / v_i and e_i e_j / v_j
    have the same mean for all pairs: the Gaussian score of the rotation given the variances, which is zero in
    expectation even if their model is only a proxy. Variances and rotation are found in turn until they settle; a
    bootstrap draw whose variances have not settled after 60 rounds keeps the last, for which the equation holds too.
    The coefficients of the VAR are those of least squares.

    * ``"garch"``: v_it = 1 - ρ_i + a_i e²_{i,t-1} + (ρ_i - a_i) v_{i,t-1}, (a, ρ) the likeliest of a grid.
    * ``"smooth"``: v_it = b_i0 (1 - G_t) + b_i1 G_t, G_t = 1 / (1 + exp(-γ (s_t - c))) with s the series ``transition``
      (calendar time if left out). (γ, c) is the likeliest of a grid and stays fixed in bootstrap draws, which draw G
      along with the errors.

    Names follow the rule of :class:`econ.var.schemes.labelling.LabelledResults`; draws are matched to the estimate. Use
    `MovingBlock`, which keeps clusters of volatility together; `Residual` breaks them and so the identification by
    "garch".

    `VARResults.identify` warns (`WeakIdentification`), and results and their responses print it, unless the tests of
    ``svar.tests()`` reject at 5% that two shocks have constant variances; that two move in proportion is not tested.
    Two shocks of constant variance pass for told apart in 4% of samples by "garch" and by "smooth".

    Nominal 90% intervals cover in 84-100% of samples for a unit effect, in as few as 27% for one standard deviation:
    scale the shocks. Measured in :doc:`/coverage`.

    Parameters
    ----------
    model : {"garch", "smooth"}
        See above.
    transition : Series, optional
        Only for "smooth"; a value for every period of the effective sample.

    Raises
    ------
    SpecificationError
        For another model, or a transition variable that the model does not use.
    SchemaError
        If the transition variable is missing, infinite or constant in the sample.
    NotConverged
        If the rotation does not settle: the variances move too little.

    References
    ----------
    Normandin, M. and L. Phaneuf (2004), Monetary policy shocks: Testing identification conditions under time-varying
    conditional volatility, Journal of Monetary Economics 51(6), 1217-1243.
    Lütkepohl, H. and A. Netšunajev (2017), Structural vector autoregressions with smooth transition in variances,
    Journal of Economic Dynamics and Control 84, 43-57.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> data = simulated_var(periods=300, rng=1).frame
    >>> data.iloc[150:, 0] *= 3.0
    >>> fit = VAR(data, lags=1).fit()
    >>> svar = fit.identify(ChangingVolatility("smooth"))
    >>> bool(np.allclose(svar.impact @ svar.impact.T, fit.sigma_u))
    True
    """

    model: str = "garch"
    transition: pd.Series | None = None

    def __post_init__(self) -> None:
        checks.choice("model", self.model, MODELS)
        if self.transition is not None and self.model != "smooth":
            raise SpecificationError(f"only model='smooth' uses transition=; found model={self.model!r}.")

    def identify(self, fit: VARResults, rng: Seed = None) -> ChangingVolatilityResults:
        """Identify the shocks; ``rng`` is not needed."""
        return ChangingVolatilityResults.from_point(fit, self, shock_names=fit.variables)

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact matrices (B, n, n) of a batch of reduced forms."""
        z = np.swapaxes(np.linalg.solve(draws.factor, np.swapaxes(draws.residuals, 1, 2)), 1, 2)
        z = z / np.sqrt((z**2).mean(axis=(1, 2), keepdims=True))
        weight = self._weight(draws.fit)[None] if self.model == "smooth" else None
        if draws is draws.fit.as_draws:
            start = clustering.clustering(z, LAGS) if weight is None else clustering.weighted(z, weight)
            q, settled = _rotated(z, start, weight)
            if not settled:
                raise NotConverged(
                    "the variances of the shocks do not settle; they change too little to tell the shocks apart."
                )
            return arrange(draws.factor @ q, None)
        if weight is not None and isinstance(draws, SimulatedDraws):
            weight = weight[0][draws.resample.rows]
        reference = self.impact_batch(draws.fit.as_draws)[0]
        left, _, right = np.linalg.svd(np.linalg.solve(draws.factor, reference[None]))
        return arrange(draws.factor @ _rotated(z, left @ right, weight)[0], reference)

    def redrawn(self, fit: VARResults, rows: Rows) -> ChangingVolatility:
        """The scheme on a sample whose period t has the transition variable of the observed period ``rows[t]``."""
        check_rows(rows, fit.nobs)
        if self.model == "garch":
            return self
        return replace(self, transition=pd.Series(self._series(fit)[rows], index=fit.residuals.index))

    def variances(self, fit: VARResults, shocks: Array) -> Array:
        """Variances of the shocks of the point estimate by date, (T, n)."""
        _check_paths("shocks", shocks, fit)
        shocks = shocks / np.sqrt((shocks**2).mean())  # as in impact_batch, where degrees of freedom play no part
        if self.model == "garch":
            found, _ = clustering.garch(shocks[None], None)
        else:
            found = clustering.transition(shocks[None], self._weight(fit)[None])
        own: Array = found[0]
        return own

    def explanation(self, fit: VARResults, squares: Array) -> Array:
        """What should explain squared shocks if their variance moves, (T - lags, k)."""
        _check_paths("squares", squares, fit)
        if self.model == "smooth":
            return self._weight(fit)[:, None]
        return np.column_stack([squares[LAGS - k : -k] for k in range(1, LAGS + 1)])

    def _series(self, fit: VARResults) -> Array:
        """The transition variable on the periods of the residuals."""
        dates = fit.residuals.index
        if self.transition is None:
            return np.arange(len(dates), dtype=float)
        given = self.transition.set_axis(as_period_index(self.transition.index))
        if not given.index.is_unique:
            raise SchemaError(f"transition has the date {given.index[given.index.duplicated()][0]} twice.")
        values = given.reindex(dates).to_numpy(dtype=float)
        if not np.isfinite(values).all():
            raise SchemaError(f"transition has no finite value at {dates[~np.isfinite(values)][0]}; fill or cut there.")
        if np.ptp(values) == 0.0:
            raise SchemaError("transition is constant in the sample; use a series that moves.")
        return values

    def _weight(self, fit: VARResults) -> Array:
        """G_t of the point estimate, (T,): the likeliest speed and centre of the grid."""
        s = self._series(fit)
        u = fit.residuals.to_numpy()
        z = np.linalg.solve(fit.as_draws.factor[0], u.T).T[None]
        centre, speed = (part.reshape(-1, 1) for part in np.meshgrid(np.quantile(s, CENTRES), SPEEDS, indexing="ij"))
        weights = 0.5 * (1.0 + np.tanh(0.5 * speed * (s - centre) / s.std()))
        e = z @ clustering.weighted(np.broadcast_to(z, (len(weights), *z.shape[1:])), weights)
        v = clustering.transition(e, weights)
        likeliest: Array = weights[(np.log(v) + e**2 / v).sum(axis=(1, 2)).argmin()]
        return likeliest


def _rotated(z: Array, start: Array, weight: Array | None) -> tuple[Array, bool]:
    if weight is None:
        return clustering.rotate(z, start, clustering.garch)

    def variances(e: Array, _: Array | None, rows: Rows) -> tuple[Array, Array]:
        return clustering.transition(e, weight[rows] if len(weight) > 1 else weight), e[:, 0]

    return clustering.rotate(z, start, variances)


def _check_paths(name: str, values: Array, fit: VARResults) -> None:
    if values.ndim not in (1, 2) or len(values) != fit.nobs:
        raise SpecificationError(f"{name} must have a row for each of {fit.nobs} periods; found shape {values.shape}.")
    checks.finite(name, values)
    if not np.ptp(np.asarray(values, dtype=float), axis=0).all():
        raise SpecificationError(f"{name} must vary; one of them is the same in every period.")
