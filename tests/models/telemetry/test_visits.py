"""Visits and self times: of trees that are known, with clocks that differ, and what only a caller told."""

from __future__ import annotations

import numpy as np
import pytest

from models.telemetry.reading import Read, read_stream
from models.telemetry.self_time import self_times
from models.telemetry.span import Peer, span_table
from models.telemetry.visits import Source, visits_of
from streams import stream_of
from traces import WRITERS, Told, as_otlp, shop_traces

MS = 1_000_000


def visits_in(spans, write=as_otlp):
    return visits_of(span_table(read_stream(stream_of(write(spans)), "traces", Read())))


def named(visits):
    return [visits.components[k][0] for k in visits.component]


def told(service, kind, begin_ms, end_ms, own, parent="", **more):
    return Told(
        "f" * 32,
        f"{own:016x}",
        f"{parent:016x}" if parent else "",
        service,
        "do",
        kind,
        begin_ms * MS,
        end_ms * MS,
        **more,
    )


@pytest.mark.parametrize("form", WRITERS)
def test_a_front_page_is_four_visits(form):
    spans = shop_traces(30)
    visits = visits_in(spans, WRITERS[form])
    names = named(visits)
    store = "web-external" if form == "table" else "postgresql"
    assert {name: names.count(name) for name in set(names)} == {
        "web": 30,
        "stock": 30,
        "price": 30,
        store: 30,
    }
    web = [k for k, name in enumerate(names) if name == "web"]
    assert {names[c] if c >= 0 else "" for c in visits.caller} == {"", "web"}
    assert set(visits.caller[web]) == {-1}


def test_self_time_is_what_is_left_beside_calls_at_the_same_time():
    """4 ms of own work in each, beside the longer of two calls and a query."""
    visits = visits_in(shop_traces(50))
    times = self_times(visits)
    web = np.array([name == "web" for name in named(visits)])
    assert times.own_s[web] == pytest.approx(0.004, abs=1e-9)
    assert times.network_s[~web].max() == pytest.approx(0.0002, abs=1e-9)
    assert times.moved == 0


def test_a_clock_that_is_wrong_by_a_minute_moves_nothing_but_the_call():
    """The client's span tells when it was called; without one the call is put in its caller's middle."""
    late = 60_000
    with_client = [
        told("web", "server", 0, 100, 1),
        told("web", "client", 10, 60, 2, 1),
        told("api", "server", late + 20, late + 50, 3, 2),
    ]
    visits = visits_in(with_client)
    assert self_times(visits).own_s.tolist() == pytest.approx([0.05, 0.03])
    without = [told("web", "server", 0, 100, 1), told("api", "server", late, late + 50, 3, 1)]
    times = self_times(visits_in(without))
    assert times.own_s.tolist() == pytest.approx([0.05, 0.05])
    assert times.moved == 1


def test_who_sends_a_message_does_not_wait_for_it():
    spans = [
        told("web", "server", 0, 100, 1),
        told("web", "producer", 10, 12, 2, 1, attributes={"messaging.system": "kafka"}),
        told("mails", "consumer", 500, 900, 3, 2),
    ]
    visits = visits_in(spans)
    assert named(visits) == ["web", "mails"]
    assert visits.is_async.tolist() == [False, True]
    assert self_times(visits).own_s.tolist() == pytest.approx([0.1, 0.4])


def test_spans_within_a_service_are_its_own_work():
    spans = [
        told("web", "server", 0, 100, 1),
        told("web", "internal", 5, 95, 2, 1),
        told("web", "client", 10, 30, 3, 2, attributes={"db.system": "redis"}),
    ]
    visits = visits_in(spans)
    assert visits.components == (("web", Peer.UNKNOWN, Source.TOLD), ("redis", Peer.CACHE, Source.TOLD))
    assert visits.caller.tolist() == [-1, 0]
    assert self_times(visits).own_s.tolist() == pytest.approx([0.08, 0.02])


def test_what_nothing_is_known_of_is_a_guess_and_what_lost_its_parent_is_counted():
    spans = [
        told("web", "server", 0, 100, 1),
        told("web", "client", 1, 2, 2, 1),
        told("api", "server", 5, 9, 3, 77),
    ]
    visits = visits_in(spans)
    assert ("web-external", Peer.EXTERNAL, Source.GUESSED) in visits.components
    assert visits.orphans == 1


def test_a_circle_of_parents_ends():
    visits = visits_in([told("a", "server", 0, 9, 1, 2), told("b", "server", 1, 8, 2, 1)])
    assert len(visits) == 2


def test_a_call_that_outlives_its_caller_counts_until_then():
    visits = visits_in([told("web", "server", 0, 100, 1), told("api", "server", 60, 130, 2, 1)])
    times = self_times(visits)
    assert times.own_s.tolist() == pytest.approx([0.06, 0.07])
    assert times.moved == 0
