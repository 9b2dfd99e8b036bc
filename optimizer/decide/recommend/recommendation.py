"""The recommendation as a record: what to take, why, and the few designs that are named beside it.

It is worked out once, when a scenario is solved; terminal, report, app, batch and gate read it. The rule is
written down in docs/recommendation.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from optimizer.decide.recommend.order import By, Reason
from optimizer.resilience.survival import Endured, Remedy, is_survived
from optimizer.resilience.verification import NOT_CHECKED, Check

#: Why a design is on the shortlist.
Role = Literal["cheapest", "halfway", "recommended", "next", "safest", "best_of_never", "keeps_most"]
#: Whether the recommended design is as likely to keep its limits as was wanted: it is; it comes closest; no
#: design ever keeps them under the guesses; nothing is known of guesses; no design is feasible.
Reached = Literal["reached", "closest", "never", "not_asked", "infeasible"]
#: Whether the recommended design survives what it must: nobody asks for anything; it does; none of those that
#: were asked does.
Survives = Literal["not_asked", "survives", "none"]


@dataclass(frozen=True, slots=True)
class FirstBreak:
    """Where a design breaks first as the load grows.

    Attributes:
        limit: Name of the limit.
        times: At how many times the planned load; 0 = whatever the load.
        component: The busiest component there; empty = none stands out.
    """

    limit: str
    times: float
    component: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """One design of the shortlist.

    Attributes:
        position: Its position on the front; None = today's design, which may not be on it.
        roles: Why it is named.
        confidence: Share of the draws in which all limits hold; None = nobody asked.
        first_break: Where it breaks first; None = nowhere, or nobody asked.
        check: What a simulation said of it.
        endured: What became of it under each name of `limits.survives`.
    """

    position: int | None
    roles: tuple[Role, ...] = ()
    confidence: float | None = None
    first_break: FirstBreak | None = None
    check: Check = NOT_CHECKED
    endured: tuple[Endured, ...] = ()

    @property
    def is_refuted(self) -> bool:
        """Whether a simulation says that it is not to be recommended."""
        return self.check.is_refuted or any(one.is_refuted for one in self.endured)

    @property
    def is_survived(self) -> bool:
        """Whether it survives all that it was asked about."""
        return is_survived(self.endured)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to take, and why.

    Attributes:
        reached: Whether it is as likely to keep its limits as was wanted.
        wanted: The wanted share of the draws.
        by: How it was chosen among those that keep as much of what was asked.
        decide_by: Name of the dimension that decides where everything is kept; empty = none.
        picks: The shortlist, cheapest first (or best first in whatever `decide_by` names).
        today: Today's design, told in the same way.
        runner_up: Position on the front of the design that would be taken if it couldn't be; None = there is
            none.
        why_not: What tells the recommended one from it first; None = there is none.
        candidates: Designs of the front that were tried under draws.
        draws: Draws in which the shortlist was tried; 0 = none.
        seed: Seed of the draws.
        digest: The scenario.
        is_rate_assumed: Whether the rate is off by what is assumed where nobody said how far.
        refuted: Designs that would have been recommended, but failed their check by simulation.
        survives: Whether the recommended design survives what it must.
        asked_to_survive: Candidates that were asked.
        recovery_s: Time in which answers must be back, s; None = it isn't limited.
        remedies: Where none survives, the defences with which the recommended one would.
    """

    reached: Reached
    wanted: float
    by: By
    decide_by: str
    picks: tuple[Pick, ...]
    today: Pick
    runner_up: int | None = None
    why_not: Reason | None = None
    candidates: int = 0
    draws: int = 0
    seed: int = 0
    digest: str = ""
    is_rate_assumed: bool = False
    refuted: tuple[Pick, ...] = ()
    survives: Survives = "not_asked"
    asked_to_survive: int = 0
    recovery_s: float | None = None
    remedies: tuple[Remedy, ...] = ()

    @property
    def position(self) -> int | None:
        """Position on the front of the recommended design; None for an empty front."""
        pick = self.pick("recommended")
        return None if pick is None else pick.position

    def pick(self, role: Role) -> Pick | None:
        """The design with a role, if one has it."""
        return next((pick for pick in self.picks if role in pick.roles), None)

    @property
    def ladder(self) -> tuple[Pick, ...]:
        """Designs of which each is surer of its limits than the one before, or as sure with more headroom."""
        steps: list[Pick] = []
        for pick in self.picks:
            if not steps or _is_a_step(steps[-1], pick):
                steps.append(pick)
        return tuple(steps)


def _is_a_step(below: Pick, above: Pick) -> bool:
    """Whether a dearer design buys something: certainty, or a tenth more load until the first break."""
    a, b = below.confidence or 0.0, above.confidence or 0.0
    return b > a or (b == a and _times(above) >= 1.1 * _times(below))


def _times(pick: Pick) -> float:
    return inf if pick.first_break is None else pick.first_break.times
