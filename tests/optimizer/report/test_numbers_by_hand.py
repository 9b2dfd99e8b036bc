"""Numbers of a report against a calculation on paper.

The system with everything in it, at its peak of 600/s: `web` has 2 replicas of 4 slots at 10 ms, 800/s; `db`
8 slots at 2 ms, 4,000/s. Chosen are 5 replicas and the quick mode, 5 ms: 4,000/s, 15 % used. A replica
costs 0.50 USD/h for 24 h, 12 USD; copies take a day and 250 USD, the mode two days.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.evaluator import evaluate
from optimizer.report.charts import line_chart, waterfall_chart
from optimizer.report.record import record
from optimizer.report.sections.answer import answer
from optimizer.report.sections.front import axes_of
from optimizer.report.sections.margins import margins
from optimizer.report.sections.sacrifice import sacrifice
from optimizer.report.sections.standing import standing
from optimizer.report.sections.today import why_not_today
from optimizer.sections.content import Bar, Bullets, Line, Number, Paragraph, Table, Waterfall, plain
from reports import DAY, everything, exercise, report_of, with_answers


def table(report, name):
    return next(found for found in report.tables if found.name == name)


def row_of(report, name, first):
    return next(row for row in table(report, name).rows if plain(row[0]) == first)


def value(cell):
    """The one number of a cell."""
    (found,) = [part for part in (cell if isinstance(cell, tuple) else (cell,)) if isinstance(part, Number)]
    return found.value


def paragraphs(section):
    return [plain(block.text) for block in section.blocks if isinstance(block, Paragraph)]


def points(section):
    return [plain(one) for block in section.blocks if isinstance(block, Bullets) for one in block.points]


def test_the_answer_tells_the_peak_the_limit_and_the_first_break():
    _, _, report = everything()
    told = paragraphs(report.section("answer"))
    # 600 of 800/s are 75 %, 5 points over 70 %; 70 % of 4,000/s are 2,800/s, 4.67 times 600/s.
    assert told[0] == ("Today's design does not survive at 600/s: utilisation 75.0 % (limit 70.0 %).")
    assert told[2].endswith("utilisation breaks first at web, at 4.67 times the planned load.")


def test_what_is_given_up_most_comes_first_and_noise_is_left_out():
    # The front's cost goes from 24 USD (2 replicas) to 310 USD: all of the range; 4,000 of 4,444/s (10 %
    # shed), of a range from 1,600/s: 444 of 2,844/s.
    _, found, report = everything()
    told = paragraphs(report.section("answer"))[2]
    assert told.startswith(
        "It gives up most in cost (310 USD; the best is 24 USD) and "
        "throughput (4,000/s; the best is 4,440/s);"
    )
    rows = {row[0]: row for row in table(report, "sacrifice").rows}
    assert rows["cost"][3].value == pytest.approx(1.0)
    assert rows["throughput"][3].value == pytest.approx(444.444 / 2844.444, rel=1e-5)
    assert rows["throughput"][2].value == pytest.approx(4444.444, rel=1e-6)
    assert rows["latency"][4] == "the difference lies within the model's error"
    assert rows["availability"][4] == "nothing given up: none is better"
    noisy = replace(found, gives_up=tuple(replace(one, is_noise=True) for one in found.gives_up))
    assert paragraphs(answer(noisy))[2].startswith("It gives up nothing that the model can tell")


def test_what_is_bought_and_what_more_would_take():
    _, _, report = everything()
    # Two replicas for five: 1,600/s for 4,000/s, 37.5 % used for 15 %; the budget gives a point for each of
    # utilisation's, the decision's own two points come back.
    rows = {row[0]: row for row in table(report, "sacrifice").rows}
    assert plain(rows["cost"][4]) == "20.5 percentage points simpler and 2,400/s more throughput"
    ways = points(report.section("sacrifice"))
    assert ways[1] == (
        "Better cost: design 8, 286 USD cheaper, 2,400/s less throughput and 20.5 percentage points more "
        "complex; it changes Copies of the web 5 → 2."
    )


def test_a_wish_that_is_missed_is_told_with_what_users_see():
    _, found, _ = everything()
    values = found.chosen.values.copy()
    values[0, 3] = 0.99
    chosen = replace(found.chosen, values=values)
    missed = [p for p in points(sacrifice(replace(found, chosen=chosen))) if "misses" in p]
    assert missed == ["availability misses its wish of 99.90 %: Errors."]
    assert not any("misses" in p for p in points(sacrifice(found)))


def test_decisions_are_told_by_what_taking_them_back_would_lose():
    _, _, report = everything()
    copies, mode, together = table(report, "against-today").rows
    # The web with 2 replicas in quick mode: 1,600/s; with 5 in slow mode: 2,000/s; with neither 800/s.
    assert plain(copies[5]) == "2,400/s more throughput, 20.5 percentage points simpler and 286 USD dearer"
    assert "2,000/s more throughput" in plain(mode[5])
    assert "3,200/s more throughput" in plain(together[5])
    assert [value(cell) for row in (copies, mode, together) for cell in row[3:5]] == [1, 250, 2, 0, 3, 250]


def test_work_and_money_are_the_difference_to_the_design_that_is_compared_with():
    system, _, _ = everything()
    x = system.space.today.copy()  # today's as a pick beside the choice: its work is done already
    rows = table(report_of(system, picks=[("today's", x)], is_about_knee=True), "against-2").rows
    assert [value(cell) for row in rows for cell in row[3:5]] == [-1, -250, -2, 0, -3, -250]


def test_the_budget_in_words():
    _, _, report = everything()
    # Utilisation 15 of 100 points, 2 for a pair of services, 5 for retries, 2 and 5 for the decisions: 29.
    # Today 75 for utilisation, 2 and 5: 82.
    assert paragraphs(report.section("budget"))[0] == (
        "Of 100 points earned 29.0 points are spent; 71.0 points are left, 71.0 % of the budget. "
        "Today's design leaves 18.0 points."
    )


def test_a_metastable_choice_is_told_with_the_load_that_lets_it_up_again():
    from optimizer.report.sections.budget import emergence

    _, found, _ = everything()
    health = replace(
        found.system.health, metastable=np.array([True, False]), retry_margins=np.array([0.6, 0.3])
    )
    told = paragraphs(emergence(with_answers(found, health=health)))
    assert any(
        one.endswith("keep it down, until the load falls below 0.6 times the planned one.") for one in told
    )
    assert not any("Today's design is metastable" in one for one in told)


def test_where_limits_fall_here_and_today():
    _, _, report = everything()
    rows = {row[0]: [value(cell) for cell in row[1:]] for row in table(report, "load").rows}
    # 70 % of 4,000/s and of 800/s over 600/s.
    assert rows["utilisation"] == [
        pytest.approx(2800 / 600, rel=2e-4),
        pytest.approx(560 / 600, rel=2e-4),
    ]
    _, found, _ = everything()
    broken = replace(found.system.breaking, holds=found.system.breaking.holds.copy())
    broken.holds[1, 0] = 0.0
    load = next(b for b in margins(with_answers(found, breaking=broken)).blocks if isinstance(b, Table))
    assert load.rows[0][2] == "broken at any load"
    assert plain(load.rows[0][1]) == "4.67 times the planned load"


def test_losses_and_the_way_out():
    _, _, report = everything()
    # Two replicas of 4 slots at 5 ms carry 1,600/s: 600/s are 37.5 %; one 800/s: 75 %. So three may go.
    assert [plain(cell) for cell in row_of(report, "losses", "replicas of web")] == [
        "replicas of web",
        "3 of 5 lost",
        "utilisation at web",
    ]
    # Shedding 10 % at the peak: 2,800/s of what is left of 600/s times 5.185; found to half a percent of it.
    (told,) = [one for one in paragraphs(report.section("margins")) if "furthest" in one]
    assert "from 4.67 times the planned load to" in told
    (step,) = table(report, "escape").rows
    assert step[0].value == pytest.approx(2800, rel=2e-4)
    assert value(step[4]) == pytest.approx(2800 / 540, rel=5e-3)
    assert step[2] == Number(1.0, "min")


def test_a_zone_that_may_be_lost_is_told_so():
    _, found, _ = everything()
    zone = replace(found.system.margins[0], kind="zone", stands=np.array([1.0]))

    def told(margin):
        section = margins(with_answers(found, margins=(margin,)))
        return next(b for b in section.blocks if isinstance(b, Table) and b.name == "losses").rows[0][1]

    assert told(zone) == "yes"
    assert told(replace(zone, stands=np.array([0.0]))) == "no"


def test_phases_and_the_runbook():
    _, found, report = everything()
    assert [[plain(cell) for cell in row[:3]] for row in table(report, "phases").rows] == [
        ["calm", "20.0 h", "100/s"],
        ["peak", "4.00 h", "600/s"],
    ]
    (row,) = table(report, "runbook").rows
    assert row[0].value == pytest.approx(2800, rel=2e-4)
    assert row[2].value < row[0].value
    from optimizer.report.sections.plan import plan

    def in_time(answer):
        switch = replace(found.system.runbook[0], is_in_time=answer)
        section = plan(with_answers(found, runbook=(switch,)))
        return next(b for b in section.blocks if isinstance(b, Table) and b.name == "runbook").rows[0][5]

    assert [in_time(one) for one in (True, False, None)] == ["yes", "no: switch it before", None]


def test_why_not_today():
    _, found, report = everything()
    told = points(report.section("today"))
    # The quick mode alone: 1,600/s, 37.5 % used.
    assert told[2].startswith("The smallest change that brings it within all limits: mode As now → quick.")
    assert "800/s more throughput and 32.5 percentage points simpler" in told[2]
    on_front = replace(found.why_not_today, on_front=4)
    said = points(why_not_today(replace(found, why_not_today=on_front)))
    assert any(point.startswith("It is on the front, as design 5:") for point in said)
    nearest = next(
        i
        for i, x in enumerate(found.front.X)
        if x.tolist() == [2.0, 1.0, *found.front.X[i, 2:]] and not x[2:].any()
    )
    assert f"design {nearest + 1}: mode As now → quick" in told[3]


def test_bands_and_what_to_measure():
    _, found, report = everything()
    # 600/s are drawn evenly from 400 to 700/s; the median of the service time is 10 ms, sigma 0.2.
    rate = row_of(report, "guesses", "workload.rate")
    assert [cell.value for cell in rate[1:4]] == pytest.approx([430, 550, 670])
    work = row_of(report, "guesses", "web.service_ms")
    assert [cell.value for cell in work[1:4]] == pytest.approx(
        [10 * np.exp(0.2 * z) for z in (-1.28155, 0, 1.28155)]
    )
    throughput = [cell.value for cell in row_of(report, "bands", "throughput")[1:]]
    assert throughput[1] == pytest.approx(4000 / np.exp(0.2 * 1.28155), rel=0.02)  # slower than db in half
    assert throughput[1] < throughput[2] <= throughput[3] == pytest.approx(4000)
    # Latency follows the service time alone; of what the budget spends, utilisation is linear in both.
    told = plain(row_of(report, "measure", "web.service_ms")[1])
    assert told.startswith("latency 99.")
    assert "consistency" not in told
    assert plain(row_of(report, "measure", "workload.rate")[1]).startswith("complexity ")
    doubts = found.system.doubts
    assert [row[1].value for row in table(report, "again").rows[:-1]] == sorted(doubts.chosen, reverse=True)
    # Within 700/s and 20 ms all of them hold: a web of 1,600/s that takes 1.3 times as long has 1,230/s.
    assert {row[2] for row in table(report, "again").rows[:-1]} == {"yes"}
    unsafe = with_answers(found, doubts=replace(doubts, robust=(False,) * len(doubts.robust)))
    again = next(b for b in standing(unsafe).blocks if isinstance(b, Table) and b.name == "again")
    assert {row[2] for row in again.rows[:-1]} == {"no"}
    worth = replace(doubts.knowledge, all_usd=1234.0, value_usd=np.full(len(doubts.guesses), 500.0))
    told = paragraphs(standing(with_answers(found, doubts=replace(doubts, knowledge=worth))))
    assert "Knowing all of these numbers would save 1,234 USD on average." in told
    for row, j in zip(table(report, "holds").rows, range(len(doubts.limits)), strict=True):
        assert (row[1].value, row[2].value) == (doubts.holds[j], doubts.holds_error[j])
    assert [plain(row[1]) for row in table(report, "error").rows] == [
        "0 % to 50.0 %",
        "50.0 % to 70.0 %",
        "70.0 % to 100 %",
    ]


def test_where_the_numbers_come_from():
    system, found, report = everything()
    told = {row[0]: plain(row[1]) for row in table(report, "origin").rows}
    assert (
        told["designs evaluated"] == told["designs in the space"] == "40"
    )  # 5 copies, 2 modes, shed in 2 phases
    X = system.space.designs(0, 40)
    assert told["feasible"] == str(int(evaluate(system, X).feasible.sum()))
    assert told["digest"] == system.digest
    seeded = replace(found.solution, config=replace(found.solution.config, seed=7))
    from optimizer.report.sections.origin import provenance

    assert dict(provenance(seeded))["seed"] == ("7",)


def test_the_record_tells_limits_with_their_direction():
    _, found, _ = everything()
    drivers = [plain(one) for one in record(found, DAY).drivers]
    assert drivers[0] == "latency, lower is better, at most 100 ms, never given up"
    assert drivers[3] == "availability, higher is better, at least 99.90 % wished for, given up sometimes"


def test_the_runner_up_gives_up_least_of_the_others():
    _, found, _ = exercise()
    found = replace(found, solution=replace(found.solution, recommendation=None))  # the knee, then
    # Mean of the losses, each scaled to the front's range, of the designs but the knee.
    losses = found.front.losses
    low, high = losses.min(axis=0), losses.max(axis=0)
    varies = high - low > 1e-9 * np.abs(high)
    mean = ((losses - low)[:, varies] / (high - low)[varies]).mean(axis=1)
    mean[found.position] = np.inf
    assert found.runner_up == int(mean.argmin())


def test_axes_show_constraints_and_spread_what_spans_much():
    _, found, _ = everything()
    axes = {axis.name: axis for axis in axes_of(found.front.evaluation, found.goals)}
    assert axes["latency"].limit == 100.0
    assert axes["availability"].limit is None  # a wish
    _, found, _ = exercise()
    axes = {axis.name: axis for axis in axes_of(found.front.evaluation, found.goals)}
    assert [axes[name].scale for name in ("cost", "latency", "availability")] == ["log", "linear", "nines"]


def test_bars_begin_where_the_last_one_ended_and_lines_rise_upwards():
    empty = Table("t", "t", (), ())
    bars = (Bar("a", 0.0, 100.0, "income"), Bar("b", 100.0, 25.0, "expense"), Bar("c", 0.0, 25.0, "rest"))
    chart = waterfall_chart(Waterfall("w", "w", "points", bars, empty))
    a, b, c = chart["bars"]
    assert a["x"] == c["x"] == chart["zero_x"]
    assert b["x"] + b["width"] == pytest.approx(a["x"] + a["width"])
    assert b["x"] == pytest.approx(c["x"] + c["width"])
    assert b["width"] == pytest.approx(3 * c["width"], abs=0.05)
    line = Line("l", "l", "x", "y", "count", "fraction", ((0.0, 0.1), (10.0, 0.9)), empty)
    (x0, y0), (x1, y1) = (map(float, p.split(",")) for p in line_chart(line)["lines"][0]["points"].split())
    assert x0 < x1
    assert y0 > y1  # a screen's rows count from the top
