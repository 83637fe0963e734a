"""Programs whose exhibit names the files that they read: `econ.report.recorded`."""

from dataclasses import dataclass, replace

import econ
from econ import Estimate
from econ.data.vintage import Vintage
from econ.report import Choices, Exhibit, recorded

OWN = Vintage("2026-07-17", "me", "my table", "https://a", "mine.csv", "aa" * 32, "public")


@dataclass(frozen=True)
class Spec(Choices):
    holder: str = "china"
    named: bool = False


@recorded
def result(spec=Spec()):
    flows = econ.data.flows(spec.holder, scale="usd_bn")["value"]
    rates = econ.load("yield_10y")
    rate = Estimate(float(rates.frame["yield_10y"].iloc[-1]), 0.1, 0.0, 9.0, parent=rates)
    numbers = {"bought": float(flows.iloc[-1]), "rate": rate}
    return Exhibit("sample", "A sample", numbers, vintages=(OWN,) if spec.named else ())


@recorded
def outer(spec=Spec()):
    inner = result(spec)
    return Exhibit("outer", "Another", {"bought": inner.numbers["bought"]})


def files(found):
    return [each.file.split("/")[-1] for each in found]


def test_an_exhibit_names_the_files_that_its_program_read_every_time():
    for _ in range(2):
        assert files(result().vintages) == ["DGS10.csv", "s_form.csv", "slt_table1.csv"]
    assert files(result(Spec(holder="belgium+saudi_arabia")).vintages) == [
        "DGS10.csv", "bertaut_judson.csv", "s_form.csv", "slt_table1.csv",
    ]  # fmt: skip


def test_files_that_the_program_names_itself_stay():
    named = result(Spec(named=True))
    assert files(named.vintages) == ["DGS10.csv", "s_form.csv", "slt_table1.csv", "mine.csv"]
    assert OWN in named.trace("bought").files


def test_a_number_rests_on_its_own_files_and_one_that_names_none_on_all():
    exhibit = result()
    assert files(exhibit.trace("rate").files) == ["DGS10.csv"]
    assert exhibit.trace("bought").files == exhibit.vintages
    assert str(exhibit.trace("bought")) == "float ← Exhibit ← 3 files"


def test_a_trace_that_the_program_gives_stays():
    given = econ.report.Trace(("hand",), (OWN,))
    watched = recorded(lambda spec=Spec(): replace(result(spec), traces={"bought": given}))
    assert watched().trace("bought") == given


def test_an_exhibit_made_of_another_rests_on_the_files_of_both():
    assert files(outer().vintages) == ["DGS10.csv", "s_form.csv", "slt_table1.csv"]


def test_choices_and_files_are_noted_side_by_side():
    assert result().choices == ("holder", "named")
