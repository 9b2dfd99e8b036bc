"""How long a simulation runs, and how exact it shall become."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: A run of fewer events holds no batches from which an interval could follow.
LEAST_EVENTS = 2_000
#: Numbers that a setting may have: lowest and highest.
_BOUNDS: dict[str, tuple[float, float]] = {
    "mean_precision": (1e-4, 1.0),
    "p99_precision": (1e-4, 1.0),
    "confidence": (0.5, 0.9999),
    "seconds": (1e-9, 1e12),
    "least_seconds": (0, 1e12),
    "events": (LEAST_EVENTS, 1e12),
    "cpu_seconds": (1e-3, 1e7),
    "seed": (0, 2**63 - 1),
    "runs": (1, 1000),
    "workers": (1, 1024),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """When a simulation ends, whichever comes first.

    Attributes:
        mean_precision: Half of the interval of each flow's mean response over the mean, at which it ends.
        p99_precision: The same for each flow's 99th percentile. It ends when both hold.
        confidence: Probability with which each interval holds the value.
        seconds: Most simulated time of a run, s; None = no limit.
        least_seconds: Simulated time before which precision ends no run, s: if healthy states may not last.
        events: Most events of a run.
        cpu_seconds: Most time of a run by the clock on the wall, s; None = no limit. Where this ends a run,
            the same seed needn't give the same numbers.
        seed: The same seed gives the same bits, on any number of workers.
        runs: Independent runs that are made; their batches are put together.
        workers: Threads; None = one for each core.
        cold: Whether caches begin empty, as after a restart, and not as they are after a long time.
    """

    mean_precision: float = 0.02
    p99_precision: float = 0.05
    confidence: float = 0.95
    seconds: float | None = None
    least_seconds: float = 0.0
    events: int = 50_000_000
    cpu_seconds: float | None = None
    seed: int = 1
    runs: int = 1
    workers: int | None = None
    cold: bool = False

    def __post_init__(self) -> None:
        """Refuses what makes no sense.

        Raises:
            ValueError: A number is out of its bounds; names all at once.
        """
        wrong = []
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if value is None and name in ("seconds", "cpu_seconds", "workers"):
                continue
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not math.isfinite(value) or not low <= value <= high:
                wrong.append(f"{name} must be a number from {low:g} to {high:g}, but got {value!r}")
            elif name in ("events", "seed", "runs", "workers") and value != int(value):
                wrong.append(f"{name} must be a whole number, but got {value!r}")
        if wrong:
            raise ValueError("; ".join(wrong))
