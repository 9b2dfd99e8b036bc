"""Whether a design survives what it must (`limits.survives`): what is kept with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from optimizer.resilience.stress import SURE, Share

#: What comes of a name: it is survived; it isn't, or too few runs do; nothing speaks against it in the few
#: runs of a first look; the design can't have it; it can't be made or played with the design.
Outcome = Literal["survives", "falls", "open", "cannot_have", "not_played"]
#: Why runs don't count: too many don't survive; the steady state doesn't hold before.
Reason = Literal["", "runs", "unhealthy", "refused"]


@dataclass(frozen=True, slots=True)
class Endured:
    """What became of a design under something that it must survive.

    Attributes:
        name: The experiment or the pattern.
        outcome: What comes of it.
        kept: Runs that survive it, back in time; None where none was made.
        back_s: Time from its end until answers are back, s, median of the runs that are; None = none is.
        reason: Why it isn't survived.
        why_not: Why it can't be made or played; empty where it was.
        by_events: The same runs event by event; None where nobody asked, or it takes too many events.
    """

    name: str
    outcome: Outcome
    kept: Share | None = None
    back_s: float | None = None
    reason: Reason = ""
    why_not: str = ""
    by_events: Share | None = None

    @property
    def is_survived(self) -> bool:
        """Whether it is survived, as far as runs can tell."""
        return self.outcome in ("survives", "cannot_have") and not self.is_refuted

    @property
    def is_possible(self) -> bool:
        """Whether nothing is known against it, however few runs were made."""
        return self.outcome == "open" or self.is_survived

    @property
    def is_refuted(self) -> bool:
        """Whether it is survived by steps, and for certain by too few of the runs event by event."""
        found = self.by_events
        return self.outcome == "survives" and found is not None and found.high < SURE


def is_survived(endured: Sequence[Endured]) -> bool:
    """Whether a design survives all that it was asked about."""
    return all(one.is_survived for one in endured)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A defence that would let a design survive.

    Attributes:
        name: What it would survive.
        defence: The defence (`defences.Defence`).
        component: Name of the component that lacks it.
        kept: Runs that survive with it.
    """

    name: str
    defence: str
    component: str
    kept: Share
