"""Call sites: the places in a request's tree from which a component is called, and what their visits tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.telemetry.visits import Visits, Whole

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CallSites:
    """Places in the trees of requests, `(s,)`; callers come before what they call.

    Attributes:
        caller: The site of the caller; -1 = a root: a flow.
        component: The component that is called, as in `Visits.components`.
        operation: Its operation, as in the names of the spans.
        of: The site of each visit, `(v,)`.
        attempts: Visits.
        calls: Visits that are no repetition of one that failed.
        callers: Visits of the caller; of a root those of itself.
        makers: Visits of the caller that make the call at least once.
        most_repeats: Repetitions after a failure, of one call at the most.
        failed: Attempts that failed.
        pardoned: Failed calls whose caller did not fail.
        lost: Failed calls.
        is_async: Whether nobody waits for it.
    """

    caller: Whole
    component: Whole
    operation: Whole
    of: Whole
    attempts: Whole
    calls: Whole
    callers: Whole
    makers: Whole
    most_repeats: Whole
    failed: Whole
    pardoned: Whole
    lost: Whole
    is_async: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.caller.size)

    @property
    def times(self) -> Reals:
        """How often each is made by a visit of its caller, on average."""
        return np.asarray(self.calls / np.maximum(self.callers, 1))

    @property
    def flows(self) -> Whole:
        """The roots."""
        return np.asarray(np.flatnonzero(self.caller < 0))

    def flow_of(self) -> Whole:
        """The root above each site, `(s,)`."""
        found = np.arange(len(self))
        for site in range(len(self)):
            if self.caller[site] >= 0:
                found[site] = found[self.caller[site]]
        return found


def call_sites(visits: Visits) -> CallSites:
    """The call sites of visits.

    Two visits are of one site where their callers are, and component, operation and waiting are the same. A
    visit right after a failed one of the same site and caller repeats it.
    """
    sites: dict[tuple[int, int, int, bool], int] = {}
    of = np.empty(len(visits), dtype=np.int64)
    columns = zip(
        visits.caller.tolist(),
        visits.component.tolist(),
        visits.operation.tolist(),
        visits.is_async.tolist(),
        strict=True,
    )
    for row, (caller, component, operation, is_async) in enumerate(columns):
        key = (int(of[caller]) if caller >= 0 else -1, component, operation, is_async)
        of[row] = sites.setdefault(key, len(sites))
    told = np.array(list(sites), dtype=np.int64).reshape(-1, 4)
    count = len(sites)
    attempts = np.bincount(of, minlength=count)
    is_repeat, ends, tries, is_first = _repeats(visits, of)
    has_caller = visits.caller >= 0
    caller_failed = np.where(has_caller, visits.failed[np.maximum(visits.caller, 0)], True)
    lost = ends & visits.failed
    most = np.zeros(count, dtype=np.int64)
    np.maximum.at(most, of, tries)
    return CallSites(
        caller=told[:, 0],
        component=told[:, 1],
        operation=told[:, 2],
        of=of,
        attempts=attempts,
        calls=np.bincount(of[~is_repeat], minlength=count),
        callers=np.where(told[:, 0] >= 0, attempts[np.maximum(told[:, 0], 0)], attempts),
        makers=np.bincount(of[is_first], minlength=count),
        most_repeats=most,
        failed=np.bincount(of[visits.failed], minlength=count),
        pardoned=np.bincount(of[lost & ~caller_failed], minlength=count),
        lost=np.bincount(of[lost], minlength=count),
        is_async=told[:, 3] > 0,
    )


def _repeats(
    visits: Visits, of: Whole
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Whole, NDArray[np.bool_]]:
    """By visit: whether it repeats a failed one, ends its call, its place among attempts, is the first."""
    order = np.lexsort((visits.called_ns, of, visits.caller))
    same = np.zeros(order.size, dtype=np.bool_)
    a, b = order[:-1], order[1:]
    is_called = visits.caller[b] >= 0
    same[1:] = is_called & (visits.caller[a] == visits.caller[b]) & (of[a] == of[b])
    again = same.copy()
    again[1:] &= visits.failed[a] & (visits.called_ns[b] >= visits.answered_ns[a])
    tries = np.zeros(order.size, dtype=np.int64)
    for place in np.flatnonzero(again):
        tries[place] = tries[place - 1] + 1
    is_repeat, ends, is_first = (np.zeros(order.size, dtype=np.bool_) for _ in range(3))
    number = np.zeros(order.size, dtype=np.int64)
    is_repeat[order], number[order] = again, tries
    is_first[order] = ~same
    ends[order] = np.append(~again[1:], True) if order.size else again
    return is_repeat, ends, number, is_first
