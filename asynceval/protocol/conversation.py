"""The protocol of one conversation, in one place and without I/O.

The engine drives it with replies from models, the report with replies from the log, and both see
the same cells and the same calls: what is planned, what is paid and what is reported cannot differ.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace

from asynceval.benchmarks.mt_bench import temperature
from asynceval.domain import imported
from asynceval.domain.call import Call, Message, Sampling
from asynceval.domain.cell import Cell
from asynceval.domain.question import Question
from asynceval.domain.reply import Reply
from asynceval.domain.rubric import Scale
from asynceval.domain.sweep import Judge, Sweep, Target
from asynceval.judges import single
from asynceval.judges.brief import Brief
from asynceval.prompts.template import TemplateMode
from asynceval.prompts.templates import Templates
from asynceval.prompts.verdicts import strip_reasoning


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep with its questions and templates: everything that decides which calls there are.

    `secret` is the run directory's: nobody who writes an answer can guess a text derived from it.
    `left_out` are models and judges that were asked there for earlier plans, and are none of this one.
    """

    sweep: Sweep
    questions: tuple[Question, ...]
    templates: Templates
    secret: str = ""
    left_out: tuple[str, ...] = ()
    brief: Brief = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put together what the judges' prompts are made of, besides questions and answers."""
        object.__setattr__(self, "brief", Brief(self.sweep, self.templates, self.secret))

    def conversations(self) -> Iterator[tuple[Question, int]]:
        """Yield (question, choice) for the conversations that are held with each target."""
        for question in self.questions:
            for choice in range(self.sweep.choices):
                yield question, choice

    def scales(self) -> dict[Scale, list[str]]:
        """Return the scales of the questions' grades, each with the categories that are graded on it."""
        found: dict[Scale, list[str]] = {}
        for category in dict.fromkeys(question.category for question in self.questions):
            found.setdefault(self.sweep.scale(category), []).append(category)
        return found

    def judge(self, cell: Cell) -> Judge:
        """Return the judge that a judgment's cell names; KeyError if the sweep has none."""
        for judge in self.sweep.judges:
            if judge.name == cell.judge:
                return judge
        raise KeyError(cell.judge)

    def talks(self, target: Target) -> Iterator[tuple[Question, int]]:
        """Yield (question, choice) for the conversations held with one target.

        An author that is not under test only answers the questions that need a reference.
        """
        if target in self.sweep.targets:
            yield from self.conversations()
        else:
            yield from ((question, 0) for question in self.questions if question.needs_reference)

    def without_judges(self) -> "Plan":
        """Return the plan of the answers alone."""
        return replace(self, sweep=replace(self.sweep, judges=(), author=None))

    def live(self) -> "Plan":
        """Return the plan of what can be asked, or judged by asking.

        Judgments that were imported are left out, models of which there are only those, and questions
        whose text is not known.
        """
        sweep = self.sweep
        targets = tuple(target for target in sweep.targets if target.is_answered)
        judges = tuple(judge for judge in sweep.judges if not sweep.is_imported(judge))
        questions = tuple(question for question in self.questions if all(question.turns))
        sweep = replace(sweep, targets=targets, judges=judges)
        return replace(self, sweep=sweep, questions=questions)

    def judged(self, question: Question) -> range:
        """Return the turns of a question that are judged.

        By FastChat's rules the second is one of them only if it is the last, and no later one is.
        """
        turns = len(question.turns)
        if self.sweep.rule == "fastchat" and turns != 2:
            turns = min(turns, 1)
        return range(1, turns + 1)

    def shown(self, reply: Reply) -> str:
        """Return what the next turn and the judges see of an answer: FastChat leaves no thinking out."""
        return reply.text if self.sweep.rule == "fastchat" else strip_reasoning(reply.text)[0]

    def check(self) -> None:
        """Raise ConfigError if the templates lack one that a judge will need."""
        modes: set[TemplateMode] = {
            "pairwise" if judge.is_pairwise else "single" for judge in self.sweep.judges
        }
        self.templates.check(
            (
                mode,
                turn,
                bool(question.reference) or question.needs_reference,
                mode == "single" and self.sweep.rubric(question.category) is not None,
            )
            for question in self.questions
            for turn in self.judged(question)
            for mode in modes
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A cell, and the call that fills it."""

    cell: Cell
    call: Call


def conversation(
    plan: Plan, question: Question, target: Target, choice: int
) -> Generator[Step, Reply | None, None]:
    """Yield the steps of one conversation in the order in which they become possible.

    Send the reply to each answer's step back in, None if there is none: nothing follows then. What
    is sent for a judgment's step is ignored, since nothing depends on it. A model's thinking is left
    out of what the next turn and the judges see. Judgments that need more than this conversation are
    left to `protocol/pairs.py`: games, and all that need a reference which a model writes.
    """
    is_imported = plan.sweep.is_imported(target)
    sampling = Sampling(_temperature(question, target), target.max_tokens, target.settings)
    messages: tuple[Message, ...] = ()
    if target.system:
        messages = (Message("system", target.system),)
    answers: tuple[str, ...] = ()
    for turn, text in enumerate(question.turns, 1):
        messages += (Message("user", text),)
        place = Cell(question.id, question.category, turn, target.name, choice)
        call = Call(target.name, target.model, messages, sampling, choice)
        reply = yield Step(place, imported.call(place) if is_imported else call)
        if reply is None:
            return
        answer = plan.shown(reply)
        messages += (Message("assistant", answer),)
        answers += (answer,)
        for judge in _graders(plan, question, turn, target.name):
            for call in single.calls(judge, plan.brief, question, answers):
                at = (question.id, question.category, turn, target.name, choice)
                yield Step(Cell(*at, judge.name, call.choice), call)


def dependents(plan: Plan, question: Question, answer: Cell) -> Iterator[Cell]:
    """Yield the cells of a conversation that cannot be filled without this answer.

    Judgments that need another conversation too are not among them (protocol/pairs.py).
    """
    for turn in range(answer.turn, len(question.turns) + 1):
        cell = replace(answer, turn=turn)
        if turn > answer.turn:
            yield cell
        for judge in _graders(plan, question, turn, answer.target):
            for repeat in range(judge.repeats):
                yield replace(cell, judge=judge.name, repeat=repeat)


def _graders(plan: Plan, question: Question, turn: int, target: str) -> Iterator[Judge]:
    """Yield the judges that grade a target's answer, and need nothing besides its conversation."""
    if question.needs_reference or turn not in plan.judged(question):
        return
    for judge in plan.sweep.judges:
        if not judge.is_pairwise and not plan.sweep.skips(judge, target):
            yield judge


def _temperature(question: Question, target: Target) -> float:
    """Return the target's own setting, else the question's, else its category's."""
    if target.temperature is not None:
        return target.temperature
    if question.temperature is not None:
        return question.temperature
    return temperature(question.category)
