"""Which calls of one caller run at the same time, and in which order the others follow each other."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from models.telemetry.call_sites import CallSites
from models.telemetry.visits import Visits

#: Two calls run at the same time where they share more than this of the shorter one, in more than this of the
#: requests that make both.
OVERLAP, OFTEN = 0.2, 0.5

#: Steps of a caller: sites that follow each other, or groups of sites that run at the same time.
Steps = tuple[tuple[int, ...], ...]


def steps_of(visits: Visits, sites: CallSites) -> dict[int, Steps]:
    """By site the calls under it: one after the other, those of one tuple at the same time.

    Intervals are compared in pairs, each request by itself: the hulls of A B A B overlap though they don't.
    Calls that overlap by chains are one group. Groups follow each other by their mean beginning. Calls that
    nobody waits for stand where they begin, alone.
    """
    below: dict[int, list[int]] = defaultdict(list)
    for site in range(len(sites)):
        if sites.caller[site] >= 0:
            below[int(sites.caller[site])].append(site)
    both, together = _pairs(visits, sites)
    begins = _mean_begin(visits, sites)
    found: dict[int, Steps] = {}
    for caller, members in below.items():
        waited = [site for site in members if not sites.is_async[site]]
        groups: list[tuple[int, ...]] = [(site,) for site in members if sites.is_async[site]]
        groups += _joined(waited, both, together)
        found[caller] = tuple(sorted(groups, key=lambda group: min(begins[site] for site in group)))
    return found


def _joined(
    members: list[int], both: dict[tuple[int, int], int], together: dict[tuple[int, int], int]
) -> list[tuple[int, ...]]:
    """Groups of sites of which each runs at the same time as another one."""
    groups: list[set[int]] = []
    for site in members:
        near = [
            group
            for group in groups
            if any(_is_parallel(both, together, min(site, other), max(site, other)) for other in group)
        ]
        merged = {site}.union(*near)
        groups = [group for group in groups if group not in near] + [merged]
    return [tuple(sorted(group)) for group in groups]


def _is_parallel(
    both: dict[tuple[int, int], int], together: dict[tuple[int, int], int], a: int, b: int
) -> bool:
    return together.get((a, b), 0) > OFTEN * both.get((a, b), 0)


def _pairs(visits: Visits, sites: CallSites) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """By pair of sites: visits of the caller that make both, and those in which they run at the same time."""
    both: dict[tuple[int, int], int] = defaultdict(int)
    together: dict[tuple[int, int], int] = defaultdict(int)
    rows = np.flatnonzero((visits.caller >= 0) & ~visits.is_async)
    rows = rows[np.argsort(visits.caller[rows], kind="stable")]
    cuts = np.flatnonzero(np.diff(visits.caller[rows])) + 1
    for own in np.split(rows, cuts):
        if own.size < 2:
            continue
        seen: dict[tuple[int, int], bool] = {}
        told = [(int(sites.of[r]), int(visits.called_ns[r]), int(visits.answered_ns[r])) for r in own]
        for k, (site, begin, end) in enumerate(told):
            for other, first, last in told[:k]:
                if other == site:
                    continue
                pair = (min(site, other), max(site, other))
                shared = min(end, last) - max(begin, first)
                overlaps = shared > OVERLAP * max(min(end - begin, last - first), 1)
                seen[pair] = seen.get(pair, False) or overlaps
        for pair, overlaps in seen.items():
            both[pair] += 1
            together[pair] += overlaps
    return both, together


def _mean_begin(visits: Visits, sites: CallSites) -> list[float]:
    """When each site's calls begin after their caller, ns, on average."""
    caller = np.maximum(visits.caller, 0)
    after = np.where(visits.caller >= 0, visits.called_ns - visits.called_ns[caller], 0)
    total = np.bincount(sites.of, weights=after, minlength=len(sites))
    return list((total / np.maximum(sites.attempts, 1)).tolist())
