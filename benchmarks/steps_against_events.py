"""Steps against events: whether they agree on who collapses, how fast the rest recovers, and how busy it is.

    python -m benchmarks.steps_against_events [--stations N] [--systems N] [--seed N]

Random systems get a push of load. Each is played twice by events and twice by steps. Told are the share of
systems in which the first run of the steps collapses as the first of the events does, and beside it the same
of the second run of the events: that is as much as can be asked for. Where two runs of the events agree, the
steps must as well. The defaults take some three minutes of one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.pushed_events import CrowdedError, pushed
from models.faults.series import Series
from models.faults.timed_change import Change, TimedChange
from models.scenario.scenario import Scenario
from models.steps.course import Leg
from models.steps.play import play
from models.system.compiler import compile_system
from models.system.system import System
from optimizer.resilience.recovery import Trigger, recovery_of

#: Seconds before the push, and to the end; runs of each side; seconds at the end that tell the plateau.
BEFORE_S, HORIZON_S, SEEDS, PLATEAU_S = 20.0, 120, (1, 2), 30
#: Less of the requests answered at the end is a collapse.
COLLAPSED = 0.5
#: More of them before the push is healthy.
HEALTHY = 0.9
WARM_UP_S = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a system, by run.

    Attributes:
        events: Whether each run of the events collapsed.
        steps: The same of the steps.
        back_s: How long the answers took to be back, s: events, steps; NaN where one collapsed.
        attempts: Attempts at the end: those of the steps over those of the events.
        count: Those of the events.
    """

    events: tuple[bool, ...]
    steps: tuple[bool, ...]
    back_s: tuple[float, float]
    attempts: float
    count: float


def station_of(rng: np.random.Generator) -> tuple[System, tuple[float, float, float]]:
    """A random station, and a push: from when until when, s, and how many times the load."""
    servers, used = int(rng.integers(2, 51)), float(rng.uniform(0.2, 0.98))
    service_s = float(10.0 ** rng.uniform(-2.0, -0.7))
    rate = used * servers / service_s
    if rate > 1000.0:
        service_s, rate = service_s * rate / 1000.0, 1000.0
    timeout_s = service_s * float(rng.uniform(2.0, 10.0))
    call = {"call": "s", "timeout_ms": timeout_s * 1e3, "retries": int(rng.integers(0, 4))}
    parts = {"s": {"kind": "service", "service_ms": service_s * 1e3, "slots": servers}}
    push = (BEFORE_S, BEFORE_S + float(rng.integers(5, 31)), float(rng.uniform(1.5, 5.0)))
    return _compiled(parts, [call], rate), push


def system_of(rng: np.random.Generator) -> tuple[System, tuple[float, float, float]]:
    """A random system of two to six components: pools that keep their threads, caches, branches."""
    rate = float(rng.uniform(40.0, 250.0))
    parts: dict[str, Any] = {}
    below: list[Any] = []
    held_s = 0.0
    for k in range(int(rng.integers(1, 4))):
        service_s = float(10.0 ** rng.uniform(-2.3, -1.0))
        load, call = rate, _guarded(rng, f"s{k}", service_s)
        if rng.random() < 0.35:
            keys, ttl_s = int(rng.integers(50, 2000)), float(rng.uniform(5.0, 60.0))
            each = rate / keys * ttl_s
            load = rate / (1.0 + each)
            parts[f"c{k}"] = {"kind": "cache", "service_ms": 1.0, "slots": 200, "keys": keys, "zipf": 0.0} | {
                "ttl_s": ttl_s
            }
            call = {"call": f"c{k}", "then": [call]}
        parts[f"s{k}"] = _sized(rng, load, service_s)
        below.append(call)
        held_s += service_s * 1.5
    steps = [{"parallel": [[call] for call in below]}] if len(below) > 1 and rng.random() < 0.4 else below
    own_s = 0.005
    front = _sized(rng, rate, own_s)
    if rng.random() < 0.6:
        front = _sized(rng, rate, own_s + held_s) | {"service_ms": own_s * 1e3, "blocking": True}
    trace = [_guarded(rng, "front", own_s + 2.0 * held_s) | {"then": steps}]
    push = (BEFORE_S, BEFORE_S + float(rng.integers(5, 21)), float(rng.uniform(1.3, 4.0)))
    return _compiled({"front": front, **parts}, trace, rate), push


def _sized(rng: np.random.Generator, rate: float, service_s: float) -> dict[str, Any]:
    used = float(rng.uniform(0.3, 0.8))
    part = {
        "kind": "service",
        "service_ms": service_s * 1e3,
        "slots": max(int(rate * service_s / used + 0.5), 1),
    }
    if rate * service_s >= 0.85 * part["slots"]:
        part["slots"] += 1
    if rng.random() < 0.3:
        part["queue_limit"] = int(rng.integers(5, 200))
    return part


def _guarded(rng: np.random.Generator, name: str, service_s: float) -> dict[str, Any]:
    call: dict[str, Any] = {"call": name}
    if rng.random() < 0.7:
        call |= {
            "timeout_ms": service_s * float(rng.uniform(6.0, 15.0)) * 1e3,
            "retries": int(rng.integers(0, 3)),
        }
        if rng.random() < 0.2:
            call["breaker"] = True
    return call


def _compiled(parts: dict[str, Any], trace: list[Any], rate: float) -> System:
    tree = {
        "schema": 1,
        "name": "random",
        "workload": {"phases": [{"name": "steady", "rate": rate, "hours": 1.0}]},
        "components": parts,
        "flows": {"all": {"share": 1.0, "trace": trace}},
    }
    return compile_system(Scenario.model_validate(tree, strict=False))


def outcome_of(system: System, push: tuple[float, float, float]) -> Outcome | None:
    """Plays a system both ways; None where the events aren't healthy before the push."""
    events = pushed(system, push, HORIZON_S, seeds=SEEDS, warm_up_s=WARM_UP_S)
    before = int(BEFORE_S)
    if np.any(events.answered[:, :before].sum((1, 2)) < HEALTHY * events.offered[:, :before].sum((1, 2))):
        return None
    change = TimedChange(Change.LOAD, -1, *push)
    steps = play(system, system.space.today, [Leg(0, float(HORIZON_S))], [change], seeds=SEEDS)[0]
    fell = [_collapsed(series) for series in (events, steps)]
    trigger = Trigger(push[0], push[1])
    back = [recovery_of(system, series, trigger).back_s for series in (events, steps)]
    ends = [series.attempts[:, -PLATEAU_S:].sum() for series in (events, steps)]
    same = fell[0] == fell[1] and len(set(fell[0])) == 1
    return Outcome(
        events=fell[0],
        steps=fell[1],
        back_s=(float(np.mean(back[0])), float(np.mean(back[1]))),
        attempts=float(ends[1] / ends[0]) if same and ends[0] > 0.0 else float("nan"),
        count=float(ends[0]),
    )


def _collapsed(series: Series) -> tuple[bool, ...]:
    answered = series.answered[:, -PLATEAU_S:].sum((1, 2))
    offered = series.offered[:, -PLATEAU_S:].sum((1, 2))
    return tuple(bool(a < COLLAPSED * b) for a, b in zip(answered, offered, strict=True))


def outcomes(
    drawn: Callable[[np.random.Generator], tuple[System, tuple[float, float, float]]], count: int, seed: int
) -> Iterator[Outcome]:
    """Of so many random systems; those that crowd the events, or aren't healthy before, are left out."""
    found, number = 0, 0
    while found < count:
        rng = np.random.default_rng([seed, number])
        number += 1
        try:
            one = outcome_of(*drawn(rng))
        except CrowdedError:
            continue
        if one is not None:
            yield one
            found += 1


def summary(found: Sequence[Outcome]) -> str:
    """What is told of many systems."""
    agree = [one for one in found if one.events[0] == one.events[1]]
    ceiling = len(agree) / len(found)
    both = np.mean([one.events[0] == one.steps[0] for one in found])
    sure = np.mean([one.events[0] == one.steps[0] for one in agree])
    back = [one.back_s for one in agree if all(np.isfinite(one.back_s)) and not one.events[0]]
    close = np.mean([abs(b - a) <= max(0.2 * a, 5.0) for a, b in back]) if back else float("nan")
    distance = [abs(one.attempts - 1.0) for one in agree if np.isfinite(one.attempts)]
    # Counts of two runs differ by chance alone: three standard errors of Poisson counts are allowed for.
    off = [
        abs(one.attempts - 1.0) <= 0.03 + 3.0 * (2.0 / max(one.count, 1.0)) ** 0.5
        for one in agree
        if np.isfinite(one.attempts)
    ]
    return (
        f"{len(found)} systems, {sum(one.events[0] for one in found)} collapse\n"
        f"  who collapses: events and events {ceiling:.3f}, events and steps {both:.3f}, "
        f"where two runs of events agree {sure:.3f}\n"
        f"  recovery within 20 % or 5 s: {close:.3f} of {len(back)}\n"
        f"  attempts at the end: within 3 % and chance {np.mean(off):.3f} of {len(off)}, "
        f"median off by {np.median(distance):.4f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--stations", type=int, default=200, help="single stations (200)")
    parser.add_argument("--systems", type=int, default=50, help="systems of two to six components (50)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the systems (1)")
    parser.add_argument("--each", action="store_true", help="tell each system on which they differ")
    given = parser.parse_args(arguments)
    for name, drawn, count in (
        ("single stations", station_of, given.stations),
        ("systems", system_of, given.systems),
    ):
        found = []
        for number, one in enumerate(outcomes(drawn, count, given.seed)):
            found.append(one)
            if given.each and (one.events != one.steps or abs(one.attempts - 1.0) > 0.03):
                print(number, one)
        if found:
            print(f"{name}: {summary(found)}", flush=True)


if __name__ == "__main__":
    main()
