"""Zipkin v2 JSON: a list of spans, or a list of traces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.telemetry.attributes import peer_of
from models.telemetry.span import Peer, Span, SpanKind

_NS_PER_US = 1000
_KINDS = {kind.name: kind for kind in SpanKind}


def spans(told: Mapping[str, Any]) -> Iterator[Span | None]:
    """The span of one element; None where it lacks a time stamp or a duration, and can't be placed."""
    try:
        yield _span(told)
    except (KeyError, TypeError, ValueError, AttributeError):
        yield None


def _span(told: Mapping[str, Any]) -> Span:
    tags = told.get("tags") or {}
    peer, name = peer_of(tags)
    remote = (told.get("remoteEndpoint") or {}).get("serviceName")
    if remote and peer is Peer.UNKNOWN:
        peer, name = peer_of({"peer.service": remote})
    begin = int(told["timestamp"]) * _NS_PER_US
    return Span(
        trace=str(told["traceId"]).rjust(32, "0").lower(),
        id=str(told["id"]).lower(),
        parent=str(told.get("parentId") or "").lower(),
        service=str((told.get("localEndpoint") or {}).get("serviceName") or ""),
        operation=str(told.get("name") or ""),
        kind=_KINDS.get(str(told.get("kind") or ""), SpanKind.UNKNOWN),
        start_ns=begin,
        end_ns=begin + int(told["duration"]) * _NS_PER_US,
        is_error="error" in tags,
        peer=peer,
        peer_name=name,
    )
