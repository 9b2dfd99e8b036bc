"""How long evaluations take: the kernel, and beside it the array evaluation that it replaced, in one run.

python -m benchmarks.evaluation_speed [SCENARIO ...] [--old]

Processor time, so that another process changes little. With --old the arrays (under tests/) are
timed too: their times are of this machine and of this moment, so that the ratio counts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models import compile_system, evaluate, load_scenario
from models.system.system import System

ROOT = Path(__file__).parents[1]
DEFAULT = (ROOT / "data" / "scenarios" / "black_friday_shop.yaml",)
#: Designs at a time, and how often.
SIZES = ((1, 40), (64, 3), (2048, 1))


def milliseconds(work: Callable[[], object], repeats: int) -> float:
    """Mean processor time of one call, ms."""
    began = time.process_time()
    for _ in range(repeats):
        work()
    return 1e3 * (time.process_time() - began) / repeats


def old(system: System, X: np.ndarray) -> None:
    """The same designs by the arrays: situations and their behaviour, without cost and limits."""
    from oracles.analytic.behaviour import behaviour
    from oracles.analytic.parameters import apply_decisions
    from oracles.analytic.situations import situations_of

    with np.errstate(all="ignore"):
        behaviour(situations_of(apply_decisions(system, system.space.canonical(X))), keep=False)


def main() -> None:
    """Prints a row for each number of designs at a time."""
    with_old = "--old" in sys.argv
    sys.path.append(str(ROOT / "tests"))
    for path in [Path(name) for name in sys.argv[1:] if name != "--old"] or DEFAULT:
        system = compile_system(load_scenario(path))
        evaluate(system, system.space.today[None, :])  # loads the kernel
        size = f"{len(system.components)} components, {len(system.phases)} phases"
        print(f"{path.name}: {size}")
        for n, repeats in SIZES:
            X = system.space.sample(n, seed=3)
            new = milliseconds(lambda X=X, system=system: evaluate(system, X), repeats)
            told = f"  {n:5,} designs: {new:9.1f} ms, {new / n:7.2f} ms each"
            if with_old:
                before = milliseconds(lambda X=X, system=system: old(system, X), 1)
                told += f"; arrays {before:9.1f} ms, {before / new:5.1f} times"
            print(told)


if __name__ == "__main__":
    main()
