"""Pictures of impulse responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from econ.errors import SpecificationError, suggestion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.responses.irf import IRF


def plot(
    irf: IRF,
    *,
    level: float = 0.90,
    kind: str = "sup-t",
    response: str | Sequence[str] | None = None,
    shock: str | Sequence[str] | None = None,
) -> Figure:
    """Draw responses in a grid: one row a response, one column a shock, band shaded.

    Parameters
    ----------
    irf : IRF
        The responses; without draws only the points are drawn.
    level : float
        Coverage of the band.
    kind : {"sup-t", "pointwise", "joint"}
        Kind of band.
    response, shock : str or sequence of str, optional
        Which to draw; all by default.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; ``plt.show()`` does if pyplot was imported before; ``savefig`` saves it.

    Raises
    ------
    SpecificationError
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
    band = irf.band(level, kind) if irf.draws is not None else None
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


def _positions(wanted: str | Sequence[str] | None, known: tuple[str, ...], kind: str) -> list[int]:
    names = known if wanted is None else [wanted] if isinstance(wanted, str) else list(wanted)
    for name in names:
        if name not in known:
            raise SpecificationError(f"no {kind} {name!r}; {suggestion(name, known)}")
    return [known.index(name) for name in names]
