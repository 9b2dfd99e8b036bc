"""The time from starting the command to its first line and to its end, in seconds: median of some runs.

    python -m benchmarks.start_up [--runs N]

The aim is a first line below 1 s for `solve` of the exercise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

COMMAND = Path(sys.executable).with_name("tradespace")
EXERCISE = Path(__file__).parents[1] / "data" / "scenarios" / "black_friday_exercise.yaml"
COMMANDS = {
    "--version": ["--version"],
    "check": ["check", str(EXERCISE)],
    "solve": ["solve", str(EXERCISE)],
}
#: Longest time to the first line, s.
AIM = 1.0


def measure(arguments: list[str]) -> tuple[float, float]:
    """Seconds to the first line, and to the end, of one run."""
    began = time.perf_counter()
    with subprocess.Popen([str(COMMAND), *arguments], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        to_first = time.perf_counter() - began
        process.stdout.read()
    to_end = time.perf_counter() - began
    if not first or process.returncode:
        raise SystemExit(f"tradespace {' '.join(arguments)} failed with exit code {process.returncode}")
    return to_first, to_end


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (5)")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}, median of {options.runs} runs\n")
    print(f"{'command':<10} {'first line':>10} {'end':>10}")
    slow = []
    for name, arguments in COMMANDS.items():
        measure(arguments)  # warms the caches of the disk
        runs = [measure(arguments) for _ in range(options.runs)]
        first, end = (median(times) for times in zip(*runs, strict=True))
        print(f"{name:<10} {first:>8.2f} s {end:>8.2f} s")
        if first > AIM:
            slow.append(name)
    print(f"\nFirst line within {AIM:g} s: {'all' if not slow else 'not ' + ', '.join(slow)}.")


if __name__ == "__main__":
    main()
