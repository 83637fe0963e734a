"""One careful way to download: bounded, verified, polite, and silent about secrets.

Built on the standard library. Certificates are always verified; redirects stay on the publisher's host and port; a
body is checked against its announced length; nothing larger than a limit is read or unpacked; a secret is put into
the query at the last moment, over https only (or to this machine itself, where no wire carries it), and taken out of
every message.
"""

from __future__ import annotations

import html
import http.client
import ipaddress
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from econ.errors import DownloadError

LARGEST = 64 * 2**20
"""Bytes of a body, packed or unpacked."""
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK = 65536


@dataclass(frozen=True)
class Answer:
    """What a publisher sent.

    Parameters
    ----------
    url : str
        Address asked, without secrets.
    content : bytes
        Body, unpacked; empty when ``unchanged``.
    date : str
        ``Date`` header, the publisher's clock.
    etag, modified : str
        Validators for the next conditional request; empty if the server gives none.
    unchanged : bool
        Whether the server said that the file is the one we have (304).
    """

    url: str
    content: bytes = field(repr=False)
    date: str
    etag: str = ""
    modified: str = ""
    unchanged: bool = False


@dataclass(frozen=True)
class _Failure:
    """Why one attempt failed, and whether another may succeed."""

    reason: str
    again: bool
    wait: float = 0.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Hand redirects back to the client, which checks where they lead."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Follow nothing."""
        return


@dataclass(eq=False)
class Client:
    """A polite downloader; one object keeps the pace of a whole fetch.

    Parameters
    ----------
    timeout : float
        Seconds without a byte, and a tenth of the seconds for a whole body.
    retries : int
        Further attempts after a failure that may pass.
    backoff : float
        Seconds before the first retry; doubles each time.
    pause : float
        Seconds between two requests to one host.
    largest : int
        Most bytes of a body, packed or unpacked.
    redirects : int
        Most redirects of one request.
    agent : str
        ``User-Agent``.
    sleep : callable
        How to wait; tests replace it.
    """

    timeout: float = 30.0
    retries: int = 4
    backoff: float = 1.0
    pause: float = 0.5
    largest: int = LARGEST
    redirects: int = 5
    agent: str = "econ (research; https with the standard library)"
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    _next: dict[str, float] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, url: str, *, secrets: Mapping[str, str] | None = None, etag: str = "", modified: str = "",
            page: bool = False) -> Answer:  # fmt: skip
        """Download one file.

        Parameters
        ----------
        url : str
            Address without secrets, ``http`` or ``https``.
        secrets : mapping, optional
            Query parameters such as a key; they are sent and never shown.
        etag, modified : str
            Validators of the copy at hand, for a conditional request.
        page : bool
            Whether a page for readers is wanted, from which to take a link; otherwise HTML is refused.

        Returns
        -------
        Answer

        Raises
        ------
        DownloadError
            If nothing trustworthy came; says why and after how many attempts. Nothing was written.
        """
        hidden = {name: value for name, value in (secrets or {}).items() if value}
        clean = redacted(url, hidden)
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise DownloadError(f"{clean} is not an http address; check the catalogue or the override.")
        if hidden and not _private(url):
            raise DownloadError(
                f"{clean} is plain http, and a key goes over https only; unset the key, or name an https mirror."
            )
        headers = {"User-Agent": self.agent, "Accept-Encoding": "gzip"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        attempt = 0
        while True:
            attempt += 1
            found = self._once(url, hidden, headers, page)
            if isinstance(found, Answer):
                return found
            if not found.again or attempt > self.retries:
                break
            self.sleep(max(found.wait, self.backoff * 2.0 ** (attempt - 1)))
        times = "once" if attempt == 1 else f"{attempt} times"
        reason = redacted(found.reason, hidden)
        raise DownloadError(f"{clean} could not be downloaded (tried {times}): {reason}.")

    def _once(self, url: str, hidden: Mapping[str, str], headers: Mapping[str, str], page: bool) -> Answer | _Failure:
        """One attempt, redirects included."""
        address, clean = url, redacted(url, hidden)
        for _ in range(self.redirects + 1):
            self._wait(urllib.parse.urlsplit(address).netloc)
            found = self._request(_with_secrets(address, hidden), clean, headers)
            if isinstance(found, Answer) and not page and _is_html(found.content):
                return _Failure("an HTML page came instead of data", again=False)
            if not isinstance(found, str):
                return found
            target = urllib.parse.urljoin(address, found)
            old, new = urllib.parse.urlsplit(address), urllib.parse.urlsplit(target)
            if not _same_server(old, new):
                where = f"{new.scheme}://{new.netloc}"
                return _Failure(f"redirected to another host or port, or to http ({where})", again=False)
            address = redacted(target, hidden)
        return _Failure(f"more than {self.redirects} redirects", again=False)

    def _wait(self, host: str) -> None:
        """Keep the pause between two requests to one host."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next.get(host, now))
            self._next[host] = start + self.pause
        if start > now:
            self.sleep(start - now)

    def _request(self, address: str, clean: str, headers: Mapping[str, str]) -> Answer | _Failure | str:
        """An answer, a failure, or where a redirect leads."""
        own = [urllib.request.ProxyHandler({})] if _is_loopback(urllib.parse.urlsplit(address).hostname) else []
        opener = urllib.request.build_opener(_NoRedirect, *own)  # no proxy stands between this machine and itself
        try:
            request = urllib.request.Request(address, headers=dict(headers))
            with opener.open(request, timeout=self.timeout) as response:
                return self._answer(response, clean)
        except urllib.error.HTTPError as error:
            with error:
                return _refusal(error, clean)
        except TimeoutError:
            return _Failure(f"no answer within {self.timeout:g} seconds", again=True)
        except urllib.error.URLError as error:
            slow = isinstance(error.reason, TimeoutError)
            reason = f"no answer within {self.timeout:g} seconds" if slow else f"no connection ({error.reason})"
            return _Failure(reason, again="CERTIFICATE" not in str(error.reason))
        except (http.client.HTTPException, OSError, ValueError) as error:
            return _Failure(f"the connection broke ({type(error).__name__}: {error})", again=True)

    def _answer(self, response: http.client.HTTPResponse, clean: str) -> Answer | _Failure:
        body = self._body(response)
        if isinstance(body, _Failure):
            return body
        if response.headers.get("Content-Encoding", "").lower() == "gzip":
            unpacked = self._unpack(body)
            if isinstance(unpacked, _Failure):
                return unpacked
            body = unpacked
        if not body:
            return _Failure("the body is empty", again=True)
        header = response.headers.get
        return Answer(clean, body, header("Date", ""), header("ETag", ""), header("Last-Modified", ""))

    def _body(self, response: http.client.HTTPResponse) -> bytes | _Failure:
        """The whole body, up to the end of the connection, of exactly the announced length."""
        announced = response.headers.get("Content-Length")
        if announced is not None and (not announced.isdigit() or int(announced) > self.largest):
            return _Failure(f"announced {announced} bytes, more than the limit of {self.largest}", again=False)
        if not response.chunked:
            response.length = None  # read to the end, or a body longer than announced goes unseen
        deadline = time.monotonic() + 10 * self.timeout
        parts, size = [], 0
        while part := response.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > self.largest:
                return _Failure(f"more than the limit of {self.largest} bytes", again=False)
            if time.monotonic() > deadline:
                return _Failure(f"the body took more than {10 * self.timeout:g} seconds", again=True)
        if announced is not None and size != int(announced):
            return _Failure(f"announced {announced} bytes, sent {size}", again=True)
        return b"".join(parts)

    def _unpack(self, body: bytes) -> bytes | _Failure:
        """Undo gzip, stopping at the limit."""
        unpacker = zlib.decompressobj(wbits=31)
        try:
            out = unpacker.decompress(body, self.largest + 1)
        except zlib.error as error:
            return _Failure(f"damaged gzip body ({error})", again=True)
        if len(out) > self.largest:
            return _Failure(f"unpacks to more than the limit of {self.largest} bytes", again=False)
        if not unpacker.eof or unpacker.unused_data:
            return _Failure("the gzip body is cut or has more behind it", again=True)
        return out


def _refusal(error: urllib.error.HTTPError, clean: str) -> Answer | _Failure | str:
    header = error.headers.get
    if error.code == 304:
        return Answer(clean, b"", header("Date", ""), header("ETag", ""), header("Last-Modified", ""), unchanged=True)
    if error.code in (301, 302, 303, 307, 308) and header("Location"):
        return str(header("Location"))
    wait = header("Retry-After", "")
    seconds = min(float(wait), 120.0) if wait.isdigit() else 0.0
    words = _sentence(error)
    told = f"{_SAYS}{words}\u201d" if words else ""
    return _Failure(f"the server answered {error.code} {error.reason}{told}", again=error.code in _AGAIN, wait=seconds)


_SAYS = " and says \u201c"
_MESSAGES = (re.compile(r'<error\b[^<>]*\bmessage="([^"<>]*)"'), re.compile(r'"error_message"\s*:\s*"([^"]*)"'))
"""Where an interface says in a sentence why it refused: an attribute of its XML, a field of its JSON."""


def _sentence(error: urllib.error.HTTPError) -> str:
    """What the body of a refusal says, if it is of a known form; a page for readers says nothing here."""
    try:
        body = error.read(4096)
        if error.headers.get("Content-Encoding", "").lower() == "gzip":
            body = zlib.decompressobj(wbits=31).decompress(body, 4096)
    except (OSError, ValueError, http.client.HTTPException, zlib.error):
        return ""
    text = body.decode("utf-8", "replace")
    found = next((match for form in _MESSAGES if (match := form.search(text))), None)
    words = " ".join(html.unescape(found[1]).split()) if found else ""
    return words.removeprefix(f"{error.reason}.").strip()[:400]


def said(error: DownloadError) -> str:
    """The sentence with which a server refused, or nothing if it gave none.

    Examples
    --------
    >>> said(DownloadError("x could not be downloaded: answered 400 and says \u201cThe series does not exist.\u201d."))
    'The series does not exist.'
    """
    _, _, rest = str(error).partition(_SAYS)
    return rest.rpartition("\u201d")[0]


def _is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _private(url: str) -> bool:
    """Whether a key may travel to an address: encrypted, or not at all because it stays on this machine."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or _is_loopback(parts.hostname)


_PORTS = {"http": 80, "https": 443}


def _same_server(old: urllib.parse.SplitResult, new: urllib.parse.SplitResult) -> bool:
    """Whether a redirect stays where it was: same host and port, or from http to https on their usual ports."""
    try:
        ports = (old.port or _PORTS.get(old.scheme), new.port or _PORTS.get(new.scheme))
    except ValueError:  # no number
        return False
    if new.hostname != old.hostname or "@" in new.netloc:
        return False
    return (old.scheme == new.scheme and ports[0] == ports[1]) or (
        (old.scheme, new.scheme) == ("http", "https") and ports == (80, 443)
    )


def _is_html(body: bytes) -> bool:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<!-- html", b"<body"))


def _with_secrets(url: str, hidden: Mapping[str, str]) -> str:
    if not hidden:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(hidden)}"


def redacted(text: str, hidden: Mapping[str, str]) -> str:
    """Take every secret out of a text, plain and quoted, with the parameter that carried it.

    Examples
    --------
    >>> redacted("GET /x?id=1&api_key=abc", {"api_key": "abc"})
    'GET /x?id=1'
    """
    for name, value in hidden.items():
        for form in {value, urllib.parse.quote(value), urllib.parse.quote_plus(value)}:
            text = text.replace(f"&{name}={form}", "").replace(f"?{name}={form}&", "?").replace(f"?{name}={form}", "")
            text = text.replace(form, "[hidden]")
    return text
