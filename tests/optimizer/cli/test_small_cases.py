"""Commands on small inputs that once ended in a traceback: they answer, with exit code 0 or 1, in words."""

from __future__ import annotations

import json
import re

import pytest

from benchmarks.fuzzing.commands import run
from small_cases import case_file

OUTAGE = ("compare {} --design today --design knee", "margins {}", "what-if {} --shares", "margins {} --json")
SUPPORT = ("check {}", "solve {} --workers 1", "what-if {} --shares --json")
PHASE = ("doubt {} --draws 32", "break {} --driver v", "break {} --driver v --json", "margins {}", "check {}")
OTHERS = ("check {}", "evaluate {} --json", "what-if {} --shares", "break {}")
COMMANDS = {
    "outage-on-the-only-path": OUTAGE,
    "support-contract": SUPPORT,
    "one-phase": PHASE,
    "fan-out-8": OTHERS,
    "closed-bulkhead": OTHERS,
    "fallback-always": OTHERS,
    "tail-at-scale": ("check {}", "evaluate {} --json"),
}
TRIED = [(name, command) for name, commands in COMMANDS.items() for command in commands]


def said(name, command):
    return run([part.format(case_file(name)) for part in command.split()])


@pytest.mark.parametrize(("name", "command"), TRIED)
def test_it_answers(name, command):
    told = said(name, command)
    assert told.code in (0, 1), told.err
    assert "Traceback" not in told.out + told.err
    assert told.out.strip()
    if command.endswith("--json"):
        json.loads(told.out, parse_constant=pytest.fail)


def test_nobody_is_answered_where_the_only_path_is_out():
    answer = json.loads(said("outage-on-the-only-path", "evaluate {} --json").out)
    assert json.dumps(answer).count("NaN") == 0
    (phase,) = answer["phases"]
    assert phase["flows"]["req"]["success_share"] == 0.0
    assert phase["flows"]["req"]["p99_ms"] is None


def test_zones_and_quorums_in_words():
    one, quorum = said("one-zone", "margins {}").out, said("quorum-zone", "margins {}").out
    for told in (one, quorum):
        assert re.search(r"^a whole zone +no ", told, re.MULTILINE)
        assert "0 replicas" not in told
        assert "all but one" not in told
    assert re.search(r"^replicas of db +0 of 1 lost", one, re.MULTILINE)
    assert re.search(r"^replicas of db +1 of 4 lost", quorum, re.MULTILINE)


def test_the_first_to_fall_is_who_limits():
    told = " ".join(said("blame", "break {}").out.split())
    assert (
        "The limit on utilisation is broken first, at 0.933 times the planned load, where db is the busiest"
        in told
    )
    answer = json.loads(said("blame", "break {} --json").out)
    assert (answer["first"], answer["bottleneck"]) == ("saturation", "db")


NOTHING = """\
schema: 1
name: nothing
sources: [a test]
workload: {phases: [{name: p, rate: 100, hours: 1}]}
components: {web: {kind: service, slots: 8, service_ms: 20}}
flows: {f: {share: 1, trace: [{call: web, times: TIMES}]}}
limits: {saturation: null, emergence: null}
"""


def test_that_nothing_is_asked_is_said(tmp_path):
    file = tmp_path / "nothing.yaml"
    file.write_text(NOTHING.replace("TIMES", "0"))
    told = run(["check", str(file)])
    assert told.code == 0
    assert "nothing_called: nothing meets this limit" in told.out + told.err
    answer = json.loads(run(["evaluate", str(file), "--json"]).out)
    assert answer["dimensions"]["latency"]["value"] == 0.0
    assert not next(x for x in answer["limits"] if x["name"] == "nothing_called")["holds"]


def test_a_collapse_without_a_limit_on_saturation_is_no_close_call(tmp_path):
    """100/s x 20.4 calls x 20 ms are 40.8 erlang for 8 slots: 510 %."""
    file = tmp_path / "over.yaml"
    file.write_text(NOTHING.replace("TIMES", "20.4"))
    told = run(["evaluate", str(file)])
    assert "exactly" not in told.out
    assert "everything meets" not in run(["check", str(file)]).out
    limits = {x["name"]: x for x in json.loads(run(["evaluate", str(file), "--json"]).out)["limits"]}
    assert not limits["collapse"]["holds"]
    assert limits["collapse"]["excess"] == pytest.approx(2040 * 0.020 / 8 - 1, rel=1e-9)
