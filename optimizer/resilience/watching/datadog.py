"""The levels as monitors of Datadog; a level at which an alarm is taken back is its recovery threshold.

OpenTelemetry's metrics arrive there under their own names, histograms as distributions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.watching.alarms import Alarm, Levels, Signal

Json = dict[str, Any]
_REQUESTS = "http.server.request.duration"
#: Signals that Datadog works out from single metrics; the others need what only Prometheus' rules work out.
_QUERIES: Mapping[Signal, str] = {
    Signal.LOAD: f"sum(last_$time):count:{_REQUESTS}{{$flows}}.as_rate()",
    Signal.UTILISATION: "max(last_$time):avg:process.cpu.utilization{$services} by {service}",
    Signal.TAIL: f"avg(last_$time):p99:{_REQUESTS}{{$flows}} / p50:{_REQUESTS}{{$flows}}",
    Signal.GC: "avg(last_$time):sum:jvm.gc.duration{$services} by {service}.as_rate()",
}


def datadog(scenario: str, levels: Levels, queries: Queries) -> Mapping[str, str]:
    """The file, by name: monitors as its API takes them.

    Args:
        scenario: The scenario's name.
        levels: The levels.
        queries: Whose names of flows and services are meant.
    """
    monitors = [one for alarm in levels.alarms if (one := _monitor(scenario, alarm, levels, queries))]
    left_out = [alarm.name for alarm in levels.alarms if alarm.signal not in _QUERIES]
    document = {"monitors": monitors, "left_out": left_out}
    return {"monitors.json": json.dumps(document, indent=2, allow_nan=False) + "\n"}


def _monitor(scenario: str, alarm: Alarm, levels: Levels, queries: Queries) -> Json | None:
    template = _QUERIES.get(alarm.signal)
    if template is None:
        return None
    flows = _any_of("http.route", [queries.names.get(flow, flow) for flow in queries.flows])
    services = _any_of("service", [queries.names.get(name, name) for name in levels.services])
    minutes = max(math.ceil(alarm.for_s / 60.0), 1)
    query = template.replace("$flows", flows).replace("$services", services).replace("$time", f"{minutes}m")
    thresholds: Json = {"critical": alarm.level}
    if alarm.off_below is not None:
        thresholds["critical_recovery"] = alarm.off_below
    return {
        "name": f"{scenario}: {alarm.name}",
        "type": "query alert",
        "query": f"{query} >= {alarm.level:.9g}",
        "message": alarm.says,
        "tags": ["tradespace", f"scenario:{scenario}"],
        "priority": 1 if alarm.is_urgent else 3,
        "options": {"thresholds": thresholds, "notify_no_data": alarm.is_urgent, "include_tags": True},
    }


def _any_of(tag: str, names: list[str]) -> str:
    """A filter; letters that mean something in a query become underscores, as Datadog's own tags do."""
    plain = [
        "".join(letter if letter.isalnum() or letter in "-_./" else "_" for letter in one) for one in names
    ]
    return " OR ".join(f"{tag}:{name.lower()}" for name in plain) if plain else "*"
