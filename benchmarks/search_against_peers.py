"""The search against other optimizers: hypervolume at equal evaluations and at equal time.

    python -m benchmarks.search_against_peers [--problems NAME ...] [--scenarios FILE ...] [--peers NAME ...]
        [--evaluations N ...] [--seconds S ...] [--seeds N] [--write]

Hypervolume is a share of the exact front's where that is known, else of the best of all runs together.
Needs the optional peers: pip install -e ".[benchmark]"; those that are missing are listed as missing.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, stdev

from benchmarks._pages import table, write_part
from benchmarks._volumes import Yardstick, known_yardstick, yardstick_of
from benchmarks.peers import PEERS, Peer, Run, run
from benchmarks.problems import PROBLEMS, Problem
from models import compile_system, evaluate, load_scenario

PART = "search against peers"
OWN = "Tradespace archive"
#: A difference of hypervolume below this is none: two shares may each be off by half of it.
TIE = 0.003


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may spend: so many evaluations, or so many seconds."""

    evaluations: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        return f"{self.evaluations:,} evaluations" if self.seconds is None else f"{self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class Row:
    """One run, measured.

    Attributes:
        evaluated: Share of the hypervolume by everything that was evaluated.
        returned: Share by what the optimizer returns.
    """

    problem: str
    peer: str
    budget: str
    seed: int
    evaluated: float
    returned: float
    evaluations: int
    seconds: float
    cut: bool


def scenario_problem(path: Path) -> Problem:
    """A scenario file as a problem."""
    system = compile_system(load_scenario(path))
    return Problem(system.scenario.name, system.scenario.title, system.space, partial(evaluate, system))


def compare(
    problem: Problem,
    peers: Sequence[Peer],
    budgets: Sequence[Budget],
    *,
    seeds: int,
    patience: float,
    exact_up_to: int,
) -> tuple[Yardstick, list[Row]]:
    """Runs all peers on one problem and measures what they found."""
    runs: list[tuple[Peer, Budget, int, Run]] = []
    for budget in budgets:
        for peer in peers:
            for seed in range(1, seeds + 1):
                _tell(f"{problem.name}, {budget}: {peer.name}, seed {seed}")
                done = run(
                    peer,
                    problem,
                    evaluations=budget.evaluations,
                    seconds=budget.seconds,
                    seed=seed,
                    patience=patience,
                )
                runs.append((peer, budget, seed, done))
    stick = known_yardstick(problem, exact_up_to=exact_up_to)
    if stick is None:
        stick = yardstick_of([done.front.losses for *_, done in runs], "best of all runs together")
    return stick, [
        Row(
            problem.name,
            peer.name,
            str(budget),
            seed,
            stick.share(done.front.losses),
            stick.share(done.returned),
            done.evaluations,
            done.seconds,
            done.cut,
        )
        for peer, budget, seed, done in runs
    ]


# --- the page -----------------------------------------------------------------------------------


def report(problem: Problem, stick: Yardstick, rows: Sequence[Row], missing: Sequence[str]) -> str:
    """The tables of one problem, and where this project's search isn't the best."""
    budgets = list(dict.fromkeys(row.budget for row in rows))
    peers = list(dict.fromkeys(row.peer for row in rows))
    lines = []
    for peer in peers:
        cells = [_cell([row for row in rows if (row.peer, row.budget) == (peer, b)]) for b in budgets]
        lines.append([peer, *cells])
    lines += [[name, *["not installed"] * len(budgets)] for name in missing]
    text = f"### {problem.name}\n\n{problem.says}. Measured against: {stick.says}.\n\n"
    text += table(["optimizer", *budgets], lines)
    beaten = [sentence for budget in budgets for sentence in _beaten(rows, budget)]
    return text + "".join(f"\n- {sentence}" for sentence in beaten) + ("\n" if beaten else "")


def _cell(rows: Sequence[Row]) -> str:
    """Mean and deviation of all evaluated, in brackets what is returned; evaluations where they vary."""
    if not rows:
        return "-"
    evaluated = [row.evaluated for row in rows]
    spread = f" ±{stdev(evaluated):.3f}" if len(evaluated) > 1 else ""
    cell = f"{mean(evaluated):.3f}{spread} ({mean(row.returned for row in rows):.3f})"
    count = f"{mean(row.evaluations for row in rows):,.0f} evaluations"
    if any(row.cut for row in rows):
        return f"{cell}, cut after {count} and {mean(row.seconds for row in rows):.0f} s"
    if not rows[0].budget.endswith(" s"):
        return cell
    took, given = mean(row.seconds for row in rows), float(rows[0].budget[:-2])
    late = f" in {took:.1f} s" if rows[0].peer == OWN and took > 1.05 * given else ""
    return f"{cell}, {count}{late}"  # the others' designs that came late were left out


def _beaten(rows: Sequence[Row], budget: str) -> list[str]:
    """Who has more hypervolume than this project's search at a budget, by more than the measure is off."""
    means = {
        peer: mean(row.evaluated for row in rows if (row.peer, row.budget) == (peer, budget))
        for peer in dict.fromkeys(row.peer for row in rows)
    }
    if OWN not in means:
        return []
    return [
        f"At {budget}, {peer} found more: {share:.3f} against {means[OWN]:.3f}."
        for peer, share in means.items()
        if share > means[OWN] + TIE
    ]


def page_of(parts: Sequence[str], versions: Sequence[str], seeds: int, command: str) -> str:
    """The whole part of the page."""
    load = f"{os.cpu_count()} cores, one process"
    return "\n".join(
        [
            "## The search against other optimizers\n",
            f"`{command}`\n",
            f"Each cell: hypervolume of everything that was evaluated, mean ± standard deviation of {seeds} "
            "seeds, and in brackets of what the optimizer itself returns (its last population, or its "
            "archive). Designs that were not done when the time was up don't count. "
            f"{load}; {', '.join(versions)}. Optuna's TPE and the steps of Platypus's eps-MOEA "
            "score one and two designs at a time, which costs them time on models that score many at "
            "once; all others score whole populations. Spaces that can be counted out are searched all "
            "the same, so that the search can be measured; `tradespace solve` looks at all their designs.\n",
            *parts,
        ]
    )


# --- the command --------------------------------------------------------------------------------


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--problems", nargs="*", default=list(PROBLEMS), choices=list(PROBLEMS), help="built-in ones (all)")
    add("--scenarios", nargs="*", type=Path, default=[], help="scenario files (none)")
    add("--peers", nargs="*", default=list(PEERS), choices=list(PEERS), help="optimizers (all)")
    add("--evaluations", nargs="*", type=int, default=[2000, 20000], help="budgets (2000 20000)")
    add("--seconds", nargs="*", type=float, default=[5.0, 30.0], help="budgets of time (5 30)")
    add("--seeds", type=int, default=3, help="runs of each, with seeds 1, 2 ... (3)")
    add("--patience", type=float, default=600.0, help="cut a run of evaluations after so many seconds (600)")
    add(
        "--exact-up-to", type=int, default=1_000_000, help="look at every design of spaces so large (1000000)"
    )
    add("--json", type=Path, help="write every run to this file")
    add("--write", action="store_true", help="write the tables to docs/benchmarks.md")
    options = parser.parse_args(arguments)
    if options.seeds < 1 or any(n < 1 for n in options.evaluations) or any(s <= 0 for s in options.seconds):
        parser.error("--seeds, --evaluations and --seconds must be above 0")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    options = options_of(arguments)
    chosen = [PEERS[name] for name in options.peers]
    peers = [peer for peer in chosen if peer.version is not None]
    missing = [peer.name for peer in chosen if peer.version is None]
    budgets = [Budget(evaluations=n) for n in options.evaluations]
    budgets += [Budget(seconds=s) for s in options.seconds]
    problems = [PROBLEMS[name]() for name in options.problems]
    problems += [scenario_problem(path) for path in options.scenarios]
    parts, rows = [], []
    for problem in problems:
        stick, found = compare(
            problem,
            peers,
            budgets,
            seeds=options.seeds,
            patience=options.patience,
            exact_up_to=options.exact_up_to,
        )
        rows += found
        parts.append(report(problem, stick, found, missing))
        if options.json is not None:  # after every problem: a long run that is stopped keeps what it has
            options.json.write_text(json.dumps([_plain(row) for row in rows], indent=1) + "\n")
    versions = sorted({f"{peer.package} {peer.version}" for peer in peers if peer.package})
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "benchmarks.search_against_peers", *given])
    text = page_of(parts, versions, options.seeds, command)
    if options.write:
        write_part(PART, text)
    print(text)


def _plain(row: Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in Row.__slots__}


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
