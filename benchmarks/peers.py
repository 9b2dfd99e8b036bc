"""Other optimizers behind one interface: pymoo, Optuna, Platypus, pygmo and jMetalPy, where installed.

    pip install -e ".[benchmark]"; python -m benchmarks.peers

All get designs in the coding their authors advise for such problems, whole populations at once where they
allow it, and crossover and mutation at the values common to all (SBX 0.9/15, polynomial 1/d/20). Whatever
they evaluate is recorded; what they return is their last population or archive.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import numpy as np

from benchmarks._task import Task
from benchmarks.adapters.jmetal_search import jmetal_search
from benchmarks.adapters.optuna_search import optuna_search
from benchmarks.adapters.platypus_search import platypus_search
from benchmarks.adapters.pygmo_search import pygmo_search
from benchmarks.adapters.pymoo_search import pymoo_search
from benchmarks.problems import Problem, coil_spring
from models.evaluation import Array
from optimizer.pareto.front import Front


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What one search did.

    Attributes:
        front: The best feasible designs among all that were evaluated.
        returned: Losses of the feasible designs that the optimizer itself returns, `(n, m)`.
        evaluations: Designs evaluated; in a budget of time those that were done in time.
        seconds: Time taken, s; the last generation may end after the budget.
        cut: Whether patience ended before the budget did.
    """

    front: Front
    returned: Array
    evaluations: int
    seconds: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Peer:
    """An optimizer.

    Attributes:
        name: Its name in tables.
        package: What to install; empty for what is part of this project.
        modules: What must be importable.
        search: Searches until the budget is spent; gives the losses that it returns.
    """

    name: str
    package: str
    modules: tuple[str, ...]
    search: Callable[[Task], Array]

    @property
    def version(self) -> str | None:
        """Installed version; None where something is missing."""
        try:
            if any(find_spec(module) is None for module in self.modules):
                return None
            return version(self.package) if self.package else "own"
        except (PackageNotFoundError, ModuleNotFoundError):
            return None


def run(
    peer: Peer,
    problem: Problem,
    *,
    evaluations: int | None = None,
    seconds: float | None = None,
    seed: int,
    patience: float = 600.0,
) -> Run:
    """Runs one search within a budget of evaluations or of time.

    Raises:
        ValueError: Neither or both budgets are given.
    """
    if (evaluations is None) == (seconds is None):
        raise ValueError(
            f"give evaluations or seconds, but got evaluations = {evaluations} and seconds = {seconds}"
        )
    _warm_up(peer)
    task = Task(problem, seed, evaluations, seconds, patience)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - some peers draw from the global generators only
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        task.restart()
        returned = peer.search(task)
        took = task.elapsed
    return Run(task.front(), returned, task.used, took, task.seconds is None and took > patience)


@cache
def _warm_up(peer: Peer) -> None:
    """Imports and compiles what the first run would pay for."""
    task = Task(coil_spring(), 0, evaluations=260)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        peer.search(task)


def _own() -> Callable[[Task], Array]:
    def search_with(task: Task) -> Array:
        from optimizer.search.driver import Budget, search

        space = task.problem.space
        # It keeps all that it evaluates; a second record is made only where it takes no time away.
        score = task.count if task.evaluations is None else task.observe
        # Like the others it begins where it likes: here with the first corner instead of today's design.
        today = task.problem.evaluator(space.today[None, :])
        budget = Budget(task.evaluations, task.seconds)
        front = search(score, space, today=today, budget=budget, seed=task.seed).front
        task.keep(front.evaluation)
        return np.asarray(front.losses)

    return search_with


def _sobol(task: Task) -> Array:
    """The least that any search must beat: a sample, spread evenly."""
    part = 0
    while task.may(1):
        wanted = 256 if task.evaluations is None else min(1024, task.evaluations - task.used)
        task.score(task.problem.space.sample(wanted, seed=1000 * task.seed + part))
        part += 1
    return task.front().losses


_DRIVER = ("optimizer.search.driver",)
PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("Tradespace archive", "", _DRIVER, _own()),
        Peer("Sobol sample", "", (), _sobol),
        *(Peer(f"pymoo {name}", "pymoo", ("pymoo",), pymoo_search(name)) for name in ("NSGA-II", "NSGA-III")),
        Peer("pymoo AGE-MOEA-II", "pymoo", ("pymoo", "numba"), pymoo_search("AGE-MOEA-II")),
        *(
            Peer(f"Optuna {name}", "optuna", ("optuna",), optuna_search(name))
            for name in ("NSGA-II", "NSGA-III", "TPE")
        ),
        *(
            Peer(f"Platypus {name}", "platypus-opt", ("platypus",), platypus_search(name))
            for name in ("NSGA-III", "eps-MOEA")
        ),
        *(Peer(f"pygmo {name}", "pygmo", ("pygmo",), pygmo_search(name)) for name in ("NSGA-II", "NSGA-III")),
        *(
            Peer(f"jMetalPy {name}", "jmetalpy", ("jmetal",), jmetal_search(name))
            for name in ("NSGA-II", "NSGA-III")
        ),
    )
}
"""All optimizers, by name; this project's own first."""


def main() -> None:
    """Prints which optimizers are installed."""
    for peer in PEERS.values():
        print(f"{peer.name:22} {peer.version or 'missing'}")


if __name__ == "__main__":
    main()
