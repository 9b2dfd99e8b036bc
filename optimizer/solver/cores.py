"""How a model is spread over cores: threads where it has its own, else processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from optimizer.engines.processes import SpreadOut, can_be_sent, in_order
from optimizer.engines.threads import in_threads
from optimizer.evaluator import Evaluator
from optimizer.model import Model
from optimizer.pareto.tally import Tally


@dataclass(frozen=True, slots=True)
class Cores:
    """A model on so many cores; how many never changes an answer.

    Attributes:
        model: The model.
        cores: Cores that evaluate designs.
    """

    model: Model
    cores: int

    @property
    def has_threads(self) -> bool:
        """Whether the model works in threads: compiled code does, Python holds them all up."""
        return self.model.hints.threaded is not None

    @property
    def at_once(self) -> Evaluator:
        """What scores many designs in one call, on all cores where it has threads."""
        return self.model.with_threads(self.cores)

    @property
    def piecewise(self) -> Evaluator:
        """What scores pieces that are looked at side by side: one core each."""
        return self.model.with_threads(1)

    @property
    def processes(self) -> int:
        """Processes that are used: one where the model has threads, or can't be sent to others."""
        if self.has_threads or self.cores == 1:
            return 1
        return self.cores if can_be_sent((self.model.evaluate, self.model.space)) else 1

    def over(self, look: Callable[[Any], Tally], pieces: Iterable[Any]) -> Iterable[Tally]:
        """Looks at pieces side by side; what was seen comes in their order."""
        if self.has_threads:
            return in_threads(look, pieces, threads=self.cores)
        return in_order(look, pieces, workers=self.processes)

    def for_search(self) -> AbstractContextManager[Evaluator]:
        """What scores the designs of a search, call by call."""
        workers = self.processes
        return SpreadOut(self.model.evaluate, workers=workers) if workers > 1 else nullcontext(self.at_once)
