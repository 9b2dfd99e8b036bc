"""What came back of experiments beside what was predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.scenario.experiments.metric import METRICS
from optimizer.resilience.returns import Explanation, Reading, Returned
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, text
from optimizer.sections.gameday import band_text
from optimizer.sections.stress import unit_of

_NUMBERS = ("metric", "when", "predicted", "observed", "inside")
_GUESSES = ("guess", "written", "likely", "from", "to", "explains it")


def returns(found: Sequence[Returned], explained: Mapping[str, Sequence[Explanation]]) -> Section:
    """The verdicts, the numbers, and the guesses that would explain what lies outside.

    Args:
        found: What came back.
        explained: By experiment the guesses, the likeliest first.
    """
    rows = tuple(_row(one) for one in found)
    head = ("experiment", "hypothesis", "why", "numbers", "outside")
    blocks: list[Block] = [Table("returned", "What became of each hypothesis", head, rows)]
    for one in found:
        if one.notes:
            blocks.append(Bullets(tuple(text(f"{one.experiment}: {note}.") for note in one.notes)))
        if one.readings:
            numbers = tuple(_reading(reading) for reading in one.readings)
            heads = ("metric", "when", "predicted", "observed", "inside")
            blocks.append(
                Table(f"returned-{one.experiment}", f"{one.experiment}: its numbers", heads, numbers)
            )
        guesses = explained.get(one.experiment, ())
        if guesses:
            rows_of = tuple(_guess(guess) for guess in guesses)
            caption = f"{one.experiment}: guesses that would explain it, each alone"
            blocks.append(Table(f"explained-{one.experiment}", caption, _GUESSES, rows_of))
        elif one.outside:
            told = f"{one.experiment}: no guess of the scenario explains what lies outside."
            blocks.append(Paragraph(text(told), "warning"))
    return Section("returns", "What came back", tuple(blocks))


def _row(one: Returned) -> tuple[Cell, ...]:
    many = Number(float(len(one.readings)), "count")
    return (one.experiment, str(one.verdict), one.why, many, Number(float(len(one.outside)), "count"))


def _reading(one: Reading) -> tuple[Cell, ...]:
    unit = unit_of(one.metric) if one.metric in METRICS else ""
    inside = "" if one.predicted is None else "yes" if one.is_inside else "no"
    name = one.metric if one.of is None else f"{one.metric} of {one.of}"
    return (name, str(one.part), band_text(one.predicted, unit), Number(one.observed, unit), inside)


def _guess(one: Explanation) -> tuple[Cell, ...]:
    numbers = (Number(value, one.unit) for value in (one.written, one.likely, one.low, one.high))
    return (one.path, *numbers, Number(one.share, "fraction"))
