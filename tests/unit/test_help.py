"""What ``help`` says of a public method: its arguments and what it returns, not where else to look."""

import inspect

import pytest

import econ
from econ import Dataset
from econ.border import told_by
from econ.errors import UnknownName
from econ.responses import contrast
from econ.testing import simulated_var
from econ.var import HeteroskedasticityResults, NonGaussianResults, ProxyResults, SignRestrictions, StructuralResults

TOLD = [
    (StructuralResults.fevd, ("horizon", "bootstrap", "rng", "level", "kind", "n_jobs")),
    (StructuralResults.historical_decomposition, ("bootstrap", "rng", "level", "kind", "n_jobs")),
    (ProxyResults.weak_iv_set, ("response", "horizon", "level")),
    (HeteroskedasticityResults.tests, ("draws", "rng", "n_jobs")),
    (NonGaussianResults.tests, ()),
    (SignRestrictions.robust_bounds, ("horizon", "rng", "draws", "shock")),
    (econ.var.VARResults.granger, ("caused", "causing")),
    (econ.var.VARResults.diagnostics, ("lags", "bootstrap", "rng", "n_jobs")),
    (econ.IRF.ratio, ("numerator", "denominator", "level")),
    (econ.IRF.difference, ("first", "second", "level")),
    (econ.IRF.flip, ("shock",)),
    (econ.IRF.cumulate, ("only",)),
]


@pytest.mark.parametrize(("method", "arguments"), TOLD, ids=lambda each: getattr(each, "__qualname__", ""))
def test_help_names_every_argument_and_says_what_is_returned(method, arguments):
    text = inspect.getdoc(method)
    assert set(arguments) <= inspect.signature(method).parameters.keys()
    for name in arguments:
        lines = [line.split(" : ")[0] for line in text.splitlines() if line and not line.startswith(" ")]
        assert any(name in line.replace("*", "").split(", ") for line in lines), f"{name} in {text}"
    assert "see :func:" not in text.splitlines()[0]
    assert "Returns\n-------" in text or method in (econ.IRF.cumulate,)


def test_help_leaves_out_arguments_that_the_method_has_not():
    for method, own in ((econ.IRF.ratio, "irf : IRF"), (ProxyResults.weak_iv_set, "scheme : ")):
        assert own not in inspect.getdoc(method)
    assert "irf : IRF" in contrast.ratio.__doc__

    @told_by(contrast.ratio)
    def method(self, level):
        """One line."""

    assert "level : float" in method.__doc__
    assert "numerator" not in method.__doc__.split("Returns")[0].split("Parameters")[1]
    assert ">>>" not in method.__doc__


def test_units_of_a_bare_table_are_one_word_or_one_a_column():
    frame = simulated_var(30, rng=1).frame
    whole, part, none = (Dataset.from_frame(frame, units=each) for each in ("bp", {"x": "percent"}, None))
    assert [whole.variables[name].units for name in frame] == ["bp", "bp"]
    assert [part.variables[name].units for name in frame] == ["percent", ""]
    assert [none.variables[name].units for name in frame] == ["", ""]
    with pytest.raises(UnknownName, match="no column 'z'"):
        Dataset.from_frame(frame, units={"z": "percent"})
