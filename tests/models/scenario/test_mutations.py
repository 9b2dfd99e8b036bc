"""Whatever is done to a scenario file, it is read or refused with findings: nothing else ever happens."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models.errors import ScenarioError
from models.scenario.checks import check
from models.scenario.load import load_scenario, scenario_from
from models.scenario.scenario import Scenario

FILE = Path(__file__).parents[3] / "data" / "scenarios" / "black_friday_exercise.yaml"
TEXT = FILE.read_text(encoding="utf-8")
TREE = yaml.safe_load(TEXT.replace("    on:", "    'on':"))
# Parts that the exercise does not have, so that they are mutated too.
RICH = copy.deepcopy(TREE) | {
    "drivers": ["volume"],
    "costs": [{"label": "capital", "usd": 100, "drivers": {"volume": 2}}],
    "rules": [{"if": {"more_servers": "on"}, "then": {"tier": "big"}}, {"not": {"tier": "big", "ttl": 10}}],
    "today": {"more_servers": False, "tier": "small", "ttl": {"normal": 10, "peak": 20}},
    "uncertainty": {"cache.hit_ratio": {"distribution": "triangular", "low": 0.1, "mode": 0.5, "high": 0.9}},
    "experiments": [
        {
            "steady_state": ["shop success above 90 %", {"assume": "all is well"}],
            "hypothesis": {"if": "x", "then": {"metric": "p99_ms", "below": 900, "within_s_after": 60}},
            "inject": [
                {"kind": "terminate", "target": "db", "replicas": 1},
                {"kind": "latency", "target": "card", "added_ms": 90, "share": 0.5, "duration_s": 30},
            ],
            "abort": "p95 above 5 s for 30 s",
        }
    ],
}
for _phase in RICH["workload"]["phases"]:
    _phase["drivers"] = {"volume": 2}
RICH["components"] |= {
    "cache": {"kind": "cache", "service_ms": 1, "hit_ratio": 0.5, "ttl_s": 10},
    "db": {"kind": "store", "service_ms": 5, "replicas": 3, "read_quorum": 2, "write_quorum": 2},
    "card": {"kind": "external", "latency_ms": 80},
}
RICH["flows"]["shop"]["trace"] = [
    "platform",
    {"call": "cache", "then": ["db", {"parallel": ["card", ["db", {"call": "card", "name": "pay"}]]}]},
]
RICH["decisions"] |= {
    "tier": {"options": {"small": {}, "big": {"set": {"db.replicas": 5}}}},
    "ttl": {"integer": [1, 100], "sets": "cache.ttl_s", "adaptive": True, "when": {"tier": ["small", "big"]}},
    "wait": {"real": [1, 60], "scale": "log", "sets": ["calls.pay.backoff_ms", "db.rtt_ms"]},
}

ABSURD = st.sampled_from(
    [
        0,
        -1,
        1e308,
        -1e308,
        10**400,
        2**63,
        1e-320,
        float("inf"),
        float("nan"),
        True,
        None,
        "",
        "on",
        "012",
        "12:30",
        "a.b.c",
        "flows",
        "platform",
        "platform.slots",
        "x" * 5000,
        "\x00",
        "😀",
        [],
        {},
        [[]],
        {"a": {}},
    ]
)


def _places(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


def _at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def _delete(draw, parent, key):
    del parent[key]


def _retype(draw, parent, key):
    parent[key] = draw(ABSURD)


def _wrap(draw, parent, key):
    parent[key] = draw(st.sampled_from([[parent[key]], {"a": parent[key]}, [parent[key]] * 2]))


def _rename(draw, parent, key):
    if isinstance(parent, dict):
        names = st.sampled_from(["kind", "set", "on", "flows", "call", "parallel", "x", "", "a b", 3, None])
        parent[draw(names)] = parent.pop(key)
    else:
        parent.insert(key, parent[key])


def _scale(draw, parent, key):
    value = parent[key]
    if isinstance(value, (int, float)) and abs(value) < 1e300:
        parent[key] = value * draw(st.sampled_from([-1, 0, 1000, 1e30, 0.001]))
    elif isinstance(value, str):
        parent[key] = value[: len(value) // 2] + draw(st.sampled_from(["", "x", value, "."]))


def _swap(draw, parent, key):
    other = draw(st.sampled_from(list(parent) if isinstance(parent, dict) else list(range(len(parent)))))
    parent[key], parent[other] = parent[other], parent[key]


@st.composite
def mutated_trees(draw):
    tree = copy.deepcopy(RICH)
    for _ in range(draw(st.integers(1, 4))):
        places = [path for path in _places(tree) if path]
        if not places:
            return tree
        path = draw(st.sampled_from(places))
        change = draw(st.sampled_from([_delete, _retype, _wrap, _rename, _scale, _swap]))
        change(draw, _at(tree, path[:-1]), path[-1])
        tree = copy.deepcopy(tree)
    return tree


@st.composite
def edited_bytes(draw):
    content = TEXT.encode()
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(content)))
        until = min(at + draw(st.sampled_from([0, 1, 5, 40])), len(content))
        pieces = [
            b"",
            b"\t",
            b"\n",
            b": ",
            b"- ",
            b"{",
            b"]",
            b"&a ",
            b"*a",
            b"!!python/none ",
            b"'",
            b'"',
            b"|",
        ]
        pieces += [b"\xff", b"\x00", b"<<: ", b"#", b"? ", b"---\n", b"...\n", b"%", b"1e9", content[:200]]
        content = content[:at] + draw(st.sampled_from(pieces)) + content[until:]
    return content


def _read_or_refused(read) -> None:
    refusal = None
    try:
        scenario = read()
    except ScenarioError as error:
        refusal = error
    if refusal is not None:
        assert refusal.findings
        assert all(finding.found for finding in refusal.findings)
        assert "Traceback" not in str(refusal)
        return
    assert isinstance(scenario, Scenario)
    assert len(scenario.digest()) == 64
    assert all(finding.severity == "warning" for finding in check.warnings(scenario))


def test_what_is_mutated_is_a_scenario() -> None:
    assert set(scenario_from(RICH).decisions) >= {"tier", "ttl", "wait"}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=mutated_trees())
def test_a_mutated_tree_is_read_or_refused(tree) -> None:
    _read_or_refused(lambda: scenario_from(tree))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=edited_bytes())
@example(content=b"")
@example(content=b"schema: 1")
@example(content=b"- " * 3000)
@example(content=b"[" * 3000)
@example(content=b"? " * 3000)
def test_an_edited_file_is_read_or_refused(tmp_path, content) -> None:
    path = tmp_path / "edited.yaml"
    path.write_bytes(content)
    _read_or_refused(lambda: load_scenario(path))


@settings(max_examples=100, deadline=None)
@given(tree=mutated_trees())
def test_a_mutated_tree_in_a_file_is_read_or_refused(tmp_path_factory, tree) -> None:
    path = tmp_path_factory.mktemp("mutated") / "scenario.yaml"
    try:
        path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    except (ValueError, RecursionError):
        pytest.skip("Python can't write it")
    _read_or_refused(lambda: load_scenario(path))
