"""What is kept of a batch looks like this: the result of a case, in a file or in the run store."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from optimizer.decide.recommend.recommendation import Reached
from optimizer.files.json_schema import AnswerForm, Share
from optimizer.files.recommendation_form import FirstBreakForm
from optimizer.resilience.verification import Verdict
from optimizer.validation import Count, Form, WrittenDesign

#: What older versions told of the knee.
_OLDER = ("knee", "breaks_first", "breaks_at")


def _pairs(found: list[Any]) -> list[tuple[str, tuple[Any, ...]]]:
    for one in found:
        if not (
            isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], list)
        ):
            raise ValueError("found something else than a path with its values")
    return [(path, tuple(values)) for path, values in found]


class ShownForm(Form):
    """A design that a summary tells."""

    design: Count
    values: dict[str, float | None]
    decisions: WrittenDesign


class RecommendedForm(ShownForm):
    """The recommended design; `reached` is null where an older version suggested the knee."""

    reached: Reached | None
    confidence: Share | None
    first_break: FirstBreakForm | None
    check: Verdict = "not_checked"


class FactsForm(Form):
    """What a summary tells of a case (`optimizer.batch.solving.facts`)."""

    evaluated: Count
    feasible: Count
    on_front: Count
    exact: bool
    today_survives: bool
    recommended: RecommendedForm | None
    cheapest: ShownForm | None

    @model_validator(mode="before")
    @classmethod
    def _of_an_older_version(cls, told: Any) -> Any:
        """Until version 0.1 the knee was suggested, and where it breaks stood beside it."""
        if not isinstance(told, dict) or "knee" not in told or "recommended" in told:
            return told
        rest = {name: part for name, part in told.items() if name not in _OLDER}
        knee, limit, times = (told.get(name) for name in _OLDER)
        if isinstance(knee, dict):
            first = None if limit is None else {"limit": limit, "times": times}
            knee = {**knee, "reached": None, "confidence": None, "first_break": first}
        return {**rest, "recommended": knee}


class ResultForm(Form):
    """What became of a case."""

    digest: str
    facts: FactsForm | None
    answer: AnswerForm | None
    error: str
    set_aside: bool


class CaseForm(ResultForm):
    """The file of a case."""

    key: str
    number: Count
    scenario: str
    changes: dict[str, Any]
    seed: int


class KeptCaseForm(Form):
    """A case in the run store."""

    key: str
    result: ResultForm


class KeptForm(Form):
    """The cases of a batch in the run store."""

    cases: list[KeptCaseForm]


class ChoicesForm(Form):
    """What was asked for."""

    vary: Annotated[list[Any], AfterValidator(_pairs)]
    seeds: Annotated[int, Field(ge=1, le=100_000)]
    cases: Count = 0


class ManifestForm(Form):
    """The file that says which batch a folder holds, and which files of it the batch has written."""

    digest: str
    told: str
    cases: Count
    files: Annotated[list[str], Field(default_factory=list)]
