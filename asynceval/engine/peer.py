"""A peer: who is asked under a URL, and in words what went wrong with it."""

import os
import ssl
from dataclasses import dataclass
from errno import EMFILE, ENFILE
from functools import lru_cache

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

from asynceval.domain.failure import Cause, Failure
from asynceval.engine.stall import StalledError
from asynceval.engine.trust import refusal
from asynceval.providers.signal import Action, Signal

_CONNECT_SECONDS = 10.0
LARGEST_BODY = 32 << 20
"""Bytes of a reply, after decompression, that are read at most."""
_NO_FILES = (EMFILE, ENFILE)
_RAISE_FILES = (
    "this machine opens no more files or connections: raise the limit (`ulimit -n`), "
    "or lower the endpoint's parallel"
)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is asked under a URL, and how; says in words what went wrong with it.

    The exceptions' own words are never used: they may hold the key or the server's bytes.
    """

    url: URL
    ssl: ssl.SSLContext
    proxy: URL | None

    @property
    def host(self) -> str:
        """The host and its port, as a message names it."""
        return self.url.host_port_subcomponent or str(self.url)

    @property
    def is_plain(self) -> bool:
        """Whether a new connection costs next to nothing: there is no TLS."""
        return self.url.scheme == "http"

    @property
    def nearest(self) -> str:
        """Whom a connection is made to."""
        return self.host if self.proxy is None else f"the proxy {self.proxy.host_port_subcomponent}"

    def patience(self, seconds: float) -> aiohttp.ClientTimeout:
        """Return how long to wait for a whole response, and for a connection."""
        return _timeout(seconds, _CONNECT_SECONDS)

    def too_large(self) -> Signal:
        """Return the signal of a reply that is too large to be one."""
        message = f"the reply of {self.host} is over {LARGEST_BODY >> 20} MB"
        return Signal(Failure(Cause.MALFORMED, message), Action.GIVE_UP, maybe_paid=True)

    def timed_out(self, error: TimeoutError, seconds: float, received: int) -> Signal:
        """Return the signal of a reply that was not whole in time, of which so many bytes had come."""
        if isinstance(error, StalledError):
            message = f"the stream of {self.host} {error} ({received} bytes of it arrived)"
            return Signal(Failure(Cause.TIMEOUT, message), Action.RETRY, maybe_paid=True)
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            message = f"no connection to {self.nearest} within {_CONNECT_SECONDS:g} s"
            if not self.is_plain:
                message += ": is it http, not https?"
            return Signal(Failure(Cause.UNREACHABLE, message), Action.RETRY)
        message = f"no whole reply within {seconds:g} s ({received} bytes of it arrived)"
        return Signal(Failure(Cause.TIMEOUT, message), Action.RETRY, maybe_paid=True)

    def failed(self, error: Exception) -> Signal:
        """Return the signal of an exception of aiohttp's or of the system."""
        if isinstance(error, aiohttp.ClientHttpProxyError):
            return self.refused_by_proxy(error.status)
        # A certificate's error is a ValueError too, and both are connectors' errors.
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return hopeless(Cause.UNREACHABLE, refusal(error.certificate_error, self.host))
        if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
            return no_url(str(self.url))
        if isinstance(error, ValueError):
            message = (
                f"the request to {self.host} cannot be sent: does the key hold odd characters?"
            )
            return hopeless(Cause.CONFIG, message)
        if isinstance(error, aiohttp.ClientConnectorError):
            return self._unconnected(error)
        return self._broken(error)

    def refused_by_proxy(self, status: int) -> Signal:
        """Return the signal of what the proxy itself answered."""
        if status == 407:
            message = f"{self.nearest} wants a name and a password (HTTP 407): set them in its URL"
        elif status < 500:
            message = f"{self.nearest} refuses to connect to {self.host} (HTTP {status})"
        else:
            message = f"{self.nearest} got no good answer from {self.host} (HTTP {status})"
            cause = Cause.SERVER if self.is_plain else Cause.UNREACHABLE
            return Signal(Failure(cause, message, status), Action.RETRY)
        return hopeless(Cause.CONFIG, message, status)

    def _unconnected(self, error: aiohttp.ClientConnectorError) -> Signal:
        """Nothing was sent."""
        if isinstance(error, ssl.SSLError):
            return hopeless(Cause.UNREACHABLE, f"no TLS with {self.host}: is it http, not https?")
        if error.errno in _NO_FILES:
            return Signal(Failure(Cause.OPEN_FILES, _RAISE_FILES), Action.SLOW_DOWN)
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            message = f"the name of {self.nearest} does not resolve"
        else:
            number = error.errno or 0
            reason = os.strerror(number) if number > 0 else "closed at once"
            asked = "the proxy" if self.proxy else "the server"
            message = f"cannot connect to {self.nearest} ({reason}): is {asked} up?"
        return Signal(Failure(Cause.UNREACHABLE, message), Action.RETRY)

    def _broken(self, error: Exception) -> Signal:
        """Something was sent, so the server may have done its work."""
        action, is_stale = Action.RETRY, False
        if _is_undecodable(error):
            message, action = f"the reply of {self.host} cannot be decoded", Action.RETRY_ONCE
        elif isinstance(error, aiohttp.ServerDisconnectedError):
            message = f"{self.host} closed the connection before it answered"
            # It holds what was parsed of a response, if any of it came.
            is_stale = isinstance(error.message, str)
        elif isinstance(error, aiohttp.ClientPayloadError):
            message = f"the reply of {self.host} was cut off"
        elif isinstance(error, aiohttp.ClientResponseError):
            message, action = f"{self.host} does not speak proper HTTP", Action.RETRY_ONCE
        else:
            message = f"the connection to {self.host} broke ({type(error).__name__})"
            is_stale = isinstance(error, aiohttp.ClientConnectionResetError)
        failure = Failure(Cause.CONNECTION, message)
        return Signal(failure, action, maybe_paid=True, is_stale=is_stale)


def _is_undecodable(error: BaseException | None) -> bool:
    """Whether an error goes back to an encoding that is unknown, or was not kept to."""
    while error is not None and not isinstance(error, ContentEncodingError):
        error = error.__cause__
    return error is not None


def hopeless(cause: Cause, message: str, status: int | None = None) -> Signal:
    """Return the signal of what no other attempt would change."""
    return Signal(Failure(cause, message, status), Action.HALT_ENDPOINT)


def no_url(url: str) -> Signal:
    """Return the signal of a URL that is none."""
    # What follows may hold a key, and so may what stands before a host.
    shown = url.partition("?")[0].rpartition("@")[2]
    return hopeless(Cause.CONFIG, f"{shown} is not a URL that can be asked: is base_url right?")


@lru_cache(maxsize=16)  # most calls have their endpoint's
def _timeout(seconds: float, connecting: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(seconds, connecting)
