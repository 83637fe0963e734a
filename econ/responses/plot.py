"""Pictures of impulse responses: of one result, or of several over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from econ import checks
from econ.border import checked, told_by
from econ.errors import SpecificationError
from econ.units import alike

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.arrays import Array
    from econ.responses.irf import IRF

Names: TypeAlias = str | Sequence[str] | None
Levels: TypeAlias = float | Sequence[float]


def plot(
    irf: IRF,
    levels: float | Sequence[float] = 0.90,
    *,
    kind: str | None = None,
    response: str | Sequence[str] | None = None,
    shock: str | Sequence[str] | None = None,
    ax: Any = None,
) -> Figure:
    """Draw responses in a grid: one row a response, one column a shock, bands shaded.

    :func:`econ.plot_responses` draws several results over each other.

    Parameters
    ----------
    irf : IRF
        The responses; without draws or standard errors only the points are drawn.
    levels : float or sequence of float, default 0.90
        Coverage of the band, or of several, such as ``(0.68, 0.90)``: the narrower, the darker.
    kind : {"sup-t", "pointwise", "joint"}, optional
        Kind of band; default sup-t where there are draws, pointwise where there are standard errors only.
    response, shock : str or sequence of str, optional
        Which to draw; all by default.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, row by row; a page of its own by default.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; ``plt.show()`` does if pyplot was imported before; ``savefig`` saves it.

    Raises
    ------
    UnknownName
        For a response or a shock that is not there.
    SpecificationError
        If ``ax`` holds another number of axes than there are panels.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> svar = VAR(simulated_var(periods=200, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> len(svar.irf(12).plot().axes), len(svar.irf(12).plot(response="y").axes)
    (4, 2)
    """
    return _draw({"": irf}, levels, kind=kind, response=response, shock=shock, ax=ax)


@told_by(plot)
def plot_own(
    result: Any,
    levels: float | Sequence[float] = 0.90,
    *,
    kind: str | None = None,
    response: str | Sequence[str] | None = None,
    shock: str | Sequence[str] | None = None,
    ax: Any = None,
) -> Figure:
    """Draw the responses of a result that has them as its ``irf``; see :func:`plot`."""
    return plot(result.irf, levels, kind=kind, response=response, shock=shock, ax=ax)


@checked
def plot_responses(
    results: Mapping[str, Any],
    levels: float | Sequence[float] = 0.90,
    *,
    kind: str | None = None,
    response: str | Sequence[str] | None = None,
    shock: str | Sequence[str] | None = None,
    ax: Any = None,
) -> Figure:
    """Draw the responses of several results over each other, each in its colour, dash and shade.

    Parameters
    ----------
    results : mapping of str to IRF or to results that have one
        By the name in the legend: ``{"VAR": svar.irf(24), "projection": fit}``.
    levels, kind, response, shock, ax
        As for ``irf.plot``; by default the responses and shocks that all have.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecificationError
        For no results, one without responses, results without a response and shock in common, or a panel of unlike
        numbers: of different units, to shocks of different sizes, or of sums beside responses.
    UnknownName
        For a response or a shock that one of them does not have.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> data = simulated_var(periods=200, rng=1)
    >>> paths = {f"{p} lags": VAR(data, lags=p).fit().identify(Cholesky("x", "y")).irf(8) for p in (1, 4)}
    >>> len(plot_responses(paths, response="y", shock="x").axes[0].lines)
    3
    """
    irfs = {str(name): _responses(name, result) for name, result in results.items()}
    if not irfs:
        raise SpecificationError("plot_responses takes at least one result by its name; found none.")
    return _draw(irfs, levels, kind=kind, response=response, shock=shock, ax=ax)


def _draw(
    irfs: Mapping[str, IRF], levels: Levels, *, kind: str | None, response: Names, shock: Names, ax: Any
) -> Figure:
    from econ.responses.page import coverages, fan, legend, panels, style, words

    rows = _chosen(response, [irf.responses for irf in irfs.values()], "response")
    columns = _chosen(shock, [irf.shocks for irf in irfs.values()], "shock")
    units = {(row, column): _alike(irfs, row, column) for row in rows for column in columns}
    bands = {name: [_band(irf, level, kind) for level in coverages(levels)] for name, irf in irfs.items()}
    with style():
        page, axes = panels(len(rows), len(columns), ax)
        for axis_row, row in zip(axes, rows, strict=True):
            for axis, column in zip(axis_row, columns, strict=True):
                for number, (name, irf) in enumerate(irfs.items()):
                    i, j = irf.responses.index(row), irf.shocks.index(column)
                    shown = [(low[:, i, j], high[:, i, j]) for low, high in filter(None, bands[name])]
                    fan(axis, range(irf.horizon + 1), shown, irf.point[:, i, j], number=number, label=name)
                axis.axhline(0.0, linewidth=0.6, color="black")
                words(axis, title=f"{row} to {column}", y=units[row, column])
        for axis in axes[-1]:
            axis.set_xlabel("horizon")
        if len(irfs) > 1:
            legend(axes[0, 0])
    return page


def _alike(irfs: Mapping[str, IRF], response: str, shock: str) -> str:
    """The unit of a panel, whose lines are one quantity."""
    measures = {repr(name): irf._measure(("", response, shock)) for name, irf in irfs.items()}
    return alike(f"{response} to {shock}", measures).units


def _responses(name: object, result: Any) -> IRF:
    own: Any = getattr(result, "irf", None)  # of a projection; that of a VAR is a method, which needs a horizon
    irf = own if hasattr(own, "joint_draws") else result
    if not hasattr(irf, "joint_draws"):
        raise SpecificationError(
            f"{name!r} is a {type(result).__name__}, which has no responses yet; pass an IRF, such as svar.irf(24), or "
            "the results of a projection."
        )
    found: IRF = irf
    return found


def _band(irf: IRF, level: float, kind: str | None) -> tuple[Array, Array] | None:
    if irf.draws is None and irf.std_errors is None:
        return None
    return irf.band(level, kind or ("pointwise" if irf.draws is None else "sup-t"))


def _chosen(wanted: Names, known: Sequence[tuple[str, ...]], kind: str) -> list[str]:
    """Names asked for, or those that all have."""
    if wanted is not None:
        named = checks.names(kind, wanted, least=1)
        for names in known:
            for name in named:
                checks.position(kind, name, names)
        return list(named)
    common = [name for name in known[0] if all(name in names for names in known)]
    if not common:
        raise SpecificationError(f"these results have no {kind} in common: {[list(names) for names in known]}.")
    return common
