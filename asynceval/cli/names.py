"""Names that fit: shortened for a table, and still told apart."""

from collections import defaultdict
from collections.abc import Iterable
from os.path import commonprefix

from asynceval.domain.text import visible
from asynceval.progress.wording import one_line, shorten

_ELLIPSIS = "…"


def fitted(names: Iterable[str], room: int) -> dict[str, str]:
    """Return each name in at most `room` cells, harmless for a terminal.

    A long one loses its middle. Where that makes two the same, they lose what they begin with alike
    instead.
    """
    full = {name: one_line(visible(name)) for name in names}
    shown = {name: shorten(text, room) for name, text in full.items()}
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in shown.items():
        alike[text].append(name)
    for group in alike.values():
        if len(group) > 1:
            begin = len(commonprefix([full[n] for n in group]))  # noqa: RUF071 - letters, not folders
            for name in group:
                shown[name] = shorten(_ELLIPSIS + full[name][begin:], room)
    return shown
