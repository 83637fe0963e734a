"""`SVEC`: a structural VECM with zeros on impact and in the long run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask, Seed
from econ.errors import Contradiction, NotConverged, NotIdentified, SpecificationError
from econ.estimate import Unavailable
from econ.frozen import FrozenMapping, guarded
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration import _svec_kernels as scoring
from econ.var.cointegration.permanent_transitory import cointegrating_rank
from econ.var.reduced.draws import ReducedDraws
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

STARTS = 20  # of the search at the estimate: the Cholesky factor, then rotations of it, always the same


@guarded
@dataclass(frozen=True, eq=False)
class SVECResults(StructuralResults):
    """Results of `SVEC`: the common read-outs, the long-run effects and the test of zeros beyond those needed."""

    scheme: SVEC

    @cached_property
    def long_run(self) -> pd.DataFrame:
        """C B (n, n): effect of one standard deviation of each shock on the level of each variable in the end."""
        effect = kernels.spaces(self.model.lag_blocks, cointegrating_rank(self.parent, "SVEC")).effect[0]
        return pd.DataFrame(effect @ self.impact.to_numpy(), index=self.impact.index, columns=self.impact.columns)

    @cached_property
    def overidentification(self) -> pd.Series:
        """Likelihood-ratio test of the zeros beyond those needed: ``statistic, p_value, distribution, null``.

        `Unavailable` where there are none. C is taken as known.
        """
        from scipy.stats import chi2

        df, null = self.scheme.excess(self.parent), "the zeros beyond those needed"
        if df == 0:
            reason = Unavailable("as many zeros as identification needs: there is nothing to test")
            return pd.Series({"statistic": reason, "p_value": reason, "distribution": "none", "null": null})
        b, sigma = self.impact.to_numpy()[None], self.model.sigma
        n = len(self.parent.variables)
        gap = float(scoring.criterion(b, sigma)[0] - np.linalg.slogdet(sigma[0])[1] - n)
        statistic = max(0.0, self.parent.nobs * gap)
        return pd.Series(
            {
                "statistic": statistic,
                "p_value": float(chi2.sf(statistic, df)),
                "distribution": f"chi2({df})",
                "null": null,
            }
        )


@guarded
@dataclass(frozen=True, eq=False)
class SVEC:
    """Structural VECM u_t = B ε_t with zeros in B and in the long-run effects C B (B-model of Lütkepohl).

    Of n² elements of B n (n - 1) / 2 zeros are needed. r transitory shocks (zero long-run effects on all variables)
    count r (n - r), because C has rank n - r; r (r - 1) / 2 more zeros tell them apart and (n - r)(n - r - 1) / 2 the
    permanent ones. Beyond that they can be tested: ``overidentification``. B is found by scoring, in all bootstrap
    samples at once; every shock raises the variable it is named after (or, where that impact is zero, the variable that
    it moves most).

    Coverage of nominal 90% percentile intervals as for `PermanentTransitory`, whose shocks are a special case.

    Parameters
    ----------
    short_run : mapping of str to str or sequence of str, optional
        For each shock the variables that it does not move on impact.
    long_run : mapping of str to str or sequence of str, optional
        For each shock the variables whose level it does not move in the end.
    shocks : sequence of str, optional
        Names of the n shocks; by default those of the variables.

    Raises
    ------
    SpecificationError
        If there is no zero at all. On ``identify``, if the VAR is no VECM, or a name is unknown.
    Contradiction
        On ``identify``, if the zeros leave B singular.
    NotIdentified
        On ``identify``, if the zeros do not tell the shocks apart: the rank condition fails at the estimate.
    NotConverged
        If the scoring does not end, at the estimate or in a bootstrap sample.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, chapter 9.
    Vlaar, P. J. G. (2004), On the Asymptotic Distribution of Impulse Response Functions with Long-Run Restrictions,
    Econometric Theory 20(5), 891-903.
    Amisano, G. and C. Giannini (1997), Topics in Structural VAR Econometrics, Springer.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VECM
    >>> data = simulated_var(200, rng=1, lags=[[[0.8, 0.2], [0.2, 0.8]]])
    >>> svar = VECM(data, 1, 1).fit().identify(SVEC(long_run={"y": ["x", "y"]}))
    >>> bool(abs(svar.long_run["y"]).max() < 1e-12)
    True
    """

    short_run: Mapping[str, str | Sequence[str]] | None = None
    long_run: Mapping[str, str | Sequence[str]] | None = None
    shocks: str | Sequence[str] | None = None

    def __post_init__(self) -> None:
        for field in ("short_run", "long_run"):
            checks.keep(self, **{field: _zeros(field, getattr(self, field))})
        if self.short_run is None and self.long_run is None:
            raise SpecificationError("SVEC needs zeros that tell shocks apart; pass short_run=, long_run=, or both.")
        if self.shocks is not None:
            checks.keep(self, shocks=checks.names("shocks", self.shocks, least=2))

    def identify(self, fit: VARResults, rng: Seed = None) -> SVECResults:
        """Identify the shocks; ``rng`` is not needed."""
        return SVECResults.from_point(fit, self, shock_names=self.names(fit))

    def names(self, fit: VARResults) -> tuple[str, ...]:
        """Names of the shocks of this VECM."""
        cointegrating_rank(fit, "SVEC")
        names = fit.variables if self.shocks is None else tuple(self.shocks)
        if len(names) != len(fit.variables):
            raise SpecificationError(f"{len(fit.variables)} variables have as many shocks; found {list(names)}.")
        return names

    def excess(self, fit: VARResults) -> int:
        """Zeros beyond those that identification needs."""
        n = len(fit.variables)
        return self._count(fit) - n * (n - 1) // 2

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact matrices (B, n, n) of a batch of reduced forms; searches start from the estimate of the data."""
        self.names(draws.fit)
        base = draws.fit.as_draws
        scale = np.sqrt(np.einsum("bii->bi", base.sigma))[0]
        start = self._estimate(base, scale)
        if len(draws) == 1 and np.array_equal(draws.coefficients, base.coefficients):
            found = start[None]
        else:
            rows = self._rows(draws, scale)
            span = scoring.null_space(rows, self._count(draws.fit))
            repeated = np.broadcast_to(start, (len(draws), *start.shape))
            found, ended = scoring.solve(repeated, draws.sigma / np.outer(scale, scale), span)
            if not ended.all():
                raise NotConverged(
                    f"the scoring has not ended in {int((~ended).sum())} of {len(draws)} samples; the zeros hardly "
                    "tell the shocks apart: add one, or use longer samples."
                )
        short, shock = self._masks(draws.fit)[0], np.arange(len(scale))
        marked = np.where(np.diag(short), np.abs(start).argmax(axis=0), shock)
        sign = np.where(found[:, marked, shock] < 0.0, -1.0, 1.0)
        impact: Array = found * sign[:, None] * scale[:, None]
        return np.where(short, 0.0, impact)

    def _masks(self, fit: VARResults) -> tuple[Mask, Mask]:
        """Which elements [variable, shock] of B and of C B are zero."""
        names = self.names(fit)
        short, long = np.zeros((2, len(names), len(names)), dtype=bool)
        for given, mask in ((self.short_run, short), (self.long_run, long)):
            for shock, variables in (given or {}).items():
                column = checks.position("shock", shock, names, of="of SVEC")
                for variable in checks.names("zeros of a shock", variables, least=1):
                    mask[checks.position("variable", variable, fit.variables), column] = True
        return short, long

    def _rows(self, draws: ReducedDraws, scale: Array) -> Array:
        """The restrictions (B, q, n²) on B in units of the residuals."""
        short, long = self._masks(draws.fit)
        effect = kernels.spaces(draws.lag_blocks, cointegrating_rank(draws.fit, "SVEC")).effect
        return scoring.constraints(effect * scale, short, long)

    def _count(self, fit: VARResults) -> int:
        """Independent zeros at the estimate."""
        scale = np.sqrt(np.einsum("bii->bi", fit.as_draws.sigma))[0]
        return scoring.rank(self._rows(fit.as_draws, scale)[0])

    def _estimate(self, base: ReducedDraws, scale: Array) -> Array:
        """B (n, n) of the estimate, in units of the residuals."""
        n, count = len(scale), self._count(base.fit)
        span = scoring.null_space(self._rows(base, scale), count)
        generator = np.random.default_rng(0)
        example = (span[0] @ generator.standard_normal(span.shape[2])).reshape(n, n).T
        if abs(np.linalg.slogdet(example)[0]) == 0.0 or np.linalg.cond(example) > 1.0 / scoring.RANK:
            raise Contradiction(
                "with these zeros B is singular: a shock moves nothing, or several move the same; drop some zeros."
            )
        loose = scoring.undetermined(example, span[0])
        if loose:
            raise NotIdentified(
                f"{count} independent zeros leave {loose} directions in which the shocks can be turned; of "
                f"{n * (n - 1) // 2} needed (r (n - r) come from r transitory shocks) some are missing or say the "
                "same: add zeros, or move them."
            )
        turns = np.linalg.qr(generator.standard_normal((STARTS, n, n)))[0]
        turns[0] = np.eye(n)
        sigma = np.broadcast_to(base.sigma / np.outer(scale, scale), (STARTS, n, n))
        found, ended = scoring.solve(np.linalg.cholesky(sigma) @ turns, sigma, np.repeat(span, STARTS, 0))
        if not ended.any():
            raise NotConverged(
                f"the scoring has not ended from any of {STARTS} starts; the zeros hardly tell the shocks apart: add "
                "one."
            )
        values = scoring.criterion(found[ended], sigma[ended])
        best = np.flatnonzero(values <= values.min() + 1e-9)[0]  # the first, so that equal hills are no draw
        return np.asarray(found[ended][best])


def _zeros(name: str, given: Mapping[str, str | Sequence[str]] | None) -> Mapping[str, tuple[str, ...]] | None:
    """Zeros as a mapping of shock to a tuple of variables; None where there are none."""
    if given is None:
        return None
    read = {str(shock): checks.names(f"{name} zeros of {shock!r}", which, least=1) for shock, which in given.items()}
    return FrozenMapping(read) if read else None
