"""The table that the results of every projection print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from econ.estimate import Unavailable
from econ.responses.irf import IRF


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
