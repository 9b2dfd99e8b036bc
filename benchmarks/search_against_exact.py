"""The search against the exact front: hypervolume by evaluations, and the share missed, estimated and true.

    python -m benchmarks.search_against_exact [--problems NAME ...] [--scenarios FILE ...] [--peer NAME]
        [--evaluations N ...] [--restarts N] [--seeds N] [--write]

Only for spaces that can be counted out. Missed is a design of the exact front that none of the restarts
found; its estimate is capture and recapture (optimizer/search/recapture.py) from the restarts alone.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks._pages import table, write_part
from benchmarks._volumes import exact_front, yardstick_of
from benchmarks.peers import PEERS, Peer, run
from benchmarks.problems import PROBLEMS, Problem
from benchmarks.search_against_peers import OWN, scenario_problem
from optimizer.pareto.front import Front
from optimizer.search.recapture import Recapture, agreement, agreement_of_fronts, recapture

PART = "search against exact"


@dataclass(frozen=True, slots=True)
class Effort:
    """What single searches with one budget found, on average over all of them.

    Attributes:
        share_looked_at: Evaluations over designs there are.
        volume: Share of the exact front's hypervolume, by all that was evaluated.
        worst: The same of the worst search.
        found: Share of the exact front's designs that was found.
    """

    problem: str
    evaluations: int
    share_looked_at: float
    volume: float
    worst: float
    found: float


@dataclass(frozen=True, slots=True)
class Missed:
    """What several searches missed together, and what they say of it themselves.

    Attributes:
        truly: Share of the exact front's designs that none of them found.
        false: Designs they take for the front's that aren't.
        estimate: Their own estimate; None where they found nothing.
        agreed: Share of their designs that all of them found.
    """

    problem: str
    evaluations: int
    seed: int
    truly: float
    false: int
    estimate: Recapture | None
    agreed: float

    @property
    def is_held(self) -> bool | None:
        """Whether the truth lies within the interval."""
        if self.estimate is None:
            return None
        low, high = self.estimate.share_missed_interval
        return low <= self.truly <= high


def measure(
    peer: Peer, problem: Problem, exact: Front, evaluations: int, *, restarts: int, seeds: int
) -> tuple[Effort, list[Missed]]:
    """Runs `seeds` groups of `restarts` independent searches with one budget each."""
    stick = yardstick_of([exact.losses], "exact front")
    shares, caught, looked_at, groups = [], [], [], []
    for seed in range(1, seeds + 1):
        _tell(f"{problem.name}, {evaluations:,} evaluations: {restarts} searches, group {seed}")
        runs = [
            run(peer, problem, evaluations=evaluations, seed=1000 * seed + restart)
            for restart in range(restarts)
        ]
        fronts = [one.front for one in runs]
        shares += [stick.share(front.losses) for front in fronts]
        caught += [_share_found(exact, [front]) for front in fronts]
        looked_at += [one.evaluations for one in runs]
        groups.append(missed_by(problem.name, evaluations, seed, exact, fronts))
    size = problem.space.size
    assert size is not None
    spent = mean(looked_at)
    effort = Effort(problem.name, round(spent), spent / size, mean(shares), min(shares), mean(caught))
    return effort, groups


def missed_by(name: str, evaluations: int, seed: int, exact: Front, fronts: Sequence[Front]) -> Missed:
    """What some searches missed together, and their own estimate of it."""
    met = agreement_of_fronts(fronts)
    both = agreement([exact.X, met.rows])
    false = int((both.found[:, 1] & ~both.found[:, 0]).sum())
    estimate = recapture(met.found) if len(met.found) and len(fronts) > 1 else None
    return Missed(
        name, evaluations, seed, 1.0 - _share_found(exact, fronts), false, estimate, met.share_agreed
    )


def _share_found(exact: Front, fronts: Sequence[Front]) -> float:
    """Share of the exact front's designs that any of some fronts holds."""
    found = agreement([exact.X, *(front.X for front in fronts)]).found
    return float(np.mean(found[found[:, 0], 1:].any(axis=1)))


# --- the page -----------------------------------------------------------------------------------


def efforts_table(efforts: Sequence[Effort]) -> str:
    """Hypervolume by evaluations."""
    head = ["problem", "evaluations", "of all designs", "hypervolume", "worst search", "front designs found"]
    rows = [
        [
            one.problem,
            f"{one.evaluations:,}",
            f"{100 * one.share_looked_at:.2f} %",
            f"{one.volume:.4f}",
            f"{one.worst:.4f}",
            f"{100 * one.found:.1f} %",
        ]
        for one in efforts
    ]
    return table(head, rows)


def missed_table(groups: Sequence[Missed]) -> str:
    """The share missed, true and estimated, a row for each group of searches."""
    head = ["problem", "evaluations each", "group", "all agree on", "truly missed", "estimate"]
    head += ["95 % interval", "interval holds the truth", "taken for the front's, but isn't"]
    rows = []
    for one in groups:
        said = ["-", "-", "-"]
        if one.estimate is not None:
            low, high = one.estimate.share_missed_interval
            said = [_percent(one.estimate.share_missed), f"{_percent(low)} to {_percent(high)}"]
            said.append("yes" if one.is_held else "no, too low" if one.truly > high else "no, too high")
        cells = [one.problem, f"{one.evaluations:,}", str(one.seed), _percent(one.agreed)]
        rows.append([*cells, _percent(one.truly), *said, f"{one.false:,}"])
    return table(head, rows)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def page_of(
    efforts: Sequence[Effort], groups: Sequence[Missed], sizes: Sequence[str], peer: str, command: str
) -> str:
    """The whole part of the page."""
    return "\n".join(
        [
            "## The search against the exact front\n",
            f"`{command}`\n",
            f"{peer}. {'; '.join(sizes)}. Hypervolume is a share of the exact front's.\n",
            efforts_table(efforts),
            "### What is missed, and what the searches themselves say of it\n",
            "Designs of the exact front that no search of a group found, and the estimate by capture and "
            "recapture from that group alone. Designs differ in how hard they are to find, so the estimate "
            "is a lower bound, and the interval is one of the bound, not of the truth.\n",
            missed_table(groups),
        ]
    )


# --- the command --------------------------------------------------------------------------------


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--problems", nargs="*", default=["tiers", "MNK"], choices=list(PROBLEMS), help="(tiers MNK)")
    add("--scenarios", nargs="*", type=Path, default=[], help="scenario files (none)")
    add("--peer", default=OWN, choices=list(PEERS), help=f"the optimizer ({OWN})")
    add("--evaluations", nargs="*", type=int, default=[1000, 2000, 5000, 10000], help="budgets of a search")
    add("--restarts", type=int, default=3, help="independent searches in a group, at least 2 (3)")
    add("--seeds", type=int, default=3, help="groups (3)")
    add("--write", action="store_true", help="write the tables to docs/benchmarks.md")
    options = parser.parse_args(arguments)
    if options.seeds < 1 or options.restarts < 2 or any(n < 1 for n in options.evaluations):
        parser.error("--seeds and --evaluations must be above 0, --restarts at least 2")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    options = options_of(arguments)
    peer = PEERS[options.peer]
    if peer.version is None:
        raise SystemExit(f"{peer.name} is not installed; --peer names another: python -m benchmarks.peers")
    problems = [PROBLEMS[name]() for name in options.problems]
    problems += [scenario_problem(path) for path in options.scenarios]
    efforts, groups, sizes = [], [], []
    for problem in problems:
        if not problem.is_enumerable:
            raise SystemExit(f"{problem.name} has real decisions: its designs can't be counted out")
        _tell(f"{problem.name}: looking at all {problem.space.size:,} designs")
        exact = exact_front(problem)
        if len(exact) == 0:
            raise SystemExit(f"{problem.name}: no design is feasible, so there is no front to find")
        sizes.append(f"{problem.name}: {len(exact):,} of {problem.space.size:,} designs are on the front")
        for evaluations in options.evaluations:
            effort, missed = measure(
                peer, problem, exact, evaluations, restarts=options.restarts, seeds=options.seeds
            )
            efforts.append(effort)
            groups += missed
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "benchmarks.search_against_exact", *given])
    text = page_of(efforts, groups, sizes, peer.name, command)
    if options.write:
        write_part(PART, text)
    print(text)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
