"""The result of a solve: the front, and how far it can be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.evaluation import Evaluation
from models.units import count
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.pareto.front import Front
from optimizer.search.hypervolumes import TracePoint
from optimizer.solver.config import SolveConfig


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is proven about a front.

    Attributes:
        method: `exact` = every design was looked at; `sample` = only some, by chance; `search` = only those
            where something was to be found.
        evaluated: Designs that were looked at.
        feasible: Those within every limit.
        on_front: Those on the front.
        size: Designs there are; None = uncountable.
        ended_early: Why it ended before all were seen; empty when it didn't.
        why: Why this method was chosen; empty where it was asked for, or nothing else was possible.
        algorithm: Name of the search algorithm.
        swept: After a search: designs on the front of which every single change was evaluated.
        ended_by: Why a search ended: `complete` = there was nothing new to look at; `evaluations`, `seconds`.
        searches: Number of independent searches.
        missed: Estimated designs of the front that all of several searches missed, at least.
        skipped: Designs looked at that are over a limit for certain and were not evaluated.
    """

    method: Literal["exact", "sample", "search"]
    evaluated: int
    feasible: int
    on_front: int
    size: int | None
    ended_early: str = ""
    why: str = ""
    algorithm: str = ""
    swept: int = 0
    ended_by: str = ""
    searches: int = 1
    missed: float | None = None
    skipped: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether the front is the whole truth of the model."""
        return self.method == "exact" and not self.ended_early

    def __str__(self) -> str:
        found = f"{count(self.feasible)} feasible, {count(self.on_front)} on the front"
        if self.method == "search":
            return self._of_search(found)
        if self.is_exact:
            all_ = "the only design" if self.evaluated == 1 else f"all {count(self.evaluated)} designs"
            if self.skipped:
                out = f"{count(self.skipped)} of them are over a limit that is quick to tell"
                why = f"; {self.why}" if self.why else ""
                return f"all {count(self.evaluated)} designs looked at ({out}), {found}{why}"
            return f"{all_} evaluated, {found}"
        if self.method == "exact":
            return (
                f"{self.ended_early} after {count(self.evaluated)} of {count(self.size)} designs, {found}; "
                "designs that were not seen may be better"
            )
        early = f", {self.ended_early}" if self.ended_early else ""
        return (
            f"a Sobol sample of {count(self.evaluated)} of {count(self.size)} designs{early}, {found}; "
            "designs that were not seen may be better"
        )

    def _of_search(self, found: str) -> str:
        often = "" if self.searches == 1 else f" in {self.searches} independent searches"
        designs = f"{count(self.evaluated)} of {count(self.size)} designs"
        said = f"{designs} searched ({self.algorithm}){often}, {found}"
        if self.why:
            said += f"; {self.why}"
        if self.ended_early:
            return f"{self.ended_early}: {said}; designs that were not seen may be better"
        if self.on_front and self.swept >= self.on_front:
            said += "; no single change of any design on this front improves it"
        elif self.on_front:
            said += (
                f"; every single change was tried for {count(self.swept)} of the {count(self.on_front)} "
                "designs on the front"
            )
        if self.missed is not None:
            said += f"; the searches missed at least {count(round(self.missed))} more, by recapture"
        return said


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The result of a solve.

    Attributes:
        front: The front; empty when no design is feasible.
        today: The running system's design, evaluated.
        certificate: What is proven.
        broken: By limit: designs that are over it.
        broken_alone: By limit: evaluated designs that are over it and over no other.
        closest: Where nothing is feasible, the design nearest to it.
        knee: Position on the front of the knee; None for an empty front.
        config: The settings.
        provenance: Scenario, digest, versions.
        trace: How the hypervolume of a search grew; empty for other methods.
        recommendation: Which design to take, and the few to look at beside it; None = nobody asked.
        at_least: Limits that more designs are over than `broken` says: those that were skipped for another.
    """

    front: Front
    today: Evaluation
    certificate: Certificate
    broken: Mapping[str, int]
    broken_alone: Mapping[str, int]
    closest: Evaluation | None
    knee: int | None
    config: SolveConfig
    provenance: Mapping[str, str] = field(default_factory=dict)
    trace: tuple[TracePoint, ...] = ()
    at_least: tuple[str, ...] = ()
    recommendation: Recommendation | None = None

    @property
    def recommended(self) -> int | None:
        """Position on the front of the design to take; None for an empty front."""
        return self.knee if self.recommendation is None else self.recommendation.position

    @property
    def named(self) -> tuple[int, ...]:
        """Positions on the front of the recommended design and of the shortlist: they are always shown."""
        picks = () if self.recommendation is None else self.recommendation.picks
        found = (self.recommended, *(pick.position for pick in picks))
        return tuple(dict.fromkeys(i for i in found if i is not None))
