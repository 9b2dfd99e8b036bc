"""The answers that a report tells: every question asked once, before anything is written.

What needs only a model and a space stands in `Findings`; what only a scenario's system can answer, in
`optimizer.report.system_findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from models.explanation.notices import Notice
from optimizer.changes import Change, changes
from optimizer.decide.choose.knee import mean_regret, reason
from optimizer.decide.choose.representatives import Representatives
from optimizer.decide.confidence.doubts import Doubts
from optimizer.decide.explain.comparison import Comparison, compare
from optimizer.decide.explain.trade_offs import Exchange, Sacrifice, exchanges, sacrifices
from optimizer.decide.explain.why_not import WhyNot, why_not
from optimizer.decide.noise import alike
from optimizer.decide.recommend.visible_front import ShownFront, shown_front
from optimizer.model import Bound, Goal, Labels, Model, ModelError
from optimizer.pareto.front import Front
from optimizer.report.system_findings import SystemFindings, Tell
from optimizer.resilience.breaking_points import BreakingPoints
from optimizer.sections.content import Section
from optimizer.solver.solution import Solution
from optimizer.space import SearchSpace


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """All answers.

    Attributes:
        model: The model.
        solution: Its front, and how it was found.
        chosen: The chosen design, evaluated; one row. None = there is none.
        position: Its position on the front; None = it isn't on it.
        is_recommended: Whether it is the recommended one rather than a person's choice.
        changed: Decisions in which it differs from today's.
        gives_up: What it gives up against the best of each dimension, where it is on the front.
        exchanges: The cheapest way to more of each dimension, where it is on the front.
        rivals: Designs that could be the knee as well within the model's error, where it is the knee.
        shown: The designs of the front that are shown: the few, knees and what is alike are told of these.
        few: The designs that stand for the front, by position; None = the front is empty.
        knees: Positions of the knees, with the reason of each.
        alike: Dimensions in which all designs of the front are alike within the model's error, by position.
        against_today: Today's design and the chosen one side by side.
        against_chosen: The chosen design, the runner-up and the picks side by side; None = there is nobody.
        names: Names of the designs of `against_chosen`.
        why_not_chosen: Why the chosen design isn't on the front, where it isn't.
        why_not_today: The same of today's.
        system: What only a system can answer; None = the model has none (`Model.system`).
    """

    model: Model
    solution: Solution
    chosen: Evaluation | None
    position: int | None
    is_recommended: bool
    changed: tuple[Change, ...]
    gives_up: tuple[Sacrifice, ...]
    exchanges: tuple[Exchange, ...]
    rivals: NDArray[np.intp]
    shown: ShownFront
    few: Representatives | None
    knees: tuple[tuple[int, str], ...]
    alike: tuple[int, ...]
    against_today: Comparison | None
    against_chosen: Comparison | None
    names: tuple[str, ...]
    why_not_chosen: WhyNot | None
    why_not_today: WhyNot
    system: SystemFindings | None

    @property
    def title(self) -> str:
        """What the model is called."""
        return self.model.called

    @property
    def summary(self) -> str:
        """What it is about."""
        return self.model.summary

    @property
    def labels(self) -> Labels:
        """Names for people."""
        return self.model.labels

    @property
    def limits(self) -> Mapping[str, Bound]:
        """Where limits stand."""
        return self.model.limits

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What is wanted of each dimension, by position."""
        return tuple(self.model.goal(dimension) for dimension in self.solution.today.dimensions)

    @property
    def space(self) -> SearchSpace:
        """The designs."""
        return self.model.space

    @property
    def error(self) -> ModelError:
        """The model's error."""
        return self.model.error

    @property
    def front(self) -> Front:
        """The front."""
        return self.solution.front

    @property
    def doubts(self) -> Doubts | None:
        """What the guesses do to the choice; None = there is no choice, or nothing that may be off."""
        return None if self.system is None or self.chosen is None else self.system.doubts

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What users are told of the design."""
        return () if self.system is None else self.system.notices

    @property
    def breaking(self) -> BreakingPoints | None:
        """Where the design (first row) and today's break under load; None = the model knows of no load."""
        return None if self.system is None else self.system.breaking

    @property
    def peak_rate(self) -> float | None:
        """User requests/s at the peak; None = the model knows of no load."""
        return None if self.system is None else float(self.system.rate.max())

    def ask_all(self, tell: Tell) -> None:
        """Asks every question, so that nothing is left to work out while a report is written."""
        if self.system is not None:
            self.system.ask_all(tell)

    @property
    def is_asked(self) -> bool:
        """Whether every question was asked already."""
        return self.system is None or self.system.is_asked

    @property
    def runner_up(self) -> int | None:
        """Position on the front of the design that would be taken if the chosen one couldn't be."""
        return runner_up(self.solution, self.few, self.position)


#: A section; None where it doesn't apply (a model of one's own knows no load, no phases).
Maker = Callable[[Findings], Section | None]


def of_system(maker: Callable[[Findings, SystemFindings], Section | None]) -> Maker:
    """A section that only a system can fill; there is none for a model that knows of no load."""

    @wraps(maker)
    def made(found: Findings) -> Section | None:
        return None if found.system is None else maker(found, found.system)

    return made


def runner_up(solution: Solution, few: Representatives | None, position: int | None) -> int | None:
    """The design that would be taken if the one at a position couldn't be.

    For the recommended design the record says which; for a person's choice it is the recommended one. Where
    there is no record it is the representative that costs least on average over all opinions.
    """
    made = solution.recommendation
    if made is not None and made.position is not None:
        return made.runner_up if position == made.position else made.position
    if few is None:
        return None
    regret = mean_regret(solution.front.losses)
    others = [i for i in few.positions if i != position]
    return min(others, key=lambda i: (float(regret[i]), i)) if others else None


def findings_of(
    model: Model,
    solution: Solution,
    *,
    x: Array | None = None,
    picks: Sequence[tuple[str, Array]] = (),
    is_whole: bool = False,
    runs: int = 0,
    tell: Tell | None = None,
) -> Findings:
    """Asks every question about a solution of a model.

    Args:
        model: The model.
        solution: Its solution.
        x: The chosen design, `(d,)`; None = the recommended one.
        picks: Other designs to put beside it, with their names.
        is_whole: Whether designs are shown too that differ by nothing visible.
        runs: Runs of each experiment of the scenario with the chosen design; 0 = none is played.
        tell: Told what is being worked out.
    """
    tell = tell or (lambda _: None)
    found = findings_at_once(model, solution, x=x, picks=picks, is_whole=is_whole, runs=runs, tell=tell)
    found.ask_all(tell)
    return found


def findings_at_once(
    model: Model,
    solution: Solution,
    *,
    x: Array | None = None,
    picks: Sequence[tuple[str, Array]] = (),
    is_whole: bool = False,
    runs: int = 0,
    tell: Tell | None = None,
) -> Findings:
    """The same, but a question that only a system can answer is asked when its answer is looked at."""
    tell = tell or (lambda _: None)
    front, space, error, steps = solution.front, model.space, model.error, model.steps
    is_recommended = x is None
    tell("the choice")
    if x is None and solution.recommended is not None:
        x = front.X[solution.recommended]
    today = np.asarray(space.today)
    row = None if x is None else space.canonical(x[None, :])[0]
    position = None if row is None else _position(front, row)
    shown = shown_front(model, front, keep=solution.named, is_whole=is_whole)
    few, bulges = shown.representatives(model), shown.knees()
    other = runner_up(solution, few, position)
    rival = "the recommended design" if other == solution.recommended else "the runner-up"
    beside = [(rival, front.X[other])] if other is not None else []
    beside += [(name, space.canonical(pick[None, :])[0]) for name, pick in picks]
    chosen = None if row is None else model.evaluate(row[None, :])
    return Findings(
        model=model,
        solution=solution,
        chosen=chosen,
        position=position,
        is_recommended=is_recommended and chosen is not None,
        changed=() if row is None else changes(space, space.canonical(today[None, :])[0], row),
        gives_up=() if position is None else sacrifices(front, position, error),
        exchanges=() if position is None else exchanges(front, position, steps=steps, error=error),
        rivals=shown.rivals(position, error),
        shown=shown,
        few=few,
        knees=tuple((k.position, reason(front, k.position, error)) for k in bulges),
        alike=tuple(int(j) for j in np.flatnonzero(alike(shown.front.evaluation, error))),
        against_today=None if row is None else compare(model, np.array([today, row])),
        against_chosen=None
        if row is None or not beside
        else compare(model, np.array([row, *(one for _, one in beside)])),
        names=(
            "the recommended design" if is_recommended else "the chosen design",
            *(name for name, _ in beside),
        ),
        why_not_chosen=None if row is None or position is not None else why_not(model, front, row),
        why_not_today=why_not(model, front, today),
        system=None
        if model.system is None
        else SystemFindings(model.system, solution, space.today if row is None else row, shown, runs),
    )


def _position(front: Front, row: Array) -> int | None:
    here = np.flatnonzero(np.all(row == front.X, axis=1)) if len(front) else np.zeros(0, dtype=np.intp)
    return int(here[0]) if here.size else None
