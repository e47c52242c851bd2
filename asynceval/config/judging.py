"""The tables of a config that say how to judge: keys of a judge, `[[rubrics]]` and `[[juries]]`."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from asynceval.config.table import Table
from asynceval.config.values import Count, File, Name, Text
from asynceval.domain.jury import Jury, JuryRule
from asynceval.domain.rubric import Rubric, Scale
from asynceval.domain.sweep import Form, OwnFamily

_LONGEST_LABEL = 24
_BRACKETS = frozenset("[]【】［］\\\n")


def _bounds(scale: list[int]) -> list[int]:
    if len(scale) != 2 or scale[0] >= scale[1]:
        raise ValueError("must be [lowest, highest], as in [1, 5]")
    return scale


def _labels(labels: list[str]) -> list[str]:
    if len(labels) < 2 or len({label.casefold() for label in labels}) != len(labels):
        raise ValueError('must be two labels or more, the worst first, as in ["fail", "pass"]')
    for label in labels:
        if not label.strip() or label != label.strip() or len(label) > _LONGEST_LABEL:
            raise ValueError(f"each label has 1 to {_LONGEST_LABEL} characters, no space around it")
        if _BRACKETS & set(label):
            raise ValueError("a label holds no brackets: it is written as [[label]]")
    return labels


class Judging(BaseModel):
    """How a judge judges. Keys left out take the domain's defaults."""

    reasks: Annotated[int, Field(ge=0, le=3)] | None = None
    verdict: Form | None = None
    logprobs: bool | None = None
    blind: bool | None = None
    length_neutral: bool | None = None
    own_family: OwnFamily | None = None
    family: Name | None = None


class RubricTable(Table):
    """`[[rubrics]]`: `scale` or `labels`, and `text` or `file` (asynceval/config/rubrics.py)."""

    name: Name
    categories: list[Name] | None = None
    scale: Annotated[list[int], AfterValidator(_bounds)] | None = None
    labels: Annotated[list[str], AfterValidator(_labels)] | None = None
    text: Text | None = None
    file: File | None = None

    def rubric(self) -> Rubric:
        """Return the rubric; its text is empty if it is in a file."""
        ends: dict[str, Any] = {}
        if self.scale is not None:
            ends = {"lowest": self.scale[0], "highest": self.scale[1]}
        elif self.labels is not None:
            ends = {"lowest": 0, "highest": len(self.labels) - 1, "labels": tuple(self.labels)}
        return Rubric(self.name, self.text or "", Scale(**ends), tuple(self.categories or ()))


class JuryTable(Table):
    """`[[juries]]`."""

    name: Name
    judges: list[Name]
    rule: JuryRule
    minimum: Count | None = None

    def jury(self) -> Jury:
        """Return the jury; it needs more than half of its judges unless the file says how many."""
        most = len(self.judges) // 2 + 1
        return Jury(self.name, tuple(self.judges), self.rule, self.minimum or most)
