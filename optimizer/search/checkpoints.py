"""Checkpoints: a search written to a file while it runs, from which it goes on as if nothing had happened.

The file holds numbers and text only: reading it never runs anything.
"""

from __future__ import annotations

import json
import os
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import TradespaceError
from models.evaluation import Evaluation
from optimizer.atomic_files import HALF, clear_half_written
from optimizer.pareto.tally import Tally
from optimizer.search.archive import POOL, Archive, codes
from optimizer.search.breeding import SOURCES, BreedingState
from optimizer.search.checkpoint_form import About, Identified, Parts, Versioned, arrays_of
from optimizer.search.driver import Journey
from optimizer.space import SearchSpace
from optimizer.validation import SHOWN, UnreadableError, file_bytes, from_json

#: Version of the form of the file.
FORMAT = 2
#: A checkpoint is written when the last is older than this, s.
EVERY_S = 5.0


#: What reading a file that is something else raises.
_UNREADABLE = (UnreadableError, OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError)
Seen = TypeVar("Seen")
About_ = TypeVar("About_", bound=Identified)


class CheckpointError(TradespaceError):
    """A checkpoint that can't be used."""


@dataclass
class Keeper(ABC, Generic[Seen]):
    """Writes where something stands to a file every few seconds.

    Attributes:
        path: The file.
        identity: What it belongs to: scenario, seed, settings; all of it must be the same to go on.
        clock: Where the time comes from.
    """

    path: Path
    identity: Mapping[str, object]
    clock: Callable[[], float] = time.monotonic
    _last: float = field(default=float("-inf"))

    def __call__(self, seen: Seen) -> None:
        """Keeps it if the last checkpoint is old enough."""
        if self.clock() - self._last >= EVERY_S:
            self.write(seen)
            self._last = self.clock()

    @abstractmethod
    def write(self, seen: Seen) -> None:
        """Writes the file; a reader sees the old one or the new one, never half of one."""


class Checkpoint(Keeper[Journey]):
    """The file of a search."""

    def write(self, seen: Journey) -> None:
        """Writes the file."""
        journey, state, archive = seen, seen.state, seen.state.archive
        tally = archive.tally
        about = {
            "format": FORMAT,
            "identity": dict(self.identity),
            "generator": state.rng.bit_generator.state,
            "source": state.source,
            "yields": state.yields,
            "is_begun": state.is_begun,
            "idle": journey.idle,
            "is_last": journey.is_last,
            "spent_s": journey.spent_s,
            "evaluated": tally.evaluated,
            "feasible": tally.feasible,
            "broken": tally.broken,
            "broken_alone": tally.broken_alone,
            "moments": [evaluations for evaluations, _ in journey.moments],
        }
        arrays: dict[str, NDArray[Any]] = {
            "swept": archive.swept,
            "seen": archive.seen,
            "worst_excess": archive.worst_excess,
            "sweeping": state.sweeping,
            "left": state.left,
            **arrays_from("members", archive.members),
            **arrays_from("pool", archive.pool),
            **({} if tally.closest is None else arrays_from("closest", tally.closest)),
            **{f"moment_{i}": losses for i, (_, losses) in enumerate(journey.moments)},
        }
        write_arrays(self.path, about, arrays)


def write_arrays(path: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes a checkpoint's text and arrays: a reader sees the old file or the new one, never half of one."""
    clear_half_written(path.parent)
    passing = path.with_name(f".{path.name}.{os.getpid()}.0{HALF}")
    try:
        with passing.open("wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    finally:
        passing.unlink(missing_ok=True)


@dataclass(frozen=True)
class Kind(Generic[About_, Seen]):
    """A kind of checkpoint, and how it is read.

    Attributes:
        what: What it is of, in words.
        version: Version of the form of the file.
        form: What the file says beside its arrays.
        made: Makes what it holds of both.
    """

    what: str
    version: int
    form: type[About_]
    made: Callable[[About_, Parts], Seen]

    def read(
        self, path: Path, identity: Mapping[str, object], *, like: Evaluation, space: SearchSpace
    ) -> Seen:
        """What a checkpoint holds.

        Args:
            path: The file.
            identity: What it must belong to.
            like: An evaluation by the same model: says which dimensions, limits and indicators there are.
            space: The designs that it may hold.

        Raises:
            CheckpointError: It is no checkpoint of this kind, or one of something else; the message says of
                what.
        """
        try:
            text, arrays = _read_arrays(path, version=self.version)
            about = from_json(text, self.form, where="about")
            _must_be_of(path, about.identity, json.loads(json.dumps(dict(identity))))
            return self.made(about, Parts(arrays, like, space))
        except CheckpointError:
            raise
        except _UNREADABLE as error:
            raise CheckpointError(
                f"{path} is no checkpoint of {self.what} ({error}); delete it to begin anew"
            ) from None


def _read_arrays(path: Path, *, version: int) -> tuple[str, dict[str, NDArray[Any]]]:
    """A checkpoint's text and arrays.

    Raises:
        CheckpointError: It is of another version.
        UnreadableError, OSError, ValueError, BadZipFile: It is something else.
    """
    arrays = arrays_of(file_bytes(path))
    told = arrays.pop("about", np.array(""))
    text = str(told) if told.ndim == 0 and told.dtype.kind == "U" else ""
    found = from_json(text, Versioned, where="about").format
    if found != version:
        raise CheckpointError(
            f"{path} is a checkpoint of version {found}, this program writes {version}; "
            "delete it to begin anew"
        )
    return text, arrays


def _must_be_of(path: Path, found: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    """Refuses a checkpoint of something else."""
    differing = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    if differing:
        told = "; ".join(f"{n}: {found.get(n)!r} there, {wanted.get(n)!r} now" for n in differing)
        raise CheckpointError(
            f"{path} is the checkpoint of another search ({told}); name another file, or delete it"
        )


def _journey(about: About, parts: Parts) -> Journey:
    rng = np.random.default_rng()
    try:
        rng.bit_generator.state = about.generator
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise ValueError(f"the generator's state can't be: {error}") from None
    has_closest = any(name.startswith("closest_") for name in parts.arrays)
    closest = parts.evaluation("closest", most=1) if has_closest else None
    limits = set(parts.like.constraints)
    for name, counts in (("broken", about.broken), ("broken_alone", about.broken_alone)):
        if not set(counts) <= limits or any(count > about.evaluated for count in counts.values()):
            raise ValueError(f"{name}: counts of {', '.join(counts)[:SHOWN]!r} can't be those of this search")
    members, pool = parts.evaluation("members", most=about.feasible), parts.evaluation("pool", most=POOL)
    if not members.feasible.all() or pool.feasible.any():
        raise ValueError("members are within every limit, and the pool is not: here it is otherwise")
    seen = parts.array("seen", "u", (None,))
    if seen.size > about.evaluated or bool(np.any(seen[1:] <= seen[:-1])):
        raise ValueError(f"seen: {seen.size:,} codes that rise, of {about.evaluated:,} evaluated designs")
    if not np.isin(codes(members.X), seen).all():
        raise ValueError("members: some were never evaluated")
    archive = Archive(
        tally=Tally(
            evaluated=about.evaluated,
            feasible=about.feasible,
            broken=dict(about.broken),
            broken_alone=dict(about.broken_alone),
            closest=closest,
        ),
        members=members,
        swept=parts.array("swept", "b", (len(members),)),
        pool=pool,
        seen=seen,
        worst_excess=_least(parts.array("worst_excess", "f", (len(parts.like.constraints),))),
    )
    if not set(about.yields) <= set(SOURCES) or about.source not in (*SOURCES, "start"):
        raise ValueError(f"found the sources {', '.join(about.yields)[:SHOWN]!r}; allowed: {SOURCES}")
    state = BreedingState(
        archive=archive,
        rng=rng,
        source=about.source,
        yields=dict(about.yields),
        sweeping=parts.designs("sweeping"),
        left=parts.designs("left"),
        is_begun=about.is_begun,
    )
    m = len(parts.like.dimensions)
    moments = [
        (evaluations, parts.array(f"moment_{i}", "f", (None, m)))
        for i, evaluations in enumerate(about.moments)
    ]
    if any(np.isnan(losses).any() for _, losses in moments):
        raise ValueError("a moment holds what is no number")
    return Journey(
        state=state,
        moments=moments,
        idle=about.idle,
        is_last=about.is_last,
        spent_s=about.spent_s,
    )


def _least(excess: NDArray[Any]) -> NDArray[Any]:
    if not np.all(excess >= 0.0) or not np.all(np.isfinite(excess)):
        raise ValueError("worst_excess: found a number that isn't finite and >= 0")
    return excess


def arrays_from(name: str, evaluation: Evaluation) -> dict[str, NDArray[Any]]:
    """The arrays of an evaluation (`Parts.evaluation` reads them)."""
    return {
        f"{name}_X": evaluation.X,
        f"{name}_values": evaluation.values,
        f"{name}_excess": evaluation.excess,
        **{f"{name}_indicator_{key}": value for key, value in evaluation.indicators.items()},
    }


#: Searches as they are kept.
SEARCH = Kind("a search", FORMAT, About, _journey)


def read_checkpoint(
    path: Path, identity: Mapping[str, object], *, like: Evaluation, space: SearchSpace
) -> Journey:
    """The search that a checkpoint holds (see `Kind.read`)."""
    return SEARCH.read(path, identity, like=like, space=space)
