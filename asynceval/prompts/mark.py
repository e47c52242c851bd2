"""The mark on the tags around what is judged, so that no answer can close them."""

import hmac
from collections.abc import Sequence

import orjson

_DIGITS = 8


def mark(secret: str, *shown: Sequence[str]) -> str:
    """Return a mark of 8 hexadecimal digits: HMAC-SHA256 of all texts shown, under the run's secret.

    Whoever writes an answer knows neither the secret nor the other texts. The same texts have the
    same mark in every run of a run directory, so that a judgment is found again.
    """
    return hmac.digest(secret.encode(), orjson.dumps(shown), "sha256").hex()[:_DIGITS]
