"""One design in one phase, simulated until it is known well enough."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.evaluation import Array
from models.simulation.readings import Availability, Interval, Lost, Simulated, StateReading
from models.simulation.refused import NotSimulated, Reason
from models.simulation.settings import LEAST_EVENTS, Settings
from models.system.system import System

if TYPE_CHECKING:
    from models.simulation.one_run import OneRun
    from models.simulation.program import Program

#: Events of a pilot run, by which the look-ups of caches are measured; and how often it is made at the most.
PILOT_EVENTS, MOST_PILOTS = 200_000, 3
#: Look-ups are known when a pilot finds those that it was begun with, within this share.
_SAME_LOOKUPS = 0.03
#: Part of the events that the run of a state gets in which something is down.
_OF_A_STATE = 8
#: Requests of a run, and of a batch, at the least.
_LEAST_REQUESTS = 400.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation has come.

    Attributes:
        share: Share of what it may take at the most, 0 to 1: it may end long before.
        events: Events so far.
        seconds: Simulated time so far, s.
    """

    share: float
    events: int
    seconds: float


def simulate(
    system: System,
    design: Array,
    phase: int,
    settings: Settings | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Simulated:
    """Simulates one design in one phase, everything being up.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        settings: When it ends; None = the defaults.
        progress: Told every tenth of a second or so; from one thread at a time.
        stop: Asked as often; True ends the run with what was found (`ended` = "stopped"). An interrupt from
            the keyboard goes through: who wants to keep what was found sets a flag that `stop` reads.

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    from models.simulation.program import program_of

    settings = settings or Settings()
    program = program_of(system, design, phase)
    return simulate_program(program, settings, progress=progress, stop=stop)


def simulate_program(
    program: Program,
    settings: Settings,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Simulated:
    """Simulates the tables of one design in one phase (see `simulate`)."""
    from models.simulation.cold_start import emptied
    from models.simulation.report import simulated_of

    refuse_what_is_too_much(program, settings)
    make_ready()
    watch = _Watch(settings, progress, stop)
    if settings.cold:
        program, lookups = emptied(program)
    else:
        lookups = measured_lookups(program, settings, stop=watch.asked)
    runs: list[OneRun | None] = []
    workers = min(settings.workers or _cores(), settings.runs)
    if workers == 1:
        runs = [one_run(program, settings, lookups, run, watch) for run in range(settings.runs)]
    else:
        with ThreadPoolExecutor(workers) as pool:
            waiting = [
                pool.submit(one_run, program, settings, lookups, k, watch) for k in range(settings.runs)
            ]
            try:
                runs = [each.result() for each in waiting]
            except BaseException:
                watch.halt()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return simulated_of(program, settings, [run for run in runs if run is not None])


def one_run(program: Program, settings: Settings, lookups: Array, run: int, watch: _Watch) -> OneRun | None:
    """One of the runs, the caches in their stationary state at its beginning; None if stopped before it."""
    if watch.asked():
        return None
    from models.simulation.one_run import Running
    from models.simulation.program import streams_of
    from models.simulation.stationary import first_state

    stream = streams_of(program.system, settings.seed, run)
    state = first_state(program, stream, lookups, seed=settings.seed + run)
    return Running(program, state, settings).run(watch.teller(run))


def measured_lookups(
    program: Program, settings: Settings, *, stop: Callable[[], bool] = lambda: False
) -> Array:
    """Look-ups of each cache of keys, 1/s, `(c,)`: guessed, then measured until guess and measure agree.

    Where `stop` says so, what is known so far.
    """
    from models.simulation.one_run import Running
    from models.simulation.program import streams_of
    from models.simulation.stationary import expected_visits, first_state

    _, lookups = expected_visits(program)
    if not program.caches:
        return lookups
    pilot = Settings(
        events=min(PILOT_EVENTS, settings.events),
        seconds=settings.seconds,
        mean_precision=1e-4,
        seed=settings.seed,
    )
    for k in range(MOST_PILOTS):
        if stop():
            break
        stream = streams_of(program.system, settings.seed, -1 - k)
        state = first_state(program, stream, lookups, seed=settings.seed)
        found = Running(program, state, pilot).run(lambda events, seconds: stop())
        is_cache = np.isin(np.arange(lookups.size), program.caches)
        measured = np.where(is_cache, found.lookups_per_s, 0.0)
        count = measured * found.seconds
        noise = 3.0 / np.sqrt(np.maximum(count, 1.0))
        same = np.abs(measured - lookups) <= np.maximum(_SAME_LOOKUPS, noise) * np.maximum(lookups, measured)
        if bool(np.all(same)):
            break
        lookups = np.where(count >= 100.0, measured, lookups)
    return lookups


def refuse_what_is_too_much(program: Program, settings: Settings) -> None:
    """Does nothing where a run can hold what comes.

    Raises:
        NotSimulated: Too many requests under way, or a budget that holds no batch.
    """
    from models.simulation import columns as at
    from models.simulation.stationary import MOST_FRAMES, expected_visits

    visits, _ = expected_visits(program)
    part, kind = program.arrays["part"], program.arrays["kind"]
    room = np.full(visits.size, np.inf)
    for c in range(visits.size):
        queues = program.arrays["queue"][program.arrays["queue"][:, at.Q_PART] == c]
        bounded = queues.size > 0 and queues[:, at.Q_PLACES].max() < 2**61
        if bounded or np.isfinite(part[c, at.MAX_WAIT_S]):
            room[c] = kind[c, at.SLOTS] + (
                queues[:, at.Q_PLACES].sum() if bounded else visits[c] * part[c, at.MAX_WAIT_S]
            )
        if np.isfinite(part[c, at.TOKENS_PER_S]):
            room[c] = part[c, at.TOKENS_PER_S] * part[c, at.WORK_S]
    in_flight = np.minimum(visits * part[:, at.WORK_S], room)
    worst = int(np.argmax(in_flight))
    if in_flight[worst] > MOST_FRAMES // 2:
        name = program.system.components[worst]
        raise NotSimulated(
            Reason.TOO_MANY_IN_FLIGHT,
            f"about {in_flight[worst]:.3g} calls would be under way at the same time, "
            f"and {MOST_FRAMES // 2} are the most",
            where=f"components.{name}",
            hint="is the rate right?",
        )
    per_s = float(program.requests_per_s.sum())
    if settings.seconds is not None and settings.seconds * per_s < _LEAST_REQUESTS:
        raise NotSimulated(
            Reason.TOO_SMALL_BUDGET,
            f"{settings.seconds:g} s hold about {settings.seconds * per_s:.3g} requests: no batch",
            where="seconds",
            hint=f"at least {_LEAST_REQUESTS / per_s:.3g} s",
        )
    events = 1.0 + float(visits.sum()) / per_s
    if settings.events < _LEAST_REQUESTS * events:
        raise NotSimulated(
            Reason.TOO_SMALL_BUDGET,
            f"{settings.events} events hold about {settings.events / events:.3g} requests: no batch",
            where="events",
            hint=f"at least {_LEAST_REQUESTS * events:.0f} events",
        )


class _Watch:
    """Puts together what the runs tell, and asks whether they shall stop."""

    def __init__(
        self,
        settings: Settings,
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self._settings, self._progress, self._stop = settings, progress, stop
        self._lock = threading.Lock()
        self._events: dict[int, int] = {}
        self._seconds: dict[int, float] = {}
        self._halted = False

    def halt(self) -> None:
        """Ends all runs at their next chunk."""
        self._halted = True

    def asked(self) -> bool:
        """Whether to stop; once it was said it holds."""
        with self._lock:
            return self._is_stopped()

    def _is_stopped(self) -> bool:
        self._halted = self._halted or (self._stop is not None and self._stop())
        return self._halted

    def teller(self, run: int) -> Callable[[int, float], bool]:
        """What a run tells how far it has come; the answer is whether it shall stop."""

        def told(events: int, seconds: float) -> bool:
            with self._lock:
                self._events[run], self._seconds[run] = events, seconds
                if self._progress is not None:
                    most = self._settings.events * self._settings.runs
                    share = sum(self._events.values()) / most
                    if self._settings.seconds is not None:
                        done = sum(self._seconds.values()) / self._settings.runs
                        share = max(share, done / self._settings.seconds)
                    self._progress(
                        Progress(min(share, 1.0), sum(self._events.values()), max(self._seconds.values()))
                    )
                return self._is_stopped()

        return told


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_ready() -> None:
    """Says that it compiles where it does: half a minute without a word would look like a hang."""
    from models.simulation.loop import is_compiled

    if not is_compiled():
        logging.getLogger("models").warning("compiling the simulation, once: this takes about half a minute")
        from models.simulation.compile import compile_all

        compile_all()


def simulate_states(
    system: System,
    design: Array,
    phase: int,
    settings: Settings | None = None,
    *,
    most_states: int = 16,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Availability:
    """Simulates the likeliest states of replicas and zones, each weighted by its probability.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        settings: When the run of a state ends.
        most_states: States that are looked at.
        progress: As for `simulate`.
        stop: As for `simulate`; states that weren't reached count as unseen.

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    from models.simulation.program import program_of
    from models.simulation.states import likeliest, names_of

    settings = settings or Settings()
    program = program_of(system, design, phase)
    found: list[StateReading] = []
    for state in likeliest(program, design, most_states):
        if stop is not None and stop():
            break
        events = settings.events if not found else max(settings.events // _OF_A_STATE, LEAST_EVENTS)
        given = replace(settings, events=events)
        program = program_of(system, design, phase, left=state.left)
        told = simulate_program(program, given, progress=progress, stop=stop)
        found.append(StateReading(Lost(names_of(system, state.left)), state.probability, told))
    seen = sum(state.probability for state in found)
    success = tuple(_over_states(found, f, 1.0 - seen) for f in range(len(system.flows)))
    return Availability(tuple(found), max(1.0 - seen, 0.0), success)


def _over_states(states: list[StateReading], f: int, unseen: float) -> Interval | None:
    """Share of a flow's requests that is answered, over all states; of the unseen all or none may be."""
    told = [(state.probability, state.found.flows[f].success) for state in states]
    known = [(weight, success) for weight, success in told if success is not None]
    seen = sum(weight for weight, _ in known)
    if not seen > 0.0:
        return None
    unseen += sum(weight for weight, success in told if success is None)
    value = sum(weight * success.value for weight, success in known) / seen
    low = sum(weight * success.low for weight, success in known)
    high = sum(weight * success.high for weight, success in known)
    return Interval(value, low, min(high + max(unseen, 0.0), 1.0))
