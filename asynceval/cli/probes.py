"""Probes on the terminal: what each model answered to one small call, in lines of 80 columns."""

from textwrap import wrap

from asynceval.domain.alias import is_own
from asynceval.domain.reply import Reply
from asynceval.domain.text import visible
from asynceval.engine.probe import Probe

_WIDTH = 79


def lines(found: Probe, reply: Reply) -> list[str]:
    """Return what is told of a model that answered: who answered, how many tokens it took, its price."""
    head = f"ok  {found.endpoint}: {found.model} answers"
    return wrap(visible(f"{head}{_told(found, reply)}"), _WIDTH, subsequent_indent="    ")


def _told(found: Probe, reply: Reply) -> str:
    prompt, completion = reply.usage.prompt_tokens, reply.usage.completion_tokens
    told = []
    if reply.model is not None and not is_own(found.model, found.wire, reply.model):
        told.append(f"but as {reply.model}")
    if found.is_listed is False:
        told.append("the server does not list it")
    if found.server is not None:
        told.append(found.server)
    if prompt is not None and completion is not None:
        told.append(f"{prompt} + {completion} tokens")
        if found.price is not None:
            usd = (prompt * found.price.input + completion * found.price.output) / 1e6
            told.append(f"{usd:.6f} USD")
    return f" ({', '.join(told)})" if told else ""
