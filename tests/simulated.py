"""Small systems, simulated: one flow `all` with its trace, times in s."""

from __future__ import annotations

from typing import Any

from models.scenario.scenario import Scenario
from models.simulation.readings import Interval, Simulated
from models.simulation.runs import simulate
from models.simulation.settings import Settings
from models.system.compiler import compile_system
from models.system.system import System

MS = 1e3


def system_of(components: dict[str, Any], *trace: Any, rate: float = 1.0, flow: Any = None) -> System:
    """A compiled system of one flow at `rate` requests/s."""
    flows = {"all": {"share": 1.0, "trace": list(trace), **(flow or {})}}
    return system_with(components, flows, rate=rate)


def system_with(components: dict[str, Any], flows: dict[str, Any], *, rate: float = 1.0) -> System:
    """A compiled system of several flows."""
    tree = {
        "schema": 1,
        "name": "test",
        "workload": {"phases": [{"name": "steady", "rate": rate, "hours": 1.0}]},
        "components": components,
        "flows": flows,
    }
    return compile_system(Scenario.model_validate(tree, strict=False))


def played(
    components: dict[str, Any], *trace: Any, rate: float = 1.0, flow: Any = None, **settings: Any
) -> Simulated:
    """One flow, simulated; intervals of 99 %."""
    return played_in(system_of(components, *trace, rate=rate, flow=flow), **settings)


def played_in(system: System, **settings: Any) -> Simulated:
    """Today's design of a system in its first phase, to the end of the events; intervals of 99 %."""
    plain = {"events": 400_000, "mean_precision": 1e-4, "confidence": 0.99, "seed": 1}
    return simulate(system, system.space.today, 0, Settings(**plain | settings))


def is_known(found: Interval | None, expected: float, *, within: float = 0.06) -> bool:
    """Whether an interval holds a number, and is narrow enough to say something: half of it, relative."""
    return found is not None and found.holds(expected) and found.half <= within * abs(expected) + 1e-9


def station(service_s: float, slots: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": "service", "service_ms": service_s * MS, "slots": slots, **more}


def external(latency_s: float, **more: Any) -> dict[str, Any]:
    return {"kind": "external", "latency_ms": latency_s * MS, **more}


def store(service_s: float, **more: Any) -> dict[str, Any]:
    return station(service_s) | {"kind": "store", **more}


def cache(service_s: float = 1e-3, **more: Any) -> dict[str, Any]:
    return station(service_s, 1000) | {"kind": "cache", **more}


def erlang_b(servers: int, erlangs: float) -> float:
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked


def erlang_c(servers: int, erlangs: float) -> float:
    blocked = erlang_b(servers, erlangs)
    return blocked / (1.0 - erlangs / servers * (1.0 - blocked))
