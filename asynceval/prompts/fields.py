"""What fills the holes of a template: questions, answers and references, by placeholder."""

from collections.abc import Sequence

Texts = Sequence[str]
"""Questions, answers or references, turn by turn."""


def fields(
    questions: Texts,
    answers: Texts,
    references: Texts = (),
    mark: str = "",
) -> dict[str, str]:
    """Return every field of a template for the judging of the last of the answers.

    `questions` may go on after it; a reference that is missing is an empty text. The tags in a
    `conversation` carry the mark, if there is one.
    """
    return {
        **_shared(questions, len(answers), references, mark),
        **_own("", questions, answers, mark),
    }


def pair_fields(
    questions: Texts,
    first: Texts,
    second: Texts,
    references: Texts = (),
    mark: str = "",
) -> dict[str, str]:
    """Return every field of a pairwise template: `first` is shown as A, `second` as B."""
    return {
        **_shared(questions, len(first), references, mark),
        **_own("_a", questions, first, mark),
        **_own("_b", questions, second, mark),
    }


def _shared(questions: Texts, turn: int, references: Texts, mark: str) -> dict[str, str]:
    """Return the fields that are the same whoever answered."""
    filled = {"question": questions[turn - 1], "mark": mark}
    shown: list[str] = []
    tag = f"reference-{mark}" if mark else "reference"
    for number in range(1, turn + 1):
        reference = references[number - 1] if number <= len(references) else ""
        filled[f"question_{number}"] = questions[number - 1]
        filled[f"ref_answer_{number}"] = reference
        if reference:
            shown.append(_block(tag, number, reference))
    filled["reference_conversation"] = "\n\n".join(shown)
    return filled


def _own(side: str, questions: Texts, answers: Texts, mark: str) -> dict[str, str]:
    """Return the fields of one conversation, their names with its side."""
    filled = {f"answer{side}": answers[-1]}
    blocks: list[str] = []
    marked = f"-{mark}" if mark else ""
    for number, answer in enumerate(answers, 1):
        filled[f"answer{side}_{number}"] = answer
        blocks.append(_block(f"question{marked}", number, questions[number - 1]))
        blocks.append(_block(f"answer{marked}", number, answer))
    filled[f"conversation{side}"] = "\n\n".join(blocks)
    return filled


def _block(tag: str, turn: int, text: str) -> str:
    return f'<{tag} turn="{turn}">\n{text}\n</{tag}>'
