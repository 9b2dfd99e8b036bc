"""The six patterns of collapse, by the names that a file and a command have for them."""

from __future__ import annotations

from enum import StrEnum


class Pattern(StrEnum):
    """A way to collapse."""

    RETRY_STORM = "retry_storm"
    """Errors are repeated, and the repetitions keep up the overload that makes them."""
    THUNDERING_HERD = "thundering_herd"
    """A cache is empty, and all that it answered goes to what is behind it."""
    DEATH_SPIRAL = "death_spiral"
    """Collecting garbage takes time, calls stay longer, and their memory makes more of it."""
    CASCADE = "cascade"
    """A dependency is slow, its callers keep what they hold meanwhile, and those of them do, too."""
    SYNCHRONISATION = "synchronisation"
    """Clients that were cut off together come back together, again and again."""
    METASTABLE_STATE = "metastable_state"
    """A push is over, and what it left behind keeps the system down."""
