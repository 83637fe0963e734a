"""The quantity offset with an instrument for the seller's sales: local projections in one step or two equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Seed
from econ.border import checked
from econ.data.dataset import Dataset, as_dataset
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.infer.form import ReducedForm
from econ.infer.weak import anderson_rubin
from econ.offset._ratio import Ratio
from econ.offset._responses import check_allies, check_columns
from econ.offset.quantity import quantity_offset
from econ.projection import LocalProjection, ProjectionResults
from econ.projection.bootstrap import Bootstrap
from econ.responses import Reading

SETS = ("anderson-rubin", "fieller", "delta", "bootstrap")
BOUGHT = "purchases of the allies"


@checked
def instrumented_offset(
    data: Dataset | pd.DataFrame,
    seller: str,
    ally: str | Sequence[str],
    *,
    instrument: str | Sequence[str],
    horizon: int = 6,
    controls: Sequence[str] = (),
    contemporaneous: Sequence[str] = (),
    lags: int = 6,
    cov: str = "hac",
    method: str = "anderson-rubin",
    level: float = 0.90,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
) -> Estimate:
    """Share of a seller's cumulated sale that allies buy, the sale moved by an instrument.

    One step (``anderson-rubin``, ``delta``): the allies' purchases summed over t, ..., t + h on the seller's, summed
    alike, instrumented by z_t; minus the coefficient is rho_h. Two equations (``fieller``, ``bootstrap``): both sums on
    z_t; minus the ratio of the coefficients. With one instrument the values agree exactly, and Fieller's set of the two
    equations is the Anderson-Rubin set of the one step.

    Parameters
    ----------
    data : Dataset or DataFrame
        Purchases, instruments and controls; purchases in one unit.
    seller, ally : str, str or sequence of str
        Net purchases; several allies are added.
    instrument : str or sequence of str
        Moves the seller's purchases and nothing else; several only in one step. A granular shock, the seller's flow
        less a weighted mean of all holders', contains minus the ally's purchases times its weight if the ally is in the
        panel, and so finds an offset where there is none: build it without the allies.
    horizon : int, default 6
        Last period summed, included.
    controls, contemporaneous, lags
        As in :class:`econ.projection.LocalProjection`; lags of the instruments are added to the controls.
    cov : str, default "hac"
        Covariance; "hac" uses Bartlett lags = horizon, since sums overlap.
    method : {"anderson-rubin", "fieller", "delta", "bootstrap"}
        Set. The first two stay valid when the instrument is weak, and may then be unbounded.
    level : float, default 0.90
        Coverage.
    bootstrap : Wild or PlugIn
        For ``"bootstrap"``: how both equations are drawn.
    rng : int or SeedSequence
        Its seed.

    Returns
    -------
    Estimate
        ``std_error`` is the delta method's, for comparison; ``parent`` is the `ProjectionResults`, of both equations
        where there are two.

    Raises
    ------
    SpecificationError
        If seller and ally are the same, the method is unknown, two equations are asked for several instruments, or
        purchases are known to be in different units.

    References
    ----------
    Ramey, V. A. and S. Zubairy (2018), Government Spending Multipliers in Good Times and in Bad, Journal of Political
    Economy 126(2). Anderson, T. W. and H. Rubin (1949), Annals of Mathematical Statistics 20(1).

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(1).standard_normal((300, 3))
    >>> frame = pd.DataFrame({"news": draws[:, 0], "cn": draws[:, 0] + draws[:, 1]})
    >>> frame["jp"] = -0.4 * frame["cn"] + draws[:, 1] + draws[:, 2]
    >>> print(instrumented_offset(frame, "cn", "jp", instrument="news", horizon=0, lags=1))
    0.398, s.e. 0.096, 90% set [0.25, 0.57]
    """
    allies = check_allies(seller, ally)
    instruments, method = checks.names("instrument", instrument, least=1), checks.choice("method", method, SETS)
    horizon, level = checks.horizon(horizon), checks.level(level)
    table, bought = with_sum(as_dataset(data), seller, allies)
    projected = partial(LocalProjection, table, contemporaneous=contemporaneous, lags=lags, lag_augmented=False)
    if method in ("anderson-rubin", "delta"):
        model = projected(
            bought, seller, controls=(*controls, *instruments), cumulative="multiplier", instrument=instruments
        )
        found = one_step(model.fit(horizon, cov), method, level)
    elif len(instruments) > 1:
        raise SpecificationError(
            f"two equations need one instrument; found {list(instruments)}; use method='anderson-rubin'."
        )
    else:
        model = projected((bought, seller), instruments[0], controls=controls, cumulative=True)
        both = model.fit(horizon, cov, bootstrap=bootstrap if method == "bootstrap" else None, rng=rng)
        found = quantity_offset(both, seller, bought, horizon=horizon, level=level, method=method)
    return replace(found, label=f"share of {seller} offset by {' and '.join(allies)} within {horizon} periods")


def one_step(results: ProjectionResults, method: str, level: float) -> Estimate:
    """Minus the multiplier at the last horizon, with its interval or Anderson-Rubin set."""
    horizon, (bought,) = results.horizon, results.responses
    lower, upper = (-float(end[horizon, 0, 0]) for end in results.irf.band(level)[::-1])
    value, error = -float(results.point[horizon, 0, 0]), float(results.std_errors[horizon, 0, 0])
    label, nobs = f"cumulated {bought} to {results.shocks[0]} at horizon {horizon}", results.nobs - horizon
    turned = Estimate(value, error, lower, upper, level, "", label, nobs, parent=results)
    if method == "delta":
        return turned
    form = results.reduced_form(bought, horizon)
    region = -anderson_rubin(form, level=level)
    return Ratio(
        turned.value, turned.std_error, region.lower, region.upper, level, "", turned.label, turned.nobs, region=region,
        parent=results, pair=_pair(form, results),
    )  # fmt: skip


def _pair(form: ReducedForm, parent: object) -> Reading:
    """What the instruments, weighted as by two-stage least squares, do to what allies and seller buy."""
    weight = form.moments @ form.first
    turn = np.vstack([np.r_[-weight, 0.0 * weight], np.r_[0.0 * weight, weight]])
    both = np.r_[form.outcome, form.first]
    return Reading(turn @ both, turn @ form.covariance @ turn.T, None, form.nobs, None, parent)


def with_sum(data: Dataset, seller: str, allies: tuple[str, ...]) -> tuple[Dataset, str]:
    """The data with one column for what the allies buy, in the unit of what the seller does, and its name."""
    check_columns(data, (seller, *allies))
    if len(allies) == 1:
        return data, allies[0]
    total = data.select(*allies).frame.sum(axis=1, skipna=False)
    first = data.variables[allies[0]]
    variables = {**data.variables, BOUGHT: replace(first, name=BOUGHT, label=" and ".join(allies))}
    return Dataset(data.frame.assign(**{BOUGHT: total}), variables, data.vintages, parent=data), BOUGHT
