"""The value of `--parallel`: a number of calls, or "auto"."""

import click

from asynceval.domain.sweep import Parallel


class ParallelType(click.ParamType[Parallel]):
    """Takes a whole number of at least 1, or "auto"."""

    name = "N|auto"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Parallel:
        """Return the number, or "auto"; fails as click's own types do."""
        if value == "auto":
            return "auto"
        try:
            number = int(str(value))
        except ValueError:
            number = 0
        if number < 1:
            self.fail("give a whole number of at least 1, or auto", param, ctx)
        return number
