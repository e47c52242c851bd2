"""Candidates in pieces, as Gemini streams them: each piece is a response with the parts that are new."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from asynceval.providers.stream import CUT, Stream, UnreadableError


def _url(url: str) -> str:
    """Return where a stream of events is made, for the URL of a whole response."""
    parts = urlsplit(url)
    path = parts.path.removesuffix(":generateContent") + ":streamGenerateContent"
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("alt", "sse")])
    return urlunsplit(parts._replace(path=path, query=query))


def _join(pieces: list[Any]) -> Any:
    """Return the response that the pieces are of; its candidate must have ended, or been blocked."""
    whole: dict[str, Any] = {}
    parts: list[Any] = []
    ending = None
    for piece in pieces:
        whole |= {name: value for name, value in piece.items() if name != "candidates"}
        for candidate in piece.get("candidates") or ():
            if not candidate.get("index"):
                parts += (candidate.get("content") or {}).get("parts") or []
                ending = candidate.get("finishReason") or ending
    if (whole.get("promptFeedback") or {}).get("blockReason"):
        return whole
    if ending is None:
        raise UnreadableError(CUT)
    return {**whole, "candidates": [{"content": {"parts": parts}, "finishReason": ending}]}


def _speaks(piece: Any) -> bool:
    contents = [candidate.get("content") or {} for candidate in piece.get("candidates") or ()]
    return any(part.get("text") for content in contents for part in content.get("parts") or ())


STREAM = Stream(_join, _speaks, url=_url)
