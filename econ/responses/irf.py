"""`IRF`: responses of every variable to every shock, with their draws and a small algebra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import told_by
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.infer import bands
from econ.responses import contrast, joint, labels
from econ.responses.plot import plot
from econ.responses.scaling import check_debt, cumulate, flip, of_shock, rename_shocks, scaled
from econ.responses.summary import facts, summary
from econ.tables.shown import Shown
from econ.units import Measure, Size

KINDS = (*bands.KINDS, "joint")
INTERVALS = ("percentile", "hall", "studentised")
NO_DRAWS = Unavailable("point responses only; ask irf() for a bootstrap")


@guarded
@dataclass(frozen=True, eq=False)
class IRF(Shown):
    """Impulse responses.

    Parameters
    ----------
    point : array (H + 1, n, s)
        ``point[h, i, j]`` = response of variable i to shock j at horizon h, units of variable i per shock.
    responses, shocks : tuple of str
        Names along the second and third axis.
    draws : array (B, H + 1, n, s), optional
        Bootstrap or posterior draws; draw b is one joint path of all responses.
    std_errors : array (H + 1, n, s), optional
        Standard errors, for estimators that give them without draws.
    draw_errors : array (B, H + 1, n, s), optional
        Standard error of every draw, from a bootstrap inside it; studentised intervals need them.
    df : array (H + 1,), optional
        Degrees of freedom of Student's t for intervals from ``std_errors``; None or infinite means the normal.
    units : mapping of str to str
        Units of each response.
    nobs : int
        Effective observations.
    nobs_by_horizon : tuple of int
        Those of each horizon where they differ, as they do in projections: ``nobs`` is then that of horizon 0.
    parent : object
        What made it: `StructuralResults` or the results of a projection.
    origin : object
        Bootstrap and seed; responses with equal parent and origin have joint draws.
    unstable : int
        Bootstrap samples with an unstable VAR, replaced or kept as the bootstrap says.
    cumulated : bool
        Whether ``point[h]`` is the sum over horizons 0, ..., h.
    sums : tuple of str
        Responses that are such sums where others are not.
    sizes : mapping of str to Size
        What one shock is, by its name: a standard deviation, or so much of a variable; empty where not known.
    multiplier : bool
        Whether it is divided by the impulse, summed alike: a ratio, of which no offset can be read.
    spread : array (R, H + 1, n, s), optional
        Rows whose cross-product is the joint covariance of all responses, for estimators that know it without draws.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky, MovingBlock
    >>> svar = VAR(simulated_var(periods=300, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> irf = svar.irf(12, bootstrap=MovingBlock(draws=200), rng=1)
    >>> irf.draws.shape
    (200, 13, 2, 2)
    >>> irf.shock("x").scale(to=-1.0, response="x").at(0, response="x").value
    -1.0
    """

    point: Array = field(repr=False)
    responses: tuple[str, ...]
    shocks: tuple[str, ...]
    draws: Array | None = field(default=None, repr=False)
    std_errors: Array | None = field(default=None, repr=False)
    draw_errors: Array | None = field(default=None, repr=False)
    df: Array | None = field(default=None, repr=False)
    units: Mapping[str, str] = field(default_factory=dict, repr=False)
    nobs: int = 0
    parent: object = field(default=None, repr=False)
    origin: object = field(default=None, repr=False)
    unstable: int = 0
    cumulated: bool = False
    multiplier: bool = False
    spread: Array | None = field(default=None, repr=False)
    sums: tuple[str, ...] = ()
    nobs_by_horizon: tuple[int, ...] = ()
    sizes: Mapping[str, Size] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        expected = (len(self.point), len(self.responses), len(self.shocks))
        if self.point.shape != expected or (self.draws is not None and self.draws.shape[1:] != expected):
            found = self.point.shape if self.draws is None else (self.point.shape, self.draws.shape)
            raise SpecificationError(f"responses must have the shape (horizon + 1, n, s) = {expected}; found {found}.")
        for name in ("point", "draws", "std_errors", "draw_errors", "spread"):
            checks.finite(f"{name} of responses", getattr(self, name))
        for name, values in (("std_errors", self.std_errors), ("df", self.df)):
            if values is not None and not (values >= 0.0).all():
                raise SpecificationError(f"{name} of responses must not be negative or NaN; found {values.min()}.")
        if len(self.nobs_by_horizon) not in (0, len(self.point)):
            raise SpecificationError(
                f"nobs_by_horizon must have one number a horizon, {len(self.point)}; found {len(self.nobs_by_horizon)}."
            )

    @property
    def horizon(self) -> int:
        """Last horizon, H."""
        return len(self.point) - 1

    @cached_property
    def rows(self) -> Array | None:
        """``spread``, or that of the projection whose estimates these are as they stand; None where not known."""
        if self.spread is not None:
            return self.spread
        if isinstance(self.parent, joint.Linear) and self.parent.point is self.point:
            return self.parent.spread.reshape(-1, *self.point.shape)
        return None

    @property
    def trusts_instruments(self) -> bool:
        """Whether errors, draws and bands hold only where the instruments behind these responses are strong."""
        return isinstance(self.parent, joint.Instrumented) and self.parent.instrumented

    def band(
        self, level: float = 0.90, kind: str = "pointwise", *, interval: str = "percentile"
    ) -> tuple[Array, Array]:
        """Lower and upper band, each (H + 1, n, s).

        Parameters
        ----------
        level : float, default 0.90
            Coverage.
        kind : {"pointwise", "sup-t", "joint"}
            Each response by itself; each path simultaneously over its horizons (Montiel Olea and Plagborg-Møller 2019,
            see :func:`econ.infer.bands.sup_t`); or all responses to a shock at all horizons together. Of posterior
            draws the last two are simultaneous credible sets.
        interval : {"percentile", "hall", "studentised"}
            Quantiles of the draws; those reflected about the point, 2 point - quantile; or point - t s with s the
            standard deviation of the draws and t the quantiles of (draw - point) / (standard error of the draw),
            which needs ``irf(..., inner=50)`` (Hall 1992, The Bootstrap and Edgeworth Expansion, Springer).

        Raises
        ------
        SpecificationError
            For another kind or interval, or if there are no draws.
        """
        level = checks.level(level)
        kind, interval = checks.choice("band", kind, KINDS), checks.choice("interval", interval, INTERVALS)
        if self.draws is None:
            if interval != "percentile":
                raise _no_draws(f"the interval {interval!r}")
            return self._gaussian_band(level, kind)
        if interval == "studentised":
            return self._studentised_band(level, kind)
        if kind == "joint":  # all responses to a shock are one path
            whole = self.draws.reshape(len(self.draws), -1, len(self.shocks))
            ends = bands.by_path(whole, level=level, kind="sup-t")
        else:
            tails = None if isinstance(self.draws, np.memmap) else self._ordered.tails(level)
            ends = bands.by_path(self.draws, level=level, kind=kind, tails=tails)
        lower, upper = (end.reshape(self.point.shape) for end in ends)
        return (lower, upper) if interval == "percentile" else (2 * self.point - upper, 2 * self.point - lower)

    def shock(self, name: str) -> IRF:
        """Responses to one shock."""
        return of_shock(self, checks.position("shock", name, self.shocks))

    def scale(
        self, to: float, *, response: str, horizon: int = 0, shock: str | None = None, debt: float | None = None
    ) -> IRF:
        """Resize a shock so that ``response`` is ``to`` at ``horizon``, in the point and in every draw.

        ``irf.scale(to=-1.0, response="china")`` is a sale of 1% of debt if that variable is in percent of debt, and
        ``irf.scale(to=-100.0, response="china", debt=28_900.0)`` one of $100bn at a debt of $28.9tn.

        Parameters
        ----------
        to : float
            Size, in units of ``response``; with ``debt``, in billions of its currency.
        response : str
            Variable that fixes the size.
        horizon : int, default 0
            When it has that size.
        shock : str, optional
            Shock to resize, by default the only one, or else the one named like ``response``; others stay.
        debt : float, optional
            Outstanding debt in billions, of which ``response`` must be in percent.

        Raises
        ------
        SpecificationError
            If the shock is ambiguous, the response is exactly zero there, or its units are not percent of debt.
        """
        to = checks.real("to", to)
        if debt is not None:
            to = 100.0 * to / check_debt(self, debt, response)
        i, h = checks.position("response", response, self.responses), checks.horizon(horizon, self.horizon)
        j = self._shock_position(response if shock is None and len(self.shocks) > 1 else shock)
        return scaled(self, to, response=i, horizon=h, shock=j)

    cumulate, flip, rename_shocks = cumulate, flip, rename_shocks

    def __add__(self, other: object) -> IRF:
        return self._combined(other, 1.0)

    def __sub__(self, other: object) -> IRF:
        return self._combined(other, -1.0)

    def at(self, horizon: int, *, response: str, shock: str | None = None, level: float = 0.90) -> Estimate:
        """Response at one horizon.

        Parameters
        ----------
        horizon : int
            From 0 to ``self.horizon``.
        response, shock : str
            Names; ``shock`` may be left out if there is one only.
        level : float, default 0.90
            Coverage of the equal-tailed interval.

        Returns
        -------
        Estimate
            Standard error = standard deviation of the draws; `Unavailable` without draws or standard errors. Of a
            projection by instruments, as it was estimated, the interval is its Anderson-Rubin set, in ``region``, which
            holds however weak they are; bands, frames and plots trust their strength, and so do the intervals of
            responses that were scaled, summed or combined, by which no verdict is passed
            (:meth:`econ.Estimate.deciding_set`).
        """
        (i, j, h), level = self._cell(response, shock, horizon), checks.level(level)
        word = "cumulated " if self.cumulated or response in self.sums else ""
        label = f"{word}{response} to {self.shocks[j]} at horizon {h}"
        drawn = None if self.draws is None else self.draws[:, h, i, j]
        error = None
        if self.std_errors is not None:
            error = float(self.std_errors[h, i, j]), float(self._quantile(level)[h])
        value = float(self.point[h, i, j])
        found = self._estimate(value, drawn, error, level=level, label=label, cell=(i, j, h))
        region = self._robust_region(response, h, level)
        return found if region is None else replace(found, lower=region.lower, upper=region.upper, region=region)

    def peak(self, *, response: str, shock: str | None = None, level: float = 0.90) -> Estimate:
        """Response of largest absolute size over the horizons; every draw has a peak, and a date, of its own."""
        (i, j, _), level = self._cell(response, shock, 0), checks.level(level)
        path = self.point[:, i, j]
        when = int(np.abs(path).argmax())
        drawn = None
        if self.draws is not None:
            paths = self.draws[:, :, i, j]
            drawn = np.take_along_axis(paths, np.abs(paths).argmax(axis=1)[:, None], axis=1)[:, 0]
        label = f"peak of {response} to {self.shocks[j]} (horizon {when})"
        return self._estimate(float(path[when]), drawn, None, level=level, label=label, cell=(i, j, when))

    @told_by(contrast.difference)
    def difference(self, first: joint.CellLike, second: joint.CellLike, *, level: float = 0.90) -> Estimate:
        """One response less another, cells (horizon, response, shock); :func:`econ.responses.contrast.difference`."""
        return contrast.difference(self, first, second, level=level)

    @told_by(contrast.ratio)
    def ratio(self, numerator: joint.CellLike, denominator: joint.CellLike, *, level: float = 0.90) -> Estimate:
        """One response over another, with Fieller's set; see :func:`econ.responses.contrast.ratio`."""
        return contrast.ratio(self, numerator, denominator, level=level)

    def read(self, cells: Sequence[joint.Cell]) -> joint.Reading:
        """Several responses with their joint covariance; see :meth:`econ.responses.joint.JointResponses.read`."""
        joint.check_additive(self.multiplier)
        found = joint.from_draws(self, self.draws, joint.weights(self, cells, cumulated=self.cumulated or self.sums))
        if found is not None:
            return found
        if isinstance(self.parent, joint.JointResponses) and self.parent.point is self.point:  # as estimated
            return replace(self.parent.read(cells), parent=self)
        if self.rows is not None:
            return joint.from_rows(self, self.rows, cells, cumulated=self.cumulated or self.sums)
        raise joint.no_joint_draws(self.draws)

    def to_frame(self, level: float = 0.90, kind: str = "pointwise") -> pd.DataFrame:
        """One row a horizon, response and shock: ``point`` and, where known, ``std_error``, ``lower``, ``upper``."""
        columns = [self.point]
        if self.draws is not None or self.std_errors is not None:
            errors = self.std_errors if self.draws is None else self.draws.std(axis=0, ddof=1)
            columns += [np.asarray(errors), *self.band(level, kind)]
        table = {name: values.reshape(-1) for name, values in zip(labels.VALUES, columns, strict=False)}
        return pd.DataFrame(table, index=labels.index(self.horizon, self.responses, self.shocks))

    plot, summary, _facts = plot, summary, facts

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.to_frame(level)

    def _measure(self, key: tuple[str, ...]) -> Measure:
        _, response, shock = key
        word = "sum over horizons" if self.cumulated or response in self.sums else "response"
        return Measure(self.units.get(response, ""), self.sizes.get(shock), "multiplier" if self.multiplier else word)

    def joint_draws(self, what: str) -> Array:
        """The draws, (B, H + 1, n, s), that ``what`` needs.

        Raises
        ------
        SpecificationError
            If there are none.
        """
        if self.draws is None:
            raise _no_draws(what)
        return self.draws

    @cached_property
    def _ordered(self) -> bands.Ordered:
        return bands.Ordered(self.joint_draws("a band"))

    def _studentised_band(self, level: float, kind: str) -> tuple[Array, Array]:
        if self.draw_errors is None or self.draws is None or kind != "pointwise":
            raise SpecificationError(
                "studentised intervals are pointwise and need a standard error for every draw; ask irf() for inner=50."
            )
        fixed = self.draw_errors == 0.0  # a response restricted to zero
        ratios = (self.draws - self.point) / np.where(fixed, 1.0, self.draw_errors)
        lower, upper = bands.pointwise(ratios, level=level)
        spread = self.draws.std(axis=0, ddof=1)
        return self.point - upper * spread, self.point - lower * spread

    def _gaussian_band(self, level: float, kind: str) -> tuple[Array, Array]:
        if self.std_errors is None or kind != "pointwise":
            raise _no_draws(f"a {kind} band")
        width = self._quantile(level)[:, None, None] * self.std_errors
        return self.point - width, self.point + width

    def _quantile(self, level: float) -> Array:
        """Critical value of |t| at each horizon, (H + 1,)."""
        from scipy.special import stdtrit

        df = np.full(self.horizon + 1, np.inf) if self.df is None else self.df
        return np.asarray(stdtrit(df, 0.5 + level / 2.0), dtype=float)

    def _estimate(
        self,
        value: float,
        drawn: Array | None,
        error: tuple[float, float] | None,
        *,
        level: float,
        label: str,
        cell: tuple[int, int, int],
    ) -> Estimate:
        i, j, h = cell
        nobs = self.nobs_by_horizon[h] if len(self.nobs_by_horizon) else self.nobs
        measured = self._measure(("", self.responses[i], self.shocks[j]))._asdict()
        common = {"level": level, "label": label, "nobs": nobs, "parent": self, **measured}
        if drawn is not None:
            lower, upper = (float(end[0]) for end in bands.pointwise(drawn[:, None], level=level))
            spread = float(drawn.std(ddof=1)) if len(drawn) > 1 else Unavailable("one draw only")
            return Estimate(value, spread, lower, upper, **common)
        if error is not None:
            width = error[0] * error[1]
            return Estimate(value, error[0], value - width, value + width, **common)
        return Estimate(value, NO_DRAWS, NO_DRAWS, NO_DRAWS, **common)

    def _robust_region(self, response: str, horizon: int, level: float) -> ConfidenceSet | None:
        """The set that a weak instrument leaves valid, where these responses are the estimates as they stand."""
        parent = self.parent
        if not (isinstance(parent, joint.Instrumented) and isinstance(parent, joint.JointResponses)):
            return None
        if not parent.instrumented or not np.array_equal(self.point, parent.point):
            return None
        return parent.robust_region(response, horizon, level=level)

    def _combined(self, other: object, sign: float) -> IRF:
        return contrast.combined(self, other, sign) if isinstance(other, IRF) else NotImplemented

    def _cell(self, response: str, shock: str | None, horizon: int) -> tuple[int, int, int]:
        i = checks.position("response", response, self.responses)
        return i, self._shock_position(shock), checks.horizon(horizon, self.horizon)

    def _shock_position(self, name: str | None) -> int:
        if name is None and len(self.shocks) > 1:
            raise SpecificationError(f"there are shocks {list(self.shocks)}; say which with shock=.")
        return 0 if name is None else checks.position("shock", name, self.shocks)


def _no_draws(what: str) -> SpecificationError:
    return SpecificationError(
        f"{what} needs draws, and there are none; pass bootstrap=MovingBlock() and rng= to irf()."
    )
