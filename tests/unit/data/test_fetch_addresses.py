"""Files without an address of their own: read from the publisher's page, out of its archive; and files that move."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from econ.data.fetchers import NAMED, official
from econ.data.http import Client
from econ.data.obtain import obtain
from econ.data.refresh import _gather, _Harvest, _Steps
from econ.errors import DownloadError, SchemaError

SAMPLES = Path(__file__).with_name("samples")
BJ, FOI, SAFE = ((SAMPLES / name).read_bytes() for name in ("bertaut_judson.csv", "foiadj.txt", "safe.xlsx"))
PAGE = b"""<!DOCTYPE html><html><body><p>Related Material: <a href="/pubs/data/ifdp_data.zip">Data (.zip)</a>,
<a href="/pubs/paper.pdf">Full Paper</a></p></body></html>"""


def archive(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


FILES = {
    "ifdp1113_data/bertaut_judson_positions_liabs_2021.csv": BJ,
    "ifdp1113_data/ticdata.liabilities.foiadj.txt": FOI,
    "ifdp1113_data/readme.txt": b"Read me.",
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    for key in ("FEDBOARD", "SAFE"):
        monkeypatch.delenv(f"ECON_URL_{key}", raising=False)


def serving(page, packed):
    def answer(handler):
        if handler.path.endswith(".zip"):
            if handler.headers.get("If-None-Match") == '"1"':
                return handler.reply(b"", 304)
            return handler.reply(packed, headers=[("ETag", '"1"')])
        return handler.reply(page)

    return answer


def fetched(name, base):
    """The file as from its official address, with the loopback server in the place of the publisher's host."""
    wanted = official(name)
    local = replace(wanted, publisher=replace(wanted.publisher, base=base))
    return obtain(local, Client(timeout=5.0, retries=0, pause=0.0), None, None, ())


def test_a_file_is_taken_out_of_the_archive_that_the_page_links_to(loopback):
    with loopback(serving(PAGE, archive(**FILES))) as (base, server):
        vintage, content = fetched("bertaut_judson", base)
        assert content == BJ
        assert fetched("foiadj", base)[1] == FOI
    assert set(vintage.frame["holder"]) >= {"GBR"}
    paths = [path for path, _ in server.requests]
    assert paths[:2] == [official("foiadj").path, "/pubs/data/ifdp_data.zip"]
    assert server.requests[-1][1]["If-None-Match"] == '"1"'  # the archive is asked for once


@pytest.mark.parametrize(
    ("page", "packed", "error", "reason"),
    [
        (b"<html>no link</html>", b"", DownloadError, r"one zip archive of its own host; found \[\]"),
        (PAGE + b'<a href="/other.zip">', b"", DownloadError, "one zip archive of its own host"),
        (PAGE.replace(b"/pubs", b"https://example.org/pubs"), b"", DownloadError, "of its own host"),
        (PAGE, b"no zip at all", SchemaError, "damaged archive"),
        (PAGE, b"<html>gone</html>", DownloadError, "HTML page"),
        (PAGE, archive(readme=b"x"), SchemaError, "expected once in the archive, found 0 times"),
        (PAGE, archive(**{"a/bertaut_judson_positions_liabs_2021.csv": BJ, **FILES}), SchemaError, "found 2 times"),
        (PAGE, archive(**{"../bertaut_judson_positions_liabs_2021.csv": BJ}), SchemaError, "parent path"),
        (PAGE, archive(**{"/etc/bertaut_judson_positions_liabs_2021.csv": BJ}), SchemaError, "absolute or parent path"),
        (PAGE, archive(**{f"{number}": b"" for number in range(201)}), SchemaError, "decompression bomb"),
        (PAGE, archive(**{"bertaut_judson_positions_liabs_2021.csv": b"0" * (64 * 2**20 + 1)}), SchemaError, "bomb"),
        (PAGE, archive(**FILES)[:-40], SchemaError, "damaged archive"),
    ],
)
def test_a_page_or_archive_that_is_not_what_it_should_be_is_refused(loopback, page, packed, error, reason):
    with loopback(serving(page, packed)) as (base, _), pytest.raises(error, match=reason):
        fetched("bertaut_judson", base)


@pytest.mark.parametrize(("error", "carried"), [(DownloadError("no zip"), True), (SchemaError("line 3"), False)])
def test_a_closed_publication_without_a_page_does_not_stop_the_rest(error, carried):
    """Bertaut and Judson ended in 2021: their table is carried over and marked; a damaged file is still a failure."""

    def get(each):
        raise error

    harvest = _Harvest()
    _gather(harvest, "bertaut_judson", (official("bertaut_judson"),), get, _Steps(1, None))
    assert ("bertaut_judson" in harvest.gone) == carried
    assert ("bertaut_judson" in harvest.failures) == (not carried)
    assert harvest.files == []


def test_a_mirror_serves_the_file_bare(loopback, monkeypatch):
    with loopback(lambda handler: handler.reply(BJ)) as (base, server):
        monkeypatch.setenv("ECON_URL_FEDBOARD", base)
        assert obtain(official("bertaut_judson"), Client(pause=0.0), None, None, ())[1] == BJ
    assert [path for path, _ in server.requests] == ["/bertaut_judson_positions_liabs_2021.csv"]


def test_a_workbook_of_another_year_is_refused(loopback):
    with loopback(lambda handler: handler.reply(SAFE)) as (base, _):
        assert set(fetched("safe_2026", base)[0].frame["date"].dt.year) == {2026}
        with pytest.raises(SchemaError, match=r"safe_ora_2024.xlsx line 1: asked for 2024, got \[2026\]"):
            fetched("safe_2024", base)


def test_every_official_address_is_https_of_its_publisher_without_a_secret():
    for each in NAMED.values():
        assert each.url.startswith("https://")
        assert each.url.split("/")[2].split(".", 1)[-1] == each.publisher.base.split("/")[2].split(".", 1)[-1]
        assert "key" not in each.url
