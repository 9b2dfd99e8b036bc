"""What is odd but legal about a scenario and shows only when its designs are looked at."""

from __future__ import annotations

import numpy as np

from models.dimensions.limits import ALWAYS
from models.errors import Code, Finding
from models.evaluation import Array, Evaluation, concatenate
from models.evaluator import evaluate
from models.space.columns import Column
from models.system.system import System
from optimizer.space import size_of

#: Up to here all designs are looked at, beyond that many of them.
MOST_DESIGNS = 4096
#: Designs that are looked at where they are more.
SAMPLED = 512
#: Designs from which each decision is changed.
BASES = 24
#: Up to here all values of a decision are tried.
MOST_VALUES = 64


def oddities(system: System) -> list[Finding]:
    """Warnings: a decision that changes nothing, a limit that nothing or everything meets.

    What is odd in the file itself is told by `load_with_warnings`.
    """
    return [*_limits(system), *_decisions(system)]


def _some_designs(system: System) -> tuple[Array, bool]:
    """All designs where they are few, else a sample; and whether they are all."""
    size = size_of(system.space)
    if size is not None and size <= MOST_DESIGNS:
        return system.space.designs(0, size), True
    return system.space.sample(SAMPLED, seed=0), False


def _limits(system: System) -> list[Finding]:
    X, is_all = _some_designs(system)
    evaluation = _evaluated(system, X)
    among = f"all {len(X):,} designs" if is_all else f"a sample of {len(X):,} designs"
    found = []
    for j, name in enumerate(evaluation.constraints):
        holds = evaluation.excess[:, j] <= 0.0
        where = f"dimensions.{name}" if hasattr(system.scenario.dimensions, name) else f"limits.{name}"
        if name.startswith("flows."):
            where = name.removesuffix(".latency") + ".limit_ms"
        if len(X) and not holds.any():
            found.append(
                Finding(where, f"nothing meets this limit, of {among}", severity="warning", code=Code.ODD)
            )
        elif len(X) > 1 and holds.all() and _is_written(system, name):
            found.append(
                Finding(where, f"everything meets this limit, of {among}", severity="warning", code=Code.ODD)
            )
    return found


def _is_written(system: System, name: str) -> bool:
    """Whether a limit was set by the user: defaults that hold everywhere are no oddity."""
    if name in ("saturation", "emergence"):
        return name in system.scenario.limits.model_fields_set
    return name not in ALWAYS


def _decisions(system: System) -> list[Finding]:
    """Decisions that change no dimension and no limit, from any of some designs."""
    X, _ = _some_designs(system)
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
