"""Mutants of all bundled scenarios, edited side files, and relations that must hold, repeatable by a seed.

python -m benchmarks.fuzz --seed 1 --mutants 20000 --out out/fuzz
"""

from __future__ import annotations

import argparse
import copy
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.fuzzing.bare import bare_scenarios
from benchmarks.fuzzing.evaluating import Outcome, fate_of
from benchmarks.fuzzing.every_command import wrong_answers
from benchmarks.fuzzing.mutants import Mutator
from benchmarks.fuzzing.relations import RELATIONS, broken
from benchmarks.fuzzing.side_files import made, wrong_after_an_edit
from models.errors import TradespaceError
from models.performance.kernel import warm_up
from models.scenario.reading.document import read_document

SCENARIOS = Path(__file__).parents[1] / "data" / "scenarios"
#: One mutant in so many also goes through a command.
COMMAND_EVERY = 25
FINE = ("refused", "evaluated")
#: Failures with the same words that are told.
MOST_OF_A_KIND = 3


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


def relations(seed: int, rounds: int) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """Every relation on every bundled scenario, and on what a mutation leaves valid; how each is broken."""
    trees = bundled()
    mutator = Mutator(trees)
    for k in range(rounds):
        for place, tree in enumerate(trees):
            for name in RELATIONS:
                rng = random.Random(f"{seed}/{k}/{place}/{name}")
                changed = tree if k == 0 else mutator.mutant(rng)
                try:
                    yield f"{name} {seed}/{k}/{place}", changed, broken(name, changed, rng)
                except TradespaceError:
                    yield f"{name} {seed}/{k}/{place}", changed, None


def side_files(seed: int, edits: int) -> Iterator[tuple[str, list[str]]]:
    """Edits of side files, and what is wrong with what a command says to them."""
    with tempfile.TemporaryDirectory() as above:
        kept = Path(above) / "kept"
        kept.mkdir()
        names = made(kept)
        for k in range(edits):
            rng = random.Random(f"{seed}/{k}")
            name = rng.choice(names)
            folder = Path(above) / str(k)
            yield f"{name} {seed}/{k}", wrong_after_an_edit(name, kept, folder, rng)
            shutil.rmtree(folder, ignore_errors=True)


def bare() -> Iterator[tuple[str, list[str]]]:
    """The barest scenarios, and what is wrong with what the commands say of each."""
    for name, tree in bare_scenarios().items():
        with tempfile.TemporaryDirectory() as above:
            yield name, wrong_answers(tree, Path(above))


def main() -> None:
    """Prints what became of the mutants, and every failure with what repeats it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1, help="rounds of all relations over all scenarios")
    parser.add_argument("--edits", type=int, default=500, help="edits of side files")
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"))
    asked = parser.parse_args()
    warm_up()  # a compiler that is broken off by the alarm would be left half done
    began = time.perf_counter()
    fates = _tell_mutants(asked)
    held: Counter[str] = Counter()
    for told, tree, words in relations(asked.seed, asked.rounds):
        held["says nothing" if words is None else "broken" if words else "holds"] += 1
        if words:
            path = asked.out / f"relation-{told.replace(' ', '-').replace('/', '-')}.yaml"
            written(tree, path, f"{told}: {words}")
            print(f"broken: {told}: {words[:300]}    {path}", flush=True)
    wrong = 0
    for told, defects in side_files(asked.seed, asked.edits):
        wrong += bool(defects)
        for defect in defects:
            print(f"side file {told}: {defect[:400]}", flush=True)
    scenarios, unanswered = 0, 0
    for name, defects in bare():
        scenarios += 1
        unanswered += bool(defects)
        for defect in defects:
            print(f"bare scenario, {name}: {defect[:400]}", flush=True)
    seconds = time.perf_counter() - began
    print(f"{sum(fates.values()):,} mutants, {sum(held.values()):,} relations, {asked.edits:,} edits")
    print(f"in {seconds:,.0f} s")
    for fate in ("refused", "evaluated", "traceback", "hang", "no number", "broken"):
        print(f"  {fate}: {fates[fate]:,}")
    for name, number in held.items():
        print(f"  relations: {name}: {number:,}")
    print(f"  side files: wrong answers: {wrong:,}")
    print(f"  bare scenarios: {scenarios:,}, with wrong answers: {unanswered:,}")


def _tell_mutants(asked: argparse.Namespace) -> Counter[str]:
    fates: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for k, tree, outcome in mutants(asked.seed, asked.first, asked.mutants):
        fates[outcome.fate] += 1
        if outcome.fate in FINE:
            continue
        kind = outcome.words[:120]
        seen[kind] += 1
        if seen[kind] <= MOST_OF_A_KIND:
            path = asked.out / f"{asked.seed}-{k}.yaml"
            again = f"python -m benchmarks.fuzz --seed {asked.seed} --first {k} --mutants 1"
            written(tree, path, f"{outcome.fate}: {outcome.words}\n{again}")
            print(f"{outcome.fate}: {outcome.words}\n    {again}    {path}", flush=True)
    return fates


if __name__ == "__main__":
    main()
