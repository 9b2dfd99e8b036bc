"""One decision for many scenarios: against every design in every scenario, worked out by hand."""

from __future__ import annotations

import io
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from models import compile_system, load_scenario
from models.evaluator import evaluate
from optimizer.batch.across import gathered, safety, solve_across
from optimizer.batch.across_report import across_report, across_table
from optimizer.batch.together import Joined, TogetherError, together
from optimizer.batch.varied import varied
from optimizer.report.data import report_data, report_schema
from optimizer.report.markdown import markdown
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.sections.content import plain
from optimizer.solver.config import SolveConfig
from reports import DAY, everything_scenario
from scenarios import scenario

SHOP = everything_scenario()


def systems(*changes):
    return [compile_system(varied(SHOP, [*change, ("name", f"s{k}")])) for k, change in enumerate(changes)]


@pytest.fixture(scope="module")
def found():
    both = together(
        systems([("workload.rate", 500)], [("workload.rate", 1100), ("db.service_ms", 3)]), [3.0, 1.0]
    )
    return both, solve_across(both)


def test_every_design_in_every_scenario(found):
    both, answer = found
    assert answer.is_all
    assert len(answer.X) == both.space.size == 5 * 2 * 4
    for system, part in zip(both.systems, answer.parts, strict=True):
        wanted = evaluate(system, answer.X)
        assert (part.values == wanted.values).all()
        assert (part.feasible == wanted.feasible).all()


def test_worst_expected_and_regret_by_hand(found):
    _, answer = found
    signs = np.array([d.sign for d in answer.parts[0].dimensions])
    a, b = (part.values * signs for part in answer.parts)
    assert (answer.worst * signs == np.maximum(a, b)).all()
    finite = np.isfinite(a) & np.isfinite(b)
    assert np.allclose((answer.expected * signs)[finite], (0.75 * a + 0.25 * b)[finite])
    for i in range(len(answer.X)):
        for j in range(6):
            regrets = []
            for losses, part in ((a, answer.parts[0]), (b, answer.parts[1])):
                best, worst = losses[part.feasible, j].min(), losses[part.feasible, j].max()
                if worst > best and np.isfinite(losses[i, j]):
                    regrets.append(max((losses[i, j] - best) / (worst - best), 0.0))
            if np.isfinite(a[i, j]) and np.isfinite(b[i, j]):
                assert answer.regret[i, j] == pytest.approx(max([0.0, *regrets]))


@pytest.fixture(scope="module")
def crossed():
    """Each scenario has survivors that the other hasn't: one has no time, the other twice the load."""
    both = together(
        systems([("workload.rate", 500), ("limits.effort_days", 1)], [("workload.rate", 1100)]), [1.0, 1.0]
    )
    return both, solve_across(both)


@pytest.mark.parametrize("which", ["found", "crossed"])
def test_fronts_hold_what_survives_everywhere_and_nobody_dominates(which, request):
    _, answer = request.getfixturevalue(which)
    if which == "crossed":
        first, second = answer.survives.T
        assert (first & ~second).any()
        assert (second & ~first).any()
        assert (first & second).any()
    signs = np.array([d.sign for d in answer.parts[0].dimensions])
    everywhere = [i for i in range(len(answer.X)) if answer.survives[i].all()]
    assert answer.survivors.tolist() == everywhere
    for front, losses in (
        (answer.worst_front, answer.worst * signs),
        (answer.expected_front, answer.expected * signs),
        (answer.regret_front, answer.regret),
    ):
        wanted = [
            i
            for i in everywhere
            if not any((losses[k] <= losses[i]).all() and (losses[k] < losses[i]).any() for k in everywhere)
        ]
        assert sorted(front.tolist()) == wanted
    assert answer.knees[0] in answer.worst_front


def test_what_it_costs_to_be_safe_everywhere(found):
    both, answer = found
    safe, told = safety(answer, 4)
    assert safe in answer.survivors
    assert answer.expected[safe, 4] == answer.expected[answer.survivors, 4].min()
    for k, one in enumerate(told):
        own = answer.parts[k].values[answer.survives[:, k], 4]
        assert one.cheapest_usd == own.min()
        assert one.safe_usd - one.cheapest_usd >= 0.0
    report = across_report(both, answer, made=DAY)
    Draft202012Validator(report_schema()).validate(report_data(report))
    table = next(t for t in report.tables if t.name == "safety")
    assert [row[3].value for row in table.rows] == [one.safe_usd - one.cheapest_usd for one in told]


def test_decisions_that_are_not_shared_stay_as_today():
    one = compile_system(varied(SHOP, [("name", "one")]))
    tree = SHOP.model_dump(mode="json", by_alias=True, exclude_unset=True)
    tree["decisions"]["copies"]["integer"] = [2, 9]
    tree["name"] = "two"
    from models.scenario.load import scenario_from

    two = compile_system(scenario_from(tree))
    both = together([one, two])
    assert both.shared == ("mode", "shed")
    assert both.apart == (("copies",), ("copies",))
    answer = solve_across(both)
    place = [column.name for column in one.space.columns].index("copies")
    assert set(answer.parts[0].X[:, place]) == {one.space.today[place]}


def test_where_there_are_too_many_designs_searches_choose(found):
    both, whole = found
    searched = solve_across(both, SolveConfig(evaluations=20, seed=3))
    assert not searched.is_all
    known = {tuple(x) for x in whole.X}
    assert {tuple(x) for x in searched.X} <= known
    assert len(searched.X) < len(whole.X)
    for answer, words in ((searched, "that searches chose"), (whole, "Of all 40 designs of the shared")):
        told = across_report(both, answer, made=DAY).section("answer").blocks
        assert words in plain(told[0].text)
        assert any("may be better" in plain(b.text) for b in told if hasattr(b, "text")) != answer.is_all


def test_searches_tell_how_far_they_are_and_a_part_of_the_truth_is_none(found):
    both, _ = found
    seen = []
    solve_across(both, SolveConfig(evaluations=20, seed=3), progress=lambda *told: seen.append(told))
    shares = [done / total for done, total, _ in seen]
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert shares[-1] == pytest.approx(1.0, abs=0.1)

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_across(both, SolveConfig(evaluations=20, seed=3), progress=stop)


def test_rules_of_any_scenario_hold_in_all():
    pinned = systems([], [("copies", 4)])
    both = together(pinned)
    answer = solve_across(both)
    assert set(answer.X[:, 0]) == {4.0}
    assert (Joined(both, "worst")(both.space.designs(0, 40)).feasible.sum()) <= len(answer.X)


def test_the_table_holds_every_survivor(found):
    both, answer = found
    frame = across_table(both, answer)
    assert frame["design"].tolist() == (answer.survivors + 1).tolist()
    assert frame["s1.cost"].tolist() == answer.parts[1].values[answer.survivors, 4].tolist()
    assert frame["on_worst_front"].sum() == len(answer.worst_front)


def test_the_model_can_be_sent_away(found):
    both, answer = found
    again = pickle.loads(pickle.dumps(Joined(both, "expected")))(answer.X)
    assert (again.values == Joined(both, "expected")(answer.X).values).all()
    assert (gathered(both, answer.X, is_all=True).worst == answer.worst).all()


def test_scenarios_that_share_nothing_are_refused():
    other = compile_system(scenario(decisions={"slots": {"integer": [1, 4], "sets": "web.slots"}}))
    with pytest.raises(TogetherError, match="share no decision"):
        together([compile_system(SHOP), other])
    with pytest.raises(TogetherError, match="weights"):
        together(systems([], []), [0.0, 0.0])


def test_the_command(tradespace, tmp_path):
    files = []
    for name, rate in (("calm", 500), ("storm", 1000)):
        found = varied(SHOP, [("name", name), ("workload.rate", rate)])
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(json.dumps(found.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    code, out, _ = tradespace("across", *files, "--weight", "storm=2", "--out", tmp_path / "out")
    assert code == 0
    assert "survive in every scenario" in out
    assert (tmp_path / "out" / "report.html").exists()
    code, _, err = tradespace("across", *files, "--weight", "nobody=2")
    assert code == 2
    assert "nobody" in err
    assert tradespace("across", files[0], files[0])[0] == 2
    assert tradespace("across", files[0])[0] == 2
    code, out, _ = tradespace("across", *files, "--json")
    Draft202012Validator(report_schema()).validate(json.loads(out))


def test_it_is_a_run_of_the_store(tradespace, tmp_path):
    files = []
    for name, rate in (("calm", 500), ("storm", 1000)):
        told = varied(SHOP, [("name", name), ("workload.rate", rate)])
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(json.dumps(told.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    place = tmp_path / "runs.sqlite"
    assert tradespace("across", *files, "--weight", "storm=3", "--store", place)[0] == 0
    both = together([compile_system(load_scenario(path)) for path in files], [1.0, 3.0])
    wanted = across_table(both, solve_across(both))
    with RunStore(f"sqlite:///{place}") as store:
        (run,) = store.runs()
        assert (run.kind, run.state, run.name) == ("across", "done", "calm, storm")
        assert (run.done, run.total) == (40, 40)
        assert f"{len(wanted)} survive in all" in run.summary
        text, choices = store.inputs(run.id)
        assert json.loads(text) == {path.stem: path.read_text() for path in files}
        assert choices == {"scenarios": ["calm", "storm"], "weights": [0.25, 0.75]}
        front = store.front(run.id)
        assert front is not None
        pd.testing.assert_frame_equal(
            pd.read_parquet(io.BytesIO(front[0])), wanted, check_dtype=False, check_column_type=False
        )


def test_nobody_survives_everywhere_and_that_is_kept_too(tradespace, tmp_path):
    files = []
    for name, rate in (("calm", 500), ("storm", 1e6)):
        told = varied(SHOP, [("name", name), ("workload.rate", rate)])
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(json.dumps(told.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    place = tmp_path / "runs.sqlite"
    assert tradespace("across", *files, "--store", place)[0] == 1
    with RunStore(f"sqlite:///{place}") as store:
        (run,) = store.runs()
        assert run.state == "done"
        assert "0 survive in all" in run.summary


# ---- what is recommended for all -----------------------------------------------------------------------


def asking(changes, *more):
    """The shop with wishes and targets, so that there is something to keep."""
    return [
        ("dimensions.cost.target", 40),
        ("dimensions.latency.target", 30),
        *changes,
        *more,
    ]


def sure_in(system, x, wanted):
    """Share of the draws of a scenario in which a design keeps all limits, draw by draw."""
    from models.evaluator import run
    from models.system.uncertainty import base_of, draws_of
    from optimizer.decide.confidence.limits_in_draws import draws_for

    draws = draws_of(system, draws_for(wanted), seed=0)
    rows = np.arange(len(draws))
    told = run(system, np.tile(x, (len(draws), 1)), base=base_of(system, draws, rows))
    holds = np.ones(len(draws), dtype=bool)
    for excess in told.excess.values():
        holds &= np.broadcast_to(excess <= 0.0, holds.shape)
    return float(holds.mean())


@pytest.fixture(scope="module")
def wanting():
    both = together(
        systems(
            asking([("workload.rate", 500)]),
            asking([("workload.rate", 1100), ("db.service_ms", 3)], ("dimensions.latency.target", 60)),
        ),
        [3.0, 1.0],
    )
    return both, solve_across(both)


@pytest.mark.parametrize("which", ["found", "wanting", "crossed"])
def test_nothing_that_is_as_sure_keeps_more_of_what_all_scenarios_ask(which, request):
    """By brute force over all survivors: what a scenario asks is asked of its own values."""
    both, answer = request.getfixturevalue(which)
    best = answer.overall
    models = [model_of(system) for system in both.systems]

    def missed(i):
        """Missed wishes by readiness to give up, then missed targets."""
        wishes, targets = dict.fromkeys(("rare", "sometimes", "pay"), 0), 0
        for model, part in zip(models, answer.parts, strict=True):
            for j, dimension in enumerate(part.dimensions):
                goal, value = model.goal(dimension), part.values[i, j]
                wish = goal.limit if not goal.is_constraint else None
                if wish is not None and (value - wish) * dimension.sign > 1e-9 * abs(wish):
                    wishes[goal.tolerance] += 1
                if goal.target is not None and (value - goal.target) * dimension.sign > 1e-9 * abs(
                    goal.target
                ):
                    targets += 1
        return (*wishes.values(), targets)

    confidence = {
        i: tuple(
            sure_in(system, both.own(k, answer.X[[i]])[0], models[k].confidence)
            for k, system in enumerate(both.systems)
        )
        for i in answer.survivors.tolist()
    }
    assert best.confidence == pytest.approx(confidence[best.position])
    likely = [
        i
        for i, sure in confidence.items()
        if all(share >= model.confidence for share, model in zip(sure, models, strict=True))
    ]
    assert (best.reached == "reached") == bool(likely)
    for i in likely:
        assert missed(best.position) <= missed(i)
        if sum(missed(i)) == 0 == sum(missed(best.position)):
            # Costs are compared in boxes of a hundredth and less.
            assert answer.expected[best.position, 4] <= 1.02 * answer.expected[i, 4]
    assert best.asked - best.kept == sum(missed(best.position))


def test_the_report_of_many_scenarios_says_what_is_recommended_and_calls_knees_knees(wanting):
    both, answer = wanting
    report = across_report(both, answer, made=DAY)
    told = markdown(report)
    number = answer.overall.position + 1
    assert "is recommended for all scenarios" in told
    assert f"It keeps {answer.overall.kept} of {answer.overall.asked} wishes and targets" in told
    assert "The knees, which give up least on average, whatever was asked:" in told
    frame = across_table(both, answer)
    assert frame[frame["is_recommended"]]["design"].tolist() == [number]


def test_scenarios_that_let_different_dimensions_decide_get_no_recommendation():
    both = together(
        systems([("workload.rate", 500)], [("workload.rate", 600), ("decide_by", "latency")]), [1.0, 1.0]
    )
    answer = solve_across(both)
    assert answer.survivors.size
    assert answer.overall is None
    assert "No one design is recommended" in markdown(across_report(both, answer, made=DAY))
