"""The vendors' own clients as independent witnesses: they send what we send, and read what we read."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.providers.dialect import KEY, MESSAGES, Dialect, Line, line
from tests.providers.vendors.anthropic import ANTHROPIC
from tests.providers.vendors.azure import AZURE
from tests.providers.vendors.gemini import GEMINI
from tests.providers.vendors.hosts import GROQ, MISTRAL
from tests.providers.vendors.ollama import OLLAMA
from tests.providers.vendors.openai import OPENAI
from tests.providers.vendors.responses import RESPONSES

pytestmark = [pytest.mark.timeout(60), pytest.mark.filterwarnings("ignore")]

FOUR = [{"role": message.role, "content": message.content} for message in MESSAGES]
SAMPLING = {"top_p": 0.9, "temperature": 0.5}


@pytest.fixture(scope="module", name="line")
def open_line() -> Iterator[Line]:
    """Open one server for all tests here."""
    with line() as opened:
        yield opened


def by_openai(dialect: Dialect, url: str) -> Any:
    """Return the client of an OpenAI kind of endpoint."""
    openai = pytest.importorskip("openai")
    if dialect is AZURE:
        return openai.AzureOpenAI(
            azure_endpoint=url, api_version=AZURE.api_version, api_key=KEY, max_retries=0
        )
    return openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)


def ask_chat(dialect: Dialect, url: str) -> str:
    with by_openai(dialect, url) as client:
        got = client.chat.completions.create(
            model=dialect.model,
            messages=FOUR,
            max_tokens=100,
            seed=7,
            stop=["END"],
            reasoning_effort="low",
            extra_body={"top_k": 40},
            **SAMPLING,
        )
    return str(got.choices[0].message.content)


def ask_responses(dialect: Dialect, url: str) -> str:
    with by_openai(dialect, url) as client:
        got = client.responses.create(
            model=dialect.model,
            input=FOUR,
            store=False,
            max_output_tokens=100,
            reasoning={"effort": "low"},
            extra_body={"top_k": 40},
            **SAMPLING,
        )
    return str(got.output_text)


def ask_anthropic(dialect: Dialect, url: str) -> str:
    anthropic = pytest.importorskip("anthropic")
    with anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0) as client:
        got = client.messages.create(
            model=dialect.model,
            system=FOUR[0]["content"],
            messages=FOUR[1:],
            max_tokens=100,
            stop_sequences=["END"],
            output_config={"effort": "low"},
            extra_body={"top_k": 40, **SAMPLING},
        )
    return "".join(block.text for block in got.content if block.type == "text")


def ask_gemini(dialect: Dialect, url: str) -> str:
    genai = pytest.importorskip("google.genai")
    roles = {"user": "user", "assistant": "model"}
    options = {"base_url": url, "api_version": "v1beta"}
    with genai.Client(api_key=KEY, http_options=options) as client:
        got = client.models.generate_content(
            model=dialect.model,
            contents=[
                {"role": roles[m.role], "parts": [{"text": m.content}]}
                for m in MESSAGES
                if m.role in roles
            ],
            config={
                "system_instruction": {"parts": [{"text": MESSAGES[0].content}]},
                "max_output_tokens": 100,
                "seed": 7,
                "stop_sequences": ["END"],
                "top_k": 40,
                "thinking_config": {"thinking_budget": 50, "include_thoughts": True},
                **SAMPLING,
            },
        )
    return str(got.text)


def ask_mistral(dialect: Dialect, url: str) -> str:
    mistral = pytest.importorskip("mistralai.client")
    with mistral.Mistral(api_key=KEY, server_url=url) as client:
        got = client.chat.complete(
            model=dialect.model,
            messages=FOUR,
            max_tokens=100,
            random_seed=7,
            stop=["END"],
            reasoning_effort="low",
            top_k=40,
            **SAMPLING,
        )
    content = got.choices[0].message.content
    if isinstance(content, str):
        return content
    return "".join(part.text for part in content if part.type == "text")


def ask_groq(dialect: Dialect, url: str) -> str:
    groq = pytest.importorskip("groq")
    with groq.Groq(base_url=url, api_key=KEY, max_retries=0) as client:
        got = client.chat.completions.create(
            model=dialect.model,
            messages=FOUR,
            max_completion_tokens=100,
            seed=7,
            stop=["END"],
            reasoning_effort="low",
            extra_body={"top_k": 40},
            **SAMPLING,
        )
    return str(got.choices[0].message.content)


def ask_ollama(dialect: Dialect, url: str) -> str:
    ollama = pytest.importorskip("ollama")
    headers = {"Authorization": f"Bearer {KEY}"}
    options = {"num_predict": 100, "seed": 7, "stop": ["END"], "num_ctx": 8192, **SAMPLING}
    with ollama.Client(host=url, headers=headers) as client:
        got = client.chat(dialect.model, FOUR, think="low", options=options, keep_alive="10m")
    return str(got.message.content)


ASK = {
    OPENAI.kind: ask_chat,
    AZURE.kind: ask_chat,
    RESPONSES.kind: ask_responses,
    ANTHROPIC.kind: ask_anthropic,
    GEMINI.kind: ask_gemini,
    MISTRAL.kind: ask_mistral,
    GROQ.kind: ask_groq,
    OLLAMA.kind: ask_ollama,
}
witnessed = pytest.mark.parametrize(
    "dialect",
    [OPENAI, AZURE, RESPONSES, ANTHROPIC, GEMINI, MISTRAL, GROQ, OLLAMA],
    ids=str,
)


def bare(dialect: Dialect, request: Any) -> Any:
    """Return a client's request without what means nothing.

    Google's JSON may write thinking_budget as well as thinkingBudget; some clients send defaults.
    """
    if dialect is GEMINI:
        return in_camel_case(request)
    if dialect is MISTRAL:
        del request["stream"], request["messages"][2]["prefix"]
    if dialect is OLLAMA:
        del request["tools"]
    return request


def in_camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            re.sub("_([a-z])", lambda letter: letter[1].upper(), name): in_camel_case(inner)
            for name, inner in value.items()
        }
    return [in_camel_case(inner) for inner in value] if isinstance(value, list) else value


def key_header(dialect: Dialect) -> str:
    """Return the header that the vendor's client puts the key into.

    Anthropic's takes the other one of the two that its API knows.
    """
    ours = next(name for name, value in dialect.headers.items() if "KEY" in value)
    return "Authorization" if dialect is ANTHROPIC else ours


@witnessed
def test_the_vendors_client_sends_what_we_send(line: Line, dialect: Dialect) -> None:
    """The same method, path and fields, asked for by their names in the vendor's own client."""
    ours = line.arrived(dialect, dialect.call(is_whole=True))
    line.server.answers(dialect.answer("Hello.", None, "stop"))
    ASK[dialect.kind](dialect, line.server.url)
    ((method, path, headers, body),) = line.server.requests
    assert (method, path) == ours[:2]
    assert bare(dialect, orjson.loads(body)) == ours[3]
    assert [name for name, value in headers.items() if KEY in value] == [key_header(dialect)]


@witnessed
def test_the_vendors_client_reads_what_we_read(line: Line, dialect: Dialect) -> None:
    """So the answers that our tests are made of are the vendor's."""
    answer = dialect.answer("Hello, “world”.", "Hm.", "stop")
    line.server.answers(answer)
    theirs = ASK[dialect.kind](dialect, line.server.url)
    assert line.reply(dialect, "Hello, “world”.", "Hm.", "stop").text == theirs
