"""Simulated daily data and event tables for the tests of the room."""

import numpy as np
import pandas as pd


def levels(days=900, *, seed=1, start="2018-01-01", names=("yield_10y",)):
    """Random-walk levels in percent, quoted to a basis point, with steps of about 5 bp."""
    generator = np.random.default_rng(seed)
    common = generator.normal(scale=0.04, size=(days, 1))
    own = generator.normal(scale=0.03, size=(days, len(names)))
    index = pd.bdate_range(start, periods=days, name="date")
    return pd.DataFrame(4.0 + np.round((common + own).cumsum(axis=0), 2), index=index, columns=list(names))


def news(index, positions, *, kinds=("sale",)):
    """One event a position, kinds in turn."""
    count = len(positions)
    return pd.DataFrame(
        {
            "date": index[list(positions)],
            "kind": [kinds[number % len(kinds)] for number in range(count)],
            "label": [f"event {number}" for number in range(count)],
        }
    )
