"""`granular_elasticities`: how each holder's demand answers the price, from independent shocks of large holders."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.checks import SPARE
from econ.data.index import dates
from econ.errors import NotConverged, SampleTooShort, SchemaError, SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer._kernels import full_rank_qr
from econ.projection.granular import aligned
from econ.tables.shown import Facts, Shown, coefficient_table


@guarded
@dataclass(frozen=True, eq=False)
class GranularElasticities(Shown):
    """Demand elasticities of each holder and of the market.

    Parameters
    ----------
    elasticities : Series (N,)
        ``zeta_i`` in ``q_it = - zeta_i p_t + ...``: percent sold per unit of price; equal when homogeneous.
    covariance : DataFrame
        Of the elasticities, (N, N); or of the common one, (1, 1).
    residuals : DataFrame (T, N)
        Idiosyncratic demand shocks at the estimate.
    size_weights : DataFrame (T, N)
        Shares of last period's holdings.
    homogeneous : bool
        Whether one elasticity is common to all.
    nobs : int
        Periods.
    parent : tuple
        The quantities, price and sizes it was made from.
    """

    elasticities: pd.Series
    covariance: pd.DataFrame = field(repr=False)
    residuals: pd.DataFrame = field(repr=False)
    size_weights: pd.DataFrame = field(repr=False)
    homogeneous: bool
    nobs: int
    parent: tuple[object, ...] = field(repr=False)

    def _facts(self) -> Facts:
        return {"holders": len(self.elasticities), "homogeneous": self.homogeneous, "observations": self.nobs}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return coefficient_table(self.elasticities, self.std_errors, level=level)

    @cached_property
    def std_errors(self) -> pd.Series:
        """Standard errors (N,), by the efficient moment conditions."""
        errors = np.sqrt(np.diag(self.covariance.to_numpy()))
        return pd.Series(np.broadcast_to(errors, len(self.elasticities)), index=self.elasticities.index)

    def aggregate(self, *, level: float = 0.90) -> Estimate:
        """Estimate the elasticity of the market at mean size weights, ``sum_i S_i zeta_i``."""
        value, error = self._market()
        level = checks.level(level)
        reach = float(scipy.special.ndtri(0.5 + level / 2.0)) * error
        label = "aggregate demand elasticity"
        return Estimate(value, error, value - reach, value + reach, level, "", label, self.nobs, parent=self)

    def _market(self) -> tuple[float, float]:
        """Aggregate elasticity and its standard error."""
        weights = self.size_weights.mean().to_numpy()
        gradient = np.array([weights.sum()]) if self.homogeneous else weights
        error = math.sqrt(float(gradient @ self.covariance.to_numpy() @ gradient))
        return float(weights @ self.elasticities.to_numpy()), error

    def multiplier(self, *, level: float = 0.90) -> Estimate:
        """Estimate the price impact of demand of one percent of the market, ``1 / sum_i S_i zeta_i`` (delta method)."""
        (market, spread), level = self._market(), checks.level(level)
        value = 1.0 / market
        error = spread * value**2
        reach = float(scipy.special.ndtri(0.5 + level / 2.0)) * error
        return Estimate(
            value, error, value - reach, value + reach, level, "", "price multiplier", self.nobs, parent=self
        )


@checked
def granular_elasticities(
    quantities: pd.DataFrame,
    price: pd.Series,
    sizes: pd.DataFrame | pd.Series,
    *,
    factors: pd.DataFrame | None = None,
    constant: bool = True,
    homogeneous: bool = False,
    start: float = 1.0,
) -> GranularElasticities:
    """Estimate demand elasticities from independent shocks, with the optimal weights on their moments.

    ``q_it = - zeta_i p_t + l_i'F_t + u_it`` with shocks independent across holders and a price that clears the market.
    Of all conditions ``E[u_i u_j] = 0``, the efficient combination for holder k is
    ``E[u_k sum_{j != k} S_j u_j] = 0``, and for a common elasticity their sum with weights ``1 / Var(u_k)``. The
    covariance, for shocks independent over time too, is ``(D'WD)^-1`` with ``D_{(ij),i} = S_j Var(u_j) / zeta_S`` and
    ``W_{(ij)} = 1 / (Var(u_i) Var(u_j))``.

    Parameters
    ----------
    quantities : DataFrame (T, N)
        Flows of each holder in percent of its holdings.
    price : Series
        Price change, on dates that hold those of the flows.
    sizes : DataFrame or Series
        Holdings, lagged by one period if a table, as in :func:`granular_instrument`.
    factors : DataFrame, optional
        Observed common factors, with holder-specific loadings.
    constant : bool, default True
        Whether each holder has a mean.
    homogeneous : bool, default False
        Whether all holders have one elasticity.
    start : float, default 1.0
        First guess of the elasticity; the moments are quadratic and may have another root.

    Returns
    -------
    GranularElasticities

    Raises
    ------
    SpecificationError
        With fewer than three holders, or a price or factor that lacks a date.
    SampleTooShort
        With fewer periods than controls + 10.
    NotConverged
        If no root with a positive aggregate elasticity is found from ``start``.

    References
    ----------
    Gabaix, X. and R. S. J. Koijen (2024), Journal of Political Economy 132(7). The weights are those of the package
    OptimalGIV.jl, whose published example is reproduced in the tests.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> sizes = pd.Series([0.4, 0.3, 0.2, 0.1], index=list("abcd"))
    >>> shocks = generator.standard_normal((400, 4))
    >>> price = pd.Series(shocks @ sizes / 2.0)
    >>> flows = pd.DataFrame(shocks - 2.0 * price.to_numpy()[:, None], columns=list("abcd"))
    >>> print(granular_elasticities(flows, price, sizes, homogeneous=True).aggregate())
    1.944, s.e. 0.078
    """
    frame, shares = aligned(quantities, sizes, ())
    if frame.shape[1] < 3:
        raise SpecificationError(f"elasticities need at least three holders; found {frame.shape[1]}.")
    a, b = _partialled(frame, price, factors, constant=constant)
    weights = shares.to_numpy()
    common = _solve(lambda z: _pooled(a, b, weights, z), np.array([checks.real("start", start)]))
    n = frame.shape[1]
    zeta = np.repeat(common, n) if homogeneous else _solve(lambda z: _moments(a, b, weights, z), np.repeat(common, n))
    market = weights @ zeta
    if not (market > 0.0).all():
        raise NotConverged(
            f"the root found from start = {start} has an aggregate elasticity of {market.min():.3g}, which no market "
            "can have; try another start."
        )
    u = a + b[:, None] * zeta
    names = list(map(str, frame.columns))
    precision = _precision(u, weights, market)
    covariance = np.array([[1.0 / precision.sum()]]) if homogeneous else np.linalg.inv(precision)
    labels = ["common"] if homogeneous else names
    return GranularElasticities(
        elasticities=pd.Series(zeta, index=names, name="elasticity"),
        covariance=pd.DataFrame(covariance, index=labels, columns=labels),
        residuals=pd.DataFrame(u, index=frame.index, columns=names),
        size_weights=shares,
        homogeneous=homogeneous,
        nobs=len(frame),
        parent=(quantities, price, sizes, factors),
    )


def _partialled(
    frame: pd.DataFrame, price: pd.Series, factors: pd.DataFrame | None, *, constant: bool
) -> tuple[Array, Array]:
    """Quantities (T, N) and price (T,) with constant and factors taken out."""
    price = price.set_axis(dates(price.index))
    factors = None if factors is None else factors.set_axis(dates(factors.index), axis=0)
    names = ["const"] if constant else []
    columns = [np.ones((len(frame), 1))] if constant else []
    for what, table in (("price", price), ("factors", factors)):
        if table is None:
            continue
        if not frame.index.isin(table.index).all():
            missing = frame.index.difference(table.index)[0]
            raise SpecificationError(
                f"the {what} have no value at {missing}, where there are flows; cut one or the other."
            )
        if not np.isfinite(table.loc[frame.index].to_numpy(dtype=float)).all():
            raise SchemaError(
                f"the {what} must be finite on the dates of the flows; found a missing or infinite value."
            )
    if factors is not None:
        names += [str(name) for name in factors.columns]
        columns.append(factors.loc[frame.index].to_numpy(dtype=float))
    if len(frame) < len(names) + SPARE:
        raise SampleTooShort(f"{len(names)} controls need {len(names) + SPARE} periods; found {len(frame)}.")
    both = np.column_stack([frame.to_numpy(dtype=float), price.loc[frame.index].to_numpy(dtype=float)])
    if columns:
        full_rank_qr(np.column_stack([*columns, both[:, -1:]]), [*names, "price"], "the demand system")
        q, _ = full_rank_qr(np.column_stack(columns), names, "the controls")
        both = both - q @ (q.T @ both)
    return both[:, :-1], both[:, -1]


def _moments(a: Array, b: Array, s: Array, zeta: Array) -> Array:
    """sum_t u_k sum_{j != k} S_j u_j, u = a + b zeta: (N,)."""
    u = a + b[:, None] * zeta
    weighted = s * u
    result: Array = (u * (weighted.sum(axis=1, keepdims=True) - weighted)).sum(axis=0)
    return result


def _pooled(a: Array, b: Array, s: Array, zeta: Array) -> Array:
    """Return the moments for one elasticity, weighted by one over the variance of the shocks: (1,)."""
    u = a + b[:, None] * zeta
    return np.array([float((_moments(a, b, s, np.repeat(zeta, a.shape[1])) / (u * u).mean(axis=0)).sum())])


def _precision(u: Array, s: Array, market: Array) -> Array:
    """D'WD summed over periods (N, N)."""
    variance = (u * u).mean(axis=0)
    scaled = s / market[:, None]
    products: Array = scaled.T @ scaled
    own = (scaled**2).sum(axis=0) * variance
    np.fill_diagonal(products, (own.sum() - own) / variance)
    return products


def _solve(equations: object, start: Array) -> Array:
    found = scipy.optimize.root(equations, start, tol=1e-12)
    scale = np.abs(np.asarray(found.fun)).max()
    if not found.success and scale > 1e-8:
        raise NotConverged(
            f"no elasticities set the moments to zero from {start.tolist()} (left: {scale:.2g}); try another start."
        )
    return np.asarray(found.x, dtype=float)
