"""One mutant through reading, compiling and evaluating a few designs, and now and then a command."""

from __future__ import annotations

import random
import tempfile
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.fuzzing.commands import COMMANDS, Told, run, takes_front, told_to, write_for_commands
from benchmarks.fuzzing.judging import Hang, alarm, defects_of
from models.errors import TradespaceError
from models.evaluation import Array, Evaluation
from models.evaluator import evaluate
from models.explanation.explain import explain
from models.scenario.load import scenario_from
from models.screening import screen
from models.system.compiler import compile_system

Fate = Literal["refused", "evaluated", "traceback", "hang", "no number", "broken"]
#: Longest time of an evaluation and of each command, s of a processor.
LONGEST_S = 10.0
#: Designs that are evaluated, beside today's.
DESIGNS = 4
#: Commands that answer about the file, a design or a sample, and questions to a front.
ASKED = tuple(
    command
    for command in COMMANDS
    if command.split()[0] in ("check", "evaluate", "rules") or takes_front(command)
)
#: The front that questions are asked of, from a short search: a solve of every design is told to take a
#: minute, and is no hang.
SEARCH = "solve {scenario} --algorithm archive --evaluations 200 --workers 1 --out {front}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: its fate, and in words what is wrong."""

    fate: Fate
    words: str = ""


def fate_of(tree: Mapping[str, Any], rng: random.Random, *, command: bool = False) -> Outcome:
    """Reads, compiles and evaluates a scenario; with `command` it also goes through a command."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # numpy's, with a path on somebody's terminal
            with alarm(LONGEST_S):
                outcome = _evaluated(tree, rng)
            if command:
                told = _through_a_command(tree, rng)
                outcome = told or outcome
            return outcome
    except TradespaceError as error:
        words = str(error)
        return Outcome("refused", words) if words.strip() else Outcome("broken", "refused without a word")
    except Hang:
        return Outcome("hang", f"over {LONGEST_S:g} s")
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return Outcome("traceback", _last_places(error))


def _evaluated(tree: Mapping[str, Any], rng: random.Random) -> Outcome:
    system = compile_system(scenario_from(tree))
    X = system.space.sample(DESIGNS, seed=rng.randrange(2**31))
    X = np.concatenate([system.space.today[None, :], X])
    evaluation = evaluate(system, X)
    wrong = no_numbers(evaluation) or _out_of_range(evaluation)
    if wrong:
        return Outcome("no number", wrong)
    over = unsound(evaluation, screen(system, X))
    if over:
        return Outcome("broken", over)
    one = rng.randrange(len(X))
    alone = evaluate(system, X[one : one + 1])
    if not same(evaluation.values[one], alone.values[0]):
        return Outcome("broken", f"alone {alone.values[0]}, among others {evaluation.values[one]}")
    if rng.random() < 0.1:
        explain(system, X[one])
    return Outcome("evaluated")


def _through_a_command(tree: Mapping[str, Any], rng: random.Random) -> Outcome | None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_for_commands(tree, folder)
        components = list(tree.get("components") or ["web"])
        drivers = list(tree.get("drivers") or ["v"])
        command = rng.choice(ASKED)
        words = {"component": str(rng.choice(components)), "driver": str(rng.choice(drivers))}
        if takes_front(command):
            with alarm(LONGEST_S):
                told = run(told_to(SEARCH, folder), folder / "front")
            found = defects_of(told)
            if found or told.code == 2:
                return _defect(SEARCH, told, found)
            command += " --front {front}"
        with alarm(LONGEST_S):
            told = run(told_to(command, folder, **words), folder / "out")
        return _defect(command, told, defects_of(told))


def _defect(command: str, told: Told, found: Sequence[str]) -> Outcome | None:
    """The first of what is wrong with an answer; None where nothing is."""
    if not found:
        return None
    fate: Fate = "traceback" if told.code == 70 else "no number" if "no number" in found[0] else "broken"
    return Outcome(fate, f"{command}: {found[0]}")


def unsound(evaluation: Evaluation, least: Mapping[str, Array]) -> str:
    """Where a screen rules out more than the whole evaluation does; nothing where it doesn't."""
    for name, bound in least.items():
        excess = evaluation.excess[:, evaluation.constraints.index(name)]
        if not ((bound <= 0.0) | (excess >= bound * (1.0 - 1e-9))).all():
            return f"{name}: the screen tells {bound}, the evaluation {excess}"
    return ""


def no_numbers(evaluation: Evaluation) -> str:
    """Where an evaluation holds something that is no number; nothing where it doesn't."""
    parts = {"values": evaluation.values, "excess": evaluation.excess, **evaluation.indicators}
    for name, values in parts.items():
        held = np.asarray(values)
        if held.dtype.kind == "f" and np.isnan(held).any():
            return f"NaN in {name}"
    return ""


def _out_of_range(evaluation: Evaluation) -> str:
    names = [dimension.name for dimension in evaluation.dimensions]
    for name in ("availability", "consistency"):
        values = evaluation.values[:, names.index(name)]
        if (values < 0.0).any() or (values > 1.0).any():
            return f"{name} outside 0 and 1: {values}"
    for name in ("latency", "throughput"):
        values = evaluation.values[:, names.index(name)]
        if (values < 0.0).any():
            return f"{name} below 0: {values}"
    return ""


def same(a: Array, b: Array, *, rtol: float = 1e-9) -> bool:
    """Whether two rows of values are the same within rounding."""
    return bool(np.allclose(a, b, rtol=rtol, atol=1e-12, equal_nan=True))


def _last_places(error: BaseException) -> str:
    places = traceback.extract_tb(error.__traceback__)[-3:]
    told = " < ".join(f"{Path(p.filename).name}:{p.lineno}" for p in reversed(places))
    return f"{type(error).__name__}: {str(error)[:200]} ({told})"
