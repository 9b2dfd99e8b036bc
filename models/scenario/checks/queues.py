"""Checks of calls that nobody waits for, and of queues of messages: what they can't have."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.checks.effects import slots_of
from models.scenario.checks.flows import PlacedCall, placed_calls
from models.scenario.checks.idle import changed_paths
from models.scenario.flow import Call
from models.scenario.kinds.queue import NOT_OF_A_QUEUE, Queue
from models.scenario.scenario import Scenario

#: What only who waits for an answer can do, and what a queue says of all its messages.
_OF_WHO_WAITS = ("optional", "fallback", "hedge_after_ms", "breaker", "bulkhead_slots")
_OF_THE_QUEUE = {
    "timeout_ms": "visibility_s",
    "retries": "max_receives",
    "backoff_ms": "visibility_s",
    "jitter": "visibility_s",
    "retry_budget": "max_receives",
}


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in calls that nobody waits for, and in what decisions and phases change of them."""
    background: dict[tuple[str, int], bool] = {}
    positions: dict[str, int] = {}
    for placed in placed_calls(scenario):
        flow = placed.where.split(".")[1]
        positions[flow] = positions.get(flow, -1) + 1
        to_queue = isinstance(scenario.components.get(placed.call.call), Queue)
        if placed.call.is_async:
            background[flow, positions[flow]] = to_queue
            yield from _written(placed, to_queue=to_queue)
        elif to_queue:
            found = f"a call of the queue {placed.call.call!r} that is waited for"
            hint = "add async: true; what has to be waited for is a service"
            about = (f"components.{placed.call.call}.kind",)
            yield Finding(f"{placed.where}.call", found, "async: true", hint, code=Code.CONFLICT, about=about)
    for where, path in changed_paths(scenario).items():
        for slot in slots_of(scenario, path):
            owner = (slot.name, slot.call)
            key = slot.parameter.partition(".")[0]
            if slot.owner == "call" and owner in background and _is_wrong(key, to_queue=background[owner]):
                yield _refused(where, f"{key} of a call that nobody waits for", key)
            is_queue = isinstance(scenario.components.get(slot.name), Queue)
            if slot.owner == "component" and is_queue and key in NOT_OF_A_QUEUE:
                yield _refused(where, f"{key} of a queue, which keeps all messages", key)


def _written(placed: PlacedCall, *, to_queue: bool) -> Iterator[Finding]:
    for key in (*_OF_WHO_WAITS, *_OF_THE_QUEUE):
        is_written = getattr(placed.call, key) != Call.model_fields[key].default
        if is_written and _is_wrong(key, to_queue=to_queue):
            yield _refused(f"{placed.where}.{key}", f"{key} beside async: true", key)


def _is_wrong(key: str, *, to_queue: bool) -> bool:
    return key in _OF_WHO_WAITS or (to_queue and key in _OF_THE_QUEUE)


def _refused(where: str, found: str, key: str) -> Finding:
    instead = _OF_THE_QUEUE.get(key)
    hint = f"remove it; {instead} of the queue says so of all its messages" if instead else "remove it"
    return Finding(where, found, "nothing of the kind: nobody waits", hint, code=Code.CONFLICT)
