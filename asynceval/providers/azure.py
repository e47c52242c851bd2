"""Azure OpenAI: chat completions by deployment, under one resource's own host."""

from dataclasses import dataclass
from typing import ClassVar

from asynceval.domain.call import Call
from asynceval.providers import request
from asynceval.providers.openai import OpenAI

_NEWEST = "/openai/v1"


@dataclass(frozen=True, slots=True)
class Azure(OpenAI):
    """Chat completions of a deployment, which stands for the model.

    With an `api_version` the deployment is in the path; without one the version-free API is used,
    where it is in the body. A bearer token of Microsoft Entra goes into `key_header = "Authorization"`.
    """

    lacks: ClassVar[frozenset[str]] = frozenset()

    def url(self, call: Call) -> str:
        """Return where chat completions of the call's deployment are."""
        base = request.without(self.endpoint.base_url, _NEWEST)
        version = self.endpoint.api_version
        if version is None:
            return request.under(base, f"{_NEWEST}/chat/completions")
        deployment = request.segment(call.wire)
        url = request.under(base, f"/openai/deployments/{deployment}/chat/completions")
        return f"{url}?api-version={request.segment(version)}"

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of every request; the key is in `api-key`."""
        return request.headers(key, self.endpoint.key_header or "api-key")

    def listing(self) -> str | None:
        """Return None: a resource lists the models it could deploy, not its deployments."""
        return None
