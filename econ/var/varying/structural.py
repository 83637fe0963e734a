"""`VaryingStructural`: structural responses by date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.responses.irf import IRF
from econ.tables.shown import Facts, Shown
from econ.units import STANDARD
from econ.var import _kernels as kernels
from econ.var.scheme import PointScheme, Scheme
from econ.var.structure.structural import StructuralResults
from econ.var.varying.dated import row_of, rows_of, tails

if TYPE_CHECKING:
    from econ.var.varying.results import VaryingResults


@guarded
@dataclass(frozen=True, eq=False)
class VaryingStructural(Shown):
    """Shocks of a VAR that changes over time; made by ``.identify(scheme)`` of its results.

    Responses at a date hold the coefficients and the covariance of that date for ever, as is usual: they leave out that
    both go on changing.

    Parameters
    ----------
    parent : VaryingResults
        Coefficients and covariances by date, with draws.
    scheme : Scheme
        How shocks are identified, at every date alike.
    rng : int or SeedSequence, optional
        Seed of a scheme that draws.
    """

    parent: VaryingResults = field(repr=False)
    scheme: Scheme
    rng: Seed = None

    def _facts(self) -> Facts:
        return {**self.parent._facts(), "identification": type(self.scheme).__name__}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Impact of one standard deviation at the first, the middle and the last date."""
        chosen = [self.dates[place] for place in sorted({0, (len(self.dates) - 1) // 2, len(self.dates) - 1})]
        tables = {date: self.irf(0, date=date).to_frame(level).droplevel("horizon") for date in chosen}
        found: pd.DataFrame = pd.concat(tables, names=["date"])
        return found

    @property
    def dates(self) -> pd.Index:
        """Dates that have responses."""
        return self.parent.dates

    def impact(self, date: object) -> pd.DataFrame:
        """Response of each variable on impact to one standard deviation of each shock, (n, s), at a date."""
        return self._at(row_of(date, self.dates)).impact

    def irf(self, horizon: int = 24, *, date: object) -> IRF:
        """Responses at a date to one standard deviation of each shock.

        Parameters
        ----------
        horizon : int, default 24
            Last horizon; 0 is the impact.
        date : str, Period or Timestamp
            Whose coefficients.

        Returns
        -------
        IRF
            With joint draws; of a recursive scheme those of two dates belong together, so that
            ``svar.irf(12, date=one) - svar.irf(12, date=other)`` has the right bands. ``unstable`` counts draws whose
            coefficients of that date are explosive: they are in the bands.
        """
        return self._irf(checks.horizon(horizon), row_of(date, self.dates))

    def contrast(
        self,
        first: object,
        second: object,
        *,
        response: str,
        shock: str,
        horizon: int = 24,
        per: str | None = None,
        level: float = 0.90,
    ) -> pd.DataFrame:
        """Responses at some dates less those at others, draw by draw.

        Parameters
        ----------
        first, second : date or sequence of dates
            Of several dates the average response.
        response, shock : str
            Names.
        horizon : int, default 24
            Last horizon.
        per : str, optional
            Responses are divided by the impact response of this variable: shocks of one unit of it, not of one
            standard deviation, which changes over time itself.
        level : float, default 0.90
            Probability of the equal-tailed interval.

        Returns
        -------
        DataFrame
            One row a horizon: ``first``, ``second``, ``difference``, ``std_error``, ``lower``, ``upper`` and
            ``positive``, the share of the draws in which the difference is above zero: a posterior probability with a
            prior, a bootstrap share of a kernel VAR.

        Raises
        ------
        SpecificationError
            For unknown names and dates, or a scheme that draws at each date by itself.
        """
        if not isinstance(self.scheme, PointScheme):
            raise SpecificationError(
                f"draws of {type(self.scheme).__name__} at two dates do not belong together; compare dates under a "
                "scheme with one answer, such as Cholesky."
            )
        horizon, ends = checks.horizon(horizon), tails(level)
        sides = [
            self._average(rows_of(each, self.dates), response, shock, horizon=horizon, per=per)
            for each in (first, second)
        ]
        points, draws = zip(*sides, strict=True)
        moved = draws[0] - draws[1]
        lower, upper = np.quantile(moved, ends, axis=0)
        columns = {
            "first": points[0],
            "second": points[1],
            "difference": points[0] - points[1],
            "std_error": moved.std(axis=0, ddof=1),
            "lower": lower,
            "upper": upper,
            "positive": (moved > 0.0).mean(axis=0),
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(horizon + 1, name="horizon"))

    def path(
        self,
        horizon: int,
        *,
        response: str,
        shock: str,
        per: str | None = None,
        dates: Sequence[object] | None = None,
        cumulated: bool = False,
        level: float = 0.90,
    ) -> pd.DataFrame:
        """One response, by date.

        Parameters
        ----------
        horizon : int
            Which.
        response, shock : str
            Names.
        per : str, optional
            As in :meth:`contrast`.
        dates : sequence of dates, optional
            By default all.
        cumulated : bool, default False
            The sum over horizons 0, ..., ``horizon``.
        level : float, default 0.90
            Probability of the equal-tailed interval of each date by itself.

        Returns
        -------
        DataFrame
            One row a date: ``point``, ``std_error``, ``lower``, ``upper``, ``explosive`` (share of the draws).
        """
        horizon, ends = checks.horizon(horizon), tails(level)
        rows = range(len(self.dates)) if dates is None else rows_of(dates, self.dates)
        found = []
        for row in rows:
            irf = self._irf(horizon, row)
            point, draws = _cells(irf, response, shock, per)
            value = float(point.sum() if cumulated else point[-1])
            drawn = draws.sum(axis=1) if cumulated else draws[:, -1]
            found.append((value, drawn.std(ddof=1), *np.quantile(drawn, ends), irf.unstable / len(drawn)))
        columns = ["point", "std_error", "lower", "upper", "explosive"]
        return pd.DataFrame(found, columns=columns, index=self.dates[list(rows)])

    def _average(
        self, rows: list[int], response: str, shock: str, *, horizon: int, per: str | None
    ) -> tuple[Array, Array]:
        parts = [_cells(self._irf(horizon, row), response, shock, per) for row in rows]
        point = np.mean([part[0] for part in parts], axis=0)
        draws = parts[0][1]
        for part in parts[1:]:
            draws = draws + part[1]
        return point, draws / len(parts)

    def _at(self, row: int) -> StructuralResults:
        return self.scheme.identify(self.parent._dated(row), self.rng)

    def _irf(self, horizon: int, row: int) -> IRF:
        found = self._at(row)
        reduced, impacts = found.own_draws
        blocks, scale = reduced.lag_blocks, np.sqrt(np.diag(found.parent.sigma_u))
        draws = kernels.responses(blocks, impacts, horizon)
        draws.flags.writeable = False  # or it would be copied
        joint = isinstance(self.scheme, PointScheme)
        return IRF(
            point=kernels.responses(found.model.lag_blocks, found.impact.to_numpy()[None], horizon)[0],
            responses=self.parent.variables,
            shocks=found.shock_names,
            draws=draws,
            units=found.parent.units,
            sizes=dict.fromkeys(found.shock_names, STANDARD),
            parent=self,
            origin=(self.parent.identity, None if joint else row),
            unstable=int(np.count_nonzero(~kernels.is_stable(blocks * scale / scale[:, None]))),
            nobs=self.parent.nobs,
        )


def _cells(irf: IRF, response: str, shock: str, per: str | None) -> tuple[Array, Array]:
    """Point (H + 1,) and draws (D, H + 1) of one response, per unit of another's impact if asked for."""
    i, j = checks.position("response", response, irf.responses), checks.position("shock", shock, irf.shocks)
    point, draws = irf.point[:, i, j], irf.joint_draws("a response by date")[:, :, i, j]
    if per is None:
        return point, draws
    unit = checks.position("response", per, irf.responses)
    sizes = irf.joint_draws("a response by date")[:, 0, unit, j]
    if irf.point[0, unit, j] == 0.0 or not sizes.all():
        raise SpecificationError(
            f"{per!r} does not respond to {shock!r} on impact, so no response is per unit of it; name another in per=."
        )
    return point / irf.point[0, unit, j], draws / sizes[:, None]
