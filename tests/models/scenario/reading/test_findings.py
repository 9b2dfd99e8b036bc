"""Codes of findings: what kind of thing is wrong, whatever the sentence says."""

from __future__ import annotations

import pytest

from models.errors import Code, ScenarioError
from models.scenario.load import scenario_from_text

GOOD = """
schema: 1
name: small
sources: [made up]
workload: {phases: [{name: all, rate: 10, hours: 1}]}
components: {web: {kind: service, replicas: 2, service_ms: 10}}
flows: {read: {share: 1, trace: [{call: web}]}}
decisions: {copies: {integer: [1, 4], sets: web.replicas}}
"""


@pytest.mark.parametrize(
    ("old", "new", "where", "code", "meant"),
    [
        ("service_ms", "servce_ms", "components.web.servce_ms", Code.UNKNOWN_KEY, "service_ms"),
        ("replicas: 2", "replicas: 2, qqq: 1", "components.web.qqq", Code.UNKNOWN_KEY, ""),
        (", service_ms: 10", "", "components.web.service_ms", Code.MISSING_KEY, ""),
        ("service_ms: 10", "service_ms: -1", "components.web.service_ms", Code.OUT_OF_RANGE, ""),
        ("service_ms: 10", "service_ms: ten", "components.web.service_ms", Code.NOT_A_NUMBER, ""),
        ("service_ms: 10", "service_ms: null", "components.web.service_ms", Code.NOT_A_NUMBER, ""),
        ("kind: service", "kind: servise", "components.web.kind", Code.UNKNOWN_NAME, "service"),
        ("integer: [1, 4]", "integer: [1, 4], real: [1, 4]", "decisions.copies", Code.NOT_ONE_KIND, ""),
        ("{call: web}", "{call: wep}", "flows.read.trace[0].call", Code.UNKNOWN_NAME, ""),
        ("integer: [1, 4]", "integer: [4, 1]", "decisions.copies.integer", Code.WRONG_ORDER, ""),
        ("rate: 10", "rate: 0", "workload.phases", Code.NO_LOAD, ""),
        ("name: small", "name: [", "", Code.NOT_YAML, ""),
    ],
)
def test_what_kind_of_thing_is_wrong(old, new, where, code, meant):
    assert GOOD.count(old) == 1
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(GOOD.replace(old, new))
    assert [(f.where, f.code, f.meant) for f in caught.value.findings] == [(where, code, meant)]


def test_the_text_that_is_spoilt_above_is_a_scenario():
    assert scenario_from_text(GOOD).name == "small"
