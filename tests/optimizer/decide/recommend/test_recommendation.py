"""The recommendation of whole scenarios, held against brute force over their fronts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.system.system import System
from models.system.uncertainty import RATE, draws_of, guesses_of
from optimizer.decide.confidence.limits_in_draws import FEW, Holding, draws_for
from optimizer.decide.confidence.uncertainty import under
from optimizer.decide.recommend.visible_front import visible_front
from optimizer.files.gallery import names as bundled
from optimizer.files.gallery import path_of
from optimizer.files.json import solution_from_json, solution_json
from optimizer.model import Model
from optimizer.report.findings import findings_at_once
from optimizer.report.sections.front import front_view
from optimizer.scenario_model import model_of
from optimizer.sections.content import plain
from optimizer.sections.shortlist import shortlist
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Solution
from optimizer.solver.solver import solve
from scenarios import scenario

FOLDER = Path(__file__).parents[4] / "data" / "scenarios"
#: Scenarios whose whole front can be tried in all draws in a test's time.
QUICK = (
    "black_friday_exercise",
    "web_api_three_tier",
    "heroku_gc_spiral",
)
SIZING = Path(__file__).parents[3] / "cases" / "sizing.yaml"


@cache
def solved(name: str) -> tuple[Model, Solution]:
    path = SIZING if name == "sizing" else FOLDER / f"{name}.yaml"
    model = model_of(compile_system(load_scenario(path)))
    return model, solve(model, SolveConfig(workers=1))


def missed(model: Model, solution: Solution, i: int) -> tuple[int, ...]:
    """What a design misses, counted as the rule is written: wishes by readiness, then targets.

    Of as many targets those that are given up least readily count first.
    """
    told = [0] * 8
    for j, dimension in enumerate(solution.today.dimensions):
        goal, value = model.goal(dimension), solution.front.evaluation.values[i, j]

        def misses(bound: float, value: float = value, sign: float = dimension.sign) -> bool:
            return (value - bound) * sign > 1e-9 * abs(bound)

        if goal.limit is not None and not goal.is_constraint and misses(goal.limit):
            told[("rare", "sometimes", "pay").index(goal.tolerance)] += 1
        if goal.target is not None and misses(goal.target):
            told[3] += 1
            told[4 + ("never", "rare", "sometimes", "pay").index(goal.tolerance or "never")] += 1
    return tuple(told)


@pytest.mark.parametrize("name", [*QUICK, "sizing"])
def test_no_candidate_as_sure_is_ahead_in_what_was_asked(name: str) -> None:
    model, solution = solved(name)
    made = solution.recommendation
    pick = made.pick("recommended")
    draws = draws_of(model.system, made.draws, seed=made.seed)
    share = under(model.system, solution.front.X, draws).feasible.mean(axis=1)
    assert share[made.position] == pick.confidence
    assert (made.reached == "reached") == (pick.confidence >= made.wanted)
    sure = np.flatnonzero(share >= made.wanted)
    assert made.reached == "reached" or not sure.size
    mine = missed(model, solution, made.position)
    assert all(missed(model, solution, int(i)) >= mine for i in sure)
    for other in made.picks:
        assert share[other.position] == other.confidence


@pytest.mark.parametrize("name", [*QUICK, "sizing"])
def test_the_shortlist_is_chosen_by_the_confidences_that_it_tells(name: str) -> None:
    solution = solved(name)[1]
    made, front = solution.recommendation, solution.front.evaluation
    told = {role: pick for pick in made.picks for role in pick.roles}
    assert told["safest"].confidence == max(pick.confidence for pick in made.picks)
    first, more = told["recommended"], told.get("next")
    if more is not None:
        busy = front.indicators["utilisation"]
        has_room = busy[more.position] < 0.9 * busy[first.position]
        assert more.confidence > first.confidence or (more.confidence == first.confidence and has_room)
    if "halfway" in told:
        assert 2.0 * told["halfway"].confidence >= told["cheapest"].confidence + first.confidence


def test_representatives_knees_and_groups_are_those_of_the_designs_that_are_shown() -> None:
    """As the app shows them; the whole front when it is asked for."""
    model, solution = solved("web_api_three_tier")
    found = findings_at_once(model, solution)
    seen = set(visible_front(model, solution.front, keep=solution.named).tolist())
    assert len(seen) < len(solution.front)
    assert set(found.few.positions) <= seen
    assert {position for position, _ in found.knees} <= seen
    assert found.few.group.shape == (len(seen),)
    assert set(front_view(found).numbers) == {i + 1 for i in seen}
    whole = findings_at_once(model, solution, is_whole=True)
    assert whole.few.group.shape == (len(solution.front),)
    assert whole.knees[0][0] == solution.knee
    assert len(front_view(whole).numbers) == len(solution.front)


@pytest.mark.parametrize("name", [name for name in bundled() if name.replace("-", "_") not in QUICK])
def test_on_the_bundled_scenarios_nobody_as_sure_is_ahead(name: str) -> None:
    """By brute force over all that is ahead of it in what was asked, on the front of a short search."""
    model = model_of(compile_system(load_scenario(path_of(name))))
    solution = solve(model, SolveConfig(method="archive", evaluations=400, workers=1))
    made, front = solution.recommendation, solution.front
    assert len(front) > 5
    pick = made.pick("recommended")
    mine = missed(model, solution, made.position)
    ahead = [i for i in range(len(front)) if missed(model, solution, i) < mine]
    if not ahead:
        return
    found = under(model.system, front.X[ahead], draws_of(model.system, made.draws, seed=made.seed))
    share = found.feasible.mean(axis=1)
    # Where nobody is sure enough draws can't tell a standard error; else the share is what counts.
    error = float(np.sqrt(pick.confidence * (1.0 - pick.confidence) / FEW))
    wanted = made.wanted if made.reached == "reached" else pick.confidence + 2.0 * error
    assert share.max() < wanted


def test_the_exercise_takes_the_step_that_buys_headroom() -> None:
    """192 USD survive exactly at the limit: half of the draws of an uncertain rate are above it."""
    solution = solved("black_friday_exercise")[1]
    made = solution.recommendation
    cost = solution.front.evaluation.values[:, 4]
    assert [float(cost[pick.position]) for pick in made.ladder] == [192.0, 101_920.0]
    assert [pick.confidence for pick in made.ladder] == [0.5, 1.0]
    assert float(cost[made.position]) == 101_920.0
    assert made.is_rate_assumed


def test_a_sizing_question_is_answered_by_the_smallest_that_is_sure_enough() -> None:
    """Load and limit are known: n instances hold where rate x time stays below 0.7 n x 50, both lognormal.

    P = Phi(ln(0.7 n 50 / (5000 x 0.08)) / sqrt(0.2^2 + 0.15^2)): 57.7 % for 12, 87.9 % for 15, 91.1 % for 16.
    """
    model, solution = solved("sizing")
    made = solution.recommendation
    instances = {
        pick.roles[0]: model.space.decode(solution.front.X[pick.position])["instances"] for pick in made.picks
    }
    assert instances["recommended"] == 16
    assert instances["cheapest"] == 12
    assert abs(made.pick("cheapest").confidence - 0.577) < 0.03
    assert abs(made.pick("recommended").confidence - 0.911) < 0.03


def test_the_web_api_keeps_more_of_what_was_asked_than_the_knee() -> None:
    """Of the designs that keep all asks none is sure enough; those that keep seven of eight are."""
    model, solution = solved("web_api_three_tier")
    assert sum(missed(model, solution, solution.recommendation.position)[:4]) == 1
    assert sum(missed(model, solution, solution.knee)[:4]) > 1


def test_the_record_is_kept_as_it_was() -> None:
    model, solution = solved("web_api_three_tier")
    again = solution_from_json(solution_json(solution, model.space), model.space, where="here")
    assert again.recommendation == solution.recommendation


@pytest.mark.parametrize("name", [*QUICK, "sizing"])
def test_the_shortlist_says_everything_that_the_recommended_design_misses(name: str) -> None:
    model, solution = solved(name)
    told = " ".join(
        plain(point) for block in shortlist(model, solution).blocks for point in getattr(block, "points", ())
    )
    for j, dimension in enumerate(solution.today.dimensions):
        goal, value = (
            model.goal(dimension),
            solution.front.evaluation.values[solution.recommendation.position, j],
        )
        for kind, bound in (("wish", None if goal.is_constraint else goal.limit), ("target", goal.target)):
            if bound is not None and (value - bound) * dimension.sign > 1e-9 * abs(bound):
                assert f"the {kind} of {dimension.name}" in told


def two_sizes(**parts: object) -> System:
    """Two or four servers of 100/s each under 100/s: busy to a half, or to a quarter."""
    return compile_system(
        scenario(
            components={
                "web": {
                    "kind": "service",
                    "service_ms": 10,
                    "replicas": 2,
                    "slots": 1,
                    "price_usd_per_hour": 1,
                }
            },
            decisions={"servers": {"integer": [2, 4], "sets": "web.replicas"}},
            **parts,
        )
    )


def test_a_rate_is_assumed_to_be_uncertain_unless_the_file_says_how_much() -> None:
    assert [(g.path, g.is_assumed) for g in guesses_of(two_sizes())] == [(RATE, True)]
    assert guesses_of(two_sizes(uncertainty={RATE: "none"})) == ()
    said = {RATE: {"distribution": "lognormal", "median": 100, "sigma": 0.3}}
    assert [(g.path, g.is_assumed) for g in guesses_of(two_sizes(uncertainty=said))] == [(RATE, False)]


def test_a_wanted_confidence_of_the_file_counts() -> None:
    """Two servers hold up to 140/s: ln(1.4) / 0.3 = 1.12 standard deviations, 86.9 % of the draws."""
    spread = {RATE: {"distribution": "lognormal", "median": 100, "sigma": 0.3}}
    for wanted, servers in ((0.8, 2), (0.9, 3)):
        model = model_of(two_sizes(uncertainty=spread, confidence=wanted))
        solution = solve(model)
        chosen = solution.front.X[solution.recommendation.position]
        assert model.space.decode(chosen) == {"servers": servers}


def test_where_no_design_is_sure_enough_that_is_said_first() -> None:
    spread = {RATE: {"distribution": "lognormal", "median": 130, "sigma": 2.0}}
    model = model_of(two_sizes(uncertainty=spread))
    solution = solve(model)
    assert solution.recommendation.reached == "closest"
    first = shortlist(model, solution).blocks[0]
    assert first.kind == "warning"
    assert plain(first.text).startswith("No design is likely enough to keep its limits: 90")


def test_guesses_that_no_design_stands_are_said_first() -> None:
    spread = {RATE: {"distribution": "uniform", "low": 10_000, "high": 20_000}}
    model = model_of(two_sizes(uncertainty=spread))
    solution = solve(model)
    assert solution.recommendation.reached == "never"
    assert "in none of the draws" in plain(shortlist(model, solution).blocks[0].text)


@pytest.mark.parametrize("least", [0.0, 0.5, 0.9])
def test_tries_that_are_given_up_early_change_no_share(least: float) -> None:
    """Against every draw of every design, worked out whole."""
    model, solution = solved("web_api_three_tier")
    X = solution.front.X[::9]
    want = under(model.system, X, draws_of(model.system, 64)).feasible.mean(axis=1)
    trials = Holding.of(model.system, X, 64)
    trials.hardest_first(X[0])
    trials.ask(np.arange(len(X)), least)
    assert trials.is_complete[want >= least].all()
    np.testing.assert_array_equal(trials.share[trials.is_complete], want[trials.is_complete])
    assert np.all(trials.at_most >= want - 1e-12)


@pytest.mark.parametrize(("confidence", "draws"), [(0.5, 256), (0.9, 256), (0.99, 512), (0.999, 4096)])
def test_more_confidence_takes_more_draws(confidence: float, draws: int) -> None:
    """Four draws at least may fail."""
    assert draws_for(confidence) == draws
    assert draws * (1.0 - confidence) >= 4.0


def variants(n: int, **parts: object) -> System:
    """Eight to twelve servers of 1,000 USD, n variants each: a dollar more buys fuller answers."""
    api = {"kind": "service", "service_ms": 50, "replicas": 8, "slots": 10, "price_usd_per_hour": 1000}
    options = {f"o{k:03}": {"one_time_usd": k} for k in range(n)}
    shares = {f"o{k:03}": {"set": {"flows.shop.fidelity": 0.5 + 0.001 * k}} for k in range(n)}
    return compile_system(
        scenario(
            components={"api": api},
            flows={"shop": {"share": 1.0, "trace": ["api"]}},
            phases=[{"name": "peak", "rate": 1000, "hours": 1}],
            decisions={
                "servers": {"integer": [8, 12], "sets": "api.replicas"},
                "kind": {"options": {key: options[key] | shares[key] for key in options}},
            },
            **parts,
        )
    )


def test_more_borderline_candidates_than_a_handful_are_tried_before_none_is_good_enough() -> None:
    """Eight servers hold in 59 of 64 draws and in 89.8 % of 256; forty variants of them come before nine."""
    model = model_of(variants(40))
    solution = solve(model)
    made = solution.recommendation
    assert made.reached == "reached"
    assert made.pick("recommended").confidence >= 0.9
    assert model.space.decode(solution.front.X[made.position])["servers"] == 9


def test_what_holds_sometimes_is_preferred_to_what_never_holds_however_far_down_it_stands() -> None:
    """From 1,600 to 1,760/s: 11 servers carry at most 1,540/s at 70 %, twelve 1,680/s: half of the draws."""
    spread = {RATE: {"distribution": "uniform", "low": 1600, "high": 1760}}
    model = model_of(variants(80, uncertainty=spread))
    solution = solve(model)
    made = solution.recommendation
    assert len(solution.front) > 200
    assert made.reached == "closest"
    assert made.pick("recommended").confidence == pytest.approx(0.5, abs=0.02)


def test_a_rate_that_an_option_sets_is_as_uncertain_as_the_one_of_the_file() -> None:
    """Eight servers of ten slots and 50 ms carry 1,120/s at 70 %: exactly at the limit, half of the draws."""
    system = compile_system(
        scenario(
            components={"api": {"kind": "service", "service_ms": 50, "replicas": 8, "slots": 10}},
            flows={"shop": {"share": 1.0, "trace": ["api"]}},
            phases=[{"name": "peak", "rate": 1120, "hours": 1}],
            decisions={"spread": {"options": {"no": {}, "yes": {"set": {"workload.rate": 1119.9}}}}},
        )
    )
    X = system.space.designs(0, 2)
    share = under(system, X, draws_of(system, 256)).feasible.mean(axis=1)
    assert share == pytest.approx(0.5, abs=0.02)
    trials = Holding.of(system, X, 256)
    trials.ask(np.arange(2), 0.0)
    np.testing.assert_array_equal(trials.share, share)


def test_without_any_guess_nobody_is_told_to_be_sure() -> None:
    model = model_of(two_sizes(uncertainty={RATE: "none"}))
    solution = solve(model)
    made = solution.recommendation
    assert (made.reached, made.draws) == ("not_asked", 0)
    assert all(pick.confidence is None and pick.first_break is not None for pick in made.picks)
    told = " ".join(plain(b.text) for b in shortlist(model, solution).blocks if hasattr(b, "text"))
    assert "wasn't asked" in told
    assert "draws" not in told


@pytest.mark.parametrize("decide_by", ["cost", "latency", "throughput"])
def test_the_cheapest_is_the_cheapest_whatever_decides(decide_by: str) -> None:
    model = model_of(two_sizes(decide_by=decide_by))
    solution = solve(model)
    cost = solution.front.evaluation.values[:, 4]
    assert cost[solution.recommendation.pick("cheapest").position] == cost.min()
