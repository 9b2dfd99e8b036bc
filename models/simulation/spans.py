"""Spans of a simulated run as OTLP in JSON lines: what trace viewers open."""

from __future__ import annotations

from collections.abc import Iterator

from models.evaluation import Array
from models.system.system import System


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

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        requests: Requests that are followed, of all flows as they come.
        seed: The same seed gives the same lines.
        start_unix_s: When the simulated clock began, s after 1970-01-01.

    Raises:
        NotSimulated: It can't be simulated; says what and where.

    Source: OpenTelemetry protocol, opentelemetry/proto/trace/v1/trace.proto in its JSON mapping.
    """
    raise NotImplementedError
