"""What a report says is what the model says: numbers against evaluations anew, warnings where they belong."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from models import compile_system
from models.evaluation import Evaluation, nines_of
from models.evaluator import evaluate, run
from optimizer.changes import changes
from optimizer.model import Goal
from optimizer.report.sections.budget import budget
from optimizer.report.sections.front import thinned
from optimizer.report.sections.margins import loads
from optimizer.resilience.health import BudgetOf
from optimizer.sections.content import FrontView, Number, Paragraph, Waterfall, plain
from optimizer.sections.wording import changes_text
from reports import everything, exercise, large_report, report_of
from scenarios import scenario


def table(report, name):
    return next(found for found in report.tables if found.name == name)


def values(cells):
    return [cell.value for cell in cells if isinstance(cell, Number)]


@pytest.mark.parametrize("told", [exercise, everything])
def test_designs_side_by_side_are_what_the_model_says_of_them(told):
    system, found, report = told()
    rows = [found.chosen.X[0], system.space.today, found.front.X[found.runner_up]]
    scored = evaluate(system, np.array(rows))
    for i, row in enumerate(table(report, "choice").rows):
        beside = [scored.indicators[name][i] for name in ("effort_days", "one_time_usd", "utilisation")]
        assert values(row) == [*scored.values[i], *beside]


@pytest.mark.parametrize("told", [exercise, everything])
def test_marked_designs_and_representatives_are_designs_of_the_front(told):
    system, found, report = told()
    for name in ("marked", "few"):
        for row in table(report, name).rows:
            i = int(row[0]) - 1
            if name == "marked":
                assert values(row) == found.front.evaluation.values[i].tolist()
            else:
                moved = changes(system.space, system.space.today, found.front.X[i])
                assert plain(row[2]) == (plain(changes_text(found.labels, moved)) or "nothing")
    assert sum(row[-1].value for row in table(report, "few").rows) == len(found.front)


@pytest.mark.parametrize("told", [exercise, everything])
def test_the_budget_is_the_models_and_adds_up(told):
    system, found, report = told()
    steps = run(system, found.chosen.X)
    view = next(b for b in report.section("budget").blocks if isinstance(b, Waterfall))
    amounts = {
        kind: sum(b.end - b.start for b in view.bars if b.kind == kind) for kind in ("income", "expense")
    }
    assert amounts["income"] == pytest.approx(float(steps.budget.earned[0]))
    assert amounts["income"] + amounts["expense"] == pytest.approx(float(steps.budget.remaining[0]))
    used = 1.0 - (amounts["income"] + amounts["expense"]) / amounts["income"]
    complexity = found.chosen.values[0, 5]  # the dimension is the share of the budget that is used
    assert used == pytest.approx(complexity)
    for before, after in zip(view.bars, view.bars[1:-1], strict=False):
        assert after.start == before.end


def test_the_budget_warns_below_a_quarter_and_at_nothing_left():
    _, found, _ = exercise()

    def warnings(spent):
        own = BudgetOf(
            income={"base": 100.0, "caching": 60.0},
            expenses={"user_requests": spent},
            earned=160.0,
            spent=spent,
            remaining=160.0 - spent,
            remaining_share=1.0 - spent / 160.0,
            warns=1.0 - spent / 160.0 < 0.25,
        )
        health = replace(found.system.health, budgets=(own, own))
        system = copy(found.system)
        vars(system)["health"] = health
        section = budget(replace(found, system=system))
        return [plain(b.text) for b in section.blocks if isinstance(b, Paragraph) and b.kind == "warning"]

    assert warnings(100.0) == []
    (low,) = warnings(125.0)  # the reference system of the seed: 35 of 160 points left, 22 %
    assert low.startswith("Less than 25.0 % is left")
    (none,) = warnings(160.0)
    assert none.startswith("Nothing is left")


def test_emergence_is_the_mean_of_its_terms():
    _, found, report = everything()
    shares = [row[3].value for row in table(report, "emergence").rows]
    assert np.mean(shares) == pytest.approx(found.system.health.emergence[0].base)
    for row in table(report, "emergence").rows:
        assert row[1].value / row[2].value == pytest.approx(row[3].value)


def test_what_a_decision_does_is_what_taking_it_back_does():
    system, found, report = everything()
    mode = next(row for row in table(report, "against-today").rows if row[0] == "mode")
    x = found.chosen.X[0].copy()
    place = [column.name for column in system.space.columns].index("mode")
    x[place] = system.space.today[place]
    back, kept = evaluate(system, np.array([x, found.chosen.X[0]])).values
    faster = next(part for part in mode[-1] if isinstance(part, Number) and part.unit == "ms")
    assert faster.value == pytest.approx(back[0] - kept[0])
    assert mode[3] == Number(2.0, "days")


def test_the_whole_takes_the_effort_of_its_decisions():
    for told in (exercise, everything):
        rows = table(told()[2], "against-today").rows
        assert sum(row[3].value for row in rows[:-1]) == pytest.approx(rows[-1][3].value)
        assert sum(row[4].value for row in rows[:-1]) == pytest.approx(rows[-1][4].value)


def test_notices_and_breaches_are_told_with_the_phases_in_which_they_hold():
    _, _, report = everything()
    words = " ".join(plain(p) for b in report.section("sacrifice").blocks for p in getattr(b, "points", ()))
    assert "mode: Pictures are smaller." in words
    assert "Some are asked to come back later." not in words  # it is off in all phases


def test_a_design_that_is_not_on_the_front_is_told_to_be_worse():
    system, _, _ = everything()
    report = report_of(system, x=system.space.today, is_about_knee=True)
    answer = [plain(block.text) for block in report.section("answer").blocks]
    assert answer[1].startswith("The chosen design is today's: latency ")
    assert answer[2].startswith("It is not on the front, because it breaks limits; utilisation breaks first")
    assert "against-today" not in {found.name for found in report.tables}
    assert answer[3].startswith("The chosen design breaks limits: utilisation (70.0 % would have to be ")
    assert report.decision.candidates[0].name == "the chosen design"


def test_where_nothing_survives_the_report_says_so():
    system = compile_system(
        scenario(
            phases=[{"name": "peak", "rate": 100_000, "hours": 1}],
            decisions={"copies": {"integer": [1, 4], "sets": "web.replicas"}},
        )
    )
    report = report_of(system)
    answer = [plain(block.text) for block in report.section("answer").blocks]
    assert answer[1].startswith("Of 4 designs that were looked at none stays within every limit")
    # 100,000 requests/s of 10 ms are 1,000 erlangs, for 4 x 4 slots: 62.5 each.
    assert "for the nearest, limit saturation 70.0 % would have to be 6,250 %" in answer[1]
    assert report.decision.chosen is None
    assert [section.name for section in report.sections][:3] == ["answer", "front", "budget"]


def test_picks_stand_beside_the_choice():
    system, found, _ = everything()
    report = report_of(system, picks=[("mine", found.front.X[2])])
    names = [row[0] for row in table(report, "choice").rows]
    assert names[-1] == "mine, design 3"
    assert table(report, "against-2").columns[2] == "mine"


def test_a_large_front_is_thinned_by_steps_and_says_so():
    found, report = large_report(7000)
    view = next(b for s in report.sections for b in s.blocks if isinstance(b, FrontView))
    assert 1000 < len(view.numbers) <= 5000 + len(view.picks)
    assert view.thinned_from == 7000
    assert set(view.picks) <= set(view.numbers)
    whole = found.front.evaluation.values
    for number, row in zip(view.numbers, view.values, strict=True):
        assert tuple(whole[number - 1]) == row


@pytest.mark.parametrize("most", [10, 100, 1000])
def test_of_designs_within_a_box_one_is_shown_and_none_without(most):
    rng = np.random.default_rng(2)
    base = exercise()[1].front.evaluation
    n = 3000
    numbers = np.column_stack([rng.uniform(1, 100, n), *rng.uniform(0.5, 0.99, (5, n))])
    evaluation = Evaluation(
        X=np.zeros((n, base.X.shape[1])), values=numbers, excess=np.zeros((n, 0)), dimensions=base.dimensions
    )
    goals = (Goal(step=5.0), *(Goal() for _ in range(5)))
    shown = thinned(evaluation, goals, most, keep=np.array([17, 2999]))
    assert {17, 2999} <= set(shown.tolist())
    assert len(shown) <= most + 2
    # Some doubling of the steps explains it: there every design shares a box with one that is shown.
    spread = numbers.copy()
    spread[:, 3] = nines_of(numbers[:, 3])
    low, span = spread.min(axis=0), np.ptp(spread, axis=0)
    first = np.where(np.arange(6) == 0, 5.0, span / 1000.0)
    for k in range(20):
        boxes = np.floor((spread - low) / (first * 2.0**k))
        if len(np.unique(boxes, axis=0)) <= most:
            break
    covered = {tuple(box) for box in boxes[shown]}
    assert covered == {tuple(box) for box in boxes}


def test_every_limit_that_load_can_break_is_in_the_table_of_loads():
    # calls between parts cost complexity, and load makes them: unlike days of work it can be broken by load
    holds, fails = (
        np.array([[0.9, 3.4, 1.0], [0.5, 0.0, 1.0]]),
        np.array([[1.0, 3.5, np.inf], [0.6, 0.0, np.inf]]),
    )
    points = SimpleNamespace(limits=("saturation", "complexity", "effort_days"), holds=holds, fails=fails)
    rows = [[plain(cell) for cell in row] for row in loads(SimpleNamespace(breaking=points)).rows]
    assert [row[0] for row in rows] == ["utilisation", "complexity"]
    assert rows[1][1:] == ["3.50 times the planned load", "broken at any load"]
