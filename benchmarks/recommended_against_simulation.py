"""The recommended design of every bundled scenario, predicted and simulated: the table of docs/simulation.md.

    python -m benchmarks.recommended_against_simulation [--page docs/simulation.md]

Takes some five minutes on two cores.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks._pages import table, write_part
from models import compile_system, load_scenario
from optimizer import solve
from optimizer.files.gallery import names, path_of
from optimizer.resilience.verify import verify
from optimizer.sections.content import plain
from optimizer.sections.verify import SHORT, verdict_text
from optimizer.solver.config import SolveConfig

_HEAD = ("scenario", "phase", "verdict", "latency predicted", "simulated", "events", "s")


def main() -> None:
    """Prints a row for each scenario, and what is off; writes both into a page where one is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--page", type=Path, help="write the table into this page (docs/simulation.md)")
    page = parser.parse_args().page
    rows: list[tuple[str, ...]] = []
    off: list[str] = []
    for name in names():
        row, told = _row(name)
        rows.append(row)
        off += told
        print(" | ".join(row), flush=True)
    text = table(_HEAD, rows) + "\nAll are within what is promised.\n"
    if off:
        text = table(_HEAD, rows) + "\nOff by more than is promised:\n\n" + "\n".join(off) + "\n"
    print("\n" + text)
    if page is not None:
        write_part("recommended", text, page)


def _row(name: str) -> tuple[tuple[str, ...], list[str]]:
    """A scenario's row of the table, and what of it is off."""
    system = compile_system(load_scenario(path_of(name)))
    solution = solve(system, SolveConfig(workers=2))
    if solution.recommended is None:
        return (name, "", "no design is feasible", "", "", "", ""), []
    began = time.perf_counter()
    found = verify(system, solution.front.X[solution.recommended], system.peak)
    seconds = time.perf_counter() - began
    latency = found.compared[0] if found.compared else None
    simulated = None if latency is None else latency.simulated
    row = (
        name,
        found.phase,
        SHORT[found.verdict],
        "" if latency is None else f"{latency.predicted:.3g} ms",
        "" if simulated is None else f"{simulated.low:.3g} to {simulated.high:.3g} ms",
        "" if found.simulated is None else f"{found.simulated.events:,}",
        f"{seconds:.1f}",
    )
    return row, [] if found.verdict == "agrees" else [f"- `{name}`: {plain(verdict_text(found.check))}"]


if __name__ == "__main__":
    main()
