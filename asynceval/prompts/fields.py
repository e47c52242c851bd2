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
    marked = f"-{mark}" if mark else ""
    turn = len(answers)
    filled = {"question": questions[turn - 1], "answer": answers[-1], "mark": mark}
    conversation: list[str] = []
    reference_conversation: list[str] = []
    for number in range(1, turn + 1):
        question, answer = questions[number - 1], answers[number - 1]
        reference = references[number - 1] if number <= len(references) else ""
        filled[f"question_{number}"] = question
        filled[f"answer_{number}"] = answer
        filled[f"ref_answer_{number}"] = reference
        conversation.append(_block(f"question{marked}", number, question))
        conversation.append(_block(f"answer{marked}", number, answer))
        if reference:
            reference_conversation.append(_block(f"reference{marked}", number, reference))
    filled["conversation"] = "\n\n".join(conversation)
    filled["reference_conversation"] = "\n\n".join(reference_conversation)
    return filled


def pair_fields(
    questions: Texts,
    first: Texts,
    second: Texts,
    references: Texts = (),
    mark: str = "",
) -> dict[str, str]:
    """Return every field of a pairwise template: `first` is shown as A, `second` as B."""
    filled: dict[str, str] = {}
    for side, answers in (("a", first), ("b", second)):
        for name, text in fields(questions, answers, references, mark).items():
            is_its_own = name.startswith(("answer", "conversation"))
            filled[_of_side(name, side) if is_its_own else name] = text
    return filled


def _of_side(name: str, side: str) -> str:
    """Return the name that a field of one conversation has in a pairwise template."""
    word, _, turn = name.partition("_")
    return f"{word}_{side}_{turn}" if turn else f"{word}_{side}"


def _block(tag: str, turn: int, text: str) -> str:
    return f'<{tag} turn="{turn}">\n{text}\n</{tag}>'
