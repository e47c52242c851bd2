"""Every asynchronous test here runs on asyncio, which aiohttp needs."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Name the event loop that anyio's plugin uses."""
    return "asyncio"
