"""What all faults have: when they begin, how long they last, and what they can be done to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from models.errors import Code, Finding
from models.scenario.part import Name, Part
from models.scenario.quantity import Seconds, ShareAboveZero

#: A time that can't be nothing, s.
Duration = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False, json_schema_extra={"unit": "s"})]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a fault can be done to.

    Attributes:
        what: For people.
        fits: Whether a component is one of these.
    """

    what: str
    fits: Callable[[Any], bool]


ANY_COMPONENT = Reach("a component", lambda part: True)
MACHINES = Reach("a component that runs on machines of ours", lambda part: part.traits.is_ours)
CACHES = Reach("a cache", lambda part: part.traits.passes_on_misses)


class Fault(Part):
    """What every fault has."""

    reach: ClassVar[Reach] = ANY_COMPONENT

    start_s: Seconds = 60.0
    """When it begins, s after the run does; the time before shows the steady state."""

    @property
    def ends_s(self) -> float | None:
        """When it is undone, s after the run begins; None = it stays."""
        length: float | None = getattr(self, "duration_s", None)
        return None if length is None else self.start_s + length

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """What it changes, and of whom (None = of all): no two faults may change one at the same time."""
        raise NotImplementedError

    def contradictions(self, where: str) -> Iterator[Finding]:
        """What can't be true together in one fault that stands at a place of the file."""
        yield from ()


class OnComponent(Fault):
    """A fault of one component that is undone after a while."""

    target: Name
    """The component that it is done to."""
    duration_s: Duration
    """How long it lasts, s."""


class OnCalls(OnComponent):
    """A fault that hits some of the calls of a component: its blast radius is a share."""

    share: ShareAboveZero = 1.0
    """Share of the calls that it hits."""


def one_of(part: Part, where: str, keys: tuple[str, ...], wanted: str) -> Iterator[Finding]:
    """An error where not exactly one of some keys is given."""
    given = [key for key in keys if getattr(part, key) is not None]
    if len(given) == 1:
        return
    found = f"both {' and '.join(given)}" if given else f"none of {', '.join(keys)}"
    place = f"{where}.{given[-1]}" if given else where
    code = Code.CONFLICT if given else Code.MISSING_KEY
    yield Finding(place, found, f"exactly one of {', '.join(keys)}: {wanted}", code=code)
