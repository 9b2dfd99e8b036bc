"""Statements: sentences are read as what they say, and what can't be read is refused with the grammar."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scenario.checks.statements import told
from models.scenario.experiments.metric import METRICS, Subject, Unit
from models.scenario.experiments.sentence import SentenceError, read_sentence
from models.scenario.experiments.statement import Statement

READ = [
    (
        "checkout success above 98 % within 120 s after",
        {"of": "checkout", "metric": "success_share", "above": 0.98, "within_s_after": 120.0},
    ),
    ("p95 of checkout below 2.5 s", {"of": "checkout", "metric": "p95_ms", "below": 2500.0}),
    ("web utilisation below 70 %", {"of": "web", "metric": "utilisation", "below": 0.7}),
    ("p99 below 3 s throughout", {"metric": "p99_ms", "below": 3000.0, "when": "throughout"}),
    (
        "success below 50 % for two minutes",
        {"metric": "success_share", "below": 0.5, "for_s": 120.0},
    ),
    ("Error pages above 5%", {"metric": "error_share", "above": 0.05}),
    (
        "oldest of buy below 2 min during",
        {"of": "buy", "metric": "oldest_s", "below": 120.0, "when": "during"},
    ),
    ("driver cost below 4,000 million USD", {"metric": "driver_cost_usd", "below": 4e9}),
    (
        "goodput above 1,200 /s one minute after the end",
        {"metric": "goodput_per_s", "above": 1200.0, "within_s_after": 60.0},
    ),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_a_sentence_is_read(text, wanted):
    assert read_sentence(text) == wanted


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("web utilsation below 70 %", "utilisation"),
        ("sucess of shop above 3 %", "success_share"),
        ("web is well", "assume"),
        ("p95 below 3 apples", "ms"),
        ("p95 of my shop below 3 s", "one flow"),
        ("x" * 5000, ""),
        ("success above", ""),
        ("above 3", "metrics"),
        ("success above -3 %", ""),
        ("success above 99 % sometimes", ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_is_near(text, near):
    with pytest.raises(SentenceError) as caught:
        read_sentence(text)
    assert near in caught.value.hint


@st.composite
def statements(draw):
    metric = draw(st.sampled_from(list(METRICS.values())))
    side = draw(st.sampled_from(["above", "below"]))
    most = 0.999 if metric.unit is Unit.SHARE else 1e9
    number = draw(st.floats(1e-3, most).map(lambda x: float(f"{x:.9g}")))
    when = draw(
        st.sampled_from(
            [{}, {"when": "before"}, {"when": "during"}, {"when": "throughout"}, {"within_s_after": 90.0}]
        )
    )
    stretch = draw(st.sampled_from([{}, {"for_s": 30.0}]))
    owner = (
        {}
        if metric.subject is Subject.SYSTEM
        else {"of": draw(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True))}
    )
    return Statement(metric=metric.name, **{side: number}, **when, **stretch, **owner)


@given(statements())
def test_what_is_told_is_read_as_the_same(statement):
    again = Statement(**read_sentence(told(statement)))
    number, other = (one.above if one.above is not None else one.below for one in (again, statement))
    assert number == pytest.approx(other, rel=1e-9)
    assert again.model_copy(update={"above": None, "below": None}) == statement.model_copy(
        update={"above": None, "below": None}
    )
    assert (again.above is None) == (statement.above is None)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(SentenceError):
        Statement(**read_sentence(text))
