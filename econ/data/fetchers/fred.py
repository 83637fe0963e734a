"""FRED: keyless through the CSV address of its graphs, or with a key through ``fredapi``, ALFRED vintages included."""

from __future__ import annotations

import os
import re
from datetime import date as Day
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from econ.data.fetchers.official import PUBLISHERS, Official
from econ.data.http import Answer, Client, said
from econ.data.parsers.plain_xml import Entities, plain_xml
from econ.errors import DownloadError, SpecificationError

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

_FRED = PUBLISHERS["FRED"]
_API = "https://api.stlouisfed.org"
_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
KEY_REFUSED = "FRED refused the key"
NO_SERIES = "The series does not exist"


def may_be(name: str) -> bool:
    """Whether a name has the form of a FRED series."""
    return _NAME.fullmatch(name) is not None


def secret(key: str | None = None) -> str:
    """The key to use: the one given or that of ``FRED_API_KEY``, without blanks and line ends; empty for none."""
    return (key if key is not None else os.environ.get("FRED_API_KEY", "")).strip()


def official(series: str) -> Official:
    """The CSV file of one series.

    Raises
    ------
    SpecificationError
        If the name cannot be a FRED series.
    """
    if not may_be(series):
        raise SpecificationError(f"a FRED series has letters, digits and _ only; found {series!r}.")
    path = f"/graph/fredgraph.csv?id={series}"
    return Official(series, "fred_csv", _FRED, path, f"FRED series {series}", f"{series}.csv")


def with_key(series: str, *, key: str, client: Client, as_of: str | None = None) -> Answer:
    """Download one series through ``fredapi``, every byte by way of the careful client.

    Parameters
    ----------
    series : str
        FRED name.
    key : str
        API key; it appears in no message, file or address.
    client : Client
        Who downloads.
    as_of : str, optional
        ISO date: the figures as they stood on that day (ALFRED, ``realtime_start = realtime_end``).

    Returns
    -------
    Answer
        The observations in the layout ``fred_csv``, and the address asked, without the key.

    Raises
    ------
    DownloadError
        If FRED refuses, in its own words, or sends something else.
    SpecificationError
        If ``as_of`` is no day of the calendar.
    """
    from fredapi import Fred

    official(series)
    check_day(as_of)
    answers: list[Answer] = []

    class Careful(Fred):  # type: ignore[misc]
        """``fredapi`` with its one network call replaced: no time-out and no limits are set there."""

        root_url = f"{_FRED.override or _API}/fred"

        def __repr__(self) -> str:
            return "Fred(api_key=[hidden])"

        def _Fred__fetch_data(self, url: str) -> Any:
            answer = client.get(url, secrets={"api_key": key})
            answers.append(answer)
            return _elements(answer.content, answer.url, as_of)

    window = {} if as_of is None else {"realtime_start": as_of, "realtime_end": as_of}
    fred = Careful(api_key="in the client")
    try:
        values = fred.get_series(series, **window)
    except DownloadError as error:
        raise _in_its_words(series, error) from None
    except (ValueError, TypeError) as error:
        raise DownloadError(f"FRED sent no figures for {series}: {error}.") from None
    return Answer(answers[-1].url, _csv(series, values), answers[-1].date)


def check_day(as_of: str | None) -> None:
    """Refuse a day that is not on the calendar.

    Raises
    ------
    SpecificationError
        Naming what was found.
    """
    try:
        if as_of is None or (_DATE.fullmatch(as_of) is not None and Day.fromisoformat(as_of)):
            return
    except (TypeError, ValueError):  # a thirteenth month, or no text
        pass
    raise SpecificationError(f"as_of is an ISO date, at which ALFRED has a vintage; found {as_of!r}.")


def realtime(url: str, retrieved_at: str) -> str:
    """Day on which the figures behind an address of FRED's interface stood so; empty for any other address.

    Examples
    --------
    >>> realtime(f"{_API}/fred/series/observations?series_id=X&realtime_start=2020-03-01", "2026-08-20T12:00:00Z")
    '2020-03-01'
    """
    parts = urlsplit(url)
    if not parts.path.endswith("/fred/series/observations"):
        return ""
    return parse_qs(parts.query).get("realtime_start", [retrieved_at[:10]])[0]


def _in_its_words(series: str, error: DownloadError) -> DownloadError:
    """FRED's own sentence where it sent one; the same for every series where it is about the key."""
    sentence = said(error)
    if "api_key" in sentence:
        return DownloadError(
            f"{KEY_REFUSED}: {sentence} Correct FRED_API_KEY, or unset it: without a key the figures of today come "
            "from FRED's CSV address."
        )
    return DownloadError(f"FRED about {series}: {sentence}") if sentence else error


def _elements(content: bytes, url: str, as_of: str | None) -> ET.Element:
    """Parse FRED's XML; entities are refused, so nothing can expand."""
    try:
        root = plain_xml(content)
    except Entities as error:
        raise DownloadError(f"{url} sent XML with entities ({error}); refused.") from None
    except ValueError as error:
        raise DownloadError(f"{url} sent damaged XML ({error}).") from None
    if root.tag != "observations":
        raise DownloadError(f"{url} sent <{root.tag}> instead of observations: {root.get('message', '')}")
    day = root.get("realtime_start", "")
    if as_of is not None and _DATE.fullmatch(day) and day != as_of:
        raise DownloadError(f"{url} asked for the figures of {as_of} and got those of {day}.")
    if int(root.get("count", "0")) != len(root):
        raise DownloadError(f"{url} announced {root.get('count')} observations and sent {len(root)}.")
    return root


def _csv(series: str, values: pd.Series) -> bytes:
    rows = (f"{date:%Y-%m-%d},{'' if pd.isna(value) else repr(float(value))}" for date, value in values.items())
    return "\n".join([f"observation_date,{series}", *rows, ""]).encode()
