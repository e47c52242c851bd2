"""A probe: one small call to each model of a sweep, to see that its endpoint takes it."""

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from anyio import CapacityLimiter, Lock, create_task_group, sleep

from asynceval.benchmarks.mt_bench import temperature
from asynceval.domain.alias import is_alias
from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.errors import ServerError
from asynceval.domain.events import Listener
from asynceval.domain.failure import Cause, Failure
from asynceval.domain.reply import Reply
from asynceval.domain.secret import Secret
from asynceval.domain.sweep import Judge, Price, Sweep, Target
from asynceval.engine.gate import Gate
from asynceval.engine.mask import masked_of_all
from asynceval.engine.retry import History, Policy, wait
from asynceval.engine.route import Route
from asynceval.engine.servers import serving
from asynceval.engine.transport import Transport, transport
from asynceval.providers import models
from asynceval.providers.known import known
from asynceval.providers.signal import Action, Signal

_FEW_TOKENS = 16
_AT_ONCE = 8
"""Probes that one endpoint gets at the same time, if it takes so many."""
_TEMPERATURE = temperature("writing")
_TIMEOUT = 60.0
_POLICY = Policy(retries=2)
_MIDDLE = 0.5
"""Where in the range of a back-off a probe waits: few are sent, so nothing needs spreading."""
_LONGEST = 10.0
"""Seconds that a probe waits at most before it is sent again."""
_QUESTION = Message("user", "Answer with the one word: ready")
_JSON_QUESTION = Message("user", 'Answer with this JSON object: {"ready": true}')


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of probing one model on one endpoint: its reply, or why there is none.

    `wire` is its name there, `price` what its tokens cost. `server` is what kind of server lists its
    models, if it tells; `is_listed` whether the model is among them, None if there is no list.
    """

    endpoint: str
    model: str
    outcome: Reply | Failure
    wire: str = ""
    price: Price | None = None
    server: str | None = None
    is_listed: bool | None = None


async def probe(
    sweep: Sweep,
    keys: Mapping[str, Secret | None],
    folder: Path,
    tell: Listener,
    found: Callable[[Probe], None] = lambda _: None,
) -> tuple[Probe, ...]:
    """Send one call for each model at its endpoint, many at once; equal ones are sent once.

    Servers are started for it, with their output in `folder`. Each probe is given to `found` as it ends,
    and all are returned in the order of their names. A reply without text is good enough.
    """
    probes: list[Probe] = []

    def add(one: Probe) -> None:
        shown = replace(one, outcome=_shown(one.outcome, keys))
        probes.append(shown)
        found(shown)

    gpus = {
        gpu: Lock()
        for endpoint in sweep.endpoints
        if endpoint.server is not None
        for gpu in endpoint.server.gpus
    }
    async with transport() as http, create_task_group() as tasks:
        for endpoint in sweep.endpoints:
            every: tuple[Target | Judge, ...] = (*sweep.asked, *sweep.judges)
            streaming = sweep.streaming(endpoint)
            here = (item for item in every if item.endpoint == endpoint.name)
            asked = {_asked_as(item, streaming): item for item in here}
            if asked and endpoint.name in keys and not endpoint.is_imported:
                route = Route(endpoint, Gate(endpoint), keys[endpoint.name], streaming=streaming)
                items = tuple(asked.values())
                locks = [
                    gpus[gpu] for gpu in sorted(endpoint.server.gpus if endpoint.server else ())
                ]
                tasks.start_soon(_probe_served, http, route, items, folder, tell, locks, add)
    return tuple(sorted(probes, key=lambda one: (one.endpoint, one.model)))


async def _probe_served(
    http: Transport,
    route: Route,
    asked: Sequence[Target | Judge],
    folder: Path,
    tell: Listener,
    locks: Sequence[Lock],
    add: Callable[[Probe], None],
) -> None:
    """Probe the models of an endpoint, while its server is up if it has one and its GPUs are free."""
    name = route.endpoint.name
    async with AsyncExitStack() as stack:
        for lock in locks:
            await stack.enter_async_context(lock)
        if route.endpoint.server is not None:
            try:
                served = await stack.enter_async_context(serving(route.endpoint, folder, tell))
            except ServerError as error:
                waiting = ", ".join(item.name for item in asked)
                add(Probe(name, waiting, Failure(Cause.CONNECTION, str(error))))
                return
            route.move(served.endpoint)
        places, turn = CapacityLimiter(min(_AT_ONCE, route.endpoint.most_in_flight)), Lock()
        listings: list[bytes] = []

        async def ask(item: Target | Judge) -> None:
            async with places:
                outcome = await _probe(http, route, item)
            async with turn:
                if not listings:
                    listing = await route.listing(http)
                    listings.append(b"" if isinstance(listing, Failure) else listing)
            names, server = models.names(listings[0]), models.server(listings[0])
            known = any(is_alias(item.model, served) for served in names) if names else None
            add(Probe(name, item.name, outcome, item.model, item.price, server, known))

        async with create_task_group() as tasks:
            for item in asked:
                tasks.start_soon(ask, item)


async def _probe(http: Transport, route: Route, item: Target | Judge) -> Reply | Failure:
    """Send a call, and again after what may pass; a minute without a reply is long enough.

    A model that has not ended by then may be one that answers at length, and is asked for a few words.
    """
    call, history = _call(item), History()
    attempt = 1
    while True:
        request = route.request(call, call.key(), attempt, min(route.endpoint.timeout, _TIMEOUT))
        sent = await route.send(http, request)
        outcome = _judged(sent)
        if isinstance(sent, Reply) or isinstance(outcome, Reply):
            return outcome
        history = history.after(sent, 0.0, is_outage=False)
        seconds = wait(_POLICY, sent, history, _MIDDLE)
        most = call.sampling.max_tokens
        if outcome.cause is Cause.TIMEOUT and (most is None or most > _few(item)):
            call = replace(call, sampling=replace(call.sampling, max_tokens=_few(item)))
            continue
        is_over = attempt > _POLICY.retries or outcome.cause is Cause.TIMEOUT
        if is_over or seconds is None or seconds > _LONGEST:
            return await route.advised(http, item.model, sent)
        await sleep(seconds)
        attempt += 1


def _asked_as(item: Target | Judge, streaming: Container[str]) -> object:
    """Return all that may make an endpoint refuse what another model or judge there may do."""
    return replace(_call(item), model=""), item.name in streaming


def _call(item: Target | Judge) -> Call:
    """Return a small call with all the settings that the calls of a run have.

    But for the tokens of a model that thinks, which it might use up.
    """
    system = item.system if isinstance(item, Target) else None
    is_json = isinstance(item, Judge) and item.verdict == "json"
    question = _JSON_QUESTION if is_json else _QUESTION
    asked = (Message("system", system), question) if system else (question,)
    sampling = Sampling(
        _TEMPERATURE if item.temperature is None else item.temperature,
        item.max_tokens,
        item.settings,
        is_json,
        isinstance(item, Judge) and item.logprobs,
    )
    call = Call(item.name, item.model, asked, sampling)
    thinks = item.settings.effort is not None or not known(call).is_sampled
    return replace(call, sampling=replace(sampling, max_tokens=_few(item))) if thinks else call


def _few(item: Target | Judge) -> int:
    """Return the tokens of a few words, after those of thinking that a model is given."""
    effort = item.settings.effort
    return _FEW_TOKENS + (effort if isinstance(effort, int) else 0)


def _shown(outcome: Reply | Failure, keys: Mapping[str, Secret | None]) -> Reply | Failure:
    """Return the outcome without any key: a server's own words may hold those of others."""
    if isinstance(outcome, Reply):
        return outcome
    return replace(outcome, message=masked_of_all(outcome.message, keys.values()))


def _judged(outcome: Reply | Signal) -> Reply | Failure:
    """Return what a probe's outcome says of the endpoint: silence or thinking alone is a reply all the same."""
    if isinstance(outcome, Reply):
        return outcome
    is_cut = outcome.action is Action.GIVE_UP and outcome.failure.cause is Cause.NO_CONTENT
    if is_cut or outcome.empty is not None or outcome.failure.cause is Cause.THINKING:
        return outcome.empty or Reply("")
    return outcome.failure
