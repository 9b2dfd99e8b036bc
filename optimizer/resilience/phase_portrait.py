"""Phase portrait of a station: calls that wait against retries under way, and where the state drifts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.steps import columns as at
from models.steps.rows import arrivals_of, rows_of
from models.steps.tables import tables_of
from models.system.system import System

#: Points of each axis, and steps of the paths that tell where a point ends.
POINTS, _STEPS = 41, 400
_PATH_STEPS = 240
_ROOT_HALF = math.sqrt(0.5)
#: Constants of the complementary error function.
_ERFC = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


@dataclass(frozen=True, slots=True)
class Station:
    """A station as the portrait sees it.

    Attributes:
        load_per_s: First attempts, 1/s.
        servers: Servers.
        service_s: Mean service, s.
        timeout_s: Time after which an attempt is given up, s.
        retries: Retries.
        pause_s: Pause before each, s.
        places: Places to wait in.
    """

    load_per_s: float
    servers: float
    service_s: float
    timeout_s: float
    retries: float
    pause_s: float = 0.0
    places: float = math.inf

    @property
    def is_repeated(self) -> bool:
        """Whether its calls are given up, and tried again."""
        return self.retries > 0.0 and math.isfinite(self.timeout_s)

    @property
    def repeats_after_s(self) -> float:
        """Time from an attempt to its retry, s."""
        return self.timeout_s + self.pause_s


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """Where the state of a station drifts.

    Attributes:
        station: The station.
        waiting: Calls that wait, `(n,)`.
        retries: Retries under way, `(m,)`.
        waiting_per_s: Drift of the first, `(n, m)`, 1/s.
        retries_per_s: Drift of the second, `(n, m)`, 1/s.
        is_lost: Whether a state ends in the failed one, `(n, m)`.
        healthy: Waiting and retries of the healthy state; None where there is none.
        failed: Those of the failed state; None where there is none; infinite where its queue has no end.
        paths: Some courses of the state from where it is put to where it ends.
    """

    station: Station
    waiting: Array
    retries: Array
    waiting_per_s: Array
    retries_per_s: Array
    is_lost: NDArray[np.bool_]
    healthy: tuple[float, float] | None
    failed: tuple[float, float] | None
    paths: tuple[Path, ...] = ()

    @property
    def border(self) -> tuple[tuple[float, float], ...]:
        """Least waiting calls, by retries under way, from which it doesn't come back by itself."""
        found = []
        for k, retries in enumerate(self.retries.tolist()):
            lost = np.flatnonzero(self.is_lost[:, k])
            if lost.size:
                found.append((float(self.waiting[lost[0]]), float(retries)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Path:
    """The course of the state from a point.

    Attributes:
        points: Waiting calls and retries under way, from the beginning on.
        is_lost: Whether it ends in the failed state.
    """

    points: tuple[tuple[float, float], ...]
    is_lost: bool


def station_of(system: System, design: Array, phase: int, component: int) -> Station:
    """A component with the most patient and the most often repeated of its calls that give up at all.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        component: Position of the component.
    """
    tables = tables_of(system, rows_of(system, design, phase)[0], (), now_s=0.0)
    calls = tables.call[[node.index for node in system.nodes if node.component == component]]
    calls = calls[calls[:, at.TIMES] > 0.0]
    late = calls[np.isfinite(calls[:, at.TIMEOUT_S])]
    part = tables.part[component]
    return Station(
        load_per_s=float(arrivals_of(system, design, phase)[0, component]),
        servers=float(part[at.SERVERS]),
        service_s=float(part[at.SERVICE_S]),
        timeout_s=float(late[:, at.TIMEOUT_S].max(initial=0.0)) or math.inf,
        retries=float(late[:, at.RETRIES].max(initial=0.0)),
        pause_s=float(late[:, at.PAUSE_S].max(initial=0.0)),
        places=float(part[at.PLACES]),
    )


def drift(station: Station, waiting: Array, retries: Array) -> tuple[Array, Array]:
    """Drift of the calls that wait, and of the retries under way, 1/s.

    Fluid limit with a delay that is exponential (Mandelbaum, Massey and Reiman 1998; the picture is that of a
    Markov chain of a station with retries): dQ/dt = a - c/s, dR/dt = a p f - R/d with a = load + R/d
    attempts a second, p the share that is too late behind a queue of Q, d the time to a retry, and f the
    share of the late ones that try again, so that p = 1 leads to r + 1 attempts for each call.
    """
    carried = station.servers / station.service_s
    came = station.load_per_s + retries / station.repeats_after_s
    full = waiting >= station.places
    late = np.where(full, np.maximum(_late(station, waiting), 1.0 - carried / np.maximum(came, carried)),
                    _late(station, waiting))  # fmt: skip
    tries = station.retries + 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        again = np.where(
            late < 1.0 - 1e-9, 1.0 - (1.0 - late) / np.maximum(1.0 - late**tries, 1e-12), 1.0 - 1.0 / tries
        )
    more = came - carried
    up = np.where((waiting <= 0.0) & (more < 0.0), 0.0, np.where(full & (more > 0.0), 0.0, more))
    return up, came * again - retries / station.repeats_after_s


def _erfc(x: Array) -> Array:
    """Complementary error function, within 2e-7 (Hastings 1955, as Abramowitz and Stegun 1964 7.1.26)."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    total = np.zeros_like(t)
    for each in _ERFC:
        total = t * (total + each)
    tail = total * np.exp(-np.minimum(x * x, 700.0))
    found: Array = np.where(x >= 0.0, tail, 2.0 - tail)
    return found


def _late(station: Station, waiting: Array) -> Array:
    """Share of the attempts that are too late behind so many: a normal wait and an exponential service."""
    if not math.isfinite(station.timeout_s):
        return np.zeros(np.broadcast(waiting).shape)
    each = station.service_s / station.servers
    wait = waiting * each
    spread = np.sqrt(np.maximum(waiting, 1e-9)) * each
    left = (station.timeout_s - wait) / spread
    ratio = spread / station.service_s
    late = 0.5 * _erfc(left * _ROOT_HALF)
    exponent = np.minimum((wait - station.timeout_s) / station.service_s + 0.5 * ratio**2, 50.0)
    late = late + np.exp(exponent) * (1.0 - 0.5 * _erfc((left - ratio) * _ROOT_HALF))
    found: Array = np.clip(late, 0.0, 1.0)
    return found


def portrait(station: Station, *, most_waiting: float | None = None) -> Portrait:
    """The portrait of a station.

    Args:
        station: The station.
        most_waiting: End of the axis of waiting calls; None = four time-outs' worth, or all places.
    """
    patience = station.timeout_s if math.isfinite(station.timeout_s) else 10.0 * station.service_s
    worth = 4.0 * patience * station.servers / station.service_s
    top = most_waiting or min(worth, station.places if station.places > 0.0 else worth)
    side = 1.5 * station.load_per_s * max(station.retries, 1.0) * patience
    waiting, retries = np.linspace(0.0, top, POINTS), np.linspace(0.0, side, POINTS)
    Q, R = np.meshgrid(waiting, retries, indexing="ij")
    up, more = drift(station, Q, R)
    Q, R = Q.copy(), R.copy()
    step_s = 0.2 * min(station.repeats_after_s if math.isfinite(patience) else patience, patience)
    for _ in range(_STEPS):
        a, b = drift(station, Q, R)
        Q = np.clip(Q + step_s * a, 0.0, min(station.places, 50.0 * top))
        R = np.maximum(R + step_s * b, 0.0)
        if float(np.max(np.abs(a))) < 1e-6 and float(np.max(np.abs(b))) < 1e-6:
            break
    # A queue that still shrinks behind late calls goes away in the end.
    grows = drift(station, Q, R)[0] >= -1e-6 * station.servers / station.service_s
    lost = np.asarray((_late(station, Q) > 0.5) & grows)
    healthy = failed = None
    if not lost.all():
        k = np.unravel_index(int(np.argmin(np.where(lost, np.inf, Q))), Q.shape)
        healthy = (float(Q[k]), float(R[k]))
    if lost.any():
        k = np.unravel_index(int(np.argmax(np.where(lost, Q, -np.inf))), Q.shape)
        is_endless = math.isinf(station.places) and float(Q[k]) > 2.0 * top
        failed = (math.inf if is_endless else float(Q[k]), float(R[k]))
    found = Portrait(station, waiting, retries, up, more, lost, healthy, failed)
    return replace(found, paths=_paths(found, step_s))


def _paths(found: Portrait, step_s: float) -> tuple[Path, ...]:
    """Courses from both sides of the border, with few and with many retries under way."""
    top, side, border = float(found.waiting[-1]), float(found.retries[-1]), found.border
    near = border[0][0] if border else 0.5 * top
    starts = [(min(1.2 * near + 0.03 * top, top), 0.0), (0.8 * near, 0.0), (0.03 * top, 0.9 * side)]
    told = []
    for waiting, retries in starts:
        points = [(waiting, retries)]
        Q, R = np.array([waiting]), np.array([retries])
        for k in range(_PATH_STEPS):
            a, b = drift(found.station, Q, R)
            Q = np.clip(Q + 0.5 * step_s * a, 0.0, found.station.places)
            R = np.maximum(R + 0.5 * step_s * b, 0.0)
            if Q[0] > top or R[0] > side:
                break
            if k % 4 == 3:
                points.append((float(Q[0]), float(R[0])))
        row = int(np.abs(found.waiting - waiting).argmin()), int(np.abs(found.retries - retries).argmin())
        told.append(Path(tuple(points), bool(found.is_lost[row])))
    return tuple(told)
