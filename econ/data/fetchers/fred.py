"""FRED: keyless through the CSV address of its graphs, or with a key through ``fredapi``, ALFRED vintages included."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pandas as pd

from econ.data.fetchers.official import PUBLISHERS, Official
from econ.data.http import Client
from econ.errors import DownloadError, SpecificationError

_FRED = PUBLISHERS["FRED"]
_API = "https://api.stlouisfed.org"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def official(series: str) -> Official:
    """The CSV file of one series.

    Raises
    ------
    SpecificationError
        If the name cannot be a FRED series.
    """
    if re.fullmatch(r"[A-Za-z0-9_]{1,40}", series) is None:
        raise SpecificationError(f"a FRED series has letters, digits and _ only; found {series!r}.")
    path = f"/graph/fredgraph.csv?id={series}"
    return Official(series, "fred_csv", _FRED, path, f"FRED series {series}", f"{series}.csv")


def with_key(series: str, *, key: str, client: Client, as_of: str | None = None) -> tuple[bytes, str]:
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
    content : bytes
        The observations in the layout ``fred_csv``.
    date : str
        ``Date`` header.

    Raises
    ------
    DownloadError
        If FRED refuses or sends something else.
    """
    from fredapi import Fred

    official(series)
    if as_of is not None and _DATE.fullmatch(as_of) is None:
        raise SpecificationError(f"as_of is an ISO date, at which ALFRED has a vintage; found {as_of!r}.")
    dates: list[str] = []

    class Careful(Fred):  # type: ignore[misc]
        """``fredapi`` with its one network call replaced: no time-out and no limits are set there."""

        root_url = f"{_FRED.override or _API}/fred"

        def __repr__(self) -> str:
            return "Fred(api_key=[hidden])"

        def _Fred__fetch_data(self, url: str) -> Any:
            answer = client.get(url, secrets={"api_key": key})
            dates.append(answer.date)
            return _elements(answer.content, answer.url)

    window = {} if as_of is None else {"realtime_start": as_of, "realtime_end": as_of}
    fred = Careful(api_key="in the client")
    try:
        values = fred.get_series(series, **window)
    except (ValueError, TypeError) as error:
        raise DownloadError(f"FRED sent no figures for {series}: {error}.") from None
    return _csv(series, values), dates[-1]


def _elements(content: bytes, url: str) -> ET.Element:
    """Parse FRED's XML; entities are refused, so nothing can expand."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DownloadError(f"{url} sent XML with entities; refused.")
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise DownloadError(f"{url} sent damaged XML ({error}).") from None
    if root.tag != "observations":
        raise DownloadError(f"{url} sent <{root.tag}> instead of observations: {root.get('message', '')}")
    if int(root.get("count", "0")) != len(root):
        raise DownloadError(f"{url} announced {root.get('count')} observations and sent {len(root)}.")
    return root


def _csv(series: str, values: pd.Series) -> bytes:
    rows = (f"{date:%Y-%m-%d},{'' if pd.isna(value) else repr(float(value))}" for date, value in values.items())
    return "\n".join([f"observation_date,{series}", *rows, ""]).encode()
