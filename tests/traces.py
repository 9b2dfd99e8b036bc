"""Traces of a system that is known, as the formats write them: what a reader must find."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: 2026-01-01, in ns since 1970.
EPOCH_NS = 1_767_225_600_000_000_000


@dataclass(frozen=True)
class Told:
    """A span as the test knows it; `attributes` as the format's own."""

    trace: str
    id: str
    parent: str
    service: str
    operation: str
    kind: str
    start_ns: int
    end_ns: int
    failed: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)


def shop_traces(n: int, seed: int = 1) -> list[Told]:
    """A shop's front page: web asks two services at the same time, and then its database."""
    rng = np.random.default_rng(seed)
    found: list[Told] = []
    at = EPOCH_NS
    for number in range(n):
        at += int(rng.exponential(20e6))
        trace = f"{number + 1:032x}"
        own = iter(range(1, 100))

        def span(parent: str, service: str, name: str, kind: str, begin: int, lasts: int, **told: Any) -> str:
            told_id = f"{number + 1:08x}{next(own):08x}"  # noqa: B023
            found.append(Told(trace, told_id, parent, service, name, kind, begin, begin + lasts, **told))  # noqa: B023
            return told_id

        quick, slow, asked = (int(x) for x in rng.gamma(4.0, 0.25, 3) * [8e6, 20e6, 5e6])
        root = span("", "web", "GET /", "server", at, 4_000_000 + max(quick, slow) + asked)
        begin = at + 2_000_000
        for service, lasts in (("stock", quick), ("price", slow)):
            client = span(root, "web", f"ask {service}", "client", begin, lasts)
            span(client, service, f"GET /{service}", "server", begin + 100_000, lasts - 200_000)
        begin += max(quick, slow)
        span(root, "web", "SELECT", "client", begin, asked, attributes={"db.system": "postgresql"})
    return found


def as_otlp(spans: list[Told], lines: bool = False) -> bytes:
    """A document of OTLP JSON, or one for each service on a line of its own."""
    kinds = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
    parts = []
    for service in sorted({span.service for span in spans}):
        told = [
            {
                "traceId": span.trace,
                "spanId": span.id,
                "parentSpanId": span.parent,
                "name": span.operation,
                "kind": kinds[span.kind],
                "startTimeUnixNano": str(span.start_ns),
                "endTimeUnixNano": str(span.end_ns),
                "status": {"code": 2} if span.failed else {},
                "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in span.attributes.items()],
            }
            for span in spans
            if span.service == service
        ]
        named = [{"key": "service.name", "value": {"stringValue": service}}]
        parts.append({"resource": {"attributes": named}, "scopeSpans": [{"spans": told}]})
    if lines:
        return b"\n" + b"\n".join(json.dumps({"resourceSpans": [part]}).encode() for part in parts)
    return json.dumps({"resourceSpans": parts}, indent=1).encode()


def as_jaeger(spans: list[Told]) -> bytes:
    """What Jaeger's API answers."""
    traces = []
    for trace in sorted({span.trace for span in spans}):
        own = [span for span in spans if span.trace == trace]
        services = sorted({span.service for span in own})
        traces.append(
            {
                "traceID": trace,
                "processes": {f"p{i}": {"serviceName": name} for i, name in enumerate(services)},
                "spans": [
                    {
                        "traceID": trace,
                        "spanID": span.id,
                        "operationName": span.operation,
                        "references": [{"refType": "CHILD_OF", "traceID": trace, "spanID": span.parent}]
                        if span.parent
                        else [],
                        "startTime": span.start_ns // 1000,
                        "duration": (span.end_ns - span.start_ns) // 1000,
                        "tags": [
                            {"key": "span.kind", "value": span.kind},
                            *({"key": k, "value": v} for k, v in span.attributes.items()),
                            *([{"key": "error", "value": True}] if span.failed else []),
                        ],
                        "processID": f"p{services.index(span.service)}",
                    }
                    for span in own
                ],
            }
        )
    return json.dumps({"data": traces, "total": 0}).encode()


def as_zipkin(spans: list[Told]) -> bytes:
    """A list of spans, as Zipkin v2 has them."""
    return json.dumps(
        [
            {
                "traceId": span.trace,
                "id": span.id,
                **({"parentId": span.parent} if span.parent else {}),
                "name": span.operation,
                "kind": span.kind.upper(),
                "timestamp": span.start_ns // 1000,
                "duration": (span.end_ns - span.start_ns) // 1000,
                "localEndpoint": {"serviceName": span.service},
                "tags": span.attributes | ({"error": "true"} if span.failed else {}),
            }
            for span in spans
        ]
    ).encode()


def as_table(spans: list[Told]) -> bytes:
    """A table of spans."""
    stream = io.StringIO()
    rows = csv.writer(stream)
    rows.writerow(
        [
            "TraceID",
            "SpanID",
            "ParentID",
            "Service",
            "OperationName",
            "Kind",
            "start_ns",
            "duration_ns",
            "error",
        ]
    )
    for span in spans:
        told = (span.trace, span.id, span.parent, span.service, span.operation, span.kind, span.start_ns)
        rows.writerow([*told, span.end_ns - span.start_ns, str(span.failed).lower()])
    return stream.getvalue().encode()


WRITERS = {"otlp": as_otlp, "jaeger": as_jaeger, "zipkin": as_zipkin, "table": as_table}
