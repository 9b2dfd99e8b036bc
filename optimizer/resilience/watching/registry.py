"""The formats of alarms: a new one is a file beside this, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.watching.alarms import Levels
from optimizer.resilience.watching.datadog import datadog
from optimizer.resilience.watching.grafana import grafana
from optimizer.resilience.watching.prometheus import prometheus

FORMATS: Mapping[str, Callable[[str, Levels, Queries], Mapping[str, str]]] = {
    "prometheus": prometheus,
    "grafana": grafana,
    "datadog-json": datadog,
}
"""By its name on the command line what makes the files, by their names."""
