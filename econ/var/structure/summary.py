"""What an identified VAR prints of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.infer import bands
from econ.tables.shown import Facts, listed
from econ.var.reduced.summary import sample

if TYPE_CHECKING:
    from econ.var.structure.structural import StructuralResults


def facts(svar: StructuralResults) -> Facts:
    """Scheme, shocks, and the reduced form behind them."""
    found = {
        "identification": type(svar.scheme).__name__,
        "shocks": listed(svar.shock_names),
        **sample(svar.parent),
    }
    found |= {"in doubt": svar.doubt} if svar.doubt else {}
    return found if svar.draws is None else {**found, "draws": len(svar.draws)}


def numbers(svar: StructuralResults, level: float = 0.90) -> pd.DataFrame:
    """Impact of one standard deviation: one row a response and shock; with draws their spread and quantiles."""
    level = checks.level(level)
    names = [svar.parent.variables, svar.shock_names]
    index = pd.MultiIndex.from_product(names, names=["response", "shock"])
    columns = {"point": svar.impact.to_numpy().reshape(-1)}
    if svar.draws is not None and len(svar.draws) > 1:
        draws = svar.draws.reshape(len(svar.draws), -1)
        lower, upper = bands.pointwise(draws, level=level)
        columns |= {"std_error": np.asarray(draws.std(axis=0, ddof=1)), "lower": lower, "upper": upper}
    return pd.DataFrame(columns, index=index)
