"""The run store on SQLite and PostgreSQL: joined, answered, gone on with, ended once, never half there."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from optimizer.runs.connecting import NEWEST, StoreError, shown, url_of
from optimizer.runs.run import FORGOTTEN_S, SILENT_S
from optimizer.runs.schema import METADATA
from optimizer.runs.shelf import Hidden
from optimizer.runs.store import RunStore, Wanted
from stores import database

WANTED = Wanted("solve", "k" * 64, "shop", "A shop", "d" * 64, "schema: 1", {"seed": 3}, 3, {})


def ended(store, run, state="done", **settings):
    assert store.begin(run)
    assert store.end(run, state, **settings)
    return store.get(run)


def test_a_run_from_its_request_to_its_end(store):
    run = store.request(WANTED)
    assert (run.state, run.kind, run.name, run.config, run.seed) == (
        "queued",
        "solve",
        "shop",
        {"seed": 3},
        3,
    )
    assert store.begin(run.id)
    assert not store.begin(run.id)
    assert store.beat(run.id, done=10, total=100, on_front=4)
    told = store.get(run.id)
    assert (told.state, told.done, told.total, told.on_front) == ("running", 10, 100, 4)
    store.keep_front(run.id, b"some")
    assert store.front(run.id) == (b"some", None)
    assert store.end(run.id, "done", summary="all", front=(b"whole", "{}"), counts=(100, 100, 9))
    told = store.get(run.id)
    assert (told.state, told.summary, told.on_front, told.is_live) == ("done", "all", 9, False)
    assert told.seconds >= 0.0
    assert store.front(run.id) == (b"whole", "{}")
    assert store.inputs(run.id) == ("schema: 1", {})


def test_more_designs_than_a_column_counts_are_no_reason_to_fail(store):
    run = store.request(WANTED)
    assert store.begin(run.id)
    assert store.beat(run.id, done=10, total=2**491, on_front=4)
    told = store.get(run.id)
    assert told.done == 10
    assert 2**61 < told.total < 2**63
    assert store.end(run.id, "done", summary="all", front=(b"whole", "{}"), counts=(100, 2**491, 9))
    assert 2**61 < store.get(run.id).total < 2**63


def test_the_same_is_answered_from_the_store_unless_it_is_wanted_fresh(store):
    first = ended(store, store.request(WANTED).id)
    assert store.request(WANTED).id == first.id
    again = store.request(WANTED, fresh=True)
    assert again.id != first.id
    assert store.request(WANTED, fresh=True).id == again.id  # a live one is joined nevertheless
    assert store.request(replace(WANTED, key="other" + "k" * 59)).id not in (first.id, again.id)


def test_what_was_cut_short_goes_on_where_it_was(store):
    run = store.request(WANTED)
    assert store.begin(run.id)
    store.keep_checkpoint(run.id, b"half way")
    assert store.end(run.id, "cancelled")
    again = store.request(WANTED)
    assert (again.id, again.state, again.cancel) == (run.id, "queued", False)
    assert store.checkpoint(run.id) == b"half way"
    ended(store, run.id)
    assert store.checkpoint(run.id) is None


def test_of_many_that_ask_at_once_all_get_the_same_run(url):
    barrier = threading.Barrier(8)
    with RunStore(url):
        pass

    def ask(_):
        with RunStore(url) as store:
            barrier.wait()
            run = store.request(WANTED).id
            return run, store.begin(run)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(8)))
    assert len({run for run, _ in told}) == 1
    assert sum(begun for _, begun in told) == 1


def test_many_may_write_at_once(url):
    with RunStore(url) as store:
        runs = [store.request(replace(WANTED, key=f"{i:064}")).id for i in range(4)]

    def work(run):
        with RunStore(url) as store:
            store.begin(run)
            for i in range(25):
                store.beat(run, done=i, total=25, on_front=i)
                store.keep_front(run, b"x" * 1000)
            return store.end(run, "done")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, runs)) == [True] * 4


def test_a_run_is_asked_to_stop_and_one_that_nobody_works_on_stops_at_once(store):
    run = store.request(WANTED)
    assert store.cancel(run.id).state == "cancelled"
    run = store.request(WANTED)
    assert store.begin(run.id)
    assert store.cancel(run.id).cancel
    assert not store.beat(run.id, done=1, total=2, on_front=0)
    assert store.end(run.id, "cancelled")
    assert store.cancel(run.id).state == "cancelled"


def test_what_was_cancelled_before_it_began_can_be_asked_for_anew(store):
    run = store.request(WANTED)
    store.cancel(run.id)
    anew = store.request(WANTED, fresh=True)
    assert anew.id != run.id
    assert anew.state == "queued"


def test_a_worker_that_died_is_noticed_and_one_that_comes_back_changes_nothing(store):
    run = store.request(WANTED)
    assert store.begin(run.id)
    assert store.bury() == 0
    assert store.get(run.id).is_silent(time.time() + SILENT_S + 1.0)
    time.sleep(0.05)
    assert store.bury(silent_s=0.01) == 1
    told = store.get(run.id)
    assert told.state == "interrupted"
    assert "no sign of life" in told.error
    assert not store.beat(run.id, done=1, total=2, on_front=0)
    assert not store.end(run.id, "done")
    assert store.get(run.id).state == "interrupted"
    assert store.request(WANTED).id == run.id


def test_a_worker_that_was_asleep_changes_nothing_of_a_run_that_another_has_taken(store):
    run = store.request(WANTED).id
    assert store.begin(run)
    store.keep_front(run, b"before")
    time.sleep(0.05)
    assert store.bury(silent_s=0.01) == 1
    assert store.request(WANTED).id == run
    assert store.begin(run, worker="another machine:1")
    assert not store.beat(run, done=9, total=9, on_front=9)
    store.keep_front(run, b"late")
    store.keep_checkpoint(run, b"late")
    assert not store.end(run, "done", front=(b"late", "{}"))
    told = store.get(run)
    assert (told.state, told.done, told.worker) == ("running", 0, "another machine:1")
    assert store.front(run) == (b"before", None)
    assert store.checkpoint(run) is None
    assert store.cancel(run).is_live


def test_machines_whose_clocks_differ_share_a_database(server, monkeypatch):
    """An hour apart: what one of them has just said is not old to the other."""
    here = time.time
    with database(server) as url, RunStore(url) as store:
        run = store.request(WANTED).id
        assert store.begin(run)
        monkeypatch.setattr(time, "time", lambda: here() + 3600.0)
        with RunStore(url) as other:
            assert other.bury() == 0
            assert not other.get(run).is_silent(other.clock())
            assert other.clock() == pytest.approx(here(), abs=5.0)
            assert other.beat(run, done=1, total=2, on_front=0)
        monkeypatch.setattr(time, "time", here)
        assert store.bury() == 0
        assert store.get(run).beat == pytest.approx(here(), abs=5.0)


def test_a_run_that_nobody_will_begin_is_noticed_too(store):
    run = store.request(WANTED)
    assert store.bury() == 0
    assert not store.get(run.id).is_silent(time.time() + SILENT_S + 1.0)
    assert store.get(run.id).is_silent(time.time() + FORGOTTEN_S + 1.0)
    time.sleep(0.2)
    assert store.waits(run.id)
    assert store.bury(forgotten_s=0.15) == 0
    time.sleep(0.2)
    assert store.bury(forgotten_s=0.15) == 1
    assert store.get(run.id).state == "interrupted"
    assert not store.waits(run.id)
    assert not store.begin(run.id)
    again = store.request(WANTED)
    assert (again.id, again.state) == (run.id, "queued")
    assert store.bury(forgotten_s=10.0) == 0


def test_lists_are_the_newest_first_and_filtered(store):
    runs = []
    for i, kind in enumerate(("solve", "batch", "solve")):
        runs.append(store.request(replace(WANTED, key=f"{i:064}", kind=kind, name=f"n{i}")).id)
        time.sleep(0.01)
    ended(store, runs[0])
    store.tag(runs[2], ["last year", "kept"])
    assert [run.id for run in store.runs()] == runs[::-1]
    assert [run.id for run in store.runs(limit=1, offset=1)] == [runs[1]]
    assert [run.id for run in store.runs(kind="batch")] == [runs[1]]
    assert [run.id for run in store.runs(state="done")] == [runs[0]]
    assert [run.id for run in store.runs(name="n2")] == [runs[2]]
    assert [run.tags for run in store.runs(tag="kept")] == [("kept", "last year")]


def test_notes_tags_and_the_beginning_of_a_name(store):
    run = store.request(WANTED)
    store.note(run.id[:6], "because of the sale")
    store.note(run.id, "second")
    store.tag(run.id, ["a", "b"])
    told = store.tag(run.id, ["a"], remove=True)
    assert told.notes == ("because of the sale", "second")
    assert told.tags == ("b",)
    for wrong in ("", "nothing", "%", "_"):
        with pytest.raises(StoreError, match="not in this store"):
            store.get(wrong)


def test_deleting_takes_all_parts_along_and_refuses_what_is_live(store):
    run = store.request(WANTED)
    with pytest.raises(StoreError, match="under way"):
        store.delete([run.id])
    store.note(run.id, "n")
    store.tag(run.id, ["t"])
    store.begin(run.id)
    store.keep_checkpoint(run.id, b"c")
    store.end(run.id, "cancelled", front=(b"f", "{}"))
    assert store.delete([run.id]) == 1
    assert store.runs() == []
    assert store.front(run.id) is None
    assert store.checkpoint(run.id) is None


def test_pruning_spares_what_is_new_live_tagged_or_noted(store):
    runs = []
    for i in range(6):
        runs.append(store.request(replace(WANTED, key=f"{i:064}")).id)
        if i:
            ended(store, runs[i])
        time.sleep(0.01)
    store.tag(runs[1], ["kept"])
    store.note(runs[2], "kept")
    assert sorted(store.prunable(keep=1)) == sorted([runs[3], runs[4]])
    assert store.prunable(keep=1, older_s=3600.0) == []


def test_the_migrations_make_the_tables_that_the_program_knows(store, url):
    engine = create_engine(make_url(store._engine.url))
    found = inspect(engine)
    for table in METADATA.sorted_tables:
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert set(columns) == {column.name for column in table.c}
        for column in table.c:
            assert columns[column.name]["nullable"] == column.nullable or column.primary_key
        made = {index["name"] for index in found.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= made
    engine.dispose()


def test_an_older_schema_is_brought_up_to_date_and_keeps_its_runs(url, store):
    run = store.request(WANTED)
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE notes"))
        connection.execute(text("DROP TABLE tags"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with RunStore(url) as again:
        assert again.note(run.id, "still here").notes == ("still here",)
        with again._engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST


def test_a_newer_schema_is_refused(url, store):
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(StoreError, match=r"version 0099 .* written by a newer Tradespace"):
        RunStore(url)


def test_stores_that_cannot_be_used_say_why_without_passwords(tmp_path):
    for url in (
        "postgresql://me:geheim@127.0.0.1:1/none",
        f"postgresql://me:geheim@/none?host={tmp_path}",
        "mysql://me:geheim@somewhere/none",
        "nonsense://me:geheim@somewhere",
        "://",
    ):
        with pytest.raises(StoreError) as told:
            RunStore(url)
        assert "geheim" not in str(told.value)
        assert "postgresql://user@host/database" in str(told.value)
    (tmp_path / "file").write_text("this is no database, but long enough to be taken for one" * 20)
    with pytest.raises(StoreError, match="not a database"):
        RunStore(f"sqlite:///{tmp_path / 'file'}")
    (tmp_path / "flat").write_text("")
    with pytest.raises(StoreError, match="can't be used"):
        RunStore(f"sqlite:///{tmp_path / 'flat' / 'runs.sqlite'}")
    assert "geheim" not in shown("postgresql://me:geheim@host/db")


def test_a_wrong_password_is_never_printed(server):
    url = make_url(server)
    rules = Path(url.query["host"]) / "data" / "pg_hba.conf"
    with psycopg.connect(
        host=url.query["host"], user=url.username, dbname="postgres", autocommit=True
    ) as link:
        link.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
        rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
        link.execute("SELECT pg_reload_conf()")
        link.execute("CREATE DATABASE locked OWNER locked")
    wait_until_locked = time.monotonic() + 10
    for user, password in (("locked", "geheim"), ("nobody", "geheim")):
        wrong = url.set(username=user, password=password, database="locked")
        while True:
            try:
                RunStore(wrong.render_as_string(hide_password=False)).close()
            except StoreError as error:
                told = str(error)
                break
            assert time.monotonic() < wait_until_locked, "the server has not read its rules"
        assert "geheim" not in told
        assert user in told
    right = url.set(username="locked", password="right", database="locked")
    with RunStore(right.render_as_string(hide_password=False)) as store:
        assert store.runs() == []


def test_a_store_that_may_not_be_written_says_so(store, monkeypatch):
    if store._engine.dialect.name != "sqlite":
        pytest.skip("a read-only disk is a matter of files")
    from sqlalchemy import event

    event.listen(store._engine, "connect", lambda link, _: link.execute("PRAGMA query_only=ON"))
    store._engine.dispose()
    with pytest.raises(StoreError, match=r"(?i)readonly|read-only|query_only"):
        store.request(WANTED)


def test_which_store_is_meant(monkeypatch, tmp_path):
    monkeypatch.setenv("TRADESPACE_STORE", "postgresql://host/db")
    assert url_of(None) == "postgresql://host/db"
    assert url_of("none") is None
    assert url_of(str(tmp_path / "a.sqlite")) == f"sqlite:///{tmp_path / 'a.sqlite'}"
    monkeypatch.delenv("TRADESPACE_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert url_of(None) == f"sqlite:///{tmp_path / 'tradespace' / 'runs.sqlite'}"


def test_what_is_hidden_takes_no_place_of_a_page_and_lends_no_name(store):
    for k in range(6):
        asked = replace(
            WANTED, key=f"{k}" * 64, name=f"name-{k}", tags=("private", f"tag-{k}") if k % 2 else ()
        )
        store.request(asked)
    mine = store.runs(name="name-3")[0].id
    hidden = Hidden("private", frozenset({mine}))
    everybody = store.runs(hidden=hidden)
    assert sorted(run.name for run in everybody) == ["name-0", "name-2", "name-3", "name-4"]
    pages = [store.runs(limit=2, offset=offset, hidden=hidden) for offset in (0, 2, 4)]
    assert [run.id for page in pages for run in page] == [run.id for run in everybody]
    assert store.many(hidden=hidden) == 4
    assert store.many(hidden=hidden, tag="private") == 1
    assert store.names(hidden=hidden) == ["name-0", "name-2", "name-3", "name-4"]
    assert store.tags(hidden=hidden) == ["private", "tag-3"]
    assert store.tags(hidden=Hidden("private")) == []
    assert len(store.names()) == 6


def test_a_list_holds_the_notes_too(store):
    run = store.request(WANTED)
    store.note(run.id, "first")
    store.note(run.id, "second")
    assert store.runs()[0].notes == ("first", "second")


SECRETS = [
    "postgresql://me:geheim@127.0.0.1:1/none",
    "postgresql://me:ge%40heim@127.0.0.1:1/none",
    "postgresql://me@127.0.0.1:1/none?password=geheim",
    "postgresql://me@127.0.0.1:1/none?sslpassword=geheim&sslmode=require",
    "postgresql://me@127.0.0.1:1/none?sslmode=geheim-no&password=geheim",
    "postgresql://me:geheim@127.0.0.1:port/none",
    "postgresql://me:geheim@[::1/none",
    "postgresql:/me:geheim@127.0.0.1/none",
    "postgresql//me:geheim@127.0.0.1/none",
    "mysql://me:geheim@host/none?password=geheim",
    "nonsense://me@host?PASSWORD=geheim",
    "sqlite:///none?password=geheim",
    "host=127.0.0.1 port=1 password=geheim",
    "host=127.0.0.1 password='geheim geheim'",
]


@pytest.mark.parametrize("url", SECRETS)
def test_no_command_prints_a_password(tradespace, tmp_path, monkeypatch, url):
    (tmp_path / "file").write_text("no database " * 99)
    monkeypatch.chdir(tmp_path / "..")
    for by_variable in (False, True):
        monkeypatch.setenv("TRADESPACE_STORE", url if by_variable else "none")
        asked = () if by_variable else ("--store", url)
        for command in (("runs", "list"), ("runs", "prune"), ("solve", "black-friday-exercise")):
            code, out, err = tradespace(*command, *asked)
            assert "geheim" not in (out + err).replace("geheim-no", "")
            if url.startswith(("postgresql://", "mysql", "nonsense", "sqlite")):
                assert code == 2
    for path in tmp_path.parent.glob("*geheim*"):
        path.unlink()


def test_a_defect_prints_no_password(tradespace, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("lost postgresql://me:geheim@host/db and password=geheim")

    monkeypatch.setattr("models.scenario.load.load_scenario", broken)
    code, _, err = tradespace("solve", "black-friday-exercise")
    assert code == 70
    assert "geheim" not in err
    assert "lost postgresql://me:***@host/db" in err


def test_what_is_no_password_is_shown():
    for url in ("postgresql://me@host:5432/db", "sqlite:////home/me/runs.sqlite"):
        assert shown(url) == url
    assert shown("postgresql://me:geheim@host:5432/db?sslmode=require") == (
        "postgresql://me:***@host:5432/db?sslmode=require"
    )
