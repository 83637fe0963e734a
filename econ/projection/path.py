"""`PathProjection`: local projections whose responses change over time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.data.dates import listed, place
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.projection import _path_kernels as paths
from econ.projection._path_engines import Engine, Kernel, LeastRisk
from econ.projection.model import LocalProjection
from econ.projection.results import ProjectionResults
from econ.projection.summary import projection_facts
from econ.responses.irf import IRF
from econ.tables.shown import Facts, Shown, period

METHODS = ("least-risk", "kernel")
CONTROLS = ("constant", "local")
FIXED = ("hc2", "hc3")


@guarded
@dataclass(frozen=True, eq=False)
class PathProjection:
    """Local projections in unstable environments: a response of its own at every date.

    ``y_{t+h} = b_{h,t} x_t + c_h' w_t + u_{t+h}``, by least squares or with instruments. Two estimators of the path:

    "least-risk" (Inoue, Rossi and Wang 2024, after Müller and Petalas 2010): the scores of the stable projection are
    smoothed as if b were a random walk, for eleven amounts of variation c = 0, 5, ..., 50 (a standard deviation of c
    noise units over the sample's root), and the paths averaged with the weights that the scores themselves give them.
    Asymptotically this path, and its bands, have the least average risk over random-walk paths of a size that tests
    barely see. Given c the path of b is the same whether other coefficients vary too or not; the weights here are those
    of each response by itself. A moment function of instruments has a score too, so that the same holds for them.

    "kernel" (Giraitis, Kapetanios and Marcellino 2021): (two-stage) least squares with normal kernel weights around
    each date, for paths that move more than that.

    Parameters
    ----------
    model : LocalProjection
        Data and specification; the instruments must be strong, at every date for a kernel: no set of a path here is
        robust to weak ones.
    method : {"least-risk", "kernel"}
        Estimator.
    bandwidth : float, optional
        H of the kernel in periods, weights K((s - t) / H); by default T^0.5.
    controls : {"constant", "local"}
        Of the kernel: whether coefficients of controls are the same at all dates (they are partialled out first) or
        estimated around each date too, which takes effective observations.

    Raises
    ------
    SpecificationError
        For words and numbers that mean nothing, or a bandwidth without a kernel.

    Notes
    -----
    Estimating the path and regressing it on a covariate is no valid inference: the path is smoothed, with errors that
    are correlated over all dates. Ask instead ``LocalProjection(..., modifier="covariate")``, whose response is
    ``b_0 + b_1 z_{t-1}`` with ordinary standard errors.

    90% bands cover in 91-98% of dates by least risk, in 62-87% by a kernel, which knows nothing of the bias of its
    window. Measured in :doc:`/coverage`.

    References
    ----------
    Inoue, A., B. Rossi and Y. Wang (2024), Local projections in unstable environments, Journal of Econometrics 244(2).
    Müller, U. K. and P.-E. M. Petalas (2010), Efficient Estimation of the Parameter Path in Unstable Time Series
    Models, Review of Economic Studies 77(4), 1508-1539. Elliott, G. and U. K. Müller (2006), Efficient Tests for
    General Persistent Time Variation in Regression Coefficients, Review of Economic Studies 73(4), 907-940. Giraitis,
    L., G. Kapetanios and M. Marcellino (2021), Time-varying instrumental variable estimation, Journal of Econometrics
    224(2), 394-415.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"flow": generator.standard_normal(300)})
    >>> frame["yield"] = np.linspace(-3.0, 1.0, 300) * frame["flow"] + generator.standard_normal(300)
    >>> fit = PathProjection(LocalProjection(frame, response="yield", impulse="flow", lags=1)).fit(horizon=1)
    >>> fit.stability().loc[(0, "yield", "flow"), "p_value"] < 0.01
    np.True_
    >>> print(fit.contrast(range(200, 250), range(50, 100), response="yield", horizon=0))
    1.63, s.e. 0.37
    """

    model: LocalProjection
    method: str = field(default="least-risk", kw_only=True)
    bandwidth: float | None = field(default=None, kw_only=True)
    controls: str = field(default="constant", kw_only=True)

    def __post_init__(self) -> None:
        method = checks.choice("method", self.method, METHODS)
        checks.keep(self, method=method, controls=checks.choice("word of controls", self.controls, CONTROLS))
        if self.bandwidth is not None:
            checks.keep(self, bandwidth=checks.real("bandwidth", self.bandwidth, above=0.0, most=1e6))
        if method == "least-risk" and (self.bandwidth is not None or self.controls != "constant"):
            raise SpecificationError("bandwidth and controls='local' belong to method='kernel'; leave them out.")

    def fit(self, horizon: int = 24, cov: str | None = None, *, bandwidth: int | None = None) -> PathResults:
        """Estimate every horizon, response and date.

        Parameters
        ----------
        horizon : int, default 24
            Last horizon.
        cov : str, optional
            As in :meth:`LocalProjection.fit`, but not "hc2" or "hc3"; it is the long-run variance of the scores.
        bandwidth : int, optional
            Of that covariance, as there.

        Returns
        -------
        PathResults

        Raises
        ------
        SampleTooShort, SingularDesign
            As :meth:`LocalProjection.fit`, and for fewer than 60 rows at the last horizon or a kernel too narrow.
        """
        if cov in FIXED:
            raise SpecificationError(f"{cov} is not defined for a path; use hc0, hc1, hac or ewc.")
        fit = self.model.fit(horizon, cov, bandwidth=bandwidth)
        if self.method == "kernel" and len(fit.shocks) > 1:
            raise SpecificationError("a kernel is for one impulse; leave state= and modifier= out.")
        engine = self._engine(fit)
        shape = (fit.horizon + 1, fit.nobs, *fit.point.shape[1:])
        point, errors = np.zeros(shape), np.zeros(shape)
        for h in range(fit.horizon + 1):
            point[h, : fit.nobs - h], errors[h, : fit.nobs - h] = engine.path(h)
        return PathResults(self, fit, point, errors)

    def _engine(self, fit: ProjectionResults) -> Engine:
        if self.method == "least-risk":
            return LeastRisk(fit)
        width = math.sqrt(fit.nobs) if self.bandwidth is None else self.bandwidth
        return Kernel(fit, width, local=self.controls == "local")


@guarded
@dataclass(frozen=True, eq=False)
class PathResults(Shown):
    """Responses by date; made by :meth:`PathProjection.fit`.

    Parameters
    ----------
    parent : PathProjection
        What was estimated.
    stable : ProjectionResults
        The projection with the same response at all dates.
    point, std_errors : array (H + 1, T, n, s)
        ``[h, t, i, j]`` = response of variable i at t + h to impulse j at t; zero in the h rows beyond the last lead.
    """

    parent: PathProjection = field(repr=False)
    stable: ProjectionResults = field(repr=False)
    point: Array = field(repr=False)
    std_errors: Array = field(repr=False)

    def _facts(self) -> Facts:
        facts = projection_facts(self.stable.parent, nobs=self.stable.nobs, cov=self.stable.cov)
        return {**facts, "path": self.parent.method, "dates": period(self.dates)}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """The response that is the same at all dates, the range of its path, and the test that it has none."""
        found = self.stable.irf.to_frame(level)
        known = [self.point[h, : len(self.dates) - h] for h in range(self.horizon + 1)]
        smallest, largest = (np.concatenate([end(each, axis=0).ravel() for each in known]) for end in (np.min, np.max))
        return found.assign(smallest=smallest, largest=largest, stability=self.stability()["p_value"])

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a horizon, response, shock and date: ``point``, ``std_error``, ``lower``, ``upper``; see `path`."""
        cells = [(h, i, j) for h in range(self.horizon + 1) for i in self.stable.responses for j in self.stable.shocks]
        tables = {cell: self.path(cell[0], response=cell[1], shock=cell[2], level=level) for cell in cells}
        found: pd.DataFrame = pd.concat(tables, names=["horizon", "response", "shock", "date"])
        return found

    @property
    def dates(self) -> pd.Index:
        """Dates of the impulse, T; horizon h has the first T - h."""
        model = self.stable.parent
        return model.parent.frame.index[model.design.first :]

    @property
    def horizon(self) -> int:
        """Last horizon, H."""
        return len(self.point) - 1

    @cached_property
    def _engine(self) -> Engine:
        return self.parent._engine(self.stable)

    def path(
        self, horizon: int, *, response: str | None = None, shock: str | None = None, level: float = 0.90
    ) -> pd.DataFrame:
        """One response by date.

        Parameters
        ----------
        horizon : int
            Which.
        response, shock : str, optional
            Names; may be left out if there is one only.
        level : float, default 0.90
            Probability of the band at each date by itself.

        Returns
        -------
        DataFrame
            One row a date of the impulse: ``point``, ``std_error``, ``lower``, ``upper``.
        """
        h, i, j = self._cell(horizon, response, shock)
        rows, width = len(self.dates) - h, float(scipy.special.ndtri(0.5 + checks.level(level) / 2.0))
        point, errors = self.point[h, :rows, i, j], self.std_errors[h, :rows, i, j]
        columns = {"point": point, "std_error": errors, "lower": point - width * errors}
        columns["upper"] = point + width * errors
        return pd.DataFrame(columns, index=self.dates[:rows])

    def at(
        self,
        date: object,
        *,
        response: str | None = None,
        shock: str | None = None,
        horizon: int = 0,
        level: float = 0.90,
    ) -> Estimate:
        """The response to an impulse at one date, or on average over several."""
        h, i, j = self._cell(horizon, response, shock)
        return self._estimate(self._weights(date, h), (h, i, j), level, f"at {_words(date)}")

    def irf(self, date: object) -> IRF:
        """Responses to an impulse at one date, with standard errors; horizons end where leads of that date do."""
        fit, row = self.stable, self._row(date)
        last = min(self.horizon, fit.nobs - 1 - row)
        return IRF(
            point=self.point[: last + 1, row],
            responses=fit.responses,
            shocks=fit.shocks,
            std_errors=self.std_errors[: last + 1, row],
            units=fit.units,
            sizes=fit.sizes,
            nobs=fit.nobs,
            nobs_by_horizon=fit.nobs_by_horizon[: last + 1],
            parent=self,
            origin=row,
            cumulated=bool(fit.parent.cumulative),
            multiplier=fit.parent.cumulative == "multiplier",
        )

    def contrast(
        self,
        first: object,
        second: object,
        *,
        response: str | None = None,
        shock: str | None = None,
        horizon: int = 0,
        level: float = 0.90,
    ) -> Estimate:
        """Average response at some dates less that at others, with the covariance of the path over dates.

        Parameters
        ----------
        first, second : date or sequence of dates
            Of the impulse.
        response, shock : str, optional
            Names; may be left out if there is one only.
        horizon : int, default 0
            Which.
        level : float, default 0.90
            Probability of the interval.

        Returns
        -------
        Estimate
            Normal interval; :meth:`contrast_p_value` is the two-sided p-value of no difference.
        """
        h, i, j = self._cell(horizon, response, shock)
        a = self._weights(first, h) - self._weights(second, h)
        return self._estimate(a, (h, i, j), level, f"at {_words(first)} less at {_words(second)}")

    def contrast_p_value(
        self,
        first: object,
        second: object,
        *,
        response: str | None = None,
        shock: str | None = None,
        horizon: int = 0,
    ) -> float:
        """Two-sided p-value that the averages of :meth:`contrast` are the same; 1 where they are exactly."""
        found = self.contrast(first, second, response=response, shock=shock, horizon=horizon)
        error = found.std_error
        if isinstance(error, Unavailable) or error == 0.0:
            return 1.0
        return float(2.0 * scipy.special.ndtr(-abs(float(found.value) / error)))

    def stability(self) -> pd.DataFrame:
        """Test of Elliott and Müller (2006) that a response is the same at all dates.

        qLL(10) on the score of each response by itself, other coefficients stable; it rejects for low values. p-values
        are exact in the limit. Under "ewc" or a wide "hac" they are those of a known variance.

        Returns
        -------
        DataFrame
            Rows (horizon, response, shock); columns ``statistic``, ``p_value``, ``distribution``, ``null``.
        """
        fit, rows = self.stable, {}
        for h in range(fit.horizon + 1):
            size = fit.nobs - h
            x = size * fit.influence[h, :size].swapaxes(1, 2).reshape(size, -1)
            x = x - x.mean(axis=0)
            found = paths.local_level(x, size * fit.std_errors[h].reshape(-1) ** 2, paths.TESTED)
            names = [(h, response, shock) for response in fit.responses for shock in fit.shocks]
            for name, statistic in zip(names, found, strict=True):
                rows[name] = {"statistic": float(statistic), "p_value": paths.tail(float(statistic))}
        table = pd.DataFrame.from_dict(rows, orient="index")
        table.index = pd.MultiIndex.from_tuples(list(rows), names=["horizon", "response", "shock"])
        return table.assign(distribution="weighted chi-squares", null="the response is the same at all dates")

    def variation(self) -> pd.DataFrame:
        """Weights of the amounts of variation, of the method "least-risk": rows (horizon, response, shock), columns c.

        Raises
        ------
        SpecificationError
            For a kernel, which has none.
        """
        if not isinstance(self._engine, LeastRisk):
            raise SpecificationError("a kernel has no weights of amounts of variation; use method='least-risk'.")
        fit, engine = self.stable, self._engine
        values = np.concatenate([engine.weights(h).reshape(len(paths.AMOUNTS), -1).T for h in range(fit.horizon + 1)])
        names = [range(fit.horizon + 1), fit.responses, fit.shocks]
        index = pd.MultiIndex.from_product(names, names=["horizon", "response", "shock"])
        return pd.DataFrame(values, index=index, columns=pd.Index(paths.AMOUNTS, name="c"))

    def _cell(self, horizon: int, response: str | None, shock: str | None) -> tuple[int, int, int]:
        found = []
        for what, name, names in (("response", response, self.stable.responses), ("shock", shock, self.stable.shocks)):
            if name is None and len(names) > 1:
                raise SpecificationError(f"there are {len(names)} {what}s, {list(names)}; say which with {what}=.")
            found.append(0 if name is None else checks.position(what, name, names))
        return checks.horizon(horizon, self.horizon), found[0], found[1]

    def _row(self, date: object, horizon: int = 0) -> int:
        rows = self.dates[: len(self.dates) - horizon]
        row = place(date, rows)
        if row is None:
            raise SpecificationError(
                f"there is no response at horizon {horizon} to an impulse at {date}; impulses run from {rows[0]} to "
                f"{rows[-1]}."
            )
        return row

    def _weights(self, chosen: object, horizon: int) -> Array:
        """Equal weights of one date or several, (T - h,)."""
        rows = [self._row(each, horizon) for each in listed(chosen)]
        if not rows or len(set(rows)) < len(rows):
            raise SpecificationError(f"name at least one date, each once; found {chosen!r}.")
        a = np.zeros(len(self.dates) - horizon)
        a[rows] = 1.0 / len(rows)
        return a

    def _estimate(self, a: Array, cell: tuple[int, int, int], level: float, label: str) -> Estimate:
        (h, i, j), fit = cell, self.stable
        value, error = self._engine.combination(h, (i, j), a)
        width = float(scipy.special.ndtri(0.5 + checks.level(level) / 2.0)) * error
        name = fit.responses[i]
        return Estimate(
            value,
            error,
            value - width,
            value + width,
            checks.level(level),
            fit.parent.parent.variables[name].units,
            f"{name} to {fit.shocks[j]} at horizon {h}, {label}",
            fit.nobs - h,
            parent=self,
            size=fit.sizes.get(fit.shocks[j]),
            kind="response",
        )


def _words(chosen: object) -> str:
    names = listed(chosen)
    return f"{len(names)} dates" if len(names) > 1 else str(names[0])
