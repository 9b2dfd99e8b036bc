"""Call sites: known trees are found whole; repetitions, what is pardoned, what runs at the same time."""

from __future__ import annotations

import numpy as np
import pytest

from models.telemetry.call_sites import call_sites
from models.telemetry.concurrency import steps_of
from models.telemetry.reading import Read, read_stream
from models.telemetry.span import span_table
from models.telemetry.visits import visits_of
from streams import stream_of
from traces import EPOCH_NS, Told, as_otlp, shop_traces

MS = 1_000_000


def sites_in(spans):
    table = span_table(read_stream(stream_of(as_otlp(spans)), "traces", Read()))
    visits = visits_of(table)
    sites = call_sites(visits)
    names = [visits.components[k][0] for k in sites.component]
    return visits, sites, names


class Tree:
    """Random trees of calls: each component has a name of its own, so that the tree can be told."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.spans, self.calls, self.parallel = [], {}, {}
        self.kinds = {}
        self._plan("s0", 0)

    def _plan(self, name, depth):
        count = (
            int(self.rng.integers(1, 4)) if depth == 0 else int(self.rng.integers(0, 3)) if depth < 3 else 0
        )
        self.calls[name] = [f"{name}_{k}" for k in range(count)]
        self.parallel[name] = bool(count > 1 and self.rng.random() < 0.5)
        for child in self.calls[name]:
            self._plan(child, depth + 1)

    def request(self, number):
        self.trace, self.next = f"{number + 1:032x}", 0
        self._visit("s0", "", EPOCH_NS + number * 1_000 * MS)

    def _visit(self, name, parent, at):
        self.next += 1
        own = f"{self.next:016x}"
        place = len(self.spans)
        self.spans.append(None)
        begun, now = at, at + int(self.rng.gamma(2.0, 2.0) * MS)
        ends = []
        for child in self.calls[name]:
            self.next += 1
            client = f"{self.next:016x}"
            where = len(self.spans)
            self.spans.append(None)
            end = self._visit(child, client, now + 50_000) + 50_000
            self.spans[where] = Told(self.trace, client, own, name, f"ask {child}", "client", now, end)
            ends.append(end)
            if not self.parallel[name]:
                now = end + 10_000
        ended = max([now, *ends]) + int(self.rng.gamma(2.0, 1.0) * MS)
        self.spans[place] = Told(self.trace, own, parent, name, f"do {name}", "server", begun, ended)
        return ended


@pytest.mark.parametrize("seed", range(8))
def test_random_trees_are_found_whole(seed):
    tree = Tree(seed)
    for number in range(60):
        tree.request(number)
    visits, sites, names = sites_in(tree.spans)
    found = {
        name: sorted(names[k] for k in np.flatnonzero(sites.caller == s)) for s, name in enumerate(names)
    }
    assert found == {name: sorted(calls) for name, calls in tree.calls.items()}
    assert sites.times.tolist() == [1.0] * len(sites)
    steps = steps_of(visits, sites)
    for site, name in enumerate(names):
        told = [sorted(names[k] for k in group) for group in steps.get(site, ())]
        calls = tree.calls[name]
        assert told == ([sorted(calls)] if tree.parallel[name] else [[call] for call in calls])


def test_two_calls_at_the_same_time_and_one_after_them():
    visits, sites, names = sites_in(shop_traces(40))
    (root,) = sites.flows
    assert [sorted(names[k] for k in group) for group in steps_of(visits, sites)[root]] == [
        ["price", "stock"],
        ["postgresql"],
    ]


def told(service, kind, begin_ms, end_ms, own, parent="", trace=1, **more):
    above = f"{parent:016x}" if parent else ""
    return Told(
        f"{trace:032x}", f"{own:016x}", above, service, "do", kind, begin_ms * MS, end_ms * MS, **more
    )


def asks(own, begin, end, trace=1, failed=False):
    return told("web", "client", begin, end, own, 1, trace, failed=failed, attributes={"db.system": "mysql"})


def test_a_call_after_a_failed_one_repeats_it():
    spans = [
        told("web", "server", 0, 100, 1),
        asks(2, 0, 10, failed=True),
        asks(3, 15, 20, failed=True),
        asks(4, 30, 40),
        asks(5, 50, 60),
    ]
    _, sites, names = sites_in(spans)
    site = names.index("mysql")
    assert (sites.attempts[site], sites.calls[site], sites.most_repeats[site]) == (4, 2, 2)
    assert (sites.failed[site], sites.lost[site]) == (2, 0)
    assert sites.times[site] == 2.0


def test_what_fails_without_its_caller_failing_is_pardoned():
    spans = []
    for trace in range(1, 11):
        spans += [told("web", "server", 0, 100, 1, trace=trace, failed=trace > 8)]
        spans += [asks(2, 10, 20, trace=trace, failed=trace % 2 == 0)]
    _, sites, names = sites_in(spans)
    site = names.index("mysql")
    assert (sites.lost[site], sites.pardoned[site], sites.makers[site]) == (5, 4, 10)


def test_calls_in_turn_are_not_at_the_same_time_though_their_hulls_overlap():
    spans = [told("web", "server", 0, 100, 1)]
    for k, (service, begin) in enumerate((("a", 0), ("b", 20), ("a", 40), ("b", 60))):
        spans.append(told("web", "client", begin, begin + 15, 10 + 2 * k, 1))
        spans.append(told(service, "server", begin + 1, begin + 14, 11 + 2 * k, 10 + 2 * k))
    visits, sites, names = sites_in(spans)
    (root,) = sites.flows
    assert [[names[k] for k in group] for group in steps_of(visits, sites)[root]] == [["a"], ["b"]]
    assert sites.times[names.index("a")] == 2.0


def test_a_call_beside_one_that_fails_does_not_repeat_it():
    spans = [told("web", "server", 0, 100, 1), asks(2, 0, 50, failed=True), asks(3, 10, 60)]
    _, sites, names = sites_in(spans)
    site = names.index("mysql")
    assert (sites.calls[site], sites.most_repeats[site]) == (2, 0)


@pytest.mark.parametrize(("often", "is_together"), [(4, False), (6, True)])
def test_at_the_same_time_is_what_most_requests_do(often, is_together):
    spans = []
    for trace in range(1, 11):
        spans.append(told("web", "server", 0, 100, 1, trace=trace))
        begins = (0, 10 if trace <= often else 30)
        for k, (service, begin) in enumerate(zip(("a", "b"), begins, strict=True)):
            spans.append(told("web", "client", begin, begin + 20, 10 + 2 * k, 1, trace))
            spans.append(told(service, "server", begin + 1, begin + 19, 11 + 2 * k, 10 + 2 * k, trace))
    visits, sites, names = sites_in(spans)
    (root,) = sites.flows
    steps = [[names[k] for k in group] for group in steps_of(visits, sites)[root]]
    assert steps == ([["a", "b"]] if is_together else [["a"], ["b"]])
