"""Size and power of the joint tests on autocorrelated data; workers of a cluster. Slow."""

import functools

import numpy as np
import pandas as pd
import pytest

from econ.multiverse import LinearSpecification, SpecificationCurve

pytestmark = pytest.mark.slow
TESTS = ("median", "share", "stouffer", "largest")


def sample(rng, effect, persistence, periods=150, changing=False):
    """Outcome, regressor and two controls, autoregressive; the outcome's variance goes with the regressor if asked."""
    shocks = rng.standard_normal((periods + 50, 4))
    for t in range(1, len(shocks)):
        shocks[t] += persistence * shocks[t - 1]
    y, x, a, b = shocks[50:].T
    if changing:
        y = y * (0.4 + np.abs(x))
    frame = pd.DataFrame({"x": x, "a": a + 0.5 * x, "b": b})
    return frame.assign(y=y + 0.5 * frame["a"] + effect * x)


def base(frame, sample, controls, lags):
    window = {"all": (0, 149), "early": (0, 99), "late": (50, 149)}[sample]
    return LinearSpecification(
        frame["y"], frame["x"], frame[["a", "b"] if controls == "both" else ["a"]], lags=lags, sample=window
    )


def rejections(scheme, effect, persistence, *, replications, draws=79, seed=1, changing=False):
    """Share of samples in which each test rejects at 5%."""
    rng, found = np.random.default_rng(seed), np.zeros(4)
    axes = {"sample": ["all", "early", "late"], "controls": ["a", "both"], "lags": [0, 1]}
    for number in range(replications):
        frame = sample(rng, effect, persistence, changing=changing)
        results = SpecificationCurve(functools.partial(base, frame), axes).run()
        found += (results.joint(draws, rng=number, scheme=scheme).table["p_value"] <= 0.05).to_numpy()
    return dict(zip(TESTS, found / replications, strict=True))


@pytest.mark.parametrize("scheme", ["shift", "blocks"])
def test_the_size_on_autocorrelated_data_is_what_the_page_says(scheme):
    found = rejections(scheme, 0.0, 0.6, replications=120)
    print(scheme, found)
    # three standard errors of 120 samples at 5% are 6 points; blocks reject somewhat too often, as the page says
    assert max(found.values()) <= (0.11 if scheme == "shift" else 0.17)


def test_orders_drawn_at_random_forget_the_autocorrelation():
    found = rejections("permutation", 0.0, 0.9, replications=60)
    kept = rejections("shift", 0.0, 0.9, replications=60)
    print(found, kept)
    assert found["median"] > kept["median"] + 0.10


def test_turns_fail_where_the_variance_goes_with_the_regressor():
    turned = rejections("shift", 0.0, 0.0, replications=80, changing=True)
    blocks = rejections("blocks", 0.0, 0.0, replications=80, changing=True)
    print(turned, blocks)
    assert turned["median"] > blocks["median"]


def test_an_effect_is_found():
    found = rejections("shift", 0.4, 0.6, replications=40)
    print(found)
    assert min(found.values()) > 0.5


def test_a_cluster_gives_the_same_bytes(tmp_path):
    distributed = pytest.importorskip("distributed", reason="distributed is not installed (extra 'cluster')")
    frame = sample(np.random.default_rng(3), 0.2, 0.6)
    axes = {"sample": ["all", "early", "late"], "controls": ["a", "both"], "lags": list(range(8))}
    curve = SpecificationCurve(functools.partial(base, frame), axes)
    one, joint = curve.run(folder=tmp_path / "one"), curve.run().joint(30, rng=1)
    with distributed.Client(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0") as client:
        two = curve.run(scheduler=client.scheduler.address, folder=tmp_path / "two")
        again = two.joint(30, rng=1, scheduler=client.scheduler.address)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    pd.testing.assert_frame_equal(joint.null, again.null, check_exact=True)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
