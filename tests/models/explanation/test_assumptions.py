"""The numbers of a scenario that may be doubted: all of them, in their places, with what is known of them."""

from __future__ import annotations

import pytest

from models.explanation.assumptions import assumptions_of
from models.explanation.bands import centre_of
from models.scenario.editing.edit import edited, tree_of, value_at
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.files.gallery import names, path_of


def listed(name, **settings):
    text = path_of(name).read_text(encoding="utf-8")
    tree = tree_of(text)
    return assumptions_of(compile_system(scenario_from_text(text)), tree, **settings), tree, text


def numbers(node, place=()):
    if isinstance(node, dict):
        return [leaf for key, inner in node.items() for leaf in numbers(inner, (*place, key))]
    if isinstance(node, tuple):
        return [leaf for i, inner in enumerate(node) for leaf in numbers(inner, (*place, i))]
    return [place] if isinstance(node, (int, float)) and not isinstance(node, bool) else []


@pytest.mark.parametrize("name", names())
def test_every_number_of_the_file_is_told_once_in_its_place(name):
    rows, tree, _ = listed(name)
    places = [row.place for row in rows]
    assert len(set(places)) == len(places)
    assert all(value_at(tree, row.place) == row.value for row in rows)
    # What is wanted, what is open and what is injected on purpose is no assumption.
    others = ("schema", "dimensions", "limits", "experiments", "today", "rules")
    left = {
        place
        for place in numbers(tree)
        if place[0] not in others
        and not (place[0] == "decisions" and place[2] in ("integer", "real", "step", "when"))
    }
    assert left - set(places) == set()
    assert all(row.meaning for row in rows)


@pytest.mark.parametrize("name", ["web-api-three-tier", "black-friday-shop", "stripe-payments"])
def test_defaults_are_those_of_the_format(name):
    rows, tree, text = listed(name, has_defaults=True)
    scenario = scenario_from_text(text)
    left_out = [row for row in rows if not row.is_written]
    assert left_out
    assert [row for row in rows if row.is_written] == list(listed(name)[0])
    component = next(row for row in left_out if row.group == "components")
    assert value_at(tree, component.place) is None
    # Writing the default of every kind of owner changes nothing of the scenario.
    for group in ("components", "flows", "complexity"):
        one = next((row for row in left_out if row.group == group and row.value is not None), None)
        if one is not None:
            assert scenario_from_text(edited(text, {one.place: one.value})).digest() == scenario.digest()


def test_sources_units_and_bands():
    rows, *_ = listed("web-api-three-tier")
    by_path = {row.path: row for row in rows}
    # lognormal, median 15, sigma 0.2: quantiles 15 exp(0.2 z), z = -+1.2816: 11.61 and 19.38
    assert by_path["app.service_ms"].band.startswith("8 in 10 from 11.6 ms to 19.4 ms")
    # uniform from 0.64 to 0.83: 0.64 + 0.1 (0.19) = 0.659 and 0.64 + 0.9 (0.19) = 0.811
    assert by_path["cache.zipf"].band.startswith("8 in 10 from 0.659 to 0.811")
    assert by_path["cache.zipf"].source == "Breslau et al. 1999"
    assert by_path["balancer.slots"].source == "guess"
    assert by_path["workload.phases[0].rate"].unit == "requests/s"
    assert by_path["decisions.db_size.options.large.effort_days"].unit == "days"
    assert by_path["decisions.cache_ttl.options.s60.set.cache.ttl_s"].unit == "s"
    assert by_path["decisions.db_size.options.large.multiply.db.service_ms"].unit == "times"
    assert by_path["flows.report.calls.query.times"].value == 30


def test_where_the_middle_of_a_band_stands():
    _, _, text = listed("web-api-three-tier")
    scenario = scenario_from_text(text)
    assert centre_of(scenario, "app.service_ms") == ("uncertainty", "app.service_ms", "median")
    assert centre_of(scenario, "flows.write.value_usd") == ("uncertainty", "flows.write.value_usd", "mode")
    assert centre_of(scenario, "cache.zipf") is None
    assert centre_of(scenario, "app.replicas") is None
