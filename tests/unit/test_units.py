"""Numbers that become one are in one unit."""

from dataclasses import replace

import pytest

import econ
from econ import VAR, Cholesky, Dataset, Estimate, LocalProjection, MovingBlock, compare, plot_responses
from econ.errors import SpecificationError
from econ.infer import opposite_bias, replication_bayes_factor
from econ.projection import average, smooth
from econ.responses.joint import Cell
from econ.testing import simulated_var
from econ.units import STANDARD, Measure, Size, one_unit


def test_units_that_are_known_are_the_same():
    assert one_unit({"a": "bp", "b": "", "c": "bp"}) == "bp"
    assert one_unit({"a": "", "b": ""}) == one_unit({}) == ""
    with pytest.raises(SpecificationError, match="b is in 'bp' and c in 'percent'; convert one first"):
        one_unit({"a": "", "b": "bp", "c": "percent"})


def test_where_the_answer_is_printed_in_it_none_is_another_unit():
    with pytest.raises(SpecificationError, match="a is in 'bp' and b in ''; convert one first"):
        one_unit({"a": "bp", "b": ""}, known=False)


def test_sizes_of_shocks_are_words_and_are_told_apart():
    one = Size.unit_of("sale", "USD bn")
    assert str(one) == "1 USD bn of sale at horizon 0"
    assert str(one.flipped()) == "-1 USD bn of sale at horizon 0"
    assert str(Size.at(2.5, "sale", 3)) == "2.5 of sale at horizon 3"
    assert str(STANDARD.flipped()) == "1 standard deviation"
    assert one.is_like(Size.unit_of("sale"))
    for other in (STANDARD, one.flipped(), Size.unit_of("sale", "USD mn"), Size.at(1.0, "sale", 1, "USD bn")):
        assert not one.is_like(other)


@pytest.fixture(scope="module")
def found():
    data = simulated_var(120, rng=1)
    percent = Dataset.from_frame(data.frame, units={"y": "percent", "x": "USD bn"})
    bp = Dataset.from_frame(data.frame.assign(y=100.0 * data.frame["y"]), units={"y": "bp", "x": "USD bn"})
    shocks = {name: VAR(each, lags=1).fit().identify(Cholesky("x", "y")) for name, each in (("%", percent), ("bp", bp))}
    irf = shocks["%"].irf(3, MovingBlock(draws=40), rng=1)
    return {
        "irf": irf,
        "unit": irf.scale(to=1.0, response="x"),
        "bp": shocks["bp"].irf(3),
        "sum": irf.cumulate(),
        "half": irf.cumulate(only="y"),
        "lp": LocalProjection(percent, ["x", "y"], "x", lags=1).fit(3),
        "ratio": LocalProjection(percent, "y", "x", lags=1, cumulative="multiplier").fit(3),
        "bare": LocalProjection(data, ["x", "y"], "x", lags=1).fit(3),
    }


UNLIKE = [
    ("irf", "bp", "y.* is in 'percent' and .* in 'bp'; convert one first"),
    ("irf", "lp", r"response to 1 standard deviation in 'irf' and to 1 USD bn of x at horizon 0 in 'lp'; .*irf.scale"),
    ("irf", "unit", r"to 1 standard deviation in 'irf' and to 1 USD bn of x at horizon 0 in 'unit'"),
    ("irf", "sum", "is a response in 'irf' and a sum over horizons in 'sum'; make both one kind"),
    ("irf", "half", "y.* is a response in 'irf' and a sum over horizons in 'half'"),
    ("lp", "ratio", "is a response in 'lp' and a multiplier in 'ratio'"),
]


@pytest.mark.parametrize(("one", "other", "said"), UNLIKE)
def test_what_stands_side_by_side_is_measured_alike(found, one, other, said):
    with pytest.raises(SpecificationError, match=said):
        compare(found[one], found[other], names=[one, other])
    with pytest.raises(SpecificationError, match=said):
        plot_responses({one: found[one], other: found[other]}, response="y", shock="x", kind="pointwise")


def test_what_is_alike_or_unknown_stands_side_by_side_in_its_unit(found):
    table = compare(found["unit"], found["lp"], names=["VAR", "projection"])
    assert "0, y, x (percent)" in table.to_frame().index
    compare(found["lp"], found["bare"])
    page = plot_responses({name: found[name] for name in ("unit", "lp", "bare")}, kind="pointwise", shock="x")
    assert [each.get_ylabel() for each in page.axes] == ["USD bn", "percent"]
    with pytest.raises(SpecificationError, match="'bp'"):
        compare(Estimate(1.0, 0.1, 0.8, 1.2, units="bp", label="a"), Estimate(1.0, 0.1, 0.8, 1.2, units="%", label="a"))


@pytest.mark.parametrize(("one", "other", "said"), [each for each in UNLIKE if each[1] in ("bp", "lp", "unit")])
def test_estimates_of_one_label_are_measured_alike(found, one, other, said):
    """Sums and multipliers are not here: their label says that they are."""
    first, second = (getattr(each, "irf", each).at(2, response="y", shock="x") for each in (found[one], found[other]))
    assert first.label == second.label
    with pytest.raises(SpecificationError, match=said):
        compare(first, second, names=[one, other])


def test_estimates_of_alike_or_unknown_shocks_stand_side_by_side(found):
    one, lp, bare = (
        getattr(found[name], "irf", found[name]).at(2, response="y", shock="x") for name in ("unit", "lp", "bare")
    )
    assert (one.size, one.kind) == (Size.unit_of("x", "USD bn"), "response")
    assert len(compare(one, lp, bare, names=["VAR", "projection", "bare"]).body) >= 1
    assert one.scaled(100.0, units="bp").size == one.size  # another writing of the same response
    assert one.scaled(2.0).size is (-one).size is None  # of a shock twice as large, or twice the response: not known
    compare(one, lp.scaled(1.0))
    assert found["irf"].peak(response="y", shock="x").size == STANDARD
    assert found["sum"].at(2, response="y", shock="x").kind == "sum over horizons"


def test_what_is_taken_from_two_estimates_is_of_one_shock(found):
    one, standard = (found[name].at(2, response="y", shock="x") for name in ("unit", "irf"))
    for call in (opposite_bias, replication_bayes_factor):
        call(one, one)
        with pytest.raises(
            SpecificationError, match=r"the response to 1 USD bn of x at .* and to 1 standard deviation"
        ):
            call(one, standard)


def test_a_difference_is_of_a_shock_where_both_responses_are(found):
    irf, unit = found["irf"], found["unit"]
    assert irf.difference((0, "y", "x"), (1, "y", "y")).measure == Measure("percent", STANDARD, "response")
    assert unit.difference((0, "y", "x"), (1, "y", "y")).size is None
    assert unit.difference((0, "y", "x"), (1, "y", "x")).size == Size.unit_of("x", "USD bn")
    assert irf.difference((0, "y", "x"), Cell(1, "y", "x", summed=True)).kind == ""


def test_estimates_keep_the_size_of_their_shock_on_disk(found, tmp_path):
    made = found["unit"].at(2, response="y", shock="x")
    assert econ.load_result(econ.save(replace(made, parent=None), tmp_path / "a.econ")).size == made.size


def test_an_average_is_of_responses_measured_alike(found):
    projection = found["lp"].irf
    average(projection, found["unit"].shock("x"))
    for other, said in ((found["irf"], "1 standard deviation"), (found["bp"].scale(to=1.0, response="x"), "'bp'")):
        with pytest.raises(SpecificationError, match=said):
            average(projection, other.shock("x"))
    with pytest.raises(SpecificationError, match="a response in the projection and a sum over horizons in the VAR"):
        average(projection, found["unit"].shock("x").cumulate())


def test_sizes_follow_what_is_done_to_shocks(found):
    irf = found["irf"]
    assert irf.sizes == {"x": STANDARD, "y": STANDARD}
    sale = found["unit"]
    assert sale.sizes == {"x": Size.unit_of("x", "USD bn"), "y": STANDARD}
    assert sale.flip("x").sizes["x"] == Size.unit_of("x", "USD bn").flipped() == Size.at(-1.0, "x", 0, "USD bn")
    assert irf.flip("x").sizes["x"] == STANDARD
    assert sale.rename_shocks({"x": "sale"}).sizes == {"sale": sale.sizes["x"], "y": STANDARD}
    one, other = sale.shock("x"), sale.shock("y")
    assert (one + one).sizes == {"x": Size.at(2.0, "x", 0, "USD bn")}
    assert (one + other).sizes == {}
    assert (irf.shock("x") - irf.shock("y")).sizes == {"x - y": STANDARD}
    assert smooth(found["lp"]).sizes == found["lp"].sizes == {"x": Size.unit_of("x", "USD bn")}
    assert found["ratio"].sizes == {}
