"""One design with everything in between: dimensions, limits, what goes on in each phase, money and points."""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.evaluation import COMPLEXITY, COST, DIMENSIONS
from optimizer.model import Bound
from optimizer.phrases import breach, excess_text, has_amount, written
from optimizer.sections.content import Block, Cell, Number, Paragraph, Section, Table, Text, joined, text
from optimizer.sections.reliance import warnings_of
from optimizer.sections.wording import limit_label

_COMPONENT = (
    ("arrivals", "arrivals_per_s", "requests/s"),
    ("utilisation", "utilisation", "fraction"),
    ("wait", "wait_ms", "ms"),
    ("response", "response_ms", "ms"),
    ("p50", "p50_ms", "ms"),
    ("p99", "p99_ms", "ms"),
    ("blocked", "blocked_share", "fraction"),
    ("late", "timeout_share", "fraction"),
)
_FLOW = (
    ("requests", "rate", "requests/s"),
    ("response", "response_ms", "ms"),
    ("p50", "p50_ms", "ms"),
    ("p99", "p99_ms", "ms"),
    ("answered", "success_share", "fraction"),
    ("fresh", "fresh_share", "fraction"),
)


def evaluate(told: Mapping[str, object], limits: Mapping[str, Bound]) -> Section:
    """One design with everything in between.

    Args:
        told: What `models.explanation.explain.explain` knows of it.
        limits: Where limits stand.
    """
    scenario = _dict(told["scenario"])
    design = [text(f"{name} = {written(value)}") for name, value in _dict(told["design"]).items()]
    blocks: list[Block] = [
        Paragraph(
            text("The design: ", *(joined(design, last=", ") or text("nothing is to be decided")), ".")
        ),
        _dimensions(_dict(told["dimensions"])),
        _limits(told["limits"], limits),
    ]
    for entry in _list(told["phases"]):
        blocks += _phase(_dict(entry))
    blocks += [_cost(_dict(told[COST.name])), *_complexity(_dict(told[COMPLEXITY.name]))]
    blocks += _emergence(_dict(told["emergence"]))
    if _real(told.get("failover_s")) > 0.0:
        seconds, writes = _real(told["failover_s"]), _real(told["lost_writes"])
        lost: Text = text("; ", Number(writes, "count"), " writes are lost with it") if writes else ()
        blocks.append(Paragraph(text("A lost copy is asked for up to ", Number(seconds, "s"), *lost, ".")))
    blocks += _queues(told)
    if told.get("metastable"):
        metastable = "Metastable: it stays down after one push, though it looks healthy."
        blocks.append(Paragraph(text(metastable), "warning"))
    blocks += [
        Paragraph(warning, "warning")
        for warning in warnings_of(_real(told.get("unsure")), _real(told.get("tips_over")))
    ]
    return Section("evaluate", str(scenario["title"] or scenario["name"]), tuple(blocks))


def _real(value: object) -> float:
    """A number of the answer; 0 where there is none."""
    return float(value) if isinstance(value, (int, float)) else 0.0


def _dimensions(told: Mapping[str, object]) -> Table:
    in_nines = {dimension.name for dimension in DIMENSIONS if dimension.scale == "nines"}
    rows: list[tuple[Cell, ...]] = []
    for name, entry in told.items():
        value, unit = _dict(entry)["value"], str(_dict(entry)["unit"])
        nines = Number(float(value), "nines") if name in in_nines and isinstance(value, float) else None
        rows.append((name, _number(value, unit), nines))
    return Table("dimensions", "What it reaches", ("dimension", "value", "in nines"), tuple(rows))


def _limits(told: object, limits: Mapping[str, Bound]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for entry in _list(told):
        limit = _dict(entry)
        name, over = str(limit["name"]), limit["excess"]
        room: Cell = None
        if isinstance(over, (int, float)) and has_amount(name):
            room = f"room {excess_text(name, -over)}" if over else "exactly at it"
            if over > 0.0:
                room = breach(limits, name, over)
        rows.append((limit_label(name), "holds" if limit["holds"] else "BROKEN", room))
    return Table("limits", "The limits", ("limit", "", "margin"), tuple(rows))


def _phase(phase: Mapping[str, object]) -> tuple[Block, ...]:
    name = str(phase["name"])
    caption = f"{name}: {_number(phase['rate'], 'requests/s')} for {_number(phase['hours'], 'h')}"
    return (
        _entries(f"components-{name}", caption, "component", phase["components"], _COMPONENT),
        *_of_kind(phase["components"], "replicas", "Copies that autoscalers let run"),
        *_of_kind(phase["components"], "backlog", "Messages that wait at the end"),
        _entries(f"flows-{name}", f"{name}, by flow", "flow", phase["flows"], _FLOW),
    )


def _of_kind(components: object, key: str, what: str) -> tuple[Block, ...]:
    """A number that only some components have."""
    found = {name: _dict(entry)[key] for name, entry in _dict(components).items() if key in _dict(entry)}
    if not found:
        return ()
    named = [text(f"{name} ", _number(value, "count")) for name, value in found.items()]
    return (Paragraph(text(f"{what}: ", *joined(named, last=", "), ".")),)


def _queues(told: Mapping[str, object]) -> tuple[Block, ...]:
    """What waits in queues of messages at the worst; nothing where there are none."""
    if "backlog" not in told:
        return ()
    backlog = _number(told["backlog"], "count")
    waits = _number(told["message_age_s"], "s")
    drains = _number(told["drain_s"], "s")
    never = told["drain_s"] is None
    end: Text = ("; the queue never drains",) if never else text("; drained ", drains, " after that")
    return (
        Paragraph(text("Up to ", backlog, " messages wait in a queue, the longest for ", waits, *end, ".")),
    )


def _entries(
    name: str, caption: str, kind: str, entries: object, shown: tuple[tuple[str, str, str], ...]
) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (what, *(_number(_dict(entry)[key], unit) for _, key, unit in shown))
        for what, entry in _dict(entries).items()
    )
    return Table(name, caption, (kind, *(head for head, _, _ in shown)), rows)


def _cost(told: Mapping[str, object]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, value in told.items():
        parts = value.items() if isinstance(value, dict) else [(None, value)]
        rows += [(name, part, _number(amount, COST.unit)) for part, amount in parts if amount != 0.0]
    return Table(COST.name, "What it costs", ("money for", "of", "amount"), tuple(rows))


def _complexity(told: Mapping[str, object]) -> tuple[Block, ...]:
    rows: list[tuple[Cell, ...]] = []
    for kind in ("income", "expenses"):
        rows += [(kind, name, _number(v, "points")) for name, v in _dict(told[kind]).items() if v != 0.0]
    left = _number(told["remaining_share"], "fraction")
    table = Table(COMPLEXITY.name, "The complexity budget", ("", "what", "amount"), tuple(rows))
    if told["warns"]:
        return table, Paragraph(text(left, " of the complexity budget is left: below 25 %."), "warning")
    return table, Paragraph(text(left, " of the complexity budget is left."))


def _emergence(told: Mapping[str, object]) -> tuple[Block, ...]:
    rows = tuple((name, _number(term, "")) for name, term in _dict(told["terms"]).items())
    score = Paragraph(text("The emergence score is ", _number(told["score"], ""), "."))
    return score, Table("emergence", "How near each part of it is", ("part", "of its threshold"), rows)


def _number(value: object, unit: str) -> Number:
    """A number of the answer; there, what is unbounded is null."""
    return Number(float(value) if isinstance(value, (int, float)) else math.inf, unit)


def _dict(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value
