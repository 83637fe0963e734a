"""How much of the price effect of a sale disappears because allies respond: the price offset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked, warn
from econ.errors import EconWarning, NotIdentified, SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.offset._ratio import ratio_of_draws
from econ.offset._responses import check_allies, check_unit, joint, shock_of
from econ.offset.shut_off import METHODS, Plan, ShutOff, described, own_prices, paths
from econ.responses import IRF, Bootstrap, Identified

DOUBTFUL = 0.75  # Antolín-Díaz, Petrella and Rubio-Ramírez: a coin more biased than this is not read
NO_DRAWS = Unavailable("point responses only; pass bootstrap=MovingBlock(draws=1999) and rng=")


@checked
def price_offset(
    svar: Identified | IRF,
    seller: str,
    ally: str | Sequence[str],
    *,
    response: str = "yield_10y",
    horizon: int = 6,
    method: str = "sims-zha",
    level: float = 0.90,
    cumulative: bool = False,
    size: float = 1.0,
    shock: str | None = None,
    using: str | Sequence[str] | None = None,
    hold_seller: bool = False,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> Estimate:
    """Share of the price effect of a seller's shock that the allies' response removes.

    ``pi_h = 1 - Y_h(allies respond) / Y_h(allies shut off)``: 1 if allies undo the effect, 0 if they do not matter.

    Parameters
    ----------
    svar : StructuralResults or IRF
        An identified VAR (pass ``bootstrap`` and ``rng`` for a set, unless it has draws of its own), or its responses,
        to the seller's and the allies' shocks; every draw of them gets its own counterfactual.
    seller, ally : str, str or sequence of str
        Net purchases; the shocks are named alike.
    response : str
        The price.
    horizon : int, default 6
        When it is read, and the last period in which allies are shut off.
    method : {"sims-zha", "scenario", "least-squares", "reduced"}
        How the allies are shut off. ``sims-zha``: one allied shock a period and ally, found period by period.
        ``scenario``: allied shocks of smallest norm, with their plausibility; warns above 0.75. ``least-squares``:
        allied shocks at horizon 0 only, announced and never a surprise again, with the smallest sum of squares of the
        allies' purchases; ``residual`` says what is left. ``reduced``: rho beta_ally / beta_seller, price impacts
        times quantity, beta_seller before the allies react.
    level : float, default 0.90
        Coverage.
    cumulative : bool, default False
        Whether the response enters in changes, so that its responses are summed to the horizon.
    size : float, default 1
        Seller's shock, in standard deviations (or in units of the scaled responses). The offset does not depend on it,
        the plausibility does.
    shock : str, optional
        The seller's shock, default the one named like ``seller``.
    using : str or sequence of str, optional
        Allied shocks, contemporaneous and news; default those named like the allies.
    hold_seller : bool, default False
        In a scenario, also keep the seller's path as it was, by the seller's own shocks, so that both sides of the
        ratio are per unit of the same sale.
    bootstrap, rng, n_jobs
        How to draw when an identified VAR is given.

    Returns
    -------
    Estimate
        ``region`` is Fieller's set over the draws of (difference, response shut off), maybe unbounded; ``parent`` is
        the `ShutOff` (the `IRF` for the reduced form), which shows the implied shocks.

    Raises
    ------
    SpecificationError
        If seller and ally are the same, the horizon is beyond the responses, the number of shocks does not suit the
        method, an option does not belong to it, or there are draws but fewer than 20; if the method is "least-squares"
        and the allies' purchases are known to be in different units.
    NotIdentified
        If the allies' shocks cannot shut them off, or the response without them is exactly zero.

    References
    ----------
    Sims, C. A. and T. Zha (2006), Does Monetary Policy Generate Recessions?, Macroeconomic Dynamics 10(2).
    Antolín-Díaz, J., I. Petrella and J. F. Rubio-Ramírez (2021), Structural scenario analysis with SVARs, Journal of
    Monetary Economics 117. McKay, A. and C. K. Wolf (2023), What Can Time-Series Regressions Tell Us About Policy
    Counterfactuals?, Econometrica 91(5).

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> impact = [[1.0, 0.0, 0.0], [-0.3, 0.5, 0.0], [-2.0, -1.0, 1.0]]
    >>> data = simulated_var(500, rng=1, lags=[0.3 * np.eye(3)], impact=impact, names=("cn", "jp", "y"))
    >>> svar = VAR(data, lags=1).fit().identify(Cholesky("cn", "jp", "y"))
    >>> print(round(price_offset(svar, "cn", "jp", response="y", horizon=0).value, 2))
    0.22
    """
    method, level = checks.choice("method", method, METHODS), checks.level(level)
    allies = check_allies(seller, ally)
    check_unit(svar, allies if method == "least-squares" else ())  # sums squares; elsewhere units cancel by ally
    irf = joint(svar, horizon, bootstrap, rng, n_jobs=n_jobs)
    if not isinstance(irf, IRF):
        raise SpecificationError(
            "a price offset recomputes whole paths of responses to several shocks; pass an identified VAR or its IRF; "
            f"found {type(irf).__name__}."
        )
    horizon = checks.horizon(horizon, irf.horizon)
    tools = allies if using is None else checks.names("using", using)
    plan = Plan.of(irf, (seller, shock_of(irf, seller, shock)), allies, tools, method=method, hold_seller=hold_seller)
    row = checks.position("response", response, irf.responses)
    point = pairs(plan, irf.point[None, : horizon + 1], row, cumulative=cumulative)
    drawn = None if irf.draws is None else pairs(plan, irf.draws[:, : horizon + 1], row, cumulative=cumulative)
    parent: ShutOff | IRF = irf
    if method != "reduced":
        parent = described(plan, irf, horizon, size)
        _warn(parent, method)
    label = f"share of the response of {response} to {seller} removed by {' and '.join(allies)} after {horizon} periods"
    return _estimate(point[0], drawn, parent, level=level, label=label, nobs=irf.nobs)


def pairs(plan: Plan, theta: Array, row: int, *, cumulative: bool) -> Array:
    """Difference that the allies make, and the response without them, (B, 2)."""
    if plan.method == "reduced":
        return own_prices(plan, theta, row, cumulative=cumulative)
    last = slice(None) if cumulative else slice(-1, None)
    actual = theta[:, last, row, plan.shock].sum(axis=1)
    shut = paths(plan, theta)[0][:, last, row].sum(axis=1)
    return np.column_stack([shut - actual, shut])


def _warn(parent: ShutOff, method: str) -> None:
    if method == "scenario" and parent.plausibility > DOUBTFUL:
        warn(
            f"the scenario needs shocks as unusual as a coin of bias {parent.plausibility:.2f} (above {DOUBTFUL}); do "
            "not read it.",
            EconWarning,
        )


def _estimate(point: Array, drawn: Array | None, parent: object, *, level: float, label: str, nobs: int) -> Estimate:
    if point[1] == 0.0:
        raise NotIdentified("the price does not respond when the allies are shut off; there is nothing to offset.")
    if drawn is None:
        value = float(point[0] / point[1])
        return Estimate(value, NO_DRAWS, NO_DRAWS, NO_DRAWS, level, "", label, nobs, parent=parent)
    return ratio_of_draws(np.vstack([point, drawn]), level=level, label=label, nobs=nobs, parent=parent)
