"""Words of a report: plurals, verbs, names for people, and the words that the glossary explains."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from models import compile_system
from models.evaluation import DIMENSIONS
from optimizer.decide.choose.survival_rules import Condition, Rule
from optimizer.model import Bound
from optimizer.report.record import record
from optimizer.report.sections.answer import answer
from optimizer.report.sections.budget import emergence
from optimizer.report.sections.choice import choice
from optimizer.report.sections.glossary import WORDS, glossary
from optimizer.report.sections.sacrifice import sacrifice
from optimizer.report.sections.survival import survival
from optimizer.scenario_model import labels_of
from optimizer.sections.content import Bullets, Paragraph, Section, plain, text
from optimizer.sections.wording import beyond_text, counted, moved_in, over_text
from reports import DAY, everything, exercise, with_answers
from scenarios import scenario


def paragraphs(section, kind=None):
    return [
        plain(block.text)
        for block in section.blocks
        if isinstance(block, Paragraph) and kind in (None, block.kind)
    ]


@pytest.mark.parametrize(("many", "told"), [(0, "0 designs"), (1, "1 design"), (1234, "1,234 designs")])
def test_one_is_told_apart_from_many(many, told):
    assert plain(counted(many, "design")) == told


def test_differences_of_shares_are_percentage_points():
    consistency, complexity = DIMENSIONS[2], DIMENSIONS[5]
    assert plain(moved_in(consistency, 0.98, 0.93)) == "5.00 percentage points less consistent"
    assert plain(moved_in(complexity, 0.81, 0.22)) == "59.0 percentage points simpler"
    assert plain(over_text({}, "availability", 0.25)) == "availability by 25.0 percentage points"
    assert plain(over_text({}, "effort_days", 2.0)) == "days of work by 2.00 days"


def test_a_broken_limit_is_told_by_where_it_would_have_to_be():
    limits = {"latency": Bound(180.0), "availability": Bound(0.997, is_least=True), "emergence": Bound(0.8)}
    told = partial(over_text, limits)
    assert plain(told("latency", 42.0)) == "latency (180 ms would have to be 222 ms)"
    # Never tighter than needed: 99.5249 % are within 99.52 %, and not within 99.53 %.
    assert plain(told("availability", 0.001751)) == "availability (99.70 % would have to be 99.52 %)"
    assert plain(told("emergence", 0.101)) == "emergence score (0.8 would have to be 0.901)"
    assert plain(told("latency", float("inf"))) == "latency without bound"
    assert plain(told("collapse", 0.25)) == "a queue without end (125 % of what can be served arrives)"
    assert plain(beyond_text(limits, "latency", 42.0)) == "latency 222 ms (limit 180 ms)"
    assert plain(beyond_text(limits, "latency", 42.0, is_first=False)) == "latency 222 ms (180 ms)"


def doubted(share):
    """The findings of everything, its limits holding in a share of the draws, the first of them least."""
    _, found, _ = everything()
    holds = np.ones_like(found.system.doubts.holds)
    holds[0] = holds[-1] = share
    return with_answers(found, doubts=replace(found.system.doubts, holds=holds))


def test_the_answer_and_the_record_say_that_limits_may_not_hold():
    found = doubted(0.48)
    (told,) = paragraphs(answer(found), "warning")
    assert "all limits hold in only 48.0 % of the draws" in told
    assert "the limit on utilisation holds in 48.0 %" in told
    bad = [plain(one) for one in record(found, DAY).bad]
    assert any("48.0 % of the draws" in one for one in bad)
    safe = doubted(everything()[1].model.confidence)
    assert paragraphs(answer(safe), "warning") == []
    assert not any("draws" in plain(one) for one in record(safe, DAY).bad)
    assert "90.0 % of the draws" in plain(record(safe, DAY).confirmation[-1])


def test_metastable_designs_are_named_by_their_numbers():
    _, found, _ = exercise()

    def told(*many):
        health = replace(found.system.health, metastable_on_front=many)
        section = emergence(with_answers(found, health=health))
        return [plain(p) for b in section.blocks if isinstance(b, Bullets) for p in b.points]

    assert told(3) == ["1 of 5 designs of the front is metastable, it stays down after one push: design 4."]
    assert told(0, 2) == [
        "2 of 5 designs of the front are metastable, they stay down after one push: designs 1 and 3."
    ]


def test_rules_call_decisions_by_their_labels():
    _, found, _ = everything()
    rule = Rule(
        (Condition("copies", ">=", "3"), Condition("mode", "=", "slow"), Condition("shed@peak", "=", "on")),
        *(7, 0.5, 1.0),
    )
    ground = replace(
        found.system.rules, rules=replace(found.system.rules.rules, exact=(rule,), explained=0.5)
    )
    section = survival(with_answers(found, rules=ground))
    (row,) = section.blocks[1].rows
    assert row[0] == "Copies of the web at least 3, mode = As now and shed in peak (on)"


def test_values_of_decisions_have_their_units():
    tree = {
        "copies": {"integer": [2, 20_000], "sets": "web.replicas", "adaptive": True},
        "work": {"real": [5.0, 20.0], "sets": "web.service_ms"},
        "zones": {"integer": [1, 3], "sets": "web.zones"},
    }
    phases = [{"name": "calm", "rate": 1, "hours": 1}, {"name": "peak", "rate": 2, "hours": 1}]
    labels = labels_of(compile_system(scenario(phases=phases, decisions=tree)).scenario)
    assert labels.value("work", 7.25) == "7.25 ms"
    assert labels.value("zones", 1) == "1"  # what is counted, the decision's label says
    assert labels.value("copies", 12_000) == "12,000"
    assert labels.value("copies", {"calm": 3, "peak": 3}) == "3"
    assert labels.value("copies", {"calm": 3, "peak": 4}) == "calm: 3 / peak: 4"


def test_options_without_a_label_are_told_as_people_write_them():
    options = {"ten_minutes": {}, "ms400": {}, "as_now": {"label": "As_now"}}
    labels = labels_of(compile_system(scenario(decisions={"edge_ttl": {"options": options}})).scenario)
    told = [labels.value("edge_ttl", name) for name in options]
    assert told == ["ten minutes", "400 ms", "As_now"]
    assert labels.decision("edge_ttl") == "edge ttl"


def test_what_lies_within_the_models_error_is_said_to():
    _, found, _ = exercise()
    same = found.against_chosen.equal.copy()
    same[1, 0] = True  # the latency of the runner-up
    noisy = replace(found, against_chosen=replace(found.against_chosen, equal=same))
    same_to = "the runner-up and the recommended design can't be told apart"
    told = f"In latency {same_to}: the model's error is larger."
    assert told in paragraphs(choice(noisy))
    assert told not in paragraphs(choice(found))
    runner_up = record(noisy, DAY).candidates[1]  # 64.5 instead of 12.9 ms
    assert "it is 51.6 ms slower than the chosen one, which is within the model's error" in map(
        plain, runner_up.bad
    )
    assert not any("within the model's error" in plain(one) for one in record(found, DAY).candidates[1].bad)


def test_the_record_speaks_in_sentences():
    good = [plain(one) for one in record(exercise()[1], DAY).good]
    assert good == [
        "its latency is 12.9 ms instead of unbounded (today's)",
        "it has 713,000/s more throughput than today's",
        "its availability is above 99.999 % instead of 9.09 % (today's)",
        "it is 618,272 USD cheaper than today's",
        "it is 3,478 percentage points simpler than today's",
        "it stays within every limit",
    ]


def test_dimensions_in_which_all_are_the_same_are_not_passed_over():
    told = paragraphs(sacrifice(exercise()[1]))
    assert "In availability it gives up nothing: all designs of the front are the same." in told


def test_the_glossary_explains_the_words_that_are_used_and_no_others():
    def explained(*words):
        (table,) = glossary([Section("x", "Title", (Paragraph(text(*words)),))]).blocks
        return [row[0] for row in table.rows]

    assert explained("Nothing of the kind.") == []
    assert explained("The knee is robust.") == ["Knee", "Robust"]
    assert explained("It differs by the model's error; hypervolume") == ["Hypervolume", "Model's error"]
    _, _, report = everything()
    told = [row[0] for row in report.section("glossary").blocks[0].rows]
    assert {d.name.capitalize() for d in DIMENSIONS} <= set(told) <= {row[0] for row in WORDS}
    assert "Hypervolume" not in told  # all designs were evaluated: nothing grew
