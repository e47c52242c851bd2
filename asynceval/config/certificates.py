"""Certificates: the files that endpoints name with `ca_file`, found and read before anything is sent."""

import ssl
from collections.abc import Mapping
from pathlib import Path

from asynceval.config.document import Fault
from asynceval.config.fields import path_fault
from asynceval.config.places import locate


def find(
    document: Mapping[str, object], beside: Path
) -> tuple[Mapping[str, str], tuple[Fault, ...]]:
    """Return the absolute path of each endpoint's file, by endpoint, and what is wrong with them.

    A relative path is looked for like every other. What has a wrong type is left to the schema.
    """
    found: dict[str, str] = {}
    faults: list[Fault] = []
    endpoints = document.get("endpoints")
    for name, table in endpoints.items() if isinstance(endpoints, dict) else ():
        text = table.get("ca_file") if isinstance(table, dict) else None
        if not isinstance(text, str) or path_fault(text) is not None:
            continue
        try:
            path = locate(text, beside)
            _check(path)
        except LookupError as error:
            faults.append((("endpoints", name, "ca_file"), str(error)))
        else:
            found[name] = str(path)
    return found, tuple(faults)


def _check(path: Path) -> None:
    """Raise LookupError unless the file holds certificates that can be trusted."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        raise LookupError("holds no certificate in PEM form") from None
    except OSError as error:
        raise LookupError(f"cannot be read: {error.strerror}") from None
