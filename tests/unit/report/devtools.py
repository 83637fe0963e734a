"""A headless browser, spoken to through two pipes in its DevTools protocol: no driver, no port, no package."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome-headless-shell",
    "headless_shell",
)
OPTIONS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--no-first-run",
    "--no-default-browser-check", "--mute-audio", "--hide-scrollbars", "--force-color-profile=srgb",
)  # fmt: skip
PATIENCE = 60.0
"""Seconds for an answer, on a crowded machine."""


def found():
    """Path of a browser: the one that ECON_BROWSER names, one on the path, one that playwright keeps; or None."""
    named = os.environ.get("ECON_BROWSER")
    if named:
        return named
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    places = (shutil.which(name) for name in NAMES)
    downloads = (
        path
        for name in ("headless_shell", "chrome-headless-shell", "chrome")
        for path in sorted(kept.glob(f"chromium*/*/{name}"))
    )
    return next((str(path) for path in itertools.chain(places, downloads) if path), None)


class Browser:
    """One browser; `page` opens a file in a tab of its own."""

    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="econ-browser-")
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 20) for each in (theirs_in, theirs_out)]  # 3 and 4 may be taken
        for each in (theirs_in, theirs_out):
            os.close(each)
        quiet = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in (0, 1, 2)]
        pipes = [(os.POSIX_SPAWN_DUP2, high[0], 3), (os.POSIX_SPAWN_DUP2, high[1], 4)]
        words = [path, *OPTIONS, f"--user-data-dir={self.folder}", "about:blank"]
        self.process = os.posix_spawn(path, words, dict(os.environ), file_actions=[*quiet, *pipes], setpgroup=0)
        for each in high:
            os.close(each)
        self.inlet, self.outlet = ours_in, ours_out
        self.numbers, self.rest, self.events = itertools.count(1), b"", []

    def call(self, method, session=None, **params):
        """The result of one command; what happened meanwhile goes to `events`."""
        number = next(self.numbers)
        body = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._write(json.dumps(body).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            answer = self.read(end)
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def _write(self, body):
        left = memoryview(body)
        while left:
            left = left[os.write(self.outlet, left) :]

    def read(self, end):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.inlet], [], [], max(0.0, end - time.monotonic()))
            got = os.read(self.inlet, 1 << 20) if ready else b""
            if not got:
                raise RuntimeError(f"the browser says nothing for {PATIENCE:.0f} s or has gone")
            self.rest += got
        line, _, self.rest = self.rest.partition(b"\0")
        return json.loads(line)

    def page(self, path, width=1280, height=900, **media):
        return Page(self, path, width=width, height=height, media=media)

    def close(self):
        with contextlib.suppress(RuntimeError, OSError):
            self.call("Browser.close")
        for each in (self.inlet, self.outlet):
            os.close(each)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """A tab that has loaded one file; every request and every word of its console is kept."""

    def __init__(self, browser, path, *, width, height, media):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for room in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{room}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        if media:
            features = [
                {"name": name.replace("_", "-"), "value": value} for name, value in media.items() if name != "kind"
            ]
            self.call("Emulation.setEmulatedMedia", media=media.get("kind", ""), features=features)
        self.call("Page.navigate", url=Path(path).resolve().as_uri())
        self.wait("document.readyState === 'complete'")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def ask(self, words):
        """Value of an expression, awaited."""
        got = self.call("Runtime.evaluate", expression=words, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in got:
            raise RuntimeError(f"{words[:80]}: {got['exceptionDetails'].get('exception', {}).get('description')}")
        return got["result"].get("value")

    def wait(self, words):
        end = time.monotonic() + PATIENCE
        while not self.ask(words):
            if time.monotonic() > end:
                raise RuntimeError(f"never true: {words}")
            time.sleep(0.05)

    def key(self, name, code=None, *, modifiers=0):
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        about = {"key": name, "code": code or name, "windowsVirtualKeyCode": codes[name], "modifiers": modifiers}
        text = {" ": " ", "Enter": "\r"}.get(name)
        self.call(
            "Input.dispatchKeyEvent",
            type="keyDown" if text else "rawKeyDown",
            **about,
            **({"text": text} if text else {}),
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def _mine(self, method):
        return [
            each["params"]
            for each in self.browser.events
            if each.get("sessionId") == self.session and each["method"] == method
        ]

    def requests(self):
        """Addresses asked for, but for what the file itself holds."""
        asked = (each["request"]["url"] for each in self._mine("Network.requestWillBeSent"))
        return [each for each in asked if not each.startswith(("data:", "blob:", "about:"))]

    def complaints(self):
        """Exceptions, errors and warnings of the console."""
        thrown = [
            each["exceptionDetails"].get("exception", {}).get("description", each["exceptionDetails"]["text"])
            for each in self._mine("Runtime.exceptionThrown")
        ]
        said = [
            str([one.get("value") for one in each["args"]])
            for each in self._mine("Runtime.consoleAPICalled")
            if each["type"] in ("error", "warning", "assert")
        ]
        return (
            thrown
            + said
            + [
                each["entry"]["text"]
                for each in self._mine("Log.entryAdded")
                if each["entry"]["level"] in ("error", "warning")
            ]
        )

    def picture(self, path, *, whole=False, clip=None):
        """Save the window, or all of the page, as PNG."""
        options = {"captureBeyondViewport": True} if whole or clip else {}
        if clip:
            options["clip"] = {**clip, "scale": 1}
        Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", **options)["data"]))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


if __name__ == "__main__":
    there = found()
    print(f"browser: {there}" if there else "browser: none")
    raise SystemExit(0 if there else 1)
