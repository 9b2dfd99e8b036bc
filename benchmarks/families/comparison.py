"""One random system by the model and by the simulation, and how far apart the two are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmarks.families.draw import PHASE_S, Drawn, Family, Room, drawn
from models.dimensions.limits import TIPS_OVER_FROM
from models.errors import TradespaceError
from models.evaluator import evaluate
from models.scenario.load import scenario_from
from models.simulation.settings import Settings
from models.system.compiler import compile_system
from optimizer.resilience.verification import Compared, Verification
from optimizer.resilience.verify import verify

#: The indicator that says of a design that its numbers are not to be trusted.
UNSURE = "unsure"
#: A state in which less than this part is answered of what is answered by the other side is a collapse.
_DOWN = 0.5
#: Of fewer simulated requests nothing is told.
_LEAST_REQUESTS = 2000


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a system is simulated.

    Attributes:
        seconds: Simulated time of a run at the most, s.
        events: Events of all runs of a system at the most.
        seed: Seed of the simulation.
    """

    seconds: float = PHASE_S
    events: int = 4_000_000
    seed: int = 1

    def settings(self, family: Family) -> Settings:
        """Settings of the simulation of one system."""
        return Settings(
            mean_precision=0.01,
            p99_precision=0.03,
            seconds=self.seconds,
            least_seconds=self.seconds if family.lasts else min(20.0, self.seconds),
            events=max(self.events // family.runs, 2000),
            seed=self.seed,
            runs=family.runs,
            workers=1,
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a flow, predicted and simulated.

    Attributes:
        model: What is predicted.
        simulation: What is simulated.
        error: Model / simulation - 1; of a share the difference.
        beyond: The same from the nearer end of the simulation's interval; 0 within it.
    """

    model: float
    simulation: float
    error: float
    beyond: float


@dataclass(frozen=True, slots=True)
class Row:
    """One system.

    Attributes:
        family: Its family.
        name: Its name.
        utilisation: What its busiest station was drawn for.
        refused: Why it was not compared; empty = it was.
        measures: By flow and metric; empty where one of the two is down.
        is_unsure: Whether the model says that it isn't sure.
        tips_over: Whether the model says that it won't last.
        model_is_down: Whether the model says that it collapses.
        dead_share: Share of the runs that were dead within the phase.
        is_false_collapse: The model says that it collapses, and the runs live.
        is_missed_collapse: The model says that it lives, and half of the runs die.
        verdict: What the verification says.
    """

    family: str
    name: str
    utilisation: float
    refused: str
    measures: dict[str, Measure]
    is_unsure: bool = False
    tips_over: bool = False
    model_is_down: bool = False
    dead_share: float = 0.0
    is_false_collapse: bool = False
    is_missed_collapse: bool = False
    verdict: str = ""


def compare(family: Family, number: int, *, seed: int, room: Room, budget: Budget) -> Row:
    """A system of a family both ways."""
    one = drawn(family, number, seed=seed, room=room)
    try:
        system = compile_system(scenario_from(one.tree))
        design = system.space.today
        found = verify(system, design, 0, budget.settings(family), has_runs=True)
    except TradespaceError as error:
        return Row(family.name, one.name, one.utilisation, str(error).strip(), {})
    if found.simulated is None:
        return Row(family.name, one.name, one.utilisation, found.why_not, {})
    told = evaluate(system, design[None, :]).indicators
    is_unsure = UNSURE in told and bool(told[UNSURE][0] > 0.0)
    return judged(one, found, is_unsure=is_unsure, tips_over=bool(told["tips_over"][0] > TIPS_OVER_FROM))


def judged(one: Drawn, found: Verification, *, is_unsure: bool, tips_over: bool) -> Row:
    """The row of a system of which both sides are known."""
    assert found.simulated is not None
    measures = {f"{each.of} {each.metric}": measured(each) for each in found.compared if _counts(each)}
    dead = found.simulated.runs_collapsed / max(found.simulated.runs, 1)
    answers = [each for name, each in measures.items() if name.endswith("success")]
    is_down = any(math.isinf(each.model) for each in measures.values())
    is_down = is_down or any(each.model < _DOWN * each.simulation for each in answers)
    lives = any(each.model > _DOWN for each in answers) and not is_down
    if is_down or dead > 0.0 or found.simulated.overall.requests < _LEAST_REQUESTS:
        measures = {}
    return Row(
        one.family.name,
        one.name,
        one.utilisation,
        "",
        measures,
        is_unsure,
        tips_over,
        is_down,
        dead,
        is_down and dead < 0.5,
        lives and dead >= 0.5 and not tips_over,
        found.verdict,
    )


def _counts(each: Compared) -> bool:
    return each.is_flow and bool(each.of) and each.simulated is not None


def measured(each: Compared) -> Measure:
    """One number both ways."""
    found = each.simulated
    assert found is not None
    nearest = min(max(each.predicted, found.low), found.high)
    if each.metric == "success":
        return Measure(each.predicted, found.value, each.off, each.predicted - nearest)
    return Measure(each.predicted, found.value, each.off, (each.predicted - nearest) / found.value)
