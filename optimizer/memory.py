"""Memory that this process has freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Gives freed memory back before something large is made: small gaps serve no long text.

    Does something with the C library of GNU alone, and nothing elsewhere.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
