"""Numbers that are varied but set again by decisions or phases, so that they do not hold everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.scenario.decision import Choice, Integer, Real, Toggle
from models.scenario.effect import Effect
from models.scenario.load import scenario_from
from models.scenario.scenario import Scenario
from optimizer.batch.cases import Case


def overridden(cases: Sequence[Case]) -> tuple[str, ...]:
    """A sentence for each varied number that isn't the one that all designs of its cases work with.

    A number in the file is what a component has unless a decision or a phase sets it. Where an option sets it
    and the decision isn't pinned, designs with that option are the same in every case.
    """
    groups = {
        (case.scenario, tuple(path for path, _ in case.changes)): case for case in reversed(list(cases))
    }
    several = len({name for name, _ in groups}) > 1
    told: list[str] = []
    for (name, paths), case in reversed(list(groups.items())):
        if case.own is not None:  # a model of one's own: its parameters are what it is made of
            continue
        scenario = scenario_from(case.tree, source=name)
        told += [f"{name}: {one}" if several else one for one in _told(scenario, paths)]
    return tuple(dict.fromkeys(told))


def _told(scenario: Scenario, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        parameter = path.removeprefix("components.")
        if path in scenario.decisions or _is_pinned(scenario, parameter):
            continue
        options = [
            f"{name}={value}"
            for name, value, effect in _effects(scenario)
            if name not in paths and parameter in effect.set
        ]
        phases = [phase.name for phase in scenario.workload.phases if parameter in phase.effect.set]
        if options:
            yield (
                f"{path} is set by {', '.join(options)} as well: the varied number is that of designs "
                "without them. To hold it in all designs vary or pin the decision instead."
            )
        if phases:
            yield (
                f"{path} is set in {_phases(phases)} as well: the varied number is that of the other phases."
            )


def _phases(names: Sequence[str]) -> str:
    return f"phase {names[0]}" if len(names) == 1 else f"phases {', '.join(names)}"


def _is_pinned(scenario: Scenario, parameter: str) -> bool:
    """Whether a decision takes its numbers from the parameter; the change pins it then."""
    numbers = (d for d in scenario.decisions.values() if isinstance(d, (Integer, Real)))
    return any(parameter in decision.sets for decision in numbers)


def _effects(scenario: Scenario) -> Iterator[tuple[str, str, Effect]]:
    for name, decision in scenario.decisions.items():
        if isinstance(decision, Toggle):
            yield name, "on", decision.on
        elif isinstance(decision, Choice):
            for value, option in decision.options.items():
                yield name, value, option
