"""One design dimension by dimension, and where it stands among the front: numbers and words for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Evaluation, concatenate
from optimizer.changes import called
from optimizer.decide.choose.asks import keeps
from optimizer.decide.explain.standing import Place
from optimizer.decide.noise import is_equal
from optimizer.model import MODEL_ERROR, Goal, ModelError
from optimizer.pareto.front import Front
from optimizer.phrases import capitalised
from optimizer.report.sections.glossary import WORDS
from optimizer.sections.content import Number, Text, joined, text
from optimizer.sections.subject import Subject
from optimizer.sections.wording import moved, moved_in, number, over_text

#: Designs that beat another and are named.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One dimension of a design.

    Attributes:
        name: The dimension.
        meaning: What it is, in a sentence.
        value: Its value here.
        today: Its value in today's design.
        against_today: The difference in words: `31 ms faster`.
        is_better: Whether it is better than today's; None = the same.
        within_error: Whether both differ, and by no more than the model's error.
        runner_up: Its value in the runner-up; None = there is none.
        against_runner_up: The difference in words.
        best: The best that any feasible design reaches; None = none is feasible.
        reached_by: Position on the front of the first that reaches it.
        is_best: Whether this design is feasible and reaches it itself.
        limit: Its limit; None = it has none.
        keeps: Whether it is within its limit; None = it has none.
        is_wish: Whether the limit is a wish, that costs no design its place.
    """

    name: str
    meaning: str
    value: Number
    today: Number
    against_today: Text
    is_better: bool | None
    within_error: bool
    runner_up: Number | None
    against_runner_up: Text
    best: Number | None
    reached_by: int | None
    is_best: bool
    limit: Number | None
    keeps: bool | None
    is_wish: bool


def measured(
    design: Evaluation,
    today: Evaluation,
    front: Front,
    runner_up: int | None,
    goals: Sequence[Goal],
    *,
    error: ModelError = MODEL_ERROR,
) -> tuple[Measured, ...]:
    """A design dimension by dimension.

    Args:
        design: The design, evaluated; one row.
        today: Today's design, evaluated; one row.
        front: The front.
        runner_up: Position on the front of the runner-up; None = there is none.
        goals: What is wanted of each dimension, by position.
        error: The model's error.
    """
    meanings = {word.lower(): sentence for word, sentence in WORDS}
    same = is_equal(concatenate([design, today]), 0, error)[1]
    found = []
    for j, (dimension, goal) in enumerate(zip(design.dimensions, goals, strict=True)):
        here, before = float(design.values[0, j]), float(today.values[0, j])
        reached_by = int(np.argmin(front.losses[:, j])) if len(front) else None
        rival = None if runner_up is None else float(front.evaluation.values[runner_up, j])
        found.append(
            Measured(
                name=dimension.name,
                meaning=meanings.get(dimension.name, ""),
                value=number(dimension, here),
                today=number(dimension, before),
                against_today=moved_in(dimension, before, here),
                is_better=None if here == before else (here - before) * dimension.sign < 0.0,
                within_error=bool(same[j]) and here != before,
                runner_up=None if rival is None else number(dimension, rival),
                against_runner_up=() if rival is None else moved_in(dimension, rival, here),
                best=None
                if reached_by is None
                else number(dimension, float(front.evaluation.values[reached_by, j])),
                reached_by=reached_by,
                is_best=reached_by is not None
                and bool(design.feasible[0])
                and here == float(front.evaluation.values[reached_by, j]),
                limit=None if goal.limit is None else number(dimension, goal.limit),
                keeps=None if goal.limit is None else bool(keeps(dimension, np.array([here]), goal.limit)[0]),
                is_wish=not goal.is_constraint,
            )
        )
    return tuple(found)


def placed(place: Place, design: Evaluation, subject: Subject) -> tuple[Text, ...]:
    """Where a design stands, in sentences; the first is the headline."""
    front, space = subject.front, subject.space
    said: list[Text] = []
    if place.rules:
        many = "a rule" if len(place.rules) == 1 else f"{len(place.rules)} rules"
        said.append(text(f"This combination is not allowed: it breaks {many} of the scenario."))
        said += [text(f"Broken rule: {rule}.") for rule in place.rules]
    if place.broken:
        limits = joined([over_text(subject.limits, name, over) for name, over in place.broken.items()])
        said.append(text("Not feasible: it breaks ", *limits, "."))
    if said:
        return tuple(said)
    if place.position is not None:
        among = text(Number(float(len(front)), "count"))
        return (
            text(
                f"On the front, as design {place.position + 1} of ", *among, ": no feasible design beats it."
            ),
        )
    if place.standing == "unseen":
        return (
            text(
                "Feasible, and no design on the front beats it: the solve has not met it. It belongs there."
            ),
        )
    values, rivals = design.values[0], front.evaluation.values
    named = [int(i) for i in place.beaten_by[:MOST_NAMED]]
    if place.standing == "alike":
        equal = [i for i in named if np.array_equal(rivals[i], values)]
        if equal:
            who = called(space, front.X, equal[0])
            return (text(f"Not on the front by itself: {who} there is the same in everything."),)
        who = called(space, front.X, named[0])
        headline = text(f"As good as {who}: what that is better in is within the model's error.")
        return (headline,)
    rest = len(place.beaten_by) - len(named)
    more = text(" (and ", Number(float(rest), "count"), " more)") if rest > 0 else ()
    names = joined([text(called(space, front.X, i)) for i in named])
    verb = "is" if len(named) == 1 else "are"
    said.append(text("Beaten by ", *names, *more, f", which {verb} at least as good in everything."))
    for i in named:
        who = capitalised(called(space, front.X, i))
        said.append(text(f"{who} is ", *moved(design.dimensions, values, rivals[i]), "."))
    return tuple(said)
