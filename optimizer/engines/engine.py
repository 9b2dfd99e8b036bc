"""What every engine does, and what it says of each piece of work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from models.errors import TradespaceError

#: A piece that was with this many workers that died is set aside: it is what kills them.
MOST_DEATHS = 2
#: Said of a piece that is set aside.
SET_ASIDE = (
    f"it was set aside: {MOST_DEATHS} workers died while they worked on it, perhaps of too little memory"
)


class EngineError(TradespaceError):
    """An engine that can't be used."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a piece of work.

    Attributes:
        index: Its place among the pieces.
        result: What came out; None where it failed.
        error: Why it failed; empty where it didn't.
        is_set_aside: Whether it killed workers and was set aside.
    """

    index: int
    result: Any
    error: str = ""
    is_set_aside: bool = False


class Engine(Protocol):
    """Does pieces of work; a context manager."""

    @property
    def workers(self) -> int:
        """Pieces that are worked on at the same time."""

    def __enter__(self) -> Engine:
        """Gets ready."""

    def __exit__(self, *_: object) -> None:
        """Lets go of all workers."""

    def run(self, work: Callable[[Any], Any], pieces: Sequence[Any]) -> Iterator[Outcome]:
        """Works on all pieces and yields what became of each, as it is done.

        A piece that raises is an outcome with its error. A worker that dies is replaced and its piece done
        again; one that kills workers twice is set aside.
        """

    def in_order(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """Works on pieces and yields the results in the order of the pieces.

        Raises:
            EvaluationError: A piece failed, or killed workers twice.
        """


def told(error: BaseException) -> str:
    """Why a piece failed, in a sentence."""
    if isinstance(error, TradespaceError):
        return str(error)
    return f"{type(error).__name__}: {error}"
