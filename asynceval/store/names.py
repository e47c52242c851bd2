"""Names as file names: a model's or an endpoint's name never becomes a path as it is."""

import re
from hashlib import blake2b

_SAFE = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def slug(name: str) -> str:
    """Return a file name for any name, the same for the same name and different for others.

    A short lower-case name stands as it is; any other is shortened and gets a hash, so names that
    differ in case or in an odd character do not meet on any file system.
    """
    if _SAFE.fullmatch(name) and not _RESERVED.fullmatch(name) and not name.endswith("."):
        return name
    readable = _UNSAFE.sub("-", name.lower()).strip("-.")[:40]
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
    if not readable or _RESERVED.fullmatch(readable):
        readable = f"name-{readable}".strip("-")
    return f"{readable}-{digest}"
