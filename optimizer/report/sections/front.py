"""The front to explore, and the few designs that stand for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Evaluation
from optimizer.changes import called, marked
from optimizer.decide.explain.off_front import OffFront
from optimizer.model import Goal
from optimizer.phrases import capitalised
from optimizer.report.findings import Findings
from optimizer.sections.content import (
    Axis,
    Block,
    Bullets,
    Cell,
    FrontView,
    Number,
    Paragraph,
    Section,
    Table,
    joined,
    plain,
    text,
)
from optimizer.sections.representatives import knee_points, near_text
from optimizer.sections.shortlist import ROLES
from optimizer.sections.wording import against_today, broken, counted, limit_label, numbers, over_text

#: Decisions that are named of each of the few.
MOST_DECISIONS = 12
#: Designs of the front that the view shows at the most.
MOST_SHOWN = 5000
#: A dimension whose values span more than this factor is spread over its logarithm.
_WIDE = 50.0


def front(found: Findings) -> Section:
    """The front to explore, with its representatives marked."""
    certificate, evaluation = found.solution.certificate, found.front.evaluation
    told = str(certificate)
    blocks: list[Block] = [Paragraph(text(f"{told[:1].upper()}{told[1:]}."))]
    if len(found.front):
        blocks.append(front_view(found))
    else:
        blocks.append(_excluded(found))
    if found.alike:
        names = joined([text(evaluation.dimensions[j].name) for j in found.alike])
        blocks.append(
            Paragraph(
                text(
                    "In ",
                    *names,
                    " all designs of the front are alike within the model's error: don't choose by it.",
                ),
                "warning",
            )
        )
    return Section("front", "The front", tuple(blocks))


def representatives(found: Findings) -> Section | None:
    """The few designs that stand for the front."""
    few = found.few
    if few is None:
        return None
    evaluation = found.front.evaluation
    sizes = np.bincount(few.group, minlength=len(few.positions))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(i + 1),
            name,
            against_today(found.labels, found.space, evaluation.X[i], most=MOST_DECISIONS),
            Number(float(size), "count"),
        )
        for i, name, size in zip(few.positions, few.names, sizes, strict=True)
    )
    head = ("design", "what sets it apart", "what it changes against today's", "designs it stands for")
    points = list(knee_points(found, found.knees))
    if found.rivals.size:
        others = counted(found.rivals.size, "other design")
        points.append(text("Within the model's error ", *others, " could be the knee."))
    return Section(
        "few",
        "The few to look at",
        (
            Table("few", "The designs that stand for the front", head, rows),
            Paragraph(near_text(few, found.shown)),
            Bullets(tuple(points)),
        ),
    )


def front_view(found: Findings, *, most: int = MOST_SHOWN) -> FrontView:
    """The front as a page shows it: designs that differ visibly; larger ones thinned by wider boxes."""
    evaluation = found.front.evaluation
    marked, names = marks(found)
    keep = np.array(marked, dtype=np.intp)
    seen = np.union1d(found.shown.positions, keep)
    shown = seen[thinned(evaluation.take(seen), found.goals, most, keep=np.searchsorted(seen, keep))]
    table = Table(
        "marked",
        "The marked designs",
        ("design", "mark", *(d.name for d in evaluation.dimensions)),
        tuple((str(i + 1), name, *numbers(evaluation, i)) for i, name in zip(marked, names, strict=True)),
    )
    dimensions = ", ".join(d.name for d in evaluation.dimensions)
    return FrontView(
        alt=(
            f"Parallel coordinates of {len(shown):,} designs in {dimensions}, and a scatter of two of them. "
            "The table below gives the marked designs."
        ),
        axes=axes_of(evaluation.take(shown), found.goals),
        numbers=tuple(int(i) + 1 for i in shown),
        values=tuple(tuple(float(v) for v in evaluation.values[i]) for i in shown),
        today=tuple(float(v) for v in found.solution.today.values[0]),
        picks=tuple(i + 1 for i in marked),
        labels=tuple(names),
        thinned_from=len(evaluation) if len(shown) < len(evaluation) else None,
        table=table,
    )


def _opened(found: Findings, i: int) -> str:
    """A design of the front at the beginning of a sentence."""
    return capitalised(called(found.space, found.front.X, i))


def off_front_texts(found: Findings, away: OffFront) -> tuple[str, ...]:
    """Why each of some designs is not on the front, in words."""
    told = []
    for i, (is_feasible, dominator) in enumerate(zip(away.is_feasible, away.dominator, strict=True)):
        if not is_feasible:
            over = joined(
                [over_text(found.limits, name, amount) for name, amount in broken(away.evaluation, i)]
            )
            told.append(plain(text("It breaks ", *over, ".")))
        elif dominator >= 0:
            who = _opened(found, int(dominator))
            told.append(f"{who} is at least as good in everything, and better in something.")
        else:
            told.append("It was not looked at when the front was found, and would be on it.")
    return tuple(told)


def axes_of(evaluation: Evaluation, goals: tuple[Goal, ...]) -> tuple[Axis, ...]:
    """How each dimension is laid out."""
    axes = []
    for j, (dimension, goal) in enumerate(zip(evaluation.dimensions, goals, strict=True)):
        values = evaluation.values[:, j]
        values = values[np.isfinite(values)]
        scale = "linear"
        if dimension.scale == "nines":
            scale = "nines"
        elif values.size and values.min() > 0.0 and values.max() > _WIDE * values.min():
            scale = "log"
        limit = goal.limit if goal.is_constraint else None
        axes.append(Axis(dimension.name, dimension.shown_unit, dimension.better, limit, scale))  # type: ignore[arg-type]
    return tuple(axes)


def marks(found: Findings) -> tuple[list[int], list[str]]:
    """Positions and names of the designs that are marked: the chosen one first, then the shortlist."""
    positions = list(found.few.positions) if found.few is not None else []
    names = list(found.few.names) if found.few is not None else []
    made = found.solution.recommendation
    for pick in reversed(() if made is None else made.picks):
        if pick.position is None or pick.position >= len(found.front):
            continue
        called_for = ", ".join(ROLES[role] for role in pick.roles)
        if pick.position in positions:
            k = positions.index(pick.position)
            called_for = f"{called_for}; {names.pop(k)}"
            positions.pop(k)
        positions.insert(0, pick.position)
        names.insert(0, called_for)
    position = found.position
    if position is not None:
        name = ROLES["recommended"] if found.is_recommended else "chosen"
        if position in positions:
            k = positions.index(position)
            positions.insert(0, positions.pop(k))
            own = names.pop(k)
            names.insert(0, own if own.startswith(name) else f"{name}: {own}")
        else:
            positions, names = [position, *positions], [name, *names]
    names = [marked(found.space, found.front.X[i], name) for i, name in zip(positions, names, strict=True)]
    return positions, names


def thinned(
    evaluation: Evaluation, goals: tuple[Goal, ...], most: int, *, keep: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Positions of the designs that are shown: all, or the first in each box of a grid of steps.

    The grid's boxes are the scenario's steps (a thousandth of the range where none is given), doubled until
    no more than `most` designs are left.

    Args:
        evaluation: The front.
        goals: The steps, by dimension.
        most: Designs that are shown at the most, those to keep apart.
        keep: Designs that must be shown.
    """
    if len(evaluation) <= most:
        return np.arange(len(evaluation))
    values = evaluation.values.copy()
    for j, dimension in enumerate(evaluation.dimensions):
        values[:, j] = dimension.on_scale(values[:, j])
    finite = np.where(np.isfinite(values), values, np.nan)
    low, high = np.nanmin(finite, axis=0), np.nanmax(finite, axis=0)
    spans = np.where(high > low, high - low, 1.0)
    steps = np.array(
        [span / 1000.0 if goal.step is None else goal.step for goal, span in zip(goals, spans, strict=True)]
    )
    placed = np.where(np.isfinite(values), values, high + spans)
    while True:
        boxes = np.floor((placed - low) / steps)
        _, first = np.unique(boxes, axis=0, return_index=True)
        if len(first) <= most or math.isinf(float(steps.max())):
            return np.unique(np.concatenate([first, keep]))
        steps = steps * 2.0


def _excluded(found: Findings) -> Block:
    alone, at_least = found.solution.broken_alone, found.solution.at_least
    least = "at least " if found.solution.certificate.skipped else ""
    points = tuple(
        text(
            f"{limit_label(name)}: {'at least ' if name in at_least else ''}",
            *counted(many, "design breaks", "designs break"),
            f" it, {least}",
            Number(float(alone.get(name, 0)), "count"),
            " of them nothing else",
        )
        for name, many in found.solution.broken.items()
    )
    return Bullets(points)
