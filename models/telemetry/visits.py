"""Visits of components: what the spans on both sides of a call, and those within a service, come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models.telemetry.span import Peer, SpanKind, SpanTable

Whole = NDArray[np.int64]

_CALLERS = (SpanKind.CLIENT, SpanKind.PRODUCER)
_SERVED = (SpanKind.SERVER, SpanKind.CONSUMER)


class Source(IntEnum):
    """How a component is known."""

    TOLD = 0
    """Its own spans, or attributes of those who call it."""
    GUESSED = 1
    """Only that somebody calls something: no span of its own, and no attribute."""


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """One attempt of one call each, `(v,)`; callers come before what they call.

    Attributes:
        trace: Number of the trace.
        caller: The visit that calls it; -1 = users do.
        component: Its place in `components`.
        operation: Its place in the names of the spans.
        called_ns: When the caller began to wait, ns since 1970, by the caller's clock.
        answered_ns: When the caller had its answer.
        began_ns: When it was begun, by the clock of the component (as `called_ns` where it tells no span).
        ended_ns: When it was done.
        failed: Whether it failed, as its caller sees it.
        is_async: Whether nobody waited for it.
        components: Name and kind of each component, and how it is known.
        orphans: Visits whose caller is named and isn't there: they count as called by users.
    """

    trace: Whole
    caller: Whole
    component: Whole
    operation: Whole
    called_ns: Whole
    answered_ns: Whole
    began_ns: Whole
    ended_ns: Whole
    failed: NDArray[np.bool_]
    is_async: NDArray[np.bool_]
    components: tuple[tuple[str, Peer, Source], ...]
    orphans: int

    def __len__(self) -> int:
        return int(self.trace.size)


def visits_of(table: SpanTable) -> Visits:
    """The visits of a table of spans.

    A service is visited where a span of it is told as served, or has its parent elsewhere. A client span and
    what it calls are one visit. A client span under which nothing was told is a visit of the other side.
    """
    entry = _entries(table)
    order = _parents_first(table)
    has_entry = np.zeros(len(table), dtype=np.bool_)
    below = np.flatnonzero(entry & (table.parent >= 0))
    has_entry[table.parent[below]] = True
    is_leaf = np.isin(table.kind, _CALLERS) & ~has_entry
    found = _Builder(table)
    owner = np.full(len(table), -1, dtype=np.int64)
    for row in order:
        parent = int(table.parent[row])
        above = int(owner[parent]) if parent >= 0 else -1
        if entry[row]:
            is_called = parent >= 0 and table.kind[parent] in _CALLERS
            owner[row] = found.served(int(row), parent if is_called else -1, above)
        else:
            owner[row] = above
        if is_leaf[row]:
            found.told_by_caller(int(row), int(owner[row]))
    return found.visits()


def _entries(table: SpanTable) -> NDArray[np.bool_]:
    """Spans with which a visit begins."""
    has_parent = table.parent >= 0
    elsewhere = has_parent & (table.service != table.service[np.maximum(table.parent, 0)])
    return np.asarray(np.isin(table.kind, _SERVED) | ~has_parent | elsewhere)


def _parents_first(table: SpanTable) -> Whole:
    """Rows in an order in which parents come before their children; in circles nobody comes first."""
    depth = np.zeros(len(table), dtype=np.int64)
    above = table.parent.copy()
    while np.any(rising := above >= 0):
        depth[rising] += 1
        above[rising] = table.parent[above[rising]]
        if depth.max(initial=0) > MOST_DEPTH:
            depth[depth > MOST_DEPTH] = MOST_DEPTH
            break
    return np.asarray(np.argsort(depth, kind="stable"), dtype=np.int64)


#: Calls under each other that are followed.
MOST_DEPTH = 200


class _Builder:
    """Visits one by one."""

    def __init__(self, table: SpanTable) -> None:
        self._table = table
        self._rows: list[tuple[int, ...]] = []
        self._components: dict[tuple[str, Peer, Source], int] = {}
        self._orphans = 0

    def served(self, row: int, client: int, above: int) -> int:
        """A visit that its component told, called by a client span where there is one."""
        t = self._table
        self._orphans += int(t.parent[row] == -2)
        side = client if client >= 0 else row
        is_async = bool(t.is_linked[row]) or (client >= 0 and t.kind[client] == SpanKind.PRODUCER)
        name = t.names[t.service[row]]
        failed = bool(t.is_error[row] or (client >= 0 and t.is_error[client]))
        return self._add(row, above, (name, Peer.UNKNOWN, Source.TOLD), side, failed, is_async)

    def told_by_caller(self, row: int, above: int) -> None:
        """A visit of which only the caller told."""
        t = self._table
        peer, named = Peer(int(t.peer[row])), t.names[t.peer_name[row]]
        source = Source.GUESSED if peer is Peer.UNKNOWN else Source.TOLD
        kind = Peer.EXTERNAL if peer is Peer.UNKNOWN else peer
        name = named or f"{t.names[t.service[row]]}-{kind.name.lower()}"
        is_async = t.kind[row] == SpanKind.PRODUCER
        self._add(row, above, (name, kind, source), row, bool(t.is_error[row]), bool(is_async))

    def _add(
        self, row: int, above: int, of: tuple[str, Peer, Source], side: int, failed: bool, is_async: bool
    ) -> int:
        t = self._table
        component = self._components.setdefault(of, len(self._components))
        ends = (t.start_ns[side], t.end_ns[side], t.start_ns[row], t.end_ns[row])
        self._rows.append(
            (
                int(t.trace[row]),
                above,
                component,
                int(t.operation[row]),
                *(int(x) for x in ends),
                int(failed),
                int(is_async),
            )
        )
        return len(self._rows) - 1

    def visits(self) -> Visits:
        """All of them."""
        columns = np.array(self._rows, dtype=np.int64).reshape(-1, 10).T
        return Visits(
            trace=columns[0],
            caller=columns[1],
            component=columns[2],
            operation=columns[3],
            called_ns=columns[4],
            answered_ns=columns[5],
            began_ns=columns[6],
            ended_ns=columns[7],
            failed=columns[8] > 0,
            is_async=columns[9] > 0,
            components=tuple(self._components),
            orphans=self._orphans,
        )
