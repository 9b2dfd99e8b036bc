"""An experiment for Chaos Toolkit, with what it needs beside it.

What the tool does by itself isn't enough: it takes an injection that was refused for one that was made,
leaves
the fault in place after a deviation or an abort, and looks for an abort only between activities. So the
probes
and actions come along (`toolkit_probes`), rollbacks are always made, and aborts are safeguards of its
add-ons.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from models.scenario.experiment import AnyFault
from models.scenario.experiments.demand import Driver
from models.scenario.experiments.statement import Statement
from optimizer.resilience.exports.drill import EVERY_S, GUARD_S, UNBOUNDED, Drill, Guard
from optimizer.resilience.exports.predicted import predicted_answer
from optimizer.resilience.exports.refused import NotExported, Why
from optimizer.resilience.model_error import Wanted, wanted_of

#: What its probes are called beside the experiment.
MODULE = "tradespace_probes"
#: A fault that nobody took back is gone by itself after its time and this much more, s.
_SPARE_S = 60.0
Json = dict[str, object]


def chaos_toolkit(drill: Drill) -> Mapping[str, str]:
    """The files, by name.

    Raises:
        NotExported: It has a fault that no tool can make.
    """
    switch = [_switched(drill, k, fault) for k, fault in enumerate(drill.faults)]
    document = document_of(drill, switch, "a switch of faults that takes PUT, GET and DELETE of /faults/NAME")
    return {
        f"{drill.name}.json": json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        f"{MODULE}.py": (Path(__file__).parent / "toolkit_probes.py").read_text(encoding="utf-8"),
    }


def document_of(drill: Drill, switched: list[Json], switch: str) -> Json:
    """The experiment as Chaos Toolkit reads it.

    Args:
        drill: The experiment.
        switched: For each fault the arguments of `inject`.
        switch: What the address of faults has to be, in words.
    """
    undos = [_action(f"undo {one['path']}", "undo", path=_gone(one)) for one in switched]
    document: Json = {
        "version": "1.0.0",
        "title": drill.prediction.trial.title,
        "description": drill.prediction.experiment.hypothesis.if_,
        "tags": ["tradespace"],
        "configuration": {
            "prometheus_url": _environment("TRADESPACE_PROMETHEUS_URL", "http://127.0.0.1:9090"),
            "fault_url": _environment("TRADESPACE_FAULT_URL", "http://127.0.0.1:8474"),
        },
        "controls": [_safeguards(drill)] if any(True for _ in drill.guards) else [],
        "steady-state-hypothesis": {
            "title": "what is predicted of the steady state, and what the hypothesis says",
            "probes": [*_steady(drill), *_expected(drill)],
        },
        "method": list(_method(drill, switched, undos)),
        "rollbacks": undos,
        "runtime": {"rollbacks": {"strategy": "always"}, "hypothesis": {"strategy": "default"}},
        "extensions": [{"name": "tradespace", **predicted_answer(drill), "fault_switch": switch}],
    }
    hypothesis = document["steady-state-hypothesis"]
    assert isinstance(hypothesis, dict)
    if not hypothesis["probes"]:
        del document["steady-state-hypothesis"]
    return document


def _environment(key: str, default: str) -> Json:
    return {"type": "env", "key": key, "default": default}


def _provider(function: str, **arguments: object) -> Json:
    address = "fault_url" if function in ("inject", "undo") else "prometheus_url"
    given = {address: f"${{{address}}}", **arguments}
    return {"type": "python", "module": MODULE, "func": function, "arguments": given}


def _action(name: str, function: str, **arguments: object) -> Json:
    return {"type": "action", "name": name, "provider": _provider(function, **arguments)}


def _probe(name: str, function: str, **arguments: object) -> Json:
    return {"type": "probe", "name": name, "provider": _provider(function, **arguments)}


def _query(drill: Drill, statement: Statement) -> str | None:
    return drill.queries.query(statement.metric, statement.of, statement.for_s or 0.0)


def _reading(drill: Drill, role: str, statement: Statement, when: str) -> Json | None:
    query = _query(drill, statement)
    if query is None:
        return None
    key = f"{statement.of or 'all'}.{statement.metric}"
    return _probe(
        f"{role} {key}",
        "reading",
        key=key,
        query=query,
        lowest_is_worst=wanted_of(statement.metric) is Wanted.MORE,
        when=when,
        after_s=drill.counts_after_s(statement),
    )


def _steady(drill: Drill) -> Iterator[Json]:
    for statement in drill.steady_state:
        probe = _reading(drill, "steady", statement, "before")
        if probe is not None:
            low, high = drill.prediction.tolerance(statement)
            yield {**probe, "tolerance": [low, min(high, UNBOUNDED)]}


def _expected(drill: Drill) -> Iterator[Json]:
    for k, statement in enumerate(drill.expected):
        when = "after" if statement.within_s_after is not None else statement.when or "throughout"
        probe = _reading(drill, f"expected {k + 1}", statement, when)
        if probe is not None:
            yield {**probe, "tolerance": list(_range(statement))}


def _range(statement: Statement) -> tuple[float, float]:
    low = 0.0 if statement.above is None else statement.above
    return low, UNBOUNDED if statement.below is None else statement.below


def _safeguards(drill: Drill) -> Json:
    return {
        "name": "aborts",
        "provider": {
            "type": "python",
            "module": "chaosaddons.controls.safeguards",
            "arguments": {
                "probes": [one for k, g in enumerate(drill.guards) if (one := _guard(drill, k, g))]
            },
        },
    }


def _guard(drill: Drill, k: int, guard: Guard) -> Json | None:
    query = _query(drill, guard.statement)
    if query is None:
        return None
    name = f"abort {k + 1} {guard.statement.of or 'all'}.{guard.statement.metric}"
    probe = _probe(
        name,
        "guard",
        query=query,
        safe=min(guard.low, guard.high),
        since=guard.since,
        after_s=drill.counts_after_s(guard.statement),
    )
    return {**probe, "frequency": GUARD_S, "tolerance": [guard.low, guard.high]}


def _method(drill: Drill, switched: list[Json], undos: list[Json]) -> Iterator[Json]:
    """Faults at their times, what is watched between them, and the wait afterwards."""
    begins = min(fault.start_s for fault in drill.faults)
    ends = begins + drill.fault_s
    events: list[tuple[float, int, Json]] = []
    for fault, one, undo in zip(drill.faults, switched, undos, strict=True):
        events.append((fault.start_s, 1, _action(f"inject {one['path']}", "inject", **one)))
        stays = fault.ends_s is None or fault.ends_s <= fault.start_s
        events.append((ends if stays else float(fault.ends_s or 0.0), 0, undo))
    events.sort(key=lambda event: event[:2])
    for k, (at, _, activity) in enumerate(events):
        yield activity
        until = events[k + 1][0] if k + 1 < len(events) else at + drill.wait_s
        if until > at:
            yield _observe(drill, "while it lasts" if k + 1 < len(events) else "afterwards", until - at)


def _observe(drill: Drill, words: str, seconds: float) -> Json:
    keys = [(w.metric, w.of, w.stretch_s) for w in drill.prediction.watched]
    queries = {
        f"{of or 'all'}.{metric}": query
        for metric, of, stretch_s in keys
        if (query := drill.queries.query(metric, of, stretch_s)) is not None
    }
    return _probe(f"observe {words}", "observe", queries=queries, seconds=seconds, every_s=EVERY_S)


def _switched(drill: Drill, k: int, fault: AnyFault) -> Json:
    """The arguments of `inject` for the generic switch: the fault as the scenario has it."""
    if isinstance(fault, Driver):
        raise NotExported(
            Why.NO_SUCH_FAULT,
            f"no tool changes {fault.driver}: costs follow it, and no system feels it",
            where=f"experiments.{drill.name}.inject",
            hint="play it at a table",
        )
    name = f"{drill.resource}-{k + 1}"
    told = fault.model_dump(mode="json", exclude_none=True, exclude={"start_s"})
    return {"path": f"faults/{name}", "body": {**told, "expires_after_s": drill.fault_s + _SPARE_S}}


def _gone(one: Json) -> object:
    return one.get("check") or one["path"]
