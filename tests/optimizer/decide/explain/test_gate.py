"""The gate: limits and dominance by hand on the exercise, JUnit XML that holds whatever a text holds."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import xmlschema
import yaml

from models import compile_system, load_scenario
from models.evaluator import evaluate
from optimizer import solve, write_solution
from optimizer.cli.exit_codes import BAD_INPUT, NO, OK
from optimizer.decide.explain.gate import Check, gate
from optimizer.files.junit import junit_xml
from optimizer.model import NO_ERROR, ModelError
from optimizer.pareto.front import Front
from optimizer.scenario_model import model_of

EXERCISE = Path(__file__).parents[4] / "data" / "scenarios" / "black_friday_exercise.yaml"
#: What build servers read of a result: suites of cases, of which some hold a failure.
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:attributeGroup name="counts">
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
  </xs:attributeGroup>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element name="testsuite" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence><xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:sequence><xs:element name="failure" minOccurs="0"><xs:complexType mixed="true">
          <xs:attribute name="message" type="xs:string" use="required"/>
        </xs:complexType></xs:element></xs:sequence>
        <xs:attribute name="classname" type="xs:string" use="required"/>
        <xs:attribute name="name" type="xs:string" use="required"/>
      </xs:complexType></xs:element>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/></xs:sequence>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
      <xs:attributeGroup ref="counts"/>
    </xs:complexType></xs:element></xs:sequence>
    <xs:attributeGroup ref="counts"/>
  </xs:complexType></xs:element>
</xs:schema>"""


def chosen(tmp_path, *decisions):
    path = tmp_path / "design.yaml"
    path.write_text(yaml.safe_dump({"decisions": dict.fromkeys(decisions, True)}))
    return path


#: The load is known exactly, so that a design at its limit keeps it for certain.
KNOWN_LOAD = "uncertainty: {workload.rate: none}\n"


def with_steps(tmp_path, **steps):
    """The exercise with steps of its dimensions, its load known exactly."""
    tree = yaml.load(EXERCISE.read_text(), Loader=yaml.BaseLoader)
    for name, step in steps.items():
        tree["dimensions"].setdefault(name, {})["step"] = step
    text = EXERCISE.read_text()
    start = text.index("dimensions:\n")
    end = text.index("\nlimits:", start)
    path = tmp_path / "exercise.yaml"
    path.write_text(
        text[:start]
        + "dimensions: "
        + json.dumps(_numbers(tree["dimensions"]))
        + "\n"
        + text[end:]
        + KNOWN_LOAD
    )
    return path


def _numbers(tree):
    if isinstance(tree, dict):
        return {key: _numbers(value) for key, value in tree.items()}
    try:
        return float(tree)
    except ValueError:
        return tree


def test_the_gate_is_open_for_the_knee_and_shut_for_today(tradespace, tmp_path):
    junit = tmp_path / "gate.xml"
    code, out, _ = tradespace("gate", EXERCISE, "--design", "knee", "--junit", junit)
    assert code == OK
    assert "FAILED" not in out
    assert ElementTree.parse(junit).getroot().get("failures") == "0"
    code, out, _ = tradespace("gate", EXERCISE, "--design", "today", "--junit", junit, "--json")
    assert code == NO
    told = json.loads(out)
    assert not told["open"]
    assert {"saturation", "availability"} <= {c["name"] for c in told["checks"] if not c["holds"]}
    xmlschema.XMLSchema(SCHEMA).validate(str(junit))
    root = ElementTree.parse(junit).getroot()
    assert int(root.get("failures")) == len(root.findall(".//failure")) >= 2
    assert [p.name for p in tmp_path.iterdir()] == ["gate.xml"]


def test_a_dominated_design_shuts_it_unless_nobody_cares(tradespace, tmp_path):
    # With a queue that is never used the same design as B and C, for two more days and six points.
    design = chosen(tmp_path, "eventual_consistency", "more_servers")
    code, _, _ = tradespace("gate", EXERCISE, "--design", design)
    assert code == OK
    worse = chosen(tmp_path, "long_cache_ttl", "more_servers", "request_queue")
    code, out, _ = tradespace("gate", EXERCISE, "--design", worse)
    assert code == NO
    assert "as good in everything" in out
    huge = {
        "latency": 1e6,
        "throughput": 1e9,
        "consistency": 1,
        "availability": 12,
        "cost": 1e9,
        "complexity": 100,
    }
    code, out, _ = tradespace("gate", with_steps(tmp_path, **huge), "--design", worse)
    assert code == OK, out


def test_what_lies_within_the_models_error_does_not_shut_it(tmp_path):
    system = compile_system(load_scenario(EXERCISE))
    found = solve(system).front
    x = system.space.encode(dict.fromkeys(("long_cache_ttl", "more_servers", "request_queue"), True))
    (*_, sure) = gate(replace(model_of(system), error=NO_ERROR), found, x)
    assert not sure.holds
    names = [dimension.name for dimension in found.evaluation.dimensions]
    blind = ModelError("off by ten times", {name: ((math.inf, 10.0),) for name in names})
    (*_, unsure) = gate(replace(model_of(system), error=blind), found, x)
    assert unsure.holds
    # Surely better in one dimension by less than its step, in another beyond its step within the error alone.
    shed = system.space.encode(dict.fromkeys(("eventual_consistency", "more_servers", "shed_features"), True))
    kept = evaluate(system, shed[None, :])
    better = replace(
        kept, values=kept.values * [0.9, 1.0, 1.0, 1.0, 0.999, 1.0], excess=np.full_like(kept.excess, -1.0)
    )
    stepped = compile_system(load_scenario(with_steps(tmp_path, cost=1e9)))
    for error, holds in ((NO_ERROR, False), (ModelError("x", {"latency": ((math.inf, 0.2),)}), True)):
        (*_, told) = gate(replace(model_of(stepped), error=error), Front(better), shed)
        assert told.holds == holds


def test_a_changed_scenario_is_judged_by_its_new_numbers(tradespace, tmp_path):
    design, junit, changed = tmp_path / "design.yaml", tmp_path / "gate.xml", tmp_path / "changed.yaml"
    known, text = tmp_path / "known.yaml", EXERCISE.read_text() + KNOWN_LOAD
    known.write_text(text)
    assert tradespace("explain", known, "--design", "3", "--save", design)[0] == OK
    code, out, _ = tradespace("gate", known, "--design", design, "--junit", junit)
    assert code == OK
    assert "note" not in out
    assert ElementTree.parse(junit).find(".//system-out") is None
    # Design 3 sits on the phase boundary, 70 % utilisation: 2 % more load is too much.
    changed.write_text(text.replace("rate: 50000", "rate: 51000"))
    code, out, _ = tradespace("gate", changed, "--design", design, "--junit", junit)
    assert code == NO
    assert "made for another version" in out
    assert "FAILED  saturation is broken: 70.0 % would have to be 71.4 %" in out
    assert "another version" in ElementTree.parse(junit).find(".//system-out").text
    xmlschema.XMLSchema(SCHEMA).validate(str(junit))
    changed.write_text(text.replace("rate: 50000", "rate: 49000"))
    code, out, _ = tradespace("gate", changed, "--design", design, "--json")
    assert code == OK
    (note,) = json.loads(out)["notes"]
    assert "numbers or limits have changed" in note
    changed.write_text(text.replace("long_cache_ttl", "longer_cache_ttl"))
    code, _, err = tradespace("gate", changed, "--design", design)
    assert code == BAD_INPUT
    assert "long_cache_ttl" in err


def checks_of(told):
    return {check["name"]: check for check in json.loads(told)["checks"]}


def test_a_design_at_its_limit_is_too_unsure_and_the_recommended_one_is_named(tradespace, tmp_path):
    """192 USD sit exactly at the limit: half of the loads that are meant by one of 50,000/s are above it."""
    junit = tmp_path / "gate.xml"
    code, out, _ = tradespace("gate", EXERCISE, "--design", "3", "--junit", junit, "--json")
    assert code == NO
    checks = checks_of(out)
    assert [name for name, check in checks.items() if not check["holds"]] == ["confidence"]
    told = checks["confidence"]["told"]
    assert "in 50.0 % of the draws of the guesses; at least 90.0 % are asked for" in told
    assert json.loads(out)["recommended"] == 2
    assert "recommended is design 2: it takes " in told
    (failure,) = ElementTree.parse(junit).findall(".//testcase[@name='confidence']/failure")
    assert failure.get("message") == told
    xmlschema.XMLSchema(SCHEMA).validate(str(junit))
    lax = tmp_path / "lax.yaml"
    lax.write_text(EXERCISE.read_text() + "confidence: 0.5\n")
    code, out, _ = tradespace("gate", lax, "--design", "3")
    assert code == OK
    assert "at least 50.0 % are asked for" in out


def test_where_no_design_is_likely_enough_the_recommended_one_passes(tradespace, tmp_path):
    # The largest carries 14.3 times the peak within its limit: at a sigma of 3 that is ln(14.3) / 3 = 0.89
    # standard deviations, and the load is below in 81 of 100 cases.
    path = tmp_path / "unsure.yaml"
    guess = "{distribution: lognormal, median: 50000, sigma: 3}"
    path.write_text(EXERCISE.read_text() + f"uncertainty: {{workload.rate: {guess}}}\n")
    code, out, _ = tradespace("gate", path, "--design", "recommended", "--json")
    assert code == OK
    assert "no design that was tried gets there" in checks_of(out)["confidence"]["told"]
    code, out, _ = tradespace("gate", path, "--design", "3", "--json")
    assert code == NO
    assert not checks_of(out)["confidence"]["holds"]


def test_how_sure_a_design_is_is_read_from_the_record(tradespace, tmp_path):
    system = compile_system(load_scenario(EXERCISE))
    write_solution(solve(system), system.space, tmp_path)
    path = tmp_path / "front.json"
    told = json.loads(path.read_text())
    (pick,) = (pick for pick in told["recommendation"]["picks"] if "recommended" in pick["roles"])
    pick["confidence"] = 0.123  # no draws say so
    path.write_text(json.dumps(told))
    code, out, _ = tradespace("gate", EXERCISE, "--design", "recommended", "--front", tmp_path)
    assert code == NO
    assert "all limits hold in 12.3 % of the draws" in out


def test_what_cannot_be_written_is_bad_input(tradespace, tmp_path):
    code, _, err = tradespace("gate", EXERCISE, "--design", "knee", "--junit", tmp_path / "no" / "gate.xml")
    assert code == BAD_INPUT
    assert "can't be written" in err
    code, _, err = tradespace("gate", EXERCISE, "--design", "knee", "--junit", tmp_path)
    assert code == BAD_INPUT
    assert "can't be written" in err
    full = tmp_path / "full"  # a link, so that a defect can't replace the device
    full.symlink_to("/dev/full")
    code, _, err = tradespace("gate", EXERCISE, "--design", "knee", "--junit", full)
    assert code == BAD_INPUT
    assert "No space left" in err
    assert full.is_symlink()
    code, _, err = tradespace("gate", EXERCISE, "--design", tmp_path / "none.yaml")
    assert code == BAD_INPUT


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", 'a "quote" & <b>', "bell \x07 null \x00", "\ud800"]
)
def test_texts_stay_texts(text):
    xml = junit_xml(text, [Check(text, False, text), Check("fine", True, text)])
    root = ElementTree.fromstring(xml.encode("utf-8"))
    shown = "".join(c if c.isprintable() and c != "\ud800" else "\ufffd" for c in text)
    assert root.find("testsuite").get("name") == shown
    assert root.find(".//failure").text == shown
    xmlschema.XMLSchema(SCHEMA).validate(xml)
