"""The shortlist: what to take, how sure that is, what lies below and above it on the ladder, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.evaluation import Evaluation
from optimizer.changes import TODAYS, called, is_today, numbered
from optimizer.decide.choose.asks import Ask, asks_of, kept
from optimizer.decide.confidence.limits_in_draws import FEW
from optimizer.decide.recommend.recommendation import Pick, Recommendation
from optimizer.model import Goal, Model
from optimizer.pareto.front import Front
from optimizer.sections.breaking import break_text, two_loads_text, up_to_text
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
from optimizer.sections.reliance import reliance_rows
from optimizer.sections.survival import SURVIVES, refuted_text, survived_text, survives_text
from optimizer.sections.verdict import verdict
from optimizer.sections.verify import SHORT, verdict_text
from optimizer.sections.wording import against_today, counted, number
from optimizer.solver.solution import Solution

#: The row that says what a simulation found.
CHECKED = "checked by simulation"
#: What a design of the shortlist is called for.
ROLES = {
    "recommended": "recommended",
    "cheapest": "cheapest that holds",
    "halfway": "halfway",
    "next": "next step",
    "safest": "safest",
    "keeps_most": "keeps most of what was asked",
    "best_of_never": "best in what is never given up",
}
#: Why the runner-up comes second, by what tells the two apart first.
_SECOND = {
    "asks": "it keeps less of what was asked",
    "targets": "it comes less near to what was asked",
    "knee": "it gives up more on average",
    "changes": "all that was asked is equal, and it changes more decisions",
    "sure": "all that was asked is equal, and the model isn't sure of its numbers",
    "effort": "all that was asked is equal, and it takes more work",
    "headroom": "all that was asked is equal, and its busiest component has less headroom",
    "order": "nothing that counts tells them apart; the order of the decisions does",
}


def shortlist(model: Model, solution: Solution) -> Section:
    """The shortlist of a solution that has a recommendation.

    Args:
        model: The model.
        solution: Its solution.

    Raises:
        ValueError: Nobody asked for a recommendation.
    """
    found = solution.recommendation
    if found is None:
        raise ValueError("the solution holds no recommendation; solve it anew")
    blocks = (*verdict(model, solution, found), *shortlist_blocks(model, solution, found))
    if found.draws and found.picks:
        blocks = (*blocks, Paragraph(two_loads_text()))
    return Section("shortlist", "The shortlist", blocks)


def shortlist_blocks(
    model: Model, solution: Solution, found: Recommendation, *, has_changes: bool = True
) -> tuple[Block, ...]:
    """The designs side by side, the ladder, and why the recommended one.

    Args:
        model: The model.
        solution: Its solution.
        found: Its recommendation.
        has_changes: Whether it is told what the recommended design changes.
    """
    if not found.picks:
        return ()
    front = solution.front
    table = designs(model, solution, found)
    return (table, *ladder(model, front, found), *reasons(model, front, found, has_changes=has_changes))


def text_count(many: int) -> Number:
    """A number of things."""
    return Number(float(many), "count")


def designs(model: Model, solution: Solution, found: Recommendation) -> Table:
    """The designs of the shortlist, a column each; today's comes first unless it is one of them."""
    front = solution.front.evaluation
    asks = asks_of(_goals(model, solution.front))
    columns = [
        _Column(numbered(model.space, front.X, _place(pick)), pick, front, _place(pick))
        for pick in found.picks
    ]
    if not any(is_today(model.space, front.X[column.row]) for column in columns):
        columns.insert(0, _Column(TODAYS, found.today, solution.today, 0))
    rows: list[tuple[Cell, ...]] = [("why it is here", *(column.why for column in columns))]
    rows += [
        (dimension.name, *(number(dimension, column.evaluation.values[column.row, j]) for column in columns))
        for j, dimension in enumerate(front.dimensions)
    ]
    if asks:
        rows.append(("asked and kept", *(column.kept(asks) for column in columns)))
    if found.draws:
        rows.append(("confidence", *(column.confidence for column in columns)))
    if model.has_load:
        rows.append(("first break", *(break_text(column.pick.first_break) for column in columns)))
    if any(column.pick.check.verdict != "not_checked" for column in columns):
        rows.append((CHECKED, *(SHORT[column.pick.check.verdict] for column in columns)))
    if found.survives != "not_asked":
        rows.append((SURVIVES, *(survives_text(column.pick.endured) or None for column in columns)))
    rows += reliance_rows([(column.evaluation.indicators, column.row) for column in columns])
    dearer = _to_next(solution.front, found)
    if dearer:
        rows.append(("to the next step", *(dearer.get(column.pick.position) for column in columns)))
    head = ("", *(column.name for column in columns))
    return Table("shortlist", "The shortlist, beside today's design", head, tuple(rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One design of the shortlist."""

    name: str
    pick: Pick
    evaluation: Evaluation
    row: int

    @property
    def why(self) -> Text:
        roles = [text(ROLES[role]) for role in self.pick.roles]
        return joined(roles, last=", ") if roles else text("runs now")

    @property
    def confidence(self) -> Cell:
        return None if self.pick.confidence is None else Number(self.pick.confidence, "fraction")

    def kept(self, asks: Sequence[Ask]) -> Text:
        keeps = kept(self.evaluation, asks)[self.row]
        return text(text_count(int(keeps.sum())), " of ", text_count(len(asks)))


def ladder(model: Model, front: Front, found: Recommendation) -> tuple[Block, ...]:
    """What each further amount of money buys: certainty and headroom."""
    steps = found.ladder
    if len(steps) < 2 or not found.decide_by:
        return ()
    j = _decides(front, found)
    dimension = front.evaluation.dimensions[j]
    points: list[Text] = []
    before: float | None = None
    for pick in steps:
        value = float(front.evaluation.values[_place(pick), j])
        amount = (
            text(number(dimension, value))
            if before is None
            else text(number(dimension, abs(value - before)), " more" if value >= before else " less")
        )
        holds: Text = ()
        if pick.confidence is not None:
            holds = text("holds in ", Number(pick.confidence, "fraction"), " of the draws, ")
        names = joined([text(ROLES[role]) for role in pick.roles], last=", ")
        up_to = up_to_text(pick.first_break)
        points.append(text(*amount, ": ", *holds, *up_to, " (", *names, ")"))
        before = value
    return Paragraph(text(f"The ladder, by {dimension.name}:")), Bullets(tuple(points))


def reasons(
    model: Model, front: Front, found: Recommendation, *, has_changes: bool = True
) -> tuple[Block, ...]:
    """Why the recommended design, why not the runner-up, and what the draws stand on."""
    pick = found.pick("recommended")
    assert pick is not None
    i = _place(pick)
    asks = asks_of(_goals(model, front))
    points: list[Text] = []
    if has_changes:
        points.append(text("It changes ", *against_today(model.labels, model.space, front.X[i]), "."))
    points += _asks_text(front.evaluation, i, asks)
    points.append(
        _chosen_by(front, found, has_asks=bool(asks), keeps_all=bool(kept(front.evaluation, asks)[i].all()))
    )
    if found.runner_up is not None:
        points.append(_runner_up(model, front, found, found.runner_up))
    if found.draws:
        points.append(_draws(found, len(front)))
    why = "would be next" if pick.is_refuted else "would be first"
    points += [_refuted(model, front, one, why) for one in found.refuted]
    points.append(_checked(pick))
    if found.survives != "not_asked":
        points.append(survived_text(found, pick))
    return Paragraph(text("Why this one:")), Bullets(tuple(points))


def _checked(pick: Pick) -> Text:
    """What a simulation said of the recommended design."""
    if pick.check.verdict == "not_checked":
        return verdict_text(pick.check)
    return text(f"Checked by simulation ({pick.check.phase}): ", *verdict_text(pick.check))


def _refuted(model: Model, front: Front, pick: Pick, why: str) -> Text:
    """A design that failed its check, or doesn't survive event by event."""
    name = called(model.space, front.X, _place(pick))
    if not pick.check.is_refuted:
        return text(f"{name} {why}, but event by event it falls: ", *refuted_text(pick))
    return text(f"{name} {why}, but fails its check by simulation: ", *verdict_text(pick.check))


def _chosen_by(front: Front, found: Recommendation, *, has_asks: bool, keeps_all: bool) -> Text:
    """How it was chosen of the designs that are as likely to keep their limits, and keep as much."""
    among = "that keep as much" if has_asks else "that are likely enough to keep their limits"
    if found.reached in ("closest", "never"):
        among = f"that come closest{' and keep as much' if has_asks else ''}"
    if found.by == "targets":
        how = "goes furthest beyond what was asked" if keeps_all else "comes nearest to what it misses"
        return text(f"Of the designs {among} it {how}.")
    if found.by == "knee":
        return text("Nothing is asked beside the limits: it gives up least on average (the knee).")
    called_best = front.evaluation.dimensions[_decides(front, found)].called
    it = f"it {called_best.verb} the {called_best.best}"
    if has_asks:
        return text(f"Of the designs {among} {it}; differences that nobody notices don't count.")
    return text(
        f"Nothing is asked beside the limits: of the designs {among} {it}, and of equals it gives up least "
        "on average (the knee)."
    )


def _asks_text(evaluation: Evaluation, i: int, asks: Sequence[Ask]) -> list[Text]:
    """What a design keeps and misses of what was asked."""
    if not asks:
        return []
    keeps = kept(evaluation, asks)[i]
    missed = []
    for ask, holds in zip(asks, keeps, strict=True):
        if not holds:
            dimension = evaluation.dimensions[ask.dimension]
            value = number(dimension, evaluation.values[i, ask.dimension])
            missed.append(
                text(f"the {ask.kind} of {dimension.name} ", number(dimension, ask.value), " (", value, ")")
            )
    if not missed:
        return [
            text(
                "It keeps all that was asked: ",
                *counted(len(asks), "wish or target", "wishes and targets"),
                ".",
            )
        ]
    many = text(
        "It keeps ",
        text_count(int(keeps.sum())),
        " of ",
        text_count(len(asks)),
        " wishes and targets; it misses ",
    )
    return [text(*many, *joined(missed), ".")]


def _runner_up(model: Model, front: Front, found: Recommendation, second: int) -> Text:
    name = called(model.space, front.X, second)
    reason = found.why_not or "order"
    if reason == "value":
        dimension = front.evaluation.dimensions[_decides(front, found)]
        told = f"it {dimension.called.verb} {dimension.called.worse}"
    else:
        told = _SECOND[reason]
    return text(f"Second comes {name}: {told}.")


def _draws(found: Recommendation, on_front: int) -> Text:
    many = text(
        text_count(found.candidates), " of ", text_count(on_front), " designs of the front were tried"
    )
    told = text(*many, f" in up to {FEW} draws of the guesses, the shortlist in ", text_count(found.draws))
    if found.is_rate_assumed:
        told = text(*told, "; the file doesn't say how far the rate may be off: 10 % are assumed")
    return text(*told, ".")


def _to_next(front: Front, found: Recommendation) -> dict[int | None, Number]:
    """What the next step of the ladder takes more."""
    if not found.decide_by:
        return {}
    j = _decides(front, found)
    dimension, values = front.evaluation.dimensions[j], front.evaluation.values[:, j]
    steps = found.ladder
    return {
        one.position: number(dimension, abs(float(values[_place(two)] - values[_place(one)])))
        for one, two in pairwise(steps)
    }


def _decides(front: Front, found: Recommendation) -> int:
    return [dimension.name for dimension in front.evaluation.dimensions].index(found.decide_by)


def _goals(model: Model, front: Front) -> list[Goal]:
    return [model.goal(dimension) for dimension in front.evaluation.dimensions]


def _place(pick: Pick) -> int:
    assert pick.position is not None
    return pick.position
