"""How long the questions about a front take, against the search that found it.

python -m benchmarks.decisions [--scenario FILE] [--designs N] [--evaluations N]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models import compile_system, load_scenario
from models.evaluation import DIMENSIONS
from models.system.uncertainty import draws_of
from optimizer import SolveConfig, solve
from optimizer.decide.choose.acceptability import acceptability
from optimizer.decide.choose.aspiration import reach
from optimizer.decide.choose.common_ground import common_ground
from optimizer.decide.choose.knee import knees
from optimizer.decide.choose.ranking import rank
from optimizer.decide.choose.representatives import representatives
from optimizer.decide.confidence.sobol import decision_shares
from optimizer.decide.confidence.uncertainty import under, what_to_measure
from optimizer.decide.explain.account import account
from optimizer.decide.explain.comparison import compare
from optimizer.decide.explain.effects import interactions, single_changes
from optimizer.decide.explain.trade_offs import exchanges, sacrifices
from optimizer.decide.explain.why_not import why_not
from optimizer.pareto.front import Front
from optimizer.resilience.escape import escape_plan, furthest_change
from optimizer.resilience.margins import margins
from optimizer.scenario_model import model_of

SHOP = Path(__file__).parents[1] / "data" / "scenarios" / "black_friday_shop.yaml"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scenario", type=Path, default=SHOP)
    parser.add_argument("--designs", type=int, default=1000, help="designs of the front to ask about (1000)")
    parser.add_argument("--evaluations", type=int, default=20_000, help="of the search (20000)")
    options = parser.parse_args()
    system = compile_system(load_scenario(options.scenario))
    space, model = system.space, model_of(system)
    start = time.perf_counter()
    solution = solve(system, SolveConfig(method="archive", evaluations=options.evaluations))
    search_s = time.perf_counter() - start
    n = min(options.designs, len(solution.front))
    rows = np.unique(np.linspace(0, len(solution.front) - 1, n).astype(int))
    front = Front(solution.front.evaluation.take(rows))
    middle = knees(front)[0].position
    x = front.X[middle]
    few = representatives(front, steps=model.steps).positions
    wish = {
        4: float(np.quantile(front.evaluation.values[:, 4], 0.1)),
        0: float(front.evaluation.values[:, 0].min()),
    }
    effects = single_changes(model, x)
    questions: list[tuple[str, Callable[[], object]]] = [
        ("knees", lambda: knees(front)),
        ("ranking", lambda: rank(front.losses, np.ones(len(DIMENSIONS)))),
        ("all opinions (SMAA)", lambda: acceptability(front.losses)),
        ("a wish", lambda: reach(front, wish)),
        ("sacrifices and exchanges", lambda: (sacrifices(front, middle), exchanges(front, middle))),
        ("representatives", lambda: representatives(front, steps=model.steps)),
        ("single changes *", lambda: single_changes(model, x)),
        ("pairs *", lambda: interactions(model, effects)),
        ("why not today's *", lambda: why_not(model, front, space.today)),
        ("four designs compared *", lambda: compare(model, front.X[list(few[:4])])),
        ("account of the knee *", lambda: account(model, front, x)),
        ("margins *", lambda: margins(system, x[None, :])),
        ("furthest change *", lambda: furthest_change(system, x)),
        ("escape plan *", lambda: escape_plan(system, x)),
        ("rules (4,096 designs) *", lambda: common_ground(system)),
        ("shares of the decisions (64 points) *", lambda: decision_shares(system, n=64)),
        ("eight designs under 64 draws *", lambda: under(system, front.X[list(few)], draws_of(system, 64))),
        ("what to measure (64 draws) *", lambda: what_to_measure(system, front.X[list(few)], x, n=64)),
    ]
    print(
        f"{options.scenario.stem}: search of {options.evaluations:,} designs {search_s:.1f} s; front of {n}"
    )
    print("\n| question (* evaluates designs) | s | of the search |\n| --- | ---: | ---: |")
    total = 0.0
    for name, ask in questions:
        start = time.perf_counter()
        ask()
        took = time.perf_counter() - start
        total += took
        print(f"| {name} | {took:.3f} | {100 * took / search_s:.1f} % |", flush=True)
    print(f"| all together | {total:.1f} | {100 * total / search_s:.0f} % |")


if __name__ == "__main__":
    main()
