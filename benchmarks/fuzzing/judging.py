"""What is a defect in what was answered: a traceback, an exit code that isn't one, a number that is none."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from benchmarks.fuzzing.commands import Told

#: Exit codes that a user may see: all is well, a verdict, wrong input.
CODES = (0, 1, 2)
#: A number that is none, as Python, numpy, JSON or a table would write it.
_NO_NUMBER = re.compile(r"(?<![A-Za-z])nan(?![A-Za-z])", re.IGNORECASE)
#: What a library says of itself, with a path on this machine.
_LIBRARY = re.compile(r"Traceback|site-packages|\w+Warning: |the model raised")


class Hang(BaseException):
    """Something takes longer than anybody waits; no `except Exception` holds it up."""


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raises `Hang` when what is inside works longer (main thread only).

    Args:
        seconds: Time of the processor, s: a machine that is busy with something else is no hang.
    """

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hang

    held = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, held)


def defects_of(told: Told) -> list[str]:
    """What is wrong with the answer of a command, in words; empty where nothing is."""
    found = []
    if told.code not in CODES:
        found.append(f"exit code {told.code}: {told.err.strip()[:300]}")
    if told.code == 2 and not (told.err.strip() or told.out.strip()):
        found.append("refused without a word")
    texts = {"output": told.out, "errors": told.err, **told.files}
    for name, text in texts.items():
        for kind, pattern in (("no number", _NO_NUMBER), ("a library's words", _LIBRARY)):
            seen = pattern.search(text)
            # A refusal repeats what it found: that is the input's word, no number of an answer.
            is_quoted = pattern is _NO_NUMBER and name == "errors" and told.code == 2
            if seen and not is_quoted:
                around = text[max(0, seen.start() - 60) : seen.end() + 60].replace("\n", " ")
                found.append(f"{kind} in {name}: ...{around}...")
    return found
