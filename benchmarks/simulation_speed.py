"""How fast the simulation is: events a second of processor time, beside the slow oracle; cold compilation.

python -m benchmarks.simulation_speed [--cold]

Processor time, so that another process changes little; the ratio to the simulator in plain Python
(tests/oracles) is of one run on one machine. With --cold the loop is compiled in an empty folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from models import compile_system, evaluate, load_scenario
from models.evaluation import Array
from models.scenario.scenario import Scenario
from models.simulation.runs import simulate
from models.simulation.settings import Settings
from models.system.system import System

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "data" / "scenarios" / "black_friday_shop.yaml"
#: Events of a timed run, and requests of the oracle.
EVENTS, REQUESTS = 8_000_000, 20_000


def one_station() -> Scenario:
    """One exponential server at 80 %."""
    tree = {
        "schema": 1,
        "name": "station",
        "workload": {"phases": [{"name": "steady", "rate": 80.0, "hours": 1.0}]},
        "components": {"web": {"kind": "service", "service_ms": 10.0}},
        "flows": {"all": {"share": 1.0, "trace": ["web"]}},
    }
    return Scenario.model_validate(tree, strict=False)


def events_per_s(system: System, design: Array, phase: int) -> float:
    """Events in a second of processor time, the run's set-up left aside by the difference of two lengths."""
    taken = {}
    simulate(system, design, phase, Settings(events=EVENTS // 80))  # loads the loop
    for events in (EVENTS // 8, EVENTS):
        began = time.process_time()
        found = simulate(system, design, phase, Settings(events=events, mean_precision=1e-4))
        taken[found.events] = time.process_time() - began
    (few, short), (many, long) = taken.items()
    return (many - few) / (long - short)


def oracle_events_per_s(scenario: Scenario, events_of_a_request: float) -> float:
    """The same for the simulator in plain Python, in events of the fast one."""
    from oracles.simulation import simulate as slow

    began = time.process_time()
    slow(scenario, requests=REQUESTS, seed=1, quorum="others")
    return REQUESTS * events_of_a_request / (time.process_time() - began)


def in_the_shop() -> tuple[System, Array]:
    """The shop and the design of a small sample that breaks its limits least."""
    system = compile_system(load_scenario(SHOP))
    X = np.vstack([system.space.today, system.space.sample(60, seed=1)])
    return system, X[int(np.argmin(np.maximum(evaluate(system, X).excess, 0.0).sum(axis=1)))]


def cold_s() -> float:
    """Processor time of compiling the loop in an empty folder, s."""
    with tempfile.TemporaryDirectory() as folder:
        code = "from models.simulation.compile import compile_all; compile_all()"
        began = os.times()
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            cwd=ROOT,
            env={**os.environ, "TRADESPACE_KERNELS": folder},
        )
        ended = os.times()
    return (ended.children_user - began.children_user) + (ended.children_system - began.children_system)


def main() -> None:
    """Prints a row for each system."""
    sys.path.append(str(ROOT / "tests"))
    station = compile_system(one_station())
    fast = events_per_s(station, station.space.today, 0)
    slow = oracle_events_per_s(one_station(), 2.0)
    print(
        f"one station  {fast / 1e6:5.2f} M events/s; the oracle {slow / 1e6:5.3f}, {fast / slow:4.0f} times"
    )
    system, design = in_the_shop()
    print(f"the shop     {events_per_s(system, design, system.peak) / 1e6:5.2f} M events/s at its peak")
    from oracles.networks import network

    drawn = network("mixed", 0)
    mixed = compile_system(drawn.scenario())
    found = simulate(mixed, mixed.space.today, 0, Settings(events=400_000, mean_precision=1e-4))
    of_a_request = found.events / (found.seconds * 100.0)
    fast = events_per_s(mixed, mixed.space.today, 0)
    slow = oracle_events_per_s(drawn.scenario(), of_a_request)
    print(
        f"a small shop {fast / 1e6:5.2f} M events/s; the oracle {slow / 1e6:5.3f}, {fast / slow:4.0f} times"
    )
    if "--cold" in sys.argv:
        print(f"compiled cold in {cold_s():.0f} s of processor time")


if __name__ == "__main__":
    main()
