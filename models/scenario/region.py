"""Regions: places far enough from each other that the way between them counts, and the links between them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.scenario.part import Name, Part, Text
from models.scenario.quantity import Milliseconds, Scv, Usd


class Link(Part):
    """The network between two regions."""

    label: Text | None = None
    source: Text | None = None
    between: Annotated[tuple[Name, ...], Field(min_length=2, max_length=2)]
    """The two regions."""
    rtt_ms: Milliseconds
    """Mean round trip, ms: on every attempt of a call from one of them to the other."""
    rtt_scv: Scv = 0.0
    """Squared coefficient of variation of the round trip."""
    price_usd_per_million: Usd = 0.0
    """Price of a million attempts across, USD: the traffic of one, both ways, times the price of a GB."""


def crossed(links: dict[str, Link], here: str | None, there: str | None) -> str | None:
    """The name of the link between two regions; None = they are one, one isn't said, or there is no link."""
    if here is None or there is None or here == there:
        return None
    return next((name for name, link in links.items() if {here, there} == set(link.between)), None)
