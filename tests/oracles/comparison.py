"""The model held against the independent simulator on random networks, flow by flow.

Error = model / simulation - 1 of one flow in one network. Noise = standard error of the simulation relative
to its value: an error of up to twice the noise says nothing about the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.errors import NotModelledError
from models.explanation.explain import explain
from models.scenario.load import scenario_from
from models.system.compiler import compile_system
from oracles.networks import Network
from oracles.simulation import Estimate, simulate

MEASURES = {"mean": "response_ms", "p50": "p50_ms", "p99": "p99_ms"}
#: The worst error that is allowed, in general and where a small pool holds its slots.
PROMISED = {"mean": 0.04, "p50": 0.10, "p99": 0.07}
PROMISED_TIGHT = {"mean": 0.15, "p50": 0.20, "p99": 0.25}
TIGHT = "blocking-tight"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number both ways, ms; `noise` is the simulation's relative standard error."""

    model: float
    simulation: float
    error: float
    noise: float


@dataclass(frozen=True, slots=True)
class Row:
    """One flow of one network.

    Attributes:
        utilisation: Busy share of the busiest component, from the simulation.
        refused: Why the model didn't evaluate it; then there are no measures.
        measures: By `mean`, `p50`, `p99`.
        success_model: Share answered, from the model.
        success_simulation: The same from the simulation.
    """

    network: str
    kind: str
    flow: str
    utilisation: float
    refused: str | None
    measures: dict[str, Measure]
    success_model: float
    success_simulation: float


def compare(network: Network, *, requests: int, seed: int) -> list[Row]:
    """One network by the model and by the simulator, a row for each flow."""
    try:
        system = compile_system(scenario_from(network.tree))
        answer = explain(system, system.space.today)
    except (NotModelledError, NotImplementedError) as error:
        reason = str(error).strip().splitlines()[-1].strip()
        return [Row(network.name, network.kind, "", network.utilisation, reason, {}, math.nan, math.nan)]
    played = simulate(network.scenario(), requests=requests, seed=seed)
    busiest = max(part.utilisation for part in played.components.values())
    rows = []
    for name, flow in played.flows.items():
        modelled = answer["phases"][0]["flows"][name]
        simulated = {"mean": flow.mean_ms, "p50": flow.p50_ms, "p99": flow.p99_ms}
        measures = {m: _measure(modelled[key], simulated[m]) for m, key in MEASURES.items()}
        success = flow.success.value
        rows.append(
            Row(
                network.name,
                network.kind,
                name,
                busiest,
                None,
                measures,
                _finite(modelled["success_share"]),
                success,
            )
        )
    return rows


def _finite(value: object) -> float:
    """Null stands for what is unbounded."""
    return float(value) if isinstance(value, (int, float)) else math.inf


def _measure(modelled: object, simulated: Estimate) -> Measure:
    model = _finite(modelled)
    return Measure(
        model, simulated.value, model / simulated.value - 1.0, simulated.error / abs(simulated.value)
    )
