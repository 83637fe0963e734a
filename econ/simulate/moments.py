"""The archive's moments against the model's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data import load
from econ.data.archive import EMBEDDED
from econ.simulate.calibration import SPAN
from econ.simulate.market import TreasuryMarket

MODEL_HUBS = ("uk", "belgium", "luxembourg", "ireland", "cayman")
COMPARED = ("china", "japan", "hubs", "officials", "others", "fed", "yield_2y", "yield_10y", "yield_30y", "risk")


def archive_columns(as_of: str = EMBEDDED) -> pd.DataFrame:
    """Monthly data of the archive under the model's names: purchases in percent of debt, yield changes in bp.

    ``hubs`` are the United Kingdom, Belgium, Luxembourg, Ireland and the Cayman Islands; ``officials`` all foreign
    officials but China; ``others`` all foreigners but officials, Japan and hubs (Japan's official part counts twice).
    """
    names = [f"{name}_net_purchases" for name in ("china", "japan", "official", "foreign", "fed", *MODEL_HUBS)]
    flows = load(*names, as_of=as_of).frame.set_axis([name.removesuffix("_net_purchases") for name in names], axis=1)
    rates = load("yield_2y", "yield_10y", "yield_30y", "financial_conditions", as_of=as_of).frame.diff()
    columns = pd.DataFrame(
        {"china": flows["china"], "japan": flows["japan"], "hubs": flows[list(MODEL_HUBS)].sum(axis=1)}
    )
    columns["officials"] = flows["official"] - flows["china"]
    columns["others"] = flows["foreign"] - flows["official"] - flows["japan"] - columns["hubs"]
    columns["fed"] = flows["fed"]
    for name in ("yield_2y", "yield_10y", "yield_30y"):
        columns[name] = 100.0 * rates[name]
    columns["risk"] = rates["financial_conditions"]
    return columns.loc[SPAN[0] : SPAN[1]]  # nobody published officials' purchases from 2021-01 to 2023-01


@checked
def moments_table(market: TreasuryMarket | None = None, *, as_of: str = EMBEDDED) -> pd.DataFrame:
    """Compare standard deviations, autocorrelations and correlations of the archive with the model's.

    Parameters
    ----------
    market : TreasuryMarket, optional
        Default the default market; moments of the model are analytic and free of the statistics' faults.
    as_of : str
        Data vintage of the archive's moments. The default market is calibrated to the embedded one.

    Returns
    -------
    DataFrame
        Indexed (moment, variable); columns ``data``, ``std_error`` (of the data's moment, if months were independent)
        and ``model``. Moments: ``"std"`` (percent of debt, bp, index points), ``"autocorrelation"`` (one month),
        ``"correlation"`` (pairs).

    Examples
    --------
    >>> table = moments_table()
    >>> bool(abs(table.loc[("std", "yield_10y"), "model"] - 23.5) < 0.1)
    True
    """
    market = TreasuryMarket() if market is None else market
    data = archive_columns(as_of).loc[:, list(COMPARED)]
    where = [market.columns.index(name) for name in COMPARED]
    now, before = (market.covariance(lag)[np.ix_(where, where)] for lag in (0, 1))
    std = np.sqrt(np.diag(now))
    correlation, sample = now / np.outer(std, std), data.corr().to_numpy()
    known, rows = data.notna().to_numpy(float), {}
    size = known.T @ known  # months in which both of a pair are published
    for j, name in enumerate(COMPARED):
        spread = float(data[name].std())
        rows["std", name] = (spread, spread / np.sqrt(2.0 * size[j, j]), std[j])
    for j, name in enumerate(COMPARED):
        rows["autocorrelation", name] = (data[name].autocorr(1), 1.0 / np.sqrt(size[j, j]), before[j, j] / now[j, j])
    for j, name in enumerate(COMPARED):
        for i in range(j):
            error = (1.0 - sample[i, j] ** 2) / np.sqrt(size[i, j])
            rows["correlation", f"{COMPARED[i]}, {name}"] = (sample[i, j], error, correlation[i, j])
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["data", "std_error", "model"])
    table.index = pd.MultiIndex.from_tuples(rows, names=["moment", "variable"])
    return table
