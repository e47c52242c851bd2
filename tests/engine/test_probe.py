"""Check the small calls that tell whether a run could start."""

from pathlib import Path

import anyio
import orjson
import pytest

from asynceval.domain.call import Settings
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.domain.sweep import Endpoint, Judge, Sweep, Target
from asynceval.engine.gate import Gate
from asynceval.engine.probe import Probe, probe
from asynceval.engine.route import Route
from asynceval.engine.transport import transport
from tests.providers.dialect import Dialect, Vendor, vendor
from tests.providers.vendors.anthropic import ANTHROPIC, error
from tests.providers.vendors.openai import OPENAI

pytestmark = pytest.mark.timeout(60)


def probed(
    dialect: Dialect,
    targets: tuple[Target, ...],
    judges: tuple[Judge, ...] = (),
    content: object = None,
    status: int = 200,
) -> tuple[tuple[Probe, ...], Vendor]:
    """Return what comes of probing these models, and the server that was asked."""

    async def main() -> tuple[tuple[Probe, ...], Vendor]:
        async with vendor() as server:
            whole = dialect.answer("ready", None, "stop") if content is None else content
            server.answers(whole, status)
            endpoint = Endpoint("e", server.url, dialect.kind)
            sweep = Sweep("s", (endpoint,), targets, judges)
            found = await probe(sweep, {"e": None}, Path("/nonexistent"), lambda _: None)
            return found, server

    return anyio.run(main)


def test_a_probe_has_all_settings_that_a_run_would_send() -> None:
    """The temperature of a category, a system prompt and further fields may be refused as well."""
    settings = Settings(effort=2048, stop=("END",), body='{"top_k":40}')
    _, server = probed(ANTHROPIC, (Target("m", "e", "w", system="Be brief.", settings=settings),))
    ((method, path, _, body), *_) = server.requests
    assert (method, path) == ("POST", "/v1/messages")
    assert orjson.loads(body) == {
        "model": "w",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Answer with the one word: ready"}],
        "max_tokens": 16 + 2048,
        "thinking": {"type": "enabled", "budget_tokens": 2048},
        "stop_sequences": ["END"],
        "top_k": 40,
    }
    _, server = probed(OPENAI, (Target("m", "e", "w", max_tokens=9999),))
    asked = orjson.loads(server.requests[0][3])
    assert (asked["temperature"], asked["max_tokens"]) == (0.7, 9999)
    judge = Judge("j", "e", "w", logprobs=True, verdict="json")
    _, server = probed(OPENAI, (Target("m", "e", "w", max_tokens=judge.max_tokens),), (judge,))
    asked = [orjson.loads(request[3]) for request in server.requests if request[3]]
    (judged,) = [each for each in asked if "logprobs" in each]
    assert judged["response_format"] == {"type": "json_object"}
    assert "JSON" in judged["messages"][0]["content"]
    assert len(asked) == 2


def test_one_model_with_two_settings_is_probed_twice() -> None:
    """And with the same ones once, whoever it is for."""
    plain, thinking = Target("a", "e", "w"), Target("b", "e", "w", settings=Settings(effort="low"))
    found, server = probed(OPENAI, (plain, thinking, Target("c", "e", "w")))
    assert [request[0] for request in server.requests] == ["POST", "POST", "GET"]
    assert len(found) == 2
    assert all(isinstance(one.outcome, Reply) for one in found)


def test_a_setting_that_is_refused_is_named_with_its_key() -> None:
    """So the config can be put right before anything is paid."""
    body = error("invalid_request_error", "`temperature` is deprecated for this model.")
    (found,), _ = probed(ANTHROPIC, (), (Judge("j", "e", "w"),), body, 400)
    assert isinstance(found.outcome, Failure)
    assert found.outcome.cause is Cause.CONFIG
    assert "change temperature in the config, or set reasoning = true" in found.outcome.message


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "The model `m-1` does not exist"),
        (400, "Model Not Exist"),
        (400, "m-1 is not a valid model ID"),
    ],
)
def test_a_model_that_is_not_there_is_answered_with_near_ones(status: int, message: str) -> None:
    """The server's own list says which, whatever status it has for it."""
    both = {"error": {"message": message}, "data": [{"id": "m-10"}]}

    async def main() -> tuple[Probe, ...]:
        async with vendor() as server:
            server.answers(both, status, then=200)
            sweep = Sweep("s", (Endpoint("e", server.url),), (Target("m-1", "e", "m-1"),), ())
            return await probe(sweep, {"e": None}, Path("/nonexistent"), lambda _: None)

    (found,) = anyio.run(main)
    assert isinstance(found.outcome, Failure)
    assert found.outcome.message.endswith(f"{message} (it serves m-10)")


def test_a_model_that_thinks_is_probed_with_few_tokens() -> None:
    """It might use all that it is given."""
    _, server = probed(OPENAI, (Target("m", "e", "o3", max_tokens=9999),))
    assert orjson.loads(server.requests[0][3])["max_completion_tokens"] == 16


def test_a_model_that_does_not_end_is_probed_with_few_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slow one that answers at length is no problem of the config."""
    monkeypatch.setattr("asynceval.engine.probe._TIMEOUT", 0.2)

    async def main() -> tuple[Probe, list[int]]:
        async with vendor() as server:
            server.streams([orjson.dumps(OPENAI.answer("ready", None, "stop"))], [1.0])
            sweep = Sweep("s", (Endpoint("e", server.url),), (Target("m", "e", "m"),), ())
            (found,) = await probe(sweep, {"e": None}, Path("/nonexistent"), lambda _: None)
            asked = [orjson.loads(request[3]) for request in server.requests if request[3]]
            return found, [each["max_tokens"] for each in asked]

    found, asked = anyio.run(main)
    assert asked == [1024, 16]
    assert isinstance(found.outcome, Failure)


@pytest.mark.parametrize(
    ("message", "finish_reason", "is_good"),
    [
        ({"content": "", "reasoning_content": "Hm."}, "length", True),
        ({"content": ""}, "length", True),
        ({"content": ""}, "stop", True),
        ({"content": None, "tool_calls": [{"id": "1"}]}, "tool_calls", False),
    ],
    ids=["thinks", "cut", "silent", "calls a tool"],
)
def test_a_model_need_not_say_a_word_but_must_be_able_to(
    message: dict[str, object], finish_reason: str, is_good: bool
) -> None:
    """Few tokens may all go into thinking; one that calls tools instead of answering never answers."""
    content = {"choices": [{"message": message, "finish_reason": finish_reason}]}
    (found,), _ = probed(OPENAI, (Target("m", "e", "w"),), content=content)
    assert isinstance(found.outcome, Reply) is is_good


def test_what_passes_is_no_problem_of_a_probe() -> None:
    """One HTTP 500 says nothing about a config; a server that keeps failing is told after three."""

    async def main(then: int) -> tuple[Probe, int]:
        async with vendor() as server:
            server.answers(OPENAI.answer("ready", None, "stop"), 500, then=then)
            sweep = Sweep("s", (Endpoint("e", server.url),), (Target("m", "e", "m"),), ())
            (found,) = await probe(sweep, {"e": None}, Path("/nonexistent"), lambda _: None)
            return found, sum(request[0] == "POST" for request in server.requests)

    found, sent = anyio.run(main, 200)
    assert isinstance(found.outcome, Reply)
    assert sent == 2
    found, sent = anyio.run(main, 500)
    assert isinstance(found.outcome, Failure)
    assert sent == 3


def test_an_answer_that_is_no_list_of_models_is_told_as_one() -> None:
    """Its first characters show what it is; an empty list is one all the same."""

    async def main(content: object) -> tuple[str, ...] | Failure:
        async with vendor() as server, transport() as http:
            server.answers(content)
            endpoint = Endpoint("e", server.url)
            return await Route(endpoint, Gate(endpoint), None).listed(http)

    assert anyio.run(main, {"data": []}) == ()
    found = anyio.run(main, {"object": "error", "message": "nope"})
    assert isinstance(found, Failure)
    assert found.message == 'this is no list of models: {"object":"error","message":"nope"}'
