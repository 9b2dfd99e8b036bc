"""The answers that only a scenario's system can give about a design: load, phases, losses, guesses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.errors import RefusedError
from models.evaluation import Array
from models.explanation.notices import Notice, notices
from models.scenario.experiments.pattern import Pattern
from models.system.system import System
from optimizer.decide.choose.common_ground import CommonGround, common_ground
from optimizer.decide.confidence.doubts import Doubts, doubts_of
from optimizer.decide.recommend.visible_front import ShownFront
from optimizer.resilience.breaking_points import BreakingPoints, breaking_points
from optimizer.resilience.escape import Step, escape_plan, furthest_change, rates_of
from optimizer.resilience.experiments import Trial, try_experiment, typed_experiments
from optimizer.resilience.health import Health, health_of
from optimizer.resilience.hysteresis import Hysteresis, WayBack, hysteresis, rate_of, way_back
from optimizer.resilience.margins import Margin, margins
from optimizer.resilience.pattern_trials import PatternTrial, try_pattern
from optimizer.resilience.runbook import PhasePlan, Switch, plan_by_phase, runbook
from optimizer.scenario_model import model_of
from optimizer.solver.solution import Solution

#: Runs of each pattern: six patterns are too many for a verdict of each while somebody waits for a report.
PATTERN_RUNS = 10
#: Told what is being worked out.
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class SystemFindings:
    """What only a scenario's system can answer about a design; a question is asked when its answer is needed.

    Attributes:
        system: The system.
        solution: Its solution.
        x: The design that is asked about, `(d,)`; today's where there is none to choose.
        shown: The designs of the front that are shown.
        runs: Runs of each experiment; 0 = nothing is played.
    """

    system: System
    solution: Solution
    x: Array
    shown: ShownFront
    runs: int = 0

    @cached_property
    def rate(self) -> Array:
        """User requests/s in each phase, `(p,)`."""
        return rates_of(self.system, self.x)

    @cached_property
    def health(self) -> Health:
        """Complexity budget and emergence of the design (first) and of today's."""
        return health_of(self.system, self._beside_today, self.shown.front)

    @cached_property
    def rules(self) -> CommonGround:
        """What the designs that survive have in common."""
        return common_ground(self.system)

    @cached_property
    def doubts(self) -> Doubts | None:
        """What the guesses of the scenario do to the choice; None = it names none."""
        few = self.shown.representatives(model_of(self.system))
        return doubts_of(self.system, self.solution.front, self.x, () if few is None else few.positions)

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """What users are told."""
        return notices(self.system, self.x)

    @cached_property
    def breaking(self) -> BreakingPoints:
        """Where the design (first row) and today's break under load."""
        return breaking_points(self.system, self._beside_today)

    @cached_property
    def margins(self) -> tuple[Margin, ...]:
        """What the design stands of every loss."""
        return margins(self.system, self.x[None, :])

    @cached_property
    def furthest(self) -> Step | None:
        """The change of one decision that moves the first break furthest."""
        return furthest_change(self.system, self.x)

    @cached_property
    def escape(self) -> tuple[Step, ...]:
        """The switches in the order in which growing load needs them."""
        return escape_plan(self.system, self.x)

    @cached_property
    def plan(self) -> tuple[PhasePlan, ...]:
        """Settings of adaptive decisions by phase."""
        return plan_by_phase(self.system, self.x)

    @cached_property
    def runbook(self) -> tuple[Switch, ...]:
        """The loads at which each switch is needed, from the calm design upwards."""
        return runbook(self.system, self.x)

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """The experiments of the scenario with the design."""
        if not self.runs:
            return ()
        return tuple(
            try_experiment(self.system, self.x, name, one, runs=self.runs)
            for name, one in typed_experiments(self.system)
        )

    @cached_property
    def patterns(self) -> tuple[tuple[Pattern, PatternTrial | None], ...]:
        """The patterns of collapse with the design, without borders and defences; none = can't be played."""
        if not self.runs:
            return ()
        try:
            return tuple(
                (
                    one,
                    try_pattern(
                        self.system,
                        self.x,
                        self.system.peak,
                        one,
                        runs=PATTERN_RUNS,
                        with_border=False,
                        with_defences=False,
                    ),
                )
                for one in Pattern
            )
        except RefusedError:
            return ()

    @cached_property
    def up_and_down(self) -> Hysteresis | None:
        """Its answers over the load, up and after a collapse; None = nobody asked, or it can't be played."""
        if not self.runs:
            return None
        try:
            return hysteresis(self.system, self.x, self.system.peak)
        except RefusedError:
            return None

    @cached_property
    def way_back(self) -> WayBack | None:
        """What brings it back to the load of the peak; None = nothing is needed, or nobody knows."""
        found = self.up_and_down
        return None if found is None else way_back(found, rate_of(self.system, self.x, self.system.peak))

    @property
    def _beside_today(self) -> Array:
        return np.array([self.x, self.system.space.today])

    @property
    def is_asked(self) -> bool:
        """Whether every question was asked, so that nothing is left to work out."""
        return all(question in vars(self) for _, questions in _QUESTIONS for question in questions)

    def ask_all(self, tell: Tell) -> None:
        """Asks every question, so that nothing is left to work out while a report is written."""
        for words, questions in _QUESTIONS:
            tell(words)
            for question in questions:
                getattr(self, question)


#: The questions to a system, in the words in which they are told.
_QUESTIONS = (
    ("complexity and emergence", ("rate", "health", "notices")),
    ("rules", ("rules",)),
    ("breaking points", ("breaking",)),
    ("margins", ("margins", "furthest")),
    ("the escape plan", ("escape", "plan", "runbook")),
    ("doubts", ("doubts",)),
    ("experiments", ("trials",)),
    ("patterns of collapse", ("patterns",)),
    ("the load up and down", ("up_and_down", "way_back")),
)
