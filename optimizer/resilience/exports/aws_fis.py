"""An experiment for AWS Fault Injection Service: a template whose alarms stop it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.scenario.experiment import AnyFault
from models.scenario.experiments.answers import Errors, Expiry, Refuse
from models.scenario.experiments.network import Latency, Partition
from models.scenario.experiments.servers import SlowLeak, Terminate
from optimizer.resilience.exports.drill import Drill, selector_of
from optimizer.resilience.exports.pods import DELAY_NOTE, Pods, called_pods, lost_pods, refused, same_delay
from optimizer.resilience.exports.shape import ISO_DURATION, PERCENT, WHOLE, matches, wrong_in

_TOOL = "AWS FIS"
#: The account, the region and the cluster: whoever runs it fills them in.
_ACCOUNT, _REGION, _CLUSTER = "111122223333", "us-east-1", "your-cluster"
#: Port of the pods.
_PORT = "8080"
Json = dict[str, Any]
Action = tuple[str, Pods, dict[str, str], tuple[str, ...]]
"""Id of an action, the pods, its parameters, and notes."""


def aws_fis(drill: Drill) -> Mapping[str, str]:
    """The files, by name: the template, and what is to be known of it.

    Raises:
        NotExported: FIS has nothing that does it.
    """
    document, notes = template_of(drill)
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
    return {f"{drill.name}.json": text, f"{drill.name}.txt": "\n".join([*notes, *drill.notes]) + "\n"}


def template_of(drill: Drill) -> tuple[Json, list[str]]:
    """The experiment template, and what is to be known of it."""
    actions: Json = {}
    targets: Json = {}
    notes = [
        f"Fill in the account ({_ACCOUNT}), the region, the cluster, the roles and the service account.",
        "`aws fis stop-experiment` ends it by hand: try it beforehand.",
    ]
    begins = min(fault.start_s for fault in drill.faults)
    for k, fault in enumerate(drill.faults):
        maker = _MAKERS.get(type(fault))
        if maker is None:
            raise refused(drill, fault, _TOOL, "has nothing like it")
        lasts = drill.lasts_s(fault)
        after: Json = {}
        if fault.start_s > begins:
            wait = {"actionId": "aws:fis:wait", "parameters": {"duration": _iso(fault.start_s - begins)}}
            actions[f"wait{k + 1}"] = wait
            after = {"startAfter": [f"wait{k + 1}"]}
        for j, (action, pods, parameters, told) in enumerate(maker(drill, fault)):
            name = f"fault{k + 1}x{j + 1}"
            timed = {} if action == "aws:eks:pod-delete" else {"duration": _iso(lasts)}
            actions[name] = {
                "actionId": action,
                "parameters": {"kubernetesServiceAccount": "fis", **timed, **parameters},
                "targets": {"Pods": name},
                **after,
            }
            targets[name] = _target(pods)
            notes += [note for note in (*pods.notes, *told) if note not in notes]
    stops = [
        {"source": "aws:cloudwatch:alarm", "value": _alarm(f"{drill.resource}-abort-{k + 1}")}
        for k, _ in enumerate(drill.guards)
    ]
    for k, guard in enumerate(drill.guards):
        query = drill.queries.query(guard.statement.metric, guard.statement.of, guard.statement.for_s or 0.0)
        side = f"below {guard.low:g}" if guard.statement.below is not None else f"above {guard.high:g}"
        notes.append(f"The alarm {drill.resource}-abort-{k + 1} has to fire where this is {side}: {query}")
    document: Json = {
        "description": f"{drill.system.scenario.name} {drill.name}"[:512],
        "targets": targets,
        "actions": actions,
        "stopConditions": stops or [{"source": "none"}],
        "roleArn": f"arn:aws:iam::{_ACCOUNT}:role/fis",
        "tags": {"Name": drill.resource},
    }
    assert not list(wrong_in(document, TEMPLATE)), list(wrong_in(document, TEMPLATE))
    return document, notes


def _alarm(name: str) -> str:
    return f"arn:aws:cloudwatch:{_REGION}:{_ACCOUNT}:alarm:{name}"


def _iso(seconds: float) -> str:
    """A time of ISO 8601, in whole minutes and seconds; FIS takes a minute at the least."""
    whole = max(math.ceil(seconds), 60)
    minutes, rest = divmod(whole, 60)
    return f"PT{minutes}M" + (f"{rest}S" if rest else "")


def _target(pods: Pods) -> Json:
    mode = f"COUNT({pods.count})"
    if pods.percent is not None:
        mode = "ALL" if pods.percent == 100 else f"PERCENT({pods.percent})"
    ((key, value),) = selector_of(pods.component).items()
    return {
        "resourceType": "aws:eks:pod",
        "selectionMode": mode,
        "parameters": {
            "clusterIdentifier": _CLUSTER,
            "namespace": "default",
            "selectorType": "labelSelector",
            "selectorValue": f"{key}={value}",
        },
    }


def _terminate(drill: Drill, fault: Terminate) -> Iterator[Action]:
    for pods in lost_pods(drill, fault):
        if fault.duration_s is None:
            told = "Pods are deleted once, and started again by their deployment."
            yield "aws:eks:pod-delete", pods, {"gracePeriodSeconds": "0"}, (told,)
        else:
            told = f"The pods stay: port {_PORT} of theirs is shut, which callers see as a time-out."
            yield "aws:eks:pod-network-blackhole-port", pods, _shut(), (told,)


def _shut() -> dict[str, str]:
    return {"port": _PORT, "protocol": "tcp", "trafficType": "ingress"}


def _partition(drill: Drill, fault: Partition) -> Iterator[Action]:
    if fault.copies is not None:
        pods = Pods(str(fault.target), None, int(fault.copies))
        told = "The copies are cut off from everybody, not only from the other copies."
        yield "aws:eks:pod-network-packet-loss", pods, {"lossPercent": "100"}, (told,)
        return
    told = "Packets vanish: callers wait for their time-out, and aren't told at once."
    for pods in called_pods(drill, fault, _TOOL):
        lost = {"lossPercent": "100", **_outside(pods)}
        yield "aws:eks:pod-network-packet-loss", pods, lost, (told,) if fault.seen_as == "loss" else ()


def _outside(pods: Pods) -> dict[str, str]:
    return {} if pods.outside is None else {"sources": f"{pods.outside.replace('_', '-').lower()}.example"}


def _latency(drill: Drill, fault: Latency) -> Iterator[Action]:
    added = same_delay(drill, fault, _TOOL)
    for pods in called_pods(drill, fault, _TOOL):
        delay = {"delayMilliseconds": f"{math.ceil(added)}", "jitterMilliseconds": "0", **_outside(pods)}
        yield "aws:eks:pod-network-latency", pods, delay, (DELAY_NOTE,)


def _answers(drill: Drill, fault: Errors | Refuse | Expiry) -> Iterator[Action]:
    if isinstance(fault, Errors) and fault.seen_as == "error":
        raise refused(drill, fault, _TOOL, "breaks the network, and makes no answers")
    for pods in called_pods(drill, fault, _TOOL):
        told = "Packets vanish: callers wait for their time-out, and aren't turned away at once."
        if pods.outside is None:
            yield "aws:eks:pod-network-blackhole-port", pods, _shut(), (told,)
        else:
            lost = {"lossPercent": "100", **_outside(pods)}
            yield "aws:eks:pod-network-packet-loss", pods, lost, (told,)


def _leak(drill: Drill, fault: SlowLeak) -> Iterator[Action]:
    load = math.ceil(100.0 * fault.gc_share)
    told = f"{load} % of the CPU is taken at once and as a whole; collection would grow slowly."
    yield "aws:eks:pod-cpu-stress", Pods(fault.target, 100), {"percent": f"{load}", "workers": "1"}, (told,)


_MAKERS: Mapping[type[AnyFault], Callable[[Drill, Any], Iterator[Action]]] = {
    Terminate: _terminate,
    Partition: _partition,
    Latency: _latency,
    Errors: _answers,
    Refuse: _answers,
    Expiry: _answers,
    SlowLeak: _leak,
}
_ARN = matches(r"arn:aws:[a-z0-9]+:[a-z0-9-]*:[0-9]{12}:[A-Za-z0-9:/_.-]+")
_NAME = matches(r"[A-Za-z0-9]{1,64}")
_PARAMETERS: Json = {
    "kubernetesServiceAccount": matches("[a-z0-9-]+"),
    "duration": ISO_DURATION,
    "gracePeriodSeconds": WHOLE,
    "port": WHOLE,
    "protocol": {"tcp", "udp"},
    "trafficType": {"ingress", "egress"},
    "lossPercent": PERCENT,
    "delayMilliseconds": WHOLE,
    "jitterMilliseconds": WHOLE,
    "sources": matches(r"[a-z0-9.-]+"),
    "percent": PERCENT,
    "workers": WHOLE,
}
#: What FIS takes as a template, as far as it is used here.
TEMPLATE: Json = {
    "description!": str,
    "targets!": {
        "*": {
            "resourceType!": {"aws:eks:pod"},
            "selectionMode!": matches(r"ALL|COUNT\([1-9][0-9]*\)|PERCENT\([1-9][0-9]?\)"),
            "parameters": {
                "clusterIdentifier!": str,
                "namespace!": str,
                "selectorType!": {"labelSelector", "deploymentName", "podName"},
                "selectorValue!": matches(r"[a-z./-]+=[A-Za-z0-9_.-]+"),
            },
        }
    },
    "actions!": {
        "*": {
            "actionId!": {
                *("aws:fis:wait", "aws:eks:pod-delete", "aws:eks:pod-network-blackhole-port"),
                *("aws:eks:pod-network-latency", "aws:eks:pod-network-packet-loss", "aws:eks:pod-cpu-stress"),
            },
            "parameters": _PARAMETERS,
            "targets": {"Pods": _NAME},
            "startAfter": [_NAME],
        }
    },
    "stopConditions!": [{"source!": {"aws:cloudwatch:alarm", "none"}, "value": _ARN}],
    "roleArn!": _ARN,
    "tags": {"*": str},
}
