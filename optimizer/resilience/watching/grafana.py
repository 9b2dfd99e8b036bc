"""The signals as a dashboard of Grafana, with the levels drawn in; it reads what `prometheus` records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.watching.alarms import Levels, Signal
from optimizer.resilience.watching.prometheus import recorded

Json = dict[str, Any]
_TITLES: Mapping[Signal, tuple[str, str]] = {
    Signal.LOAD: ("Load, and where it breaks", "reqps"),
    Signal.UTILISATION: ("Busiest service", "percentunit"),
    Signal.AMPLIFICATION: ("Attempts for each first one", "none"),
    Signal.TAIL: ("p99 over p50", "none"),
    Signal.CORRELATION: ("Services that move together", "none"),
    Signal.GC: ("Time lost to collection", "percentunit"),
    Signal.SCORE: ("Emergence score", "none"),
}


def grafana(scenario: str, levels: Levels, queries: Queries) -> Mapping[str, str]:
    """The file, by name: a dashboard to import.

    Args:
        scenario: The scenario's name.
        levels: The levels.
        queries: Not asked: the recorded signals are shown.
    """
    panels = [_panel(k, scenario, signal, levels) for k, signal in enumerate(Signal)]
    document: Json = {
        "title": f"Tradespace: {scenario}",
        "uid": f"tradespace-{scenario}"[:40],
        "tags": ["tradespace"],
        "schemaVersion": 38,
        "editable": True,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
            ]
        },
        "panels": panels,
    }
    return {"dashboard.json": json.dumps(document, indent=2, allow_nan=False) + "\n"}


def _panel(k: int, scenario: str, signal: Signal, levels: Levels) -> Json:
    title, unit = _TITLES[signal]
    steps: list[Json] = [{"color": "green", "value": None}]
    own = sorted((one for one in levels.alarms if one.signal is signal), key=lambda one: one.level)
    steps += [{"color": "red" if one.is_urgent else "orange", "value": one.level} for one in own]
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": k + 1,
        "type": "timeseries",
        "title": title,
        "description": "; ".join(f"{one.name} at {one.level:.6g}" for one in own),
        "datasource": source,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (k % 2), "y": 8 * (k // 2)},
        "targets": [{"refId": "A", "datasource": source, "expr": recorded(scenario, signal)}],
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "min": 0,
                "custom": {"thresholdsStyle": {"mode": "line"}},
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
    }
