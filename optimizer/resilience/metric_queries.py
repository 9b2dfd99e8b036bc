"""How each metric is read from Prometheus: OpenTelemetry's names, or those of a mapping file.

OpenTelemetry's semantic conventions for HTTP, database and JVM metrics, in the names that Prometheus gives
them
(dots become underscores, units are added). Where they have none, the names of the library that most services
use: Micrometer's caches, resilience4j's circuit breakers.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.errors import TradespaceError
from models.scenario.experiments.metric import METRICS, Subject
from models.system.system import System

_COUNT = "http_server_request_duration_seconds_count"
_BUCKET = "http_server_request_duration_seconds_bucket"
_SUM = "http_server_request_duration_seconds_sum"
_CALLS = "http_client_request_duration_seconds_count"
_GOOD = 'http_response_status_code!~"5.."'
#: Queries by metric: `$of` is a selector of labels, `$window` a time.
QUERIES: Mapping[str, str] = {
    "success_share": f"sum(rate({_COUNT}{{$of,{_GOOD}}}[$window])) / sum(rate({_COUNT}{{$of}}[$window]))",
    "error_share": f"1 - sum(rate({_COUNT}{{$of,{_GOOD}}}[$window])) / sum(rate({_COUNT}{{$of}}[$window]))",
    "goodput_per_s": f"sum(rate({_COUNT}{{$of,{_GOOD}}}[$window]))",
    "offered_per_s": f"sum(rate({_COUNT}{{$of}}[$window]))",
    "mean_ms": f"1000 * sum(rate({_SUM}{{$of}}[$window])) / sum(rate({_COUNT}{{$of}}[$window]))",
    **{
        f"p{p}_ms": f"1000 * histogram_quantile(0.{p}, sum by (le) (rate({_BUCKET}{{$of,{_GOOD}}}[$window])))"
        for p in (50, 95, 99)
    },
    "attempts_per_call": f"sum(rate({_CALLS}{{$of}}[$window])) / "
    f'sum(rate({_CALLS}{{$of,http_request_resend_count=~"|0"}}[$window]))',
    "answered_calls_share": f'sum(rate({_CALLS}{{$of,http_response_status_code=~"[234].."}}[$window])) / '
    f"sum(rate({_CALLS}{{$of}}[$window]))",
    "utilisation": "avg(avg_over_time(process_cpu_utilization_ratio{$of}[$window]))",
    "waiting": "sum(avg_over_time(http_server_active_requests{$of}[$window]))",
    "servers": "sum(up{$of})",
    "hit_share": 'sum(rate(cache_gets_total{$of,result="hit"}[$window])) / '
    "sum(rate(cache_gets_total{$of}[$window]))",
    "open_share": 'max(avg_over_time(resilience4j_circuitbreaker_state{$of,state="open"}[$window]))',
    "gc_share": "max(rate(jvm_gc_duration_seconds_sum{$of}[$window]))",
    "cpu_by_service": "avg by ($component) (avg_over_time(process_cpu_utilization_ratio{$of}[$window]))",
}
#: Labels by which a flow and a component are found, and one that all have.
LABELS: Mapping[str, str] = {"flow": "http_route", "component": "service_name"}
#: Metrics that are of calls to a component find it by the address that is called.
_OF_CALLS = {"answered_calls_share": "server_address"}
#: The shortest window: four times the usual interval of scrapes.
LEAST_WINDOW_S = 60.0
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class MappingError(TradespaceError):
    """A mapping file that can't be used."""


@dataclass(frozen=True, slots=True)
class Queries:
    """How metrics are read.

    Attributes:
        queries: By metric a query with `$of` and `$window`.
        labels: By `flow` and `component` the label that names one.
        least_window_s: The shortest window, s.
        names: By flow or component what it is called there; what isn't named has its own name.
        flows: The flows of the scenario: all are meant where none is named; empty = whatever there is.
        components: The same for its components.
    """

    queries: Mapping[str, str] = field(default_factory=lambda: QUERIES)
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    least_window_s: float = LEAST_WINDOW_S
    names: Mapping[str, str] = field(default_factory=dict)
    flows: tuple[str, ...] = ()
    components: tuple[str, ...] = ()

    def of_system(self, system: System) -> Queries:
        """The same for the flows and components of a system: others that are measured too don't count."""
        return replace(self, flows=tuple(system.flows), components=tuple(system.components))

    def window_s(self, wanted_s: float | None) -> float:
        """The window over which a query looks back, s: no less than a few scrapes."""
        return max(wanted_s or 0.0, self.least_window_s)

    def query(self, metric: str, of: str | None = None, window_s: float = 0.0) -> str | None:
        """The query of a metric; None = nobody says how it is read.

        Args:
            metric: Its name.
            of: The flow or component; None = all.
            window_s: Over which time it is read, s; no less than a few scrapes.
        """
        template = self.queries.get(metric)
        if template is None:
            return None
        known = METRICS.get(metric)
        is_flow = known is not None and known.subject is Subject.FLOW
        label = self.labels["flow" if is_flow else "component"]
        if template == QUERIES.get(metric):
            label = _OF_CALLS.get(metric, label)
        selector = f'{label}!=""' if of is None else f"{label}={quoted(self.names.get(of, of))}"
        several = self.flows if is_flow else self.components
        if of is None and several:
            # Services ask each other with the same metrics: only what users ask counts as a flow.
            pattern = "|".join(re.escape(self.names.get(one, one)) for one in several)
            selector = f"{label}=~{quoted(pattern)}"
        window = f"{math.ceil(self.window_s(window_s))}s"
        found = template.replace("$component", self.labels["component"]).replace("$window", window)
        return found.replace("$of", selector)


def quoted(words: str) -> str:
    """A text as PromQL writes it; nothing in it ends the string."""
    return json.dumps(words, ensure_ascii=True).replace("\\/", "/")


def read_queries(path: Path) -> Queries:
    """A mapping file: JSON with `queries`, `labels`, `names` and `least_window_s`, each of which may be
    missing.

    Raises:
        MappingError: It can't be read, or says something that is unknown.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path} can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise MappingError(f"{path} is no JSON: {error}") from None
    if not isinstance(told, dict):
        raise MappingError(f"{path}: found no mapping; allowed: queries, labels, names, least_window_s")
    wrong = sorted(set(told) - {"queries", "labels", "names", "least_window_s"})
    if wrong:
        raise MappingError(f"{path}: found {wrong[0]!r}; allowed: queries, labels, names, least_window_s")
    queries, labels, names = (_texts(path, told, key) for key in ("queries", "labels", "names"))
    for key in queries:
        if key not in QUERIES and key not in METRICS:
            raise MappingError(f"{path}: queries.{key} is no metric; allowed: {', '.join(QUERIES)}")
        if "${" in queries[key]:  # Chaos Toolkit would put something else in its place
            raise MappingError(f"{path}: queries.{key} holds ${{; write $of and $window")
    for key, label in labels.items():
        if key not in LABELS or not _NAME.fullmatch(label):
            raise MappingError(
                f"{path}: labels.{key}: found {label!r}; allowed: a label of flow or component"
            )
    window = told.get("least_window_s", LEAST_WINDOW_S)
    if isinstance(window, bool) or not isinstance(window, (int, float)) or not 1 <= window <= 86400:
        raise MappingError(f"{path}: least_window_s: found {window!r}; allowed: 1 to 86400 s")
    return Queries({**QUERIES, **queries}, {**LABELS, **labels}, float(window), names)


def _texts(path: Path, told: Mapping[str, object], key: str) -> dict[str, str]:
    found = told.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise MappingError(f"{path}: {key}: found something else than texts by name")
    return found
