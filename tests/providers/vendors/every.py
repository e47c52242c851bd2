"""All dialects: those over HTTP, and all of them."""

from tests.providers.vendors.anthropic import ANTHROPIC
from tests.providers.vendors.azure import AZURE
from tests.providers.vendors.command import PROGRAM
from tests.providers.vendors.gemini import GEMINI
from tests.providers.vendors.hosts import DEEPSEEK, GROQ, MISTRAL, OPENROUTER, TOGETHER
from tests.providers.vendors.http import TEMPLATED
from tests.providers.vendors.ollama import OLLAMA
from tests.providers.vendors.openai import OPENAI
from tests.providers.vendors.responses import RESPONSES

BY_HTTP = (
    OPENAI,
    RESPONSES,
    AZURE,
    ANTHROPIC,
    GEMINI,
    MISTRAL,
    DEEPSEEK,
    OPENROUTER,
    TOGETHER,
    GROQ,
    OLLAMA,
    TEMPLATED,
)
EVERY = (*BY_HTTP, PROGRAM)
