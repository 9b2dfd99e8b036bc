"""What the Explore page shows, as values: wishes, rows, what must give. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.system.system import System
from models.units import count
from optimizer.changes import TODAYS, is_today
from optimizer.decide.choose.aspiration import Reach, reach
from optimizer.decide.choose.ranges import Range, kept, reachable
from optimizer.report.findings import Findings
from optimizer.report.sections.front import axes_of
from optimizer.report.sections.glossary import WORDS
from optimizer.sections.content import joined, plain, text
from optimizer.sections.wording import against_today, numbers
from optimizer.validation import whole_number
from ui import cached
from ui.shortlist_cards import marks_of
from ui.shown import Shown
from ui.values import row
from ui.view import View
from ui.views.designs import MOST_ROWS, DesignRows
from ui.views.wishes import Relief, Wish, places_of, wished

#: Ways out that are offered where a wish can't be met.
MOST_RELIEFS = 4
_HELP = {word.lower(): meaning for word, meaning in WORDS}


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """The designs that are kept.

    Attributes:
        mask: Which of the shown designs, `(n,)`.
        only: Numbers of the designs of the group that is kept; None = all groups are.
        label: What that group is called.
    """

    mask: NDArray[np.bool_]
    only: tuple[int, ...] | None
    label: str

    @property
    def many(self) -> int:
        """How many are kept."""
        return int(self.mask.sum())


def kept_of(shown: Shown, view: View) -> Kept:
    """The designs that a view keeps."""
    evaluation, few = shown.evaluation, shown.few
    names = {dimension.name for dimension in evaluation.dimensions}
    mask = kept(evaluation, {name: bounds for name, bounds in view.ranges.items() if name in names})
    position = shown.place(str(view.group))
    if few is None or position not in few.positions:
        return Kept(mask, None, "")
    place = few.positions.index(position)
    members = few.group == place
    only = tuple(shown.number(i) for i in np.flatnonzero(members).tolist())
    return Kept(mask & members, only, f"group of design {view.group}: {few.names[place]}")


def wishes_of(shown: Shown, view: View) -> tuple[Wish, ...]:
    """A wish for each dimension that varies on the shown front."""
    evaluation = shown.evaluation
    wishes = []
    reached = reachable(evaluation, view.ranges)
    for j, (dimension, axis) in enumerate(
        zip(evaluation.dimensions, axes_of(evaluation, shown.found.goals), strict=True)
    ):
        column = evaluation.values[:, j]
        finite = column[np.isfinite(column)]
        if np.unique(column).size < 2 or not finite.size:
            continue
        is_lower = dimension.better == "lower"
        low, high = float(finite.min()), float(finite.max())
        places = places_of(low, high, is_lower=is_lower, scale=axis.scale)
        ends = reached[j]
        shares = (0.0, 0.0) if ends is None else (_place(ends[0], places), _place(ends[1], places))
        wishes.append(
            Wish(
                dimension=dimension,
                values=places,
                wanted=wished(dimension, view.ranges.get(dimension.name)),
                reachable=ends,
                shares=shares,
                help=_HELP.get(dimension.name, dimension.name),
            )
        )
    return tuple(wishes)


def fixed_of(shown: Shown) -> tuple[tuple[str, str], ...]:
    """Dimensions that are the same in every design of the front: what is to be said, and what each is."""
    evaluation = shown.evaluation
    if len(shown.found.front) == 1:
        return (("There is only one design on the front.", "It beats all others, or they break limits."),)
    told = []
    for j, dimension in enumerate(evaluation.dimensions):
        if len(evaluation) and np.unique(evaluation.values[:, j]).size < 2:
            words = (
                f"{dimension.name.capitalize()} is {numbers(evaluation, 0)[j]} in every design of the front."
            )
            told.append((words, _HELP.get(dimension.name, dimension.name)))
    return tuple(told)


def pins_of(
    shown: Shown, picks: Iterable[tuple[str, Array | None]], system: System
) -> list[int | list[float | None]]:
    """What is picked as the front draws it: numbers, and the values of designs that it doesn't show."""
    pins: list[int | list[float | None]] = []
    for token, x in picks:
        if shown.place(token) is not None or x is None:  # what isn't there takes up its letter all the same
            pins.append(whole_number(token) or 0)
            continue
        values = cached.evaluated(system.digest, row(x), system).values[0]
        pins.append([float(value) if np.isfinite(value) else None for value in values])
    return pins


def _place(value: float, places: tuple[float, ...]) -> float:
    """Where a value lies among the places of a slider, 0 to 1."""
    if len(places) < 2:
        return 0.0
    at = np.argmin([abs(place - value) if np.isfinite(value) else place for place in places])
    return float(at) / (len(places) - 1)


def reach_of(shown: Shown, view: View) -> Reach | None:
    """What the wishes in a view reach; None where nothing is wished for."""
    dimensions = shown.evaluation.dimensions
    wish = {}
    for j, dimension in enumerate(dimensions):
        value = wished(dimension, view.ranges.get(dimension.name))
        if value is not None and np.isfinite(value):
            wish[j] = value
    return reach(shown.front, wish) if wish and len(shown.front) else None


def closest_of(shown: Shown, told: Reach | None, mask: NDArray[np.bool_]) -> int | None:
    """Place of the design closest to the wishes; None = no wish.

    Of the designs that are kept it is the one that is recommended first, by the rule of recommendation; where
    none is, of those that meet the wishes; where none does, the nearest.
    """
    if told is None:
        return None
    meeting = np.isin(np.arange(len(mask)), told.meeting)
    for among in (mask, meeting):
        first = shown.order[among[shown.order]]
        if first.size:
            return int(first[0])
    return int(told.order[0])


def closest_text(shown: Shown, told: Reach, i: int) -> str:
    """The design that is closest to the wishes: what it reaches where something is wished for, and how."""
    found, dimensions = shown.found, shown.evaluation.dimensions
    values = numbers(shown.evaluation, i)
    reaches = plain(joined([text(f"{dimensions[j].name} ", values[j]) for j in sorted(told.wish)]))
    what = plain(against_today(found.labels, found.space, shown.front.X[i], most=3))
    return f"{shown.called(i)} with {reaches}; it changes {what}."


def unmet_text(shown: Shown, view: View, told: Reach | None) -> str:
    """Says that nothing is kept, and why."""
    if told is not None and not told.meeting.size:
        all_ = {1: "this wish", 2: "both wishes"}.get(len(told.wish), f"all {count(len(told.wish))} wishes")
        return f"No design meets {all_}. The closest is {closest_text(shown, told, int(told.order[0]))}"
    others = kept_of(shown, replace(view, group=0)).many
    if others:
        are = (
            "1 design of another group is" if others == 1 else f"{count(others)} designs of other groups are"
        )
        return f"No design of this group is within the ranges; {are}."
    return "No design is within all ranges: some of them leave out what is better than asked for."


def reliefs_of(shown: Shown, view: View, told: Reach | None) -> tuple[Relief, ...]:
    """Ways to keep some design again: the smallest ones first."""
    if told is None or told.meeting.size:
        if kept_of(shown, replace(view, group=0)).many:
            return (Relief("Keep all groups", view.ranges),)
        wishes = {} if told is None else told.wish
        return (Relief("Keep what is better, too", _as_ranges(shown, wishes)),)
    evaluation = shown.evaluation
    reliefs: dict[str, Relief] = {}
    for one in told.relaxations:
        values = numbers(evaluation, one.design)
        words = [f"{evaluation.dimensions[j].name} to {values[j]}" for j in one.dimensions]
        told_so = "Loosen " + " and ".join(words)
        wishes = {**told.wish, **dict(zip(one.dimensions, one.to, strict=True))}
        reliefs.setdefault(
            told_so, Relief(told_so, _as_ranges(shown, wishes))
        )  # a difference nobody reads is none
    return tuple(reliefs.values())[:MOST_RELIEFS]


def _as_ranges(shown: Shown, wishes: Mapping[int, float]) -> dict[str, Range]:
    """Wishes by position of the dimension, as ranges that are open at their better end."""
    dimensions = shown.evaluation.dimensions
    return {
        dimensions[j].name: (None, value) if dimensions[j].better == "lower" else (value, None)
        for j, value in sorted(wishes.items())
    }


def ordered(shown: Shown, mask: NDArray[np.bool_], order: str) -> NDArray[np.intp]:
    """Places of the designs that are kept, all of them in order.

    Args:
        shown: The designs.
        mask: Which of them are kept, `(n,)`.
        order: Name of the dimension, the best first; empty = by number.
    """
    places = np.flatnonzero(mask)
    names = [dimension.name for dimension in shown.evaluation.dimensions]
    if order not in names:
        return places
    losses = shown.front.losses[places, names.index(order)]
    return np.asarray(places[np.argsort(losses, kind="stable")])


def rows_of(
    shown: Shown,
    mask: NDArray[np.bool_],
    picks: tuple[str, ...],
    order: str,
    closest: int | None = None,
) -> DesignRows:
    """The rows of the table, the first of all that are kept.

    Where no order is wanted, designs that are picked come first, then the one that is closest to the wishes.
    """
    found, evaluation = shown.found, shown.evaluation
    names = [dimension.name for dimension in evaluation.dimensions]
    first: list[int] = []
    if not order:
        places = [shown.place(pick) for pick in picks]
        first = [i for i in places if i is not None and mask[i]]
        if closest is not None and mask[closest] and closest not in first:
            first.append(closest)
    rest = ordered(shown, mask, order).tolist()
    rows = [*first, *(i for i in rest if i not in first)][:MOST_ROWS]
    marks = _marks(shown, rows, closest)
    told = [numbers(evaluation, i) for i in rows]
    tokens = tuple(str(shown.number(i)) for i in rows)
    columns = {
        "design": list(tokens),
        "mark": ["; ".join(marks[i]) for i in rows],
        **{name: [plain(row[j]) for row in told] for j, name in enumerate(names)},
        "changes against today": [
            plain(against_today(found.labels, found.space, shown.front.X[i], most=2)) for i in rows
        ],
    }
    return DesignRows(tokens, columns, tuple(tokens.index(p) for p in picks if p in tokens), int(mask.sum()))


def _marks(shown: Shown, rows: list[int], closest: int | None) -> dict[int, list[str]]:
    """What is to be said of each row: why it is on the shortlist, what it stands for."""
    few, listed = shown.names_of_few(), marks_of(shown.found.solution)
    marks: dict[int, list[str]] = {}
    for i in rows:
        number = shown.number(i)
        marks[i] = ["closest to the wishes"] if i == closest else []
        marks[i] += [words for words in (listed.get(number - 1), few.get(number)) if words]
        if is_today(shown.found.space, shown.front.X[i]):
            marks[i].append(TODAYS)
    return marks


def next_step(found: Findings, view: View) -> str:
    """What to do next, in a sentence."""
    if found.chosen is None:
        return "Next: loosen the limit that excludes most designs, or try changes on the page Design."
    if len(found.front) == 1 and not view.picks:
        return (
            "One design is left, so there is no trade-off to make. Next: look at it on the page Design, or "
            "show the designs that are not on the front, and see why not."
        )
    if len(view.picks) >= 2:
        return "Next: compare the designs that you have picked, or look at one of them on the page Design."
    if view.picks:
        return "Next: pick a second design, by its row or by its point, and compare the two."
    return "Next: pull a wish or drag along an axis, and see what gives; then pick two designs to compare."
