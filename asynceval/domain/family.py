"""Families of models: who is likely to have a judge's own manner, by name."""

import re
from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "gpt": ("gpt", "chatgpt", "openai", "o1", "o3", "o4"),
    "claude": ("claude", "anthropic"),
    "gemini": ("gemini", "gemma"),
    "llama": ("llama",),
    "qwen": ("qwen", "qwq"),
    "mistral": ("mistral", "mixtral", "ministral", "magistral", "codestral"),
    "deepseek": ("deepseek",),
    "grok": ("grok",),
    "glm": ("glm", "chatglm"),
    "kimi": ("kimi", "moonshot"),
    "command": ("command-r", "command-a", "cohere"),
    "vicuna": ("vicuna",),
    "phi": ("phi-3", "phi-4", "phi3", "phi4"),
    "yi": ("yi-",),
    "ernie": ("ernie",),
    "doubao": ("doubao",),
    "hunyuan": ("hunyuan",),
}
"""The words in names that tell a family, in lower case."""

_FAMILY_OF = {word: family for family, words in WORDS.items() for word in words}
_WORD = re.compile(
    "(?<![a-z])(?:" + "|".join(sorted(map(re.escape, _FAMILY_OF), key=len, reverse=True)) + ")"
    "(?![a-z])"
)


def family_of(*names: str) -> str | None:
    """Return the family that the first telling name has, by the first telling word in it.

    An organisation before a slash tells only if the rest does not. None if no name tells.
    """
    for name in names:
        for part in reversed(name.lower().split("/")):
            if found := _WORD.search(part):
                return _FAMILY_OF[found[0]]
    return None
