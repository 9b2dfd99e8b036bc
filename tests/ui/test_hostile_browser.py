"""Every page with a scenario whose texts are hostile, and with one of which no design is feasible."""

from __future__ import annotations

import pytest

from apps import app_server, assert_quiet, opened, rest
from models import compile_system
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from reports import HOSTILE, everything_scenario

PAGES = ("", "design", "compare", "breaking", "scenario", "runs")
IMAGE = HOSTILE[0]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store") / "runs.sqlite"


@pytest.fixture(scope="module")
def runs(store):
    """Runs of a scenario with hostile texts and of one that nothing survives."""
    words = dict(
        zip(
            ("title", "summary", "assumption", "label", "option", "notice", "breach", "source"),
            HOSTILE,
            strict=True,
        )
    )
    hostile = everything_scenario(**words)
    limits = {**hostile.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
    limits["dimensions"]["latency"]["limit"] = 0.001
    from models.scenario.load import scenario_from

    hopeless = scenario_from(limits)
    found = []
    with RunStore(f"sqlite:///{store}") as keeper:
        for scenario in (hostile, hopeless):
            system = compile_system(scenario)
            found.append(solve_with_store(keeper, model_of(system), SolveConfig()).run.id)
        keeper.note(found[0], IMAGE)
        keeper.tag(found[0], [IMAGE])
    return found


@pytest.fixture(scope="module")
def address(store, runs):
    with app_server(store) as found:
        yield found


@pytest.mark.parametrize("path", PAGES)
def test_hostile_texts_are_shown_as_texts(chromium, address, runs, path):
    page, watch = opened(chromium, address, f"/{path}?run={runs[0]}&pick=1&pick=today")
    page.wait_for_timeout(1500)
    rest(page)
    words = page.inner_text("[data-testid=stMainBlockContainer]")
    assert "Traceback" not in words
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("[data-testid=stMainBlockContainer] img[src=x]").count() == 0
    links = page.eval_on_selector_all(
        "[data-testid=stMainBlockContainer] a", "(all) => all.map((a) => a.href)"
    )
    assert [link for link in links if "evil" in link or link.startswith("javascript")] == []
    if path == "scenario":
        assert IMAGE in words
    assert_quiet(watch, address)


@pytest.mark.parametrize("path", PAGES)
def test_where_nothing_survives_every_page_says_so(chromium, address, runs, path):
    page, watch = opened(chromium, address, f"/{path}?run={runs[1]}")
    page.wait_for_timeout(1500)
    rest(page)
    assert page.locator("[data-testid=stException]").count() == 0
    words = page.inner_text("[data-testid=stMainBlockContainer]")
    assert len(words) > 100
    if path == "":
        assert "stays within every limit" in words
        assert "Next:" in words
    assert_quiet(watch, address)
