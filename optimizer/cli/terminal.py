"""What the command line prints: solutions and designs for people, whatever the width of the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.dimensions.limits import is_a_default, written_limit
from models.evaluation import Evaluation
from models.units import count, quantity
from optimizer.changes import TODAYS
from optimizer.cli.blocks import print_section
from optimizer.decide.recommend.visible_front import visible_front, visible_words
from optimizer.model import Model
from optimizer.phrases import relief
from optimizer.sections.shortlist import shortlist
from optimizer.solver.solution import Solution
from optimizer.space import Space

#: Below this width a table would break its numbers: one block a design instead.
NARROW = 100
#: Designs that are shown unless all are asked for.
MOST_SHOWN = 16


def print_solution(
    console: Console, solution: Solution, model: Model, *, show_all: bool = False, more: str = ""
) -> None:
    """A solution: what was looked at, the shortlist, the front, and what excludes the rest.

    Args:
        console: Where it goes.
        solution: What was found.
        model: The model.
        show_all: Whether a long front is shown whole.
        more: How the designs that are not shown can be had.
    """
    console.print(_sentence(str(solution.certificate)))
    console.print()
    space = model.space
    if len(solution.front):
        if solution.recommendation is not None:
            print_section(console, shortlist(model, solution))
            console.print()
        seen = _visible(solution, model)
        every = range(len(solution.front)) if show_all else seen
        shown = _chosen(solution, every, show_all=show_all)
        rows = [("today", solution.today, 0)]
        rows += [(_name(solution, i), solution.front.evaluation, i) for i in shown]
        _print_designs(console, rows, space)
        if len(shown) < len(solution.front):
            told = visible_words(len(seen), len(solution.front))
            console.print(f"{count(len(shown))} of {told}{f'; {more}' if more else ''}.")
    else:
        print_nothing_feasible(console, solution, model)
    _print_excluded(console, solution, model)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _name(solution: Solution, i: int) -> str:
    return f"{i + 1} (recommended)" if i == solution.recommended else f"{i + 1}"


def _visible(solution: Solution, model: Model) -> list[int]:
    """The designs that differ visibly, those of the shortlist among them."""
    found = solution.recommendation
    named = () if found is None else tuple(pick.position for pick in found.picks)
    keep = (*named, solution.recommended)
    return [int(i) for i in visible_front(model, solution.front, keep=keep)]


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


def _print_designs(console: Console, rows: Sequence[tuple[str, Evaluation, int]], space: Space) -> None:
    if console.width < NARROW:
        for name, evaluation, i in rows:
            console.print(Text(f"design {name}" if name != "today" else "today", style="bold"))
            for label, text in _values(evaluation, i):
                console.print(f"  {label:<13} {text}")
            _print_hanging(console, f"  {'changes':<13} ", _changes(evaluation, i, space))
            console.print()
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("design", no_wrap=True)
    for label, _ in _values(rows[0][1], rows[0][2]):
        table.add_column(label, justify="right", no_wrap=True)
    table.add_column("changes against today", overflow="fold")
    for name, evaluation, i in rows:
        values = [text for _, text in _values(evaluation, i)]
        style = "bold" if "recommended" in name else "dim" if name == "today" else ""
        table.add_row(name, *values, Text(_changes(evaluation, i, space)), style=style)
    console.print(table)
    console.print()


def _print_hanging(console: Console, label: str, text: str, *, indent: int | None = None) -> None:
    """Prints a label and a text that, where it is too long, goes on below its own beginning."""
    lines = textwrap.wrap(
        label + text,
        width=console.width,
        subsequent_indent=" " * (len(label) if indent is None else indent),
        drop_whitespace=True,
        break_on_hyphens=False,
    )
    for line in lines:
        console.print(Text(line))


def _values(evaluation: Evaluation, i: int) -> list[tuple[str, str]]:
    found = []
    for j, dimension in enumerate(evaluation.dimensions):
        found.append((dimension.name, quantity(float(evaluation.values[i, j]), dimension.shown_unit)))
    return found


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


def written(value: object) -> str:
    """A value of a decision as it is typed on the command line."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def print_nothing_feasible(console: Console, solution: Solution, model: Model) -> None:
    """The design nearest to feasibility, and where the limits would have to be for it."""
    console.print(Text("No design is within every limit.", style="bold"))
    closest = solution.closest
    if closest is None:
        return
    console.print("The design nearest to it breaks the fewest limits by the least:")
    _print_designs(console, [("today", solution.today, 0), ("nearest", closest, 0)], model.space)
    console.print("For it to be feasible:")
    for j, name in enumerate(closest.constraints):
        over = float(closest.excess[0, j])
        if over > 0.0:
            scenario = None if model.system is None else model.system.scenario
            console.print(f"  {relief(scenario, name, over)}")
    console.print()


def _print_excluded(console: Console, solution: Solution, model: Model) -> None:
    infeasible = solution.certificate.evaluated - solution.certificate.feasible
    if not infeasible:
        return
    console.print(f"{count(infeasible)} of {count(solution.certificate.evaluated)} designs are infeasible:")
    ordered = sorted(solution.broken.items(), key=lambda item: -item[1])
    for name, number in ordered:
        if number:
            alone = solution.broken_alone.get(name, 0)
            least = "at least " if solution.certificate.skipped else ""
            only = f", {least}{count(alone)} by this limit alone" if alone else ""
            console.print(
                f"  {name}: {'at least ' if name in solution.at_least else ''}{count(number)}{only}"
                f"{_unless_written(model, name)}"
            )


def _unless_written(model: Model, name: str) -> str:
    """What is said of a limit that holds although the file doesn't name it."""
    if model.system is None or not is_a_default(model.system.scenario, name):
        return ""
    default = written_limit(model.system.scenario, name)
    return f"; the default {default:g} holds, as the file sets none (limits: {{{name}: null}} takes it away)"
