"""The verdict: how sure the recommended design is of its limits, and who is surer."""

from __future__ import annotations

from optimizer.changes import called
from optimizer.decide.recommend.recommendation import Pick, Recommendation
from optimizer.model import Goal, Model
from optimizer.pareto.front import Front
from optimizer.phrases import capitalised
from optimizer.sections.content import Block, Number, Paragraph, Text, text
from optimizer.sections.survival import none_survives, refuted_text
from optimizer.sections.verify import verdict_text
from optimizer.sections.wording import number
from optimizer.solver.solution import Solution


def verdict(model: Model, solution: Solution, found: Recommendation) -> tuple[Block, ...]:
    """How sure the recommended design is of its limits; a warning where it is less sure than was wanted."""
    pick = found.pick("recommended")
    if pick is None:
        return ()
    return (*_refuted(found, pick), *none_survives(found), *_how_sure(model, solution, found, pick))


def _refuted(found: Recommendation, pick: Pick) -> tuple[Block, ...]:
    """That no design passes its check by simulation, where that is so: it is the first to know."""
    if not pick.is_refuted:
        return ()
    tried = Number(float(len(found.refuted) + 1), "count")
    told = text(
        "None of the ", tried, " designs that were tried passes its check by simulation. The first one: "
    )
    why = verdict_text(pick.check) if pick.check.is_refuted else refuted_text(pick)
    return (Paragraph(text(*told, *why), "warning"),)


def _how_sure(model: Model, solution: Solution, found: Recommendation, pick: Pick) -> tuple[Block, ...]:
    if pick.confidence is None:
        if not model.has_load:
            return ()
        who = capitalised(called(model.space, solution.front.X, pick.position or 0))
        why = "no number of the scenario may be off (`uncertainty`), not even the rate"
        return (Paragraph(text(f"{who} is recommended. How likely its limits hold wasn't asked: {why}.")),)
    wanted, sure = Number(found.wanted, "fraction"), Number(pick.confidence, "fraction")
    if found.reached == "reached":
        who = capitalised(called(model.space, solution.front.X, pick.position or 0))
        told = text(who, " is recommended: all limits hold in ", sure, " of the draws of the guesses")
        return (Paragraph(text(*told, " (at least ", wanted, " is asked for).")),)
    if found.reached == "never":
        return (
            Paragraph(
                text("Under the guesses no design ever keeps all limits: in none of the draws."), "warning"
            ),
        )
    has_asks = any(goal.target is not None or _is_wish(goal) for goal in model.goals.values())
    return (
        Paragraph(
            text(
                "No design is likely enough to keep its limits: ",
                wanted,
                " of the draws of the guesses are asked for. Of the ",
                Number(float(found.candidates), "count"),
                " that were tried the recommended one comes closest",
                " among those that keep most of what was asked" if has_asks else "",
                ": ",
                sure,
                ".",
                *safer(model, solution.front, found),
            ),
            "warning",
        ),
    )


def safer(model: Model, front: Front, found: Recommendation) -> Text:
    """The design that is surest of its limits, where the recommended one is less sure than was wanted.

    A sentence that follows another; empty where none is surer.

    Args:
        model: The model.
        front: Its front.
        found: The recommendation.
    """
    pick, safest = found.pick("recommended"), found.pick("safest")
    if pick is None or safest is None or pick.confidence is None or safest.confidence is None:
        return ()
    if pick.confidence >= found.wanted or safest.confidence <= pick.confidence:
        return ()
    who = capitalised(called(model.space, front.X, safest.position or 0))
    told = text(f" {who} is safer: ", Number(safest.confidence, "fraction"))
    if not found.decide_by:
        return text(*told, ".")
    names = [dimension.name for dimension in front.evaluation.dimensions]
    j = names.index(found.decide_by)
    dimension, values = front.evaluation.dimensions[j], front.evaluation.values[:, j]
    more = float(values[safest.position or 0] - values[pick.position or 0])
    word = "more" if more >= 0.0 else "less"
    return text(*told, ", at ", number(dimension, abs(more)), f" {word}.")


def _is_wish(goal: Goal) -> bool:
    return goal.limit is not None and not goal.is_constraint
