"""What all tables of a config share."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A TOML table: its keys are all known, and nothing is converted.

    Keys left out are None here and take the domain's defaults, which are written there alone.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    def given(self, *without: str) -> dict[str, Any]:
        """Return the keys that the file sets, by name, but for those in `without`."""
        return {key: getattr(self, key) for key in self.model_fields_set if key not in without}
