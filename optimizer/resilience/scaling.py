"""The replicas of a design in each phase as objects of Kubernetes: scaled by load, or by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from models.evaluation import Array
from models.faults.moment import moment_of
from models.system.system import System
from optimizer.resilience.exports.drill import dns_name
from optimizer.resilience.exports.shape import DNS_NAME, matches, wrong_in
from optimizer.resilience.exports.yaml_text import yaml_text

Json = dict[str, Any]
#: Share of a CPU that pods are scaled towards: below the phase boundary of 0.7.
_TARGET = 60


@dataclass(frozen=True, slots=True)
class Scaled:
    """One component.

    Attributes:
        component: Its name.
        replicas: Its replicas in each phase, all shards together.
    """

    component: str
    replicas: tuple[int, ...]

    @property
    def changes(self) -> bool:
        """Whether they differ between phases."""
        return len(set(self.replicas)) > 1


def replicas_of(system: System, x: Array) -> tuple[Scaled, ...]:
    """The replicas of each component of ours that the design calls.

    Args:
        system: The compiled scenario.
        x: The design, `(d,)`.
    """
    moments = [moment_of(system, x, p) for p in range(len(system.phases))]
    found = []
    for c, (name, part) in enumerate(zip(system.components, system.parts, strict=True)):
        if not part.traits.is_ours or not any(moment.per_s(c) > 0.0 for moment in moments):
            continue
        shards = [moment.of(c, "shards") if part.traits.keeps_copies else 1.0 for moment in moments]
        many = [max(round(m.of(c, "replicas") * s), 1) for m, s in zip(moments, shards, strict=True)]
        found.append(Scaled(name, tuple(many)))
    return tuple(found)


def manifests(system: System, x: Array, begins: datetime | None) -> str:
    """The objects as YAML: KEDA's cron triggers where it is known when the first phase begins, else an HPA
    each.

    Args:
        system: The compiled scenario.
        x: The design, `(d,)`.
        begins: When the first phase begins; None = nobody says.
    """
    changing = [one for one in replicas_of(system, x) if one.changes]
    documents = [
        _horizontal(one) if begins is None else _by_the_clock(system, one, begins) for one in changing
    ]
    notes = [
        "Deployments are taken to be named as the components: change scaleTargetRef to yours.",
        "Replicas of stores need their data first: scale those by hand, ahead of the phase.",
    ]
    if not documents:
        notes.append("No component has other replicas in another phase: there is nothing to scale.")
    for document in documents:
        shape = HPA if begins is None else KEDA
        assert not list(wrong_in(document, shape)), list(wrong_in(document, shape))
    return yaml_text(documents, notes)


def _target(one: Scaled) -> Json:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": dns_name(one.component)}


def _horizontal(one: Scaled) -> Json:
    metric = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": _TARGET}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": dns_name(one.component)},
        "spec": {
            "scaleTargetRef": _target(one),
            "minReplicas": min(one.replicas),
            "maxReplicas": max(one.replicas),
            "metrics": [{"type": "Resource", "resource": metric}],
        },
    }


def _by_the_clock(system: System, one: Scaled, begins: datetime) -> Json:
    target = {key: value for key, value in _target(one).items() if key != "apiVersion"}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": dns_name(one.component)},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", **target},
            "minReplicaCount": min(one.replicas),
            "maxReplicaCount": max(one.replicas),
            "triggers": list(_triggers(system, one, begins)),
        },
    }


def _triggers(system: System, one: Scaled, begins: datetime) -> Iterator[Json]:
    """A trigger a phase; phases of equal replicas after each other are one."""
    at = begins.astimezone(UTC)
    hours = np.asarray(system.hours[0], dtype=float)
    k = 0
    while k < len(one.replicas):
        last = k
        while last + 1 < len(one.replicas) and one.replicas[last + 1] == one.replicas[k]:
            last += 1
        until = at + timedelta(hours=float(hours[k : last + 1].sum()))
        told = {
            "timezone": "UTC",
            "start": _cron(at),
            "end": _cron(until),
            "desiredReplicas": f"{one.replicas[k]}",
        }
        yield {"type": "cron", "metadata": told}
        at, k = until, last + 1


def _cron(moment: datetime) -> str:
    return f"{moment.minute} {moment.hour} {moment.day} {moment.month} *"


_REF: Mapping[str, Any] = {"apiVersion!": {"apps/v1"}, "kind!": {"Deployment"}, "name!": DNS_NAME}
#: What Kubernetes takes as a HorizontalPodAutoscaler, and KEDA as a ScaledObject, as far as they are used
#: here.
HPA: Json = {
    "apiVersion!": {"autoscaling/v2"},
    "kind!": {"HorizontalPodAutoscaler"},
    "metadata!": {"name!": DNS_NAME},
    "spec!": {
        "scaleTargetRef!": _REF,
        "minReplicas!": int,
        "maxReplicas!": int,
        "metrics!": [
            {
                "type!": {"Resource"},
                "resource!": {
                    "name!": {"cpu"},
                    "target!": {"type!": {"Utilization"}, "averageUtilization!": int},
                },
            }
        ],
    },
}
KEDA: Json = {
    "apiVersion!": {"keda.sh/v1alpha1"},
    "kind!": {"ScaledObject"},
    "metadata!": {"name!": DNS_NAME},
    "spec!": {
        "scaleTargetRef!": _REF,
        "minReplicaCount!": int,
        "maxReplicaCount!": int,
        "triggers!": [
            {
                "type!": {"cron"},
                "metadata!": {
                    "timezone!": {"UTC"},
                    "start!": matches(r"([0-9]+ ){4}\*"),
                    "end!": matches(r"([0-9]+ ){4}\*"),
                    "desiredReplicas!": matches("[1-9][0-9]*"),
                },
            }
        ],
    },
}
