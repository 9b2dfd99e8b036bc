"""Edits of a scenario's text: only what was meant is changed, comments and layout stay."""

from __future__ import annotations

import re
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ScenarioError
from models.scenario.editing.draft import Draft
from models.scenario.editing.edit import REMOVED, EditError, dotted, edited, same, tree_of, value_at, written
from models.scenario.load import scenario_from_text
from optimizer.files.gallery import names, path_of


@cache
def text_of(name):
    return path_of(name).read_text(encoding="utf-8")


def comments(text):
    """All comments of a text, by the tokens of Python's own YAML scanner: what no token covers."""
    covered = [False] * (len(text) + 1)
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            for i in range(token.start_mark.index, token.end_mark.index):
                covered[i] = True
    signs = [match.start() for match in re.finditer("#", text) if not covered[match.start()]]
    first = [at for at in signs if not any(text.rfind("\n", 0, at) < other < at for other in signs)]
    return [text[at:].partition("\n")[0].rstrip() for at in first]


def scalars(node, place=()):
    """Places of all values of a tree."""
    if isinstance(node, dict):
        return [leaf for key, inner in node.items() for leaf in scalars(inner, (*place, key))]
    if isinstance(node, tuple):
        return [leaf for i, inner in enumerate(node) for leaf in scalars(inner, (*place, i))]
    return [(place, node)]


def differences(one, other, place=()):
    """Places at which two trees differ, as deep as can be."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys([*one, *other])
        return [
            d for k in keys for d in differences(one.get(k, ...), other.get(k, ...), (*place, k))
        ]  # fmt: skip
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return [
            d for i, (a, b) in enumerate(zip(one, other, strict=True)) for d in differences(a, b, (*place, i))
        ]
    return [] if one is not ... and other is not ... and same(one, other) else [place]


@cache
def numbers_of(name):
    return [
        (place, value)
        for place, value in scalars(tree_of(text_of(name)))
        if isinstance(value, (int, float)) and not isinstance(value, bool) and place != ("schema",)
    ]


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_any_value_in_any_place_changes_that_place_only(data):
    name = data.draw(st.sampled_from(names()))
    text = text_of(name)
    tree = tree_of(text)
    place, old = data.draw(st.sampled_from(scalars(tree)))
    new = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(10**15), 10**15),
            st.floats(allow_nan=False, allow_infinity=False, width=32),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
            st.sampled_from(
                ["null", "true", "1e3", "a: b", "# no", "- x", "[", "\n", "012", "on", " a ", "'", '"\\']
            ),
        ).filter(lambda value: not same(value, old))
    )
    found = edited(text, {place: new})
    assert differences(tree, tree_of(found)) == [place]
    assert same(value_at(tree_of(found), place), new)
    assert comments(found) == comments(text)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_an_edit_of_a_number_gives_a_scenario_that_differs_there_only(data):
    name = data.draw(st.sampled_from(names()))
    text = text_of(name)
    place, old = data.draw(st.sampled_from(numbers_of(name)))
    found = edited(text, {place: old * 1.5 if isinstance(old, float) else old + 1})
    try:
        after = scenario_from_text(found)
    except ScenarioError:
        return  # out of its bounds, say; what the text holds is tested above
    before = scenario_from_text(text)
    dumps = [scenario.model_dump(mode="python", by_alias=True) for scenario in (before, after)]
    assert len(differences(*dumps)) == 1


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_key_that_is_not_written_yet_is_added_in_its_place(data):
    name = data.draw(st.sampled_from(names()))
    text = text_of(name)
    tree = tree_of(text)
    mappings = sorted({place[:k] for place, _ in scalars(tree) for k in range(len(place))}, key=repr)
    place = data.draw(st.sampled_from([p for p in mappings if isinstance(value_at(tree, p), dict)]))
    rest = data.draw(st.sampled_from([("new-key",), ("new key", "inner"), ("x.y", 0), ("new", "a", "b")]))
    found = edited(text, {(*place, *rest): 0.25})
    assert differences(tree, tree_of(found)) == [(*place, rest[0])]
    assert value_at(tree_of(found), (*place, *rest)) == 0.25
    assert comments(found) == comments(text)
    assert set(text.splitlines()) - set(found.splitlines()) <= {  # one line at the most was written anew
        line for line in text.splitlines() if line.rstrip().endswith(("}", "]")) or "}" in line
    }


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_several_edits_at_once_are_all_made(data):
    name = data.draw(st.sampled_from(names()))
    places = data.draw(
        st.lists(st.sampled_from(numbers_of(name)), min_size=1, max_size=8, unique_by=lambda p: p[0])
    )
    changes = {place: old + 1 for place, old in places}
    found = tree_of(edited(text_of(name), changes))
    assert all(value_at(found, place) == new for place, new in changes.items())
    assert sorted(map(repr, differences(tree_of(text_of(name)), found))) == sorted(map(repr, changes))


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_taken_out_is_gone_and_nothing_else(data):
    name = data.draw(st.sampled_from(names()))
    tree = tree_of(text_of(name))
    place, _ = data.draw(st.sampled_from(scalars(tree)))
    k = data.draw(st.integers(1, len(place)))
    try:
        found = tree_of(edited(text_of(name), {place[:k]: REMOVED}))
    except EditError:
        return  # unusual text: said, not guessed
    around = value_at(tree, place[: k - 1])
    step = place[k - 1]
    if isinstance(around, dict):
        wanted = {key: value for key, value in around.items() if key != step}
    else:
        wanted = (*around[:step], *around[step + 1 :])
    assert same(value_at(found, place[: k - 1]) if k > 1 else found, wanted)


def test_most_of_what_is_taken_out_can_be():
    for name in ("web-api-three-tier", "black-friday-shop"):
        tree = tree_of(text_of(name))
        places = [place for place, _ in scalars(tree)]
        for place in places[::7]:
            left = [other for other, _ in scalars(tree_of(edited(text_of(name), {place: REMOVED})))]
            assert len(left) == len(places) - 1, place


TEXT = """\
schema: 1  # version
name: small
limits:
  effort_days: 5   # one week
flows:
  buy: {share: 1, trace: [web, {parallel: [db, [mail]]}]}  # a line
empty:
list:
- a # first
- b
nested:
  - {x: 1}
  - y: 2
    z: 3 # z
last: end"""


@pytest.mark.parametrize(
    ("place", "new", "line"),
    [
        (("limits", "effort_days"), 6, "  effort_days: 6   # one week"),
        (("limits", "saturation"), 0.8, "  saturation: 0.8"),
        (
            ("flows", "buy", "share"),
            0.5,
            "  buy: {share: 0.5, trace: [web, {parallel: [db, [mail]]}]}  # a line",
        ),
        (
            ("flows", "buy", "trace", 0, "retries"),
            2,
            "  buy: {share: 1, trace: [{call: web, retries: 2}, {parallel: [db, [mail]]}]}  # a line",
        ),
        (
            ("flows", "buy", "trace", 1, "parallel", 1, 0, "times"),
            3.0,
            "  buy: {share: 1, trace: [web, {parallel: [db, [{call: mail, times: 3}]]}]}  # a line",
        ),
        (("empty",), 1, "empty: 1"),
        (("list", 2), "c", "- c"),
        (("list", 0), REMOVED, "# first"),
        (("nested", 1, "z"), REMOVED, "    # z"),
        (("nested", 1, "w"), True, "    w: true"),
        (("nested", 2), {"k": "a b"}, '  - {k: "a b"}'),
        (("complexity", "base"), 90, "complexity: {base: 90}"),
        (("last",), REMOVED, ""),
    ],
)
def test_how_an_edit_is_written(place, new, line):
    found = edited(TEXT, {place: new})
    assert line in (*found.splitlines(), "")
    assert comments(found) == comments(TEXT)
    assert len(set(TEXT.splitlines()) ^ set(found.splitlines())) <= 3


def test_line_ends_and_the_mark_of_windows_stay():
    text = "\ufeff" + TEXT.replace("\n", "\r\n")
    found = edited(text, {("limits", "saturation"): 0.8, ("limits", "effort_days"): 4})
    assert found.startswith("\ufeffschema")
    assert "\n" not in found.replace("\r\n", "")
    assert tree_of(found)["limits"] == {"effort_days": 4, "saturation": 0.8}


def test_a_place_that_is_not_there_is_refused():
    for place in (("list", 9), ("name", "x"), ("limits", 0), ("list", "x")):
        with pytest.raises(EditError, match=re.escape(dotted(place))):
            edited(TEXT, {place: 1})


def test_a_text_that_is_refused_is_not_edited():
    for text in ("a: [", "a: &x 1\nb: *x\n", "a: 1\na: 2\n", "- list"):
        with pytest.raises(ScenarioError):
            edited(text, {("a",): 2})


@pytest.mark.parametrize(
    "value", ["on", "true", "1", "1e5", ".5", "a,b", "", "~", "x y", "null", "- a", "é", "a\tb"]
)
def test_words_are_read_as_words(value):
    assert tree_of(f"a: {written(value)}\nb: [{written(value)}]") == {"a": value, "b": (value,)}


def test_a_draft_forgets_what_is_as_before():
    draft = Draft().with_change(("a",), 2, 1).with_change(("b",), True, 1)
    assert len(draft) == 2
    assert len(draft.with_change(("a",), 1.0, 1)) == 1
    draft = Draft().with_decision("x", "on", None)
    assert draft.fixed == {"x": "on"}
    assert len(draft.with_decision("x", None, None)) == 0
    assert Draft().with_decision("x", None, "on").freed == ("x",)
