"""Checkpoints: a search written to a file while it runs, from which it goes on as if nothing had happened.

The file holds numbers and text only: reading it never runs anything.
"""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import TradespaceError
from models.evaluation import Evaluation
from optimizer.exhaustive import Tally
from optimizer.search.archive import Archive
from optimizer.search.breeding import BreedingState
from optimizer.search.driver import Journey

#: Version of the form of the file.
FORMAT = 2
#: A checkpoint is written when the last is older than this, s.
EVERY_S = 5.0


class CheckpointError(TradespaceError):
    """A checkpoint that can't be used."""


@dataclass
class Checkpoint:
    """Writes a search to a file every few seconds.

    Attributes:
        path: The file.
        identity: What the search belongs to: scenario, seed, settings; all of it must be the same to go on.
        clock: Where the time comes from.
    """

    path: Path
    identity: Mapping[str, object]
    clock: Callable[[], float] = time.monotonic
    _last: float = field(default=float("-inf"))

    def __call__(self, journey: Journey) -> None:
        """Keeps the journey if the last checkpoint is old enough."""
        if self.clock() - self._last >= EVERY_S:
            self.write(journey)
            self._last = self.clock()

    def write(self, journey: Journey) -> None:
        """Writes the file; a reader sees the old one or the new one, never half of one."""
        state, archive = journey.state, journey.state.archive
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
            **_parts("members", archive.members),
            **_parts("pool", archive.pool),
            **({} if tally.closest is None else _parts("closest", tally.closest)),
            **{f"moment_{i}": losses for i, (_, losses) in enumerate(journey.moments)},
        }
        passing = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with passing.open("wb") as file:
                np.savez(file, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            passing.replace(self.path)
        finally:
            passing.unlink(missing_ok=True)


def read_checkpoint(path: Path, identity: Mapping[str, object], *, like: Evaluation) -> Journey:
    """The search that a checkpoint holds.

    Args:
        path: The file.
        identity: What the search must belong to.
        like: An evaluation by the same model: says which dimensions, limits and indicators there are.

    Raises:
        CheckpointError: It is no checkpoint, or one of something else; the message says of what.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            arrays = {name: file[name] for name in file.files if name != "about"}
        if about["format"] != FORMAT:
            raise CheckpointError(
                f"{path} is a checkpoint of version {about['format']}, this program writes {FORMAT}; "
                "delete it to begin anew"
            )
        _same(path, about["identity"], json.loads(json.dumps(dict(identity))))
        return _journey(about, arrays, like)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise CheckpointError(
            f"{path} is no checkpoint of a search ({error}); delete it to begin anew"
        ) from None


def _same(path: Path, found: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    differing = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    if differing:
        told = "; ".join(f"{n}: {found.get(n)!r} there, {wanted.get(n)!r} now" for n in differing)
        raise CheckpointError(
            f"{path} is the checkpoint of another search ({told}); name another file, or delete it"
        )


def _journey(about: dict[str, Any], arrays: dict[str, NDArray[Any]], like: Evaluation) -> Journey:
    rng = np.random.default_rng()
    rng.bit_generator.state = about["generator"]
    tally = Tally(
        evaluated=int(about["evaluated"]),
        feasible=int(about["feasible"]),
        broken=dict(about["broken"]),
        broken_alone=dict(about["broken_alone"]),
        closest=_evaluation("closest", arrays, like) if "closest_X" in arrays else None,
    )
    archive = Archive(
        tally=tally,
        members=_evaluation("members", arrays, like),
        swept=arrays["swept"].astype(bool),
        pool=_evaluation("pool", arrays, like),
        seen=arrays["seen"].astype(np.uint64),
        worst_excess=arrays["worst_excess"],
    )
    state = BreedingState(
        archive=archive,
        rng=rng,
        source=str(about["source"]),
        yields=dict(about["yields"]),
        sweeping=arrays["sweeping"],
        left=arrays["left"],
        is_begun=bool(about["is_begun"]),
    )
    moments = list(about["moments"])
    return Journey(
        state=state,
        moments=[(int(evaluations), arrays[f"moment_{i}"]) for i, evaluations in enumerate(moments)],
        idle=int(about["idle"]),
        is_last=bool(about["is_last"]),
        spent_s=float(about["spent_s"]),
    )


def _parts(name: str, evaluation: Evaluation) -> dict[str, NDArray[Any]]:
    return {
        f"{name}_X": evaluation.X,
        f"{name}_values": evaluation.values,
        f"{name}_excess": evaluation.excess,
        **{f"{name}_indicator_{key}": value for key, value in evaluation.indicators.items()},
    }


def _evaluation(name: str, arrays: Mapping[str, NDArray[Any]], like: Evaluation) -> Evaluation:
    return Evaluation(
        X=arrays[f"{name}_X"],
        values=arrays[f"{name}_values"],
        excess=arrays[f"{name}_excess"],
        constraints=like.constraints,
        dimensions=like.dimensions,
        indicators={key: arrays[f"{name}_indicator_{key}"] for key in like.indicators},
    )
