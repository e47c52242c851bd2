"""Proxies: which one a URL is asked through, as the environment says."""

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from yarl import URL


@dataclass(frozen=True, slots=True)
class Proxies:
    """Proxies by scheme (`http`, `https`), and under `no` the hosts to be asked without one."""

    by_scheme: Mapping[str, str]

    def of(self, url: URL) -> URL | None:
        """Return the proxy for a URL, None if it is asked directly, as loopback always is.

        It may hold a name and a password. ValueError if what the environment says is no proxy.
        """
        told, host = self.by_scheme.get(url.scheme), url.host
        if not told or not host or _is_loopback(host):
            return None
        if urllib.request.proxy_bypass_environment(  # type: ignore[attr-defined]
            url.host_port_subcomponent, self.by_scheme
        ):
            return None
        proxy = URL(told if "://" in told else f"http://{told}")
        if proxy.scheme not in ("http", "https") or not proxy.host:
            raise ValueError("only http:// and https:// proxies are known")
        return proxy


def proxies() -> Proxies:
    """Read HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in capital or small letters."""
    return Proxies(urllib.request.getproxies_environment())


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
