"""All that is wrong with a file is told at once: no mistake hides another, and none is told twice."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import Code, ScenarioError
from models.scenario.load import load_scenario, scenario_from_text

GOOD = """schema: 1
name: small
sources: [made up]
title: "one of each"
workload:
  phases:
    - {name: calm, rate: 10, hours: 1}
    - {name: rush, rate: 20, hours: 1}
components:
  web: {kind: service, replicas: 2, service_ms: 10}
  near: {kind: cache, service_ms: 1, hit_ratio: 0.5, zipf: 1}
  db: {kind: store, service_ms: 1, read_quorum: 1}
  card: {kind: external, latency_ms: 80}
  spare: {kind: service, service_ms: 1}
flows:
  read:
    share: 0.5
    trace: [web, {call: near, then: [db]}]
  buy:
    share: 0.5
    limit_ms: 100
    trace: [web, card]
decisions:
  copies: {integer: [1, 4], sets: web.replicas}
  fast: {on: {multiply: {web.service_ms: 0.5, db.slots: 2}}}
  wide: {on: {set: {spare.slots: 2}}}
  tier: {options: {small: {}, big: {set: {card.latency_ms: 3}}}}
  deep: {integer: [1, 3], sets: db.replicas}
rules:
  - {if: {fast: on}, then: {deep: 2}}
today: {fast: off}
dimensions:
  latency: {limit: 500, tolerance: never}
  availability: {limit: 0.9}
uncertainty:
  web.slots: {distribution: uniform, low: 1, high: 2}
"""
# stage, old text, new text, where it is told
MISTAKES = [
    ("yaml", 'title: "one of each"', 'title: "one of each', ""),
    ("yaml", "read_quorum: 1}", "read_quorum: 1", ""),
    ("yaml", "  spare: {", "  spare {", ""),
    ("not accepted", "today: {fast: off}", "today: {fast: !x off}", "today.fast"),
    ("schema", "service_ms: 10}", "service_ms: ten}", "components.web.service_ms"),
    ("schema", "kind: cache", "kind: cach", "components.near.kind"),
    ("schema behind the schema", "zipf: 1", "zpif: 1", "components.near.zpif"),
    ("schema", "copies: {integer", "copies: {intger", "decisions.copies"),
    ("schema", "wide: {on: {", "wide: {label: 3, on: {", "decisions.wide.label"),
    ("schema", "rate: 20", "rate: fast", "workload.phases[1].rate"),
    ("schema", "tolerance: never", "tolerance: nver", "dimensions.latency.tolerance"),
    ("names", "trace: [web, card]", "trace: [web, crad]", "flows.buy.trace[1].call"),
    ("names", "{web.service_ms: 0.5", "{web.service_msx: 0.5", "decisions.fast.on.multiply.web.service_msx"),
    ("names", "card.latency_ms: 3", "card.latency: 3", "decisions.tier.options.big.set.card.latency"),
    ("names", "then: {deep: 2}", "then: {deap: 2}", "rules[0].then.deap"),
    ("checks", "deep: {integer: [1, 3]", "deep: {integer: [3, 1]", "decisions.deep.integer"),
    ("checks", "share: 0.5\n    trace", "share: 0.4\n    trace", "flows"),
    ("checks", "availability: {limit: 0.9}", "availability: {limit: 99.9}", "dimensions.availability.limit"),
    ("checks", "low: 1, high: 2", "low: 3, high: 2", "uncertainty.web.slots.low"),
    (
        "the model",
        "set: {spare.slots: 2",
        "set: {flows.buy.limit_ms: 9, spare.slots: 2",
        "decisions.wide.on.set.flows.buy.limit_ms",
    ),
]


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text)
    return sorted(finding.where for finding in caught.value.findings)


def spoilt(mistakes) -> str:
    text = GOOD
    for _, old, new, _ in mistakes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_the_file_that_is_spoilt_is_a_scenario():
    assert scenario_from_text(GOOD).name == "small"


def test_one_mistake_of_each_stage_is_found_in_one_go():
    mistakes = {stage: row for row in MISTAKES if (stage := row[0])}.values()
    assert len(mistakes) == 7
    assert told(spoilt(mistakes)) == sorted(row[3] for row in mistakes)


def test_all_mistakes_together_are_found_in_one_go():
    assert told(spoilt(MISTAKES)) == sorted(row[3] for row in MISTAKES)


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row[1])
def test_one_mistake_is_told_once(row):
    assert told(spoilt([row])) == [row[3]]


def test_no_mistake_hides_another():
    for pair in combinations(MISTAKES, 2):
        assert told(spoilt(pair)) == sorted(row[3] for row in pair), pair


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, len(MISTAKES) - 1), min_size=1))
def test_any_mistakes_are_all_told_and_nothing_else(chosen):
    mistakes = [MISTAKES[i] for i in sorted(chosen)]
    assert told(spoilt(mistakes)) == sorted(row[3] for row in mistakes)


@pytest.mark.parametrize("section", ["workload", "components", "flows", "decisions", "dimensions"])
def test_a_section_that_is_gone_makes_no_echoes(section):
    # The head of a section is no key: all that stands in it is unknown, and so is what refers to it.
    text = GOOD.replace(f"\n{section}:\n", f'\n{section}: "\n', 1)
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text)
    assert [finding.code for finding in caught.value.findings] == [Code.NOT_YAML]


def test_lines_are_those_of_the_file():
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(spoilt(MISTAKES))
    lines = GOOD.split("\n")
    for finding in caught.value.findings:
        if finding.code == Code.NOT_YAML:
            row = lines[finding.line - 1]
            assert any(old in row for stage, old, _, _ in MISTAKES if stage == "yaml"), (finding, row)


def test_a_trace_that_cannot_be_read_hides_nothing(tmp_path):
    phases = GOOD[GOOD.index("  phases:") : GOOD.index("components:")]
    path = tmp_path / "spoilt.yaml"
    path.write_text(spoilt(MISTAKES[-5:]).replace(phases, "  trace: nowhere.csv\n"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert sorted(finding.where for finding in caught.value.findings) == sorted(
        ["workload.trace", *(row[3] for row in MISTAKES[-5:])]
    )


def test_a_limit_cannot_be_uncertain():
    # It is read as written in every draw: a distribution would change nothing, and nobody would know.
    text = GOOD.replace("  web.slots: {", "  flows.buy.limit_ms: {")
    assert told(text) == ["uncertainty.flows.buy.limit_ms"]
