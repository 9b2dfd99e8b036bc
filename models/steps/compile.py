"""Compiles the steps and keeps them, so that no first use has to wait."""

from __future__ import annotations

import logging

import numpy as np

from models.performance.compiled import folder_of
from models.performance.program import NOTHING
from models.steps.loop import advance
from models.steps.run import Run

_FOLDER = folder_of("steps")
#: Marks a folder whose compiled code is whole.
_DONE = "whole"


def is_compiled() -> bool:
    """Whether the steps are kept already."""
    return _FOLDER is not None and (_FOLDER / _DONE).exists()


def compile_all() -> None:
    """Compiles what is called from outside, on a run of nothing, and notes that it is kept."""
    arrays = {name: np.zeros((0,) * axes, dtype=number) for name, number, axes in Run.compiled_type.fields}
    arrays["n"] = np.zeros(16, dtype=np.int64)
    advance(NOTHING, Run(**arrays), 0)
    if _FOLDER is not None:
        (_FOLDER / _DONE).touch()


def make_ready() -> None:
    """Says that it compiles where it does: half a minute without a word would look like a hang."""
    if not advance.signatures and not is_compiled():  # type: ignore[attr-defined]
        logging.getLogger("models").warning("compiling behaviour in time, once: this takes a moment")
        compile_all()
