"""Whatever an estimator returns can be pickled, copied and sent to another process, with the data behind it."""

import copy
import dataclasses
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest
from surface.instances import instances

import econ
from econ import Cholesky

ROOMS = (econ.var, econ.projection, econ.eventstudy, econ.multiverse, econ.offset)


@pytest.fixture(scope="module")
def objects():
    return instances()


def content(value, depth=0):
    """What an object holds, as plain nested tuples that compare equal if it is the same."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return (type(value).__name__, repr(value.to_numpy().tolist()), list(map(str, value.index)))
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and depth < 4:
        names = [field.name for field in dataclasses.fields(value)]
        return (type(value).__name__, *(content(getattr(value, name), depth + 1) for name in names))
    return repr(value)


def test_every_kind_of_results_is_here(objects):
    public = {name for room in ROOMS for name in room.__all__ if name.endswith("Results")}
    assert public - {type(value).__name__ for value in objects.values()} == set()


def test_everything_survives_pickle_and_copy(objects):
    lost = []
    for name, value in objects.items():
        for how, again in (("pickle", lambda v: pickle.loads(pickle.dumps(v))), ("deepcopy", copy.deepcopy)):
            if content(again(value)) != content(value):
                lost.append((name, how))
    assert lost == []


def _peak(fit):
    return float(fit.identify(Cholesky("x", "y")).irf(4).peak(response="y", shock="x").value)


def test_results_work_in_another_process(objects):
    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(_peak, objects["VARResults"]).result() == _peak(objects["VARResults"])
