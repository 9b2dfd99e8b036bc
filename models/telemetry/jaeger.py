"""Jaeger JSON: what its query API answers and its page saves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from models.telemetry.attributes import instance_of, is_error, peer_of
from models.telemetry.span import Span, SpanKind

_NS_PER_US = 1000
_KINDS = {kind.name.lower(): kind for kind in SpanKind}


def spans(trace: Mapping[str, Any]) -> Iterator[Span | None]:
    """Spans of one trace, an element of `data`; None for one that lacks what a span must have."""
    processes = trace.get("processes") or {}
    for span in trace.get("spans") or ():
        try:
            yield _span(span, processes.get(span.get("processID")) or span.get("process") or {})
        except (KeyError, TypeError, ValueError, AttributeError):
            yield None


def _span(span: Mapping[str, Any], process: Mapping[str, Any]) -> Span:
    tags, own = _told(span.get("tags")), _told(process.get("tags"))
    peer, name = peer_of(tags)
    parent, is_linked = _parent(span)
    begin = int(span["startTime"]) * _NS_PER_US
    return Span(
        trace=str(span["traceID"]),
        id=str(span["spanID"]),
        parent=parent,
        service=str(process.get("serviceName") or ""),
        operation=str(span.get("operationName") or ""),
        kind=_KINDS.get(str(tags.get("span.kind", "")).lower(), SpanKind.UNKNOWN),
        start_ns=begin,
        end_ns=begin + int(span["duration"]) * _NS_PER_US,
        is_error=is_error(tags.get("error")) or is_error(tags.get("otel.status_code")),
        peer=peer,
        peer_name=name,
        instance=instance_of(own),
        is_linked=is_linked,
        sampled=_sampled(tags),
    )


def _told(tags: Any) -> dict[str, object]:
    return {str(tag["key"]): tag.get("value") for tag in tags or ()}


def _parent(span: Mapping[str, Any]) -> tuple[str, bool]:
    """The parent, and whether it didn't wait: of several references that of a child counts."""
    references = span.get("references") or ()
    for reference in references:
        if reference.get("refType") == "CHILD_OF":
            return str(reference["spanID"]), False
    if references:
        return str(references[0]["spanID"]), True
    return str(span.get("parentSpanID") or ""), False


def _sampled(tags: Mapping[str, object]) -> float:
    """Share of the traces that are kept: only a probabilistic sampler tells one."""
    told = tags.get("sampler.param")
    if tags.get("sampler.type") == "probabilistic" and isinstance(told, (int, float)) and 0.0 < told <= 1.0:
        return float(told)
    return math.nan
