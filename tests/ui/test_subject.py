"""Which run a scenario is shown with."""

from __future__ import annotations

import pytest

from optimizer.runs.solving import solve_with_store, wanted_solve
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from reports import exercise
from ui.subject import newest

CONFIG = SolveConfig()


@pytest.fixture
def store(tmp_path):
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as found:
        yield found


def ask(store, *, fresh=False, config=CONFIG):
    return store.request(wanted_solve(model_of(exercise()[0]), config, text="text"), fresh=fresh)


def test_no_run_is_none(store):
    assert newest(store, exercise()[0], CONFIG) is None


def test_a_run_that_is_done_stands_before_a_later_one_that_was_stopped(store):
    system = exercise()[0]
    done = solve_with_store(store, model_of(system), CONFIG, text="text").run
    stopped = store.cancel(ask(store, fresh=True).id)
    assert stopped.state == "cancelled"
    assert newest(store, system, CONFIG).id == done.id


def test_a_run_under_way_stands_before_one_that_is_done(store):
    system = exercise()[0]
    solve_with_store(store, model_of(system), CONFIG, text="text")
    live = ask(store, fresh=True)
    assert newest(store, system, CONFIG).id == live.id


def test_where_nothing_is_done_it_is_the_last_that_was_asked_for(store):
    stopped = store.cancel(ask(store).id)
    assert newest(store, exercise()[0], CONFIG).id == stopped.id


def test_other_settings_are_another_question(store):
    ask(store, config=SolveConfig(seed=7))
    assert newest(store, exercise()[0], CONFIG) is None
