"""The values that keys of a config may have, as types with their checks."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator

from asynceval.config import fields, servers, settings
from asynceval.domain.sweep import Parallel
from asynceval.providers.kinds import KINDS


def checked(fault: Callable[[str], str | None]) -> AfterValidator:
    def check(value: str) -> str:
        wrong = fault(value)
        if wrong is not None:
            raise ValueError(wrong)
        return value

    return AfterValidator(check)


def _parallel(value: object) -> Parallel:
    if value == "auto":
        return "auto"
    if type(value) is not int:
        raise ValueError('must be a whole number, or "auto"')
    if value < 1:
        raise ValueError('must be at least 1, or "auto"')
    return value


def _ready_fault(path: str) -> str | None:
    return None if path.startswith("/") else 'must be a path that begins with "/"'


def _kind_fault(kind: str) -> str | None:
    return None if kind in KINDS else "must be " + " or ".join(f'"{known}"' for known in KINDS)


Name = Annotated[str, checked(fields.name_fault)]
File = Annotated[str, checked(fields.path_fault)]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Temperature = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]


InFlight = Annotated[Parallel, PlainValidator(_parallel)]
Ready = Annotated[str, checked(_ready_fault)]
Kind = Annotated[str, checked(_kind_fault)]
Command = Annotated[str, checked(fields.command_fault)]
Path = Annotated[str, checked(fields.below_fault)]
Place = Annotated[str, checked(fields.place_fault)]
Template = Annotated[str, PlainValidator(settings.template)]
Url = Annotated[str, checked(fields.url_fault)]
Variable = Annotated[str, checked(fields.variable_fault)]
Environment = Annotated[tuple[tuple[str, str], ...], PlainValidator(servers.env)]
Gpus = Annotated[tuple[str, ...], PlainValidator(servers.gpus)]
Header = Annotated[str, checked(settings.header_fault)]
Share = Annotated[float, Field(gt=0, le=1)]
Stop = Annotated[tuple[str, ...], PlainValidator(settings.stop)]
Effort = Annotated[str | int, PlainValidator(settings.effort)]
Body = Annotated[str, PlainValidator(settings.body)]
Headers = Annotated[tuple[tuple[str, str], ...], PlainValidator(settings.headers)]
