"""The primary cell of H1 is the one fixed in advance: recomputed here from the series, without the exhibit's code."""

import math

import numpy as np
import pandas as pd
import pytest
from linearmodels.iv import IV2SLS
from scipy import stats

import econ
from analyses import _impacts, instruments, price_impact, weekly_custody
from analyses._units import debt_tn
from analyses.specification import baseline
from econ.data import flows, operations
from econ.errors import SpecificationError
from econ.projection import granular_instrument

PANEL = baseline.panel.everybody


@pytest.fixture(scope="module")
def exhibit():
    return price_impact.result(baseline)


def fixed_in_advance():
    """Outcome, sales, instruments and controls of the cell, written out: 10-year, three months, both instruments."""
    names = ["foreign_net_purchases", "yield_2y", "yield_10y", "yield_30y", "fed_net_purchases", "yield_10y_germany"]
    table = econ.load(*names, "financial_conditions", as_of="2026-07-17").frame.loc["2011-07":]
    table = table.assign(sales=-table["foreign_net_purchases"]).drop(columns="foreign_net_purchases")
    for name in ("yield_2y", "yield_10y", "yield_30y", "yield_10y_germany"):
        table[name] *= 100.0
    position = pd.DataFrame({name: flows(name, "position", "usd_bn")["value"] for name in PANEL})
    bought = pd.DataFrame({name: flows(name, scale="usd_bn")["value"] for name in PANEL})
    growth = (100.0 * bought / position.shift()).loc["2011-07":"2026-03"]
    table = table.join(granular_instrument(growth, position, factors=1).series, how="inner")
    dates = econ.events("intervention")
    sold = dates["amount"].groupby(dates["date"].dt.to_period("M")).sum()
    table["intervention"] = sold.reindex(table.index).fillna(0.0)
    system = [
        "yield_2y",
        "yield_10y",
        "yield_30y",
        "sales",
        "fed_net_purchases",
        "yield_10y_germany",
        "financial_conditions",
    ]
    lagged = {f"L{lag}.{name}": table[name].shift(lag) for lag in range(1, 5) for name in system}
    outcome = (table["yield_10y"].shift(-3) - table["yield_10y"].shift(1)).rename("outcome")
    whole = pd.concat([outcome, table[["sales", "granular", "intervention"]], pd.DataFrame(lagged)], axis=1).dropna()
    return whole["outcome"], whole["sales"], whole[["granular", "intervention"]], whole[list(lagged)].assign(const=1.0)


def test_the_choices_and_their_date_are_those_fixed_in_advance():
    """Changing any of these after seeing results is what this test is there to stop."""
    assert (baseline.primary.maturity, baseline.primary.horizon) == ("yield_10y", 3)
    assert (baseline.primary.seller, baseline.primary.instruments) == ("foreign", ("granular", "intervention"))
    assert baseline.primary.controls == ("fed_net_purchases", "yield_10y_germany", "financial_conditions")
    assert baseline.primary.bounds == (15.0, 8.0, 2.4)
    assert (baseline.projection.lags, baseline.panel.factors, baseline.level) == (3, 1, 0.90)
    assert baseline.fixed_on == "2026-11-23"


def test_all_operations_on_record_may_stand_for_the_sales_since_2022(exhibit):
    spec = baseline.changed("primary.instruments", ("granular", "intervention_record"))
    fit = _impacts.project(_impacts.design_of(_impacts.primary_key(spec), spec), spec, horizon=3)
    again = _impacts.impact(fit, "yield_10y", 3, spec)
    assert exhibit.numbers["primary_on_record"].value == pytest.approx(again.value, rel=1e-9)
    amounts = fit.parent.data.frame["intervention_record"]
    bought = operations("2011-10-01", "2011-10-31")["yen_bn"].sum()
    assert amounts["2011-10"] == pytest.approx(-bought / 1000.0)
    assert (amounts[:"2021-12"] < 0).sum() == 3
    assert amounts["2011-10"] < 0 < amounts["2022-09"]


def test_the_primary_number_is_the_cell_fixed_in_advance(exhibit):
    y, x, z, w = fixed_in_advance()
    theirs = IV2SLS(y, w, x, z).fit(cov_type="robust")
    primary = exhibit.numbers["primary"]
    assert primary.value == pytest.approx(theirs.params["sales"], rel=1e-8)
    size, columns = len(y), w.shape[1] + 1
    factor = math.sqrt((size) / (size - columns))
    assert primary.std_error == pytest.approx(factor * theirs.std_errors["sales"], rel=1e-8)
    assert (primary.level, primary.nobs) == (0.90, size)
    assert next(row for row in exhibit.table.body if row.cells[1] == primary).cells[-1] == size
    per_100bn = exhibit.numbers["primary_100bn"]
    assert per_100bn.value == pytest.approx(primary.value * 10.0 / debt_tn(baseline))
    assert per_100bn.region.lower == pytest.approx(primary.region.lower * 10.0 / debt_tn(baseline))


def test_the_set_of_the_primary_number_inverts_the_robust_wald_test(exhibit):
    """At both ends the statistic, from dense regressions, equals Hotelling's quantile."""
    y, x, z, w = fixed_in_advance()
    both = np.column_stack([w, z])
    inverse = np.linalg.inv(both.T @ both)
    leverage = 1.0 - np.einsum("ij,jk,ik->i", both, inverse, both)
    rest = z.to_numpy() - w.to_numpy() @ np.linalg.lstsq(w.to_numpy(), z.to_numpy(), rcond=None)[0]
    q = np.linalg.qr(rest)[0]
    own = (q**2).sum(axis=1)
    size, columns = both.shape
    mean = size / (size - columns) * (own @ leverage) / 2
    df = 2 * 3 * (own @ leverage / 2) ** 2 / (2 * ((own * leverage) ** 2).sum())
    critical = 2 * df / (df - 1) * stats.f.ppf(0.90, 2, df - 1)
    for end in (exhibit.numbers["primary"].region.lower, exhibit.numbers["primary"].region.upper):
        e = (y - end * x).to_numpy()
        b = inverse @ (both.T @ e)
        scores = both * (e - both @ b)[:, None]
        v = (inverse @ scores.T @ scores @ inverse)[-2:, -2:] * size / (size - columns)
        assert b[-2:] @ np.linalg.solve(v, b[-2:]) * mean == pytest.approx(critical, rel=1e-6)


def test_equivalence_uses_the_bounds_fixed_in_advance(exhibit):
    numbers = exhibit.numbers
    region = numbers["primary"].region
    reach = max(abs(region.lower), abs(region.upper))
    for name, bound in (("short", 15.0), ("long", 8.0), ("small", 2.4)):
        assert numbers[f"equivalent_{name}"] == ("yes" if reach <= bound else "no")
    assert numbers["smallest_bound"] == reach


def test_another_specification_is_another_number(exhibit):
    for change in (
        ("primary.horizon", 6), ("primary.instruments", ("granular",)), ("projection.lags", 2),
        ("primary.controls", ("yield_10y_germany",)),
    ):  # fmt: skip
        spec = baseline.changed(*change)
        fit = _impacts.project(_impacts.DESIGNS[_impacts.primary_key(spec)], spec, horizon=6)
        value = fit.point[spec.primary.horizon, fit.parent.responses.index(spec.primary.maturity), 0]
        assert value != pytest.approx(exhibit.numbers["primary"].value, rel=1e-3)
    with pytest.raises(SpecificationError, match="add it to DESIGNS"):
        _impacts.primary_key(baseline.changed("primary.instruments", ("luck",)))


def test_one_design_is_given_by_its_key_or_refused_with_the_reason():
    for spec in (baseline, baseline.changed("sample.main", ("2011-07", "2021-12"))):
        permitted = _impacts.designs(spec)
        assert all(_impacts.design_of(key, spec) == each for key, each in permitted.items())
    assert "intervention" not in permitted
    with pytest.raises(SpecificationError, match="'intervention' needs an intervention that the sample does not"):
        _impacts.design_of("intervention", spec)
    early = baseline.changed({"concept": "position", "sample.whole": ("1985-04", "2026-03")})
    with pytest.raises(SpecificationError, match="'ols_whole' needs purchases that the sample does not"):
        _impacts.design_of("ols_whole", early)
    with pytest.raises(SpecificationError, match="no 'granulr'; did you mean 'granular'"):
        _impacts.design_of("granulr", baseline)


def test_every_design_is_given_per_cent_and_per_hundred_billion(exhibit):
    whole, today = (exhibit.tables[name].rows for name in ("horizons", "horizons_today"))
    assert len(whole) == len(_impacts.DESIGNS)
    factor = 10.0 / debt_tn(baseline)
    for first, second in zip(whole, today, strict=True):
        for one, other in zip(first.cells, second.cells, strict=True):
            assert other.value == pytest.approx(one.value * factor)


def test_the_custody_shift_shows_nothing_and_a_sale_would():
    spec = baseline
    found = weekly_custody.instrument(spec)
    data = weekly_custody.weekly(spec)
    moved = pd.Timestamp(baseline.weekly.placebo)
    shown = found.placebo(data.frame["yield_10y"], [moved], horizons=(0, 1, 4))
    assert found.series.idxmax() == moved
    np.testing.assert_allclose(shown["moved"], data.frame.loc[moved, "custody_sales"])
    assert (shown["p_value"] > 0.10).all()
    large = data.frame["yield_10y"] + 50.0 * shown["moved"].iloc[0] * (data.frame.index >= moved)
    assert (found.placebo(large, [moved], horizons=(0, 1))["p_value"] < 0.02).all()


def test_every_instrument_goes_through_the_same_checks():
    table = instruments.result(baseline).tables["first_stages"]
    rows = [row for row in table.rows if hasattr(row, "cells")]
    assert len(rows) == 4
    for row in rows:
        f, critical, yields, flow, least, *_ = row.cells
        assert f > 0.0
        assert critical > 20.0
        assert min(yields, flow) >= 0.0
        assert max(yields, flow) <= 1.0
        assert least > 0.0
