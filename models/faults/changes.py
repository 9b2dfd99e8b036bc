"""What each kind of fault changes in a running system."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.faults.moment import Moment
from models.faults.refused import NotInjected, Why
from models.faults.timed_change import Change, TimedChange
from models.performance.failover import asked_on_s
from models.scenario.experiment import AnyFault
from models.scenario.experiments.answers import ClockSkew, Corruption, Errors, Expiry, Refuse
from models.scenario.experiments.contents import CacheFlush
from models.scenario.experiments.demand import Driver, Load
from models.scenario.experiments.network import Latency, Partition
from models.scenario.experiments.servers import Pause, SlowLeak, Terminate
from models.scenario.paths import Slot
from models.system.phases import in_phase

_MS = 1e-3
#: How callers see that there is no answer.
_SEEN_AS = {
    "timeout": Change.SILENT,
    "loss": Change.REFUSED,
    "refusal": Change.REFUSED,
    "error": Change.FAILED,
}


def changes_of(moment: Moment, fault: AnyFault, where: str) -> Iterator[TimedChange]:
    """What a fault changes in a design, and when.

    Args:
        moment: The design in its phase.
        fault: The fault.
        where: Its place in the file, for messages.

    Raises:
        NotInjected: It can't be made with this design; says why.
    """
    yield from _CHANGES[type(fault)](moment, fault, where)


def _during(fault: AnyFault, change: Change, index: int, **keys: float) -> TimedChange:
    """A change from the beginning of a fault to its end."""
    to_s = math.inf if fault.ends_s is None else fault.ends_s
    return TimedChange(change, index, fault.start_s, to_s, **keys)


def _terminate(moment: Moment, fault: Terminate, where: str) -> Iterator[TimedChange]:
    for name in _lost(moment, fault, where):
        c = moment.called(name, f"{where}.target")
        there = moment.of(c, "replicas")
        gone = there
        if fault.replicas is not None:
            gone = _within(float(fault.replicas), there, "replicas", name, f"{where}.replicas")
        elif fault.zones is not None:
            zones = moment.of(c, "zones")
            gone = there * _within(float(fault.zones), zones, "zones", name, f"{where}.zones") / zones
        elif fault.share is not None:
            gone = there * fault.share
        lost = min(max(round(gone), 1.0), there) / there
        yield _during(fault, Change.LOST, c, amount=lost)
        yield from _unnoticed(moment, fault, c, lost)


def _lost(moment: Moment, fault: Terminate, where: str) -> list[str]:
    """The components that lose servers."""
    if fault.target is not None:
        return [fault.target]
    system = moment.system
    inside = [
        name
        for c, (name, part) in enumerate(zip(system.components, system.parts, strict=True))
        if part.traits.is_ours and part.region == fault.region and moment.per_s(c) > 0.0
    ]
    if not inside:
        what = f"this design calls nothing in the region {fault.region}"
        raise NotInjected(Why.NOT_CALLED, what, where=f"{where}.region")
    return inside


def _within(wanted: float, there: float, what: str, name: str, where: str) -> float:
    if wanted > there:
        found = f"{wanted:g} of the {what} of {name}, and this design has {there:g}"
        raise NotInjected(Why.TOO_MANY, found, where=where, hint="lower it, or choose another design")
    return wanted


def unnoticed_s(moment: Moment, component: int) -> float:
    """How long lost copies of a component are asked on, s; 0 without health checks.

    As long as it can take (`models.performance.failover`): all checks that must fail, lost just after a good
    one; then old addresses, and what taking over takes itself.
    """
    longest = float(in_phase(asked_on_s(moment.parameters, component), moment.phase)[0])
    return longest if math.isfinite(longest) else 0.0


def _unnoticed(moment: Moment, fault: Terminate, c: int, lost: float) -> Iterator[TimedChange]:
    """Calls that go to lost copies until everybody knows: those that are left get no more than before."""
    length_s = unnoticed_s(moment, c)
    if length_s > 0.0 and lost < 1.0:
        until = min(fault.start_s + length_s, math.inf if fault.ends_s is None else fault.ends_s)
        yield TimedChange(_SEEN_AS[fault.seen_as], c, fault.start_s, until, share=lost)


def _partition(moment: Moment, fault: Partition, where: str) -> Iterator[TimedChange]:
    if fault.copies is None:
        for c, share in _hit(moment, fault, where):
            yield _during(fault, _SEEN_AS[fault.seen_as], c, share=share * fault.share)
        return
    c, cut, there, side = cut_off(moment, fault, where)
    if fault.accepts == "both":
        return  # both sides serve: what is wrong is told as a reading
    yield _during(fault, Change.LOST, c, amount=cut / there)
    read, write = moment.of(c, "read_quorum"), moment.of(c, "write_quorum")
    write = there if math.isnan(write) else write
    writes, reads = (moment.per_s(c, writes=kind) for kind in (True, False))
    refused = (writes if cut < write else 0.0) + (reads if cut < read else 0.0)
    share = side * refused / (writes + reads)
    if share > 0.0:
        yield _during(fault, Change.REFUSED, c, share=share)


def cut_off(moment: Moment, fault: Partition, where: str) -> tuple[int, float, float, float]:
    """Of a store that is cut in two: its position, copies on the far side, all, and the far side's callers.

    The share of the callers on the far side is `share` where it is given, else that of the copies.
    """
    assert fault.copies is not None
    name = str(fault.target)
    c = moment.called(name, f"{where}.target")
    there = moment.of(c, "replicas")
    cut = _within(float(fault.copies), there - 1.0, "copies, of which one stays,", name, f"{where}.copies")
    side = fault.share if fault.share < 1.0 else cut / there
    return c, cut, there, side


def _hit(moment: Moment, fault: Partition | Latency, where: str) -> Iterator[tuple[int, float]]:
    """Components whose calls a fault on the way hits, with the share of them that goes that way."""
    if fault.target is not None:
        yield moment.called(fault.target, f"{where}.target"), 1.0
        return
    found = False
    for c in range(len(moment.system.components)):
        across = moment.per_s(c, link=fault.link)
        if across > 0.0:
            found = True
            yield c, across / moment.per_s(c)
    if not found:
        what = f"this design makes no call across {fault.link}"
        raise NotInjected(Why.NOT_CALLED, what, where=f"{where}.link")


def _latency(moment: Moment, fault: Latency, where: str) -> Iterator[TimedChange]:
    factor = 1.0 if fault.factor is None else fault.factor
    if fault.target is not None:
        c = moment.called(fault.target, f"{where}.target")
        if fault.added_ms is not None:
            yield _during(fault, Change.SLOWED, c, amount=fault.added_ms * _MS, share=fault.share)
            return
        slot = Slot("component", fault.target, moment.system.parts[c].traits.slowed_by)
        yield _during(fault, Change.SET, moment.column(slot), amount=moment.value(slot) * factor)
        return
    list(_hit(moment, fault, where))
    for node in moment.system.nodes:
        if node.link is not None and node.link == fault.link and moment.calls_per_s[node.index] > 0.0:
            slot = Slot("call", moment.system.flows[node.flow], "network_ms", node.position)
            if fault.added_ms is not None:
                longer = moment.value(slot) + fault.added_ms
            else:
                trip = moment.value(Slot("link", node.link, "rtt_ms"))
                longer = moment.value(slot) + trip * (factor - 1.0)
            yield _during(fault, Change.SET, moment.column(slot), amount=longer)


def _answers(moment: Moment, fault: Errors | Refuse | Expiry, where: str) -> Iterator[TimedChange]:
    c = moment.called(fault.target, f"{where}.target")
    how = _SEEN_AS[fault.seen_as] if isinstance(fault, Errors) else Change.REFUSED
    yield _during(fault, how, c, share=fault.share)


def _corruption(moment: Moment, fault: Corruption, where: str) -> Iterator[TimedChange]:
    c = moment.called(fault.target, f"{where}.target")
    if fault.caught_share > 0.0:
        yield _during(fault, Change.FAILED, c, share=fault.share * fault.caught_share)


def _clock_skew(moment: Moment, fault: ClockSkew, where: str) -> Iterator[TimedChange]:
    c = moment.called(fault.target, f"{where}.target")
    if fault.refused_share > 0.0:
        yield _during(fault, Change.REFUSED, c, share=fault.refused_share)


def _cache_flush(moment: Moment, fault: CacheFlush, where: str) -> Iterator[TimedChange]:
    c = moment.called(fault.target, f"{where}.target")
    if not math.isnan(moment.of(c, "hit_ratio")):
        what = f"this design gives the hit_ratio of {fault.target}: it holds no keys that could be forgotten"
        hint = "give keys, zipf, ttl_s and capacity_keys instead of hit_ratio"
        raise NotInjected(Why.GIVEN_HITS, what, where=f"{where}.target", hint=hint)
    yield TimedChange(Change.FLUSHED, c, fault.start_s, share=fault.share)


def _pause(moment: Moment, fault: Pause, where: str) -> Iterator[TimedChange]:
    yield _during(fault, Change.PAUSED, moment.called(fault.target, f"{where}.target"))


def _load(moment: Moment, fault: Load, where: str) -> Iterator[TimedChange]:
    f = -1 if fault.target is None else moment.system.flows.index(fault.target)
    end = fault.start_s + fault.duration_s
    if fault.pulse_s is None or fault.every_s is None:
        yield TimedChange(Change.LOAD, f, fault.start_s, end, fault.factor, ramp_s=fault.ramp_s)
        return
    for k in range(math.ceil(fault.duration_s / fault.every_s - 1e-9)):
        begins = fault.start_s + k * fault.every_s
        ends = min(begins + fault.pulse_s, end)
        yield TimedChange(Change.LOAD, f, begins, ends, fault.factor, ramp_s=fault.ramp_s)


def _slow_leak(moment: Moment, fault: SlowLeak, where: str) -> Iterator[TimedChange]:
    c = moment.called(fault.target, f"{where}.target")
    now = moment.of(c, "gc_share")
    if fault.gc_share <= now:
        what = f"gc_share {fault.gc_share:g}, where this design loses {now:g} already"
        raise NotInjected(Why.NOT_MORE, what, where=f"{where}.gc_share", hint="give a larger one")
    column = moment.column(Slot("component", fault.target, "gc_share"))
    yield _during(fault, Change.SET, column, amount=fault.gc_share, ramp_s=fault.duration_s)


def _driver(moment: Moment, fault: Driver, where: str) -> Iterator[TimedChange]:
    yield from ()  # no queue feels it: what it costs is told as a reading


_CHANGES: Mapping[type[AnyFault], Callable[[Moment, Any, str], Iterator[TimedChange]]] = {
    Terminate: _terminate,
    Partition: _partition,
    Latency: _latency,
    Errors: _answers,
    Refuse: _answers,
    Expiry: _answers,
    Corruption: _corruption,
    ClockSkew: _clock_skew,
    CacheFlush: _cache_flush,
    Pause: _pause,
    Load: _load,
    SlowLeak: _slow_leak,
    Driver: _driver,
}
