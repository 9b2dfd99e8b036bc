"""A run: one row of the store as a value, and what makes two of them the same."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from optimizer.solver.config import SolveConfig
from optimizer.versions import versions

#: States of a run; a live one is queued or running.
LIVE = ("queued", "running")
ENDED = ("done", "cancelled", "failed", "interrupted")
#: What a run is of.
KINDS = ("solve", "batch", "across", "report")
#: A run that hasn't been heard of for this long is dead, s.
SILENT_S = 10.0
#: A run that waits to be begun and hasn't been heard of for this long has nobody who would begin it, s.
FORGOTTEN_S = 60.0
#: Settings that never change a result.
_NEVER_MATTER = ("workers", "chunk")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the store, without its front.

    Attributes:
        id: Its name, 12 letters and digits.
        kind: `solve`, `batch`, `across` or `report`.
        key: The same for all that ask the same.
        name: Name of the scenario.
        title: Its title.
        digest: Its digest.
        config: Settings.
        seed: Seed.
        versions: Versions of what worked it out.
        state: `queued`, `running`, `done`, `cancelled`, `failed` or `interrupted`.
        done: Designs (or cases) done.
        total: Designs (or cases) in all, as far as known.
        on_front: Designs on the front so far.
        created: When it was asked for, seconds since 1970.
        started: When it began; None = not yet.
        ended: When it ended; None = not yet.
        beat: When it was last heard of.
        worker: Host and process that works on it.
        cancel: Whether somebody wants it to stop.
        summary: What came out, in a sentence.
        error: Why it failed.
        tags: Its tags.
        notes: Its notes.
    """

    id: str
    kind: str
    key: str
    name: str
    title: str
    digest: str
    config: Mapping[str, object]
    seed: int
    versions: Mapping[str, str]
    state: str
    done: int
    total: int
    on_front: int
    created: float
    started: float | None
    ended: float | None
    beat: float | None
    worker: str
    cancel: bool
    summary: str
    error: str
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it is queued or running."""
        return self.state in LIVE

    def is_silent(self, now: float) -> bool:
        """Whether it is live but hasn't been heard of for too long."""
        patience = {"running": SILENT_S, "queued": FORGOTTEN_S}
        return now - (self.beat or self.created) > patience.get(self.state, math.inf)

    @property
    def seconds(self) -> float | None:
        """How long it took, s; None = it hasn't ended."""
        return None if self.started is None or self.ended is None else self.ended - self.started


def config_of(config: SolveConfig) -> dict[str, object]:
    """Settings that a result depends on."""
    return {name: value for name, value in asdict(config).items() if name not in _NEVER_MATTER}


def key_of(kind: str, digest: str, config: Mapping[str, object]) -> str:
    """The same for all that ask the same of the same Tradespace, to the last line; 64 hex digits."""
    told = [kind, digest, config, versions()["tradespace"], versions()["source"]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
