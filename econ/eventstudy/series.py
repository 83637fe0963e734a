"""The daily changes that a study works on, and the regressors of its normal model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ.arrays import Array, Mask
from econ.border import warn
from econ.data.dataset import Dataset
from econ.data.dates import trading_days as checked_days
from econ.errors import MissingValues, SchemaError, SpecificationError
from econ.eventstudy._kernels import Positions, Windows, fit_windows, scan_days
from econ.eventstudy.garch import Garch
from econ.frozen import guarded


@guarded
@dataclass(frozen=True, eq=False)
class Series:
    """Daily values of the response, ready for window regressions.

    Parameters
    ----------
    index : DatetimeIndex (T,)
        Trading days.
    y : array (T,)
        Changes of the response (or its values with ``transform="level"``), in ``units``; NaN without a quote.
    x : array (T, k)
        Regressors of the normal model, constant first when there is one; NaN without a quote.
    names : tuple of str
        Names of the regressors.
    units : str
        Units of ``y``.
    garch : Garch or None
        Conditional volatility; None when it is constant.
    """

    index: pd.DatetimeIndex
    y: Array
    x: Array
    names: tuple[str, ...]
    units: str
    garch: Garch | None = None

    @property
    def finite(self) -> Mask:
        """(T,) days on which response and regressors have a value."""
        return np.isfinite(self.y) & np.isfinite(self.x).all(axis=1)

    def fit(
        self, usable: Mask, positions: Positions, *, window: tuple[int, int], estimation: tuple[int, int]
    ) -> Windows:
        """Fit the normal model for day 0 at each of ``positions``; `econ.eventstudy._kernels.fit_windows`."""
        scales = self._scales(positions, window)
        return fit_windows(
            self.y,
            self.x,
            scales[0],
            usable=usable,
            positions=positions,
            window=window,
            estimation=estimation,
            event_scale=scales[1],
        )

    def scan(
        self, usable: Mask, positions: Positions, *, window: tuple[int, int], estimation: tuple[int, int]
    ) -> tuple[Array, Array, Array, Array]:
        """CAR, forecast error, estimation days and collinearity at many days; `econ.eventstudy._kernels.scan_days`."""
        scales = self._scales(positions, window)
        centre = float(self.y[usable].mean()) if "const" in self.names else 0.0
        return scan_days(
            self.y - centre,
            self.x,
            scales[0],
            usable=usable,
            positions=positions,
            window=window,
            estimation=estimation,
            event_scale=scales[1],
        )

    def _scales(self, positions: Positions, window: tuple[int, int]) -> tuple[Array, Array | None]:
        """Daily standard deviations, and those forecast for the event windows."""
        if self.garch is None:
            return np.ones(len(self.y)), None
        return self.garch.scale, self.garch.forecast(positions, window[0], window[1] - window[0] + 1)


def _open_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows on which every column has a quote; days that only some of them miss are told."""
    open_ = frame.notna().all(axis=1)
    doubtful = frame[~open_ & frame.notna().any(axis=1)]
    if len(doubtful):
        names = [str(name) for name in frame.columns[doubtful.isna().any()]]
        warn(
            f"{len(doubtful)} days were left out as closed although other columns have quotes: {names} had none, first "
            f"on {doubtful.index[0].date()}, last on {doubtful.index[-1].date()}; fill or drop those columns if the "
            "market was open.",
            MissingValues,
        )
    return frame[open_]


def trading_days(data: Dataset, columns: list[str], missing: str) -> pd.DataFrame:
    """Columns of a daily data set, rows = trading days under the rule ``missing``.

    Raises
    ------
    FrequencyError
        If the data are not daily: months, weeks, or days usually further apart than one.
    SchemaError
        If a column never moves.
    """
    checked_days(data.frame.index, "an event study")
    frame = data.select(*columns).frame
    if missing == "closed":
        frame = _open_days(frame)
    for name in columns:
        values = frame[name].dropna()
        if len(values) < 2 or np.ptp(values.to_numpy()) == 0.0:
            raise SchemaError(f"column {name!r} is constant from {frame.index[0].date() if len(frame) else '?'} on.")
    return frame


def changes(frame: pd.DataFrame, name: str, data: Dataset, *, transform: str) -> tuple[Array, str]:
    """Values of one column under ``transform``, with their units.

    ``"diff"`` takes changes from one trading day to the next; a level in percent gives changes in basis
    points ("bp"), every other unit is kept. ``"level"`` takes the column as it stands, units included.

    Raises
    ------
    SpecificationError
        If the data say that the column already holds changes and ``"diff"`` would difference it again.
    """
    variable = data.variables[name]
    values = frame[name].to_numpy(dtype=float)
    if transform == "level":
        return values, variable.units
    if "diff" in variable.transform:
        raise SpecificationError(
            f"column {name!r} already holds changes (transform {variable.transform!r}); use transform='level'."
        )
    percent = variable.units == "percent"
    difference = np.concatenate([[np.nan], np.diff(values)]) * (100.0 if percent else 1.0)
    return difference, "bp" if percent else variable.units


def principal_components(columns: Array, usable: Mask, count: int) -> Array:
    """(T, count) scores of the first components of standardised columns, loadings from usable days only.

    The sign of each component is set so that its loadings add up to a positive number.
    """
    mean, sd = columns[usable].mean(axis=0), columns[usable].std(axis=0)
    z = (columns - mean) / sd
    _, vectors = np.linalg.eigh(z[usable].T @ z[usable])
    vectors = vectors[:, ::-1][:, :count]
    vectors = vectors * np.where(vectors.sum(axis=0) < 0.0, -1.0, 1.0)
    return np.asarray(z @ vectors)


def standardised(columns: Array, usable: Mask) -> Array:
    """Columns less their mean over usable days, over their standard deviation: same fit, better numbers."""
    return np.asarray((columns - columns[usable].mean(axis=0)) / columns[usable].std(axis=0))


def innovations(y: Array, x: Array, usable: Mask) -> Array:
    """(T,) residuals of the normal model fitted to all usable days at once, NaN without a quote."""
    if x.shape[1] == 0:
        return y
    b = np.linalg.lstsq(x[usable], y[usable], rcond=None)[0]
    return np.asarray(y - x @ b)
