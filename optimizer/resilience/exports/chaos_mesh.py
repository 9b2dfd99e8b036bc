"""An experiment for Chaos Mesh: a Workflow whose faults end with it, and that a status check ends early."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.scenario.experiment import AnyFault
from models.scenario.experiments.answers import ClockSkew, Errors, Expiry, Refuse
from models.scenario.experiments.network import Latency, Partition
from models.scenario.experiments.servers import SlowLeak, Terminate
from optimizer.resilience.exports.drill import GUARD_S, Drill, dns_name, selector_of
from optimizer.resilience.exports.pods import DELAY_NOTE, Pods, called_pods, lost_pods, refused, same_delay
from optimizer.resilience.exports.shape import (
    DNS_NAME,
    GO_DURATION,
    LABEL_VALUE,
    PERCENT,
    WHOLE,
    matches,
    wrong_in,
)
from optimizer.resilience.exports.yaml_text import yaml_text

_TOOL = "Chaos Mesh"
_VERSION = "chaos-mesh.org/v1alpha1"
#: Where somebody answers 200 as long as no abort has been reached.
_GATE = "http://tradespace-gate.default.svc/"
#: Port of HTTP of the pods.
_PORT = 8080
Json = dict[str, Any]
Chaos = tuple[str, Json, tuple[str, ...]]
"""Key of a template (`podChaos` ...), its specification, and notes."""


def chaos_mesh(drill: Drill) -> Mapping[str, str]:
    """The files, by name.

    Raises:
        NotExported: Chaos Mesh has nothing that does it.
    """
    document, notes = workflow_of(drill)
    return {f"{drill.name}.yaml": yaml_text([document], [*notes, *drill.notes])}


def workflow_of(drill: Drill) -> tuple[Json, list[str]]:
    """The Workflow, and what is to be known of it."""
    templates: list[Json] = []
    notes = [
        f"The label {next(iter(selector_of('')))} names the component: change it to yours.",
        "Faults end with their deadline; `kubectl delete workflow` ends all at once: try it beforehand.",
    ]
    begins = min(fault.start_s for fault in drill.faults)
    for k, fault in enumerate(drill.faults):
        maker = _MAKERS.get(type(fault))
        if maker is None:
            raise refused(drill, fault, _TOOL, "has nothing like it", _HINTS.get(fault.kind, ""))
        lasts = drill.lasts_s(fault)
        for j, (key, spec, told) in enumerate(maker(drill, fault)):
            name = f"fault-{k + 1}-{j + 1}"
            kind = "HTTPChaos" if key == "httpChaos" else f"{key[0].upper()}{key[1:]}"
            fault_of: Json = {"name": name, "templateType": kind, "deadline": _go(lasts), key: spec}
            late = fault.start_s - begins
            templates += list(_late(fault_of, late)) if late > 0.0 else [fault_of]
            notes += [note for note in told if note not in notes]
    children = [one["name"] for one in templates if one["name"].startswith("fault")]
    if drill.prediction.aborts:
        templates.append(_check(drill))
        children.append("aborts")
        notes.append(
            f"{_GATE}{drill.resource} has to answer 200 as long as no abort is reached, and 500 then:"
        )
        notes += [f"  abort at {words}" for words in _aborts(drill)]
    total = drill.fault_s + drill.wait_s
    entry: Json = {"name": "drill", "templateType": "Parallel", "deadline": _go(total), "children": children}
    document: Json = {
        "apiVersion": _VERSION,
        "kind": "Workflow",
        "metadata": {
            "name": dns_name(drill.resource),
            "labels": {"app.kubernetes.io/managed-by": "tradespace"},
        },
        "spec": {"entry": "drill", "templates": [entry, *templates]},
    }
    assert not list(wrong_in(document, WORKFLOW)), list(wrong_in(document, WORKFLOW))
    return document, notes


def _late(fault: Json, late_s: float) -> Iterator[Json]:
    """A fault that begins later than the first one: a pause before it."""
    name = fault["name"]
    yield {
        "name": name,
        "templateType": "Serial",
        "deadline": _go(late_s + 86400.0),
        "children": [f"pause-{name}", f"late-{name}"],
    }
    yield {"name": f"pause-{name}", "templateType": "Suspend", "deadline": _go(late_s)}
    yield {**fault, "name": f"late-{name}"}


def _check(drill: Drill) -> Json:
    return {
        "name": "aborts",
        "templateType": "StatusCheck",
        "deadline": _go(drill.fault_s + drill.wait_s),
        "abortWithStatusCheck": True,
        "statusCheck": {
            "mode": "Continuous",
            "type": "HTTP",
            "intervalSeconds": math.ceil(GUARD_S),
            "timeoutSeconds": 1,
            "failureThreshold": 1,
            "http": {
                "url": f"{_GATE}{drill.resource}",
                "method": "GET",
                "criteria": {"statusCode": "200"},
            },
        },
    }


def _aborts(drill: Drill) -> Iterator[str]:
    for guard in drill.guards:
        query = drill.queries.query(guard.statement.metric, guard.statement.of, guard.statement.for_s or 0.0)
        side = f"< {guard.low:g}" if guard.statement.below is not None else f"> {guard.high:g}"
        after = drill.counts_after_s(guard.statement)
        later = f", from {after:g} s after the end on" if after else ""
        yield f"{query} {side}{later}"


def _go(seconds: float) -> str:
    return f"{max(math.ceil(seconds), 1)}s"


def _selected(pods: Pods) -> Json:
    mode: Json = {"mode": "fixed", "value": f"{pods.count}"}
    if pods.percent is not None:
        mode = (
            {"mode": "fixed-percent", "value": f"{pods.percent}"} if pods.percent < 100 else {"mode": "all"}
        )
    return {**mode, "selector": {"labelSelectors": selector_of(pods.component)}}


def _outside(pods: Pods) -> Json:
    """Traffic to something outside, where that is meant."""
    return {} if pods.outside is None else {"externalTargets": [f"{dns_name(pods.outside)}.example"]}


def _terminate(drill: Drill, fault: Terminate) -> Iterator[Chaos]:
    note = "Pods are made unavailable (pod-failure) for the time; killed ones would be started again at once."
    for pods in lost_pods(drill, fault):
        yield "podChaos", {"action": "pod-failure", **_selected(pods)}, (*pods.notes, note)


def _partition(drill: Drill, fault: Partition) -> Iterator[Chaos]:
    if fault.copies is not None:
        pods = Pods(str(fault.target), None, int(fault.copies))
        rest = {"mode": "all", "selector": {"labelSelectors": selector_of(pods.component)}}
        spec = {"action": "partition", "direction": "both", **_selected(pods), "target": rest}
        note = "The pods that are cut off are cut off from each other too: they are targets themselves."
        yield "networkChaos", spec, (note,)
        return
    for pods in called_pods(drill, fault, _TOOL):
        notes = pods.notes
        if fault.seen_as == "loss":
            notes = (*notes, "Packets vanish: callers wait for their time-out, and aren't told at once.")
        direction = "both" if pods.outside is None else "to"
        spec = {"action": "loss", "direction": direction, **_selected(pods), "loss": {"loss": "100"}}
        yield "networkChaos", {**spec, **_outside(pods)}, notes


def _latency(drill: Drill, fault: Latency) -> Iterator[Chaos]:
    added = same_delay(drill, fault, _TOOL)
    for pods in called_pods(drill, fault, _TOOL):
        delay = {"latency": f"{math.ceil(added)}ms"}
        spec = {"action": "delay", "direction": "to", **_selected(pods), "delay": delay, **_outside(pods)}
        yield "networkChaos", spec, (*pods.notes, DELAY_NOTE)


def _answers(drill: Drill, fault: Errors | Refuse | Expiry) -> Iterator[Chaos]:
    how = fault.seen_as if isinstance(fault, Errors) else "refusal"
    for pods in called_pods(drill, fault, _TOOL):
        if how == "timeout" or pods.outside is not None:
            notes = (
                pods.notes if how == "timeout" else (*pods.notes, "Packets vanish: callers wait for them.")
            )
            direction = "both" if pods.outside is None else "to"
            spec = {"action": "loss", "direction": direction, **_selected(pods), "loss": {"loss": "100"}}
            yield "networkChaos", {**spec, **_outside(pods)}, notes
            continue
        base = {**_selected(pods), "port": _PORT}
        note = f"HTTP on port {_PORT} is meant: change it to yours."
        if how == "error":
            yield "httpChaos", {**base, "target": "Response", "replace": {"code": 500}}, (*pods.notes, note)
        else:
            cut = "A connection is cut, not answered with a refusal."
            yield "httpChaos", {**base, "target": "Request", "abort": True}, (*pods.notes, note, cut)


def _leak(drill: Drill, fault: SlowLeak) -> Iterator[Chaos]:
    load = math.ceil(100.0 * fault.gc_share)
    pods = Pods(fault.target, 100)
    note = f"{load} % of a CPU is taken at once; collection would grow slowly, and hold the program."
    yield "stressChaos", {**_selected(pods), "stressors": {"cpu": {"workers": 1, "load": load}}}, (note,)


def _clock(drill: Drill, fault: ClockSkew) -> Iterator[Chaos]:
    pods = Pods(fault.target, 100)
    spec = {**_selected(pods), "timeOffset": f"{fault.skew_s:g}s", "clockIds": ["CLOCK_REALTIME"]}
    yield (
        "timeChaos",
        spec,
        ("What the wrong clock makes refuse is what comes of it; the share isn't given.",),
    )


_MAKERS: Mapping[type[AnyFault], Callable[[Drill, Any], Iterator[Chaos]]] = {
    Terminate: _terminate,
    Partition: _partition,
    Latency: _latency,
    Errors: _answers,
    Refuse: _answers,
    Expiry: _answers,
    SlowLeak: _leak,
    ClockSkew: _clock,
}
_HINTS = {
    "load": "push load with a load generator",
    "cache_flush": "flush the cache by its own command, from Chaos Toolkit's switch",
    "pause": "stop processes by a switch of your own (Chaos Toolkit)",
    "driver": "play it at a table",
    "corruption": "corrupt packets are thrown away by TCP: return wrong answers by a switch of your own",
}
_SELECTOR = {"labelSelectors!": {"*": LABEL_VALUE}}
_MODE = {"all", "one", "fixed", "fixed-percent", "random-max-percent"}
_CHAOS: Json = {"mode!": _MODE, "value": WHOLE, "selector!": _SELECTOR}
_TEMPLATE: Json = {
    "name!": DNS_NAME,
    "templateType!": {
        *("Parallel", "Serial", "Suspend", "StatusCheck"),
        *("PodChaos", "NetworkChaos", "HTTPChaos", "StressChaos", "TimeChaos"),
    },
    "deadline": GO_DURATION,
    "children": [DNS_NAME],
    "abortWithStatusCheck": bool,
    "podChaos": {**_CHAOS, "action!": {"pod-failure", "pod-kill", "container-kill"}},
    "networkChaos": {
        **_CHAOS,
        "action!": {"delay", "loss", "partition", "corrupt", "duplicate", "bandwidth"},
        "direction": {"to", "from", "both"},
        "target": _CHAOS,
        "externalTargets": [str],
        "delay": {"latency!": GO_DURATION, "jitter": GO_DURATION, "correlation": PERCENT},
        "loss": {"loss!": PERCENT, "correlation": PERCENT},
    },
    "httpChaos": {
        **_CHAOS,
        "target!": {"Request", "Response"},
        "port": int,
        "abort": bool,
        "replace": {"code": int},
    },
    "stressChaos": {**_CHAOS, "stressors!": {"cpu": {"workers!": int, "load": int}}},
    "timeChaos": {
        **_CHAOS,
        "timeOffset!": matches(r"-?[0-9.]+(ms|s|m|h)"),
        "clockIds": [{"CLOCK_REALTIME", "CLOCK_MONOTONIC"}],
    },
    "statusCheck": {
        "mode": {"Synchronous", "Continuous"},
        "type!": {"HTTP"},
        "intervalSeconds": int,
        "timeoutSeconds": int,
        "failureThreshold": int,
        "http": {"url!": str, "method": {"GET", "POST"}, "criteria!": {"statusCode!": matches("[0-9]{3}")}},
    },
}
#: What Chaos Mesh takes as a Workflow, as far as it is used here.
WORKFLOW: Json = {
    "apiVersion!": {_VERSION},
    "kind!": {"Workflow"},
    "metadata!": {"name!": DNS_NAME, "labels": {"*": LABEL_VALUE}},
    "spec!": {"entry!": DNS_NAME, "templates!": [_TEMPLATE]},
}
