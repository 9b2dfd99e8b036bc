"""The product's event simulation under a push of load: what comes and what is answered, second by second."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array
from models.faults.series import Series
from models.simulation import columns as at
from models.simulation.loop import advance
from models.simulation.one_run import CHUNK, Running, halve
from models.simulation.program import program_of, streams_of
from models.simulation.runs import make_ready, measured_lookups
from models.simulation.settings import Settings
from models.simulation.stationary import first_state
from models.system.system import System


class CrowdedError(RuntimeError):
    """More is under way than there is room for."""


def pushed(
    system: System,
    push: tuple[float, float, float],
    horizon_s: int,
    *,
    seeds: tuple[int, ...],
    warm_up_s: float,
) -> Series:
    """Today's design in its first phase; its load is several times what it was for a while.

    Args:
        system: The compiled scenario.
        push: From when until when, s, and how many times the load.
        horizon_s: Seconds that are told.
        seeds: One run for each.
        warm_up_s: Seconds before the first one.
    """
    make_ready()
    program = program_of(system, system.space.today, 0)
    found = []
    for seed in seeds:
        settings = Settings(seed=seed, events=10**12, seconds=1e-3)
        lookups = measured_lookups(program, Settings(seed=seed, events=200_000))
        stream = streams_of(system, seed, 0)
        running = Running(program, first_state(program, stream, lookups, seed=seed), settings)
        usual = running.state.flow[:, at.GAP_S].copy()
        told = [_counts(running)]
        for second in range(-int(warm_up_s), horizon_s):
            factor = push[2] if push[0] <= second < push[1] else 1.0
            running.state.flow[:, at.GAP_S] = usual / factor
            _go_until(running, second + 1.0 + int(warm_up_s))
            told.append(_counts(running))
        found.append(np.diff(np.array(told), axis=0)[int(warm_up_s) :])
    return _series(np.array(found), len(system.flows), system)


def _go_until(running: Running, until_s: float) -> None:
    running.state.x[at.UNTIL] = until_s
    while True:
        reason = advance(running.state, CHUNK)
        if reason == at.FULL_SLICES:
            halve(running.state)
        elif reason == at.STUCK or (reason == at.NO_ROOM and not running._grow()):
            raise CrowdedError
        elif reason == at.REACHED:
            return


def _counts(running: Running) -> Array:
    """What has come and been answered by flow, and been called by component, since the beginning."""
    state, m = running.state, int(running.state.n[at.SLICE])
    answers = state.answers_in[:m].sum(0) + state.answers
    counted = state.counted_in[:m].sum(0) + state.counted[:, : at.SINCE]
    came = answers[:, at.ENDED].copy()
    came[0] += state.n[at.UNDER_WAY]
    return np.concatenate([came, answers[:, at.ANSWERS], counted[:, at.CALLED]])


def _series(told: Array, flows: int, system: System) -> Series:
    r, t = told.shape[:2]
    called = told[:, :, 2 * flows :]
    none = np.zeros((r, t, len(system.components)))
    attempts = np.zeros((r, t, 4))
    attempts[:, :, 0] = called.sum(2)
    return Series(
        bin_s=1.0,
        offered=told[:, :, :flows],
        answered=told[:, :, flows : 2 * flows],
        failed=np.zeros((r, t, flows)),
        mean_ms=np.zeros((r, t, flows)),
        quantiles_ms=np.zeros((r, t, flows, 3)),
        oldest_s=np.zeros((r, t, flows)),
        attempts=attempts,
        calls=np.zeros((r, t, len(system.nodes))),
        call_failures=np.zeros((r, t, len(system.nodes))),
        waiting=none,
        busy_share=none,
        servers=none,
        hit_share=none,
        open_share=np.zeros((r, t, len(system.nodes))),
    )
