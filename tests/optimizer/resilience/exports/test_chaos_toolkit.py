"""Experiments that were exported are run in Chaos Toolkit, against a fake system on the loopback address.

What the tool says a document is worth (`validate`) means little: a fault that was refused, or that stays in
place
after an abort, shows only in a run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest

from drills import drills, runnable
from fake_system import FakeSystem, running
from optimizer.files.returned import read_journal
from optimizer.resilience.exports.drill import GUARD_S, UNBOUNDED
from optimizer.resilience.exports.refused import NotExported
from optimizer.resilience.exports.registry import EXPORTS
from optimizer.resilience.returns import Part, Verdict
from reports import ROOT

#: The experiment that is run with Toxiproxy as its switch too.
PROXIED = "lambda_retry_storm.slow_table"
#: What each part of a run takes, s, and how often it looks.
_PART_S, _EVERY_S = 1.2, 0.3
_ENDINGS = ("success", "deviation", "abort", "interrupt", "refused")


def scaled(document, drill):
    """The same experiment with its times shortened."""
    wait = _PART_S / drill.wait_s

    def walk(value):
        if isinstance(value, list):
            return [walk(each) for each in value]
        if not isinstance(value, dict):
            return value
        found = {key: walk(each) for key, each in value.items()}
        if "seconds" in found:
            found["seconds"], found["every_s"] = _PART_S, _EVERY_S
        if "after_s" in found:
            found["after_s"] *= wait
        if "frequency" in found:
            is_late = found["provider"]["arguments"]["since"] == "end"
            found["frequency"] = 0.02 if is_late else _EVERY_S
        return found

    return {**walk(document), "extensions": document["extensions"]}


def levels(document):
    """By query the levels that hold for it: of the steady state, of the hypothesis, and of the aborts."""
    found = {}
    for probe in document.get("steady-state-hypothesis", {"probes": []})["probes"]:
        kind = probe["name"].split()[0]
        query = probe["provider"]["arguments"]["query"]
        found.setdefault(query, {"steady": [], "expected": [], "abort": []})[kind].append(probe["tolerance"])
    for control in document["controls"]:
        for probe in control["provider"]["arguments"]["probes"]:
            query = probe["provider"]["arguments"]["query"]
            found.setdefault(query, {"steady": [], "expected": [], "abort": []})["abort"].append(
                probe["tolerance"]
            )
    return found


def within(ranges):
    """A number that lies in all of several ranges."""
    low = max([0.0, *(low for low, _ in ranges)])
    high = min([UNBOUNDED, *(high for _, high in ranges)])
    assert low <= high
    return 0.5 * (low + high) if high < UNBOUNDED else 1.01 * low + 1e-6


def outside(tolerance, safe):
    """A number outside of one range, and in all others."""
    low, high = tolerance
    candidates = [0.5 * (low + max([0.0, *(a for a, _ in safe)])), 0.99 * low, 1.01 * high, 1.5 * high]
    for value in candidates:
        if not low <= value <= high and all(a <= value <= b for a, b in safe):
            return value
    raise AssertionError(f"nothing lies outside of {tolerance} and in {safe}")


def numbers(document, ending):
    """How the fake system behaves in a run that shall end like this; None = it can't."""
    known = levels(document)
    good = {
        query: within([*found["steady"], *found["expected"], *found["abort"]])
        for query, found in known.items()
        if found["steady"] or found["expected"] or found["abort"]
    }
    bad = {}
    kind = {"deviation": "expected", "abort": "abort"}.get(ending)
    for query, found in known.items():
        if kind and found[kind] and not bad:
            bad[query] = outside(found[kind][0], [] if kind == "abort" else found["abort"])
    if kind and not bad:
        return None

    def number(query, is_in_place, was_broken):
        return bad[query] if was_broken and query in bad else good.get(query, 1.0)

    return number


@pytest.fixture
def journals(tmp_path_factory):
    """All experiments in all endings, run at the same time: journal, fake system, document."""
    found = {}
    with ExitStack() as stack:
        several = [("chaostoolkit", key, drill) for key, drill in runnable().items()]
        several.append(("toxiproxy", PROXIED, runnable()[PROXIED]))
        for tool, of, drill in several:
            files = EXPORTS[tool].files(drill)
            key = of if tool == "chaostoolkit" else f"{of} ({tool})"
            document = json.loads(files[f"{drill.name}.json"])
            for ending in _ENDINGS:
                number = numbers(document, ending)
                if number is None:
                    continue
                folder = tmp_path_factory.mktemp("run")
                system = FakeSystem(number, refuses=ending == "refused")
                address = stack.enter_context(running(system))
                told = {"TRADESPACE_PROMETHEUS_URL": address, "TRADESPACE_FAULT_URL": address}
                (folder / "environment.json").write_text(json.dumps(told))
                (folder / "experiment.json").write_text(json.dumps(scaled(document, drill)))
                (folder / "tradespace_probes.py").write_text(files["tradespace_probes.py"])
                if ending == "interrupt":
                    system.when_broken = (folder / "interrupt").touch
                found[key, ending] = (folder, system)
        folders = [str(folder) for folder, _ in found.values()]
        command = [sys.executable, str(ROOT / "tests" / "chaos_runs.py"), *folders]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        for (key, ending), (folder, _) in found.items():
            came_back_as(key, ending, folder / "journal.json")
        yield {
            key: (json.loads((folder / "journal.json").read_text()), system)
            for key, (folder, system) in found.items()
        }


def came_back_as(key, ending, path):
    """What `returns` makes of a journal: a run that didn't come to its end decides nothing."""
    drill = runnable()[key.split()[0]]
    (told,) = read_journal(path, drill.system)
    wanted = {"success": Verdict.CONFIRMED, "deviation": Verdict.REFUTED}.get(ending, Verdict.UNDECIDED)
    if not (drill.steady_state or drill.expected):
        wanted = Verdict.UNDECIDED  # people judge it
    assert told.verdict is wanted, (key, ending, told.why)
    assert told.experiment == drill.name
    assert told.decisions == drill.design
    if ending == "success" and drill.prediction.watched:
        parts = {one.part for one in told.readings}
        assert {Part.PLATEAU, Part.AFTER} <= parts


def all_that_a_tool_can_do_is_run_through_all_endings(journals):
    ran = {key for key, _ in journals}
    assert ran == {*runnable(), f"{PROXIED} (toxiproxy)"}
    assert len(ran) >= 10
    for ending in _ENDINGS:
        assert sum(each == ending for _, each in journals) >= 9, ending


def the_fault_was_there_and_is_gone(journals):
    for (key, ending), (_, system) in journals.items():
        assert system.faults == {}, (key, ending)
        if ending != "refused":
            assert [what for what, _ in system.moments] == ["in", "out"], (key, ending)


def each_run_ends_as_the_system_behaved(journals):
    wanted = {"success": ("completed", False), "deviation": ("completed", True)}
    for (key, ending), (journal, _) in journals.items():
        told = (journal["status"], journal["deviated"])
        assert told == wanted.get(ending, ("interrupted", False)), (key, ending)


def an_injection_that_failed_is_never_a_confirmation(journals):
    refused = {key: journal for (key, ending), (journal, _) in journals.items() if ending == "refused"}
    assert refused
    assert all(journal["status"] == "interrupted" for journal in refused.values())


def an_abort_acts_within_two_seconds_and_the_interval_of_its_probe(journals):
    for (key, ending), (_, system) in journals.items():
        if ending == "abort":
            (_, begun), (_, ended) = system.moments
            assert ended - begun < 2.0 + GUARD_S + 2 * _PART_S, key


def what_is_predicted_stands_in_the_journal(journals):
    for (key, _), (journal, _) in journals.items():
        (told,) = journal["experiment"]["extensions"]
        drill = runnable()[key.split()[0]]
        assert told["digest"] == drill.system.scenario.digest()
        assert [one["key"] for one in told["metrics"]] == [one.key for one in drill.prediction.watched]


def test_every_experiment_ends_as_it_should_and_leaves_nothing_behind(journals):
    """One test: its runs are made once, all at the same time."""
    all_that_a_tool_can_do_is_run_through_all_endings(journals)
    the_fault_was_there_and_is_gone(journals)
    each_run_ends_as_the_system_behaved(journals)
    an_injection_that_failed_is_never_a_confirmation(journals)
    an_abort_acts_within_two_seconds_and_the_interval_of_its_probe(journals)
    what_is_predicted_stands_in_the_journal(journals)


def test_costs_that_follow_a_driver_are_refused():
    (drill,) = (each for key, each in drills().items() if key not in runnable())
    with pytest.raises(NotExported, match="no tool changes volatility"):
        EXPORTS["chaostoolkit"].files(drill)
