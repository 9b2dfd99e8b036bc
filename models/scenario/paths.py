"""Paths: how a scenario names a parameter, and which parameters a path stands for.

    component.parameter                    web.replicas
    flows.FLOW.parameter                   flows.checkout.value_usd
    flows.FLOW.calls.CALL.parameter        flows.checkout.calls.payment.timeout_ms
    calls.CALL.parameter                   calls.payment.retries          (in every flow)
    ... .fallback.parameter                calls.search.fallback.enabled
    workload.rate                          the arrival rate of every phase
    complexity.parameter                   complexity.background_jobs
    drivers.NAME                           drivers.volume
    links.LINK.parameter                   links.atlantic.rtt_ms
    branches.BRANCH.share                  branches.by_card.share          (in every flow)
    flows.FLOW.branches.BRANCH.share       flows.checkout.branches.by_card.share

CALL is the call's own `name`, or the name of the component it calls; BRANCH the branch's own `name`, or that
of its first call.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from models.scenario.complexity import ComplexityBudget
from models.scenario.flow import Branch, Call, Fallback, Flow, branch_name, branches, calls
from models.scenario.part import Part
from models.scenario.quantity import Quantity, quantities
from models.scenario.region import Link
from models.scenario.scenario import Scenario
from models.scenario.vocabulary import meant_by

Owner = Literal["component", "flow", "call", "workload", "complexity", "driver", "link", "branch"]

#: What a path may begin with, beside the name of a component.
_HEADS = ("flows", "calls", "branches", "workload", "complexity", "drivers", "links")
_RATE = Quantity("rate", 0.0, 1e12, False, False, False, "requests/s")


class Slot(NamedTuple):
    """One parameter of one owner: the place that a path points to.

    Attributes:
        owner: What kind of thing the parameter belongs to.
        name: Its name; for a call or a branch the flow's name.
        call: Position of the call among the calls of its flow, callers first, or of the branch among its
            branches; -1 for other owners.
        parameter: Name of the parameter; `fallback.` before a parameter of a call's fallback.
    """

    owner: Owner
    name: str
    parameter: str
    call: int = -1


class PathError(ValueError):
    """A path that names nothing.

    Attributes:
        allowed: What may stand in its place.
        hint: The nearest valid name, when there is one.
        about: The parts of the file that say so (as in `Finding`).
    """

    def __init__(self, found: str, allowed: str, hint: str = "", *, about: tuple[str, ...] = ()) -> None:
        super().__init__(found)
        self.allowed = allowed
        self.hint = hint
        self.about = about


@cache
def parameters_of(part: type[Part]) -> dict[str, Quantity]:
    """Parameters of a kind of owner, by name (see `quantities`)."""
    return quantities(part)


@cache
def parameters_of_call() -> dict[str, Quantity]:
    """Parameters of a call, those of its fallback included."""
    own = dict(parameters_of(Call))
    own.update({f"fallback.{name}": quantity for name, quantity in parameters_of(Fallback).items()})
    return own


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest valid name, or nothing."""
    close = nearest_name(name, known)
    return f"did you mean {close!r}?" if close else ""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The nearest valid name; empty where none is near."""
    if len(name) > 100:  # no misspelt name, but something else altogether
        return ""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def _listed(names: Iterable[str]) -> str:
    listed = sorted(names)
    shown = ", ".join(listed[:40])
    return shown + (f" and {len(listed) - 40} more" if len(listed) > 40 else "") if listed else "nothing"


def _pick(name: str, known: Iterable[str], what: str, *about: str) -> str:
    known = list(known)
    if name not in known:
        raise PathError(f"unknown {what} {name!r}", _listed(known), nearest(name, known), about=about)
    return name


def call_name(call: Call) -> str:
    """The name by which paths know a call."""
    return call.name or call.call


def resolve(scenario: Scenario, path: str) -> tuple[Slot, ...]:
    """The parameters that a path stands for, at least one.

    Raises:
        PathError: The path names nothing; says what may stand there and the nearest valid name.
    """
    head, _, rest = path.partition(".")
    if head == "workload":
        _pick_parameter(rest, ["rate"], "parameter of the workload")
        return (Slot("workload", "", "rate"),)
    if head == "complexity":
        _pick_parameter(rest, parameters_of(ComplexityBudget), "parameter of complexity")
        return (Slot("complexity", "", rest),)
    if head == "drivers":
        _pick(rest, scenario.drivers, "driver", path)
        return (Slot("driver", rest, "value"),)
    if head == "links" and ("." in rest or head not in scenario.components):
        name, _, rest = rest.partition(".")
        _pick(name, scenario.links, "link", f"links.{name}")
        _pick_parameter(rest, parameters_of(Link), "parameter of a link")
        return (Slot("link", name, rest),)
    if head == "calls":
        return _calls(scenario, tuple(scenario.flows), rest)
    if head == "branches" and ("." in rest or head not in scenario.components):
        return _branches(scenario, tuple(scenario.flows), rest)
    if head == "flows":
        name, _, rest = rest.partition(".")
        _pick(name, scenario.flows, "flow", f"flows.{name}")
        if rest.startswith("calls."):
            return _calls(scenario, (name,), rest.removeprefix("calls."))
        if rest.startswith("branches."):
            return _branches(scenario, (name,), rest.removeprefix("branches."))
        _pick_parameter(rest, parameters_of(Flow), "parameter of a flow")
        return (Slot("flow", name, rest),)
    known = [*scenario.components, *_HEADS]
    _pick(head, known, "component", f"components.{head}")
    component = scenario.components[head]
    article = "an" if component.kind[0] in "aeiou" else "a"
    what = f"parameter of {article} {component.kind}"
    _pick_parameter(rest, parameters_of(type(component)), what, f"components.{head}.kind")
    return (Slot("component", head, rest),)


def _pick_parameter(name: str, known: Iterable[str], what: str, *about: str) -> None:
    known = list(known)
    if name not in known:
        raise PathError(f"unknown {what} {name!r}", _listed(known), meant_by(name, known)[0], about=about)


def _calls(scenario: Scenario, flows: tuple[str, ...], rest: str) -> tuple[Slot, ...]:
    name, _, parameter = rest.partition(".")
    about = tuple(f"flows.{flow}.trace" for flow in flows) if len(flows) == 1 else ("flows.*.trace",)
    found, known = [], set()
    for flow in flows:
        for index, call in enumerate(calls(scenario.flows[flow].trace)):
            known.add(call_name(call))
            if call_name(call) == name:
                found.append((flow, index, call))
    if not found:
        raise PathError(f"unknown call {name!r}", _listed(known), nearest(name, known), about=about)
    _pick_parameter(parameter, parameters_of_call(), "parameter of a call")
    if parameter.startswith("fallback."):
        found = [entry for entry in found if entry[2].fallback is not None]
        if not found:
            raise PathError(f"the call {name!r} has no fallback", "a call with `fallback`", about=about)
    return tuple(Slot("call", flow, parameter, index) for flow, index, _ in found)


def _branches(scenario: Scenario, flows: tuple[str, ...], rest: str) -> tuple[Slot, ...]:
    name, _, parameter = rest.partition(".")
    about = tuple(f"flows.{flow}.trace" for flow in flows) if len(flows) == 1 else ("flows.*.trace",)
    named = [
        (flow, index, branch_name(branch))
        for flow in flows
        for index, branch in enumerate(branches(scenario.flows[flow].trace))
    ]
    _pick(name, {each for _, _, each in named if each}, "branch", *about)
    _pick_parameter(parameter, parameters_of(Branch), "parameter of a branch")
    return tuple(Slot("branch", flow, parameter, index) for flow, index, each in named if each == name)


def place_of(slot: Slot) -> str:
    """Where in the file a slot is written, as far as it can be said without the trace."""
    if slot.owner == "component":
        return f"components.{slot.name}.{slot.parameter}"
    if slot.owner in ("call", "branch"):
        return f"flows.{slot.name}.trace"
    if slot.owner == "link":
        return f"links.{slot.name}.{slot.parameter}"
    return f"flows.{slot.name}.{slot.parameter}" if slot.owner == "flow" else slot.owner


def quantity_of(scenario: Scenario, slot: Slot) -> Quantity:
    """What the type of a slot's parameter says (bounds, unit, whole numbers)."""
    if slot.owner == "component":
        return parameters_of(type(scenario.components[slot.name]))[slot.parameter]
    if slot.owner == "flow":
        return parameters_of(Flow)[slot.parameter]
    if slot.owner == "call":
        return parameters_of_call()[slot.parameter]
    if slot.owner == "link":
        return parameters_of(Link)[slot.parameter]
    if slot.owner == "branch":
        return parameters_of(Branch)[slot.parameter]
    if slot.owner == "complexity":
        return parameters_of(ComplexityBudget)[slot.parameter]
    return _RATE if slot.owner == "workload" else Quantity("value", -1e15, 1e15, False, False, False, "")


def written_value(scenario: Scenario, slot: Slot) -> float | bool | str | None:
    """What stands in the file for a slot that is the same in every phase; its default when nothing does.

    Raises:
        KeyError: `workload.rate` and drivers differ by phase and have no one value.
    """
    if slot.owner in ("workload", "driver"):
        raise KeyError(slot.parameter)
    owner: Part
    if slot.owner == "component":
        owner = scenario.components[slot.name]
    elif slot.owner == "flow":
        owner = scenario.flows[slot.name]
    elif slot.owner == "link":
        owner = scenario.links[slot.name]
    elif slot.owner == "complexity":
        owner = scenario.complexity
    elif slot.owner == "branch":
        owner = list(branches(scenario.flows[slot.name].trace))[slot.call]
    else:
        call = list(calls(scenario.flows[slot.name].trace))[slot.call]
        owner = call
        if slot.parameter.startswith("fallback."):
            owner = call.fallback or Fallback()
    value: float | bool | str | None = getattr(owner, slot.parameter.removeprefix("fallback."))
    return value
