"""More or fewer requests than usual, and drivers with another value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from models.errors import Code, Finding
from models.scenario.experiments.fault import Duration, Fault, one_of
from models.scenario.part import Name, Number
from models.scenario.quantity import Seconds

_Factor = Annotated[float, Field(ge=0, le=1e4, allow_inf_nan=False)]


class _Demand(Fault):
    duration_s: Duration
    """How long it lasts, s, the way there included."""
    ramp_s: Seconds = 0.0
    """How long it takes to get there, s; 0 = at once."""

    def contradictions(self, where: str) -> Iterator[Finding]:
        """A way there that is longer than the whole."""
        if self.ramp_s > self.duration_s:
            found = f"ramp_s {self.ramp_s:g} beyond duration_s {self.duration_s:g}"
            allowed = f"a number up to {self.duration_s:g} s"
            yield Finding(f"{where}.ramp_s", found, allowed, "shorten it", code=Code.WRONG_ORDER)


class Load(_Demand):
    """Arrivals are a multiple of what they were: a push, a ramp, or pulses."""

    kind: Literal["load"]
    target: Name | None = None
    """The flow; null = all of them."""
    factor: _Factor
    """Arrivals as a multiple of those of the phase."""
    pulse_s: Duration | None = None
    """Length of each pulse, s; null = one push all the time."""
    every_s: Duration | None = None
    """From the beginning of a pulse to that of the next, s."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """Arrivals."""
        return (("arrivals", self.target),)

    def contradictions(self, where: str) -> Iterator[Finding]:
        """Pulses that never end, or of which nothing says when they come."""
        yield from super().contradictions(where)
        if (self.pulse_s is None) != (self.every_s is None):
            given = "pulse_s" if self.pulse_s is not None else "every_s"
            found = f"{given} alone"
            yield Finding(f"{where}.{given}", found, "pulse_s and every_s", "add it", code=Code.MISSING_KEY)
        elif self.pulse_s is not None and self.every_s is not None and self.pulse_s >= self.every_s:
            found = f"pulses of {self.pulse_s:g} s every {self.every_s:g} s"
            yield Finding(f"{where}.pulse_s", found, "pulse_s below every_s", code=Code.WRONG_ORDER)
        if self.pulse_s is not None and self.ramp_s > self.pulse_s:
            found = f"ramp_s {self.ramp_s:g} beyond pulse_s {self.pulse_s:g}"
            yield Finding(f"{where}.ramp_s", found, "ramp_s up to pulse_s", code=Code.WRONG_ORDER)


class Driver(_Demand):
    """A driver has another value."""

    kind: Literal["driver"]
    driver: Name
    """The driver."""
    factor: _Factor | None = None
    """Its value as a multiple of that of the phase; or give `value`."""
    value: Number | None = None
    """Its value."""

    @property
    def touches(self) -> tuple[tuple[str, str | None], ...]:
        """The driver."""
        return (("driver", self.driver),)

    def contradictions(self, where: str) -> Iterator[Finding]:
        """One way to say the value."""
        yield from super().contradictions(where)
        yield from one_of(self, where, ("factor", "value"), "what it becomes")
