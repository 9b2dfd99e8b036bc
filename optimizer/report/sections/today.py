"""Why today's design won't do, or what is better than it."""

from __future__ import annotations

from optimizer.report.findings import Findings
from optimizer.sections.content import Bullets, Section, text
from optimizer.sections.why_not import why_not_points


def why_not_today(found: Findings) -> Section:
    """Limits broken, designs that are better, the smallest change that mends it, the nearest on the front."""
    why = found.why_not_today
    points = why_not_points(found, why, than="today's")
    if not points:
        points.append(text("Nothing is known against it, and no design of the front is near."))
    return Section("today", "Why not today's design", (Bullets(tuple(points)),))
