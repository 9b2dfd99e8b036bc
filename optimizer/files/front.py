"""What was solved before, read from the folder where `solve --out` wrote it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.errors import DesignError, Remedy, TradespaceError
from models.evaluator import evaluate
from models.system.system import System
from optimizer.decide.choose.knee import knee
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.decide.recommend.shortlist import recommendation_of
from optimizer.files.json import certificate_from, config_from, trace_from
from optimizer.files.json_schema import AnswerForm, plain
from optimizer.pareto.front import Front, front_of
from optimizer.scenario_model import model_of
from optimizer.solver.solution import Solution
from optimizer.validation import UnreadableError, file_bytes, from_json


class FrontError(TradespaceError):
    """A folder that holds no front of this scenario."""


def read_front(system: System, folder: Path) -> Front:
    """The designs of a front that was written before, evaluated anew.

    Args:
        system: The scenario it must belong to.
        folder: Where `solve --out` wrote it.

    Raises:
        FrontError: There is none, it can't be read, or it belongs to another scenario.
    """
    return read_front_and_record(system, folder)[0]


def read_front_and_record(system: System, folder: Path) -> tuple[Front, Recommendation | None]:
    """The same, and what was recommended of it when it was written.

    Returns:
        The front, and None where the file has no recommendation, or another one than of its designs.
    """
    told = _told(folder)
    front = _front(system, folder, told)
    return front, _recorded(system, front, told)


def _told(folder: Path) -> AnswerForm:
    """What stands in the file of a folder."""
    path = folder / "front.json"
    try:
        return from_json(file_bytes(path), AnswerForm, where=str(path))
    except UnreadableError as error:
        raise _unreadable(path, error) from None


def _front(system: System, folder: Path, told: AnswerForm) -> Front:
    digest = told.scenario.digest
    if digest != system.digest:
        raise FrontError(
            f"{folder} holds the front of another scenario, or of this one before it was changed: digest "
            f"{digest[:64]} there, {system.digest} here; solve it again"
        )
    path = folder / "front.json"
    try:
        X = system.space.encode_all([one.design for one in told.front])
    except DesignError as error:
        raise FrontError(f"{path} holds a design that can't be: {error}") from None
    if not len(X):
        return Front(evaluate(system, system.space.today[None, :]).take(np.arange(0)))
    return front_of(evaluate(system, X))


def read_solution(system: System, folder: Path) -> Solution:
    """A solution that was written before: its designs evaluated anew, how it was found as it is told there.

    Args:
        system: The scenario it must belong to.
        folder: Where `solve --out` wrote it.

    Raises:
        FrontError: There is none, it can't be read, or it belongs to another scenario.
    """
    told = _told(folder)
    front = _front(system, folder, told)
    try:
        return _solution(system, front, told)
    except (UnreadableError, DesignError) as error:
        raise _unreadable(folder / "front.json", error) from None


def _solution(system: System, front: Front, told: AnswerForm) -> Solution:
    today = evaluate(system, system.space.today[None, :])
    closest = told.closest
    return Solution(
        front=front,
        today=today,
        certificate=certificate_from(told),
        broken=dict(told.excluded),
        broken_alone=dict(told.excluded_alone),
        closest=None if closest is None else evaluate(system, system.space.encode(closest.design)[None, :]),
        knee=knee(front),
        config=config_from(plain(told.config), where="config"),
        provenance={
            "scenario": system.scenario.name,
            "title": system.scenario.title,
            "digest": system.digest,
            "tradespace": told.tradespace,
        },
        trace=trace_from(told),
        at_least=tuple(told.excluded_at_least),
        recommendation=_recorded(system, front, told) or recommendation_of(model_of(system), front),
    )


def _recorded(system: System, front: Front, told: AnswerForm) -> Recommendation | None:
    """The recommendation that was written; None where the front in the file was changed since."""
    made = told.recommendation
    if made is None:
        return None
    as_written = system.space.encode_all([one.design for one in told.front])
    if as_written.tolist() == front.X.tolist():
        return made.made()
    return None


def _unreadable(path: Path, error: Exception) -> FrontError:
    return FrontError(f"{path} can't be read as a front ({error})", remedy=Remedy.WRITE_FRONT)
