"""The model against real servers: nginx, HAProxy, pgbouncer, PostgreSQL and Redis on the loopback address.

    apt-get install nginx-light haproxy pgbouncer postgresql redis-server
    python -m benchmarks.real_system [--seconds 75] [--utilisation 0.3 0.6 0.8 0.87] [--cases pool,queue]

Open load at random times, latency from the time at which a request was meant to be sent. The servers behind
sleep for as long as a request asks (gamma, mean 40 ms), so that their work is known. What else one takes
(proxy, timers, this program) is measured first, hardly any two at a time, and stands in the scenario as
`network_ms`. It wants a quiet machine.
Aim: mean within 8 %, 99th percentile within 15 %, where the windows of a measurement agree.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.real.cases import CASES, COPIES, SERVICE_S, SLOTS, Case
from benchmarks.real.load import Load, Measured
from benchmarks.real.servers import missing
from models import compile_system
from models.explanation.explain import explain
from models.scenario.load import scenario_from

#: Share of the capacity at which the time beside the work is measured.
_IDLE = 0.03
_IDLE_S = 12.0
HEAD = (
    "| case | utilisation | mean, ms | measured | off | spread | p99, ms | measured | off "
    "| answered | measured |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement beside the prediction."""

    case: str
    utilisation: float
    predicted: tuple[float, float, float]
    measured: Measured

    def told(self) -> str:
        """A line of the table."""
        mean, p99, success = self.predicted
        found, high = self.measured.mean_ms, self.measured.quantile_ms(0.99)
        return (
            f"| {self.case} | {self.utilisation:.2f} | {mean:.1f} | {found:.1f} | {mean / found - 1:+.1%} "
            f"| {self.measured.spread:.1%} | {p99:.0f} | {high:.0f} | {p99 / high - 1:+.1%} "
            f"| {success:.4f} | {self.measured.success:.4f} |"
        )


def predicted(case: Case, seen: Measured, beside_ms: float) -> tuple[float, float, float]:
    """Mean, 99th percentile, ms, and share answered, of the same arrangement as a scenario.

    Args:
        case: The arrangement.
        seen: What was really asked of it.
        beside_ms: Time that a request takes beside its work and its waits, ms.
    """
    station = {**case.component, "service_ms": seen.work_ms, "service_scv": seen.work_scv}
    call: dict[str, Any] = {"call": "station", "network_ms": beside_ms, **case.call}
    parts, trace = {"station": station}, [call]
    if case.before is not None:
        parts, trace = {"station": station, "before": case.before}, [{"call": "before", "then": [call]}]
    system = compile_system(
        scenario_from(
            {
                "schema": 2,
                "name": "real",
                "sources": ["measured"],
                "workload": {"phases": [{"name": "all", "rate": seen.rate, "hours": 1}]},
                "components": parts,
                "flows": {"all": {"share": 1.0, "trace": trace}},
                "decisions": {},
                "limits": {"saturation": None},
            }
        )
    )
    told = explain(system, system.space.today)["phases"][0]["flows"]["all"]
    return told["response_ms"], told["p99_ms"], told["success_share"]


async def measured(arranged: Callable[[int], Any], load: Load) -> Measured:
    """One measurement with servers of its own."""
    async with arranged(load.seed) as request:
        return await load.measure(request)


def compared(case_number: int, utilisation: float, load: Load) -> Row:
    """A case at a utilisation of its station."""
    case = CASES[case_number]
    capacity = COPIES * SLOTS / SERVICE_S
    idle = replace(load, rate=_IDLE * capacity, seconds=_IDLE_S)
    beside_ms = asyncio.run(measured(case.alone or case.arranged, idle)).beside_ms
    seen = asyncio.run(measured(case.arranged, replace(load, rate=utilisation * capacity / case.share)))
    return Row(case.name, utilisation, predicted(case, seen, max(beside_ms, 0.0)), seen)


def main() -> None:
    """Runs the cases and prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="length of one measurement, s")
    parser.add_argument("--utilisation", type=float, nargs="+", default=[0.3, 0.6, 0.8, 0.87])
    parser.add_argument("--scv", type=float, default=1.0, help="squared coefficient of variation of the work")
    parser.add_argument("--cases", default="", help="parts of their names, with commas; empty = all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=1, help="measurements at the same time")
    asked = parser.parse_args()
    if missing():
        sys.exit(f"not installed: apt-get install {' '.join(missing())}")
    parts = asked.cases.split(",")
    chosen = [k for k, case in enumerate(CASES) if any(part in case.name for part in parts)]
    print("\n".join(HEAD))
    with ProcessPoolExecutor(asked.at_once) as pool:
        waiting = [
            pool.submit(compared, k, u, Load(1.0, SERVICE_S, asked.scv, asked.seconds, asked.seed + 100 * i))
            for k in chosen
            for i, u in enumerate(asked.utilisation)
        ]
        for one in waiting:
            print(one.result().told(), flush=True)


if __name__ == "__main__":
    main()
