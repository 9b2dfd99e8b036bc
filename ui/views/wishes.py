"""Wishes: the worst that is still good enough in each dimension, in its unit, with what is reachable."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import streamlit as st

from models.evaluation import Dimension
from models.units import quantity
from optimizer.decide.choose.ranges import Range
from ui.views.words import as_html, escaped

#: Places to which a wish can be pulled.
PLACES = 41
#: How the keys of the fields begin in which a wish is typed.
TYPED = "typed-"
#: A field beside a slider has no room for buttons that count up and down; side by side on a phone too.
_STYLE = """<style>
[class*=st-key-both-] [data-testid=stNumberInputStepUp],
[class*=st-key-both-] [data-testid=stNumberInputStepDown] {display: none}
[class*=st-key-both-] [data-testid=stHorizontalBlock] {flex-wrap: nowrap}
[class*=st-key-both-] [data-testid=stColumn] {min-width: 0}
[class*=st-key-both-] [data-testid=stColumn] [data-testid=stVerticalBlock] {gap: 0}
</style>"""


@dataclass(frozen=True, slots=True)
class Wish:
    """One slider.

    Attributes:
        dimension: What is wished for.
        values: The places from worst to best, in its unit; the first means that anything will do.
        wanted: The worst that is good enough; None = anything.
        reachable: Worst and best value that is left when all other wishes are met; None = none is.
        shares: Where these two lie between the worst and the best of the front, 0 to 1.
        help: What the dimension is, in a sentence.
    """

    dimension: Dimension
    values: tuple[float, ...]
    wanted: float | None
    reachable: tuple[float, float] | None
    shares: tuple[float, float]
    help: str


def draw_wishes(
    wishes: tuple[Wish, ...], fixed: tuple[tuple[str, str], ...], change: Callable[[str, str], None]
) -> None:
    """A slider and a field for each dimension that varies, with a bar of what is reachable.

    Args:
        wishes: The sliders.
        fixed: What is to be said of each dimension that doesn't vary, and what it is.
        change: Called with the name of the dimension and the key of the widget.
    """
    st.html(_STYLE)
    for wish in wishes:
        name, unit = wish.dimension.name, wish.dimension.unit
        places, shown_unit = slider_places(wish), wish.dimension.shown_unit
        key, typed = f"wish-{name}", f"{TYPED}{name}"
        first = wish.values[0]
        st.session_state[key] = first if wish.wanted is None else wish.wanted
        st.session_state[typed] = as_typed(wish.wanted, unit)
        word = "at most" if wish.dimension.better == "lower" else "at least"
        with st.container(key=f"both-{name}"):
            left, right = st.columns([5, 3], vertical_alignment="top", gap="small")
        left.select_slider(
            f"{name.capitalize()} {word}",
            places,
            key=key,
            format_func=partial(_place_text, first=first, unit=shown_unit),
            on_change=change,
            args=(name, key),
            help=wish.help,
        )
        right.number_input(
            _typed_unit(unit),
            value=None,
            step=None,
            format="%.12g",
            placeholder="any",
            key=typed,
            on_change=change,
            args=(name, typed),
        )
        left.html(_band(wish))
    for words, help_ in fixed:
        st.caption(f"{escaped(words)} There is nothing to wish for.", help=help_)


def _typed_unit(unit: str) -> str:
    """The unit in which a wish is typed."""
    return "%" if unit == "fraction" else unit


def as_typed(value: float | None, unit: str) -> float | None:
    """A wish as it stands in its field: shares in %; None = the field is empty."""
    if value is None or not math.isfinite(value):
        return None
    return float(Decimal(repr(value)) * 100) if unit == "fraction" else value


def from_typed(value: float | None, unit: str) -> float | None:
    """What was typed as a wish; None = anything will do."""
    if value is None or not math.isfinite(value):
        return None
    return float(Decimal(repr(value)) / 100) if unit == "fraction" else value


def slider_places(wish: Wish) -> list[float]:
    """Places of the slider, the wish among them; no two of them read the same, for Streamlit tells them apart
    by their words."""
    first, unit = wish.values[0], wish.dimension.shown_unit
    by_words = {_place_text(value, first=first, unit=unit): value for value in wish.values}
    if wish.wanted is not None:
        by_words[_place_text(wish.wanted, first=first, unit=unit)] = wish.wanted
    return sorted(by_words.values(), reverse=wish.dimension.better == "lower")


def _place_text(value: float, *, first: float, unit: str) -> str:
    """A place of a slider in words; the worst of all asks for nothing."""
    return "any" if value == first else quantity(value, unit)


def wished(dimension: Dimension, range_: Range | None) -> float | None:
    """The wish in a range: its worse end."""
    if range_ is None:
        return None
    return range_[1] if dimension.better == "lower" else range_[0]


def with_wish(ranges: Mapping[str, Range], dimension: Dimension, value: float | None) -> dict[str, Range]:
    """Ranges with another worse end in one dimension; a better end that it passes is let go."""
    name, is_lower = dimension.name, dimension.better == "lower"
    low, high = ranges.get(name, (None, None))
    best = low if is_lower else high
    if best is not None and value is not None and (best - value) * dimension.sign > 0.0:
        best = None
    changed = (best, value) if is_lower else (value, best)
    others = {key: bounds for key, bounds in ranges.items() if key != name}
    return others if changed == (None, None) else {**others, name: changed}


def _band(wish: Wish) -> str:
    """A bar that shows where the reachable values lie, and says it in words."""
    if wish.reachable is None:
        words, left, width = "nothing is reachable: the other wishes ask for too much", 0.0, 0.0
    else:
        worst, best = (quantity(value, wish.dimension.shown_unit) for value in wish.reachable)
        words = f"reachable: {worst}" if worst == best else f"reachable: {worst} to {best}"
        left, width = 100 * wish.shares[0], 100 * max(wish.shares[1] - wish.shares[0], 0.01)
    return (
        '<div style="margin:0 0 0.2rem 0;font-size:0.8rem">'
        '<div style="height:6px;border-radius:3px;background:rgba(127,135,144,0.25)">'
        f'<div style="margin-left:{left:.2f}%;width:{min(width, 100 - left):.2f}%;height:6px;'
        'border-radius:3px;background:#0072B2"></div></div>'
        f"<div>{as_html(words)}</div></div>"
    )


@dataclass(frozen=True, slots=True)
class Relief:
    """One way to make a wish that can't be met reachable.

    Attributes:
        words: What it says.
        ranges: What is kept then.
    """

    words: str
    ranges: Mapping[str, Range]


def draw_unmet(
    sentence: str, reliefs: tuple[Relief, ...], take: Callable[[Relief], None], reset: Callable[[], None]
) -> None:
    """Says that no design meets all wishes, and offers what would help."""
    st.warning(escaped(sentence))
    with st.container(horizontal=True):
        for k, relief in enumerate(reliefs):
            st.button(escaped(relief.words), key=f"relief-{k}", on_click=take, args=(relief,))
        st.button("Reset all wishes", key="reset-wishes", on_click=reset)


def draw_closest(
    sentence: str,
    token: str,
    name: str,
    picks: tuple[str, ...],
    pick: Callable[[str], None],
    look: Callable[[str], None],
) -> None:
    """The design that is closest to the wishes, and what can be done with it.

    Args:
        sentence: What it reaches, and how.
        token: Its name in an address.
        name: What it is called: `design 3`, `today's design`.
        picks: The designs that are picked.
        pick: Picks it.
        look: Turns to it.
    """
    st.markdown(escaped(f"Closest to the wishes: {sentence}"))
    with st.container(horizontal=True):
        if token not in picks:
            st.button(f"Pick {name}", key="pick-closest", on_click=pick, args=(token,))
        if st.button(f"Look at {name}", key="look-closest"):
            look(token)


def places_of(low: float, high: float, *, is_lower: bool, scale: str) -> tuple[float, ...]:
    """Places of a slider from the worst to the best value, spread as the axis of the front is."""
    if not (math.isfinite(low) and math.isfinite(high)) or low >= high:
        return (low,)

    def forward(value: float) -> float:
        if scale == "log":
            return math.log10(max(value, 1e-300))
        return -math.log10(max(1.0 - value, 1e-12)) if scale == "nines" else value

    def backward(at: float) -> float:
        if scale == "log":
            return float(10.0**at)
        return float(1.0 - 10.0**-at) if scale == "nines" else at

    a, b = forward(low), forward(high)
    inner = [_rounded(backward(a + (b - a) * k / (PLACES - 1)), scale) for k in range(1, PLACES - 1)]
    found = sorted({low, high, *(value for value in inner if low < value < high)}, reverse=is_lower)
    return tuple(found)


def _rounded(value: float, scale: str) -> float:
    """Three digits: nobody wishes for 12.3456 ms."""
    if scale == "nines":
        missing = 1.0 - value
        return 1.0 - float(f"{missing:.2g}")
    return float(f"{value:.3g}")
