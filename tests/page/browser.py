"""Chromium without a window, spoken to over a pipe: the DevTools protocol, one JSON text after another."""

import os
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-pipe",
)

_CODES = {"Tab": 9, "Enter": 13, "Escape": 27}


def program() -> str | None:
    """Return where a browser is installed, None if there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@dataclass(slots=True)
class Browser:
    """One tab. `complaints` are what it said on its console, `requests` what it asked for."""

    _out: IO[bytes]
    _in: IO[bytes]
    _rest: bytes = b""
    _last: int = 0
    _session: str | None = None
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, page: Path, hash_: str = "") -> None:
        """Open a file from disk, and wait until it stands."""
        self.complaints.clear()
        self.requests.clear()
        self.dialogs.clear()
        self.tell("Page.navigate", url="about:blank")
        self.tell("Page.navigate", url=page.as_uri() + hash_)
        self.value(
            "new Promise(r => document.readyState === 'complete' ? r() : addEventListener('load', r))"
        )
        self.settle()

    def settle(self) -> None:
        """Let the page do what it has begun: two frames later its texts are shown."""
        self.value(
            "new Promise(r => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(r)), 30))"
        )

    def value(self, expression: str) -> Any:
        """Return what a JavaScript expression comes to, a promise's value when it is there."""
        said = self.tell(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, and let the page act on it."""
        given = {"text": key} if len(key) == 1 else {"windowsVirtualKeyCode": _CODES[key]}
        self.tell("Input.dispatchKeyEvent", type="keyDown", key=key, **given)
        self.tell("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.settle()

    def look(self, width: int, *, dark: bool = False, height: int = 1000) -> None:
        """Have a window of this size, and prefer one theme."""
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", features=[theme])

    def picture(self, *, whole: bool = True) -> bytes:
        """Return a screenshot as PNG."""
        said = self.tell("Page.captureScreenshot", captureBeyondViewport=whole)
        return b64decode(said["data"])

    def tell(self, method: str, **given: Any) -> dict[str, Any]:
        """Send a command, and return what it came to."""
        self._last += 1
        session = {} if self._session is None else {"sessionId": self._session}
        command = {"id": self._last, "method": method, "params": given, **session}
        self._out.write(orjson.dumps(command) + b"\0")
        self._out.flush()
        while (said := self._next()).get("id") != self._last:
            self._note(said)
        assert "error" not in said, (method, said["error"])
        result: dict[str, Any] = said["result"]
        return result

    def attach(self) -> None:
        """Open the tab, and listen to all it says."""
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        said = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = said["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.tell(f"{domain}.enable")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._in.fileno(), 1 << 20)
            assert more, "the browser has gone"
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        said: dict[str, Any] = orjson.loads(text)
        return said

    def _note(self, said: dict[str, Any]) -> None:
        given = said.get("params", {})
        match said.get("method"):
            case "Runtime.consoleAPICalled" if given["type"] in ("error", "warning", "assert"):
                self.complaints.append(str(given["args"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(str(given["exceptionDetails"]))
            case "Log.entryAdded":
                self.complaints.append(given["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(given["request"]["url"])
            case "Page.javascriptDialogOpening":
                self.dialogs.append(given["message"])
                self._out.write(
                    b'{"id":0,"method":"Page.handleJavaScriptDialog","params":{"accept":true},'
                )
                self._out.write(orjson.dumps({"sessionId": self._session})[1:] + b"\0")
                self._out.flush()


@contextmanager
def browser(command: str, folder: Path) -> Iterator[Browser]:
    """Start a browser with a profile of its own; it ends with the block."""
    to_child, from_us = os.pipe()
    to_us, from_child = os.pipe()
    # The protocol wants the pipes as file descriptors 3 and 4.
    shell = f'exec "$0" "$@" 3<&{to_child} 4>&{from_child}'
    flags = (*_FLAGS, f"--user-data-dir={folder}")
    with (
        os.fdopen(from_us, "wb", buffering=0) as out,
        os.fdopen(to_us, "rb", buffering=0) as into,
        subprocess.Popen(
            ["bash", "-c", shell, command, *flags],
            pass_fds=(to_child, from_child),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        os.close(to_child)
        os.close(from_child)
        found = Browser(out, into)
        try:
            found.attach()
            yield found
        finally:
            process.terminate()
