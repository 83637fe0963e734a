"""Whatever an estimator returns comes out of a file as it went in, and no other file gives a result."""

import dataclasses
import hashlib
import io
import json
import subprocess
import sys
import tomllib
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from surface.calls import REFUSED as REFUSED_CALLS
from surface.calls import calls
from surface.instances import instances

import econ
from econ import IRF, Cholesky, Estimate, MovingBlock, SpecificationCurve
from econ.errors import ChecksumMismatch, EconError, ResultMissing, SchemaError, SpecificationError, WriteError
from econ.frozen import FrozenMapping
from econ.saved import registry
from econ.saved.registry import LeftOut
from econ.saved.write import is_result

REFUSED = {
    "Choices": "a specification of the user's own class",
    "Exhibit": "has its own folder, see Exhibit.save, and its figures have a function that draws them",
    "Figure": "is drawn by a function",
}
"""Instances that no file keeps, and why: this list does not grow by itself."""
ASKED = ("summary", "to_frame", "table", "describe", "criteria", "diagnostics")
"""What is asked of the saved and the loaded, where it takes no argument."""


def content(value):
    """What an object holds, where it holds it: no copies."""
    if isinstance(value, FrozenMapping):
        return dict(value._content)
    if dataclasses.is_dataclass(value):
        return {each.name: vars(value)[each.name] for each in dataclasses.fields(value)}
    return value


def check_same(one, two, seen, where="result"):
    """One object is the other: types, values to the last bit, dtypes, layouts, names, and what is shared."""
    assert type(one) is type(two) or callable(one), (where, type(one), type(two))
    if id(one) in seen:
        assert seen[id(one)] == id(two), where
        return
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (two.dtype, two.shape), where
        if one.dtype == object:
            check_same(one.ravel().tolist(), two.ravel().tolist(), seen, where)
        else:
            assert one.tobytes() == two.tobytes(), where
            order = [sorted(range(each.ndim), key=lambda axis: -abs(each.strides[axis])) for each in (one, two)]
            assert order[0] == order[1] or 0 in one.shape, where
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, two, check_exact=True, check_freq=True, obj=where)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, two, check_exact=True, check_freq=True, obj=where)
    elif isinstance(one, pd.Index):
        pd.testing.assert_index_equal(one, two, exact=True, obj=where)
    elif isinstance(one, np.random.SeedSequence):
        assert one.state == two.state, where
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(two), where
        for number, (left, right) in enumerate(zip(one, two, strict=True)):
            check_same(left, right, seen, f"{where}[{number}]")
    elif isinstance(one, (dict, FrozenMapping)) or (dataclasses.is_dataclass(one) and not isinstance(two, LeftOut)):
        left, right = content(one), content(two)
        assert list(left) == list(right), where
        for name in left:
            check_same(left[name], right[name], seen, f"{where}.{name}")
    elif callable(one):
        assert two == LeftOut(one.__name__), where
    else:
        assert one == two or (one != one and two != two), (where, one, two)
    if isinstance(one, (np.ndarray, pd.DataFrame, pd.Series, FrozenMapping)) or dataclasses.is_dataclass(one):
        seen[id(one)] = id(two)


def saved_and_loaded(value, folder):
    return econ.load_result(econ.save(value, folder / "result.econ"))


@pytest.mark.parametrize("name", sorted(instances()))
def test_every_type_comes_back_as_it_was_and_computes_the_same(name, tmp_path):
    value = instances()[name]
    if name in REFUSED:
        with pytest.raises(SpecificationError, match="cannot hold"):
            econ.save(value, tmp_path / "result.econ")
        assert list(tmp_path.iterdir()) == []
        return
    again = saved_and_loaded(value, tmp_path)
    check_same(value, again, {})
    before = (tmp_path / "result.econ").read_bytes()
    assert econ.save(again, tmp_path / "again.econ").read_bytes() == before
    for ask in ASKED:
        method = getattr(type(value), ask, None)
        if callable(method):
            try:
                check_same(method(value), method(again), {}, f"{name}.{ask}()")
            except (EconError, TypeError):  # such as posterior draws too few, or an argument that is needed
                continue


ANSWERS = {
    "AsymmetricMinnesota.observations", "Choices", "Choices.changed", "DailySamples.impacts", "Exhibit",
    "Exhibit.compare", "Figure", "Minnesota.observations", "MovingBlock.resample", "Residual.resample", "Table.lines",
    "Wild.resample", "recorded",
}  # fmt: skip
"""Callables whose answers no file keeps: what draws, what compares files, and numbers on their way into an estimate."""


@pytest.mark.slow
def test_whatever_the_package_answers_can_be_saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused = set()
    for name, call in calls().items():
        if name in REFUSED_CALLS or name.rpartition(".")[2].startswith("plot"):
            continue
        answer = call()
        if not is_result(answer):
            continue
        try:
            check_same(answer, saved_and_loaded(answer, tmp_path), {}, name)
        except SpecificationError:
            refused.add(name)
    assert refused == ANSWERS


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(econ.__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert econ.__version__ == project["project"]["version"]


def test_the_list_of_what_is_refused_has_no_name_too_many():
    assert REFUSED.keys() <= instances().keys()
    assert all(name.split(".")[1] == getattr(kind, "__name__", "") for name, kind in registry.types().items())


def test_draws_and_responses_of_a_loaded_var_are_bitwise_those_of_the_saved_one(tmp_path):
    fit = instances()["VARResults"]
    again = saved_and_loaded(fit, tmp_path)
    paths = [each.identify(Cholesky("x", "y")).irf(6, MovingBlock(draws=30), rng=3).draws for each in (fit, again)]
    assert paths[0].tobytes() == paths[1].tobytes()


def test_what_was_shared_is_shared_again(tmp_path):
    projection = instances()["ProjectionResults"]
    plain = dataclasses.replace(projection, draws=None, origin=None)
    irf = saved_and_loaded(plain.irf, tmp_path)
    assert irf.parent.point is irf.point  # by which its joint covariance is known
    assert irf.rows is not None
    both = saved_and_loaded({"a": instances()["IRF"].shock("x"), "b": instances()["IRF"].shock("y")}, tmp_path)
    assert both["a"].parent is both["b"].parent


def test_tables_of_every_kind_of_column_and_date(tmp_path):
    days = pd.date_range("2020-01-31", periods=3, freq="ME", tz="America/New_York", name="day")
    table = pd.DataFrame(
        {"f": [1.0, np.nan, -0.0], "i": [1, 2, 3], "b": [True, False, True], "w": ["a", None, "ü"]}, days
    )
    table["o"] = pd.Series([1, "a", (2.0, np.inf)], index=days, dtype=object)
    table["t"], table["p"] = days, pd.period_range("2020", periods=3, freq="Q").array
    table["c"] = pd.Categorical(["x", "y", "x"], categories=["y", "x"], ordered=True)
    table["n"] = pd.Series([np.float64(0.1), np.int64(3), np.bool_(True)], dtype=object).to_numpy()
    groups = table[["f", "i"]].set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", None]))
    for each in (table, groups, table["t"], pd.DataFrame(index=[2, 5]), table[["f"]].T, table.iloc[:0]):
        again = saved_and_loaded(each, tmp_path)
        check_same(each, again, {})
    assert np.signbit(saved_and_loaded(table["f"], tmp_path).iloc[2])
    with pytest.raises(SpecificationError, match="astype"):
        econ.save(pd.DataFrame({"x": pd.array([1, None], dtype="Int64")}), tmp_path / "x")


def test_arrays_keep_their_layout_so_that_sums_keep_their_last_digit(tmp_path):
    cube = np.arange(24.0).reshape(2, 3, 4)
    for each in (cube, cube.T, cube.transpose(1, 0, 2), cube[:, ::2], cube[..., 0], np.zeros((0, 3)), np.array(2.0),
                 np.array(["a", "bcd"]), np.array([1 + 2j])):  # fmt: skip
        check_same(each, saved_and_loaded(each, tmp_path), {})


def test_a_curve_is_kept_without_its_function(tmp_path):
    results = instances()["SpecificationCurveResults"]
    again = saved_and_loaded(results, tmp_path)
    assert again.summary().to_csv() == results.summary().to_csv()
    assert isinstance(again.curve, SpecificationCurve)
    with pytest.raises(EconError, match="is not in the file"):
        again.curve.run()


def test_the_file_is_open_to_everybody_and_the_same_for_the_same_result(tmp_path):
    irf = instances()["IRF"]
    one, two = econ.save(irf, tmp_path / "a"), econ.save(irf, str(tmp_path / "new" / "b"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        header = json.loads(archive.read("econ.json"))
        sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
        assert sums == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sums}
        assert sums.keys() | {"SHA256SUMS"} == set(archive.namelist())
        arrays = [np.load(io.BytesIO(archive.read(name)), allow_pickle=False) for name in sums if name != "econ.json"]
    assert any(each.shape == irf.draws.shape for each in arrays)
    assert (header["format"], header["version"], header["econ"]) == ("econ result", 1, econ.__version__)
    assert b"pickle" not in one.read_bytes()
    code = f"import econ, hashlib; print(econ.load_result({str(one)!r}).draws.tobytes().hex()[:64])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == irf.draws.tobytes().hex()[:64]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "e.econ"
    table = pd.DataFrame({"y": [1.0, 2.0]}, index=["a", "b"])
    return econ.save(Estimate(1.0, 0.5, 0.2, 1.8, parent=table), path).read_bytes()


def test_no_byte_can_be_changed_or_lost_unseen(small, tmp_path):
    path, told = tmp_path / "e", set()
    path.write_bytes(small)
    right = econ.load_result(path)
    for place in range(0, len(small), 3):
        path.write_bytes(small[:place] + bytes([small[place] ^ 0x15]) + small[place + 1 :])
        try:
            check_same(right, econ.load_result(path), {})  # a byte that says who may read the file
        except EconError as error:
            told.add(type(error))
    for length in range(0, len(small), 29):
        path.write_bytes(small[:length])
        with pytest.raises(SchemaError, match="no whole file"):
            econ.load_result(path)
    assert told <= {SchemaError, ChecksumMismatch}


def test_every_number_is_covered_by_its_sum(small, tmp_path):
    members = opened(small)
    for name in sorted(members.keys() - {"SHA256SUMS"}):
        changed = bytes(members[name][:-1]) + bytes([members[name][-1] ^ 1])
        with pytest.raises(ChecksumMismatch, match=name):
            econ.load_result(archived(tmp_path, {**members, name: changed}))


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archived(folder, members, *, compression=zipfile.ZIP_STORED):
    """An archive of these members."""
    with zipfile.ZipFile(folder / "made", "w", compression) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return folder / "made"


def sealed(folder, members):
    """The same with sums that fit, as somebody would write who means harm."""
    kept = {name: content for name, content in members.items() if name != "SHA256SUMS"}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in kept.items())
    return archived(folder, {**kept, "SHA256SUMS": sums.encode()})


def edited(small, folder, edit):
    members = opened(small)
    header = json.loads(members["econ.json"])
    edit(header)
    return sealed(folder, {**members, "econ.json": json.dumps(header).encode()})


EDITS = {
    "a newer format": (lambda h: h.update(version=2), "update it"),
    "a newer package": (lambda h: h["records"][-1]["fields"].update(new=1), "update econ"),
    "another format": (lambda h: h.update(format="x"), "is no file of econ.save"),
    "no version": (lambda h: h.pop("version"), "of version None"),
    "a function of Python": (lambda h: h["records"][-1].update(type="os.system"), "does not know"),
    "a module of ours": (lambda h: h["records"][-1].update(type="report.main"), "does not know"),
    "no such name": (lambda h: h["records"][-1].update(type="estimate.Estimat"), "did you mean 'estimate.Estimate'"),
    "a type that is none": (lambda h: h["records"][-1].update(type=["x"]), "does not know"),
    "a field too few": (lambda h: h["records"][-1]["fields"].pop("value"), "lacks 'value'"),
    "a reference ahead": (lambda h: h.update(root={"ref": 99}), "does not hold"),
    "no such array": (lambda h: h["records"][0].update(array=99), "does not hold"),
    "axes that are none": (lambda h: h["records"][0].update(axes=[0, 0]), "does not hold"),
    "an unknown node": (lambda h: h.update(root={"call": [1]}), "does not hold"),
    "a list": (lambda h: h.update(records=3), "does not hold"),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_header_that_is_not_ours_is_refused_with_sums_that_fit(what, small, tmp_path):
    edit, said = EDITS[what]
    with pytest.raises(SchemaError, match=said):
        econ.load_result(edited(small, tmp_path, edit))


def test_a_field_that_is_newer_than_the_file_has_its_default(small, tmp_path):
    found = econ.load_result(edited(small, tmp_path, lambda h: h["records"][-1]["fields"].pop("label")))
    assert (found.value, found.label) == (1.0, "")


def array_of(shape, kind="<f8", content=b""):
    top = io.BytesIO()
    np.lib.format.write_array_header_1_0(top, {"descr": kind, "fortran_order": False, "shape": shape})
    return top.getvalue() + content


ARRAYS = {
    "more than there is": array_of((10**12,)),
    "less than there is": array_of((1,), content=bytes(16)),
    "negative": array_of((-1,), content=bytes(8)),
    "pickled objects": array_of((1,), kind="|O", content=bytes(8)),
    "words of no letters": array_of((10**15,), kind="<U0"),
    "no array": b"text",
    "an expression": b"\x93NUMPY\x01\x00\x10\x00" + b"__import__('os')",
}


@pytest.mark.parametrize("what", ARRAYS)
def test_an_array_that_is_not_what_it_says_is_refused_before_memory_is_asked_for(what, small, tmp_path):
    path = sealed(tmp_path, {**opened(small), "arrays/0.npy": ARRAYS[what]})
    tracemalloc.start()
    try:
        with pytest.raises(SchemaError, match=r"econ\.save does not write"):
            econ.load_result(path)
        assert tracemalloc.get_traced_memory()[1] < 10**7
    finally:
        tracemalloc.stop()


def test_bombs_paths_and_other_members_are_refused(small, tmp_path):
    members = opened(small)
    for name in ("../evil", "/etc/x", "arrays/../../x", "arrays/7.npy", "econ.json/", "a.pkl"):
        with pytest.raises(SchemaError, match="should not be so"):
            econ.load_result(archived(tmp_path, {**members, name: b"x"}))
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = archived(tmp_path, [*members.items(), ("econ.json", members["econ.json"])])
    with pytest.raises(SchemaError, match="should not be so"):
        econ.load_result(twice)
    bomb = archived(tmp_path, {**members, "arrays/0.npy": bytes(10**7)}, compression=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 10**5
    with pytest.raises(SchemaError, match="fills the memory"):
        econ.load_result(bomb)
    nested = b'{"format": "econ result", "version": 1, "records": [], "root": ' + b'{"list": [' * 10**5
    with pytest.raises(SchemaError, match="does not hold"):
        econ.load_result(sealed(tmp_path, {**members, "econ.json": nested}))
    assert [each.name for each in tmp_path.iterdir()] == ["made"]


def test_files_that_are_none_of_ours_and_those_that_are_not_there(tmp_path):
    with pytest.raises(ResultMissing, match=r"econ\.save"):
        econ.load_result(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        econ.load_result(tmp_path)
    (tmp_path / "x").write_text("y,z\n1,2\n")
    with pytest.raises(SchemaError, match="no whole file"):
        econ.load_result(tmp_path / "x")
    with pytest.raises(SchemaError, match="should not be so"):
        econ.load_result(archived(tmp_path, {"a.txt": b"x"}))
    for path in (None, 3, b"x", ["x"], ""):
        with pytest.raises((SpecificationError, ResultMissing), match=r"path|no file"):
            econ.load_result(path)
        with pytest.raises(SpecificationError, match="path"):
            econ.save(Estimate(1.0, 0.5, 0.2, 1.8), path)


def test_what_is_no_result_is_refused_and_leaves_the_old_file(tmp_path):
    path = econ.save(Estimate(1.0, 0.5, 0.2, 1.8), tmp_path / "x")
    before = path.read_bytes()
    for value in (None, 1, 2.5, "word", {}, [], [1.0], Estimate):
        with pytest.raises(SpecificationError, match="save keeps results"):
            econ.save(value, path)
    for value, said in ((lambda: 1, "function"), (object(), r"builtins\.object"), ({"a": [Ellipsis]}, "in a")):
        with pytest.raises(SpecificationError, match=said):
            econ.save(value, path)
    assert path.read_bytes() == before
    with pytest.raises(WriteError, match="cannot be written"):
        econ.save(Estimate(1.0, 0.5, 0.2, 1.8), tmp_path)


def test_a_history_too_long_is_said(tmp_path):
    estimate = Estimate(1.0, 0.5, 0.2, 1.8)
    for _ in range(1000):
        estimate = dataclasses.replace(estimate, parent=estimate)
    with pytest.raises(SpecificationError, match="parent=None"):
        econ.save(estimate, tmp_path / "x")


def test_draws_take_their_bytes_and_little_more(tmp_path):
    draws = np.random.default_rng(1).standard_normal((10_000, 13, 2, 2))
    irf = IRF(draws.mean(axis=0), ("x", "y"), ("a", "b"), draws=draws)
    size = econ.save(irf, tmp_path / "x").stat().st_size
    assert draws.nbytes < size < draws.nbytes + 10_000
    assert econ.load_result(tmp_path / "x").draws.tobytes() == draws.tobytes()
