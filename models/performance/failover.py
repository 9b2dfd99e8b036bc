"""Failover: how long a lost copy goes unnoticed, what users meet meanwhile, which writes are gone with it.

Redundancy says how many copies are up; here stands what happens until everybody knows which. Zones and other
people's systems are left aside: the format doesn't say how often they fail.
"""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.performance.traffic import at_the_door
from models.scenario.parameter_names import CallParameter
from models.system.parameters import Parameters
from models.system.system import CallNode

_SECONDS_PER_HOUR = 3600.0
_SECONDS_PER_MINUTE = 60.0


def checked(parameters: Parameters) -> tuple[int, ...]:
    """Positions of the components whose copies are looked after by health checks, in any design."""
    return tuple(
        c
        for c, component in enumerate(parameters.system.parts)
        if component.traits.is_ours and bool(np.any(np.isfinite(_checks(parameters, c))))
    )


def failover_s(parameters: Parameters) -> Array:
    """Longest time from the loss of a copy until calls go elsewhere, s, `(n | 1, p | 1)`.

    All checks that must fail, lost just after a good one; then the old address in the caches of names, and
    what taking over takes itself; of the worst component. 0 where no component has health checks.
    """
    longest: Array = np.zeros((1, 1))
    for c in checked(parameters):
        longest = np.fmax(longest, asked_on_s(parameters, c))
    return longest


def asked_on_s(parameters: Parameters, c: int) -> Array:
    """How long a lost copy of a component is asked on at most, s, `(n | 1, p | 1)`; NaN without checks."""
    noticed = parameters.of_component(c, "failure_threshold") * _checks(parameters, c)
    return np.asarray(noticed + _afterwards(parameters, c))


def lost_writes(parameters: Parameters) -> Array:
    """Writes that are gone with the copy that took them, `(n | 1, p | 1)`: of the worst store with checks.

    Where a write is answered as soon as one copy has it, those of the last `replication_lag_ms` are nowhere
    else: rate x mean lag (Little 1961). 0 where a write waits for more copies, or there is no other copy.
    """
    most: Array = np.zeros((1, 1))
    for c in checked(parameters):
        if not parameters.system.parts[c].traits.keeps_copies:
            continue
        copies = parameters.of_component(c, "replicas")
        quorum = parameters.of_component(c, "write_quorum")
        alone = (np.where(np.isnan(quorum), copies, quorum) == 1.0) & (copies > 1.0)
        lag_s = parameters.of_component(c, "replication_lag_ms") / 1e3
        shards = parameters.of_component(c, "shards")
        rate = _writes_per_s(parameters, c) / shards
        most = np.maximum(most, np.where(alone, rate * lag_s, 0.0))
    return most


def kept_shares(parameters: Parameters) -> tuple[Array | None, ...]:
    """By flow: share of its requests that no unnoticed loss turns into a failure; None without checks.

    A copy is gone and still asked for a share of the time u = d / (MTBF + MTTR), with d the mean time until
    calls go elsewhere. Of n copies one is so with probability n u. A call, and each of its retries, meets it
    with probability r/n where r copies are asked. Where one copy alone takes the writes, it is the lost one
    with probability 1/n, for all writes of a request and their retries alike.

    Checks come at regular times, so that a loss is halfway between two on the average. Source: the share of
    time in a state of an alternating renewal process (Barlow and Proschan 1975, section 3.2).
    """
    system = parameters.system
    kept: list[Array | None] = [None] * len(system.flows)
    looked_after = checked(parameters)
    if not looked_after:
        return tuple(kept)
    made: list[Array] = []
    needed: list[Array] = []
    reads: dict[tuple[int, int], Array] = {}
    writes: dict[tuple[int, int], Array] = {}
    for node in system.nodes:
        times = parameters.of_call(node, "times") * parameters.of_call(node, "enabled") * node.copies
        may_fail = np.maximum(
            _spared(parameters, node, "optional"), _spared(parameters, node, "fallback.enabled")
        )
        strict: Array = np.where((times > 0.0) & (node.needed == node.copies), 1.0 - may_fail, 0.0)
        if node.caller is not None:
            times, strict = times * made[node.caller], strict * needed[node.caller]
        made.append(times)
        needed.append(strict)
        key = (node.flow, node.component)
        if node.component not in looked_after:
            continue
        if system.parts[node.component].traits.keeps_copies and node.writes:
            met = _leader_share(parameters, node.component) * strict * np.minimum(times, 1.0)
            writes[key] = np.maximum(writes.get(key, np.zeros((1, 1))), met)
        else:
            missed = np.power(1.0 - _met_share(parameters, node) * strict, times)
            reads[key] = reads.get(key, np.ones((1, 1))) * missed
    for flow, c in dict.fromkeys((*reads, *writes)):
        spared = reads.get((flow, c), np.ones((1, 1))) * (1.0 - writes.get((flow, c), np.zeros((1, 1))))
        copies = parameters.of_component(c, "replicas")
        share = 1.0 - np.minimum(copies * _unnoticed_share(parameters, c), 1.0) * (1.0 - spared)
        before = kept[flow]
        kept[flow] = share if before is None else before * share
    return tuple(kept)


def _spared(parameters: Parameters, node: CallNode, parameter: CallParameter) -> Array:
    """1.0 where a call may fail without its caller failing."""
    if parameter == "fallback.enabled" and not node.has_fallback:
        return np.zeros((1, 1))
    return parameters.of_call(node, parameter)


def _leader_share(parameters: Parameters, c: int) -> Array:
    """Probability that the lost copy of a store is the one that takes the writes; 0 where more have to.

    With more than one copy to hear, or all of them, redundancy has said what a lost copy means.
    """
    copies = parameters.of_component(c, "replicas")
    alone = (parameters.of_component(c, "write_quorum") == 1.0) & (copies > 1.0)
    return np.where(alone, 1.0 / copies, 0.0)


def _met_share(parameters: Parameters, node: CallNode) -> Array:
    """Probability that a call and all its retries meet the lost copy of a component."""
    c = node.component
    copies = parameters.of_component(c, "replicas")
    share: Array = np.where(copies > 1.0, 1.0 / copies, 0.0)
    if parameters.system.parts[c].traits.keeps_copies:
        # A read of all copies takes the answers of those that are there; where it needs all of them, it is
        # down while one is, and redundancy has said so.
        asked, repaired = (parameters.of_component(c, key) for key in ("read_quorum", "read_repair"))
        share = np.where(asked < copies, asked / copies * (1.0 - repaired), 0.0)
    return np.power(share, 1.0 + parameters.of_call(node, "retries"))


def _unnoticed_share(parameters: Parameters, c: int) -> Array:
    """Share of the time in which a copy is gone and still asked; 0 where nobody says how often it fails."""
    mtbf_s = parameters.of_component(c, "mtbf_hours") * _SECONDS_PER_HOUR
    mttr_s = parameters.of_component(c, "mttr_minutes") * _SECONDS_PER_MINUTE
    noticed = (parameters.of_component(c, "failure_threshold") - 0.5) * _checks(parameters, c)
    gone = np.minimum(noticed + _afterwards(parameters, c), mttr_s)
    return np.nan_to_num(gone / (mtbf_s + mttr_s), nan=0.0)


def _checks(parameters: Parameters, c: int) -> Array:
    return parameters.of_component(c, "health_check_s")


def _afterwards(parameters: Parameters, c: int) -> Array:
    return parameters.of_component(c, "dns_ttl_s") + parameters.of_component(c, "takeover_s")


def _writes_per_s(parameters: Parameters, c: int) -> Array:
    """Writes at a component as the users make them, 1/s: a repeated write is the same write."""
    system = parameters.system
    door = at_the_door(parameters)
    made: list[Array] = []
    total: Array = np.zeros((1, 1))
    for node in system.nodes:
        times = parameters.of_call(node, "times") * parameters.of_call(node, "enabled") * node.copies
        made.append(times * (door[node.flow] if node.caller is None else made[node.caller]))
        if node.component == c and node.writes:
            total = total + made[-1]
    return total
