"""Changes of a scenario after which every design must score as before, within rounding."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.errors import TradespaceError
from models.evaluation import DIMENSIONS, Array
from models.evaluator import evaluate
from models.scenario.load import scenario_from
from models.scenario.schema import json_schema
from models.system.compiler import compile_system
from models.system.system import System

Tree = dict[str, Any]
#: A design in writing.
Design = dict[str, Any]
#: Keys under which people write what they like.
PROSE = frozenset(
    {"title", "summary", "sources", "assumptions", "label", "why", "notice", "source", "kind", "unit"}
)
#: Largest relative difference that is rounding.
ROUNDING = 1e-6
#: Designs that are compared, beside today's.
DESIGNS = 6


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed scenario, how a design is written in it, and the dimensions that may differ."""

    tree: Tree
    design: Callable[[Design], Design]
    but: tuple[str, ...] = ()


Relation = Callable[[Tree, random.Random], Changed | None]


def renamed(tree: Tree, rng: random.Random) -> Changed | None:
    """Components, flows, phases, decisions and their options under other names, in the same order."""
    words = _schema_words(json_schema())
    names = {name for name in _names(tree) if name not in words}
    if not names:
        return None

    def told(text: str) -> str:
        # A path has dots between its names, a statement of an experiment has blanks.
        return re.sub(r"[^. ]+", lambda part: f"{part[0]}-renamed" if part[0] in names else part[0], text)

    def walk(value: Any, *, prose: bool = False) -> Any:
        if isinstance(value, dict):
            return {told(key): walk(inner, prose=key in PROSE) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [walk(inner, prose=prose) for inner in value]
        return told(value) if isinstance(value, str) and not prose else value

    kept = {key: tree[key] for key in ("name", "schema")}
    return Changed({**walk(tree), **kept}, lambda design: dict(walk(design)))


def reordered(tree: Tree, rng: random.Random) -> Changed | None:
    """Components, flows, decisions and costs in another order."""
    changed = dict(tree)
    for key in ("components", "flows", "decisions"):
        if isinstance(tree.get(key), dict):
            items = list(tree[key].items())
            rng.shuffle(items)
            changed[key] = dict(items)
    if tree.get("costs"):
        changed["costs"] = list(reversed(tree["costs"]))
    return Changed(changed, _as_it_is)


def flow_in_halves(tree: Tree, rng: random.Random) -> Changed | None:
    """One flow as two of half its share each."""
    spoken = {part for text in _paths(tree) for part in text.split(".")}
    free = [n for n, flow in tree["flows"].items() if n not in spoken and flow.get("limit_ms") is None]
    if not free:
        return None
    name = rng.choice(free)
    half = {**tree["flows"][name], "share": tree["flows"][name].get("share", 1.0) / 2.0}
    flows: Tree = {}
    for other, flow in tree["flows"].items():
        flows.update({name: half, f"{name}-half": copy.deepcopy(half)} if other == name else {other: flow})
    # Two flows are more to look after: the complexity budget counts what their calls have.
    return Changed({**tree, "flows": flows}, _as_it_is, but=("complexity",))


def phase_in_halves(tree: Tree, rng: random.Random) -> Changed | None:
    """One phase as two of half its hours each."""
    phases = list(tree["workload"].get("phases") or ())
    free = [k for k, phase in enumerate(phases) if not phase.get("peak")]
    if not free:
        return None
    k = rng.choice(free)
    half = {**phases[k], "hours": phases[k]["hours"] / 2.0}
    name = half["name"]
    workload = {
        **tree["workload"],
        "phases": [*phases[:k], half, {**half, "name": f"{name}-half"}, *phases[k + 1 :]],
    }

    def design(written: Design) -> Design:
        by_phase = {n: v for n, v in written.items() if isinstance(v, dict) and name in v}
        return {**written, **{n: {**v, f"{name}-half": v[name]} for n, v in by_phase.items()}}

    today = design(tree.get("today") or {}) if _all_phases(tree, name) else None
    return None if today is None else Changed({**tree, "workload": workload, "today": today}, design)


def unused_component(tree: Tree, rng: random.Random) -> Changed | None:
    """One more component that nobody calls and that costs nothing."""
    idle = {"kind": "external", "latency_ms": 10}
    return Changed({**tree, "components": {**tree["components"], "nobody-calls-it": idle}}, _as_it_is)


def nothing_to_decide(tree: Tree, rng: random.Random) -> Changed | None:
    """One more decision that sets a parameter to what it is."""
    names = [n for n, c in tree["components"].items() if isinstance(c.get("service_ms"), (int, float))]
    spoken = {text for text in _paths(tree) if text.endswith(".service_ms")}
    free = [name for name in names if f"{name}.service_ms" not in spoken]
    if not free:
        return None
    name = rng.choice(free)
    same = {"on": {"set": {f"{name}.service_ms": tree["components"][name]["service_ms"]}}}
    is_on = rng.random() < 0.5
    decisions = {**(tree.get("decisions") or {}), "the-same": same}
    return Changed({**tree, "decisions": decisions}, lambda design: {**design, "the-same": is_on})


RELATIONS: Mapping[str, Relation] = {
    relation.__name__: relation
    for relation in (
        *(renamed, reordered, flow_in_halves, phase_in_halves, unused_component, nothing_to_decide),
    )
}


def broken(name: str, tree: Tree, rng: random.Random) -> str | None:
    """How a relation is broken by a scenario, in words; nothing where it holds, None where it says nothing.

    Raises:
        TradespaceError: The scenario itself is refused.
    """
    before = compile_system(scenario_from(tree))
    changed = RELATIONS[name](copy.deepcopy(tree), rng)
    if changed is None:
        return None
    try:
        after = compile_system(scenario_from(changed.tree))
        return _compared(before, after, changed, rng)
    except TradespaceError as error:
        return f"{name}: refused: {str(error)[:300]}"


def _compared(before: System, after: System, changed: Changed, rng: random.Random) -> str:
    X = np.concatenate([before.space.today[None, :], before.space.sample(DESIGNS, seed=rng.randrange(2**31))])
    rows = [after.space.encode(changed.design(_written(before, x)), check_rules=False) for x in X]
    a, b = evaluate(before, X), evaluate(after, np.array(rows))
    for j, dimension in enumerate(DIMENSIONS):
        if dimension.name in changed.but:
            continue
        with np.errstate(invalid="ignore"):
            apart = ~np.isclose(a.values[:, j], b.values[:, j], rtol=ROUNDING, atol=1e-9)
        if apart.any():
            k = int(np.argmax(apart))
            words = f"{dimension.name} {a.values[k, j]} became {b.values[k, j]}"
            return f"{words} for {before.space.decode(X[k])}"
    return ""


def _written(system: System, x: Array) -> Design:
    """A design in writing, without what doesn't exist in it or holds a value that nobody may write."""
    space = system.space
    exists = space.active(x[None, :])
    asked: Design = {}
    for k, decision in enumerate(space.decisions):
        there = np.broadcast_to(exists.get(k, np.ones((1, 1), dtype=bool)), (1, len(decision.columns)))[0]
        for is_there, j in zip(there, decision.columns, strict=True):
            column = space.columns[j]
            if not is_there or not column.lower <= x[j] <= column.upper:
                continue
            if column.phase is None:
                asked[decision.name] = column.written(float(x[j]))
            else:
                asked.setdefault(decision.name, {})[column.phase] = column.written(float(x[j]))
    return asked


def _as_it_is(design: Design) -> Design:
    return design


def _all_phases(tree: Tree, name: str) -> bool:
    """Whether what is said by phase is said of all of them."""
    return all(not isinstance(value, dict) or name in value for value in (tree.get("today") or {}).values())


def _names(tree: Tree) -> Iterable[str]:
    for key in ("components", "flows", "decisions"):
        yield from tree.get(key) or {}
    for decision in (tree.get("decisions") or {}).values():
        yield from decision.get("options") or {}
    yield from (phase["name"] for phase in tree["workload"].get("phases") or ())
    yield from tree.get("drivers") or ()


def _paths(tree: Tree) -> list[str]:
    """Every text outside prose that may be a path or a condition on one."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                found.append(str(key)) if "." in str(key) else None
                if key not in PROSE:
                    walk(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and "." in value:
            found.append(value)

    walk(tree)
    return found


def _schema_words(node: Any) -> set[str]:
    """Every key and constant of the schema: a name that is one of them can't be told from it."""
    found = {"on", "off", "null"}
    if isinstance(node, dict):
        found |= set(node.get("properties", ())) | {str(v) for v in node.get("enum", ())}
        found |= {str(node["const"])} if "const" in node else set()
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        found |= _schema_words(inner)
    return found
