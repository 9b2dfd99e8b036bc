"""The design that the Design page tells of: by the address, evaluated, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from models.evaluation import Array, Evaluation
from optimizer.decide.explain.standing import Place, place_of
from optimizer.report.findings import Findings
from ui import cached, state, tokens
from ui.subject import Solved
from ui.values import row
from ui.views.words import escaped


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The design that is told of.

    Attributes:
        subject: The solved scenario.
        whole: What is known of the whole, and of the recommended design.
        token: Its name.
        x: The design, `(d,)`.
        evaluation: The same, evaluated; one row.
        place: Where it stands among the front.
    """

    subject: Solved
    whole: Findings
    token: str
    x: Array
    evaluation: Evaluation
    place: Place

    @property
    def about(self) -> Findings:
        """What is known of it; asked for when it is needed."""
        return self.subject.about(
            None if self.whole.is_recommended and self.token == self.recommended_token else self.x
        )

    @property
    def asked(self) -> Findings:
        """What only the system tells of it, without what is asked of the whole front anew for each design."""
        subject = self.subject
        system, key = subject.system, row(self.x)
        answers = cached.asked(f"{subject.key}-{system.digest}", key, system, self.whole)
        return replace(self.whole, chosen=self.evaluation, position=self.place.position, system=answers)

    @property
    def recommended_token(self) -> str:
        """Name of the recommended design; today's where there is none."""
        return recommended_of(self.subject)


def recommended_of(subject: Solved) -> str:
    """Name of the recommended design; today's where no design is feasible."""
    recommended = subject.solution.recommended
    return tokens.TODAY if recommended is None else str(recommended + 1)


def shown_of(subject: Solved) -> Shown:
    """The design of the address; a note and the recommended one where there is none of that name."""
    wanted = state.view().design or recommended_of(subject)
    x = subject.row(wanted)
    if x is None:
        st.warning(escaped(f"There is no {tokens.name_of(wanted)} here. This is the recommended design."))
        x = subject.row(recommended_of(subject))
    assert x is not None
    system = subject.system
    evaluation = cached.evaluated(system.digest, row(x), system)
    place = place_of(evaluation, system.space, subject.solution.front)
    return Shown(subject, subject.about(), subject.token(x), evaluation.X[0], evaluation, place)
