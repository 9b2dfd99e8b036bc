"""The choice as an architecture decision record, in the order of MADR 4.0."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Dimension, Evaluation
from optimizer.changes import changes
from optimizer.phrases import is_told_by_both
from optimizer.report.content import Candidate, Decision
from optimizer.report.findings import Findings
from optimizer.report.sections.answer import (
    choice_text,
    doubt_text,
    is_unsafe,
    price_text,
    today_text,
    where_it_breaks,
)
from optimizer.report.sections.origin import provenance
from optimizer.sections.content import Number, Text, joined, text
from optimizer.sections.survival import survives_text
from optimizer.sections.wording import (
    MOST_NAMED,
    broken,
    changes_text,
    limit_label,
    moved_in,
    number,
    over_text,
)

#: How readily something is given up, in words.
_GIVEN_UP = {
    "never": "never given up",
    "rare": "given up rarely",
    "sometimes": "given up sometimes",
    "pay": "given up readily",
}


def record(found: Findings, made: date) -> Decision:
    """The decision: context, drivers, options, outcome, consequences, confirmation."""
    candidates = _candidates(found)
    chosen = 0 if found.chosen is not None else None
    name = found.title or "the system"
    return Decision(
        title=f"Which design for: {name}",
        status="proposed",
        date=made.isoformat(),
        context=tuple(
            part for part in (text(" ".join(found.summary.split())), today_text(found)) if part != ("",)
        ),
        drivers=_drivers(found),
        candidates=candidates,
        chosen=chosen,
        because=_because(found),
        outcome=() if chosen is None else (choice_text(found), price_text(found)),
        good=candidates[0].good if chosen == 0 else (),
        bad=(*candidates[0].bad, *_notices(found), *_doubts(found)) if chosen == 0 else (),
        confirmation=_confirmation(found),
        more=tuple(text(f"{label}: ", *value) for label, value in provenance(found.solution)),
    )


def _drivers(found: Findings) -> tuple[Text, ...]:
    drivers = []
    for dimension, goal in zip(found.solution.today.dimensions, found.goals, strict=True):
        parts: list[Text] = []
        if goal.limit is not None:
            bound = "at most " if dimension.better == "lower" else "at least "
            kind = "" if goal.is_constraint else " wished for"
            parts.append(text(bound, number(dimension, goal.limit), kind))
        if goal.tolerance is not None:
            parts.append(text(_GIVEN_UP[goal.tolerance]))
        drivers.append(
            text(
                f"{dimension.name}, {dimension.better} is better",
                *(part for one in parts for part in (", ", *one)),
            )
        )
    others = [
        name
        for name in found.solution.today.constraints
        if name not in {d.name for d in found.solution.today.dimensions}
    ]
    if others:
        drivers.append(text("limits on ", *joined([text(limit_label(name)) for name in others])))
    return tuple(drivers)


def _candidates(found: Findings) -> tuple[Candidate, ...]:
    today = found.solution.today
    own: list[Candidate] = []
    if found.chosen is not None:
        values = found.chosen.values[0]
        assert found.against_today is not None
        same = found.against_today.equal[1]
        x = found.chosen.X[0]
        own.append(_candidate(found, found.names[0], x, values, today.values[0], "today's", same))
        others = found.against_chosen
        if others is not None:
            own += [
                _candidate(
                    found,
                    name,
                    others.evaluation.X[i],
                    others.evaluation.values[i],
                    values,
                    "the chosen one",
                    others.equal[i],
                )
                for i, name in enumerate(found.names[1:], start=1)
            ]
        own.append(
            _candidate(found, "today's design", today.X[0], today.values[0], values, "the chosen one", same)
        )
    else:
        own.append(
            _candidate(found, "today's design", today.X[0], today.values[0], today.values[0], "itself", None)
        )
    return tuple(own)


def _candidate(
    found: Findings,
    name: str,
    x: Array,
    values: Array,
    against: Array,
    whom: str,
    same: NDArray[np.bool_] | None,
) -> Candidate:
    """An option, with what is better and what is worse than in another; `same`: within the model's error."""
    dimensions = found.solution.today.dimensions
    signs = np.array([d.sign for d in dimensions])
    better = np.flatnonzero(values * signs < against * signs).tolist()
    worse = np.flatnonzero(values * signs > against * signs).tolist()
    what = changes(found.space, found.space.canonical(np.asarray(found.space.today)[None, :])[0], x)

    def told(j: int) -> Text:
        than = _than(dimensions[j], float(against[j]), float(values[j]), whom)
        return than if same is None or not same[j] else text(*than, ", which is within the model's error")

    good = [told(j) for j in better]
    bad = [told(j) for j in worse]
    evaluated = _row(found, x)
    if evaluated is not None:
        over = broken(*evaluated)
        good += [] if over else [text("it stays within every limit")]
        bad += [text("it breaks ", *over_text(found.limits, limit, amount)) for limit, amount in over]
    named = text("changes ", *changes_text(found.labels, what, most=MOST_NAMED))
    return Candidate(name, named, tuple(good), tuple(bad))


def _than(dimension: Dimension, before: float, after: float, whom: str) -> Text:
    """What a value is against somebody's; where both are told, both are told of already."""
    if not is_told_by_both(dimension, before, after):
        return text(f"it {dimension.called.verb} ", *moved_in(dimension, before, after), f" than {whom}")
    new, old = number(dimension, after), number(dimension, before)
    return text(f"its {dimension.name} is ", new, " instead of ", old, f" ({whom})")


def _row(found: Findings, x: Array) -> tuple[Evaluation, int] | None:
    for evaluation in (
        found.chosen,
        found.solution.today,
        None if found.against_chosen is None else found.against_chosen.evaluation,
    ):
        if evaluation is not None:
            here = np.flatnonzero(np.all(x == evaluation.X, axis=1))
            if here.size:
                return evaluation, int(here[0])
    return None


def _because(found: Findings) -> Text:
    if found.chosen is None:
        return text("no design that was looked at stays within every limit")
    made = found.solution.recommendation
    if found.is_recommended and made is not None:
        pick = made.pick("recommended")
        sure = None if pick is None else pick.confidence
        told = text("it is the first by the rule of recommendation (docs/recommendation.md)")
        if sure is not None:
            told = text(
                *told, ": all limits hold in ", Number(sure, "fraction"), " of the draws of the guesses"
            )
        if pick is not None and made.survives != "not_asked":
            told = text(*told, "; it must survive ", *survives_text(pick.endured))
        return text(*told, *where_it_breaks(found))
    if found.is_recommended:
        return text(
            "of all designs on the front it gives up least, on average over all opinions of what matters",
            *where_it_breaks(found),
        )
    return text("it was chosen by a person", *where_it_breaks(found))


def _notices(found: Findings) -> list[Text]:
    return [text(f"users are told: {notice.text}") for notice in found.notices]


def _doubts(found: Findings) -> list[Text]:
    return [text("it may not hold. ", *doubt_text(found))] if is_unsafe(found) else []


def _confirmation(found: Findings) -> tuple[Text, ...]:
    if found.chosen is None:
        return (text("There is nothing to confirm yet."),)
    if not found.model.has_load:
        return (text("The numbers are worked out anew whenever the model changes."),)
    parts = [
        text(
            "tradespace gate, run by the build with the file design.yaml, fails when this design breaks a "
            "limit, or when another design is better by more than the steps and the model's error."
        )
    ]
    doubts = found.doubts
    if doubts is not None and not is_unsafe(found):
        share = Number(float(doubts.holds[-1]), "fraction")
        parts.append(text("All limits hold in ", share, " of the draws of the numbers that are guesses."))
    return tuple(parts)
