"""What a section speaks of: the designs there are, the front, and what decisions are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from optimizer.model import Bound, Labels
from optimizer.pareto.front import Front
from optimizer.space import SearchSpace


class Subject(Protocol):
    """What a section speaks of; the findings of a report are one too."""

    @property
    def space(self) -> SearchSpace:
        """The designs there are."""

    @property
    def front(self) -> Front:
        """Those that are on the front."""

    @property
    def labels(self) -> Labels:
        """What decisions and their values are called."""

    @property
    def limits(self) -> Mapping[str, Bound]:
        """Where limits stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Plainly:
    """A subject whose decisions go by their own names, as they are typed on the command line."""

    space: SearchSpace
    front: Front
    limits: Mapping[str, Bound] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
