"""`MixedFrequencyResults`: the posterior of a mixed-frequency VAR, with every value that was not published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.var import _kernels as kernels
from econ.var.mixed.draws import CompletedDraws, completed
from econ.var.mixed.latent import LatentValues, Nowcast
from econ.var.mixed.nowcasting import nowcast
from econ.var.posterior.bayesian_results import BayesianVARResults

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.mixed.model import MixedFrequencyVAR


@guarded
@dataclass(frozen=True, eq=False)
class MixedFrequencyResults(BayesianVARResults):
    """Posterior of a `MixedFrequencyVAR`; made by its ``fit``.

    It is a posterior of a VAR at the base frequency: ``identify``, responses, offsets and forecasts are those of
    `BayesianVAR`. ``draws`` carry their own completed data, so that schemes which correlate residuals with something
    (`Proxy`, `Heteroskedasticity`) and forecasts use each draw's own. ``parent`` is the `BayesianVAR` on the data
    completed at the posterior mean; ``params`` are averages of conditional posterior means. Historical decompositions,
    narrative restrictions and ``residuals`` refer to the data at the posterior mean of what is latent.

    Parameters
    ----------
    model : MixedFrequencyVAR
        Data, rules of aggregation and prior.
    latent_draws : array (D, U)
        Draws of the base values that are not known, time before variables.
    """

    model: MixedFrequencyVAR = field(kw_only=True, repr=False)
    latent_draws: Array = field(kw_only=True, repr=False)

    @cached_property
    def draws(self) -> CompletedDraws:
        """Posterior draws: ``.coefficients``, ``.factor``, ``.sigma``, and ``.paths``, the data that each completed."""
        return CompletedDraws(
            fit=self,
            coefficients=self.coefficient_draws,
            factor=self.factor_draws,
            known=self.model._layout.known,
            latent=self.latent_draws,
        )

    @property
    def explosive(self) -> int:
        """Draws with a root on or outside the unit circle; they are kept."""
        scale = np.sqrt(np.diag(self.covariance))
        stable = kernels.is_stable(kernels.lag_blocks(self.coefficient_draws, self.lags) * scale / scale[:, None])
        return int(np.count_nonzero(~stable))

    @property
    def loglik(self) -> Unavailable:  # type: ignore[override]
        """Not given: the completed data are drawn, not observed."""
        return Unavailable("the likelihood of data with latent values has no closed form")

    def latent(self, variable: str, *, own: bool = False) -> LatentValues:
        """Posterior of a variable at every base period, or at every period of its own frequency.

        Parameters
        ----------
        variable : str
            Name.
        own : bool, default False
            Whether at its own frequency: sums, averages or ends of its base values. Months that were published are
            what was published, in every draw.

        Raises
        ------
        UnknownName
            For a variable that is not in the model.
        """
        column = checks.position("variable", variable, self.variables, of="in the VAR")
        layout = self.model._layout
        paths = self._column(column)
        group = layout.group(column)
        if own and group is not None:
            published = np.isfinite(group.published)
            draws = np.where(published, group.published, group.aggregated(paths))
            index: pd.Index = group.periods
        else:
            draws, index, published = paths, layout.index, np.isfinite(layout.known[:, column])
        return LatentValues(variable, index, draws, published, units=self.units[variable], parent=self)

    def missing(self, level: float = 0.90) -> pd.DataFrame:
        """Every value inside the calendar that was not published, at the frequency of its series.

        Returns
        -------
        DataFrame
            Index (variable, period); columns ``mean``, ``std``, ``lower``, ``upper``, units of the variables.
        """
        level, parts = checks.level(level), {}
        for name in self.variables:
            table = self.latent(name, own=True).summary(level).to_frame()
            parts[name] = table.loc[~table["published"]].drop(columns="published")
        return pd.concat(parts, names=["variable", "period"])

    def nowcast(
        self,
        variable: str,
        date: str | pd.Period | pd.Timestamp,
        as_of: str | pd.Timestamp | None = None,
        *,
        delays: Mapping[str, int] | None = None,
        rng: Seed = None,
    ) -> Nowcast:
        """Distribution of one value given what was known; see :func:`econ.var.mixed.nowcasting.nowcast`.

        Examples
        --------
        >>> from econ.testing import simulated_var
        >>> from econ.var import Minnesota, MixedFrequencyVAR
        >>> frame = simulated_var(periods=60, rng=1).frame
        >>> frame.iloc[-1, 1] = np.nan  # y comes out later than x
        >>> fit = MixedFrequencyVAR(frame, 1, prior=Minnesota(0.2)).fit(draws=20, burn=5, rng=1)
        >>> fit.nowcast("y", "1994-12").draws.shape
        (20,)
        """
        return nowcast(self, variable, date, as_of=as_of, delays=delays, rng=rng)

    def volatility(self, level: float = 0.90) -> pd.DataFrame:
        """Refused: the errors have one size."""
        raise SpecificationError("errors of a mixed-frequency VAR have one size throughout, Σ; read sigma_u.")

    def diagnostics(
        self, lags: int | None = None, bootstrap: Bootstrap | None = None, rng: Seed = None, *, n_jobs: int = 1
    ) -> pd.DataFrame:
        """Refused: residuals of values that were drawn are no data to test."""
        raise SpecificationError(
            "residual tests take completed data for observed ones; test VAR(...).fit() on series that were published."
        )

    def _column(self, column: int) -> Array:
        """Base path of one variable in every draw, (D, T)."""
        known = self.model._layout.known
        own = np.nonzero(np.isnan(known))[1] == column
        return completed(known[:, [column]], self.latent_draws[:, own])[..., 0]
