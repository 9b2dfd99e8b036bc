"""What a recommendation looks like where it was kept."""

from __future__ import annotations

from math import inf
from typing import Annotated, Literal

from pydantic import Field

from models.simulation.readings import Interval
from optimizer.decide.recommend.order import By, Reason
from optimizer.decide.recommend.recommendation import (
    FirstBreak,
    Pick,
    Reached,
    Recommendation,
    Role,
    Survives,
)
from optimizer.resilience.stress import Share as Runs
from optimizer.resilience.survival import Endured, Outcome, Remedy
from optimizer.resilience.survival import Reason as SurvivalReason
from optimizer.resilience.verification import (
    NOT_CHECKED,
    BrokenLimit,
    Check,
    Compared,
    Metric,
    Verdict,
)
from optimizer.validation import Count, Form

Number = float | None
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class FirstBreakForm(Form):
    """`optimizer.decide.recommend.recommendation.FirstBreak`."""

    limit: str
    times: Annotated[float, Field(ge=0.0)]
    component: str = ""


class IntervalForm(Form):
    """`models.simulation.readings.Interval`."""

    value: float
    low: float
    high: float


class ComparedForm(Form):
    """`optimizer.resilience.verification.Compared`."""

    of: str
    is_flow: bool
    metric: Metric
    predicted: Number
    simulated: IntervalForm | None

    def made(self) -> Compared:
        """The number."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        found, predicted = self.simulated, inf if self.predicted is None else self.predicted
        interval = None if found is None else Interval(found.value, found.low, found.high)
        return Compared(**{**told, "predicted": predicted, "simulated": interval})


class BrokenLimitForm(Form):
    """`optimizer.resilience.verification.BrokenLimit`."""

    name: str
    at: float
    simulated: IntervalForm

    def made(self) -> BrokenLimit:
        """The limit."""
        found = self.simulated
        return BrokenLimit(self.name, self.at, Interval(found.value, found.low, found.high))


class CheckForm(Form):
    """`optimizer.resilience.verification.Check`."""

    verdict: Verdict
    phase: str = ""
    worst: ComparedForm | None = None
    broken: list[BrokenLimitForm] = Field(default_factory=list)
    collapsed: Count = 0
    runs: Count = 0
    lived_s: list[float] = Field(default_factory=list)
    seconds: Annotated[float, Field(ge=0.0)] = 0.0
    events: Count = 0
    seed: int = 0
    why_not: str = ""

    def made(self) -> Check:
        """The check."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        broken = tuple(
            BrokenLimit(
                one.name, one.at, Interval(one.simulated.value, one.simulated.low, one.simulated.high)
            )
            for one in self.broken
        )
        worst = None if self.worst is None else self.worst.made()
        return Check(**{**told, "worst": worst, "broken": broken, "lived_s": tuple(self.lived_s)})


class ShareForm(Form):
    """`optimizer.resilience.stress.Share`."""

    k: Count
    n: Count
    low: Share
    high: Share

    def made(self) -> Runs:
        """The share."""
        return Runs(self.k, self.n, self.low, self.high)


class EnduredForm(Form):
    """`optimizer.resilience.survival.Endured`."""

    name: str
    outcome: Outcome
    kept: ShareForm | None = None
    back_s: Annotated[float, Field(ge=0.0)] | None = None
    reason: SurvivalReason = ""
    why_not: str = ""
    by_events: ShareForm | None = None

    def made(self) -> Endured:
        """What became of it."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        shares = {
            name: None if (found := getattr(self, name)) is None else found.made()
            for name in ("kept", "by_events")
        }
        return Endured(**{**told, **shares})


class RemedyForm(Form):
    """`optimizer.resilience.survival.Remedy`."""

    name: str
    defence: str
    component: str
    kept: ShareForm

    def made(self) -> Remedy:
        """The defence."""
        return Remedy(self.name, self.defence, self.component, self.kept.made())


class PickForm(Form):
    """`optimizer.decide.recommend.recommendation.Pick`."""

    position: Count | None
    roles: list[Role]
    confidence: Share | None = None
    first_break: FirstBreakForm | None = None
    check: CheckForm | Literal["not_checked"] = "not_checked"
    endured: list[EnduredForm] = Field(default_factory=list)

    def made(self) -> Pick:
        """The pick."""
        first = self.first_break
        return Pick(
            self.position,
            tuple(self.roles),
            self.confidence,
            None if first is None else FirstBreak(first.limit, first.times, first.component),
            NOT_CHECKED if isinstance(self.check, str) else self.check.made(),
            tuple(one.made() for one in self.endured),
        )


class RecommendationForm(Form):
    """`optimizer.decide.recommend.recommendation.Recommendation`."""

    reached: Reached
    wanted: Share
    by: By
    decide_by: str
    picks: list[PickForm]
    today: PickForm
    runner_up: Count | None = None
    why_not: Reason | None = None
    candidates: Count = 0
    draws: Count = 0
    seed: int = 0
    digest: str = ""
    is_rate_assumed: bool = False
    refuted: list[PickForm] = Field(default_factory=list)
    survives: Survives = "not_asked"
    asked_to_survive: Count = 0
    recovery_s: Annotated[float, Field(gt=0.0)] | None = None
    remedies: list[RemedyForm] = Field(default_factory=list)

    def made(self) -> Recommendation:
        """The recommendation."""
        told = {name: getattr(self, name) for name in type(self).model_fields}
        designs = {
            "picks": tuple(pick.made() for pick in self.picks),
            "today": self.today.made(),
            "refuted": tuple(pick.made() for pick in self.refuted),
            "remedies": tuple(one.made() for one in self.remedies),
        }
        return Recommendation(**{**told, **designs})
