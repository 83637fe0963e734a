"""Pictures of priors and posteriors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from econ import checks
from econ.errors import SpecificationError
from econ.var.posterior.hyperparameters import prior_density

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.var.posterior.bayesian_results import BayesianVARResults


def plot_hyperparameters(fit: BayesianVARResults, names: Sequence[str] | None = None, *, ax: Any = None) -> Figure:
    """Draw the posterior of each free hyperparameter (bars) over its prior (line).

    Parameters
    ----------
    fit : BayesianVARResults
        With at least one free hyperparameter.
    names : sequence of str, optional
        Which; all by default.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, one a name.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; ``plt.show()`` does if pyplot was imported before; ``savefig`` saves it.

    Raises
    ------
    SpecificationError
        If there is no free hyperparameter, or none of that name.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import BayesianVAR
    >>> fit = BayesianVAR(simulated_var(periods=200, rng=1), lags=2).fit(draws=200, rng=1)
    >>> len(plot_hyperparameters(fit).axes)
    1
    """
    from econ.responses.page import COLOURS, legend, panels, style, words

    known = [str(name) for name in fit.hyperparameters.columns]
    chosen = known if names is None else list(checks.names("names", names))
    for name in chosen:
        checks.position("hyperparameter", name, known)
    if not chosen:
        raise SpecificationError("every hyperparameter is given, so there is no posterior to draw; leave one None.")
    with style():
        page, axes = panels(1, len(chosen), ax, height=2.4)
        for axis, name in zip(axes.ravel(), chosen, strict=True):
            draws = fit.hyperparameters[name].to_numpy()
            axis.hist(draws, bins=30, density=True, color=COLOURS[0], alpha=0.35, label="posterior")
            grid = np.linspace(draws.min(), draws.max(), 202)[1:-1]
            axis.plot(grid, prior_density(name, grid), color=COLOURS[1], linestyle="--", label="prior")
            words(axis, title=name.replace("_", " "))
            axis.set_yticks([])
        legend(axes.ravel()[0])
    return page
