"""One verb, one result: what fit returns, its table and its pictures."""

import numpy as np
import pandas as pd
import pytest

from econ import IRF
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.projection import LocalProjection, PanelProjection, PanelResults, PlugIn, ProjectionResults
from econ.responses import Wild


def frame():
    values = np.random.default_rng(1).standard_normal((240, 4))
    table = pd.DataFrame(values, columns=["news", "flow", "yield", "rest"])
    table["flow"] += table["news"]
    table["yield"] -= 2.0 * table["flow"]
    return table.assign(war=(np.arange(240) >= 120).astype(float))


def panel():
    index = pd.MultiIndex.from_product([list("abcdefgh"), range(30)])
    return frame().set_axis(index)


def local(**options):
    return LocalProjection(frame(), **({"response": ["yield", "rest"], "impulse": "flow", "lags": 1} | options))


def of_panel(**options):
    return PanelProjection(panel(), response="yield", impulse="flow", lags=1, **options)


def test_fit_returns_results_and_irf_is_an_attribute_of_them():
    for model, kind in ((local(), ProjectionResults), (of_panel(), PanelResults)):
        fit = model.fit(horizon=3)
        assert isinstance(fit, kind)
        assert isinstance(fit.irf, IRF)
        assert fit.irf is fit.irf
        assert fit.irf.parent is fit
        assert fit.parent is model
        assert fit.irf.draws is None
        assert not hasattr(model, "estimate")


@pytest.mark.parametrize("bootstrap", [Wild(draws=30), PlugIn(draws=30)])
def test_a_bootstrap_puts_joint_draws_into_the_irf(bootstrap):
    for model in (local(), of_panel()):
        plain, drawn = model.fit(3), model.fit(3, bootstrap=bootstrap, rng=2)
        assert drawn.irf.draws.shape == (30, *plain.irf.point.shape)
        assert drawn.irf.draws is drawn.draws
        assert drawn.irf.origin == (bootstrap, "2")
        np.testing.assert_array_equal(drawn.irf.point, plain.irf.point)
        np.testing.assert_array_equal(drawn.irf.std_errors, plain.irf.std_errors)
        with pytest.raises(SpecificationError, match="rng"):
            model.fit(3, bootstrap=bootstrap)


def test_summary_says_everything_of_a_response_in_one_row():
    fit = local(instrument="news").fit(3)
    table = fit.summary(level=0.80)
    assert list(table.columns) == ["point", "std_error", "lower", "upper", "nobs", "first_stage_f"]
    assert len(table) == 4 * 2
    row, estimate = table.loc[(2, "rest", "flow")], fit.irf.at(2, response="rest", level=0.80)
    assert (row["point"], row["std_error"]) == (estimate.value, estimate.std_error)
    lower, upper = (
        end[2, 1, 0] for end in fit.irf.band(0.80)
    )  # the table's trust the instrument, the estimate's do not
    assert (row["lower"], row["upper"]) == pytest.approx((lower, upper), rel=1e-12)
    assert estimate.region == fit.robust_set("rest", 2, level=0.80)
    assert estimate.interval == (estimate.region.lower, estimate.region.upper)
    assert row["nobs"] == fit.nobs - 2 == fit.reduced_form("rest", 2).nobs == estimate.nobs
    assert row["first_stage_f"] == fit.first_stage(2).statistic
    assert "first_stage_f" not in local().fit(3).summary()


def test_summary_of_a_panel_counts_its_rows_and_names_its_instruments():
    fit = of_panel(instrument="news").fit(2)
    table = fit.summary()
    assert table["nobs"].tolist() == [each.nobs for each in fit.sections] == [232, 224, 216]
    assert [fit.irf.at(h, response=fit.responses[0]).nobs for h in range(3)] == [232, 224, 216]
    assert table["first_stage_f"].tolist() == [fit.first_stage(h).statistic for h in range(3)]
    assert "first_stage_f" not in of_panel().fit(2).summary()


def test_first_stages_by_state_are_unavailable_with_their_reason():
    table = local(instrument="news", state="war").fit(1).summary()
    assert isinstance(table["first_stage_f"].iloc[0], Unavailable)
    assert "one at a time" in str(table["first_stage_f"].iloc[0])
    assert set(table.index.get_level_values("shock")) == {"flow|low", "flow|high"}


def test_panel_sets_over_horizons_are_the_sets_of_each():
    fit = of_panel(instrument="news").fit(2)
    for method in ("anderson-rubin", "clr"):
        found = fit.weak_iv_set("yield", 2, 0.80, method=method)
        expected = [(h, *each) for h in range(3) for each in fit.robust_set(h, level=0.80, method=method)]
        assert list(found.itertuples(index=False, name=None)) == expected
    for arguments, words in ((("yeild", 1), "did you mean 'yield'"), (("yield", 3), "from 0 to 2")):
        with pytest.raises(SpecificationError, match=words):
            fit.weak_iv_set(*arguments)
    with pytest.raises(SpecificationError, match="no instruments"):
        of_panel().fit(1).weak_iv_set("yield", 1)


def test_one_set_has_one_name():
    local_fit, panel_fit = local(instrument="news").fit(1), of_panel(instrument="news").fit(1)
    for ask in (lambda: local_fit.robust_set("yield", 1, method="ar"), lambda: panel_fit.robust_set(1, method="ar")):
        with pytest.raises(SpecificationError, match="no set 'ar'"):
            ask()


def test_what_a_user_types_first_draws_a_band():
    shaded = [len(axis.collections) for axis in local().fit(horizon=6).irf.plot().axes]
    assert shaded == [1, 1]  # pointwise from standard errors, as there are no draws
    irf = local().fit(horizon=6, bootstrap=PlugIn(draws=200), rng=1).irf
    (axis, _) = irf.plot().axes
    edge = axis.collections[0].get_paths()[0].vertices[:, 1]
    assert edge.min() == pytest.approx(irf.band(0.90, "sup-t")[0][:, 0, 0].min())
    with pytest.raises(SpecificationError, match="sup-t band needs draws"):
        local().fit(horizon=6).irf.plot(kind="sup-t")
