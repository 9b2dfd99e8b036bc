"""Is what is predicted of a design true: predicted beside simulated, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.evaluation import AVAILABILITY, LATENCY
from models.formulas.binomial import clopper_pearson
from models.simulation.readings import FlowReading, Interval, Note, NoteCode
from optimizer.phrases import POINTS, unit_of_limit
from optimizer.resilience.verification import (
    PROMISED,
    BrokenLimit,
    Check,
    Compared,
    Metric,
    Verdict,
    Verification,
)
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
from optimizer.sections.reliance import warnings_of
from optimizer.sections.wording import limit_label

#: What a number is called, and its unit.
_METRICS: dict[Metric, tuple[str, str]] = {
    "mean_ms": ("mean response", "ms"),
    "p99_ms": ("99th percentile", "ms"),
    "limited_ms": (LATENCY.name, "ms"),
    "success": ("answered", AVAILABILITY.shown_unit),
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
    NoteCode.UNEVEN: ("good and bad times of which too few were seen; requests", "count"),
    NoteCode.STILL_WARMING: ("it was still warming up when it ended; simulated", "s"),
    NoteCode.GROWING: ("the requests under way grow without end, each second by", "count"),
    NoteCode.COLLAPSED: ("the healthy state ended by itself after", "s"),
    NoteCode.RATE_LIMIT_BURST: ("the rate limit lets bursts through, of calls", "count"),
}
_PERCENTILES = ("median", "90th percentile", "99th percentile", "99.9th percentile")
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
        said = warnings_of(one.unsure, one.tips_over)
        blocks += [*(Paragraph(told, "warning") for told in said), verdict_block(one.check)]
        blocks += [*_tables(one, is_alone=len(found) == 1), *_how(one)]
    return Section("verify", "Checked by simulation", tuple(blocks))


def checks(named: Sequence[tuple[Text, Check]]) -> Section | None:
    """The designs of a shortlist, checked by simulation, a row each; None where none was.

    Args:
        named: The designs by their names, each with what came of its check.
    """
    done = [(name, check) for name, check in named if check.verdict != "not_checked"]
    if not done:
        return None
    rows = tuple((name, *_check_row(check)) for name, check in done)
    head = ("design", "verdict", "furthest off", "predicted", "simulated", "interval", "simulated for")
    phase = next(check.phase for _, check in done)
    caption = f"Each design simulated event by event in the phase {phase}, apart from the model's formulas"
    blocks: list[Block] = [Table("checks", caption, head, rows)]
    blocks += [
        Paragraph(text(*name, ": ", *verdict_text(check)), "warning")
        for name, check in done
        if check.is_refuted
    ]
    return Section("checked", "Checked by simulation", tuple(blocks))


def _check_row(check: Check) -> tuple[Cell, ...]:
    lasted = (
        text(Number(float(check.runs), "count"), " × ", Number(check.seconds, "s")) if check.runs else None
    )
    verdict = SHORT[check.verdict]
    if check.worst is None or check.worst.simulated is None:
        return (verdict, check.why_not or None, None, None, None, lasted)
    name, unit = _METRICS[check.worst.metric]
    found = check.worst.simulated
    interval = text(Number(found.low, unit), " to ", Number(found.high, unit))
    of = f" of {check.worst.of}" if check.worst.of else ""
    return (
        verdict,
        f"{name}{of}",
        Number(check.worst.predicted, unit),
        Number(found.value, unit),
        interval,
        lasted,
    )


def verdict_block(check: Check) -> Paragraph:
    """The verdict in sentences."""
    told = text(f"{check.phase}: ", *verdict_text(check))
    return Paragraph(told, "warning" if check.is_refuted else "plain")


def verdict_text(check: Check) -> Text:
    """What comes of it, with the number that says so."""
    if check.verdict == "not_checked":
        return text("It is not yet checked by a simulation.")
    if check.verdict == "not_simulated":
        return text(check.why_not, ".")
    if check.verdict == "falls_over":
        return _falls_over(check)
    if check.verdict == "fails":
        return text(
            "what was said to hold doesn't: ", *joined([_broken(limit) for limit in check.broken]), "."
        )
    if check.verdict == "unsettled":
        return text("not settled: too little was seen of some flow. This speaks neither for nor against it.")
    if check.collapsed:
        return text("agrees: it collapses, as was predicted.")
    if check.worst is None:
        return text("agrees.")
    if check.verdict == "off":
        off = text("off by ", *_off(check.worst), ": ", *_differs(check.worst))
        return text(*off, ". Limits that were said to hold do, as far as a simulation can judge.")
    return text("agrees within what the model promises: ", *_differs(check.worst), ".")


def _broken(limit: BrokenLimit) -> Text:
    unit = unit_of_limit(limit.name)
    found, at = Number(limit.simulated.value, unit), Number(limit.at, unit)
    return text(f"{limit_label(limit.name)} ", found, " in the simulation (limit ", at, ")")


def _falls_over(check: Check) -> Text:
    many, runs = Number(float(check.collapsed), "count"), Number(float(check.runs), "count")
    if not check.collapsed:
        return text("it never gets to the healthy state that was predicted.")
    if not check.lived_s:
        return text(
            "it never gets to the healthy state that was predicted, in ", many, " of ", runs, " runs."
        )
    lived = joined([text(Number(one, "s")) for one in check.lived_s], most=4)
    low, high = (Number(share, "fraction") for share in clopper_pearson(check.collapsed, check.runs))
    return text(
        *(
            "it falls over by itself: in ",
            many,
            " of ",
            runs,
            " runs (in ",
            low,
            " to ",
            high,
            " of all such",
        ),
        *(" runs, with 95 % confidence) the healthy state ended after ", *lived, "."),
    )


def _off(one: Compared, *, is_signed: bool = False) -> Text:
    """How far a prediction is off: relative, of shares in points."""
    if math.isinf(one.off):
        return text("more than can be told")
    off = one.off if is_signed else abs(one.off)
    is_amount = PROMISED[one.metric][0] == 0.0
    return text(Number(100.0 * off, POINTS) if is_amount else Number(off, "fraction"))


def _differs(one: Compared) -> Text:
    name, unit = _METRICS[one.metric]
    what = text(f"{name} of {one.of}" if one.of else f"{name} of all requests")
    assert one.simulated is not None
    found, low, high = (Number(x, unit) for x in (one.simulated.value, one.simulated.low, one.simulated.high))
    predicted = Number(one.predicted, unit)
    return text(*what, ", ", predicted, " predicted, ", found, " (", low, " to ", high, ") simulated")


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
    if found.simulated is not None:
        seen = tuple(_percentiles(one) for one in found.simulated.flows)
        caption = f"Responses as simulated, each with its interval{suffix}"
        name = f"verify-{found.phase}-percentiles"
        tables.append(Table(name, caption, ("flow", "requests", *_PERCENTILES), seen))
    return tuple(tables)


def _percentiles(flow: FlowReading) -> tuple[Cell, ...]:
    found = (flow.p50_ms, flow.p90_ms, flow.p99_ms, flow.p999_ms)
    return (flow.name, Number(float(flow.requests), "count"), *(_with_interval(one) for one in found))


def _with_interval(found: Interval | None, unit: str = "ms") -> Cell:
    if found is None:
        return "too little seen"
    low, high = Number(found.low, unit), Number(found.high, unit)
    return text(Number(found.value, unit), " (", low, " to ", high, ")")


def _row(one: Compared) -> tuple[Cell, ...]:
    name, unit = _METRICS[one.metric]
    predicted = Number(one.predicted, unit)
    found = one.simulated
    if found is None:
        return (one.of or "all", name, predicted, "too little seen", None, None)
    interval = text(Number(found.low, unit), " to ", Number(found.high, unit))
    off = joined([_off(one, is_signed=True)])
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
