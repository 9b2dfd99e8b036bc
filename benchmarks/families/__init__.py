"""Families of random systems, each made to test one thing that the model says: `FAMILIES` by name.

A family is a function from a `Draw` to components and flows; it puts itself on the list by `@family`. What is
in the room of the family (utilisation, spread of service times) can be set by whoever runs them.
"""

from __future__ import annotations

from benchmarks.families import background, failing, pools, replicated, single, trees, waiting
from benchmarks.families.draw import FAMILIES, Draw, Family, Room, drawn

__all__ = [
    "FAMILIES",
    "Draw",
    "Family",
    "Room",
    "background",
    "drawn",
    "failing",
    "pools",
    "replicated",
    "single",
    "trees",
    "waiting",
]
