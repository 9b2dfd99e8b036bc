"""Checkpoints of an enumeration: what was seen so far, and how many designs that were."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from models.evaluation import Evaluation
from optimizer.pareto.tally import NEAREST, Tally
from optimizer.search.checkpoint_form import Parts
from optimizer.search.checkpoints import (
    EVERY_S,
    CheckpointError,
    arrays_from,
    must_be_of,
    read_arrays,
    write_arrays,
)
from optimizer.space import SearchSpace
from optimizer.validation import Count, Form, UnreadableError, from_json

#: Version of the form of the file; those of searches count apart and lower.
FORMAT = 101


class About(Form):
    """What the file says beside its arrays."""

    format: Count
    kind: Literal["enumeration"]
    identity: dict[str, Any]
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


@dataclass
class EnumerationCheckpoint:
    """Writes what an enumeration has seen to a file every few seconds.

    Attributes:
        path: The file.
        identity: What the enumeration belongs to: scenario, size, settings; it must be the same to go on.
        clock: Where the time comes from.
    """

    path: Path
    identity: Mapping[str, object]
    clock: Callable[[], float] = time.monotonic
    _last: float = field(default=float("-inf"))

    def __call__(self, tally: Tally) -> None:
        """Keeps what was seen if the last checkpoint is old enough."""
        if self.clock() - self._last >= EVERY_S:
            self.write(tally)
            self._last = self.clock()

    def write(self, tally: Tally) -> None:
        """Writes the file."""
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


def read_enumeration(
    path: Path, identity: Mapping[str, object], *, like: Evaluation, space: SearchSpace
) -> Tally:
    """What an enumeration had seen when its checkpoint was written.

    Args:
        path: The file.
        identity: What the enumeration must belong to.
        like: An evaluation by the same model: says which dimensions, limits and indicators there are.
        space: The designs that it may hold.

    Raises:
        CheckpointError: It is no checkpoint, or one of something else; the message says of what.
    """
    try:
        text, arrays = read_arrays(path, version=FORMAT)
        about = from_json(text, About, where="about")
        must_be_of(path, about.identity, json.loads(json.dumps(dict(identity))))
        return _tally(about, Parts(arrays, like, space))
    except CheckpointError:
        raise
    except (UnreadableError, OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise CheckpointError(
            f"{path} is no checkpoint of an enumeration ({error}); delete it to begin anew"
        ) from None


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
