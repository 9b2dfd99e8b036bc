"""`limits.survives`: who doesn't survive isn't recommended, and where nobody does the way out is told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from models.scenario.load import scenario_from
from models.system.compiler import compile_system
from optimizer.decide.recommend import survivors
from optimizer.files.json import solution_from_json, solution_json
from optimizer.resilience.stress import Share
from optimizer.resilience.survival import Endured, is_survived
from optimizer.resilience.survival_trials import FIRST_RUNS, SurvivalTrials
from optimizer.scenario_model import model_of
from optimizer.sections.shortlist import shortlist
from optimizer.solver.checked import checked
from optimizer.solver.solver import solve

PUSHED = "metastable_state"


@cache
def solved(*, decisions: bool = True, calm: bool = False, recovery_s: float | None = None):
    """Ten servers of 100 ms under 60/s, a time-out of 500 ms and three retries; a breaker costs 100 USD.

    A push of 20 s is the end of it, and it isn't with a breaker (simulated, 3 of 3 seeds).
    """
    tree = {
        "schema": 2,
        "name": "station",
        "sources": ["a test"],
        "workload": {"phases": [{"name": "day", "rate": 60, "hours": 1}]},
        "components": {"app": {"kind": "service", "slots": 10, "service_ms": 100}},
        "flows": {
            "all": {"share": 1, "trace": [{"call": "app", "timeout_ms": 500, "retries": 3, "name": "ask"}]}
        },
        "limits": {"saturation": None, "emergence": None, "survives": [PUSHED]},
        "uncertainty": {"workload.rate": "none"} if calm else {},
    }
    if recovery_s is not None:
        tree["limits"]["recovery_s"] = recovery_s
    if decisions:
        guard = {"on": {"set": {"calls.ask.breaker": True}}, "one_time_usd": 100}
        tree["decisions"] = {"guard": guard, "gift": {"on": {"add": {"app.slots": 1}}, "one_time_usd": 5}}
    system = compile_system(scenario_from(tree))
    model = model_of(system)
    return model, solve(model)


def decided(model, solution, i):
    return model.space.decode(solution.front.X[i])


@pytest.mark.parametrize("calm", [False, True])
def test_who_falls_is_not_recommended_though_it_is_cheaper(calm):
    model, solution = solved(calm=calm)
    found = solution.recommendation
    assert found.survives == "survives"
    assert decided(model, solution, found.position)["guard"] is True
    cheapest = found.pick("cheapest")
    assert decided(model, solution, cheapest.position)["guard"] is False
    assert not is_survived(cheapest.endured)
    (one,) = found.pick("recommended").endured
    assert (one.name, one.outcome) == (PUSHED, "survives")
    assert one.kept.k == one.kept.n == 36
    # who falls in a first look isn't asked more often
    assert cheapest.endured[0].kept.n == FIRST_RUNS
    assert "survives" in str(shortlist(model, solution))


def test_where_nobody_survives_the_first_stays_and_the_defences_are_told():
    model, solution = solved(decisions=False)
    found = solution.recommendation
    assert found.survives == "none"
    assert found.position == 0
    helped = {one.defence for one in found.remedies}
    # simulated: a breaker, a short queue and a bulkhead save it at any load, backoff at none
    assert {"breaker", "bulkhead", "short_queue"} <= helped
    assert all(one.component == "app" and one.kept.k >= 9 for one in found.remedies)
    warning = shortlist(model, solution).blocks[0]
    assert warning.kind == "warning"
    assert "breaker at app (10 of 10 runs)" in "".join(map(str, warning.text))


def test_who_comes_back_too_late_does_not_survive():
    """A push of 20 s at three times the load leaves a queue even behind a breaker, for a second or two."""
    solution = solved(recovery_s=0.01)[1]
    assert solution.recommendation.survives == "none"
    assert solution.recommendation.recovery_s == 0.01


def test_the_record_comes_back_as_it_was_kept():
    for asked in (solved(), solved(decisions=False)):
        model, solution = asked
        kept = solution_from_json(solution_json(solution, model.space), model.space, where="here")
        assert kept.recommendation == solution.recommendation


def test_no_more_are_asked_than_there_is_time_for(monkeypatch):
    monkeypatch.setattr(survivors, "MOST_STEPS", 1.0)
    found = solve(solved()[0]).recommendation
    assert found.survives == "none"
    assert found.asked_to_survive == 1


def test_events_say_the_same_of_a_small_system():
    model, solution = solved()
    trials = SurvivalTrials(model.system, [PUSHED])
    guarded = solution.front.X[solution.recommended]
    (one,) = trials.confirmed(guarded, trials.ask(guarded))
    assert (one.by_events.k, one.by_events.n) == (10, 10)
    bare = solution.front.X[solution.recommendation.pick("cheapest").position]
    (one,) = trials.confirmed(bare, (Endured(PUSHED, "survives"),))
    assert one.is_refuted
    assert one.by_events.k == 0
    # too many events: nothing is said, and nothing is refuted
    (one,) = trials.confirmed(guarded, trials.ask(guarded), most_events=1000)
    assert one.by_events is None
    assert one.is_survived


def test_what_falls_event_by_event_is_not_recommended(monkeypatch):
    model, solution = solved()
    first = solution.recommended
    lost = Share(0, 10, 0.0, 0.31)

    def confirmed(self, design, endured, **_):
        is_first = design.tolist() == solution.front.X[first].tolist()
        return tuple(replace(one, by_events=lost) if is_first else one for one in endured)

    monkeypatch.setattr(SurvivalTrials, "confirmed", confirmed)
    found = checked(model, solution).recommendation
    assert found.position != first
    assert [pick.position for pick in found.refuted] == [first]
    told = shortlist(model, replace(solution, recommendation=found))
    assert "event by event" in str(told)
