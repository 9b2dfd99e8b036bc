"""Spans of a simulated run as OTLP in JSON lines: what trace viewers open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.evaluation import Array
from models.simulation.refused import NotSimulated, Reason
from models.simulation.trace import Event, Happening, events_of
from models.system.system import System

_NS_PER_MS = 1e6
#: Kinds and codes of the protocol: a call that is served, an error.
_SERVER, _OK, _ERROR = 2, 1, 2
_FAILED = (Happening.FAILED, Happening.SHED)
_ENDS = (Happening.DONE, Happening.FAILED, Happening.SHED)
#: The service that stands for the users' door.
DOOR = "user"
MOST_REQUESTS = 100_000


def spans_of(
    system: System,
    design: Array,
    phase: int,
    *,
    requests: int = 100,
    seed: int = 1,
    start_unix_s: float = 0.0,
) -> Iterator[str]:
    """Lines of JSON, one `TracesData` (resourceSpans) for each request.

    Each request is a span of the service `user`, named by its flow; each attempt is a span of its component,
    under the one that made it. What happens to it (waits, services, retries) are events of the span.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        requests: Requests that are followed, of all flows as they come.
        seed: The same seed gives the same lines.
        start_unix_s: When the simulated clock began, s after 1970-01-01.

    Raises:
        NotSimulated: It can't be simulated; says what and where.

    Source: OpenTelemetry protocol, opentelemetry/proto/trace/v1/trace.proto in its JSON mapping: 64-bit whole
    numbers are texts, ids are hexadecimal, enumerations are numbers.
    """
    from models.simulation import columns as at
    from models.simulation.follow import followed
    from models.simulation.program import program_of

    if not 1 <= requests <= MOST_REQUESTS:
        raise NotSimulated(
            Reason.TOO_SMALL_BUDGET, f"{requests} requests", hint=f"follow 1 to {MOST_REQUESTS} requests"
        )
    program = program_of(system, design, phase)
    rows = followed(program, flow=None, requests=requests, seed=seed)
    root: dict[int, int] = {}
    for uid, parent in rows[:, [at.L_UID, at.L_PARENT]].astype(int).tolist():
        root.setdefault(uid, root.get(parent, uid))
    of_request: dict[int, list[Array]] = {}
    for row in rows:
        of_request.setdefault(root[int(row[at.L_UID])], []).append(row)
    for number, own in enumerate(of_request.values()):
        start_ns = (start_unix_s + float(own[0][at.L_AT])) * 1e9
        flow = system.flows[int(own[0][at.L_WHERE])]
        yield _line(system, flow, events_of(system, np.array(own)), seed, number, round(start_ns))


def _line(system: System, flow: str, events: tuple[Event, ...], seed: int, number: int, start_ns: int) -> str:
    trace_id = f"{seed & (2**64 - 1):016x}{number + 1:016x}"
    spans: dict[int, list[Event]] = {}
    for event in events:
        spans.setdefault(event.span, []).append(event)
    last_ms = max(event.at_ms for event in events)
    resources: dict[str, list[dict[str, Any]]] = {}
    for span, own in spans.items():
        end = next((event for event in reversed(own) if event.what in _ENDS), None)
        failed = end is None or end.what in _FAILED
        service = own[0].component or DOOR
        told: dict[str, Any] = {
            "traceId": trace_id,
            "spanId": f"{span + 1:016x}",
            "name": flow if span == 0 else _call_name(system, own[0].call),
            "kind": _SERVER,
            "startTimeUnixNano": _ns(start_ns, own[0].at_ms),
            "endTimeUnixNano": _ns(start_ns, last_ms if end is None else end.at_ms),
            "attributes": _attributes({"flow": flow}),
            "events": [
                {
                    "timeUnixNano": _ns(start_ns, event.at_ms),
                    "name": event.what.value,
                    "attributes": _attributes(
                        ({} if event.for_ms is None else {"for_ms": event.for_ms})
                        | ({"component": event.component} if event.component not in ("", service) else {})
                    ),
                }
                for event in own[1:]
            ],
            "status": {"code": _ERROR if failed else _OK},
        }
        if span > 0:
            told["parentSpanId"] = f"{own[0].parent + 1:016x}"
        resources.setdefault(service, []).append(told)
    return json.dumps(
        {
            "resourceSpans": [
                {
                    "resource": {"attributes": _attributes({"service.name": service})},
                    "scopeSpans": [{"scope": {"name": "tradespace.simulation"}, "spans": own}],
                }
                for service, own in resources.items()
            ]
        },
        separators=(",", ":"),
    )


def _call_name(system: System, call: int) -> str:
    """The name of a call as paths have it."""
    from models.scenario.flow import calls
    from models.scenario.paths import call_name

    node = system.nodes[call]
    written = list(calls(system.scenario.flows[system.flows[node.flow]].trace))
    return call_name(written[node.position])


def _ns(start_ns: int, at_ms: float) -> str:
    return str(start_ns + round(at_ms * _NS_PER_MS))


def _attributes(values: dict[str, str | float]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"stringValue": value} if isinstance(value, str) else {"doubleValue": value}}
        for key, value in values.items()
    ]
