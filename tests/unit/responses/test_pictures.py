"""Every picture draws the numbers of its result, on the axes given, at several levels, in one style."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from surface.instances import instances

import econ
from econ import VAR, Cholesky, LocalProjection, MovingBlock, plot_responses
from econ.errors import SpecificationError, UnknownName
from econ.responses.page import COLOURS, DASHES, HATCHES, style
from econ.responses.set_plot import plot_weak_iv_set
from econ.testing import simulated_var

BOTH = (0.68, 0.90)


@pytest.fixture(scope="module")
def data():
    return simulated_var(120, rng=1)


@pytest.fixture(scope="module")
def svar(data):
    return VAR(data, lags=1).fit().identify(Cholesky("x", "y"))


@pytest.fixture(scope="module")
def irf(svar):
    return svar.irf(6, MovingBlock(draws=40), rng=1)


def axes(count=1):
    found = Figure().subplots(1, count, squeeze=False)[0]
    return found[0] if count == 1 else list(found)


def edges(band):
    """Lower and upper edge of a shaded band, by place."""
    vertices = band.get_paths()[0].vertices
    table = pd.DataFrame(vertices, columns=["x", "y"]).groupby("x")["y"]
    return table.min().to_numpy(), table.max().to_numpy()


def test_several_levels_are_bands_inside_each_other(irf):
    ax = axes()
    page = irf.plot(BOTH, response="y", shock="x", ax=ax)
    assert page is ax.figure
    wide, narrow = ax.collections
    for band, level in ((wide, 0.90), (narrow, 0.68)):
        lower, upper = irf.band(level, "sup-t")
        np.testing.assert_allclose(edges(band), (lower[:, 1, 0], upper[:, 1, 0]))
    assert narrow.get_alpha() > wide.get_alpha()
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), irf.point[:, 1, 0])


def test_axes_must_be_as_many_as_panels(irf):
    with pytest.raises(SpecificationError, match=r"this picture has 4 panels, so ax takes as many axes; found 1"):
        irf.plot(ax=axes())
    with pytest.raises(SpecificationError, match="found 'page'"):
        irf.plot(response="y", shock="x", ax="page")
    with pytest.raises(SpecificationError, match="levels takes one coverage or several"):
        irf.plot(())


@pytest.mark.parametrize("kind", ["ProjectionResults", "PanelResults", "DiDResults"])
def test_a_projection_draws_its_responses_itself(kind):
    result = instances()[kind]
    asked = {"kind": "pointwise", "response": result.irf.responses[0], "shock": result.irf.shocks[0]}
    own, other = axes(), axes()
    assert result.plot(BOTH, **asked, ax=own) is own.figure
    result.irf.plot(BOTH, **asked, ax=other)
    assert len(own.collections) == 2
    for mine, theirs in zip(own.collections, other.collections, strict=True):
        np.testing.assert_array_equal(edges(mine), edges(theirs))
    np.testing.assert_array_equal(own.lines[0].get_ydata(), result.irf.point[:, 0, 0])
    with pytest.raises(SpecificationError, match="levels takes"):
        result.plot(())
    for wrong in ({"kind": "wide"}, {"response": "nobody"}, {"shock": "nobody"}):
        with pytest.raises((SpecificationError, UnknownName), match=r"wide|nobody"):
            result.plot(**wrong)


def test_results_are_drawn_over_each_other(data, svar, irf):
    projection, ax = LocalProjection(data, ["x", "y"], "x", lags=1).fit(6), axes()
    irf = irf.scale(to=1.0, response="x")
    plot_responses({"VAR": irf, "$projection$": projection}, kind="pointwise", response="y", shock="x", ax=ax)
    first, second = ax.lines[:2]
    np.testing.assert_array_equal(second.get_ydata(), projection.irf.point[:, 1, 0])
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["VAR", "$projection$"]
    assert not ax.get_legend().get_texts()[1].get_parse_math()
    page = plot_responses({"VAR": irf, "projection": projection})
    assert [each.get_title() for each in page.axes] == ["x to x", "y to x"]  # what both have
    with pytest.raises(SpecificationError, match="which has no responses yet; pass an IRF"):
        plot_responses({"a": svar})
    with pytest.raises(SpecificationError, match="no shock in common"):
        plot_responses({"a": irf.shock("x"), "b": irf.shock("y")})
    with pytest.raises(SpecificationError, match="at least one result"):
        plot_responses({})
    with pytest.raises(UnknownName, match="no response 'z'"):
        plot_responses({"a": irf, "b": irf}, response="z")


def test_variance_shares_are_stacked_to_one(svar):
    ax = axes()
    svar.plot_fevd(4, variable="y", ax=ax)
    shares = svar.fevd(4).xs("y", level="variable")
    np.testing.assert_allclose(edges(ax.collections[0])[1], shares["x"])
    np.testing.assert_allclose(edges(ax.collections[1])[1], 1.0)
    assert ax.collections[0].get_hatch() != ax.collections[1].get_hatch()


def test_the_line_of_history_is_the_sum_of_the_shocks(svar):
    ax = axes()
    svar.plot_historical_decomposition("y", ax=ax)
    table = svar.historical_decomposition()["y"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), table["x"] + table["y"])
    assert len(svar.plot_historical_decomposition().axes) == 2


def test_a_fan_is_the_forecast_and_a_scenario_its_conditions(svar):
    fit = svar.parent
    ax = axes()
    fit.plot_forecast(3, BOTH, variable="y", history=5, ax=ax)
    past, mean = ax.lines[:2]
    np.testing.assert_array_equal(past.get_ydata(), fit.data.frame["y"].iloc[-5:])
    for band, level in zip(ax.collections, (0.90, 0.68), strict=True):
        table = fit.forecast(3, level)["y"]
        np.testing.assert_allclose(edges(band), (table["lower"], table["upper"]))
    np.testing.assert_allclose(mean.get_ydata(), fit.forecast(3)["y"]["mean"])
    ax = axes()
    svar.plot_forecast(3, conditions={"y": [1.0] * 3}, variable="y", ax=ax)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), 1.0)
    future = instances()["Scenario"]
    ax = axes()
    future.plot(variable="x", ax=ax)
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), future.paths["x"]["mean"])
    with pytest.raises(UnknownName, match="no variable 'z'"):
        fit.plot_forecast(3, variable="z")


class Open:
    """A union that is open on both sides, then a bounded set."""

    def weak_iv_set(self, response, horizon, level=0.90):
        index = pd.MultiIndex.from_tuples([(response, "s")] * 3, names=["response", "shock"])
        return pd.DataFrame(
            {"horizon": [0, 0, 1], "lower": [-np.inf, 3.0, 1.0], "upper": [-1.0, np.inf, 2.0]}, index=index
        )


def test_open_sets_run_off_the_picture():
    ax = axes()
    plot_weak_iv_set(Open(), "y", 1, ax=ax)
    low, high = ax.get_ylim()
    segments = np.array(ax.collections[0].get_segments())
    np.testing.assert_allclose(segments[:, :, 1], [[low, -1.0], [3.0, high], [1.0, 2.0]])
    marks = {line.get_marker(): line.get_xydata().tolist() for line in ax.lines if line.get_marker() in "v^"}
    assert marks == {"v": [[0.0, low]], "^": [[0.0, high]]}


def test_weak_instrument_sets_are_those_of_the_result():
    proxy = instances()["by Proxy"]
    ax = axes()
    proxy.plot_weak_iv_set("y", 2, levels=BOTH, ax=ax)
    for bars, level in zip(ax.collections, (0.90, 0.68), strict=True):
        drawn = np.array(bars.get_segments())[:, :, 1]
        np.testing.assert_allclose(drawn, proxy.weak_iv_set("y", 2, level)[["lower", "upper"]].to_numpy())


def test_event_windows_and_placebo_draws():
    study, placebo = instances()["EventStudyResults"], instances()["Placebo"]
    ax = axes()
    study.plot(BOTH, ax=ax)
    path = study.path(level=0.68)
    np.testing.assert_allclose(edges(ax.collections[1]), (path["lower sup-t"], path["upper sup-t"]))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), path["mean"])
    assert len(study.plot(kind=study.kinds).axes) == len(study.kinds)
    ax = axes()
    placebo.plot(bins=7, ax=ax)
    assert len(ax.patches) == 7
    assert ax.lines[0].get_xdata()[0] == placebo.statistic


def test_robust_bounds_come_from_the_result_too():
    signed = instances()["by SignRestrictions"]
    bounds = signed.robust_bounds(2, rng=1, draws=5)
    again = signed.scheme.robust_bounds(signed.parent, 2, rng=1, draws=5)
    np.testing.assert_array_equal(bounds.lower, again.lower)
    ax = axes()
    bounds.plot(0.8, response="y", ax=ax)
    region = bounds.credible_region(0.8)
    np.testing.assert_allclose(edges(ax.collections[0]), (region[0][:, 1], region[1][:, 1]))
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), bounds.mean[0][:, 1])


def test_curves_and_posteriors_take_axes():
    have = instances()
    for name, count in (("SpecificationCurveResults", 2), ("SupplyDemandResults", 3), ("OperationResults", 1)):
        given = axes(count)
        have[name].plot(ax=given)
        assert all(each.has_data() for each in np.ravel(given)), name
    posterior = econ.BayesianVAR(simulated_var(120, rng=1), lags=1).fit(draws=20, rng=1)
    ax = axes()
    posterior.plot(ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["posterior", "prior"]


def grey(colour):
    red, green, blue = mpl.colors.to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_one_style_whose_colours_differ_in_grey_or_by_dash_and_hatch():
    with style():
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLOURS)
    assert len({str(each) for each in DASHES}) == len(set(HATCHES)) == len(COLOURS) == 6
    first = sorted(grey(colour) for colour in COLOURS[:2])
    assert min(np.diff(first)) > 0.04


def test_a_users_own_style_is_left_alone(irf):
    before = dict(mpl.rcParams)
    irf.plot()
    assert dict(mpl.rcParams) == before
