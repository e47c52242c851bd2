"""The parameter of a request that an error is about, and the key in the config that changes it."""

import re
from collections.abc import Mapping

_KEYS: Mapping[str, tuple[str, ...]] = {
    "model": ("model",),
    "max_tokens": (
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "maxOutputTokens",
        "num_predict",
    ),
    "temperature": ("temperature",),
    "top_p": ("top_p", "topP"),
    "seed": ("seed", "random_seed"),
    "stop": ("stop", "stop_sequences", "stopSequences"),
    "effort": (
        "reasoning_effort",
        "reasoning.effort",
        "reasoning",
        "output_config.effort",
        "output_config",
        "effort",
        "thinking.budget_tokens",
        "thinking.enabled.budget_tokens",
        "thinking.type.enabled",
        "thinking.type",
        "thinking",
        "thinkingBudget",
        "thinkingLevel",
        "thinkingConfig",
        "thinking_config",
        "Thinking budget",
        "Thinking level",
        "adaptive thinking",
        "thinking mode",
        "think",
    ),
    "reasoning": ("reasoning_format",),
    "stream": ("stream", "stream_options"),
    "logprobs": ("logprobs", "top_logprobs"),
    "verdict": ("response_format", "text.format", "responseMimeType", "response_mime_type"),
    "api_version": ("API version",),
}
_KEY_OF = {name: key for key, names in _KEYS.items() for name in names}
_SYSTEM = re.compile(r"messages\W*\d+\W*role|[Ss]ystem role|[Dd]eveloper instruction")
_ANY = "|".join(re.escape(name) for name in sorted(_KEY_OF, key=len, reverse=True))
# Words of everyday count only where they are written as a name.
_PLAIN = "|".join(re.escape(name) for name in _KEY_OF if re.search(r"[_A-Z ]", name))
_MARK = "[`'\"]"
_NAMED = re.compile(
    rf"{_MARK}(?:generation_config\.)?(?P<quoted>{_ANY}){_MARK}"
    rf"|(?<![\w.])(?P<bare>(?:{_PLAIN}|temperature|{_SYSTEM.pattern}))(?!\w)"
)
_UNKNOWN = re.compile(
    r"(?:[Uu]nknown name|[Uu]nknown parameter:|[Uu]nrecognized request argument supplied:)\s*"
    rf"{_MARK}?(?P<name>[\w.]+)"
    r"|(?P<extra>^[\w.]+): Extra inputs are not permitted"
)
_AT_START = re.compile(
    rf"(?:\* GenerateContentRequest\.generation_config\.)?"
    rf"{_MARK}?(?:{_ANY}){_MARK}?(?::| must | is | and {_MARK})"
)
_REFUSED = re.compile(
    rf"(?:does not support|not allowed to request) (?:the )?{_MARK}?(?P<name>{_ANY})\b"
)
_THINKS = ("temperature", "max_tokens")


def is_setting(parameter: str) -> bool:
    """Whether a parameter is one that a key of the config sets, the same for every call."""
    return parameter in _KEY_OF


def is_about_setting(message: str) -> bool:
    """Whether an error's message begins with the name of a setting, or says that it is not taken."""
    return any((_AT_START.match(message), _UNKNOWN.search(message), _REFUSED.search(message)))


def in_text(message: str) -> str | None:
    """Return the first parameter that an error's message names, None if it names none."""
    if unknown := _UNKNOWN.search(message):
        return unknown["name"] or unknown["extra"]
    if refused := _REFUSED.search(message):
        return refused["name"]
    found = _NAMED.search(message)
    return None if found is None else found["quoted"] or found["bare"]


def advice(parameter: str | None) -> str:
    """Return in words what the server does not take, and what to do about it."""
    if parameter is None:
        return "the server does not take a setting of this model as it is configured"
    key = "system" if _SYSTEM.fullmatch(parameter) else _KEY_OF.get(parameter)
    if key is None:
        change = ": is it a field of body in the config?"
    else:
        change = f": change {key} in the config"
        if key in _THINKS:
            change += ", or set reasoning = true if the model thinks before it speaks"
    return f"the server does not take {parameter[:80]} as it is sent{change}"
