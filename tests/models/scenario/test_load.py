"""A scenario file is read, or refused whole: every error with line, path, what was found and what to do."""

from __future__ import annotations

import math
import pickle
import time
from pathlib import Path

import pytest

from models.errors import ScenarioError
from models.scenario.load import load_scenario, load_with_warnings, scenario_from, scenario_from_text

FILE = Path(__file__).parents[3] / "data" / "scenarios" / "black_friday_exercise.yaml"
TEXT = FILE.read_text(encoding="utf-8")


def refused(text: str):
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text, source="x.yaml")
    return caught.value.findings


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_exercise_is_read() -> None:
    scenario = load_scenario(FILE)
    assert [phase.rate for phase in scenario.workload.phases] == [1000, 50000]
    assert next(iter(scenario.decisions)) == "eventual_consistency"
    assert scenario.components["platform"].replicas == 20
    assert scenario == scenario_from_text(TEXT)


def test_the_exercise_has_no_warnings() -> None:
    assert [finding.severity for finding in load_with_warnings(FILE)[1]] in ([], ["note"])


def test_warnings_have_lines(tmp_path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(TEXT.replace("limit: 0.99,", "limit: 0,"))
    (finding,) = (finding for finding in load_with_warnings(path)[1] if finding.severity == "warning")
    assert (finding.where, finding.severity) == ("dimensions.availability.limit", "warning")
    assert finding.line == line_of(TEXT, "availability: {limit")


def test_reading_is_fast_enough_for_a_command_line() -> None:
    load_scenario(FILE)
    start = time.perf_counter()
    load_scenario(FILE)
    assert time.perf_counter() - start < 0.1


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(ScenarioError, match=r"missing\.yaml: 1 error\n  there is no such file"):
        load_scenario(tmp_path / "missing.yaml")


# old text, new text, path, found, allowed, hint: one row for each kind of error of the schema
MISFITS = [
    ("slots: 10", "slotz: 10", "components.platform.slotz", "unknown key 'slotz'", "slots", "mean 'slots'?"),
    ("workload:", "workloads:", "workloads", "unknown key", "workload", "mean 'workload'?"),
    ("    service_ms: 140\n", "", "components.platform.service_ms", "missing", "from 0 to 1e9 ms", "add it"),
    ("service_ms: 140", "service_ms: fast", "components.platform.service_ms", '"fast"', "0 to 1e9 ms", ""),
    ("service_ms: 140", "service_ms: -1", "components.platform.service_ms", "number -1", "from 0", ""),
    ("service_ms: 140", "service_ms: [1]", "components.platform.service_ms", "a list", "a number", ""),
    (
        "service_ms: 140",
        "service_ms:",
        "components.platform.service_ms",
        "nothing",
        "a number",
        "leave the key",
    ),
    ("replicas: 20", "replicas: 1.5", "components.platform.replicas", "number 1.5", "a whole number", ""),
    (
        "replicas: 20",
        "replicas: 020",
        "components.platform.replicas",
        '"020"',
        "a whole",
        "write 20, without",
    ),
    ("replicas: 20", "replicas: 1e8", "components.platform.replicas", "100000000", "1 to 1e7", ""),
    (
        "availability: 0.999",
        "availability: 99.9",
        "components.platform.availability",
        "99.9",
        "0 to 1",
        "0.999",
    ),
    (
        "availability: 0.999",
        "availability: 99.9%",
        "components.platform.availability",
        "99.9%",
        "0 to 1",
        "0.999",
    ),
    ("slots: 10", "blocking: yes", "components.platform.blocking", '"yes"', "true or false", "write true"),
    ("kind: service", "kind: servce", "components.platform.kind", "'servce'", "store", "mean 'service'?"),
    ("    kind: service\n", "", "components.platform.kind", "missing", "service, store, cache", "add it"),
    ("share: 1.0", "share: true", "flows.shop.share", "true", "a number from 0 to 1", ""),
    ("trace: [platform]", "trace: platform", "flows.shop.trace", '"platform"', "a list", ""),
    ("trace: [platform]", "trace: [3]", "flows.shop.trace[0]", "number 3", "name of a component", ""),
    ("trace: [platform]", "trace: []", "flows.shop.trace", "no entry", "at least 1", ""),
    (
        "[platform]",
        "[{call: platform, tims: 2}]",
        "flows.shop.trace[0].tims",
        "unknown key",
        "times",
        "'times'",
    ),
    (
        "[platform]",
        "[{paralel: [platform]}]",
        "flows.shop.trace[0].paralel",
        "unknown",
        "",
        "mean 'parallel'?",
    ),
    (
        "[platform]",
        "[{parallel: [[platform, 1]]}]",
        "flows.shop.trace[0].parallel[0][1]",
        "number 1",
        "name",
        "",
    ),
    (
        "[platform]",
        "[{call: platform, then: [{call: 1}]}]",
        "flows.shop.trace[0].then[0].call",
        "1",
        "text",
        "quotes",
    ),
    ("schema: 2", 'schema: "2"', "schema", '"2"', "2", "without quotes"),
    ("schema: 2", "schema: 3", "schema", "number 3", "2", ""),
    ("name: black-friday-exercise", "name: Black Friday", "name", "Black Friday", "small letters", ""),
    ("title: The Black Friday optimization challenge", "title: 7", "title", "7", "text", 'quotes: "7"'),
    (
        "    on: {multiply: {platform.replicas: 10}}\n",
        "",
        "decisions.more_servers",
        "none of",
        "exactly one",
        "",
    ),
    (
        "    on: {multiply: {platform.replicas",
        "    onn: {multiply: {platform.replicas",
        "decisions.more_servers",
        "none of",
        "exactly one",
        "mean 'on'?",
    ),
    (
        "    one_time_usd: 100000",
        "    integer: [1, 2]",
        "decisions.more_servers",
        "on, integer",
        "exactly one",
        "",
    ),
    (
        "on: {set: {platform.max_wait_s: 30}}",
        "on: {sett: {}}",
        "decisions.request_queue.on.sett",
        "'sett'",
        "set, multiply, add",
        "mean 'set'?",
    ),
    (
        "{platform.max_wait_s: 30}",
        "{platform.max_wait_s: long}",
        "decisions.request_queue.on.set.platform",
        '"long"',
        "a number",
        "",
    ),
    (
        "{platform.max_wait_s: 30}",
        "{platform max: 30}",
        "decisions.request_queue.on.set.platform max",
        "the key",
        "a path such as",
        "rename it",
    ),
    (
        "  more_servers:",
        "  2more:",
        "decisions.2more",
        "the key '2more'",
        "beginning with a letter",
        "rename",
    ),
    ("tolerance: never", "tolerance: nevr", "dimensions.availability.tolerance", '"nevr"', "rare", "'never'"),
    ("effort_days: 5", "efort_days: 5", "limits.efort_days", "unknown key", "effort_days", "'effort_days'"),
    (
        "limits:\n  effort_days: 5",
        "limits:",
        "limits",
        "nothing",
        "a mapping with the keys sat",
        "fill it in",
    ),
    ("limits:", "rules: [3]\nlimits:", "rules[0]", "number 3", "keys if, then, not", ""),
    ("limits:", "drivers: 3\nlimits:", "drivers", "number 3", "a mapping", ""),
    (
        "limits:",
        "uncertainty: {platform.slots: {distribution: norm, mean: 1, sd: 1}}\nlimits:",
        "uncertainty.platform.slots.dist",
        "'norm'",
        "lognormal",
        "mean 'normal'?",
    ),
    (
        "limits:",
        "uncertainty: {platform.slots: {distribution: normal, mean: x, sd: 1}}\nlimits:",
        "uncertainty",
        '"x"',
        "a number",
        "",
    ),
    ("limits:", "today: {more_servers: [on]}\nlimits:", "today.more_servers", "a list", "true or false", ""),
    ("limits:", "complexity: {base: .inf}\nlimits:", "complexity.base", ".inf", "", "null"),
    ("workload:\n", "workload:\n  trace: 3\n", "workload.trace", "number 3", "text or a mapping", ""),
]


@pytest.mark.parametrize(("old", "new", "where", "found", "allowed", "hint"), MISFITS)
def test_a_misfit_is_told_with_line_path_and_remedy(old, new, where, found, allowed, hint) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    findings = [finding for finding in refused(text) if finding.where.startswith(where)]
    assert findings, [str(finding) for finding in refused(text)]
    finding = findings[0]
    assert found in finding.found
    assert allowed in finding.allowed
    assert hint in finding.hint
    # The line of the key itself, or of the mapping where it is missing.
    first = line_of(TEXT, old)
    assert finding.line is not None or where == "name"
    assert finding.line is None or first - 8 <= finding.line <= first + max(1, new.count("\n"))


@pytest.mark.parametrize("row", MISFITS, ids=lambda row: row[2])
def test_one_misfit_is_one_finding(row) -> None:
    old, new = row[:2]
    bearing = {"workloads", "decisions.2more"}  # without these other parts fail too
    findings = refused(TEXT.replace(old, new, 1))
    assert len(findings) <= (2 if row[2] in bearing or "onn:" in new else 1), [str(f) for f in findings]


def test_all_errors_are_told_at_once_in_the_order_of_the_file() -> None:
    text = TEXT.replace("slots: 10", "slots: ten\n    slots: 10").replace("service_ms: 140", "servce_ms: 140")
    text = text.replace("share: 1.0", "share: 0.9").replace("platform.replicas: 10", "platform.replicsa: 10")
    text = text.replace("limit: 0.99", "limit: 99")
    findings = refused(text)
    assert [finding.where for finding in findings] == [
        "components.platform.slots",
        "components.platform.servce_ms",
        "flows.shop.share",
        "decisions.more_servers.on.multiply.platform.replicsa",
        "dimensions.availability.limit",
    ]
    lines = [finding.line for finding in findings]
    assert lines == sorted(lines)
    assert None not in lines
    assert all(finding.hint for finding in findings)


def test_what_was_mended_makes_no_further_findings() -> None:
    # With the wrong hit_ratio left out the cache would have none, and its multiplier nothing to multiply.
    text = TEXT.replace("trace: [platform]", "trace: [platform, cache]").replace(
        "flows:\n", "  cache: {kind: cache, service_ms: 1, hit_ratio: 2}\n\nflows:\n"
    )
    text = text.replace("{platform.replicas: 10}", "{platform.replicas: 10, cache.hit_ratio: 0.5}")
    assert [finding.where for finding in refused(text)] == ["components.cache.hit_ratio"]


def test_hundreds_of_errors_are_not_all_told() -> None:
    findings = refused(TEXT + "".join(f"x{i}: 1\n" for i in range(2000)))
    assert len(findings) == 101
    assert findings[-1].found.startswith("and ")


def test_the_error_says_it_all_and_can_be_sent_between_processes() -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(TEXT.replace("slots: 10", "slots: 0"), source="x.yaml")
    assert str(caught.value) == (
        "x.yaml: 1 error\n"
        "  line 23: components.platform.slots: the number 0; allowed: a whole number from 1 to 1e7"
    )
    assert pickle.loads(pickle.dumps(caught.value)).findings == caught.value.findings


TREE = {
    "schema": 1,
    "name": "small",
    "workload": {"phases": [{"name": "all", "rate": 1, "hours": 1}]},
    "components": {"web": {"kind": "service", "service_ms": 1}},
    "flows": {"shop": {"share": 1, "trace": ["web"]}},
}


def test_python_values_are_read_like_a_file() -> None:
    scenario = scenario_from(TREE)
    assert scenario.flows["shop"].trace[0].call == "web"
    assert TREE["flows"]["shop"]["trace"] == ["web"]  # not changed


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (math.nan, "nan is not a number"),
        (math.inf, "inf is not"),
        (10**30, "18 digits"),
        (object(), "type object"),
        ({1, 2}, "type set"),
        (b"x", "type bytes"),
    ],
)
def test_python_values_that_no_file_can_hold_are_refused(value, found) -> None:
    tree = {**TREE, "components": {"web": {"kind": "service", "service_ms": value}}}
    with pytest.raises(ScenarioError) as caught:
        scenario_from(tree)
    (finding,) = caught.value.findings
    assert finding.where == "components.web.service_ms"
    assert found in finding.found
    assert finding.line is None


def test_python_values_of_the_wrong_shape_are_refused() -> None:
    deep: list = []
    deep.append(deep)
    for tree in ([1], None, {**TREE, 1: 2}, {**TREE, "title": deep}, {**TREE, "x" * 1000: 1}, {}):
        with pytest.raises(ScenarioError) as caught:
            scenario_from(tree)
        assert caught.value.findings


def test_drivers_may_be_a_list_of_names() -> None:
    phases = [{"name": "all", "rate": 1, "hours": 1, "drivers": {"volume": 3}}]
    assert scenario_from({**TREE, "workload": {"phases": phases}, "drivers": ["volume"]}).drivers == {
        "volume": ""
    }
