"""What is answered while replicas and zones are lost, state by state."""

from __future__ import annotations

from models.evaluation import AVAILABILITY
from models.simulation.readings import Interval, StateReading
from optimizer.resilience.lost_replicas import LostReplicas
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, joined, text

_UNIT = AVAILABILITY.shown_unit


def lost_replicas(found: LostReplicas) -> Section:
    """The states with their probability, and what is answered over all of them."""
    states, flows = found.found.states, [one.of for one in found.compared]
    head = ("what is lost", "share of the time", *(f"{name}: answered" for name in flows))
    rows = tuple((_lost(state), Number(state.probability, _UNIT), *_answered(state)) for state in states)
    whole = tuple((one.of, Number(one.predicted, _UNIT), *_both(one.simulated)) for one in found.compared)
    unseen = Number(found.found.unseen, "fraction")
    told = text(
        "Each state is simulated by itself and weighted with its share of the time. All other states together"
        " take ",
        unseen,
        " of the time: the interval counts them as all failed and as all answered.",
    )
    blocks: list[Block] = [
        Paragraph(told),
        Table("states", f"States of replicas and zones ({found.phase})", head, rows),
        Table(
            "over-states",
            "Answered over all states: predicted, and simulated",
            ("flow", "predicted", "simulated", "interval"),
            whole,
        ),
    ]
    return Section("lost-replicas", "Replicas and zones that are lost", tuple(blocks))


def _lost(state: StateReading) -> Text:
    """What is left of each component that lost replicas."""
    if not state.lost.left:
        return text("nothing")
    return joined(
        [text(f"{name}: ", Number(float(left), "count"), " left") for name, left in state.lost.left]
    )


def _answered(state: StateReading) -> tuple[Cell, ...]:
    return tuple(
        "too little seen" if flow.success is None else Number(flow.success.value, _UNIT)
        for flow in state.found.flows
    )


def _both(simulated: Interval | None) -> tuple[Cell, Cell]:
    if simulated is None:
        return "too little seen", None
    return (
        Number(simulated.value, _UNIT),
        text(Number(simulated.low, _UNIT), " to ", Number(simulated.high, _UNIT)),
    )
