"""A table of spans (CSV): a row each, with the names of its columns in the first line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from models.errors import TelemetryError
from models.telemetry.attributes import is_error
from models.telemetry.span import Span, SpanKind

#: What a column may be called, by what it holds; all but the last three must be there.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "trace": ("trace_id", "traceid", "trace"),
    "id": ("span_id", "spanid", "id"),
    "parent": ("parent_span_id", "parent_id", "parentspanid", "parentid", "parent"),
    "service": ("service", "service_name", "servicename"),
    "operation": ("operation", "operation_name", "operationname", "name"),
    "start": ("start_ns", "start_us", "start_ms", "start_s"),
    "duration": ("duration_ns", "duration_us", "duration_ms", "duration_s"),
    "kind": ("kind", "span_kind"),
    "error": ("error", "is_error", "status"),
    "instance": ("instance", "pod", "podname"),
}
_MAY_LACK = ("kind", "error", "instance")
_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_KINDS = {kind.name.lower(): kind for kind in SpanKind}


def spans(stream: IO[bytes]) -> Iterator[Span]:
    """Spans of a table.

    Raises:
        TelemetryError: A column is missing, or a row can't be read: which, and what is allowed.
    """
    rows = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))
    places = _places(rows.fieldnames or ())
    start, duration = (_NS[places[key].rsplit("_", 1)[1]] for key in ("start", "duration"))
    for row in rows:
        told = {key: (row.get(name) or "").strip() for key, name in places.items()}
        try:
            begin = (
                round(float(told["start"]) * start) if "." in told["start"] else int(told["start"]) * start
            )
            lasts = round(float(told["duration"]) * duration)
        except ValueError as error:
            raise TelemetryError(f"line {rows.line_num}: {error}; start and duration are numbers") from error
        yield Span(
            trace=told["trace"],
            id=told["id"],
            parent=told["parent"],
            service=told["service"],
            operation=told["operation"],
            kind=_KINDS.get(told.get("kind", "").lower(), SpanKind.UNKNOWN),
            start_ns=begin,
            end_ns=begin + lasts,
            is_error=is_error(told.get("error", "")),
            instance=told.get("instance", ""),
        )


def _places(names: Sequence[str]) -> dict[str, str]:
    """The file's name of each column."""
    told = {name.strip().lower(): name for name in names}
    found = {
        key: told[next(name for name in known if name in told)]
        for key, known in COLUMNS.items()
        if any(name in told for name in known)
    }
    missing = [key for key in COLUMNS if key not in found and key not in _MAY_LACK]
    if missing:
        lacks = "; ".join(f"{key}: one of {', '.join(COLUMNS[key])}" for key in missing)
        raise TelemetryError(
            f"a table of spans lacks columns ({lacks}); found: {', '.join(sorted(told)) or 'none'}"
        )
    return found
