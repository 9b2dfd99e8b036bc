"""What was found: what was looked at, the shortlist, the front, and what excludes the rest."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation import Evaluation
from optimizer.changes import TODAYS
from optimizer.decide.recommend.visible_front import visible_front, visible_words
from optimizer.model import Model
from optimizer.phrases import capitalised, relief, written
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, Text, text
from optimizer.sections.shortlist import shortlist
from optimizer.sections.wording import broken, numbers
from optimizer.solver.solution import Solution
from optimizer.space import Space

#: Designs that are shown unless all are asked for.
MOST_SHOWN = 16


def solution_section(model: Model, solution: Solution, *, show_all: bool = False, more: str = "") -> Section:
    """A solution: what was looked at, the shortlist, the front, and what excludes the rest.

    Args:
        model: The model.
        solution: What was found.
        show_all: Whether a long front is shown whole.
        more: How the designs that are not shown can be had.
    """
    blocks: list[Block] = [Paragraph(text(f"{capitalised(str(solution.certificate))}."))]
    if len(solution.front):
        if solution.recommendation is not None:
            blocks += shortlist(model, solution).blocks
        blocks += _front(model, solution, show_all=show_all, more=more)
    else:
        blocks += nothing_feasible(model, solution).blocks
    return Section("solution", model.called, (*blocks, *_excluded(model, solution)))


def nothing_feasible(model: Model, solution: Solution) -> Section:
    """The design nearest to feasibility, and where the limits would have to be for it."""
    blocks: list[Block] = [Paragraph(text("No design is within every limit."))]
    closest = solution.closest
    if closest is not None:
        rows = [("today", solution.today, 0), ("nearest", closest, 0)]
        caption = "The design nearest to it breaks the fewest limits by the least"
        blocks.append(_designs("nearest", caption, rows, model.space))
        give = tuple(text(relief(model.limits, name, over)) for name, over in broken(closest, 0))
        blocks += [Paragraph(text("For it to be feasible:")), Bullets(give)]
    return Section("nothing", "No design is within every limit", tuple(blocks))


def _front(model: Model, solution: Solution, *, show_all: bool, more: str) -> list[Block]:
    """The designs that differ visibly beside today's, or all of the front; and how many they are."""
    seen = visible_front(model, solution.front, keep=solution.named).tolist()
    shown = _chosen(solution, range(len(solution.front)) if show_all else seen, show_all=show_all)
    rows = [("today", solution.today, 0)]
    rows += [(_name(solution, i), solution.front.evaluation, i) for i in shown]
    blocks: list[Block] = [_designs("front", "The front, beside today's design", rows, model.space)]
    if len(shown) < len(solution.front):
        told = visible_words(len(seen), len(solution.front))
        many = Number(float(len(shown)), "count")
        blocks.append(Paragraph(text(many, f" of {told}{f'; {more}' if more else ''}.")))
    return blocks


def _name(solution: Solution, i: int) -> str:
    return f"{i + 1} (recommended)" if i == solution.recommended else f"{i + 1}"


def _chosen(solution: Solution, of: Sequence[int], *, show_all: bool) -> list[int]:
    """All of a few designs; of many the best in each dimension, the recommended one, and some between."""
    if show_all or len(of) <= MOST_SHOWN:
        return list(of)
    chosen = {of[int(column.argmin())] for column in solution.front.losses[list(of)].T}
    if solution.recommended is not None:
        chosen.add(solution.recommended)
    for place in range(MOST_SHOWN):
        if len(chosen) < MOST_SHOWN:
            chosen.add(of[round(place * (len(of) - 1) / (MOST_SHOWN - 1))])
    return sorted(chosen)


def _designs(name: str, caption: str, rows: Sequence[tuple[str, Evaluation, int]], space: Space) -> Table:
    """Designs, a row each: values, and what is changed by the names that are typed on the command line."""
    head = ("design", *(d.name for d in rows[0][1].dimensions), "changes against today")
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (called, *numbers(evaluation, i), _changes(evaluation, i, space)) for called, evaluation, i in rows
    )
    return Table(name, caption, head, cells)


def _changes(evaluation: Evaluation, i: int, space: Space) -> str:
    """The decisions that differ from today's."""
    here, today = space.decode(evaluation.X[i]), space.decode(space.today)
    parts = []
    for name, value in here.items():
        if value == today.get(name):
            continue
        if isinstance(value, dict):
            before = today.get(name)
            differing = [
                f"{phase}: {written(part)}"
                for phase, part in value.items()
                if not isinstance(before, dict) or before.get(phase) != part
            ]
            parts.append(f"{name} ({', '.join(differing)})")
        elif value is True:
            parts.append(name)
        else:
            parts.append(f"{name} = {written(value)}")
    return ", ".join(parts) or f"nothing: it is {TODAYS}"


def _excluded(model: Model, solution: Solution) -> list[Block]:
    """What excludes the designs that are not feasible."""
    certificate = solution.certificate
    infeasible = certificate.evaluated - certificate.feasible
    if not infeasible:
        return []
    many = (Number(float(n), "count") for n in (infeasible, certificate.evaluated))
    told = Paragraph(text(next(many), " of ", next(many), " designs are infeasible:"))
    ordered = sorted(solution.broken.items(), key=lambda item: -item[1])
    points = tuple(_breaks(model, solution, name, number) for name, number in ordered if number)
    return [told, Bullets(points)]


def _breaks(model: Model, solution: Solution, name: str, number: int) -> Text:
    """How many designs break a limit, and that nobody wrote it where that is so."""
    alone = solution.broken_alone.get(name, 0)
    least = "at least " if solution.certificate.skipped else ""
    told = text(f"{name}: {'at least ' if name in solution.at_least else ''}", Number(float(number), "count"))
    if alone:
        told = text(*told, f", {least}", Number(float(alone), "count"), " by this limit alone")
    bound = model.limits.get(name)
    if bound is not None and bound.is_default:
        default = f"the default {bound.at:g} holds, as the file sets none"
        told = text(*told, f"; {default} (limits: {{{name}: null}} takes it away)")
    return told
