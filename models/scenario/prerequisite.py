"""Prerequisites: what a parameter needs beside it to have an effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Prerequisite(NamedTuple):
    """What parameters of one part need beside them.

    Attributes:
        parameters: The parameters.
        by: Parameters of the same part that decide whether it is met: what changes one of them may meet it.
        is_met: Whether it is met by a part as it is written.
        why: What is said where it isn't; begins with the name of a parameter.
        hint: What to do then.
    """

    parameters: tuple[str, ...]
    by: tuple[str, ...]
    is_met: Callable[[Any], bool]
    why: str
    hint: str = "remove it"
