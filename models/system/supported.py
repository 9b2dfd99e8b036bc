"""What the format allows and the model doesn't know: refused by name, never ignored."""

from __future__ import annotations

from models.errors import NotModelledError
from models.scenario.checks.effects import FIXED
from models.scenario.paths import Slot
from models.scenario.scenario import Scenario
from models.system.effects import Plan


def refuse_what_is_not_modelled(scenario: Scenario, plans: dict[Slot, Plan]) -> None:
    """Does nothing when the model knows all that the scenario uses.

    Raises:
        NotModelledError: A decision or a phase changes what the model takes as fixed; names all at once.
    """
    found = []
    for slot in plans:
        what = FIXED.get((slot.owner, slot.parameter))
        if what is not None:
            found.append(f"  flows.{slot.name}: {what} ({slot.parameter}) can't be changed by a decision")
    if found:
        raise NotModelledError(f"{scenario.name}:\n" + "\n".join(found))
