"""What all families draw from: sizes, times and loads of stations; the busiest one has a given load."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Tree = dict[str, Any]
#: Components and flows of a system.
Parts = tuple[Tree, Tree]
#: User requests/s in every system: only its ratio to the work matters.
RATE = 100.0
#: Length of the phase, s: what is dead within it is dead.
PHASE_S = 900.0


@dataclass(frozen=True, slots=True)
class Room:
    """What loads and service times are drawn from.

    Attributes:
        utilisation: Lowest and highest of the busiest station; None = the family's own.
        scv: Lowest and highest squared coefficient of variation of service times.
    """

    utilisation: tuple[float, float] | None = None
    scv: tuple[float, float] = (0.1, 8.0)


@dataclass(frozen=True, slots=True)
class Draw:
    """Random numbers of one system.

    Attributes:
        rng: Where they come from.
        utilisation: What the busiest station shall have.
        scv_range: Lowest and highest squared coefficient of variation.
        phase: What the phase has beside its rate and its length; `clients` what connected clients do.
    """

    rng: np.random.Generator
    utilisation: float
    scv_range: tuple[float, float]
    phase: Tree = field(default_factory=dict)
    clients: Tree = field(default_factory=dict)

    def scv(self, low: float = 0.0, high: float = math.inf) -> float:
        """A squared coefficient of variation, evenly on a log scale, held to a range."""
        first, last = max(self.scv_range[0], 1e-3), max(self.scv_range[1], 1e-3)
        return min(max(self.log_uniform(first, last), low), high)

    def log_uniform(self, low: float, high: float) -> float:
        """A number, evenly on a log scale."""
        return round(float(np.exp(self.rng.uniform(math.log(low), math.log(high)))), 4)

    def uniform(self, low: float, high: float) -> float:
        """A number, evenly."""
        return round(float(self.rng.uniform(low, high)), 4)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, values: Sequence[Any]) -> Any:
        """One of several values."""
        return values[int(self.rng.integers(len(values)))]

    def heads(self, share: float = 0.5) -> bool:
        """True with a probability."""
        return bool(self.rng.random() < share)

    def station(self, kind: str = "service", *, load: float | None = None, **more: Any) -> Tree:
        """A station with 1 to 16 slots of one copy, for one call of each request.

        Args:
            kind: Of the component.
            load: Its utilisation; None = between a quarter of the busiest one's and all of it.
            more: Parameters that are given.
        """
        load = self.utilisation * float(self.rng.uniform(0.25, 1.0)) if load is None else load
        part: Tree = {"kind": kind, "slots": self.whole(1, 16), "service_scv": self.scv(), **more}
        servers = part["slots"] * part.get("replicas", 1)
        return {"service_ms": round(1e3 * load * servers / RATE, 6), **part}

    def busiest(self, kind: str = "service", **more: Any) -> Tree:
        """The station with the utilisation of the draw."""
        return self.station(kind, load=self.utilisation, **more)


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of systems.

    Attributes:
        name: Its name.
        make: Components and flows from a draw.
        utilisation: Its own range of loads.
        runs: Runs of the simulation: more where healthy states may end by themselves.
        lasts: Whether a run lasts as long as the phase.
    """

    name: str
    make: Callable[[Draw], Parts]
    utilisation: tuple[float, float] = (0.3, 0.97)
    runs: int = 2
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """One system.

    Attributes:
        family: The family it is of.
        number: Its number in the family.
        utilisation: What its busiest station was drawn for.
        tree: The scenario as plain values.
    """

    family: Family
    number: int
    utilisation: float
    tree: Tree = field(repr=False)

    @property
    def name(self) -> str:
        """Family and number."""
        return f"{self.family.name}-{self.number}"


FAMILIES: dict[str, Family] = {}
"""All families by name, in the order of the tables."""


def family(
    name: str, *, utilisation: tuple[float, float] = (0.3, 0.97), runs: int = 2, lasts: bool = False
) -> Callable[[Callable[[Draw], Parts]], Callable[[Draw], Parts]]:
    """Puts a family on the list."""

    def put(make: Callable[[Draw], Parts]) -> Callable[[Draw], Parts]:
        FAMILIES[name] = Family(name, make, utilisation, runs, lasts)
        return make

    return put


def drawn(family: Family, number: int, *, seed: int, room: Room) -> Drawn:
    """System `number` of a family; the same for the same seed and room, whatever else is drawn."""
    rng = np.random.default_rng([seed, number, *family.name.encode()])
    low, high = room.utilisation or family.utilisation
    # Evenly over the range: a few systems already show how errors grow with the load.
    spread = (number * 0.618034 + float(rng.uniform(0.0, 0.15))) % 1.0
    utilisation = low + (high - low) * spread
    draw = Draw(rng, utilisation, room.scv)
    components, flows = family.make(draw)
    phase = {"name": "steady", "rate": RATE, "hours": PHASE_S / 3600.0, **draw.phase}
    told = {"clients": draw.clients} if draw.clients else {}
    tree = {
        "schema": 1,
        "name": f"{family.name}-{number}",
        "sources": ["drawn at random"],
        "workload": {"phases": [phase], **told},
        "components": components,
        "flows": flows,
        "limits": {"saturation": None, "emergence": None},
        "decisions": {"nothing": {"on": {}}},
    }
    return Drawn(family, number, utilisation, tree)


def one_flow(*trace: Any) -> Tree:
    """A flow that all requests are of."""
    return {"all": {"share": 1.0, "trace": list(trace)}}
