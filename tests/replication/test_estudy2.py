"""The COVID-19 case of the R package estudy2: its printed results, and the two slips that they carry.

Seven firms, one event day each of five, market model estimated to 13 March 2020. The printed results stand in the
vignette "Introduction to estudy2" (package version 0.10.0). Two firms were listed during the estimation window.
"""

import numpy as np
import pandas as pd
import pytest

from econ.eventstudy import EventStudy, joint_tests
from econ.eventstudy._kernels import Windows
from econ.eventstudy.battery import TESTS

# day: mean abnormal return, t, Patell, BMP, sign, generalised sign
PRINTED = {
    "2020-03-16": (0.02329740, 1.3941497, 2.5507399, 1.20471169, 1.1338934, 1.1516761),
    "2020-03-17": (-0.03157867, -1.2769075, -2.9495613, -1.17531339, 0.3779645, 0.3957301),
    "2020-03-18": (-0.01617850, -0.4023135, 0.3283654, 0.07606284, 1.1338934, 1.1516761),
    "2020-03-19": (0.07672027, 1.7958275, 8.4216222, 2.16657728, 1.8898224, 1.9076220),
    "2020-03-20": (0.05840545, 5.1233281, 6.3196352, 8.65212561, 2.6457513, 2.6635680),
}
LAST = "2020-03-13"


@pytest.fixture(scope="module")
def returns(shared):
    firms, market = (pd.read_csv(shared(f"data/cases/estudy2/{name}"), index_col="date", parse_dates=True) for name in
                     ("data_rates.csv", "data_market.csv"))  # fmt: skip
    return firms.join(market)


def fitted(returns, day):
    """One study a firm, the market model estimated on every quote to 13 March."""
    ahead = returns.index.get_loc(day) - returns.index.get_loc(LAST)
    event = pd.DataFrame({"date": [day], "kind": "lockdown", "label": ["first lockdowns"]})
    window = {"window": (0, 0), "estimation": (-ahead - returns.index.get_loc(LAST), -ahead)}
    model = {"normal": "market", "factors": "market", "transform": "level"}
    return {
        firm: EventStudy(returns, event, response=firm, **window, **model).fit()
        for firm in returns.columns.drop("market")
    }


def together(fits):
    """The windows of all firms as one cross-section."""
    windows = [fit.windows for fit in fits.values()]
    names = [name for name in Windows.__dataclass_fields__ if name != "first"]
    return Windows(first=0, **{name: np.concatenate([getattr(one, name) for one in windows]) for name in names})


def slipped(returns, day):
    """Standardised abnormal returns and degrees of freedom with the two slips, in plain formulas.

    The residual variance is divided by n - 1 for two coefficients, and the forecast error takes the mean and the sum
    of squares of the market over all days, those before a firm was listed included.
    """
    before = returns.index <= LAST
    everywhere = returns.loc[before, "market"]
    sar, df = [], []
    for firm in returns.columns.drop("market"):
        y = returns.loc[before, firm].dropna()
        x = everywhere[y.index]
        slope, constant = np.polyfit(x, y, 1)
        n = len(y)
        s = np.sqrt(((y - constant - slope * x) ** 2).sum() / (n - 1))
        now = returns.loc[day, "market"]
        spread = 1 + 1 / n + (now - everywhere.mean()) ** 2 / ((everywhere - everywhere.mean()) ** 2).sum()
        sar.append((returns.loc[day, firm] - constant - slope * now) / (s * np.sqrt(spread)))
        df.append(n - 2)
    return np.array(sar), np.array(df)


@pytest.mark.parametrize("day", PRINTED)
def test_printed_results_are_found_where_the_formulas_agree(returns, day):
    fits = fitted(returns, day)
    windows = together(fits)
    mean, t, _, _, sign, generalised = PRINTED[day]
    assert windows.cumulative.mean() == pytest.approx(mean, abs=5e-9)
    assert TESTS["t"](windows).statistic == pytest.approx(t, abs=5e-8)
    assert TESTS["sign"](windows).statistic == pytest.approx(sign, abs=5e-8)
    # Cowan's share is the mean of the firms' shares; the printed one pools their days: the same for equal lengths
    positive, used = (windows.residuals > 0.0).sum(axis=1), windows.used.sum(axis=1)
    w, n = (windows.cumulative > 0.0).sum(), len(windows)
    for share, expected in (((positive / used).mean(), TESTS["generalised sign"](windows).statistic),
                            (positive.sum() / used.sum(), generalised)):  # fmt: skip
        assert (w - n * share) / np.sqrt(n * share * (1 - share)) == pytest.approx(expected, abs=5e-8)


@pytest.mark.parametrize("day", PRINTED)
def test_patell_and_bmp_differ_by_the_two_slips_and_by_nothing_else(returns, day):
    fits = fitted(returns, day)
    ours = joint_tests(fits)["statistic"]
    _, _, patell, bmp, _, _ = PRINTED[day]
    sar, df = slipped(returns, day)
    assert sar.sum() / np.sqrt((df / (df - 2)).sum()) == pytest.approx(patell, abs=5e-8)
    assert np.sqrt(len(sar)) * sar.mean() / sar.std(ddof=1) == pytest.approx(bmp, abs=5e-9)
    windows = together(fits)
    assert windows.df.tolist() == df.tolist()
    assert TESTS["Patell"](windows).statistic == pytest.approx(ours["Patell"], rel=1e-12)
    assert TESTS["BMP"](windows).statistic == pytest.approx(ours["BMP"], rel=1e-12)
    assert ours["Patell"] == pytest.approx(patell, rel=0.005)
    assert ours["Patell"] != pytest.approx(patell, rel=1e-4)
