"""How long evaluations take.

python -m benchmarks.evaluation_speed [SCENARIO ...]

Processor time, so that another process changes little.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from models import compile_system, evaluate, load_scenario

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


def main() -> None:
    """Prints a row for each number of designs at a time."""
    for path in [Path(name) for name in sys.argv[1:]] or DEFAULT:
        system = compile_system(load_scenario(path))
        evaluate(system, system.space.today[None, :])  # loads the kernel
        size = f"{len(system.components)} components, {len(system.phases)} phases"
        print(f"{path.name}: {size}")
        for n, repeats in SIZES:
            X = system.space.sample(n, seed=3)
            new = milliseconds(lambda X=X, system=system: evaluate(system, X), repeats)
            print(f"  {n:5,} designs: {new:9.1f} ms, {new / n:7.2f} ms each")


if __name__ == "__main__":
    main()
