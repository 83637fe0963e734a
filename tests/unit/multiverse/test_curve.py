"""Specification curves: what is counted, what must not matter, resumption, division of variance, trees, refusals."""

import functools
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from econ.blocks import described
from econ.errors import EstimationError, NotIdentified, SchemaError, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.infer import romano_wolf
from econ.multiverse import LinearSpecification, Rule, Same, SpecificationCurve, joint_inference
from econ.multiverse.decomposition import shares_of_variance

AXES = {"lags": [1, 2, 4], "sample": {"short": 100, "long": 200}, "trend": ["none", "linear"]}


def made(value, nobs=100, units="bp", **more):
    return Estimate(float(value), 1.0, value - 1.6, value + 1.6, units=units, nobs=nobs, **more)


def base(lags, sample, trend):
    return made(lags + sample / 100.0 + 10.0 * (trend == "linear"), sample)


def failing(lags, sample, trend):
    if lags == 4 and sample == 100:
        raise NotIdentified("four lags leave nothing")
    if trend == "linear" and sample == 100:
        return Unavailable("no trend in a short sample")
    return base(lags, sample, trend)


def drawing(lags, sample, rng):
    return made(np.random.default_rng(rng).standard_normal() + lags, sample)


@functools.cache
def data(periods=150, effect=0.0, persistence=0.5, seed=1):
    shocks = np.random.default_rng(seed).standard_normal((periods + 50, 4))
    for t in range(1, len(shocks)):
        shocks[t] += persistence * shocks[t - 1]
    frame = pd.DataFrame(shocks[50:], pd.period_range("2000-01", periods=periods, freq="M"), list("yxab"))
    return frame.assign(y=frame["y"] + 0.4 * frame["a"] + effect * frame["x"])


def linear(frame, controls, sample, lags):
    return LinearSpecification(frame["y"], frame["x"], frame[controls] if controls else None, sample=sample, lags=lags)


def linear_curve(frame, **more):
    last = str(frame.index[-1])
    middle = str(frame.index[len(frame) // 3])
    samples = {"all": None, "late": (middle, last), "early": ("2000-01", str(frame.index[2 * len(frame) // 3]))}
    axes = {"controls": {"none": [], "a": ["a"]}, "sample": samples, "lags": [0, 2]}
    return SpecificationCurve(functools.partial(linear, frame), axes, **more)


@pytest.fixture(scope="module")
def results():
    return linear_curve(data()).run(rng=1, n_jobs=1)


def test_every_combination_is_estimated_and_told():
    result = SpecificationCurve(base, AXES).run()
    assert len(result.table) == 12
    row = result.table.query("lags == '4' and sample == 'short' and trend == 'linear'").iloc[0]
    assert (row["value"], row["nobs"], row["p_value"] < 1e-20, row["significant"]) == (15.0, 100, True, True)
    told = result.summary()
    by_hand = sorted(lags + size + trend for lags, size, trend in itertools.product((1, 2, 4), (1, 2), (0, 10)))
    assert told["median"] == np.median(by_hand)
    assert (told["lowest"], told["highest"]) == (by_hand[0], by_hand[-1])
    assert told["lowest_at"] == "lags='1', sample='short', trend='none'"
    assert told["highest_at"] == "lags='4', sample='long', trend='linear'"
    assert result.estimates["value"].tolist() == by_hand
    assert (told["share_positive"], told["share_significant"], told["share_significant_negative"]) == (1.0, 1.0, 0.0)
    assert (result.units, result.level) == ("bp", 0.90)
    assert "12 specifications of 12 combinations (0 excluded, 0 merged, 0 failed)" in str(result)
    pd.testing.assert_frame_equal(result.to_frame(), result.table)


def test_rules_leave_out_and_are_counted():
    rules = (
        Rule("too many lags", {"lags": "4", "sample": "short"}, "fewer than ten observations a lag"),
        Rule("no trend", {"trend": ["linear"], "sample": ("short",)}),
        Rule("by number", {"lags": 4, "sample": "long"}),
    )
    result = SpecificationCurve(base, AXES, exclude=rules).run()
    assert result.excluded["combinations"].to_dict() == {"too many lags": 2, "no trend": 3, "by number": 2}
    assert result.excluded["alone"].to_dict() == {"too many lags": 1, "no trend": 2, "by number": 2}
    assert result.excluded.loc["too many lags", "reason"].startswith("fewer")
    assert result.summary()["excluded"] == 6
    assert len(result.table) == 6


def test_what_is_declared_the_same_counts_once():
    same = (Same("lags", {"trend": "none"}, "there is nothing to lag"),)
    result = SpecificationCurve(base, AXES, same=same).run()
    assert len(result.table) == 8
    assert result.summary()["merged"] == 4
    assert result.table.query("trend == 'none'")["copies"].tolist() == [3, 3]


def test_what_has_the_same_bits_counts_once_and_is_named():
    def blind(lags, sample, trend):
        return base(min(lags, 2), sample, trend)

    result = SpecificationCurve(blind, AXES).run()
    assert (result.summary()["merged"], result.summary()["estimated"]) == (4, 8)
    assert result.table["copies"].sum() == 12
    for _, row in result.merged.iterrows():
        kept = result.table.loc[row["same_as"]]
        assert (kept["sample"], kept["trend"]) == (row["sample"], row["trend"])
        assert {kept["lags"], row["lags"]} == {"2", "4"}

    def nearly(lags, sample, trend):
        return base(min(lags, 2) + 1e-15 * lags, sample, trend)

    assert len(SpecificationCurve(nearly, AXES).run().table) == 12


def test_failures_are_kept_with_their_reason():
    result = SpecificationCurve(failing, AXES).run()
    assert len(result.table) == 12
    assert result.summary()["failed"] == 4
    counts = result.failures["specifications"].to_dict()
    assert counts == {"no trend in a short sample": 2, "NotIdentified: four lags leave nothing": 2}
    row = result.table.query("lags == '4' and sample == 'short'").iloc[0]
    assert str(row["value"]) == "n.a. (NotIdentified: four lags leave nothing)"
    assert len(result.estimates) == 8
    with pytest.raises(EstimationError, match="none of 12 specifications could be estimated; most often: no"):
        SpecificationCurve(lambda lags, sample, trend: Unavailable("no"), AXES).run()


def test_a_mistake_in_base_is_no_failure_of_a_specification():
    def broken(lags, sample, trend):
        return {}["x"] if lags == 2 else base(lags, sample, trend)

    with pytest.raises(EstimationError, match=r"KeyError: 'x' \(broken, line"):
        SpecificationCurve(broken, AXES).run()
    with pytest.raises(EstimationError, match=r"must give an Estimate; found 1\.0"):
        SpecificationCurve(lambda lags, sample, trend: 1.0, AXES).run()


@pytest.mark.parametrize("name", ["units", "level"])
def test_estimates_of_two_units_or_levels_are_no_curve(name):
    def mixed(lags, sample, trend):
        other = {"units": "percent"} if name == "units" else {"level": 0.95}
        return made(lags, **other) if trend == "none" else made(lags)

    with pytest.raises(SpecificationError, match=f"one of {name}"):
        SpecificationCurve(mixed, AXES).run()


def test_sets_and_estimates_without_error_have_their_place():
    def odd(kind):
        if kind == "set":
            return made(2.0, region=ConfidenceSet(((-math.inf, -1.0), (1.0, math.inf)), 0.9))
        if kind == "open":
            return Estimate(1.0, 2.0, -math.inf, 3.0, units="bp")
        return Estimate(3.0, Unavailable("no draws"), Unavailable("no draws"), Unavailable("no draws"), units="bp")

    table = SpecificationCurve(odd, {"kind": ["set", "open", "bare"]}).run().table.set_index("kind")
    assert table.loc["set", "significant"] is True
    assert isinstance(table.loc["set", "z_score"], Unavailable)
    assert (table.loc["open", "lower"], table.loc["open", "significant"]) == (-math.inf, False)
    assert str(table.loc["bare", "std_error"]) == "n.a. (no draws)"
    result = SpecificationCurve(odd, {"kind": ["set", "open", "bare"]}).run()
    assert isinstance(result.summary()["share_significant"], Unavailable)
    assert len(result.plot().axes) == 2


def reordered(axes):
    return {
        axis: dict(reversed(options.items())) if isinstance(options, dict) else options[::-1]
        for axis, options in reversed(axes.items())
    }


def test_the_order_of_axes_and_options_does_not_matter():
    axes = {"lags": [1, 2, 3], "sample": {"short": 100, "long": 200}}
    one = SpecificationCurve(drawing, axes).run(rng=3)
    two = SpecificationCurve(drawing, reordered(axes)).run(rng=3)
    pd.testing.assert_frame_equal(one.table, two.table[one.table.columns])
    pd.testing.assert_frame_equal(one.decompose().sort_index(), two.decompose().sort_index(), rtol=1e-12)
    assert one.tree(least=1) == two.tree(least=1)
    more = SpecificationCurve(drawing, {**axes, "lags": [0, 1, 2, 3]}).run(rng=3)  # nor do further options
    joined = one.table.merge(more.table, on=["lags", "sample"], suffixes=("", "_more"))
    assert (joined["value"] == joined["value_more"]).all()
    assert len(set(one.table["value"] - one.table["lags"].astype(float))) == 6  # draws differ
    assert not one.table["value"].equals(SpecificationCurve(drawing, axes).run(rng=4).table["value"])
    with pytest.raises(SpecificationError, match="rng=None"):
        SpecificationCurve(drawing, axes).run()


@pytest.mark.parametrize(("n_jobs", "backend"), [(2, "threading"), pytest.param(2, "loky", marks=pytest.mark.slow)])
def test_workers_do_not_matter(n_jobs, backend):
    curve = SpecificationCurve(functools.partial(drawing), {"lags": list(range(30)), "sample": [100, 200]})
    one, two = curve.run(rng=1), curve.run(rng=1, n_jobs=n_jobs, backend=backend)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)


def stopping(folder, lags, sample):
    if lags == 40 and not (folder / "go on").is_file():
        raise KeyboardInterrupt
    return made(lags / 3.0, sample)


class Folder(type(pytest.__version__)):
    """Path in words, so that it can stand in a description."""

    def __truediv__(self, name):
        from pathlib import Path

        return Path(str(self)) / name


def test_a_run_that_was_cut_off_goes_on_to_the_same_bytes(tmp_path):
    place = Folder(tmp_path)
    curve = SpecificationCurve(functools.partial(stopping, place), {"lags": list(range(50)), "sample": [100, 200]})
    with pytest.raises(KeyboardInterrupt):
        curve.run(folder=tmp_path / "run")
    early = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").glob("block-*.json")}
    assert 0 < len(early) < 5
    (tmp_path / "go on").touch()
    resumed = curve.run(folder=tmp_path / "run")
    assert {path: path.stat().st_mtime_ns for path in early} == early
    whole = curve.run(folder=tmp_path / "whole")
    pd.testing.assert_frame_equal(resumed.table, whole.table, check_exact=True)
    for path in sorted((tmp_path / "run").iterdir()):
        assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes()
    other = SpecificationCurve(functools.partial(stopping, place), {"lags": list(range(50)), "sample": [100, 300]})
    with pytest.raises(SpecificationError, match="specification curve of another specification"):
        other.run(folder=tmp_path / "run")


def test_an_array_of_words_is_the_same_wherever_its_words_lie():
    first, second = (np.array(["".join(["la", "gs"]), None], dtype=object) for _ in range(2))
    assert described(first) == described(second) == {"array": [[2], ["lags", None]]}
    assert described(first) != described(first[::-1])


def test_other_data_or_what_cannot_be_written_down_is_refused_by_a_folder(tmp_path):
    linear_curve(data()).run(folder=tmp_path / "run")
    with pytest.raises(SpecificationError, match="another specification"):
        linear_curve(data(seed=2)).run(folder=tmp_path / "run")
    odd = SpecificationCurve(lambda x: made(1.0 if x == 1 else 2.0), {"x": {"a": 1, "b": object()}})
    assert len(odd.run().table) == 2
    with pytest.raises(SpecificationError, match="can be written down"):
        odd.run(folder=tmp_path / "odd")


def test_joint_draws_are_kept_too(tmp_path, results):
    first = results.joint(30, rng=1, folder=tmp_path)
    block = next(tmp_path.glob("block-*.json"))
    before = block.stat().st_mtime_ns
    again = results.joint(30, rng=1, folder=tmp_path)
    assert block.stat().st_mtime_ns == before
    pd.testing.assert_frame_equal(first.null, again.null, check_exact=True)
    with pytest.raises(SpecificationError, match="another specification"):
        results.joint(30, rng=2, folder=tmp_path)


def brute(table, axes):
    """Shares of a full grid by their definitions: variances of conditional means."""
    y, whole = table["value"], table["value"].var(ddof=0)
    first = {axis: table.groupby(axis)["value"].transform("mean").var(ddof=0) / whole for axis in axes}
    total = {}
    for axis in axes:
        others = [each for each in axes if each != axis]
        total[axis] = ((y - table.groupby(others)["value"].transform("mean")) ** 2).mean() / whole
    return first, total


def test_shares_of_a_full_grid_are_those_of_the_definitions():
    def rough(lags, sample, trend):
        return made(
            lags * sample / 101.0 + 3.0 * (trend == "linear") + 0.3 * lags * (trend == "none"), lags * sample + lags
        )

    result = SpecificationCurve(rough, AXES).run()
    table = result.decompose()
    first, total = brute(result.table.astype({"value": float}), list(AXES))
    for axis in AXES:
        assert table.loc[axis, "first"] == pytest.approx(first[axis])
        assert table.loc[axis, "shapley"] == pytest.approx(first[axis])  # a full grid is orthogonal
        assert table.loc[axis, "total"] == pytest.approx(total[axis])
        assert table.loc[axis, "total"] >= table.loc[axis, "first"]
    assert table["shapley"].sum() == pytest.approx(1.0)
    assert list(table.index) == [*AXES, "interactions"]


def test_shares_of_a_grid_with_holes_are_averages_over_orders():
    rules = (Rule("a", {"lags": "4", "sample": "short"}), Rule("b", {"lags": "1", "trend": "linear"}))
    result = SpecificationCurve(base, AXES, exclude=rules).run()
    table, rows = result.decompose(), result.estimates

    def r2(axes):
        if not axes:
            return 0.0
        dummies = pd.get_dummies(rows[list(axes)]).to_numpy(dtype=float)
        design = np.column_stack([np.ones(len(rows)), dummies])
        residuals = rows["value"] - design @ np.linalg.lstsq(design, rows["value"], rcond=None)[0]
        return 1.0 - residuals.var(ddof=0) / rows["value"].var(ddof=0)

    orders = list(itertools.permutations(AXES))
    for axis in AXES:
        gains = [r2(order[: order.index(axis) + 1]) - r2(order[: order.index(axis)]) for order in orders]
        assert table.loc[axis, "shapley"] == pytest.approx(np.mean(gains))
        assert table.loc[axis, "first"] == pytest.approx(r2([axis]))
    assert table.loc["interactions", "shapley"] == pytest.approx(1.0 - r2(list(AXES)), abs=1e-12)
    assert table["shapley"].sum() == pytest.approx(1.0)


def test_nothing_to_divide_is_said():
    flat = SpecificationCurve(lambda a, b: made(1.0, 10 * a + b), {"a": [1, 2], "b": [3, 4]}).run()
    with pytest.raises(EstimationError, match="all estimates are the same"):
        flat.decompose()
    with pytest.raises(SpecificationError, match="13 axes"):
        shares_of_variance({f"a{number}": np.array(["x", "y"]) for number in range(13)}, np.array([1.0, 2.0]))


def best_division(rows, least):
    """Largest fall of the sum of squares over every division of every axis's options in two."""
    best = 0.0
    for axis in AXES:
        options = sorted(set(rows[axis]))
        for size in range(1, len(options)):
            for left in itertools.combinations(options, size):
                inside = rows[axis].isin(left)
                if min(inside.sum(), (~inside).sum()) < least:
                    continue
                parts = [rows.loc[inside, "value"], rows.loc[~inside, "value"]]
                best = max(best, rows["value"].var(ddof=0) * len(rows) - sum(p.var(ddof=0) * len(p) for p in parts))
    return best


@pytest.mark.parametrize("least", [1, 3, 5])
def test_the_tree_asks_the_best_question(least):
    rng = np.random.default_rng(4)
    noise = dict(
        zip(itertools.product([1, 2, 4], [100, 200], ["none", "linear"]), rng.standard_normal(12), strict=True)
    )
    result = SpecificationCurve(lambda lags, sample, trend: made(noise[lags, sample, trend]), AXES).run()
    rows = result.estimates
    whole = rows["value"].var(ddof=0) * len(rows)
    tree = result.tree(2, least=least)
    assert tree.nodes[0].share == pytest.approx(best_division(rows, least) / whole)
    assert tree.nodes[0].mean == pytest.approx(rows["value"].mean())
    shallow = result.tree(1, least=least)
    assert [node.share for node in shallow.nodes[:1]] == [tree.nodes[0].share]
    assert shallow.explained <= tree.explained <= 1.0
    leaves = [node for node in tree.nodes if not node.axis]
    assert sum(node.count for node in leaves) == 12
    within = whole - sum(node.count * (node.mean - rows["value"].mean()) ** 2 for node in leaves)
    assert tree.explained == pytest.approx(1.0 - within / whole)
    assert all(node.count >= least for node in tree.nodes)


def test_a_tree_prints_itself_and_knows_when_to_stop():
    result = SpecificationCurve(base, AXES).run()
    tree = result.tree(least=2)
    assert tree.nodes[0].axis == "trend"
    assert str(tree).splitlines()[1].strip().startswith("trend = none: 3.833 (6; by lags")
    assert tree.to_frame()["depth"].max() == 3
    flat = SpecificationCurve(lambda a, b: made(1.0, 10 * a + b), {"a": [1, 2], "b": [3, 4]}).run().tree()
    assert str(flat) == "all: 1 (4)"
    with pytest.raises(SpecificationError, match="depth"):
        result.tree(0)


def test_the_literature_stands_beside_the_curve():
    result = SpecificationCurve(base, AXES).run()
    found = {"theirs": made(4.0), "bare": Estimate(99.0, Unavailable("x"), Unavailable("x"), Unavailable("x"))}
    table = result.beside(found)
    values = result.estimates["value"]
    assert table.loc["theirs", "rank"] == pytest.approx((values < 4.0).mean() + 0.5 * (values == 4.0).mean())
    assert table.loc["bare", "rank"] == 1.0
    page = result.plot(found)
    assert [text.get_text() for text in page.axes[2].get_xticklabels()] == ["theirs", "bare"]
    assert page.axes[2].get_ylim() == page.axes[0].get_ylim()
    assert page.axes[0].get_ylim()[1] > 99.0
    with pytest.raises(SpecificationError, match="convert"):
        result.beside({"theirs": made(4.0, units="percent")})
    with pytest.raises(SpecificationError, match="at least"):
        result.beside({})


def test_the_picture_shows_every_estimate_and_choice():
    result = SpecificationCurve(failing, AXES).run()
    top, matrix = result.plot().axes
    drawn = np.concatenate([line.get_ydata() for line in top.lines if line.get_marker() == "."])
    np.testing.assert_allclose(np.sort(drawn), result.estimates["value"])
    marks = [len(line.get_xdata()) for line in matrix.lines]
    assert sum(marks) == 3 * len(result.estimates)
    words = [text.get_text() for text in matrix.get_yticklabels()]
    assert words == ["lags:  1", "2", "4", "sample:  short", "long", "trend:  none", "linear"]


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "an axis at least"),
        ({"lags": []}, "'lags' is empty"),
        ({"lags": [1]}, "one option, '1'"),
        ({"lags": [1, 1]}, "label '1' twice"),
        ({"lags": {1: 1, "1": 2}}, "label '1' twice"),
        ({"lags": "hac"}, "list of values"),
        ({"two words": [1, 2]}, "argument of base"),
        ({"value": [1, 2]}, "cannot be called 'value'"),
        ({"rng": [1, 2]}, "cannot be called 'rng'"),
        ({"lags": [1, 2], "other": [1, 2]}, "base must take the axes"),
        ({"lags": range(2000), "sample": range(2000), "trend": range(2)}, "8,000,000 combinations"),
    ],
)
def test_axes_that_are_none_are_refused(choices, words):
    with pytest.raises(SpecificationError, match=words):
        SpecificationCurve(base, choices)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"exclude": [Rule("a", {"lag": "1"})]}, "did you mean 'lags'"),
        ({"exclude": [Rule("a", {"lags": "7"})]}, "no option '7' of axis 'lags'"),
        ({"exclude": [Rule("a", {"lags": "1"}), Rule("a", {"lags": "2"})]}, "two rules are called 'a'"),
        ({"exclude": [Rule("a", {"lags": ["1", "2", "4"]})]}, "leave out every combination"),
        ({"same": [Same("lag", {"trend": "none"})]}, "the axis 'lag'"),
        ({"same": [Same("lags", {"trend": "x"})]}, "no option 'x'"),
    ],
)
def test_rules_of_nothing_are_refused(more, words):
    with pytest.raises(SpecificationError, match=words):
        SpecificationCurve(base, AXES, **more)
    for wrong in (
        lambda: Rule("", {"lags": "1"}),
        lambda: Rule("a", {}),
        lambda: Rule("a", {"lags": []}),
        lambda: Rule("a", {"lags": None}),
        lambda: Same("lags", {"lags": "1"}),
    ):
        with pytest.raises(SpecificationError):
            wrong()


@pytest.mark.parametrize("scheme", ["shift", "permutation", "blocks"])
def test_joint_statistics_are_those_of_the_draws(results, scheme):
    joint = results.joint(40, rng=2, scheme=scheme, size=0.2)
    rows = results.estimates
    z = rows["z_score"].to_numpy()
    assert joint.table["observed"].tolist() == pytest.approx(
        [
            abs(np.median(rows["value"])),
            max((z > 1.2815515).mean(), (z < -1.2815515).mean()),
            abs(z.sum()) / math.sqrt(len(z)),
            np.abs(z).max(),
        ]
    )
    assert joint.null.shape == (40 - joint.dropped, 4)
    for name, column in joint.null.items():
        reached = (column >= joint.table.loc[name, "observed"] * (1 - 1e-9)).sum()
        assert joint.table.loc[name, "p_value"] == pytest.approx((1 + reached) / (1 + joint.draws))
    assert (joint.curve["lower"] <= joint.curve["upper"]).all()
    np.testing.assert_array_equal(joint.curve["observed"], rows["value"])
    assert scheme in str(joint)
    again = results.joint(40, rng=2, scheme=scheme, size=0.2, n_jobs=2, backend="threading")
    pd.testing.assert_frame_equal(joint.null, again.null, check_exact=True)
    other = results.joint(40, rng=3, scheme=scheme, size=0.2)
    assert not joint.null.equals(other.null)


def test_the_share_counts_the_sign_that_more_of_them_have():
    null = np.array([[3.0, 3.0, -3.0, 0.0], [-3.0, -3.0, -3.0, 3.0], [0.0, 0.0, 0.0, 1.0]])
    found = joint_inference([0.0] * 4, [-3.0, -3.0, 3.0, 1.0], null_values=null, null_scores=null)
    assert found.table.loc["share", "observed"] == 0.5
    assert found.null["share"].tolist() == [0.5, 0.75, 0.0]
    assert found.table.loc["share", "p_value"] == 0.75


def test_lengths_of_blocks_matter_and_belong_to_blocks(results):
    one, two = (results.joint(40, rng=2, scheme="blocks", length=length).null for length in (2, 12))
    assert not one.equals(two)
    with pytest.raises(SpecificationError, match="length belongs"):
        results.joint(40, rng=2, length=3)
    with pytest.raises(SpecificationError, match="rng=None"):
        results.joint(40)


def test_an_effect_is_seen_jointly_and_units_do_not_matter():
    strong = linear_curve(data(effect=0.6)).run()
    for scheme in ("shift", "permutation", "blocks"):
        assert (strong.joint(99, rng=1, scheme=scheme).table["p_value"] <= 0.05).all()
    frame = data(effect=0.6)
    scaled = linear_curve(frame.assign(y=100.0 * frame["y"])).run()
    one, two = strong.joint(60, rng=1).null, scaled.joint(60, rng=1).null
    np.testing.assert_allclose(100.0 * one["median"], two["median"], rtol=1e-9)
    np.testing.assert_allclose(one[["stouffer", "largest"]], two[["stouffer", "largest"]], rtol=1e-9)


def test_a_specification_without_a_sample_in_most_draws_is_named():
    frame = data()
    axes = {
        "controls": {"none": [], "a": ["a"]},
        "sample": {"all": None, "tiny": ("2000-01", "2001-12")},
        "lags": [0, 1],
    }
    result = SpecificationCurve(functools.partial(linear, frame), axes).run()
    assert 0 < result.joint(60, rng=1, scheme="blocks", length=6).dropped < 30
    with pytest.raises(EstimationError, match=r"draws leave a specification without a sample.*sample='tiny'"):
        result.joint(60, rng=1, scheme="blocks", length=75)


def test_plain_estimates_have_no_joint_test_but_draws_of_ones_own_do():
    with pytest.raises(SpecificationError, match="joint_inference takes them"):
        SpecificationCurve(base, AXES).run().joint(9, rng=1)
    null = np.random.default_rng(1).standard_normal((200, 6))
    found = joint_inference(np.zeros(6), np.zeros(6), null_values=null, null_scores=null, scheme="mine")
    assert (found.table["p_value"] > 0.9).all()
    assert (found.scheme, found.specifications) == ("mine", 6)
    with pytest.raises(SpecificationError, match=r"\(B, S\)"):
        joint_inference(np.zeros(6), np.zeros(5), null_values=null, null_scores=null)
    with pytest.raises(SpecificationError, match="one column"):
        joint_inference(np.zeros(5), np.zeros(5), null_values=null, null_scores=null)
    with pytest.raises(SchemaError, match="finite"):
        joint_inference(np.zeros(6), np.full(6, np.nan), null_values=null, null_scores=null)
    with pytest.raises(SpecificationError, match="size"):
        joint_inference(np.zeros(6), np.zeros(6), null_values=null, null_scores=null, size=0.0)


def test_every_specification_has_its_p_value_and_two_that_count_the_others():
    generator = np.random.default_rng(5)
    null = generator.standard_normal((199, 6))
    scores = np.array([4.5, -0.2, 2.1, -2.4, 0.0, 1.0])
    found = joint_inference(scores, scores, null_values=null, null_scores=null).adjusted
    plain = 2.0 * stats.norm.sf(np.abs(scores))
    np.testing.assert_allclose(found["plain"], plain)
    np.testing.assert_allclose(found["benjamini_yekutieli"], multipletests(plain, method="fdr_by")[1])
    np.testing.assert_allclose(found["romano_wolf"], romano_wolf(np.abs(scores), np.abs(null)))
    assert (found["romano_wolf"] >= (1.0 + (np.abs(null) >= np.abs(scores)).sum(axis=0)) / 200.0).all()
