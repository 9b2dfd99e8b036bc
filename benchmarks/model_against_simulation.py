"""The model against the product's simulation on families of random systems: how far off it is, by family.

    python -m benchmarks.model_against_simulation [--families A,B] [--systems N] [--seed N]
        [--utilisation LOW HIGH] [--scv LOW HIGH] [--seconds S] [--events N] [--workers N]
        [--page docs/model.md] [--json FILE] [--scenario FAMILY-NUMBER]

Error = model / simulation - 1 of one flow of one system. "worst" is what lies beyond the 95 % interval of the
simulation. Systems of which the model says that it isn't sure, or that they won't last, are counted apart.
Takes some ten minutes of one core.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from benchmarks.families import FAMILIES, Room, drawn
from benchmarks.families.comparison import Budget, Row, compare
from benchmarks.families.table import furthest_off, into_page, plain, summaries, usual_p99_by_load

#: Loads up to which the usual error is told (`optimizer.model.MODEL_ERROR`).
LOADS = (0.5, 0.7, math.inf)


def run(
    families: Sequence[str], systems: int, *, seed: int, room: Room, budget: Budget, workers: int
) -> Iterator[Row]:
    """All rows, in the order of the families; the same ones whatever the number of workers."""
    jobs = [(name, number) for name in families for number in range(systems)]
    if workers == 1:
        for name, number in jobs:
            yield compare(FAMILIES[name], number, seed=seed, room=room, budget=budget)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting = [
            pool.submit(_one, name, number, seed=seed, room=room, budget=budget) for name, number in jobs
        ]
        for each in waiting:
            yield each.result()


def _one(name: str, number: int, *, seed: int, room: Room, budget: Budget) -> Row:
    # A family itself doesn't go from process to process: its maker has no name that could be looked up.
    return compare(FAMILIES[name], number, seed=seed, room=room, budget=budget)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--families", help="names, by commas; those that begin so count (all)")
    parser.add_argument("--systems", type=int, default=12, help="systems of each family (12)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the systems and of the simulation (1)")
    parser.add_argument(
        "--utilisation", type=float, nargs=2, metavar=("LOW", "HIGH"), help="of the busiest station"
    )
    parser.add_argument(
        "--scv", type=float, nargs=2, metavar=("LOW", "HIGH"), default=(0.1, 8.0), help="(0.1 8)"
    )
    parser.add_argument(
        "--seconds", type=float, default=Budget().seconds, help="simulated time of a run, s (900)"
    )
    parser.add_argument("--events", type=int, default=Budget().events, help="events of each system (4000000)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    parser.add_argument("--page", type=Path, help="write the table into this page (docs/model.md)")
    parser.add_argument("--json", type=Path, help="write all rows and the table to this file")
    parser.add_argument("--scenario", help="write this system to the terminal as a scenario, and end")
    options = parser.parse_args(arguments)
    room = Room(tuple(options.utilisation) if options.utilisation else None, tuple(options.scv))
    if options.scenario:
        name, _, number = options.scenario.rpartition("-")
        if name not in FAMILIES or not number.isdigit():
            parser.error(f"--scenario takes a family and a number, such as {next(iter(FAMILIES))}-0")
        print(json.dumps(drawn(FAMILIES[name], int(number), seed=options.seed, room=room).tree, indent=1))
        return
    wanted = options.families.split(",") if options.families else [""]
    families = [name for name in FAMILIES if any(name.startswith(each) for each in wanted)]
    if not families:
        parser.error(f"--families: none of {', '.join(FAMILIES)} begins with {options.families}")
    budget = Budget(options.seconds, options.events, options.seed)
    rows, began = [], time.perf_counter()
    all_rows = run(
        families, options.systems, seed=options.seed, room=room, budget=budget, workers=options.workers
    )
    for row in all_rows:
        rows.append(row)
        share = f"{len(rows)} of {len(families) * options.systems}"
        print(f"\r{share} systems, {row.name:40}", end="", file=sys.stderr, flush=True)
    print(f"\r{len(rows)} systems in {time.perf_counter() - began:.0f} s{'':40}", file=sys.stderr)
    found = summaries(rows)
    plain(found)
    print("\nFurthest off:")
    for line in furthest_off(rows):
        print(f"  {line}")
    for reason in dict.fromkeys(row.refused for row in rows if row.refused):
        print(f"refused: {reason}")
    usual = zip(LOADS, usual_p99_by_load(rows, LOADS), strict=True)
    print(
        "\n19 of 20 99th percentiles up to a load of "
        + ", ".join(f"{a:g}: {100 * b:.1f} %" for a, b in usual)
    )
    if options.page is not None:
        options.page.write_text(into_page(options.page.read_text(), found))
    if options.json is not None:
        content = {"rows": [asdict(row) for row in rows], "table": [asdict(each) for each in found]}
        options.json.write_text(json.dumps(_finite(content), indent=1) + "\n")


def _finite(value: object) -> object:
    """JSON has no infinity and no NaN: null stands for them."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    main()
