"""What was written elsewhere and can't be: refused with exit code 2 and one sentence, whoever reads it."""

from __future__ import annotations

import io
import itertools
import json
import math
import sqlite3
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TradespaceError
from optimizer.cli.exit_codes import BAD_INPUT, OK
from optimizer.runs.moving import read_runs
from optimizer.runs.store import RunStore
from optimizer.search.checkpoints import Checkpoint, CheckpointError, read_checkpoint
from optimizer.search.driver import Budget, search
from optimizer.validation import LARGEST, SMALLEST, UnreadableError, from_json, number, whole_number
from searches import Model, space_of_every_kind

SMALL = """
schema: 1
name: small
sources: [a test]
workload: {phases: [{name: steady, rate: 100, hours: 1}]}
components: {web: {kind: service, service_ms: 10, replicas: 2, slots: 4, price_usd_per_hour: 1}}
flows: {shop: {share: 1.0, trace: [web]}}
decisions:
  copies: {integer: [2, 6], sets: web.replicas}
  fast: {on: {multiply: {web.service_ms: 0.5}}, adaptive: true}
dimensions: {latency: {limit: 50}}
"""
DEEP = "[" * 100_000


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A scenario's file, and the text of the front that `solve --out` writes."""
    from optimizer.cli.console import compiled
    from optimizer.files.solution import write_solution
    from optimizer.solver.solver import solve

    folder = tmp_path_factory.mktemp("solved")
    (folder / "small.yaml").write_text(SMALL)
    system = compiled(folder / "small.yaml")
    write_solution(solve(system), system.space, folder / "out")
    return folder / "small.yaml", (folder / "out" / "front.json").read_text()


def places(tree, path=()):
    """Every place in a tree."""
    yield path
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def with_at(tree, path, value):
    """The tree with something else at a place."""
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = with_at(copy[path[0]], path[1:], value)
    return copy


ELSE = [None, [], {}, "text", -1, 10**400, 1.5, True, [[]], {"a": {"b": {}}}]


@pytest.mark.parametrize("wrong", ELSE, ids=lambda value: str(value)[:12])
def test_a_front_with_anything_else_at_any_place_is_read_or_refused_in_a_sentence(solved, tmp_path, wrong):
    from optimizer.cli.console import compiled
    from optimizer.files.front import read_solution

    file, text = solved
    system, tree = compiled(file), json.loads(text)
    refused = 0
    for path in places(tree):
        if len(path) > 1 and path[0] == "front" and path[1] > 0:
            continue  # all designs are alike
        (tmp_path / "front.json").write_text(json.dumps(with_at(tree, path, wrong)))
        try:
            read_solution(system, tmp_path)
        except TradespaceError as error:
            refused += 1
            assert str(tmp_path) in str(error)  # noqa: PT017 - it may also be read
    assert refused > 50


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "no JSON", DEEP, '{"a":' * 100_000, '{"front": NaN}', "\ud800", "{}"],
    ids=lambda text: repr(text[:10]),
)
def test_what_is_no_front_is_refused_by_every_command(tradespace, solved, tmp_path, text):
    file, _ = solved
    (tmp_path / "front.json").write_bytes(text.encode(errors="surrogatepass"))
    for command in ("few", "rank", "explain"):
        code, out, err = tradespace(command, file, "--front", tmp_path)
        assert (code, out) == (BAD_INPUT, "")
        assert "front.json" in err


def test_what_is_told_says_what_was_found_where_and_what_is_allowed(tradespace, solved, tmp_path):
    file, text = solved
    tree = json.loads(text)
    (tmp_path / "front.json").write_text(json.dumps(with_at(tree, ("front", 0, "design"), None)))
    code, _, err = tradespace("report", file, "--front", tmp_path, "--out", tmp_path / "r")
    assert code == BAD_INPUT
    assert "front.0.design: found nothing; allowed: an object" in err
    assert "tradespace solve SCENARIO --out DIR" in err
    fewer = {**tree, "front": tree["front"][1:], "knee": 0}
    (tmp_path / "front.json").write_text(json.dumps(fewer))
    code, _, err = tradespace("report", file, "--front", tmp_path, "--out", tmp_path / "r")
    assert code == BAD_INPUT
    assert f"the certificate tells of {len(tree['front'])} on the front" in err


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A checkpoint, its arrays, and what it must fit."""
    path, space = tmp_path_factory.mktemp("search") / "search.npz", space_of_every_kind()
    model = Model(space, most=0.5)
    today = model(space.today[None, :])
    keep = Checkpoint(path, {"seed": 1}, clock=itertools.count(0, 10).__next__)
    search(model, space, today=today, budget=Budget(900, None), seed=1, checkpoint=keep)
    with np.load(path) as file:
        return {name: file[name] for name in file.files}, today, space


def refused(searched, path, arrays):
    _, today, space = searched
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(CheckpointError) as told:
        read_checkpoint(path, {"seed": 1}, like=today, space=space)
    return str(told.value)


def test_the_checkpoint_itself_can_be_read(searched, tmp_path):
    arrays, today, space = searched
    np.savez(tmp_path / "a.npz", **arrays)
    journey = read_checkpoint(tmp_path / "a.npz", {"seed": 1}, like=today, space=space)
    assert len(journey.state.archive.members) > 1


def test_arrays_that_are_short_of_another_kind_or_gone_are_refused(searched, tmp_path):
    arrays, _, _ = searched
    path = tmp_path / "a.npz"
    for name, array in arrays.items():
        if name == "about":
            continue
        others = [array[..., None], np.array("text"), array.astype(complex), np.float64(1.0)]
        if len(array) > 1 and name not in ("seen", "left", "sweeping") and not name.startswith("moment"):
            others.append(array[:-1])
        for other in others:
            assert name.split("_")[0] in refused(searched, path, {**arrays, name: other})
        if not name.startswith("closest"):
            assert "missing" in refused(
                searched, path, {other: part for other, part in arrays.items() if other != name}
            )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0, 0.5, 1e300])
def test_members_that_no_design_can_be_are_refused(searched, tmp_path, value):
    arrays, _, _ = searched
    members = arrays["members_X"].copy()
    members[0, 0] = value
    assert "decision can't have" in refused(searched, tmp_path / "a.npz", {**arrays, "members_X": members})


def test_values_that_are_no_numbers_are_refused(searched, tmp_path):
    arrays, _, _ = searched
    values = arrays["members_values"].copy()
    values[0, 0] = np.nan
    assert "no number" in refused(searched, tmp_path / "a.npz", {**arrays, "members_values": values})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("evaluated", -1),
        ("evaluated", 3),
        ("evaluated", 10**30),
        ("evaluated", "900"),
        ("feasible", 10**6),
        ("idle", -5),
        ("spent_s", -1.0),
        ("spent_s", 1e300),
        ("broken", {"price": 10**9}),
        ("broken", {"other": 1}),
        ("broken", []),
        ("generator", {}),
        ("generator", {"bit_generator": "MT19937"}),
        ("yields", {"breed": 7.0}),
        ("yields", {"magic": 0.5}),
        ("source", "magic"),
        ("moments", [9, 3]),
        ("moments", [10**9]),
        ("is_begun", "yes"),
        ("more", 1),
    ],
)
def test_counts_and_words_that_cannot_be_are_not_believed(searched, tmp_path, name, value):
    arrays, _, _ = searched
    about = {**json.loads(str(arrays["about"])), name: value}
    told = refused(searched, tmp_path / "a.npz", {**arrays, "about": np.array(json.dumps(about))})
    assert "delete it to begin anew" in told


def header(shape):
    part = io.BytesIO()
    np.lib.format.write_array_header_1_0(part, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return part.getvalue()


@pytest.mark.parametrize("shape", [(10**15,), (10**9, 10**9), (-1,), (3, 0)])
def test_an_array_that_says_it_is_huge_is_refused_before_it_is_made(searched, tmp_path, shape):
    arrays, today, space = searched
    path = tmp_path / "a.npz"
    np.savez(path, **{name: part for name, part in arrays.items() if name != "seen"})
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("seen.npy", header(shape))
    with pytest.raises(CheckpointError):
        read_checkpoint(path, {"seed": 1}, like=today, space=space)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"PK\x05\x06" + 18 * b"\0", bytes(1000)])
def test_a_file_that_is_no_checkpoint_is_bad_input_and_never_ctrl_c(tradespace, tmp_path, content):
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "search.npz").write_bytes(content)
    ask = ("--algorithm", "archive", "--evaluations", "20", "--checkpoint", tmp_path / "search.npz")
    code, _, err = tradespace("solve", tmp_path / "small.yaml", *ask)
    assert code == BAD_INPUT
    assert "is no checkpoint of a search" in err


@pytest.fixture
def shelved(tmp_path, tradespace, monkeypatch):
    """A store with two solved runs; its file."""
    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    (tmp_path / "small.yaml").write_text(SMALL)
    for seed in (1, 2):
        assert tradespace("solve", tmp_path / "small.yaml", "--seed", seed)[0] == OK
    return tmp_path / "runs.sqlite"


def damage(file, column, value, table="runs", key="id"):
    with sqlite3.connect(file) as link:
        (run,) = link.execute("SELECT id FROM runs WHERE seed = 1").fetchone()
        link.execute("PRAGMA foreign_keys=OFF")
        link.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, run))
    return run


BAD_ROWS = [
    ("config", "no JSON"),
    ("config", DEEP),
    ("config", "[]"),
    ("versions", '{"tradespace": 5}'),
    ("versions", b"\xff\xfe"),
    ("created", "yesterday"),
    ("created", 1e300),
    ("created", -5.0),
    ("started", "x"),
    ("done", "many"),
    ("done", -4),
    ("total", 2**62 + 1),
    ("state", "dreaming"),
    ("kind", "poem"),
    ("seed", "x"),
    ("title", b"\xff"),
    ("beat", "never"),
]


@pytest.mark.parametrize(("column", "value"), BAD_ROWS, ids=lambda value: str(value)[:12])
def test_one_bad_row_harms_no_other(tradespace, shelved, column, value):
    run = damage(shelved, column, value)
    code, out, _ = tradespace("runs", "list", "--json")
    assert code == OK
    told = {row["id"]: row for row in json.loads(out)}
    assert len(told) == 2
    assert told[run]["state"] == "unreadable"
    assert column in told[run]["error"]
    (other,) = (row for name, row in told.items() if name != run)
    assert (other["state"], other["error"]) == ("done", "")
    assert tradespace("runs", "list")[0] == OK
    assert tradespace("runs", "show", run)[0] == OK
    assert tradespace("runs", "delete", run)[0] == OK


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("fronts", "solution", "no JSON"),
        ("fronts", "solution", "{}"),
        ("fronts", "solution", DEEP),
        ("inputs", "choices", "[1]"),
        ("inputs", "scenario", "a: ["),
    ],
)
def test_what_belongs_to_a_run_and_cannot_be_read_is_told(tradespace, shelved, table, column, value):
    run = damage(shelved, column, value, table, "run")
    with RunStore(f"sqlite:///{shelved}") as store:
        other = next(one.id for one in store.runs() if one.id != run)
    code, _, err = tradespace("runs", "compare", run, other)
    assert code == BAD_INPUT
    assert err.strip()
    if table == "fronts":
        code, _, err = tradespace("solve", shelved.parent / "small.yaml", "--seed", "1")
        assert code == BAD_INPUT
        assert "--fresh" in err
    assert tradespace("runs", "list")[0] == OK


def test_runs_with_anything_else_at_any_place_are_added_or_refused(tradespace, shelved, tmp_path):
    with RunStore(f"sqlite:///{shelved}") as store:
        run = store.runs()[0].id
    assert tradespace("runs", "export", run, "--out", tmp_path / "runs.json")[0] == OK
    tree, edited = json.loads((tmp_path / "runs.json").read_text()), tmp_path / "edited.json"
    refusals = 0
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        for path in places(tree):
            for wrong in (None, [], {}, "text", -1, 10**400, True):
                edited.write_text(json.dumps(with_at(tree, path, wrong)))
                try:
                    read_runs(other, edited)
                except TradespaceError:
                    refusals += 1
                added = other.runs()
                assert all(one.state != "unreadable" for one in added), (path, wrong)
                if added:
                    other.delete([one.id for one in added])
    assert refusals > 100
    (tmp_path / "edited.json").write_text(DEEP)
    assert tradespace("runs", "import", tmp_path / "edited.json")[0] == BAD_INPUT


OPTIONS = [
    ("explain", "--design", "²"),
    ("explain", "--design", "٣"),
    ("explain", "--design", "9" * 5000),
    ("compare", "--design", "²"),
    ("gate", "--design", "²"),
    ("reach", "--wish", "latency=٣"),
    ("reach", "--wish", "latency=1_0"),
    ("reach", "--wish", "latency=1e308"),
    ("reach", "--wish", "latency=nan"),
    ("reach", "--wish", "latency=5e-324"),
    ("reach", "--wish", "cost=inf"),
    ("rank", "--weight", "cost=1e308"),
    ("rank", "--weight", "cost=5e-324"),
    ("rank", "--weight", "cost=٣"),
    ("evaluate", "--set", "copies=٣"),
    ("evaluate", "--set", "copies=1e400"),
    ("evaluate", "--set", "copies=nan"),
    ("solve", "--seconds", "nan"),
    ("solve", "--seed", "9" * 40),
    ("solve", "--workers", "9" * 40),
    ("solve", "--restarts", "9" * 40),
    ("solve", "--store", "postgresql://me@host:port/db"),
    ("solve", "--store", "postgresql://[::1/db"),
    ("solve", "--store", "sqlite:///a?bogus=1"),
    ("solve", "--store", "sqlite:///a\0b"),
    ("solve", "--store", "~nobody-of-this-name/runs.sqlite"),
    ("solve", "--store", "://"),
]


@pytest.mark.parametrize(("command", "option", "value"), OPTIONS, ids=lambda value: str(value)[:20])
def test_options_that_are_no_values_are_bad_input(tradespace, tmp_path, command, option, value):
    (tmp_path / "small.yaml").write_text(SMALL)
    code, out, err = tradespace(command, tmp_path / "small.yaml", option, value)
    assert code == BAD_INPUT
    assert err.strip()
    assert "warning" not in out + err.lower()


@pytest.mark.parametrize("limit", ["9" * 30, "-1", "٣²"])
def test_lists_of_runs_have_a_length(tradespace, shelved, limit):
    assert tradespace("runs", "list", "--limit", limit)[0] == BAD_INPUT
    assert tradespace("runs", "prune", "--keep", limit)[0] == BAD_INPUT


@pytest.mark.parametrize(
    "table", ['a,b\n"x', "workload.rate\n\0", "workload.rate,workload.rate\n1,2\n", "seed\n²\n", "seed\n٣\n"]
)
def test_a_table_of_cases_that_is_none_is_bad_input(tradespace, tmp_path, table):
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "cases.csv").write_text(table)
    ask = ("batch", tmp_path / "small.yaml", "--cases", tmp_path / "cases.csv", "--out", tmp_path / "b")
    assert tradespace(*ask)[0] == BAD_INPUT
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "vary", ["workload.rate=٣:٥:2", "workload.rate=1:2:٣", "workload.rate=1:2:" + "9" * 30]
)
def test_ranges_are_written_in_plain_digits(tradespace, tmp_path, vary):
    (tmp_path / "small.yaml").write_text(SMALL)
    ask = ("batch", tmp_path / "small.yaml", "--vary", vary, "--out", tmp_path / "b")
    assert tradespace(*ask)[0] == BAD_INPUT


@pytest.mark.parametrize(
    "rows", ["0,5e-324\n1,1e12\n", "0,1\n5e-324,2\n", "0,1e-320\n60,1e-320\n", "0,5\n1e-9,7\n"]
)
def test_a_trace_whose_rates_no_number_can_relate_is_refused_with_its_line(tradespace, tmp_path, rows):
    (tmp_path / "load.csv").write_text("time,rate\n" + rows)
    (tmp_path / "small.yaml").write_text(
        SMALL.replace("{phases: [{name: steady, rate: 100, hours: 1}]}", "{trace: load.csv}")
    )
    code, _, err = tradespace("check", tmp_path / "small.yaml")
    assert code == BAD_INPUT
    assert "of the trace" in err


@pytest.mark.parametrize(
    "design",
    ["decisions: [1]", "decisions: {copies: [1]}", "decisions: {copies: {a: {b: 1}}}", "decisions: 5"],
)
def test_a_design_file_of_another_form_is_refused(tradespace, tmp_path, design):
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "design.yaml").write_text(f"scenario: [small]\n{design}\n")
    code, _, err = tradespace("evaluate", tmp_path / "small.yaml", "--design", tmp_path / "design.yaml")
    assert code == BAD_INPUT
    assert "design.yaml" in err


@given(st.text(max_size=30))
def test_a_number_is_one_in_plain_digits_that_can_be_computed_with(text):
    found = number(text)
    if found is not None:
        assert found == float(text)
        assert found == 0.0 or SMALLEST <= abs(found) <= LARGEST
        assert text.isascii()
    whole = whole_number(text)
    assert whole is None or str(whole) == text.lstrip("0") or whole == 0


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_every_usual_number_is_read_as_it_was_written(value):
    assert number(repr(value)) == value
    assert number(repr(-value)) == -value
    assert not math.isnan(value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_what_is_no_text_by_name_is_refused_and_nothing_else_happens(tree):
    with pytest.raises(UnreadableError):
        from_json(json.dumps([tree]), dict[str, str], where="here")
