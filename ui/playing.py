"""What happens to a design when it breaks, played once for all sessions: experiments, patterns, loads."""

from __future__ import annotations

from models.scenario.experiments.pattern import Pattern
from models.system.system import System
from optimizer.resilience.experiments import Trial, try_experiment, typed_experiments
from optimizer.resilience.hysteresis import Hysteresis, hysteresis
from optimizer.resilience.longest_pause import LongestPause, longest_pause
from optimizer.resilience.pattern_trials import PatternTrial, try_pattern
from optimizer.resilience.push_map import PushMap, push_map
from optimizer.resilience.stress import FEWEST_RUNS
from ui import cached
from ui.values import Row, array


def tried(system: System, x: Row, name: str) -> Trial:
    """An experiment of the scenario."""

    def play() -> Trial:
        return try_experiment(system, array(x), name, dict(typed_experiments(system))[name], runs=FEWEST_RUNS)

    found: Trial = cached.played(system.digest, x, f"experiment {name}", system, play)
    return found


def pattern_tried(system: System, x: Row, pattern: Pattern, *, is_whole: bool) -> PatternTrial | None:
    """A pattern of collapse in the peak phase; None where the design can't have it.

    Args:
        system: The compiled scenario.
        x: The design.
        pattern: The pattern.
        is_whole: Whether its border is looked for, and defences that would help.

    Raises:
        NotPlayed: It can't be played by steps.
    """

    def play() -> PatternTrial | None:
        return try_pattern(
            system,
            array(x),
            system.peak,
            pattern,
            runs=FEWEST_RUNS,
            with_border=is_whole,
            with_defences=is_whole,
        )

    what = f"pattern {pattern}{' whole' if is_whole else ''}"
    found: PatternTrial | None = cached.played(system.digest, x, what, system, play)
    return found


def pause_survived(system: System, x: Row) -> LongestPause | None:
    """The longest pause of the busiest component that is survived.

    Raises:
        NotPlayed: It can't be played by steps.
    """

    def play() -> LongestPause | None:
        return longest_pause(system, array(x), system.peak)

    found: LongestPause | None = cached.played(system.digest, x, "pause", system, play)
    return found


def load_up_and_down(system: System, x: Row) -> Hysteresis:
    """Answers over the load of the peak phase, up and after a collapse.

    Raises:
        NotPlayed: It can't be played by steps.
    """

    def play() -> Hysteresis:
        return hysteresis(system, array(x), system.peak)

    found: Hysteresis = cached.played(system.digest, x, "load", system, play)
    return found


def pushes(system: System, x: Row) -> PushMap:
    """At each load of the peak phase the longest push that is survived.

    Raises:
        NotPlayed: It can't be played by steps.
    """

    def play() -> PushMap:
        return push_map(system, array(x), system.peak)

    found: PushMap = cached.played(system.digest, x, "pushes", system, play)
    return found
