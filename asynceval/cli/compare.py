"""`asynceval compare`: are two models of a run really apart, and does another leaderboard agree."""

from pathlib import Path

import click

from asynceval.cli import options


@click.command()
@options.run_or_latest
@click.argument("models", metavar="[A B]", nargs=-1)
@click.option("--judge", metavar="J", help="As this judge sees it; default: each judge.")
@click.option("--category", metavar="C", help="On the questions of this category only.")
@click.option(
    "--with",
    "other",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Compare the leaderboard with another: a CSV file with the columns model and score, and "
    "low and high if it has intervals.",
)
@options.as_json
def compare(
    run: Path | None,
    models: tuple[str, ...],
    judge: str | None,
    category: str | None,
    other: Path | None,
    *,
    as_json: bool,
) -> None:
    """Compare the models A and B of RUN question by question, or all pairs of its models.

    Without any argument the run is the latest one in runs/.

    The difference is paired by question: each question counts once, and how hard it is cancels out. The
    p-value is from sign flips; of all pairs it is corrected for their number (Holm).

    \b
    Examples:
      asynceval compare runs/mt-bench gpt-4o qwen3-8b
      asynceval compare runs/mt-bench --judge gpt-4o --json
      asynceval compare runs/mt-bench --with arena.csv
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.cli import contrasts as view
    from asynceval.cli.exits import say, told
    from asynceval.cli.latest import chosen
    from asynceval.cli.tables import Results
    from asynceval.domain.errors import ConfigError
    from asynceval.report.grounds import contrasts, document, grounds
    from asynceval.report.juries import seated
    from asynceval.report.leaderboard import likenesses, read_leaderboard
    from asynceval.report.reading import reading

    with told():
        if len(models) not in (0, 2) or (other is not None and models):
            raise ConfigError("name two models, or none for all pairs; with --with name none")
        reference = None if other is None else read_leaderboard(other)
        with reading(chosen(run)) as opened:
            plan, columns = opened.plan, opened.summary().columns
        met = grounds(plan, columns, models, judge, category)
        mixed = {its.name for its in seated(plan).sweep.judges} - {its.judge.name for its in met}
        if judge is None and mixed:
            say(
                f"note: left out {', '.join(sorted(mixed))}, whose grades are on different scales: "
                "compare one category at a time, with --category"
            )
        if reference is not None:
            likes = likenesses(met, reference)
            if as_json:
                echo({"run": plan.sweep.name, "correlations": [its.document() for its in likes]})
            else:
                view.show_likeness(Results(), likes)
            return
        found = contrasts(met, models)
        if as_json:
            echo(document(plan, found))
        elif models:
            view.show_pair(Results(), plan, found)
        else:
            view.show_all(Results(), found)
        if not found:
            say("nothing to compare: no question has a verdict for two of the models")


def echo(content: object) -> None:
    """Print plain values as JSON on stdout."""
    import orjson

    click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2))
