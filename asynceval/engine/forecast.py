"""The forecast: how many tokens a call will take, learned from the replies so far."""

from collections import defaultdict
from dataclasses import dataclass
from math import ceil
from typing import Final

from asynceval.domain.call import Call
from asynceval.domain.reply import Tokens, Usage

_USUAL: Final = 0.25
"""Tokens in a byte of text before anything is learned: four letters of English to a token."""
_DENSEST: Final = 0.5
"""Tokens in a byte at the worst. Code and figures stay below it, and so do Chinese and Japanese, which
have three bytes a character and at most one and a half tokens."""
_CREDIBLE: Final = 2.0
"""Tokens in a byte that are believed at most. No tokenizer has more than one for a byte."""
_MARGIN: Final = 1.25
_MESSAGE: Final = 16
"""Bytes that stand for the marks around each message."""
_TEMPLATE: Final = 256
"""Bytes that stand, at the worst, for what a server's chat template adds, such as a system prompt."""

_FIRST_COMPLETION: Final = 512
_NO_LIMIT: Final = 4096


@dataclass(frozen=True, slots=True)
class Expected:
    """Tokens that a call will take: as a mean, and at the `worst`. `size` are the bytes of its prompt."""

    size: int
    prompt: float
    completion: float
    worst: Tokens


@dataclass(slots=True)
class _Density:
    """The tokens and bytes of a model's prompts so far, and the highest tokens in a byte of one."""

    tokens: int = 0
    size: int = 0
    highest: float = 0.0


@dataclass(slots=True)
class _Length:
    """The completions so far: how many, their tokens, and those of the longest."""

    count: int = 0
    tokens: int = 0
    longest: int = 0

    def add(self, tokens: int) -> None:
        self.count += 1
        self.tokens += tokens
        self.longest = max(self.longest, tokens)


class Forecast:
    """Expects tokens by what earlier replies took. Keeps means and counts, nothing for each call.

    The unit of a prompt is the byte of UTF-8, since tokens follow bytes more closely than letters:
    one mean holds for English and Chinese together. The worst case is never below half a token a
    byte, whatever is learned: a model that was asked in English so far may be asked in another
    script next, and what is reserved too much comes back when the reply is there.
    """

    def __init__(self) -> None:
        """Start with nothing learned."""
        self._densities: defaultdict[str, _Density] = defaultdict(_Density)
        self._by_model: defaultdict[str, _Length] = defaultdict(_Length)
        self._by_category: defaultdict[tuple[str, str], _Length] = defaultdict(_Length)

    def tokens(self, call: Call, category: str) -> Expected:
        """Return what a call about a question of this category will take."""
        size = _size(call)
        density = self._densities.get(call.wire)
        if density is None:
            prompt, densest = size * _USUAL, _DENSEST
        else:
            prompt = size * density.tokens / density.size
            densest = max(_DENSEST, density.highest * _MARGIN)
        limit, model = call.sampling.max_tokens, self._by_model.get(call.model)
        length = self._by_category.get((call.model, category), model)
        if length is None:
            completion = float(min(limit or 2 * _FIRST_COMPLETION, _FIRST_COMPLETION))
        else:
            completion = length.tokens / length.count
        worst = Tokens(
            ceil(max(prompt, (size + _TEMPLATE) * densest)),
            _worst_completion(limit, 0 if model is None else model.longest),
        )
        return Expected(size, prompt, completion, worst)

    def learn(self, call: Call, category: str, expected: Expected, usage: Usage) -> None:
        """Take in what a call took of which this was expected. What the server did not count teaches nothing.

        A count beyond belief is cut, so that one wrong reply cannot spoil what is expected of all
        the others.
        """
        prompt, completion = usage.prompt_tokens, usage.completion_tokens
        if prompt is not None:
            size = expected.size
            density = self._densities[call.wire]
            prompt = min(prompt, ceil(_CREDIBLE * (size + _TEMPLATE)))
            density.tokens += prompt
            density.size += size
            density.highest = max(density.highest, prompt / (size + _TEMPLATE))
        if completion is not None:
            model = self._by_model[call.model]
            most = 2 * _worst_completion(call.sampling.max_tokens, model.longest)
            completion = min(completion, most)
            model.add(completion)
            self._by_category[call.model, category].add(completion)


def _worst_completion(limit: int | None, longest: int) -> int:
    """Return the limit, or what was seen beyond it: some servers do not heed it.

    Without a limit a reply may be twice as long as the longest so far.
    """
    return max(2 * longest, _NO_LIMIT) if limit is None else max(longest, limit)


def _size(call: Call) -> int:
    """Return the bytes of a call's messages. Plain ASCII, the most of it, is not encoded for that."""
    size = 0
    for message in call.messages:
        text = message.content
        size += _MESSAGE + (
            len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
        )
    return size
