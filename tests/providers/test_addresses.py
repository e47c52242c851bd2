"""Check where calls are sent to, by what a user may write as base_url."""

import pytest

from asynceval.domain.call import Call, Message
from asynceval.domain.sweep import Endpoint
from asynceval.providers.kinds import provider

CALL = Call("m", "my model", (Message("user", "Hi"),))
BY_DEPLOYMENT = "/openai/deployments/my%20model/chat/completions?"
V1 = "https://r.test/openai/v1/chat/completions"


@pytest.mark.parametrize(
    ("base", "version", "url"),
    [
        ("https://r.test", "2", f"https://r.test{BY_DEPLOYMENT}api-version=2"),
        ("https://r.test/openai", "2", f"https://r.test{BY_DEPLOYMENT}api-version=2"),
        ("https://r.test/openai/v1/", "2", f"https://r.test{BY_DEPLOYMENT}api-version=2"),
        (
            "https://r.test/openai/deployments/x/chat/completions?api-version=1",
            "2",
            f"https://r.test{BY_DEPLOYMENT}api-version=2",
        ),
        (
            "https://r.test/openai/deployments/x/chat/completions?api-version=1",
            None,
            f"https://r.test{BY_DEPLOYMENT}api-version=1",
        ),
        ("https://gate.test/a?b=c", "2", f"https://gate.test/a{BY_DEPLOYMENT}b=c&api-version=2"),
        ("https://r.test", None, V1),
        ("https://r.test/openai", None, V1),
        (V1, None, V1),
        (f"{V1}?b=c", None, f"{V1}?b=c"),
    ],
)
def test_azure_takes_what_its_portal_shows(base: str, version: str | None, url: str) -> None:
    """A path down to any deployment, a version in the query, and a gateway's own query."""
    assert provider(Endpoint("e", base, "azure", api_version=version)).url(CALL) == url


@pytest.mark.parametrize(
    ("kind", "host", "path"),
    [
        ("openrouter", "https://openrouter.ai", "/api/v1/chat/completions"),
        ("groq", "https://api.groq.com", "/openai/v1/chat/completions"),
        ("together", "https://api.together.xyz", "/v1/chat/completions"),
        ("mistral", "https://api.mistral.ai", "/v1/chat/completions"),
        ("deepseek", "https://api.deepseek.com", "/v1/chat/completions"),
    ],
)
def test_a_bare_host_gets_the_path_where_its_vendor_answers(
    kind: str, host: str, path: str
) -> None:
    """A path that is written is taken as it is, and the list of models is beside it."""
    assert provider(Endpoint("e", host, kind)).url(CALL) == f"{host}{path}"
    assert provider(Endpoint("e", f"{host}{path}", kind)).url(CALL) == f"{host}{path}"
    listing = f"{host}{path}".replace("/chat/completions", "/models")
    assert provider(Endpoint("e", host, kind)).listing() == listing
