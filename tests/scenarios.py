"""Small scenarios for tests, written as Python values and read as a user's file would be."""

from __future__ import annotations

from models.scenario.load import scenario_from

PLATFORM = {"web": {"kind": "service", "service_ms": 10, "replicas": 2, "slots": 4}}


def scenario(*, components=None, flows=None, phases=None, **parts):
    """A scenario of one service under 100 requests/s, with parts replaced."""
    tree = {
        "schema": 1,
        "name": "test",
        "sources": ["a test"],
        "workload": {"phases": phases or [{"name": "steady", "rate": 100, "hours": 1}]},
        "components": components or PLATFORM,
        "flows": flows or {"shop": {"share": 1.0, "trace": ["web"]}},
        **parts,
    }
    return scenario_from(tree)
