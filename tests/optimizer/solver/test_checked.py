"""A recommendation that is checked: what fails is not recommended, and the record says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.simulation.readings import Interval
from optimizer.files.json import solution_from_json, solution_json
from optimizer.resilience.verification import BrokenLimit, Check, Compared, Verification
from optimizer.solver import checked as module
from optimizer.solver.checked import checked, without
from reports import exercise


def solved():
    found = exercise()[1]
    return found.model, found.solution


@pytest.fixture
def verdicts(monkeypatch):
    """Answers verifications from a list, design by design as they are asked; then all agree."""
    told, asked = [], []

    def verify(system, x, phase, settings=None, **_):
        asked.append(x.tolist())
        return Verification(system.phases[phase], told.pop(0) if told else "agrees")

    monkeypatch.setattr(module, "verify", verify)
    return told, asked


def test_what_agrees_stays_recommended(verdicts):
    model, solution = solved()
    found = checked(model, solution)
    assert found.recommended == solution.recommended
    assert found.recommendation.pick("recommended").check.verdict == "agrees"
    assert found.recommendation.refuted == ()
    checked(model, found)
    assert len(verdicts[1]) == 1  # nobody is asked twice


@pytest.mark.parametrize("verdict", ["fails", "falls_over"])
def test_what_fails_is_not_recommended(verdicts, verdict):
    model, solution = solved()
    verdicts[0].append(verdict)
    found = checked(model, solution).recommendation
    assert found.position not in (None, solution.recommended)
    assert [pick.position for pick in found.refuted] == [solution.recommended]
    assert found.refuted[0].check.verdict == verdict
    assert solution.recommended not in [pick.position for pick in found.picks]
    assert found.pick("recommended").check.verdict == "agrees"


@pytest.mark.parametrize("verdict", ["off", "unsettled", "not_simulated"])
def test_what_is_not_refuted_stays(verdicts, verdict):
    model, solution = solved()
    verdicts[0].append(verdict)
    assert checked(model, solution).recommended == solution.recommended


def test_where_the_first_few_fail_the_first_stays_and_says_so(verdicts):
    model, solution = solved()
    verdicts[0].extend(["fails"] * 20)
    found = checked(model, solution).recommendation
    assert found.position == solution.recommended
    assert found.pick("recommended").check.verdict == "fails"
    assert len(verdicts[1]) == len(found.refuted) + 1 <= module.MOST_TRIED
    # who asks again gets the same: nobody changes places
    again = checked(model, replace(solution, recommendation=found), "recommended")
    assert again.recommendation == found


def test_all_of_the_shortlist_is_checked_once(verdicts):
    model, solution = solved()
    found = checked(model, solution, "all").recommendation
    assert all(pick.check.verdict == "agrees" for pick in (*found.picks, found.today))
    assert len(verdicts[1]) == len({tuple(x) for x in verdicts[1]})


def test_who_wants_nothing_gets_what_was_there(verdicts):
    model, solution = solved()
    assert checked(model, solution, "none") is solution
    stopped = checked(model, solution, "all", stop=lambda: True)
    assert all(pick.check.verdict == "not_checked" for pick in stopped.recommendation.picks)
    assert verdicts[1] == []


def test_a_design_that_is_left_out_keeps_the_places_of_the_others():
    model, solution = solved()
    front = solution.front
    for out in range(len(front)):
        found = without(model, front, [out])
        places = [pick.position for pick in found.picks]
        assert out not in places
        assert set(places) <= set(range(len(front)))
        told = {place: front.X[place].tolist() for place in places}
        assert len(told) == len(places)


def test_a_check_comes_back_as_it_was_kept(verdicts, monkeypatch):
    model, solution = solved()
    interval = Interval(1.5, 1.25, 1.75)
    check = Check(
        "fails",
        "peak",
        Compared("shop", True, "p99_ms", float("inf"), interval),
        (BrokenLimit("latency", 10.0, interval),),
        collapsed=1,
        runs=2,
        lived_s=(3.5,),
        seconds=12.0,
        events=1000,
        seed=7,
    )
    monkeypatch.setattr(Verification, "check", property(lambda self: check))
    found = checked(model, solution, "all")
    kept = solution_from_json(solution_json(found, model.space), model.space, where="here")
    assert kept.recommendation == found.recommendation
    assert kept.recommendation.refuted
