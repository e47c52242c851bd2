"""`asynceval agreement`: how often judges and people prefer the same answer."""

from pathlib import Path

import click

from asynceval.cli import options
from asynceval.report.accord import By


@click.command()
@click.option(
    "--human",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="People's votes, a JSON array or one a line: question_id, turn, model_a, model_b, judge, "
    "winner (model_a, model_b or tie).",
)
@click.option(
    "--judgments",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE|RUN",
    help="What judges said: a run directory, a *_pair.jsonl or *_single.jsonl of FastChat, or votes.",
)
@click.option(
    "--by",
    type=click.Choice(("category", "pair")),
    help="Split each turn by category (of a run) or by pair of models.",
)
@click.option("--among-judges", is_flag=True, help="Also compare the judges with each other.")
@options.as_json
def agreement(
    human: Path, judgments: Path, by: By | None, *, among_judges: bool, as_json: bool
) -> None:
    """Compare what judges prefer with what people prefer, as in the MT-Bench paper.

    Setup S1 counts a tie as a third verdict, so that guessing agrees in a third; S2 leaves out whatever
    has a tie on either side, and guessing agrees in a half. Votes of authors (author_*) do not count.

    \b
    Examples:
      asynceval agreement --human votes.jsonl --judgments runs/mt-bench
      asynceval agreement --human votes.json --judgments gpt-4_pair.jsonl --json
    """  # noqa: D301 - \b is click's mark for a block to leave as it is
    from asynceval.bridge.votes import Votes, read_votes
    from asynceval.cli.accords import show
    from asynceval.cli.compare import echo
    from asynceval.cli.exits import say, told
    from asynceval.cli.tables import Results
    from asynceval.domain.errors import ConfigError
    from asynceval.report.accord import accords
    from asynceval.report.juries import seated
    from asynceval.report.reading import reading
    from asynceval.report.winners import winners

    with told():
        votes = Votes()
        read_votes(human, votes, of_people=True)
        if not votes.people:
            raise ConfigError(f"{human}: holds no vote of people but of authors and judges")
        categories = own = None
        if judgments.is_dir():
            with reading(judgments) as opened:
                plan, columns = opened.plan, opened.summary().columns
            categories = {question.id: question.category for question in plan.questions}
            models = [target.name for target in plan.sweep.targets]
            own = {
                judge.name: {name for name in models if plan.sweep.is_own(judge, name)}
                for judge in plan.sweep.judges
            }
            for judge in seated(plan).sweep.judges:
                votes.judges[judge.name] |= winners(columns, judge, models)
        else:
            read_votes(judgments, votes, of_people=False)
        if by == "category" and categories is None:
            raise ConfigError(
                "--by category needs a run as --judgments: a file tells no categories"
            )
        rows = accords(
            votes.people, votes.judges, by, categories, own=own, among_judges=among_judges
        )
        for why, n in votes.dropped.items():
            if n:
                say(f"note: left out {why}: {n}")
        if not any("human" in row.judges and row.judges != ("human", "human") for row in rows):
            say("note: no item has both a person's vote and a judge's verdict")
        if as_json:
            echo([row.document(by) for row in rows])
        else:
            show(Results(), rows, by)
