"""The estimate: tokens and money that a plan still takes, from what is stored or from assumptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from asynceval.domain.sweep import Judge, Price, Sweep, Target
from asynceval.report.survey import Group, Model, Survey, Work
from asynceval.stats.span import Sample, Span

ENOUGH: Final = 5
"""Replies of one kind from which their own mean and spread are taken."""
_COMPLETIONS: Final[Mapping[str, Span]] = {
    "answer": Span(60, 350, 4096),
    "judgment": Span(15, 200, 4096),
}
"""Tokens in a reply before any is stored; `max_tokens` is the most. A judge may say only its verdict."""
ASSUMED: Final = (
    "no replies are stored for it: answers of 60 to max_tokens tokens, judgments of 15 to max_tokens, "
    "2.5 to 5 letters of English to a token"
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one model still takes. `usd` is None when its price is not known.

    `is_assumed` says that too little is stored to tell by. `reserved` are the tokens that its calls
    take at most if the provider counts the whole of `max_tokens`.
    """

    kind: str
    model: str
    endpoint: str
    planned: int
    stored: int
    todo: int
    prompt: Span
    completion: Span
    usd: Span | None
    is_assumed: bool
    reserved: Span

    @property
    def tokens(self) -> Span:
        """Tokens in prompts and replies together."""
        return self.prompt + self.completion


def estimate(sweep: Sweep, survey: Survey) -> tuple[Row, ...]:
    """Return what each model still takes, in the sweep's order.

    The spread of stored replies of the same model and category gives an interval of at least 90 %.
    Where a category has too few, those of the model in other categories stand for it, and with none
    at all, an assumption that is wide on purpose.
    """
    return (
        *(_row(sweep, survey, "answer", target) for target in sweep.asked),
        *(_row(sweep, survey, "judgment", judge) for judge in sweep.judges),
    )


def total(amounts: Iterable[Span | None]) -> Span | None:
    """Return the sum, None if any part is not known."""
    whole = Span()
    for amount in amounts:
        if amount is None:
            return None
        whole += amount
    return whole


def _row(sweep: Sweep, survey: Survey, kind: str, model: Target | Judge) -> Row:
    name: Model = (kind, model.name)
    density = _seen(survey.densities.get(model.model))
    limits = {target.name: target.max_tokens for target in sweep.asked}
    prompt, completion, calls = Span(), Span(), 0
    for group, work in survey.todo.items():
        if (group.kind, group.asked) != name:
            continue
        calls += work.calls
        completion += _completion(survey, group, work, model.max_tokens) * work.calls
        answers = _answer(survey, group, limits[group.target]) * work.answers
        if density is None:
            prompt += work.known + answers
        else:
            prompt += density * (Span(*[work.known.mid] * 3) + answers)
    is_assumed = calls > 0 and not _is_enough(survey.completions.get((name, None)))
    most = completion if model.max_tokens is None else Span(*[model.max_tokens * calls] * 3)
    return Row(
        kind,
        model.name,
        model.endpoint,
        survey.planned[name],
        survey.stored[name],
        calls,
        prompt,
        completion,
        _usd(model.price, prompt, completion),
        is_assumed,
        prompt + most,
    )


def _completion(survey: Survey, group: Group, work: Work, most: int | None) -> Span:
    """Return the mean tokens of replies to a group's calls."""
    model = (group.kind, group.asked)
    own = survey.completions.get((model, group.category))
    if own is not None and _is_enough(own):
        return own.mean_of(work.calls).capped(most)
    other = _seen(survey.completions.get((model, None)))
    return (_COMPLETIONS[group.kind] if other is None else other).capped(most)


def _answer(survey: Survey, group: Group, most: int | None) -> Span:
    """Return the tokens of an answer that will stand in a prompt, by the target and the category."""
    for category in (group.category, None):
        seen = _seen(survey.answers.get((group.target, category)))
        if seen is not None:
            return seen
    return _COMPLETIONS["answer"].capped(most)


def _seen(sample: Sample | None) -> Span | None:
    """Return what one more value may be. A whole spread, since the next ones may be of another kind."""
    return sample.one() if sample is not None and _is_enough(sample) else None


def _is_enough(sample: Sample | None) -> bool:
    return sample is not None and sample.count >= ENOUGH


def _usd(price: Price | None, prompt: Span, completion: Span) -> Span | None:
    if price is None:
        return None
    return prompt * (price.input / 1e6) + completion * (price.output / 1e6)
