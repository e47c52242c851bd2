"""Check what is told of a model that answered a probe."""

from asynceval.cli.probes import lines
from asynceval.domain.reply import Reply, Usage
from asynceval.domain.sweep import Price
from asynceval.engine.probe import Probe
from asynceval.providers.models import server


def test_who_answered_and_what_it_took() -> None:
    """In lines of 80 columns, the name that the server answers with if it is another."""
    reply = Reply("ready", usage=Usage(12, 2), model="another-model-altogether")
    found = Probe("box", "m", reply, "m-1", Price(1.0, 10.0), "vLLM", is_listed=False)
    told = lines(found, reply)
    assert max(map(len, told)) < 80
    assert " ".join(line.strip() for line in told) == (
        "ok  box: m answers (but as another-model-altogether, the server does not list it, "
        "vLLM, 12 + 2 tokens, 0.000032 USD)"
    )


def test_what_is_not_known_is_not_told() -> None:
    """A dated name is the model's own; nothing is made up."""
    reply = Reply("ready", model="m-1-2026-01-01")
    assert lines(Probe("box", "m", reply, "m-1", is_listed=True), reply) == ["ok  box: m answers"]


def test_a_server_is_known_by_who_owns_its_models() -> None:
    """Any other content tells nothing."""
    assert server(b'{"data":[{"id":"m","owned_by":"vllm"}]}') == "vLLM"
    for content in (b"", b"[]", b'{"data":7}', b'{"data":[7]}', b'{"data":[{"id":"m"}]}'):
        assert server(content) is None
