"""The levels as rules of Prometheus, and unit tests of these for promtool.

Recording rules give each signal a name of its own; alarms go by these. The load is that of the flows of the
scenario; the score of emergence is worked out as the model does (`models.dimensions.emergence`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from models.dimensions.emergence import THRESHOLDS
from optimizer.resilience.exports.yaml_text import yaml_text
from optimizer.resilience.metric_queries import Queries, quoted
from optimizer.resilience.watching.alarms import Alarm, Levels, Signal

#: Time over which correlations are read, and step between the points, s.
_CORRELATED_S, _STEP_S = 600, 15
#: Pairs of services whose correlation is looked at, at the most: the bottleneck with the others.
MOST_PAIRS = 8
#: How far from a level the unit tests stay silent, and by how much they exceed it.
_SILENT, _OVER = 0.95, 1.001
_BEND, _TERMS = 0.7, len(THRESHOLDS)
Json = dict[str, Any]


def prometheus(scenario: str, levels: Levels, queries: Queries) -> Mapping[str, str]:
    """The files, by name: rules, and their unit tests.

    Args:
        scenario: The scenario's name.
        levels: The levels.
        queries: How metrics are read.
    """
    alerts = [_alert(scenario, alarm) for alarm in levels.alarms]
    rules = {
        "groups": [
            {
                "name": f"tradespace-{scenario}-signals",
                "interval": f"{_STEP_S}s",
                "rules": list(_records(scenario, levels, queries)),
            },
            {"name": f"tradespace-{scenario}-alarms", "interval": f"{_STEP_S}s", "rules": alerts},
        ]
    }
    tests = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{_STEP_S}s",
        "group_eval_order": [group["name"] for group in rules["groups"]],
        "tests": [
            _test(scenario, alarm, levels.coupling, is_over=over)
            for alarm in levels.alarms
            for over in (True, False)
        ],
    }
    how = ["promtool check rules rules.yaml", "promtool test rules rules.test.yaml"]
    return {"rules.yaml": yaml_text([rules], how[:1]), "rules.test.yaml": yaml_text([tests], how[1:])}


def recorded(scenario: str, signal: Signal | str) -> str:
    """The name of a signal that a recording rule gives it, with the scenario's label."""
    return f"tradespace:{signal}{{scenario={quoted(scenario)}}}"


def _records(scenario: str, levels: Levels, queries: Queries) -> Iterator[Json]:
    def record(name: str, expr: str, **labels: str) -> Json:
        return {"record": f"tradespace:{name}", "expr": expr, "labels": {"scenario": scenario, **labels}}

    def query(metric: str, of: str | None = None) -> str:
        return queries.query(metric, of) or "vector(0)"

    yield record(Signal.LOAD, query("offered_per_s"))
    for name in levels.services:
        # `or` keeps a service that nobody measures from being nothing at all.
        yield record("busy", f"max({query('utilisation', name)})", service=name)
    yield record(Signal.UTILISATION, f"max(tradespace:busy{{scenario={quoted(scenario)}}})")
    yield record(Signal.AMPLIFICATION, query("attempts_per_call"))
    yield record(Signal.TAIL, f"({query('p99_ms')}) / ({query('p50_ms')})")
    yield record(Signal.GC, query("gc_share"))
    for a, b in pairs(levels.services):
        yield record(Signal.CORRELATION, _correlation(scenario, a, b), a=a, b=b)
    yield record("emergence_base", _base(scenario, levels.coupling))
    base = recorded(scenario, "emergence_base")
    bent = f"clamp_max({_BEND} + ({base} - {_BEND}) ^ 2, 1)"
    yield record(Signal.SCORE, f"({base} <= {_BEND}) or {bent}")


def pairs(services: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The pairs whose correlation is looked at."""
    return tuple((services[0], other) for other in services[1 : MOST_PAIRS + 1]) if services else ()


def _correlation(scenario: str, a: str, b: str) -> str:
    """Pearson's correlation of two services' utilisation over ten minutes."""
    one, other = (f"tradespace:busy{{scenario={quoted(scenario)},service={quoted(name)}}}" for name in (a, b))
    span = f"[{_CORRELATED_S}s:{_STEP_S}s]"
    both = f"avg_over_time(({one} * on() {other}){span})"
    means = f"avg_over_time({one}{span}) * on() avg_over_time({other}{span})"
    spread = f"stddev_over_time({one}{span}) * on() stddev_over_time({other}{span})"
    return f"({both} - on() ({means})) / on() ({spread})"


def _base(scenario: str, coupling: float) -> str:
    """The mean of the five terms, each over its threshold; what isn't measured counts as none."""
    retries = f"(1 - 1 / {recorded(scenario, Signal.AMPLIFICATION)})"
    terms = [
        f"(max({recorded(scenario, Signal.UTILISATION)}) or vector(0)) / {THRESHOLDS['utilisation']:g}",
        f"vector({coupling / THRESHOLDS['coupling']:.6g})",
        f"(max({retries}) or vector(0)) / {THRESHOLDS['retry_rate']:g}",
        f"(max({recorded(scenario, Signal.TAIL)}) or vector(0)) / {THRESHOLDS['p99_over_p50']:g}",
        f"(max({recorded(scenario, Signal.GC)}) or vector(0)) / {THRESHOLDS['gc_share']:g}",
    ]
    return f"({' + '.join(terms)}) / {_TERMS}"


def _alert(scenario: str, alarm: Alarm) -> Json:
    signal = f"max({recorded(scenario, alarm.signal)})"
    expr = f"{signal} >= {alarm.level:.9g}"
    if alarm.off_below is not None:
        # Once it is raised it stays until the lower level: two thresholds instead of one.
        raised = (
            f'max(ALERTS{{alertname={quoted(alarm.name)},scenario={quoted(scenario)},alertstate="firing"}})'
        )
        expr = f"{expr} or ({signal} >= {alarm.off_below:.9g} and {raised} == 1)"
    return {
        "alert": alarm.name,
        "expr": expr,
        "for": f"{math.ceil(alarm.for_s)}s",
        "labels": {"scenario": scenario, "severity": "page" if alarm.is_urgent else "ticket"},
        "annotations": {"summary": f"{alarm.name} of {scenario}", "description": alarm.says},
    }


def _test(scenario: str, alarm: Alarm, coupling: float, *, is_over: bool) -> Json:
    """One test: over the level it is raised after its time, five percent below it is silent."""
    value, signal = alarm.level * (_OVER if is_over else _SILENT), alarm.signal
    if signal is Signal.SCORE:  # it is worked out anyway: from a utilisation that comes to it
        base = _BEND + math.sqrt(value - _BEND) if value > _BEND else value
        value = THRESHOLDS["utilisation"] * (_TERMS * base - coupling / THRESHOLDS["coupling"])
        signal = Signal.UTILISATION
    steps = math.ceil(2 * alarm.for_s / _STEP_S) + 4
    at = f"{steps * _STEP_S}s"
    found: Json = {
        "name": f"{alarm.name} {'is raised' if is_over else 'is silent'}",
        "interval": f"{_STEP_S}s",
        "input_series": [{"series": recorded(scenario, signal), "values": f"{value:.9g}+0x{steps}"}],
        "alert_rule_test": [{"eval_time": at, "alertname": alarm.name}],
    }
    if is_over:
        alert = _alert(scenario, alarm)
        found["alert_rule_test"][0]["exp_alerts"] = [
            {"exp_labels": alert["labels"], "exp_annotations": alert["annotations"]}
        ]
    return found
