"""What simulations said of the designs of the shortlist."""

from __future__ import annotations

from optimizer.changes import TODAYS, called, is_today
from optimizer.report.findings import Findings
from optimizer.sections.content import Section, text
from optimizer.sections.verify import checks


def checked(found: Findings) -> Section | None:
    """The shortlist and today's design, checked by simulation; None where nobody has checked them."""
    made = found.solution.recommendation
    if made is None:
        return None
    X = found.front.X
    named = [
        (pick, text(called(found.space, X, pick.position)))
        for pick in made.picks
        if pick.position is not None
    ]
    named += [
        (pick, text(called(found.space, X, pick.position), ", which was not recommended for it"))
        for pick in made.refuted
        if pick.position is not None
    ]
    if not any(is_today(found.space, X[pick.position]) for pick, _ in named):
        named.insert(0, (made.today, text(TODAYS)))
    return checks([(name, pick.check) for pick, name in named])
