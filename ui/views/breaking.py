"""Where designs break: the first limit to break, limits over load, how busy the parts get, what is broken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from models.system.system import System
from models.units import quantity
from optimizer.report.findings import Findings
from optimizer.report.sections.under_load import at_load, falls_table
from optimizer.resilience.breaking_points import BreakingPoints
from optimizer.resilience.load_curve import LoadCurve, dips
from optimizer.sections.breaking import BEFOREHAND, dips_text, first_fall, first_fall_text, grown, margin_text
from optimizer.sections.content import Number, plain
from optimizer.sections.wording import limit_label, times
from ui.beside import Beside
from ui.views import figures
from ui.views.comparison import heads_of
from ui.views.folding import Entry, draw_folding, draw_table_folding
from ui.views.load_figures import falls_figure, first_falls_figure, utilisation_figure
from ui.views.words import escaped_cell


def draw_first_falls(
    system: System,
    designs: Sequence[Beside],
    points: Sequence[BreakingPoints],
    loads: Sequence[LoadCurve],
) -> None:
    """The first limit to break of a few designs: at which load, which limit, at which component.

    Args:
        system: The system.
        designs: The designs.
        points: Where each breaks under load.
        loads: Each over the load.
    """
    figures.draw(
        first_falls_figure(designs, points),
        key="first-falls",
        alt="; ".join(
            f"{one.letter}: {plain(first_fall(found, 0, components=system.components))}"
            for one, found in zip(designs, points, strict=True)
        ),
    )
    falls: list[Entry] = []
    limits: list[Entry] = []
    margins: list[Entry] = []
    for found, curve in zip(points, loads, strict=True):
        first, margin = int(found.first[0]), float(found.margin[0])
        holds = float(found.holds[0, first]) if first >= 0 else math.inf
        is_short = margin <= 1.0
        if first < 0:
            falls.append(Entry("no load that was tried"))
            limits.append(Entry("none"))
        else:
            at = "any load" if holds == 0.0 else str(times(margin))
            rate = "" if holds == 0.0 else quantity(margin * curve.planned_rate, "requests/s")
            falls.append(Entry(at, rate, is_number=True))
            where = system.components[int(found.bottleneck[0])]
            limits.append(Entry(limit_label(found.limits[first]), f"busiest there: {where}"))
        words = plain(margin_text(margin, holds))
        below = [name for name, seen in dips(curve, found, 0) if seen[0] < margin]
        if is_short:
            margins.append(Entry("none", words.removeprefix("none: "), "bad"))
        else:
            told = f"but for a stretch below it breaks: {', '.join(map(limit_label, below))}" if below else ""
            margins.append(Entry(words, told, "bad" if below else "plain"))
    draw_folding(
        "The first limit to break as the load of all phases grows; times the planned load",
        "",
        heads_of(designs),
        [
            [Entry("It breaks at"), *falls],
            [Entry("What breaks first"), *limits],
            [Entry("Margin"), *margins],
        ],
    )


def draw_verdict(system: System, points: BreakingPoints, curve: LoadCurve, rate: float) -> None:
    """Where the design breaks, in a sentence; and what a closer look over the load sees besides."""
    told = escaped_cell(first_fall_text(points, system.components, rate=rate))
    if float(points.margin[0]) <= 1.0:
        st.warning(f"It breaks at the planned load already\\. {told}")
    else:
        st.markdown(f"**{told}**")
    besides = dips(curve, points, 0)
    if besides:
        st.warning(escaped_cell(dips_text(besides)))


def draw_falls(points: BreakingPoints, rate: float) -> None:
    """The load at which each limit is broken, as a picture; `rate` is the planned requests/s at the peak."""
    shown = [name for name in points.limits if name not in BEFOREHAND]
    told = ", ".join(
        f"{limit_label(name)} {plain(margin_text(float(points.fails[0, j]), float(points.holds[0, j])))}"
        for j, name in enumerate(points.limits)
        if name in shown
    )
    figures.draw(falls_figure(points, rate), key="falls", alt=f"The margin of each limit under load: {told}.")
    st.caption(
        "Blue: the limit holds. Orange and hatched: it is broken. The upright line is the planned peak, "
        f"{quantity(rate, 'requests/s')}."
    )


def draw_falls_table(found: Findings, points: BreakingPoints, rate: float, there: LoadCurve | None) -> None:
    """The load at which each limit is broken, and what users see there.

    Args:
        found: Findings of the scenario.
        points: Where the design breaks under load.
        rate: Its planned requests/s at the peak.
        there: The design where its limits are broken; None = none is.
    """
    draw_table_folding(falls_table(found, points, 0, rate=rate, there=there))


@st.fragment
def draw_load_slider(found: Findings, curve: LoadCurve, first: float) -> None:
    """How busy the busiest components get over the load, and what is broken at a load that a person chooses.

    Args:
        found: Findings of the scenario.
        curve: The design over the load.
        first: Multiple at which the first limit is broken; infinite = none.
    """
    place = st.container()
    multiples = [float(multiple) for multiple in curve.multiples]
    at = st.select_slider(
        "Load, times the plan",
        multiples,
        value=1.0,
        format_func=lambda multiple: str(Number(multiple, "times")),
        key="load-multiple",
        help="Multiplies the requests/s of every phase; the design stays as it is.",
    )
    figure, alt = utilisation_figure(curve, first, float(at))
    with place:
        figures.draw(figure, key="utilisation", alt=alt)
    told, broken = at_load(found, curve, multiples.index(float(at)))
    st.markdown(escaped_cell(told))
    if broken:
        st.warning("Broken at this load:\n\n" + "\n".join(f"- {escaped_cell(one)}" for one in broken))
    else:
        st.success("Every limit holds at this load.")


def draw_grown(
    points: Mapping[str, BreakingPoints],
    components: tuple[str, ...],
    *,
    name: str,
    caption: str,
    head: str,
    until: str,
) -> None:
    """How slow a part, or how high a driver, until the first limit is broken."""
    draw_table_folding(
        grown(points, name=name, caption=caption, head=head, until=until, components=components)
    )
