"""Is what is predicted of a design true: predicted beside simulated, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.simulation.readings import Interval, Note, NoteCode
from optimizer.phrases import unit_of_limit
from optimizer.resilience.verification import Compared, Metric, Verdict, Verification
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
from optimizer.sections.wording import limit_label

#: What a number is called, and its unit.
_METRICS: dict[Metric, tuple[str, str]] = {
    "mean_ms": ("mean response", "ms"),
    "p99_ms": ("99th percentile", "ms"),
    "limited_ms": ("latency", "ms"),
    "success": ("answered", "nines"),
    "utilisation": ("utilisation", "fraction"),
    "arrivals_per_s": ("calls", "requests/s"),
}
#: A verdict in a word or two, for a card or a cell.
SHORT: dict[Verdict, str] = {
    "not_checked": "not yet checked",
    "agrees": "agrees",
    "off": "off, limits hold",
    "fails": "a limit doesn't hold",
    "falls_over": "falls over by itself",
    "unsettled": "not settled",
    "not_simulated": "can't be simulated",
}
_NOTES: dict[NoteCode, tuple[str, str]] = {
    NoteCode.FEW_SECONDS: ("few seconds were simulated: what happens more slowly isn't seen", "s"),
    NoteCode.CACHES_STATIONARY: ("the cache began warm, as after a long time; its longest entry lives", "s"),
    NoteCode.FEW_REQUESTS: ("few requests were seen", "count"),
    NoteCode.STILL_WARMING: ("it was still warming up when it ended; simulated", "s"),
    NoteCode.GROWING: ("the requests under way grow without end, each second by", "count"),
    NoteCode.COLLAPSED: ("the healthy state ended by itself after", "s"),
    NoteCode.RATE_LIMIT_BURST: ("the rate limit lets bursts through, of calls", "count"),
}
_ENDED = {
    "precision": "every flow is as exact as was asked for",
    "events": "its events are used up",
    "seconds": "its seconds are over",
    "time": "its time is up",
    "stopped": "somebody stopped it",
    "collapsed": "the healthy state has ended",
    "crowded": "more requests are under way than there is room for",
}


def verify(found: Sequence[Verification]) -> Section:
    """Predicted beside simulated, phase by phase.

    Args:
        found: A verification for each phase.
    """
    blocks: list[Block] = []
    for one in found:
        blocks += [*verdict_blocks(one), *_tables(one, is_alone=len(found) == 1), *_how(one)]
    return Section("verify", "Checked by simulation", tuple(blocks))


def verdict_blocks(found: Verification) -> tuple[Block, ...]:
    """The verdict in sentences."""
    kind = "warning" if found.verdict in ("fails", "falls_over") else "plain"
    return (Paragraph(text(f"{found.phase}: ", *verdict_text(found)), kind),)


def verdict_text(found: Verification) -> Text:
    """What comes of it, with the number that says so."""
    if found.verdict == "not_simulated":
        return text(found.why_not, ".")
    if found.verdict == "falls_over":
        return _falls_over(found)
    if found.verdict == "fails":
        return text(
            "what was said to hold doesn't: ",
            *joined(
                [
                    text(
                        f"{limit_label(limit.name)} ",
                        Number(limit.simulated.value, unit_of_limit(limit.name)),
                        " in the simulation (limit ",
                        Number(limit.at, unit_of_limit(limit.name)),
                        ")",
                    )
                    for limit in found.broken
                ]
            ),
            ".",
        )
    worst = found.worst
    if found.verdict == "off" and worst is not None:
        return text("off: ", *_differs(worst), ". All limits that the simulation can judge still hold.")
    if found.verdict == "unsettled":
        return text("not settled: too little was seen to tell. This speaks neither for it nor against it.")
    if found.simulated is not None and found.simulated.runs_collapsed:
        return text("agrees: it collapses, as was predicted.")
    if worst is None:
        return text("agrees.")
    return text("agrees: furthest apart, and within what the model promises, is ", *_differs(worst), ".")


def _falls_over(found: Verification) -> Text:
    assert found.simulated is not None
    runs = text(
        Number(float(found.simulated.runs_collapsed), "count"),
        " of ",
        Number(float(found.simulated.runs), "count"),
        " runs",
    )
    lived = found.simulated.lived_s
    if not lived:
        return text("it never gets to the healthy state that was predicted, in ", *runs, ".")
    return text(
        "it falls over by itself: in ",
        *runs,
        " the healthy state ended after ",
        *joined([text(Number(one, "s")) for one in lived], most=4),
        ".",
    )


def _differs(one: Compared) -> Text:
    name, unit = _METRICS[one.metric]
    what = text(f"{name} of {one.of}" if one.of else f"{name} of all requests")
    assert one.simulated is not None
    told = text(
        *what, ", ", Number(one.predicted, unit), " predicted, ", *_with_interval(one.simulated, unit)
    )
    return text(*told, " simulated")


def _with_interval(interval: Interval, unit: str) -> Text:
    return text(
        Number(interval.value, unit),
        " (",
        Number(interval.low, unit),
        " to ",
        Number(interval.high, unit),
        ")",
    )


def _tables(found: Verification, *, is_alone: bool) -> tuple[Block, ...]:
    suffix = "" if is_alone else f" ({found.phase})"
    tables: list[Block] = []
    for is_flow, name, caption in (
        (True, "flows", "Flow by flow: predicted, and simulated with its interval"),
        (False, "components", "Component by component: predicted, and simulated with its interval"),
    ):
        rows = [one for one in found.compared if one.is_flow is is_flow]
        if rows:
            head = ("flow" if is_flow else "component", "number", "predicted", "simulated", "interval", "off")
            cells = tuple(_row(one) for one in rows)
            tables.append(Table(f"verify-{found.phase}-{name}", f"{caption}{suffix}", head, cells))
    return tuple(tables)


def _row(one: Compared) -> tuple[Cell, ...]:
    name, unit = _METRICS[one.metric]
    predicted = Number(one.predicted, unit)
    found = one.simulated
    if found is None:
        return (one.of or "all", name, predicted, "too little seen", None, None)
    interval = text(Number(found.low, unit), " to ", Number(found.high, unit))
    off: Cell = "beyond" if math.isinf(one.off) else Number(one.off, "fraction")
    return (one.of or "all", name, predicted, Number(found.value, unit), interval, off)


def _how(found: Verification) -> tuple[Block, ...]:
    """What was simulated, why it ended, and what to know about it."""
    done = found.simulated
    if done is None:
        return ()
    told = text(
        Number(float(done.events), "count"),
        " events in ",
        Number(float(done.runs), "count"),
        " runs of ",
        Number(done.seconds, "s"),
        " (the first ",
        Number(done.warm_up_s, "s"),
        f" left out), seed {found.seed}; it ended since {_ENDED[done.ended]}.",
    )
    return (Bullets((told, *(_note(note) for note in done.notes))),)


def _note(note: Note) -> Text:
    words, unit = _NOTES[note.code]
    where = f"{note.where}: " if note.where else ""
    return text(f"{where}{words} ", Number(note.value, unit), ".")
