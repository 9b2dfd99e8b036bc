"""What the format allows and the model doesn't know: refused by name, never ignored."""

from __future__ import annotations

import math

from models.errors import NotModelledError
from models.scenario.checks.effects import FIXED
from models.scenario.component import Component
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
            owner = f"{'components' if slot.owner == 'component' else 'flows'}.{slot.name}"
            found.append(f"  {owner}: {what} ({slot.parameter}) can't be changed by a decision")
    for name, component in scenario.components.items():
        found += _beside_a_quota(name, component, plans)
    if found:
        raise NotModelledError(f"{scenario.name}:\n" + "\n".join(found))


def _beside_a_quota(name: str, component: Component, plans: dict[Slot, Plan]) -> list[str]:
    """What a component with a CPU quota can't have beside it."""

    def may_be(parameter: str, *, above: float) -> bool:
        plan = plans.get(Slot("component", name, parameter))
        value = getattr(component, parameter, None)
        written = math.inf if value is None else float(value)
        values = (written,) if plan is None else (plan.lowest, plan.highest)
        return any(math.isfinite(each) and each > above for each in values)

    if not component.traits.is_ours or not may_be("cpu_quota", above=0.0):
        return []
    others = {"queue_limit": -1.0, "max_wait_s": -1.0, "blocking": 0.0}
    wrong = [parameter for parameter, above in others.items() if may_be(parameter, above=above)]
    return [f"  components.{name}: cpu_quota together with {parameter}" for parameter in wrong]
