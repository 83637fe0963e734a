"""Pictures of two elasticities: what was believed, what is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from econ.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from econ.var.posterior.supply_demand_results import Margin, SupplyDemandResults

SHARES = (0.90, 0.50)
"""Posterior probability of the regions drawn, the larger first."""
POINTS = 240


def plot_elasticities(fit: SupplyDemandResults, *, ax: Any = None) -> Figure:
    """Draw impact and leaning, posterior (area) over prior (line), and both together with the curve that the data give.

    The third panel shows the regions of highest density that hold 50 and 90% of the posterior, the same regions of the
    prior as dotted lines, and the curve b(c) along which the likelihood is the same.

    Parameters
    ----------
    fit : SupplyDemandResults
        A posterior.
    ax : sequence of three matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; ``plt.show()`` does if pyplot was imported before; ``savefig`` saves it.

    Examples
    --------
    >>> import pandas as pd
    >>> from econ.var import ElasticityPrior, SupplyDemand
    >>> values = np.random.default_rng(1).standard_normal((100, 2))
    >>> frame = pd.DataFrame(values, columns=["dy", "f"])
    >>> prior = ElasticityPrior("normal", 0.0, 1.0)
    >>> fit = SupplyDemand(frame, "dy", "f", lags=0, impact=prior, leaning=prior).fit()
    >>> len(plot_elasticities(fit).axes)
    3
    """
    from econ.responses.page import panels, style, words

    with style():
        figure, grid = panels(1, 3, ax, width=3.0, height=2.8)
        first, second, third = grid[0]
        windows = []
        for axes, name, unit in zip((first, second), ("impact", "leaning"), fit.parent.units, strict=True):
            windows.append(_draw_margin(axes, fit._margin(name)))
            words(axes, title=f"{name.capitalize()}, {unit}" if unit else name.capitalize())
        _draw_both(third, fit, windows)
    return figure


def _draw_margin(axes: Axes, margin: Margin) -> tuple[float, float]:
    """Posterior as an area, prior as a dashed line; gives the window drawn."""
    from econ.responses.page import COLOURS

    after = margin.quantile(np.array([0.002, 0.998]))
    before = margin.prior._quantile(np.array([0.03, 0.97]))
    low, high = float(min(after[0], before[0])), float(max(after[1], before[1]))
    near = 0.25 * (high - low)  # show an end of the support that is near
    low, high = (
        end if abs(end - edge) < near else edge for end, edge in zip(margin.prior.support, (low, high), strict=True)
    )
    inside = (margin.middle >= low) & (margin.middle <= high) & (margin.density > 0.0)
    axes.fill_between(
        margin.middle[inside], margin.density[inside], color=COLOURS[0], alpha=0.35, lw=0, label="posterior"
    )
    axes.plot(margin.middle[inside], margin.density[inside], color=COLOURS[0], lw=1.0)
    values = np.linspace(low, high, POINTS)
    axes.plot(values, np.exp(margin.prior._logpdf(values)), color="0.3", ls="--", lw=1.2, label="prior")
    axes.axvline(0.0, color="0.6", lw=0.6)
    axes.set_xlim(low, high)
    axes.set_ylim(bottom=0.0)
    axes.set_yticks([])
    axes.legend(frameon=False, fontsize="small")
    return low, high


def _draw_both(axes: Axes, fit: SupplyDemandResults, windows: list[tuple[float, float]]) -> None:
    """Regions of the posterior and of the prior, and the curve of the likelihood."""
    from econ.responses.page import COLOURS

    (low, high), (left, right) = windows
    one, other = fit._margin("impact"), fit._margin("leaning")
    area = np.outer(np.diff(one.edges), np.diff(other.edges))
    _regions(axes, (other.middle, one.middle), fit.mass / area, mass=fit.mass, filled=True)
    b, c = np.linspace(low, high, POINTS), np.linspace(left, right, POINTS)
    prior = np.exp(one.prior._logpdf(b))[:, None] * np.exp(other.prior._logpdf(c))
    _regions(axes, (c, b), prior, mass=prior / prior.sum(), filled=False)
    omega = fit.covariance.to_numpy()
    own = omega[1, 1] - c * omega[0, 1]
    curve = -(omega[0, 1] - c * omega[0, 0]) / np.where(np.abs(own) < 1e-9 * omega[1, 1], np.nan, own)
    curve[np.concatenate([[False], np.sign(own[1:]) != np.sign(own[:-1])])] = np.nan  # two branches, not one line
    axes.plot(c, np.where((curve > low) & (curve < high), curve, np.nan), color=COLOURS[1], lw=1.0, label="curve b(c)")
    axes.set(xlim=(left, right), ylim=(low, high), xlabel="leaning", ylabel="impact")
    axes.locator_params(nbins=5)
    axes.set_title("Both")
    axes.legend(frameon=False, fontsize="small", loc="lower right")


def _regions(axes: Axes, at: tuple[Array, Array], density: Array, *, mass: Array, filled: bool) -> None:
    """Regions of highest density that hold the shares of the mass."""
    from econ.responses.page import COLOURS

    order = np.argsort(-density, axis=None)
    held = np.cumsum(mass.flat[order])
    levels = [float(density.flat[order[min(int(np.searchsorted(held, share)), len(order) - 1)]]) for share in SHARES]
    top = float(density.max())
    if not levels[0] < levels[1] < top:  # a flat density has no regions
        return
    if filled:
        for level in levels:  # the smaller lies over the larger, and is darker
            axes.contourf(*at, density, levels=[level, top], colors=[COLOURS[0]], alpha=0.35)
    else:
        axes.contour(*at, density, levels=levels, colors="0.3", linestyles="dotted", linewidths=1.0)
