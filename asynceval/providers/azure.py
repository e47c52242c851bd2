"""Azure OpenAI: chat completions by deployment, under one resource's own host."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from asynceval.domain.call import Call
from asynceval.providers import request
from asynceval.providers.openai import OpenAI

_SHOWN: Final = re.compile(r"/openai(/v1|/deployments/[^/]+)?(/chat/completions)?/?$")
"""How addresses end that the portal and its examples show."""
_VERSION: Final = "api-version"


@dataclass(frozen=True, slots=True)
class Azure(OpenAI):
    """Chat completions of a deployment, which stands for the model.

    With an `api_version` the deployment is in the path; without one the version-free API is used,
    where it is in the body. A version in the base URL counts as one. A bearer token of Microsoft Entra
    goes into `key_header = "Authorization"`.
    """

    home: ClassVar[str] = ""
    lacks: ClassVar[frozenset[str]] = frozenset()

    def url(self, call: Call) -> str:
        """Return where chat completions of the call's deployment are."""
        return _place(self.endpoint.base_url, self.endpoint.api_version, call.wire)

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is in `api-key`."""
        return request.headers(key, self.endpoint.key_header or "api-key")

    def listing(self) -> str | None:
        """Return None: a resource lists the models it could deploy, not its deployments."""
        return None


@lru_cache(maxsize=1000)
def _place(base_url: str, version: str | None, deployment: str) -> str:
    parts = urlsplit(base_url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    version = version or dict(query).get(_VERSION)
    rest = urlencode([(name, value) for name, value in query if name != _VERSION])
    base = urlunsplit(parts._replace(path=_SHOWN.sub("", parts.path), query=rest))
    if version is None:
        return request.under(base, "/openai/v1/chat/completions")
    path = f"/openai/deployments/{request.segment(deployment)}/chat/completions"
    return request.under(base, f"{path}?{_VERSION}={request.segment(version)}")
