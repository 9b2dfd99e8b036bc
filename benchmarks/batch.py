"""What a batch costs beyond its cases, what a second worker brings, and whether all engines find the same.

    python -m benchmarks.batch [--cases 200] [--skip-dask]

The grid is the exercise with its peak from 20,000 to 80,000 requests/s. First all engines must find the same
fronts, bit by bit; then their times are told. The machinery is what a worker spends beside solving (waiting,
sending, writing the case), as a ratio to the solves themselves, both of the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import load_scenario
from optimizer.batch.cases import Case, grid
from optimizer.batch.running import Batch, begin, run_batch
from optimizer.batch.solving import solve_case
from optimizer.engines.dask import Cluster
from optimizer.engines.engine import Engine
from optimizer.engines.local import Here, Processes

DATA = Path(__file__).parents[1] / "data" / "scenarios"
#: Designs that a search of the larger cases evaluates.
EVALUATIONS = 2_000


def cases_of(name: str, number: int, **settings: object) -> list[Case]:
    """A grid over the load."""
    scenario = load_scenario(DATA / f"black_friday_{name}.yaml")
    rates = tuple(20_000 + 60_000 * k / max(number - 1, 1) for k in range(number))
    return grid([scenario], [("workload.rate", rates)], [], [0], dict(settings))


def timed(case: Case) -> dict[str, Any]:
    """Solves a case and tells how long that took; can be sent to another process."""
    began = time.perf_counter()
    return {**solve_case(case), "seconds": time.perf_counter() - began}


@dataclass(frozen=True)
class Ran:
    """A batch, with the seconds from its first cases to its last, and those of their solves alone."""

    batch: Batch
    seconds: float
    solving: float
    workers: int

    @property
    def machinery(self) -> float:
        """What a worker spends beside solving, as a ratio to solving."""
        return self.seconds * self.workers / self.solving - 1.0


def run(cases: Sequence[Case], engine: Engine) -> Ran:
    """Runs a batch; the first case of each worker is left out of the times, as it starts with the worker."""
    moments: list[float] = []
    skipped = engine.workers
    with tempfile.TemporaryDirectory() as folder:
        batch = begin(cases, Path(folder) / "batch", resume=False, force=False)
        run_batch(
            batch,
            engine,
            Path(folder) / "batch",
            work=timed,
            progress=lambda done, *_: moments.append(time.perf_counter()) if done else None,
        )
    if batch.failed:
        raise SystemExit(f"case {batch.failed[0]} failed: {batch.results[batch.failed[0]]['error']}")
    alone = [result["seconds"] for result in batch.results.values()]  # in the order in which they ended
    return Ran(batch, moments[-1] - moments[skipped - 1], sum(alone[skipped:]), engine.workers)


def fronts(batch: Batch) -> dict[int, str]:
    """The fronts of all cases, to the last bit."""
    return {n: json.dumps(r["answer"]["front"], sort_keys=True) for n, r in batch.results.items()}


def _engines(*, dask: bool) -> dict[str, Callable[[], Engine]]:
    found: dict[str, Callable[[], Engine]] = {
        "in this process": Here,
        "1 process": lambda: Processes(1),
        "2 processes": lambda: Processes(2),
    }
    if dask:
        found["Dask, 2 workers"] = lambda: Cluster("local", workers=2)
    return found


def _told(title: str, cases: Sequence[Case], engines: dict[str, Callable[[], Engine]]) -> None:
    ran = {name: run(cases, engine()) for name, engine in engines.items()}
    first, *others = (fronts(one.batch) for one in ran.values())
    if len(first) != len(cases) or any(found != first for found in others):
        raise SystemExit("the fronts are not the same on all engines")
    alone = ran["in this process"]
    each = 1e3 * alone.solving / (len(cases) - 1)
    print(f"\n{title}: {len(cases)} cases, each solves in {each:.1f} ms")
    print(f"  all {len(engines)} engines: the same fronts, bit by bit")
    for name, one in ran.items():
        print(
            f"  {name:<16} {one.seconds:6.2f} s, machinery {one.machinery:.3f} of the solve, "
            f"{ran['1 process'].seconds / one.seconds:.2f} times as fast as 1 process"
        )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=200, help="cases of the exercise (200)")
    parser.add_argument("--large", type=int, default=6, help="cases of the week, which take seconds each (6)")
    parser.add_argument("--skip-dask", action="store_true", help="leave Dask out")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    engines = _engines(dask=not options.skip_dask)
    _told("the exercise, all 32 designs", cases_of("exercise", options.cases), engines)
    if options.large:
        cases = cases_of("week", options.large, method="archive", evaluations=EVALUATIONS)
        _told(f"the week, searches of {EVALUATIONS:,} designs", cases, engines)


if __name__ == "__main__":
    main()
