"""What the schema can't see is found, with path, what was found, what is allowed and what to do."""

from __future__ import annotations

import copy

import pytest

from models.errors import ScenarioError
from models.scenario.checks import check
from models.scenario.load import scenario_from

BASE = {
    "schema": 1,
    "name": "base",
    "sources": ["a test"],
    "drivers": ["volume"],
    "costs": [{"label": "capital", "usd": 1, "drivers": {"volume": 2}}],
    "workload": {
        "phases": [
            {"name": "calm", "rate": 10, "hours": 20, "drivers": {"volume": 1}},
            {"name": "rush", "rate": 100, "hours": 4, "drivers": {"volume": 3}},
        ]
    },
    "components": {
        "web": {"kind": "service", "service_ms": 10, "replicas": 4},
        "db": {"kind": "store", "service_ms": 5, "replicas": 3, "read_quorum": 2, "write_quorum": 2},
        "near": {"kind": "cache", "service_ms": 1, "hit_ratio": 0.5},
        "card": {"kind": "external", "latency_ms": 80},
    },
    "flows": {
        "shop": {"share": 0.75, "trace": [{"call": "web", "then": [{"call": "near", "then": ["db"]}]}]},
        "pay": {"share": 0.25, "trace": ["web", "card", {"call": "db", "name": "book", "write": True}]},
    },
    "decisions": {
        "tier": {"options": {"small": {}, "big": {"set": {"db.replicas": 5}}}},
        "fast": {"on": {"multiply": {"web.service_ms": 0.5}}},
        "count": {"integer": [2, 10], "step": 2, "sets": "web.replicas"},
        "wait": {"real": [1, 60], "scale": "log", "sets": "calls.card.backoff_ms", "adaptive": True},
    },
    "uncertainty": {"web.service_ms": {"distribution": "uniform", "low": 5, "high": 20}},
    "experiments": [{"hypothesis": {"if": "a", "then": "b"}, "inject": {"kind": "stop", "target": "db"}}],
}
BASE["flows"]["pay"]["trace"][1] = {"call": "card", "retries": 1}


def changed(path: str, value: object):
    """The base with one part replaced; steps of the path are separated by slashes."""
    tree = copy.deepcopy(BASE)
    node = tree
    *steps, last = path.split("/")
    for step in steps:
        node = node[int(step)] if step.isdigit() else node.setdefault(step, {})
    node[int(last) if last.isdigit() else last] = value
    return tree


def refused(tree):
    with pytest.raises(ScenarioError) as caught:
        scenario_from(tree)
    return caught.value.findings


def test_the_base_is_without_errors_and_warnings() -> None:
    scenario = scenario_from(BASE)
    assert check.findings(scenario) == []
    assert check.warnings(scenario) == []


PHASE = {"name": "x", "rate": 1, "hours": 1, "drivers": {"volume": 1}}

# changed part, its new value, path, found, allowed, hint
ERRORS = [
    # workload
    ("workload", {}, "workload", "no phases", "a trace", "phases: ["),
    ("workload/phases", [PHASE, PHASE], "workload.phases[1].name", "second phase", "one name", "rename"),
    (
        "workload/phases",
        [PHASE | {"peak": True}, PHASE | {"name": "y", "peak": True}],
        "workload.phases[1].peak",
        "second peak",
        "at most one",
        "remove",
    ),
    ("workload/phases", [PHASE | {"rate": 0}], "workload.phases", "every rate is 0", "above 0", ""),
    ("workload/phases", [PHASE | {"hours": 0}], "workload.phases", "0 hours", "above 0", ""),
    (
        "workload/phases/1/drivers",
        {"volume": 1, "volum": 2},
        "workload.phases[1].drivers.volum",
        "unknown driver",
        "volume",
        "mean 'volume'?",
    ),
    (
        "workload/phases/1/drivers",
        {},
        "workload.phases[1].drivers",
        "'volume' has no value",
        "every",
        "add volume",
    ),
    ("workload/phases/0/drivers/volume", 0, "workload.phases[0].drivers.volume", "0", "above 0", "relative"),
    (
        "workload/phases/1/drivers/volume",
        -1,
        "workload.phases[1].drivers.volume",
        "-1",
        "from 0 on",
        "power of 2",
    ),
    (
        "costs/0/drivers",
        {"volumes": 1},
        "costs[0].drivers.volumes",
        "unknown driver",
        "volume",
        "mean 'volume'?",
    ),
    (
        "workload/phases/0/effect",
        {"set": {"web.slotz": 1}},
        "workload.phases[0].effect.set.web.slotz",
        "'slotz'",
        "slots",
        "mean 'slots'?",
    ),
    # components
    (
        "components/flows",
        {"kind": "external", "latency_ms": 1},
        "components.flows",
        "'flows'",
        "any name",
        "rename",
    ),
    (
        "components/web/mtbf_hours",
        100,
        "components.web.mtbf_hours",
        "without mttr_minutes",
        "both",
        "add mttr",
    ),
    ("components/db/read_quorum", 4, "components.db.read_quorum", "4 among 3", "1 to 3", "raise replicas"),
    ("components/db/write_quorum", 9, "components.db.write_quorum", "9 among 3", "1 to 3", "raise replicas"),
    (
        "components/near",
        {"kind": "cache", "service_ms": 1},
        "components.near",
        "neither hit_ratio",
        "one",
        "add",
    ),
    # flows
    ("flows/shop/share", 0.5, "flows", "sum to 0.75", "a sum of 1", "+0.25"),
    ("flows/pay/trace", ["wep"], "flows.pay.trace[0].call", "'wep'", "web, db", "mean 'web'?"),
    (
        "flows/pay/trace",
        ["web", {"parallel": ["db", ["web", "dbb"]]}],
        "flows.pay.trace[1].parallel[1][1].call",
        "'dbb'",
        "db",
        "mean 'db'?",
    ),
    (
        "flows/pay/trace",
        [{"call": "web", "then": ["web"]}],
        "flows.pay.trace[0].then[0].call",
        "web -> web",
        "without a circle",
        "take one",
    ),
    (
        "flows/pay/trace",
        [{"call": "db", "then": [{"parallel": [{"call": "web"}]}]}],
        "flows.pay.trace[0].then[0].parallel[0][0].call",
        "circle",
        "without a circle",
        "wait for itself",
    ),
    (
        "flows/pay/trace",
        [{"call": "card", "then": ["db"]}],
        "flows.pay.trace[0].then",
        "somebody else's",
        "",
        "after",
    ),
    # effects
    (
        "decisions/fast/on",
        {"set": {"wep.slots": 2}},
        "decisions.fast.on.set.wep.slots",
        "'wep'",
        "web",
        "'web'?",
    ),
    ("decisions/fast/on", {"set": {"web.slots": 2.5}}, "decisions.fast.on.set.web.slots", "2.5", "whole", ""),
    ("decisions/fast/on", {"set": {"web.slots": 0}}, "decisions.fast.on.set.web.slots", "0", "1 to 1e7", ""),
    (
        "decisions/fast/on",
        {"set": {"web.slots": True}},
        "decisions.fast.on.set.web.slots",
        "true",
        "whole",
        "",
    ),
    (
        "decisions/fast/on",
        {"set": {"web.slots": None}},
        "decisions.fast.on.set.web.slots",
        "null",
        "whole",
        "",
    ),
    (
        "decisions/fast/on",
        {"set": {"web.blocking": 1}},
        "decisions.fast.on.set.web.blocking",
        "1",
        "true or",
        "",
    ),
    (
        "decisions/fast/on",
        {"set": {"web.stale_share": 5}},
        "decisions.fast.on.set.web.stale_share",
        "5",
        "to 1",
        "write 0.05",
    ),
    (
        "decisions/fast/on",
        {"multiply": {"web.slots": -1}},
        "decisions.fast.on.multiply.web.slots",
        "-1",
        "from 0",
        "",
    ),
    (
        "decisions/fast/on",
        {"multiply": {"web.blocking": 2}},
        "decisions.fast.on.multiply.web.blocking",
        "switch",
        "set:",
        "use set",
    ),
    (
        "decisions/fast/on",
        {"add": {"web.max_wait_s": 2}},
        "decisions.fast.on.add.web.max_wait_s",
        "no value",
        "",
        "give max_wait_s",
    ),
    (
        "decisions/fast/on",
        {"set": {"calls.card.retries": 2, "flows.pay.calls.card.retries": 3}},
        "decisions.fast.on.set.flows.pay.calls.card.retries",
        "same parameter",
        "one value",
        "remove one",
    ),
    # decisions
    ("decisions/fast/component", "wep", "decisions.fast.component", "unknown component", "web", "'web'?"),
    ("decisions/fast/flow", "shopp", "decisions.fast.flow", "unknown flow", "shop", "'shop'?"),
    ("decisions/count/integer", [10, 2], "decisions.count.integer", "10 to the number 2", "smallest", "swap"),
    ("decisions/count/integer", [0, 2], "decisions.count.integer", "number 0 for web.replicas", "1 to", ""),
    (
        "decisions/count/sets",
        "web.blocking",
        "decisions.count.sets",
        "true or false",
        "number",
        "use a toggle",
    ),
    ("decisions/count/sets", ["web.replicas", "x.y"], "decisions.count.sets[1]", "'x'", "web", ""),
    (
        "decisions/count/sets",
        "near.keys",
        "decisions.count.sets",
        "no value today",
        "",
        "write today's",
    ),
    ("decisions/wait/real", [60, 1], "decisions.wait.real", "60 to the number 1", "smallest", "swap"),
    ("decisions/wait/real", [6, 6], "decisions.wait.real", "6", "two different", "no decision"),
    ("decisions/wait/real", [0, 6], "decisions.wait.real", "0", "above 0 on a log", "linear"),
    ("decisions/wait/sets", "web.slots", "decisions.wait.sets", "whole number", "broken", "use integer"),
    # two places that set one parameter
    (
        "decisions/more",
        {"on": {"set": {"web.replicas": 9}}},
        "decisions.more.on.set.web.replicas",
        "decisions.count sets too",
        "one decision",
        "one choice",
    ),
    (
        "decisions/more",
        {"real": [1, 2], "sets": "flows.pay.calls.card.backoff_ms"},
        "decisions.more.sets",
        "decisions.wait sets too",
        "one decision",
        "when",
    ),
    (
        "workload/phases/1/effect",
        {"set": {"db.replicas": 1}},
        "workload.phases[1].effect.set.db.replicas",
        "decisions.tier sets too",
        "one place",
        "multiply",
    ),
    # conditions
    (
        "decisions/fast/when",
        {"teer": "big"},
        "decisions.fast.when.teer",
        "unknown decision",
        "tier",
        "'tier'?",
    ),
    ("decisions/fast/when", {"tier": "bigg"}, "decisions.fast.when.tier", '"bigg"', "small, big", "'big'?"),
    ("decisions/fast/when", {"tier": ["big", 3]}, "decisions.fast.when.tier[1]", "3", "small, big", ""),
    ("decisions/fast/when", {"tier": []}, "decisions.fast.when.tier", "no value", "", ""),
    ("decisions/fast/when", {"count": 3}, "decisions.fast.when.count", "3", "2 to 10 in steps of 2", ""),
    ("decisions/fast/when", {"wait": 99}, "decisions.fast.when.wait", "99", "1 to 60", ""),
    ("decisions/fast/when", {"fast": True}, "decisions.fast.when.fast", "itself", "", "remove"),
    ("decisions/tier/when", {"fast": "onn"}, "decisions.tier.when.fast", '"onn"', "on, off", ""),
    ("rules", [{"if": {"fast": True}}], "rules[0]", "neither then nor not", "requires", "add"),
    ("rules", [{"if": {"fast": True}, "not": {"tier": "big"}}], "rules[0]", "if together", "", "two rules"),
    ("rules", [{"not": {"fsat": True}}], "rules[0].not.fsat", "unknown decision", "fast", "'fast'?"),
    ("rules", [{"if": {"fast": 1}, "then": {"tier": "big"}}], "rules[0].if.fast", "1", "on, off", ""),
    (
        "rules",
        [{"not": {"fast": True}}, {"then": {"fast": "on"}}],
        "rules",
        "exclude every design",
        "",
        "relax",
    ),
    ("rules", [{"not": {"tier": ["small", "big"]}}], "rules", "exclude every design", "", "relax"),
    # today
    ("today", {"fsat": True}, "today.fsat", "unknown decision", "fast", "'fast'?"),
    ("today", {"fast": 1}, "today.fast", "1", "on, off", ""),
    ("today", {"tier": "huge"}, "today.tier", '"huge"', "small, big", ""),
    ("today", {"count": 2.5}, "today.count", "2.5", "whole number", ""),
    ("today", {"count": {"calm": 2}}, "today.count", "not adaptive", "one value", "adaptive: true"),
    ("today", {"wait": {"clam": 2}}, "today.wait.clam", "unknown phase", "calm, rush", "'calm'?"),
    ("today", {"wait": {"calm": -2}}, "today.wait.calm", "-2", "from 0", ""),
    # goals
    (
        "dimensions",
        {"availability": {"limit": 99.9}},
        "dimensions.availability.limit",
        "99.9",
        "0 to 1",
        "0.999",
    ),
    ("dimensions", {"latency": {"target": -1}}, "dimensions.latency.target", "-1", "from 0 on", ""),
    (
        "dimensions",
        {"complexity": {"limit": 80}},
        "dimensions.complexity.limit",
        "80",
        "0 to 10",
        "write 0.8",
    ),
    (
        "uncertainty",
        {"web.slotz": {"distribution": "normal", "mean": 1, "sd": 1}},
        "uncertainty.web.slotz",
        "'slotz'",
        "slots",
        "'slots'?",
    ),
    (
        "uncertainty",
        {"web.blocking": {"distribution": "normal", "mean": 1, "sd": 1}},
        "uncertainty.web.blocking",
        "true or false",
        "a number",
        "",
    ),
    (
        "uncertainty",
        {"near.ttl_s": {"distribution": "normal", "mean": 1, "sd": 1}},
        "uncertainty.near.ttl_s",
        "no value",
        "",
        "first",
    ),
    (
        "uncertainty",
        {"web.slots": {"distribution": "normal", "mean": -1, "sd": 1}},
        "uncertainty.web.slots.mean",
        "-1",
        "1 to",
        "",
    ),
    (
        "uncertainty",
        {"web.slots": {"distribution": "uniform", "low": 9, "high": 2}},
        "uncertainty.web.slots.low",
        "low 9",
        "below",
        "swap",
    ),
    (
        "uncertainty",
        {"web.slots": {"distribution": "triangular", "low": 1, "mode": 7, "high": 2}},
        "uncertainty.web.slots.mode",
        "mode 7",
        "1 to 2",
        "",
    ),
    ("experiments/0/inject/target", "dbx", "experiments[0].inject.target", "'dbx'", "web, db", "'db'?"),
]


@pytest.mark.parametrize(("part", "value", "where", "found", "allowed", "hint"), ERRORS)
def test_an_error_is_told_with_its_path_and_remedy(part, value, where, found, allowed, hint) -> None:
    findings = [finding for finding in refused(changed(part, value)) if finding.where == where]
    assert findings, [str(finding) for finding in refused(changed(part, value))]
    assert found in findings[0].found
    assert allowed in findings[0].allowed
    assert hint in findings[0].hint
    assert findings[0].severity == "error"


def test_availability_is_given_in_one_way() -> None:
    tree = changed("components/web", {"kind": "service", "service_ms": 1, "availability": 0.9})
    tree["components"]["web"] |= {"mtbf_hours": 0, "mttr_minutes": 1}
    assert {finding.where for finding in refused(tree)} == {
        "components.web.availability",
        "components.web.mtbf_hours",
    }


def test_the_only_flow_has_all_requests() -> None:
    (finding,) = refused(changed("flows", {"shop": {"share": 0.9, "trace": ["web"]}}) | {"decisions": {}})
    assert (finding.where, finding.hint) == ("flows.shop.share", "write 1")


def test_conditions_in_a_circle_are_named() -> None:
    tree = changed("decisions/fast/when", {"tier": "big"})
    tree["decisions"]["tier"]["when"] = {"count": 2}
    tree["decisions"]["count"]["when"] = {"fast": True}
    (finding,) = refused(tree)
    assert finding.found.endswith("in a circle: tier -> count -> fast -> tier")


def test_a_value_of_what_does_not_exist_today_is_an_error() -> None:
    tree = changed("decisions/fast/when", {"tier": "big"})
    tree["today"] = {"fast": True}
    (finding,) = refused(tree)
    assert finding.where == "today.fast"
    assert "'tier' is not big" in finding.found
    assert "set today.tier" in finding.hint
    scenario_from(tree | {"today": {"fast": False}})
    scenario_from(tree | {"today": {"fast": True, "tier": "big"}})


LEGAL = [
    ("decisions/more", {"on": {"set": {"web.replicas": 9}}, "when": {"tier": "small"}}, {"tier": "big"}),
    ("decisions/more", {"options": {"a": {"set": {"web.slots": 1}}, "b": {"set": {"web.slots": 2}}}}, {}),
    ("decisions/more", {"on": {"multiply": {"web.replicas": 2}}}, {}),
    ("today", {"count": 25}, {}),
    ("today", {"fast": "on", "wait": {"calm": 0}}, {}),
    ("rules", [{"if": {"fast": True}, "then": {"tier": "big"}}, {"not": {"tier": "big", "count": 2}}], {}),
    ("workload/phases/1/rate", 0, {}),
    ("experiments/0/inject/target", "flows.pay.calls.card.timeout_ms", {}),
    ("decisions/fast/on", {"set": {"web.max_wait_s": 3}, "multiply": {"web.max_wait_s": 2}}, {}),
]


@pytest.mark.parametrize(("part", "value", "when"), LEGAL)
def test_what_looks_like_an_error_and_is_none(part, value, when) -> None:
    tree = changed(part, value)
    if when:
        tree["decisions"]["count"]["when"] = when
    assert check.findings(scenario_from(tree)) == []


def test_values_of_an_adaptive_decision_do_not_keep_fixed_ones_apart() -> None:
    tree = changed("decisions/tier/adaptive", True)
    tree["decisions"]["more"] = {"on": {"set": {"web.slots": 2}}, "when": {"tier": "small"}}
    tree["decisions"]["less"] = {"on": {"set": {"web.slots": 1}}, "when": {"tier": "big"}}
    assert [finding.where for finding in refused(tree)] == ["decisions.less.on.set.web.slots"]
    for name in ("more", "less"):
        tree["decisions"][name]["adaptive"] = True
    assert check.findings(scenario_from(tree)) == []


# changed part, its new value, path, found
ODD = [
    ("components/spare", {"kind": "external", "latency_ms": 1}, "components.spare", "no flow calls"),
    ("sources", [], "components.web", "without a source"),
    ("decisions/idle", {"on": {}}, "decisions.idle", "changes nothing"),
    (
        "decisions/idle",
        {"on": {"multiply": {"web.slots": 1}, "add": {"web.slots": 0}}},
        "decisions.idle",
        "nothing",
    ),
    ("decisions/idle", {"on": {"set": {"web.slots": 1}}}, "decisions.idle", "changes nothing"),
    ("decisions/idle", {"options": {"a": {}, "b": {}}}, "decisions.idle", "changes nothing"),
    ("decisions/idle", {"options": {"a": {}}}, "decisions.idle", "one option"),
    ("decisions/idle", {"integer": [3, 3], "sets": "web.slots"}, "decisions.idle", "changes nothing"),
    ("dimensions", {"latency": {"tolerance": "never"}}, "dimensions.latency.tolerance", "without a limit"),
    ("dimensions", {"availability": {"limit": 0}}, "dimensions.availability.limit", "every design meets"),
    ("limits", {"emergence": 1}, "limits.emergence", "every design meets"),
    ("limits", {"effort_days": 5}, "limits.effort_days", "every design meets"),
    ("limits", {"one_time_usd": 5}, "limits.one_time_usd", "every design meets"),
    ("components/near/keys", 100, "components.near.keys", "no effect: hit_ratio"),
    ("flows/pay/trace/0", {"call": "web", "backoff_ms": 5}, "flows.pay.trace[0].backoff_ms", "no retries"),
    ("flows/pay/trace/0", "near", "flows.pay.trace[0]", "misses of 'near' go nowhere"),
    ("drivers", ["volume", "noise"], "drivers.noise", "nothing depends"),
]


@pytest.mark.parametrize(("part", "value", "where", "found"), ODD)
def test_what_is_odd_is_a_warning(part, value, where, found) -> None:
    tree = changed(part, value)
    if part == "drivers":
        for phase in tree["workload"]["phases"]:
            phase["drivers"]["noise"] = 1
    scenario = scenario_from(tree)
    warnings = [finding for finding in check.warnings(scenario) if finding.where == where]
    assert warnings, check.warnings(scenario)
    assert found in warnings[0].found
    assert warnings[0].hint
    assert warnings[0].severity == "warning"


def test_a_source_of_its_own_is_enough() -> None:
    tree = changed("sources", [])
    for component in tree["components"].values():
        component["source"] = "guess"
    assert check.warnings(scenario_from(tree)) == []


@pytest.mark.parametrize(
    ("group", "where", "words"),
    [
        ({"each": 3, "parallel": ["web", "web"]}, "each", "beside 2 branches"),
        ({"each": 3, "needed": 4, "parallel": ["web"]}, "needed", "needed: 4 of 3"),
        ({"needed": 2, "parallel": ["web", "web"]}, "needed", "needed: 2 of 1"),
    ],
)
def test_equal_branches_that_contradict_themselves(group, where, words) -> None:
    with pytest.raises(ScenarioError) as error:
        scenario_from(copy.deepcopy(BASE) | {"flows": {"all": {"share": 1.0, "trace": [group]}}})
    told = {finding.where: finding.found for finding in error.value.findings}
    assert words in told[f"flows.all.trace[0].{where}"]
