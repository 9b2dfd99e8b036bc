"""Passwords in a store's address: no page shows one, and neither the app nor its workers write one down."""

from __future__ import annotations

import json
import logging
import sqlite3

import pytest

from apps import app_test
from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.files.gallery import path_of
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

MARK = "geheim"
EXERCISE = "black-friday-exercise"
PAGES = ("", "design", "compare", "breaking", "scenario", "runs")
#: What the page Runs and reports can show.
PARTS = ("Saved runs", "Report", "Batches")
#: Addresses that can't be used, each for a reason of its own.
UNUSABLE = (
    f"postgresql://me:{MARK}@127.0.0.1:1/none",
    f"postgresql://me@127.0.0.1:1/none?password={MARK}",
    f"postgresql://me@127.0.0.1:1/none?sslpassword={MARK}&sslmode=require",
    f"postgresql://me@127.0.0.1:1/none?sslmode=nonsense&password={MARK}",
    f"postgresql://me:{MARK}@127.0.0.1:port/none",
    f"mysql://me:{MARK}@host/none",
    f"nonsense://me@host?PASSWORD={MARK}",
    f"sqlite:///none?password={MARK}",
)


@pytest.fixture
def shown(monkeypatch, tmp_path, caplog, capfd):
    """Runs pages on a store, and gives all that they show and that is written meanwhile."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):  # Streamlit's own don't hand on what they say
        if name.startswith(("streamlit", "sqlalchemy", "alembic")):
            monkeypatch.setattr(logging.getLogger(name), "propagate", True)

    def show(address, pages=PAGES, **query):
        told = []
        app = app_test(monkeypatch, tmp_path, **{"scenario": EXERCISE, **query})
        monkeypatch.setenv("TRADESPACE_STORE", address)
        app.run()
        for page in pages:
            if page:
                app.switch_page(f"ui/pages/{page}.py").run()
            parts = PARTS if page == "runs" else ("",)
            for part in parts:
                if part:
                    app.session_state["runs-part"] = part
                    app.run()
                told.append(_all_of(app))
        out, err = capfd.readouterr()
        return "\n".join([*told, caplog.text, out, err])

    return show


def _all_of(app):
    """Every message that the page sent to the browser, as text."""
    return json.dumps([str(_proto(node)) for node in _nodes(app._tree)])


def _nodes(node):
    yield node
    for child in getattr(node, "children", {}).values():
        yield from _nodes(child)


def _proto(node):
    return getattr(node, "proto", "")


@pytest.mark.parametrize("address", UNUSABLE)
def test_of_a_store_that_cannot_be_used(shown, address):
    told = shown(address, pages=("", "runs"))
    assert "be saved" in told
    assert MARK not in told


def working(tmp_path):
    """An address with a password of a store that works, and its file."""
    path = tmp_path / "own.sqlite"
    return f"sqlite:///file:{path}?uri=true&password={MARK}", path


@pytest.fixture
def kept(tmp_path):
    """Such a store with a run."""
    address, path = working(tmp_path)
    file = path_of(EXERCISE)
    system = compile_system(load_scenario(file))
    with RunStore(address) as keeper:
        done = solve_with_store(
            keeper, model_of(system), SolveConfig(), text=file.read_text(encoding="utf-8")
        )
    return address, path, done.run.id


def test_of_a_store_that_works(shown, kept):
    address, _, run = kept
    told = shown(address, run=run)
    assert run in told
    assert MARK not in told


def test_of_a_store_that_breaks_meanwhile(shown, kept):
    address, path, run = kept
    with sqlite3.connect(path) as link:
        link.execute("ALTER TABLE runs RENAME TO gone")
    told = shown(address, run=run)
    assert "the run store" in told
    assert MARK not in told


@pytest.mark.parametrize("address", UNUSABLE[:1])
def test_the_mark_is_seen_where_it_stands(shown, monkeypatch, address):
    monkeypatch.setattr("optimizer.runs.connecting.shown", lambda text: text)
    monkeypatch.setattr("optimizer.runs.connecting._secrets", lambda url: set())
    assert MARK in shown(address, pages=("runs",))
