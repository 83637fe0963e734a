"""The tournament: right scores, the same bits whatever the workers, resumable, and honest about failures."""

import errno
import json
import math
import os
import re
from functools import partial

import numpy as np
import pandas as pd
import pytest

from econ.errors import DataError, EstimationError, NotConverged, SchemaError, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.simulate import ESTIMATORS, Estimator, Faults, Regime, TreasuryMarket, Truths, tournament
from econ.simulate.scores import score

CHEAP = ["oracle", "ols_holdings", "ols_flows", "offset_oracle", "granular"]
SMALL = Truths(impacts=(0.0, -15.0), offsets=(0.5,), periods=(120,), faults={"none": Faults()})


def known(sample, shift=0.0, half=1.0):
    """An estimate that is the truth plus ``shift``."""
    value = sample.truth.impact + shift
    return Estimate(value, 1.0, value - half, value + half, sample.level)


def draws_its_own(sample):
    """An estimate out of the sample's seed."""
    value = np.random.default_rng(sample.seed).standard_normal()
    return Estimate(value, 1.0, -math.inf, math.inf, sample.level)


def knows_nothing(sample):
    """A set without a value."""
    return ConfidenceSet(((-math.inf, math.inf),), sample.level)


def gives_up(sample):
    raise NotConverged("no luck")


def breaks(sample):
    if sample.samples.market.impact == -15.0 and sample.number == 7:
        raise RuntimeError("a bug on purpose")
    return known(sample)


def interrupts(sample):
    if sample.samples.market.impact == -15.0:
        raise KeyboardInterrupt
    return known(sample)


def without_seconds(table):
    return table.drop(columns=["seconds", "seconds_se"])


def same(one, two):
    pd.testing.assert_frame_equal(without_seconds(one.table), without_seconds(two.table), rtol=0, atol=0)


def test_scores_are_those_of_a_hand_count():
    row = score(
        {
            "value": [1.0, 2.0, 6.0, None],
            "length": [2.0, None, 4.0, None],
            "covered": [True, True, False, False],
            "rejects": [True, False, False, False],
            "seconds": [1.0, 1.0, 3.0, 3.0],
            "failure": [None, None, None, "NotConverged"],
        },
        truth=2.0,
    )
    assert row["bias"] == pytest.approx(1.0)
    assert row["median_bias"] == 0.0
    assert row["rmse"] == pytest.approx(math.sqrt(17 / 3))
    errors2 = np.array([1.0, 0.0, 16.0])
    assert row["rmse_se"] == pytest.approx(errors2.std(ddof=1) / (2 * math.sqrt(17 / 3) * math.sqrt(3)))
    assert row["coverage"] == 0.5
    assert row["coverage_se"] == pytest.approx(0.25)
    assert row["rejects"] == row["power"] == 0.25
    assert isinstance(row["size"], Unavailable)
    assert row["length"] == 3.0
    assert row["median_length"] == 4.0
    assert row["unbounded"] == pytest.approx(1 / 3)
    assert row["failed"] == 0.25
    assert row["seconds"] == 2.0
    assert row["replications"] == 4


def test_the_median_s_error_matches_simulation():
    generator = np.random.default_rng(1)
    columns = {"covered": [True] * 400, "rejects": [True] * 400, "seconds": [0.0] * 400, "failure": [None] * 400}
    samples = generator.standard_normal((300, 400))
    rows = [score({"value": list(row), "length": [1.0] * 400, **columns}, 0.0) for row in samples]
    assert np.mean([row["median_bias_se"] for row in rows]) == pytest.approx(np.median(samples, axis=1).std(), rel=0.15)


def test_known_estimates_get_known_scores():
    right = Estimator("right", known)
    wrong = Estimator("wrong", partial(known, shift=3.0))
    table = tournament(SMALL, [right, wrong], 30, rng=1).table
    rows = table.xs("wrong", level="estimator")
    np.testing.assert_allclose(rows["bias"].astype(float), 3.0)
    np.testing.assert_allclose(rows["rmse"].astype(float), 3.0)
    assert (rows["coverage"] == 0.0).all()
    at_zero = table.xs((0.0, "right"), level=("impact", "estimator")).iloc[0]
    assert (at_zero["size"], at_zero["coverage"], at_zero["length"]) == (0.0, 1.0, 2.0)
    assert isinstance(at_zero["power"], Unavailable)
    assert table.xs((-15.0, "right"), level=("impact", "estimator")).iloc[0]["power"] == 1.0


def test_every_built_in_estimator_runs_and_misses_no_sample():
    market = TreasuryMarket(impact=-15.0, offset=0.5, faults=Faults.archive())
    table = tournament(
        Truths(market, (-15.0,), (0.5,), (200,), {"archive": Faults.archive()}), None, 4, rng=1, draws=49
    )
    assert set(table.table.index.get_level_values("estimator")) == set(ESTIMATORS)
    assert (table.table["failed"] == 0.0).all()
    assert table.table["median_bias"].astype(float).abs().max() < 1000.0


@pytest.mark.parametrize(
    ("n_jobs", "backend"), [(2, "threading"), (2, "loky"), pytest.param(3, "loky", marks=pytest.mark.slow)]
)
def test_workers_do_not_matter(n_jobs, backend):
    serial = tournament(SMALL, CHEAP, 30, rng=1, block=10)
    same(serial, tournament(SMALL, CHEAP, 30, rng=1, block=10, n_jobs=n_jobs, backend=backend))


def test_other_estimators_do_not_matter_but_the_seed_does():
    alone = tournament(SMALL, ["ols_flows"], 20, rng=1).table
    among = tournament(SMALL, CHEAP, 20, rng=1).table.xs("ols_flows", level="estimator", drop_level=False)
    pd.testing.assert_frame_equal(without_seconds(alone), without_seconds(among), rtol=0, atol=0)
    assert (tournament(SMALL, ["ols_flows"], 20, rng=2).table["bias"] != alone["bias"]).all()


def test_no_two_samples_share_draws(tmp_path):
    table = tournament(SMALL, [Estimator("own", draws_its_own)], 60, rng=1, block=20, folder=tmp_path).table
    records = [json.loads(path.read_text())["record"] for path in tmp_path.glob("block-*.json")]
    values = [value for record in records for value in record["own"]["value"]]
    assert len(set(values)) == len(values) == 120
    assert (table["unbounded"] == 1.0).all()
    assert isinstance(table["length"].iloc[0], Unavailable)


def test_folder_is_resumed_without_recomputing(tmp_path):
    whole = tournament(SMALL, CHEAP, 30, rng=1, block=10)
    first = tournament(SMALL, CHEAP, 30, rng=1, block=10, folder=tmp_path)
    same(whole, first)
    blocks = sorted(tmp_path.glob("block-*.json"))
    assert len(blocks) == 6
    before = {path: path.stat().st_mtime_ns for path in blocks}
    blocks[2].unlink()
    again = tournament(SMALL, CHEAP, 30, rng=1, block=10, folder=tmp_path, n_jobs=2, backend="threading")
    same(whole, again)
    changed = [path for path in blocks if path.stat().st_mtime_ns != before[path]]
    assert changed == [blocks[2]]


def test_an_interrupted_run_keeps_its_blocks(tmp_path):
    estimators = [Estimator("right", known)]
    stopping = [Estimator("right", interrupts)]
    with pytest.raises(KeyboardInterrupt):
        tournament(SMALL, stopping, 30, rng=1, block=10, folder=tmp_path)
    assert len(list(tmp_path.glob("block-0000-*.json"))) == 3
    assert not list(tmp_path.glob("block-0001-*.json"))
    with pytest.raises(SpecificationError, match="interrupts"):
        tournament(SMALL, estimators, 30, rng=1, block=10, folder=tmp_path)


def test_a_folder_of_another_specification_is_refused_with_the_difference(tmp_path):
    tournament(SMALL, ["ols_flows"], 10, rng=1, folder=tmp_path)
    with pytest.raises(SpecificationError, match=r"seed\[0\] is '1' in the folder, '2' in the request"):
        tournament(SMALL, ["ols_flows"], 10, rng=2, folder=tmp_path)
    with pytest.raises(SpecificationError, match="replications is 10 in the folder, 20 in the request"):
        tournament(SMALL, ["ols_flows"], 20, rng=1, folder=tmp_path)
    with pytest.raises(SpecificationError, match=r"truths\.impacts"):
        tournament(Truths(impacts=(-5.0,)), ["ols_flows"], 10, rng=1, folder=tmp_path)


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "diary.txt").write_text("x")
    with pytest.raises(SpecificationError, match="holds no tournament"):
        tournament(SMALL, ["ols_flows"], 10, rng=1, folder=tmp_path)


def test_a_damaged_block_is_named(tmp_path):
    tournament(SMALL, ["ols_flows"], 10, rng=1, folder=tmp_path)
    (tmp_path / "block-0001-000000.json").write_text('{"ols_flows": {"val')
    with pytest.raises(SchemaError, match="block-0001-000000"):
        tournament(SMALL, ["ols_flows"], 10, rng=1, folder=tmp_path)
    (tmp_path / "block-0001-000000.json").write_text(json.dumps({"ols_flows": {"value": [1.0]}}))
    with pytest.raises(SchemaError, match="not a block"):
        tournament(SMALL, ["ols_flows"], 10, rng=1, folder=tmp_path)


def swapped(folder):
    """Exchange the numbers of two blocks, as a copy under the wrong name does."""
    one, two = folder / "block-0000-000000.json", folder / "block-0001-000000.json"
    contents = one.read_bytes(), two.read_bytes()
    two.write_bytes(contents[0])
    one.write_bytes(contents[1])


def edited(folder):
    """Change one digit of one number."""
    path = folder / "block-0000-000000.json"
    body = json.loads(path.read_text())
    value = body["record"]["ols_flows"]["value"][3]
    text = path.read_text()
    assert text.count(repr(value)) >= 1
    digit = repr(value)[-1]
    path.write_text(text.replace(repr(value), repr(value)[:-1] + ("1" if digit != "1" else "2"), 1))


def from_elsewhere(folder):
    """The block of the same place in a tournament of another seed."""
    other = folder.parent / "other"
    tournament(SMALL, ["ols_flows"], 10, rng=2, folder=other)
    (folder / "block-0000-000000.json").write_bytes((other / "block-0000-000000.json").read_bytes())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (swapped, "holds another block: cell is 1 in the folder, 0 in the request"),
        (edited, "was changed since it was written"),
        (from_elsewhere, "holds another block: specification is"),
    ],
)
def test_a_block_that_is_not_what_was_written_there_is_refused(tmp_path, damage, words):
    folder = tmp_path / "run"
    tournament(SMALL, ["ols_flows"], 10, rng=1, folder=folder)
    damage(folder)
    with pytest.raises(SchemaError, match=words):
        tournament(SMALL, ["ols_flows"], 10, rng=1, folder=folder)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    """The first block is kept, the second finds the disk full inside its own write."""
    folder = tmp_path / "run"
    real, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == 3:  # the specification, one block, and then
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"run' of the tournament cannot be written \(No space left on device\)"):
        tournament(SMALL, ["ols_flows"], 10, rng=1, folder=folder)
    assert sorted(path.name for path in folder.iterdir()) == ["block-0000-000000.json", "specification.json"]
    monkeypatch.setattr(os, "fsync", real)
    same(tournament(SMALL, ["ols_flows"], 10, rng=1, folder=folder), tournament(SMALL, ["ols_flows"], 10, rng=1))


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataError, match="run' of the tournament cannot be written"):
        tournament(SMALL, ["ols_flows"], 10, rng=1, folder=tmp_path / "file" / "run")


@pytest.mark.parametrize(("n_jobs", "backend"), [(1, None), (2, "threading"), (2, "loky")])
def test_a_block_that_raises_is_named_and_the_others_kept(tmp_path, n_jobs, backend):
    broken = [Estimator("broken", breaks)]
    with pytest.raises(
        EstimationError,
        match=r"1 of 4 blocks raised.*cell 1 \(impact -15.0.*RuntimeError: a bug on purpose.*line \d+ of test_",
    ):
        tournament(SMALL, broken, 14, rng=1, block=10, folder=tmp_path, n_jobs=n_jobs, backend=backend)
    assert len(list(tmp_path.glob("block-*.json"))) == 3


def test_errors_of_the_package_are_counted():
    row = tournament(SMALL, [Estimator("quitter", gives_up), Estimator("right", known)], 10, rng=1).table.iloc[0]
    assert row["failed"] == 1.0
    assert row["coverage"] == 0.0
    assert isinstance(row["bias"], Unavailable)


def test_a_set_without_a_value_covers_and_has_no_bias():
    row = tournament(SMALL, [Estimator("ignorant", knows_nothing)], 10, rng=1).table.iloc[0]
    assert (row["coverage"], row["rejects"], row["unbounded"], row["failed"]) == (1.0, 0.0, 1.0, 0.0)
    assert isinstance(row["bias"], Unavailable)


def test_impossible_requests_are_refused():
    for words, call in {
        "replications must be a positive integer; found 0": partial(tournament, SMALL, CHEAP, 0, rng=1),
        "rng=None": partial(tournament, SMALL, CHEAP, 10),
        "did you mean 'ols_flows'": partial(tournament, SMALL, ["ols_flow"], 10, rng=1),
        "each once": partial(tournament, SMALL, ["oracle", "oracle"], 10, rng=1),
        "must be a Truths or a TreasuryMarket": partial(tournament, "market", CHEAP, 10, rng=1),
        "no backend 'ray'": partial(tournament, SMALL, CHEAP, 10, rng=1, backend="ray"),
        "level is the coverage": partial(tournament, SMALL, CHEAP, 10, rng=1, level=1.5),
        "n_jobs must be": partial(tournament, SMALL, CHEAP, 10, rng=1, n_jobs=0),
        "at least 60": partial(Truths, periods=(30,)),
        "each once; found": partial(Truths, impacts=(0.0, 0.0)),
        "no target 'price'": partial(Estimator, "x", known, "price"),
    }.items():
        with pytest.raises(SpecificationError, match=words):
            call()


@pytest.mark.parametrize(
    ("market", "name"),
    [
        (TreasuryMarket(event_rate=0.0), "event_study"),
        (TreasuryMarket(proxy_strength=0.0), "lp_iv"),
        (TreasuryMarket(intervention_strength=0.0), "intervention"),
    ],
)
def test_an_estimator_that_does_not_apply_is_refused(market, name):
    with pytest.raises(SpecificationError, match=f"'{name}' does not apply"):
        tournament(market, [name], 10, rng=1)


def test_one_regime_refuses_designs_that_need_two():
    needy = Estimator("needy", known, needs=("regimes",))
    with pytest.raises(SpecificationError, match="one variance regime"):
        tournament(TreasuryMarket(regimes=(Regime(1.0),)), [needy], 10, rng=1)


def test_power_and_verdicts_read_the_table():
    result = tournament(SMALL, [Estimator("right", known), Estimator("wrong", partial(known, shift=9.0))], 20, rng=1)
    power = result.power("right", offset=0.5)
    assert power.index.get_level_values("impact").tolist() == [-15.0, 0.0]
    assert power["rejects"].tolist() == [1.0, 0.0]
    verdicts = result.believable()
    assert verdicts["believable"].to_dict() == {"right": True, "wrong": False}
    with pytest.raises(SpecificationError, match="did you mean 'right'"):
        result.power("rigth")


def test_progress_says_what_is_left_on_a_terminal_only(capsys, monkeypatch):
    tournament(SMALL, ["ols_flows"], 10, rng=1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("econ.parallel.DELAY", 0.0)
    tournament(SMALL, ["ols_flows"], 10, rng=1)
    assert re.search(r"tournament: .*\d/2 .*block", capsys.readouterr().err)


@pytest.mark.slow
def test_the_oracle_covers_and_naive_designs_do_not():
    result = tournament(
        Truths(impacts=(0.0, -15.0, -60.0), offsets=(0.0, 0.5), periods=(300,), faults={"none": Faults()}),
        ["oracle", "offset_oracle", "ols_holdings", "ols_flows", "granular"],
        1000,
        rng=1,
        n_jobs=2,
    )
    table = result.table[["coverage", "bias", "bias_se", "truth"]].astype(float)
    for name in ("oracle", "offset_oracle"):
        rows = table.xs(name, level="estimator")
        error = math.sqrt(0.9 * 0.1 / 1000)
        assert (rows["coverage"] - 0.9).abs().max() < 3.0 * error, rows
        assert (rows["bias"].abs() / rows["bias_se"]).max() < 3.5
    naive = table.xs("ols_holdings", level="estimator")
    assert (naive["bias"] + naive["truth"]).max() < -20.0  # the wrong sign becomes the right one, far too large
    assert (table.xs("ols_flows", level="estimator")["bias"]).min() > 10.0
    assert naive["coverage"].max() < 0.1
