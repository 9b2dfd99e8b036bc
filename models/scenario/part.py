"""The base of every part of a scenario: frozen, and unknown keys are errors."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: Names that stand in paths: letters, digits, `_` and `-`, beginning with a letter.
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=80)]
#: Free text; long enough for a paragraph, too short for a file.
Text = Annotated[str, Field(max_length=4000)]
#: A path to a parameter: `component.parameter`, `flows.NAME.parameter`, `workload.rate` ...
Path = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=300)]
#: A number of any size that a person could mean; infinities and NaN are no numbers here.
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]


class Part(BaseModel):
    """A part of a scenario; compared by value, never changed after it was read."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )
