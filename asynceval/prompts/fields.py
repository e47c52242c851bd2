"""What fills the holes of a template: questions, answers and references, by placeholder."""

from collections.abc import Sequence

Texts = Sequence[str]
"""Questions, answers or references, turn by turn."""


def fields(
    questions: Texts,
    answers: Texts,
    references: Texts = (),
    mark: str = "",
    *,
    conversations: bool = True,
) -> dict[str, str]:
    """Return every field of a template for the judging of the last of the answers.

    `questions` may go on after it; a reference that is missing is an empty text. The tags in a
    `conversation` carry the mark, if there is one. Without `conversations` there are none: a template
    that shows none is filled in less time.
    """
    filled = _shared(questions, len(answers), references, mark)
    _show(filled, "", answers)
    if conversations:
        filled["conversation"] = _conversation(questions, answers, mark)
    return filled


def pair_fields(
    questions: Texts,
    first: Texts,
    second: Texts,
    references: Texts = (),
    mark: str = "",
    *,
    conversations: bool = True,
) -> dict[str, str]:
    """Return every field of a pairwise template: `first` is shown as A, `second` as B."""
    filled = _shared(questions, len(first), references, mark)
    for side, answers in (("_a", first), ("_b", second)):
        _show(filled, side, answers)
        if conversations:
            filled[f"conversation{side}"] = _conversation(questions, answers, mark)
    return filled


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
            shown.append(f'<{tag} turn="{number}">\n{reference}\n</{tag}>')
    filled["reference_conversation"] = "\n\n".join(shown)
    return filled


def _show(filled: dict[str, str], side: str, answers: Texts) -> None:
    """Add the fields of one model's answers, their names with its side."""
    filled[f"answer{side}"] = answers[-1]
    for number, answer in enumerate(answers, 1):
        filled[f"answer{side}_{number}"] = answer


def _conversation(questions: Texts, answers: Texts, mark: str) -> str:
    marked = f"-{mark}" if mark else ""
    return "\n\n".join(
        [
            f'<question{marked} turn="{number}">\n{questions[number - 1]}\n</question{marked}>\n\n'
            f'<answer{marked} turn="{number}">\n{answer}\n</answer{marked}>'
            for number, answer in enumerate(answers, 1)
        ]
    )
