"""What is expected to hold, and when: statements that runs are judged by, and what only people can know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from models.errors import Code, Finding
from models.scenario.experiments.fault import Duration, one_of
from models.scenario.experiments.metric import METRICS, Metric
from models.scenario.experiments.sentence import GRAMMAR, SentenceError, read_sentence
from models.scenario.part import Name, Number, Part, Text
from models.scenario.quantity import Seconds

#: Mark of a statement that can't be read, for who translates errors.
UNREADABLE = "unreadable_statement"


class Statement(Part):
    """What a metric is expected to be."""

    of: Name | None = None
    """The flow or component; null = all flows together."""
    metric: Annotated[str, Field(min_length=1, max_length=80)]
    """The metric."""
    above: Number | None = None
    """It is above this, in the metric's unit (shares from 0 to 1)."""
    below: Number | None = None
    """It is below this."""
    when: Literal["before", "during", "throughout"] | None = None
    """`before` the fault, `during` it, or `throughout` the run; null = what fits the list: a steady state
    before, the others throughout."""
    within_s_after: Seconds | None = None
    """It holds again this long after the end of the fault, s, and stays so."""
    for_s: Duration | None = None
    """Length of the stretches over which it is read, s: a shorter time counts for nothing; null = 10 s."""

    @property
    def known(self) -> Metric | None:
        """The metric; None = there is none of that name."""
        return METRICS.get(self.metric)

    def contradictions(self, where: str) -> Iterator[Finding]:
        """Nothing to compare with, two times, or a number that the metric never has."""
        yield from one_of(self, where, ("above", "below"), "what it is compared with")
        if self.when is not None and self.within_s_after is not None:
            found = f"when: {self.when} beside within_s_after"
            yield Finding(f"{where}.when", found, "one of the two", "remove one", code=Code.CONFLICT)
        metric = self.known
        if metric is None:
            return
        for key, number in (("above", self.above), ("below", self.below)):
            if number is None:
                continue
            most = 1.0 if metric.is_bounded else None
            never = number < 0.0 if key == "above" else number <= 0.0
            if never or (most is not None and (number >= most if key == "above" else number > most)):
                hint = f"write {number / 100:.12g}: shares are numbers from 0 to 1"
                ends = "1" if most is not None else "on"
                yield Finding(
                    f"{where}.{key}",
                    f"{metric.name} {key} {number:g}: always or never so",
                    f"a number from 0 {'to ' if most is not None else ''}{ends}",
                    hint if most is not None and 1 < number <= 100 else "",
                    code=Code.OUT_OF_RANGE,
                )


class Assumption(Part):
    """What no model can know: people see to it, and verdicts list it."""

    assume: Text
    """What is assumed."""


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read_sentence(value)
    except SentenceError as error:
        context = {"found": error.found, "allowed": GRAMMAR, "hint": error.hint}
        raise PydanticCustomError(UNREADABLE, "{found}", context) from None


def _which(value: Any) -> str:
    is_assumed = isinstance(value, Assumption) or (isinstance(value, dict) and "assume" in value)
    return "assumption" if is_assumed else "statement"


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, (str, dict, Part)) else value


Expectation = Annotated[
    Annotated[Statement, Tag("statement")] | Annotated[Assumption, Tag("assumption")],
    Discriminator(_which),
    BeforeValidator(_read),
]
Expectations = Annotated[tuple[Expectation, ...], BeforeValidator(_several)]
