"""`asynceval simulate`: the local simulator as a server of its own."""

import os

import click


@click.command(epilog="Example: asynceval simulate --port 8000 --latency 0.2 --fault 500=0.02")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    required=True,
    help="Port to listen on; 0 takes any free one, which is printed.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--latency",
    default="0",
    show_default=True,
    metavar="SECONDS|lognormal:P50,P99",
    help="Time a reply takes, in seconds: the same for all, or with a long tail given by its "
    "median and 99th percentile. The same request always takes the same time.",
)
@click.option(
    "--rpm", type=click.IntRange(min=1), help="Requests admitted in any 60 s; others get a 429."
)
@click.option(
    "--tpm",
    type=click.IntRange(min=1),
    help="Tokens (prompt and completion) admitted in any 60 s; others get a 429.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND=RATE",
    help="Let a share of the attempts fail, such as 500=0.05. Kinds: 500, 503, 429, reset, close, "
    "hang, truncate. Can be given several times.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Decides which attempts fail; the same seed, the same faults.",
)
@click.option(
    "--api-key-env",
    metavar="VAR",
    help="Name of the environment variable with the key that requests must bear; default: none.",
)
def simulate(
    *,
    port: int,
    host: str,
    latency: str,
    rpm: int | None,
    tpm: int | None,
    faults: tuple[str, ...],
    seed: int,
    api_key_env: str | None,
) -> None:
    """Serve simulated models and judges over OpenAI's chat API, until Ctrl-C.

    A model's name sets its skill: sim-s75 answers with skill 0.75. GET /stats says what was paid.
    """
    # imported here to keep --help fast
    import sys

    import anyio

    from asynceval.domain.errors import ConfigError
    from asynceval.simulator.server import serve
    from asynceval.simulator.settings import (
        Settings,
        parse_faults,
        parse_latency,
    )

    api_key = None
    if api_key_env is not None:
        api_key = os.environ.get(api_key_env)
        if not api_key:
            raise click.UsageError(f"--api-key-env: the variable {api_key_env} is not set")
    try:
        settings = Settings(parse_latency(latency), rpm, tpm, parse_faults(faults), seed, api_key)
    except ValueError as error:
        raise click.UsageError(str(error)) from error

    async def main() -> None:
        await serve(settings, host=host, port=port, on_ready=_announce)

    try:
        anyio.run(main, backend_options={"use_uvloop": sys.platform != "win32"})
    except ConfigError as error:
        raise click.UsageError(str(error)) from error


def _announce(base_url: str) -> None:
    click.echo(f"simulator ready at {base_url}", err=True)
