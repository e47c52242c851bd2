"""A brief: what a judge's prompts are made of, besides the question and the answers."""

from dataclasses import dataclass

from asynceval.domain.call import Message
from asynceval.domain.question import Question
from asynceval.domain.sweep import Sweep
from asynceval.prompts.fields import Texts, fields, pair_fields
from asynceval.prompts.mark import mark
from asynceval.prompts.templates import Templates


@dataclass(frozen=True, slots=True)
class Brief:
    """The sweep with its rubrics, the templates, and the run's secret that marks of tags come from."""

    sweep: Sweep
    templates: Templates
    secret: str = ""

    def grading(self, question: Question, answers: Texts) -> tuple[Message, ...]:
        """Return the prompt that has the last of a model's answers graded."""
        turn = len(answers)
        questions, references = question.turns[:turn], question.reference[:turn]
        rubric = self.sweep.rubric(question.category)
        template = self.templates.pick("single", turn, bool(references), rubric is not None)
        digits = self._mark(questions, answers, references) if template.is_marked else ""
        filled = fields(questions, answers, references, digits)
        if rubric is not None:
            filled |= {"rubric": rubric.text, "scale": str(rubric.scale)}
        return template.fill(filled)

    def comparison(self, question: Question, first: Texts, second: Texts) -> tuple[Message, ...]:
        """Return the prompt that has the last answers of two models compared, `first` shown as A."""
        turn = len(first)
        questions, references = question.turns[:turn], question.reference[:turn]
        template = self.templates.pick("pairwise", turn, bool(references))
        digits = self._mark(questions, first, second, references) if template.is_marked else ""
        return template.fill(pair_fields(questions, first, second, references, digits))

    def _mark(self, *shown: Texts) -> str:
        return mark(self.secret, *shown)
