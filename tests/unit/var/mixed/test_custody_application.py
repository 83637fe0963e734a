"""Weekly custody and yields, monthly purchases of China and quarterly debt of the archive in one model."""

import numpy as np
import pandas as pd
import pytest

import econ
from econ.var import pseudo_real_time


def tables():
    custody = econ.load("fed_custody", frequency="W").frame["fed_custody"]
    daily = econ.load("yield_10y", frequency="D").frame["yield_10y"]
    yields = daily.resample("W-WED").last().reindex(custody.index)
    weekly = pd.DataFrame({"custody_growth": 100.0 * np.log(custody).diff(), "yield_10y": yields}).iloc[1:]
    debt = econ.load("federal_debt", frequency="Q").frame["federal_debt"]
    return {"W": weekly, "M": econ.load("china_net_purchases"), "Q": pd.DataFrame({"debt": 100.0 * np.log(debt)})}


@pytest.mark.slow
def test_one_model_of_three_frequencies_nowcasts_the_flow():
    data = tables()
    flow = data["M"].frame["china_net_purchases"]
    growth = {"custody_growth": 0.0, "china_net_purchases": 0.0}
    model = econ.MixedFrequencyVAR(
        data, 4, aggregation={"china_net_purchases": "sum", "debt": "end"}, prior=econ.Minnesota(0.2, own_lag=growth)
    )
    fit = model.fit(draws=200, burn=100, rng=1)
    weeks = fit.latent("china_net_purchases")
    own = fit.latent("china_net_purchases", own=True)
    assert weeks.draws.shape == (200, len(model._layout.index))
    index = pd.DatetimeIndex(weeks.index).to_period("M")
    inside = [month for month in flow.index if month in own.index]
    sums = pd.DataFrame(weeks.draws.T, index=index).groupby(level=0).sum().loc[inside]
    np.testing.assert_allclose(sums.to_numpy(), np.tile(flow.loc[inside].to_numpy()[:, None], 200), atol=1e-10)
    counts = pd.Series(1, index=index).groupby(level=0).sum().loc[inside]
    assert set(counts) == {4, 5}
    assert fit.units["china_net_purchases"] == "percent of debt"
    assert fit.data.vintages
    missing = fit.missing()
    assert set(missing.index.get_level_values("variable")) >= {"china_net_purchases", "debt"}
    next_month = str(flow.index[-1] + 1)
    nowcast = fit.nowcast("china_net_purchases", next_month).estimate()
    assert nowcast.lower < nowcast.value < nowcast.upper
    delays = {"china_net_purchases": 45, "debt": 45, "custody_growth": 1, "yield_10y": 1}
    scored = pseudo_real_time(
        model, "china_net_purchases", "2023-01", delays=delays, refit=40, draws=60, burn=60, rng=1
    )
    summary = scored.summary()
    assert summary.loc["nowcast", "nobs"] == len(flow.loc["2023-01":])
    assert 0.75 <= summary.loc["nowcast", "coverage"] <= 1.0
    assert summary.loc["nowcast", "relative_rmse"] < 1.3
