"""Checkpoints of an enumeration: what was seen so far, and how many designs that were."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from optimizer.pareto.tally import NEAREST, Tally
from optimizer.search.checkpoint_form import Identified, Parts
from optimizer.search.checkpoints import Keeper, Kind, arrays_from, write_arrays
from optimizer.validation import Count

#: Version of the form of the file; those of searches count apart and lower.
FORMAT = 101


class About(Identified):
    """What the file says beside its arrays."""

    kind: Literal["enumeration"]
    evaluated: Count
    skipped: Count
    feasible: Count
    broken: dict[str, Count]
    broken_alone: dict[str, Count]

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.skipped + self.feasible > self.evaluated:
            raise ValueError(
                f"found {self.skipped} skipped and {self.feasible} feasible designs of {self.evaluated}"
            )
        if any(
            many > self.evaluated for counts in (self.broken, self.broken_alone) for many in counts.values()
        ):
            raise ValueError(f"found more designs over a limit than the {self.evaluated} that were seen")
        return self


class EnumerationCheckpoint(Keeper[Tally]):
    """The file of an enumeration."""

    def write(self, seen: Tally) -> None:
        """Writes the file."""
        tally = seen
        about = {
            "format": FORMAT,
            "kind": "enumeration",
            "identity": dict(self.identity),
            "evaluated": tally.evaluated,
            "skipped": tally.skipped,
            "feasible": tally.feasible,
            "broken": tally.broken,
            "broken_alone": tally.broken_alone,
        }
        arrays: dict[str, NDArray[Any]] = arrays_from("front", tally.front().evaluation)
        if tally.closest is not None:
            arrays |= arrays_from("closest", tally.closest)
        if tally.nearest is not None:
            arrays |= {"nearest": tally.nearest, "nearest_least": tally.nearest_least}
        write_arrays(self.path, about, arrays)


def _tally(about: About, parts: Parts) -> Tally:
    front = parts.evaluation("front", most=about.feasible)
    if not front.feasible.all():
        raise ValueError("front: found a design that is over a limit")
    if not set(about.broken) | set(about.broken_alone) <= set(parts.like.constraints):
        raise ValueError("broken: found a limit that the scenario doesn't have")
    tally = Tally(
        evaluated=about.evaluated,
        skipped=about.skipped,
        feasible=about.feasible,
        broken=dict(about.broken),
        broken_alone=dict(about.broken_alone),
    )
    tally.keep(front)
    if "closest_X" in parts.arrays:
        tally.closest = parts.evaluation("closest", most=1)
    if "nearest" in parts.arrays:
        tally.nearest = parts.designs("nearest")
        tally.nearest_least = parts.array("nearest_least", "f", (len(tally.nearest),))
        if len(tally.nearest) > NEAREST or not np.all(tally.nearest_least >= 0.0):
            raise ValueError("nearest: found designs that can't be those nearest to feasibility")
    return tally


#: Enumerations as they are kept.
ENUMERATION = Kind("an enumeration", FORMAT, About, _tally)
