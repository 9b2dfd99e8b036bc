"""Explore: the answer, the front with its wishes, the table. One selection, shared by all three."""

from __future__ import annotations

from ui.solving import solved
from ui.views.explore import draw_explore

subject = solved()
if subject is not None:
    draw_explore(subject)
