"""The analytic model against the simulator on random networks: how far off it is, by kind and by utilisation.

    python -m benchmarks.model_against_simulation [--networks N] [--requests N] [--seed N] [--json FILE]

Error = model / simulation - 1 of one flow in one network. Noise = standard error of the simulation relative
to its value: an error of up to twice the noise says nothing about the model.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the simulator is a part of the tests

from models.errors import NotModelledError
from models.explanation.explain import explain
from models.scenario.load import scenario_from
from models.system.compiler import compile_system
from oracles.networks import Network, networks
from oracles.simulation import Estimate, simulate

MEASURES = {"mean": "response_ms", "p50": "p50_ms", "p99": "p99_ms"}
BANDS = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.85), (0.85, math.inf))
#: What is promised: median and worst error, in general and where a small pool holds its slots.
PROMISED = {"mean": (0.01, 0.04), "p50": (0.02, 0.10), "p99": (0.015, 0.07)}
PROMISED_TIGHT = {"mean": 0.15, "p50": 0.20, "p99": 0.25}
TIGHT = "blocking-tight"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number both ways, ms; `noise` is the simulation's relative standard error."""

    model: float
    simulation: float
    error: float
    noise: float


@dataclass(frozen=True, slots=True)
class Row:
    """One flow of one network.

    Attributes:
        utilisation: Busy share of the busiest component, from the simulation.
        refused: Why the model didn't evaluate it; then there are no measures.
        measures: By `mean`, `p50`, `p99`.
        success_model: Share answered, from the model.
        success_simulation: The same from the simulation.
    """

    network: str
    kind: str
    flow: str
    utilisation: float
    refused: str | None
    measures: dict[str, Measure]
    success_model: float
    success_simulation: float


def compare(network: Network, *, requests: int, seed: int) -> list[Row]:
    """One network by the model and by the simulator, a row for each flow."""
    try:
        system = compile_system(scenario_from(network.tree))
        answer = explain(system, system.space.today)
    except (NotModelledError, NotImplementedError) as error:
        reason = str(error).strip().splitlines()[-1].strip()
        return [Row(network.name, network.kind, "", network.utilisation, reason, {}, math.nan, math.nan)]
    played = simulate(network.scenario(), requests=requests, seed=seed)
    busiest = max(part.utilisation for part in played.components.values())
    rows = []
    for name, flow in played.flows.items():
        modelled = answer["phases"][0]["flows"][name]
        simulated = {"mean": flow.mean_ms, "p50": flow.p50_ms, "p99": flow.p99_ms}
        measures = {m: _measure(modelled[key], simulated[m]) for m, key in MEASURES.items()}
        success = flow.success.value
        rows.append(
            Row(
                network.name,
                network.kind,
                name,
                busiest,
                None,
                measures,
                _finite(modelled["success_share"]),
                success,
            )
        )
    return rows


def _finite(value: object) -> float:
    """Null stands for what is unbounded."""
    return float(value) if isinstance(value, (int, float)) else math.inf


def _measure(modelled: object, simulated: Estimate) -> Measure:
    model = _finite(modelled)
    return Measure(
        model, simulated.value, model / simulated.value - 1.0, simulated.error / abs(simulated.value)
    )


# --- the table ----------------------------------------------------------------------------------


def summary(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """For each measure the median and the worst error, the median noise and the noise at the worst."""
    found = {}
    for name in MEASURES:
        measures = [row.measures[name] for row in rows]
        worst = max(measures, key=lambda one: abs(one.error))
        found[name] = {
            "median": median(abs(one.error) for one in measures),
            "worst": worst.error,
            "noise": median(one.noise for one in measures),
            "noise_at_worst": worst.noise,
        }
    return found


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by kind, by band of utilisation (without tight pools), and all together."""
    evaluated = [row for row in rows if row.refused is None]
    open_ones = [row for row in evaluated if row.kind != TIGHT]
    found = {
        f"kind {kind}": _where(evaluated, lambda row, kind=kind: row.kind == kind) for kind in _kinds(rows)
    }
    for low, high in BANDS:
        name = f"utilisation {low:.2f}-{high:.2f}" if high < math.inf else f"utilisation over {low:.2f}"
        found[name] = _where(open_ones, lambda row, low=low, high=high: low <= row.utilisation < high)
    found[f"all but {TIGHT}"] = open_ones
    found["all"] = evaluated
    return found


def _kinds(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.kind for row in rows))


def _where(rows: Sequence[Row], holds: Callable[[Row], bool]) -> list[Row]:
    return [row for row in rows if holds(row)]


def print_table(rows: Sequence[Row]) -> None:
    """The table for people: percent, `worst` with its sign and the noise of that very run."""
    head = " ".join(f"|{name:>5} median   worst (±noise)" for name in MEASURES)
    print(f"{'':27} flows {head} | success")
    for name, group in groups(rows).items():
        if not group:
            print(f"{name:27} {0:5} | none evaluated")
            continue
        cells = " ".join(_cell(numbers) for numbers in summary(group).values())
        success = max((row.success_model - row.success_simulation for row in group), key=abs)
        print(f"{name:27} {len(group):5} {cells} | {success:+.4f}")
    refused = Counter((row.kind, row.refused) for row in rows if row.refused is not None)
    for (kind, reason), count in refused.items():
        print(f"refused: {count} of {kind}: {reason}")


def _cell(numbers: dict[str, float]) -> str:
    worst, noise = 100 * numbers["worst"], 100 * numbers["noise_at_worst"]
    return f"| {100 * numbers['median']:5.2f} ±{100 * numbers['noise']:4.2f} {worst:+8.2f} ±{noise:5.2f}"


def print_worst(rows: Sequence[Row], count: int = 10) -> None:
    """The flows that are furthest off, for whoever wants to know why."""
    evaluated = [row for row in rows if row.refused is None]
    print("\nFurthest off (error % of mean, p50, p99; noise % of p99):")
    furthest = sorted(evaluated, key=lambda row: -max(abs(one.error) for one in row.measures.values()))
    for row in furthest[:count]:
        errors = " ".join(f"{100 * one.error:+7.2f}" for one in row.measures.values())
        noise = 100 * row.measures["p99"].noise
        print(f"  {row.network:18} {row.flow:8} utilisation {row.utilisation:.2f} {errors} ±{noise:.2f}")


def broken_promises(rows: Sequence[Row]) -> list[str]:
    """Promised limits that do not hold; two standard errors of the simulation are forgiven at the worst."""
    found = groups(rows)
    broken = []
    open_ones, tight = found[f"all but {TIGHT}"], found.get(f"kind {TIGHT}", [])
    for name, (usual, most) in PROMISED.items():
        middle = summary(open_ones)[name]["median"] if open_ones else 0.0
        if middle > usual:
            broken.append(f"{name}: median {100 * middle:.2f} % over {100 * usual:.1f} %")
        broken += _beyond(open_ones, name, most) + _beyond(tight, name, PROMISED_TIGHT[name])
    return broken


def _beyond(rows: Sequence[Row], name: str, most: float) -> list[str]:
    return [
        f"{name}: {row.network} {row.flow}: {100 * row.measures[name].error:+.2f} % beyond {100 * most:.0f} %"
        for row in rows
        if abs(row.measures[name].error) > most + 2.0 * row.measures[name].noise
    ]


# --- the command --------------------------------------------------------------------------------


def run(count: int, requests: int, seed: int) -> list[Row]:
    """All comparisons, spread over the cores; the same rows whatever their number."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(partial(compare, requests=requests, seed=seed), networks(count))
        return [row for rows in results for row in rows]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--networks", type=int, default=70, help="networks, the kinds in turn (70)")
    parser.add_argument("--requests", type=int, default=400_000, help="requests for each (400000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulation (1)")
    parser.add_argument("--json", type=Path, help="write all rows and the table to this file")
    options = parser.parse_args()
    began = time.perf_counter()
    rows = run(options.networks, options.requests, options.seed)
    seconds = time.perf_counter() - began
    print(f"{options.networks} networks, {options.requests} requests each, {seconds:.0f} s; errors in %\n")
    print_table(rows)
    print_worst(rows)
    broken = broken_promises(rows)
    print("\nAll promised limits hold." if not broken else "\nBeyond what is promised:")
    for line in broken:
        print(f"  {line}")
    if options.json is not None:
        table = {name: summary(group) for name, group in groups(rows).items() if group}
        content = {
            "networks": options.networks,
            "requests": options.requests,
            "seed": options.seed,
            "table": table,
            "rows": [asdict(row) for row in rows],
            "beyond_promised": broken,
        }
        options.json.write_text(json.dumps(_plain(content), indent=1) + "\n")


def _plain(value: object) -> object:
    """JSON has no infinity and no NaN: null stands for them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    main()
