"""What `check` tells of experiments that can't be computed."""

from __future__ import annotations

import pytest

from models import compile_system
from models.errors import Code
from models.scenario.load import scenario_from
from optimizer.decide.oddities import oddities

TREE = {
    "schema": 2,
    "name": "x",
    "workload": {"phases": [{"name": "all", "rate": 10, "hours": 1}]},
    "components": {
        "web": {"kind": "service", "service_ms": 10},
        "bank": {"kind": "external", "latency_ms": 10},
    },
    "flows": {"shop": {"share": 1, "trace": ["web", {"call": "bank", "enabled": False}]}},
    "experiments": [
        {
            "hypothesis": {"if": "a", "then": []},
            "inject": {"kind": "refuse", "target": "bank", "duration_s": 9},
        }
    ],
}
PAID = {"paid": {"on": {"set": {"calls.bank.enabled": True}}}}
FASTER = {"faster": {"on": {"set": {"web.service_ms": 5}}}}


@pytest.mark.parametrize(("decisions", "severity"), [(PAID, "note"), (FASTER, "warning")])
def test_an_experiment_that_cannot_be_made_is_told(decisions, severity):
    system = compile_system(scenario_from(TREE | {"decisions": decisions}))
    (told,) = (one for one in oddities(system) if one.code is Code.NOT_COMPUTED)
    assert (told.where, told.severity) == ("experiments[0].inject", severity)
    assert "bank" in told.found
