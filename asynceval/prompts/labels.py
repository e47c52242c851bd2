"""From a judge's words to a label of its scale, such as `Rating: [[pass]]`."""

from collections.abc import Sequence

from asynceval.domain.verdict import Score, Unparsed
from asynceval.prompts.brackets import bracketed, follows_rating
from asynceval.prompts.verdicts import spoken


def read_label(text: str, labels: Sequence[str]) -> Score | Unparsed:
    """Return the label in a judge's words as its place on the scale, from 0.

    Reasoning is dropped. The last `[[...]]` after the word "Rating" decides, and what is no label
    there is out of range; without any the last label in brackets does. Case makes no difference.
    """
    said = spoken(text)
    if not said or said.isspace():
        return Unparsed("only_reasoning" if text.strip() else "empty")
    places = {label.casefold(): place for place, label in enumerate(labels)}
    marks = [(start, content, flags) for start, content, flags in bracketed(said)]
    deciding = [mark for mark in marks if follows_rating(said, mark[0])]
    if not deciding:
        deciding = [mark for mark in marks if mark[1].strip().casefold() in places]
    if not deciding:
        return Unparsed("no_verdict")
    _, content, flags = deciding[-1]
    place = places.get(content.strip().casefold())
    if place is None:
        is_quoted = content.strip() in ("n", "rating", "none")
        return Unparsed("no_verdict" if is_quoted else "out_of_range")
    if content != content.strip():
        flags += ("spaced",)
    written = {places.get(other.strip().casefold(), place) for _, other, _ in marks}
    return Score(place, flags if written == {place} else (*flags, "ambiguous"))
