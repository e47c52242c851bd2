"""The keys of `[[judges]]` that say how to judge, rather than whom to ask."""

from typing import Annotated

from pydantic import BaseModel, Field

Reasks = Annotated[int, Field(ge=0, le=3)]


class Judging(BaseModel):
    """How a judge judges. Keys left out take the domain's defaults."""

    reasks: Reasks | None = None
