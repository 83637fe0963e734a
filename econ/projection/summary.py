"""The table that the results of every projection print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.estimate import Unavailable
from econ.responses.irf import IRF
from econ.tables.shown import Facts, listed

if TYPE_CHECKING:
    from econ.projection.model import LocalProjection
    from econ.projection.panel import PanelProjection


def projection_facts(model: LocalProjection | PanelProjection, *, nobs: int, cov: str) -> Facts:
    """What was projected on what, and how errors were counted."""
    names = checks.names("instrument", model.instrument or ())
    return {
        "response": listed(checks.names("response", model.response)),
        "impulse": model.impulse,
        "controls": listed([*model.controls, *model.contemporaneous]) or "none",
        "instruments": listed(names) or "none",
        "lags": model.lags,
        "covariance": cov,
        "observations": nobs,
    }


def summary(
    irf: IRF, level: float, *, nobs: Sequence[int], first_stages: Sequence[float | Unavailable] | None
) -> pd.DataFrame:
    """Responses with the rows and, with instruments, the effective F of each horizon (H + 1,)."""
    table = irf.to_frame(level)
    each = irf.point[0].size
    table["nobs"] = np.repeat(np.asarray(nobs), each)
    if first_stages is not None:
        strength = [value for value in first_stages for _ in range(each)]
        table["first_stage_f"] = pd.Series(strength, index=table.index)
    return table
