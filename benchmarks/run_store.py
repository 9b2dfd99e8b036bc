"""A store of 10,000 runs with fronts: how long a list takes, and what the database does for it.

    python -m benchmarks.run_store [--runs 10000] [--url URL]

The aim is a list within 200 ms of its own: what Python and the imports take is told apart.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from sqlalchemy import insert, text

from models import compile_system, load_scenario
from optimizer import solve
from optimizer.files.solution import parquet_bytes
from optimizer.files.tables import design_table
from optimizer.runs.schema import FRONTS, RUNS
from optimizer.runs.solving import text_of, wanted_solve
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of

EXERCISE = Path(__file__).parents[1] / "data" / "scenarios" / "black_friday_exercise.yaml"
#: Longest time of a list, s.
AIM_S = 0.2
#: Bytes of the front of a large run.
FRONT_BYTES = 40_000


def fill(store: RunStore, runs: int) -> None:
    """Puts copies of one run into a store, each with a front of the size of a large one."""
    system = compile_system(load_scenario(EXERCISE))
    solution = solve(system)
    wanted = wanted_solve(model_of(system), solution.config, text=text_of(system, EXERCISE))
    first = store.request(wanted)
    store.begin(first.id)
    table = parquet_bytes(design_table(solution.front.evaluation, system.space))
    store.end(first.id, "done", summary=str(solution.certificate), front=(table, "{}"))
    rows = store.rows([first.id])
    row, front = rows["runs"][0], rows["fronts"][0]
    padded = front["parquet"].ljust(FRONT_BYTES, b"\0")
    many, fronts = [], []
    for k in range(1, runs):
        name = f"{k:012x}"
        many.append({**row, "id": name, "key": f"{k:064x}", "created": row["created"] - k})
        fronts.append({**front, "run": name, "parquet": padded})
    with store._engine.begin() as connection:
        for begin in range(0, len(many), 1000):
            connection.execute(insert(RUNS), many[begin : begin + 1000])
            connection.execute(insert(FRONTS), fronts[begin : begin + 1000])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000, help="runs in the store (10,000)")
    parser.add_argument("--url", help="an empty store; a new SQLite file when not given")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'runs.sqlite'}"
        with RunStore(url) as store:
            began = time.perf_counter()
            fill(store, options.runs)
            took = time.perf_counter() - began
            print(f"{options.runs:,} runs of {FRONT_BYTES:,} bytes each put in: {took:.1f} s")
            _told(store)
        _command(url)


def _told(store: RunStore) -> None:
    for what, ask in (
        ("the newest 20", lambda: store.runs(limit=20)),
        ("page 400", lambda: store.runs(limit=20, offset=8000)),
        ("of one scenario", lambda: store.runs(limit=20, name="black-friday-exercise")),
        ("that failed (none)", lambda: store.runs(limit=20, state="failed")),
        ("looking for dead ones", store.bury),
        ("one by its name", lambda: store.get("0000000000ff")),
    ):
        ask()
        times = []
        for _ in range(9):
            began = time.perf_counter()
            ask()
            times.append(time.perf_counter() - began)
        print(f"  {what}: {1e3 * median(times):.1f} ms, at most {1e3 * max(times):.1f} ms")
    statements: list[str] = []
    from sqlalchemy import event

    event.listen(store._engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    store.runs(limit=20)
    touched = {name for name in ("fronts", "inputs", "checkpoints") if any(name in s for s in statements)}
    print(f"  tables beside the runs' own that a list reads: {', '.join(sorted(touched)) or 'tags only'}")
    plan = "EXPLAIN QUERY PLAN" if store._engine.dialect.name == "sqlite" else "EXPLAIN"
    with store._engine.connect() as connection:
        for line in connection.execute(text(f"{plan} SELECT * FROM runs ORDER BY created DESC, id LIMIT 20")):
            print(f"  plan: {line[-1]}")


def _command(url: str) -> None:
    """The command as a user types it, beside one that opens no store."""
    environment = {**os.environ, "TRADESPACE_STORE": url}
    for arguments in (["--version"], ["runs", "list"]):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "optimizer", *arguments],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            times.append(time.perf_counter() - began)
        print(f"  tradespace {' '.join(arguments)}: {median(times):.2f} s")


if __name__ == "__main__":
    main()
