"""What is odd but legal about a scenario and shows only when its designs are looked at."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from models.dimensions.limits import ALWAYS, is_a_default, written_limit
from models.errors import Code, Finding
from models.evaluation import Array, Evaluation, concatenate
from models.evaluator import evaluate
from models.space.columns import Column
from models.system.system import System
from models.system.uncertainty import Draws, draws_of, guesses_of
from models.units import quantity
from optimizer.decide.confidence.limits_in_draws import FEW, Holding
from optimizer.decide.unmade_experiments import unmade_experiments
from optimizer.phrases import unit_of_limit
from optimizer.space import size_of

#: Up to here all designs are looked at, beyond that many of them.
MOST_DESIGNS = 4096
#: Designs that are looked at where they are more.
SAMPLED = 512
#: Designs from which each decision is changed, and that are tried under guesses.
BASES, MOST_TRIED = 24, 8
#: What a number in another unit is multiplied by: seconds for ms, requests of a minute, an hour or a day,
#: thousands or millions of USD.
_SLIPS = {"ms": (1e3,), "requests/s": (1 / 60, 1 / 3600, 1 / 86400), "USD": (1e3, 1e6)}
#: Up to here all values of a decision are tried.
MOST_VALUES = 64


def oddities(system: System) -> list[Finding]:
    """Warnings: decisions that change nothing, limits that nothing or everything meets, wrong units, guesses
    under which nothing holds, experiments that no design can show.

    Limits that hold though nobody wrote them are notes where they exclude designs.

    What is odd in the file itself is told by `load_with_warnings`.
    """
    X, is_all = _some_designs(system)
    evaluation = _evaluated(system, X)
    among = f"all {len(X):,} designs" if is_all else f"a sample of {len(X):,} designs"
    return [
        *_limits(system, evaluation, among),
        *_guesses(system, evaluation, among),
        *_decisions(system, X),
        *unmade_experiments(system, X),
    ]


def _some_designs(system: System) -> tuple[Array, bool]:
    """All designs where they are few, else a sample; and whether they are all."""
    size = size_of(system.space)
    if size is not None and size <= MOST_DESIGNS:
        return system.space.designs(0, size), True
    return system.space.sample(SAMPLED, seed=0), False


def _limits(system: System, evaluation: Evaluation, among: str) -> list[Finding]:
    found = []
    defaults = [is_a_default(system.scenario, name) for name in evaluation.constraints]
    over_written = np.any((evaluation.excess > 0.0) & ~np.array(defaults, dtype=bool), axis=1)
    for j, name in enumerate(evaluation.constraints):
        holds = evaluation.excess[:, j] <= 0.0
        where = f"dimensions.{name}" if hasattr(system.scenario.dimensions, name) else f"limits.{name}"
        if name.startswith("flows."):
            where = name.removesuffix(".latency") + ".limit_ms"
        if len(holds) and not holds.any():
            said = f"nothing meets this limit, of {among}"
            limit = written_limit(system.scenario, name)
            found.append(_unmet(where, said, limit, evaluation.excess[:, j], name))
        elif (only := ~holds & ~over_written).any() and is_a_default(system.scenario, name):
            default = written_limit(system.scenario, name)
            said = f"the limit {default:g} holds unless another is written: it excludes {np.sum(only):,}"
            said += f" of {among} that keep all that was written"
            hint = "write it, another number, or null for none"
            found.append(Finding(where, said, "", hint, severity="note", code=Code.DEFAULT_LIMIT))
        elif len(holds) > 1 and holds.all() and _is_written(system, name):
            found.append(
                Finding(where, f"everything meets this limit, of {among}", severity="warning", code=Code.ODD)
            )
    return [*found, *_targets(system, evaluation, among)]


def _targets(system: System, evaluation: Evaluation, among: str) -> list[Finding]:
    """Targets that nothing reaches and that are off by a unit."""
    found = []
    for j, dimension in enumerate(evaluation.dimensions):
        target: float | None = getattr(system.scenario.dimensions, dimension.name).target
        if target is None or not len(evaluation):
            continue
        short = (evaluation.values[:, j] - target) * dimension.sign
        where, said = f"dimensions.{dimension.name}", f"nothing reaches this target, of {among}"
        told = _unmet(where, said, target, short, dimension.name)
        if (short > 0.0).all() and told.code == Code.WRONG_UNIT:
            found.append(replace(told, where=f"{told.where}.target"))
    return found


def _unmet(where: str, said: str, written: float | None, over: Array, name: str) -> Finding:
    """A limit or target that nothing meets, and the unit that was meant where designs meet it in that.

    Args:
        where: Its place in the file.
        said: What is said of it.
        written: The number that stands there.
        over: By how much each design misses it, `(n,)`, all above 0.
        name: Name of the limit.
    """
    unit = unit_of_limit(name)
    for factor in _SLIPS.get(unit, ()) if written else ():
        assert written is not None
        meant = written * factor
        nearest = written + math.copysign(float(over.min()), meant - written)
        # In the other unit a design meets it, and in this one all are further off than any wish would be.
        is_met = bool((over <= abs(meant - written)).any())
        if is_met and max(nearest / written, written / nearest) >= math.sqrt(max(factor, 1.0 / factor)):
            told = f"{said}: {written:.12g} {unit}; did you mean {meant:.12g} {unit}?"
            return Finding(where, told, severity="warning", code=Code.WRONG_UNIT)
    return Finding(where, said, severity="warning", code=Code.ODD)


def _is_written(system: System, name: str) -> bool:
    """Whether a limit was set by the user: defaults that hold everywhere are no oddity."""
    return name not in ALWAYS and not is_a_default(system.scenario, name)


def _guesses(system: System, evaluation: Evaluation, among: str) -> list[Finding]:
    """Guesses under which no design ever keeps all limits, though some do with the numbers of the file."""
    feasible = np.flatnonzero(evaluation.feasible)
    if not feasible.size or not guesses_of(system):
        return []
    # The widest headroom first: where these never hold, no other does.
    roomy = feasible[np.argsort(evaluation.indicators["utilisation"][feasible], kind="stable")][:MOST_TRIED]
    X, draws = evaluation.X[roomy], draws_of(system, FEW)
    if _ever_holds(system, X, draws):
        return []
    alone = [
        (guess, draws.values[:, k])
        for k, guess in enumerate(draws.guesses)
        if not _ever_holds(system, X, Draws((guess,), draws.values[:, [k]]))
    ]
    many = f"though {len(feasible):,} of {among} keep them with the numbers of the file"
    hint = "see whether the guess has another unit, or belongs to another number"
    found = []
    for guess, values in alone:
        low, high = (quantity(float(value), guess.unit) for value in np.quantile(values, (0.1, 0.9)))
        told = f"from {low} to {high} in eight draws of ten, no design keeps all limits, {many}"
        found.append(_hopeless(f"uncertainty.{guess.path}", told, hint))
    if not found:
        told = f"under these guesses together no design keeps all limits in any of {FEW} draws, {many}"
        found.append(_hopeless("uncertainty", told, "narrow them, or loosen the limits"))
    return found


def _hopeless(where: str, found: str, hint: str) -> Finding:
    return Finding(where, found, "", hint, severity="warning", code=Code.HOPELESS_GUESS)


def _ever_holds(system: System, X: Array, draws: Draws) -> bool:
    """Whether any of some designs keeps all limits in any of some draws."""
    trials = Holding(system, X, draws)
    for i in range(len(X)):
        trials.ask(np.array([i]), 1.0 / len(draws))
        if trials.held[i]:
            return True
    return False


def _decisions(system: System, X: Array) -> list[Finding]:
    """Decisions that change no dimension and no limit, from any of some designs."""
    exists = system.space.active(X)
    decisions = system.space.decisions
    bases = [X[exists[i].any(axis=1)] if i in exists else X for i in range(len(decisions))]
    moved = {decision.name: False for decision in decisions}
    for attempt in range(BASES):
        # All decisions that are still open in one batch: a batch costs hardly more than a design.
        batch: list[Array] = []
        places: dict[str, slice] = {}
        for decision, rows in zip(decisions, bases, strict=True):
            if moved[decision.name] or not len(rows):
                continue
            x = rows[(attempt * max(1, len(rows) // BASES)) % len(rows)]
            varied = [x, *(_varied(x, decision.columns, v) for v in _values(system, decision.columns))]
            places[decision.name] = slice(len(batch), len(batch) + len(varied))
            batch += varied
        if not batch:
            break
        evaluation = _evaluated(system, np.array(batch))
        outcomes = np.concatenate([evaluation.values, evaluation.excess], axis=1)
        for name, place in places.items():
            rows = outcomes[place]
            moved[name] = not bool(np.all((rows == rows[0]) | (np.isinf(rows) & np.isinf(rows[0]))))
    return [
        Finding(
            f"decisions.{name}",
            "changes no dimension and no limit, from any of the designs tried",
            hint="give it an effect, or leave it out",
            severity="warning",
            code=Code.ODD,
        )
        for name, matters in moved.items()
        if not matters
    ]


def _varied(x: Array, columns: tuple[int, ...], value: float) -> Array:
    row = x.copy()
    row[list(columns)] = value
    return row


def _values(system: System, columns: tuple[int, ...]) -> Array:
    return np.unique(np.concatenate([_some_values(system.space.columns[j]) for j in columns]))


def _some_values(column: Column) -> Array:
    """All values of a column where they are few, else some, spread evenly."""
    if column.count is not None and column.count <= MOST_VALUES:
        return column.values()
    return column.spread(np.linspace(0.0, 0.999999, 9))


def _evaluated(system: System, X: Array) -> Evaluation:
    parts = [evaluate(system, X[i : i + 1024]) for i in range(0, len(X), 1024)]
    return concatenate(parts) if parts else evaluate(system, X)
