"""What responses print of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.tables.shown import Facts, listed, told
from econ.tables.table import Table

if TYPE_CHECKING:
    from econ.responses.irf import IRF

MILESTONES = (0, 1, 2, 3, 6, 12, 24, 36, 48, 60)
"""Horizons that a summary of a long path shows, beside the last."""
FEW = 8
"""Horizons up to which it shows all."""


def facts(irf: IRF) -> Facts:
    """Names, horizons, and where the uncertainty is from."""
    errors = "none: points only" if irf.std_errors is None else "standard errors"
    what = "multipliers" if irf.multiplier else "sums over horizons" if irf.cumulated else "responses"
    doubt = getattr(irf.parent, "doubt", "")  # of a VAR that was identified, which this room does not know
    return {
        "kind": what,
        "responses": listed(irf.responses),
        "shocks": listed(irf.shocks),
        "horizons": f"0 to {irf.horizon}",
        "uncertainty": errors if irf.draws is None else f"{len(irf.draws):,} draws",
        "observations": irf.nobs,
        **({"in doubt": doubt} if doubt else {}),
    }


def summary(irf: IRF, level: float = 0.90) -> Table:
    """Responses at chosen horizons with their uncertainty; :meth:`IRF.to_frame` has every horizon.

    Parameters
    ----------
    level : float, default 0.90
        Coverage of the pointwise intervals.

    Returns
    -------
    Table
        Rows (horizon, response, shock): all horizons up to 8, else 0, 1, 2, 3, 6, 12, 24, ... and the last.
    """
    frame: pd.DataFrame = irf.to_frame(level)
    horizons = frame.index.get_level_values("horizon")
    kept = np.ones(len(frame), dtype=bool) if irf.horizon <= FEW else horizons.isin([*MILESTONES, irf.horizon])
    return told(irf, frame[kept], level=level)
