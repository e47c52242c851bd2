"""What the tests of the running simulator share: a client, and faulty settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import anyio
import orjson

from asynceval.simulator.faults import Fault, FaultRate
from asynceval.simulator.latency import Constant
from asynceval.simulator.ledger import Ledger, Stats
from asynceval.simulator.server import running
from asynceval.simulator.settings import Settings

PATIENCE = 20.0
AN_HOUR = Constant(3600.0)


@dataclass(frozen=True, slots=True)
class Client:
    """A client of a running simulator, and the simulator's ledger."""

    session: aiohttp.ClientSession
    base_url: str
    ledger: Ledger

    async def post(
        self, question: str = "Hello", *, headers: dict[str, str] | None = None, **fields: Any
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Ask a question; return the status, the JSON and the headers in lower case."""
        request = {"model": "sim-s50", "messages": [{"role": "user", "content": question}]}
        raw = orjson.dumps(request | fields)
        url = f"{self.base_url}/chat/completions"
        async with self.session.post(url, data=raw, headers=headers) as response:
            received = {name.lower(): value for name, value in response.headers.items()}
            return response.status, orjson.loads(await response.read()), received

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Get a path below the host; return the status and the JSON."""
        async with self.session.get(self.base_url.removesuffix("/v1") + path) as response:
            return response.status, orjson.loads(await response.read())

    async def until(self, is_met: Callable[[Stats], bool]) -> Stats:
        """Return the stats as soon as they meet a condition; each look is a round trip."""
        with anyio.fail_after(PATIENCE):
            while not is_met(self.ledger.stats()):
                await self.get("/health")
        return self.ledger.stats()


@asynccontextmanager
async def client(
    settings: Settings, clock: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[Client]:
    """Run a simulator with a client; its limits go by the clock given, which stands still."""
    async with (
        running(settings, clock=clock) as simulator,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
    ):
        yield Client(session, simulator.base_url, simulator.ledger)


def faulty(fault: Fault, rate: float = 1.0) -> Settings:
    """Return settings with one fault."""
    return Settings(faults=(FaultRate(fault, rate),))
