"""The shortlist as cards side by side, the recommended one marked; on a phone it comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui.shortlist_cards import Card, Fact
from ui.views.words import as_html, escaped

#: Letters up to which a fact stands at the end of the line of its head.
MOST_IN_LINE = 16
_STYLE = """<style>
.st-key-cards {display: grid; grid-template-columns: repeat(auto-fit, minmax(172px, 1fr)); gap: 0.5rem;
  align-items: stretch}
.st-key-cards > div {width: auto; min-width: 0; height: auto; display: flex}
.st-key-cards [class*=st-key-card-] {padding: 0.4rem 0.6rem; gap: 0.3rem; height: auto; flex: 1;
  justify-content: space-between}
.st-key-cards [class*=st-key-card-recommended] {border: 2px solid #0072B2; border-radius: 0.5rem}
.st-key-cards :is(p, dl, dt, dd) {margin: 0 !important; padding: 0; font-size: 0.8rem; line-height: 1.3}
.st-key-cards .card-name {font-weight: 600; font-size: 0.95rem}
.st-key-cards .card-tag {background: #0072B2; color: #fff; border-radius: 0.25rem; padding: 0 0.35em;
  font-weight: 600}
.st-key-cards dl {border-top: 1px solid rgba(127,135,144,0.35); margin: 0.2rem 0 0 !important;
  padding-top: 0.2rem}
.st-key-cards .card-number {display: flex; justify-content: space-between; column-gap: 0.5rem}
.st-key-cards .card-words :is(dt, dd) {display: inline}
.st-key-cards dt {opacity: 0.85; font-weight: 400}
.st-key-cards .card-number dd {font-weight: 600; text-align: right}
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
    facts = "".join(_fact(fact) for fact in card.facts)
    return f'<p class="card-name">{as_html(card.name)}</p><p class="card-why">{why}</p><dl>{facts}</dl>'


def _fact(fact: Fact) -> str:
    kind, colon = ("number", "") if len(fact.words) <= MOST_IN_LINE else ("words", ":")
    head, words = as_html(fact.head), as_html(fact.words)
    return f'<div class="card-{kind}"><dt>{head}{colon}</dt> <dd>{words}</dd></div>'
