"""How long one evaluation takes, as a ratio to one incomplete gamma function per design, phase and component.

python -m benchmarks.evaluation_speed [SCENARIO]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from scipy.special import gammaincc

from models import compile_system, evaluate, load_scenario

DESIGNS, CHUNK, REPEATS = 4096, 2048, 3
DEFAULT = Path(__file__).parents[1] / "data" / "scenarios" / "black_friday_shop.yaml"


def best_of(repeats, work):
    """Shortest time of several runs, s."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Prints the time of a design and the ratio."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    system = compile_system(load_scenario(path))
    X = system.space.sample(DESIGNS, seed=1)
    chunks = [X[i : i + CHUNK] for i in range(0, len(X), CHUNK)]
    rng = np.random.default_rng(1)
    shape = (CHUNK, len(system.phases), len(system.components))
    a, x = rng.uniform(1, 200, shape), rng.uniform(1, 200, shape)

    def ours() -> None:
        for chunk in chunks:
            evaluate(system, chunk)

    def gamma() -> None:
        for _ in chunks:
            gammaincc(a, x)

    both = [(best_of(1, ours), best_of(1, gamma)) for _ in range(REPEATS)]
    seconds, reference = min(o for o, _ in both), min(g for _, g in both)
    size = f"{len(system.components)} components, {len(system.phases)} phases"
    print(f"{path.name}: {len(X):,} random designs, {size}")
    print(f"evaluate:  {1e6 * seconds / len(X):8.1f} microseconds a design")
    print(f"gammaincc: {1e6 * reference / len(X):8.1f} microseconds a design")
    print(f"ratio:     {seconds / reference:8.2f} (aim: at most 6)")


if __name__ == "__main__":
    main()
