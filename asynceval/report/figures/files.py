"""Figures as files: SVG, and PNG or PDF where the library for it is installed."""

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Literal

from asynceval.domain.errors import ConfigError, Problem
from asynceval.report.figures.figure import Figure, stylesheet
from asynceval.report.figures.markup import Markup
from asynceval.report.figures.palette import light

Format = Literal["svg", "png", "pdf"]
_ZOOM = 2.0


def write(folder: Path, figures: Iterable[Figure], formats: Iterable[Format]) -> tuple[Path, ...]:
    """Write each figure in each format, in light colours; return the paths.

    Raises ConfigError where a format needs a library that is not installed, and writes nothing then;
    OSError where a file cannot be written.
    """
    wanted = [(suffix, _writer(suffix)) for suffix in formats]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for figure in figures:
        whole = drawing(figure).encode()
        for suffix, convert in wanted:
            path = folder / f"{figure.name}.{suffix}"
            path.write_bytes(convert(whole))
            written.append(path)
    return tuple(written)


def drawing(figure: Figure) -> str:
    """Return a figure as a whole file of SVG."""
    style = str(stylesheet())
    for name, colour in light().items():
        style = style.replace(f"var(--{name})", colour)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{figure.svg(Markup(style))}\n'


def _writer(suffix: Format) -> Callable[[bytes], bytes]:
    if suffix == "svg":
        return bytes
    try:
        convert = getattr(import_module("cairosvg"), f"svg2{suffix}")
    except (ImportError, OSError) as error:
        raise ConfigError(
            Problem(
                f"figures as {suffix.upper()} need cairosvg and the cairo library: "
                "pip install 'asynceval[figures]', or write them as SVG"
            )
        ) from error
    return lambda whole: bytes(convert(bytestring=whole, scale=_ZOOM if suffix == "png" else 1.0))
