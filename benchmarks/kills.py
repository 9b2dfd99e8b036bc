"""Kill -9 of batches, workers and searches at random moments: is anything lost, does resuming tell the same?

    python -m benchmarks.kills [--batches 27] [--searches 3] [--seed 0]

A batch of 26 cases with a run store runs with two workers. The main process, or one of its workers, is killed
at a random moment, again and again, with `--resume` in between; when a batch is complete a new one begins.
Searches are killed too, and asked for again. After every kill all finished cases must be
there, each as in a batch that nobody disturbed, and the store must be sound; at the end all must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DATA = Path(__file__).parents[1] / "data" / "scenarios"
GRID = ("--vary", "workload.rate=20000:80000:13", "--vary", "more_servers=on,off")
SEARCH = ("--algorithm", "archive", "--evaluations", "1500", "--workers", "1", "--json")
Victim = Literal["main", "worker"]


class LostError(Exception):
    """Something was lost, or differs."""


@dataclass(frozen=True)
class Place:
    """Where a batch is written, and the store that it is recorded in."""

    out: Path
    store: Path
    grid: tuple[str, ...] = GRID

    def batch(self, *more: str) -> list[str]:
        """The command of the batch."""
        scenario = str(DATA / "black_friday_exercise.yaml")
        return [*_tradespace(self.store), "batch", scenario, *self.grid, "--out", str(self.out), *more]

    def finished(self) -> dict[str, bytes]:
        """The files of the cases that are finished."""
        return {path.name: path.read_bytes() for path in self.out.glob("cases/*.json")}


def _tradespace(store: Path) -> list[str]:
    return ["env", f"TRADESPACE_STORE={store}", sys.executable, "-m", "optimizer"]


def workers_of(process: int) -> list[int]:
    """The processes that work for a process."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        told = {int(child): Path(f"/proc/{child}/cmdline").read_text() for child in children}
    except OSError:  # one of them has just ended
        return []
    return [child for child, command in told.items() if "spawn_main" in command]


def killed(command: list[str], victim: Victim, when: Callable[[], bool]) -> int:
    """Runs a command and kills it, or one of its workers, at a moment; the exit code of what is left.

    Args:
        command: The command.
        victim: Who is killed; a worker leaves the others and the main process alone.
        when: Asked again and again whether the moment has come.
    """
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]
    while process.poll() is None and not when():
        time.sleep(0.002)
    workers = workers_of(process.pid)
    target = process.pid if victim == "main" else (workers[0] if workers else None)
    if target is not None and process.poll() is None:
        os.kill(target, signal.SIGKILL)
    code: int = process.wait()
    end = time.monotonic() + 30.0
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        if time.monotonic() > end:
            raise LostError("a worker outlived the process that started it")
        time.sleep(0.01)
    return code


def check(place: Place, before: dict[str, bytes], whole: dict[str, bytes]) -> None:
    """What was finished before is there still, each case as in the batch that nobody disturbed.

    Raises:
        LostError: It isn't.
    """
    now = place.finished()
    lost = sorted(set(before) - set(now))
    if lost:
        raise LostError(f"finished cases are gone: {', '.join(lost)}")
    other = sorted(name for name, content in now.items() if content != whole[name])
    if other:
        raise LostError(f"cases differ from those of a batch that nobody disturbed: {', '.join(other)}")


def check_store(store: Path) -> None:
    """The store is sound: as SQLite sees it, and as the program does.

    Raises:
        LostError: It isn't.
    """
    with sqlite3.connect(store) as connection:
        (told,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    if told != "ok":
        raise LostError(f"the store is broken: {told}")
    subprocess.run([*_tradespace(store), "runs", "list"], check=True, stdout=subprocess.DEVNULL)


def same_summary(place: Place, whole: Place) -> bool:
    """Whether two batches tell the same of all their cases."""
    names = ("front.csv", "cases.csv")
    return all((place.out / name).read_bytes() == (whole.out / name).read_bytes() for name in names)


def _batches(folder: Path, rng: random.Random, kills: int) -> dict[str, int]:
    counts = {"main": 0, "worker": 0, "resumed to the end": 0, "cases finished before a kill": 0}
    whole = Place(folder / "whole", folder / "runs.sqlite")
    began = time.monotonic()
    subprocess.run(whole.batch("--workers", "2"), check=True, stdout=subprocess.DEVNULL)
    lasts, wanted = time.monotonic() - began, whole.finished()
    number, place = 0, Place(folder / "0", whole.store)
    for _ in range(kills):
        victim: Victim = rng.choice(("main", "worker"))
        before, start, wait = place.finished(), time.monotonic(), rng.uniform(0.2, 1.0) * lasts

        def when(start: float = start, wait: float = wait) -> bool:
            return time.monotonic() - start > wait

        again = ["--resume"] if place.out.exists() else []
        killed(place.batch("--workers", "2", *again), victim, when)
        counts[victim] += 1
        counts["cases finished before a kill"] += len(place.finished()) - len(before)
        check(place, before, wanted)
        check_store(place.store)
        if len(place.finished()) == len(wanted) or rng.random() < 0.2:
            subprocess.run(place.batch("--workers", "2", "--resume"), check=True, stdout=subprocess.DEVNULL)
            check(place, wanted, wanted)
            if not same_summary(place, whole):
                raise LostError("the summaries differ")
            counts["resumed to the end"] += 1
            number += 1
            place = Place(folder / str(number), whole.store)
    return counts


def _searches(folder: Path, rng: random.Random, kills: int) -> int:
    """Kills searches and asks for them again; how many had a checkpoint to go on from."""
    went_on = 0
    for k in range(kills):
        store, seed = folder / "searches.sqlite", str(k)
        command = [
            *_tradespace(store),
            "solve",
            str(DATA / "black_friday_week.yaml"),
            *SEARCH,
            "--seed",
            seed,
        ]
        began = time.monotonic()
        plain = subprocess.run([*command, "--store", "none"], check=True, capture_output=True).stdout
        lasts, start = time.monotonic() - began, time.monotonic()
        wait = rng.uniform(0.2, 0.9) * lasts
        killed(command, "main", lambda start=start, wait=wait: time.monotonic() - start > wait)  # type: ignore[misc]
        check_store(store)
        with sqlite3.connect(store) as connection:
            went_on += connection.execute("SELECT count(*) FROM checkpoints").fetchone()[0]
        connection.close()
        again = subprocess.run(command, check=True, capture_output=True).stdout
        if json.loads(again)["front"] != json.loads(plain)["front"]:
            raise LostError(f"the search with seed {seed} found another front after it was killed")
    return went_on


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--batches", type=int, default=27, help="kills of a batch or its workers (27)")
    parser.add_argument("--searches", type=int, default=3, help="kills of a search (3)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (0)")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        for name, many in _batches(Path(folder), rng, options.batches).items():
            print(f"{name}: {many}", flush=True)
        went_on = _searches(Path(folder), rng, options.searches)
    print(f"searches killed: {options.searches}, {went_on} of them with a checkpoint to go on from")
    print("Nothing was lost, nothing broken, all results are those of undisturbed runs.")


if __name__ == "__main__":
    main()
