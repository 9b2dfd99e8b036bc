"""Spans as they are read, and the table that holds many of them: what isn't used isn't kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


class SpanKind(IntEnum):
    """The side of a call that a span is told from (OpenTelemetry's kinds)."""

    UNKNOWN = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


class Peer(IntEnum):
    """What a span's attributes say of the other side."""

    UNKNOWN = 0
    CACHE = 1
    STORE = 2
    QUEUE = 3
    EXTERNAL = 4


class Span(NamedTuple):
    """One span of a trace.

    Attributes:
        trace: Id of its trace.
        id: Its own.
        parent: That of its parent; empty where it has none.
        service: The service that told it.
        operation: What was done: its name.
        kind: The side it is told from.
        start_ns: When it began, ns since 1970.
        end_ns: When it ended, ns since 1970.
        is_error: Whether it failed.
        peer: What the other side is.
        peer_name: A name of the other side that may be told; empty where there is none.
        instance: The copy of the service; empty where it isn't known.
        is_linked: Whether its parent didn't wait for it (a link, or FOLLOWS_FROM).
        sampled: Share of the traces that were kept, as the span itself says; NaN where it doesn't.
    """

    trace: str
    id: str
    parent: str
    service: str
    operation: str
    kind: SpanKind
    start_ns: int
    end_ns: int
    is_error: bool = False
    peer: Peer = Peer.UNKNOWN
    peer_name: str = ""
    instance: str = ""
    is_linked: bool = False
    sampled: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class SpanTable:
    """Spans as columns, sorted by trace and then by their beginning; `(n,)` each.

    Attributes:
        trace: Number of the trace, from 0 on.
        parent: Row of the parent; -1 = none is named, -2 = one is named that isn't there.
        service: Its place in `names`, as of `operation`, `peer_name` and `instance`.
        operation: As above.
        kind: `SpanKind`.
        start_ns: When it began, ns since 1970.
        end_ns: When it ended.
        is_error: Whether it failed.
        peer: `Peer`.
        peer_name: As above.
        instance: As above.
        is_linked: Whether its parent didn't wait for it.
        sampled: Share of the traces that were kept; NaN where it isn't told.
        names: All texts, each once.
        repeated: Spans that stood more than once, and count once.
    """

    trace: Whole
    parent: Whole
    service: Whole
    operation: Whole
    kind: Whole
    start_ns: Whole
    end_ns: Whole
    is_error: NDArray[np.bool_]
    peer: Whole
    peer_name: Whole
    instance: Whole
    is_linked: NDArray[np.bool_]
    sampled: NDArray[np.float64]
    names: tuple[str, ...]
    repeated: int

    def __len__(self) -> int:
        return int(self.trace.size)

    @property
    def traces(self) -> int:
        """Number of traces."""
        return int(self.trace[-1]) + 1 if len(self) else 0

    @property
    def duration_s(self) -> NDArray[np.float64]:
        """How long each lasted, s."""
        return np.asarray((self.end_ns - self.start_ns) * 1e-9)


@dataclass(slots=True)
class _Texts:
    known: dict[str, int] = field(default_factory=dict)

    def place(self, text: str) -> int:
        return self.known.setdefault(text, len(self.known))


#: Columns of whole numbers of a span while it is read, and those that hold ids.
_WHOLE = (
    "service",
    "operation",
    "kind",
    "start_ns",
    "end_ns",
    "is_error",
    "peer",
    "peer_name",
    "instance",
    "is_linked",
)
_IDS = ("trace", "own", "above")


def span_table(spans: Iterable[Span]) -> SpanTable:
    """The table of spans, in whatever order they come.

    A span that stands twice counts once. Client and server may share an id (Zipkin): they are told apart by
    their side, and the server's parent is the client then. Ids are kept as 64 bits of their hash.
    """
    texts = _Texts()
    columns = {name: array("q") for name in (*_WHOLE, *_IDS)}
    sampled = array("d")
    for span in spans:
        told = (
            texts.place(span.service),
            texts.place(span.operation),
            span.kind,
            span.start_ns,
            span.end_ns,
            span.is_error,
            span.peer,
            texts.place(span.peer_name),
            texts.place(span.instance),
            span.is_linked,
            _number(span.trace),
            _number(f"{span.trace} {span.id}"),
            _number(f"{span.trace} {span.parent}") if span.parent else 0,
        )
        for column, value in zip(columns.values(), told, strict=True):
            column.append(value)
        sampled.append(span.sampled)
    found = {name: np.frombuffer(column, dtype=np.int64) for name, column in columns.items()}
    return _table(found, np.frombuffer(sampled, dtype=np.float64), tuple(texts.known))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


def _table(told: dict[str, Whole], sampled: NDArray[np.float64], names: tuple[str, ...]) -> SpanTable:
    """Each span once, traces together, parents by their row."""
    is_client = (told["kind"] == SpanKind.CLIENT).astype(np.int64)
    first = np.unique(np.stack([told["own"], is_client]), axis=1, return_index=True)[1]
    traces, trace = np.unique(told["trace"][first], return_inverse=True)
    order = first[np.lexsort((told["start_ns"][first], trace))]
    trace = np.searchsorted(traces, told["trace"][order])
    column = {name: values[order] for name, values in told.items()}
    return SpanTable(
        trace=trace.astype(np.int64),
        parent=_parents(column["own"], column["above"], column["kind"] == SpanKind.CLIENT),
        service=column["service"],
        operation=column["operation"],
        kind=column["kind"],
        start_ns=column["start_ns"],
        end_ns=column["end_ns"],
        is_error=column["is_error"] > 0,
        peer=column["peer"],
        peer_name=column["peer_name"],
        instance=column["instance"],
        is_linked=column["is_linked"] > 0,
        sampled=sampled[order],
        names=names,
        repeated=int(told["own"].size - order.size),
    )


def _parents(own: Whole, above: Whole, is_client: NDArray[np.bool_]) -> Whole:
    """Row of each span's parent; -1 = none is named, -2 = one is named that isn't there."""
    rows = np.arange(own.size)
    found = np.where(above == 0, -1, -2)
    # Who is called under a shared id is called by its server's side, and that by the client's.
    for side in (True, False):
        place = _row_of(own[is_client == side], rows[is_client == side], above)
        found = np.where((above != 0) & (place >= 0) & (place != rows), place, found)
    shared = _row_of(own[is_client], rows[is_client], own)
    return np.asarray(np.where(~is_client & (shared >= 0), shared, found), dtype=np.int64)


def _row_of(ids: Whole, rows: Whole, wanted: Whole) -> Whole:
    """The row of each wanted id; -1 where it isn't there."""
    if not ids.size:
        return np.full(wanted.size, -1, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    place = np.minimum(np.searchsorted(ids[order], wanted), ids.size - 1)
    return np.where(ids[order][place] == wanted, rows[order][place], -1)
