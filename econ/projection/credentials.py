"""What an instrument must show before it is used: relevance, balance, over-identification, influence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.data.index import dates
from econ.errors import SingularDesign, SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.infer.form import ReducedForm
from econ.infer.joint import joint_test
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import ar_statistic, reduced_form
from econ.tables.shown import Shown

if TYPE_CHECKING:
    from econ.projection.granular import GranularInstrument
    from econ.projection.instrument import Instrument


@guarded
@dataclass(frozen=True, eq=False)
class Credentials(Shown):
    """The four checks of an instrument.

    Parameters
    ----------
    relevance : EffectiveF
        First stage.
    balance : DataFrame
        One row a test that the past of a variable does not predict the instrument: statistic, p_value, distribution,
        null.
    overidentification : DataFrame or Unavailable
        One row, same columns; `Unavailable` with fewer than two groups.
    influence : DataFrame
        One row a holder or episode left out: f (effective F), estimate (2SLS).
    """

    relevance: EffectiveF
    balance: pd.DataFrame = field(repr=False)
    overidentification: pd.DataFrame | Unavailable = field(repr=False)
    influence: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        worst = self.influence["f"].idxmin()
        over = self.overidentification
        past = ", ".join(f"{name} p = {p:.2f}" for name, p in self.balance["p_value"].items())
        lines = (
            f"relevance: {self.relevance}",
            f"balance: past of {past}",
            f"influence: F from {self.influence['f'].min():.1f} (without {worst}) to {self.influence['f'].max():.1f}, "
            f"estimates from {self.influence['estimate'].min():.3g} to {self.influence['estimate'].max():.3g}",
            f"over-identification: {over if isinstance(over, Unavailable) else f'p = {over.p_value.iloc[0]:.2f}'}",
        )
        return "\n".join(lines)


@checked
def balance(
    instrument: pd.Series,
    past: pd.DataFrame,
    *,
    lags: int = 12,
    reference: str = "shift",
    cov: str = "hc3",
    bandwidth: int | None = None,
) -> pd.DataFrame:
    """Test that ``lags`` lags of each variable do not predict the instrument (pre-trends).

    Parameters
    ----------
    instrument : Series (T,)
        Instrument.
    past : DataFrame (., v)
        Variables whose lags t - ``lags``..t - 1 are tried, one variable at a time.
    lags : int, default 12
        Lags.
    reference : {"shift", "f"}
        As in :func:`econ.infer.joint_test`: the instrument turned round the sample against the lags where they stand
        (turns that set it beside lags of what it moves are left out), or the F distribution of the covariance.
    cov : str, default "hc3"
        As there.
    bandwidth : int, optional
        Bartlett lags ("hac") or cosines ("ewc").

    Returns
    -------
    DataFrame
        One row a variable: statistic (Wald / lags), p_value, distribution, null.

    Raises
    ------
    SpecificationError
        If ``lags`` is not positive.
    SampleTooShort, SchemaError, SingularDesign
        As :func:`econ.infer.joint_test`, whose size with 12 lags and 165 months stands in its docstring: 5% for an
        instrument that moves the variable at once, where the Wald test by Newey-West rejects 38%.

    Examples
    --------
    >>> frame = pd.DataFrame(np.random.default_rng(1).standard_normal((200, 2)), columns=["z", "yield"])
    >>> bool(balance(frame["z"], frame[["yield"]], lags=4).loc["yield", "p_value"] > 0.05)
    True
    """
    lags, reference = checks.count("lags", lags), checks.choice("reference", reference, ("shift", "f"))
    instrument = instrument.set_axis(dates(instrument.index))
    past = checks.figures("past", past.set_axis(dates(past.index), axis=0), holes=True)
    absent = instrument.index.difference(past.index)
    if len(absent):
        raise SpecificationError(f"past has no row for {absent[0]}, where the instrument has a value; extend it.")
    rows = {}
    for name in past.columns:
        lagged = pd.DataFrame({f"L{lag}.{name}": past[name].shift(lag) for lag in range(1, lags + 1)})
        lagged = lagged.loc[instrument.index].dropna()
        test = joint_test(
            instrument.loc[lagged.index],
            lagged,
            reference=reference,
            cov=cov,
            bandwidth=bandwidth,
            skip=lags if reference == "shift" else 0,
        )
        rows[name] = {**test, "null": f"{lags} lags of {name} do not predict the instrument"}
    return pd.DataFrame.from_dict(rows, orient="index")


@checked
def overidentification(form: ReducedForm) -> pd.DataFrame:
    """Test that all instruments point to one effect: the least Anderson-Rubin statistic over effects.

    The statistic is that of continuously updated GMM (Hansen, Heaton and Yaron 1996), chi-square with m - 1 degrees.
    Sizes at a nominal 5% are 4.2-9.0%. Measured in :doc:`/coverage`.

    Parameters
    ----------
    form : ReducedForm
        Of at least two instruments.

    Returns
    -------
    DataFrame
        One row: statistic, p_value, distribution, null.

    Raises
    ------
    SpecificationError
        With one instrument.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((300, 4))
    >>> flow = draws[:, 0] + draws[:, 1] + draws[:, 2]
    >>> test = overidentification(reduced_form(2 * flow + draws[:, 3] + draws[:, 2], flow, draws[:, :2]))
    >>> bool(test.loc["J", "p_value"] > 0.05)
    True
    """
    m = len(form.first)
    if m < 2:
        raise SpecificationError("over-identification needs at least two instruments; there is one.")
    standard, _, _ = form.standardised()

    def objective(angle: float | Array) -> Array:
        return ar_statistic(standard, np.tan(angle))

    grid = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 401)
    best = int(np.argmin(objective(grid)))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    # By values: only the least one is used. With the default of 1e-5 for the angle it would lack digits where the
    # instruments are strong, whose statistic bends much.
    found = scipy.optimize.minimize_scalar(
        lambda angle: float(objective(angle)), bounds=around, method="bounded", options={"xatol": 1e-10}
    )
    statistic = min(float(found.fun), float(objective(grid[best])))
    row = {
        "statistic": statistic,
        "p_value": float(scipy.special.chdtrc(m - 1, statistic)),
        "distribution": f"chi2({m - 1})",
        "null": "all instruments identify the same effect",
    }
    return pd.DataFrame.from_dict({"J": row}, orient="index")


@checked
def credentials(
    instrument: GranularInstrument | Instrument,
    outcome: pd.Series,
    endogenous: pd.Series,
    *,
    controls: pd.DataFrame | None = None,
    groups: tuple[tuple[str, ...], ...] = (),
    lags: int = 12,
    cov: str = "hac",
    bandwidth: int | None = None,
) -> Credentials:
    """Put an instrument through its four checks.

    Parameters
    ----------
    instrument : GranularInstrument or Instrument
        Instrument.
    outcome, endogenous : Series
        Outcome (such as the change of a yield) and aggregate flow, on dates that hold those of the instrument.
    controls : DataFrame, optional
        Included in the first stage.
    groups : tuple of tuples of str
        Sub-groups of holders (or episodes) whose own instruments are compared; at least two for over-identification.
    lags : int, default 12
        Lags of outcome and flow tried in the balance test.
    cov, bandwidth
        As in :func:`econ.infer.reduced_form`.

    Returns
    -------
    Credentials

    Raises
    ------
    SpecificationError
        If outcome or flow lacks a date of the instrument.
    SingularDesign
        If the flow does not move there.

    Examples
    --------
    >>> from econ.projection.granular import granular_instrument
    >>> generator = np.random.default_rng(1)
    >>> flows = pd.DataFrame(generator.standard_normal((150, 8)), columns=list("abcdefgh"))
    >>> sizes = pd.Series(2.0 ** -np.arange(8), index=flows.columns)
    >>> total = (flows * sizes / sizes.sum()).sum(axis=1).rename("flow")
    >>> noise = pd.Series(generator.standard_normal(150), name="yield")
    >>> checks = credentials(granular_instrument(flows, sizes), noise - total, total, lags=3)
    >>> checks.relevance.strong
    True
    """
    lags = checks.count("lags", lags)
    outcome, endogenous = (each.set_axis(dates(each.index)) for each in (outcome, endogenous))
    controls = None if controls is None else controls.set_axis(dates(controls.index), axis=0)

    def form(instruments: pd.DataFrame) -> ReducedForm:
        return _form(instruments, outcome, endogenous, controls=controls, cov=cov, bandwidth=bandwidth)

    left_out = instrument.leave_one_out()
    rows = {name: _first_and_second(form(left_out[[name]])) for name in left_out.columns}
    full = form(instrument.series.to_frame())
    table: pd.DataFrame | Unavailable = Unavailable("over-identification needs two groups of holders or episodes")
    if len(groups) > 1:
        several = pd.DataFrame({str(j): instrument.group(*names) for j, names in enumerate(groups)})
        table = overidentification(form(several))
    past = pd.concat([outcome, endogenous], axis=1)
    if not past.columns.is_unique or past.columns.hasnans:
        past.columns = pd.Index(["outcome", "endogenous"])
    return Credentials(
        relevance=effective_f(full),
        balance=balance(instrument.series, past, lags=lags),
        overidentification=table,
        influence=pd.DataFrame.from_dict(rows, orient="index", columns=["f", "estimate"]),
    )


def _form(
    instruments: pd.DataFrame,
    outcome: pd.Series,
    endogenous: pd.Series,
    *,
    controls: pd.DataFrame | None,
    cov: str,
    bandwidth: int | None,
) -> ReducedForm:
    index = instruments.index
    missing = index.difference(outcome.index).union(index.difference(endogenous.index))
    if len(missing):
        raise SpecificationError(f"outcome or flow has no value at {missing[0]}, where the instrument has one; cut it.")
    flow = endogenous.loc[index].to_numpy()
    if len(flow) and (flow == flow[0]).all():  # its deviations are zero on one processor and rounding on another
        raise SingularDesign(f"the endogenous variable is {flow[0]} wherever the instrument is known; it has to move.")
    return reduced_form(
        outcome.loc[index].to_numpy(),
        flow,
        instruments.to_numpy(),
        controls=None if controls is None else controls.loc[index].to_numpy(),
        cov=cov,
        bandwidth=bandwidth,
    )


def _first_and_second(form: ReducedForm) -> tuple[float, float]:
    return effective_f(form).statistic, float(form.outcome[0] / form.first[0])
