"""Numbers into text: rounding, signs, units, sets, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from econ import ConfidenceSet, Estimate, Unavailable
from econ.errors import SpecificationError
from econ.tables.numbers import FORMATS, fixed, render

IMPACT = Estimate(-6.0, 1.5, -8.5, -3.5, level=0.90, units="bp", label="impact", nobs=1312)
OPEN = Estimate(
    1.0, Unavailable("none"), -math.inf, math.inf, region=ConfidenceSet(((-math.inf, -2.0), (3.0, math.inf)), 0.9)
)


NO_ERROR = Unavailable("none")


@pytest.mark.parametrize(
    ("value", "fmt", "expected"),
    [
        (IMPACT, "value", "−6.0"),
        (IMPACT, "value:0", "−6"),
        (IMPACT, "abs", "6.0"),
        (IMPACT, "units", "−6.0\u00a0bp"),
        (IMPACT, "se", "1.5"),
        (IMPACT, "interval:2", "[−8.50, −3.50]"),
        (IMPACT, "level", "90%"),
        (IMPACT, "nobs", "1,312"),
        (OPEN, "interval:1", "(−∞, −2.0] ∪ [3.0, ∞)"),
        (Estimate(34.0, 20.0, -0.26, 75.8), "interval:0", "[−0.3, 76]"),
        (Estimate(34.0, 20.0, -34.0, -0.0096), "interval:1", "[−34.0, −0.01]"),
        (Estimate(34.0, 20.0, 0.6, 75.8), "interval:0", "[1, 76]"),
        (Estimate(34.0, 20.0, 0.0, 75.8), "interval:0", "[0, 76]"),
        (Estimate(34.0, 20.0, -1e-9, 75.8), "interval:0", "[0, 76]"),
        (OPEN, "se", "n.a."),
        (Estimate(1.0, 1.0, Unavailable("x"), 2.0), "interval", "n.a."),
        (Estimate(1.0, 1.0, 0.0, 2.0, region=ConfidenceSet((), 0.9)), "interval", "(empty)"),
        (Estimate(34.4, 1.0, 33.0, 36.0, units="% of debt"), "units:0", "34% of debt"),
        (0.344, "percent", "34%"),
        (-0.344, "percent:1", "−34.4%"),
        (0.0312, "p", "0.031"),
        (0.0002, "p", "<0.001"),
        (0.2, "p:2", "0.20"),
        (12345, "integer", "12,345"),
        (12345, "value", "12,345"),
        (np.float64(2.5), "value", "2.50"),
        (np.int64(7), "value", "7"),
        ("China", "value", "China"),
        ("China", "text", "China"),
        (Unavailable("too few"), "percent", "n.a."),
        (-0.0004, "value:2", "0.00"),
        (-0.04, "value:1", "0.0"),
        (-0.04, "percent:0", "−4%"),
        (-0.004, "percent:0", "0%"),
        (-1, "value", "−1"),
        (10**17 + 1, "value", "100,000,000,000,000,001"),
        (-(10**17) - 1, "integer", "−100,000,000,000,000,001"),
        (Estimate(1e-12, 3e-13, 0.0, 2e-12), "value", "1.00e−12"),
        (Estimate(1e-12, 3e-13, 0.0, 2e-12), "se", "3.0e−13"),
        (Estimate(1e-12, 3e-13, -1e-12, 2e-12), "interval", "[−1.00e−12, 2.00e−12]"),
        (Estimate(-0.04, 1.5, -2.0, 2.0), "value", "0.0"),
        (0.0, "value:1", "0.0"),
        (1e-12, "value", "1.0e−12"),
        (-0.0031, "value", "−0.0031"),
        (-0.0049, "abs", "0.0049"),
        (0.005, "value", "0.01"),  # 0.005000000000000000104
        (0.0, "value", "0.00"),
        (1e-12, "value:2", "0.00"),  # as asked
        (1e-12, "percent", "0%"),  # a share in whole percent
        (Estimate(1e-12, NO_ERROR, NO_ERROR, NO_ERROR), "value", "1.0e−12"),
        (Estimate(2e-9, NO_ERROR, NO_ERROR, NO_ERROR, units="bp"), "units", "2.0e−09\u00a0bp"),
        (Estimate(1e-12, 0.5, -1.0, 1.0), "value", "0.00"),  # as close as its error tells
    ],
)
def test_formats(value, fmt, expected):
    assert render(value, fmt) == expected


def test_nan_is_never_printed():
    with pytest.raises(SpecificationError, match=r"NaN; give Unavailable"):
        render(math.nan)


@pytest.mark.parametrize("value", [None, True, [1.0], np.array([1.0, 2.0])])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(SpecificationError, match=type(value).__name__):
        render(value)


@pytest.mark.parametrize("fmt", ["vale", "value:x", "value:-1", "se:1.5"])
def test_unknown_format_is_refused(fmt):
    with pytest.raises(SpecificationError, match="no format"):
        render(1.0, fmt)


@pytest.mark.parametrize("fmt", ["se", "interval", "units", "level", "nobs"])
def test_a_plain_number_has_no_error(fmt):
    with pytest.raises(SpecificationError, match="no Estimate"):
        render(1.0, fmt)


def test_words_cannot_be_rounded():
    with pytest.raises(SpecificationError, match="cannot be printed"):
        render("China", "percent")


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
@example(67108864.3046875, 6)  # a tie: the float nearest to the rounded text is not exactly half a unit away
def test_text_reads_back_as_the_rounded_number(value, decimals):
    text = fixed(value, decimals)
    assert "-" not in text
    assert float(text.replace("−", "-").replace(",", "")) == pytest.approx(
        value, abs=0.5 * 10.0**-decimals * (1 + 1e-9) + math.ulp(value)
    )
    assert not text.startswith("−") or float(text.replace("−", "").replace(",", "")) > 0.0


def test_every_word_of_the_documentation_is_a_format():
    import econ.tables.numbers as module

    rows = [line.split()[0] for line in module.__doc__.splitlines() if line and line.split()[0] in FORMATS]
    assert rows == list(FORMATS)
