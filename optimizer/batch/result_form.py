"""What is kept of a batch looks like this: the result of a case, in a file or in the run store."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from optimizer.files.json_schema import AnswerForm
from optimizer.validation import Count, Form, WrittenDesign


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


class FactsForm(Form):
    """What a summary tells of a case (`optimizer.batch.solving.facts`)."""

    evaluated: Count
    feasible: Count
    on_front: Count
    exact: bool
    today_survives: bool
    knee: ShownForm | None
    cheapest: ShownForm | None
    breaks_first: str | None
    breaks_at: float | None


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
