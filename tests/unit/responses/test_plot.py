"""Pictures are seen: in a notebook, by ``plt.show()``, and with dollars in their words."""

import io
import subprocess
import sys

import matplotlib as mpl
import pytest

from econ.data import Dataset
from econ.testing import simulated_var
from econ.var import VAR, Cholesky

FRESH = """
import sys
import econ
import econ.report
from econ.testing import simulated_var
from econ.var import VAR, BayesianVAR, Cholesky
assert not [name for name in sys.modules if name.startswith("matplotlib")], "matplotlib is paid for at import"
data = simulated_var(periods=100, rng=1)

def pictures():
    yield VAR(data, lags=1).fit().identify(Cholesky("x", "y")).irf(3).plot()
    yield BayesianVAR(data, lags=1).fit(draws=50, rng=1).plot()
    yield econ.report.Figure(data.frame, lambda page, rows: page.subplots().plot(rows["x"].to_numpy())).plot()
"""


def run(code):
    """What a fresh process prints that has no display."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FRESH + code],
        capture_output=True, text=True, check=False, env={"MPLBACKEND": "Agg", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_without_pyplot_a_picture_shows_itself_and_nothing_stays_open():
    found = run(
        "for page in pictures():\n"
        "    shown = page._repr_mimebundle_(include=None, exclude=None)['image/png']\n"
        "    print(page._repr_png_()[:8] == shown[:8] == bytes.fromhex('89504e470d0a1a0a'), len(shown) > 5000)\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    assert found == ["True"] * 6 + ["False"]


def test_with_pyplot_a_picture_is_one_of_its_figures_until_it_was_shown():
    found = run(
        "import matplotlib.pyplot as plt\n"
        "for page in pictures():\n"
        "    print(plt.get_fignums(), plt.gcf() is page)\n"
        "    page._repr_mimebundle_()\n"
        "    print(plt.get_fignums())\n"
    )
    assert found == ["[1]", "True", "[]"] * 3


@pytest.fixture(scope="module")
def responses():
    names = {"x": "US$bn sold, $ of 2020", "y": "$x^"}
    frame = simulated_var(periods=100, rng=1).frame.rename(columns=names)
    data = Dataset.from_frame(frame, units={names["x"]: "US$bn in $", names["y"]: "$^$"})
    return VAR(data, lags=1).fit().identify(Cholesky(*frame.columns)).irf(3)


def test_dollars_in_names_and_units_are_dollars(responses):
    page = responses.plot()
    first = page.axes[0]
    assert first.get_title() == "US$bn sold, $ of 2020 to US$bn sold, $ of 2020"
    assert first.get_ylabel() == "US$bn in $"
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        page.savefig(buffer, format="svg")
    text = buffer.getvalue()
    assert "US$bn sold, $ of 2020 to US$bn sold, $ of 2020" in text
    assert ">US$bn in $<" in text
    assert "$x^ to $x^" in text  # as mathematics it would not parse
