"""The answer: what today's design lacks, what to take and how sure that is, what it costs and gives up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.evaluation import AVAILABILITY, COST, Dimension, Evaluation
from optimizer.model import Bound
from optimizer.phrases import relief
from optimizer.report.findings import Findings
from optimizer.resilience.breaking_points import MOST
from optimizer.sections.content import Block, Number, Paragraph, Section, Text, joined, text
from optimizer.sections.cost import cost_split
from optimizer.sections.shortlist import shortlist_blocks
from optimizer.sections.verdict import verdict
from optimizer.sections.wording import (
    MOST_NAMED,
    beyond_text,
    broken,
    changes_text,
    counted,
    limit_label,
    number,
    over_text,
    times,
)

#: Limits that the first sentence names: it is one line.
MOST_LACKING = 4
#: Dimensions that the third sentence names.
MOST_GIVEN_UP = 2


def answer(found: Findings, *, has_doubts: bool = True) -> Section:
    """The answer: today's design, what to do, what that costs and gives up, and the shortlist.

    Args:
        found: The answers.
        has_doubts: Whether the guesses are tried as well, which takes its time.
    """
    solution, made = found.solution, found.solution.recommendation
    blocks: list[Block] = [Paragraph(today_text(found))]
    if found.chosen is None:
        blocks.append(Paragraph(_nothing(found), "warning"))
        return Section("answer", "The answer", tuple(blocks))
    if made is not None:
        blocks += verdict(found.model, solution, made)
    blocks += [Paragraph(choice_text(found)), Paragraph(price_text(found))]
    over = broken(found.chosen, 0)
    if over:
        told = joined([over_text(found.limits, name, amount) for name, amount in over])
        blocks.append(Paragraph(text("The chosen design breaks limits: ", *told, "."), "warning"))
    elif has_doubts and (made is None or not found.is_recommended) and is_unsafe(found):
        blocks.append(Paragraph(doubt_text(found), "warning"))
    if made is not None:
        blocks += shortlist_blocks(found.model, solution, made, has_changes=not found.is_recommended)
    first = measure_first_text(found) if has_doubts else ()
    if first:
        blocks.append(Paragraph(first))
    return Section("answer", "The answer", tuple(blocks))


def measure_first_text(found: Findings) -> Text:
    """Which guess to measure first, and what knowing it is worth; empty where no number may be off."""
    doubts = found.doubts
    if doubts is None or not doubts.knowledge.paths:
        return ()
    knowledge = doubts.knowledge
    best = int(np.lexsort((-knowledge.total.max(axis=1), -knowledge.value_usd))[0])
    worth = float(knowledge.value_usd[best])
    saves = (
        text("knowing it saves ", Number(worth, "USD"), " on average")
        if worth > 0.0
        else text("it moves the answer most; what knowing it would save can't be told from chance")
    )
    return text(f"Measure first: {knowledge.paths[best]}; ", *saves, ".")


def today_text(found: Findings) -> Text:
    """What today's design lacks."""
    load = () if found.peak_rate is None else load_text(found.peak_rate)
    lacking = lacking_text(found.solution.today, load, found.limits)
    if lacking:
        return lacking
    if found.why_not_today.on_front is not None:
        return text("Today's design stays within every limit", *load, ", and is on the front.")
    if found.why_not_today.dominators.size:
        better = found.why_not_today.dominators.size
        return text(
            "Today's design stays within every limit",
            *load,
            ", but ",
            *counted(better, "design of the front is", "designs of the front are"),
            " better.",
        )
    return text("Today's design stays within every limit", *load, ".")


def load_text(rate: float) -> Text:
    """The load that a design stands, in requests/s, in a sentence."""
    return text(" at ", Number(rate, "requests/s"))


def lacking_text(today: Evaluation, load: Text, limits: Mapping[str, Bound]) -> Text:
    """Which limits today's design breaks; empty = none.

    Args:
        today: It, evaluated.
        load: The load (`load_text`); empty = nobody knows it.
        limits: Where limits stand.
    """
    over = broken(today, 0)
    if not over:
        return ()
    busy = float(today.indicators["utilisation"][0]) if "utilisation" in today.indicators else 0.0
    if load and busy > 1.0:
        return _overloaded(today, busy, load, [name for name, _ in over])
    told = [
        beyond_text(limits, name, amount, is_first=not k)
        for k, (name, amount) in enumerate(sorted(over, key=lambda one: one[0] not in limits))
    ]
    return text("Today's design does not survive", *load, ": ", *joined(told, most=MOST_LACKING), ".")


def _overloaded(today: Evaluation, busy: float, load: Text, over: list[str]) -> Text:
    """A design whose busiest component is asked for more than it can do: what users see of that."""
    told = text("Today's design is ", times(busy), " overloaded", *load)
    names = [dimension.name for dimension in today.dimensions]
    if AVAILABILITY.name in names:
        fails = 1.0 - float(today.values[0, names.index(AVAILABILITY.name)])
        told = text(*told, ": ", Number(fails, "fraction"), " of requests fail")
    others = [text(limit_label(name)) for name in over if name in names and name != AVAILABILITY.name]
    if others:
        many = ("limit", "is") if len(others) == 1 else ("limits", "are")
        told = text(*told, f"; the {many[0]} on ", *joined(others), f" {many[1]} broken as well")
    return text(*told, ".")


def choice_text(found: Findings) -> Text:
    """What to do, and what it reaches."""
    assert found.chosen is not None
    who = "The recommended design" if found.is_recommended else "The chosen design"
    values = [
        text(f"{found.labels.dimension(dimension)} ", *_value(found, dimension, float(value)))
        for dimension, value in zip(found.chosen.dimensions, found.chosen.values[0], strict=True)
    ]
    if not found.changed:
        return text(who, " is today's: ", *joined(values), ".")
    what = changes_text(found.labels, found.changed, most=MOST_NAMED)
    return text(who, " changes ", *what, "; it reaches ", *joined(values), ".")


def _value(found: Findings, dimension: Dimension, value: float) -> Text:
    """A value of the chosen design; its cost with what it is spent on."""
    spent = found.model.hints.spent
    if dimension == COST and spent is not None and found.chosen is not None:
        return cost_split(value, spent(found.chosen.X[0]))
    return text(number(dimension, value))


def price_text(found: Findings) -> Text:
    """What the choice gives up, and where it breaks."""
    assert found.chosen is not None
    end = where_it_breaks(found)
    if found.position is None:
        why = (
            "because it breaks limits" if broken(found.chosen, 0) else "so it gives up more than it needs to"
        )
        return text(f"It is not on the front, {why}", *end, ".")
    given = sorted(
        (one for one in found.gives_up if one.share > 0.0 and not one.is_noise), key=lambda one: -one.share
    )
    if not given:
        return text("It gives up nothing that the model can tell", *end, ".")
    dimensions, values = found.chosen.dimensions, found.chosen.values[0]
    parts = [
        text(
            f"{dimensions[one.dimension].name} (",
            number(dimensions[one.dimension], values[one.dimension]),
            "; the best is ",
            number(dimensions[one.dimension], one.best),
            ")",
        )
        for one in given[:MOST_GIVEN_UP]
    ]
    return text("It gives up most in ", *joined(parts), *end, ".")


def is_unsafe(found: Findings) -> bool:
    """Whether the guesses of the scenario leave it open that the chosen design keeps all limits."""
    doubts = found.doubts
    return doubts is not None and float(doubts.holds[-1]) < found.model.confidence


def doubt_text(found: Findings) -> Text:
    """In how many draws of the guesses the chosen design keeps all limits, and which it keeps least."""
    doubts = found.doubts
    assert doubts is not None
    worst = int(doubts.holds[:-1].argmin())
    return text(
        "Some numbers of the scenario are guesses with bands: within these all limits hold in only ",
        Number(float(doubts.holds[-1]), "fraction"),
        f" of the draws; the limit on {limit_label(doubts.limits[worst])} holds in ",
        Number(float(doubts.holds[worst]), "fraction"),
        '. "What the answer stands on" says what to measure first.',
    )


def where_it_breaks(found: Findings) -> Text:
    """Where the chosen design breaks as the load grows, as the end of a sentence."""
    points, system = found.breaking, found.model.system
    if points is None or system is None:
        return ()
    first, busiest, margin = int(points.first[0]), int(points.bottleneck[0]), float(points.margin[0])
    if first < 0:
        return text(", and no limit is broken up to ", times(MOST), " the planned load")
    if points.holds[0, first] == 0.0:
        return text(f"; {limit_label(points.limits[first])} is broken whatever the load")
    where = f" at {system.components[busiest]}" if busiest >= 0 else ""
    return text(
        f"; {limit_label(points.limits[first])} breaks first{where}, at ", times(margin), " the planned load"
    )


def _nothing(found: Findings) -> Text:
    certificate, closest = found.solution.certificate, found.solution.closest
    seen = text("Of ", *counted(certificate.evaluated, "design"), " that ")
    was = "was" if certificate.evaluated == 1 else "were"
    told = text(*seen, f"{was} looked at none stays within every limit")
    if closest is None:
        return text(*told, ".")
    give = joined([text(relief(found.limits, name, amount)) for name, amount in broken(closest, 0)])
    return text(*told, "; for the nearest, ", *give, ".")
