"""Designs from the command line and from files."""

from __future__ import annotations

import pytest

from models import compile_system
from models.errors import DesignError, ScenarioError
from optimizer.files.designs import design_from
from scenarios import scenario


@pytest.fixture(scope="module")
def system():
    return compile_system(
        scenario(
            phases=[{"name": "calm", "rate": 100, "hours": 20}, {"name": "peak", "rate": 300, "hours": 4}],
            components={
                "web": {"kind": "service", "service_ms": 10, "replicas": 2, "slots": 4, "max_wait_s": 5}
            },
            decisions={
                "copies": {"integer": [1, 64], "sets": "web.replicas"},
                "work": {"real": [0.5, 2000], "sets": "web.service_ms"},
                "mode": {"options": {"slow": {}, "on": {}, "none": {}, "inf": {}, "true": {}}},
                "fast": {"on": {"multiply": {"web.service_ms": 0.5}}},
                "shed": {"on": {"set": {"flows.shop.shed_share": 0.1}}, "adaptive": True},
            },
        )
    )


def decided(system, name="today", *changes):
    return system.space.decode(design_from(system, name, changes))


def written(tmp_path, text):
    path = tmp_path / "design.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_without_changes_it_is_todays(system):
    assert decided(system) == system.space.decode(system.space.today)


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ("copies=12", "copies", 12),
        ("copies=12.0", "copies", 12),
        ("work=1.5", "work", 1.5),
        ("work=1e3", "work", 1000.0),
        ("fast=on", "fast", True),
        ("fast=true", "fast", True),
        ("fast=off", "fast", False),
        ("mode=slow", "mode", "slow"),
        ("shed=on", "shed", {"calm": True, "peak": True}),
        ("shed@peak=on", "shed", {"calm": False, "peak": True}),
    ],
)
def test_a_change_is_read_as_typed(system, change, name, value):
    assert decided(system, "today", change) == {**decided(system), name: value}


@pytest.mark.parametrize("name", ["slow", "on", "none", "inf", "true"])
def test_every_option_can_be_chosen_whatever_its_name_looks_like(system, name):
    assert decided(system, "today", f"mode={name}")["mode"] == name


def test_the_last_change_counts(system):
    assert decided(system, "today", "copies=3", "copies=4")["copies"] == 4
    assert decided(system, "today", "shed=on", "shed@calm=off")["shed"] == {"calm": False, "peak": True}
    assert decided(system, "today", "shed@calm=off", "shed=on")["shed"] == {"calm": True, "peak": True}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("copies", ["write decision=value"]),
        ("=3", ["write decision=value"]),
        ("", ["write decision=value"]),
        ("copeis=3", ["unknown decision 'copeis'", "did you mean 'copies'"]),
        ("copies=65", ["copies", "65", "a whole number from 1 to 64"]),
        ("copies=2.5", ["copies", "2.5"]),
        ("copies=nan", ["copies", "a whole number"]),
        ("copies=inf", ["copies", "a whole number"]),
        ("copies=1e400", ["copies", "a whole number"]),
        ("copies=", ["copies", "a whole number"]),
        ("copies=none", ["copies", "a whole number"]),
        ("copies=1_0", ["copies", "1_0"]),
        ("fast=maybe", ["fast", "'maybe'", "on, off"]),
        ("fast=1", ["fast", "on, off"]),
        ("mode=slwo", ["mode", "slow"]),
        ("shed@noon=on", ["shed@noon", "phase"]),
        ("fast@peak=on", ["fast@peak"]),
    ],
)
def test_a_wrong_change_is_refused_with_what_is_allowed(system, change, words):
    with pytest.raises(DesignError) as caught:
        design_from(system, "today", [change])
    for word in words:
        assert word in str(caught.value)


def test_a_file_names_what_differs_from_today(system, tmp_path):
    file = written(tmp_path, "decisions: {copies: 7, work: 1.25, mode: slow, fast: on, shed: {peak: on}}\n")
    assert decided(system, file) == {
        "copies": 7,
        "work": 1.25,
        "mode": "slow",
        "fast": True,
        "shed": {"calm": False, "peak": True},
    }
    assert decided(system, file, "copies=8", "shed@calm=on") == {
        **decided(system, file),
        "copies": 8,
        "shed": {"calm": True, "peak": True},
    }


def test_a_file_may_say_which_scenario_it_is_for(system, tmp_path):
    text = f"scenario: test\ndigest: {system.digest}\ndecisions: {{copies: 7}}\n"
    assert decided(system, written(tmp_path, text))["copies"] == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scenario: other\ndecisions: {}\n", ["'other'", "'test'"]),
        (f"digest: {'0' * 64}\ndecisions: {{}}\n", ["another version of 'test'", "000000000000"]),
        ("digest: 12\ndecisions: {}\n", ["another version"]),
        ("scenario: [a]\ndecisions: {}\n", ["scenario"]),
        ("scenario: test\n", ["has no `decisions`"]),
        ("decisions: [copies]\n", ["decisions"]),
        ("decisions: {copies: 7}\ndecision: {}\n", ["unknown keys: decision"]),
        ("decisions: {copeis: 7}\n", ["copeis", "did you mean 'copies'"]),
        ("decisions: {copies: [7]}\n", ["copies"]),
        ("decisions: {copies: {peak: 7}}\n", ["copies"]),
        ("decisions: {copies: 012}\n", ["copies", "012"]),
        ("decisions: {shed: {noon: on}}\n", ["shed@noon"]),
        ("decisions: {copies: 7, copies: 8}\n", ["copies"]),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(system, tmp_path, text, words):
    with pytest.raises((DesignError, ScenarioError)) as caught:
        design_from(system, written(tmp_path, text), [])
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\xff", b"a: b: c", b"- list", b"text", b"a: &x 1\nb: *x"])
def test_what_is_no_design_is_refused(system, tmp_path, content):
    path = tmp_path / "design.yaml"
    path.write_bytes(content)
    with pytest.raises((DesignError, ScenarioError)):
        design_from(system, str(path), [])


def test_a_missing_file_and_a_folder_are_refused(system, tmp_path):
    for name in (tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(ScenarioError):
            design_from(system, str(name), [])
