"""What experiments are predicted to show: steady values, plateaus, returns, and where they are ended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from optimizer.resilience.prediction import Abort, Band, Prediction
from optimizer.resilience.stress import Share
from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    Number,
    Paragraph,
    Section,
    Table,
    Text,
    joined,
    text,
)
from optimizer.sections.stress import sentence, unit_of

#: What is predicted of each experiment as a whole.
_HEAD = (
    "experiment",
    "fault lasts",
    "plateau after",
    "back within",
    "wait",
    "hypothesis holds in",
    "aborts fire in",
)
_NUMBERS = ("metric", "steady", "plateau", "afterwards", "worst")


def gameday(found: Sequence[Prediction], refused: Mapping[str, str]) -> Section:
    """The predicted numbers of experiments.

    Args:
        found: The predictions.
        refused: By experiment why it may not be run; those that may aren't named.
    """
    blocks: list[Block] = [
        Paragraph(
            text(
                "What nineteen of twenty stretches of the simulated runs lie in, widened by what the model "
                "promises "
                "to be within. A fault lasts three times as long as its plateau takes, and twice the "
                "predicted "
                "return is waited for. An abort that would fire although all goes as predicted is refused."
            )
        ),
        Table("predicted", "What is predicted of each experiment", _HEAD, tuple(_row(one) for one in found)),
    ]
    for one in found:
        blocks += _experiment(one, refused.get(one.name, ""))
    names = {one.name for one in found}
    others = tuple(text(f"{name}: {why}.") for name, why in refused.items() if name not in names)
    if others:
        blocks += [Paragraph(text("Not written for a tool, and why:")), Bullets(others)]
    return Section("gameday", "What the experiments are predicted to show", tuple(blocks))


def _row(one: Prediction) -> tuple[Cell, ...]:
    return (
        one.name,
        _seconds(one.fault_s) if one.fault_s > 0.0 else "over at once, or stays",
        _seconds(one.plateau_s),
        _seconds(one.back_s) if math.isfinite(one.back_s) else None if math.isnan(one.back_s) else "not back",
        _seconds(one.wait_s),
        share_text(one.holds),
        joined([share_text(abort.fires) or text("not read") for abort in one.aborts]) if one.aborts else None,
    )


def share_text(share: Share | None) -> Text | None:
    """k of n seeds; None where it isn't known."""
    if share is None:
        return None
    return text(Number(float(share.k), "count"), " of ", Number(float(share.n), "count"))


def _seconds(value: float) -> Cell:
    return Number(value, "s") if math.isfinite(value) else None


def _experiment(one: Prediction, refused: str) -> list[Block]:
    blocks: list[Block] = [Paragraph(text(f"{one.name}: {one.trial.title}, in the phase {one.trial.phase}."))]
    if refused:
        blocks.append(Paragraph(text(f"{refused[:1].upper()}{refused[1:]}."), "warning"))
    if one.watched:
        rows = tuple(numbers_row(one, k) for k in range(len(one.watched)))
        blocks.append(Table(f"numbers-{one.name}", f"{one.name}: its numbers", _NUMBERS, rows))
    if one.aborts:
        blocks.append(Bullets(tuple(abort_text(abort) for abort in one.aborts)))
    return blocks


def numbers_row(one: Prediction, k: int) -> tuple[Cell, ...]:
    """The predicted numbers of a metric: name, steady, plateau, afterwards, worst."""
    watched = one.watched[k]
    unit = unit_of(watched.metric)
    worst = Number(watched.worst, unit) if math.isfinite(watched.worst) else None
    told = watched.metric if watched.of is None else f"{watched.metric} of {watched.of}"
    return (
        told,
        *(band_text(band, unit) for band in (watched.steady, watched.plateau, watched.after)),
        worst,
    )


def band_text(band: Band | None, unit: str) -> Text | None:
    """A number with its interval: `98 % (96 % to 100 %)`."""
    if band is None:
        return None
    return text(Number(band.middle, unit), " (", Number(band.low, unit), " to ", Number(band.high, unit), ")")


def abort_text(abort: Abort) -> Text:
    """An abort, and in how many seeds the prediction alone would set it off."""
    fires = share_text(abort.fires)
    told = (
        text(" can't be read from a run: somebody sees to it")
        if fires is None
        else (
            text(
                ": fires in ",
                *fires,
                " seeds although all goes as predicted" if abort.is_inside else " seeds",
            )
        )
    )
    return text("Abort at ", *sentence(abort.statement), *told, ".")
