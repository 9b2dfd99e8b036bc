"""Mutants of all bundled scenarios, edited side files, and relations that must hold, repeatable by a seed.

python -m benchmarks.fuzz --seed 1 --mutants 20000 --out out/fuzz
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.fuzzing.evaluating import Outcome, fate_of
from benchmarks.fuzzing.mutants import Mutator
from models.scenario.document import read_document

SCENARIOS = Path(__file__).parents[1] / "data" / "scenarios"
#: One mutant in so many also goes through a command.
COMMAND_EVERY = 25
FINE = ("refused", "evaluated")


def bundled() -> list[dict[str, Any]]:
    """The bundled scenarios as trees."""
    return [
        copy.deepcopy(dict(read_document(path.read_bytes(), source=path.name).tree))
        for path in sorted(SCENARIOS.glob("*.yaml"))
    ]


def mutants(seed: int, first: int, number: int) -> Iterator[tuple[int, dict[str, Any], Outcome]]:
    """Mutants number `first` to `first + number - 1` of a seed, each with its fate."""
    mutator = Mutator(bundled())
    for k in range(first, first + number):
        rng = random.Random(f"{seed}/{k}")
        tree = mutator.mutant(rng)
        yield k, tree, fate_of(tree, rng, command=k % COMMAND_EVERY == 0)


def written(tree: dict[str, Any], path: Path, words: str) -> None:
    """A failure as a file, with what is wrong in its head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "".join(f"# {line}\n" for line in words.splitlines())
    path.write_text(
        head + yaml.safe_dump(_listed(tree), sort_keys=False, allow_unicode=True), encoding="utf-8"
    )


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def main() -> None:
    """Prints what became of the mutants, and every failure with what repeats it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"))
    asked = parser.parse_args()
    fates: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    began = time.perf_counter()
    for k, tree, outcome in mutants(asked.seed, asked.first, asked.mutants):
        fates[outcome.fate] += 1
        if outcome.fate in FINE:
            continue
        seen[outcome.words[:120]] += 1
        if seen[outcome.words[:120]] <= 3:
            path = asked.out / f"{asked.seed}-{k}.yaml"
            again = f"--seed {asked.seed} --first {k} --mutants 1"
            written(tree, path, f"{outcome.fate}: {outcome.words}\npython -m benchmarks.fuzz {again}")
            print(f"{outcome.fate}: {outcome.words}\n    {again}    {path}", flush=True)
    seconds = time.perf_counter() - began
    print(f"{sum(fates.values()):,} mutants in {seconds:,.0f} s")
    for fate in ("refused", "evaluated", "traceback", "hang", "no number", "broken"):
        print(f"  {fate}: {fates[fate]:,}")


if __name__ == "__main__":
    main()
