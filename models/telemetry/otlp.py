"""OTLP JSON: what the OpenTelemetry collector's file exporter writes, as one document or a line each."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from models.telemetry.attributes import instance_of, is_error, peer_of, sampled_share
from models.telemetry.span import Span, SpanKind

_HEX = re.compile(r"[0-9a-fA-F]+")
_KINDS = {f"SPAN_KIND_{kind.name}": kind for kind in SpanKind} | {"SPAN_KIND_UNSPECIFIED": SpanKind.UNKNOWN}
#: OTLP counts internal, server, client, producer, consumer from 1 on, as `SpanKind` does.
_FAILED = 2


def spans(part: Mapping[str, Any]) -> Iterator[Span | None]:
    """Spans of one element of `resourceSpans`; None for one that lacks what a span must have."""
    attributes = _told((part.get("resource") or {}).get("attributes"))
    service, instance = str(attributes.get("service.name") or ""), instance_of(attributes)
    for scope in part.get("scopeSpans") or part.get("instrumentationLibrarySpans") or ():
        for span in scope.get("spans") or ():
            try:
                yield _span(span, service, instance)
            except (KeyError, TypeError, ValueError, AttributeError):
                yield None


def _span(span: Mapping[str, Any], service: str, instance: str) -> Span:
    own = _told(span.get("attributes"))
    peer, name = peer_of(own)
    parent = span.get("parentSpanId") or ""
    return Span(
        trace=_id(span["traceId"]),
        id=_id(span["spanId"]),
        parent=_id(parent) if parent else "",
        service=service,
        operation=str(span.get("name") or ""),
        kind=_kind(span.get("kind")),
        start_ns=int(span["startTimeUnixNano"]),
        end_ns=int(span["endTimeUnixNano"]),
        is_error=_failed(span.get("status") or {}),
        peer=peer,
        peer_name=name,
        instance=instance,
        is_linked=not parent and bool(span.get("links")),
        sampled=sampled_share(span.get("traceState")),
    )


def _told(attributes: Any) -> dict[str, object]:
    """Attributes by name; a value is a text, a number or a switch, all else is left out."""
    found: dict[str, object] = {}
    for one in attributes or ():
        value = one.get("value") or {}
        for told in value.values():
            if isinstance(told, (str, int, float, bool)):
                found[str(one["key"])] = told
    return found


def _id(text: str) -> str:
    """Ids are hex digits; older writers encode their bytes in base 64."""
    if _HEX.fullmatch(text):
        return text.lower()
    return base64.b64decode(text, validate=True).hex()


def _kind(told: object) -> SpanKind:
    if isinstance(told, str):
        return _KINDS.get(told, SpanKind.UNKNOWN)
    return SpanKind(told) if isinstance(told, int) and 0 <= told <= max(SpanKind) else SpanKind.UNKNOWN


def _failed(status: Mapping[str, Any]) -> bool:
    code = status.get("code")
    return code == _FAILED or is_error(code if isinstance(code, str) else "")
