"""The barest scenarios: one of each kind, nothing to decide, nothing called, nobody answered."""

from __future__ import annotations

from typing import Any


def bare_scenarios() -> dict[str, dict[str, Any]]:
    """Scenarios as trees, by what is bare about them."""
    copies = {"integer": [2, 6], "sets": "web.replicas"}
    fast = {"on": {"multiply": {"web.service_ms": 0.5}}, "one_time_usd": 10}
    down = {"error_share": 1}
    both = {"web": dict(WEB), "db": {"kind": "store", "slots": 8, "service_ms": 5}}
    priced = {"cost": {"limit": 500}, "latency": {"limit": 100}, "availability": {"limit": 0.9}}
    never = {"latency": {"limit": 1e-3, "tolerance": "never"}, "cost": {"limit": 1e-3, "tolerance": "never"}}
    twice = [{"name": "calm", "rate": 100, "hours": 10}, {"name": "peak", "rate": 300, "hours": 1}]
    return {
        "no decisions": _scenario(),
        "no decisions, two phases": _scenario(phases=twice),
        "no decisions, guesses": _scenario(
            dimensions=priced,
            uncertainty={"web.service_ms": {"distribution": "uniform", "low": 10, "high": 30}},
        ),
        "one design": _scenario(decisions={"q": {"integer": [4, 4], "sets": "web.replicas"}}),
        "one option": _scenario(decisions={"q": {"options": {"only": {}}}}),
        "one design by rules": _scenario(
            decisions={"fast": fast}, rules=[{"if": {}, "then": {"fast": "on"}}], today={"fast": "on"}
        ),
        "one decision": _scenario(decisions={"copies": copies, "fast": fast}),
        "a decision of nothing": _scenario(decisions={"contract": {"on": {}, "one_time_usd": 1000}}),
        "one of two components": _scenario(components=both, decisions={"copies": copies}),
        "two flows, one without share": _scenario(
            flows={"f": {"share": 1, "trace": ["web"]}, "g": {"share": 0, "trace": ["web"]}},
            decisions={"copies": copies},
        ),
        "everything fails": _scenario(components={"web": {**WEB, **down}}, decisions={"copies": copies}),
        "everything fails, no decisions": _scenario(components={"web": {**WEB, **down}}),
        "everything is down": _scenario(
            phases=[{"name": "p", "rate": 10, "hours": 1, "effect": {"set": {"web.error_share": 1}}}],
            decisions={"copies": copies},
        ),
        "hardly anything arrives": _scenario(
            phases=[{"name": "p", "rate": 1e-9, "hours": 1}], decisions={"copies": copies}
        ),
        "nothing called": _scenario(
            components=both,
            flows={"f": {"share": 1, "trace": ["web"]}, "g": {"share": 0, "trace": ["db"]}},
            decisions={"copies": copies},
        ),
        "nobody is let in": _scenario(
            flows={"f": {"share": 1, "trace": [{"call": "web", "bulkhead_slots": 0}]}},
            decisions={"copies": copies},
        ),
        "all is shed": _scenario(
            flows={"f": {"share": 1, "shed_share": 1, "trace": ["web"]}}, decisions={"copies": copies}
        ),
        "nothing is feasible": _scenario(decisions={"copies": copies, "fast": fast}, dimensions=never),
        "nothing is feasible, no decisions": _scenario(dimensions=never),
        "overloaded": _scenario(
            phases=[{"name": "p", "rate": 1e6, "hours": 1, "drivers": {"v": 1}}],
            decisions={"copies": copies},
            dimensions=priced,
        ),
    }


WEB = {"kind": "service", "replicas": 4, "slots": 8, "service_ms": 20, "price_usd_per_hour": 1}


def _scenario(
    *, phases: Any = None, components: Any = None, flows: Any = None, **parts: Any
) -> dict[str, Any]:
    phases = phases or [{"name": "p", "rate": 100, "hours": 1}]
    for phase in phases:
        phase.setdefault("drivers", {"v": 1})
    return {
        "schema": 1,
        "name": "bare",
        "sources": ["a guess"],
        "workload": {"phases": phases},
        "drivers": ["v"],
        "costs": [{"label": "capital", "usd": 1, "drivers": {"v": 1}}],
        "components": components or {"web": dict(WEB)},
        "flows": flows or {"f": {"share": 1, "value_usd": 0.01, "trace": ["web"]}},
        **parts,
    }
