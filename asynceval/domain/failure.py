"""A failure: why a call has no reply. A value, never an answer."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a call has no reply, as named in reports and in `failures.jsonl`."""

    AUTH = "auth"
    """The key was refused."""
    QUOTA = "quota"
    """The account has no money or allowance left."""
    RATE = "rate"
    """The server asked to slow down."""
    CONFIG = "config"
    """The request cannot work as configured: wrong URL, unknown model."""
    REQUEST = "request"
    """The server refused this one request."""
    CONTEXT_LENGTH = "context_length"
    """The conversation is longer than the model takes."""
    FILTERED = "filtered"
    """A content filter withheld the text."""
    REFUSED = "refused"
    """The server reported a refusal instead of a text."""
    UNREACHABLE = "unreachable"
    """No connection could be made: nothing was sent."""
    OPEN_FILES = "open_files"
    """This machine allows no more open files: nothing was sent."""
    CONNECTION = "connection"
    """The connection broke: the server may have answered, and charged."""
    TIMEOUT = "timeout"
    """No complete reply within the endpoint's time-out."""
    SERVER = "server"
    """The server failed (HTTP 5xx and the like)."""
    MALFORMED = "malformed"
    """A success that is not a chat completion."""
    NO_CONTENT = "no_content"
    """A chat completion without text."""
    THINKING = "thinking"
    """The model spent all its tokens thinking, before the first word of its answer."""
    DEADLINE = "deadline"
    """The attempts took longer than the endpoint's deadline for one call."""
    INTERNAL = "internal_error"
    """A defect of asynceval; its trace is in `events.log`."""
    NOT_REACHED = "not_reached"
    """Never sent: the run was stopped, an endpoint halted, the budget was reached, or what the call
    depends on is missing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call has no reply: the cause, a sentence for people, the HTTP status if there was one."""

    cause: Cause
    message: str
    status: int | None = None
