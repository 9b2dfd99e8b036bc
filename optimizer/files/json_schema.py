"""What a solution looks like where it was kept: in `front.json`, in the run store, in a batch."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from optimizer.files.recommendation_form import RecommendationForm
from optimizer.validation import Count, Form, WrittenDesign

Number = float | None
Share = Annotated[float, Field(ge=0.0, le=1.0)]
#: Designs of a space; there may be more than any store can count.
Size = Annotated[int, Field(ge=0, le=10**308)]


class ScenarioForm(Form):
    """Which scenario it is of."""

    name: str
    title: str
    digest: str


class CertificateForm(Form):
    """`optimizer.solver.solution.Certificate`, with what is derived from it."""

    method: Literal["exact", "sample", "search"]
    exact: bool
    evaluated: Count
    feasible: Count
    on_front: Count
    size: Size | None
    ended_early: str = ""
    why: str = ""
    algorithm: str = ""
    swept: Count = 0
    ended_by: str = ""
    searches: Annotated[int, Field(ge=1, le=10**6)] = 1
    missed: Annotated[float, Field(ge=0.0)] | None = None
    skipped: Count = 0
    sentence: str

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.skipped + self.feasible > self.evaluated:
            raise ValueError(
                f"found {self.skipped} skipped and {self.feasible} feasible designs of {self.evaluated}"
            )
        if not self.on_front <= self.feasible <= self.evaluated:
            raise ValueError(
                f"found {self.evaluated} evaluated, {self.feasible} feasible, {self.on_front} on the front; "
                "none of them can be more than the one before"
            )
        return self


class ValueForm(Form):
    """A value with its unit; nothing is infinity."""

    value: Number
    unit: str


class LimitForm(Form):
    """How far a design is over a limit."""

    name: str
    excess: Number
    holds: bool


class DesignForm(Form):
    """One design of an answer."""

    design: WrittenDesign
    dimensions: dict[str, ValueForm]
    limits: list[LimitForm]
    indicators: dict[str, Number]


class WordsForm(Form):
    """`models.evaluation.Words`."""

    better: str
    worse: str
    best: str
    is_so: str
    broken: str
    verb: Literal["is", "has"]


class DimensionForm(Form):
    """`models.evaluation.Dimension`."""

    name: str
    unit: str
    better: Literal["lower", "higher"]
    words: WordsForm | None = None
    range: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    scale: Literal["linear", "nines"] | None = None
    noticed: Annotated[float, Field(ge=0.0)] = 0.0
    is_noticed_relatively: bool = False
    known_to: float | None = None


class MomentForm(Form):
    """`optimizer.search.hypervolumes.TracePoint`."""

    evaluations: Count
    on_front: Count
    hypervolume: float


class ConfigForm(Form):
    """`optimizer.solver.config.SolveConfig`, or the part of it that was kept."""

    method: str = "auto"
    max_designs: int | None = None
    exact_seconds: float = 60.0
    evaluations: int | None = None
    seconds: float | None = None
    restarts: int = 1
    seed: int = 0
    workers: int = 1
    chunk: int = 8192
    all_values: bool = False


class AnswerForm(Form):
    """What `optimizer.files.json.solution_answer` makes."""

    scenario: ScenarioForm
    tradespace: str
    config: ConfigForm
    certificate: CertificateForm
    front: list[DesignForm]
    today: DesignForm
    dimensions: list[DimensionForm]
    knee: Count | None
    recommendation: RecommendationForm | None = None
    trace: list[MomentForm]
    excluded: dict[str, Count]
    excluded_alone: dict[str, Count]
    excluded_at_least: list[str] = Field(default_factory=list)
    closest: DesignForm | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.knee is not None and self.knee >= len(self.front):
            raise ValueError(f"found the knee {self.knee}, but the front has {len(self.front)} designs")
        if self.recommendation is not None and len(self.front) == self.certificate.on_front:
            made = self.recommendation
            named = [pick.position for pick in (*made.picks, *made.refuted)] + [made.runner_up]
            if any(place is not None and place >= len(self.front) for place in named):
                raise ValueError(f"recommendation: found a design beyond the front of {len(self.front)}")
        wanted = _shape(self.today)
        if wanted[0] != [dimension.name for dimension in self.dimensions]:
            raise ValueError("today: its dimensions are not those that are listed")
        if any(count > self.certificate.evaluated for count in self.excluded.values()):
            raise ValueError("excluded: a limit excludes more designs than were evaluated")
        for place, design in enumerate(self.front):
            if _shape(design) != wanted:
                raise ValueError(
                    f"front.{place}: its dimensions, limits or indicators are not those of today"
                )
        if self.closest is not None and _shape(self.closest) != wanted:
            raise ValueError("closest: its dimensions, limits or indicators are not those of today")
        return self


def _shape(design: DesignForm) -> tuple[list[str], list[str], list[str]]:
    return list(design.dimensions), [limit.name for limit in design.limits], sorted(design.indicators)


def plain(form: Form) -> dict[str, Any]:
    """A form as the plain values that it was read from."""
    return form.model_dump(mode="python", exclude_unset=True)
