"""One request of each flow, followed through a simulation: what happened to it, and when."""

from __future__ import annotations

from collections.abc import Sequence

from models.simulation.trace import Event, Happening
from optimizer.sections.content import Block, Cell, Number, Paragraph, Table, text

#: What happens, in words.
_WORDS: dict[Happening, str] = {
    Happening.REQUEST: "the request comes",
    Happening.SHED: "turned away at the door",
    Happening.ATTEMPT: "called",
    Happening.REFUSED: "turned away",
    Happening.BREAKER_OPEN: "not called: the breaker is open",
    Happening.BULKHEAD_FULL: "not called: the bulkhead is full",
    Happening.WAIT: "waits for a slot",
    Happening.SERVICE: "is served",
    Happening.SERVED: "answers",
    Happening.ERROR: "fails",
    Happening.NETWORK: "on the network, there and back",
    Happening.QUORUM: "waits for a quorum",
    Happening.HIT: "found in the cache",
    Happening.MISS: "not in the cache",
    Happening.JOINED_LOAD: "waits for a load that is under way",
    Happening.TIMED_OUT: "given up as late",
    Happening.RETRY: "pauses before the next attempt",
    Happening.FALLBACK: "the fallback answers",
    Happening.GIVEN_UP: "fails after its last attempt",
    Happening.DONE: "is done",
    Happening.FAILED: "fails",
}
#: The same of the request itself.
_OF_THE_REQUEST = {Happening.DONE: "the request is answered", Happening.FAILED: "the request fails"}


def simulated_requests(followed: Sequence[tuple[str, Sequence[Event]]], *, phase: str) -> tuple[Block, ...]:
    """What happened to a request of each flow.

    Args:
        followed: Names of flows, each with what happened to its request.
        phase: The phase in which it came.
    """
    blocks: list[Block] = [Paragraph(text(f"One request of each flow, simulated in the phase {phase}:"))]
    head = ("at", "attempt", "component", "what happens", "for")
    for flow, events in followed:
        caption = f"A request of {flow}, from its arrival on"
        blocks.append(
            Table(f"request-{flow}", caption, head, tuple(_row(event) for event in events), is_headed=False)
        )
    return tuple(blocks)


def _row(event: Event) -> tuple[Cell, ...]:
    lasts = None if event.for_ms is None else Number(event.for_ms, "ms")
    if event.span:
        return (Number(event.at_ms, "ms"), str(event.span), event.component, _WORDS[event.what], lasts)
    words = _OF_THE_REQUEST.get(event.what, _WORDS[event.what])
    return (Number(event.at_ms, "ms"), "", "", words, lasts)
