"""The report on a page: what it is about, its files, and the page of it to read on the spot."""

from __future__ import annotations

import base64
from collections.abc import Callable

import streamlit as st

from models.errors import TradespaceError
from optimizer.report.writing import FORMATS
from ui.beside import picks_of
from ui.reporting import Order, content, design_file, is_made, made, ordered
from ui.solving import solved
from ui.views.choosing import choose_design
from ui.views.words import escaped

#: What each format is for, and what its file is called on a page.
TOLD = {
    "html": ("Page (HTML)", "One file with charts; opens in any browser, without a network."),
    "md": ("Text (Markdown)", "The same as text, for a wiki or a repository."),
    "adr": ("Decision record (Markdown)", "The decision as an architecture decision record, MADR 4.0."),
    "xlsx": ("Workbook (Excel)", "Every table on a sheet of its own."),
    "csv": ("Front (CSV)", "All designs of the front, a row each."),
    "parquet": ("Front (Parquet)", "The same with types and units, for pandas and other tools."),
    "json": ("Report (JSON)", "All of it as values, by a published schema."),
}
#: Room of the page that is read on the spot, px.
HEIGHT = 900
_SHOWN = "report-shown"


def draw_report() -> None:
    """The report of what is looked at."""
    subject = solved()
    if subject is None:
        return
    if not len(subject.solution.front):
        st.warning("No design is on the front: the report says why, and there is no design to choose.")
    chosen = choose_design(subject)
    picks = picks_of(subject)
    order = ordered(subject, chosen)
    beside = ", ".join(escaped(name) for name, _ in order.picks)
    st.markdown(
        f"The report is about {escaped(chosen.name)}"
        + (f"; beside it stand {beside}." if beside else ".")
        + ("" if picks else " Designs that you pick on Explore are put beside it, up to four.")
    )
    is_quick = is_made(order)
    if not is_quick:
        st.caption(
            "Nobody has asked for this one yet: its breaking points, margins, rules and doubts are worked "
            "out with the first file. That takes seconds, for large scenarios half a minute; all others come "
            "at once then."
        )
    _draw_files(order)
    st.download_button(
        "Design (YAML)",
        design_file(subject, chosen),
        file_name=f"{order.name}-design.yaml",
        mime="application/yaml",
        key="report-design",
        on_click="ignore",
        help="The chosen design for `tradespace gate`, which fails a build when it no longer survives.",
    )
    if st.toggle("Read it here", key=_SHOWN):
        _draw_page(order)


def _draw_files(order: Order) -> None:
    with st.container(horizontal=True, gap="small"):
        for name, (label, words) in TOLD.items():
            file, media, _ = FORMATS[name]
            st.download_button(
                label,
                _maker(order, name),
                file_name=f"{order.name}-{file}",
                mime=media,
                key=f"report-{name}",
                on_click="ignore",
                help=words,
            )


def _maker(order: Order, name: str) -> Callable[[], bytes]:
    """What makes a file, when it is asked for: in a thread of its own, the page goes on meanwhile."""
    return lambda: content(order, name)


def _draw_page(order: Order) -> None:
    try:
        place = st.empty()
        with place, st.status("Working out the report", expanded=False) as status:
            report = made(order, lambda words: status.update(label=f"Working out {words}"))
        place.empty()
        page = content(order, "html")
    except TradespaceError as error:
        st.error(f"The report can't be made: {escaped(str(error))}")
        return
    # The page runs its own script. From a data: address it is of an origin of its own, so that it reaches
    # neither this page nor its storage, whatever the frame allows; its policy lets it ask no server.
    address = "data:text/html;charset=utf-8;base64," + base64.b64encode(page).decode()
    st.iframe(address, height=HEIGHT, alt=report.title)
