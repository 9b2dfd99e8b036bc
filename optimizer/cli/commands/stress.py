"""`tradespace stress`: what becomes of a design when something breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import MOST_WHOLE, AsJson, Asked, about_a_design
from optimizer.cli.console import show
from optimizer.cli.exit_codes import INTERRUPTED, NO

if TYPE_CHECKING:
    from models.evaluation import Array
    from models.scenario.experiment import Experiment
    from models.scenario.experiments.pattern import Pattern
    from models.system.system import System


@about_a_design("recommended")
def stress(
    asked: Asked,
    experiment: Annotated[
        list[str] | None, typer.Option(help="An experiment of the scenario; all when not given.")
    ] = None,
    pattern: Annotated[
        list[str] | None,
        typer.Option(help="A pattern of collapse instead: retry_storm, thundering_herd ..., or `all`."),
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=1000, help="Runs of each; a long experiment is run less often.")
    ] = 50,
    seed: Annotated[int, typer.Option(min=0, max=MOST_WHOLE, help="Seed of the first run.")] = 1,
    is_first: Annotated[
        bool,
        typer.Option("--first", help="Which experiment to run first: what its end tells, money at risk."),
    ] = False,
    has_events: Annotated[
        bool,
        typer.Option("--events", help="Also event by event, where up to 40 million events are enough."),
    ] = False,
    is_hysteresis: Annotated[
        bool, typer.Option("--hysteresis", help="Load up and down: where it falls, where it comes back.")
    ] = False,
    is_map: Annotated[
        bool, typer.Option("--map", help="At each load the longest push that is survived.")
    ] = False,
    portrait: Annotated[
        str | None,
        typer.Option(metavar="COMPONENT", help="From which states a component comes back by itself."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play the scenario's experiments with a design: survived, degraded or lost, in how many runs."""
    from optimizer.cli.answers.stress import stress_answer
    from optimizer.cli.progress import share_bar
    from optimizer.resilience.experiments import beside_events, try_experiment
    from optimizer.resilience.stress import Verdict
    from optimizer.sections.stress import stress as section_of

    system = asked.system
    kinds = {
        "--experiment": bool(experiment) or is_first,
        "--pattern": bool(pattern),
        "--hysteresis": is_hysteresis,
        "--map": is_map,
        "--portrait": portrait is not None,
    }
    wanted = [name for name, is_wanted in kinds.items() if is_wanted]
    if len(wanted) > 1:
        raise typer.BadParameter(f"found {' and '.join(wanted)}; allowed: one of them")
    if is_hysteresis or is_map or portrait is not None:
        _tell_loads(system, asked.x, is_map=is_map, component=portrait, seed=seed, as_json=as_json)
        return
    if pattern:
        _play_patterns(system, asked.x, _patterns(pattern), runs=runs, seed=seed, as_json=as_json)
        return
    chosen = chosen_experiments(system, experiment or [])
    x, found, is_stopped = asked.x, [], False
    if is_first:
        _tell_first(system, x, chosen, seed=seed, as_json=as_json)
        return
    with share_bar("playing") as (_, stop):
        for name, one in chosen:
            trial = try_experiment(system, x, name, one, runs=runs, seed=seed, stop=stop)
            if has_events or trial.is_close:
                trial = beside_events(system, x, trial, one, seed=seed, stop=stop)
            found.append(trial)
            is_stopped = stop()
            if is_stopped:
                break
    show(section_of(found), as_json=as_json, data=stress_answer(system, x, found))
    if is_stopped:
        raise typer.Exit(INTERRUPTED)
    if any(one.stress is not None and one.stress.verdict == Verdict.LOST for one in found):
        raise typer.Exit(NO)


def _patterns(names: list[str]) -> list[Pattern]:
    """The patterns that are asked for."""
    from models.scenario.experiments.pattern import Pattern

    there = [str(one) for one in Pattern]
    for name in names:
        if name not in (*there, "all"):
            raise typer.BadParameter(f"found --pattern {name}; allowed: {', '.join(there)}, or all")
    return [Pattern(name) for name in (there if "all" in names else dict.fromkeys(names))]


def _play_patterns(
    system: System, x: Array, wanted: list[Pattern], *, runs: int, seed: int, as_json: bool
) -> None:
    """Plays patterns with a design in the peak phase, and tells what came of them."""
    from models.scenario.experiments.pattern import Pattern
    from optimizer.cli.answers.stress import patterns_answer
    from optimizer.cli.progress import share_bar
    from optimizer.resilience.longest_pause import longest_pause
    from optimizer.resilience.pattern_trials import try_pattern
    from optimizer.resilience.stress import Verdict
    from optimizer.sections.patterns import patterns as section_of

    found = []
    with share_bar("playing") as (_, stop):
        for one in wanted:
            found.append((one, try_pattern(system, x, system.peak, one, runs=runs, seed=seed)))
            if stop():
                break
        is_whole = len(found) == len(Pattern) and not stop()
        pause = longest_pause(system, x, system.peak, seed=seed, stop=stop) if is_whole else None
        is_stopped = stop()
    pause = None if is_stopped else pause
    data = patterns_answer(system, x, found, pause)
    show(section_of(found, system.components, pause), as_json=as_json, data=data)
    if is_stopped:
        raise typer.Exit(INTERRUPTED)
    if any(one is not None and one.stress.verdict == Verdict.LOST for _, one in found):
        raise typer.Exit(NO)


def _tell_loads(
    system: System, x: Array, *, is_map: bool, component: str | None, seed: int, as_json: bool
) -> None:
    """Tells how a design behaves over its load in the peak phase, or how a component drifts there."""
    from optimizer.cli.answers.loads import hysteresis_answer, portrait_answer, push_map_answer
    from optimizer.cli.progress import share_bar
    from optimizer.resilience.hysteresis import hysteresis, marked_loads, way_back
    from optimizer.resilience.phase_portrait import portrait, station_of
    from optimizer.resilience.push_map import push_map
    from optimizer.sections import hysteresis as sections
    from optimizer.sections.phase_portrait import phase_portrait

    if component is not None:
        c = _component(system, component)
        told = portrait(station_of(system, x, system.peak, c))
        show(
            phase_portrait(told, component), as_json=as_json, data=portrait_answer(system, x, component, told)
        )
        return
    marks = marked_loads(system, x)
    with share_bar("playing") as (_, stop):
        if is_map:
            border = push_map(system, x, system.peak, seed=seed, stop=stop)
            section, data = sections.push_map(border, marks), push_map_answer(system, x, border)
        else:
            found = hysteresis(system, x, system.peak, seed=seed)
            way = way_back(found, dict(marks)[system.phases[system.peak]])
            section, data = (
                sections.hysteresis(found, way, marks),
                hysteresis_answer(system, x, found, way),
            )
        is_stopped = stop()
    show(section, as_json=as_json, data=data)
    if is_stopped:
        raise typer.Exit(INTERRUPTED)


def _component(system: System, name: str) -> int:
    """The position of a component of ours that is asked for."""
    ours = [each for each, part in zip(system.components, system.parts, strict=True) if part.traits.is_ours]
    if name not in ours:
        raise typer.BadParameter(f"found --portrait {name}; allowed: {', '.join(ours)}")
    return system.components.index(name)


def _tell_first(
    system: System, x: Array, chosen: list[tuple[str, Experiment]], *, seed: int, as_json: bool
) -> None:
    """Tells which experiment to run first."""
    from optimizer.cli.answers.stress import first_answer
    from optimizer.cli.progress import share_bar
    from optimizer.resilience.first_experiment import first_experiments
    from optimizer.sections.first_experiment import first_experiment as section_of

    with share_bar("playing") as (_, stop):
        told = first_experiments(system, x, tuple(chosen), seed=seed, stop=stop)
        is_stopped = stop()
    show(section_of(told), as_json=as_json, data=first_answer(system, x, told))
    if is_stopped:
        raise typer.Exit(INTERRUPTED)


def chosen_experiments(system: System, names: list[str]) -> list[tuple[str, Experiment]]:
    """The experiments that are asked for."""
    from optimizer.resilience.experiments import typed_experiments

    there = dict(typed_experiments(system))
    if not there:
        texts = len(system.scenario.experiments)
        raise typer.BadParameter(
            "the scenario has no experiment that can be played"
            + ("; those of schema 1 are texts: `tradespace migrate` types them" if texts else "")
        )
    for name in names:
        if name not in there:
            raise typer.BadParameter(f"found --experiment {name}; allowed: {', '.join(there)}")
    return [(name, there[name]) for name in (dict.fromkeys(names) or there)]
