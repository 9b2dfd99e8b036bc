"""Solving in a real browser: progress, reloading, joining, stopping, a worker that dies."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import replace

import pytest

from apps import app_server, assert_quiet, eventually, opened, rest
from models import compile_system, load_scenario
from optimizer.files.gallery import path_of
from optimizer.runs.solving import wanted_solve
from optimizer.runs.store import RunStore
from optimizer.runs.worker import start_worker
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

#: A scenario whose search takes minutes here, as the run that waits for it has many designs to look at.
LONG = "/?scenario=black-friday-shop"
TEXT = path_of("black-friday-shop").read_text(encoding="utf-8")
SHOP = load_scenario(path_of("black-friday-shop"))


LARGE = SolveConfig(evaluations=1_000_000, workers=1)


def wanted(config):
    return wanted_solve(model_of(compile_system(SHOP)), config, text=TEXT)


@pytest.fixture
def store(tmp_path):
    """A store in which nothing is left under way."""
    path = tmp_path / "runs.sqlite"
    with RunStore(f"sqlite:///{path}") as keeper:  # what the page asks for, but with more to look at
        run = keeper.request(replace(wanted(SolveConfig()), config=wanted(LARGE).config))
        start_worker(keeper, run)
    yield path
    with RunStore(f"sqlite:///{path}") as keeper:
        for run in keeper.runs(state="running"):
            keeper.cancel(run.id)
            os.kill(int(run.worker.rpartition(":")[2]), signal.SIGKILL)


def runs_of(path):
    with RunStore(f"sqlite:///{path}") as keeper:
        return keeper.runs()


def has_progress(page):
    return page.locator("[data-testid=stProgress]").count() > 0


def test_progress_reload_join_and_stop(chromium, store):
    with app_server(store) as address:
        page, watch = opened(chromium, address, LONG)
        assert page.get_by_text("times overloaded").is_visible()  # in the reader's units
        assert eventually(page, lambda: has_progress(page))
        # how it is solved, why so, at which rate and how long: before anything is found
        assert page.get_by_text("A search (archive): the designs can't be counted out").is_visible()
        told = page.locator("[data-testid=stProgress]").inner_text()
        assert re.search(r"about [0-9,]+ designs/s.*, about [0-9.]+ (s|min) left", told)
        assert eventually(page, lambda: [run.state for run in runs_of(store)] == ["running"])
        assert eventually(page, lambda: runs_of(store)[0].done > 0)
        before = runs_of(store)[0]
        # a second session that asks for the same joins, and a page that is loaded again finds it
        other, _ = opened(chromium, address, LONG)
        assert eventually(other, lambda: has_progress(other))
        page.reload()
        rest(page)
        assert eventually(page, lambda: has_progress(page))
        assert [run.id for run in runs_of(store)] == [before.id]
        told = page.locator("[data-testid=stProgress]").inner_text()
        assert re.search(r"[0-9,]+ of [0-9,]+ designs, [0-9,]+ on the front so far", told)
        # whoever stops it, both see what was found
        assert eventually(page, lambda: runs_of(store)[0].on_front > 0)
        page.get_by_role("button", name="Stop and keep what was found").click()
        for each in (page, other):
            each.wait_for_selector("#front[data-mounted]", timeout=60_000)
            assert each.get_by_text("It was stopped after").is_visible()
        ended = runs_of(store)[0]
        assert (ended.id, ended.state) == (before.id, "cancelled")
        shown = page.get_by_text(f"of {ended.on_front:,} on the front")
        assert eventually(page, shown.is_visible)  # of tens of thousands it takes a moment
        assert_quiet(watch, address)
        # and somebody works on it again
        page.get_by_role("button", name="Go on").click()
        assert eventually(page, lambda: runs_of(store)[0].state == "running")


def test_a_worker_that_dies_is_noticed(chromium, store):
    with app_server(store) as address:
        page, watch = opened(chromium, address, LONG)
        assert eventually(page, lambda: [run.state for run in runs_of(store)] == ["running"])
        worker = int(runs_of(store)[0].worker.rpartition(":")[2])
        os.kill(worker, signal.SIGKILL)
        page.get_by_text("The solver stopped").wait_for(timeout=30_000)
        assert page.get_by_text(re.compile("no sign of life")).is_visible()
        page.get_by_role("button", name="Start again").click()
        assert eventually(page, lambda: runs_of(store)[0].state == "running")
        assert_quiet(watch, address)
