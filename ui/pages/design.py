"""Design: one design, what it does, what it spends, and what a change would do."""

from __future__ import annotations

from ui.solving import solved
from ui.views.design import draw_design

subject = solved()
if subject is not None:
    draw_design(subject)
