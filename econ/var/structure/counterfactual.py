"""What a shock would have done had a variable not responded: shut-off responses with their draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.errors import NotIdentified, SpecificationError
from econ.frozen import guarded
from econ.responses.irf import IRF
from econ.tables.shown import Shown
from econ.var import _kernels as kernels

METHODS = ("sims-zha", "scenario", "least-squares")


@guarded
@dataclass(frozen=True, eq=False)
class Counterfactual(Shown):
    """Responses to a shock while other shocks hold variables still.

    Parameters
    ----------
    irf : IRF
        One shock, named ``shock | silenced shut off``; its draws are joint with those of ``parent``, so
        ``parent.shock(name) - counterfactual.irf`` has the right uncertainty.
    interventions : array (H + 1, k)
        Shocks used at each horizon, in the sizes of ``parent`` (standard deviations unless scaled).
    intervention_draws : array (B, H + 1, k), optional
        The same in every draw.
    residual : float
        Root mean square of what is left of the silenced responses; 0 but for least squares.
    plausibility : float
        Antolín-Díaz, Petrella and Rubio-Ramírez's coin: 0.5 = ordinary shocks, 1 = unheard of. Read no counterfactual
        far above 0.75.
    parent : IRF
        The responses it was made from.
    """

    irf: IRF
    interventions: Array = field(repr=False)
    intervention_draws: Array | None = field(repr=False)
    residual: float
    plausibility: float
    parent: IRF = field(repr=False)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """The responses under the counterfactual; see :meth:`econ.IRF.to_frame`."""
        return self.irf.to_frame(level)


@checked
def counterfactual(
    irf: IRF, shock: str, *, silence: str | Sequence[str], using: str | Sequence[str], method: str = "sims-zha"
) -> Counterfactual:
    """Responses to ``shock`` while shocks ``using`` keep the variables ``silence`` at zero.

    Parameters
    ----------
    irf : IRF
        Responses to all shocks involved.
    shock : str
        The shock of interest.
    silence : str or sequence of str
        Variables that shall not respond.
    using : str or sequence of str
        Shocks that hold them still.
    method : {"sims-zha", "scenario", "least-squares"}
        ``sims-zha``: as many shocks as variables, one surprise a period, found period by period. ``scenario``: any
        number of shocks, the path of least squares norm (the mean of the structural scenario). ``least-squares``:
        shocks at horizon 0 only, so that agents are not surprised again, with the smallest sum of squared
        silenced responses.

    Returns
    -------
    Counterfactual

    Raises
    ------
    SpecificationError
        For unknown names, a shock of interest among the tools, or too few shocks for the variables.
    NotIdentified
        If the tools do not move the silenced variables.

    References
    ----------
    Sims, C. A. and T. Zha (2006), Does Monetary Policy Generate Recessions?, Macroeconomic Dynamics 10(2), 231-272.
    Antolín-Díaz, J., I. Petrella and J. F. Rubio-Ramírez (2021), Structural scenario analysis with SVARs, Journal of
    Monetary Economics 117, 798-815.
    McKay, A. and C. K. Wolf (2023), What Can Time-Series Regressions Tell Us About Policy Counterfactuals?,
    Econometrica 91(5), 1695-1725 (the best approximation with few shocks).

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> irf = VAR(simulated_var(periods=300, rng=1), lags=1).fit().identify(Cholesky("x", "y")).irf(6)
    >>> shut = counterfactual(irf, "x", silence="y", using="y")
    >>> bool(abs(shut.irf.point[:, 1]).max() < 1e-12)
    True
    """
    method = checks.choice("method", method, METHODS)
    rows, tools = _positions(silence, irf.responses, "response"), _positions(using, irf.shocks, "shock")
    (column,) = _positions(shock, irf.shocks, "shock")
    if column in tools:
        raise SpecificationError(f"shock {shock!r} cannot hold variables still against itself; use another shock.")
    if len(tools) < len(rows) or (method == "sims-zha" and len(tools) != len(rows)):
        need = "exactly as many" if method == "sims-zha" else "at least as many"
        raise SpecificationError(
            f"{method} needs {need} shocks as variables to hold still; found {len(tools)} for {len(rows)}."
        )
    point, used = _solved(irf.point[None], column, method, silence=rows, using=tools)
    drawn = None if irf.draws is None else _solved(irf.draws, column, method, silence=rows, using=tools)
    name = f"{shock} | {', '.join(irf.responses[i] for i in rows)} shut off"
    left = point[0][:, rows]
    return Counterfactual(
        irf=replace(
            irf,
            point=point[0][..., None],
            draws=None if drawn is None else drawn[0][..., None],
            shocks=(name,),
            std_errors=None,
            draw_errors=None,
        ),
        interventions=used[0],
        intervention_draws=None if drawn is None else drawn[1],
        residual=float(np.sqrt((left**2).mean())) if method == "least-squares" else 0.0,
        plausibility=plausibility(0.5 * float((used[0] ** 2).sum()), len(irf.point) * max(irf.point.shape[1:])),
        parent=irf,
    )


def shut_off(theta: Array, shock: int, *, silence: list[int], using: list[int]) -> tuple[Array, Array]:
    """Sims-Zha: paths (B, H + 1, n) and shocks used (B, H + 1, k) from responses ``theta`` (B, H + 1, n, s).

    At h the shocks e_h solve Θ_0[silence, using] e_h = -(path so far)[silence], and add Θ_{j-h}[:, using] e_h to the
    path at j = h, h + 1, ...
    """
    path = theta[..., shock].copy()
    steps = path.shape[1]
    now = theta[:, 0][:, silence][:, :, using]
    used = np.empty((len(theta), steps, len(using)))
    for h in range(steps):
        used[:, h] = np.linalg.solve(now, -path[:, h, silence][..., None])[..., 0]
        path[:, h:] += (theta[:, : steps - h][..., using] @ used[:, h, None, :, None])[..., 0]
        path[:, h, silence] = 0.0
    return path, used


def least_norm(theta: Array, shock: int, *, silence: list[int], using: list[int]) -> tuple[Array, Array]:
    """Scenario: the shocks of smallest Euclidean norm that keep ``silence`` at zero; shapes as `shut_off`."""
    draws, steps, n, _ = theta.shape
    effect = kernels.stacked(theta[..., using])
    target = -theta[..., shock][:, :, silence].reshape(draws, -1, 1)
    picked = effect.reshape(draws, steps, n, -1)[:, :, silence].reshape(draws, target.shape[1], -1)
    q, r = np.linalg.qr(np.swapaxes(picked, 1, 2))
    used = q @ np.linalg.solve(np.swapaxes(r, 1, 2), target)
    path = theta[..., shock] + (effect @ used).reshape(draws, steps, n)
    path[:, :, silence] = 0.0
    return path, used.reshape(draws, steps, len(using))


def at_once(theta: Array, shock: int, *, silence: list[int], using: list[int]) -> tuple[Array, Array]:
    """Least squares: shocks at horizon 0 that make the silenced paths smallest; shapes as `shut_off`."""
    draws, steps, _, _ = theta.shape
    x = theta[:, :, silence][..., using].reshape(draws, -1, len(using))
    y = theta[:, :, silence, shock].reshape(draws, -1, 1)
    q, r = np.linalg.qr(x)
    first = np.linalg.solve(r, -np.swapaxes(q, 1, 2) @ y)[..., 0]
    used = np.zeros((draws, steps, len(using)))
    used[:, 0] = first
    return theta[..., shock] + (theta[..., using] @ first[:, None, :, None])[..., 0], used


def plausibility(divergence: float, count: int) -> float:
    """Bias of the coin whose Kullback-Leibler distance from a fair one, over ``count`` tosses, equals ``divergence``.

    q = (1 + √(1 - exp(-2 divergence / count))) / 2, from 0.5 (fair) to 1; ``count`` = variables (shocks, if
    they are more) times periods.

    References
    ----------
    McCulloch, R. E. (1989), Local Model Influence, Journal of the American Statistical Association 84(406), 473-478.
    Antolín-Díaz, J., I. Petrella and J. F. Rubio-Ramírez (2021), Journal of Monetary Economics 117, 798-815.

    Examples
    --------
    >>> plausibility(0.0, 12)
    0.5
    """
    return 0.5 * (1.0 + float(np.sqrt(-np.expm1(-2.0 * divergence / count))))


def _solved(theta: Array, shock: int, method: str, *, silence: list[int], using: list[int]) -> tuple[Array, Array]:
    solve = {"sims-zha": shut_off, "scenario": least_norm, "least-squares": at_once}[method]
    if method == "least-squares":
        moved, needed = theta[:, :, silence][..., using].reshape(len(theta), -1, len(using)), len(using)
    else:
        moved, needed = theta[:, 0][:, silence][:, :, using], len(silence)
    if np.linalg.matrix_rank(moved).min() < needed:
        raise NotIdentified(
            "the shocks chosen do not move the variables to hold still; choose shocks that do, such as their own."
        )
    return solve(theta, shock, silence=silence, using=using)


def _positions(wanted: str | Sequence[str], known: tuple[str, ...], kind: str) -> list[int]:
    return [checks.position(kind, name, known) for name in checks.names(kind, wanted, least=1)]
