"""When it breaks: what becomes of a design in each experiment, and which of its statements held."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.faults.expected import Role
from models.scenario.experiments.metric import METRICS, Unit
from models.scenario.experiments.statement import Statement
from optimizer.resilience.experiments import Judged, Trial
from optimizer.resilience.stress import Share, Verdict
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

#: A verdict in a few words.
VERDICTS: Mapping[Verdict, str] = {
    Verdict.SURVIVED: "survived",
    Verdict.DEGRADED: "degraded",
    Verdict.LOST: "lost",
    Verdict.UNCERTAIN: "uncertain",
}
#: What the lists of statements are called.
_ROLES: Mapping[Role, str] = {
    "steady_state": "steady state",
    "then": "hypothesis",
    "abort": "abort",
    "success": "success",
}
_UNITS: Mapping[Unit, str] = {
    Unit.SHARE: "fraction",
    Unit.MS: "ms",
    Unit.S: "s",
    Unit.PER_S: "requests/s",
    Unit.COUNT: "",
    Unit.USD: "USD",
}


def unit_of(metric: str) -> str:
    """The unit of a metric, as numbers carry it."""
    return _UNITS[METRICS[metric].unit]


_HEAD = ("experiment", "verdict", "runs", "most attempts", "back after", "falls first", "warned before")


def stress(found: Sequence[Trial]) -> Section:
    """The verdicts, then each experiment with its statements."""
    blocks: list[Block] = [
        Paragraph(
            text(
                "Each experiment is played by steps, in many runs that differ by chance. Lost: it isn't back "
                "within two minutes after the end of the fault. Degraded: it is back, and a statement of "
                "success was broken. Survived: neither. A verdict needs the lower bound of its share (exact "
                "95 % interval) at 90 %; else it is uncertain."
            )
        ),
        _verdicts(found),
    ]
    for one in found:
        blocks += _experiment(one)
    return Section("stress", "When it breaks", tuple(blocks))


def _verdicts(found: Sequence[Trial]) -> Table:
    """A row for each experiment; what events say of it stands beside, where they were asked."""
    head: tuple[str, ...] = _HEAD
    rows = [_row(one) for one in found]
    if any(one.by_events is not None for one in found):
        head = (*head, "event by event")
        rows = [(*row, _by_events(one)) for row, one in zip(rows, found, strict=True)]
    return Table("stress", "What becomes of it", head, tuple(rows))


def _by_events(one: Trial) -> Cell:
    told = one.by_events
    return None if told is None else runs_text(told.survived, told.degraded, told.lost)


def _row(one: Trial) -> tuple[Cell, ...]:
    if one.stress is None:
        told = "not played" if one.why_not else "judged without a run"
        return (one.name, told, None, None, None, None, None)
    found = one.stress
    return (
        one.name,
        verdict_text(one),
        runs_text(found.survived, found.degraded, found.lost),
        Number(found.amplification, "times"),
        Number(found.back_s, "s") if math.isfinite(found.back_s) else None,
        found.fell_first or None,
        _warned(one),
    )


def verdict_text(one: Trial) -> str:
    """The verdict in words; where the steady state doesn't hold before the fault that is what counts."""
    assert one.stress is not None
    if not one.is_healthy_before:
        return "not healthy before"
    return VERDICTS[one.stress.verdict]


def runs_text(survived: Share, degraded: Share, lost: Share) -> Text:
    """In how many runs: `50 of 50 survived (92.9 % to 100 %)`."""
    told = [
        _share(share, word)
        for share, word in ((survived, "survived"), (degraded, "degraded"), (lost, "lost"))
        if share.k
    ]
    return joined(told)


def _share(share: Share, word: str) -> Text:
    return text(
        Number(float(share.k), "count"),
        " of ",
        Number(float(share.n), "count"),
        f" {word} (",
        Number(share.low, "fraction"),
        " to ",
        Number(share.high, "fraction"),
        ")",
    )


def _warned(one: Trial) -> Cell:
    """How long before the fall the emergence score said danger: the middle run."""
    if one.warning is None:
        return None
    known = sorted(float(v) for v in one.warning.warned_s if math.isfinite(v))
    if not known:
        return None
    middle = known[len(known) // 2]
    return Number(middle, "s") if middle > 0.0 else "not before it"


def _experiment(one: Trial) -> list[Block]:
    """One experiment: what was broken when, the statements, and what no run shows."""
    title = text(f"{one.name}: {one.title}, in the phase {one.phase}")
    if one.injection is not None:
        first, last = one.injection.from_s, one.injection.to_s
        length = text(", for ", Number(last - first, "s")) if last > first else ()
        title = text(*title, *length)
    blocks: list[Block] = [Paragraph(text(*title, "."))]
    if one.why_not:
        blocks.append(Paragraph(text(f"{one.why_not[:1].upper()}{one.why_not[1:]}."), "warning"))
    if one.why_no_events:
        blocks.append(Paragraph(text(f"Not played event by event: {one.why_no_events}.")))
    if one.stress is not None and not one.is_healthy_before:
        told = "Its steady state doesn't hold before the fault begins: nobody would begin the experiment."
        blocks.append(Paragraph(text(told), "warning"))
    if one.statements:
        head = ("for", "statement", "held in", "nearest")
        rows = tuple(_statement(judged) for judged in one.statements)
        blocks.append(Table(f"statements-{one.name}", "What was expected", head, rows, is_headed=False))
    if one.assumed:
        blocks.append(Paragraph(text("Not shown by any run:")))
        blocks.append(Bullets(tuple(text(each) for each in one.assumed)))
    return blocks


def _statement(judged: Judged) -> tuple[Cell, ...]:
    unit = _UNITS[METRICS[judged.statement.metric].unit]
    held: Cell = judged.why_not
    if judged.held is not None:
        held = text(Number(float(judged.held.k), "count"), " of ", Number(float(judged.held.n), "count"))
        if judged.held.n == 1:
            held = "yes" if judged.held.k else "no"
    nearest = Number(judged.reading, unit) if math.isfinite(judged.reading) else None
    return (_ROLES[judged.role], sentence(judged.statement), held, nearest)


def sentence(statement: Statement) -> Text:
    """A statement as people write it: `checkout p95_ms below 2.5 s within 120 s after`."""
    metric = METRICS[statement.metric]
    subject = f"{statement.of} " if statement.of else ""
    side, at = ("above", statement.above) if statement.above is not None else ("below", statement.below)
    assert at is not None
    when: Text = text(f" {statement.when}") if statement.when else ()
    if statement.within_s_after is not None:
        when = text(" within ", Number(statement.within_s_after, "s"), " after")
    called = metric.name if "_" not in metric.name else metric.words[0]
    return text(f"{subject}{called} {side} ", Number(at, _UNITS[metric.unit]), *when)
