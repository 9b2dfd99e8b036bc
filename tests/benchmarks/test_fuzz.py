"""A sample of the fuzzers: mutants, relations and edited side files, with fixed seeds."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from benchmarks.fuzz import FINE, bundled, mutants, side_files
from benchmarks.fuzzing.commands import Told
from benchmarks.fuzzing.evaluating import fate_of
from benchmarks.fuzzing.grammar import Grammar, places_of
from benchmarks.fuzzing.judging import defects_of
from benchmarks.fuzzing.relations import RELATIONS, broken
from benchmarks.fuzzing.side_files import READERS

NAMES = {tree["name"]: tree for tree in bundled()}
#: Small scenarios of different kinds; `python -m benchmarks.fuzz` asks all of them.
SMALL = ("black-friday-exercise", "github-split-brain", "web-api-three-tier", "event-pipeline")


@pytest.mark.parametrize("seed", [11, 12])
def test_mutants_are_refused_in_words_or_evaluated(seed):
    fates: Counter[str] = Counter()
    for k, _, outcome in mutants(seed, 1, 60):
        assert outcome.fate in FINE, f"mutant {k} of seed {seed}: {outcome.fate}: {outcome.words}"
        fates[outcome.fate] += 1
    assert min(fates["refused"], fates["evaluated"]) >= 5


def test_a_mutant_is_the_same_whatever_came_before_it():
    alone = next(mutants(3, 4, 1))
    among = list(mutants(3, 3, 2))[1]
    assert alone == among


def test_the_grammar_knows_every_place_of_the_bundled_scenarios():
    grammar = Grammar()
    unknown = [
        (name, place)
        for name, tree in NAMES.items()
        for place in places_of(tree)
        if not grammar.at(tree, place)
    ]
    assert unknown == []


def test_questions_are_asked_of_the_front_of_a_short_search(monkeypatch):
    asked: list[list[str]] = []

    def run(arguments, out=None):
        asked.append(arguments)
        return Told(0, "", "", {})

    monkeypatch.setattr("benchmarks.fuzzing.evaluating.run", run)
    for seed in range(120):
        fate_of(NAMES["black-friday-exercise"], random.Random(seed), command=True)
    alone = {arguments[0] for arguments in asked if "--front" not in arguments}
    assert alone == {"check", "evaluate", "rules", "solve"}
    assert all("archive" in arguments for arguments in asked if arguments[0] == "solve")
    assert {"doubt", "reach", "gate"} <= {arguments[0] for arguments in asked}


def test_a_screen_that_rules_out_too_much_is_seen(monkeypatch):
    monkeypatch.setattr(
        "benchmarks.fuzzing.evaluating.screen", lambda system, X: {"saturation": np.full(len(X), 1e9)}
    )
    outcome = fate_of(NAMES["web-api-three-tier"], random.Random(1))
    assert (outcome.fate, "saturation" in outcome.words) == ("broken", True)


def test_bundled_scenarios_are_no_failures():
    for name in SMALL:
        assert fate_of(NAMES[name], random.Random(1)).fate == "evaluated"


@pytest.mark.parametrize("relation", RELATIONS)
def test_relations_hold(relation):
    answers = {name: broken(relation, NAMES[name], random.Random(7)) for name in SMALL}
    assert not {name: words for name, words in answers.items() if words}
    assert "" in answers.values()  # it says something of one of them at least


def test_edited_side_files_are_read_or_refused():
    tried = dict(side_files(5, 40))
    assert not {name: defects for name, defects in tried.items() if defects}
    assert {name.split()[0] for name in tried} == set(READERS)


def test_a_relation_that_does_not_hold_is_seen(monkeypatch):
    def busier(tree, rng):
        changed = RELATIONS["reordered"](tree, rng)
        for phase in changed.tree["workload"]["phases"]:
            phase["rate"] *= 1.5
        return changed

    monkeypatch.setattr("benchmarks.fuzzing.relations.RELATIONS", {"busier": busier})
    assert broken("busier", NAMES["web-api-three-tier"], random.Random(1))


@pytest.mark.parametrize(
    ("told", "is_defect"),
    [
        (Told(2, "", "front.json: found nan; allowed: a finite number", {}), False),
        (Told(0, "latency nan ms", "", {}), True),
        (Told(1, "", "latency exceeds its limit by nan ms", {}), True),
        (Told(2, "cost nan USD", "refused", {}), True),
        (Told(0, "", "", {"front.csv": "1,nan"}), True),
    ],
)
def test_a_refusal_may_repeat_what_it_found_and_no_answer_holds_what_is_no_number(told, is_defect):
    assert bool(defects_of(told)) == is_defect
