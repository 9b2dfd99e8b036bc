"""What a change of decisions does, what every single change would do, and how much each decision matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.evaluation import DIMENSIONS, Evaluation
from optimizer.changes import Change
from optimizer.decide.confidence.sobol import Indices
from optimizer.decide.explain.effects import Effects, Interaction
from optimizer.model import Bound, Labels
from optimizer.sections.content import Block, Bullets, Number, Paragraph, Section, Table, Text, joined, text
from optimizer.sections.wording import beyond_text, changes_text, counted, limit_label, moved, over_text

#: Pairs of changes that are told.
MOST_PAIRS = 12
#: Share of a dimension's variance below which a decision isn't told for it.
_TOLD_FROM = 0.01


def one_change(
    both: Evaluation, what: Sequence[Change], labels: Labels, limits: Mapping[str, Bound]
) -> Section:
    """What one change does.

    Args:
        both: The design before and after, evaluated; two rows.
        what: What is changed.
        labels: What decisions and their values are called.
        limits: Where limits stand.
    """
    effect = moved(both.dimensions, both.values[0], both.values[1]) or text("the same in everything")
    points: list[Text] = []
    for j, name in enumerate(both.constraints):
        before, after = float(both.excess[0, j]), float(both.excess[1, j])
        if before <= 0.0 < after:
            points.append(text("it breaks ", *over_text(limits, name, after)))
        elif after <= 0.0 < before:
            points.append(text("it mends what was broken: ", *beyond_text(limits, name, before)))
        elif after > 0.0:
            points.append(text("still broken: ", *over_text(limits, name, after)))
    first = Paragraph(text(*changes_text(labels, what), ": ", *effect, "."))
    blocks: tuple[Block, ...] = (first, Bullets(tuple(points))) if points else (first,)
    return Section("what-if", "What a change does", blocks)


def every_change(effects: Effects, pairs: Sequence[Interaction] | None, labels: Labels) -> Section:
    """What every change of one decision would do, and which pairs do more together.

    Args:
        effects: The changes of one design.
        pairs: Pairs that do something else together than each alone; None = they weren't asked for.
        labels: What decisions and their values are called.
    """
    start, changed = effects.start, effects.changed
    rows = tuple(
        (
            changes_text(labels, what),
            moved(start.dimensions, start.values[0], changed.values[k]) or "no difference",
            _limits(start, changed, k) or None,
        )
        for k, what in enumerate(effects.what)
    )
    head = ("change", "what it does", "limits")
    blocks: list[Block] = [Table("changes", "What each change would do, all else kept", head, rows)]
    if pairs is not None:
        blocks += _pairs(start, pairs, labels)
    return Section("what-if", "What each change would do", tuple(blocks))


def _limits(start: Evaluation, changed: Evaluation, k: int) -> str:
    before, after = start.excess[0] > 0.0, changed.excess[k] > 0.0
    names = [limit_label(name) for name in start.constraints]
    breaks = [n for n, a, b in zip(names, before, after, strict=True) if b and not a]
    mends = [n for n, a, b in zip(names, before, after, strict=True) if a and not b]
    told = [f"BREAKS {', '.join(breaks)}"] if breaks else []
    return "; ".join([*told, f"mends {', '.join(mends)}"] if mends else told)


def _pairs(start: Evaluation, pairs: Sequence[Interaction], labels: Labels) -> list[Block]:
    told = "pair does something else together", "pairs do something else together"
    blocks: list[Block] = [Paragraph(text(*counted(len(pairs), *told), " than each alone."))]
    points = []
    for one in pairs[:MOST_PAIRS]:
        names = joined([text(start.dimensions[j].name) for j in one.beyond]) or text("no dimension")
        limits = joined([text(limit_label(name)) for name in one.is_needed])
        needed = text("; only together they mend ", *limits) if limits else ()
        both = text(*changes_text(labels, one.a), " with ", *changes_text(labels, one.b))
        points.append(text(*both, ": in ", *names, *needed))
    return [*blocks, Bullets(tuple(points))] if points else blocks


def shares(found: Indices, names: Sequence[str]) -> Section:
    """How much each decision matters in the whole space.

    Args:
        found: The share of each dimension's variance that goes with each decision.
        names: What the decisions are called.
    """
    title = "How much each decision matters"
    if not names:
        return Section("shares", title, (Paragraph(text("There are no decisions: nothing varies.")),))
    rows = tuple(
        (
            name,
            *(Number(min(float(v), 1.0), "fraction") if v >= _TOLD_FROM else None for v in total),
        )
        for name, total in zip(names, found.total, strict=True)
    )
    caption = "Share of each dimension's variance that goes with a decision, alone and with others"
    head = ("decision", *(dimension.name for dimension in DIMENSIONS))
    return Section("shares", title, (Table("shares", caption, head, rows),))
