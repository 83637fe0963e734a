"""`Minnesota`: the natural-conjugate prior of a Bayesian VAR, written as observations that were never made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.frozen import guarded
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.model import VAR

DIFFUSE = 1e8  # prior variance of a deterministic term's effect, in residual variances per unit variance of the term
HIERARCHICAL = "hierarchical"
MODES = {"tightness": (0.2, 0.4), "sum_of_coefficients": (1.0, 1.0), "initial_observation": (1.0, 1.0)}


@guarded
@dataclass(frozen=True)
class Minnesota:
    """Normal-inverse-Wishart prior that shrinks every equation towards a random walk, long lags more.

    Σ ~ IW(diag(s_1², ..., s_n²), n + 2) and, given Σ, coefficient (lag l of variable j, equation i) has mean
    ``own_lag`` for l = 1, i = j and 0 otherwise, and variance λ² l^(-2 ``decay``) σ_ii / s_j². s_j is the residual
    standard deviation of a first-order autoregression. Deterministic and exogenous terms are diffuse.

    Parameters
    ----------
    tightness : float, optional
        λ. None: hierarchical, that is estimated with the coefficients, with a Gamma hyperprior of mode 0.2 and
        standard deviation 0.4. ``math.inf``: no prior at all, p(B, Σ) ∝ det(Σ)^(-(n + 1) / 2), whose posterior mean is
        least squares.
    decay : float, default 1
        How fast the variance falls with the lag, at least 0.
    sum_of_coefficients : float or "hierarchical", optional
        μ: tightness of n artificial observations that say "if a variable has stayed at its initial mean, it stays
        there" (unit roots, no cointegration as μ → 0). None: left out. Hyperprior: Gamma, mode 1, s.d. 1.
    initial_observation : float or "hierarchical", optional
        δ: tightness of one artificial observation at the initial means (common trends allowed). None: left out.
        Hyperprior: Gamma, mode 1, s.d. 1.
    own_lag : float or mapping of str to float, default 1.0
        Prior mean of the first own lag; 0 for variables that are growth rates or flows. Variables that a mapping does
        not name have 1.

    Raises
    ------
    SpecificationError
        For a tightness that is not positive or a negative decay.

    References
    ----------
    Doan, T., R. Litterman and C. Sims (1984), Forecasting and conditional projection using realistic prior
    distributions, Econometric Reviews 3(1), 1-100.
    Sims, C. A. and T. Zha (1998), Bayesian Methods for Dynamic Multivariate Models, International Economic Review
    39(4), 949-968.
    Giannone, D., M. Lenza and G. E. Primiceri (2015), Prior Selection for Vector Autoregressions, Review of Economics
    and Statistics 97(2), 436-451.

    Examples
    --------
    >>> Minnesota(sum_of_coefficients="hierarchical").hierarchical
    ('tightness', 'sum_of_coefficients')
    """

    tightness: float | None = None
    decay: float = 1.0
    sum_of_coefficients: float | str | None = None
    initial_observation: float | str | None = None
    own_lag: float | Mapping[str, float] = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        if self.tightness is not None and not self.is_flat:
            checks.keep(
                self, tightness=checks.real("tightness, if not None to estimate it,", self.tightness, above=0.0)
            )
        checks.keep(self, decay=checks.real("decay", self.decay, least=0.0))
        for name in ("sum_of_coefficients", "initial_observation"):
            value, what = (
                getattr(self, name),
                f"{name}, if not {HIERARCHICAL!r} to estimate it or None to leave it out,",
            )
            if value is not None and not (isinstance(value, str) and value == HIERARCHICAL):
                checks.keep(self, **{name: checks.real(what, value, above=0.0)})
        checks.keep(self, own_lag=read_own_lag(self.own_lag))

    @property
    def is_flat(self) -> bool:
        """Whether there is no prior on the lags."""
        return bool(self.tightness == np.inf)

    @property
    def hierarchical(self) -> tuple[str, ...]:
        """Names of the hyperparameters that are estimated."""
        names = ["tightness"] if self.tightness is None else []
        rest = ("sum_of_coefficients", "initial_observation")
        return tuple(names + [name for name in rest if getattr(self, name) == HIERARCHICAL])

    def observations(self, model: VAR, lags: int, *, before: int | None = None) -> PriorObservations:
        """Write the prior of ``model`` as artificial rows [x, y]; scales use the periods up to ``before``."""
        lags = checks.count("lags", lags)
        if before is not None:
            before = checks.count("before", before, least=2 * lags + checks.SPARE)
        return PriorObservations.of(model, lags, own_lag=self.own_lag, decay=self.decay, before=before)


def read_own_lag(given: float | Mapping[str, float]) -> Any:
    """Prior means of the first own lags, as plain floats."""
    if isinstance(given, Mapping):
        return {name: checks.real(f"own_lag of {name!r}", mean) for name, mean in given.items()}
    return checks.real("own_lag", given)


@dataclass(frozen=True, eq=False)
class PriorObservations:
    """Artificial rows [x, y] of a prior, each group to be divided by its own tightness.

    Parameters
    ----------
    scale : array (n,)
        s_j, residual standard deviations; the inverse Wishart has scale diag(s²) and n + 2 degrees of freedom.
    term_precision : array (m,)
        Prior precision of the deterministic and exogenous terms, times σ_ii.
    lag_precision : array (n p,)
        Prior precision of the lags at λ = 1, times σ_ii.
    mean : array (k, n)
        Prior mean of the coefficients.
    persistence : array (n, k + n)
        Sum-of-coefficients rows at μ = 1.
    start : array (1, k + n)
        Initial-observation row at δ = 1.
    """

    scale: Array
    term_precision: Array
    lag_precision: Array
    mean: Array
    persistence: Array
    start: Array

    @classmethod
    def of(
        cls,
        model: VAR,
        lags: int,
        *,
        own_lag: float | Mapping[str, float],
        decay: float,
        before: int | None = None,
    ) -> PriorObservations:
        """Rows of a model; scales use the periods up to ``before``."""
        values = model.parent.frame.to_numpy(dtype=float)
        return cls.build(
            values,
            model.term_values(0)[:lags].mean(axis=0),
            np.mean(model.term_values(lags) ** 2, axis=0),
            scale=autoregressive_scale(values[:before]),
            means=own_means(own_lag, model.variables),
            shape=(lags, decay),
        )

    @classmethod
    def build(
        cls,
        values: Array,
        first_terms: Array,
        term_squares: Array,
        *,
        scale: Array,
        means: Array,
        shape: tuple[int, float],
    ) -> PriorObservations:
        """Rows from data (T, n), means of the terms over the first p periods and their mean squares, both (m,)."""
        lags, decay = shape
        n, m = values.shape[1], len(first_terms)
        mean = np.zeros((m + n * lags, n))
        mean[m : m + n] = np.diag(means)
        initial = values[:lags].mean(axis=0)
        level = np.diag(initial)
        return cls(
            scale=scale,
            term_precision=term_squares / DIFFUSE,
            lag_precision=(np.arange(1, lags + 1)[:, None] ** (2.0 * decay) * scale**2).reshape(-1),
            mean=mean,
            persistence=np.hstack([np.zeros((n, m)), *([level] * lags), level]),
            start=np.concatenate([first_terms, *([initial] * (lags + 1))])[None],
        )

    @property
    def term_rows(self) -> Array:
        """Rows of the diffuse terms, (m, k + n)."""
        size = self.persistence.shape[1]
        return np.eye(len(self.term_precision), size) * np.sqrt(self.term_precision)[:, None]

    @property
    def lag_rows(self) -> Array:
        """Rows of the lags at λ = 1, (n p, k + n)."""
        m = len(self.term_precision)
        weight = np.sqrt(self.lag_precision)[:, None]
        left = np.eye(len(self.lag_precision), len(self.mean), k=m)
        return np.hstack([left, self.mean[m:]]) * weight

    @property
    def scale_rows(self) -> Array:
        """Rows of the inverse Wishart, (n, k + n): they add diag(s²) to the residual cross products."""
        return np.hstack([np.zeros((len(self.scale), len(self.mean))), np.diag(self.scale)])


def own_means(own_lag: float | Mapping[str, float], names: tuple[str, ...]) -> Array:
    """Prior mean of the first own lag of each variable, (n,).

    Raises
    ------
    UnknownName
        If ``own_lag`` names a variable that is not among them.
    """
    known = own_lag if isinstance(own_lag, Mapping) else dict.fromkeys(names, own_lag)
    for name in known:
        checks.position("variable", name, names, of="in the VAR for own_lag")
    return np.array([float(known.get(name, 1.0)) for name in names])


def autoregressive_scale(values: Array) -> Array:
    """Residual standard deviations of a first-order autoregression with constant for each column: (n,).

    Where values are missing (NaN), the pairs of neighbours that are not.
    """
    scales = []
    for column in values.T:
        pairs = np.isfinite(column[:-1]) & np.isfinite(column[1:])
        before, after = column[:-1], column[1:]
        if not pairs.all():  # else the strides stay, and with them the last digits of the sums
            before, after = before[pairs], after[pairs]
        x = kernels.deterministic("c", 1, len(before))
        if np.ptp(before) > 0.0:
            x = np.column_stack([x, before])
        coefficients, _ = kernels.least_squares(x, after[:, None])
        error = after - (x @ coefficients)[:, 0]
        scales.append(np.sqrt(error @ error / (len(error) - x.shape[1])))
    return np.array(scales)


def gamma_shape(mode: float, deviation: float) -> tuple[float, float]:
    """Shape and scale of the Gamma distribution with this mode and standard deviation.

    With scale θ and shape a: mode = (a - 1) θ and deviation² = a θ², hence θ² + mode θ - deviation² = 0.

    Examples
    --------
    >>> gamma_shape(1.0, 1.0)[1]
    0.6180339887498949
    """
    theta = 0.5 * (np.sqrt(mode**2 + 4.0 * deviation**2) - mode)
    return 1.0 + mode / theta, float(theta)
