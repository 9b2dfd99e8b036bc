"""The few designs that stand for the front, what the designs of each group have in common, and the knees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.changes import called, numbered
from optimizer.decide.choose.representatives import Representatives
from optimizer.decide.choose.survival_rules import Rules
from optimizer.decide.recommend.visible_front import ShownFront, visible_words
from optimizer.phrases import capitalised
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, Text, text
from optimizer.sections.rules import rule_text
from optimizer.sections.subject import Subject
from optimizer.sections.wording import numbers

#: Rules of a group that are told.
MOST_RULES = 3


def representatives(
    subject: Subject,
    told: Representatives,
    shown: ShownFront,
    knees: Sequence[tuple[int, str]],
    rules: Sequence[Rules] = (),
) -> Section:
    """The few designs that stand for the front.

    Args:
        subject: What it is about.
        told: The few.
        shown: The designs for which they stand.
        knees: Positions of the knees, with the reason of each.
        rules: What the designs of each group have in common; empty = it wasn't asked.
    """
    evaluation = subject.front.evaluation
    sizes = np.bincount(told.group, minlength=len(told.positions))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name,
            numbered(subject.space, subject.front.X, i),
            Number(float(size), "count"),
            *numbers(evaluation, i),
        )
        for i, name, size in zip(told.positions, told.names, sizes, strict=True)
    )
    head = ("what sets it apart", "design", "stands for", *(d.name for d in evaluation.dimensions))
    many = visible_words(len(shown), shown.on_front)
    blocks: list[Block] = [
        Paragraph(text(f"They stand for {many}.")),
        Table("representatives", "The designs that stand for the front", head, rows),
    ]
    for name, one in zip(told.names, rules, strict=False):
        if one.exact:
            blocks += [
                Paragraph(text(f'Only among those that "{name}" stands for:')),
                _only_there(subject, one),
            ]
    blocks += [
        Paragraph(near_text(told, shown)),
        Paragraph(text("Knees:")),
        Bullets(knee_points(subject, knees)),
    ]
    return Section("representatives", "The designs that stand for the front", tuple(blocks))


def _only_there(subject: Subject, one: Rules) -> Bullets:
    return Bullets(
        tuple(
            text(f"{rule_text(subject.labels, rule)} (", Number(rule.coverage, "fraction"), " of them)")
            for rule in one.exact[:MOST_RULES]
        )
    )


def near_text(told: Representatives, shown: ShownFront) -> Text:
    """How far the designs of the front that are shown are from those that stand for them."""
    which = "of the front" if len(shown) == shown.on_front else "of the front that differs visibly"
    if told.radius <= 0.0:
        which = which.replace("differs", "differ")
        return text(f"These are all designs {which}.")
    return text(
        f"Every design {which} differs from the one that stands for it by no more than ",
        Number(told.radius, "fraction"),
        " of the front's range, in any dimension.",
    )


def knee_points(subject: Subject, knees: Sequence[tuple[int, str]]) -> tuple[Text, ...]:
    """The knees, a sentence each."""
    points = []
    for k, (i, why) in enumerate(knees):
        who = capitalised(called(subject.space, subject.front.X, i))
        points.append(text(f"{who} is {'the' if not k else 'another'} knee{': ' if why else ''}{why}."))
    return tuple(points)
