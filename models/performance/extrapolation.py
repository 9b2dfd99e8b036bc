"""Where the steps of an iteration lead to, and whether they run away."""

from __future__ import annotations

from models.performance.compiled import compiled

#: A ratio of successive steps from here on counts as running away.
RUNAWAY = 0.95
#: Steps smaller than this, relative, have arrived.
ARRIVED = 1e-9


@compiled
def settled(first: float, second: float, third: float) -> tuple[float, bool]:
    """Where three successive iterates lead to, and whether they are running away instead.

    Args:
        first: The oldest iterate.
        second: The one after it.
        third: The newest.

    Returns:
        The limit (the newest where they run away: their steps hardly shrink), and whether they do.

    Source: Aitken (1926): with q the ratio of the last two steps the limit is x + step q / (1 - q);
    q >= 0.95 is taken as running away (tried in docs/model.md).
    """
    step, before = third - second, second - first
    still = abs(step) <= ARRIVED * max(abs(third), 1.0)
    ratio = step / before if abs(before) > 0.0 else 0.0
    away = not still and ratio >= RUNAWAY
    held = 0.0 if still or away else min(max(ratio, -0.9), RUNAWAY)
    return third + step * held / (1.0 - held), away
