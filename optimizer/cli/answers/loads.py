"""`--json` of `tradespace stress` where it tells how a design behaves over its load."""

from __future__ import annotations

from models.evaluation import Array
from models.system.system import System
from optimizer.cli.answers.parts import finite, scenario_answer
from optimizer.cli.answers.resilience import way_back_answer
from optimizer.resilience.hysteresis import Hysteresis, WayBack
from optimizer.resilience.phase_portrait import Portrait
from optimizer.resilience.push_map import PushMap


def _head(system: System, x: Array) -> dict[str, object]:
    return {
        "scenario": scenario_answer(system),
        "design": system.space.decode(x),
        "phase": system.phases[system.peak],
    }


def hysteresis_answer(system: System, x: Array, found: Hysteresis, way: WayBack | None) -> dict[str, object]:
    """The design, its answers by the load, up and after a collapse, and the way back."""
    return {
        **_head(system, x),
        "falls_at": finite(found.falls_at),
        "returns_at": finite(found.returns_at),
        "is_wide": found.is_wide,
        "loads": [
            {
                "requests_per_s": float(rate),
                "answered_up": float(up),
                "answered_after_collapse": finite(float(down)),
                "empty_after_s": finite(float(empty)),
            }
            for rate, up, down, empty in zip(found.rates, found.up, found.down, found.empty_s, strict=True)
        ],
        "way_back": way_back_answer(way),
    }


def push_map_answer(system: System, x: Array, found: PushMap) -> dict[str, object]:
    """The design, and at each load the longest push that is survived."""
    return {
        **_head(system, x),
        "push": found.push,
        "most_s": found.most_s,
        "loads": [
            {
                "requests_per_s": float(rate),
                "survives_s": edge.survives,
                "falls_s": finite(edge.falls),
            }
            for rate, edge in zip(found.rates, found.borders, strict=True)
        ],
    }


def portrait_answer(system: System, x: Array, component: str, found: Portrait) -> dict[str, object]:
    """The design, and from which states a component comes back."""
    return {
        **_head(system, x),
        "component": component,
        "healthy": _state(found.healthy),
        "failed": _state(found.failed),
        "border": [{"waiting": waiting, "retries": retries} for waiting, retries in found.border],
    }


def _state(state: tuple[float, float] | None) -> dict[str, object] | None:
    return None if state is None else {"waiting": finite(state[0]), "retries": finite(state[1])}
