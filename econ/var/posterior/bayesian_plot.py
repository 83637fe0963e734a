"""Pictures of priors and posteriors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.errors import SpecificationError
from econ.var.posterior.hyperparameters import prior_density

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.var.posterior.bayesian_results import BayesianVARResults


def plot_hyperparameters(fit: BayesianVARResults, names: Sequence[str] | None = None) -> Figure:
    """Draw the posterior of each free hyperparameter (bars) over its prior (line).

    Parameters
    ----------
    fit : BayesianVARResults
        With at least one free hyperparameter.
    names : sequence of str, optional
        Which; all by default.

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
    from econ.responses.page import new_page

    known = [str(name) for name in fit.hyperparameters.columns]
    chosen = known if names is None else list(checks.names("names", names))
    for name in chosen:
        checks.position("hyperparameter", name, known)
    if not chosen:
        raise SpecificationError("every hyperparameter is given, so there is no posterior to draw; leave one None.")
    figure = new_page(2.8 * len(chosen), 2.4, layout="constrained")
    for axis, name in zip(figure.subplots(1, len(chosen), squeeze=False)[0], chosen, strict=True):
        draws = fit.hyperparameters[name].to_numpy()
        axis.hist(draws, bins=30, density=True, alpha=0.4)
        low, high = draws.min(), draws.max()
        grid = np.linspace(low, high, 202)[1:-1]
        axis.plot(grid, prior_density(name, grid))
        axis.set_title(name.replace("_", " "))
        axis.set_yticks([])
    return figure
