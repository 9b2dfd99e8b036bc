"""The calls of each flow as a tree, with how busy each part is by phase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from models.system.system import CallNode, ChoiceNode, ParallelNode, StepNode, System
from models.units import percent, quantity
from ui.views.words import as_html

#: From here on waits grow steeply, and from here on there is no time left.
WARM, FULL = 0.70, 1.00
_STYLE = """<style>
.calls{overflow-x:auto}
.calls table{border-collapse:collapse;font-size:.92rem;width:100%}
.calls caption{text-align:left;opacity:.75;font-size:.875rem;padding-bottom:.35rem;caption-side:top}
.calls th,.calls td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid rgba(128,128,128,.28);
 vertical-align:top;font-weight:400}
.calls thead th{font-weight:600}
.calls tbody th small{opacity:.75}
.calls .busy{position:relative;min-width:5.5rem;white-space:nowrap}
.calls .bar{display:block;height:.45rem;border-radius:2px;margin-top:.2rem;background:#0072B2}
.calls .warm .bar{background:repeating-linear-gradient(45deg,#E69F00 0 4px,#8a5f00 4px 6px)}
.calls .full .bar{background:repeating-linear-gradient(90deg,#D55E00 0 3px,#7a3500 3px 5px)}
.calls .warm strong,.calls .full strong{border-bottom:2px solid currentColor}
.calls .tree{opacity:.55;font-family:monospace;white-space:pre}
</style>"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree: the call, or the head of a parallel group.

    Attributes:
        node: The call; None = the head of a group.
        depth: How far it is moved in.
        words: What stands there beside the name.
    """

    node: CallNode | None
    depth: int
    words: str


def draw_call_tree(system: System, told: Mapping[str, Any], flow: int) -> None:
    """The calls of a flow.

    Args:
        system: The system.
        told: The design, explained (`models.explanation.explain.explain`).
        flow: Position of the flow.
    """
    phases = told["phases"]
    heads = "".join(
        f'<th scope="col">{as_html(phase["name"])}<br><small>{as_html(_rate(phase))}</small></th>'
        for phase in phases
    )
    body = "".join(_line(system, phases, row) for row in rows_of(system.traces[flow]))
    caption = (
        f"How busy each part is that a request of {_flow(system, flow)} calls, phase by phase. "
        f"From {percent(WARM)} on waits grow steeply (warm), from 100 % on there is no time left (full)."
    )
    st.html(
        f'{_STYLE}<div class="calls" tabindex="0" role="region" aria-label="Calls"><table>'
        f"<caption>{as_html(caption)}</caption><thead><tr>"
        f'<th scope="col">Call</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def rows_of(steps: Sequence[StepNode], depth: int = 0) -> Iterator[Row]:
    """The lines of some steps, callers before the calls under them."""
    for step in steps:
        if isinstance(step, ParallelNode):
            yield Row(None, depth, _at_the_same_time(step))
            for branch in step.branches:
                yield from rows_of(branch, depth + 1)
        elif isinstance(step, ChoiceNode):
            yield Row(None, depth, "one of these, each for its share of the requests")
            for branch in step.branches:
                yield from rows_of(branch, depth + 1)
        else:
            yield Row(step, depth, "")
            yield from rows_of(step.then, depth + 1)


def _at_the_same_time(group: ParallelNode) -> str:
    if group.each == 1:
        return "at the same time; the slowest decides"
    many = f"{group.each} times at the same time"
    return f"{many}; {group.needed} must answer" if group.needed < group.each else f"{many}; all must answer"


def busy_words(utilisation: float | None) -> tuple[str, str]:
    """How busy a part is: `ok`, `warm` or `full`, and in words."""
    if utilisation is None:
        return "full", "no end, full"
    if utilisation >= FULL:
        return "full", f"{percent(utilisation)}, full"
    if utilisation >= WARM:
        return "warm", f"{percent(utilisation)}, warm"
    return "ok", percent(utilisation)


def name_of_call(system: System, node: CallNode) -> str:
    """A call's name for people: the component, and the call's own name where it has another."""
    component = system.components[node.component]
    label = system.parts[node.component].label or component
    own = _own_name(system, node)
    return f"{label} ({own})" if own and own != component else label


def _own_name(system: System, node: CallNode) -> str:
    from models.scenario.flow import calls

    flow = list(system.scenario.flows.values())[node.flow]
    return list(calls(flow.trace))[node.position].name or ""


def _line(system: System, phases: Sequence[Mapping[str, Any]], row: Row) -> str:
    lead = f'<span class="tree">{"   " * (row.depth - 1)}└─ </span>' if row.depth else ""
    if row.node is None:
        told = f"{lead}<small>{as_html(row.words)}</small>"
        return f'<tr><th scope="row" colspan="{len(phases) + 1}">{told}</th></tr>'
    name = system.components[row.node.component]
    cells = "".join(
        _busy(phase["components"][name]["utilisation"], system, row.node.component) for phase in phases
    )
    aside = " <small>nobody waits for it</small>" if row.node.is_async else ""
    return f'<tr><th scope="row">{lead}{as_html(name_of_call(system, row.node))}{aside}</th>{cells}</tr>'


def _busy(utilisation: float | None, system: System, component: int) -> str:
    if not system.parts[component].traits.is_ours and not utilisation:
        return "<td><small>somebody else’s</small></td>"
    kind, words = busy_words(utilisation)
    width = 100 if utilisation is None else min(100.0, 100.0 * utilisation)
    told = f"<strong>{as_html(words)}</strong>" if kind != "ok" else as_html(words)
    return f'<td class="busy {kind}">{told}<span class="bar" style="width:{width:.1f}%"></span></td>'


def _rate(phase: Mapping[str, Any]) -> str:
    return quantity(phase["rate"], "requests/s")


def _flow(system: System, flow: int) -> str:
    name = system.flows[flow]
    return system.scenario.flows[name].label or name
