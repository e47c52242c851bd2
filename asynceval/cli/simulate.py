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
    "--slots",
    type=click.IntRange(min=1),
    help="Requests worked on at once, as a local server has it; others wait inside for their turn, "
    "and only then does their latency start.",
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
    "--model-rpm",
    "model_rpm",
    multiple=True,
    metavar="MODEL=N",
    help="Requests to one model admitted in any 60 s, within --rpm. Can be given several times.",
)
@click.option(
    "--bucket",
    is_flag=True,
    help="Let --rpm, --tpm and --model-rpm be given back continuously instead of after 60 s.",
)
@click.option(
    "--burst",
    type=float,
    metavar="SECONDS",
    help="With --bucket: how many seconds' worth of a limit may be taken at once; default: 1.",
)
@click.option(
    "--most-in-flight",
    type=click.IntRange(min=1),
    help="Requests in flight at once; more get a 429, which says nothing of when to come back.",
)
@click.option(
    "--retry-after",
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="With --most-in-flight: the wait that its 429s ask for after all.",
)
@click.option(
    "--quiet-limits",
    is_flag=True,
    help="Say nothing of the limits: no x-ratelimit and no retry-after headers.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND=RATE",
    help="Let a share of the attempts fail, such as 500=0.05. Refused at once: 500, 503, 529, 429, "
    "quota, 400, context, 401, 404, html, reset, close. Paid for: hang, lost (a reset where the "
    "reply was due), truncate, empty, null, slow (ten times the latency). Can be given several times.",
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
@click.option(
    "--echo-key", is_flag=True, help="Repeat in every error the Authorization header it was sent."
)
def simulate(
    *,
    port: int,
    host: str,
    latency: str,
    slots: int | None,
    rpm: int | None,
    tpm: int | None,
    model_rpm: tuple[str, ...],
    bucket: bool,
    burst: float | None,
    most_in_flight: int | None,
    retry_after: float | None,
    quiet_limits: bool,
    faults: tuple[str, ...],
    seed: int,
    api_key_env: str | None,
    echo_key: bool,
) -> None:
    """Serve simulated models and judges over OpenAI's chat API, until Ctrl-C.

    A model's name sets its skill: sim-s75 answers with skill 0.75. It streams, and gives JSON, if
    that is asked for. GET /stats says what was paid.
    POST /outage?seconds=30 resets every open call, and every new one until the time is over.
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
        parse_model_rpm,
    )

    api_key = None
    if api_key_env is not None:
        api_key = os.environ.get(api_key_env)
        if not api_key:
            raise click.UsageError(f"--api-key-env: the variable {api_key_env} is not set")
    if burst is not None and not bucket:
        raise click.UsageError("--burst needs --bucket")
    if retry_after is not None and (most_in_flight is None or quiet_limits):
        raise click.UsageError("--retry-after needs --most-in-flight, and no --quiet-limits")
    if bucket and burst is None:
        burst = 1.0
    try:
        settings = Settings(
            parse_latency(latency),
            rpm=rpm,
            tpm=tpm,
            faults=parse_faults(faults),
            seed=seed,
            api_key=api_key,
            model_rpm=parse_model_rpm(model_rpm),
            burst=burst,
            most_in_flight=most_in_flight,
            retry_after=retry_after,
            quiet_limits=quiet_limits,
            slots=slots,
            echo_key=echo_key,
        )
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
