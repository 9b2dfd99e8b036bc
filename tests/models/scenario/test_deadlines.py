"""Deadlines that nobody hears are told where a file is checked."""

from __future__ import annotations

import pytest

from models.scenario.checks import oddities
from scenarios import scenario

OURS = {"kind": "service", "service_ms": 10, "slots": 4}
THEIRS = {"kind": "external", "latency_ms": 10}


def told(component, then):
    call = {"call": "first", "timeout_ms": 100, "passes_deadline": True, "then": then}
    file = scenario(
        components={"first": component, "under": OURS},
        flows={"f": {"share": 1.0, "trace": [call, "under"]}},
    )
    return [finding.where for finding in oddities.findings(file) if finding.where.endswith("passes_deadline")]


@pytest.mark.parametrize(("component", "then"), [(OURS, []), (OURS, ["under"])])
def test_a_queue_of_ours_or_a_call_under_it_hears_a_deadline(component, then):
    assert told(component, then) == []


def test_somebody_elses_system_does_not():
    assert told(THEIRS, []) == ["flows.f.trace[0].passes_deadline"]
