"""A design under a pattern: whether it survives, the largest trigger that it does, what would defend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.series import Series
from models.faults.timed_change import TimedChange
from models.scenario.experiments.pattern import Pattern
from models.system.system import System
from optimizer.resilience import border as borders
from optimizer.resilience.border import Border, border
from optimizer.resilience.defences import Defence, Has, defences_of
from optimizer.resilience.early_warning import EarlyWarning, warning_of
from optimizer.resilience.patterns import HELPS, Aim, aim_of
from optimizer.resilience.shock import of_aim
from optimizer.resilience.stress import AFTER_S, RUNS, Share, Stress, judge

#: Runs by which it is tried what a defence would change.
DEFENCE_RUNS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Defended:
    """What a defence does against a pattern.

    Attributes:
        has: The defence, and whether the design has it.
        survived: Runs that survive with it; None where the design has it, or it can't be tried.
    """

    has: Has
    survived: Share | None


@dataclass(frozen=True, slots=True, eq=False)
class PatternTrial:
    """A pattern with a design.

    Attributes:
        aim: Where it hits, and how large it is.
        size: Its size, in the unit of the aim.
        stress: What became of the design.
        series: The runs.
        warning: The emergence score over time.
        border: The largest size that is survived; None where it wasn't asked for.
        defences: The defences that help against it.
    """

    aim: Aim
    size: float
    stress: Stress
    series: Series
    warning: EarlyWarning
    border: Border | None
    defences: tuple[Defended, ...]


def try_pattern(
    system: System,
    design: Array,
    phase: int,
    pattern: Pattern,
    *,
    size: float | None = None,
    runs: int = RUNS,
    seed: int = 1,
    after_s: float = AFTER_S,
    with_border: bool = True,
    with_defences: bool = True,
    stop: Callable[[], bool] = lambda: False,
) -> PatternTrial | None:
    """Plays a pattern by steps and judges it; None where the design can't have it.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        pattern: The pattern.
        size: How large its trigger is; None = as usual.
        runs: Runs.
        seed: The first seed.
        after_s: Time within which answers must be back, s.
        with_border: Whether the largest size that is survived is looked for.
        with_defences: Whether each defence that is missing is tried.
        stop: Asked before each run; True leaves the rest out.

    Raises:
        NotPlayed: It can't be played by steps.
    """
    aim = aim_of(system, design, phase, pattern)
    if aim is None:
        return None
    size = aim.usual if size is None else size

    def played(
        given: float, seeds: Sequence[int], more: tuple[TimedChange, ...] = (), jitter: float = 0.0
    ) -> tuple[Stress, Series]:
        shock = of_aim(aim, phase, given, jitter=jitter, after_s=after_s)
        series = shock.by_steps(system, design, seeds, more=more, stop=stop)
        return judge(system, series, shock.trigger), series

    found, series = played(size, range(seed, seed + runs))
    few = range(seed, seed + borders.RUNS)
    edge = border(lambda given: played(given, few)[0].survived, aim.least, aim.most) if with_border else None
    defended = []
    for has in defences_of(system, design, phase, aim.guarded):
        if has.defence in HELPS[pattern]:
            survived = None
            if with_defences and has.changes:
                survived = played(size, range(seed, seed + DEFENCE_RUNS), has.changes)[0].survived
            defended.append(Defended(has, survived))
    if pattern is Pattern.SYNCHRONISATION:
        # The clients are nobody's component: what they do is played with jitter.
        spread = (
            played(size, range(seed, seed + DEFENCE_RUNS), jitter=1.0)[0].survived if with_defences else None
        )
        defended.append(Defended(Has(Defence.JITTER, False), spread))
    return PatternTrial(
        aim=aim,
        size=size,
        stress=found,
        series=series,
        warning=warning_of(system, np.asarray(design), series, aim.made(size)[1]),
        border=edge,
        defences=tuple(defended),
    )
