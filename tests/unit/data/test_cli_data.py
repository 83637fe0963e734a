"""``python -m econ data``: what it prints, what it returns, and that it never shows a traceback."""

import functools

import pytest

from econ.data import cli, refresh
from econ.data.archive import EMBEDDED
from econ.data.http import Client


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    monkeypatch.setattr(refresh, "Client", functools.partial(Client, pause=0.0, retries=0))
    return tmp_path / "data"


def run(capsys, *words):
    code = cli.main(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_list_names_the_embedded_vintage(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert EMBEDDED in out
    assert "embedded" in out


def test_show_prints_values_units_and_files(capsys):
    code, out, _ = run(capsys, "show", "yield_10y", "--as-of", EMBEDDED)
    assert code == 0
    assert "percent" in out
    assert f"{EMBEDDED}/DGS10.csv" in out


def test_verify_rehashes_everything(capsys):
    code, out, _ = run(capsys, "verify")
    assert (code, out) == (0, f"{EMBEDDED}: 24 tables verified.\n")


def test_diff_of_a_vintage_with_itself_is_empty(capsys):
    code, out, _ = run(capsys, "diff", EMBEDDED, EMBEDDED)
    assert code == 0
    assert "0 revised, 0 added, 0 withdrawn" in out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("show", "yield_01y"), "did you mean"),
        (("diff", EMBEDDED, "1999-01-01"), "no vintage '1999-01-01'"),
        (("verify", "1999-01-01"), "no vintage '1999-01-01'"),
        (("fetch", "no such series"), "no publisher has"),
    ],
)
def test_mistakes_get_a_sentence_and_exit_code_one(capsys, words, reason):
    code, _, err = run(capsys, *words)
    assert code == 1
    assert reason in err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [(), ("dance",), ("diff", "one")])
def test_words_that_make_no_command_give_two(capsys, words):
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "usage" in err


def test_help_gives_zero(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "fetch" in out


def test_a_fetch_without_a_server_gives_one_and_names_every_source(capsys, monkeypatch, loopback):
    loopback.point(monkeypatch, "http://127.0.0.1:9")
    code, _, err = run(capsys, "fetch", "--quiet")
    assert code == 1
    assert "30 files failed" in err
    assert "mfhhis01: http://127.0.0.1:9/" in err


def test_fetch_list_diff_verify_in_a_row(capsys, monkeypatch, shared, loopback):
    shared("data/raw")
    with loopback() as (base, _):
        loopback.point(monkeypatch, base)
        code, out, err = run(capsys, "fetch")
        again = run(capsys, "fetch", "--quiet")
    assert code == again[0] == 0
    assert "wrote vintage 2026-08-20" in out
    assert "30/30 slt_table1.txt" in err
    assert "carried over" in err
    assert "nothing new" in again[1]
    assert "2026-08-20" in run(capsys, "list")[1]
    assert "0 revised" in run(capsys, "diff", EMBEDDED, "2026-08-20")[1]
    assert run(capsys, "verify")[0] == 0
    assert run(capsys, "show", "china_net_purchases")[0] == 0
