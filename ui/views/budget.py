"""The complexity budget of a design: what is left, what spends it, what one addition more would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from models.dimensions.complexity import WARNING_SHARE
from models.units import quantity
from optimizer.decide.explain.complexity_budget import Addition, Spending
from optimizer.model import Labels
from optimizer.phrases import joined
from optimizer.report.sections.budget import warning_text
from optimizer.resilience.health import BudgetOf
from optimizer.sections.content import plain
from optimizer.sections.wording import change_text, changes_text, limit_label
from ui.views.folding import Entry, Head, Tone, draw_folding
from ui.views.words import as_html

#: Additions that are shown at once.
MOST_SHOWN = 15
_BAR = """<style>
.reserve{{margin:.2rem 0 .8rem}}
.reserve .scale{{position:relative;height:1.6rem;border:1px solid rgba(128,128,128,.6);border-radius:3px;
 overflow:hidden}}
.reserve .fill{{position:absolute;top:0;bottom:0;left:0;background:#0072B2}}
.reserve .fill.warn{{background:repeating-linear-gradient(45deg,#E69F00 0 6px,#8a5f00 6px 9px)}}
.reserve .fill.over{{background:repeating-linear-gradient(90deg,#D55E00 0 4px,#7a3500 4px 7px)}}
.reserve .mark{{position:absolute;top:0;bottom:0;border-left:3px dashed currentColor}}
.reserve .under{{position:relative;height:1.4rem;font-size:.82rem}}
.reserve .under span{{position:absolute;white-space:nowrap}}
</style><div class="reserve" role="img" aria-label="{alt}"><div class="scale">
<div class="fill {kind}" style="width:{width:.2f}%"></div><div class="mark" style="left:25%"></div></div>
<div class="under"><span style="left:0">0 %</span>
<span style="left:25%;transform:translateX(-50%)">25 %</span><span style="right:0">100 %</span></div></div>"""


def draw_reserve(own: BudgetOf, *, warning_share: float) -> None:
    """What is left as a bar with the warning at a quarter and the phase transition at 0."""
    share, left = quantity(own.remaining_share, "fraction"), quantity(own.remaining, "points")
    warning = plain(warning_text(own, warning_share))
    if own.remaining <= 0.0:
        words = f"{warning.removesuffix('.')} ({left})."
    else:
        words = f"{share} of the budget is left ({left}).{' ' if warning else ''}{warning}"
    kind = "over" if own.remaining <= 0.0 else "warn" if own.warns else ""
    width = 100.0 if kind == "over" else 100.0 * own.remaining_share
    st.markdown(f"**{words}**")
    alt = f"{words} The warning stands at 25 %, the phase transition at 0."
    st.html(_BAR.format(alt=as_html(alt), kind=kind, width=min(max(width, 0.0), 100.0)))
    st.caption("Below the dashed line it warns.")


def draw_spending(found: Sequence[Spending], labels: Labels) -> None:
    """Which decisions spend it: each against today's value, taken back alone."""
    if not found:
        st.caption("Nothing differs from today's design, so no decision spends anything.")
        return
    rows = []
    for one in found:
        if one.points is None or one.remaining_share is None:
            rows.append(
                [Entry(plain(change_text(labels, one.change))), Entry("can't be taken back alone"), Entry("")]
            )
            continue
        word = "spends" if one.points > 0 else "brings" if one.points < 0 else "spends nothing"
        points = f"{word} {quantity(abs(one.points), 'points')}" if one.points else word
        rows.append(
            [
                Entry(plain(change_text(labels, one.change))),
                Entry(points, is_strong=one.points > 0.0, is_number=True),
                Entry(quantity(one.remaining_share, "fraction"), is_number=True),
            ]
        )
    heads = [Head("this decision"), Head("left of the budget without it")]
    caption = (
        "Which decisions spend it: each against its value today, taken back alone. "
        "What they spend together isn't the sum."
    )
    draw_folding(caption, "Decision", heads, rows)


def draw_additions(
    found: Sequence[Addition],
    labels: Labels,
    token: Callable[[Addition], str],
    look_at: Callable[[str], None],
) -> None:
    """What one addition more would do to the reserve; what leaves least comes first."""
    if not found:
        st.caption("Nothing can be added: every switch is on, every number at its largest.")
        return
    crossing = [one for one in found if one.crosses != "none" and not one.forbidden]
    before = found[0].remaining + found[0].points
    st.markdown(_crossed(len(found), [one.crosses for one in crossing], is_overspent=before <= 0.0))
    everything = len(found) > MOST_SHOWN and st.toggle(f"Show all {len(found)}", key="additions-all")
    shown = found if everything else found[:MOST_SHOWN]
    rows = [_addition(one, labels) for one in shown]
    heads = [Head("spends"), Head("left then"), Head("what that means")]
    draw_folding("What if one thing more is added? What leaves least comes first", "Addition", heads, rows)
    options = [one for one in shown if not one.forbidden]
    if options:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                "Try one of them",
                range(len(options)),
                format_func=lambda k: plain(changes_text(labels, options[k].what)),
                key="addition-chosen",
            )
            one = options[chosen or 0]
            st.button("Add it", key="addition-add", on_click=look_at, args=(token(one),))


def _crossed(many: int, crosses: Sequence[str], *, is_overspent: bool = False) -> str:
    """How many additions there are, and how many of them cross the warning or zero."""
    additions = "One addition is possible" if many == 1 else f"{many} single additions are possible"
    if is_overspent:
        return f"{additions}; the budget is overspent already, so each point that is added is too many."
    parts = [
        f"{crosses.count(name)} would cross {words}"
        for name, words in (("warning", "the warning at 25 %"), ("zero", "zero, the phase transition"))
        if name in crosses
    ]
    return f"{additions}; {joined(parts) if parts else 'none would cross the warning'}."


def _where(one: Addition) -> tuple[str, Tone]:
    """What an addition means that crosses neither mark: which side of them it stays on, or comes back to."""
    was_over = one.remaining + one.points <= 0.0
    if one.remaining <= 0.0:
        more = "overspent already, and more so" if one.points > 0.0 else "overspent already"
        return more, "bad"
    if was_over:
        return "brings the budget back above zero", "plain"
    if one.remaining_share < WARNING_SHARE:
        return "below the warning already", "bad"
    return "crosses nothing", "plain"


def _addition(one: Addition, labels: Labels) -> list[Entry]:
    share = quantity(one.remaining_share, "fraction")
    if one.forbidden:
        means, tone = f"a rule forbids it: {'; '.join(one.forbidden)}", "bad"
    elif one.crosses == "zero":
        means, tone = "crosses zero: the phase transition", "bad"
    elif one.crosses == "warning":
        means, tone = "crosses the warning at 25 %", "bad"
    else:
        means, tone = _where(one)
    if one.breaks:
        names = joined([limit_label(name) for name in one.breaks])
        means += f"; breaks the limit{'s' if len(one.breaks) > 1 else ''} on {names}"
        tone = "bad"
    spends = (
        quantity(one.points, "points") if one.points >= 0 else f"brings {quantity(-one.points, 'points')}"
    )
    return [
        Entry(plain(changes_text(labels, one.what))),
        Entry(spends, is_number=True),
        Entry(share, quantity(one.remaining, "points"), is_number=True),
        Entry("", means, tone) if tone == "bad" else Entry(means),  # type: ignore[arg-type]
    ]
