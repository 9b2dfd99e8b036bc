"""How far a number may be off, in words, and where in the file that is said."""

from __future__ import annotations

import numpy as np

from models.scenario.editing.edit import Place
from models.scenario.scenario import Scenario
from models.scenario.uncertainty import Lognormal, Normal, Triangular
from models.system.uncertainty import Guess
from models.units import quantity as with_unit

#: The chances at which a band is told.
_LOW, _HIGH = 0.1, 0.9


def band_in_words(guess: Guess) -> str:
    """How far a guess may be off: the range that holds in eight cases of ten."""
    low, middle, high = guess.quantile(np.array([_LOW, 0.5, _HIGH]))
    unit = "fraction" if guess.unit == "share" else guess.unit
    told = [
        with_unit(float(value), "" if guess.unit == "share" and value < 0 else unit) for value in (low, high)
    ]
    return f"8 in 10 from {told[0]} to {told[1]}, as likely above as below {with_unit(float(middle), unit)}"


def centre_of(scenario: Scenario, path: str) -> Place | None:
    """Where the middle of a parameter's band stands; None where it has none of its own."""
    spread = scenario.uncertainty.get(path)
    if isinstance(spread, Normal):
        return ("uncertainty", path, "mean")
    if isinstance(spread, Lognormal):
        return ("uncertainty", path, "median")
    return ("uncertainty", path, "mode") if isinstance(spread, Triangular) else None
