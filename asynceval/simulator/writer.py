"""The writer: answers of a simulated model, which show its skill in their words.

An answer is a list of numbered points. A skilled model makes more points, and more of them open
with a word that commits itself; that is all the simulated judge looks at.
"""

import re
from itertools import islice

from asynceval.simulator.dice import Dice, digest, unit

Messages = tuple[tuple[str, str], ...]
"""Role and text of each message, in order."""

STRONG = ("Precisely", "Rigorously", "Demonstrably", "Verifiably", "Crucially", "Concretely")
WEAK = ("Supposedly", "Vaguely", "Possibly", "Roughly", "Arguably", "Presumably")
FEWEST_POINTS = 2
MOST_POINTS = 9

_SKILL = re.compile(r"-s(\d\d|100)$")
_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]{4,16}|[\u4e00-\u9fff]{2,4}")
_DULL = re.compile(
    r"about|after|also|before|could|does|each|every|from|have|into|more|must|only|other|please|"
    r"should|some|such|than|that|their|them|then|there|these|they|this|those|what|when|where|"
    r"which|while|will|with|would|your",
    re.IGNORECASE,
)
_READ = 2000
_MOST_WORDS = 16
_FILLERS = ("the context", "the purpose")

_OPENINGS = (
    "Thank you for the question about {0}; here is my answer.",
    "This comes down to {0} and {1}, taken in turn.",
    "Let us look at {0} first, and at {1} after it.",
    "A good answer keeps {0} apart from {1}.",
)
_CLAIMS = (
    "{0} sets the frame in which {1} has to be read",
    "{0} depends on {1}, and not the other way round",
    "the effect of {0} grows as {1} becomes clearer",
    "one example of {0} is enough to test {1}",
    "a careful reader compares {0} with {1} step by step",
    "the cost of {0} is small when {1} is planned early",
    "{0} leaves a question open that {1} can settle",
)
_REASONS = (
    "The reason is that {0} seldom changes on its own.",
    "This holds as long as {0} stays within its usual range.",
    "An exception is {0}, which needs its own treatment.",
    "In practice {0} shows it within a few steps.",
)
_CLOSINGS = (
    "Taken together, the points about {0} answer the question.",
    "If {0} matters most to you, start there.",
    "I can say more about {0} if that helps.",
)


def skill(model: str) -> float:
    """Return the skill of a model, from 0 to 1: its name says (`sim-s75`: 0.75), or a hash of it."""
    stated = _SKILL.search(model)
    return int(stated[1]) / 100 if stated else unit("skill", model)


def answer(model: str, messages: Messages, choice: int = 0) -> str:
    """Return what the model says to the messages; `choice` numbers several answers to them.

    How good it is varies with the question, alike for all models, and with the answer.
    """
    question = next((text for role, text in reversed(messages) if role == "user"), "")
    seed = digest(model, str(choice), *(part for message in messages for part in message))
    ease = 0.3 * (unit("ease", question) - 0.5)
    luck = 0.3 * (unit("luck", seed) - 0.5)
    return _compose(question, min(max(skill(model) + ease + luck, 0.0), 1.0), Dice(seed))


def _compose(question: str, quality: float, dice: Dice) -> str:
    words = _words(question)

    def filled(patterns: tuple[str, ...]) -> str:
        first = dice.below(len(words))
        second = first - 1 - dice.below(len(words) - 1)
        return dice.pick(patterns).format(words[first], words[second])

    lines = [filled(_OPENINGS), ""]
    points = FEWEST_POINTS + round((MOST_POINTS - FEWEST_POINTS) * quality)
    for number in range(1, points + 1):
        opener = dice.pick(STRONG if dice.unit() < quality else WEAK)
        lines.append(f"{number}. {opener}, {filled(_CLAIMS)}. {filled(_REASONS)}")
    lines += ["", filled(_CLOSINGS)]
    return "\n".join(lines)


def _words(question: str) -> tuple[str, ...]:
    """Return a few words of the question that may say what it is about."""
    found = dict.fromkeys(_WORD.findall(question[:_READ]))
    telling = (word for word in found if not _DULL.fullmatch(word))
    return (*islice(telling, _MOST_WORDS), *_FILLERS)
