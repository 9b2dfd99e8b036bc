"""A few designs side by side: six dimensions, what else differs, what is won and what is paid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from models.evaluation import Evaluation
from models.units import quantity
from optimizer.decide.explain.comparison import Comparison
from optimizer.decide.noise import best_in_each
from optimizer.phrases import breach, value_of
from optimizer.report.findings import Findings
from optimizer.report.sections.choice import BESIDE, beside_of
from optimizer.resilience.health import BudgetOf, Health
from optimizer.sections.compare import decisions, told_apart
from optimizer.sections.content import plain, texts_of
from optimizer.sections.wording import broken, moved, over_text
from ui.beside import Beside
from ui.views.folding import Entry, Head, draw_folding, draw_table_folding
from ui.views.words import escaped

_LIKE_BEST = "like the best, within the model's error"


def heads_of(designs: Sequence[Beside]) -> list[Head]:
    """The designs as heads of columns, each with its line."""
    return [
        Head(one.letter, one.name if one.name != one.letter else "", one.colour, one.dash) for one in designs
    ]


def draw_dimensions(
    found: Findings, designs: Sequence[Beside], evaluation: Evaluation, health: Health
) -> None:
    """Six dimensions, limits, complexity left, work: the best of each row stands out, breaches in words."""
    is_best, is_close = best_in_each(evaluation, found.error)
    rows = []
    for j, dimension in enumerate(evaluation.dimensions):
        goal = found.goals[j]
        note = f"{dimension.better} is better"
        if goal.limit is not None and goal.is_constraint:
            most = "at most" if dimension.better == "lower" else "at least"
            note += f"; {most} {value_of(dimension, goal.limit)}"
        cells = [Entry(dimension.name.capitalize(), note)]
        written = [value_of(dimension, value) for value in evaluation.values[:, j]]
        # What reads the same as the best makes no difference to a person.
        best = {words for words, wins in zip(written, is_best[:, j], strict=True) if wins}
        for i, words in enumerate(written):
            is_first = words in best and len(set(written)) > 1
            over = dict(broken(evaluation, i)).get(dimension.name)
            told = "best" if is_first else _LIKE_BEST if is_close[i, j] else ""
            if over is not None:
                broken_by = f"breaks the limit: {breach(found.limits, dimension.name, over)}"
                told = f"{told}; {broken_by}" if told else broken_by
            cells.append(
                Entry(
                    words,
                    told,
                    "bad" if over is not None else "good" if is_first else "plain",
                    is_strong=is_first,
                    is_number=True,
                )
            )
        rows.append(cells)
    rows.append([Entry("Other limits", "those on no dimension"), *_limits(found, evaluation)])
    rows.append([Entry("Complexity budget left", "below 25 % it warns"), *map(_left, health.budgets)])
    for key, label, unit in BESIDE:
        if key in evaluation.indicators:
            values = evaluation.indicators[key]
            rows.append(
                [
                    Entry(label.capitalize()),
                    *(Entry(quantity(float(v), unit), is_number=True) for v in values),
                ]
            )
    draw_folding("The six dimensions, and what else tells the designs apart", "", heads_of(designs), rows)


def _limits(found: Findings, evaluation: Evaluation) -> list[Entry]:
    names = {dimension.name for dimension in evaluation.dimensions}
    entries = []
    for i in range(len(evaluation)):
        told = [
            plain(over_text(found.limits, name, over))
            for name, over in broken(evaluation, i)
            if name not in names
        ]
        entries.append(Entry("broken" if told else "all hold", "; ".join(told), "bad" if told else "plain"))
    return entries


def _left(budget: BudgetOf) -> Entry:
    share = quantity(budget.remaining_share, "fraction")
    points = f"{quantity(budget.remaining, '')} of {quantity(budget.earned, '')} points"
    if budget.remaining < 0.0:
        return Entry(share, f"{points}: overspent, the system changes phase", "bad", is_number=True)
    if budget.warns:
        return Entry(share, f"{points}: less than a quarter is left", "bad", is_number=True)
    return Entry(share, points, is_number=True)


def choose_first(designs: Sequence[Beside]) -> tuple[Beside, ...]:
    """Lets a person choose what the others are compared with; the designs with that one first."""
    names = [one.letter for one in designs]
    # With fewer than two picks the question is what changes against today's.
    usual = names[0] if sum(one.is_pick for one in designs) > 1 else names[-1]
    chosen = st.segmented_control(
        "Compared with",
        names,
        default=usual,
        required=True,
        key=f"compared-with-{'-'.join(one.token for one in designs)}",
        help="What is won and paid is told from this design to each of the others.",
    )
    first = names.index(chosen or usual)
    return (designs[first], *designs[:first], *designs[first + 1 :])


def draw_moves(found: Findings, designs: Sequence[Beside], compared: Comparison) -> None:
    """What is won and what is paid from the first design to each of the others."""
    evaluation = compared.evaluation
    st.markdown("\n".join(f"- {moves_text(found, designs, compared, i)}" for i in range(1, len(designs))))
    same = [
        d.name
        for j, d in enumerate(evaluation.dimensions)
        if np.all(evaluation.values[:, j] == evaluation.values[0, j])
    ]
    if same:
        st.caption(escaped(f"The same in all of them: {', '.join(same)}."))


def moves_text(found: Findings, designs: Sequence[Beside], compared: Comparison, i: int) -> str:
    """From the first design to another: what is won, what is paid, what can't be told apart; Markdown."""
    evaluation = compared.evaluation
    dimensions, before, after = evaluation.dimensions, evaluation.values[0], evaluation.values[i]
    loses = (after - before) * np.array([d.sign for d in dimensions])
    better = [j for j in range(len(dimensions)) if loses[j] < 0.0 and not compared.equal[i, j]]
    worse = [j for j in range(len(dimensions)) if loses[j] > 0.0 and not compared.equal[i, j]]
    win = (
        plain(moved(dimensions, before, after, only=better)) if better else "nothing that the model can tell"
    )
    pay = plain(moved(dimensions, before, after, only=worse)) if worse else "nothing that the model can tell"
    told = f"**From {escaped(designs[0].told)} to {escaped(designs[i].told)}** "
    told += f"you win: {escaped(win)}; you pay: {escaped(pay)}."
    beside = beside_of(found, compared, tuple(one.told for one in designs))
    alike = [point for block in told_apart(beside, i) for point in texts_of(block)]
    return " ".join([told, *(escaped(plain(one)) for one in alike)])


def draw_decisions(found: Findings, designs: Sequence[Beside], compared: Comparison) -> None:
    """The decisions that differ between any two of the designs, and what each does where it stands."""
    if not compared.differing:
        st.info("These designs decide everything alike.")
        return
    decoded = [found.space.decode(x) for x in compared.evaluation.X]
    rows = []
    for name in compared.differing:
        values = [found.labels.value(name, design.get(name)) for design in decoded]
        rows.append(
            [
                Entry(found.labels.decision(name)),
                *(Entry(value, is_strong=value != values[0]) for value in values),
            ]
        )
    first = designs[0].told
    caption = f"Only the decisions that differ; what differs from {first} stands out"
    draw_folding(caption, "Decision", heads_of(designs), rows)
    beside = beside_of(found, compared, tuple(one.told for one in designs))
    for i in range(1, len(designs)):
        if not compared.consequences[i - 1]:
            continue
        with st.expander(f"What each decision does in {designs[i].told}, against {first}", key=f"does-{i}"):
            draw_table_folding(decisions(beside, i, f"does-{i}"))
            st.caption("Each alone: effects of decisions that need each other don't add up to the whole.")
