"""The kinds of endpoints: a line for each, and a file of its own."""

from collections.abc import Callable, Mapping

from asynceval.domain.sweep import Endpoint
from asynceval.providers.anthropic import Anthropic
from asynceval.providers.azure import Azure
from asynceval.providers.command import Command
from asynceval.providers.deepseek import DeepSeek
from asynceval.providers.gemini import Gemini
from asynceval.providers.groq import Groq
from asynceval.providers.http import Templated
from asynceval.providers.mistral import Mistral
from asynceval.providers.ollama import Ollama
from asynceval.providers.openai import OpenAI
from asynceval.providers.openrouter import OpenRouter
from asynceval.providers.provider import Provider
from asynceval.providers.responses import Responses
from asynceval.providers.together import Together

KINDS: Mapping[str, Callable[[Endpoint], Provider]] = {
    "openai": OpenAI,
    "openai-responses": Responses,
    "azure": Azure,
    "anthropic": Anthropic,
    "gemini": Gemini,
    "mistral": Mistral,
    "deepseek": DeepSeek,
    "openrouter": OpenRouter,
    "together": Together,
    "groq": Groq,
    "ollama": Ollama,
    "http": Templated,
    "command": Command,
}


def provider(endpoint: Endpoint) -> Provider:
    """Return who speaks to an endpoint; KeyError if its kind is not known."""
    return KINDS[endpoint.kind](endpoint)
