"""The recommended design of every bundled scenario, predicted and simulated: the table of docs/simulation.md.

    python -m benchmarks.recommended_against_simulation

Takes some five minutes on two cores.
"""

from __future__ import annotations

import time

from models import compile_system, load_scenario
from optimizer import solve
from optimizer.files.gallery import names, path_of
from optimizer.resilience.verify import verify
from optimizer.sections.content import plain
from optimizer.sections.verify import SHORT, verdict_text
from optimizer.solver.config import SolveConfig


def main() -> None:
    """Prints a row for each scenario, and what is off."""
    print("| scenario | phase | verdict | latency predicted | simulated | events | s |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    off: list[str] = []
    for name in names():
        system = compile_system(load_scenario(path_of(name)))
        solution = solve(system, SolveConfig(workers=2))
        if solution.recommended is None:
            print(f"| {name} | | no design is feasible | | | | |")
            continue
        began = time.perf_counter()
        found = verify(system, solution.front.X[solution.recommended], system.peak)
        seconds = time.perf_counter() - began
        latency = found.compared[0] if found.compared else None
        told = found.simulated
        simulated = None if latency is None else latency.simulated
        print(
            f"| {name} | {found.phase} | {SHORT[found.verdict]} "
            f"| {'' if latency is None else f'{latency.predicted:.3g} ms'} "
            f"| {'' if simulated is None else f'{simulated.low:.3g} to {simulated.high:.3g} ms'} "
            f"| {'' if told is None else f'{told.events:,}'} | {seconds:.1f} |",
            flush=True,
        )
        if found.verdict != "agrees":
            off.append(f"- {name}: {plain(verdict_text(found.check))}")
    print("\n" + "\n".join(off))


if __name__ == "__main__":
    main()
