"""A brief: what a judge's prompts are made of, besides the question and the answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from asynceval.domain.call import Message, Sampling
from asynceval.domain.family import WORDS, family_of
from asynceval.domain.question import Question
from asynceval.domain.rubric import Scale
from asynceval.domain.sweep import Judge, Sweep, Target
from asynceval.prompts.blind import blinded, telling
from asynceval.prompts.fields import Texts, fields, pair_fields
from asynceval.prompts.mark import mark
from asynceval.prompts.structured import structured
from asynceval.prompts.templates import Templates

_LENGTH_NEUTRAL = (
    "Take no account of length: a short answer that does the task is as good as a long one that does it, "
    "and nothing that is said twice, or beside the point, counts in favour of an answer."
)


@dataclass(frozen=True, slots=True)
class Brief:
    """The sweep with its rubrics, the templates, and the run's secret that marks of tags come from."""

    sweep: Sweep
    templates: Templates
    secret: str = ""

    def sampling(self, judge: Judge) -> Sampling:
        """Return how a judge is asked to write."""
        is_json = judge.verdict == "json"
        return Sampling(
            judge.temperature, judge.max_tokens, judge.settings, is_json, judge.logprobs
        )

    def grading(self, judge: Judge, question: Question, answers: Texts) -> tuple[Message, ...]:
        """Return the prompt that has the last of a model's answers graded."""
        turn, answers = len(answers), self._shown(judge, answers)
        questions, references = question.turns[:turn], question.reference[:turn]
        rubric = self.sweep.rubric(question.category)
        template = self.templates.pick("single", turn, bool(references), rubric is not None)
        digits = self._mark(questions, answers, references) if template.is_marked else ""
        whole = template.shows_any_turn
        filled = fields(questions, answers, references, digits, conversations=whole)
        if rubric is not None:
            filled |= {"rubric": rubric.text, "scale": str(rubric.scale)}
        return _instructed(judge, template.fill(filled), self.sweep.scale(question.category))

    def comparison(
        self, judge: Judge, question: Question, first: Texts, second: Texts
    ) -> tuple[Message, ...]:
        """Return the prompt that has the last answers of two models compared, `first` shown as A."""
        turn = len(first)
        first, second = self._shown(judge, first), self._shown(judge, second)
        questions, references = question.turns[:turn], question.reference[:turn]
        template = self.templates.pick("pairwise", turn, bool(references))
        digits = self._mark(questions, first, second, references) if template.is_marked else ""
        whole = template.shows_any_turn
        filled = pair_fields(questions, first, second, references, digits, conversations=whole)
        return _instructed(judge, template.fill(filled), None)

    def _shown(self, judge: Judge, answers: Texts) -> Texts:
        """Return what a judge sees of the answers: no names of models, if it is blind."""
        if not judge.blind:
            return answers
        names = {name for target in self.sweep.targets for name in _names(target)}
        return [blinded(answer, names) for answer in answers]

    def _mark(self, *shown: Texts) -> str:
        return mark(self.secret, *shown)


def _names(target: Target) -> Iterator[str]:
    """Yield what a model is called: its names, where they are no ordinary words, and its family's."""
    whole = (target.name, target.model, target.model.rpartition("/")[2])
    yield from filter(telling, whole)
    family = target.family or family_of(target.model, target.name)
    if family is not None:
        yield from (family, *WORDS.get(family.lower(), ()))


def _instructed(
    judge: Judge, messages: tuple[Message, ...], scale: Scale | None
) -> tuple[Message, ...]:
    """Return a prompt with what a judge's settings add to it."""
    if not judge.length_neutral and judge.verdict != "json":
        return messages
    *before, user = messages
    if judge.length_neutral:
        system = "\n\n".join([*(message.content for message in before), _LENGTH_NEUTRAL])
        before = [Message("system", system)]
    if judge.verdict == "json":
        user = Message("user", user.content + structured(scale))
    return (*before, user)
