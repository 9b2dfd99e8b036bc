"""The shortlist as cards side by side, the recommended one marked; on a phone it comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui.cards import Card
from ui.views.words import as_html, escaped

_STYLE = """<style>
.st-key-cards {display: grid; grid-template-columns: repeat(auto-fit, minmax(188px, 1fr)); gap: 0.5rem}
.st-key-cards > div {width: auto; min-width: 0; height: auto}
.st-key-cards [class*=st-key-card-] {padding: 0.45rem 0.6rem; gap: 0.3rem; height: 100%;
  justify-content: space-between}
.st-key-cards [class*=st-key-card-recommended] {border: 2px solid #0072B2; border-radius: 0.5rem}
.st-key-cards :is(p, dl, dd, dt) {margin: 0; font-size: 0.8rem; line-height: 1.3}
.st-key-cards .card-name {font-weight: 600; font-size: 0.95rem}
.st-key-cards .card-why {min-height: 1.3em}
.st-key-cards .card-tag {background: #0072B2; color: #fff; border-radius: 0.25rem; padding: 0 0.35em;
  font-weight: 600}
.st-key-cards dl {border-top: 1px solid rgba(127,135,144,0.35); margin-top: 0.2rem; padding-top: 0.2rem}
.st-key-cards dl div {display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 0.5rem}
.st-key-cards dt {opacity: 0.85; font-weight: 400}
.st-key-cards dd {font-weight: 600; text-align: right; margin-left: auto}
.st-key-cards button {min-height: 1.6rem; padding: 0 0.5rem}
@media (max-width: 640px) {
  .st-key-cards {grid-template-columns: 1fr}
  .st-key-cards > div:has([class*=st-key-card-recommended]) {order: -1}
}
</style>"""


def draw_cards(
    cards: Sequence[Card],
    letters: dict[str, str],
    *,
    pick: Callable[[str], None],
    look: Callable[[str], None],
) -> None:
    """Draws the cards.

    Args:
        cards: The cards, from the cheapest on.
        letters: What those that are picked are called, by token.
        pick: Picks a design, or lets it go.
        look: Turns to a design.
    """
    st.html(_STYLE)
    with st.container(key="cards"):
        for card in cards:
            name = "recommended" if card.is_recommended else card.token
            with st.container(border=True, key=f"card-{name}"):
                st.html(card_html(card))
                with st.container(horizontal=True, gap="small"):
                    if st.button("Look at it", key=f"look-card-{card.token}", help=escaped(card.name)):
                        look(card.token)
                    letter = letters.get(card.token)
                    st.button(
                        escaped(f"{letter} ×") if letter else "Pick",
                        key=f"pick-card-{card.token}",
                        on_click=pick,
                        args=(card.token,),
                        help="Click to let it go" if letter else escaped(f"Pick {card.name} to compare it"),
                    )


def card_html(card: Card) -> str:
    """What stands on a card, as HTML."""
    why = as_html(card.why)
    if card.is_recommended:
        why = why.replace("recommended", '<span class="card-tag">recommended</span>', 1)
    facts = []
    for head, words in card.facts:
        facts.append(f"<div><dt>{as_html(head)}</dt><dd>{as_html(words)}</dd></div>")
        if head == "asked and kept" and card.missed:
            facts.append(f"<div><dt>misses</dt><dd>{as_html(card.missed)}</dd></div>")
    return (
        f'<p class="card-name">{as_html(card.name)}</p><p class="card-why">{why}</p><dl>{"".join(facts)}</dl>'
    )
