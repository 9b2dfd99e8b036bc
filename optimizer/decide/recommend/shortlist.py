"""The shortlist: the recommended design, and at most four others that are worth a look beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from models.evaluation import COST, Array
from models.system.system import System
from optimizer.decide.confidence.limits_in_draws import Holding
from optimizer.decide.recommend.candidates import (
    Asked,
    Asking,
    ask,
    asking_of,
    rule_of,
    surest,
    surviving,
    whole_share,
)
from optimizer.decide.recommend.order import Ordered, Rule
from optimizer.decide.recommend.recommendation import FirstBreak, Pick, Recommendation, Role
from optimizer.decide.recommend.survivors import Survivors
from optimizer.model import Model
from optimizer.pareto.boxes import boxed, visible
from optimizer.pareto.front import Front
from optimizer.pareto.scaling import scale_of
from optimizer.resilience.breaking_points import breaking_points
from optimizer.resilience.survival_trials import SurvivalTrials, survival_trials

#: Designs that are named, today's apart.
MOST_NAMED = 5
#: Roles in the order in which they get a place.
_FIRST: tuple[Role, ...] = (
    "recommended",
    "cheapest",
    "safest",
    "keeps_most",
    "next",
    "best_of_never",
    "halfway",
)
#: A design between two others is worth a look where their confidences are apart by twice this.
RUNG = 0.1
#: Designs that are equally sure of which the margin is worked out, and of which all draws are tried where few
#: can't tell who is the surest.
_EQUALLY_SURE, _NEARLY_SURE = 4, 8
#: Designs that are tried together.
TOGETHER = 16


def recommendation_of(
    model: Model, front: Front, *, seed: int = 0, trials: SurvivalTrials | None = None
) -> Recommendation:
    """Chooses a design of a model's front, and the few that are named beside it.

    Args:
        model: The model.
        front: Its front; may be empty.
        seed: Of the draws of the guesses.
        trials: What is known of designs that were asked what they survive; None = nothing yet.
    """
    if trials is None and model.system is not None:
        trials = survival_trials(model.system)
    return recommend(front, rule_of(model), asking_of(model, seed), trials)


def recommend(
    front: Front, rule: Rule, asking: Asking | None, trials: SurvivalTrials | None = None
) -> Recommendation:
    """The same by a rule.

    Args:
        front: The front; may be empty.
        rule: The order of designs.
        asking: How likely limits must hold; None = nothing is known of a system and its guesses.
        trials: What must be survived; None = nothing.
    """
    decides = None if rule.decide_by is None else front.evaluation.dimensions[rule.decide_by]
    record = Recommendation(
        reached="infeasible",
        wanted=0.0 if asking is None else asking.wanted,
        by="knee",
        decide_by="" if decides is None else decides.name,
        picks=(),
        today=Pick(None),
    )
    if not len(front):
        return record if asking is None else _told(front, rule, record, {}, asking)
    ordered = rule.order(front.evaluation)
    record = replace(record, reached="not_asked")
    survivors = None if trials is None else Survivors(trials, front.X)
    if asking is None or not asking.has_guesses:
        best, survives = surviving(ordered.order, survivors)
        roles = _roles_by_value(front, rule, ordered, ordered.order)
        roles["recommended"] = int(best[0])
        record = _told(front, rule, _with_second(record, ordered, best), roles, asking)
    else:
        asked = ask(front.X, ordered.order, asking, survivors)
        survives = asked.survives
        record = replace(
            _with_second(record, ordered, asked.best), reached=asked.reached, candidates=asked.tried
        )
        roles = _roles(front, rule, ordered, asked)
        record = _told(front, rule, record, roles, asking, asked.confirming)
    return record if survivors is None else _endured(front, rule, record, survivors, survives=bool(survives))


def _endured(
    front: Front, rule: Rule, record: Recommendation, survivors: Survivors, *, survives: bool
) -> Recommendation:
    """The record with what became of its designs under what they must survive."""
    trials, first = survivors.trials, record.position

    def told(pick: Pick) -> Pick:
        x = rule.today if pick.position is None else front.X[pick.position]
        is_first = pick.position is not None and pick.position == first
        return replace(pick, endured=trials.ask(x) if is_first else trials.look(x))

    record = replace(
        record,
        picks=tuple(told(pick) for pick in record.picks),
        today=told(record.today),
        survives="survives" if survives else "none",
        asked_to_survive=survivors.asked,
        recovery_s=trials.recovery_s if isfinite(trials.recovery_s) else None,
    )
    pick = record.pick("recommended")
    if survives or pick is None or pick.position is None:
        return record
    return replace(record, remedies=trials.remedies(front.X[pick.position], pick.endured))


def _with_second(record: Recommendation, ordered: Ordered, best: NDArray[np.intp]) -> Recommendation:
    first = int(best[0])
    record = replace(record, by=ordered.by(first))
    if len(best) < 2:
        return record
    second = int(best[1])
    return replace(record, runner_up=second, why_not=ordered.why(first, second))


def _roles(front: Front, rule: Rule, ordered: Ordered, asked: Asked) -> dict[Role, int]:
    """Which design has which role."""
    first = int(asked.best[0])
    roles = _roles_by_value(front, rule, ordered, asked.level)
    roles["recommended"] = first
    if asked.reached != "reached" and ordered.asks:
        roles["keeps_most"] = int(ordered.order[0])
    shown = visible(boxed(front.evaluation, rule.widths), ordered.order)
    if rule.decide_by is not None:
        roles.update(_rungs(front, rule, asked, roles, shown))
    roles["safest"] = _safest(front, ordered, asked, shown, roles)
    return roles


def _safest(
    front: Front, ordered: Ordered, asked: Asked, shown: NDArray[np.intp], roles: Mapping[Role, int]
) -> int:
    """The design that is most likely to keep its limits, and of several the one with the widest margin.

    Few draws tell who may be it, all draws who is; of the designs that are named none is surer.
    """
    busy = np.round(front.evaluation.indicators["utilisation"], 9)
    headroom = np.lexsort((np.argsort(ordered.order), busy))
    rows = headroom[np.isin(headroom, shown)]
    asked.trials.ask(rows[:TOGETHER], 0.0)
    if (
        asked.trials.share[rows[:TOGETHER]].max() == 1.0
    ):  # no other can be surer, and these have most headroom
        rows = rows[:TOGETHER]
    share = surest(asked.trials, rows)
    near = rows[np.argsort(-share, kind="stable")][: _EQUALLY_SURE if share.max() == 1.0 else _NEARLY_SURE]
    near = headroom[np.isin(headroom, [*near.tolist(), *roles.values()])]
    share = whole_share(asked.confirming, near)
    best = near[share == share.max()][:_EQUALLY_SURE]
    margin = breaking_points(asked.trials.system, front.X[best]).margin if len(best) > 1 else np.ones(1)
    return int(best[np.argmax(np.round(margin, 3))])


def _roles_by_value(front: Front, rule: Rule, ordered: Ordered, level: NDArray[np.intp]) -> dict[Role, int]:
    """The cheapest design of the front, and the best of a level in what is never given up."""
    found: dict[Role, int] = {}
    boxes = boxed(front.evaluation, rule.widths)
    rank = np.argsort(ordered.order)
    if COST in front.evaluation.dimensions:
        found["cheapest"] = int(
            np.lexsort((rank, front.losses[:, front.evaluation.dimensions.index(COST)]))[0]
        )
    never = [j for j, goal in enumerate(rule.goals) if goal.tolerance == "never"]
    if never and len(level):
        behind = scale_of(boxes).apply(boxes)[level][:, never].max(axis=1)
        found["best_of_never"] = int(level[np.lexsort((rank[level], np.round(behind, 9)))[0]])
    return found


def _rungs(
    front: Front, rule: Rule, asked: Asked, roles: Mapping[Role, int], shown: NDArray[np.intp]
) -> dict[Role, int]:
    """What lies between the cheapest and the recommended design, and what more money buys beyond that."""
    assert rule.decide_by is not None
    found: dict[Role, int] = {}
    value = boxed(front.evaluation, rule.widths)[:, rule.decide_by]
    first = roles["recommended"]
    lowest = roles.get("cheapest", int(np.argmin(value)))
    low, high = (_shares(asked, i) for i in (lowest, first))
    by_value = shown[np.lexsort((shown, value[shown]))]
    if high[1] - low[1] >= 2.0 * RUNG:
        middle = (0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]))
        between = by_value[(value[by_value] > value[lowest]) & (value[by_value] < value[first])]
        halfway = _first_of(asked, between, middle, lambda rows, share, least: share >= least)
        if halfway is not None:
            found["halfway"] = halfway
    busy = front.evaluation.indicators["utilisation"]
    more = _first_of(
        asked,
        by_value[value[by_value] > value[first]],
        high,
        lambda rows, share, least: (
            (share > least) | ((share == least) & (busy[rows] < (1.0 - RUNG) * busy[first]))
        ),
    )
    if more is not None:
        found["next"] = more
    return found


def _shares(asked: Asked, i: int) -> tuple[float, float]:
    """Share of the few draws, and of all, in which a design keeps all limits."""
    few, many = (whole_share(holding, np.array([i]))[0] for holding in (asked.trials, asked.confirming))
    return float(few), float(many)


def _first_of(
    asked: Asked,
    rows: NDArray[np.intp],
    least: tuple[float, float],
    is_wanted: Callable[[NDArray[np.intp], Array, float], NDArray[np.bool_]],
) -> int | None:
    """The first of some designs that is sure enough in few draws and in all, without trying those behind it.

    Args:
        asked: The candidates.
        rows: The designs, in their order.
        least: The share that is wanted, of the few draws and of all.
        is_wanted: Which of some designs are, by their shares and the share that is wanted.
    """
    for start in range(0, len(rows), TOGETHER):
        good = rows[start : start + TOGETHER]
        asked.trials.ask(good, least[0])
        good = good[is_wanted(good, np.nan_to_num(asked.trials.share[good], nan=0.0), least[0])]
        for i in good.tolist():
            one = np.array([i])
            if is_wanted(one, whole_share(asked.confirming, one), least[1])[0]:
                return int(i)
    return None


def _told(
    front: Front,
    rule: Rule,
    record: Recommendation,
    roles: Mapping[Role, int],
    asking: Asking | None,
    confirming: Holding | None = None,
) -> Recommendation:
    """The record with its shortlist, each design told in full; `confirming` may have tried some of them."""
    places: list[int] = []
    for role in _FIRST:
        place = roles.get(role)
        if place is not None and place not in places and len(places) < MOST_NAMED:
            places.append(place)
    if rule.decide_by is not None:
        losses = front.losses[:, rule.decide_by]
        places.sort(key=lambda place: (float(losses[place]), place))
    picks = [Pick(place, tuple(role for role in _FIRST if roles.get(role) == place)) for place in places]
    today = record.today
    if asking is not None:
        X = np.concatenate([front.X[places], rule.today[None, :]])
        told = [
            replace(pick, first_break=first)
            for pick, first in zip([*picks, today], first_breaks(asking.system, X), strict=True)
        ]
        if asking.has_guesses:
            many = asking.many(front.X) if confirming is None else confirming
            shares = [*whole_share(many, np.array(places, dtype=np.intp)), *asking.all(X[-1:])]
            told = [replace(pick, confidence=float(share)) for pick, share in zip(told, shares, strict=True)]
        *picks, today = told
        record = replace(
            record,
            draws=asking.draws if asking.has_guesses else 0,
            seed=asking.seed,
            digest=asking.system.digest,
            is_rate_assumed=asking.is_rate_assumed,
        )
    return replace(record, picks=tuple(picks), today=today)


def first_breaks(system: System, X: Array) -> list[FirstBreak | None]:
    """Where each design breaks first as the load grows; None = nowhere that is tried."""
    points = breaking_points(system, X)
    found: list[FirstBreak | None] = []
    for k, first in enumerate(points.first.tolist()):
        if first < 0:
            found.append(None)
            continue
        at = int(points.bottleneck[k])
        times = 0.0 if points.holds[k, first] == 0.0 else float(points.margin[k])
        found.append(FirstBreak(points.limits[first], times, system.components[at] if at >= 0 else ""))
    return found
