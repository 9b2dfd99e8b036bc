"""The six patterns of collapse with a design: verdict, largest trigger it survives, what would defend it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.scenario.experiments.pattern import Pattern
from optimizer.resilience.longest_pause import LongestPause
from optimizer.resilience.pattern_trials import Defended, PatternTrial
from optimizer.resilience.stress import FEWEST_RUNS, Verdict
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, joined, text
from optimizer.sections.stress import VERDICTS, runs_text
from optimizer.sections.survival import DEFENCES

#: What a pattern is called, and what sets it off.
NAMES: Mapping[Pattern, tuple[str, str]] = {
    Pattern.RETRY_STORM: ("retry storm", "calls fail for a while and are repeated"),
    Pattern.THUNDERING_HERD: ("thundering herd", "a cache is emptied"),
    Pattern.DEATH_SPIRAL: ("death spiral", "collecting garbage takes more and more time"),
    Pattern.CASCADE: ("cascade", "a dependency gets slow"),
    Pattern.SYNCHRONISATION: ("synchronisation", "clients that were cut off come back together"),
    Pattern.METASTABLE_STATE: ("metastable state", "three times the load for a while"),
}
_UNITS = {"s": "s", "share": "fraction", "clients": "count"}
_HEAD = ("pattern", "set off by", "at", "verdict", "runs", "it has")
_MORE = ("survives up to", "would help")


def patterns(
    found: Sequence[tuple[Pattern, PatternTrial | None]],
    components: Sequence[str],
    pause: LongestPause | None = None,
) -> Section:
    """What becomes of a design in each pattern.

    Args:
        found: By pattern what came of it; None where the design can't have it.
        components: Names of the components.
        pause: The longest pause of a component that it survives; None = nobody asked.
    """
    told = "Each pattern is set off where the design is weakest for it, and played by steps."
    head: tuple[str, ...] = _HEAD
    rows = [_row(*one, components) for one in found]
    if any(one is not None and one.border is not None for _, one in found):
        told += (
            " Survives up to: the longest push, pause or the largest flush after which it comes back in nine "
            "of ten runs. Would help: defences it lacks, with the runs of ten that survive with them."
        )
        head = (*_HEAD, *_MORE)
        more = [(None, None) if one is None else (_border(one), _would_help(one)) for _, one in found]
        rows = [(*row, *further) for row, further in zip(rows, more, strict=True)]
    if any(one is not None and one.stress.survived.n < FEWEST_RUNS for _, one in found):
        told += f" A verdict takes {FEWEST_RUNS} runs; fewer show which way it goes."
    blocks: list[Block] = [
        Paragraph(text(told)),
        Table("patterns", "The six patterns", head, tuple(rows)),
    ]
    if pause is not None:
        blocks.append(Paragraph(_pause_text(pause, components)))
    return Section("patterns", "Six ways to collapse", tuple(blocks))


def _pause_text(pause: LongestPause, components: Sequence[str]) -> Text:
    """How long the busiest component may stand still."""
    name, edge = components[pause.component], pause.border
    if edge.survives <= 0.0:
        return text(f"{name} may not stand still for even ", Number(edge.falls, "s"), ".")
    if math.isinf(edge.falls):
        return text(
            f"{name} may stand still for ", Number(edge.survives, "s"), ", the longest that was tried."
        )
    lasts, falls = Number(edge.survives, "s"), Number(edge.falls, "s")
    return text(f"{name} may stand still for ", lasts, "; after ", falls, " it doesn't come back by itself.")


def _row(pattern: Pattern, one: PatternTrial | None, components: Sequence[str]) -> tuple[Cell, ...]:
    name, cause = NAMES[pattern]
    if one is None:
        return (name, cause, None, "it can't have it", None, None)
    size = Number(one.size, _UNITS.get(one.aim.unit, one.aim.unit))
    stress = one.stress
    return (
        name,
        text(f"{cause}: ", size),
        components[one.aim.component],
        VERDICTS[stress.verdict] if stress.survived.n >= FEWEST_RUNS else None,
        runs_text(stress.survived, stress.degraded, stress.lost),
        joined([text(DEFENCES[each.has.defence]) for each in one.defences if each.has.there]) or "none",
    )


def _would_help(one: PatternTrial) -> Cell:
    """The defences with which more runs survive; None where all do already."""
    if one.stress.verdict is Verdict.SURVIVED:
        return None
    now = one.stress.survived.k / one.stress.survived.n
    tried = [(each, each.survived) for each in one.defences if each.survived is not None]
    return joined([_helps(each) for each, share in tried if share.k / share.n > now]) or None


def _border(one: PatternTrial) -> Cell:
    edge = one.border
    if edge is None:
        return None
    unit = _UNITS.get(one.aim.unit, one.aim.unit)
    if math.isinf(edge.falls):
        return text("all that was tried, to ", Number(edge.survives, unit))
    if edge.survives == 0.0:
        return text("not even ", Number(edge.falls, unit))
    return Number(edge.survives, unit)


def _helps(each: Defended) -> Text:
    assert each.survived is not None
    k, n = Number(float(each.survived.k), "count"), Number(float(each.survived.n), "count")
    return text(f"{DEFENCES[each.has.defence]} (", k, " of ", n, ")")
