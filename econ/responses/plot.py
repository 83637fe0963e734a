"""Pictures of impulse responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from econ import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.arrays import Array
    from econ.responses.irf import IRF

Names: TypeAlias = str | Sequence[str] | None


def plot(
    irf: IRF,
    *,
    level: float = 0.90,
    kind: str | None = None,
    response: Names = None,
    shock: Names = None,
) -> Figure:
    """Draw responses in a grid: one row a response, one column a shock, band shaded.

    Parameters
    ----------
    irf : IRF
        The responses; without draws or standard errors only the points are drawn.
    level : float
        Coverage of the band.
    kind : {"sup-t", "pointwise", "joint"}, optional
        Kind of band; default sup-t where there are draws, pointwise where there are standard errors only.
    response, shock : str or sequence of str, optional
        Which to draw; all by default.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; ``plt.show()`` does if pyplot was imported before; ``savefig`` saves it.

    Raises
    ------
    UnknownName
        For a response or a shock that is not there.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> svar = VAR(simulated_var(periods=200, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> len(svar.irf(12).plot().axes), len(svar.irf(12).plot(response="y").axes)
    (4, 2)
    """
    from econ.responses.page import WORDS, new_page

    rows = _positions(response, irf.responses, "response")
    columns = _positions(shock, irf.shocks, "shock")
    band = _band(irf, level, kind)
    figure = new_page(2.8 * len(columns), 2.0 * len(rows), layout="constrained")
    axes = figure.subplots(len(rows), len(columns), squeeze=False, sharex=True)
    horizons = range(irf.horizon + 1)
    for axis_row, i in zip(axes, rows, strict=True):
        for axis, j in zip(axis_row, columns, strict=True):
            if band is not None:
                axis.fill_between(horizons, band[0][:, i, j], band[1][:, i, j], alpha=0.25, linewidth=0)
            axis.plot(horizons, irf.point[:, i, j])
            axis.axhline(0.0, linewidth=0.6, color="black")
            axis.set_title(f"{irf.responses[i]} to {irf.shocks[j]}", **WORDS)
            axis.set_ylabel(irf.units.get(irf.responses[i], ""), **WORDS)
    for axis in axes[-1]:
        axis.set_xlabel("horizon")
    return figure


def _band(irf: IRF, level: float, kind: str | None) -> tuple[Array, Array] | None:
    if irf.draws is None and irf.std_errors is None:
        return None
    return irf.band(level, kind or ("pointwise" if irf.draws is None else "sup-t"))


def _positions(wanted: Names, known: tuple[str, ...], kind: str) -> list[int]:
    named = known if wanted is None else checks.names(kind, wanted, least=1)
    return [checks.position(kind, name, known) for name in named]
