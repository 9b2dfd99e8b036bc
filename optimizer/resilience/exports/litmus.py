"""An experiment for LitmusChaos: a ChaosEngine a fault, with probes that end it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.scenario.experiment import AnyFault
from models.scenario.experiments.answers import Errors, Expiry, Refuse
from models.scenario.experiments.network import Latency, Partition
from models.scenario.experiments.servers import SlowLeak, Terminate
from models.scenario.experiments.statement import Statement
from optimizer.resilience.exports.drill import GUARD_S, UNBOUNDED, Drill, dns_name, selector_of
from optimizer.resilience.exports.pods import DELAY_NOTE, Pods, called_pods, lost_pods, refused, same_delay
from optimizer.resilience.exports.shape import DNS_NAME, GO_DURATION, LABEL_VALUE, matches, wrong_in
from optimizer.resilience.exports.yaml_text import yaml_text

_TOOL = "LitmusChaos"
_VERSION = "litmuschaos.io/v1alpha1"
_PROMETHEUS = "http://prometheus.monitoring.svc:9090"
#: Port of HTTP of the pods.
_PORT = 8080
Json = dict[str, Any]
Fault = tuple[str, Pods, dict[str, str], tuple[str, ...]]
"""Name of a fault, the pods, its settings, and notes."""


def litmus(drill: Drill) -> Mapping[str, str]:
    """The files, by name.

    Raises:
        NotExported: LitmusChaos has nothing that does it.
    """
    documents, notes = engines_of(drill)
    return {f"{drill.name}.yaml": yaml_text(documents, [*notes, *drill.notes])}


def engines_of(drill: Drill) -> tuple[list[Json], list[str]]:
    """A ChaosEngine a fault, and what is to be known of them."""
    notes = [
        "Labels, the service account and Prometheus' address are placeholders: change them to yours.",
        '`kubectl patch chaosengine NAME --type merge -p \'{"spec":{"engineState":"stop"}}\'` ends one by '
        "hand.",
    ]
    if len(drill.faults) > 1:
        notes.append("Several engines: start each at its time; one doesn't wait for another.")
    documents = []
    for k, fault in enumerate(drill.faults):
        maker = _MAKERS.get(type(fault))
        if maker is None:
            raise refused(drill, fault, _TOOL, "has nothing like it")
        lasts = drill.lasts_s(fault)
        for j, (name, pods, settings, told) in enumerate(maker(drill, fault)):
            documents.append(
                _engine(drill, f"{drill.resource[:55]}-{k + 1}-{j + 1}", name, pods, settings, lasts)
            )
            notes += [note for note in (*pods.notes, *told) if note not in notes]
    for document in documents:
        assert not list(wrong_in(document, ENGINE)), list(wrong_in(document, ENGINE))
    return documents, notes


def _engine(
    drill: Drill, called: str, fault: str, pods: Pods, settings: Mapping[str, str], lasts: float
) -> Json:
    percent = pods.percent
    if percent is None:
        there = drill.of_design(pods.component, "replicas")
        percent = max(min(round(100.0 * pods.count / there), 100), 1)
    env = {"TOTAL_CHAOS_DURATION": f"{math.ceil(lasts)}", "PODS_AFFECTED_PERC": f"{percent}", **settings}
    label = selector_of(pods.component)
    return {
        "apiVersion": _VERSION,
        "kind": "ChaosEngine",
        "metadata": {"name": dns_name(called), "namespace": "default"},
        "spec": {
            "engineState": "active",
            "appinfo": {
                "appns": "default",
                "applabel": "".join(f"{key}={value}" for key, value in label.items()),
                "appkind": "deployment",
            },
            "chaosServiceAccount": "litmus-admin",
            "experiments": [
                {
                    "name": fault,
                    "spec": {
                        "components": {
                            "env": [{"name": name, "value": value} for name, value in env.items()]
                        },
                        "probe": list(_probes(drill)),
                    },
                }
            ],
        },
    }


def _probes(drill: Drill) -> Iterator[Json]:
    """The steady state before (SOT), aborts meanwhile (they stop it), and the hypothesis at the end (EOT)."""
    for k, statement in enumerate(drill.steady_state):
        low, high = drill.prediction.tolerance(statement)
        yield from _probe(drill, f"steady-{k + 1}", statement, low, min(high, UNBOUNDED), "SOT")
    for k, guard in enumerate(drill.guards):
        if guard.since == "injection":
            yield from _probe(
                drill, f"abort-{k + 1}", guard.statement, guard.low, guard.high, "Continuous", stops=True
            )
    for k, statement in enumerate(drill.expected):
        low = 0.0 if statement.above is None else statement.above
        high = UNBOUNDED if statement.below is None else statement.below
        delay = drill.counts_after_s(statement)
        mode = "EOT" if statement.within_s_after is not None else "Continuous"
        yield from _probe(drill, f"expected-{k + 1}", statement, low, high, mode, delay_s=delay)


def _probe(
    drill: Drill,
    name: str,
    statement: Statement,
    low: float,
    high: float,
    mode: str,
    *,
    stops: bool = False,
    delay_s: float = 0.0,
) -> Iterator[Json]:
    query = drill.queries.query(statement.metric, statement.of, statement.for_s or 0.0)
    if query is None:
        return
    for side, criteria, value in (("low", ">=", low), ("high", "<=", high)):
        if (side == "low" and value <= 0.0) or value >= UNBOUNDED:
            continue
        run: Json = {
            "probeTimeout": "5s",
            "interval": f"{math.ceil(GUARD_S)}s",
            "attempt": 1,
            "stopOnFailure": stops,
        }
        if delay_s > 0.0:
            run["initialDelay"] = f"{math.ceil(delay_s)}s"
        yield {
            "name": f"{name}-{side}",
            "type": "promProbe",
            "mode": mode,
            "promProbe/inputs": {
                "endpoint": _PROMETHEUS,
                "query": query,
                "comparator": {"type": "float", "criteria": criteria, "value": f"{value:g}"},
            },
            "runProperties": run,
        }


def _terminate(drill: Drill, fault: Terminate) -> Iterator[Fault]:
    note = "Pods are deleted again and again, every 10 s; between, those that are started anew may answer."
    for pods in lost_pods(drill, fault):
        yield "pod-delete", pods, {"CHAOS_INTERVAL": "10", "FORCE": "true"}, (note,)


def _partition(drill: Drill, fault: Partition) -> Iterator[Fault]:
    if fault.copies is not None:
        pods = Pods(str(fault.target), None, int(fault.copies))
        yield (
            "pod-network-loss",
            pods,
            _loss(pods),
            ("The copies are cut off from callers too, not only from others.",),
        )
        return
    told = "Packets vanish: callers wait for their time-out, and aren't told at once."
    for pods in called_pods(drill, fault, _TOOL):
        yield "pod-network-loss", pods, _loss(pods), (told,) if fault.seen_as == "loss" else ()


def _loss(pods: Pods) -> dict[str, str]:
    return {"NETWORK_PACKET_LOSS_PERCENTAGE": "100", **_outside(pods)}


def _outside(pods: Pods) -> dict[str, str]:
    return {} if pods.outside is None else {"DESTINATION_HOSTS": f"{dns_name(pods.outside)}.example"}


def _latency(drill: Drill, fault: Latency) -> Iterator[Fault]:
    added = same_delay(drill, fault, _TOOL)
    for pods in called_pods(drill, fault, _TOOL):
        settings = {"NETWORK_LATENCY": f"{math.ceil(added)}", "JITTER": "0", **_outside(pods)}
        yield "pod-network-latency", pods, settings, (DELAY_NOTE,)


def _answers(drill: Drill, fault: Errors | Refuse | Expiry) -> Iterator[Fault]:
    how = fault.seen_as if isinstance(fault, Errors) else "refusal"
    for pods in called_pods(drill, fault, _TOOL):
        if how == "timeout" or pods.outside is not None:
            yield "pod-network-loss", pods, _loss(pods), ("Packets vanish: callers wait for their time-out.",)
        elif how == "error":
            settings = {"STATUS_CODE": "500", "TARGET_SERVICE_PORT": f"{_PORT}"}
            yield "pod-http-status-code", pods, settings, (f"HTTP on port {_PORT} is meant: change it.",)
        else:
            settings = {"RESET_TIMEOUT": "0", "TARGET_SERVICE_PORT": f"{_PORT}"}
            told = f"Connections to port {_PORT} are reset, not answered with a refusal."
            yield "pod-http-reset-peer", pods, settings, (told,)


def _leak(drill: Drill, fault: SlowLeak) -> Iterator[Fault]:
    load = math.ceil(100.0 * fault.gc_share)
    told = f"{load} % of a CPU is taken at once and as a whole; collection would grow slowly."
    yield "pod-cpu-hog", Pods(fault.target, 100), {"CPU_CORES": "1", "CPU_LOAD": f"{load}"}, (told,)


_MAKERS: Mapping[type[AnyFault], Callable[[Drill, Any], Iterator[Fault]]] = {
    Terminate: _terminate,
    Partition: _partition,
    Latency: _latency,
    Errors: _answers,
    Refuse: _answers,
    Expiry: _answers,
    SlowLeak: _leak,
}
_FAULTS = {
    *("pod-delete", "pod-network-loss", "pod-network-latency"),
    *("pod-http-status-code", "pod-http-reset-peer", "pod-cpu-hog"),
}
_SETTINGS = {
    *(
        "TOTAL_CHAOS_DURATION",
        "PODS_AFFECTED_PERC",
        "CHAOS_INTERVAL",
        "FORCE",
        "NETWORK_PACKET_LOSS_PERCENTAGE",
    ),
    *(
        "DESTINATION_HOSTS",
        "NETWORK_LATENCY",
        "JITTER",
        "STATUS_CODE",
        "TARGET_SERVICE_PORT",
        "RESET_TIMEOUT",
    ),
    *("CPU_CORES", "CPU_LOAD"),
}
_PROBE: Json = {
    "name!": DNS_NAME,
    "type!": {"promProbe"},
    "mode!": {"SOT", "EOT", "Edge", "Continuous", "OnChaos"},
    "promProbe/inputs!": {
        "endpoint!": str,
        "query!": str,
        "comparator!": {"type": {"float", "int", "string"}, "criteria": {">=", "<=", ">", "<"}, "value": str},
    },
    "runProperties!": {
        "probeTimeout!": GO_DURATION,
        "interval!": GO_DURATION,
        "attempt": int,
        "stopOnFailure": bool,
        "initialDelay": GO_DURATION,
    },
}
#: What LitmusChaos takes as a ChaosEngine, as far as it is used here.
ENGINE: Json = {
    "apiVersion!": {_VERSION},
    "kind!": {"ChaosEngine"},
    "metadata!": {"name!": DNS_NAME, "namespace": DNS_NAME},
    "spec!": {
        "engineState!": {"active", "stop"},
        "appinfo!": {
            "appns!": DNS_NAME,
            "applabel!": matches(r"[a-z./-]+=[A-Za-z0-9_.-]+"),
            "appkind!": LABEL_VALUE,
        },
        "chaosServiceAccount!": DNS_NAME,
        "experiments!": [
            {
                "name!": _FAULTS,
                "spec!": {
                    "components!": {"env!": [{"name!": _SETTINGS, "value!": str}]},
                    "probe": [_PROBE],
                },
            }
        ],
    },
}
