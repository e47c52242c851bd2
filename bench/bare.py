"""A bare client: aiohttp, uvloop and orjson, sending given bodies and keeping nothing.

Usage: bare.py URL PARALLEL FILE, where FILE holds one request body a line. This is what the other
benchmarks measure asynceval against; by itself it answers no question.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import anyio
import orjson

HEADERS = {"Content-Type": "application/json"}


async def main(url: str, parallel: int, file: Path) -> None:
    """Send every body, `parallel` at a time, and parse every reply."""
    bodies = iter(file.read_bytes().splitlines())
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        anyio.create_task_group() as workers,
    ):
        for _ in range(parallel):
            workers.start_soon(work, session, f"{url}/chat/completions", bodies)


async def work(session: aiohttp.ClientSession, url: str, bodies: Iterator[bytes]) -> None:
    """Send one body after the other."""
    for body in bodies:
        async with session.post(url, data=body, headers=HEADERS) as response:
            orjson.loads(await response.read())


if __name__ == "__main__":
    anyio.run(
        main,
        sys.argv[1],
        int(sys.argv[2]),
        Path(sys.argv[3]),
        backend_options={"use_uvloop": True},
    )
