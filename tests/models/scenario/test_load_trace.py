"""Phases cut from a measured load, by the rule that the module states."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ScenarioError
from models.scenario.load import load_scenario, scenario_from_text
from models.scenario.load_trace import Row, TraceError, cut, read_trace

SCENARIO = """\
schema: 1
name: traced
workload: {trace: TRACE}
components: {web: {kind: service, service_ms: 1}}
flows: {shop: {share: 1, trace: [web]}}
"""


def write(tmp_path: Path, csv: str, trace: str = "load.csv") -> Path:
    (tmp_path / "load.csv").write_text(csv)
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO.replace("TRACE", trace))
    return path


def test_phases_are_bands_of_the_load_duration_curve() -> None:
    # log rate from 10 to 1000 in two bands: the edge is at 100. Each row lasts an hour.
    rows = tuple(Row(3600.0 * i, rate) for i, rate in enumerate([10.0, 50.0, 200.0, 1000.0, 90.0]))
    low, peak = cut(rows, 2)
    assert (low.name, low.rate, low.hours, low.peak) == ("low", pytest.approx(50.0), 3.0, False)
    assert (peak.name, peak.rate, peak.hours, peak.peak) == ("peak", 1000.0, 2.0, True)


def test_rates_are_weighted_by_their_time() -> None:
    rows = (Row(0, 10), Row(300, 20), Row(400, 1000), Row(500, 1000))
    low, _ = cut(rows, 3)
    assert low.rate == pytest.approx((10 * 300 + 20 * 100) / 400)


def test_empty_bands_are_dropped_and_zero_is_low() -> None:
    phases = cut((Row(0, 0), Row(1, 1), Row(2, 1000)), 4)
    assert [phase.name for phase in phases] == ["low", "peak"]
    assert phases[0].rate == pytest.approx(0.5)


def test_a_constant_load_is_all_peak() -> None:
    (phase,) = cut((Row(0, 7), Row(3600, 7)), 4)
    assert (phase.name, phase.rate, phase.hours, phase.peak) == ("peak", 7.0, 2.0, True)


@given(
    rates=st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e9)), min_size=2, max_size=40),
    bands=st.integers(1, 24),
)
def test_no_time_is_lost_and_the_peak_is_the_largest_rate(rates, bands) -> None:
    if not any(rates):
        rates = [*rates, 1.0]
    phases = cut(tuple(Row(60.0 * i, rate) for i, rate in enumerate(rates)), bands)
    assert math.isclose(sum(phase.hours for phase in phases), len(rates) / 60)
    assert [phase.peak for phase in phases] == [False] * (len(phases) - 1) + [True]
    assert phases[-1].rate == max(rates)
    assert [phase.rate for phase in phases] == sorted(phase.rate for phase in phases)
    assert len({phase.name for phase in phases}) == len(phases) <= bands


def test_a_scenario_with_a_trace_has_phases(tmp_path) -> None:
    path = write(tmp_path, "rate, time\n10,0\n1000,3600\n", "{file: load.csv, phases: 2}")
    workload = load_scenario(path).workload
    assert [(phase.name, phase.rate) for phase in workload.phases] == [("low", 10.0), ("peak", 1000.0)]
    assert workload.trace is None
    assert workload.source == "phases cut from load.csv"


@pytest.mark.parametrize(
    ("csv", "found"),
    [
        ("", "columns (none)"),
        ("when,rate\n1,2\n", "the columns when, rate"),
        ("time,rate\n0,1\n", "1 rows"),
        ("time,rate\n0,1\n5,fast\n", "line 3 of the trace: the rate 'fast'"),
        ("time,rate\n0,1\n5\n", "line 3 of the trace: no rate"),
        ("time,rate\n0,1\n\n5,-1\n", "line 4 of the trace: the rate -1"),
        ("time,rate\n0,1\n5,.nan\n", "line 3 of the trace: the rate '.nan'"),
        ("time,rate\n0,1\n0,2\n", "line 3 of the trace: the time 0 after 0"),
        ("time,rate\n0,0\n1,0\n", "every rate of the trace is 0"),
        ("time,rate\n012,0\n13,1\n", "line 2 of the trace: the time '012'"),
    ],
)
def test_an_error_in_a_trace_names_its_line(tmp_path, csv, found) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, csv))
    finding = caught.value.findings[0]
    assert (finding.where, finding.line) == ("workload.trace", 3)
    assert found in finding.found


def test_all_errors_of_a_trace_are_told() -> None:
    with pytest.raises(TraceError) as caught:
        read_trace(b"time,rate\n0,a\n1,b\n2,3\n", "workload.trace")
    assert [finding.found[:6] for finding in caught.value.findings] == ["line 2", "line 3"]


@pytest.mark.parametrize("content", [b"time,rate\n\xff", b"time,rate\n0,\x00"])
def test_a_binary_trace_is_refused(content) -> None:
    with pytest.raises(TraceError) as caught:
        read_trace(content, "workload.trace")
    assert "not a text" in caught.value.findings[0].found


@pytest.mark.parametrize(
    ("trace", "found"),
    [
        ("/etc/passwd", "outside"),
        ("../load.csv", "outside"),
        ("missing.csv", "there is no file"),
        (".", "not a file"),
        ("{file: sub/../../x.csv}", "outside"),
    ],
)
def test_a_trace_lies_beside_its_scenario(tmp_path, trace, found) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, "time,rate\n0,1\n1,2\n", trace))
    assert found in caught.value.findings[0].found


def test_a_link_does_not_lead_out_of_the_folder(tmp_path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("time,rate\n0,1\n1,2\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(ScenarioError, match="outside"):
        load_scenario(write(folder, "", "link.csv"))


def test_phases_and_a_trace_exclude_each_other(tmp_path) -> None:
    path = write(tmp_path, "time,rate\n0,1\n1,2\n", "load.csv, phases: [{name: a, rate: 1, hours: 1}]")
    with pytest.raises(ScenarioError, match="phases and a trace; allowed: one of the two"):
        load_scenario(path)


def test_without_a_file_there_is_no_trace() -> None:
    with pytest.raises(ScenarioError, match="not read from a file"):
        scenario_from_text(SCENARIO.replace("TRACE", "load.csv"))
