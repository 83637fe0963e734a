"""Results side by side."""

import pytest
from surface.instances import instances

from econ import VAR, Cholesky, Estimate, LocalProjection, MovingBlock, Unavailable, compare
from econ.errors import SpecificationError
from econ.infer import regress
from econ.testing import simulated_var


@pytest.fixture(scope="module")
def data():
    return simulated_var(120, rng=1)


@pytest.fixture(scope="module")
def fits(data):
    return [VAR(data, lags=lags).fit() for lags in (1, 2)]


def test_cells_are_those_of_the_results(fits):
    table = compare(*fits, names=["one", "two"], level=0.8)
    rows = {row.label: row.cells for row in table.body}
    for place, fit in enumerate(fits):
        cell = rows["y, L1.x"][place]
        assert (cell.value, cell.std_error, cell.level) == (
            fit.params.loc["L1.x", "y"], pytest.approx(fit.std_errors.loc["L1.x", "y"]), 0.8,
        )  # fmt: skip
        assert rows["observations"][place] == fit.nobs
        assert rows["AIC"][place] == fit.aic
    assert "y, L2.x" not in rows
    assert "4 rows that one result alone has are left out" in table.notes[0]
    assert compare(*fits, shared=False).to_frame().loc["y, L2.x"].tolist()[0] == ""


def test_responses_of_a_var_and_a_projection_stand_together(data, fits):
    irf = fits[0].identify(Cholesky("x", "y")).irf(3, MovingBlock(draws=40), rng=1).scale(to=1.0, response="x")
    projection = LocalProjection(data, "y", "x", lags=1).fit(3)
    table = compare(irf, projection, names=["VAR", "projection"])
    row = table.loc["2, y, x"]
    assert row["VAR"].std_error == pytest.approx(irf.at(2, response="y", shock="x").std_error)
    assert row["projection"].value == projection.irf.at(2, response="y").value
    assert row["projection"].std_error == pytest.approx(projection.irf.at(2, response="y").std_error)


def test_sets_stand_where_there_is_no_error():
    parts = [Estimate(1.0, Unavailable("none"), 0.0, 2.0, label="offset"), Estimate(3.0, 1.0, 1.0, 5.0, label="offset")]
    assert "[0.00, 2.00]" in str(compare(*parts, names=["a", "b"]))
    assert "(1.0)" in str(compare(parts[1], parts[1], names=["a", "b"]))
    assert "[1.0, 5.0]" in str(compare(parts[1], parts[1], names=["a", "b"], below="interval"))
    assert "(1.0)" not in str(compare(parts[1], parts[1], names=["a", "b"], below="none"))


def test_default_names_are_numbered(fits):
    assert compare(*fits).columns == ("(1) VARResults", "(2) VARResults")


def test_errors_say_what_there_is(data, fits):
    other = regress(data.frame["x"], data.frame[["y"]], cov="hc1")
    with pytest.raises(SpecificationError, match=r"no parameter or response in common: .* has 'x, const'"):
        compare(fits[0], other)
    with pytest.raises(SpecificationError, match="at least two results; found 1"):
        compare(fits[0])
    with pytest.raises(SpecificationError, match=r"found 1; hand them over one by one: compare\(first, second"):
        compare(list(fits))
    with pytest.raises(SpecificationError, match="compare takes results and Estimates; found DataFrame"):
        compare(fits[0], data.frame)
    with pytest.raises(SpecificationError, match="2 results need as many names"):
        compare(*fits, names=["a"])
    with pytest.raises(SpecificationError, match="no estimates to compare"):
        compare(fits[0], instances()["RankTests"])
