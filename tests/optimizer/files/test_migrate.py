"""A file in the newest schema: what it means, what stays of its text, which files of before belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import compile_system
from models.errors import Code, ScenarioError
from models.evaluator import evaluate
from models.scenario.editing.edit import EditError
from models.scenario.load import load_with_warnings, scenario_from_text
from optimizer.files.migrate import migrated

SCENARIOS = Path(__file__).parents[3] / "data" / "scenarios"
TEXT = """\
# ours
schema: 1  # old
name: shop
sources: [a test]
workload: {phases: [{name: all, rate: 90, hours: 1}]}
components:
  web: {kind: service, replicas: 4, service_ms: 30}  # four of them
  proxy: {kind: service, service_ms: 1}
  db:
    kind: store
    replicas: 3
    slots: 2
    service_ms: 10
    # the end of db
flows:
  read: {share: 0.5, trace: [proxy, {call: web, then: [db]}]}
  write: {share: 0.5, trace: [proxy, {call: web, then: [{call: db, write: true}]}]}
decisions:
  more: {integer: [1, 3], sets: web.slots}
"""


def values(text):
    system = compile_system(scenario_from_text(text))
    return evaluate(system, system.space.designs(0, system.space.size)).values


def test_it_means_what_it_meant_and_keeps_its_comments():
    done = migrated(TEXT)
    assert (values(done.text) == values(TEXT)).all()
    for line in TEXT.splitlines():
        comment = line.partition("#")[2]
        assert comment in done.text
    wanted = {("web", "balancing"), ("db", "balancing"), ("db", "copy_work")}
    assert {(one.component, one.parameter) for one in done.left} == wanted
    assert "proxy: {kind: service, service_ms: 1}\n" in done.text


def test_again_changes_nothing():
    once = migrated(TEXT).text
    assert migrated(once).text == once


def test_the_new_defaults_can_be_taken_over():
    done = migrated(TEXT, adopt=True)
    assert done.text == TEXT.replace("schema: 1", "schema: 2")
    scenario = scenario_from_text(done.text)
    assert scenario.components["web"].balancing == "least_connections"
    assert (scenario.components["db"].balancing, scenario.components["db"].copy_work) == ("random", 1.0)


def test_a_refused_file_is_not_rewritten():
    with pytest.raises(ScenarioError, match="line 7"):
        migrated(TEXT.replace("replicas: 4", "replicas: 0"))


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_bundled_scenarios_can_be_migrated(path):
    text = path.read_text()
    assert "\nschema: 2" in "\n" + migrated(text, folder=path.parent).text


def test_notes_say_what_is_left_to_the_schema(tmp_path):
    path = tmp_path / "shop.yaml"
    for text, code in ((TEXT, Code.OLD_SCHEMA), (migrated(TEXT, adopt=True).text, Code.BY_DEFAULT)):
        path.write_text(text)
        found = [finding for finding in load_with_warnings(path)[1] if finding.severity == "note"]
        assert [finding.code for finding in found] == [code]
        told = str(found[0])
        assert all(name in told for name in ("web", "db"))
        assert "proxy" not in told
    path.write_text(migrated(TEXT).text)
    assert load_with_warnings(path)[1] == ()


#: As the program of that time told them, before the format got `balancing` and what came after it.
DIGEST_OF_0_1 = "c3904a09353f351a27d5878067da5fbba3d7bd584798f9b4352edcd343de0e82"


def test_files_of_0_1_belong_to_the_same_scenario():
    assert scenario_from_text(TEXT).digest() == DIGEST_OF_0_1
    text = TEXT.replace("replicas: 4", "replicas: 4, balancing: random")
    assert scenario_from_text(text).digest() != DIGEST_OF_0_1


EXPERIMENTS = """\
experiments:
  - name: slow  # the db
    steady_state: ["read success above 98 %", "everybody is happy"]
    hypothesis: {if: "it is slow", then: "people wait"}
    inject: {kind: latency, target: db, amount: 20, minutes: 0.5}
    abort: "read success below 50 % for one minute"
  - hypothesis: {if: "a server is gone", then: "success above 99 % throughout"}
    inject: {kind: zone_loss, target: web, amount: 0.5, minutes: 10}
"""


def test_experiments_are_typed_as_far_as_their_words_can_be_read():
    done = migrated(TEXT + EXPERIMENTS)
    slow, gone = scenario_from_text(done.text).typed_experiments
    assert (slow.inject[0].added_ms, slow.inject[0].duration_s) == (20.0, 30.0)
    assert slow.steady_state[0].metric == "success_share"
    assert slow.abort[0].for_s == 60.0
    assert (gone.inject[0].kind, gone.inject[0].share) == ("terminate", 0.5)
    assert dict(done.assumed) == {
        "experiments[0].steady_state[1]": "everybody is happy",
        "experiments[0].hypothesis.then": "people wait",
    }
    assert "# the db" in done.text


@pytest.mark.parametrize(
    ("old", "new"),
    [("kind: latency", "kind: teleport"), ("amount: 20, ", ""), ("minutes: 0.5", "minutes: 0")],
)
def test_an_experiment_that_cannot_be_typed_is_named(old, new):
    with pytest.raises(EditError, match=r"experiments\[0\]"):
        migrated(TEXT + EXPERIMENTS.replace(old, new))
