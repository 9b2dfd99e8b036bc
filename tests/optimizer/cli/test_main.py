"""The command line: exit codes, what is told of bad input, JSON, pipes, narrow and plain output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.cli.exit_codes import BAD_INPUT, DEFECT, INTERRUPTED, NO, OK

EXERCISE = Path(__file__).parents[3] / "data" / "scenarios" / "black_friday_exercise.yaml"
COMMAND = Path(sys.executable).with_name("tradespace")
SMALL = """
schema: 1
name: small
title: "[bold]Copies[/bold] :smile:"
sources: [a test]
workload: {phases: [{name: steady, rate: 100, hours: 1}]}
components: {web: {kind: service, service_ms: 10, replicas: 2, slots: 4, price_usd_per_hour: 1}}
flows: {shop: {share: 1.0, trace: [web]}}
decisions:
  copies: {integer: [2, 6], sets: web.replicas}
  fast: {on: {multiply: {web.service_ms: 0.5}}, adaptive: true}
"""
IMPOSSIBLE = (
    SMALL + "dimensions: {latency: {limit: 1, tolerance: never}, cost: {limit: 1, tolerance: never}}\n"
)
ENDLESS = SMALL.replace("decisions:\n", "decisions:\n  work: {real: [1, 20], sets: web.service_ms}\n")


@pytest.fixture
def file(tmp_path):
    """Writes a file and gives its path."""

    def write(content, name="scenario.yaml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def strict(text):
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_all_is_well(tradespace, file):
    for command in ("solve", "evaluate", "check"):
        code, out, err = tradespace(command, file(SMALL))
        assert (code, err) == (OK, "")
        assert out.strip()
    assert tradespace("--version")[:2] == (OK, f"tradespace {_version()}\n")
    assert tradespace("--help")[0] == OK


def _version():
    from importlib.metadata import version

    return version("tradespace")


def test_without_a_feasible_design_it_says_what_stands_in_the_way(tradespace, file):
    code, out, _ = tradespace("solve", file(IMPOSSIBLE))
    assert code == NO
    assert "No design is within every limit." in out
    # 10 designs; none answers within 1 ms what takes 5 ms of work, none costs 1 USD with 2 copies at 1 USD.
    assert "10 of 10 designs are infeasible" in out
    assert re.search(r"^  latency: 10$", out, re.MULTILINE)
    assert re.search(r"^  cost: 10$", out, re.MULTILINE)
    assert re.search(r"^nearest ", out, re.MULTILINE)
    # Two copies for one hour are 2 USD.
    assert "  limit cost 1.00 USD would have to be 2.00 USD\n" in out
    code, out, _ = tradespace("solve", file(IMPOSSIBLE), "--json")
    answer = strict(out)
    assert code == NO
    assert (answer["front"], answer["knee"]) == ([], None)
    assert answer["closest"]["design"]["copies"] == 2
    assert answer["excluded"]["cost"] == 10


BAD = {
    "missing file": (["solve", "{missing}"], ["no such file"]),
    "folder": (["solve", "{folder}"], ["folder"]),
    "binary": (["check", "{binary}"], []),
    "bad YAML": (["solve", "{broken}"], ["line"]),
    "empty": (["evaluate", "{empty}"], ["empty"]),
    "unknown option": (["solve", "{small}", "--bogus"], ["--bogus"]),
    "unknown command": (["solv", "{small}"], ["solv"]),
    "no file": (["solve"], ["SCENARIO"]),
    "no number": (["solve", "{small}", "--max-designs", "many"], ["--max-designs"]),
    "no designs": (["solve", "{small}", "--max-designs", "0"], ["--max-designs"]),
    "negative seed": (["solve", "{small}", "--seed", "-1"], ["--seed"]),
    "bad --set": (["evaluate", "{small}", "--set", "copies"], ["decision=value"]),
    "unknown decision": (["evaluate", "{small}", "--set", "copeis=3"], ["copeis", "did you mean 'copies'"]),
    "no such value": (["evaluate", "{small}", "--set", "copies=99"], ["copies", "from 2 to 6"]),
    "design of another version": (["evaluate", "{small}", "--design", "{other}"], ["another version"]),
    "design that is missing": (["evaluate", "{small}", "--design", "{missing}"], ["no such file"]),
    "too large": (["solve", "{endless}", "--algorithm", "exact"], ["uncountable", "--max-designs"]),
    "unknown algorithm": (["solve", "{small}", "--algorithm", "annealing"], ["annealing", "nsga2"]),
    "no time": (["solve", "{small}", "--seconds", "0"], ["seconds"]),
    "too large a sample": (["solve", "{endless}", "--max-designs", str(10**15)], ["sample"]),
    "out is a file": (["solve", "{small}", "--out", "{small}"], ["is a file"]),
    "out below a file": (["solve", "{small}", "--out", "{small}/below"], ["can't be written"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_words(tradespace, file, tmp_path, name):
    arguments, words = BAD[name]
    places = {
        "missing": tmp_path / "missing.yaml",
        "folder": tmp_path,
        "binary": file(bytes(range(256)), "binary"),
        "broken": file("a: [1, 2\nb: }", "broken"),
        "empty": file("", "empty"),
        "small": file(SMALL, "small"),
        "endless": file(ENDLESS, "endless"),
        "other": file(f"digest: {'0' * 64}\ndecisions: {{copies: 3}}\n", "other"),
    }
    code, _, err = tradespace(*(argument.format(**places) for argument in arguments))
    assert code == BAD_INPUT
    assert err.strip()
    for word in words:
        assert word in err


def test_a_sample_says_that_it_is_one(tradespace, file):
    code, out, _ = tradespace("solve", file(ENDLESS), "--max-designs", "64", "--seed", "3")
    assert code == OK
    assert "A Sobol sample of 64 of uncountably many designs" in out


def test_a_defect_is_one_line_and_has_its_own_exit_code(tradespace, file, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("broken inside")

    monkeypatch.setattr("models.scenario.load.load_scenario", fails)
    code, out, err = tradespace("solve", file(SMALL))
    assert (code, out) == (DEFECT, "")
    assert "RuntimeError: broken inside" in err
    assert err.count("\n") == 1


def test_ctrl_c_has_its_own_exit_code_and_shows_what_was_found(tradespace, file, monkeypatch):
    from optimizer.solver.enumerate import Look

    def interrupted(work, pieces, *, threads):
        assert isinstance(work, Look)
        yield work((0, 8))
        raise KeyboardInterrupt

    monkeypatch.setattr("optimizer.solver.cores.in_threads", interrupted)
    monkeypatch.setattr("optimizer.solver.config.SolveConfig.__post_init__", lambda self: _small_chunks(self))
    code, out, _ = tradespace("solve", file(SMALL))
    assert code == INTERRUPTED
    assert "Interrupted after 8 of 10 designs" in out
    code, out, _ = tradespace("solve", file(SMALL), "--json")
    assert code == INTERRUPTED
    assert strict(out)["certificate"]["exact"] is False


def _small_chunks(config):
    object.__setattr__(config, "chunk", 4)


def test_solve_as_json_has_the_keys_of_the_format(tradespace):
    code, out, _ = tradespace("solve", EXERCISE, "--json")
    answer = strict(out)
    assert code == OK
    assert {"scenario", "config", "certificate", "front", "today", "knee", "excluded"} <= set(answer)
    for entry in [*answer["front"], answer["today"]]:
        assert {"design", "dimensions", "limits"} <= set(entry)
        assert all(set(value) == {"value", "unit"} for value in entry["dimensions"].values())
        assert all({"name", "excess", "holds"} <= set(limit) for limit in entry["limits"])
    assert answer["certificate"]["evaluated"] == 2**5
    assert 0 <= answer["knee"] < len(answer["front"])
    assert all(limit["holds"] for entry in answer["front"] for limit in entry["limits"])


def test_evaluate_as_json_has_the_keys_of_the_format(tradespace):
    code, out, _ = tradespace("evaluate", EXERCISE, "--json", "--set", "more_servers=on")
    answer = strict(out)
    assert code == OK
    wanted = {"scenario", "design", "dimensions", "limits", "phases", "complexity", "emergence"}
    assert wanted <= set(answer)
    assert answer["design"]["more_servers"] is True
    assert [phase["name"] for phase in answer["phases"]] == ["normal", "peak"]
    component = "arrivals_per_s utilisation wait_ms response_ms p50_ms p99_ms blocked_share timeout_share"
    flow = "response_ms p50_ms p99_ms success_share fresh_share"
    for phase in answer["phases"]:
        assert set(component.split()) <= set(phase["components"]["platform"])
        assert set(flow.split()) <= set(phase["flows"]["shop"])
    assert {"income", "expenses", "remaining_share"} <= set(answer["complexity"])
    assert {"score", "terms"} <= set(answer["emergence"])


def test_check_tells_what_nobody_wrote_as_a_note(tradespace, file):
    # One slot of 10 ms is full at 100 requests/s; two are half full.
    text = """
schema: 1
name: full
sources: [a test]
workload: {phases: [{name: all, rate: 100, hours: 1}]}
components: {web: {kind: service, service_ms: 10}}
flows: {read: {share: 1, trace: [web]}}
decisions: {copies: {integer: [1, 4], sets: web.replicas}}
"""
    code, out, _ = tradespace("check", file(text))
    assert code == OK
    assert "note: limits.saturation: the limit 0.7 holds unless another is written" in out
    assert out.rstrip().endswith("valid, no warnings")
    found = strict(tradespace("check", file(text), "--json")[1])["findings"]
    assert {one["severity"] for one in found} == {"note"}
    assert "about" not in found[0]


def test_check_as_json_lists_the_findings(tradespace, file):
    told = strict(tradespace("check", EXERCISE, "--json")[1])["findings"]
    assert all(finding["severity"] == "note" for finding in told)
    code, out, _ = tradespace("check", file(SMALL.replace("replicas: 2", "replicsa: 2")), "--json")
    assert code == BAD_INPUT
    finding = strict(out)["findings"][0]
    assert finding["severity"] == "error"
    assert "replicsa" in json.dumps(finding)
    assert (
        finding["line"]
        == SMALL.splitlines().index(
            "components: {web: {kind: service, service_ms: 10, replicas: 2, slots: 4, price_usd_per_hour: 1}}"
        )
        + 1
    )


def test_the_schema_is_json_schema(tradespace):
    code, out, _ = tradespace("schema")
    assert code == OK
    assert strict(out)["type"] == "object"


def test_results_are_written_once(tradespace, file, tmp_path):
    out = tmp_path / "results[1]"
    code, said, _ = tradespace("solve", file(SMALL), "--out", out)
    assert code == OK
    for path in ("front.parquet", "front.csv", "front.json"):
        assert f"{out / path}\n" in said
    before = (out / "front.json").read_bytes()
    code, _, err = tradespace("solve", file(SMALL), "--out", out)
    assert code == BAD_INPUT
    assert "--force" in err
    assert tradespace("solve", file(SMALL), "--out", out, "--force")[0] == OK
    assert (out / "front.json").read_bytes() == before
    assert strict(before.decode()) == strict(tradespace("solve", file(SMALL), "--json")[1])


def test_existing_results_are_refused_before_the_work_is_done(tradespace, file, tmp_path, monkeypatch):
    (tmp_path / "front.csv").write_text("mine")
    monkeypatch.setattr("optimizer.solver.methods.look_at", lambda *_, **__: pytest.fail("worked in vain"))
    assert tradespace("solve", file(SMALL), "--out", tmp_path)[0] == BAD_INPUT


@pytest.mark.parametrize("columns", [60, 41])
@pytest.mark.parametrize("command", ["solve", "evaluate"])
def test_a_narrow_terminal_gets_no_longer_line(tradespace, monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _ = tradespace(command, EXERCISE)
    assert code == OK
    assert max(map(len, out.splitlines())) <= columns
    assert "eventual_consistency" in out
    if command == "solve":  # what doesn't fit goes on below its own beginning
        first = next(
            i for i, line in enumerate(out.splitlines()) if line.startswith("  changes against today: ")
        )
        continued = [line for line in out.splitlines()[first:] if re.match(r"^ {4}\S", line)]
        assert continued


@pytest.mark.parametrize("columns", ["", "0", "12a", "abc", "-5", "9" * 30])
def test_absurd_widths_do_no_harm(tradespace, file, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert tradespace("solve", file(SMALL))[0] == OK


@pytest.mark.parametrize("columns", range(60, 200, 20))
def test_no_number_is_cut_off_at_any_width(tradespace, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = tradespace("solve", EXERCISE)[1]
    assert "…" not in out
    assert "720,192 USD" in out  # today's cost: 20 x 0.40 USD x 24 h = 192, and 720,000 of lost sales
    assert "unbounded" in out


def test_what_a_title_says_is_printed_as_it_stands(tradespace, file):
    assert tradespace("solve", file(SMALL))[1].startswith("[bold]Copies[/bold] :smile:\n")


def _process(*arguments, **environment):
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}])
def test_a_pipe_gets_text_without_control_characters(environment):
    done = _process("solve", EXERCISE, **environment)
    assert done.returncode == OK
    assert done.stderr == b""
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stdout)


def test_an_encoding_without_greek_letters_is_no_defect(file):
    done = _process("evaluate", EXERCISE, "--json", PYTHONIOENCODING="ascii")
    assert done.returncode == OK
    strict(done.stdout.decode("ascii"))
    assert _process("evaluate", EXERCISE, PYTHONIOENCODING="ascii").returncode == OK


@pytest.mark.parametrize("arguments", [["solve", EXERCISE], ["schema"]])
def test_a_reader_that_leaves_is_no_error(arguments):
    command = " ".join([str(COMMAND), *map(str, arguments)])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"], capture_output=True, timeout=60, check=False
    )
    assert done.stderr == b""
    assert done.returncode == OK
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize("arguments", [["schema"], ["solve", EXERCISE, "--json"], ["check", EXERCISE]])
def test_a_reader_that_has_gone_before_the_first_line_is_no_error(arguments):
    # `| head -1` leaves too late to be noticed: the output fits into the pipe. Here nobody ever reads.
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        command = [str(part) for part in (COMMAND, *arguments)]
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (OK, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "schema"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == BAD_INPUT
    assert done.stderr.decode().strip() == "the output can't be written: No space left on device"


def test_a_search_keeps_a_checkpoint_and_goes_on_from_it(tradespace, file, tmp_path):
    path, scenario = tmp_path / "search.npz", file(ENDLESS)
    arguments = ("solve", scenario, "--evaluations", "300", "--seed", "5", "--json")
    code, first, _ = tradespace(*arguments, "--checkpoint", path)
    assert code == OK
    assert path.exists()
    code, again, _ = tradespace(*arguments, "--checkpoint", path)
    assert strict(again)["front"] == strict(first)["front"]
    code, plain, _ = tradespace(*arguments)
    assert strict(plain)["front"] == strict(first)["front"]
    assert strict(plain)["certificate"]["method"] == "search"
    code, _, err = tradespace("solve", scenario, "--evaluations", "300", "--seed", "6", "--checkpoint", path)
    assert code == BAD_INPUT
    assert "seed: 5 there, 6 now" in err


def test_several_searches_by_name(tradespace, file):
    code, out, _ = tradespace(
        "solve", file(ENDLESS), "--algorithm", "nsga2", "--evaluations", "400", "--restarts", "2"
    )
    assert code == OK
    assert "searched (nsga2) in 2 independent searches" in " ".join(out.split())


@pytest.mark.parametrize("arguments", [("--algorithm", "nsga2"), ("--max-designs", "9")])
def test_what_keeps_no_checkpoint_says_so(tradespace, file, tmp_path, arguments):
    path = tmp_path / "search.npz"
    code, _, err = tradespace("solve", file(SMALL), *arguments, "--checkpoint", path)
    assert code == BAD_INPUT
    assert "keeps no checkpoint" in err
    assert not path.exists()


def test_migrate_prints_writes_and_leaves_alone(tradespace, file, tmp_path):
    old = file(SMALL)
    code, out, err = tradespace("migrate", old)
    assert code == OK
    assert out == SMALL.replace("schema: 1", "schema: 2").replace("hour: 1}}", "hour: 1, balancing: shared}}")
    assert "components.web.balancing: shared as before; without it least_connections" in err
    assert tradespace("migrate", old, "--out", tmp_path / "new.yaml")[0] == OK
    assert (tmp_path / "new.yaml").read_text() == out
    assert old.read_text() == SMALL
    assert tradespace("migrate", old, "--out", tmp_path / "new.yaml")[0] == BAD_INPUT
    assert tradespace("migrate", old, "--in-place", "--adopt")[0] == OK
    assert old.read_text() == SMALL.replace("schema: 1", "schema: 2")
    assert "nothing is changed" in tradespace("migrate", old, "--in-place")[2]
    assert (
        tradespace("migrate", file(SMALL.replace("replicas: 2", "replicas: 0")), "--in-place")[0] == BAD_INPUT
    )
    assert tradespace("migrate", "web-api-three-tier", "--in-place")[0] == BAD_INPUT


def test_an_older_schema_is_told_by_check_and_solve(tradespace, file):
    old, new = file(SMALL), file(SMALL.replace("schema: 1", "schema: 2"), "new.yaml")
    for command in ("check", "solve"):
        out = "".join(tradespace(command, old)[1].split())
        assert f"`tradespacemigrate{old}`rewritesitinthenewest" in out
        assert "tradespace migrate" not in tradespace(command, new)[1]
