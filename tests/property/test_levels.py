"""A table whose columns have several levels is told so by every public callable, not sent to look for a name."""

import pandas as pd
import pytest
from surface.calls import calls

from econ.errors import EconError

CALLS = calls()
TABLES = [
    (name, parameter)
    for name, call in CALLS.items()
    for parameter, value in call.arguments.items()
    if isinstance(value, pd.DataFrame) and value.columns.nlevels == 1
]
MAY = {("Table.from_frame", "frame"): "a page may have heads of several levels"}


def levelled(frame):
    return pd.concat({"a": frame}, axis=1)


@pytest.mark.parametrize(("name", "parameter"), [each for each in TABLES if each not in MAY])
def test_columns_of_several_levels_are_refused_as_such(name, parameter):
    call = CALLS[name]
    with pytest.raises(EconError, match=r"have 2 levels, such as \('a', .*columns.map\('_'.join\)"):
        call(**{parameter: levelled(call.arguments[parameter])})


def test_there_are_many_such_tables():
    assert len(TABLES) > 40
    assert set(MAY) <= set(TABLES)
